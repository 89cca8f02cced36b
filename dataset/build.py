"""A layer of the record into a folder that `load_dataset` reads: Parquet files and the card that declares them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema, scheme
from dataset.card import BUILT_BY, card
from dataset.checks.findings import Finding
from dataset.checks.layers import errors_of
from dataset.corpus import Corpus
from dataset.files import folder_aside, put_folder, read_table, writing
from dataset.layer import Layer, missing_files, read_layer
from dataset.problem import Problem
from dataset.published import frames

_CARD: Final = "README.md"
_BUILT: Final = re.compile(rf"({'|'.join(schema.CONFIGS)})/({'|'.join(scheme.SPLITS)})-\d{{5}}-of-\d{{5}}\.parquet")
ROW_GROUP: Final = {"articles": 2_000, "tokens": 2_000}
"""Rows of a row group, where a row is a whole article; else 50,000."""
_WRITER: Final[dict[str, Any]] = {
    "compression": "zstd",
    "compression_level": 9,
    "use_content_defined_chunking": True,
    "write_page_index": True,
    "version": "2.6",
}


def build(corpus: Corpus, layer_name: str, out: Path, *, allow_errors: bool) -> dict[str, int]:
    """Builds a layer into `out`, replacing a folder built before. Returns the rows of each config.

    Raises:
        Problem: there is no such layer, it has errors, nothing in it can be built, `out` holds something else, or
            the disk does not take it.
    """
    layer = _layer(corpus, layer_name)
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


def _layer(corpus: Corpus, name: str) -> Layer:
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
    """Writes one config after the other, so that only one has to be held. Returns the rows of each."""
    counts: dict[str, dict[str, int]] = {}
    sizes: dict[str, dict[str, int]] = {}
    for config, rows in frames(corpus, layer):
        if config == "articles" and not rows.height:
            raise Problem(f"no article of {layer.name} is in the corpus: nothing to build", "see `hedgerow validate`")
        sizes[config], counts[config] = {}, {}
        for split, part in _split(corpus, rows):
            path = folder / config / f"{split}-00000-of-00001.parquet"
            sizes[config][split] = _write_parquet(path, config, part)
            counts[config][split] = part.height
    text = card(corpus, layer, counts, sizes, folder, errors)
    (folder / _CARD).write_text(text, encoding="utf-8")
    return {config: sum(parts.values()) for config, parts in counts.items()}


def _split(corpus: Corpus, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each split. An event that was not released yet is in `train`."""
    fixed = _fixed_splits(corpus)
    split = rows.select("event_id").join(fixed, on="event_id", how="left", maintain_order="left")["split"]
    split = split.fill_null("train")
    used = corpus.articles.join(fixed, on="event_id", how="left")["split"].fill_null("train").unique()
    for name in sorted(used, key=("train", "validation", "test").index):
        yield name, rows if (split == name).all() else rows.filter(split == name)


def _fixed_splits(corpus: Corpus) -> pl.DataFrame:
    """The table `splits`.

    Raises:
        Problem: an event has no split that there is, or has two.
    """
    fixed = read_table(corpus.splits, schema.Splits)
    if schema.failures(schema.Splits, fixed) or fixed["event_id"].is_duplicated().any():
        raise Problem(f"{corpus.splits} does not give each event one split", "mend or restore the file")
    return fixed


def _write_parquet(path: Path, config: str, rows: pl.DataFrame) -> int:
    """Writes rows with the schema of `datasets.Features`, which carries class names and types to `load_dataset`.

    Returns their bytes in memory.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    table, size = schema.CONFIGS[config], 0
    plain, featured = schema.arrow_schema(table), schema.features(table).arrow_schema
    # A file that pyarrow opened itself stays open after a write that failed.
    with path.open("wb") as file, pyarrow.parquet.ParquetWriter(file, featured, **_WRITER) as writer:
        for part in rows.iter_slices(ROW_GROUP.get(config, 50_000)):
            if part.height:  # an empty row group is one that `load_dataset` refuses
                typed = part.to_arrow().cast(plain).cast(featured)
                writer.write_table(typed)
                size += int(typed.nbytes)
    return size


def _refuse_to_replace(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not _built_before(out):
        raise Problem(f"{out} holds files that no build made", "name an empty or a new folder with --out")
    if out.exists() and not out.is_dir():
        raise Problem(f"{out} is a file", "name a folder with --out")


def _built_before(out: Path) -> bool:
    """Whether a build made all that is in the folder."""
    card_path = out / _CARD
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    own = all(name == _CARD or _BUILT.fullmatch(name) for name in files)
    return own and card_path.exists() and BUILT_BY in card_path.read_text(encoding="utf-8", errors="replace")
