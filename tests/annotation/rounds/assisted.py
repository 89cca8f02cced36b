"""A round with suggestions: two articles with the same words, of which one annotator labels the second without help."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import push
from annotation.rounds.assistance import Assistance, goes_without
from annotation.suggesting.layers import suggest, write_suggestions
from dataset.record.corpus import Corpus

NewCorpus = Callable[[dict[str, str]], Corpus]
ROUND, ANNOTATOR = "r7", "a2"
TEXT = (
    "👍 The mayor said that the bridge may close. “We need 40 buses,” Ilsa Brandt said. She said that 300 guests came. "
    "Perhaps it rains, the port said."
)
HALF = Assistance("file", without=0.5)


def article_id(*, assisted: bool) -> str:
    """An id of an article that the annotator labels with suggestions, where half of all go without, or without any."""
    names = (f"article-{number}" for number in count())
    return next(name for name in names if goes_without(ROUND, ANNOTATOR, name, 0.5) is not assisted)


def suggested_rows(article: str) -> list[dict[str, Any]]:
    """Predictions for the text: spans with their attributes, links and scores."""

    def span(span_id: str, label: str, words: str, **attributes: Any) -> dict[str, Any]:
        start = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", TEXT).start()  # type: ignore[union-attr]
        place = {"article_id": article, "span_id": span_id, "label": label, "start": start, "end": start + len(words)}
        return {**place, "score": 0.9, **attributes}

    linked = {"quote_source": "linked"}
    return [
        span("s1", "speaker", "The mayor", speaker_entities=["Ilsa Brandt"]),
        span("q1", "quote", "that the bridge may close", quote_form="indirect", said_by=["s1"], **linked),
        span("h1", "hedge", "may", hedge_kind="modal"),
        span("q2", "quote", "“We need 40 buses,”", quote_form="direct", said_by=["s2"], **linked),
        span("n1", "number", "40", number_kind="count", number_value="40", number_unit="buses"),
        span("s2", "speaker", "Ilsa Brandt", speaker_entities=["Ilsa Brandt"]),
        span("s3", "speaker", "She", speaker_entities=["Ilsa Brandt"]),
        span("q3", "quote", "that 300 guests came", quote_form="indirect", said_by=["s3"], **linked),
        span("n2", "number", "300", number_kind="count", number_value="300", number_unit="guests"),
        span("h2", "hedge", "Perhaps", hedge_kind="modal", score=0.4),
    ]


def with_suggestions(new_corpus: NewCorpus, folder: Path) -> Corpus:
    """A corpus with both articles, dealt to the annotator, and a layer of suggestions for them."""
    corpus = new_corpus({article_id(assisted=assisted): TEXT for assisted in (True, False)})
    push.deal(corpus, ROUND, [ANNOTATOR])
    file = folder / "predictions.jsonl"
    rows = [row for article in corpus.by_id for row in suggested_rows(article)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (suggested,) = suggest(corpus, ROUND, [f"file:{file}"], list(corpus.by_id))
    assert not suggested.dropped
    write_suggestions(corpus, suggested)
    return corpus


def pushed(corpus: Corpus, assistance: Assistance | None = HALF) -> tuple[Seat, int]:
    """Whose round it is, and the project."""
    who = seat(corpus, ANNOTATOR)
    return who, push.push(corpus, ROUND, who, assistance=assistance).project
