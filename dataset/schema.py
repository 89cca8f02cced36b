"""Every table of the record and every published config, each declared once.

A table is a pandera model. Its Arrow schema, `datasets.Features` and documentation are derived here and nowhere else.
Offsets are Unicode code points into the article's text, end-exclusive.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import TYPE_CHECKING, Any, cast

import pandera.backends.polars.builtin_checks  # noqa: F401 - until a first validation they are not there
import pandera.polars as pa
import polars as pl
import pyarrow
from pandera.backends.polars.checks import PolarsCheckBackend
from pandera.config import ValidationDepth, config_context

from dataset.scheme import vocabulary

if TYPE_CHECKING:
    import datasets

IDENTIFIER = r"^[A-Za-z0-9_\-][A-Za-z0-9_.\-]*$"
SHA256 = r"^[0-9a-f]{64}$"
TIME = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$"
PLACE = r"^\d+:\d+ "
DATE = r"^\d{4}-\d{2}-\d{2}$"


class Table(pa.DataFrameModel):
    """A table: its columns, in order, with type, allowed values and description."""

    class Config:
        """No column more, no column less, and in this order."""

        strict = True
        ordered = True


def columns(table: type[Table]) -> dict[str, Any]:
    """The pandera columns of a table by name, in order."""
    return cast(dict[str, Any], table.to_schema().columns)


def polars_schema(table: type[Table]) -> dict[str, pl.DataType]:
    """Column name to polars type, in order."""
    return dict(pl.Schema({name: col.dtype.type for name, col in columns(table).items()}))


def column(description: str, *, optional: bool = False, text: bool = False, **field: Any) -> Any:
    """A column. `text` marks one that holds words of an article and is null in the `withheld` variant."""
    metadata = {"text": text, **field.pop("metadata", {})}
    return pa.Field(description=description, nullable=optional, metadata=metadata, **field)


def names_column(description: str, **field: Any) -> Any:
    """A column of lists of strings."""
    return column(description, dtype_kwargs={"inner": pl.String}, **field)


def rows_column(rows: type[Table], description: str) -> Any:
    """A column of lists of rows of another table."""
    return column(description, dtype_kwargs={"inner": pl.Struct(polars_schema(rows))}, metadata={"rows": rows})


def tags_column(label: str) -> Any:
    """A column of BIO tags of one label, numbered O, B, I."""
    names = vocabulary.bio_names(label)
    return column(
        f"BIO tag of each token for the label `{label}`", dtype_kwargs={"inner": pl.Int64}, metadata={"classes": names}
    )


# The record


class Articles(Table):
    """An article as collected; its text is in the file `text/<article_id>.txt`."""

    article_id: str = column("the text file's stem", str_matches=IDENTIFIER)
    event_id: str = column("the event that the article reports", optional=True, str_matches=IDENTIFIER)
    title: str = column("headline, as its source gives it", optional=True)
    text_sha256: str = column("SHA-256 of the text's UTF-8 bytes", str_matches=SHA256)
    outlet: str = column("who published it, where the text says so", optional=True)
    published: str = column("date of publication, ISO 8601", optional=True, str_matches=DATE)
    url: str = column("where it was published", optional=True)
    licence: str = column("licence of the text, SPDX where there is one", optional=True)
    language: str = column("language of the text, BCP 47", optional=True)


class Entities(Table):
    """A speaker's identity in an event."""

    event_id: str = column("the event", str_matches=IDENTIFIER)
    entity: str = column("canonical name, without title")
    kind: str = column("what the speaker is", isin=vocabulary.SPEAKER_KINDS)
    aliases: pl.List = names_column("other names in the articles")
    speaks_for: str = column(
        "the entity of the event for which this one speaks: minister, ministry, state", optional=True
    )


class Rights(Table):
    """What an article's source said about the use of its text, kept as it was seen; nobody has judged it."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    kind: str = column("what the statement is about", isin=vocabulary.RIGHTS_KINDS)
    statement: str = column("the statement, as seen", str_matches=r"\S")
    place: str = column("where it stood: `meta name=robots`, `HTTP header X-Robots-Tag`, `column licence`")
    seen: str = column("the day on which it was seen there, ISO 8601", str_matches=DATE)


class Layered(Table):
    """What every row of a layer begins with."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    round: str = column("the annotation round, or `gold`", str_matches=IDENTIFIER)
    annotator: str = column("the annotator's pseudonym", str_matches=IDENTIFIER)


class Tasks(Layered):
    """An article that an annotator ended. An article without a row is not ended."""

    status: str = column("how the annotator ended it", isin=vocabulary.STATUSES)
    guidelines_version: str = column("version of the guidelines that the page showed", optional=True)
    created_at: str = column("when the annotation was first submitted, UTC", optional=True, str_matches=TIME)
    updated_at: str = column("when it was last submitted, UTC", optional=True, str_matches=TIME)
    seconds: float = column("time the page was open for it, seconds", optional=True, ge=0)


class Marked(Table):
    """Where a span is and what it is."""

    span_id: str = column("id of the span, unique in its article, kept for ever; published: `<article_id>:<span id>`")
    label: str = column("what the span is", isin=vocabulary.LABELS)
    start: int = column("first code point of the span")
    end: int = column("code point after the span's last")
    text: str = column("the words of the span", optional=True, text=True)


