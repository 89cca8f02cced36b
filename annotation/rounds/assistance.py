"""Suggestions for the annotators of a round: which layer, for whom, and which articles go without.

Who labels an article without help is decided by a hash of round, annotator and article, so that it stays the same
however often a round is pushed, and has nothing to do with what is in the article.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from annotation.labelstudio.payloads import SentTask
from annotation.labelstudio.suggested import SuggestedRows, suggestions_data, with_suggestions, without_suggestions
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import SUGGESTIONS, read_layer, suggestions_in
from dataset.record.rows import (
    Link,
    RelationRow,
    ScoreRow,
    ShownArticleRow,
    ShownLinkRow,
    ShownSpanRow,
    SpanRow,
    by_article,
    rows_of,
)
from dataset.record.shown import read_shown
from dataset.storage.atomic import sha256
from dataset.storage.tables import read_sound

SCORES: Final = "suggestion_scores.jsonl"
UNSEEN: Final = "unseen"


@dataclass(frozen=True)
class Assistance:
    """A layer of suggestions, the share of articles that goes without them, and the least score of what is shown."""

    suggester: str
    without: float = 0
    least: float = 0

    def __str__(self) -> str:
        """What is written after `push --suggestions` for it."""
        options = (("--without", self.without), ("--least", self.least))
        return " ".join([self.suggester, *(f"{name} {value:g}" for name, value in options if value)])


def goes_without(round_name: str, annotator: str, article: str, share: float) -> bool:
    """Whether an annotator labels an article without suggestions, where a `share` of all articles goes without."""
    digest = sha256(f"{round_name}\nwithout suggestions\n{annotator}\n{article}".encode())
    return int(digest[:8], 16) < share * 16**8


def require_suggestions(corpus: Corpus, round_name: str, assistance: Assistance) -> None:
    """Whether a round has the layer of suggestions that is to be shown.

    Raises:
        Problem: it does not.
    """
    name, known = _layer_name(round_name, assistance), suggestions_in(corpus.record)
    of_round = [layer.rpartition("/")[2] for layer in known if layer.startswith(f"{round_name}/")]
    if name not in known:
        instead = f"name one that it has ({', '.join(of_round)}), or " if of_round else ""
        raise Problem(f"the record has no layer {name}", f"{instead}make it with `{_command(round_name, assistance)}`")


def _command(round_name: str, assistance: Assistance) -> str:
    """What makes the layer; that of several suggesters has all of their names."""
    return f"hedgerow suggest --round {round_name} --by {' --by '.join(assistance.suggester.split('-'))}"


def _layer_name(round_name: str, assistance: Assistance) -> str:
    return f"{round_name}/{SUGGESTIONS}/{assistance.suggester}"


class SuggestedArticles:
    """The suggestions for the articles of one annotator in a round, made ready as they are asked for."""

    def __init__(self, corpus: Corpus, round_name: str, annotator: str, assistance: Assistance) -> None:
        """Reads the layer of suggestions.

        Raises:
            Problem: there is no such layer, or it cannot be read.
        """
        self._corpus, self._round, self._annotator, self._assistance = corpus, round_name, annotator, assistance
        require_suggestions(corpus, round_name, assistance)
        self._name = _layer_name(round_name, assistance)
        folder = corpus.layer_path(self._name)
        layer = read_layer(folder, self._name)
        self._articles = set(layer.tasks["article_id"])
        self._spans, self._links = by_article(layer.spans, SpanRow), by_article(layer.relations, RelationRow)
        self._scores = by_article(read_sound(folder / SCORES, schema.SuggestionScores), ScoreRow)

    def require(self, articles: Iterable[str]) -> None:
        """Whether the layer knows these articles, with the words that they have.

        Raises:
            Problem: it does not.
        """
        again = f"run `{_command(self._round, self._assistance)}` again"
        for article in articles:
            if article not in self._articles:
                raise Problem(f"{self._name} has no suggestions for {article}", again)
            text = self._corpus.text(article)
            if any(text[span["start"] : span["end"]] != span["text"] for span in self._spans[article]):
                raise Problem(f"{self._name} was made from another text of {article} than it has now", again)

    def goes_without(self, article: str) -> bool:
        """Whether the annotator labels an article without suggestions."""
        return goes_without(self._round, self._annotator, article, self._assistance.without)

    def added_to(self, task: SentTask) -> SentTask:
        """A task of an article with its suggestions, or with the note that it goes without."""
        article, least, without = task["data"]["article_id"], self._assistance.least, self._assistance.without
        if self.goes_without(article):
            return with_suggestions(task, without_suggestions(least, without))
        scores = {score["span_id"]: score for score in self._scores[article]}
        rows = SuggestedRows(self._spans[article], self._links[article], scores)
        return with_suggestions(
            task, suggestions_data(self._assistance.suggester, least, without, rows, _offered(task))
        )


class ShownBefore:
    """What the record says that an annotator was shown, so that restored work can be pulled with the same outcomes."""

    def __init__(self, corpus: Corpus, layer: str) -> None:
        """Reads the tables of the layer `ROUND/ANNOTATOR`.

        Raises:
            Problem: one of them cannot be read.
        """
        shown = read_shown(corpus, layer)
        self._articles = {row["article_id"]: row for row in rows_of(shown.articles, ShownArticleRow)}
        self._spans, self._links = by_article(shown.spans, ShownSpanRow), by_article(shown.links, ShownLinkRow)

    @property
    def assistance(self) -> Assistance | None:
        """The help with which the annotator's project was made; None where there was none."""
        helped = (row for row in self._articles.values() if row["suggester"] is not None)
        row = next(helped, next(iter(self._articles.values()), None))
        return Assistance(row["suggester"] or "nobody", row["without"], row["least"]) if row else None

    def added_to(self, task: SentTask) -> SentTask:
        """A task of an article with the suggestions that it was sent with."""
        article = task["data"]["article_id"]
        if (row := self._articles.get(article)) is None:
            return task
        if row["suggester"] is None:
            return with_suggestions(task, without_suggestions(row["least"], row["without"]))
        spans = self._spans[article]
        links = [_drawn(link) for link in self._links[article]]
        rows = SuggestedRows(spans, links, {span["span_id"]: span for span in spans})
        return with_suggestions(
            task, suggestions_data(row["suggester"], row["least"], row["without"], rows, _offered(task))
        )

    def kept(self, article: str) -> dict[str, float | None]:
        """The spans that were kept as they were suggested, with the seconds that this took."""
        return {span["span_id"]: span["seconds"] for span in self._spans[article] if span["outcome"] == "kept"}

    def undecided(self, article: str) -> list[ShownSpanRow]:
        """The spans on the page that the annotator did not decide on."""
        return [span for span in self._spans[article] if span["outcome"] == UNSEEN]

    def undecided_links(self, article: str) -> list[Link]:
        """The links on the page of which one end was not decided on."""
        return [_drawn(link) for link in self._links[article] if link["outcome"] == UNSEEN]


def _drawn(link: ShownLinkRow) -> Link:
    return {"type": link["type"], "from_span": link["from_span"], "to_span": link["to_span"], "derived": False}


def _offered(task: SentTask) -> list[str]:
    return [name["value"] for name in task["data"]["entities"]]
