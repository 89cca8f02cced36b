"""Who speaks in events, by a suggester: names that the registries lack, with what each is called and how often."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from annotation.suggesting.layers import BATCH, event_text
from annotation.suggesting.protocol import Suggester
from dataset.record.corpus import Corpus
from dataset.record.entity_proposals import ProposedEntity
from dataset.scheme.lexicon import plain

_PRONOUNS: Final = frozenset({"he", "she", "they", "we", "i", "it", "who", "one", "that", "which", "this", "those"})
_DOCUMENT: Final = re.compile(r"\b(?:report|statement|letter|study|survey|post|memo|paper|document)s?$", re.IGNORECASE)
_ORGANISATION: Final = re.compile(
    r"\b(?:ministry|office|agency|company|firm|union|council|party|government|board|bank|court|police|department"
    r"|committee|league|club|army|university|institute|cent(?:re|er)|association|federation|commission|church|school"
    r"|hospital|service|authority|corporation|parliament|brigade|guard|group|team)\b",
    re.IGNORECASE,
)
_PERSON: Final = re.compile(r"[A-Z][\w’'.-]+(?: (?:[a-z]{2,3} )?[A-Z][\w’'.-]+)+")
_ARTICLE: Final = re.compile(r"^(?:the|an?) ", re.IGNORECASE)
_CLAUSE: Final = re.compile(r"^(?:that|which|who|whose|what) ", re.IGNORECASE)
_OFFICE: Final = re.compile(
    r"^(?:[A-Z]\w+ )*(?:President|Premier|Minister|Secretary|Chancellor|Governor|Mayor|Senator|Chief|Director|Judge"
    r"|General|King|Queen|Prince|Princess|Pope|Leader|Spokesman|Spokeswoman) (?=[A-Z]\w+ [A-Z])"
)


@dataclass
class _Speaker:
    """A name of an event: what it is called with how often each, in how many articles, and words of the first."""

    called: Counter[str] = field(default_factory=Counter)
    articles: set[str] = field(default_factory=set)

    def add(self, words: str, article: str) -> None:
        self.called[words] += 1
        self.articles.add(article)


def speaking_names(corpus: Corpus, events: Iterable[str], suggester: Suggester) -> Iterator[ProposedEntity]:
    """The names that speak in these events and that their registries lack; event by event, the most frequent first.

    Raises:
        Problem: a text cannot be read, or the suggester cannot do its work.
    """
    wanted = set(events)
    by_event = defaultdict[str, list[str]](list)
    for article, row in corpus.by_id.items():
        if row["event_id"] in wanted:
            by_event[str(row["event_id"])].append(article)
    for event, articles in sorted(by_event.items()):
        registry = corpus.speakers.get(event, {})
        yield from _proposed(event, _joined(_speakers(corpus, articles, suggester, registry)))


def _speakers(
    corpus: Corpus, articles: Sequence[str], suggester: Suggester, registry: Mapping[str, Sequence[str]]
) -> dict[str, _Speaker]:
    """The names that speak in the articles of an event and are not in its registry."""
    speakers = defaultdict[str, _Speaker](_Speaker)
    for start in range(0, len(articles), BATCH):
        texts = [event_text(corpus, article) for article in articles[start : start + BATCH]]
        for text, suggestions in zip(texts, suggester.suggest(texts), strict=True):
            for span in suggestions.spans:
                for name in span["speaker_entities"] if span["label"] == "speaker" else ():
                    if name not in registry and plain(name) not in _PRONOUNS and not _CLAUSE.match(name):
                        speakers[_OFFICE.sub("", _ARTICLE.sub("", name))].add(span["text"], text.article_id)
    return speakers


def _joined(speakers: Mapping[str, _Speaker]) -> dict[str, _Speaker]:
    """The same with one name of a person put to the one whole name of the event that begins or ends with it."""
    whole = defaultdict[str, list[str]](list)
    for name in speakers:
        if _PERSON.fullmatch(name) and _kind(name) == "person":
            words = name.split()
            whole[words[0]].append(name)
            whole[words[-1]].append(name)
    joined = defaultdict[str, _Speaker](_Speaker)
    for name, speaker in speakers.items():
        names = whole[name] if " " not in name else []
        into = joined[names[0] if len(names) == 1 else name]
        into.called += speaker.called
        into.articles |= speaker.articles
    return joined


def _proposed(event: str, speakers: Mapping[str, _Speaker]) -> list[ProposedEntity]:
    proposed = [
        ProposedEntity(
            event_id=event,
            entity=name,
            kind=_kind(name),
            aliases=tuple(_aliases(name, speaker.called)),
            times=speaker.called.total(),
            articles=len(speaker.articles),
        )
        for name, speaker in speakers.items()
    ]
    return sorted(proposed, key=lambda entity: (-entity.times, entity.entity))


def _aliases(name: str, called: Counter[str]) -> Iterator[str]:
    """The shorter names that a speaker has in the texts: surnames and names of bodies, not whole phrases."""
    for words, _ in sorted(called.items(), key=lambda entry: (-entry[1], entry[0])):
        bare = _ARTICLE.sub("", words)
        if plain(bare) not in _PRONOUNS and bare != name and bare in name.split():
            yield bare


def _kind(name: str) -> str:
    """What a name probably is; a person puts it right."""
    if _DOCUMENT.search(name):
        return "document"
    if _ORGANISATION.search(name):
        return "organization"
    return "person" if _PERSON.fullmatch(name) else "group" if name[:1].islower() or name.endswith("s") else "person"