class Attributes(Table):
    """The attributes of a span; those of other labels are null (lists: empty)."""

    speaker_entities: pl.List = names_column("who the speaker is: canonical names")
    quote_form: str = column("how the quote is reported", optional=True, isin=vocabulary.QUOTE_FORMS)
    quote_source: str = column("whether the text names the source", optional=True, isin=vocabulary.QUOTE_SOURCES)
    hedge_kind: str = column("what kind of cue", optional=True, isin=vocabulary.HEDGE_KINDS)
    number_kind: str = column("what kind of quantity", optional=True, isin=vocabulary.NUMBER_KINDS)
    number_value: str = column("the quantity as typed: `12000`, `3000..5000`, `1000..`", optional=True)
    number_low: float = column("lower bound of the value as typed; null where it is open", optional=True)
    number_high: float = column(
        "highest value that the span allows; null where it is open, as in `1000..`", optional=True
    )
    number_unit: str = column("noun counted, ISO 4217 code, `%` or SI/UCUM symbol", optional=True)


class Spans(Attributes, Marked, Layered):
    """A labelled span."""


class Relations(Layered):
    """A link between two spans of an article."""

    type: str = column(
        "what the link says; null where its ends do not decide", optional=True, isin=vocabulary.RELATIONS
    )
    from_span: str = column("span the link starts from")
    to_span: str = column("span the link points to")
    derived: bool = column("made by rule H10, not drawn")


class SuggestionScores(Layered):
    """How sure a suggester is of a span that it suggests. People's layers have no such table."""

    span_id: str = column("the span that is suggested")
    suggesters: pl.List = names_column("who suggested it: several in a layer that combines suggesters")
    pattern: str = column("what the suggester found it by; null where it does not say", optional=True)
    score: float = column("share of such suggestions that were right where they were measured", ge=0, le=1)


class ShownArticles(Layered):
    """An article that was sent to its annotator with suggestions, or in the share of a round that goes without any."""

    suggester: str = column(
        "the layer of suggestions, without its round; null in the share that goes without",
        optional=True,
        str_matches=IDENTIFIER,
    )
    least: float = column("the least score of the spans that were shown", ge=0, le=1)
    without: float = column("the share of the annotator's articles in the round that goes without", ge=0, lt=1)


class ShownSpans(Attributes, Marked, Layered):
    """A span that was suggested to an annotator on the page, as it was suggested, and what became of it."""

    pattern: str = column("what the suggester found it by; null where it does not say", optional=True)
    score: float = column("share of such suggestions that were right where they were measured", ge=0, le=1)
    outcome: str = column(
        "what the annotator made of it; `unseen` where there was no decision, so that it is not in the layer",
        isin=vocabulary.SUGGESTION_OUTCOMES,
    )
    changes: pl.List = names_column("of a changed one: `label`, `words`, and the attributes that are others")
    seconds: float = column(
        "from when it was selected to when it was kept by key; null where it was not", optional=True, ge=0
    )


class ShownLinks(Layered):
    """A link that was suggested to an annotator, and what became of it with the spans that it links."""

    type: str = column("what the link says", isin=vocabulary.RELATIONS)
    from_span: str = column("span the link starts from")
    to_span: str = column("span the link points to")
    outcome: str = column("what the annotator made of it; no link is changed", isin=vocabulary.SUGGESTION_OUTCOMES)


class Findings(Layered):
    """What a pull saw in the raw results that the tables cannot hold."""

    code: str = column("code of the finding")
    region: str = column("region of the raw result", optional=True)
    message: str = column("what was seen")


class Notes(Layered):
    """A question that an annotator asked the lead on the labelling page, and the lead's answer."""

    span_id: str = column("the span that it is about; null where it is about the article", optional=True)
    question: str = column("what the annotator asks", str_matches=r"\S")
    answer: str = column("what the lead answered; null while the question is open", optional=True, str_matches=r"\S")
    answered_at: str = column("when that was, UTC", optional=True, str_matches=TIME)


class Deals(Table):
    """Which article was dealt to whom, and whether that still stands."""

    round: str = column("the annotation round", str_matches=IDENTIFIER)
    annotator: str = column("the annotator's pseudonym", str_matches=IDENTIFIER)
    article_id: str = column("the article", str_matches=IDENTIFIER)
    let_off: str = column("why the annotator need not label it any more; null while they are to", optional=True)


class Decisions(Table):
    """What became in the gold of a span or link that an annotator had, or that the adjudicator added."""

    round: str = column("the annotation round", str_matches=IDENTIFIER)
    annotator: str = column("whose it was; of what was added, the adjudicator's pseudonym", str_matches=IDENTIFIER)
    article_id: str = column("the article", str_matches=IDENTIFIER)
    span_id: str = column("the span as its annotator had it; of a link, the one it starts from")
    to_span: str = column("of a link, the span it points to; null for a span", optional=True)
    outcome: str = column("what became of it", isin=vocabulary.OUTCOMES)
    gold_span: str = column("the gold span that it is, or gave way to; null where there is none", optional=True)
    rule: str = column("the rule that decided; null where all agreed", optional=True, isin=vocabulary.RULES)
    note: str = column("what the adjudicator wrote about it", optional=True)


class Provenance(Table):
    """What an article of the gold rests on."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    round: str = column("the annotation round that it came from", str_matches=IDENTIFIER)
    labelled_by: pl.List = names_column("the annotators whose submitted work it rests on")
    adjudicated: bool = column("whether an adjudicator decided about it; false where it passed as it was submitted")


class Agreement(Table):
    """A figure of agreement between a round's annotators."""

    round: str = column("the annotation round", str_matches=IDENTIFIER)
    annotators: str = column("the two that it is about, as `a1,a2`; null: all, their pairs added up", optional=True)
    scope: str = column(
        "`all` labels together, a label, an attribute or a relation; of a round of sorting `statement` or `figure`",
        isin=vocabulary.AGREED_SCOPES,
    )
    measure: str = column(
        "what was measured; of a round of sorting F1 of `pairs`, or of B³ (`b_cubed`)", isin=vocabulary.AGREED_MEASURES
    )
    value: float = column("the figure; null where it does not exist", optional=True)
    low: float = column(
        "lower end of the 95 % interval (bootstrap over articles, of sorting over events or statements; or Wilson's)",
        optional=True,
    )
    high: float = column("upper end of that interval", optional=True)
    articles: int = column("articles that it rests on", ge=0)
    annotator_count: int = column("annotators that it rests on", ge=0)
    spans: int = column(
        "spans that it rests on; of `boundary` and attributes: matched pairs; of links: links; of statements: quotes; "
        "of figures: numbers",
        ge=0,
    )


