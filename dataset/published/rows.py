"""From a layer of the record to the frames of the published configs."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypedDict

import polars as pl

from dataset import schema
from dataset.published.tokens import tokenize
from dataset.record.corpus import Corpus
from dataset.record.deciders import Deciders, deciders
from dataset.record.layer import GOLD, Layer, read_layer, sort_layer
from dataset.record.provenance import published_provenance
from dataset.record.shown import assisted_work
from dataset.scheme import vocabulary
from dataset.scheme.covering import Covering
from dataset.scheme.lexicon import bound_of
from dataset.scheme.mentions import Names
from dataset.scheme.sentences import sentences
from dataset.statements.tables import read_gold
from dataset.storage.article_ranges import WHOLE, ArticleRange, read_range

BETWEEN_SEGMENTS = " … "
_ID = ["article_id", "span_id"]
_OF_A_RATER = ["round", "annotator", *_ID]
WHOLLY = vocabulary.DEGREES[0]
_UNKNOWN = pl.lit(None, pl.String)
_LINKS = (*vocabulary.RELATIONS, "derived")
PARTS = {"speaker": "speakers", "quote": "quotes", "hedge": "hedges", "number": "numbers"}


class PartRow(TypedDict):
    """A span within a quote's row."""

    span_id: str
    start: int
    end: int
    text: str


class SpeakerRow(PartRow):
    """A speaker within a quote's row."""

    entities: list[str]
    kinds: list[str]


class HedgeRow(PartRow):
    """A hedge within a quote's row."""

    kind: str | None


class NumberRow(PartRow):
    """A number within a quote's row."""

    kind: str | None
    value: str | None
    low: float | None
    high: float | None
    bound: str
    unit: str | None
    hedged_by: list[str]


class QuoteRow(TypedDict):
    """A row of the config `quotes`, with its words."""

    article_id: str
    event_id: str | None
    quote_id: str
    start: int
    end: int
    text: str
    form: str | None
    source: str | None
    segments: list[PartRow]
    speakers: list[SpeakerRow]
    hedges: list[HedgeRow]
    numbers: list[NumberRow]
    statement_id: str | None
    degree: str | None
    also_tells: str | None


@dataclass(frozen=True)
class LabelledLayer:
    """A layer's submitted articles, with their texts, and its spans and links.

    `spans` are numbered in the order of the record (`at`). `links` have a type and both ends: `at` of the span that
    they point to, and its published id. Of spans that share an id, links point to the last and start from each.
    `raters` are the spans before adjudication, with their `outcome` and `rule`. Of the gold, `decisions` are those
    about these articles, and `tellings` say what its quotes and numbers tell; of another layer both are empty.
    `entities` are the registries of the articles' events.
    """

    articles: pl.DataFrame
    spans: pl.DataFrame
    links: pl.DataFrame
    raters: pl.DataFrame
    decisions: pl.DataFrame
    tellings: pl.DataFrame
    entities: pl.DataFrame

    @cached_property
    def whole(self) -> pl.DataFrame:
        """The spans with their published links (a list for each type, and `derived`) and the bounds of numbers."""
        spans = self.spans
        for relation in vocabulary.RELATIONS:
            ends = self.links.filter(type=relation).group_by("article_id", "from_span", maintain_order=True)
            lists = ends.agg(pl.col("to_public").alias(relation), pl.col("derived").alias(f"{relation}_derived"))
            spans = spans.join(lists, left_on=_ID, right_on=["article_id", "from_span"], how="left")
        spans = spans.rename({"hedges_derived": "derived"}).join(self._bounds(), on="at", how="left").sort("at")
        return spans.with_columns(pl.col(name).fill_null([]) for name in _LINKS)

    def _bounds(self) -> pl.DataFrame:
        """`at` of each number and its `number_bound`."""
        cues = self.spans.filter(label="hedge").select("at", "text")
        hedged = self.linked("hedges").join(cues, on="at").group_by("to_at").agg("text")
        numbers = (
            self.spans.filter(label="number").select("at").join(hedged, left_on="at", right_on="to_at", how="left")
        )
        bounds = [bound_of(words or ()) for words in numbers["text"].to_list()]
        return numbers.select("at", number_bound=pl.Series(bounds, dtype=pl.String))

    def labelled(self, label: str) -> pl.DataFrame:
        """The spans of a label, in the order of the record."""
        return self.whole.filter(label=label)

    def linked(self, relation: str) -> pl.DataFrame:
        """`at` of the spans that links of a type start from and point to (`to_at`), in the order of both."""
        links = self.links.filter(type=relation).select("article_id", "from_span", "to_at")
        starts = self.spans.select("at", *_ID)
        return starts.join(
            links, left_on=_ID, right_on=["article_id", "from_span"], how="inner", maintain_order="left_right"
        ).select("at", "to_at")

    @cached_property
    def segments(self) -> pl.DataFrame:
        """The spans that are quotes, each with its `quote`: `at` of the first segment of the quote that it is of."""
        quotes = self.labelled("quote")
        return quotes.with_columns(pl.col("at").replace(_origins(self, quotes)).alias("quote"))

    @cached_property
    def quotes(self) -> pl.DataFrame:
        """The config `quotes`, each first segment with those that continue it; and `quote`, as in `segments`."""
        return _quotes(self)

    @cached_property
    def sentences(self) -> dict[str, list[tuple[int, int]]]:
        """Start and end of the sentences of each article, in the order of its text."""
        return {article: [*sentences(text)] for article, text in self.articles.select("article_id", "text").iter_rows()}

    def published(self, rows: pl.DataFrame) -> pl.DataFrame:
        """Rows of articles under the articles' keys, in the order of both."""
        keys = self.articles.select("article_id", "event_id")
        return keys.join(rows, on="article_id", how="inner", maintain_order="left_right")


