from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.scheme import vocabulary
from dataset.scheme.hedge_targets import TargetSpan, targets
from tests.dataset.drawn import texts

TEXT = (
    "Kyiv said that up to around 12,000 of the  500 might come. "
    "Moscow did not confirm whether it may, or “will not deny it”, reportedly."
)


def mark(words: str, label: str, kind: str | None = None) -> TargetSpan:
    """A mark of these words of the text, whose id they are."""
    start = TEXT.index(words)
    return TargetSpan(words, label, start, start + len(words), kind)


QUOTE = mark("that up to around 12,000 of the  500 might come", "quote")
ASIDE = mark("whether it may, or “will not deny it”", "quote")
NUMBER, OTHER_NUMBER = mark("12,000", "number"), mark("500", "number")
UP_TO, AROUND = mark("up to", "hedge", "approximator"), mark("around", "hedge", "approximator")
MIGHT, MAY = mark("might", "hedge", "modal"), mark("may", "hedge", "modal")
NOT_CONFIRM = mark("did not confirm", "hedge", "noncommittal")
NOT_DENY = mark("will not deny", "hedge", "noncommittal")
REPORTEDLY = mark("reportedly", "hedge", "evidential")


def linked(*marks: TargetSpan, drawn: set[str] | None = None) -> dict[str, str]:
    return dict(targets(TEXT, marks, drawn or set()))


def test_an_approximator_hedges_the_number_that_follows_it() -> None:
    assert linked(AROUND, NUMBER) == {"around": "12,000"}


def test_an_approximator_may_touch_its_number() -> None:
    assert linked(mark("up", "hedge", "approximator"), mark(" to", "number")) == {"up": " to"}


def test_approximators_in_a_row_all_hedge_the_number() -> None:
    assert linked(UP_TO, AROUND, NUMBER, QUOTE) == {"up to": "12,000", "around": "12,000"}


def test_an_approximator_is_kept_from_the_number_by_a_word_that_no_one_marked() -> None:
    assert linked(UP_TO, NUMBER) == {}


def test_an_approximator_is_kept_from_the_number_by_a_hedge_of_another_kind() -> None:
    assert linked(UP_TO, AROUND._replace(kind="modal"), NUMBER) == {}


def test_an_approximator_does_not_reach_past_a_number() -> None:
    assert linked(AROUND, OTHER_NUMBER, NUMBER) == {"around": "12,000"}


def test_an_approximator_after_a_number_does_not_hedge_it() -> None:
    after = mark("of the", "hedge", "approximator")
    assert linked(after, NUMBER) == {}
    assert linked(after, NUMBER, OTHER_NUMBER) == {"of the": "500"}


def test_an_approximator_before_no_number_hedges_the_quote_that_holds_it() -> None:
    assert linked(UP_TO, QUOTE, OTHER_NUMBER) == {"up to": QUOTE.span_id}


def test_an_approximator_does_not_hedge_the_quote_that_follows_it() -> None:
    assert linked(NOT_CONFIRM._replace(kind="approximator"), ASIDE) == {}


@pytest.mark.parametrize("kind", [kind for kind in vocabulary.HEDGE_KINDS if kind != "approximator"])
def test_no_other_kind_hedges_a_number(kind: str) -> None:
    assert linked(AROUND._replace(kind=kind), NUMBER) == {}
    assert linked(AROUND._replace(kind=kind), NUMBER, QUOTE) == {"around": QUOTE.span_id}


def test_a_noncommittal_hedges_the_quote_that_follows_it() -> None:
    assert linked(NOT_CONFIRM, ASIDE, QUOTE) == {"did not confirm": ASIDE.span_id}


def test_a_noncommittal_does_not_hedge_a_quote_further_on() -> None:
    assert linked(NOT_CONFIRM, mark("it may", "quote")) == {}


def test_a_noncommittal_does_not_hedge_the_quote_before_it() -> None:
    assert linked(NOT_CONFIRM, QUOTE) == {}


def test_a_noncommittal_inside_a_quote_hedges_that_quote() -> None:
    assert linked(NOT_DENY, ASIDE) == {"will not deny": ASIDE.span_id}


@pytest.mark.parametrize("kind", [kind for kind in vocabulary.HEDGE_KINDS if kind != "noncommittal"])
def test_no_other_kind_hedges_the_quote_that_follows_it(kind: str) -> None:
    assert linked(NOT_CONFIRM._replace(kind=kind), ASIDE) == {}


@pytest.mark.parametrize("kind", [*vocabulary.HEDGE_KINDS, None])
def test_any_cue_inside_a_quote_hedges_that_quote(kind: str | None) -> None:
    assert linked(MIGHT._replace(kind=kind), QUOTE, ASIDE) == {"might": QUOTE.span_id}


def test_a_cue_as_long_as_its_quote_is_inside_it() -> None:
    assert linked(MIGHT, mark("might", "quote")._replace(span_id="q")) == {"might": "q"}


@pytest.mark.parametrize("words", ["said that", "might come. Moscow"])
def test_a_cue_that_only_overlaps_a_quote_is_not_inside_it(words: str) -> None:
    assert linked(mark(words, "hedge", "evidential"), QUOTE) == {}


def test_a_cue_inside_two_quotes_hedges_the_shorter() -> None:
    assert linked(MAY, ASIDE, mark("it may", "quote")) == {"may": "it may"}