class OfEvent(Table):
    """What every row that sorts an event's quotes and numbers begins with."""

    event_id: str = column("the event", str_matches=IDENTIFIER)
    round: str = column("the round of sorting, or `gold`", str_matches=IDENTIFIER)
    annotator: str = column("the annotator's pseudonym", str_matches=IDENTIFIER)


class EventDeals(OfEvent):
    """Which event was dealt to whom, for its quotes and numbers to be sorted."""


class EventTasks(OfEvent):
    """An event whose quotes and numbers an annotator sorted. An event without a row is not ended."""

    status: str = column("how the annotator ended it", isin=vocabulary.STATUSES)
    sheet_sha256: str = column("SHA-256 of the quotes and numbers that were to be sorted", str_matches=SHA256)
    given: pl.List = names_column(
        "`<article_id>:<span id>` of what stood sorted as in the gold when it was opened, and was left so"
    )
    guidelines_version: str = column("version of the guidelines that the page showed", optional=True)
    created_at: str = column("when the work was first submitted, UTC", optional=True, str_matches=TIME)
    updated_at: str = column("when it was last submitted, UTC", optional=True, str_matches=TIME)
    seconds: float = column("time the page was open for it, seconds", optional=True, ge=0)


class Tellings(OfEvent):
    """A quote or number, and the statement or figure that it tells."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    span_id: str = column("the quote's first segment, or the number")
    statement: str = column("what it tells; before the gold, `<article_id>:<span id>` of the first that tells it")
    degree: str = column("how much of it", isin=vocabulary.DEGREES)


class Contradictions(OfEvent):
    """Two statements, or two figures, that cannot both hold."""

    statement: str = column("one of them, first in the order of their ids")
    against: str = column("the one that contradicts it")


class TellingDecisions(OfEvent):
    """What became in the gold of what an annotator said a quote or number tells."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    span_id: str = column("the quote's first segment, or the number")
    outcome: str = column("whether the gold says the same of it", isin=vocabulary.OUTCOMES[:2])
    rule: str = column("the rule that decided; null where all agreed", optional=True, isin=vocabulary.TELLING_RULES)


class Statements(Table):
    """What one source says in an event, once, or one quantity of one thing by one source."""

    event_id: str = column("the event", str_matches=IDENTIFIER)
    statement_id: str = column("its id, unique in its event and kept for ever", str_matches=IDENTIFIER)
    kind: str = column("a statement or a figure", isin=vocabulary.STATEMENT_KINDS)
    gist: str = column("what it says, in one plain sentence of the project's own", str_matches=r"\S")


class Acknowledged(Table):
    """A warning that a person looked at and let stand."""

    code: str = column("code of the warning")
    article_id: str = column("the article", str_matches=IDENTIFIER)
    place: str = column("`START:END` and the words there; once either changes, the warning is back", str_matches=PLACE)
    reason: str = column("why it may stand", str_matches=r"\S")


class Splits(Table):
    """An event's split, fixed when it was first released."""

    event_id: str = column("the event", str_matches=IDENTIFIER)
    split: str = column("its split", isin=vocabulary.SPLITS)


class Withdrawn(Table):
    """An article that was taken out of the corpus: what remains of it."""

    article_id: str = column("the article that was", str_matches=IDENTIFIER)
    text_sha256: str = column("SHA-256 of its text, so that it does not come back", str_matches=SHA256)
    event_id: str = column("the event that it reports", optional=True, str_matches=IDENTIFIER)
    date: str = column("the day of the commit that it was taken out of, ISO 8601", str_matches=DATE)
    reason: str = column("why it was taken out", str_matches=r"\S")


# Practice


class Lessons(Table):
    """What a place in a practice article teaches: why its span is labelled as it is, or why nothing is labelled."""

    article_id: str = column("the practice article", str_matches=IDENTIFIER)
    start: int = column("first code point of the place")
    end: int = column("code point after its last")
    span_id: str = column("the gold's span there; null where words stay unlabelled that invite a label", optional=True)
    rules: pl.List = names_column("the rules that it shows, the one that matters most first")
    cases: pl.List = names_column("the numbers of the hard cases that it shows")


# Scores


