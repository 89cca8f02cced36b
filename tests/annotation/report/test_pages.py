"""A report of many events: one page of them, or a folder with a page of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from annotation.report import report
from annotation.report.report import INDEX, ReportOptions
from dataset.problem import Problem
from dataset.record.chosen_articles import ArticleChoice
from dataset.record.corpus import Corpus, open_corpus
from tests.annotation.report.opened import DESKTOP, show
from tests.annotation.report.retold import ALONE, ANONYMOUS, BRIDGE, EVENTS, FAIR, FULL, put_retold
from tests.benchmarks.corpora import write_record
from tests.contrasts import low_contrasts
from tests.dataset.tiny import article_row, put_jsonl

MANY = 25
"""Articles of five events."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return write_record(tmp_path_factory.mktemp("many") / "corpus", MANY)


@pytest.fixture
def retold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """Two events, short as they are, shown as events of a long report."""
    monkeypatch.setattr(report, "WHOLE", 1)
    return put_retold(tmp_path / "retold")


@pytest.fixture
def errors(page: Page) -> Iterator[list[str]]:
    seen: list[str] = []
    page.on("pageerror", lambda error: seen.append(str(error)))
    yield seen
    assert seen == []


def article_ids(page: Page) -> list[str]:
    return page.locator("article h3").all_inner_texts()


def test_a_long_report_begins_with_its_events_and_lays_none_out(page: Page, many: Corpus, errors: list[str]) -> None:
    show(page, many)
    rows = page.locator(".events tbody tr")
    expect(rows).to_have_count(5)
    assert [row.split("\t")[:2] for row in rows.all_inner_texts()] == [[f"e{n:07}", "5"] for n in range(5)]
    assert article_ids(page) == []
    expect(page.locator("#part")).to_be_hidden()
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()


def test_an_event_that_is_chosen_is_laid_out_alone(page: Page, many: Corpus, errors: list[str]) -> None:
    show(page, many)
    page.get_by_role("link", name="e0000001", exact=True).click()
    expect(page.locator("article")).to_have_count(5)
    assert article_ids(page) == [f"n{number:07}" for number in range(5, 10)]
    expect(page.get_by_role("heading", name="Agreement")).to_be_hidden()
    assert page.title().startswith("e0000001 · ")
    page.get_by_role("link", name="Next: e0000002").click()
    expect(page.locator("article h3").first).to_have_text("n0000010")
    assert len(article_ids(page)) == 5
    page.go_back()
    expect(page.locator("article h3").first).to_have_text("n0000005")
    page.get_by_role("link", name="All events").click()
    expect(page.get_by_role("heading", name="Agreement")).to_be_visible()
    assert article_ids(page) == []


