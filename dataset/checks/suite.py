"""The checks run: on a layer, and on all layers of a record, range of articles by range of articles."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from dataset.checks import hedge, number, quote, recall, speaker
from dataset.checks import spans as everywhere
from dataset.checks.decisions import UNREADABLE, check_decisions, check_provenance, unreadable_table
from dataset.checks.facts import Facts, gather
from dataset.checks.findings import Finding
from dataset.checks.rows import row_findings
from dataset.checks.structure import (
    duplicate_ids,
    duplicate_relations,
    duplicate_tasks,
    foreign_rows,
    pull_findings,
    relation_ends,
    spans_without_task,
    text_findings,
)
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, layer_ranges, missing_files, read_layer
from dataset.storage.article_ranges import ArticleRange


def check_layer(corpus: Corpus, layer: Layer) -> list[Finding]:
    """All findings of a layer, by article and place."""
    return found_by(STRUCTURE + RULES + HINTS, corpus, layer)


def errors_of(corpus: Corpus, layer: Layer) -> list[Finding]:
    """The findings of severity error, by article and place, without looking for what is at most a warning."""
    return [finding for finding in found_by(STRUCTURE + RULES, corpus, layer) if finding.severity == "error"]


def found_by(checks: Iterable[Check], corpus: Corpus, layer: Layer) -> list[Finding]:
    """What these checks find in a layer, and articles that the corpus does not have; by article and place."""
    facts = gather(corpus, layer)
    findings = findings_in(facts, checks)
    known = set(facts.events["article_id"])
    findings += [
        Finding("unknown-article", layer.name, article_id, "the corpus has no such article")
        for article_id in layer.tasks["article_id"].drop_nulls()
        if article_id not in known
    ]
    return sorted(findings, key=place)


def findings_in(facts: Facts, checks: Iterable[Check] | None = None) -> list[Finding]:
    """What these checks find, or all of them, check by check."""
    return [finding for check in checks or STRUCTURE + RULES + HINTS for finding in check(facts)]


def place(finding: Finding) -> tuple[str, int, str, str, str]:
    """What findings are sorted by: article and place."""
    return (
        finding.article_id,
        -1 if finding.start is None else finding.start,
        finding.code,
        finding.span_id or "",
        finding.message,
    )


Check = Callable[[Facts], Iterator[Finding]]
LayerCheck = Callable[[Corpus, Layer], list[Finding]]
STRUCTURE: tuple[Check, ...] = (
    row_findings,
    pull_findings,
    text_findings,
    duplicate_ids,
    everywhere.duplicate_spans,
    everywhere.overlaps,
    spans_without_task,
    relation_ends,
    foreign_rows,
    duplicate_tasks,
    duplicate_relations,
    hedge.two_targets,
    quote.two_origins,
    quote.later_continued,
    quote.circles,
)
"""Whether the record holds together, whatever its words."""


RULES: tuple[Check, ...] = (
    everywhere.punctuation,
    speaker.trailing_commas,
    speaker.speakers_without_quote,
    speaker.unregistered_entities,
    quote.sources,
    hedge.cues,
    hedge.other_targets,
    number.values,
)
"""Whether it keeps the scheme's rules. They judge spans that are sound: see `Facts.sound`."""


HINTS: tuple[Check, ...] = (
    everywhere.possessives,
    everywhere.cut_words,
    everywhere.furniture,
    speaker.asides,
    quote.quotation_marks,
    quote.quoted_words,
    quote.complementisers,
    hedge.without_clause,
    hedge.held_back,
    number.approximators,
    number.counted_nouns,
    number.dates,
    recall.missed,
)
"""Rules, too, but a breach of these is a warning."""


def check_record(
    corpus: Corpus, layers: Iterable[str], each: OrderedMap = map, *, errors_only: bool = False
) -> Iterator[Finding]:
    """All findings of these layers, layer by layer and range by range of articles, by article and place.

    A range of a layer that cannot be read is one finding, and the others are checked. `each` maps over the ranges.
    `errors_only` does not look for warnings, which takes most of the time.
    """
    for name in layers:
        yield from _check(corpus, name, each, errors_of if errors_only else check_layer)


def _check(corpus: Corpus, name: str, each: OrderedMap, check: LayerCheck) -> Iterator[Finding]:
    folder, unreadable = corpus.layer_path(name), set[str]()
    for lost in missing_files(folder):
        yield Finding("missing-table", name, "", f"{lost} is missing; put it back, or pull again")
    if name == GOLD:
        yield from check_provenance(corpus)
    try:
        article_ranges = layer_ranges(folder)
    except Problem as problem:
        yield unreadable_table(name, problem)
        return
    for findings in each(partial(check_range, corpus, name, check), article_ranges):
        for finding in findings:
            if finding.code != UNREADABLE or finding.message not in unreadable:
                yield finding
            if finding.code == UNREADABLE:
                unreadable.add(finding.message)


def check_range(corpus: Corpus, name: str, check: LayerCheck, article_range: ArticleRange) -> list[Finding]:
    """What a check finds in a range of a layer, by article and place; of the gold, in its decisions, too."""
    decisions = list(check_decisions(corpus, article_range)) if name == GOLD else []
    try:
        findings = check(corpus, read_layer(corpus.layer_path(name), name, article_range))
    except Problem as problem:
        findings = [unreadable_table(name, problem)]
    return sorted([*findings, *decisions], key=place) if decisions else findings
