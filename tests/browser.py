"""An annotator at the labelling page, in a real browser: keys, mouse, and what the page shows."""

from __future__ import annotations

import shutil
from dataclasses import dataclass

from playwright.sync_api import Browser, Page, expect

from annotation.server import Account

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or "chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The page's own settings panel keeps this in local storage.
SELECT_AFTER_CREATE = "localStorage.setItem('labelStudio:settings', JSON.stringify({selectAfterCreate: true}))"
_RECTANGLES = """([words, nth]) => {
    const article = document.querySelector('.htx-text') || document.querySelector('[class*="richtext"]');
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_TEXT);
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


@dataclass
class Annotator:
    """A logged-in annotator with one page. Counts keys, drags and clicks."""

    page: Page
    url: str
    keys: int = 0
    drags: int = 0
    clicks: int = 0

    def open_task(self, project: int, task: int) -> None:
        self.page.goto(f"{self.url}/projects/{project}/data?task={task}")
        expect(
            self.page.get_by_role("button", name="Submit").or_(self.page.get_by_role("button", name="Update"))
        ).to_be_visible()
        self.page.wait_for_function(
            "document.querySelector('.htx-text, [class*=\"richtext\"]')?.textContent.length > 0"
        )

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def drag_over(self, words: str, nth: int = 1) -> None:
        self.drags += 1
        x1, y1, x2, y2 = self.page.evaluate(_RECTANGLES, [words, nth])
        self.page.mouse.move(x1 + 0.5, y1)
        self.page.mouse.down()
        self.page.mouse.move((x1 + x2) / 2, (y1 + y2) / 2, steps=4)
        self.page.mouse.move(x2 - 0.5, y2, steps=4)
        self.page.mouse.up()

    def click_words(self, words: str, nth: int = 1) -> None:
        self.clicks += 1
        x1, y1, x2, y2 = self.page.evaluate(_RECTANGLES, [words, nth])
        self.page.mouse.click((x1 + x2) / 2 if y1 == y2 else x1 + 2, y1)

    def mark(self, key: str, words: str, nth: int = 1) -> None:
        before = self.regions()
        self.press(key)
        self.drag_over(words, nth)
        self.page.wait_for_function("n => document.querySelectorAll('.htx-highlight').length > n", arg=before)

    def regions(self) -> int:
        return self.page.locator(".htx-highlight").count()

    def type_into(self, placeholder: str, text: str) -> None:
        field = self.page.get_by_placeholder(placeholder)
        self.clicks += 1
        field.click()
        field.fill(text)
        self.keys += len(text)
        self.press("Enter")

    def submit(self) -> None:
        self.clicks += 1
        with self.page.expect_response(
            lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
        ) as stored:
            self.page.get_by_role("button", name="Submit").click()
        assert stored.value.ok


def log_in(browser: Browser, url: str, account: Account) -> Annotator:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.add_init_script(SELECT_AFTER_CREATE)
    page = context.new_page()
    page.goto(f"{url}/user/login/")
    page.fill("input[name=email]", account.email)
    page.fill("input[name=password]", account.password)
    page.click("button[type=submit]")
    page.wait_for_url(lambda address: "/user/login" not in address)
    return Annotator(page, url)
