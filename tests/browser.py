"""An annotator at the labelling page, in a real browser: keys, mouse, and what the page shows."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from playwright.sync_api import Browser, Error, Locator, Page, StorageState, expect

from annotation.embedded.accounts import Account

expect.set_options(timeout=60_000)  # machines are shared
CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium-headless-shell", "chromium", "chromium-browser"))), "chromium"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP *.example.org 127.0.0.1",
]
_RECTANGLES = """([words, nth]) => {
    const walker = document.createTreeWalker(document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
    let text = '', places = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
        for (let i = 0; i < node.length; i++) places.push([node, i]);
        text += node.data;
    }
    let at = -1;
    for (let i = 0; i < nth; i++) at = text.indexOf(words, at + 1);
    if (at < 0) return null;
    const box = (index) => {
        const [node, offset] = places[index], range = document.createRange();
        range.setStart(node, offset); range.setEnd(node, offset + 1);
        node.parentElement.scrollIntoViewIfNeeded?.();
        const rectangle = range.getClientRects()[0];
        return [rectangle.left, rectangle.right, (rectangle.top + rectangle.bottom) / 2];
    };
    const last = box(at + words.length - 1), first = box(at);
    return [first[0], first[2], last[1], last[2]];
}"""

# How many characters each line of the article shows.
_LINES = """() => {
    const walker = document.createTreeWalker(document.querySelector('.lsf-htx-richtext'), NodeFilter.SHOW_TEXT);
    const lines = {}, range = document.createRange();
    for (let node = walker.nextNode(); node; node = walker.nextNode())
        for (let i = 0; i < node.length; i++) {
            range.setStart(node, i); range.setEnd(node, i + 1);
            const top = Math.round(range.getBoundingClientRect().top);
            lines[top] = (lines[top] || 0) + 1;
        }
    return Object.values(lines);
}"""

# The article is shown, the names of the task, with their keys, are there, and the page's scripts know of the article.
_READY = """() => {
    const work = window.Htx?.annotationStore?.selected, list = window.dataManager?.store;
    const known = window.HedgerowStudio?.annotation(), article = document.querySelector('.page .left') && known;
    const isLabelled = article && known.names.has('number_kind') && !known.names.has('decision');
    const checked = document.querySelector('.hedgerow-findings .summary')?.textContent;
    return !window.Htx?.isLoading && !list?.loading && !list?.loadingData
        && document.querySelector('.lsf-htx-richtext')?.textContent.length > 0
        && work?.objects.every(shown => shown.isReady)
        && (work.names.has('statement') || work.names.get('speaker_entities').children.length > 0)
        && (!article || document.querySelector('.hedgerow-header .counted'))
        && (!isLabelled || (checked && checked !== 'Checking …'));
}"""
# How much of what a page asks of the server is not answered yet.
_ASKED = """window.hedgerowAsked ??= (() => {
    const asked = { open: 0, frames: 0 }, fetched = window.fetch;
    window.fetch = (...given) => {
        asked.open++;
        return fetched(...given).finally(() => { asked.open--; asked.frames = 0; });
    };
    return asked;
})()"""
# The page is ready, and nothing is on its way to it for half a second in which it has time: Label Studio begins each
# annotation twice, the second time once it has drawn the first.
_STEADY = f"""wait => {{
    const asked = {_ASKED}, work = window.Htx?.annotationStore?.selected?.trackedState;
    const isSteady = asked.wait === wait && asked.work === work && !asked.open && ({_READY})();
    Object.assign(asked, {{ wait, work, frames: isSteady ? asked.frames + 1 : 0 }});
    return asked.frames > 30;
}}"""
# Label Studio waits for no answer, so that no late one comes upon an article that is gone; "none" where none is shown.
_QUIET = """() => {
    const list = window.dataManager?.store, work = window.Htx?.annotationStore?.selected;
    if (window.Htx?.isLoading || list?.loading || list?.loadingData) return false;
    if (!work) return 'none';
    return !list.requestsInFlight.size && !list.taskStore.loadingItems.length && !work.isDraftSaving
        && !document.querySelector('[aria-modal=true], .ant-modal');
}"""
# Goes on within the document that is loaded, as the links of Label Studio's own pages do, without waiting for a draft.
_GO_ON = """address => {
    const isRoot = key => key.startsWith('__reactContainer') || key === '_reactRootContainer';
    const roots = [...document.querySelectorAll('.app-wrapper')].flatMap(
        element => Object.keys(element).filter(isRoot).map(key => element[key]));
    const parts = roots.map(root => root._internalRoot?.current ?? root.current ?? root);
    for (let looked = 0; parts.length && looked < 200; looked++) {
        const part = parts.pop();
        const history = part?.memoizedProps?.history ?? part?.memoizedProps?.value?.history;
        if (history?.push) {
            window.Htx = undefined;
            history.push(address);
            return true;
        }
        if (part) parts.push(part.sibling, part.child);
    }
    return false;
}"""
_NO_PROJECT = "/models"
"""A page that shows no project and asks the server for nothing."""

# A labelling page goes on to the next article; practice, an adjudication and the desk stay.
_GOES_ON = """() => {
    const { names } = Htx.annotationStore.selected;
    return names.has('number_kind') && !names.has('decision') && !Htx.task.dataObj.practice;
}"""
_SELECTED = "Htx.annotationStore.selected"
_HELD_BACK = ".hedgerow-findings.held-back"
_PRESET = "html[data-hedgerow-preset]"

# What a page shows, for whoever reads that a test of it failed.
_SHOWN = """() => {
    const work = window.Htx?.annotationStore?.selected;
    return JSON.stringify({
        address: location.href,
        spans: work?.regions.map(region => `${region.labelName} ${region.text}`),
        selected: work?.highlightedNode?.text,
        focus: document.activeElement?.outerHTML.slice(0, 120),
        dialog: document.querySelector('[aria-modal=true], .ant-modal')?.innerText.slice(0, 200),
        unanswered: window.hedgerowAsked?.open,
    });
}"""

# What makes a page a test's own.
_OWN = ("add_init_script", "route", "on", "set_viewport_size", "emulate_media", "expose_function")

# The values of each control that a span would be submitted with.
_VALUES = """words => {
    const work = Htx.annotationStore.selected;
    const region = work.regions.find(region => region.text === words);
    const items = work.serializeAnnotation().filter(item => item.id === region.cleanId);
    return Object.fromEntries(items.map(item =>
        [item.from_name, item.value.labels || item.value.choices || item.value.text]));
}"""


@dataclass
class Annotator:
    """A logged-in annotator with one page. Counts keys, drags and clicks.

    Another test may have left the page: then the first article is opened without loading Label Studio anew, which takes
    five times as long. All later ones load it. A page that is loaded in a way of the test's own is nobody else's.
    """

    page: Page
    url: str
    keys: int = 0
    drags: int = 0
    clicks: int = 0
    is_loaded: bool = False
    is_own: bool = False

    def __post_init__(self) -> None:
        for name in _OWN:
            setattr(self.page, name, self._keeping(getattr(type(self.page), name).__get__(self.page)))

    def _keeping(self, act: Callable[..., object]) -> Callable[..., object]:
        def acting(*given: object, **named: object) -> object:
            self.is_own, self.is_loaded = True, False
            return act(*given, **named)

        return acting

    @property
    def actions(self) -> tuple[int, int, int]:
        return self.keys, self.drags, self.clicks

    def open_task(self, project: int, task: int) -> None:
        self._go_to(f"/projects/{project}/data?task={task}")
        self.page.wait_for_function("task => window.Htx?.task?.id == task", arg=task)
        self.wait_for_article()

    def open_stream(self, project: int) -> None:
        self._go_to(f"/projects/{project}/data")
        self.page.get_by_role("button", name="Label All Tasks").click()
        self.wait_for_article()

    def _go_to(self, address: str) -> None:
        is_there = self.is_loaded and self.page.url == self.url + _NO_PROJECT
        if not (is_there and self.page.evaluate(_GO_ON, address)):
            self.page.goto(self.url + address)
        self.is_loaded = False

    def leave(self) -> bool:
        """Leaves the article; whether another test can go on with the page."""
        if self.is_own or self.page.is_closed() or not self.page.url.startswith(f"{self.url}/projects/"):
            return False
        try:
            self.page.unroute_all(behavior="ignoreErrors")
            self.page.mouse.move(0, 0)
            if self.page.wait_for_function(_QUIET, timeout=10_000).json_value() == "none":
                return False
            return bool(self.page.evaluate(_GO_ON, _NO_PROJECT))
        except Error:  # it is being loaded
            return False

    def wait_for_article(self) -> None:
        expect(self.button("Submit").or_(self.button("Update"))).to_be_visible()
        self.page.wait_for_function(_STEADY, arg=next(_waits))

    def button(self, name: str) -> Locator:
        return self.page.locator(".lsf-bottombar button", has_text=name)

    def line_lengths(self) -> list[int]:
        lengths: list[int] = self.page.evaluate(_LINES)
        return lengths

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def drag_over(self, words: str, nth: int = 1) -> None:
        """Drags from the first of these characters to the last one."""
        self.drags += 1
        x1, y1, x2, y2 = self._ends_of(words, nth)
        self.page.mouse.move(x1 + 0.5, y1)
        self.page.mouse.down()
        self.page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2, steps=4)
        self.page.mouse.move(x2 - 0.5, y2, steps=4)
        x2, y2 = self._ends_of(words, nth)[2:]  # an article scrolls while it is marked near its edge
        self.page.mouse.move(x2 - 0.5, y2)
        self.page.mouse.up()

    def _ends_of(self, words: str, nth: int) -> tuple[float, float, float, float]:
        """Where the first character begins and the last one ends, once the article stands still."""
        before = None
        while (place := tuple(self.page.evaluate(_RECTANGLES, [words, nth]))) != before:
            before = place
            self.page.evaluate("() => new Promise(requestAnimationFrame)")
        return place

    def move_edge(self, handle: str, words: str) -> None:
        """Drags a handle of a span, whose place an expression gives, to the last of these characters."""
        self.drags += 1
        left, top = self.page.evaluate(handle)
        _, _, right, bottom = self.page.evaluate(_RECTANGLES, [words, 1])
        self.page.mouse.move(left, top)
        self.page.mouse.down()
        self.page.mouse.move((left + right) / 2, bottom, steps=4)
        self.page.mouse.move(right - 0.5, bottom, steps=4)
        self.page.mouse.up()

    def click_words(self, words: str, nth: int = 1) -> None:
        self.clicks += 1
        x1, y1, x2, y2 = self._ends_of(words, nth)
        self.page.mouse.click((x1 + x2) / 2 if y1 == y2 else x1 + 2, y1)

    def mark(self, key: str, words: str, nth: int = 1) -> None:
        self.press(key)
        self.page.wait_for_function("Htx.annotationStore.selected.names.get('label').selectedLabels.length == 1")
        self.select(words, nth)

    def select(self, words: str, nth: int = 1) -> None:
        """Drags over words and waits for the new region to be the selected one."""
        before = self.regions()
        self.drag_over(words, nth)
        self.page.wait_for_function(
            "n => document.querySelectorAll('[data-start]').length > n"
            " && document.querySelector('.htx-highlight.__active')",
            arg=before,
        )

    def regions(self) -> int:
        return self.page.locator("[data-start]").count()

    def choose(self, key: str, name: str) -> None:
        """Presses a choice's key and waits for the choice of this name."""
        self.press(key)
        expect(self.page.locator(f'.card input[name="{name}"]:visible')).to_be_checked()

    def type_keys(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def wait_for_preset(self) -> None:
        """Waits for the page to fill in what follows from the words of the span that was just marked."""
        expect(self.page.locator(_PRESET)).to_have_count(1)

    def take_preset(self) -> None:
        self.wait_for_preset()
        self.press("Enter")
        expect(self.page.locator(_PRESET)).to_have_count(0)

    def spans(self) -> list[str]:
        """The words of all spans, in the order in which they were marked."""
        words: list[str] = self.page.evaluate(f"{_SELECTED}.regions.map(region => region.text)")
        return words

    def undo_states(self) -> int:
        """How many steps Ctrl+Z can go back."""
        steps: int = self.page.evaluate(f"{_SELECTED}.history.undoIdx")
        return steps

    def change_value(self, value: str) -> None:
        """Types another value over the one of the selected number, where none of its fields is empty."""
        self.press("Enter")
        self.page.wait_for_function("document.activeElement.name?.startsWith('number_value:')")
        self.type_keys(value)
        self.press("Enter")

    def number(self, key: str, value: str, unit: str) -> None:
        """Kind, value and unit of the selected number, of which the page could read none."""
        self.press(key)
        self.press("Enter")
        expect(self.page.get_by_placeholder("value: ")).to_be_focused()
        self.type_keys(value)
        expect(self.page.get_by_placeholder("value: ")).to_have_value(value)
        self.press("Tab")
        expect(self.page.get_by_placeholder("unit: ")).to_be_focused()
        self.type_keys(unit)
        self.press("Enter")
        expect(self.page.get_by_placeholder("unit: ")).to_have_count(0)

    def relabel(self, label: str) -> None:
        """Gives the selected spans another label, by a click on it above the article."""
        self.clicks += 1
        self.page.locator(".left").get_by_text(label, exact=True).first.click()
        self.page.wait_for_function(
            f"label => {_SELECTED}.selectedRegions.every(region => region.labelName === label)", arg=label
        )

    def ticked(self) -> list[str]:
        """The choices that are shown as ticked."""
        names: list[str] = self.page.locator(".card input:checked:visible").evaluate_all("all => all.map(i => i.name)")
        return names

    def results(self, words: str) -> dict[str, list[str]]:
        """What a span would be submitted with: the values of each control."""
        values: dict[str, list[str]] = self.page.evaluate(_VALUES, words)
        return values

    def undo_and_redo(self, keys: str, words: str, wanted: dict[str, list[str]]) -> None:
        """Presses the keys of undo or redo, and waits for a span to have these values."""
        self.press(keys)
        self.page.wait_for_function(
            "([words, wanted]) => { const sorted = values => JSON.stringify(Object.entries(values).sort());"
            f" return sorted(({_VALUES})(words)) === sorted(wanted); }}",
            arg=[words, wanted],
        )

    def wait_until_selected(self, words: str) -> None:
        self.page.wait_for_function(f"words => {_SELECTED}.highlightedNode?.text === words", arg=words)

    def press_on_number_pad(self, digit: int) -> None:
        self.keys += 1
        key = {"key": str(digit), "code": f"Numpad{digit}", "windowsVirtualKeyCode": 96 + digit, "isKeypad": True}
        session = self.page.context.new_cdp_session(self.page)
        session.send("Input.dispatchKeyEvent", {"type": "keyDown", "text": str(digit), **key})
        session.send("Input.dispatchKeyEvent", {"type": "keyUp", **key})

    def update(self) -> None:
        """Submits work that was submitted before."""
        self._end("Update", "PATCH")

    def submit(self) -> None:
        with self._page_that_goes_on():
            self._end("Submit")

    @contextmanager
    def _page_that_goes_on(self) -> Iterator[None]:
        """Waits for the next article where the list's view goes on to one."""
        counted = self.page.locator(".hedgerow-header .counted:not(:empty)")
        if "labeling=1" in self.page.url or not counted.count() or not self.page.evaluate(_GOES_ON):
            yield
            return
        ended, of_all = map(int, re.findall(r"\d+", counted.inner_text()))
        yield
        if ended + 1 < of_all:
            self.page.wait_for_url("**/data?labeling=1**")
            self.wait_for_article()

    def skip(self, reason: str = "") -> None:
        """Skips the article; the page asks why."""
        self.clicks += 1
        self.button("Skip").click()
        expect(self.page.get_by_label("Why you skip this article")).to_be_focused()
        self.type_keys(reason)
        with (
            self._page_that_goes_on(),
            self.page.expect_response(
                lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
            ) as stored,
        ):
            self.press("Enter")
        assert stored.value.ok

    def _end(self, button: str, method: str = "POST") -> None:
        """Presses a button until the work is stored: a second time where the page shows errors first."""
        self.clicks += 1
        with self.page.expect_response(
            lambda answer: "/annotations" in answer.url and answer.request.method == method
        ) as stored:
            self.button(button).click()
            self.page.wait_for_function("!('hedgerowWaiting' in document.documentElement.dataset)")
            if self.is_held_back():
                self.button(button).click()
        assert stored.value.ok

    def is_held_back(self) -> bool:
        """Whether a submission was held back, so that its errors are seen."""
        return self.page.locator(_HELD_BACK).count() > 0


_waits = itertools.count()
_logged_in: dict[Account, StorageState] = {}
_given: list[tuple[Account, Annotator]] = []
_left: dict[tuple[str, Account], Page] = {}  # servers of the tests have accounts in common


def log_in(browser: Browser, url: str, account: Account) -> Annotator:
    """A page of that account, which logs in once in a run of the tests: one that a test has left, or a new one."""
    page = _left.pop((url, account), None)
    annotator = Annotator(page or _new_page(browser, url, account), url, is_loaded=bool(page))
    _given.append((account, annotator))
    return annotator


def _new_page(browser: Browser, url: str, account: Account) -> Page:
    if account not in _logged_in:
        page = log_in_anew(browser, url, account)
        _logged_in[account] = page.context.storage_state()
        page.context.close()
    return _begun_page(browser, _logged_in[account])


def _begun_page(browser: Browser, known: StorageState | None = None) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=known)
    context.add_init_script(_ASKED)
    page = context.new_page()
    page.set_default_timeout(60_000)
    return page


def print_pages() -> None:
    """Prints what the pages of a test show."""
    for _, annotator in _given:
        with suppress(Error):  # it is closed, or being loaded
            print(annotator.page.evaluate(_SHOWN))


def leave_pages(browser: Browser, *, keep: bool) -> None:
    """Ends a test's work at its pages, and closes those that no other test can go on with; all but if it passed."""
    for account, annotator in _given:
        if keep and (annotator.url, account) not in _left and annotator.leave():
            _left[annotator.url, account] = annotator.page
    _given.clear()
    if not keep:
        _left.clear()
    for context in browser.contexts:
        if context not in [page.context for page in _left.values()]:
            for page in context.pages:  # a request that a test's route holds back would keep it open
                page.unroute_all(behavior="ignoreErrors")
            context.close()


def log_in_anew(browser: Browser, url: str, account: Account) -> Page:
    """The page that an account sees once it has given its password."""
    page = _begun_page(browser)
    _fill_in(page, url, account)
    return page


def _fill_in(page: Page, url: str, account: Account) -> None:
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
