"""Which rules may decide a question: those of its labels, the likeliest first, by what the annotators differ in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from annotation.adjudication.alignment import SpanGroup, value
from annotation.adjudication.questions import Sheet, SheetItem
from dataset.checks.findings import CATALOGUE
from dataset.record.rows import SpanRow
from dataset.scheme import vocabulary

_EVERYWHERE: Final = "E"
_CODE: Final = re.compile(r"\[([\w-]+)\]")
_LOOSE: Final = re.compile(r"[\s,;:]+")
_OWNER: Final = re.compile(r"['’]s?")
_MARK: Final = re.compile('[“”‘’«»"]')
_APPOSITION: Final = re.compile(r"\s*,")
_JOINED: Final = re.compile(r"\b(?:and|or|to)\b|[-–]")

_PRESENCE: Final = {
    "speaker": ("S8", "S1", "S4"),
    "quote": ("Q7", "Q8", "Q11", "Q6"),
    "hedge": ("H3",),
    "number": ("N5", "N4"),
}
_OF_FORM: Final = {"direct": "Q1", "indirect": "Q2", "mixed": "Q3"}
_OF_KIND: Final = {"evidential": "H4", "modal": "H5", "approximator": "H6", "noncommittal": "H7", "conditional": "H8"}
_ATTRIBUTE: Final = {
    "speaker_entities": ("S1", "S7", "S4", "S6"),
    "quote_source": ("Q9", "Q4"),
    "number_kind": ("N1",),
    "number_value": ("N4", "N2"),
    "number_unit": ("N1",),
}
_LINK: Final = {"said_by": ("S1", "S4", "S6", "Q4", "Q9"), "continues": ("Q4", "Q5"), "hedges": ("H10",)}


def deciding_rules(asked: Sheet, items: Iterable[SheetItem]) -> list[str]:
    """The rules that may decide a question about these spans, the likeliest first.

    Those that the difference speaks for come before the others of the labels, and those for all labels come last.
    """
    together = list(items)
    likely = [rule for item in together for rule in _likely(asked, item)]
    labels = {item.group.label for item in together}
    return list(dict.fromkeys([*likely, *rules_of(labels)]))


def rules_of(labels: Iterable[str]) -> list[str]:
    """The rules of labels, in the scheme's order, and then those for all labels."""
    letters = {label[0].upper() for label in labels} | {_EVERYWHERE}
    return [rule for rule in vocabulary.RULES if rule[0] in letters]


def _likely(asked: Sheet, item: SheetItem) -> Iterator[str]:
    """What a check says comes first: it names its rule."""
    for reason in item.reasons:
        code = CATALOGUE.get(match[1]) if (match := _CODE.match(reason)) else None
        if code and code.rule:
            yield code.rule
    if len(item.group.offsets()) > 1:
        yield from _about_edges(item.group)
    for name in item.group.differing():
        yield from _about_attribute(item.group, name)
    if item.group.missing(asked.annotators):
        yield from _about_presence(item.group)
    yield from _about_links(asked, item)


def _about_presence(group: SpanGroup) -> Iterator[str]:
    """A hedge that somebody sees is on a list; whether it is one here is what its list says."""
    yield from _kinds(group)
    yield from _PRESENCE[group.label]


def _about_attribute(group: SpanGroup, name: str) -> Iterator[str]:
    if name == "quote_form":
        yield from (_OF_FORM[form] for form in vocabulary.QUOTE_FORMS if form in _values(group, name))
    elif name == "hedge_kind":
        yield from _kinds(group)
    else:
        yield from _ATTRIBUTE[name]


def _kinds(group: SpanGroup) -> Iterator[str]:
    if group.label == "hedge":
        yield from (_OF_KIND[kind] for kind in vocabulary.HEDGE_KINDS if kind in _values(group, "hedge_kind"))


def _values(group: SpanGroup, name: str) -> set[object]:
    return {value(row, name) for row in group.members.values()}


def _about_links(asked: Sheet, item: SheetItem) -> Iterator[str]:
    position = asked.items.index(item)
    for link in asked.links:
        both = item.group.members.keys() & asked.items[link.to_group].group.members.keys()
        if link.from_group == position and link.type and both - link.members.keys():
            yield from _LINK[link.type]


def _about_edges(group: SpanGroup) -> Iterator[str]:
    extra = [piece for row in group.members.values() for piece in beyond(group, row)[::2] if piece]
    if all(_LOOSE.fullmatch(piece) for piece in extra):
        yield "E1"
    if all(_OWNER.fullmatch(piece) for piece in extra):
        yield "E2"
    if any(_cuts(group, row) for row in group.members.values()):
        yield "E5"
    yield from _OF_EDGES[group.label](group, extra)


def beyond(group: SpanGroup, row: SpanRow) -> tuple[str, str, str]:
    """A member's words before what all members cover, what all cover, and what comes after."""
    start = max(start for start, _ in group.offsets()) - row["start"]
    end = min(end for _, end in group.offsets()) - row["start"]
    return row["text"][:start], row["text"][start:end], row["text"][end:]


def _cuts(group: SpanGroup, row: SpanRow) -> bool:
    """Whether what all members cover begins or ends in the middle of one of this row's words."""
    before, shared, after = beyond(group, row)
    return any(first[-1:].isalnum() and last[:1].isalnum() for first, last in ((before, shared), (shared, after)))


def _of_speaker(group: SpanGroup, extra: list[str]) -> Iterator[str]:
    if any(_JOINED.search(piece) for piece in extra):
        yield "S6"
    after = any(_APPOSITION.match(beyond(group, row)[2]) for row in group.members.values())
    yield from ("S3", "S2", "S5") if after else ("S2", "S3", "S5")


def _of_quote(group: SpanGroup, extra: list[str]) -> Iterator[str]:
    if any(_MARK.search(piece) for piece in extra):
        yield "Q1"
    if any("\n" in piece or re.search(r"[.!?]\s", piece) for piece in extra):
        yield "Q5"
    forms = [_OF_FORM[str(form)] for form in vocabulary.QUOTE_FORMS if form in _values(group, "quote_form")]
    yield from forms[::-1]
    yield from ("Q5", "Q4", "Q12")


def _of_hedge(group: SpanGroup, extra: list[str]) -> Iterator[str]:
    yield from ("H1", "H2")
    yield from _kinds(group)


def _of_number(group: SpanGroup, extra: list[str]) -> Iterator[str]:
    if any(_JOINED.search(piece) for piece in extra):
        yield "N3"
    yield from ("N1", "N2")


_OF_EDGES: Final = {"speaker": _of_speaker, "quote": _of_quote, "hedge": _of_hedge, "number": _of_number}
