from __future__ import annotations

import pytest

from dataset.problem import Problem
from dataset.releasing.changelog import entry, with_entry

PAGE = "# Changelog\n\nHow to read it.\n\n## Unreleased\n\n- New.\n\n## 1.0.0 - 2026-01-02\n\n- First.\n"


def test_what_was_not_released_becomes_the_entry_of_a_version() -> None:
    page = with_entry(PAGE, "1.1.0", "2026-03-04", ["1.0.0"])
    assert page == PAGE.replace("## Unreleased\n", "## Unreleased\n\n## 1.1.0 - 2026-03-04\n")
    assert entry(page, "1.1.0") == "- New."
    assert entry(page, "1.0.0") == "- First."


def test_an_entry_is_made_once() -> None:
    page = with_entry(PAGE, "1.1.0", "2026-03-04", ["1.0.0"])
    assert with_entry(page, "1.1.0", "2026-05-06", ["1.0.0"]) == page


def test_an_entry_that_was_prepared_and_not_released_goes_into_the_next() -> None:
    prepared = with_entry(PAGE, "1.1.0", "2026-03-04", ["1.0.0"])
    page = with_entry(prepared, "2.0.0", "2026-03-05", ["1.0.0"])
    assert entry(page, "1.1.0") is None
    assert entry(page, "2.0.0") == "- New."
    more = prepared.replace("## Unreleased\n", "## Unreleased\n\n- More.\n")
    assert entry(with_entry(more, "2.0.0", "2026-03-05", ["1.0.0"]), "2.0.0") == "- More.\n\n- New."


def test_what_was_released_stays_as_it_is() -> None:
    prepared = with_entry(PAGE, "1.1.0", "2026-03-04", ["1.0.0"])
    with pytest.raises(Problem, match="says nothing"):
        with_entry(prepared, "2.0.0", "2026-03-05", ["1.0.0", "1.1.0"])


@pytest.mark.parametrize("page", ["", "# Changelog\n", "## Unreleased\n\n## 1.0.0 - 2026-01-02\n\n- First.\n"])
def test_a_changelog_that_says_nothing_new_is_refused(page: str) -> None:
    with pytest.raises(Problem, match="says nothing under “## Unreleased”"):
        with_entry(page, "1.1.0", "2026-03-04", ["1.0.0"])


@pytest.mark.parametrize("page", ["", "## 1.1.0\n\n- New.", "## 1.1.0 - soon\n\n- New.", "## 1.1.00 - 2026-01-01\n"])
def test_a_version_without_a_dated_entry_has_none(page: str) -> None:
    assert entry(page, "1.1.0") is None
