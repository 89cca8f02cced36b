"""The file steps, each as its command does it."""

from __future__ import annotations

from pathlib import Path

from annotation.rounds import pull
from dataset.agreement.figures import agreement
from dataset.checks.suite import check_record
from dataset.diffing.diff import diff
from dataset.garbage import collect_seldom
from dataset.parallel import OrderedMap, local_map
from dataset.published.build import build
from dataset.record.corpus import open_corpus

LAYER = "r1/a1"


def pull_step(root: Path, export: Path) -> int:
    """Takes an export in. Returns the spans."""
    collect_seldom()
    return pull.pull_file(open_corpus(root), "r1", "a1", export, accept_removals=False).layers[0].spans


def validate_step(root: Path, each: OrderedMap = local_map) -> int:
    """Checks a layer. Returns the findings."""
    collect_seldom()
    return sum(1 for _ in check_record(open_corpus(root), [LAYER], each))


def build_step(root: Path, each: OrderedMap = local_map) -> int:
    """Builds a layer, its errors looked for. Returns the spans."""
    collect_seldom()
    return build(open_corpus(root), LAYER, root / "built", allow_errors=True, each=each)["spans"]


def agree_step(root: Path, each: OrderedMap = local_map) -> int:
    """Every figure of a round with 1,000 draws: exact, relaxed, alpha, attributes, links, of all and of each pair."""
    collect_seldom()
    return agreement(open_corpus(root), "r1", each=each).figures.height


def diff_step(old: Path, new: Path) -> int:
    """Every change between two folders."""
    collect_seldom()
    return len(diff(old, new).changes)
