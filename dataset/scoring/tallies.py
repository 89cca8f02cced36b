"""What each article adds to each score."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataset import schema
from dataset.agreement.coded import CodedSpans, Numbers, coded
from dataset.agreement.compared import ComparedLayers
from dataset.agreement.matching import Matchings, Pairs, match
from dataset.record.layer import Layer
from dataset.scheme import vocabulary
from dataset.scoring.labelled import LabelledArticles

ScoreKey = tuple[str, str]
Four = tuple[Numbers, Numbers, Numbers, Numbers]
"""By article: right predictions, predictions, gold that is matched, and gold."""

_F1_MEASURES: Final = ("exact", "relaxed", "detection")
SHARES: Final = frozenset({"boundary"})
_KINDS: Final = [f"{name}={value}" for name, value in vocabulary.KINDS]
_OF_SPANS: Final = (vocabulary.ALL, *vocabulary.LABELS, *_KINDS)
ATTRIBUTES: Final = [name for names in vocabulary.ATTRIBUTES.values() for name in names]
_LINK_MEASURES: Final = (*_F1_MEASURES[:2], *vocabulary.MATCHED_MEASURES)
SCORES: Final[list[ScoreKey]] = [
    *((scope, measure) for measure in (*_F1_MEASURES, *SHARES) for scope in _OF_SPANS),
    *((scope, measure) for measure in vocabulary.MATCHED_MEASURES for scope in ATTRIBUTES),
    *((scope, measure) for measure in _LINK_MEASURES for scope in vocabulary.RELATIONS),
]
"""The scores of spans, attributes and links."""


@dataclass(frozen=True)
class ScoreTallies:
    """What articles add, in the order of their ids, and which spans were matched.

    `counts` (articles × SCORES × 4) are right predictions, predictions, gold that is matched, and gold. For a share,
    they are what is the same and what is matched, by the predictions and by the gold. `pairs` are the relaxed matches:
    their `article_id`, the gold's `span_id`, and `predicted`, the id of the prediction.
    """

    counts: Numbers
    pairs: pl.DataFrame


def tallied(gold: LabelledArticles, predicted: LabelledArticles) -> ScoreTallies:
    """What the gold's articles add; `predicted` is about no other articles. Neither has a span twice."""
    articles = gold.articles["article_id"].sort()
    layers = {"gold": _as_layer(gold, articles), "predicted": _as_layer(predicted, articles)}
    works = coded(ComparedLayers("", layers, dict.fromkeys(articles, 0)))
    first, second = (_Work(works[name], layer.spans, articles) for name, layer in layers.items())
    matchings = match(first.spans, second.spans)
    counts = np.zeros((len(articles), len(SCORES), 4), dtype=np.int64)
    for scope, measure, four in _rows(first, second, matchings):
        for column, values in enumerate(four):
            counts[:, _PLACES[scope, measure], column] = values
    return ScoreTallies(counts, _pairs(articles, works, matchings.relaxed))


def _as_layer(labelled: LabelledArticles, articles: pl.Series) -> Layer:
    """As agreement takes it: nothing is skipped, and links count whether or not a rule made them."""
    return Layer(
        name=labelled.name,
        tasks=articles.to_frame(),
        spans=labelled.spans,
        relations=labelled.links.with_columns(derived=pl.lit(value=False)),
        findings=schema.empty(schema.Findings),
    )


class _Work:
    """One side's spans as arrays, with the kind of each: its place in vocabulary.KINDS, -1 for none."""

    def __init__(self, spans: CodedSpans, rows: pl.DataFrame, articles: pl.Series) -> None:
        self.spans = spans
        self.articles = len(articles)
        kind = pl.lit(-1)
        for at, (name, value) in enumerate(vocabulary.KINDS):
            kind = pl.when(pl.col(name) == value).then(at).otherwise(kind)
        ids = pl.DataFrame({"article_id": articles.gather(spans.article), "span_id": spans.span_ids})
        kinds = rows.select("article_id", "span_id", kind.alias("kind"))
        joined = ids.join(kinds, on=["article_id", "span_id"], how="left", maintain_order="left")
        self.kind = joined["kind"].to_numpy().astype(np.int64)

    def by_scope(self, rows: Numbers | slice = slice(None)) -> Numbers:
        """How many of these spans each article has of each scope: articles × _OF_SPANS."""
        article, label, kind = self.spans.article[rows], self.spans.label[rows], self.kind[rows]
        by_label = _counted(article, label, (self.articles, len(vocabulary.LABELS)))
        by_kind = _counted(article[kind >= 0], kind[kind >= 0], (self.articles, len(_KINDS)))
        return np.hstack([by_label.sum(axis=1, keepdims=True), by_label, by_kind])

    def links_by_article(self, links: Numbers, kind: int) -> Numbers:
        """How many of these links of a type each article has."""
        return np.bincount(self.spans.article[links[links[:, 0] == kind, 1]], minlength=self.articles)


