"""Generated articles of which every hedge, number, quote and speaker is labelled: seeded, each by its number alone."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from dataset.record.rows import ArticleRow
from dataset.scheme import hedge_targets, vocabulary
from dataset.storage.atomic import sha256

Row = dict[str, Any]
Drawn = random.Random
AN_EVENT: Final = 5
"""Articles of an event."""
SPANS: Final = 24
"""An article gets sentences with spans until it has so many."""
_PLAIN: Final = 15
_BLANK: Final = dict.fromkeys(name for names in vocabulary.ATTRIBUTES.values() for name in names) | {
    "number_low": None,
    "number_high": None,
}


@dataclass
class Article:
    """An article, its spans in the order of the text, and the links that are drawn and those that H10 makes.

    Spans and links lack the layer's key.
    """

    article_id: str
    event_id: str
    text: str = ""
    spans: list[Row] = field(default_factory=list)
    drawn: list[tuple[str, str]] = field(default_factory=list)

    @property
    def row(self) -> ArticleRow:
        """The article in the table `articles`."""
        digest = sha256(self.text.encode())
        return {
            "article_id": self.article_id,
            "event_id": self.event_id,
            "title": None,
            "text_sha256": digest,
            "outlet": "The Generated Gazette",
            "published": "2031-05-02",
            "url": None,
            "licence": "CC0-1.0",
            "language": "en",
        }

    @property
    def links(self) -> list[Row]:
        """All links: `said_by`, then `hedges`."""
        marks = [
            hedge_targets.TargetSpan(s["span_id"], s["label"], s["start"], s["end"], s["hedge_kind"])
            for s in self.spans
        ]
        made = hedge_targets.targets(self.text, marks, set())
        said_by = [{"type": "said_by", "from_span": a, "to_span": b, "derived": False} for a, b in self.drawn]
        return said_by + [{"type": "hedges", "from_span": a, "to_span": b, "derived": True} for a, b in made]


def articles(count: int, seed: int = 7, first: int = 0) -> Iterator[Article]:
    """`count` articles of about 2 kB with about 25 spans each, by article_id; five of an event."""
    for number in range(first, first + count):
        yield _article(number, seed)


def events(count: int, seed: int = 7, first: int = 0) -> Iterator[tuple[str, list[str]]]:
    """The events that so many articles report, and who speaks in each. `first` begins an event."""
    for event in range(first // AN_EVENT, -(-(first + count) // AN_EVENT)):
        yield _event_id(event), _names(event, seed)


def names_of(article: Article, seed: int = 7) -> list[str]:
    """Who speaks in an article's event."""
    return _names(int(article.event_id[1:]), seed)


def _event_id(event: int) -> str:
    return f"e{event:07}"


def _article(number: int, seed: int) -> Article:
    chance, event = Drawn(f"{seed} {number}"), number // AN_EVENT
    writing = _Writing(chance, _names(event, seed), _places(event, seed))
    forms: list[Callable[[_Writing], None]] = [_plain] * _PLAIN
    count = 0
    while count < SPANS:
        form = chance.choice(list(_FORMS))
        forms.append(form)
        count += _FORMS[form]
    chance.shuffle(forms)
    for at, form in enumerate(forms):
        writing.say("" if at == 0 else "\n\n" if at % 4 == 0 else " ")
        form(writing)
        writing.say(".")
    return Article(f"n{number:07}", _event_id(event), writing.text, writing.spans, writing.drawn)


class _Writing:
    """A text that grows, and its spans."""

    def __init__(self, chance: Drawn, names: list[str], places: list[str]) -> None:
        self.chance, self.names, self.places = chance, names, places
        self.text = ""
        self.spans: list[Row] = []
        self.drawn: list[tuple[str, str]] = []

    def choose(self, words: tuple[str, ...] | list[str]) -> str:
        return self.chance.choice(words)

    def say(self, words: str) -> None:
        self.text += words

    def mark(self, label: str, words: str, **attributes: Any) -> str:
        """Writes words and labels them. Returns the span's id."""
        start = len(self.text)
        self.say(words)
        return self._span(label, start, attributes)

    def speaker(self) -> str:
        name = self.choose(self.names)
        return self.mark("speaker", name, speaker_entities=[name])

    def quote(self, start: int, speaker: str) -> None:
        """Labels what was written from `start` on as a quote of a speaker."""
        self.drawn.append((self.quoted(start, "indirect"), speaker))

    def quoted(self, start: int, form: str) -> str:
        """Labels what was written from `start` on as a quote. Returns the span's id."""
        return self._span("quote", start, {"quote_form": form, "quote_source": "linked"})

    def hedge(self, words: str, kind: str) -> None:
        self.mark("hedge", words, hedge_kind=kind)

    def number(self, words: str, value: str, kind: str, unit: str) -> None:
        low, high = vocabulary.value_bounds(value) or (None, None)
        attributes = {"number_kind": kind, "number_value": value, "number_unit": unit}
        self.mark("number", words, number_low=low, number_high=high, **attributes)

    def _span(self, label: str, start: int, attributes: Row) -> str:
        name = f"s{len(self.spans)}"
        place = {"span_id": name, "label": label, "start": start, "end": len(self.text), "text": self.text[start:]}
        self.spans.append(place | _BLANK | {"speaker_entities": []} | attributes)
        return name


