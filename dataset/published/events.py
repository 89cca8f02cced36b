"""The configs about statements: pure functions of what is published of articles, and of how the gold is sorted.

A build and a rehydration both write them with `write_event_configs`, out of the configs that the folder already has, so
that the words in them are the same wherever they come from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
import pyarrow.parquet

from dataset import schema
from dataset.folder.buckets import MOST, Buckets
from dataset.folder.folder import files_of, read_rows, shards
from dataset.folder.writer import CountsBySplit, RowWriters, to_arrow
from dataset.parallel import OrderedMap
from dataset.published.rows import speaker_names
from dataset.record.corpus import Corpus
from dataset.record.rows import EntityRow, rows_of
from dataset.scheme import vocabulary
from dataset.statements.comparison import Cue, Difference, QuoteTelling, comparisons_of
from dataset.statements.numbers import Quantity
from dataset.statements.registry import registry_of
from dataset.statements.tables import read_gold

ARTICLES: Final = 2_000
"""How many articles the events have that are held at a time, about."""
_AT_ONCE: Final = 10_000
PARTLY: Final = vocabulary.DEGREES[1]
_STATEMENT: Final = ["event_id", "statement_id"]
_SORTED: Final = ("statement_id", "degree", "also_tells")
_COLUMNS: Final = {
    "articles": ["event_id", "article_id", "outlet", "published"],
    "quotes": [
        *("event_id", "article_id", "quote_id", "text", "form", "segments", "speakers", "hedges", "numbers"),
        *_SORTED,
    ],
    "spans": [
        *("event_id", "article_id", "span_id", "label", "text"),
        *("number_low", "number_high", "number_bound", "number_unit"),
    ],
    "entities": list(schema.polars_schema(schema.PublishedEntities)),
}
"""What the rows about statements follow from."""


@dataclass(frozen=True)
class Sorting:
    """What no other config says of statements and figures.

    `statements` has their `gist` and what each `contradicts`, by event_id and statement_id; `figures` has the
    numbers (published span_id) that tell each, and the `degree`.
    """

    statements: pl.DataFrame
    figures: pl.DataFrame

    def only(self, events: pl.Series) -> Sorting:
        """What it says of these events."""
        of_events = pl.col("event_id").is_in(events.implode())
        return Sorting(self.statements.filter(of_events), self.figures.filter(of_events))

    @property
    def events(self) -> pl.Series:
        """The events that were sorted, by id."""
        return pl.concat([self.statements["event_id"], self.figures["event_id"]]).unique().sort()


def recorded_sorting(corpus: Corpus) -> Sorting:
    """How the gold of a corpus is sorted.

    Raises:
        Problem: a table of it cannot be read.
    """
    gold = read_gold(corpus)
    pairs = gold["contradictions"].select("event_id", statement_id="statement", contradicts="against")
    turned = pairs.select("event_id", statement_id="contradicts", contradicts="statement_id")
    contradicts = pl.concat([pairs, turned]).group_by(_STATEMENT).agg(pl.col("contradicts").unique().sort())
    gists = gold["statements"].select(*_STATEMENT, "gist")
    figures = gold["tellings"].select(
        "event_id", "degree", statement_id="statement", span_id=pl.col("article_id") + ":" + pl.col("span_id")
    )
    return Sorting(gists.join(contradicts, on=_STATEMENT, how="full", coalesce=True), figures)


@dataclass(frozen=True)
class SortedEvents:
    """All that is published of some whole events, by article and place, and how they are sorted."""

    articles: pl.DataFrame
    quotes: pl.DataFrame
    spans: pl.DataFrame
    entities: pl.DataFrame
    sorting: Sorting


# Rows of each config


def statement_rows(events: SortedEvents) -> pl.DataFrame:
    """The config `statements`."""
    quotes = events.quotes.join(events.articles, on=["event_id", "article_id"], maintain_order="left")
    return _with_event(events, "statements", _tellings(quotes))


def _tellings(quotes: pl.DataFrame) -> pl.DataFrame:
    """The statements that quotes tell, each with its `tellings`."""
    numbered = quotes.with_row_index("at")
    partly = numbered.with_columns(statement_id="also_tells", degree=pl.lit(PARTLY))
    tellings = pl.concat([numbered, partly]).drop_nulls("statement_id").sort("at", "degree", descending=[False, True])
    cues = pl.struct(*(pl.element().struct.field(name) for name in schema.columns(schema.CuePart)))
    numbers = pl.struct(*(pl.element().struct.field(name) for name in schema.columns(schema.TellingNumberPart)))
    parts = tellings.with_columns(
        speaker_names().alias("speakers"), pl.col("hedges").list.eval(cues), pl.col("numbers").list.eval(numbers)
    )
    return _grouped(parts, schema.TellingPart)


def _grouped(rows: pl.DataFrame, part: type[schema.Table]) -> pl.DataFrame:
    tellings = pl.struct(*schema.columns(part)).alias("tellings")
    return rows.group_by(_STATEMENT, maintain_order=True).agg(tellings)


def figure_rows(events: SortedEvents) -> pl.DataFrame:
    """The config `figures`."""
    names = {name: f"number_{name}" for name in ("low", "high", "bound", "unit")}
    numbers = events.spans.filter(label="number").with_row_index("at").with_columns(**names)
    numbers = numbers.join(events.articles, on=["event_id", "article_id"])
    tellings = events.sorting.figures.unique().join(numbers, on=["event_id", "span_id"])
    held = tellings.join(_holders(events.quotes), on="span_id", how="left").with_columns(
        pl.col("speakers").fill_null([])
    )
    return _with_event(events, "figures", _grouped(held.sort("at", "statement_id"), schema.FigureTellingPart))


def _holders(quotes: pl.DataFrame) -> pl.DataFrame:
    """`span_id` of each number in a quote, and the shortest quote that holds it, with its `speakers`' names."""
    first = pl.col("segments").list.first()
    held = quotes.select(
        "quote_id",
        speaker_names().alias("speakers"),
        (first.struct.field("end") - first.struct.field("start")).alias("length"),
        pl.col("numbers").list.eval(pl.element().struct.field("span_id")).alias("span_id"),
    ).explode("span_id")
    return held.drop_nulls("span_id").sort("length", maintain_order=True).unique("span_id", keep="first").drop("length")