def _counted(article: Numbers, column: Numbers, shape: tuple[int, int]) -> Numbers:
    return np.bincount(article * shape[1] + column, minlength=shape[0] * shape[1]).reshape(shape)


_PLACES: Final = {score: at for at, score in enumerate(SCORES)}
Row = tuple[str, str, Four]


def _rows(gold: _Work, predicted: _Work, matchings: Matchings) -> Iterator[Row]:
    yield from _span_rows(gold, predicted, matchings)
    for name, on, pairs in zip(
        _F1_MEASURES[:2], vocabulary.MATCHED_MEASURES, (matchings.exact, matchings.relaxed), strict=True
    ):
        yield from _attribute_rows(gold, predicted, pairs, on)
        yield from _link_rows(gold, predicted, pairs, (name, on))


def _span_rows(gold: _Work, predicted: _Work, matchings: Matchings) -> Iterator[Row]:
    """A prediction of a quote form or hedge kind is right if it is matched to a span of the label, of any kind."""
    all_predicted, all_gold = predicted.by_scope(), gold.by_scope()
    hits: dict[str, tuple[Numbers, Numbers]] = {}
    for measure in _F1_MEASURES:
        pairs: Pairs = getattr(matchings, measure)
        hits[measure] = predicted.by_scope(pairs.second), gold.by_scope(pairs.first)
        for at, scope in enumerate(_OF_SPANS):
            right, recalled = (counts[:, at] for counts in hits[measure])
            yield scope, measure, (right, all_predicted[:, at], recalled, all_gold[:, at])
    same = _with_same_edges(gold, predicted, matchings)
    for at, scope in enumerate(_OF_SPANS):
        right, recalled = (counts[:, at] for counts in (same if at >= _FIRST_KIND else hits["exact"]))
        seen, seen_gold = (counts[:, at] for counts in hits["detection"])
        yield scope, "boundary", (right, seen, recalled, seen_gold)


_FIRST_KIND: Final = len(_OF_SPANS) - len(_KINDS)


def _with_same_edges(gold: _Work, predicted: _Work, matchings: Matchings) -> tuple[Numbers, Numbers]:
    """Of the pairs that overlap, those with the same offsets.

    The exact matching may pair more spans of a kind than the one that pairs as many as overlap.
    """
    pairs = matchings.detection
    first, second = gold.spans, predicted.spans
    same = (first.start[pairs.first] == second.start[pairs.second]) & (
        first.end[pairs.first] == second.end[pairs.second]
    )
    return predicted.by_scope(pairs.second[same]), gold.by_scope(pairs.first[same])


def _attribute_rows(gold: _Work, predicted: _Work, pairs: Pairs, measure: str) -> Iterator[Row]:
    first, second = gold.spans, predicted.spans
    for label, names in enumerate(vocabulary.ATTRIBUTES.values()):
        of = first.label[pairs.first] == label
        article = first.article[pairs.first[of]]
        matched = np.bincount(article, minlength=gold.articles)
        for position, name in enumerate(names):
            equal = first.values[pairs.first[of], position] == second.values[pairs.second[of], position]
            same = np.bincount(article[equal], minlength=gold.articles)
            yield name, measure, (same, matched, same, matched)


def _link_rows(gold: _Work, predicted: _Work, pairs: Pairs, measures: tuple[str, str]) -> Iterator[Row]:
    """Links of all spans, and of matched spans alone. A predicted link is right where the gold has it, too."""
    of_all, of_matched = measures
    partner = np.full(len(predicted.spans.article), -1)
    partner[pairs.second] = pairs.first
    drawn, wanted = predicted.spans.links, gold.spans.links
    reached = np.column_stack([drawn[:, 0], partner[drawn[:, 1]], partner[drawn[:, 2]]])
    whole = (reached[:, 1:] >= 0).all(axis=1)
    matched = wanted[np.isin(wanted[:, 1:], pairs.first).all(axis=1)]
    same = reached[whole][np.isin(_keys(reached[whole], gold), _keys(wanted, gold))]
    for kind, name in enumerate(vocabulary.RELATIONS):
        right = gold.links_by_article(same, kind)
        yield (
            name,
            of_all,
            (right, predicted.links_by_article(drawn, kind), right, gold.links_by_article(wanted, kind)),
        )
        both = predicted.links_by_article(drawn[whole], kind), gold.links_by_article(matched, kind)
        yield name, of_matched, (right, both[0], right, both[1])


def _keys(links: Numbers, work: _Work) -> NDArray[np.int64]:
    """A number for each link over the spans of one side."""
    size = max(len(work.spans.article), 1)
    return np.asarray((links[:, 0] * size + links[:, 1]) * size + links[:, 2], dtype=np.int64)


def _pairs(articles: pl.Series, works: dict[str, CodedSpans], pairs: Pairs) -> pl.DataFrame:
    gold, predicted = works["gold"], works["predicted"]
    return pl.DataFrame(
        {
            "article_id": articles.gather(gold.article[pairs.first]),
            "span_id": gold.span_ids.gather(pairs.first),
            "predicted": predicted.span_ids.gather(pairs.second),
        }
    )
