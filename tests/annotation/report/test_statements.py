"""The matrix of statements and the plots of figures as a reader has them, in a real browser."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from annotation.report import report
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from tests.annotation.report.opened import DESKTOP, PHONE, show, tab_to
from tests.annotation.report.retold import (
    ANONYMOUS,
    BRIDGE,
    COME,
    COSTS,
    FAIR,
    FULL,
    GIST,
    HOSTILE,
    NOBODY,
    PEOPLE,
    PRICE,
    SHORT,
    put_retold,
)
from tests.contrasts import low_contrasts
from tests.dataset.tiny import put_jsonl

ALL = {COME, COSTS, NOBODY, PEOPLE, PRICE}


@pytest.fixture
def retold(tmp_path: Path) -> Corpus:
    return put_retold(tmp_path)


def event(page: Page, name: str = BRIDGE) -> Locator:
    return page.locator(f'.event[data-event="{name}"]')


def left(page: Page) -> set[str]:
    """The statements and figures that are shown."""
    rows = event(page).locator(".matrix tbody tr:visible, .figure-lines:visible")
    return set(rows.evaluate_all("rows => rows.map(row => row.dataset.id)"))


def row(page: Page, statement: str) -> Locator:
    return event(page).locator(f'.matrix tbody tr[data-id="{statement}"]')


def hash_of(page: Page) -> str:
    return str(page.evaluate("decodeURIComponent(location.hash)"))


# The matrix


def test_a_cell_has_words_with_marks_then_who_is_named_then_what_differs(page: Page, retold: Corpus) -> None:
    show(page, retold)
    cell = row(page, COME).locator("td").nth(1)  # the articles come by id: full, short, unnamed
    expect(cell.locator(".words")).to_have_text("that 400 people will come")
    expect(cell.locator(".s.number")).to_have_text("400")
    expect(cell.locator(".source")).to_have_text("City quote 1")
    expect(cell.locator(".changes .attribution")).to_have_text("wider source than Lee")
    expect(row(page, COME).locator(".complete")).to_have_count(1)
    expect(row(page, NOBODY).locator("td").first).to_be_empty()


def test_what_is_written_by_others_is_shown_and_not_run(page: Page, retold: Corpus) -> None:
    show(page, retold)
    expect(row(page, COME).locator("th")).to_contain_text(GIST)
    expect(row(page, COSTS)).to_contain_text(HOSTILE)
    assert page.locator("img").count() == 0
    assert page.title() == "Tiny: three articles · report"


def test_where_nothing_is_sorted_there_is_no_matrix(page: Page, retold: Corpus) -> None:
    put_jsonl(retold.layer_path(GOLD) / "tellings.jsonl", [])
    show(page, retold)
    expect(page.locator("#statements")).to_have_count(0)
    expect(page.get_by_role("link", name="Statements")).to_have_count(0)


@pytest.mark.parametrize(("kept", "absent"), [("s", ".quantities"), ("f", ".matrix")])
def test_an_event_may_have_statements_alone_or_figures_alone(
    page: Page, retold: Corpus, kept: str, absent: str
) -> None:
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    path = retold.layer_path(GOLD) / "tellings.jsonl"
    lines = Path(str(path)).read_text().splitlines(keepends=True)
    Path(str(path)).write_text("".join(line for line in lines if f'"statement": "{kept}' in line))
    show(page, retold)
    expect(event(page).locator(absent)).to_have_count(0)
    event(page).get_by_label("Article", exact=True).select_option(FULL)
    assert left(page) == {name for name in ALL - {NOBODY} if name.startswith(kept)}
    assert failed == []


# Filters


@pytest.mark.parametrize(
    ("chosen", "fitting"),
    [
        ({"Speaker": "City"}, {COME, COSTS, PEOPLE, PRICE}),
        ({"Speaker": "Rival"}, {NOBODY}),
        ({"Article": SHORT}, {COME, COSTS, PEOPLE, PRICE}),
        ({"Article": SHORT, "What the article": "left-out"}, {NOBODY}),
        ({"Article": ANONYMOUS, "What the article": "left-out"}, {COSTS, PRICE}),
        ({"In": "one"}, {NOBODY}),
        ({"In": "several"}, ALL - {NOBODY}),
        ({"Speaker": "Reports", "Article": FULL}, {COME, PEOPLE}),
        ({"Speaker": "Rival", "Article": FULL}, set()),
    ],
)
def test_the_rows_are_filtered_by(page: Page, retold: Corpus, chosen: dict[str, str], fitting: set[str]) -> None:
    show(page, retold)
    assert left(page) == ALL
    for name, value in chosen.items():
        event(page).get_by_label(re.compile(f"^{name}")).select_option(value)
    assert left(page) == fitting
    statements, figures = (len([name for name in fitting if name.startswith(kind)]) for kind in "sf")
    expect(event(page).locator("output")).to_have_text(f"{statements} of 3 statements, {figures} of 2 figures")
    expect(event(page).locator(".nothing")).to_be_visible(visible=not fitting)
    event(page).get_by_role("button", name="Show all").click()
    expect(event(page).locator("output")).to_have_text("3 of 3 statements, 2 of 2 figures")
    assert left(page) == ALL


@pytest.mark.parametrize(
    "kinds", [("wording",), ("attribution",), ("certainty",), ("numbers",), ("form",), ("numbers", "form")]
)
def test_the_rows_are_filtered_by_what_differs(page: Page, retold: Corpus, kinds: tuple[str, ...]) -> None:
    (bridge,) = [event for event in report.report(retold).events if event.event_id == BRIDGE]
    differing = {row.id: row.differs for row in bridge.rows}
    differing |= {lines.id: lines.figure.differs for plot in bridge.plots for lines in plot.figures}
    show(page, retold)
    for kind in kinds:
        event(page).get_by_label(kind, exact=True).check()
    assert left(page) == {name for name, differs in differing.items() if set(kinds) <= set(differs)}
    assert left(page) not in (set(), ALL)


def test_a_filter_is_in_the_address_and_stays_when_the_page_is_loaded_again(page: Page, retold: Corpus) -> None:
    show(page, retold)
    event(page).get_by_label(re.compile("^Speaker")).select_option("City")
    event(page).get_by_label("form", exact=True).check()
    assert hash_of(page) == "#statements&speaker=City&differs=form"
    assert left(page) == {COME}
    page.reload()
    assert left(page) == {COME}
    expect(event(page).get_by_label("form", exact=True)).to_be_checked()
    expect(page.locator("#statements-title")).to_be_in_viewport()
    event(page).get_by_role("button", name="Show all").click()
    expect(page).to_have_url(re.compile("#statements$"))


def test_an_address_that_names_what_the_page_does_not_have_shows_all(page: Page, retold: Corpus) -> None:
    show(page, retold)
    page.goto(f"{page.url}#statements&event=none&speaker=Nobody&part=%F0&in=x&differs=%22]")
    page.reload()
    assert left(page) == ALL


def test_one_event_of_several_is_chosen_from_a_list(page: Page, retold: Corpus) -> None:
    show(page, retold)
    expect(event(page, FAIR)).to_be_hidden()
    page.get_by_label("Event", exact=True).select_option(FAIR)
    expect(event(page, FAIR)).to_be_visible()
    expect(event(page)).to_be_hidden()
    page.reload()
    expect(event(page, FAIR)).to_be_visible()
    expect(page.get_by_label("Event", exact=True)).to_have_value(FAIR)


# To the article and back


def test_keys_lead_from_cell_to_cell_to_the_quote_and_back(page: Page, retold: Corpus) -> None:
    show(page, retold)
    event(page).get_by_label(re.compile("^Speaker")).select_option("City")
    tab_to(page, ".matrix td .place")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    expect(row(page, COME).locator("td").first.locator(".place")).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(row(page, COME).locator("td").nth(1).locator(".place")).to_be_focused()
    page.keyboard.press("ArrowDown")
    cell = row(page, COSTS).locator("td").nth(1).locator(".place")
    expect(cell).to_be_focused()
    page.keyboard.press("Enter")
    mark = page.get_by_role("article", name=SHORT).get_by_role("link", name=re.compile("^quote 2,"))
    expect(mark).to_be_focused()
    expect(mark).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Back to the statement")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell).to_be_focused()
    expect(cell).to_be_in_viewport()
    assert hash_of(page) == "#statements&speaker=City"
    expect(page.get_by_text("Back to the statement")).to_have_count(0)


def test_the_browser_leads_back_as_well(page: Page, retold: Corpus) -> None:
    show(page, retold)
    event(page).get_by_label("form", exact=True).check()
    cell = row(page, COME).locator("td").nth(2).locator(".place")
    cell.click()
    expect(page.locator("#details-list")).to_contain_text("that 2 to 5 people may come")
    page.go_back()
    expect(cell).to_be_focused()
    assert left(page) == {COME}
    expect(page.locator("#details")).to_be_hidden()


def test_a_figure_leads_to_its_number(page: Page, retold: Corpus) -> None:
    show(page, retold)
    page.get_by_text("The figures as a table").first.click()
    page.get_by_role("link", name=f"the number 400 in {SHORT}").click()
    expect(page.locator("#details-list .phrase").first).to_have_text("400")


# Figures


def test_a_figure_has_a_mark_for_each_telling_of_the_right_kind(page: Page, retold: Corpus) -> None:
    show(page, retold)

    def marks(unit: str) -> list[list[str]]:
        drawn = event(page).locator(f'.quantity[data-unit="{unit}"] .telling-mark')
        read = "all => all.map(({dataset: d}) => [d.kind, d.shape, d.open])"
        return [list(mark) for mark in drawn.evaluate_all(read)]

    assert marks("people") == [["about", "dot", ""], ["exact", "dot", ""], ["exact", "range", ""]]
    assert marks("crowns") == [["at most", "dot", "left"], ["exact", "dot", ""]]
    fills = (
        event(page)
        .locator('[data-unit="people"] circle')
        .evaluate_all("all => all.map(circle => getComputedStyle(circle).fill)")
    )
    assert fills[0] == "rgb(255, 255, 255)"
    assert fills[1] not in fills[:1]
    expect(event(page).locator('[data-unit="people"] figcaption')).to_contain_text("logarithmic")
    expect(event(page).locator('[data-unit="crowns"] figcaption')).not_to_contain_text("logarithmic")


def test_marks_stand_on_the_axis_where_their_values_are(page: Page, retold: Corpus) -> None:
    show(page, retold)
    middles = """all => all.map(element => {
        const box = element.getBoundingClientRect(); return (box.left + box.right) / 2; })"""
    plot = event(page).locator('.quantity[data-unit="people"]')
    about, exact, low, high = plot.locator(".telling-mark circle").evaluate_all(middles)
    ticks = dict(
        zip(
            plot.locator(".axis text").all_text_contents(),
            plot.locator(".axis text").evaluate_all(middles),
            strict=True,
        )
    )
    assert ticks["1"] < low < high < ticks["10"] < ticks["100"] < about < exact < ticks["1,000"]


def test_a_plot_is_told_in_words_and_as_a_table(page: Page, retold: Corpus) -> None:
    show(page, retold)
    expect(page.get_by_role("img", name=f"{FULL}: about 300; {SHORT}: 400; {ANONYMOUS}: 2 to 5")).to_be_visible()
    page.get_by_text("The figures as a table").first.click()
    cells = event(page).locator(".quantity-table tbody tr", has_text="at most").locator("td")
    expect(cells).to_have_text([FULL, "Lee", "900", "at most", "900", "900", "crowns", "to it"])


# For everybody


@pytest.mark.parametrize("view", ["desktop", "dark", "phone", "phone in the dark", "paper"])
def test_every_text_of_the_matrix_stands_out_from_its_ground(chromium: Browser, retold: Corpus, view: str) -> None:
    context = chromium.new_context(
        viewport=PHONE if "phone" in view else DESKTOP,  # type: ignore[arg-type]
        color_scheme="dark" if "dark" in view else "light",
    )
    page = show(context.new_page(), retold)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    row(page, COME).locator(".place").first.click()
    page.evaluate("document.querySelectorAll('.text .s').forEach(span => span.classList.add('on'))")
    page.emulate_media(media="print" if view == "paper" else "screen")
    assert low_contrasts(page, "body", at_least=150) == []
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") == ("dark" in view)
    context.close()


def test_on_a_phone_a_statement_is_a_card_that_fits_the_screen(phone: Page, retold: Corpus) -> None:
    show(phone, retold)
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    first, second, third = (row(phone, COME).locator("td").nth(at).bounding_box() for at in range(3))
    assert first
    assert second
    assert third
    assert first["y"] + first["height"] <= second["y"] < third["y"]
    assert first["x"] == second["x"]
    expect(row(phone, NOBODY).locator("td").first).to_be_hidden()
    row(phone, COME).locator(".place").first.tap()
    phone.get_by_role("link", name="Back to the statement").tap()
    expect(row(phone, COME).locator(".place").first).to_be_in_viewport()


def test_paper_has_all_events_and_no_filter(page: Page, retold: Corpus) -> None:
    show(page, retold)
    event(page).get_by_label(re.compile("^Speaker")).select_option("Rival")
    page.emulate_media(media="print")
    assert left(page) == ALL
    expect(event(page, FAIR).locator(".matrix")).to_be_visible()
    expect(event(page).locator("form")).to_be_hidden()
    page.emulate_media(media="screen")
    assert left(page) == {NOBODY}


def test_without_scripts_all_events_are_there(chromium: Browser, retold: Corpus) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = show(context.new_page(), retold)
    assert left(page) == ALL
    expect(event(page, FAIR).locator(".matrix")).to_be_visible()
    expect(event(page).locator("form")).to_be_hidden()
    context.close()


def test_headings_ids_and_links_of_the_matrix_are_whole(page: Page, retold: Corpus) -> None:
    show(page, retold)
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(heading => Number(heading.tagName[1]))")
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    ids = page.locator("[id]").evaluate_all("all => all.map(element => element.id)")
    assert len(ids) == len(set(ids))
    targets = page.locator("a[href^='#']").evaluate_all("all => all.map(link => link.getAttribute('href').slice(1))")
    assert set(targets) <= set(ids)
    assert page.get_by_role("table", name=f"Statements of {BRIDGE}").get_by_role("rowheader").count() == 3