class Predictions(Attributes, Marked):
    """A span that a model predicts: a row of JSON Lines or Parquet. What the file does not have is null."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    text_sha256: str = column("SHA-256 of the text that was predicted on", optional=True, str_matches=SHA256)
    said_by: pl.List = names_column("of a quote: span ids of its speakers", optional=True)
    hedges: pl.List = names_column("of a hedge: span ids of what it makes uncertain", optional=True)
    continues: pl.List = names_column("of a quote: span ids of the quotes that it goes on with", optional=True)
    statement_id: str = column("what the quote or number tells: the same id for the same of an event", optional=True)


class Scores(Table):
    """A figure of predictions against a gold."""

    scope: str = column(
        "`all` labels together, a label, a quote form, a hedge kind, an attribute, a link, statements or figures",
        isin=vocabulary.SCORE_SCOPES,
    )
    measure: str = column("when a prediction counts as right", isin=vocabulary.SCORE_MEASURES)
    figure: str = column("precision, recall, their F1, or a share of matched spans", isin=vocabulary.SCORE_FIGURES)
    value: float = column("the figure; null where it does not exist", optional=True)
    low: float = column("lower end of the 95 % interval (bootstrap, or Wilson's)", optional=True)
    high: float = column("upper end of that interval", optional=True)
    count: int = column(
        "what it rests on: predictions for precision, the gold for recall, both for F1, matched spans for a share", ge=0
    )
    ceiling: float = column("the same between the annotators, of F1 and shares", optional=True)
    ceiling_low: float = column("lower end of its interval", optional=True)
    ceiling_high: float = column("upper end of its interval", optional=True)


class Baselines(Table):
    """A figure of a program's suggestions against the gold, for the card to name beside the data."""

    baseline: str = column("the suggester", str_matches=r"\S")
    gold_sha256: str = column("SHA-256 of the gold that it was measured on", str_matches=SHA256)
    scope: str = column("as in a score", isin=vocabulary.SCORE_SCOPES)
    measure: str = column("when a suggestion counts as right", isin=vocabulary.SCORE_MEASURES)
    figure: str = column("precision, recall, their F1, or a share of matched spans", isin=vocabulary.SCORE_FIGURES)
    value: float = column("the figure; null where it does not exist", optional=True)
    low: float = column("lower end of the 95 % interval (bootstrap, or Wilson's)", optional=True)
    high: float = column("upper end of that interval", optional=True)
    count: int = column("what it rests on, as in a score", ge=0)


# The published dataset

_LOW = "least quantity that the number's own words allow, whatever hedges them; null where they leave it open"
_HIGH = "greatest quantity that its own words allow; null where they leave it open, as “thousands” does"
_BOUND = "how the cues that hedge it bound the quantity: exact, about, at least or at most"


class SpanPart(Table):
    """A span within an article's row."""

    span_id: str = column("`<article_id>:<span id>`")
    start: int = column("first code point")
    end: int = column("code point after the last")
    text: str = column("the words", optional=True, text=True)


class SpeakerPart(SpanPart):
    """A speaker within an article's row."""

    entities: pl.List = names_column("canonical names")
    kinds: pl.List = names_column("kind of each, in the same order")


class QuotePart(SpanPart):
    """A quote within an article's row."""

    form: str = column("direct, indirect or mixed", optional=True)
    source: str = column("linked, or unnamed where the text names no source", optional=True)
    said_by: pl.List = names_column("span ids of its speakers")
    continues: pl.List = names_column("span ids of the quotes that this segment goes on with (one at most)")


class HedgePart(SpanPart):
    """A hedge within an article's row."""

    kind: str = column("modal, evidential, approximator, noncommittal or conditional", optional=True)
    hedges: pl.List = names_column("span ids of what the cue makes uncertain (one at most)")
    derived: pl.List = column("whether each link was made by rule H10", dtype_kwargs={"inner": pl.Boolean})


class NumberPart(SpanPart):
    """A number within an article's row."""

    kind: str = column("count, money, percent or measure", optional=True)
    value: str = column("the quantity as typed", optional=True)
    low: float = column(_LOW, optional=True)
    high: float = column(_HIGH, optional=True)
    bound: str = column(_BOUND, isin=vocabulary.BOUNDS)
    unit: str = column("noun counted, ISO 4217 code, `%` or SI/UCUM symbol", optional=True)


class SentencePart(Table):
    """A sentence within an article's row."""

    start: int = column("first code point")
    end: int = column("code point after the last")


class PublishedRow(Table):
    """What rows of the published dataset begin with."""

    article_id: str = column("the article", str_matches=IDENTIFIER)
    event_id: str = column("the event that it reports", optional=True)


class PublishedArticles(PublishedRow):
    """A row of the config `articles`."""

    title: str = column("headline, as its source gives it", optional=True)
    text: str = column("the article, verbatim", optional=True, text=True)
    text_sha256: str = column("SHA-256 of the text's UTF-8 bytes")
    outlet: str = column("who published it, where the text says so", optional=True)
    published: str = column("date of publication, ISO 8601", optional=True)
    url: str = column("where it was published", optional=True)
    licence: str = column("licence of the text", optional=True)
    language: str = column("language, BCP 47", optional=True)
    guidelines_version: str = column("version of the guidelines it was labelled by", optional=True)
    assisted: bool = column("whether it was labelled with a program's suggestions; in the gold, by any annotator")
    labelled_by: int = column(
        "in the gold, how many annotators' work it rests on; null where that is not known", optional=True
    )
    adjudicated: bool = column(
        "in the gold, whether an adjudicator decided about it; null where that is not known", optional=True
    )
    speakers: pl.List = rows_column(SpeakerPart, "mentions of who said something")
    quotes: pl.List = rows_column(QuotePart, "what was said, a segment each")
    hedges: pl.List = rows_column(HedgePart, "cues of uncertainty or non-commitment")
    numbers: pl.List = rows_column(NumberPart, "quantities")
    sentences: pl.List = rows_column(
        SentencePart, "the sentences of the text, in its order; none goes over a line's end"
    )


class PublishedSpans(Attributes, Marked, PublishedRow):
    """A row of the config `spans`."""

    number_bound: str = column(f"of a number: {_BOUND}", optional=True, isin=vocabulary.BOUNDS)
    said_by: pl.List = names_column("of a quote: span ids of its speakers")
    continues: pl.List = names_column("of a quote: span ids of the quotes that it goes on with (one at most)")
    hedges: pl.List = names_column("of a hedge: span ids of what it makes uncertain (one at most)")
    derived: pl.List = column("of a hedge: whether each link was made by rule H10", dtype_kwargs={"inner": pl.Boolean})


class HedgeOfPart(SpanPart):
    """A hedge within a quote's row."""

    kind: str = column("modal, evidential, approximator, noncommittal or conditional", optional=True)


