from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.scheme import vocabulary
from dataset.statements import comparison
from dataset.statements.comparison import Cue, Difference, QuoteTelling, compare, comparisons_of
from dataset.statements.numbers import NumberChange, Quantity
from dataset.statements.registry import Registry

KIM, MINISTRY, STATE, SEOUL, WASHINGTON, REPORTS = "Kim", "Ministry", "North Korea", "Seoul", "Washington", "Reports"
REGISTRY = Registry(
    {KIM: MINISTRY, MINISTRY: STATE, STATE: None, SEOUL: None, "Envoy": WASHINGTON, "X": "Y", "Y": "X"},
    {KIM: "person", MINISTRY: "organization", STATE: "state", REPORTS: "document", "Memo": "document"},
)
IF, I_THINK, WOULD, COULD = (
    Cue("if", "conditional"),
    Cue("I think", "modal"),
    Cue("would", "modal"),
    Cue("could", "modal"),
)
REPORTEDLY = Cue("reportedly", "evidential")
TROOPS = Quantity("12,000", "count", 12000.0, 12000.0, "exact", "troops")
ABOUT_TROOPS = replace(TROOPS, bound="about")
OFFICERS = Quantity("500", "count", 500.0, 500.0, "exact", "officers")


def telling(
    words: str = "they will go",
    article: str = "a",
    form: str = "indirect",
    sources: tuple[str, ...] = (KIM,),
    cues: tuple[Cue, ...] = (),
    quantities: tuple[Quantity, ...] = (),
) -> QuoteTelling:
    return QuoteTelling(article, f"{article}:q", words, form, frozenset(sources), cues, quantities)


def difference(first: QuoteTelling | list[QuoteTelling], second: QuoteTelling | list[QuoteTelling]) -> Difference:
    sides = [side if isinstance(side, list) else [side] for side in (first, second)]
    return compare(sides[0], sides[1], REGISTRY)


# Wording


@pytest.mark.parametrize(
    ("first", "second", "wording"),
    [
        ("“It will conform with the law,”", "it will 'conform' with the law", "same"),
        ("it would conform", "it will conform", "same"),
        ("it will … conform", "it will conform", "same"),
        ("the state’s act", "the state's act", "same"),
        ("they will be sent into battle soon", "they will be sent to battle soon", "edited"),
        ("a b c d e", "a b c d f", "edited"),
        ("a b c d", "a b c e", "other"),
        ("they could be deployed soon", "that Russia intends to deploy them", "other"),
        ("5% of 12,000", "5 of 12,000", "other"),
    ],
)
def test_wording_is_that_of_the_tellings_that_are_most_alike(first: str, second: str, wording: str) -> None:
    assert difference(telling(first), telling(second)).wording == wording
    far = telling("something else entirely")
    assert difference([far, telling(first)], [telling(second), telling("and nothing like that")]).wording == wording


def test_the_ratio_has_three_places_and_is_one_for_the_same() -> None:
    assert difference(telling("a b c"), telling("a b d")).ratio == 0.667
    assert difference(telling(), telling()).ratio == 1.0


def test_the_words_of_either_side_show_a_date_that_went() -> None:
    row = difference(
        [telling("they will be used on October 27–28"), telling("as soon as Sunday")],
        telling("that they will be used in the coming days"),
    )
    assert row.first_words == ("soon", "sunday", "october", "27–28")
    assert row.second_words == ("coming", "days")


def test_a_lost_negation_is_among_the_words() -> None:
    assert difference(telling("it would not be the act"), telling("it will be the act")).first_words == ("not",)


# Attribution


