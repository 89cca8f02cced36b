"""Checks of the record as a whole: every layer that can be read, the tables that cannot, and the entities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.checks.findings import Finding
from dataset.checks.layers import check_layer, place
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, layer_parts, missing_files, read_layer
from dataset.record.withdrawal import unfinished, withdrawn_path
from dataset.scheme import vocabulary
from dataset.storage.article_ranges import WHOLE, Part, read_part, rows_before
from dataset.storage.files import read_sound

UNREADABLE: Final = "unreadable-table"


def check_record(corpus: Corpus, layers: Iterable[str], each: OrderedMap = map) -> Iterator[Finding]:
    """All findings of these layers, layer by layer and part by part, by article and place.

    A part of a layer that cannot be read is one finding, and the others are checked. `each` is what does the parts.
    """
    for name in layers:
        yield from _check(corpus, name, each)


def _check(corpus: Corpus, name: str, each: OrderedMap) -> Iterator[Finding]:
    folder, unreadable = corpus.layer_path(name), set[str]()
    for lost in missing_files(folder):
        yield Finding("missing-table", name, "", f"{lost} is missing; put it back, or pull again")
    try:
        parts = layer_parts(folder)
    except Problem as problem:
        yield _unreadable(name, problem)
        return
    for found in each(partial(check_part, corpus, name), parts):
        for one in found:
            if one.code != UNREADABLE or one.message not in unreadable:
                yield one
            if one.code == UNREADABLE:
                unreadable.add(one.message)


def check_part(corpus: Corpus, name: str, part: Part) -> list[Finding]:
    """All findings of a part of a layer, by article and place; of the gold, those of its decisions, too."""
    decisions = list(check_decisions(corpus, part)) if name == GOLD else []
    try:
        found = check_layer(corpus, read_layer(corpus.layer_path(name), name, part))
    except Problem as problem:
        found = [_unreadable(name, problem)]
    return sorted([*found, *decisions], key=place) if decisions else found


def _unreadable(name: str, problem: Problem) -> Finding:
    return Finding(UNREADABLE, name, "", problem.what)


def check_decisions(corpus: Corpus, part: Part = WHOLE) -> Iterator[Finding]:
    """Rows of `decisions.jsonl` that the table does not allow, and what gold and decisions say otherwise.

    Decisions that cannot be read are one finding. Gold that cannot be read is a layer's finding, and not one here.
    """
    try:
        decisions = read_part(corpus.decisions, schema.Decisions, part)
    except Problem as problem:
        yield _unreadable(GOLD, problem)
        return
    key = ["round", "annotator", "article_id", "span_id", "to_span"]
    for fault in schema.faults(schema.Decisions, decisions, key, partial(rows_before, corpus.decisions, part)):
        yield Finding("unsound-decision", GOLD, "", f"decisions.jsonl: {fault}")
    with suppress(Problem):
        gold = read_layer(corpus.layer_path(GOLD), GOLD, part)
        if corpus.decisions.exists():
            yield from _strays(decisions, gold.spans)
            yield from _untrue(corpus, decisions, gold.spans, part)


def _strays(decisions: pl.DataFrame, spans: pl.DataFrame) -> Iterator[Finding]:
    gold, named = ["article_id", "span_id"], ["article_id", "gold_span"]
    for row in spans.join(decisions, left_on=gold, right_on=named, how="anti").iter_rows(named=True):
        message = f"no decision made the span {row['span_id']}"
        yield Finding("unsound-decision", GOLD, row["article_id"], message, row["span_id"], row["start"], row["end"])
    told = decisions.filter(pl.col("gold_span").is_not_null()).unique(named, maintain_order=True)
    for row in told.join(spans, left_on=named, right_on=gold, how="anti").iter_rows(named=True):
        message = f"a decision names the span {row['gold_span']}, which the gold lacks"
        yield Finding("unsound-decision", GOLD, row["article_id"], message)


def _untrue(corpus: Corpus, decisions: pl.DataFrame, gold: pl.DataFrame, part: Part) -> Iterator[Finding]:
    """Spans that are said to be kept and are another in the gold, and those said to be changed that are the same."""
    told = decisions.filter(pl.col("to_span").is_null(), pl.col("outcome").is_in(["kept", "changed"]))
    ours = gold.select("article_id", pl.col("span_id").alias("gold_span"), *_said("gold"))
    key = ["round", "annotator", "article_id", "span_id"]
    both = told.join(_spans_of(corpus, told, part), on=key).join(ours, on=["article_id", "gold_span"])
    same = pl.all_horizontal(pl.col(f"own_{name}").eq_missing(pl.col(f"gold_{name}")) for name in _SAID)
    for row in both.filter(same != (pl.col("outcome") == "kept")).iter_rows(named=True):
        what = "is another in the gold" if row["outcome"] == "kept" else "is the same in the gold"
        message = f"{row['annotator']}'s span {row['span_id']} is told as {row['outcome']}, but {what}"
        yield Finding("unsound-decision", GOLD, row["article_id"], message)


_SAID: Final = ("label", "start", "end", *(name for names in vocabulary.ATTRIBUTES.values() for name in names))


def _said(whose: str) -> list[pl.Expr]:
    """What a span says, under names of their own; the names of speakers are a set."""
    columns = [pl.col(name).list.sort() if name == "speaker_entities" else pl.col(name) for name in _SAID]
    return [column.alias(f"{whose}_{name}") for name, column in zip(_SAID, columns, strict=True)]


def _spans_of(corpus: Corpus, decisions: pl.DataFrame, part: Part) -> pl.DataFrame:
    """What the annotators who are named say, by round, annotator, article and span."""
    names = [
        f"{one}/{who}" for one, who in decisions.select("round", "annotator").unique().sort("round", "annotator").rows()
    ]
    spans = [schema.empty(schema.Spans), *(read_layer(corpus.layer_path(name), name, part).spans for name in names)]
    return pl.concat(spans).select("round", "annotator", "article_id", "span_id", *_said("own"))


def check_shared(corpus: Corpus) -> Iterator[Finding]:
    """All findings of what the layers share: entities, ids, deals, figures of agreement, splits and tombstones."""
    yield from check_entities(corpus)
    yield from check_ids(corpus)
    yield from check_tables(corpus)
    yield from check_withdrawals(corpus)


def check_ids(corpus: Corpus) -> Iterator[Finding]:
    """Articles, and layers, whose names differ in capitals alone: on many disks their files would be one."""
    for names in ([*corpus.hashes], corpus.layers()):
        first: dict[str, str] = {}
        for name in names:
            if (same := first.setdefault(name.casefold(), name)) != name:
                message = f"{name} and {same} differ in capitals alone; on many disks their files would be one"
                yield Finding("ids-differ-in-case", "record", name, message)


def check_withdrawals(corpus: Corpus) -> Iterator[Finding]:
    """Articles that have a tombstone and are here all the same. Tombstones that cannot be read are another finding."""
    with suppress(Problem):
        for article in unfinished(corpus):
            message = f"{article} was withdrawn and is still here; `hedgerow withdraw {article} --reason …` ends that"
            yield Finding("withdrawal-unfinished", "record", article, message)


def check_tables(corpus: Corpus) -> Iterator[Finding]:
    """Tables beside the layers that cannot be read, or hold a row that the table does not allow: one finding each."""
    tables: list[tuple[Path, type[schema.Table]]] = [
        *((path, schema.Deals) for path in sorted(corpus.annotations.glob("*/deals.jsonl"))),
        *((path, schema.Agreement) for path in sorted(corpus.annotations.glob("*/agreement.jsonl"))),
        (corpus.splits, schema.Splits),
        (withdrawn_path(corpus), schema.Withdrawn),
    ]
    for path, table in tables:
        try:
            read_sound(path, table)
        except Problem as problem:
            yield Finding(UNREADABLE, "record", "", problem.what)


def check_entities(corpus: Corpus) -> Iterator[Finding]:
    """Rows of `entities.jsonl` that the table does not allow, and entities that an event has twice."""
    for fault in schema.faults(schema.Entities, corpus.entities, ["event_id", "entity"]):
        yield Finding("unsound-entity", "seeds", "", f"entities.jsonl: {fault}")
