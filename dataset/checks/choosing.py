"""Which findings are asked for, and what is said of a code, article or layer that is not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from dataset.checks.findings import CATALOGUE, Finding, Severity
from dataset.problem import Problem, near
from dataset.record.corpus import Corpus
from dataset.record.withdrawal import withdrawn_articles
from dataset.scheme.lexicon import plain

_EVERYTHING: Final = frozenset[str]()


@dataclass(frozen=True)
class FindingChoice:
    """Findings of any of these codes, articles, events and layers, and at any of these words; no names mean all.

    Words are compared in lower case and with single blanks.
    """

    codes: frozenset[str] = _EVERYTHING
    severity: Severity | None = None
    articles: frozenset[str] = _EVERYTHING
    events: frozenset[str] = _EVERYTHING
    layers: frozenset[str] = _EVERYTHING
    words: frozenset[str] = _EVERYTHING

    def holds(self, corpus: Corpus, finding: Finding) -> bool:
        """Whether a finding is one of them."""
        return (
            (not self.codes or finding.code in self.codes)
            and (self.severity is None or finding.severity == self.severity)
            and (not self.articles or finding.article_id in self.articles)
            and (not self.layers or finding.layer in self.layers)
            and (not self.events or _event(corpus, finding.article_id) in self.events)
            and (not self.words or plain(words_at(corpus, finding) or "") in self.words)
        )


def _event(corpus: Corpus, article: str) -> str | None:
    row = corpus.by_id.get(article)
    return row["event_id"] if row else None


def words_at(corpus: Corpus, finding: Finding) -> str | None:
    """The article's words at a finding's place; None for a finding without a place, or without a text there."""
    if finding.start is None or finding.end is None:
        return None
    try:
        text = corpus.text(finding.article_id)
    except Problem:
        return None
    return text[finding.start : finding.end] if 0 <= finding.start < finding.end <= len(text) else None


def known_codes(codes: Iterable[str]) -> frozenset[str]:
    """The codes.

    Raises:
        Problem: the catalogue does not have one of them.
    """
    wanted = frozenset(codes)
    for code in sorted(wanted - CATALOGUE.keys()):
        raise Problem(f"there is no code {code}", f"{near(code, CATALOGUE)}`hedgerow validate --codes` lists them")
    return wanted


def known_articles(corpus: Corpus, articles: Iterable[str]) -> frozenset[str]:
    """The articles.

    Raises:
        Problem: the corpus does not have one of them, or it was withdrawn.
    """
    wanted = frozenset(articles)
    for article in sorted(wanted - corpus.by_id.keys()):
        if article in withdrawn_articles(corpus):
            raise Problem(f"{article} was withdrawn", "nothing in it needs a look")
        listed = f"{near(article, corpus.by_id)}the ids are in {corpus.seeds / 'articles.jsonl'}"
        raise Problem(f"the corpus has no article {article}", listed)
    return wanted


def known_layers(corpus: Corpus, layers: Iterable[str]) -> list[str]:
    """The layers, each once, in the order in which they are named.

    Raises:
        Problem: the record does not have one of them.
    """
    there = corpus.layers()
    wanted = list(dict.fromkeys(layers))
    for layer in wanted:
        if layer not in there:
            listed = f"name one that it has: {', '.join(there) or 'none'}"
            raise Problem(f"the record has no layer {layer}", f"{near(layer, there)}{listed}")
    return wanted