class NumberOfPart(NumberPart):
    """A number within a quote's row."""

    hedged_by: pl.List = names_column("span ids of the cues that make this number uncertain")


class PublishedQuotes(PublishedRow):
    """A row of the config `quotes`."""

    quote_id: str = column("span id of its first segment")
    start: int = column("first code point of its first segment")
    end: int = column("code point after the last of its last segment")
    text: str = column("the segments' words, joined by ` … `", optional=True, text=True)
    form: str = column("direct, indirect or mixed", optional=True)
    source: str = column("linked, or unnamed where the text names no source", optional=True)
    segments: pl.List = rows_column(SpanPart, "its segments, in the order of the text")
    speakers: pl.List = rows_column(SpeakerPart, "who said it")
    hedges: pl.List = rows_column(HedgeOfPart, "the cues that make it, or a number inside it, uncertain")
    numbers: pl.List = rows_column(NumberOfPart, "the quantities inside it")
    statement_id: str = column(
        "the statement that it tells wholly, else the one that it tells partly; null where it is not sorted",
        optional=True,
    )
    degree: str = column("how much of that statement it tells", optional=True, isin=vocabulary.DEGREES)
    also_tells: str = column("a second statement, which it tells partly", optional=True)


class CandidatePart(Table):
    """A mention of a registered entity within the row of a quote that the entity may have said."""

    entity: str = column("canonical name")
    kind: str = column("what the entity is", isin=vocabulary.SPEAKER_KINDS)
    start: int = column("first code point")
    end: int = column("code point after the last")
    text: str = column("the words, which are one of the entity's names", optional=True, text=True)
    right: bool = column("whether the entity is one of those who said the quote")


class PublishedAttribution(PublishedRow):
    """A row of the config `attribution`."""

    quote_id: str = column("the quote, as in `quotes`")
    start: int = column("first code point of its first segment")
    end: int = column("code point after the last of its last segment")
    text: str = column("the segments' words, joined by ` … `", optional=True, text=True)
    form: str = column("direct, indirect or mixed", optional=True)
    source: str = column("linked, or unnamed where the text names no source", optional=True)
    segments: pl.List = rows_column(SpanPart, "its segments, in the order of the text")
    entities: pl.List = names_column("who said it: canonical names, each once; the article may never name one")
    candidates: pl.List = rows_column(
        CandidatePart,
        "every mention of an entity of the event by one of its names, in the article's order, inside of quotes too",
    )


class TargetPart(SpanPart):
    """A span that a hedge makes uncertain, within the hedge's row."""

    label: str = column("what it is: a quote or a number", isin=vocabulary.LABELS)
    derived: bool = column("whether the link was made by rule H10")


class PublishedHedges(PublishedRow):
    """A row of the config `hedges`."""

    span_id: str = column("the hedge, as in `spans`")
    start: int = column("first code point of the cue")
    end: int = column("code point after the cue's last")
    text: str = column("the words of the cue", optional=True, text=True)
    kind: str = column("modal, evidential, approximator, noncommittal or conditional", optional=True)
    sentence_start: int = column("first code point of the sentence that the cue is in, as in `articles`")
    sentence_end: int = column("code point after the sentence's last")
    sentence: str = column("the words of the sentence", optional=True, text=True)
    voice: str = column(
        "whose it is: the speaker's inside a quote, and where a noncommittal cue holds a quote back; else the writer's",
        isin=vocabulary.VOICES,
    )
    quote_id: str = column("that quote, as in `quotes`; null in the writer's voice", optional=True)
    entities: pl.List = names_column("who said that quote: canonical names, each once; none where nobody is named")
    targets: pl.List = rows_column(TargetPart, "what the cue makes uncertain (one at most)")


class PublishedTokens(PublishedRow):
    """A row of the config `tokens`."""

    text: str = column("the article, verbatim", text=True)
    tokens: pl.List = names_column("the tokens", text=True)
    starts: pl.List = column("first code point of each token", dtype_kwargs={"inner": pl.Int64})
    ends: pl.List = column("code point after each token's last", dtype_kwargs={"inner": pl.Int64})
    speaker_tags: pl.List = tags_column("speaker")
    quote_tags: pl.List = tags_column("quote")
    hedge_tags: pl.List = tags_column("hedge")
    number_tags: pl.List = tags_column("number")


class PublishedAnnotators(Attributes, Marked, PublishedRow):
    """A row of the config `annotators`."""

    round: str = column("the annotation round")
    annotator: str = column("the annotator's pseudonym")
    outcome: str = column("kept, changed or dropped in adjudication; null before it", optional=True)
    rule: str = column("the rule that decided", optional=True)
    assisted: bool = column("whether the annotator had a program's suggestions in this article")


class CuePart(Table):
    """A cue in what a telling says."""

    text: str = column("the words", optional=True, text=True)
    kind: str = column("modal, evidential, approximator, noncommittal or conditional", optional=True)


class TellingNumberPart(Table):
    """A number in what a telling says."""

    text: str = column("the words", optional=True, text=True)
    low: float = column(_LOW, optional=True)
    high: float = column(_HIGH, optional=True)
    bound: str = column(_BOUND, isin=vocabulary.BOUNDS)
    unit: str = column("noun counted, ISO 4217 code, `%` or SI/UCUM symbol", optional=True)


class OfArticlePart(Table):
    """Which article tells it."""

    article_id: str = column("the article that tells it")
    outlet: str = column("who published the article, where its text says so", optional=True)
    published: str = column("date of publication, ISO 8601", optional=True)