def _with_event(events: SortedEvents, config: str, tellings: pl.DataFrame) -> pl.DataFrame:
    """Rows with their gist, what they contradict and who is silent, by event, then s2 before s10."""
    articles = events.articles.group_by("event_id").agg(pl.col("article_id").unique().alias("articles"))
    speaking = pl.col("tellings").list.eval(pl.element().struct.field("article_id"))
    known = tellings.group_by("event_id").agg(pl.col("statement_id").alias("known"))
    rows = tellings.join(articles, on="event_id").join(known, on="event_id")
    rows = rows.join(events.sorting.statements, on=_STATEMENT, how="left")
    rows = rows.with_columns(
        pl.col("articles").list.set_difference(speaking).list.sort().alias("silent_articles"),
        pl.col("contradicts").fill_null([]).list.set_intersection("known").list.sort(),
    )
    return rows.sort(*_ORDER).select(*schema.columns(schema.CONFIGS[config]))


_ORDER: Final = (pl.col("event_id"), pl.col("statement_id").str.len_chars(), pl.col("statement_id"))


def comparison_rows(statements: pl.DataFrame, entities: pl.DataFrame) -> pl.DataFrame:
    """The config `comparisons`, from the rows of `statements` with their words, and those of `entities`."""
    registries: dict[str, list[EntityRow]] = defaultdict(list)
    for row in rows_of(entities, EntityRow):
        registries[row["event_id"]].append(row)
    tellings: dict[str, dict[str, list[QuoteTelling]]] = defaultdict(dict)
    for event, statement, parts in statements.select(*_STATEMENT, "tellings").iter_rows():
        tellings[event][statement] = list(map(_telling, parts))
    rows = [
        _comparison(event, statement, difference)
        for event, of_statement in tellings.items()
        for statement, difference in comparisons_of(of_statement, registry_of(registries[event]))
    ]
    return schema.frame(schema.PublishedComparisons, rows).sort(*_ORDER, maintain_order=True)


def _telling(row: dict[str, Any]) -> QuoteTelling:
    return QuoteTelling(
        article_id=row["article_id"],
        quote_id=row["quote_id"],
        words=row["text"],
        form=row["form"] or "",
        sources=frozenset(row["speakers"]),
        cues=tuple(Cue(cue["text"], cue["kind"] or "") for cue in row["hedges"]),
        quantities=tuple(
            Quantity(number["text"], None, number["low"], number["high"], number["bound"], number["unit"])
            for number in row["numbers"]
        ),
    )