def labelled(
    corpus: Corpus,
    layer: Layer,
    article_range: ArticleRange = WHOLE,
    made_by: Deciders | None = None,
    tellings: pl.DataFrame | None = None,
    assisted: pl.DataFrame | None = None,
) -> LabelledLayer:
    """The submitted articles of a layer's article range, by id. Skipped articles and those not ended are not published.

    `made_by` is whose work became the gold, and `tellings` how it is sorted, where that is the layer; `assisted` is
    what was labelled with suggestions, as `assisted_work` says. Each is looked up if not given.
    """
    submitted = layer.tasks.filter(status="submitted").select("article_id", "guidelines_version")
    known = corpus.rows_of(submitted["article_id"])
    articles = submitted.join(known, on="article_id", how="inner", maintain_order="left")
    texts = [corpus.text(article) for article in articles["article_id"]]
    helped = assisted_work(corpus, layer.name) if assisted is None else assisted
    is_helped = pl.col("article_id").is_in(helped["article_id"].to_list())
    articles = articles.with_columns(pl.Series("text", texts, pl.String), assisted=is_helped)
    articles = _with_provenance(corpus, layer.name, articles, article_range)
    spans = _placed(layer.spans).join(articles, on="article_id", how="semi", maintain_order="left").with_row_index("at")
    spans = spans.with_columns((pl.col("article_id") + ":" + pl.col("span_id")).alias("public"))
    raters = spans.with_columns(outcome=_UNKNOWN, rule=_UNKNOWN)
    decisions, sorted_as = schema.empty(schema.Decisions), schema.empty(schema.Tellings)
    if layer.name == GOLD:
        decisions = read_range(corpus.decisions, schema.Decisions, article_range)
        raters = _adjudicated(corpus, decisions, article_range, made_by or deciders(corpus))
        sorted_as = read_gold(corpus)["tellings"] if tellings is None else tellings
    entities = corpus.entities_of(known["event_id"])
    whole, links = _with_kinds(spans, known, entities), _whole_links(layer.relations, spans)
    return LabelledLayer(articles, whole, links, _with_help(raters, helped), decisions, sorted_as, entities)


def _with_provenance(corpus: Corpus, name: str, articles: pl.DataFrame, article_range: ArticleRange) -> pl.DataFrame:
    """The articles with what each of the gold rests on; of another layer, and where the record does not say, null."""
    rests_on = published_provenance(corpus, article_range)
    if name != GOLD:
        rests_on = rests_on.clear()
    return articles.join(rests_on, on="article_id", how="left", maintain_order="left")


