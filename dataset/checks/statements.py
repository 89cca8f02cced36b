"""Checks of how an event's quotes and numbers are sorted into statements and figures, by annotators and in the gold."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any, Final

import polars as pl

from dataset import schema
from dataset.checks.decisions import unreadable_table
from dataset.checks.event_facts import (
    EventGold,
    GoldTables,
    SortedEvent,
    Source,
    SpanKey,
    gold_of_event,
    gold_tables,
)
from dataset.checks.findings import Finding
from dataset.checks.suite import place
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, below
from dataset.record.rows import ContradictionRow, StatementRow, TellingRow, rows_of
from dataset.scheme.lexicon import FUNCTION_WORDS
from dataset.statements.sheets import registry_of_event
from dataset.storage.address import Location
from dataset.storage.tables import read_table

GIST_WORDS: Final = 30
"""Words that a gist has at most."""
RUN: Final = 8
"""Words in a row that a gist must not share with a quote."""
_ANNOTATORS: Final = ("event_tasks", "tellings", "contradictions")
_GOLD: Final = ("tellings", "contradictions", "statements")
_LISTED: Final = 3
_STEM: Final = 5
_WORD: Final = re.compile(r"\w+")
_OF_ROWS: Final = frozenset({"unreadable-table", "unsound-sorting", "foreign-row"})
ABOUT_EVENTS: Final = frozenset(
    {
        *("unsound-sorting", "telling-of-other-event", "telling-of-no-span", "telling-of-wrong-span"),
        *("quote-without-telling", "t4-two-statements", "unknown-statement", "statement-without-telling"),
        *("statement-of-quotes-and-numbers", "t2-two-sources", "t5-contradicts-itself", "t5-statement-and-figure"),
        *("gist-too-long", "gist-copies-quote", "figure-of-two-units", "tellings-share-no-word"),
    }
)
"""The codes of what is found in how an event is sorted; it is put right where the event is."""
_Tables = dict[str, pl.DataFrame]


def check_statements(
    corpus: Corpus, layers: Iterable[str] | None = None, *, errors_only: bool = False
) -> Iterator[Finding]:
    """All findings of how these layers, or all of them, sort events: layer by layer, event by event, by place.

    A table that cannot be read is one finding, and its layer's events are then not looked at. Where the gold cannot be
    read, no layer's are: that is a finding of `check_record`. `errors_only` does not look for warnings.
    """
    there = sorted_layers(corpus)
    names = there if layers is None else [name for name in layers if name in there]
    gold = _gold_or_none(corpus) if names else None
    checks = ERRORS if errors_only else ERRORS + WARNINGS
    for name in names:
        tables, findings = _read(corpus, name)
        yield from findings
        if tables is not None and gold is not None:
            yield from _check_events(corpus, name, tables, gold, checks)


def settled(finding: Finding) -> bool:
    """Whether the gold decides it: it is about what an annotator's rows say of an event, and not about the rows."""
    # A gold that loses a quote makes an annotator's old row about it a finding that nobody can put right.
    return "/" in finding.layer and finding.code not in _OF_ROWS


def sorted_layers(corpus: Corpus) -> list[str]:
    """The layers that hold a table of sorting: `ROUND/ANNOTATOR` or `gold`, by name."""
    files = [path for table in _ANNOTATORS for path in corpus.record.glob(f"*/*/{table}.jsonl")]
    in_gold = (_path(corpus, GOLD, table) for table in _GOLD)
    gold = [GOLD] if any(path.exists() for path in in_gold) else []
    return sorted({*gold, *(below(corpus.record, path.parent) for path in files)})


def _path(corpus: Corpus, name: str, table: str) -> Location:
    return corpus.layer_path(name) / f"{table}.jsonl"


def _gold_or_none(corpus: Corpus) -> GoldTables | None:
    with suppress(Problem):
        return gold_tables(corpus)
    return None


# Rows


