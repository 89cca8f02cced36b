"""The file steps, each as its command does it."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from annotation.rounds import pull
from dataset.agreement.figures import agreement
from dataset.checks.suite import check_record
from dataset.diffing.diff import diff
from dataset.garbage import collect_seldom
from dataset.parallel import OrderedMap, local_map, standing_by
from dataset.published.build import build
from dataset.record.corpus import open_corpus

LAYER = "r1/a1"


def begun(each: OrderedMap = local_map) -> AbstractContextManager[None]:
    """Begins as a command does; `each` is what processes the parts."""
    collect_seldom()
    return standing_by() if each is local_map else nullcontext()


def pull_step(root: Path, export: Path) -> int:
    """Takes an export in. Returns the spans."""
    with begun():
        return pull.pull_file(open_corpus(root), "r1", "a1", export, accept_removals=False).layers[0].spans


def validate_step(root: Path, each: OrderedMap = local_map) -> int:
    """Checks a layer. Returns the findings."""
    with begun(each):
        return sum(1 for _ in check_record(open_corpus(root), [LAYER], each))


def build_step(root: Path, each: OrderedMap = local_map) -> int:
    """Builds a layer, its errors looked for. Returns the spans."""
    with begun(each):
        return build(open_corpus(root), LAYER, root / "built", allow_errors=True, each=each)["spans"]


def agree_step(root: Path, each: OrderedMap = local_map) -> int:
    """Every figure of a round with 1,000 draws: exact, relaxed, alpha, attributes, links, of all and of each pair."""
    with begun(each):
        return agreement(open_corpus(root), "r1", each=each).figures.height


def diff_step(old: Path, new: Path) -> int:
    """Every change between two folders."""
    collect_seldom()
    return len(diff(old, new).changes)
