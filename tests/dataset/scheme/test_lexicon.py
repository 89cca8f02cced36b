from __future__ import annotations

import pytest

from dataset.scheme import lexicon, vocabulary


@pytest.mark.parametrize(
    ("cues", "bound"),
    [
        ([], "exact"),
        (["about"], "about"),
        (["Around"], "about"),
        (["approximately"], "about"),
        (["some"], "about"),
        (["nearly"], "about"),
        (["at  least"], "at least"),
        (["more than"], "at least"),
        (["Up to"], "at most"),
        (["over"], "at least"),
        (["Under"], "at most"),
        (["less than"], "at most"),
        (["almost"], "about"),
        (["roughly"], "about"),
        (["reportedly"], "exact"),
        (["as early as"], "exact"),
        (["reportedly", "up to"], "at most"),
        (["about", "at least"], "at least"),
    ],
)
def test_the_cues_on_a_number_say_how_it_bounds_its_quantity(cues: list[str], bound: str) -> None:
    assert lexicon.bound_of(cues) == bound
    assert lexicon.bound_of(reversed(cues)) == bound


def test_every_bound_is_in_the_vocabulary_and_every_approximator_of_a_number_has_one() -> None:
    bounds = {cue: lexicon.bound_of([cue]) for cue in lexicon.APPROXIMATORS}
    assert {*bounds.values()} == set(vocabulary.BOUNDS)
    assert {cue for cue, bound in bounds.items() if bound == "exact"} == {"as early as", "as soon as"}


@pytest.mark.parametrize(
    ("cue", "kind"),
    [
        ("did not confirm", "noncommittal"),
        ("Won’t confirm", "noncommittal"),
        ("wouldn't confirm or deny", "noncommittal"),
        ("cannot deny", "noncommittal"),
        ("has not confirmed", "noncommittal"),
        ("hadn’t denied", "noncommittal"),
        ("wouldn’t", "modal"),
        ("unlikely", "modal"),
        ("probably", "modal"),
        ("over", "approximator"),
        ("can't", None),
        ("couldn't", None),
        ("wouldn't say", None),
        ("confirmed", None),
        ("has confirmed", None),
    ],
)
def test_a_cue_is_on_the_list_of_its_kind(cue: str, kind: str | None) -> None:
    assert lexicon.cue_kind(cue) == kind