def _read(corpus: Corpus, name: str) -> tuple[_Tables | None, list[Finding]]:
    """The tables of a layer, None where one of them cannot be read, and what is wrong with their rows."""
    tables, findings, whole = _Tables(), list[Finding](), True
    for table in _GOLD if name == GOLD else _ANNOTATORS:
        model, path = schema.RECORD[table], _path(corpus, name, table)
        try:
            rows = read_table(path, model)
        except Problem as problem:
            findings.append(unreadable_table(name, problem))
            whole = False
            continue
        for fault in schema.faults(model, rows, schema.KEYS[model]):
            findings.append(Finding("unsound-sorting", name, "", f"{path.name}: {fault}"))
        findings += _foreign_rows(name, table, rows)
        tables[table] = rows.drop_nulls(schema.KEYS[model]).unique(schema.KEYS[model], maintain_order=True)
    return tables if whole else None, findings


def _foreign_rows(name: str, table: str, rows: pl.DataFrame) -> Iterator[Finding]:
    """Rows that belong to another layer; in the gold the annotator is whoever decided."""
    if "round" not in rows.columns:
        return
    round_name, _, annotator = name.rpartition("/")
    own = pl.col("round") == (round_name or GOLD)
    if round_name:
        own &= pl.col("annotator") == annotator
    for row in rows.filter(~own).iter_rows(named=True):
        message = f"a row of {table} belongs to {row['round']}/{row['annotator']}"
        yield Finding("foreign-row", name, row.get("article_id") or "", message, span_id=row.get("span_id"))


# Events


def _check_events(
    corpus: Corpus, name: str, tables: _Tables, gold: GoldTables, checks: Iterable[Check]
) -> Iterator[Finding]:
    """What these checks find in each event that a layer has sorted, in the order of their ids."""
    tables = {table: rows for table, rows in tables.items() if table != "event_tasks"}
    by_event = {table: _by_event(rows) for table, rows in tables.items()}
    for event in sorted({event for groups in by_event.values() for event in groups}):
        rows = {table: by_event[table].get(event, frame.clear()) for table, frame in tables.items()}
        with suppress(Problem):  # a part of the gold that cannot be read is a finding of its layer
            sorting = _sorted_event(corpus, name, event, rows, gold_of_event(corpus, event, gold))
            yield from sorted((finding for check in checks for finding in check(sorting)), key=place)


def _by_event(rows: pl.DataFrame) -> dict[str, pl.DataFrame]:
    return {str(event): group for (event,), group in rows.partition_by("event_id", as_dict=True).items()}


def _sorted_event(corpus: Corpus, name: str, event: str, rows: _Tables, gold: EventGold) -> SortedEvent:
    statements = rows_of(rows.get("statements", schema.empty(schema.Statements)), StatementRow)
    return SortedEvent(
        layer=name,
        event=event,
        tellings=list(rows_of(rows["tellings"], TellingRow)),
        contradictions=list(rows_of(rows["contradictions"], ContradictionRow)),
        statements={row["statement_id"]: row for row in statements},
        gold=gold,
        registry=registry_of_event(corpus, event),
    )


# Tellings


def places(sorting: SortedEvent) -> Iterator[Finding]:
    """Tellings of an article that is not of the event, of a span that the gold lacks, or of one that tells nothing."""
    for key in sorting.by_span:
        article, span_id = key
        if article not in sorting.gold.articles:
            yield sorting.at("telling-of-other-event", key, f"{article} is not an article of {sorting.event}")
        elif key not in sorting.gold.spans:
            yield sorting.at("telling-of-no-span", key, f"the gold has no span {span_id}")
        elif key in sorting.gold.continuing:
            yield sorting.at("telling-of-wrong-span", key, "it continues a quote, whose first segment tells for it")
        elif sorting.gold.kind(key) is None:
            message = f"it is a {sorting.gold.spans[key]['label']}, not a quote or number"
            yield sorting.at("telling-of-wrong-span", key, message)


def untold_quotes(sorting: SortedEvent) -> Iterator[Finding]:
    """Quotes of the gold that tell nothing, in an event that has statements."""
    for quote in sorting.gold.quotes if sorting.statements else ():
        if quote not in sorting.by_span:
            yield sorting.at("quote-without-telling", quote, "no row of tellings says what it tells")


