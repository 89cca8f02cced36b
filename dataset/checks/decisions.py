"""Checks of the decisions of an adjudication: they say what became of each annotator's span, and the gold agrees."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import Final

import polars as pl

from dataset import schema
from dataset.checks.findings import Finding
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer, table_path
from dataset.record.provenance import provenance_path
from dataset.scheme import vocabulary
from dataset.storage.article_ranges import WHOLE, ArticleRange, read_range, rows_before
from dataset.storage.tables import read_table

UNREADABLE: Final = "unreadable-table"


def unreadable_table(name: str, problem: Problem) -> Finding:
    """The finding that a table of a layer cannot be read."""
    return Finding(UNREADABLE, name, "", problem.what)


def check_decisions(corpus: Corpus, article_range: ArticleRange = WHOLE) -> Iterator[Finding]:
    """Rows of `decisions.jsonl` that the table does not allow, and what gold and decisions say otherwise.

    Decisions that cannot be read are one finding. Gold that cannot be read is a layer's finding, and not one here.
    """
    try:
        decisions = read_range(corpus.decisions, schema.Decisions, article_range)
    except Problem as problem:
        yield unreadable_table(GOLD, problem)
        return
    key = ["round", "annotator", "article_id", "span_id", "to_span"]
    for fault in schema.faults(schema.Decisions, decisions, key, partial(rows_before, corpus.decisions, article_range)):
        yield Finding("unsound-decision", GOLD, "", f"decisions.jsonl: {fault}")
    with suppress(Problem):
        gold = read_layer(corpus.layer_path(GOLD), GOLD, article_range)
        if corpus.decisions.exists():
            yield from _strays(decisions, gold.spans)
            yield from _contradicted(corpus, decisions, gold.spans, article_range)


def _strays(decisions: pl.DataFrame, spans: pl.DataFrame) -> Iterator[Finding]:
    gold, named = ["article_id", "span_id"], ["article_id", "gold_span"]
    for row in spans.join(decisions, left_on=gold, right_on=named, how="anti").iter_rows(named=True):
        message = f"no decision made the span {row['span_id']}"
        yield Finding("unsound-decision", GOLD, row["article_id"], message, row["span_id"], row["start"], row["end"])
    with_gold = decisions.filter(pl.col("gold_span").is_not_null()).unique(named, maintain_order=True)
    for row in with_gold.join(spans, left_on=named, right_on=gold, how="anti").iter_rows(named=True):
        message = f"a decision names the span {row['gold_span']}, which the gold lacks"
        yield Finding("unsound-decision", GOLD, row["article_id"], message)


def _contradicted(
    corpus: Corpus, decisions: pl.DataFrame, gold: pl.DataFrame, article_range: ArticleRange
) -> Iterator[Finding]:
    """Spans that are said to be kept and differ in the gold, and those said to be changed that are the same."""
    claims = decisions.filter(pl.col("to_span").is_null(), pl.col("outcome").is_in(["kept", "changed"]))
    ours = gold.select("article_id", pl.col("span_id").alias("gold_span"), *_content_columns("gold"))
    key = ["round", "annotator", "article_id", "span_id"]
    both = claims.join(_spans_of(corpus, claims, article_range), on=key).join(ours, on=["article_id", "gold_span"])
    same = pl.all_horizontal(pl.col(f"own_{name}").eq_missing(pl.col(f"gold_{name}")) for name in _CONTENT)
    for row in both.filter(same != (pl.col("outcome") == "kept")).iter_rows(named=True):
        what = "differs in the gold" if row["outcome"] == "kept" else "is the same in the gold"
        message = f"{row['annotator']}'s span {row['span_id']} is said to be {row['outcome']}, but {what}"
        yield Finding("unsound-decision", GOLD, row["article_id"], message)


def check_provenance(corpus: Corpus) -> Iterator[Finding]:
    """Rows of `provenance.jsonl` that the table does not allow, and what they say that the record does not bear out.

    Gold that cannot be read is a layer's finding, and not one here.
    """
    path = provenance_path(corpus)
    try:
        rows = read_table(path, schema.Provenance)
    except Problem as problem:
        yield unreadable_table(GOLD, problem)
        return
    for fault in schema.faults(schema.Provenance, rows, schema.KEYS[schema.Provenance]):
        yield Finding("unsound-provenance", GOLD, "", f"{path.name}: {fault}")
    if not rows["article_id"].is_sorted():
        yield Finding("unsound-provenance", GOLD, "", f"{path.name} is not sorted by article")
    with suppress(Problem):
        tasks = read_table(table_path(corpus.layer_path(GOLD), "tasks"), schema.Tasks)
        for article in rows.join(tasks, on="article_id", how="anti")["article_id"].drop_nulls():
            yield Finding("unsound-provenance", GOLD, article, f"{path.name} has the article, and the gold lacks it")
        for row in rows.filter(pl.col("labelled_by").list.len() == 0).iter_rows(named=True):
            yield Finding("unsound-provenance", GOLD, row["article_id"], f"{path.name} names nobody who labelled it")


_CONTENT: Final = ("label", "start", "end", *(name for names in vocabulary.ATTRIBUTES.values() for name in names))


def _content_columns(whose: str) -> list[pl.Expr]:
    """What a span says, under names of their own; the names of speakers are a set."""
    columns = [pl.col(name).list.sort() if name == "speaker_entities" else pl.col(name) for name in _CONTENT]
    return [column.alias(f"{whose}_{name}") for name, column in zip(_CONTENT, columns, strict=True)]


def _spans_of(corpus: Corpus, decisions: pl.DataFrame, article_range: ArticleRange) -> pl.DataFrame:
    """What the annotators who are named say, by round, annotator, article and span."""
    names = [
        f"{round_name}/{who}"
        for round_name, who in decisions.select("round", "annotator").unique().sort("round", "annotator").rows()
    ]
    spans = [
        schema.empty(schema.Spans),
        *(read_layer(corpus.layer_path(name), name, article_range).spans for name in names),
    ]
    return pl.concat(spans).select("round", "annotator", "article_id", "span_id", *_content_columns("own"))
