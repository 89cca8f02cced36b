"""A layer of the record into a folder that `load_dataset` reads: Parquet files and the card that declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema, scheme
from dataset.card import BUILT_BY, CARD, Sizes, card
from dataset.checks.findings import Finding
from dataset.checks.layers import errors_of
from dataset.corpus import Corpus
from dataset.files import folder_aside, put_folder, writing
from dataset.layer import Layer, missing_files, read_layer
from dataset.parquet import file_name, write_rows
from dataset.problem import Problem
from dataset.published import frames
from dataset.splits import fixed_splits

_BUILT: Final = re.compile(rf"({'|'.join(schema.CONFIGS)})/({'|'.join(scheme.SPLITS)})-\d{{5}}-of-\d{{5}}\.parquet")


def build(corpus: Corpus, layer_name: str, out: Path, *, allow_errors: bool) -> dict[str, int]:
    """Builds a layer into `out`, replacing a folder built before. Returns the rows of each config.

    Raises:
        Problem: there is no such layer, it has errors, nothing in it can be built, `out` holds something else, or
            the disk does not take it.
    """
    layer = buildable(corpus, layer_name)
    _refuse_to_replace(out)
    errors = errors_of(corpus, layer)
    if errors and not allow_errors:
        raise Problem(
            f"{layer_name} has {len(errors)} errors, the first: {_shown(errors[0])}",
            "see `hedgerow validate`, or build all the same with --allow-errors",
        )
    out = out.resolve()
    with writing(out, "what was there is as it was"), folder_aside(out) as folder:
        rows = _write(corpus, layer, errors, folder)
        put_folder(folder, out)
    return rows


def buildable(corpus: Corpus, name: str) -> Layer:
    """The layer of that name.

    Raises:
        Problem: there is none, it lacks a file, or nothing in it was submitted.
    """
    layer = read_layer(corpus.layer_path(name), name)
    if lost := missing_files(corpus.layer_path(name)):
        raise Problem(f"{name} lacks {', '.join(lost)}", "put the file back, or pull again")
    if not layer.tasks.height:
        known = [one for one in corpus.layers() if one != name]
        raise Problem(
            f"the record has no layer {name}", f"name another with --layer: {', '.join(known) or 'there is none yet'}"
        )
    if not layer.tasks.filter(status="submitted").height:
        raise Problem(f"nothing in {name} was submitted", "label an article and pull again")
    return layer


def _shown(finding: Finding) -> str:
    return f"{finding.code} in {finding.article_id}: {finding.message}"


def _write(corpus: Corpus, layer: Layer, errors: list[Finding], folder: Path) -> dict[str, int]:
    """Returns the rows of each config."""
    counts, sizes = write_configs(corpus, layer, folder)
    text = card(corpus, layer, counts, sizes, folder, errors)
    (folder / CARD).write_text(text, encoding="utf-8")
    return {config: sum(parts.values()) for config, parts in counts.items()}


def write_configs(corpus: Corpus, layer: Layer, folder: Path) -> tuple[Sizes, Sizes]:
    """Writes one config after the other, so that only one has to be held. Returns rows, and bytes in memory.

    Raises:
        Problem: no article of the layer is in the corpus.
    """
    counts: Sizes = {}
    sizes: Sizes = {}
    for config, rows in frames(corpus, layer):
        if config == "articles" and not rows.height:
            raise Problem(f"no article of {layer.name} is in the corpus: nothing to build", "see `hedgerow validate`")
        sizes[config], counts[config] = {}, {}
        for split, part in _split(corpus, rows):
            sizes[config][split] = write_rows(folder / file_name(config, split), config, part)
            counts[config][split] = part.height
    return counts, sizes


def _split(corpus: Corpus, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each split. An event that was not released yet is in `train`."""
    fixed = fixed_splits(corpus)
    split = rows.select("event_id").join(fixed, on="event_id", how="left", maintain_order="left")["split"]
    split = split.fill_null("train")
    used = corpus.articles.join(fixed, on="event_id", how="left")["split"].fill_null("train").unique()
    for name in sorted(used, key=scheme.SPLITS.index):
        yield name, rows if (split == name).all() else rows.filter(split == name)


def _refuse_to_replace(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not _built_before(out):
        raise Problem(f"{out} holds files that no build made", "name an empty or a new folder with --out")
    if out.exists() and not out.is_dir():
        raise Problem(f"{out} is a file", "name a folder with --out")


def _built_before(out: Path) -> bool:
    """Whether a build made all that is in the folder."""
    card_path = out / CARD
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    own = all(name == CARD or _BUILT.fullmatch(name) for name in files)
    return own and card_path.exists() and BUILT_BY in card_path.read_text(encoding="utf-8", errors="replace")
