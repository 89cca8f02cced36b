from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.problem import Problem
from dataset.scheme import vocabulary
from tests.annotation.guidelines.notation import Example, Span, parse, usual_attributes, write

WORDS = st.text("ab “”’0[]|\\\n→?;,é🇺", min_size=1, max_size=12)
NAMES = st.text("AB é|[]\\", min_size=1, max_size=5)


def attributes(label: str) -> st.SearchStrategy[dict[str, Any]]:
    if label == "speaker":
        return st.fixed_dictionaries({"speaker_entities": st.lists(NAMES, min_size=1, max_size=3)})
    if label == "quote":
        form, source = st.sampled_from(vocabulary.QUOTE_FORMS), st.sampled_from(vocabulary.QUOTE_SOURCES)
        return st.fixed_dictionaries({"quote_form": form, "quote_source": source})
    if label == "hedge":
        return st.fixed_dictionaries({"hedge_kind": st.sampled_from(vocabulary.HEDGE_KINDS)})
    return st.fixed_dictionaries(
        {
            "number_kind": st.sampled_from(vocabulary.NUMBER_KINDS),
            "number_value": st.sampled_from([None, "40", "3..5", "1000.."]),
            "number_unit": st.sampled_from([None, "%", "grey seals", "k|m]"]),
        }
    )


@st.composite
def nested(draw: st.DrawFn, start: int, end: int, depth: int = 0) -> list[Span]:
    """Spans inside `start:end`, from left to right and from outside to inside."""
    spans: list[Span] = []
    while start < end and draw(st.booleans()):
        first = draw(st.integers(start, end - 1))
        last = draw(st.integers(first + 1, end))
        label = draw(st.sampled_from(vocabulary.LABELS))
        spans.append(Span(label, first, last, draw(attributes(label))))
        spans += draw(nested(first, last, depth + 1)) if depth < 2 else []
        start = last
    return spans


@st.composite
def examples(draw: st.DrawFn) -> Example:
    text = draw(WORDS)
    spans = draw(nested(0, len(text)))
    pairs = [
        (first, second)
        for first, start in enumerate(spans)
        for second, end in enumerate(spans)
        if first != second and vocabulary.relation_type(start.label, end.label)
    ]
    links = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return Example(text, tuple(spans), tuple(sorted(links)))


@given(examples())
def test_what_is_written_is_read_again(example: Example) -> None:
    assert parse(write(example)) == example


@given(st.text("[sqhn1→,?| ]\\ab", max_size=20))
def test_what_cannot_be_read_is_told_with_its_place(source: str) -> None:
    try:
        example = parse(source)
    except Problem as problem:
        assert problem.what.startswith("example, character ")
    else:
        assert parse(write(example)) == example


def test_a_mark_needs_no_more_than_its_letter() -> None:
    read = parse("[s The mayor] said [q it [h may] rain on [n 40] boats].")
    assert read.text == "The mayor said it may rain on 40 boats."
    assert [(span.label, read.text[span.start : span.end]) for span in read.spans] == [
        ("speaker", "The mayor"),
        ("quote", "it may rain on 40 boats"),
        ("hedge", "may"),
        ("number", "40"),
    ]
    assert read.links == ((1, 0),)


@pytest.mark.parametrize(
    ("label", "words", "usual"),
    [
        ("speaker", "He", {"speaker_entities": ["He"]}),
        ("quote", "“We won,”", {"quote_form": "direct", "quote_source": "linked"}),
        ("quote", "it was “bad” for all", {"quote_form": "mixed", "quote_source": "linked"}),
        ("quote", "the club's boat sank", {"quote_form": "indirect", "quote_source": "linked"}),
        ("hedge", "refused to deny", {"hedge_kind": "noncommittal"}),
        ("number", "300 to 500", {"number_kind": "count", "number_value": "300..500", "number_unit": None}),
        ("number", "dozens", {"number_kind": "count", "number_value": "12..", "number_unit": None}),
        ("number", "60 %", {"number_kind": "percent", "number_value": "60", "number_unit": "%"}),
        ("number", "€ 3.5 million", {"number_kind": "money", "number_value": "3500000", "number_unit": "EUR"}),
        ("number", "5 km", {"number_kind": "measure", "number_value": "5", "number_unit": None}),
    ],
)
def test_attributes_that_are_not_named_are_the_usual_ones(label: str, words: str, usual: dict[str, Any]) -> None:
    assert usual_attributes(label, words) == usual


def test_arrows_tell_whose_a_quote_is_where_there_are_several_speakers() -> None:
    read = parse("[s1 A] and [s2 B] said [q1→s1,s2 “so”] and [q→q1 “so”], [h→q1 perhaps].")
    assert read.links == ((2, 0), (2, 1), (3, 2), (4, 2))


def test_a_quote_without_an_arrow_has_no_speaker_where_there_are_several() -> None:
    assert parse("[s A] and [s B] said [q so].").links == ()


def test_a_quote_can_be_left_without_its_only_speaker() -> None:
    assert parse("[s A] said [q→none so].").links == ()


@pytest.mark.parametrize(
    ("source", "place", "what"),
    [
        ("a [x b]", 2, "no beginning of a mark"),
        ("a [s b", 2, "not closed"),
        ("a ] b", 2, "no mark is open"),
        ("a | b", 2, "backslash"),
        ("[s ]", 0, "no words"),
        ("[q→s1 a]", 0, "there is no s1"),
        ("[s1 a] [s1 b]", 7, "another mark has this number"),
        ("[s1→q1 a] [q1 b]", 0, "means nothing"),
        ("a [h may | sure]", 2, "nothing that a hedge has"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(source: str, place: int, what: str) -> None:
    with pytest.raises(Problem) as problem:
        parse(source)
    assert f"character {place}:" in problem.value.what
    assert what in problem.value.what


def test_spans_that_cross_cannot_be_written() -> None:
    spans = (Span("hedge", 0, 2, {"hedge_kind": "modal"}), Span("hedge", 1, 3, {"hedge_kind": "modal"}))
    with pytest.raises(Problem, match="crosses another span"):
        write(Example("abc", spans, ()))
