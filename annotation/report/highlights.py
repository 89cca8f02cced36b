"""An article as people read it with its labels: pieces of its text, and a note on each label and its links."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from annotation.report.labelled import LabelledArticle
from dataset.published.rows import QuoteRow
from dataset.record.rows import SpanRow
from dataset.scheme import vocabulary

WORDS: Final = {
    "said_by": ("said by", "says"),
    "hedges": ("makes uncertain", "made uncertain by"),
    "continues": ("goes on with", "goes on in"),
}
"""What a link is called at the span that it starts from, and at the one that it points to."""


@dataclass(frozen=True)
class NoteLink:
    """A link as it is shown at one of its ends: `other_end` is the one across. All three are numbers of notes."""

    type: str
    words: str
    source: int
    target: int
    other_end: int
    derived: bool


@dataclass(frozen=True)
class SpanNote:
    """A label of the article: `number` is its place in the order of the text, `sign` what is printed at its words.

    A quote's sign is its number, a speaker's the numbers of what it says, a hedge's that of what it makes uncertain.
    """

    number: int
    label: str
    sign: str
    start: int
    end: int
    words: str
    facts: tuple[tuple[str, str], ...]
    links: tuple[NoteLink, ...]


@dataclass(frozen=True)
class PieceSpan:
    """A label at a piece of the text, and whether it begins and ends with that piece."""

    note: SpanNote
    begins: bool
    ends: bool


@dataclass(frozen=True)
class TextPiece:
    """A run of text that the same labels cover: `parts`, the longest label first."""

    text: str
    parts: tuple[PieceSpan, ...]


@dataclass(frozen=True)
class HighlightedArticle:
    """An article's notes in the order of its text, its text in pieces, and the rows of its quotes.

    `first` gives the number of the note where each quote begins, in the order of `quotes`.
    """

    article: LabelledArticle
    notes: tuple[SpanNote, ...]
    pieces: tuple[TextPiece, ...]
    quotes: tuple[QuoteRow, ...]
    first: tuple[int, ...]


def highlighted(article: LabelledArticle) -> HighlightedArticle:
    """An article ready to be shown."""
    quotes = tuple(article.quotes)
    links, signs = _links(article), _signs(article, quotes)
    notes = tuple(_note(article, number, signs, links[number]) for number in range(len(article.spans)))
    numbers = {article.public(span): number for number, span in enumerate(article.spans)}
    return HighlightedArticle(
        article, notes, tuple(pieces(article.text, notes)), quotes, tuple(numbers[row["quote_id"]] for row in quotes)
    )


def _note(article: LabelledArticle, number: int, signs: dict[str, str], links: list[NoteLink]) -> SpanNote:
    span = article.spans[number]
    return SpanNote(
        number,
        span["label"],
        signs[span["span_id"]],
        span["start"],
        span["end"],
        span["text"],
        tuple(facts(span, article.kinds)),
        tuple(links),
    )


def facts(span: SpanRow, kinds: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A span's attributes as they are shown: name and value; what goes without saying is left out."""
    columns: Mapping[str, object] = span
    for name in vocabulary.ATTRIBUTES[span["label"]]:
        value = columns[name]
        if name == "speaker_entities":
            names = span["speaker_entities"]
            value = ", ".join(f"{entity} ({kinds[entity]})" if entity in kinds else entity for entity in names)
        if value and (name, value) != ("quote_source", "linked"):
            yield name.partition("_")[2], str(value)


def _links(article: LabelledArticle) -> dict[int, list[NoteLink]]:
    """The links by the numbers of both their ends."""
    numbers = {span["span_id"]: number for number, span in enumerate(article.spans)}
    links: dict[int, list[NoteLink]] = defaultdict(list)
    for row in article.relations:
        if row["type"] in WORDS and row["from_span"] in numbers and row["to_span"] in numbers:
            source, target = numbers[row["from_span"]], numbers[row["to_span"]]
            forwards, backwards = WORDS[row["type"]]
            links[source].append(NoteLink(row["type"], forwards, source, target, target, row["derived"]))
            links[target].append(NoteLink(row["type"], backwards, source, target, source, row["derived"]))
    return links


def _signs(article: LabelledArticle, quotes: Iterable[QuoteRow]) -> dict[str, str]:
    """What is printed at each span, by its id."""
    numbered = {
        segment["span_id"].removeprefix(f"{article.id}:"): f"{'' if place == 0 else '…'}{number}"
        for number, row in enumerate(quotes, start=1)
        for place, segment in enumerate(row["segments"])
    }
    lettered = {span["span_id"]: _letters(place) for place, span in enumerate(article.labelled("number"))}
    quote_signs: dict[str, list[str]] = defaultdict(list)
    for quote in article.labelled("quote"):
        for speaker in article.targets("said_by", quote):
            quote_signs[speaker["span_id"]].append(numbered[quote["span_id"]])
    speakers = {
        span["span_id"]: ",".join(dict.fromkeys(quote_signs[span["span_id"]])) or "–"
        for span in article.labelled("speaker")
    }
    signs = numbered | lettered | speakers
    hedges = {
        span["span_id"]: "~" + ",".join(signs.get(target["span_id"], "?") for target in article.targets("hedges", span))
        for span in article.labelled("hedge")
    }
    return signs | hedges


def _letters(place: int) -> str:
    """As columns of a sheet are named: a to z, then aa, ab."""
    higher, letter = divmod(place, 26)
    return (_letters(higher - 1) if higher else "") + "abcdefghijklmnopqrstuvwxyz"[letter]


def pieces(text: str, notes: Iterable[SpanNote]) -> Iterator[TextPiece]:
    """The text cut wherever a label begins or ends; the pieces joined are the text."""
    outermost = sorted(notes, key=lambda note: (note.start - note.end, note.label != "quote", note.number))
    edges = sorted({0, len(text), *(edge for note in outermost for edge in (note.start, note.end))})
    for start, end in pairwise(edges):
        covering = [note for note in outermost if note.start <= start and end <= note.end]
        parts = (PieceSpan(note, note.start == start, note.end == end) for note in covering)
        yield TextPiece(text[start:end], tuple(parts))
