"""The whole event of the five articles is sorted by keys alone, in a real browser, and the keys are counted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from annotation.aligning.desk import desk_page
from annotation.embedded.server import Server
from dataset.record.corpus import Corpus
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.statements.sheets import EventSheet
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import gold_sorting
from tests.annotation.aligning.test_sorting_rounds import Desk, desk_of, event, pulled, sorting
from tests.corpora import REPOSITORY

__all__ = ["event"]

BEGIN, WHOLLY, PARTLY = "to begin", "what each tells wholly", "what it tells partly"
AGAINST, LATER = "what contradicts what", "to leave one, and come to it again"
COUNTED = {BEGIN: (1, 0), WHOLLY: (54, 9), PARTLY: (5, 0), AGAINST: (2, 0), LATER: (3, 0)}
"""Keys for the 55 quotes, and for the 9 numbers."""
# The keys of the statements that the column offers for the selected one, each with those that tell it, once it does.
OFFERED = """key => document.querySelector('.desk-now')?.textContent.startsWith(`${key} `) &&
    [...document.querySelectorAll('.desk-row')].filter(row => row.querySelector('.ids')).map(row =>
        [row.querySelector('b').textContent.toLowerCase(), row.querySelector('.ids').textContent.split(' ')])"""


class Sorter:
    """Sorts an event as the gold does, and counts the keys by what they are for."""

    def __init__(self, desk: Desk, sheet: EventSheet, gold: SortedBy) -> None:
        self.desk, self.gold = desk, gold
        self.items = {item.key: item for item in sheet.items}
        self.order = [region.key for region in desk_page(sheet).regions]
        self.counts = {what: dict.fromkeys(STATEMENT_KINDS, 0) for what in COUNTED}
        self.begun: dict[str, str] = {}
        self.contradicted: set[tuple[str, str]] = set()

    def sort_all(self) -> None:
        """Sorts from the top to the bottom, and then what tells partly what was begun further down."""
        waiting = self.order
        self.press("ArrowDown", waiting[0], BEGIN)
        while waiting:
            key, *waiting = waiting
            telling = self.gold.tells[self.items[key].id]
            following = waiting[0] if waiting else None
            if telling.partly is not None and telling.partly not in self.begun:
                waiting = [*waiting, key]
                self.press("m", key, LATER, following)
                continue
            if telling.partly is not None:
                self.press(f"Shift+{self.key_of(telling.partly, key)}", key, PARTLY)
            if telling.whole is not None:
                self.contradict(telling.whole, key)
                pressed = self.key_of(telling.whole, key) if telling.whole in self.begun else "n"
                self.begun.setdefault(telling.whole, key)
                self.press(pressed, key, WHOLLY, following)
            elif following is not None:
                self.press("m", key, LATER, following)

    def contradict(self, statement: str, key: str) -> None:
        for pair in sorted(self.gold.contradictions - self.contradicted):
            against = pair[0] if statement == pair[1] else pair[1]
            if statement in pair and against in self.begun:
                self.press(f"Alt+{self.key_of(against, key)}", key, AGAINST)
                self.contradicted.add(pair)

    def press(self, pressed: str, key: str, what: str, following: str | None = None) -> None:
        before = self.desk.annotator.keys
        self.desk.press(pressed, following or key)
        self.counts[what][self.items[key].kind] += self.desk.annotator.keys - before

    def key_of(self, statement: str, key: str) -> str:
        """The key that sorts into a statement of the gold."""
        offered = self.desk.page.wait_for_function(OFFERED, arg=key).json_value()
        return str(next(pressed for pressed, those in offered if self.begun[statement] in those))


def test_the_whole_event_is_sorted_by_few_keys_and_pulled_as_the_gold_has_it(
    event: EventSheet, seeds: Corpus, chromium: Browser, server: Server
) -> None:
    gold = sorted_by(gold_sorting(seeds), event.event_id)
    desk = desk_of("a1", seeds, chromium, server)
    sorter = Sorter(desk, event, gold)
    sorter.sort_all()
    assert {what: (*by_kind.values(),) for what, by_kind in sorter.counts.items()} == COUNTED
    assert desk.annotator.keys == sum(map(sum, COUNTED.values()))
    desk.annotator.submit()
    report = pulled(seeds)
    assert (report.faults, report.open) == ({}, {})
    wanted = gold.named_by(item.id for item in event.items)
    by_keys = sorted_by(sorting(seeds), event.event_id)
    assert (by_keys.tells, by_keys.contradictions) == (wanted.tells, wanted.contradictions)


@pytest.mark.parametrize("what", [*COUNTED, "together"])
def test_the_page_for_annotators_tells_the_count(what: str) -> None:
    quotes, numbers = COUNTED.get(what) or map(sum, zip(*COUNTED.values(), strict=True))
    text = (REPOSITORY / "annotation" / "README.md").read_text(encoding="utf-8")
    assert f"| {what} | {quotes} | {numbers} |" in text
