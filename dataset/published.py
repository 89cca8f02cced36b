"""From a layer of the record to the rows of the published configs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from dataset import schema, scheme
from dataset.corpus import Corpus
from dataset.layer import Layer, sort_layer
from dataset.tokens import tag, tokenize

Row = dict[str, Any]
BETWEEN_SEGMENTS = " … "


@dataclass(frozen=True)
class LabelledArticle:
    """One article with its spans and links, as the layer has them."""

    article: Row
    text: str
    task: Row
    spans: list[Row]
    relations: list[Row]
    kinds: dict[str, str]

    @property
    def id(self) -> str:
        """The article's id."""
        return str(self.article["article_id"])

    @property
    def key(self) -> Row:
        """What every published row of the article begins with."""
        return {"article_id": self.id, "event_id": self.article["event_id"]}

    @cached_property
    def by_id(self) -> dict[str, Row]:
        """The spans by id."""
        return {span["span_id"]: span for span in self.spans}

    @cached_property
    def _links(self) -> dict[tuple[str, str], list[Row]]:
        links: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for link in self.relations:
            if link["type"] and link["from_span"] in self.by_id and link["to_span"] in self.by_id:
                links[link["type"], link["from_span"]].append(link)
        return links

    def labelled(self, label: str) -> list[Row]:
        """The spans of a label, in the order of the text."""
        return [span for span in self.spans if span["label"] == label]

    def targets(self, relation: str, span: Row) -> list[Row]:
        """The spans that `span` is linked to."""
        return [self.by_id[link["to_span"]] for link in self._links.get((relation, span["span_id"]), [])]

    def derived(self, span: Row) -> list[bool]:
        """Whether each `hedges` link of a span was made by H10."""
        return [link["derived"] for link in self._links.get(("hedges", span["span_id"]), [])]

    def public(self, span: Row) -> str:
        """The published id of a span."""
        return f"{self.id}:{span['span_id']}"

    def public_targets(self, relation: str, span: Row) -> list[str]:
        """Published ids of the spans that `span` is linked to."""
        return [self.public(target) for target in self.targets(relation, span)]


def labelled_articles(corpus: Corpus, layer: Layer) -> Iterator[LabelledArticle]:
    """The submitted articles of a layer, by id. Skipped articles and those not ended are not published."""
    submitted = layer.tasks.filter(status="submitted")
    spans = _by_article(_placed(layer.spans))
    relations = _by_article(layer.relations)
    kinds = _entity_kinds(corpus)
    articles = {row["article_id"]: row for row in corpus.articles.iter_rows(named=True)}
    for task in submitted.iter_rows(named=True):
        if article := articles.get(task["article_id"]):
            key = task["article_id"]
            yield LabelledArticle(
                article, corpus.text(key), task, spans.get(key, []), relations.get(key, []), kinds[article["event_id"]]
            )


def _placed(spans: pl.DataFrame) -> pl.DataFrame:
    """The spans that have a place, a label and an id; what else they lack is blank. A sound record has all of it."""
    placed = spans.drop_nulls(["article_id", "span_id", "label", "start", "end"])
    return placed.with_columns(pl.col("text").fill_null(""), pl.col("speaker_entities").fill_null([]))


def _by_article(rows: pl.DataFrame) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows.iter_rows(named=True):
        found[row["article_id"]].append(row)
    return found


def _entity_kinds(corpus: Corpus) -> dict[str | None, dict[str, str]]:
    found: dict[str | None, dict[str, str]] = defaultdict(dict)
    for row in corpus.entities.iter_rows(named=True):
        found[row["event_id"]][row["entity"]] = row["kind"]
    return found


# Rows of each config


def article_rows(one: LabelledArticle) -> Iterator[Row]:
    """The article's row of the config `articles`."""
    known = {name: one.article[name] for name in ("outlet", "published", "url", "licence", "language", "text_sha256")}
    yield {
        **one.key,
        **known,
        "text": one.text,
        "guidelines_version": one.task["guidelines_version"],
        "speakers": [_speaker(one, span) for span in one.labelled("speaker")],
        "quotes": [_quote(one, span) for span in one.labelled("quote")],
        "hedges": [_hedge(one, span) for span in one.labelled("hedge")],
        "numbers": [_number(one, span) for span in one.labelled("number")],
    }


def span_rows(one: LabelledArticle) -> Iterator[Row]:
    """The article's rows of the config `spans`."""
    for span in one.spans:
        yield {
            **{name: value for name, value in span.items() if name not in ("round", "annotator")},
            **one.key,
            "span_id": one.public(span),
            **{name: one.public_targets(name, span) for name in scheme.RELATIONS},
            "derived": one.derived(span),
        }