def test_what_an_event_offers_works_after_another_one_was_open(page: Page, many: Corpus, errors: list[str]) -> None:
    show(page, many)
    for event in ("e0000003", "e0000004"):
        page.evaluate("event => { location.hash = `event=${event}`; }", event)
        expect(page.locator("#part h1")).to_have_text(event)
    mark = page.locator(".text .mark.m-quote").first
    mark.click()
    expect(page.locator(".note-card")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#details")).to_be_hidden()
    page.get_by_label("Search").fill("no such words at all")
    expect(page.locator("#found")).to_have_text(re.compile("^0 of"))


def test_an_address_of_a_label_opens_the_event_that_has_it(page: Page, many: Corpus, errors: list[str]) -> None:
    show(page, many)
    address = page.url
    page.goto("about:blank")
    page.goto(f"{address}#a12-0")
    expect(page.locator("#part h1")).to_have_text("e0000002")
    expect(page.locator("#a12-0")).to_be_in_viewport()


def test_an_address_that_names_nothing_shows_the_events(page: Page, many: Corpus, errors: list[str]) -> None:
    show(page, many)
    page.evaluate("location.hash = 'event=e0000001'")
    expect(page.locator("article")).to_have_count(5)
    for nothing in ("event=nowhere", "a999-1", "%22%3E"):
        page.evaluate("hash => { location.hash = hash; }", nothing)
        expect(page.locator("#events")).to_be_visible()


def test_the_matrix_of_an_event_keeps_its_filter_in_the_address(page: Page, retold: Corpus, errors: list[str]) -> None:
    show(page, retold)
    page.get_by_role("link", name=BRIDGE, exact=True).click()
    page.get_by_label("Speaker, and those").select_option("Rival")
    assert f"event={BRIDGE}" in page.url
    assert "speaker=Rival" in page.url
    address = page.url
    page.goto("about:blank")
    page.goto(address)
    expect(page.locator(".event output")).to_have_text(re.compile("^1 of 3 statements"))


def test_a_cell_leads_to_its_quote_and_back_and_no_text_runs(page: Page, retold: Corpus, errors: list[str]) -> None:
    show(page, retold)
    page.get_by_role("link", name=BRIDGE, exact=True).click()
    expect(page.locator(".event")).to_have_attribute("data-event", BRIDGE)
    page.locator(".matrix a.place").first.click()
    expect(page.locator(".back")).to_be_in_viewport()
    page.locator(".back").click()
    expect(page.locator(".matrix a.place").first).to_be_focused()
    assert page.locator("#part h1").inner_text() == BRIDGE
    assert "run" not in page.title()


def test_both_schemes_have_enough_contrast_in_the_table_of_events_and_in_an_event(
    chromium: Browser, retold: Corpus
) -> None:
    for scheme in ("light", "dark"):
        context = chromium.new_context(viewport=DESKTOP, color_scheme=scheme)  # type: ignore[arg-type]
        page = show(context.new_page(), retold)
        assert low_contrasts(page, "body", at_least=20) == []
        page.get_by_role("link", name=FAIR, exact=True).click()
        expect(page.locator("article")).to_have_count(1)
        assert low_contrasts(page, "body", at_least=20) == []
        context.close()


def test_a_short_report_and_one_of_a_single_event_are_whole(page: Page, many: Corpus, retold: Corpus) -> None:
    only = ReportOptions(choice=ArticleChoice(events=(BRIDGE,)))
    show(page, retold, only)
    assert article_ids(page) == sorted(article for article, event in EVENTS.items() if event == BRIDGE)
    assert page.locator("#part").count() == 0


def test_articles_without_an_event_are_a_page_of_some_at_a_time(
    retold: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "TOGETHER", 1)
    texts = {article: retold.text(article) for article in (FULL, ALONE)}
    rows = [article_row(article, text, None) for article, text in texts.items()]
    put_jsonl(retold.seeds / "articles.jsonl", rows)
    names = [part.name for part in report.parts(report.report(open_corpus(retold.root)))]
    assert names == ["no event, 1 to 1", "no event, 2 to 2"]


# A folder


def test_a_folder_has_a_page_an_event_and_an_index(page: Page, many: Corpus, tmp_path: Path, errors: list[str]) -> None:
    folder = tmp_path / "pages"
    report.write_folder(report.report(many), folder)
    assert sorted(path.name for path in folder.iterdir()) == [*(f"event-{n:03}.html" for n in range(1, 6)), INDEX]
    page.goto((folder / INDEX).as_uri())
    page.get_by_role("link", name="e0000002", exact=True).click()
    expect(page.locator("article")).to_have_count(5)
    assert article_ids(page) == [f"n{number:07}" for number in range(10, 15)]
    page.locator(".text .mark.m-quote").first.click()
    expect(page.locator(".note-card")).to_have_count(1)
    page.get_by_role("link", name="All events").click()
    expect(page.locator(".events tbody tr")).to_have_count(5)


def test_pages_that_a_report_no_longer_has_are_removed(many: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    report.write_folder(report.report(many), folder)
    fewer = ReportOptions(choice=ArticleChoice(events=("e0000003",)))
    report.write_folder(report.report(many, fewer), folder)
    assert sorted(path.name for path in folder.iterdir()) == ["event-001.html", INDEX]


def test_a_folder_with_something_else_in_it_is_left_as_it_is(many: Corpus, tmp_path: Path) -> None:
    (tmp_path / "event-009.html").write_text("mine", encoding="utf-8")
    with pytest.raises(Problem, match="is not a report"):
        report.write_folder(report.report(many), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["event-009.html"]


# What is chosen


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (ArticleChoice(events=(FAIR,)), [ALONE]),
        (ArticleChoice(outlets=("the echo",)), [FULL]),
        (ArticleChoice(outlets=("The Echo", "Newsline")), [ALONE, FULL]),
        (ArticleChoice(since="2031-05-02"), [ALONE, ANONYMOUS]),
        (ArticleChoice(until="2031-04"), [FULL]),
        (ArticleChoice(since="2031-05", until="2031-05-02"), [ALONE]),
        (ArticleChoice(outlets=("Newsline",), since="2031"), [ALONE]),
    ],
)
def test_articles_are_chosen_by_event_outlet_and_date(
    retold: Corpus, choice: ArticleChoice, expected: list[str]
) -> None:
    assert sorted(
        article.article.id for article in report.report(dated(retold), ReportOptions(choice=choice)).articles
    ) == (sorted(expected))


@pytest.mark.parametrize(
    ("choice", "what"),
    [
        (ArticleChoice(events=("brigde",)), "the corpus has no event brigde"),
        (ArticleChoice(outlets=("The Eco",)), "no article is by The Eco"),
        (ArticleChoice(since="May"), "May is not a date"),
        (ArticleChoice(since="2032"), "no article is of these events, outlets and dates"),
    ],
)
def test_what_is_not_there_is_named(retold: Corpus, choice: ArticleChoice, what: str) -> None:
    with pytest.raises(Problem) as failed:
        report.report(dated(retold), ReportOptions(choice=choice))
    assert failed.value.what == what


def dated(corpus: Corpus) -> Corpus:
    """The corpus with an outlet and a date of each article, but for one without either."""
    known = {FULL: ("The Echo", "2031-04-30"), ALONE: ("Newsline", "2031-05-02"), ANONYMOUS: (None, "2031-05-09")}
    rows = [
        article_row(article, corpus.text(article), event)
        | dict(zip(("outlet", "published"), known.get(article, (None, None)), strict=True))
        for article, event in EVENTS.items()
    ]
    put_jsonl(corpus.seeds / "articles.jsonl", rows)
    return open_corpus(corpus.root)
