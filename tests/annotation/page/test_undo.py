"""In a real browser: whatever a key, a drag or a click changes, one Ctrl+Z brings back exactly what was before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect
from playwright.sync_api import TimeoutError as NotInTime

from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text
from tests.browser import Annotator

TEXT = "Ilsa Brandt said on Monday: “We may lose about 40 ships.” She said no. The harbour said 12,000 men wait."
QUOTE = "“We may lose about 40 ships.”"
# All that would be submitted, ticks and links among it, in an order that does not depend on how it came about.
_WORK = """() => {
    const items = Htx.annotationStore.selected.serializeAnnotation({ fast: true });
    return JSON.stringify(items.map(item => JSON.stringify(item)).sort());
}"""


def work(annotator: Annotator) -> str:
    held: str = annotator.page.evaluate(_WORK)
    return held


def returns_to(annotator: Annotator, keys: str, wanted: str) -> bool:
    annotator.press(keys)
    try:
        annotator.page.wait_for_function(f"wanted => ({_WORK})() === wanted", arg=wanted, timeout=10_000)
    except NotInTime:
        return False
    return True


class Steps:
    """What is done in turn, each undone and redone at once; collects what takes more than one step."""

    def __init__(self, annotator: Annotator) -> None:
        self.annotator, self.page = annotator, annotator.page
        self.wrong: list[str] = []

    def does(self, what: str, act: Callable[[], object], done: Locator | str) -> None:
        """Does something, and waits until a place is there, or an expression of the page's work is true."""
        before = work(self.annotator)
        act()
        if isinstance(done, str):
            self.page.wait_for_function(f"(work => {done})(Htx.annotationStore.selected)")
        else:
            expect(done, f"{what}; so far {self.wrong}").to_have_count(1)
        after = work(self.annotator)
        assert after != before, what
        if not returns_to(self.annotator, "Control+z", before):
            self.wrong.append(f"{what}: not undone")
        elif not returns_to(self.annotator, "Control+Shift+z", after):
            self.wrong.append(f"{what}: not redone")

    def select(self, words: str, click: str = "") -> None:
        """Selects a span anew, whatever is selected."""
        self.annotator.press("Escape")
        self.annotator.click_words(click or words)
        self.annotator.wait_until_selected(words)

    def press(self, *keys: str) -> Callable[[], None]:
        def act() -> None:
            for key in keys:
                self.annotator.press(key)

        return act

    def mark(self, key: str, words: str) -> Callable[[], None]:
        return lambda: self.annotator.mark(key, words)

    def name(self, typed: str) -> Callable[[], None]:
        """Types into the field that filters the names."""

        def act() -> None:
            self.annotator.press("/")
            self.annotator.type_keys(typed)
            self.annotator.press("Enter")

        return act

    def link(self, act: Callable[[str], object], words: str) -> Callable[[], None]:
        def draw() -> None:
            self.annotator.press("r")
            act(words)

        return draw

    def span(self, label: str, words: str) -> Locator:
        return self.page.locator(f".htx-highlight[data-label$={label}]", has_text=words)

    def ticked(self, name: str) -> Locator:
        return self.page.locator(f'.card input[name="{name}"]:checked:visible')

    def typed(self, words: str) -> Locator:
        return self.page.locator(".card [data-testid=htx-textbox-content]:visible", has_text=words)


@pytest.fixture
def steps(new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator) -> Steps:
    open_text(new_corpus, annotator, TEXT)
    return Steps(annotator)


def test_spans_values_and_links_take_one_step_back_and_one_forth(steps: Steps) -> None:
    annotator, preset = steps.annotator, steps.page.locator("html[data-hedgerow-preset]")
    steps.does("1 and a drag", steps.mark("1", "Ilsa Brandt"), steps.span("speaker", "Ilsa Brandt"))
    steps.select("Ilsa Brandt")
    steps.does("Enter for the first name", steps.press("Enter"), steps.ticked("Ilsa Brandt"))
    annotator.press("Escape")
    steps.does("2 and a drag", steps.mark("2", QUOTE), steps.span("quote", QUOTE))
    steps.select(QUOTE)
    steps.does("the key of a form", steps.press("q"), steps.ticked("direct"))
    steps.select(QUOTE)
    steps.does("the key of a tick", steps.press("t"), steps.ticked("source not named"))
    steps.select(QUOTE)
    steps.does("R and a click", steps.link(annotator.click_words, "Ilsa"), "work.relationStore.relations.length == 1")
    steps.select(QUOTE)
    expect(steps.page.locator(".hedgerow-links:visible li")).to_have_count(1)
    steps.does("Alt+1", steps.press("Alt+1"), "work.relationStore.relations.length == 0")
    annotator.press("Escape")
    steps.does("3 and a drag, with a preset kind", steps.mark("3", "may"), preset)
    annotator.press("Escape")
    steps.does("4 and a drag, with preset values", steps.mark("4", "12,000"), preset)
    steps.select("12,000")
    steps.does("the key of another kind", steps.press("t"), steps.ticked("measure"))
    steps.select("12,000")
    steps.does("a value that is typed", lambda: annotator.change_value("11000"), steps.typed("11000"))
    steps.select(QUOTE, click="ships")
    spoken = "work.relationStore.relations.length == 1 && work.regions.at(-1).text === 'She'"
    steps.does("R and a drag over a speaker", steps.link(annotator.select, "She"), spoken)
    steps.select("may")
    steps.does("Backspace", steps.press("Backspace"), "!work.regions.some(region => region.text === 'may')")
    assert steps.wrong == []


def test_names_labels_ticks_and_the_caret_take_one_step_back_and_one_forth(steps: Steps) -> None:
    annotator, page = steps.annotator, steps.page
    annotator.mark("1", "The harbour")
    steps.does("a name that is filtered, and Enter", steps.name("lomma"), steps.ticked("Port of Lomma"))
    steps.select("The harbour")
    steps.does("a name that is not on the list, and Enter", steps.name("Old Harbour"), steps.typed("Old Harbour"))
    steps.select("The harbour")
    steps.does("another label", lambda: annotator.relabel("number"), steps.span("number", "The harbour"))
    annotator.press("Escape")
    page.locator(".hedgerow-findings .summary").click()
    tick = page.locator(".finding.warning .tick input").first
    steps.does("the tick of a warning", tick.click, page.locator(".tick input:checked"))
    page.locator(".hedgerow-findings .summary").click()
    page.evaluate("document.activeElement.blur()")
    marked = "work.regions.at(-1).labelName === 'quote'"
    steps.does("a span that the caret marks", steps.press("ArrowDown", "Shift+ArrowRight", "2"), marked)
    assert steps.wrong == []
