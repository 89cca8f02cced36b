"""What is known about articles, checked: dates, addresses, languages and licences that can be right."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from langcodes import tag_is_valid

from dataset import schema
from dataset.intake import licences
from dataset.intake.articles import ArticleMetadata
from dataset.problem import Problem

_DAY_AND_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s?(Z|UTC|[+-]\d{2}:?\d{2})?")
_FARTHEST_EAST: Final = timedelta(hours=14)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")


def latest_day() -> date:
    """Today's date in the easternmost time zone, where the day begins first."""
    return (datetime.now(UTC) + _FARTHEST_EAST).date()


class MetadataChecker:
    """Checks metadata; `notes` says once for each form what was read as something else, or is not known.

    `today` is the last day on which an article can have been published.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self._notes: dict[str, None] = {}

    @property
    def notes(self) -> list[str]:
        """What is to be said, in the order in which it was seen."""
        return list(self._notes)

    def checked(self, known: ArticleMetadata, place: str) -> ArticleMetadata:
        """The same, with a day without its time, and a licence by its SPDX id.

        Raises:
            Problem: a value cannot be right.
        """
        for words in (known.title, known.outlet, known.licence):
            if words is not None and (control := _CONTROL.search(words)):
                raise Problem(f"{place} holds U+{ord(control[0]):04X} in {words!a}", "take the character out")
        if known.event_id is not None and not re.fullmatch(schema.IDENTIFIER, known.event_id):
            raise Problem(
                f"{place}: “{known.event_id}” cannot be an event's id", "use letters, digits, `_`, `-` and `.`"
            )
        if known.language is not None and not tag_is_valid(known.language):
            raise Problem(f"{place}: “{known.language}” is not a language tag", "write one like en or en-GB (BCP 47)")
        if known.url is not None and not is_address(known.url):
            raise Problem(f"{place}: “{known.url}” is not an address", "write one like https://example.org/article")
        return replace(known, published=self._day(known.published, place), licence=self._licence(known.licence))

    def _day(self, written: str | None, place: str) -> str | None:
        if written is None:
            return None
        moment = _DAY_AND_TIME.fullmatch(written)
        day = _day(moment[1] if moment else written)
        if day is None:
            raise Problem(f"{place}: “{written}” is not a date", "write the day of publication as 2024-10-29")
        if day > self.today:
            raise Problem(f"{place}: {written} is in the future", "write the day on which it was published")
        if moment:
            self._note("days of publication are kept without the time of day")
        return day.isoformat()

    def _licence(self, written: str | None) -> str | None:
        if written is None:
            return None
        known = licences.spdx_id(written)
        if known is None:
            self._note(f"SPDX does not list the licence “{written}”, which is kept as it is")
        elif known != written:
            self._note(f"the licence “{written}” is kept as {known}")
        return known or written

    def _note(self, words: str) -> None:
        self._notes[words] = None


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if re.fullmatch(schema.DATE, written) else None
    except ValueError:
        return None


def is_address(written: str) -> bool:
    """Whether it is an address of the web, with its host."""
    try:
        parts = urlsplit(written)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and not re.search(r"[\s\x00-\x1f]", written)
    except ValueError:
        return False
