"""What publishing a second version sends when 1 % of the articles were corrected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import polars as pl

from dataset.folder import manifest
from dataset.folder.manifest import FULL, Manifest
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import read_layer
from tests.clients import Client
from tests.dataset.layers import write_layer
from tests.hub import Hub

LAYER: Final = "r1/a1"
SHARE: Final = 100
"""One article of so many is corrected."""


@dataclass(frozen=True)
class Sent:
    """Bytes of a version, and how many of them the Hub was sent: for the first, and for the second version."""

    way: str
    edit: str
    total: int
    first: int
    second: int


def resend_step(corpus: Corpus, folder: Path) -> Iterator[Sent]:
    """Publishes a version, and after each kind of edit another, by Xet and by LFS."""
    articles = corpus.articles["article_id"].sort()
    edits = {
        "side by side": articles.head(articles.len() // SHARE),
        "scattered": articles.gather_every(SHARE),
    }
    first = _release(corpus, folder / "1.0.0", "1.0.0")
    for edit, chosen in edits.items():
        second = _release(_corrected(corpus, folder / f"corpus {edit}", chosen), folder / f"2.0.0 {edit}", "2.0.0")
        for xet in (True, False):
            way = "Xet" if xet else "LFS"
            yield Sent(way, edit, _size(second), *_sent(folder / f"{way} {edit}", xet, first, second))


def _corrected(corpus: Corpus, folder: Path, chosen: pl.Series) -> Corpus:
    """A copy of the corpus in which the first span of each chosen article takes in a word more."""
    shutil.copytree(corpus.root, folder, ignore=shutil.ignore_patterns("pulls", "built", "conll", "*.json"))
    changed = open_corpus(folder)
    layer = read_layer(corpus.layer_path(LAYER), LAYER)
    first = pl.col("article_id").is_in(chosen.implode()) & (pl.col("span_id") == "s0")
    longer = pl.when(first).then(pl.col("end") + len(" said")).otherwise(pl.col("end"))
    spans = layer.spans.with_columns(longer.alias("end"))
    write_layer(changed.layer_path(LAYER), replace(layer, spans=spans))
    return changed


def _release(corpus: Corpus, folder: Path, version: str) -> Path:
    build(corpus, LAYER, folder, allow_errors=True)
    release_manifest = Manifest(
        name=corpus.name,
        version=version,
        variant=FULL,
        commit="0" * 40,
        date="2031-05-02",
        guidelines_versions=["1"],
        files=manifest.stored_files(folder),
        content=manifest.content(folder),
    )
    manifest.write(folder, release_manifest)
    return folder


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _sent(folder: Path, xet: bool, *releases: Path) -> Iterator[int]:
    with Hub(folder / "hub", xet=xet).running() as hub:
        client, before = Client(hub, folder / "home"), 0
        for release in releases:
            done = client.publish(release, "--include-text")
            if done.returncode:
                raise RuntimeError(done.stderr)
            yield hub.stored() - before
            before = hub.stored()