def quote_rows(one: LabelledArticle) -> Iterator[Row]:
    """The article's rows of the config `quotes`: each first segment with those that continue it."""
    group = {id(span): [span] for span in one.labelled("quote")}
    for segment in one.labelled("quote"):
        for origin in one.targets("continues", segment):
            if id(origin) in group:
                _join(group, group[id(segment)], group[id(origin)])
    for segments in {id(segments): segments for segments in group.values()}.values():
        yield _merged(one, sorted(segments, key=one.spans.index))


def _join(group: dict[int, list[Row]], one: list[Row], other: list[Row]) -> None:
    """Makes two groups of segments one."""
    if one is not other:
        one += other
        group |= dict.fromkeys(map(id, other), one)


def _merged(one: LabelledArticle, segments: list[Row]) -> Row:
    first = segments[0]
    speakers = _once(speaker for segment in segments for speaker in one.targets("said_by", segment))
    hedges = [span for span in one.labelled("hedge") if any(t in segments for t in one.targets("hedges", span))]
    numbers = [span for span in one.labelled("number") if any(_holds(segment, span) for segment in segments)]
    return {
        **one.key,
        "quote_id": one.public(first),
        "text": BETWEEN_SEGMENTS.join(segment["text"] for segment in segments),
        "form": first["quote_form"],
        "source": first["quote_source"],
        "segments": [_part(one, segment) for segment in segments],
        "speakers": [_speaker(one, speaker) for speaker in speakers],
        "hedges": [_part(one, hedge) | {"kind": hedge["hedge_kind"]} for hedge in hedges],
        "numbers": [_number(one, number) | {"hedged_by": _hedged_by(one, number)} for number in numbers],
    }


def _once(spans: Iterator[Row]) -> list[Row]:
    return list({span["span_id"]: span for span in spans}.values())


def _holds(outer: Row, inner: Row) -> bool:
    return bool(outer["start"] <= inner["start"] and inner["end"] <= outer["end"])


def _hedged_by(one: LabelledArticle, number: Row) -> list[str]:
    return [one.public(hedge) for hedge in one.labelled("hedge") if number in one.targets("hedges", hedge)]


def token_rows(one: LabelledArticle) -> Iterator[Row]:
    """The article's row of the config `tokens`."""
    edges = {label: [(span["start"], span["end"]) for span in one.labelled(label)] for label in scheme.LABELS}
    tokens = tokenize(one.text, (cut for spans in edges.values() for span in spans for cut in span))
    yield {
        **one.key,
        "tokens": [one.text[start:end] for start, end in tokens],
        "starts": [start for start, _ in tokens],
        "ends": [end for _, end in tokens],
        **{f"{label}_tags": tag(tokens, spans) for label, spans in edges.items()},
    }


def annotator_rows(one: LabelledArticle) -> Iterator[Row]:
    """The article's rows of the config `annotators`, for a layer that was not adjudicated."""
    for span in one.spans:
        yield {**span, **one.key, "span_id": one.public(span), "outcome": None, "rule": None}


def _part(one: LabelledArticle, span: Row) -> Row:
    return {"span_id": one.public(span), **{name: span[name] for name in ("start", "end", "text")}}


def _speaker(one: LabelledArticle, span: Row) -> Row:
    names = span["speaker_entities"]
    return _part(one, span) | {"entities": names, "kinds": [one.kinds.get(name) for name in names]}


def _quote(one: LabelledArticle, span: Row) -> Row:
    links = {name: one.public_targets(name, span) for name in ("said_by", "continues")}
    return _part(one, span) | {"form": span["quote_form"], "source": span["quote_source"]} | links


def _hedge(one: LabelledArticle, span: Row) -> Row:
    links = {"hedges": one.public_targets("hedges", span), "derived": one.derived(span)}
    return _part(one, span) | {"kind": span["hedge_kind"]} | links


def _number(one: LabelledArticle, span: Row) -> Row:
    return _part(one, span) | {name: span[f"number_{name}"] for name in ("kind", "value", "low", "high", "unit")}


ROWS: dict[str, Callable[[LabelledArticle], Iterator[Row]]] = {
    "articles": article_rows,
    "spans": span_rows,
    "quotes": quote_rows,
    "tokens": token_rows,
    "annotators": annotator_rows,
}


def frames(corpus: Corpus, layer: Layer) -> dict[str, pl.DataFrame]:
    """Every config as a frame, sorted by article and place."""
    articles = list(labelled_articles(corpus, sort_layer(layer)))
    return {
        config: schema.frame(table, [row for one in articles for row in ROWS[config](one)])
        for config, table in schema.CONFIGS.items()
    }