@pytest.mark.parametrize("kind", [*vocabulary.HEDGE_KINDS, None])
def test_a_cue_in_the_articles_own_voice_hedges_nothing(kind: str | None) -> None:
    assert linked(REPORTEDLY._replace(kind=kind), QUOTE, ASIDE, NUMBER, OTHER_NUMBER, MAY) == {"may": ASIDE.span_id}


def test_a_hedge_that_was_linked_by_hand_gets_no_link() -> None:
    assert linked(UP_TO, AROUND, NUMBER, MIGHT, QUOTE, drawn={"up to", "might"}) == {"around": "12,000"}


def test_a_hedge_that_was_linked_by_hand_still_leads_another_to_the_number() -> None:
    assert linked(UP_TO, AROUND, NUMBER, drawn={"around"}) == {"up to": "12,000"}


def test_links_come_in_the_order_of_the_text() -> None:
    marks = [REPORTEDLY, MAY, MIGHT, AROUND, UP_TO, NUMBER, QUOTE, ASIDE, NOT_CONFIRM]
    assert [hedge for hedge, _ in targets(TEXT, marks, set())] == ["up to", "around", "might", "did not confirm", "may"]


@st.composite
def texts_with_marks(draw: st.DrawFn) -> tuple[str, list[TargetSpan]]:
    text = draw(texts)
    edge = st.integers(0, len(text))
    kinds: list[tuple[str, str | None]] = [("hedge", kind) for kind in vocabulary.HEDGE_KINDS]
    kinds += [("quote", None), ("number", None)]
    drawn = draw(st.lists(st.tuples(edge, edge, st.sampled_from(kinds)), max_size=10))
    return text, [
        TargetSpan(f"m{n}", label, min(a, b), max(a, b), kind) for n, (a, b, (label, kind)) in enumerate(drawn)
    ]


@settings(deadline=None)
@given(texts_with_marks(), st.data())
def test_the_order_of_the_marks_does_not_matter(drawn: tuple[str, list[TargetSpan]], data: st.DataObject) -> None:
    text, marks = drawn
    assert targets(text, data.draw(st.permutations(marks)), set()) == targets(text, marks, set())


@settings(deadline=None)
@given(texts_with_marks(), st.data())
def test_drawn_hedges_get_none_and_leave_the_others_as_they_are(
    drawn: tuple[str, list[TargetSpan]], data: st.DataObject
) -> None:
    text, marks = drawn
    by_hand = data.draw(st.sets(st.sampled_from([mark.span_id for mark in marks]))) if marks else set()
    kept = [pair for pair in targets(text, marks, set()) if pair[0] not in by_hand]
    assert targets(text, marks, by_hand) == kept


@settings(deadline=None)
@given(texts_with_marks())
def test_a_hedge_has_one_target_at_most_and_it_is_a_number_or_a_quote(drawn: tuple[str, list[TargetSpan]]) -> None:
    text, marks = drawn
    labels = {mark.span_id: mark.label for mark in marks}
    pairs = targets(text, marks, set())
    assert len({hedge for hedge, _ in pairs}) == len(pairs)
    assert all(vocabulary.relation_type(labels[hedge], labels[target]) == "hedges" for hedge, target in pairs)


# Against the rule's words, one span after the other

_KINDS = (*vocabulary.HEDGE_KINDS[2:], None)
_MARKS = st.lists(
    st.builds(
        lambda number, label, edges, kind: TargetSpan(number, label, min(edges), max(edges) + 1, kind),
        st.sampled_from("abcdefgh"),
        st.sampled_from(("hedge", "number", "quote", "speaker")),
        st.tuples(st.integers(0, 16), st.integers(0, 16)),
        st.sampled_from(_KINDS),
    ),
    max_size=8,
    unique_by=lambda mark: mark.span_id,
)


@given(st.text("a   ", max_size=17), _MARKS, st.sets(st.sampled_from("abcdefgh"), max_size=2))
def test_every_hedge_has_the_target_that_the_rule_names(text: str, marks: list[TargetSpan], drawn: set[str]) -> None:
    ordered = sorted(marks, key=lambda mark: (mark.start, mark.end, mark.span_id))
    hedges = [mark for mark in ordered if mark.label == "hedge" and mark.span_id not in drawn]
    expected = {hedge.span_id: target_by_definition(text, hedge, ordered) for hedge in hedges}
    assert dict(targets(text, marks, drawn)) == {hedge: target.span_id for hedge, target in expected.items() if target}


def target_by_definition(text: str, hedge: TargetSpan, marks: list[TargetSpan]) -> TargetSpan | None:
    if hedge.kind == "approximator" and (number := following_by_definition(text, hedge, "number", marks)):
        return number
    around = [m for m in marks if m.label == "quote" and m.start <= hedge.start and hedge.end <= m.end]
    if hedge.kind == "noncommittal" and not around:
        return following_by_definition(
            text, hedge, "quote", [m for m in marks if (m.label, m.kind) != ("hedge", "approximator")]
        )
    return min(around, key=lambda mark: (mark.end - mark.start, mark.start, mark.span_id), default=None)


def following_by_definition(text: str, hedge: TargetSpan, label: str, marks: list[TargetSpan]) -> TargetSpan | None:
    end = hedge.end
    after = next((mark for mark in marks if mark.label == label and mark.start >= end), None)
    if after is None:
        return None
    for mark in marks:
        bridges = mark.label == "hedge" and mark.kind == "approximator" and mark.start >= end
        if bridges and not text[end : mark.start].strip():
            end = max(end, min(mark.end, after.start))
    return after if not text[end : after.start].strip() else None
