"""An event as a matrix: what each article makes of each statement, and what it lacks of the most complete telling.

Begin with `event_matrix`. What differs is found by `dataset.statements.comparison`; here it is put into words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from annotation.report.highlights import HighlightedArticle
from annotation.report.labelled import LabelledArticle
from annotation.report.quantity_plots import FigureTelling, PlottedFigure, UnitPlot, unit_plots
from dataset.published.rows import QuoteRow
from dataset.record.rows import SpanRow
from dataset.scheme.lexicon import plain
from dataset.statements.comparison import Cue, Difference, QuoteTelling, compare
from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, StatementTelling
from dataset.statements.numbers import NumberChange, numbers_of, value_of
from dataset.statements.quotes import BETWEEN_SEGMENTS
from dataset.statements.registry import Registry
from dataset.statements.sheets import STATEMENT

DIFFERENCES: Final = ("wording", "attribution", "certainty", "numbers", "form")
"""The classes of what differs, by which the page filters."""
MARKED: Final = ("hedge", "number")
"""The labels that are marked in the words of a cell."""
_SURER: Final = {"second flatter": "surer", "first flatter": "less sure", "mixed": "sure in another way"}
_WORDED: Final = {"edited": "words edited", "other": "other words"}
_QUOTED: Final = {"first direct": "not quoted word for word", "second direct": "quoted word for word"}


@dataclass(frozen=True)
class PageMark:
    """Where the page shows a span: the id of its mark, and what the mark is called, as “quote 5”."""

    mark: str
    name: str


@dataclass(frozen=True)
class Run:
    """Words of a telling, and the labels that they have in the article, of those that are marked in a cell."""

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class CellTelling:
    """A quote in a cell. `around` are the cues on it that are not among its words.

    `place` is None where the page does not show the article.
    """

    sources: tuple[str, ...]
    partly: bool
    runs: tuple[Run, ...]
    around: tuple[Cue, ...]
    flat: bool
    place: PageMark | None


@dataclass(frozen=True)
class CellChange:
    """What differs from the most complete telling: one of `DIFFERENCES`, and how, in words."""

    kind: str
    words: str


@dataclass(frozen=True)
class MatrixCell:
    """What one article makes of a statement. `complete` marks the telling that the changes of all cells start from."""

    tellings: tuple[CellTelling, ...]
    changes: tuple[CellChange, ...]
    complete: bool


@dataclass(frozen=True)
class MatrixRow:
    """A statement, with a cell for each article of the event, None where the article is silent.

    `articles` and `speakers` are places in those of the event; a speaker is a source, or one for whom a source speaks.
    `differs` has the classes of all its changes, `contradicts` the statements that contradict it, by id.
    """

    id: str
    gist: str | None
    contradicts: tuple[str, ...]
    cells: tuple[MatrixCell | None, ...]
    articles: tuple[int, ...]
    speakers: tuple[int, ...]
    differs: tuple[str, ...]


@dataclass(frozen=True)
class EventMatrix:
    """An event: its articles, its speakers with the number of statements and figures of each, its rows and plots."""

    event_id: str
    articles: tuple[str, ...]
    speakers: tuple[tuple[str, int], ...]
    rows: tuple[MatrixRow, ...]
    plots: tuple[UnitPlot, ...]

    @property
    def figures(self) -> int:
        """How many figures there are. One that is given in two units is in two plots."""
        return len({figure.id for plot in self.plots for figure in plot.figures})


def places(articles: Iterable[HighlightedArticle]) -> dict[str, PageMark]:
    """Where each quote and number of the articles stands on the page, by its published id."""
    marks: dict[str, PageMark] = {}
    for at, shown in enumerate(articles, 1):
        for number, (row, first) in enumerate(zip(shown.quotes, shown.first, strict=True), 1):
            marks[row["quote_id"]] = PageMark(f"a{at}-{first}", f"quote {number}")
        for note in shown.notes:
            if note.label == "number":
                span = shown.article.spans[note.number]
                marks[shown.article.public(span)] = PageMark(f"a{at}-{note.number}", f"number {note.sign}")
    return marks


def event_matrix(
    event: ComparedEvent, registry: Registry, labelled: Mapping[str, LabelledArticle], placed: Mapping[str, PageMark]
) -> EventMatrix:
    """An event ready to be shown. `labelled` are its articles by id, `placed` those spans that the page shows."""
    return _Matrix(event, registry, labelled, placed).whole()


class _Matrix:
    """Makes the rows and plots of one event."""

    def __init__(
        self,
        event: ComparedEvent,
        registry: Registry,
        labelled: Mapping[str, LabelledArticle],
        placed: Mapping[str, PageMark],
    ) -> None:
        self._event, self._registry, self._labelled, self._placed = event, registry, labelled, placed
        self._quotes = {row["quote_id"]: row for article in labelled.values() for row in article.quotes}
        counts = Counter(name for statement in event.statements for name in self._speakers(statement))
        self._ranked = tuple(sorted(counts.items(), key=lambda entry: (-entry[1], entry[0])))
        self._speaker_at = {name: at for at, (name, _) in enumerate(self._ranked)}
        self._article_at = {article: at for at, article in enumerate(event.articles)}

    def whole(self) -> EventMatrix:
        statements = [statement for statement in self._event.statements if statement.kind == STATEMENT]
        figures = [statement for statement in self._event.statements if statement.kind != STATEMENT]
        return EventMatrix(
            self._event.event_id,
            self._event.articles,
            self._ranked,
            tuple(map(self._row, statements)),
            unit_plots(map(self._figure, figures)),
        )

    def _speakers(self, statement: ComparedStatement) -> list[str]:
        """The sources of a statement, and those for whom they speak."""
        sources = {source for telling in statement.tellings for source in telling.item.content.sources}
        return sorted(sources.union(*map(self._registry.principals, sources)))

    def _places(self, statement: ComparedStatement) -> tuple[tuple[int, ...], tuple[int, ...]]:
        articles = sorted(self._article_at[article] for article in statement.articles())
        return tuple(articles), tuple(sorted(self._speaker_at[name] for name in self._speakers(statement)))

    def _row(self, statement: ComparedStatement) -> MatrixRow:
        by_article = {article: statement.of_article(article) for article in statement.articles()}
        complete = most_complete(by_article, self._registry) if statement.several else None
        cells = {
            article: MatrixCell(
                tuple(map(self._telling, tellings)),
                tuple(changes(by_article[complete], tellings, self._registry)) if complete else (),
                article == complete,
            )
            for article, tellings in by_article.items()
        }
        kinds = {change.kind for cell in cells.values() for change in cell.changes}
        return MatrixRow(
            statement.id,
            statement.gist,
            statement.contradicts,
            tuple(cells.get(article) for article in self._event.articles),
            *self._places(statement),
            tuple(kind for kind in DIFFERENCES if kind in kinds),
        )

    def _telling(self, telling: StatementTelling) -> CellTelling:
        item = telling.item
        article, quote = self._labelled.get(item.article_id), self._quotes.get(item.id)
        inside = _marked_words(article, quote) if article and quote else Counter()
        return CellTelling(
            tuple(sorted(item.content.sources)),
            telling.degree == "partly",
            tuple(_runs(article, quote)) if article and quote else (Run(item.content.words, ()),),
            tuple(_around(item.content.cues, inside)),
            item.kind == STATEMENT and not item.content.cues,
            self._placed.get(item.id),
        )

    def _figure(self, statement: ComparedStatement) -> PlottedFigure:
        tellings = tuple(
            FigureTelling(
                telling.item.article_id,
                tuple(sorted(telling.item.content.sources)),
                telling.item.content.quantities[0],
                telling.degree == "partly",
                place.mark if (place := self._placed.get(telling.item.id)) else None,
            )
            for telling in statement.tellings
            if telling.item.content.quantities
        )
        return PlottedFigure(
            statement.id, statement.gist, tellings, *self._places(statement), tuple(_figure_differs(tellings))
        )


def _figure_differs(tellings: Sequence[FigureTelling]) -> Iterator[str]:
    if len({telling.sources for telling in tellings}) > 1:
        yield "attribution"
    if len({(value_of(telling.quantity), telling.quantity.bound) for telling in tellings}) > 1:
        yield "numbers"


# The words of a cell


def _runs(article: LabelledArticle, quote: QuoteRow) -> Iterator[Run]:
    """The words of a quote, cut where a hedge or number in them begins or ends."""
    for at, segment in enumerate(_segments(article, quote)):
        if at:
            yield Run(BETWEEN_SEGMENTS, ())
        start, end = segment["start"], segment["end"]
        inner = _inner(article, segment)
        edges = {start, end, *(min(max(edge, start), end) for span in inner for edge in (span["start"], span["end"]))}
        for left, right in pairwise(sorted(edges)):
            labels = {span["label"] for span in inner if span["start"] <= left and right <= span["end"]}
            yield Run(article.text[left:right], tuple(label for label in MARKED if label in labels))


def _segments(article: LabelledArticle, quote: QuoteRow) -> list[SpanRow]:
    ids = [segment["span_id"].removeprefix(f"{article.id}:") for segment in quote["segments"]]
    return [article.by_id[span_id] for span_id in ids]


def _inner(article: LabelledArticle, segment: SpanRow) -> list[SpanRow]:
    return [
        span
        for span in article.spans
        if span["label"] in MARKED and segment["start"] < span["end"] and span["start"] < segment["end"]
    ]


def _marked_words(article: LabelledArticle, quote: QuoteRow) -> Counter[str]:
    """The words of the hedges that reach into a quote."""
    inner = (span for segment in _segments(article, quote) for span in _inner(article, segment))
    return Counter(span["text"] for span in inner if span["label"] == "hedge")


def _around(cues: Iterable[Cue], inside: Counter[str]) -> Iterator[Cue]:
    left = inside.copy()
    for cue in cues:
        if left[cue.words]:
            left[cue.words] -= 1
        else:
            yield cue


# What differs


def most_complete(by_article: Mapping[str, Sequence[StatementTelling]], registry: Registry) -> str:
    """The article that makes the most of a statement.

    A whole telling counts before a partial one; then more numbers, more cues, no flat telling, a source that speaks for
    more, a named source, and more words count, in this order; then the smaller article id.
    """
    return max(sorted(by_article), key=lambda article: _completeness(by_article[article], registry))


def _completeness(tellings: Sequence[StatementTelling], registry: Registry) -> tuple[int, ...]:
    contents = [telling.item.content for telling in tellings]
    named = registry.named(source for content in contents for source in content.sources)
    return (
        any(telling.degree != "partly" for telling in tellings),
        len(numbers_of(quantity for content in contents for quantity in content.quantities)),
        len({(plain(cue.words), cue.kind) for content in contents for cue in content.cues}),
        all(content.cues for content in contents),
        max((len(registry.principals(source)) for source in named), default=0),
        len(named),
        len({word for content in contents for word in plain(content.words).split()}),
    )


def changes(
    complete: Sequence[StatementTelling], tellings: Sequence[StatementTelling], registry: Registry
) -> Iterator[CellChange]:
    """In what an article differs from the most complete tellings of a statement, in the order of `DIFFERENCES`."""
    first, second = ([telling.item.telling() for telling in several] for several in (complete, tellings))
    difference = compare(first, second, registry)
    if difference.wording != "same":
        yield CellChange("wording", _WORDED[difference.wording])
    if difference.attribution != "same":
        yield CellChange("attribution", _attribution(difference.attribution, complete, tellings, registry))
    if (certainty := _certainty(difference, first, second)) is not None:
        yield certainty
    yield from (CellChange("numbers", words) for words in _numbers(difference.numbers))
    if difference.form != "same":
        yield CellChange("form", _QUOTED[difference.form])


def _attribution(
    change: str, complete: Sequence[StatementTelling], tellings: Sequence[StatementTelling], registry: Registry
) -> str:
    before, after = (_sources(several, registry) for several in (complete, tellings))
    words = {
        "wider": f"wider source than {_joined(before)}",
        "narrower": f"narrower source than {_joined(before)}",
        "joint dropped": f"source left out: {_joined(before - after)}",
        "joint added": f"further source: {_joined(after - before)}",
        "anonymous": f"source not named: {_joined(before)}",
        "named": "source named",
    }
    return words.get(change, f"another source than {_joined(before)}" if before else "another source")


def _sources(tellings: Sequence[StatementTelling], registry: Registry) -> frozenset[str]:
    sources = (source for telling in tellings for source in telling.item.content.sources)
    return registry.most_specific(registry.named(sources))


def _joined(names: Iterable[str]) -> str:
    return " & ".join(sorted(names))


def _certainty(
    difference: Difference, first: Sequence[QuoteTelling], second: Sequence[QuoteTelling]
) -> CellChange | None:
    """The hedges lost and gained. Of hedges of the same kinds, one in place of another is a matter of wording."""
    lost, gained = _as_written(difference.first_cues, first), _as_written(difference.second_cues, second)
    surer = _SURER.get(difference.certainty)
    if surer is None and lost and gained:
        return CellChange("wording", f"hedged with {gained}, not {lost}")
    flat = difference.certainty == "second flatter" and any(not telling.cues for telling in second)
    parts = [surer, "flat" if flat else None, lost and f"hedge lost: {lost}", gained and f"hedge added: {gained}"]
    words = "; ".join(part for part in parts if part)
    return CellChange("certainty", words) if words else None


def _as_written(cues: Iterable[Cue], tellings: Iterable[QuoteTelling]) -> str:
    """Cues as the article writes them; what was compared is in lower case."""
    written = {plain(cue.words): cue.words for telling in tellings for cue in telling.cues}
    return ", ".join(f"“{written[cue.words]}”" for cue in cues)


def _numbers(compared: Sequence[NumberChange]) -> Iterator[str]:
    for change, head in (("dropped", "left out"), ("added", "added")):
        if numbers := [number.first or number.second or "" for number in compared if number.change == change]:
            yield f"{'number' if len(numbers) == 1 else 'numbers'} {head}: {', '.join(numbers)}"
    for number in compared:
        if number.change == "conflicting":
            yield f"number in conflict: {number.second}, not {number.first}"
        elif number.change == "bound changed":
            bounds = _bounded(number.second, number.second_bounds), _bounded(number.first, number.first_bounds)
            yield f"{bounds[0]}, not {bounds[1]}"


def _bounded(words: str | None, bounds: tuple[str, ...]) -> str:
    return f"{words} ({' or '.join(bounds)})"