# Sentences


def _plain(to: _Writing) -> None:
    """A sentence in which nobody says anything."""
    choose = to.choose
    first = f"The {choose(_ADJECTIVES)} {choose(_NOUNS)} {choose(_NEAR)} {choose(to.places)} {choose(_VERBS)}"
    second = f"the {choose(_ADJECTIVES)} {choose(_NOUNS)} of {choose(to.places)} {choose(_VERBS)}"
    second += f" {choose(_NEAR)} the {choose(_NOUNS)}"
    to.say(f"{first} {choose(_WHILE)} {second} {choose(_WHEN)}")


def _reported(to: _Writing) -> None:
    speaker = to.speaker()
    to.say(f" {to.choose(_SAYING)} ")
    start = len(to.text)
    to.say(f"that the {to.choose(_ADJECTIVES)} {to.choose(_NOUNS)} ")
    to.hedge(to.choose(_MODALS), "modal")
    to.say(f" {to.choose(_LOSE)} ")
    to.hedge(to.choose(_APPROXIMATORS), "approximator")
    to.say(" ")
    noun = _count(to)
    to.say(f" {noun} {to.choose(_NEAR)} {to.choose(to.places)}")
    to.quote(start, speaker)


def _spoken(to: _Writing) -> None:
    start = len(to.text)
    to.say("“We ")
    to.hedge(to.choose(_MODALS), "modal")
    to.say(f" {to.choose(_LOSE)} ")
    noun = _count(to)
    to.say(f" {noun} of the {to.choose(_ADJECTIVES)} {to.choose(_NOUNS)},”")
    quote = to.quoted(start, "direct")
    to.say(" ")
    to.drawn.append((quote, to.speaker()))
    to.say(f" said {to.choose(_NEAR)} {to.choose(to.places)}")


def _paid(to: _Writing) -> None:
    speaker, tenths = to.speaker(), to.chance.randint(11, 989)
    to.say(f" {to.choose(_SAYING)} ")
    start = len(to.text)
    to.say("that ")
    to.hedge(to.choose(_APPROXIMATORS), "approximator")
    to.say(" ")
    to.number(f"${tenths // 10}.{tenths % 10} million", f"{tenths * 100_000}", "money", "USD")
    to.say(f" for the {to.choose(_ADJECTIVES)} {to.choose(_NOUNS)} came from {to.choose(to.places)}")
    to.quote(start, speaker)


def _shared(to: _Writing) -> None:
    speaker, share = to.speaker(), to.chance.randint(3, 97)
    to.say(f" {to.choose(_SAYING)} ")
    start = len(to.text)
    to.say("that ")
    to.number(f"{share} per cent", str(share), "percent", "%")
    to.say(f" of the {to.choose(_NOUNS)} {to.choose(_NEAR)} {to.choose(to.places)} was ")
    to.hedge(to.choose(("reportedly", "apparently", "allegedly")), "evidential")
    to.say(f" {to.choose(_ADJECTIVES)}")
    to.quote(start, speaker)


def _withheld(to: _Writing) -> None:
    speaker = to.speaker()
    to.say(" ")
    to.hedge(to.choose(("did not confirm", "refused to confirm", "stopped short of confirming")), "noncommittal")
    to.say(" ")
    start = len(to.text)
    to.say(f"that the {to.choose(_ADJECTIVES)} {to.choose(_NOUNS)} of {to.choose(to.places)} {to.choose(_VERBS)}")
    to.quote(start, speaker)


_FORMS: Final[dict[Callable[[_Writing], None], int]] = {
    _reported: 5,
    _spoken: 4,
    _paid: 4,
    _shared: 4,
    _withheld: 3,
}
"""Sentences with spans, and how many spans each has."""


def _count(to: _Writing) -> str:
    """Writes a number of things, and returns the noun."""
    noun = to.choose(_COUNTED)
    if to.chance.random() < 0.2:
        word = to.choose(list(_WORDS))
        to.number(word, str(_WORDS[word]), "count", noun)
    else:
        number = to.chance.randint(2, 999) if to.chance.random() < 0.7 else to.chance.randint(1_000, 99_999)
        to.number(f"{number:,}", str(number), "count", noun)
    return noun


# Words


