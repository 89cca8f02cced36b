"""What a suggester is, and by which name each is opened."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from typing import Final, NamedTuple, Protocol

from dataset.problem import Problem
from dataset.record.rows import Link, MarkedSpan, Score
from dataset.scheme import vocabulary

GROUP: Final = "hedgerow.suggesters"
"""The group of entry points by which an installed package offers a suggester."""
SHIPPED: Final = {
    "rules": "annotation.suggesting.rules.suggester:open_rules",
    "spacy": "annotation.suggesting.parsed.suggester:open_spacy",
    "endpoint": "annotation.suggesting.endpoint.client:open_endpoint",
    "file": "annotation.suggesting.file:open_file",
}
"""The entry points of this project, for a clone that was installed before it had them."""


class EventText(NamedTuple):
    """An article's text, and the registry of its event: the aliases of each canonical name."""

    article_id: str
    text: str
    text_sha256: str
    registry: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Suggestions:
    """What is suggested for an article: rows of the record without the layer's key, spans in any order.

    `links` are those that rule H10 does not make: `said_by`, `continues`. A span without a score has the score 1.
    `rejected` counts, by a short reason, what the suggester itself could not take from where it asks.
    """

    spans: list[MarkedSpan] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    scores: list[Score] = field(default_factory=list)
    rejected: Counter[str] = field(default_factory=Counter)


class Suggester(Protocol):
    """Suggests spans for texts, several at a time."""

    def suggest(self, texts: Sequence[EventText]) -> list[Suggestions]:
        """What it suggests for each of the texts, in their order.

        Raises:
            Problem: it cannot be done, as where a model or a file of predictions does not fit the texts.
        """
        ...


Opener = Callable[[str], Suggester]
"""Makes a suggester from what follows its name and a colon, as the path in `file:predictions.jsonl`; "" for nothing."""


def suggester_names() -> list[str]:
    """The names of all suggesters that are installed."""
    return sorted({*SHIPPED, *(entry.name for entry in entry_points(group=GROUP))})


@cache
def open_suggester(wanted: str) -> Suggester:
    """The suggester `NAME` or `NAME:ARGUMENT`; the same one whenever this process asks for it.

    Raises:
        Problem: no suggester has that name, or it cannot be opened.
    """
    name, _, argument = wanted.partition(":")
    installed = {entry.name: entry for entry in entry_points(group=GROUP)}
    if name in SHIPPED:
        module, _, function = SHIPPED[name].partition(":")
        opener: Opener = getattr(import_module(module), function)
    elif name in installed:
        try:
            opener = installed[name].load()
        except (ImportError, AttributeError) as error:
            raise Problem(f"the suggester {name} cannot be loaded: {error}", "install what it needs") from None
    else:
        raise Problem(f"there is no suggester {name}", f"name one of these with --by: {', '.join(suggester_names())}")
    return opener(argument)


def marked_span(span_id: str, label: str, start: int, end: int, text: str) -> MarkedSpan:
    """The span `text[start:end]` of an article, without attributes."""
    return {
        "span_id": span_id,
        "label": label,
        "start": start,
        "end": end,
        "text": text[start:end],
        "speaker_entities": [],
        "quote_form": None,
        "quote_source": None,
        "hedge_kind": None,
        "number_kind": None,
        "number_value": None,
        "number_low": None,
        "number_high": None,
        "number_unit": None,
    }


def link(from_span: MarkedSpan, to_span: MarkedSpan) -> Link:
    """The link between two spans of an article, of the type that their labels give."""
    meaning = vocabulary.relation_type(from_span["label"], to_span["label"])
    return {"type": meaning, "from_span": from_span["span_id"], "to_span": to_span["span_id"], "derived": False}