class TellingPart(OfArticlePart):
    """A quote within the row of the statement that it tells."""

    quote_id: str = column("the quote, as in `quotes`")
    degree: str = column("whether it tells the statement wholly or partly", isin=vocabulary.DEGREES)
    text: str = column("the segments' words, joined by ` … `", optional=True, text=True)
    form: str = column("direct, indirect or mixed", optional=True)
    speakers: pl.List = names_column("who said it there: canonical names, each once")
    hedges: pl.List = rows_column(CuePart, "the cues that make it, or a number inside it, uncertain")
    numbers: pl.List = rows_column(TellingNumberPart, "the quantities inside it")


class FigureTellingPart(OfArticlePart):
    """A number within the row of the figure that it tells."""

    span_id: str = column("the number, as in `spans`")
    degree: str = column("whether it tells the figure wholly or partly", isin=vocabulary.DEGREES)
    quote_id: str = column("the shortest quote that holds it; null in the article's own voice", optional=True)
    text: str = column("the words", optional=True, text=True)
    low: float = column(_LOW, optional=True)
    high: float = column(_HIGH, optional=True)
    bound: str = column(_BOUND, isin=vocabulary.BOUNDS)
    unit: str = column("noun counted, ISO 4217 code, `%` or SI/UCUM symbol", optional=True)
    speakers: pl.List = names_column("who said that quote: canonical names, each once")


class PublishedEventRow(Table):
    """What rows about an event as a whole begin with."""

    event_id: str = column("the event", str_matches=IDENTIFIER)


class PublishedStatement(PublishedEventRow):
    """What rows about a statement or figure begin with."""

    statement_id: str = column("its id, unique in its event and kept for ever", str_matches=IDENTIFIER)


class PublishedStatements(PublishedStatement):
    """A row of the config `statements`."""

    gist: str = column("what it says, in one plain sentence of the project's own")
    tellings: pl.List = rows_column(TellingPart, "the quotes that tell it, by article and place")
    silent_articles: pl.List = names_column("the articles of the event that do not tell it")
    contradicts: pl.List = names_column("statements of the event that cannot hold where this one does")


class PublishedFigures(PublishedStatement):
    """A row of the config `figures`."""

    gist: str = column("what is counted or measured, in one plain sentence of the project's own", optional=True)
    tellings: pl.List = rows_column(FigureTellingPart, "the numbers that tell it, by article and place")
    silent_articles: pl.List = names_column("the articles of the event that do not tell it")
    contradicts: pl.List = names_column("figures of the event that cannot hold where this one does")


class NumberChangePart(Table):
    """What becomes of a number of the first article in the second."""

    change: str = column("same, bound changed, dropped, added or conflicting", isin=vocabulary.NUMBER_CHANGES)
    first_text: str = column("its words in the first article; null where it was added", optional=True, text=True)
    second_text: str = column("its words in the second; null where it was dropped", optional=True, text=True)
    first_bounds: pl.List = names_column("how the first article's tellings bound it")
    second_bounds: pl.List = names_column("how the second's do")
    unit: str = column("its unit in lower case; null where neither article gives one", optional=True)


class PublishedComparisons(PublishedStatement):
    """A row of the config `comparisons`."""

    first_article: str = column("an article that tells the statement")
    second_article: str = column("another one; its id is the greater of the two")
    wording: str = column(
        "of the two tellings that are most alike: same, edited (ratio 0.8 or more) or other", isin=vocabulary.WORDINGS
    )
    ratio: float = column("token ratio of those two, 0 to 1", ge=0, le=1)
    first_words: pl.List = names_column(
        "content words that only the first article has, lower case", optional=True, text=True
    )
    second_words: pl.List = names_column(
        "content words that only the second article has, lower case", optional=True, text=True
    )
    attribution: str = column(
        "what becomes of the first article's sources in the second: same, narrower, wider, joint dropped, joint added, "
        "anonymous, named or other",
        isin=vocabulary.ATTRIBUTIONS,
    )
    certainty: str = column(
        "which article tells it with fewer hedges: same, first flatter, second flatter or mixed",
        isin=vocabulary.CERTAINTIES,
    )
    first_cues: pl.List = rows_column(CuePart, "cues that only the first article has, lower case")
    second_cues: pl.List = rows_column(CuePart, "cues that only the second article has, lower case")
    numbers: pl.List = rows_column(NumberChangePart, "what becomes of the numbers, by unit and value")
    form: str = column(
        "whether one article alone quotes it directly: same, first direct or second direct",
        isin=vocabulary.FORM_CHANGES,
    )


class PublishedEntities(Entities):
    """A row of the config `entities`."""


class PublishedDecisions(PublishedRow):
    """A row of the config `decisions`."""

    round: str = column("the annotation round")
    annotator: str = column("whose it was; of what was added, the adjudicator's pseudonym")
    span_id: str = column("the span as in `annotators`; of a link, the span that it starts from")
    to_span: str = column("of a link, the span that it points to; null for a span", optional=True)
    outcome: str = column("kept, changed, dropped or added", isin=vocabulary.OUTCOMES)
    gold_span: str = column(
        "the span of `spans` that it is, or that took its place; null where there is none", optional=True
    )
    rule: str = column("the rule that decided; null where all agreed", optional=True)
    note: str = column("what the adjudicator wrote about it, which may quote a few words", optional=True)