def _with_help(raters: pl.DataFrame, assisted: pl.DataFrame) -> pl.DataFrame:
    """The spans with whether their annotator had suggestions in the article."""
    known = assisted.with_columns(assisted=pl.lit(True))
    joined = raters.join(known, on=["round", "annotator", "article_id"], how="left", maintain_order="left")
    return joined.with_columns(pl.col("assisted").fill_null(False))


def _adjudicated(
    corpus: Corpus, decisions: pl.DataFrame, article_range: ArticleRange, made_by: Deciders
) -> pl.DataFrame:
    """The spans of every annotator of the rounds that made the gold, and what became of each."""
    names = [name for name in corpus.layers() if name.rpartition("/")[0] in made_by.rounds]
    spans = pl.concat([schema.empty(schema.Spans), *(_submitted_spans(corpus, name, article_range) for name in names)])
    became = decisions.filter(pl.col("to_span").is_null() & (pl.col("outcome") != "added"))
    return spans.join(
        became.select(*_OF_A_RATER, "outcome", "rule").unique(_OF_A_RATER, keep="last"),
        on=_OF_A_RATER,
        how="left",
        maintain_order="left",
    ).with_columns((pl.col("article_id") + ":" + pl.col("span_id")).alias("public"))


def _submitted_spans(corpus: Corpus, name: str, article_range: ArticleRange) -> pl.DataFrame:
    layer = read_layer(corpus.layer_path(name), name, article_range)
    submitted = layer.tasks.filter(status="submitted")
    return _placed(layer.spans).join(submitted, on="article_id", how="semi", maintain_order="left")


def _placed(spans: pl.DataFrame) -> pl.DataFrame:
    """The spans that have a place, a label and an id; what else they lack is blank. A sound record has all of it."""
    placed = spans.drop_nulls(["article_id", "span_id", "label", "start", "end"])
    return placed.with_columns(pl.col("text").fill_null(""), pl.col("speaker_entities").fill_null([]))


