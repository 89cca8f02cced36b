"""Two annotators at the desk, in a real browser: what they sort by keys is what the record has."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Route, expect

from annotation.aligning import sorting_rounds
from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects
from annotation.rounds.projects import Role
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.rows import TellingRow, rows_of
from dataset.statements.sheets import EventSheet, event_sheets
from dataset.statements.tables import EventSorting, read_sorting
from tests.annotation.page.test_labelling import MEMBERS, WITHOUT_A_MEMBER
from tests.browser import Annotator, log_in
from tests.contrasts import low_contrasts_by_scheme, scrolls_sideways

VALUES = """() => {
    const work = Htx.annotationStore.selected;
    const items = work.serializeAnnotation().filter(item => item.from_name !== 'label');
    return Object.fromEntries(items.map(item => [`${item.id} ${item.from_name}`, item.value.text.join(' ')]));
}"""
SELECTED = "Htx.annotationStore.selected.highlightedNode?.cleanId"


@pytest.fixture
def event(seeds: Corpus) -> EventSheet:
    sorting_rounds.deal_events(seeds, "e1", ["a1", "a2"], [])
    for name in ("a1", "a2"):
        sorting_rounds.open_events(seeds, "e1", seat(seeds, name), stood={})
    (sheet,) = event_sheets(seeds)
    return sheet


class Desk:
    """An annotator's desk, with an event open on it."""

    def __init__(self, annotator: Annotator, who: Seat, corpus: Corpus) -> None:
        self.annotator, self.page = annotator, annotator.page
        project = projects.existing(corpus, "e1", who, role=Role.SORTER)
        (task,) = map(read_task, who.studio.tasks(project))
        annotator.open_task(project, task.id)
        expect(self.page.locator(".desk-head")).to_be_visible()

    def press(self, key: str, selected: str) -> None:
        """Presses a key and waits until a quote or number is the selected one."""
        self.annotator.press(key)
        self.page.wait_for_function(f"key => {SELECTED} === key", arg=selected)

    def key_of(self, name: str) -> str:
        """The key that sorts what is selected into the statement that a quote began."""
        row = self.page.locator(".desk-row", has=self.page.locator(".ids", has_text=name))
        expect(row.first).to_be_visible()
        for candidate in row.all():
            if name in candidate.locator(".ids").inner_text().split():
                return candidate.locator("b").inner_text().lower()
        raise AssertionError(f"{name} is not offered")

    def is_now(self, wanted: dict[str, str]) -> None:
        """Waits until the page would submit exactly this."""
        expect(self.page.locator(".desk-head")).to_be_visible()
        self.page.wait_for_function(
            "wanted => { const sorted = values => JSON.stringify(Object.entries(values).sort());"
            f" return sorted(({VALUES})()) === sorted(wanted); }}",
            arg=wanted,
        )


@pytest.fixture
def desk(event: EventSheet, seeds: Corpus, chromium: Browser, server: Server) -> Desk:
    return desk_of("a1", seeds, chromium, server)


def desk_of(name: str, corpus: Corpus, chromium: Browser, server: Server) -> Desk:
    known = server.secrets()
    assert known
    return Desk(log_in(chromium, str(server.url()), known.annotators[name]), seat(corpus, name), corpus)


def pulled(corpus: Corpus, *names: str, accept_removals: bool = False) -> sorting_rounds.SortingPull:
    seats = [seat(corpus, name) for name in names or ("a1",)]
    return sorting_rounds.pull_sorting(corpus, "e1", seats, accept_removals=accept_removals)


def sorting(corpus: Corpus, name: str = "a1") -> EventSorting:
    return read_sorting(corpus.layer_path(f"e1/{name}"))


def by_key(sheet: EventSheet, layer: EventSorting) -> set[tuple[str, str, str]]:
    """What each quote or number tells, by the keys of the page."""
    keys = {item.id: item.key for item in sheet.items}
    rows = rows_of(layer.tellings, TellingRow)
    return {(keys[f"{row['article_id']}:{row['span_id']}"], keys[row["statement"]], row["degree"]) for row in rows}


def test_what_keys_sort_is_kept_undone_and_pulled(desk: Desk, event: EventSheet, seeds: Corpus) -> None:
    desk.press("ArrowDown", "A1")
    desk.press("n", "A2")
    desk.press("n", "A3")
    desk.press(desk.key_of("A1"), "A4")
    desk.press("n", "A5")
    desk.annotator.press(f"Shift+{desk.key_of('A1')}")
    desk.annotator.press(f"Alt+{desk.key_of('A2')}")
    before = {"A1 statement": "A1", "A2 statement": "A2", "A3 statement": "A1", "A4 statement": "A4", "A5 partly": "A1"}
    desk.is_now({**before, "A5 contradicts": "A2"})
    desk.press(desk.key_of("A1"), "B1")
    whole = {name: key for name, key in before.items() if name != "A5 partly"}
    desk.is_now({**whole, "A5 statement": "A1", "A5 contradicts": "A2"})
    desk.press("u", "A5")
    desk.is_now({**before, "A5 contradicts": "A2"})
    desk.annotator.press("u")
    desk.is_now(before)
    desk.page.wait_for_load_state("networkidle")
    with desk.page.expect_response(lambda response: "/drafts" in response.url):
        desk.press(desk.key_of("A4"), "B1")
    desk.page.reload()
    desk.annotator.wait_for_article()
    after = {**before, "A5 statement": "A4"}
    desk.is_now(after)
    desk.annotator.submit()
    report = pulled(seeds)
    assert by_key(event, sorting(seeds)) == {
        ("A1", "A1", "whole"),
        ("A2", "A2", "whole"),
        ("A3", "A1", "whole"),
        ("A4", "A4", "whole"),
        ("A5", "A4", "whole"),
        ("A5", "A1", "partly"),
    }
    assert len(report.open["a1"][event.event_id]) == len(event.items) - 5
    assert report.faults == {}