@lru_cache(maxsize=64)
def _names(event: int, seed: int) -> list[str]:
    chance = Drawn(f"{seed} names {event}")
    people = [f"{_word(chance, 2)} {_word(chance, 3)}" for _ in range(3)]
    return [*people, f"Port of {_word(chance, 2)}", f"{_word(chance, 3)} Council"]


@lru_cache(maxsize=64)
def _places(event: int, seed: int) -> list[str]:
    chance = Drawn(f"{seed} places {event}")
    return [_word(chance, chance.randint(2, 3)) for _ in range(8)]


def _word(chance: Drawn, syllables: int) -> str:
    return "".join(chance.choice(_ONSETS) + chance.choice(_RIMES) for _ in range(syllables)).capitalize()


_ONSETS: Final = ("b", "br", "d", "f", "g", "gr", "h", "k", "kl", "l", "m", "n", "p", "r", "s", "st", "t", "tr", "v")
_RIMES: Final = ("a", "al", "an", "ar", "e", "el", "en", "er", "i", "il", "in", "o", "ol", "om", "or", "u", "un", "ur")
_SAYING: Final = ("said", "announced", "warned", "added", "explained", "insisted", "told the council", "argued")
_MODALS: Final = ("may", "might", "could")
_APPROXIMATORS: Final = ("about", "around", "nearly", "at least", "more than", "up to", "approximately")
_LOSE: Final = ("lose", "gain", "repair", "sell", "replace", "move", "inspect", "close", "reopen", "rent", "store")
_COUNTED: Final = (
    *("ships", "gates", "houses", "boats", "families", "workers", "trucks", "cranes", "schools", "bridges", "farms"),
    *("pumps", "engines", "boxes", "tickets", "trees", "lamps", "wells", "shops", "tents"),
)
_WORDS: Final = {
    "twelve": 12,
    "twenty": 20,
    "forty": 40,
    "two hundred": 200,
    "seventy-five": 75,
    "three thousand": 3000,
}
_NEAR: Final = (
    "near",
    "behind",
    "beside",
    "beyond",
    "opposite",
    "outside",
    "across from",
    "below",
    "above",
    "north of",
)
_WHILE: Final = ("while", "because", "after", "before", "until", "although", "whenever", "since", "where", "as")
_WHEN: Final = (
    *("in the morning", "before dawn", "during the storm", "at low tide", "after the harvest", "in late winter"),
    *("on market days", "at night", "all through the season", "without a sound", "for the whole summer"),
    *("under a grey sky", "in heavy rain", "against the current", "with great care", "at the old pier"),
)
_ADJECTIVES: Final = (
    *("narrow", "wooden", "northern", "southern", "quiet", "crowded", "flooded", "empty", "rusty", "modern", "ancient"),
    *(
        "private",
        "public",
        "damaged",
        "frozen",
        "green",
        "grey",
        "heavy",
        "hidden",
        "hollow",
        "humble",
        "idle",
        "jagged",
    ),
    *(
        "large",
        "lonely",
        "muddy",
        "open",
        "painted",
        "patient",
        "polished",
        "quick",
        "remote",
        "round",
        "rural",
        "sandy",
    ),
    *("shallow", "sheltered", "silent", "slow", "steep", "stone", "sunken", "tall", "temporary", "tidal", "unfinished"),
    *("vast", "weary", "western", "wide", "windy", "winding", "yellow", "young", "broken", "coastal", "distant"),
)
_NOUNS: Final = (
    *("harbour", "bridge", "ferry", "market", "road", "river", "canal", "station", "school", "hospital", "library"),
    *("factory", "warehouse", "mill", "garden", "orchard", "forest", "valley", "hill", "island", "beach", "lighthouse"),
    *("tower", "church", "museum", "theatre", "stadium", "airport", "tunnel", "railway", "tram", "quarry", "mine"),
    *("dam", "reservoir", "pump", "engine", "crane", "dock", "wharf", "pier", "barge", "trawler", "fleet", "crew"),
    *(
        "village",
        "district",
        "quarter",
        "square",
        "street",
        "avenue",
        "gate",
        "wall",
        "fence",
        "roof",
        "cellar",
        "barn",
    ),
    *("stable", "farm", "vineyard", "brewery", "bakery", "workshop", "kiln", "forge", "archive", "court", "prison"),
)
_VERBS: Final = (
    *("stood", "waited", "flooded", "burned", "closed", "opened", "collapsed", "changed", "moved", "grew", "shrank"),
    *("vanished", "returned", "rested", "slept", "shook", "leaned", "drifted", "turned", "rose", "fell", "froze"),
    *("thawed", "dried", "rotted", "rusted", "shone", "darkened", "filled", "emptied", "spread", "narrowed", "widened"),
    *("lasted", "failed", "worked", "stopped", "started", "resumed", "settled", "sank", "surfaced", "creaked"),
)
