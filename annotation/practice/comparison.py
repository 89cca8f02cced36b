"""A submission of a practice article beside its gold: which spans and links are the same, and which are not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from annotation.labelstudio.result import read_result
from annotation.practice.material import PracticeArticle
from annotation.rounds.normalise import derived
from dataset.agreement.coded import ATTRIBUTES, CodedSpans, Numbers
from dataset.agreement.matching import Pairs, match
from dataset.record.rows import Link, MarkedSpan
from dataset.scheme import vocabulary

SpanPair = tuple[MarkedSpan, MarkedSpan]
"""A span of the annotator's, and the gold's span that it stands for."""
_PLACES: Final = {label: place for place, label in enumerate(vocabulary.LABELS)}


@dataclass(frozen=True)
class LinkChange:
    """A span whose links are not the gold's, and the spans that it links to here and there."""

    pair: SpanPair
    own: list[MarkedSpan]
    gold: list[MarkedSpan]


@dataclass(frozen=True)
class Comparison:
    """The annotator's spans and the gold's, each in one place.

    `same` have their label and offsets in common; `moved` their label, and some characters; `relabelled` at least half
    of what they cover together. `missed` are the gold's alone, `extra` the annotator's. `links` are of those in pairs.
    """

    own: list[MarkedSpan]
    gold: list[MarkedSpan]
    same: list[SpanPair]
    moved: list[SpanPair]
    relabelled: list[SpanPair]
    missed: list[MarkedSpan]
    extra: list[MarkedSpan]
    links: list[LinkChange]


def compare(article: PracticeArticle, result: object) -> Comparison:
    """Compares the result of an annotation with the gold; what of it cannot be read counts as not marked."""
    reading = read_result(result, article.text)
    own = [span for span in reading.spans if _is_sound(span, article.text)]
    same, rest_own, rest_gold = _paired(own, article.spans, "exact")
    moved, rest_own, rest_gold = _paired(rest_own, rest_gold, "detection")
    relabelled, extra, missed = _paired(rest_own, rest_gold, "relaxed", labelled=False)
    drawn = [*reading.relations, *derived(article.text, reading)]
    links = _link_changes([*same, *moved], _targets(drawn, own), _targets(article.relations, article.spans))
    return Comparison(own, article.spans, same, moved, relabelled, missed, extra, [*links])


def _is_sound(span: MarkedSpan, text: str) -> bool:
    return span["label"] in _PLACES and 0 <= span["start"] < span["end"] <= len(text)


def _paired(
    own: Sequence[MarkedSpan], gold: Sequence[MarkedSpan], measure: str, *, labelled: bool = True
) -> tuple[list[SpanPair], list[MarkedSpan], list[MarkedSpan]]:
    """The pairs of a matching, and what of either is left, in the order of the text."""
    own, gold = _ordered(own, labelled), _ordered(gold, labelled)
    pairs: Pairs = getattr(match(_coded(own, labelled), _coded(gold, labelled)), measure)
    first, second = pairs.first.tolist(), pairs.second.tolist()
    matched = [(own[a], gold[b]) for a, b in zip(first, second, strict=True)]
    return matched, _without(own, set(first)), _without(gold, set(second))


def _ordered(spans: Sequence[MarkedSpan], labelled: bool) -> list[MarkedSpan]:
    """In the order that a matching takes: label by label, where labels count."""
    return sorted(spans, key=lambda span: (_PLACES[span["label"]] * labelled, span["start"], span["end"]))


def _coded(spans: Sequence[MarkedSpan], labelled: bool) -> CodedSpans:
    def numbers(values: Iterable[int]) -> Numbers:
        return np.fromiter(values, dtype=np.int64, count=len(spans))

    return CodedSpans(
        submitted=np.ones(1, dtype=np.bool_),
        article=numbers(0 for _ in spans),
        label=numbers(_PLACES[span["label"]] * labelled for span in spans),
        start=numbers(span["start"] for span in spans),
        end=numbers(span["end"] for span in spans),
        values=np.zeros((len(spans), ATTRIBUTES), dtype=np.int64),
        links=np.zeros((0, 3), dtype=np.int64),
        span_ids=pl.Series([span["span_id"] for span in spans], dtype=pl.String),
    )


def _without(spans: list[MarkedSpan], places: set[int]) -> list[MarkedSpan]:
    rest = [span for place, span in enumerate(spans) if place not in places]
    return sorted(rest, key=lambda span: (span["start"], span["end"]))


def _targets(links: Iterable[Link], spans: Sequence[MarkedSpan]) -> dict[str, list[MarkedSpan]]:
    """What each span links to, of spans that are there, by links that the scheme knows."""
    by_id = {span["span_id"]: span for span in spans}
    targets: dict[str, list[MarkedSpan]] = {}
    for link in links:
        if link["type"] is not None and link["from_span"] in by_id and link["to_span"] in by_id:
            targets.setdefault(link["from_span"], []).append(by_id[link["to_span"]])
    return targets


def _link_changes(
    pairs: Sequence[SpanPair], own_targets: dict[str, list[MarkedSpan]], gold_targets: dict[str, list[MarkedSpan]]
) -> Iterator[LinkChange]:
    """The pairs whose links differ; the gold's links to what the annotator did not mark are left out."""
    partner = {own["span_id"]: gold["span_id"] for own, gold in pairs}
    marked = {*partner.values()}
    for own, gold in sorted(pairs, key=lambda pair: (pair[1]["start"], pair[1]["end"])):
        mine, given = own_targets.get(own["span_id"], []), gold_targets.get(gold["span_id"], [])
        reached = {partner.get(target["span_id"]) for target in mine} - {None}
        wanted = {target["span_id"] for target in given} & marked
        if reached != wanted:
            yield LinkChange((own, gold), mine, given)