@pytest.mark.parametrize(
    ("first", "second", "attribution"),
    [
        ((KIM,), (KIM,), "same"),
        ((KIM,), (MINISTRY,), "wider"),
        ((KIM,), (STATE,), "wider"),
        ((STATE,), (MINISTRY,), "narrower"),
        ((KIM, STATE), (KIM,), "same"),
        ((KIM, STATE), (STATE,), "wider"),
        ((SEOUL, WASHINGTON), (SEOUL,), "joint dropped"),
        ((WASHINGTON,), (SEOUL, WASHINGTON), "joint added"),
        ((KIM, SEOUL), (STATE, SEOUL), "wider"),
        ((KIM, SEOUL), (STATE,), "joint dropped"),
        ((KIM,), (REPORTS,), "anonymous"),
        ((KIM,), (), "anonymous"),
        ((REPORTS,), (STATE,), "named"),
        ((KIM, REPORTS), (KIM,), "same"),
        ((REPORTS,), (REPORTS,), "same"),
        ((REPORTS,), (), "same"),
        ((), (), "same"),
        ((REPORTS,), ("Memo",), "other"),
        ((SEOUL,), (WASHINGTON,), "other"),
        ((SEOUL, KIM), (WASHINGTON, KIM), "other"),
        ((KIM, WASHINGTON), (STATE, "Envoy"), "other"),
        (("X",), ("Y",), "same"),
        (("Stranger",), (KIM,), "other"),
    ],
)
def test_attribution_follows_who_speaks_for_whom(
    first: tuple[str, ...], second: tuple[str, ...], attribution: str
) -> None:
    assert difference(telling(sources=first), telling(sources=second)).attribution == attribution


def test_two_that_speak_for_the_same_third_one_are_other_sources() -> None:
    registry = Registry({"President": "Ukraine", "Spy agency": "Ukraine"})
    row = compare([telling(sources=("President",))], [telling(sources=("Spy agency",))], registry)
    assert row.attribution == "other"


# Certainty


@pytest.mark.parametrize(
    ("first", "second", "certainty"),
    [
        ([()], [()], "same"),
        ([(WOULD,)], [(COULD,)], "same"),
        ([()], [(WOULD,)], "first flatter"),
        ([(), (IF, WOULD)], [(WOULD,)], "first flatter"),
        ([(WOULD,)], [(IF, WOULD)], "first flatter"),
        ([(IF, I_THINK)], [(I_THINK,)], "second flatter"),
        ([(COULD,)], [(REPORTEDLY,)], "mixed"),
        ([(), (COULD,)], [(), (IF, COULD)], "first flatter"),
    ],
)
def test_certainty_is_flat_tellings_then_kinds_of_cue(
    first: list[tuple[Cue, ...]], second: list[tuple[Cue, ...]], certainty: str
) -> None:
    row = difference([telling(cues=cues) for cues in first], [telling(cues=cues) for cues in second])
    assert row.certainty == certainty


def test_the_cues_of_one_side_are_listed() -> None:
    row = difference(telling(cues=(Cue("If", "conditional"), I_THINK)), telling(cues=(IF, COULD)))
    assert row.first_cues == (Cue("i think", "modal"),)
    assert row.second_cues == (COULD,)
    assert row.certainty == "same"


def test_would_for_will_is_a_finding_about_certainty_and_none_about_wording() -> None:
    row = difference(telling("it will comply"), telling("it would comply", cues=(WOULD,)))
    assert (row.wording, row.first_words, row.second_words) == ("same", (), ())
    assert (row.certainty, row.second_cues) == ("first flatter", (WOULD,))


# Numbers and form


def test_what_becomes_of_each_number() -> None:
    first = telling(
        quantities=(ABOUT_TROOPS, OFFICERS, replace(OFFICERS, words="five", low=5.0, high=5.0, unit="bases"))
    )
    second = telling(quantities=(TROOPS, replace(OFFICERS, words="300", low=300.0, high=300.0)))
    assert difference(first, second).numbers == (
        NumberChange("dropped", "five", None, ("exact",), (), "bases"),
        NumberChange("conflicting", "500", "300", ("exact",), ("exact",), "officers"),
        NumberChange("bound changed", "12,000", "12,000", ("about",), ("exact",), "troops"),
    )