RECORD: dict[str, type[Table]] = {
    "articles": Articles,
    "entities": Entities,
    "rights": Rights,
    "tasks": Tasks,
    "spans": Spans,
    "relations": Relations,
    "suggestion_scores": SuggestionScores,
    "shown_articles": ShownArticles,
    "shown_spans": ShownSpans,
    "shown_links": ShownLinks,
    "findings": Findings,
    "notes": Notes,
    "deals": Deals,
    "decisions": Decisions,
    "provenance": Provenance,
    "agreement": Agreement,
    "baselines": Baselines,
    "event_deals": EventDeals,
    "event_tasks": EventTasks,
    "tellings": Tellings,
    "contradictions": Contradictions,
    "telling_decisions": TellingDecisions,
    "statements": Statements,
    "acknowledged": Acknowledged,
    "splits": Splits,
    "withdrawn": Withdrawn,
}
KEYS: dict[type[Table], list[str]] = {
    Rights: ["article_id", "kind", "statement", "place"],
    SuggestionScores: ["round", "annotator", "article_id", "span_id"],
    ShownArticles: ["round", "annotator", "article_id"],
    ShownSpans: ["round", "annotator", "article_id", "span_id"],
    ShownLinks: ["round", "annotator", "article_id", "from_span", "to_span"],
    Notes: ["round", "annotator", "article_id", "span_id", "question"],
    Deals: ["round", "annotator", "article_id"],
    Provenance: ["article_id"],
    Agreement: ["round", "annotators", "scope", "measure"],
    Baselines: ["baseline", "scope", "measure", "figure"],
    EventDeals: ["event_id", "round", "annotator"],
    EventTasks: ["event_id", "round", "annotator"],
    Tellings: ["event_id", "round", "annotator", "article_id", "span_id", "statement"],
    Contradictions: ["event_id", "round", "annotator", "statement", "against"],
    TellingDecisions: ["event_id", "round", "annotator", "article_id", "span_id"],
    Statements: ["event_id", "statement_id"],
    Splits: ["event_id"],
    Withdrawn: ["article_id"],
}
"""The columns that no two rows of a table share, of tables that are read whole."""
CONFIGS: dict[str, type[Table]] = {
    "articles": PublishedArticles,
    "spans": PublishedSpans,
    "quotes": PublishedQuotes,
    "attribution": PublishedAttribution,
    "hedges": PublishedHedges,
    "tokens": PublishedTokens,
    "annotators": PublishedAnnotators,
    "statements": PublishedStatements,
    "figures": PublishedFigures,
    "comparisons": PublishedComparisons,
    "entities": PublishedEntities,
    "decisions": PublishedDecisions,
}
CONFIG_KEYS: dict[str, list[str]] = {
    "articles": ["article_id"],
    "spans": ["span_id"],
    "quotes": ["quote_id"],
    "attribution": ["quote_id"],
    "hedges": ["span_id"],
    "tokens": ["article_id"],
    "annotators": ["round", "annotator", "span_id"],
    "statements": ["event_id", "statement_id"],
    "figures": ["event_id", "statement_id"],
    "comparisons": ["event_id", "statement_id", "first_article", "second_article"],
    "entities": ["event_id", "entity"],
    "decisions": ["round", "annotator", "span_id", "to_span"],
}
"""The columns that no two rows of a config share."""
OF_ARTICLES: tuple[str, ...] = tuple(name for name, table in CONFIGS.items() if issubclass(table, PublishedRow))
"""The configs whose rows are about an article; those of the others are about an event."""
OF_STATEMENTS = ("statements", "figures", "comparisons")
"""The configs that follow from `quotes`, `spans`, `articles`, `entities` and how the gold is sorted."""
OF_GOLD = (*OF_STATEMENTS, "decisions")
"""The configs that only a gold has; each is left out of a folder in which it would have no row."""
MEANINGS: dict[str, str] = {
    "articles": "An article with all that was labelled in it. For span models, and for reading.",
    "spans": "A span. For analysis.",
    "quotes": "A quote, its segments merged. For who said what, how surely, with which numbers.",
    "attribution": "A quote, and every mention of somebody who may have said it. For finding a quote's speaker.",
    "hedges": "A hedge with its sentence, whose it is, and what it makes uncertain. For finding hedges.",
    "tokens": (
        r"An article's tokens (`\w+` or one other non-blank character, cut at span edges). For token classification."
    ),
    "annotators": "An annotator's span before adjudication, and what became of it. For disagreement.",
    "statements": "What one source says in an event, with all quotes that tell it. For how articles retell one claim.",
    "figures": "One quantity of one thing by one source, with all numbers that tell it. For which numbers survive.",
    "comparisons": "A statement and two articles that tell it. For what is lost or gained between them.",
    "entities": "A speaker's identity in an event. For who speaks for whom.",
    "decisions": "What adjudication made of an annotator's span or link. For how the gold came about.",
}
"""What a row of each config is, and what it is for. Released pages say it, so it is no docstring, which -OO drops."""


# What is derived

_ARROW = {
    pl.String: pyarrow.string(),
    pl.Int64: pyarrow.int64(),
    pl.Float64: pyarrow.float64(),
    pl.Boolean: pyarrow.bool_(),
}
_NAMES = {pl.String: "string", pl.Int64: "integer", pl.Float64: "number", pl.Boolean: "true/false"}


def empty(table: type[Table]) -> pl.DataFrame:
    """A frame of the table without a row."""
    return pl.DataFrame(schema=polars_schema(table))


