from __future__ import annotations

import pytest

from annotation.suggesting.protocol import EventText, Suggestions, link, marked_span
from annotation.suggesting.sound import SoundSuggestions, keep_sound
from dataset.problem import Problem
from dataset.record.rows import Link, MarkedSpan

TEXT = "The port said that it may lose about 40 boats, and the mayor's office said so."


def place(words: str) -> tuple[int, int]:
    start = TEXT.index(words)
    return start, start + len(words)


def span(span_id: str, label: str, words: str, **attributes: object) -> MarkedSpan:
    made = marked_span(span_id, label, *place(words), TEXT)
    made.update(attributes)  # type: ignore[typeddict-item]
    return made


def speaker(words: str = "The port", span_id: str = "s") -> MarkedSpan:
    return span(span_id, "speaker", words, speaker_entities=["Port"])


def quote(words: str = "that it may lose about 40 boats", span_id: str = "q") -> MarkedSpan:
    return span(span_id, "quote", words, quote_form="indirect", quote_source="linked")


def number(words: str = "40", **attributes: object) -> MarkedSpan:
    known = {"number_kind": "count", "number_value": "40", "number_low": 40.0, "number_high": 40.0}
    return span("n", "number", words, **known, **attributes)


def hedge(words: str, kind: str, span_id: str) -> MarkedSpan:
    return span(span_id, "hedge", words, hedge_kind=kind)


def checked(*spans: MarkedSpan, links: tuple[Link, ...] = ()) -> SoundSuggestions:
    suggestions = Suggestions([*spans], [*links])
    return keep_sound("r1", "rules", "5", [EventText("one", TEXT, "", {})], [suggestions])


def kept(sound: SoundSuggestions) -> set[str]:
    return set(sound.layer.spans["span_id"])


def test_what_keeps_the_rules_stays_and_gets_the_links_of_h10() -> None:
    clause, by = quote(), speaker()
    sound = checked(
        clause,
        by,
        number(),
        hedge("may", "modal", "h1"),
        hedge("about", "approximator", "h2"),
        links=(link(clause, by),),
    )
    assert (sound.given, dict(sound.dropped)) == (5, {})
    links = sound.layer.relations.select("type", "from_span", "to_span", "derived").rows()
    expected = {("said_by", "q", "s", False), ("hedges", "h1", "q", True), ("hedges", "h2", "n", True)}
    assert {*links} == expected
    assert sound.layer.tasks.select("article_id", "annotator", "status", "guidelines_version").rows() == [
        ("one", "rules", "submitted", "5")
    ]


def test_a_text_without_suggestions_has_a_row_in_tasks_all_the_same() -> None:
    sound = checked()
    assert (sound.layer.tasks.height, sound.layer.spans.height, sound.given) == (1, 0, 0)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (number("about 40"), "n2-approximator-inside"),
        (number("40 boats,"), "e1-punctuation-at-end"),
        (number("40 "), "e1-blank-at-edge"),
        (number("40 boats"), "n1-counted-noun-inside"),
        (number(number_unit="boats", hedge_kind="modal"), "foreign-attribute"),
        (hedge("may", "approximator", "h"), "h3-kind-of-another-list"),
        (hedge("lose", "modal", "h"), "h3-cue-not-listed"),
        (hedge("ma", "modal", "h"), "h3-cue-not-listed"),
        (quote("it may lose about 40 boats"), "q9-no-source"),
        (speaker(), "s8-speaker-without-quote"),
    ],
)
def test_a_span_that_breaks_a_rule_is_dropped_and_counted_by_its_code(wrong: MarkedSpan, code: str) -> None:
    sound = checked(wrong)
    assert kept(sound) == set()
    assert (sum(sound.dropped.values()), code in sound.dropped) == (1, True)


def test_a_clause_without_its_that_is_dropped_and_its_speaker_with_it() -> None:
    clause, by = quote("it may lose about 40 boats"), speaker()
    sound = checked(clause, by, links=(link(clause, by),))
    assert dict(sound.dropped) == {"q2-complementiser-left-out": 1, "s8-speaker-without-quote": 1}
    assert sound.layer.relations.height == 0


def test_of_two_overlapping_quotes_one_stays() -> None:
    clause, within, by = quote(), quote("about 40 boats", "q2"), speaker()
    sound = checked(clause, within, by, links=(link(clause, by), link(within, by)))
    assert kept(sound) == {"q", "s"}
    assert dict(sound.dropped) == {"q6-quote-within-quote": 1}


@pytest.mark.parametrize(("start", "end"), [(-1, 4), (0, 500), (7, 7)])
def test_a_place_outside_the_text_is_dropped(start: int, end: int) -> None:
    wrong = number() | {"start": start, "end": end}
    assert kept(checked(wrong)) == set()


def test_a_speaker_whom_no_registry_has_stays() -> None:
    clause, by = quote(), span("s", "speaker", "The port", speaker_entities=["nobody that is registered"])
    assert kept(checked(clause, by, links=(link(clause, by),))) == {"q", "s"}


def test_the_scores_are_of_the_spans_that_stay_and_one_where_none_was_given() -> None:
    clause, by = quote(), speaker()
    scored = Suggestions([clause, by, number("about 40")], [link(clause, by)])
    scored.scores.append({"span_id": "q", "pattern": "clause-that", "score": 0.9})
    sound = keep_sound("r1", "rules", "5", [EventText("one", TEXT, "", {})], [scored])
    assert sound.scores.select("span_id", "pattern", "score").rows() == [("q", "clause-that", 0.9), ("s", None, 1.0)]


def test_rows_that_the_record_cannot_hold_are_a_problem() -> None:
    with pytest.raises(Problem, match="rules"):
        checked(number() | {"start": "seven"})  # type: ignore[arg-type]