@pytest.mark.parametrize(
    ("first", "second", "change"),
    [
        (TROOPS, TROOPS, "same"),
        (TROOPS, replace(TROOPS, words="twelve thousand", unit="Troops"), "same"),
        (TROOPS, replace(TROOPS, unit=None), "same"),
        (TROOPS, replace(TROOPS, low=1000.0, high=None), "bound changed"),
        (TROOPS, replace(TROOPS, low=10000.0), "bound changed"),
        (TROOPS, replace(TROOPS, low=10000.0, high=10000.0), "conflicting"),
        (TROOPS, replace(TROOPS, low=10000.0, high=10000.0, bound="at least"), "bound changed"),
        (TROOPS, replace(TROOPS, low=15000.0, high=15000.0, bound="at least"), "conflicting"),
        (TROOPS, replace(TROOPS, low=15000.0, high=15000.0, bound="at most"), "bound changed"),
        (TROOPS, replace(TROOPS, low=11500.0, high=11500.0, bound="about"), "bound changed"),
        (TROOPS, replace(TROOPS, low=8000.0, high=8000.0, bound="about"), "conflicting"),
        (ABOUT_TROOPS, replace(TROOPS, low=10_800.0, high=13_200.0), "bound changed"),
        (ABOUT_TROOPS, replace(TROOPS, low=13_200.0, high=13_200.0), "bound changed"),
        (ABOUT_TROOPS, replace(TROOPS, low=13_201.0, high=13_201.0), "conflicting"),
        (ABOUT_TROOPS, replace(TROOPS, low=10_799.0, high=10_799.0), "conflicting"),
    ],
)
def test_two_numbers_of_a_unit_agree_differ_in_bound_or_conflict(
    first: Quantity, second: Quantity, change: str
) -> None:
    (number,) = difference(telling(quantities=(first,)), telling(quantities=(second,))).numbers
    assert number.change == change


def test_numbers_of_other_units_are_not_matched() -> None:
    row = difference(telling(quantities=(TROOPS,)), telling(quantities=(replace(TROOPS, unit="bases"),)))
    assert [number.change for number in row.numbers] == ["added", "dropped"]


def test_numbers_are_matched_with_the_nearest() -> None:
    ten, twenty = (replace(TROOPS, words=str(n), low=n, high=n) for n in (10.0, 20.0))
    eleven = replace(TROOPS, words="11", low=11.0, high=11.0)
    numbers = difference(telling(quantities=(twenty, ten)), telling(quantities=(eleven,))).numbers
    assert [(number.change, number.first, number.second) for number in numbers] == [
        ("conflicting", "10.0", "11"),
        ("dropped", "20.0", None),
    ]


def test_a_number_that_an_article_gives_exactly_and_about_has_both_bounds() -> None:
    (number,) = difference(
        [telling(quantities=(TROOPS,)), telling(quantities=(ABOUT_TROOPS,))], telling(quantities=(TROOPS,))
    ).numbers
    assert (number.change, number.first_bounds) == ("bound changed", ("about", "exact"))


@pytest.mark.parametrize(
    ("first", "second", "form"),
    [
        (["direct"], ["direct"], "same"),
        (["indirect"], ["mixed"], "same"),
        (["indirect", "direct"], ["mixed"], "first direct"),
        (["indirect"], ["direct", "mixed"], "second direct"),
    ],
)
def test_form_is_whether_one_side_alone_quotes_directly(first: list[str], second: list[str], form: str) -> None:
    assert difference([telling(form=f) for f in first], [telling(form=f) for f in second]).form == form


# The examples of the definitions

AS_SOON_AS = Cue("as soon as", "approximator")


def cued(words: str, *cues: Cue) -> QuoteTelling:
    return telling(words, cues=cues)