def frame(table: type[Table], rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """A frame of the table; a key that a row lacks is null."""
    types = polars_schema(table)
    return pl.DataFrame([_series(name, _values(rows, name), dtype) for name, dtype in types.items()])


def _values(rows: Sequence[Mapping[str, object]], name: str) -> list[object]:
    try:
        return list(map(itemgetter(name), rows))
    except KeyError:
        return [row.get(name) for row in rows]


def _series(name: str, values: list[Any], dtype: pl.DataType) -> pl.Series:
    """A column; lists go by Arrow, because polars would make a series of each."""
    if not isinstance(dtype, pl.List):
        return pl.Series(name, values, dtype)
    return pl.Series(name, pyarrow.array(values, _arrow_type(dtype)), dtype)


@dataclass(frozen=True)
class Failure:
    """A check that a table fails: in the row of that number, from 0, or as a whole where `row` is None."""

    check: str
    column: str
    value: Any
    row: int | None

    def __str__(self) -> str:
        """The failure in words."""
        if self.row is not None:
            return f"{self.column} is {self.value!r}"
        return f"{self.column} fails the check {self.check}: {self.value}"


def failures(model: type[Table], rows: pl.DataFrame) -> list[Failure]:
    """Every check that the rows fail; none only if each check of the table was made and passed.

    A table whose columns are not the model's is not looked at row by row. A check that breaks off has failed.
    """
    if misfits := list(_misfits(model, rows)):
        return misfits
    failed = [] if _passes(model, rows) else _report(model, rows)
    return failed + list(_endless(rows))


def _passes(model: type[Table], rows: pl.DataFrame) -> bool:
    """Whether the rows pass each of pandera's checks, all made at once; where it is not sure, pandera's report decides.

    The report makes them one by one and takes 20 ms for a table without a row.
    """
    wanted, lazy = model.to_schema(), rows.lazy()
    if any(rows[name].null_count() for name, col in wanted.columns.items() if not col.nullable):
        return False
    checks = [(name, check) for name, col in wanted.columns.items() for check in col.checks]
    try:
        made = [
            PolarsCheckBackend(check).apply(pa.PolarsData(lazy, key)).select(pl.all().all().alias(str(number)))
            for number, (key, check) in enumerate([*checks, *(("*", check) for check in wanted.checks)])
        ]
        return all(frame.item() for frame in pl.collect_all(made))
    except Exception:  # whatever a check breaks off with
        return False


def _report(model: type[Table], rows: pl.DataFrame) -> list[Failure]:
    """Each check that the rows fail, as pandera reports it."""
    try:
        # The environment can switch pandera off, or leave it to look at column types alone.
        with config_context(validation_enabled=True, validation_depth=ValidationDepth.SCHEMA_AND_DATA):
            model.validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        columns_kept = ("check", "column", "failure_case", "index")
        cases = [Failure(*case) for case in errors.failure_cases.select(columns_kept).iter_rows()]
        failed = cases or [Failure("schema", model.__name__, "pandera does not say why", None)]
    except Exception as error:  # whatever a check, or the report of one, breaks off with
        failed = [Failure("schema", model.__name__, f"{type(error).__name__}: {error}", None)]
    else:
        failed = []
    return failed


def _misfits(model: type[Table], rows: pl.DataFrame) -> Iterator[Failure]:
    """Columns that are missing, unknown, of another type or in another order."""
    wanted, there = polars_schema(model), rows.schema
    for name, dtype in wanted.items():
        if name not in there:
            yield Failure("columns", name, "the column is missing", None)
        elif there[name] != dtype:
            yield Failure("columns", name, f"the column holds {there[name]}, not {dtype}", None)
    for name in there:
        if name not in wanted:
            yield Failure("columns", name, "the table has no such column", None)
    if list(there) != list(wanted) and set(there) == set(wanted):
        yield Failure("columns", model.__name__, f"the columns are in another order than {', '.join(wanted)}", None)


def _endless(rows: pl.DataFrame) -> Iterator[Failure]:
    """Numbers that are infinite or NaN: comparisons with a limit let them pass, and JSON cannot hold them."""
    for name, dtype in rows.schema.items():
        if dtype.is_float() and not rows[name].is_finite().all():
            for row in (~rows[name].is_finite()).fill_null(value=False).arg_true():
                yield Failure("finite", name, rows[name][row], row)


def faults(model: type[Table], rows: pl.DataFrame, key: list[str], before: Callable[[], int] = lambda: 0) -> list[str]:
    """What the table does not allow in its rows, each in words, and keys that are there twice.

    `before` says how many rows the table has before these.
    """
    failed = failures(model, rows)
    first = before() + 1 if failed else 0
    problems = [
        f"row {failure.row + first}: {failure}" if failure.row is not None else str(failure) for failure in failed
    ]
    if not set(key) <= set(rows.columns):
        return problems
    twice = rows.filter(rows.select(key).is_duplicated()).select(key).unique(maintain_order=True)
    return problems + [f"{' '.join(map(str, row))} is there twice" for row in twice.iter_rows()]


def arrow_schema(table: type[Table]) -> pyarrow.Schema:
    """The table's Arrow schema, without metadata."""
    return pyarrow.schema([(name, _arrow_type(dtype)) for name, dtype in polars_schema(table).items()])


def _arrow_type(dtype: pl.DataType) -> pyarrow.DataType:
    if isinstance(dtype, pl.List):
        return pyarrow.list_(_arrow_type(cast(pl.DataType, dtype.inner)))
    if isinstance(dtype, pl.Struct):
        return pyarrow.struct([(f.name, _arrow_type(cast(pl.DataType, f.dtype))) for f in dtype.fields])
    return _ARROW[dtype.base_type()]


def features(table: type[Table]) -> datasets.Features:
    """What `load_dataset` shows of the table: its types, and class names where a column holds classes."""
    import datasets

    column_types = datasets.Features.from_arrow_schema(arrow_schema(table))
    for name, col in columns(table).items():
        if classes := (col.metadata or {}).get("classes"):
            column_types[name] = datasets.List(datasets.ClassLabel(names=classes))
    return column_types


def fields(table: type[Table], within: str = "") -> list[tuple[str, str, str]]:
    """Name, type and description of each column; the columns of nested rows follow theirs as `outer[].inner`."""
    described, types = [], polars_schema(table)
    for name, col in columns(table).items():
        rows = (col.metadata or {}).get("rows")
        described.append((within + name, "list of rows" if rows else _type_name(types[name]), col.description))
        described += fields(rows, f"{within}{name}[].") if rows else []
    return described


def _type_name(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.List):
        return f"list of {_type_name(cast(pl.DataType, dtype.inner))}"
    return _NAMES[dtype.base_type()]
