"""What outlets make of the same events, counted over all of them: whom they quote, what they hedge and leave out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement
from dataset.statements.sheets import STATEMENT


@dataclass
class OutletCounts:
    """An outlet's articles in some events, and what they make of these events' statements; figures are left out.

    `statements` are told by an article of its, `left_out` ones only by articles of another outlet in an event that it
    covers too. Of its `tellings`, `hedged` have a cue and `unnamed` no source; `sources` says how many each has.
    `numbers_left_out` are statements that it tells without a number where another outlet's telling has one.
    """

    outlet: str
    events: int = 0
    articles: int = 0
    statements: int = 0
    left_out: int = 0
    tellings: int = 0
    hedged: int = 0
    unnamed: int = 0
    numbers_left_out: int = 0
    sources: Counter[str] = field(default_factory=Counter)


def outlet_counts(events: Iterable[ComparedEvent], outlet_of: Mapping[str, str | None]) -> list[OutletCounts]:
    """Each outlet's counts, by its name; articles whose outlet is not known are of none."""
    counted: dict[str, OutletCounts] = {}
    for event in events:
        articles = Counter(outlet for article in event.articles if (outlet := outlet_of.get(article)))
        for outlet, number in articles.items():
            counts = counted.setdefault(outlet, OutletCounts(outlet))
            counts.events += 1
            counts.articles += number
            for statement in event.statements:
                if statement.kind == STATEMENT:
                    _count(counts, statement, outlet_of)
    return [counted[outlet] for outlet in sorted(counted)]


def _count(counts: OutletCounts, statement: ComparedStatement, outlet_of: Mapping[str, str | None]) -> None:
    own = [each.item.content for each in statement.tellings if outlet_of.get(each.item.article_id) == counts.outlet]
    if not own:
        counts.left_out += 1
        return
    counts.statements += 1
    counts.tellings += len(own)
    counts.hedged += sum(bool(content.cues) for content in own)
    counts.unnamed += sum(not content.sources for content in own)
    counts.sources.update(source for content in own for source in content.sources)
    given = any(each.item.content.quantities for each in statement.tellings)
    counts.numbers_left_out += given and not any(content.quantities for content in own)
