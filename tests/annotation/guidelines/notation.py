"""The notation of the guidelines' examples: `[s The mayor] said [q it [h may] rain].`, to and from spans and links.

A mark is `[`, its letter (s, q, h, n), a number where another mark points to it, `?` for a source that is not named,
`→` with the marks it links to, a blank, its words, and after ` | ` its attributes where they are not the usual ones.
A backslash stands before `[`, `]`, `|` and itself. What is usual, and so left out:

- a quote is linked to the only speaker; `→none` if it is not
- a speaker's entity is its words, a quote's form is told by its quotation marks, a hedge's kind by the list it is on,
  a number's kind and value by what its words say
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Final

from annotation.guidelines.html import LETTERS, TOKEN
from dataset.problem import Problem
from dataset.scheme import vocabulary
from dataset.scheme.lexicon import cue_kind
from dataset.scheme.quantities import is_unit, read_quantity
from dataset.scheme.quotation_marks import MARKS

_NAME: Final = r"[sqhn]\d+"
_HEAD: Final = re.compile(
    rf"(?P<letter>[sqhn])(?P<number>\d+)?(?P<unnamed>(?<=[q\d])\?)?(?:→(?P<targets>none|{_NAME}(?:,{_NAME})*))?"
)
_SPECIAL: Final = re.compile(r"([\[\]|\\])")
_MONEY: Final = {"€": "EUR", "euro": "EUR", "$": "USD", "dollar": "USD", "£": "GBP", "pound": "GBP"}


@dataclass(frozen=True)
class Span:
    """A span: `text[start:end]` of its example. `attributes` are the record's columns of its label."""

    label: str
    start: int
    end: int
    attributes: dict[str, Any]


@dataclass(frozen=True)
class Example:
    """A text, its spans from left to right and from outside to inside, and its drawn links as places in `spans`."""

    text: str
    spans: tuple[Span, ...]
    links: tuple[tuple[int, int], ...]


@dataclass
class _Mark:
    place: int
    letter: str
    number: str | None
    unnamed: bool
    targets: list[str] | None
    start: int
    end: int = -1
    details: str | None = None


@dataclass
class _Reading:
    source: str
    text: str = ""
    marks: list[_Mark] = field(default_factory=list)
    open: list[_Mark] = field(default_factory=list)


def parse(source: str) -> Example:
    """The example that is written in the notation.

    Raises:
        Problem: it is not of this notation; the message names the place.
    """
    reading = _Reading(source)
    place = 0
    while place < len(source):
        token = TOKEN.match(source, place)
        if token is None:
            raise _problem(source, place, "this character needs a backslash before it, or a mark is not complete")
        _take(reading, token)
        place = token.end()
    if reading.open:
        raise _problem(source, reading.open[-1].place, "this mark is not closed")
    spans = tuple(_span(source, mark, reading.text) for mark in reading.marks)
    return Example(reading.text, spans, tuple(_links(source, reading.marks)))


def _take(reading: _Reading, token: re.Match[str]) -> None:
    if token["head"] is not None:
        mark = _opened(reading, token)
        reading.marks.append(mark)
        reading.open.append(mark)
    elif token["close"]:
        if not reading.open:
            raise _problem(reading.source, token.start(), "no mark is open here")
        mark = reading.open.pop()
        mark.end, mark.details = len(reading.text), token["details"]
        if mark.start == mark.end:
            raise _problem(reading.source, mark.place, "this mark holds no words")
    else:
        reading.text += token["escaped"] or token["plain"]


def _opened(reading: _Reading, token: re.Match[str]) -> _Mark:
    head = _HEAD.fullmatch(token["head"])
    if head is None:
        raise _problem(reading.source, token.start(), f"“{token['head']}” is no beginning of a mark")
    targets = head["targets"]
    named = None if targets is None else [] if targets == "none" else targets.split(",")
    return _Mark(token.start(), head["letter"], head["number"], bool(head["unnamed"]), named, len(reading.text))


def _problem(source: str, place: int, what: str) -> Problem:
    return Problem(f"example, character {place}: {what}: “{source[place : place + 20]}”", "see annotation/guidelines")


def _links(source: str, marks: list[_Mark]) -> list[tuple[int, int]]:
    names: dict[str, int] = {}
    for place, mark in enumerate(marks):
        if mark.number and names.setdefault(mark.letter + mark.number, place) != place:
            raise _problem(source, mark.place, "another mark has this number")
    usual = _usual_targets([mark.letter for mark in marks])
    links: list[tuple[int, int]] = []
    for place, mark in enumerate(marks):
        if mark.targets is not None:
            links += [(place, _target(source, mark, name, names, marks)) for name in mark.targets]
        elif mark.letter == "q" and not mark.unnamed:
            links += [(place, target) for target in usual]
    return sorted(set(links))


def _usual_targets(letters: list[str]) -> list[int]:
    """The only speaker, if there is one only."""
    speakers = [place for place, letter in enumerate(letters) if letter == "s"]
    return speakers if len(speakers) == 1 else []


def _target(source: str, mark: _Mark, name: str, names: dict[str, int], marks: list[_Mark]) -> int:
    target = names.get(name)
    if target is None:
        raise _problem(source, mark.place, f"there is no {name}")
    if vocabulary.relation_type(LETTERS[mark.letter], LETTERS[marks[target].letter]) is None or marks[target] is mark:
        raise _problem(source, mark.place, f"a link to {name} means nothing here")
    return target


# Attributes