def _comparison(event: str, statement: str, difference: Difference) -> dict[str, Any]:
    """A difference as a row of `comparisons`."""
    values = {name: getattr(difference, name) for name in ("wording", "ratio", "attribution", "certainty", "form")}
    numbers = [asdict(number) for number in difference.numbers]
    return values | {
        "event_id": event,
        "statement_id": statement,
        "first_article": difference.first,
        "second_article": difference.second,
        "first_words": list(difference.first_words),
        "second_words": list(difference.second_words),
        "first_cues": _cues(difference.first_cues),
        "second_cues": _cues(difference.second_cues),
        "numbers": [
            number | {"first_text": number["first"], "second_text": number["second"], "unit": number["unit"] or None}
            for number in numbers
        ],
    }


def _cues(cues: Iterable[Cue]) -> list[dict[str, str | None]]:
    return [{"text": cue.words, "kind": cue.kind or None} for cue in cues]


def event_frames(events: SortedEvents) -> dict[str, pl.DataFrame]:
    """The rows of each config about statements."""
    statements = statement_rows(events)
    return {
        "statements": statements,
        "figures": figure_rows(events),
        "comparisons": comparison_rows(statements, events.entities),
    }


# Written


def write_event_configs(folder: Path, sorting: Sorting, each: OrderedMap = map) -> tuple[CountsBySplit, CountsBySplit]:
    """Writes the configs about statements into a folder that has all others. Returns rows, and bytes uncompressed.

    `sorting` is how its articles are sorted. Some events after the other are held, whole. A config without a row is
    left out.
    """
    articles = read_rows(folder, "articles", "event_id", "article_id").drop_nulls("event_id")
    split_of = articles.select("event_id", "split").unique("event_id")
    splits = sorted(shards(folder, "articles"), key=vocabulary.SPLITS.index)
    with RowWriters(folder, splits, schema.OF_STATEMENTS) as writers:
        for frames in each(event_frames, _batches(folder, articles, sorting)):
            for config, rows in frames.items():
                split = rows.join(split_of, on="event_id", how="left", maintain_order="left")["split"]
                for name in split.unique():
                    writers.add(config, name, to_arrow(config, rows.filter(split == name)))
        return writers.finished()


def _batches(folder: Path, articles: pl.DataFrame, sorting: Sorting) -> Iterator[SortedEvents]:
    """The sorted events of a folder, some after the other, in the order of their ids."""
    sizes = articles.join(sorting.events.to_frame(), on="event_id", how="semi")["event_id"].value_counts(sort=False)
    edges = _edges(sizes.sort("event_id"))
    if sizes.is_empty():
        return
    with TemporaryDirectory() as scratch:
        dealt = [_dealt(folder, config, edges, Path(scratch) / config).each() for config in _COLUMNS]
        for of_articles, quotes, spans, entities in zip(*dealt, strict=True):
            yield SortedEvents(of_articles, quotes, spans, entities, sorting.only(of_articles["event_id"].unique()))


def _edges(sizes: pl.DataFrame) -> pl.Series:
    """The first event of every batch but the first, from events in order with their `count` of articles."""
    held = max(ARTICLES, -(-int(sizes["count"].sum()) // (MOST // len(_COLUMNS))))
    before = sizes["count"].cum_sum() - sizes["count"]
    return sizes.filter((before // held).diff().fill_null(0) > 0)["event_id"]


def _dealt(folder: Path, config: str, edges: pl.Series, scratch: Path) -> Buckets:
    """A config's rows by batch of events."""
    columns = _COLUMNS[config]
    types = schema.polars_schema(schema.CONFIGS[config])
    number = pl.col("event_id").map_batches(lambda events: edges.search_sorted(events, side="right"), pl.UInt32)
    buckets = Buckets(scratch, number, edges.len() + 1, pl.DataFrame(schema={name: types[name] for name in columns}))
    for path in files_of(folder, config):
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_AT_ONCE, columns=columns):
                rows = pl.DataFrame(pyarrow.Table.from_batches([batch])).select(columns).drop_nulls("event_id")
                buckets.add(rows.filter(label="number") if config == "spans" else rows)
    return buckets