@pytest.mark.parametrize(
    ("part", "value", "first", "second"),
    [
        ("wording", "same", [cued("It ‘will’ go.")], [cued("it would go", WOULD)]),
        (
            "wording",
            "edited",
            [cued("they will be sent into battle soon")],
            [cued("they will be sent to battle soon")],
        ),
        (
            "first_words",
            ("october", "27"),
            [cued("They will be used on October 27.")],
            [cued("they would be used in the coming days", WOULD)],
        ),
        (
            "second_words",
            ("coming", "days"),
            [cued("They will be used on October 27.")],
            [cued("they would be used in the coming days", WOULD)],
        ),
        ("certainty", "first flatter", [cued("they will go")], [cued("could go", COULD)]),
        ("certainty", "first flatter", [cued("could go", COULD)], [cued("could reportedly go", COULD, REPORTEDLY)]),
        ("certainty", "same", [cued("may go", Cue("may", "modal"))], [cued("might go", Cue("might", "modal"))]),
        ("certainty", "mixed", [cued("could go", COULD)], [cued("will reportedly go", REPORTEDLY)]),
        (
            "certainty",
            "second flatter",
            [cued("they will go"), cued("they will go as soon as Sunday", AS_SOON_AS)],
            [cued("they intend to go")],
        ),
        (
            "first_cues",
            (Cue("i think", "modal"),),
            [cued("If they go, I think it is legal", Cue("If", "conditional"), I_THINK)],
            [cued("it could be legal if they go", IF, COULD)],
        ),
        (
            "second_cues",
            (COULD,),
            [cued("If they go, I think it is legal", Cue("If", "conditional"), I_THINK)],
            [cued("it could be legal if they go", IF, COULD)],
        ),
        ("form", "first direct", [telling("We will go,", form="direct")], [telling("they would go")]),
        (
            "form",
            "first direct",
            [telling("We will go,", form="direct")],
            [telling("they would ‘go’", form="mixed")],
        ),
    ],
)
def test_what_the_definitions_give_as_examples_is_so(
    part: str, value: object, first: list[QuoteTelling], second: list[QuoteTelling]
) -> None:
    assert getattr(difference(first, second), part) == value
    definitions = " ".join(Path(comparison.__file__).read_text(encoding="utf-8").split())
    assert all(f"“{each.words}”" in definitions for each in (*first, *second))


# Every pair of articles


def test_every_pair_of_articles_that_tell_a_statement_is_compared_once() -> None:
    tellings = {
        "s2": [telling(article="b"), telling(article="a", words="they go"), telling(article="a")],
        "s1": [telling(article=article) for article in "cab"],
        "s3": [telling(article="a"), telling(article="a")],
    }
    rows = list(comparisons_of(tellings, REGISTRY))
    assert [(statement, row.first, row.second) for statement, row in rows] == [
        ("s1", "a", "b"),
        ("s1", "a", "c"),
        ("s1", "b", "c"),
        ("s2", "a", "b"),
    ]
    assert rows[-1][1] == compare(tellings["s2"][1:], tellings["s2"][:1], REGISTRY)
    assert list(comparisons_of({}, REGISTRY)) == []


# Whatever the tellings

NAMES = [KIM, MINISTRY, STATE, SEOUL, WASHINGTON, REPORTS, "Memo", "X", "Y", "Stranger"]
WORDS = ["they", "will", "would", "“go”", "soon,", "not", "October", "27–28", "…", "law."]
VALUES = st.none() | st.sampled_from([-5.0, 0.0, 3.0, 1000.0, 11500.0, 12000.0])
QUANTITIES = st.builds(
    Quantity,
    st.sampled_from(["some", "12,000", "three"]),
    st.just("count"),
    VALUES,
    VALUES,
    st.sampled_from(vocabulary.BOUNDS),
    st.sampled_from([None, "troops", "Troops", "bases"]),
)
TELLINGS = st.builds(
    QuoteTelling,
    st.just("a"),
    st.uuids().map(str),
    st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join) | st.text(max_size=12),
    st.sampled_from(vocabulary.QUOTE_FORMS),
    st.frozensets(st.sampled_from(NAMES), max_size=3),
    st.lists(st.sampled_from([IF, I_THINK, WOULD, COULD, REPORTEDLY]), max_size=3).map(tuple),
    st.lists(QUANTITIES, max_size=4).map(tuple),
)
SIDES = st.lists(TELLINGS, min_size=1, max_size=4)
MIRRORS = {
    "narrower": "wider",
    "joint dropped": "joint added",
    "anonymous": "named",
    "first flatter": "second flatter",
    "dropped": "added",
    "first direct": "second direct",
}
MIRRORS |= {second: first for first, second in MIRRORS.items()}


