from __future__ import annotations

from datetime import date

import pytest

from dataset.intake.articles import ArticleMetadata
from dataset.intake.licences import spdx_id
from dataset.intake.metadata import MetadataChecker
from dataset.problem import Problem

TODAY = date(2024, 10, 29)


def checked(**known: str) -> tuple[ArticleMetadata, list[str]]:
    checker = MetadataChecker(TODAY)
    return checker.checked(ArticleMetadata(**known), "feed.csv, line 2"), checker.notes


@pytest.mark.parametrize(
    ("written", "id"),
    [
        ("CC BY 2.5", "CC-BY-2.5"),
        ("cc-by-4.0", "CC-BY-4.0"),
        ("CC BY-SA 4.0 International", "CC-BY-SA-4.0"),
        ("Creative Commons Attribution-ShareAlike 3.0 Unported", "CC-BY-SA-3.0"),
        ("Creative Commons Attribution-NonCommercial-NoDerivs 4.0", "CC-BY-NC-ND-4.0"),
        ("https://creativecommons.org/licenses/by-nc/4.0/", "CC-BY-NC-4.0"),
        ("http://creativecommons.org/licenses/by/2.5/deed.en", "CC-BY-2.5"),
        ("https://creativecommons.org/publicdomain/zero/1.0/", "CC0-1.0"),
        ("CC0", "CC0-1.0"),
        ("mit", "MIT"),
        ("LicenseRef-Agency", "LicenseRef-Agency"),
    ],
)
def test_a_licence_that_spdx_lists_has_its_id(written: str, id: str) -> None:
    assert spdx_id(written) == id
    known, notes = checked(licence=written)
    assert known.licence == id
    assert notes == ([] if id == written else [f"the licence “{written}” is kept as {id}"])


@pytest.mark.parametrize("written", ["CC BY", "all rights reserved", "CC BY 9.0", "© The Gull", "public domain"])
def test_any_other_licence_is_kept_as_it_is_and_said(written: str) -> None:
    known, notes = checked(licence=written)
    assert known.licence == written
    assert notes == [f"SPDX does not list the licence “{written}”, which is kept as it is"]


def test_what_was_read_as_something_else_is_said_once_for_each_form() -> None:
    checker = MetadataChecker(TODAY)
    for licence in ("CC BY 2.5", "CC BY 2.5", "CC BY 4.0"):
        checker.checked(ArticleMetadata(licence=licence), "")
    assert len(checker.notes) == 2


@pytest.mark.parametrize(
    "written", ["2024-10-29", "2024-10-29T07:30:00Z", "2024-10-29 07:30:00+02:00", "2024-10-29T07:30"]
)
def test_a_day_is_kept_without_its_time(written: str) -> None:
    known, notes = checked(published=written)
    assert known.published == "2024-10-29"
    assert bool(notes) == (written != "2024-10-29")


@pytest.mark.parametrize("tag", ["en", "en-GB", "zh-Hant-TW", "de-CH-1996", "haw"])
def test_a_language_tag_is_kept(tag: str) -> None:
    assert checked(language=tag)[0].language == tag


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"published": "2024-10-30"}, "2024-10-30 is in the future"),
        ({"published": "2024-13-01"}, "is not a date"),
        ({"published": "29 October 2024"}, "is not a date; write the day of publication as"),
        ({"language": "English"}, "is not a language tag"),
        ({"language": "xx-YY"}, "is not a language tag"),
        ({"language": ""}, "is not a language tag"),
        ({"url": "gull.example/1"}, "is not an address"),
        ({"url": "javascript:alert(1)"}, "is not an address"),
        ({"url": "https:///1"}, "is not an address"),
        ({"url": "https://[gull/1"}, "is not an address"),
        ({"url": "https://gull.example/a b"}, "is not an address"),
        ({"event_id": "a b"}, "cannot be an event's id"),
        ({"title": "a\x1bb"}, "holds U\\+001B"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_place(known: dict[str, str], words: str) -> None:
    with pytest.raises(Problem, match=f"^feed.csv, line 2.*{words}"):
        checked(**known)
