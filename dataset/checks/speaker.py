"""Checks of speakers: who they are, what is inside the mention, whether they said anything."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from functools import cache
from typing import Final

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import Finding

_ASIDE: Final = (
    r"(?:,\s*|\s)(?:who|whom|whose|which)\s|"
    r",\s(?:adding|calling|citing|noting|quoting|referencing|referring|speaking|urging|warning|writing)\s"
)


def asides(facts: Facts) -> Iterator[Finding]:
    """Speakers with a relative clause or an aside inside."""
    speakers = facts.sound.filter(label="speaker").filter(pl.col("text").str.contains(_ASIDE))
    for row in speakers.iter_rows(named=True):
        yield facts.at("s3-relative-clause", row, f"“{row['text']}” holds a clause that does not name the speaker")


def trailing_commas(facts: Facts) -> Iterator[Finding]:
    """Speakers that end with a comma."""
    for row in facts.sound.filter(pl.col("text").str.ends_with(","), label="speaker").iter_rows(named=True):
        yield facts.at("s3-trailing-comma", row, f"“{row['text']}” ends with a comma")


def speakers_without_quote(facts: Facts) -> Iterator[Finding]:
    """Speakers that no quote is linked to."""
    links = facts.linked("said_by", "to_span")
    speakers = facts.sound.filter(label="speaker")
    lonely = speakers.join(links, on=["article_id", "span_id"], how="anti", maintain_order="left")
    for row in lonely.iter_rows(named=True):
        yield facts.at("s8-speaker-without-quote", row, f"no quote is linked to “{row['text']}”")


def unregistered_entities(facts: Facts) -> Iterator[Finding]:
    """Entities that the registry of the article's event does not have. An article without event has no registry."""
    names = facts.layer.spans.filter(label="speaker").explode("speaker_entities").rename({"speaker_entities": "entity"})
    of_events = names.drop_nulls("entity").join(facts.events.drop_nulls("event_id"), on="article_id", how="inner")
    known = facts.entities.select("event_id", "entity")
    nearest = _registry(facts)
    for row in of_events.join(known, on=["event_id", "entity"], how="anti").iter_rows(named=True):
        near = nearest(row["event_id"], row["entity"])
        hint = f"; the nearest is “{near}”" if near else ""
        yield facts.at("entity-not-registered", row, f"the registry of the event has no “{row['entity']}”{hint}")


def _registry(facts: Facts) -> Callable[[str, str], str | None]:
    """The nearest registered name to a name of an event."""
    names: dict[str, dict[str, str]] = {}
    for event, entity, aliases in facts.entities.select("event_id", "entity", "aliases").iter_rows():
        names.setdefault(event, {}).update(dict.fromkeys([*(aliases or []), entity], entity))

    @cache
    def nearest(event: str, name: str) -> str | None:
        known = names.get(event, {})
        folded = {entity.casefold(): entity for entity in known}
        close = difflib.get_close_matches(name.casefold(), folded, 1, 0.5)
        return known[folded[close[0]]] if close else None

    return nearest