def mirrored(row: Difference) -> Difference:
    def turned(value: str) -> str:
        return MIRRORS.get(value, value)

    return Difference(
        first=row.second,
        second=row.first,
        wording=turned(row.wording),
        ratio=row.ratio,
        first_words=row.second_words,
        second_words=row.first_words,
        attribution=turned(row.attribution),
        certainty=turned(row.certainty),
        first_cues=row.second_cues,
        second_cues=row.first_cues,
        numbers=tuple(
            NumberChange(turned(n.change), n.second, n.first, n.second_bounds, n.first_bounds, n.unit)
            for n in row.numbers
        ),
        form=turned(row.form),
    )


@given(SIDES)
def test_tellings_differ_in_nothing_from_themselves(tellings: list[QuoteTelling]) -> None:
    row = compare(tellings, tellings, REGISTRY)
    classes = {row.wording, row.attribution, row.certainty, row.form, *(number.change for number in row.numbers)}
    assert classes == {"same"}
    assert (row.ratio, row.first_words, row.second_words, row.first_cues, row.second_cues) == (1.0, (), (), (), ())


@settings(max_examples=300, deadline=None)
@given(SIDES, SIDES)
def test_the_sides_swapped_give_the_mirror_image(first: list[QuoteTelling], second: list[QuoteTelling]) -> None:
    assert compare(second, first, REGISTRY) == mirrored(compare(first, second, REGISTRY))


@given(SIDES, SIDES, st.text(min_size=1), st.text(min_size=1))
def test_what_articles_and_quotes_are_called_changes_nothing(
    first: list[QuoteTelling], second: list[QuoteTelling], name: str, candidate: str
) -> None:
    renamed = [
        [replace(each, article_id=article, quote_id=f"{article}{n}") for n, each in enumerate(side)]
        for side, article in ((first, name), (second, candidate))
    ]
    row = compare(renamed[0], renamed[1], REGISTRY)
    assert replace(row, first="a", second="a") == compare(first, second, REGISTRY)


@given(SIDES, SIDES, st.randoms(use_true_random=False))
def test_the_order_of_tellings_cues_and_numbers_changes_nothing(
    first: list[QuoteTelling], second: list[QuoteTelling], random: Random
) -> None:
    def shuffled(side: list[QuoteTelling]) -> list[QuoteTelling]:
        mixed = [
            replace(each, cues=tuple(reversed(each.cues)), quantities=tuple(reversed(each.quantities))) for each in side
        ]
        random.shuffle(mixed)
        return mixed

    assert compare(shuffled(first), shuffled(second), REGISTRY) == compare(first, second, REGISTRY)


@given(SIDES, SIDES)
def test_every_class_is_in_the_vocabulary(first: list[QuoteTelling], second: list[QuoteTelling]) -> None:
    row = compare(first, second, REGISTRY)
    assert row.wording in vocabulary.WORDINGS
    assert row.attribution in vocabulary.ATTRIBUTIONS
    assert row.certainty in vocabulary.CERTAINTIES
    assert row.form in vocabulary.FORM_CHANGES
    assert {number.change for number in row.numbers} <= set(vocabulary.NUMBER_CHANGES)
