"""Releases of the tiny corpus: folders with a manifest, in both variants."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from dataset.folder import manifest
from dataset.folder.manifest import FULL, WITHHELD, Manifest
from dataset.published.build import build
from dataset.published.card import for_variant
from dataset.record.corpus import Corpus
from dataset.releasing.variants import write_withheld
from tests.dataset.tiny import LAYER, Rows, put_corpus, put_layer, valid_rows

FIRST, SECOND = "1.0.0", "2.0.0"


def as_it_is(rows: Rows) -> None:
    """Changes nothing."""


def corrected(rows: Rows) -> None:
    """What a second version corrects."""
    rows["spans"] = [row for row in rows["spans"] if row["span_id"] != "short"]
    rows["relations"] = [row for row in rows["relations"] if row["from_span"] != "short"]


def make_release(folder: Path, version: str = FIRST, edit: Callable[[Rows], None] = as_it_is) -> Path:
    """A release of the tiny corpus, `full`, with its variant `withheld` beside it. Returns the folder of `full`."""
    corpus, rows = put_corpus(folder / f"corpus-{version}"), valid_rows()
    edit(rows)
    put_layer(corpus, rows)
    return put_release(corpus, folder / "dist", version)


def put_release(corpus: Corpus, dist: Path, version: str) -> Path:
    full, withheld = dist / version, dist / f"{version}-withheld"
    build(corpus, LAYER, full, allow_errors=False)
    (full / "CHANGELOG.md").write_text(f"## {version}\n", encoding="utf-8")
    (full / f"notes-{version}.txt").write_text("only in this version\n", encoding="utf-8")
    full_manifest = Manifest(
        name="tiny",
        version=version,
        variant=FULL,
        commit="0" * 40,
        date="2031-05-02",
        guidelines_versions=["1"],
        files=manifest.stored_files(full),
        content=manifest.content(full),
        written_by=manifest.writers(),
    )
    manifest.write(full, full_manifest)
    counts, sizes = write_withheld(full, withheld)
    page = (full / "README.md").read_text(encoding="utf-8")
    (withheld / "README.md").write_text(for_variant(page, WITHHELD, counts, sizes, withheld), encoding="utf-8")
    (withheld / "CHANGELOG.md").write_bytes((full / "CHANGELOG.md").read_bytes())
    manifest.write(withheld, replace(full_manifest, variant=WITHHELD, files=manifest.stored_files(withheld)))
    return full
