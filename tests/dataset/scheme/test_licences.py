from __future__ import annotations

import pytest

from dataset.scheme.licences import allows_redistribution, asks_for_attribution, deed


@pytest.mark.parametrize("licence", ["CC-BY-4.0", "cc-by-sa-3.0", "CC0-1.0", " OGL-UK-3.0 ", "CC-BY-3.0-US"])
def test_a_free_licence_lets_the_text_be_passed_on(licence: str) -> None:
    assert allows_redistribution(licence)


@pytest.mark.parametrize("licence", [None, "CC-BY-NC-4.0", "CC-BY-ND-4.0", "all rights reserved", "Apache-2.0"])
def test_any_other_licence_does_not(licence: str | None) -> None:
    assert not allows_redistribution(licence)


@pytest.mark.parametrize(
    "licence", ["CC-BY-4.0", "CC-BY-SA-3.0", "CC-BY-NC-ND-4.0", "CC-BY-2.5", "OGL-UK-3.0", "ODbL-1.0"]
)
def test_licences_that_ask_for_a_name_are_known(licence: str) -> None:
    assert asks_for_attribution(licence)


@pytest.mark.parametrize("licence", [None, "CC0-1.0", "Unlicense", "all rights reserved"])
def test_others_do_not_ask_for_one(licence: str | None) -> None:
    assert not asks_for_attribution(licence)


@pytest.mark.parametrize(
    ("licence", "address"),
    [
        ("CC-BY-4.0", "https://creativecommons.org/licenses/by/4.0/"),
        ("CC-BY-NC-SA-3.0", "https://creativecommons.org/licenses/by-nc-sa/3.0/"),
        ("CC-BY-3.0-US", "https://creativecommons.org/licenses/by/3.0/us/"),
        ("ODbL-1.0", "https://spdx.org/licenses/ODbL-1.0.html"),
    ],
)
def test_a_licence_can_be_read_somewhere(licence: str, address: str) -> None:
    assert deed(licence) == address
