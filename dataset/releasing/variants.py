"""The two variants of a version: `full` with the articles' text, `withheld` without."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyarrow

from dataset import schema
from dataset.folder import manifest
from dataset.folder.content_hash import without_text
from dataset.folder.folder import CARD, shards
from dataset.folder.manifest import Variant, kept_configs
from dataset.folder.writer import CountsBySplit, file_name, row_groups, write_tables
from dataset.published.card import for_variant
from dataset.releasing.croissant import known_about, write_croissant


def write_withheld(full: Path, out: Path) -> tuple[CountsBySplit, CountsBySplit]:
    """Writes the configs of a `full` folder without their text. Returns rows, and bytes before compression."""
    counts: CountsBySplit = {}
    sizes: CountsBySplit = {}
    for config in kept_configs(full):
        counts[config], sizes[config] = {}, {}
        for split, paths in shards(full, config).items():
            groups = (group for path in paths for group in _bare(path, config))
            written = write_tables(out / file_name(config, split), config, groups)
            counts[config][split], sizes[config][split] = written
    return counts, sizes


def put_variant(source: Path, folder: Path, variant: Variant, counts: CountsBySplit, sizes: CountsBySplit) -> None:
    """Puts all that goes with the configs of another variant, which `folder` holds already; the manifest comes last."""
    source_manifest = manifest.read(source)
    for name in source_manifest.files:
        if not name.endswith(".parquet"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes((source / name).read_bytes())
    page = (source / CARD).read_text(encoding="utf-8")
    (folder / CARD).write_text(for_variant(page, variant, counts, sizes, folder), encoding="utf-8")
    write_croissant(folder, known_about(source))
    files = manifest.stored_files(folder)
    manifest.write(folder, replace(source_manifest, variant=variant, files=files, written_by=manifest.writers()))


def _bare(path: Path, config: str) -> Iterator[pyarrow.Table]:
    for group in row_groups(path):
        batches = [without_text(batch, schema.CONFIGS[config]) for batch in group.to_batches()]
        yield pyarrow.Table.from_batches(batches, group.schema).combine_chunks()
