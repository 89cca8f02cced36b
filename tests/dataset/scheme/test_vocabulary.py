from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.schema import Attributes, columns
from dataset.scheme import vocabulary

LINKS = {
    ("quote", "speaker"): "said_by",
    ("quote", "quote"): "continues",
    ("hedge", "number"): "hedges",
    ("hedge", "quote"): "hedges",
}


@pytest.mark.parametrize("end", [*vocabulary.LABELS, "nope", None])
@pytest.mark.parametrize("start", [*vocabulary.LABELS, "nope", None])
def test_a_link_means_what_its_ends_say_and_any_other_nothing(start: str | None, end: str | None) -> None:
    assert vocabulary.relation_type(start, end) == LINKS.get((start or "", end or ""))


def test_every_relation_joins_some_labels() -> None:
    assert set(LINKS.values()) == set(vocabulary.RELATIONS)


@pytest.mark.parametrize(
    ("value", "bounds"),
    [
        ("12000", (12000.0, 12000.0)),
        ("0", (0.0, 0.0)),
        ("-3.5", (-3.5, -3.5)),
        ("3000..5000", (3000.0, 5000.0)),
        ("-5..-3", (-5.0, -3.0)),
        ("0.1..0.2", (0.1, 0.2)),
        ("7..7", (7.0, 7.0)),
        ("1000..", (1000.0, None)),
        ("..5", (None, 5.0)),
        ("..-5", (None, -5.0)),
    ],
)
def test_a_value_gives_its_bounds(value: str, bounds: tuple[float | None, float | None]) -> None:
    assert vocabulary.value_bounds(value) == bounds


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "..",
        "5..3",
        "about 5",
        "12,000",
        " 5",
        "5 ",
        "5\n",
        "5.",
        ".5",
        "1...5",
        "1..2..3",
        "1e5",
        "+5",
        "--5",
        "٣",
        "５",
        "nan",
        "inf",
        "1..inf",
    ],
)
def test_what_is_not_a_value_has_no_bounds(value: str | None) -> None:
    assert vocabulary.value_bounds(value) is None


@settings(deadline=None)
@given(st.decimals(-(10**12), 10**12, places=3), st.decimals(-(10**12), 10**12, places=3))
def test_a_range_reads_as_its_ends_and_only_in_order(first: object, second: object) -> None:
    low, high = float(str(first)), float(str(second))
    assert vocabulary.value_bounds(f"{first:f}..{second:f}") == ((low, high) if low <= high else None)


@pytest.mark.parametrize("value", ["9" * 400, "1.." + "9" * 400, "-" + "9" * 400 + "..0"])
def test_a_number_too_big_for_a_float_has_no_bounds(value: str) -> None:
    assert vocabulary.value_bounds(value) is None


def test_the_classes_of_a_label_are_numbered_outside_begin_inside() -> None:
    assert vocabulary.bio_names("quote") == ["O", "B-quote", "I-quote"]


def test_every_label_has_attributes_and_no_two_labels_share_one() -> None:
    names = [name for attributes in vocabulary.ATTRIBUTES.values() for name in attributes]
    assert set(vocabulary.ATTRIBUTES) == set(vocabulary.REQUIRED) == set(vocabulary.LABELS)
    assert len(names) == len(set(names))
    assert set(names) <= set(columns(Attributes))


@pytest.mark.parametrize("label", vocabulary.LABELS)
def test_what_a_label_requires_is_its_own(label: str) -> None:
    assert set(vocabulary.REQUIRED[label]) <= set(vocabulary.ATTRIBUTES[label])