def test_nothing_is_lost_when_the_server_does_not_take_a_submit(desk: Desk, event: EventSheet, seeds: Corpus) -> None:
    page, refusals = desk.page, [500, 502]

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=refusals.pop(0), body="")
        else:
            route.fallback()

    def submit_in_vain() -> None:
        with page.expect_response("**/api/tasks/*/annotations**") as refused:
            desk.annotator.button("Submit").click()
        assert not refused.value.ok
        expect(page.get_by_role("alert").filter(has_text="kept as a draft")).to_be_visible()

    page.route("**/api/tasks/*/annotations**", refuse)
    desk.press("ArrowDown", "A1")
    desk.press("n", "A2")
    desk.press(desk.key_of("A1"), "A3")
    before = {"A1 statement": "A1", "A2 statement": "A1"}
    submit_in_vain()
    desk.is_now(before)
    page.reload()
    desk.annotator.wait_for_article()
    desk.is_now(before)
    submit_in_vain()
    with page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        desk.press("ArrowDown", "A3")
        desk.press("n", "A4")
    page.reload()
    desk.annotator.wait_for_article()
    desk.is_now({**before, "A3 statement": "A3"})
    page.unroute_all()
    desk.annotator.submit()
    expect(page.locator(".hedgerow-refused")).to_have_count(0)
    pulled(seeds)
    assert by_key(event, sorting(seeds)) == {("A1", "A1", "whole"), ("A2", "A1", "whole"), ("A3", "A3", "whole")}


def test_nobody_sees_what_another_sorts(desk: Desk, seeds: Corpus) -> None:
    desk.press("ArrowDown", "A1")
    with desk.page.expect_response(lambda response: "/drafts" in response.url):
        desk.press("n", "A2")
    desk.annotator.submit()
    mine, a2 = seat(seeds, "a1"), seat(seeds, "a2")
    project = projects.existing(seeds, "e1", mine, role=Role.SORTER)
    assert read_task(mine.studio.tasks(project)[0]).work
    with pytest.raises(Problem):
        a2.studio.tasks(project)
    own = projects.existing(seeds, "e1", a2, role=Role.SORTER)
    assert not read_task(a2.studio.tasks(own)[0]).work


def test_quotes_and_numbers_can_be_neither_deleted_nor_marked_on_the_desk(desk: Desk, event: EventSheet) -> None:
    desk.press("ArrowDown", "A1")
    for key in ("Backspace", "Delete", "Control+Backspace"):
        desk.annotator.press(key)
    desk.annotator.press("Escape")
    desk.annotator.press("1")
    desk.annotator.drag_over("North Korea said Friday")
    desk.press("ArrowDown", "A1")
    assert desk.annotator.regions() == len(event.items)


def test_all_that_the_desk_shows_stands_out_and_it_fits_a_phone(desk: Desk) -> None:
    desk.press("ArrowDown", "A1")
    desk.press("n", "A2")
    desk.press("n", "A3")
    desk.annotator.press(f"Shift+{desk.key_of('A1')}")
    expect(desk.page.locator(".desk-row .tag", has_text="partly")).to_be_visible()
    desk.page.locator(".desk-row").nth(1).hover()
    assert low_contrasts_by_scheme(desk.page, ".desk-page", at_least=50) == {"dark": [], "light": []}
    desk.page.set_viewport_size({"width": 390, "height": 844})
    assert not scrolls_sideways(desk.page)


def test_without_a_member_of_label_studio_the_desk_shows_its_own_fields_and_they_sort(
    event: EventSheet, seeds: Corpus, chromium: Browser, server: Server
) -> None:
    known = server.secrets()
    assert known
    annotator = log_in(chromium, str(server.url()), known.annotators["a1"])
    page = annotator.page
    page.add_init_script(WITHOUT_A_MEMBER)
    desk = Desk(annotator, seat(seeds, "a1"), seeds)
    desk.press("ArrowDown", "A1")
    for member in page.evaluate(MEMBERS):
        page.evaluate("member => { window.hidden = member; }", member)
        expect(page.locator("html[data-hedgerow]")).to_have_count(0)
        expect(page.locator(".desk-page .desk > *")).to_have_count(0)
        expect(page.get_by_placeholder("key of a second statement").locator("visible=true")).to_be_editable()
        page.evaluate("window.hidden = undefined")
        expect(page.locator(".desk-head")).to_be_visible()
    page.evaluate("window.hidden = 'regions'")
    expect(page.locator(".desk-page .desk > *")).to_have_count(0)
    page.get_by_placeholder("key of a second statement").locator("visible=true").fill("A2")
    annotator.press("Enter")
    page.evaluate("window.hidden = undefined")
    desk.is_now({"A1 partly": "A2"})