def _with_kinds(spans: pl.DataFrame, articles: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """The spans with the kind of each of their entities, null for one that the event's registry does not have."""
    named = spans.filter(pl.col("speaker_entities").list.len() > 0).select("at", "article_id", "speaker_entities")
    one_each = named.explode("speaker_entities").join(
        articles.select("article_id", "event_id"), on="article_id", how="left", maintain_order="left"
    )
    known = entities.select("event_id", "kind", pl.col("entity").alias("speaker_entities"))
    kinds = one_each.join(
        known.unique(["event_id", "speaker_entities"], keep="last"),
        on=["event_id", "speaker_entities"],
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
    lists = kinds.group_by("at", maintain_order=True).agg(pl.col("kind").alias("kinds"))
    return spans.join(lists, on="at", how="left", maintain_order="left").with_columns(pl.col("kinds").fill_null([]))


def _whole_links(relations: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    ids = spans.unique(_ID, keep="last")
    ends = ids.select("article_id", to_span="span_id", to_at="at", to_public="public")
    starts = ids.select("article_id", from_span="span_id")
    links = relations.filter(pl.col("type") != "")
    links = links.join(starts, on=["article_id", "from_span"], how="semi", maintain_order="left")
    return links.join(ends, on=["article_id", "to_span"], how="inner", maintain_order="left")


# Rows of each config


def _part(**columns: str) -> pl.Expr:
    """A span as a row within a row: its published id, its place, its words, and `columns` under other names."""
    place = {"span_id": "public", "start": "start", "end": "end", "text": "text"}
    return pl.struct(pl.col(column).alias(name) for name, column in (place | columns).items())


_SPEAKER = _part(entities="speaker_entities", kinds="kinds")
_NUMBER = {name: f"number_{name}" for name in ("kind", "value", "low", "high", "bound", "unit")}
_PART_OF = {
    "speaker": _SPEAKER,
    "quote": _part(form="quote_form", source="quote_source", said_by="said_by", continues="continues"),
    "hedge": _part(kind="hedge_kind", hedges="hedges", derived="derived"),
    "number": _part(**_NUMBER),
}


def article_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `articles`."""
    rows = layer.articles
    for label, name in PARTS.items():
        spans = _listed(layer.labelled(label), "article_id", _PART_OF[label].alias(name))
        rows = rows.join(spans, on="article_id", how="left", maintain_order="left")
    cut = [[{"start": start, "end": end} for start, end in layer.sentences[article]] for article in rows["article_id"]]
    rows = rows.with_columns(pl.Series("sentences", cut, schema.polars_schema(schema.PublishedArticles)["sentences"]))
    return rows.with_columns(pl.col(name).fill_null([]) for name in PARTS.values())


def _listed(rows: pl.DataFrame, by: str, *columns: pl.Expr) -> pl.DataFrame:
    return rows.group_by(by, maintain_order=True).agg(columns)


def span_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `spans`."""
    return layer.published(layer.whole.with_columns(span_id="public"))


def quote_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `quotes`."""
    return layer.quotes


def _quotes(layer: LabelledLayer) -> pl.DataFrame:
    quotes = layer.segments
    rows = _listed(
        quotes,
        "quote",
        pl.col("article_id", "public").first(),
        pl.col("start").min(),
        pl.col("end").max(),
        pl.col("text").str.join(BETWEEN_SEGMENTS),
        pl.col("quote_form").first().alias("form"),
        pl.col("quote_source").first().alias("source"),
        _part().alias("segments"),
    ).rename({"public": "quote_id"})
    held = _inside(quotes, layer.labelled("number")).unique()  # each number in a quote once, whatever segments hold it
    joined = {
        "speakers": _said_by(layer, quotes),
        "hedges": _hedges_of(layer, quotes, held),
        "numbers": _numbers_in(layer, held),
    }
    for name, lists in joined.items():
        rows = rows.join(lists.rename({"part": name}), on="quote", how="left", maintain_order="left")
    published = layer.published(rows.with_columns(pl.col(name).fill_null([]) for name in joined))
    return published.join(_statements_of(layer), on=["event_id", "quote_id"], how="left", maintain_order="left")


def _statements_of(layer: LabelledLayer) -> pl.DataFrame:
    """`quote_id` and the statements that it tells: wholly, if it tells one so, and partly."""
    tellings = layer.tellings.sort("event_id", "article_id", "span_id", pl.col("degree") != WHOLLY, "statement")
    return tellings.group_by(
        "event_id", (pl.col("article_id") + ":" + pl.col("span_id")).alias("quote_id"), maintain_order=True
    ).agg(
        pl.col("statement").first().alias("statement_id"),
        pl.col("degree").first(),
        pl.col("statement").get(1, null_on_oob=True).alias("also_tells"),
    )


def _origins(layer: LabelledLayer, quotes: pl.DataFrame) -> dict[int, int]:
    """The first segment of each quote that has several, by `at` of its segments."""
    known = pl.col("at").is_in(quotes["at"].implode()) & pl.col("to_at").is_in(quotes["at"].implode())
    group: dict[int, set[int]] = {}
    for segment, origin in layer.linked("continues").filter(known).iter_rows():
        joined = group.get(segment, {segment}) | group.get(origin, {origin})
        group |= dict.fromkeys(joined, joined)
    return {segment: min(joined) for segment, joined in group.items()}


def _said_by(layer: LabelledLayer, quotes: pl.DataFrame) -> pl.DataFrame:
    """`quote` and its speakers, each once."""
    links = quotes.select("at", "quote").join(layer.linked("said_by"), on="at", maintain_order="left_right")
    once = links.unique(["quote", "to_at"], keep="first", maintain_order=True).select("quote", at="to_at")
    return _listed(once.join(layer.whole, on="at", maintain_order="left"), "quote", _SPEAKER.alias("part"))


def _hedges_of(layer: LabelledLayer, quotes: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """`quote` and the hedges that point to one of its segments or to a number inside one, by place."""
    targets = pl.concat([quotes.select("quote", to_at="at"), held.select("quote", to_at="at")])
    links = layer.linked("hedges").join(targets, on="to_at").unique(["quote", "at"]).sort("at")
    hedges = links.join(layer.labelled("hedge"), on="at", maintain_order="left")
    return _listed(hedges, "quote", _part(kind="hedge_kind").alias("part"))


def _numbers_in(layer: LabelledLayer, held: pl.DataFrame) -> pl.DataFrame:
    """`quote` and the numbers inside its segments, each with the hedges that point to it."""
    numbers = layer.labelled("number")
    hedges = layer.labelled("hedge").select("at", hedge="public")
    links = layer.linked("hedges").unique(["at", "to_at"]).join(hedges, on="at").sort("at")
    hedged = _listed(links.select("hedge", at="to_at"), "at", pl.col("hedge").alias("hedged_by"))
    hedged_numbers = numbers.join(hedged, on="at", how="left").with_columns(pl.col("hedged_by").fill_null([]))
    rows = held.join(hedged_numbers, on="at").sort("at")
    return _listed(rows, "quote", _part(**_NUMBER, hedged_by="hedged_by").alias("part"))


def _inside(outer: pl.DataFrame, inner: pl.DataFrame) -> pl.DataFrame:
    """`quote` of an outer and `at` of an inner span wherever one holds the other, the last to begin first."""
    places: dict[str, list[tuple[int, int, int]]] = {}
    for article, start, end, quote in outer.select("article_id", "start", "end", "quote").iter_rows():
        places.setdefault(article, []).append((start, end, quote))
    covering = {article: Covering(those) for article, those in places.items()}
    pairs = [
        (quote, at)
        for article, start, end, at in inner.select("article_id", "start", "end", "at").iter_rows()
        if article in covering
        for _, _, quote in covering[article].around(start, end)
    ]
    return pl.DataFrame(pairs, {"quote": outer["quote"].dtype, "at": inner["at"].dtype}, orient="row")


def speaker_names() -> pl.Expr:
    """The canonical names of a quote's `speakers`, each once."""
    entities = pl.element().struct.field("entities").list.explode(empty_as_null=False)
    return pl.col("speakers").list.eval(entities.unique(maintain_order=True))


def attribution_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `attribution`: the quotes, each with every mention of a registered entity in its article."""
    quotes = layer.quotes.with_columns(speaker_names().alias("entities"))
    candidates = quotes.select("quote", "article_id", "entities").join(_mentions(layer), on="article_id")
    candidates = candidates.with_columns(right=pl.col("entity").is_in(pl.col("entities"))).sort("quote", "mention")
    parts = _listed(candidates, "quote", pl.struct(*schema.columns(schema.CandidatePart)).alias("candidates"))
    return quotes.join(parts, on="quote", how="left", maintain_order="left").with_columns(
        pl.col("candidates").fill_null([])
    )


def _mentions(layer: LabelledLayer) -> pl.DataFrame:
    """Every mention of a registered entity, numbered (`mention`) in the order of the texts, with the entity's kind."""
    registries: dict[str, dict[str, list[str]]] = {}
    for event, entity, aliases in layer.entities.select("event_id", "entity", "aliases").iter_rows():
        registries.setdefault(event, {})[entity] = aliases
    names = {event: Names(registry) for event, registry in registries.items()}
    articles = layer.articles.select("article_id", "event_id", "text").iter_rows()
    rows = [
        (article, event, *mention, text[mention.start : mention.end])
        for article, event, text in articles
        if event in names
        for mention in names[event].mentions(text)
    ]
    mentions = pl.DataFrame(rows, _MENTION, orient="row").with_row_index("mention")
    kinds = layer.entities.select("event_id", "entity", "kind").unique(["event_id", "entity"], keep="last")
    return mentions.join(kinds, on=["event_id", "entity"]).drop("event_id")


_MENTION: Final = {
    **dict.fromkeys(("article_id", "event_id", "entity"), pl.String),
    **{"start": pl.Int64, "end": pl.Int64, "text": pl.String},
}


def hedge_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `hedges`."""
    hedges = layer.labelled("hedge")
    rows = hedges.select("at", "article_id", "start", "end", "text", span_id="public", kind="hedge_kind")
    rows = pl.concat([rows, _sentences_of(layer, hedges)], how="horizontal")
    for joined in (_voices(layer, hedges), _targets(layer, hedges)):
        rows = rows.join(joined, on="at", how="left", maintain_order="left")
    writer, speaker = map(pl.lit, vocabulary.VOICES)
    return layer.published(rows).with_columns(
        pl.col("entities", "targets").fill_null([]),
        voice=pl.when(pl.col("quote_id").is_null()).then(writer).otherwise(speaker),
    )


def _sentences_of(layer: LabelledLayer, hedges: pl.DataFrame) -> pl.DataFrame:
    """Of each hedge, the sentence that it is in; of one over several, from the first to the last of them."""
    texts = dict(layer.articles.select("article_id", "text").iter_rows())
    rows = []
    for article, start, end in hedges.select("article_id", "start", "end").iter_rows():
        first, last = _sentence(layer.sentences[article], start, end)
        rows.append((first, last, texts[article][max(first, 0) : max(last, 0)]))
    return pl.DataFrame(rows, _SENTENCE, orient="row")


_SENTENCE: Final = {"sentence_start": pl.Int64, "sentence_end": pl.Int64, "sentence": pl.String}


def _sentence(places: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    """From where a sentence holds `start` to where one holds `end`; the place itself, where no sentence does."""
    first = bisect_right(places, start, key=lambda place: place[0]) - 1
    last = bisect_left(places, end, key=lambda place: place[1])
    return places[first][0] if first >= 0 else start, places[last][1] if last < len(places) else end


def _voices(layer: LabelledLayer, hedges: pl.DataFrame) -> pl.DataFrame:
    """`at` of the hedges that are a speaker's, with the `quote_id` and its `entities`."""
    holding_back = hedges.filter(hedge_kind="noncommittal").select("at")
    held_back = layer.linked("hedges").join(layer.segments.select("quote", to_at="at"), on="to_at")
    pairs = [
        _inside(layer.segments, hedges),
        held_back.join(holding_back, on="at", how="semi").sort("at", "to_at").select("quote", "at"),
    ]
    one_each = pl.concat(pairs).unique("at", keep="first", maintain_order=True)
    quotes = layer.quotes.select("quote", "quote_id", speaker_names().alias("entities"))
    return one_each.join(quotes, on="quote").drop("quote")


def _targets(layer: LabelledLayer, hedges: pl.DataFrame) -> pl.DataFrame:
    """`at` of the hedges that point to something, and their `targets`."""
    links = layer.links.filter(type="hedges").select("article_id", "from_span", "to_at", "derived")
    ends = layer.spans.select(pl.col("at").alias("to_at"), "public", "start", "end", "text", "label")
    starts = hedges.select("at", *_ID)
    pointed = starts.join(links, left_on=_ID, right_on=["article_id", "from_span"]).join(ends, on="to_at")
    part = _part(label="label", derived="derived")
    return _listed(pointed.sort("at", "to_at"), "at", part.alias("targets"))


def token_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `tokens`."""
    return tokens_of(layer.articles, layer.spans)


def tokens_of(articles: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """`tokens` of articles (article_id, event_id, text) and their spans (article_id, label, start, end)."""
    numbered = articles.with_row_index("number")
    placed = numbered.select("article_id", pl.col("number").cast(pl.Int64)).join(spans, on="article_id")
    tokens = tokenize(articles["text"].to_list(), placed.select("number", "label", "start", "end"))
    return pl.concat([articles.select("article_id", "event_id", "text"), tokens], how="horizontal")


def annotator_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `annotators`: of a layer that was not adjudicated, its own spans; of the gold, those that made it."""
    return layer.published(layer.raters.with_columns(span_id="public"))


def decision_rows(layer: LabelledLayer) -> pl.DataFrame:
    """The config `decisions`."""
    spans = ((pl.col("article_id") + ":" + pl.col(name)).alias(name) for name in ("span_id", "to_span", "gold_span"))
    return layer.published(layer.decisions.with_columns(*spans))


ROWS: dict[str, Callable[[LabelledLayer], pl.DataFrame]] = {
    "articles": article_rows,
    "spans": span_rows,
    "quotes": quote_rows,
    "attribution": attribution_rows,
    "hedges": hedge_rows,
    "tokens": token_rows,
    "annotators": annotator_rows,
    "decisions": decision_rows,
}
"""What gives the rows of each config that is about articles."""


def frames(
    corpus: Corpus,
    layer: Layer,
    article_range: ArticleRange = WHOLE,
    made_by: Deciders | None = None,
    tellings: pl.DataFrame | None = None,
    assisted: pl.DataFrame | None = None,
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Every config of articles and its rows of a layer's article range, sorted by article and place, in turn."""
    labelled_layer = labelled(corpus, sort_layer(layer), article_range, made_by, tellings, assisted)
    for config, rows in ROWS.items():
        yield config, rows(labelled_layer).select(*schema.polars_schema(schema.CONFIGS[config]))