def degrees(sorting: SortedEvent) -> Iterator[Finding]:
    """Spans that tell two statements wholly, or none of two, or more than two."""
    for key, rows in sorting.by_span.items():
        names = _listed([row["statement"] for row in rows])
        wholly = sum(row["degree"] == "whole" for row in rows)
        if len(rows) > 2:
            yield sorting.at("t4-two-statements", key, f"it tells {len(rows)} statements: {names}")
        elif len(rows) == 2 and wholly != 1:
            yield sorting.at("t4-two-statements", key, f"it tells {'both' if wholly else 'neither'} of {names} wholly")


def _listed(names: list[str]) -> str:
    """Names, the first of them where there are many."""
    more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more


# Statements


def unknown_statements(sorting: SortedEvent) -> Iterator[Finding]:
    """Statements that tellings or contradictions name and that are not there; one finding each."""
    by_tellings = [row["statement"] for row in sorting.tellings]
    by_contradictions = [name for row in sorting.contradictions for name in (row["statement"], row["against"])]
    lacking = "which no row of statements has" if sorting.layer == GOLD else "and no span of that id tells it"
    for statement in dict.fromkeys(by_tellings + by_contradictions):
        if statement not in sorting.known:
            by = "telling" if statement in by_tellings else "contradiction"
            message = f"a {by} names the statement {statement}, {lacking}"
            yield sorting.at_statement("unknown-statement", statement, message)


def untold_statements(sorting: SortedEvent) -> Iterator[Finding]:
    """Statements of the gold that nothing tells."""
    with_telling = {row["statement"] for row in sorting.tellings}
    for statement in sorting.statements:
        if statement not in with_telling:
            yield sorting.at("statement-without-telling", None, f"nothing tells {statement}")


def kinds(sorting: SortedEvent) -> Iterator[Finding]:
    """Numbers that tell a statement, and quotes that tell a figure."""
    for statement, keys in sorting.by_statement.items():
        kind = sorting.kind(statement)
        for key in keys:
            if sorting.gold.kind(key) != kind:
                label = sorting.gold.spans[key]["label"]
                yield sorting.at("statement-of-quotes-and-numbers", key, f"a {label} tells {statement}, a {kind}")


def sources(sorting: SortedEvent) -> Iterator[Finding]:
    """Statements that are told of two sources which do not speak for each other, directly or by a third telling."""
    for statement, keys in sorting.by_statement.items():
        named = [(key, source) for key in keys if (source := sorting.registry.named(sorting.gold.source(key)))]
        apart = _apart(named, sorting.registry.related)
        if apart is not None:
            message = f"{statement} is told of {_joint(named[0][1])} and of {_joint(apart[1])}"
            yield sorting.at("t2-two-sources", apart[0], message)


def _apart(
    named: list[tuple[SpanKey, Source]], same: Callable[[Source, Source], bool]
) -> tuple[SpanKey, Source] | None:
    """The first telling whose source no chain of those that are the same joins with the first one's."""
    reached, rest = [source for _, source in named[:1]], named[1:]
    while reached:
        source = reached.pop()
        reached += [near for _, near in rest if same(source, near)]
        rest = [far for far in rest if not same(source, far[1])]
    return rest[0] if rest else None


def _joint(source: Source) -> str:
    return " with ".join(sorted(source))


def units(sorting: SortedEvent) -> Iterator[Finding]:
    """Figures of two units."""
    for statement, keys in sorting.by_statement.items():
        of_numbers = [key for key in keys if sorting.gold.kind(key) == "figure"]
        by_unit = {unit.casefold(): key for key in reversed(of_numbers) if (unit := _unit(sorting, key))}
        if len(by_unit) > 1:
            first, second, *_ = sorted(by_unit.values(), key=sorting.gold.place)
            message = f"{statement} counts “{_unit(sorting, first)}” and “{_unit(sorting, second)}”"
            yield sorting.at("figure-of-two-units", second, message)


