"""Who a speaker is: names of the event's registry by their aliases, names in the text, and what pronouns stand for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from dataset.scheme.lexicon import plain

_ARTICLE: Final = re.compile(r"^(?:the|an?|its|his|her|their|our|some|one|another)\s+", re.IGNORECASE)
_WORD_OF_NAME: Final = r"(?:[A-Z]\.|[A-Z][\w’'-]*[a-z]|[A-Z]{2,}\b)"
_NAME: Final = re.compile(rf"{_WORD_OF_NAME}(?:\s(?:{_WORD_OF_NAME}|(?:de|da|van|von|bin|al|el|der|le)(?=\s[A-Z])))*")
_TITLES: Final = re.compile(
    r"^(?:(?:the|former|acting|deputy|vice|chief|prime|foreign|interior|defen[cs]e|finance|transport|health|justice|union"
    r"|opposition|police|mr|mrs|ms|dr|prof|professor|president|premier|minister|secretary|senator|sen|rep|representative"
    r"|governor|gov|mayor|judge|justice|general|gen|colonel|col|captain|capt|sergeant|lieutenant|major|king|queen|prince"
    r"|princess|pope|sir|lord|lady|chancellor|chairman|chairwoman|chair|director|executive|officer|coach|manager|sheriff"
    r"|prosecutor|spokesman|spokeswoman|spokesperson|attorney|ambassador|commissioner|leader|boss|analyst)\.?\s+)+",
    re.IGNORECASE,
)
_BODY: Final = re.compile(
    r"\b(?:ministry|office|agency|company|firm|union|council|party|government|group|team|board|bank|court|house|police"
    r"|department|committee|league|club|army|report|statement|letter|paper|university|institute|centre|center|observatory"
    r"|association|federation|commission|church|school|hospital|times|post|service|authority|corporation)\b",
    re.IGNORECASE,
)
_SINGULAR: Final = frozenset({"he", "she", "his", "her", "i"})
_PLURAL: Final = frozenset({"they", "we", "their", "it", "its"})


class EntityAliases:
    """The canonical names of an event by everything that they are called."""

    def __init__(self, names: Mapping[str, Sequence[str]]) -> None:
        self._called: dict[str, str] = {}
        for entity, aliases in names.items():
            for alias in (entity, *aliases):
                self._called.setdefault(_bare(alias), entity)
        words = sorted(filter(None, self._called), key=len, reverse=True)
        self._pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)") if words else None

    def entities_in(self, words: str) -> list[str]:
        """The entities that a phrase names: by all of its words, else by every alias within it, in their order."""
        bare = _bare(words)
        if bare in self._called:
            return [self._called[bare]]
        if self._pattern is None:
            return []
        return list(dict.fromkeys(self._called[match[0]] for match in self._pattern.finditer(bare)))


def _bare(words: str) -> str:
    return _ARTICLE.sub("", plain(words))


class Identities:
    """The entities of an article's speakers, which are to be asked for in the order of the text."""

    def __init__(self, text: str, registry: EntityAliases) -> None:
        self._text, self._registry = text, registry
        self._person: list[str] | None = None
        self._body: list[str] | None = None
        self._whole_names: dict[str, str] | None = None

    def of(self, start: int, end: int) -> list[str]:
        """The entities of the speaker at `text[start:end]`, one at least: a pronoun's are those of the last speaker."""
        words = self._text[start:end]
        if words.lower() in _SINGULAR:
            return self._person or [words]
        if words.lower() in _PLURAL:
            return self._body or self._person or [words]
        entities = self._entities(words)
        head = words.partition(",")[0]
        if _person_name(words) or not (_BODY.search(head) or head.endswith("s")):
            self._person = entities
        else:
            self._body = entities
        return entities

    def _entities(self, words: str) -> list[str]:
        head, _, apposition = words.partition(",")
        listed = self._registry.entities_in(head) or self._registry.entities_in(apposition.strip())
        if listed:
            return listed if " and " in head else listed[-1:] if _person_name(head) else listed[:1]
        person = _person_name(words)
        return [self._whole_name(person)] if person else [_as_words(head, self._text) or words]

    def _whole_name(self, name: str) -> str:
        """The longest name in the text that ends with a surname; any other name as it is."""
        if " " in name:
            return name
        if self._whole_names is None:
            self._whole_names = {}
            for match in _NAME.finditer(self._text):
                whole = _TITLES.sub("", match[0])
                if 1 <= whole.count(" ") <= 2:
                    self._whole_names.setdefault(whole.rsplit(" ", 1)[-1], whole)
        return self._whole_names.get(name, name)


def _as_words(head: str, text: str) -> str:
    """A phrase that names nobody, without its article; in lower case where its capital only begins a sentence."""
    words = _ARTICLE.sub("", head.strip())
    plain_word = words[1:].islower() and (words.endswith("s") or words.lower() in text)
    return words.lower() if plain_word else words


def _person_name(words: str) -> str | None:
    """The name of a person in a phrase: after titles and jobs, before “of” and “from”, or beside a job in a comma."""
    head, _, apposition = words.partition(", ")
    for part in (head, apposition):
        names = [match[0] for match in _NAME.finditer(part)]
        if not names:
            continue
        determined = _ARTICLE.match(part) is not None
        if part.startswith(names[0]) and not determined and len(names[0]) < len(part.rstrip()):
            leading = _TITLES.sub("", names[0])
            if re.match(r" (?:of|from|at|in)\b|,", part[len(names[0]) :]) and leading and not _BODY.search(names[0]):
                return leading
        last = names[-1]
        if not part.rstrip().endswith(last) or _BODY.search(last):
            continue
        before = part[: -len(last)].split()
        if determined and not any(word.islower() for word in before[1:]):
            continue
        if re.search(r"\b(?:of|from|at|in|for)(?: the)? $", part[: len(part.rstrip()) - len(last)]):
            continue
        return _TITLES.sub("", last) or None
    return None
