"""What a release holds beside its rows: plots, the guidelines, and the report of near-duplicates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.folder.folder import files_of, read_rows
from dataset.record.corpus import Corpus
from dataset.record.counts import Summary
from dataset.record.deciders import deciders
from dataset.record.layer import GOLD
from dataset.releasing import plots
from dataset.scheme import vocabulary
from dataset.similarity.near_duplicates import Finder, near_duplicates_in
from dataset.storage.tables import read_sound, table_bytes

NEAR_DUPLICATES: Final = "near-duplicates.jsonl"
GUIDELINES: Final = "guidelines"
GUIDELINES_VERSION: Final = "VERSION"
"""The page that says which version the guidelines are."""
COUNTS: Final = "plots/counts.svg"


def put_guidelines(folder: Path, pages: Mapping[str, str]) -> str | None:
    """Writes the guidelines, if there are any, into a folder of their own. Returns which version they are."""
    for name, page in pages.items():
        path = folder / GUIDELINES / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
    return pages[GUIDELINES_VERSION].strip() if pages else None


def put_report(folder: Path, find: Finder = near_duplicates_in) -> None:
    """Writes the pairs of articles that resemble each other, with the split of each; no words."""
    splits = article_texts(folder).select("article_id", "split")
    pairs = find(files_of(folder, "articles")).join(splits, on="article_id", maintain_order="left")
    pairs = pairs.join(splits, left_on="other", right_on="article_id", suffix="_of_other", maintain_order="left")
    (folder / NEAR_DUPLICATES).write_bytes(table_bytes(pairs.rename({"split_of_other": "other_split"})))


def article_texts(folder: Path) -> pl.DataFrame:
    """`article_id`, `event_id`, `text` and `split` of a built folder's articles, in their order."""
    return read_rows(folder, "articles", "article_id", "event_id", "text")


def put_plots(corpus: Corpus, layer: Summary, folder: Path) -> dict[str, str]:
    """Draws the counts, and the agreement of the rounds that made the layer. Returns where each is, by its title."""
    numbers = [plots.Bar(name.replace("`", ""), number) for name, number in layer.counts.items()]
    drawn = {COUNTS: ("What the dataset holds", plots.bars("What the dataset holds", numbers))}
    for round_name in _rounds(corpus, layer):
        title = f"Agreement in round {round_name}: exact F1 of spans, with 95 % intervals"
        if rows := _agreement(corpus, round_name):
            drawn[f"plots/agreement-{round_name}.svg"] = (title, plots.intervals(title, rows))
    for name, (_, svg) in drawn.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(svg, encoding="utf-8")
    return {title: name for name, (title, _) in drawn.items()}


def _rounds(corpus: Corpus, layer: Summary) -> list[str]:
    if layer.name == GOLD:
        return sorted(deciders(corpus).rounds)
    return [layer.name.rpartition("/")[0]]


def _agreement(corpus: Corpus, round_name: str) -> list[plots.PlottedInterval]:
    path = corpus.annotations / round_name / "agreement.jsonl"
    exact = read_sound(path, schema.Agreement).filter(pl.col("annotators").is_null(), measure="exact")
    by_scope = {row["scope"]: row for row in exact.iter_rows(named=True)}
    named = [by_scope[scope] for scope in (*vocabulary.LABELS, vocabulary.ALL) if scope in by_scope]
    return [plots.PlottedInterval(row["scope"], row["value"], row["low"], row["high"]) for row in named]
