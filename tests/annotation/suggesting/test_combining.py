from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotation.suggesting import combining
from annotation.suggesting.combining import combine, measured_scores
from annotation.suggesting.protocol import Suggestions, link, marked_span
from dataset.record.rows import MarkedSpan

TEXT = "The port of Lomma said on Monday that it may lose 40 boats, and the mayor added that it was late."
SPEAKER, QUOTE = "The port of Lomma", "that it may lose 40 boats"


@pytest.fixture(autouse=True)
def nothing_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "scores.json"
    path.write_text("{}", encoding="utf-8")
    monkeypatch.setattr(combining, "SCORES", path)
    return path


def span(label: str, words: str) -> MarkedSpan:
    start = TEXT.index(words)
    return marked_span(f"{label[0]}{start}-{start + len(words)}", label, start, start + len(words), TEXT)


def saying(quote: str = QUOTE, speaker: str = SPEAKER, score: float = 0.9) -> Suggestions:
    """A quote and its speaker, both with that score."""
    spans = [span("speaker", speaker), span("quote", quote)]
    suggestions = Suggestions(spans, [link(spans[1], spans[0])])
    suggestions.scores.extend({"span_id": row["span_id"], "pattern": None, "score": score} for row in spans)
    return suggestions


def marked(label: str, *words: str, score: float = 0.9) -> Suggestions:
    spans = [span(label, word) for word in words]
    return Suggestions(spans, [], [{"span_id": row["span_id"], "pattern": None, "score": score} for row in spans])


def rows(together: Suggestions) -> list[tuple[str, list[str], str | None, float]]:
    """The words of each span, who suggests it, its class and its score."""
    words = {row["span_id"]: row["text"] for row in together.spans}
    return [(words[s["span_id"]], s["suggesters"], s["pattern"], s["score"]) for s in together.scores]  # type: ignore[typeddict-item]


def linked(together: Suggestions) -> set[tuple[str, str]]:
    words = {row["span_id"]: row["text"] for row in together.spans}
    return {(words[drawn["from_span"]], words[drawn["to_span"]]) for drawn in together.links}


def test_what_two_say_alike_is_there_once_with_both_their_names() -> None:
    together = combine({"rules": saying(), "spacy": saying()})
    assert rows(together) == [
        (SPEAKER, ["rules", "spacy"], "agreed-speaker", 0.9),
        (QUOTE, ["rules", "spacy"], "agreed-quote-and-speaker", 0.9),
    ]
    assert linked(together) == {(QUOTE, SPEAKER)}


def test_of_two_edges_that_share_at_least_half_those_with_the_higher_score_stay() -> None:
    longer = "on Monday that it may lose 40 boats"
    together = combine({"rules": saying(longer, score=0.8), "spacy": saying(score=0.9)})
    assert [row[0] for row in rows(together)] == [SPEAKER, QUOTE]
    assert linked(combine({"rules": saying(longer, score=0.9), "spacy": saying(score=0.8)})) == {(longer, SPEAKER)}


def test_a_quote_on_whose_speaker_they_differ_is_of_another_class() -> None:
    together = combine({"rules": saying(score=0.9), "spacy": saying(speaker="the mayor", score=0.8)})
    assert (QUOTE, ["rules", "spacy"], "agreed-quote", 0.9) in rows(together)
    assert linked(together) == {(QUOTE, SPEAKER)}
    assert "the mayor" not in [row["text"] for row in together.spans]


def test_a_quote_with_a_slightly_different_mention_of_its_speaker_is_agreed_upon() -> None:
    together = combine({"rules": saying(speaker="port of Lomma", score=0.8), "spacy": saying(score=0.9)})
    assert rows(together)[1][2] == "agreed-quote-and-speaker"
    assert linked(together) == {(QUOTE, SPEAKER)}


def test_what_a_single_suggester_says_stays_with_its_name_and_score() -> None:
    together = combine({"rules": marked("hedge", "may", score=0.7), "spacy": marked("number", "40", score=0.6)})
    assert rows(together) == [("may", ["rules"], "rules-hedge", 0.7), ("40", ["spacy"], "spacy-number", 0.6)]


def test_of_overlapping_spans_of_a_label_that_on_which_more_agree_stays() -> None:
    parts = {
        "rules": saying("that it may lose 40 boats, and the mayor added that it was late", score=1.0),
        "spacy": saying(QUOTE, score=0.5),
        "file": saying(QUOTE, score=0.5),
    }
    assert linked(combine(parts)) == {(QUOTE, SPEAKER)}


def test_spans_of_different_labels_may_overlap() -> None:
    together = combine({"rules": saying(), "spacy": marked("hedge", "may")})
    assert [row[0] for row in rows(together)] == [SPEAKER, QUOTE, "may"]


def test_a_link_goes_to_the_span_that_stays_in_the_place_of_its_end() -> None:
    parts = {"rules": saying(speaker="port", score=0.9), "spacy": marked("quote", "that it was late")}
    parts["spacy"].spans.insert(0, span("speaker", SPEAKER))
    parts["spacy"].links.append(link(parts["spacy"].spans[1], parts["spacy"].spans[0]))
    together = combine(parts)
    assert len([row for row in together.spans if row["label"] == "speaker"]) == 1
    assert {quote for quote, _ in linked(together)} == {QUOTE, "that it was late"}


def test_the_score_of_a_class_is_what_was_measured_of_these_suggesters(nothing_measured: Path) -> None:
    nothing_measured.write_text(json.dumps({"rules-spacy": {"agreed-hedge": [8, 8]}}), encoding="utf-8")
    assert combine({"rules": marked("hedge", "may"), "spacy": marked("hedge", "may")}).scores[0]["score"] == 0.9
    assert (
        combine({"rules": marked("hedge", "may"), "file": marked("hedge", "may", score=0.4)}).scores[0]["score"] == 0.9
    )
    assert measured_scores("rules-file") == {}


def test_nothing_is_combined_of_nothing() -> None:
    assert combine({"rules": Suggestions(), "spacy": Suggestions()}) == Suggestions()


def test_many_spans_are_combined() -> None:
    spans = [marked_span(f"n{at}", "number", at * 10, at * 10 + 3, "123" * 400_000) for at in range(20_000)]
    together = combine({"rules": Suggestions(spans), "spacy": Suggestions(spans)})
    assert len(together.spans) == 20_000