def _span(source: str, mark: _Mark, text: str) -> Span:
    label = LETTERS[mark.letter]
    attributes = usual_attributes(label, text[mark.start : mark.end])
    if mark.details is not None:
        named = _read_details(label, re.sub(r"\\(.)", r"\1", mark.details))
        if named is None:
            raise _problem(source, mark.place, f"“{mark.details}” is nothing that a {label} has")
        attributes |= named
    if mark.unnamed:
        attributes["quote_source"] = "unnamed"
    return Span(label, mark.start, mark.end, attributes)


def usual_attributes(label: str, words: str) -> dict[str, Any]:
    """The attributes that a mark of these words has where the notation names none."""
    if label == "speaker":
        return {"speaker_entities": [words]}
    if label == "quote":
        return {"quote_form": _form(words), "quote_source": "linked"}
    if label == "hedge":
        return {"hedge_kind": cue_kind(words) or "modal"}
    return _number(words)


def _form(words: str) -> str:
    if words[0] in MARKS:
        return "direct"
    return "mixed" if re.search(r"[“”\"«»„‘]", words) else "indirect"


def _number(words: str) -> dict[str, Any]:
    read = read_quantity(words)
    lower = words.lower()
    value = None if read is None else f"{read.low:.10g}{'' if read.high == read.low else '..'}"
    if read and read.high is not None and read.high != read.low:
        value = f"{value}{read.high:.10g}"
    unit = next((code for sign, code in _MONEY.items() if sign in lower), None)
    kind = "money" if unit else "measure" if read and read.rest and is_unit(read.rest) else "count"
    if "%" in words or "per cent" in lower or "percent" in lower:
        kind, unit = "percent", "%"
    return {"number_kind": kind, "number_value": value, "number_unit": unit}


def _read_details(label: str, details: str) -> dict[str, Any] | None:
    if label == "speaker":
        return {"speaker_entities": details.split("; ")}
    if label == "quote":
        return {"quote_form": details} if details in vocabulary.QUOTE_FORMS else None
    if label == "hedge":
        return {"hedge_kind": details} if details in vocabulary.HEDGE_KINDS else None
    kind, _, rest = details.partition(" ")
    value, _, unit = rest.partition(" ")
    if kind not in vocabulary.NUMBER_KINDS or not value:
        return None
    return {"number_kind": kind, "number_value": None if value == "?" else value, "number_unit": unit or None}


# Writing


def write(example: Example) -> str:
    """The example in the notation, with no more in it than `parse` needs.

    Raises:
        Problem: two spans cross, which brackets cannot show.
    """
    arrows = _arrows(example)
    names = _names(example, arrows)
    heads, tails = _brackets(example, arrows, names)
    written = []
    for place in range(len(example.text) + 1):
        written += [*tails.get(place, []), *heads.get(place, [])]
        written.append(_escaped(example.text[place : place + 1]))
    return "".join(written)


def _arrows(example: Example) -> list[list[int] | None]:
    """The targets of each span as they are written; None where they are the usual ones."""
    usual = _usual_targets([span.label[0] for span in example.spans])
    arrows: list[list[int] | None] = []
    for place, span in enumerate(example.spans):
        targets = [end for start, end in example.links if start == place]
        linked = span.label == "quote" and span.attributes["quote_source"] == "linked"
        arrows.append(None if targets == (usual if linked else []) else targets)
    return arrows


def _names(example: Example, arrows: list[list[int] | None]) -> dict[int, str]:
    """The name of each span that another points to."""
    wanted = sorted({target for targets in arrows for target in targets or ()})
    letters = [example.spans[place].label[0] for place in wanted]
    return {
        place: f"{letter}{letters[: at + 1].count(letter)}"
        for at, (place, letter) in enumerate(zip(wanted, letters, strict=True))
    }


def _brackets(
    example: Example, arrows: list[list[int] | None], names: dict[int, str]
) -> tuple[dict[int, list[str]], dict[int, list[str]]]:
    """What stands before the character at each place: marks that begin, and marks that end."""
    heads: dict[int, list[str]] = {}
    tails: dict[int, list[str]] = {}
    opened: list[Span] = []
    for place, span in enumerate(example.spans):
        while opened and opened[-1].end <= span.start:
            opened.pop()
        if opened and span.end > opened[-1].end:
            raise Problem(f"{span.label} {span.start}:{span.end} crosses another span", "shorten one of them")
        opened.append(span)
        heads.setdefault(span.start, []).append(_head(span, arrows[place], names, names.get(place)))
        tails.setdefault(span.end, []).insert(0, _tail(span, example.text[span.start : span.end]))
    return heads, tails


def _head(span: Span, targets: list[int] | None, names: dict[int, str], name: str | None) -> str:
    unnamed = "?" if span.attributes.get("quote_source") == "unnamed" else ""
    arrow = "" if targets is None else "→" + (",".join(names[target] for target in targets) or "none")
    return f"[{name or span.label[0]}{unnamed}{arrow} "


def _tail(span: Span, words: str) -> str:
    attributes = {key: value for key, value in span.attributes.items() if key != "quote_source"}
    usual = usual_attributes(span.label, words)
    if all(usual[key] == value for key, value in attributes.items()):
        return "]"
    return f" | {_escaped(details(span))}]"


def _escaped(words: str) -> str:
    return _SPECIAL.sub(r"\\\1", words)


def details(span: Span) -> str:
    """A span's attributes in words, as they stand after the bar."""
    a = span.attributes
    if span.label == "speaker":
        return "; ".join(a["speaker_entities"])
    if span.label == "number":
        return " ".join(filter(None, (a["number_kind"], a["number_value"] or "?", a["number_unit"])))
    return str(a["quote_form"] if span.label == "quote" else a["hedge_kind"])
