"""An event's statements and figures with all that tell each, and what differs between its articles."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.record.rows import ContradictionRow, StatementRow, TellingRow, rows_of
from dataset.statements.comparison import Difference, comparisons_of
from dataset.statements.sheets import STATEMENT, EventSheet, EventSheetItem, event_sheets, registry_of_event
from dataset.statements.tables import gold_sorting, read_gold, read_sorting


@dataclass(frozen=True)
class StatementTelling:
    """A quote or number that tells a statement, wholly or partly."""

    item: EventSheetItem
    degree: str


@dataclass(frozen=True)
class ComparedStatement:
    """A statement or figure, its gist where it has one, what tells it, and what differs between each two articles.

    The differences of a figure are none: its numbers stand in its tellings.
    """

    id: str
    kind: str
    gist: str | None
    tellings: tuple[StatementTelling, ...]
    differences: tuple[Difference, ...]
    contradicts: tuple[str, ...]

    def of_article(self, article: str) -> list[StatementTelling]:
        """What tells it in an article, in the order of the text."""
        return [telling for telling in self.tellings if telling.item.article_id == article]

    def only(self, chosen: Container[str]) -> ComparedStatement | None:
        """It as some articles tell it; None where none of them does."""
        tellings = tuple(telling for telling in self.tellings if telling.item.article_id in chosen)
        between = (each for each in self.differences if each.first in chosen and each.second in chosen)
        return replace(self, tellings=tellings, differences=tuple(between)) if tellings else None

    @property
    def several(self) -> bool:
        """Whether several articles tell it."""
        return len(self.articles()) > 1

    def articles(self) -> list[str]:
        """The articles that tell it, by id."""
        return sorted({telling.item.article_id for telling in self.tellings})


@dataclass(frozen=True)
class ComparedEvent:
    """An event: its articles that have gold, and its statements, those that most articles tell first."""

    event_id: str
    articles: tuple[str, ...]
    statements: tuple[ComparedStatement, ...]

    def only(self, chosen: Container[str]) -> ComparedEvent | None:
        """The event as some of its articles tell it; None where none of them does."""
        articles = tuple(article for article in self.articles if article in chosen)
        statements = tuple(kept for statement in self.statements if (kept := statement.only(articles)))
        return replace(self, articles=articles, statements=statements) if statements else None


def in_short(tellings: Iterable[StatementTelling]) -> str:
    """What an article makes of a statement: the cues of each telling, or `flat` where there is none, and its numbers.

    Tellings are parted by ` / `, and one that is only partly the statement begins with `~`: “as soon as / flat”. A
    figure is its number with its bound: “about 12,000”.
    """
    return " / ".join(dict.fromkeys(map(_telling_in_short, tellings)))


def _telling_in_short(telling: StatementTelling) -> str:
    content = telling.item.content
    numbers = ", ".join(quantity.words for quantity in content.quantities)
    if telling.item.kind == STATEMENT:
        cues = ", ".join(cue.words for cue in content.cues) or "flat"
        words = f"{cues}; {numbers}" if numbers else cues
    else:
        bound = content.quantities[0].bound
        words = numbers if bound == "exact" else f"{bound} {numbers}"
    return f"~{words}" if telling.degree == "partly" else words


def article_letters(event: ComparedEvent) -> dict[str, str]:
    """A short name of each article: A to Z, then numbers."""
    return {article: chr(ord("A") + at) if at < 26 else str(at + 1) for at, article in enumerate(event.articles)}


def compared_events(corpus: Corpus, events: Iterable[str] | None = None, layer: str = GOLD) -> Iterator[ComparedEvent]:
    """The events that a layer sorted, compared. Tellings of spans that are gone are left out; the checks name them.

    Raises:
        Problem: the corpus has no such event, the layer has sorted none of them, or a table cannot be read.
    """
    sorting = gold_sorting(corpus) if layer == GOLD else read_sorting(corpus.layer_path(layer))
    gists = read_gold(corpus)["statements"] if layer == GOLD else None
    sorted_events = set(sorting.tellings["event_id"])
    wanted = sorted(sorted_events if events is None else set(events))
    if missing := [event for event in wanted if event not in sorted_events]:
        if corpus.articles.filter(event_id=missing[0]).height == 1:
            raise Problem(
                f"a single article of the corpus reports {missing[0]}, so there is nothing to compare",
                "take in another one of the same event",
            )
        raise Problem(
            f"{layer} says of no quote of {missing[0]} which statement it tells",
            "open the event with `hedgerow align --round e1 --annotator a1`",
        )
    if not wanted:
        raise Problem(f"{layer} has sorted no event", "open some with `hedgerow align --round e1 --annotator a1`")
    for sheet in event_sheets(corpus, wanted):
        of_event = sorting.only([sheet.event_id])
        known = (
            {}
            if gists is None
            else {row["statement_id"]: row for row in rows_of(gists.filter(event_id=sheet.event_id), StatementRow)}
        )
        yield compared_event(
            corpus,
            sheet,
            list(rows_of(of_event.tellings, TellingRow)),
            list(rows_of(of_event.contradictions, ContradictionRow)),
            known,
        )


def compared_event(
    corpus: Corpus,
    sheet: EventSheet,
    tellings: list[TellingRow],
    contradictions: list[ContradictionRow],
    known: Mapping[str, StatementRow],
) -> ComparedEvent:
    """One event, of its rows."""
    items = {item.id: item for item in sheet.items}
    by_statement: dict[str, list[StatementTelling]] = {}
    for row in tellings:
        if (item := items.get(f"{row['article_id']}:{row['span_id']}")) is not None:
            by_statement.setdefault(row["statement"], []).append(StatementTelling(item, row["degree"]))
    order = {item.id: at for at, item in enumerate(sheet.items)}
    for several in by_statement.values():
        several.sort(key=lambda telling: order[telling.item.id])
    quotes = {
        name: [telling.item.telling() for telling in several]
        for name, several in by_statement.items()
        if several[0].item.kind == STATEMENT
    }
    differences: dict[str, list[Difference]] = {}
    for name, difference in comparisons_of(quotes, registry_of_event(corpus, sheet.event_id)):
        differences.setdefault(name, []).append(difference)
    statements = [
        ComparedStatement(
            id=name,
            kind=several[0].item.kind,
            gist=known[name]["gist"] if name in known else None,
            tellings=tuple(several),
            differences=tuple(differences.get(name, ())),
            contradicts=tuple(sorted(_against(name, contradictions))),
        )
        for name, several in by_statement.items()
    ]
    statements.sort(
        key=lambda statement: (statement.kind != STATEMENT, -len(statement.articles()), _number(statement.id))
    )
    return ComparedEvent(sheet.event_id, sheet.articles, tuple(statements))


def _against(name: str, contradictions: list[ContradictionRow]) -> set[str]:
    pairs = [(row["statement"], row["against"]) for row in contradictions]
    return {second for first, second in pairs if first == name} | {first for first, second in pairs if second == name}


def _number(statement_id: str) -> tuple[int, str]:
    """The order of ids: s2 before s10."""
    digits = statement_id[1:]
    return (int(digits), "") if digits.isdecimal() else (0, statement_id)