def _unit(sorting: SortedEvent, key: SpanKey) -> str | None:
    return sorting.gold.spans[key]["number_unit"]


def content(sorting: SortedEvent) -> Iterator[Finding]:
    """Articles whose tellings of a statement share no content word with any other's. Of two articles, the second."""
    for statement, keys in sorting.by_statement.items():
        words: dict[str, set[str]] = {}
        quotes = [key for key in keys if sorting.gold.kind(key) == "statement"]
        for key in quotes:
            words.setdefault(key[0], set()).update(_content_words(sorting.gold.words(key)))
        strange = [article for article in words if _is_strange(article, words)]
        for article in strange if len(words) > 2 else strange[1:]:
            message = f"what tells {statement} here shares no content word with what tells it in another article"
            yield sorting.at("tellings-share-no-word", next(key for key in quotes if key[0] == article), message)


def _is_strange(article: str, words: dict[str, set[str]]) -> bool:
    elsewhere = set[str]().union(*(those for name, those in words.items() if name != article))
    return bool(words[article] and elsewhere) and not words[article] & elsewhere


def _content_words(text: str) -> set[str]:
    """The beginnings of the words that are not function words, so that endings do not part them."""
    return {word[:_STEM] for word in _words(text) if word not in FUNCTION_WORDS}


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


# Contradictions


def contradictions(sorting: SortedEvent) -> Iterator[Finding]:
    """Statements that contradict themselves or a figure, and contradictions that are there in both directions."""
    pairs = {(row["statement"], row["against"]) for row in sorting.contradictions}
    for row in sorting.contradictions:
        statement, against = row["statement"], row["against"]
        if statement == against:
            yield sorting.at_statement("t5-contradicts-itself", statement, f"{statement} contradicts itself")
        elif statement < against and (against, statement) in pairs:
            message = f"contradictions: {sorting.event} {statement} {against} is there twice, once the other way round"
            yield Finding("unsound-sorting", sorting.layer, "", message)
        elif {sorting.kind(statement), sorting.kind(against)} == {"statement", "figure"}:
            message = f"{statement}, a {sorting.kind(statement)}, contradicts {against}, a {sorting.kind(against)}"
            yield sorting.at_statement("t5-statement-and-figure", statement, message)


# Gists


def long_gists(sorting: SortedEvent) -> Iterator[Finding]:
    """Gists that are longer than a plain sentence."""
    for statement, row in sorting.statements.items():
        if (count := len(_gist(row).split())) > GIST_WORDS:
            message = f"the gist of {statement} has {count} words, more than {GIST_WORDS}"
            yield sorting.at_statement("gist-too-long", statement, message)


def copied_gists(sorting: SortedEvent) -> Iterator[Finding]:
    """Gists that are a quote's words, or hold many of them in a row; each at the first quote that it copies."""
    gists = {statement: _words(_gist(row)) for statement, row in sorting.statements.items()}
    quotes = {key: _words(sorting.gold.words(key)) for key in sorting.gold.quotes} if gists else {}
    runs = {key: _runs(words) for key, words in quotes.items()}
    for statement, gist in gists.items():
        own = _runs(gist)
        copied = (key for key, words in quotes.items() if gist and (gist == words or own & runs[key]))
        if (key := next(copied, None)) is not None:
            what = "is" if gist == quotes[key] else f"shares {RUN} words in a row or more with"
            yield sorting.at("gist-copies-quote", key, f"the gist of {statement} {what} this quote")


def _gist(row: StatementRow) -> str:
    """The gist, empty where the row lacks it."""
    gist: Any = row["gist"]
    return gist or ""


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


Check = Callable[[SortedEvent], Iterator[Finding]]
ERRORS: Final[tuple[Check, ...]] = (
    places,
    untold_quotes,
    degrees,
    unknown_statements,
    untold_statements,
    kinds,
    contradictions,
)
WARNINGS: Final[tuple[Check, ...]] = (sources, units, content, long_gists, copied_gists)
