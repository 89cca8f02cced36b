"""The report as a reader has it: a file in a real browser, by mouse, finger and keys, on a phone and on paper."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from playwright.sync_api import Browser, Page, expect

from annotation.report import report
from annotation.report.report import ReportOptions
from dataset.agreement import figures
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.notes import notes_frame, read_notes, write_notes
from dataset.record.rows import NoteRow, ShownArticleRow, ShownSpanRow, as_row, rows_of
from dataset.record.shown import ShownRows, shown_frames, write_shown
from tests.annotation.report.opened import DESKTOP, PHONE, show, tab_to
from tests.contrasts import low_contrasts
from tests.corpora import copy_of_the_seeds
from tests.dataset.agreement.test_sorting_figures import put_round
from tests.dataset.drawn import broken_rows
from tests.dataset.faults import FAULTS
from tests.dataset.tiny import (
    BLANK,
    LAYER,
    ONE,
    TEXTS,
    Rows,
    key,
    put_corpus,
    put_jsonl,
    put_layer,
    row_of,
    speaker,
    task,
    valid_rows,
)

SCRIPT = "script"
HOSTILE = "<script>document.title = 'run'</script> “<img src=x onerror=\"document.title='run'\">” & &amp; said Ann Bo"
QUOTED = "<img src=x onerror=\"document.title='run'\">"


def as_layer(rows: Rows, annotator: str, round_name: str = "r1") -> Rows:
    """The rows as another's work."""
    whose = {"round": round_name, "annotator": annotator}
    return {table: [{**row, **whose} for row in table_rows] for table, table_rows in rows.items()}


def other_rows() -> Rows:
    """What a second annotator has: a boundary, an attribute and a link differ, and a hedge is missing."""
    rows = valid_rows()
    rows["spans"] = [row for row in rows["spans"] if row["span_id"] not in ("ann", "may")]
    rows["spans"].append(speaker("ann", "Bo", "Ann Bo"))
    row_of(rows, "crossed")["quote_form"] = "mixed"
    rows["relations"] = [row for row in rows["relations"] if row["from_span"] not in ("may", "claim")]
    return rows


def hostile_rows() -> Rows:
    rows = valid_rows()
    start = HOSTILE.index(QUOTED)
    marked = {"span_id": "x", "label": "quote", "start": start, "end": start + len(QUOTED), "text": QUOTED}
    attributes = {"quote_form": "direct", "quote_source": "unnamed"}
    rows["tasks"].append(task(SCRIPT))
    rows["spans"].append(key(SCRIPT) | marked | BLANK | attributes)
    return rows


def put_gold(corpus: Corpus) -> None:
    put_layer(corpus, as_layer(valid_rows(), "adjudicator", "gold"), "gold")
    decided = {"round": "r1", "article_id": ONE, "to_span": None, "gold_span": "ann", "rule": "S2"}
    kept = {**decided, "annotator": "a1", "span_id": "ann", "outcome": "kept", "note": None}
    changed = {**decided, "annotator": "a2", "span_id": "ann", "outcome": "changed", "note": "the <b>whole</b> name"}
    put_jsonl(corpus.decisions, [kept, changed])


@pytest.fixture
def two(tmp_path: Path) -> Corpus:
    """Two annotators of four articles, one of which would run a script."""
    corpus = put_corpus(tmp_path / "two", {**TEXTS, SCRIPT: HOSTILE})
    put_layer(corpus, hostile_rows())
    put_layer(corpus, as_layer(other_rows(), "a2"), "r1/a2")
    return corpus


@pytest.fixture
def adjudicated(two: Corpus) -> Corpus:
    put_gold(two)
    return two


def quote_mark(page: Page, nth: int = 1) -> Any:
    return page.locator("#a1 .text").get_by_role("link", name=re.compile(f"^quote {nth},"))


# Questions


def ask(corpus: Corpus, question: str, answer: str | None, span: str | None = None) -> None:
    asked = {"span_id": span, "question": question, "answer": answer, "answered_at": None}
    note = as_row(key(ONE) | asked, NoteRow)
    write_notes(corpus, LAYER, notes_frame([*rows_of(read_notes(corpus, LAYER), NoteRow), note]))


def test_questions_to_the_lead_are_shown_with_their_answers_open_ones_first(page: Page, two: Corpus) -> None:
    ask(two, "Is <b>this</b> one?", "Yes.", "may")
    ask(two, "Which one?", None)
    show(page, two)
    listed = page.locator("#questions dl > div")
    expect(listed).to_have_count(2)
    expect(listed.nth(0)).to_contain_text("Which one?")
    expect(listed.nth(0)).to_contain_text("no answer yet")
    expect(listed.nth(1)).to_contain_text("“may”")
    expect(listed.nth(1)).to_contain_text("Is <b>this</b> one?")
    expect(listed.nth(1).locator("dd")).to_have_text("Yes.")


def test_where_nobody_asked_anything_there_is_no_such_part(page: Page, two: Corpus) -> None:
    show(page, two)
    expect(page.locator("#questions, nav a[href='#questions']")).to_have_count(0)


# Suggestions


def test_what_became_of_suggestions_is_shown_where_a_round_had_any(page: Page, two: Corpus) -> None:
    show(page, two)
    expect(page.locator("#suggestions, nav a[href='#suggestions']")).to_have_count(0)
    rows = ShownRows()
    helped = {**key(ONE), "suggester": "rules", "least": 0.0, "without": 0.2}
    rows.articles.append(as_row(helped, ShownArticleRow))
    for outcome in ("kept", "kept", "dropped"):
        span = {**BLANK, **key(ONE), "label": "speaker", "start": 0, "end": 3, "text": "Ann"}
        known: dict[str, Any] = {
            "span_id": f"s{len(rows.spans)}",
            "pattern": None,
            "score": 0.95,
            "changes": [],
            "seconds": None,
        }
        rows.spans.append(as_row({**span, **known, "outcome": outcome}, ShownSpanRow))
    write_shown(two, LAYER, shown_frames(rows))
    show(page, two)
    cells = page.locator("#suggestions tbody tr").first.locator("td")
    expect(cells).to_have_text(["speaker", "0.9 to 1.0", "3", "2", "0", "1", "0", re.compile(r"^0\.67 \(")])
    expect(page.locator("#suggestions")).to_contain_text("1 article with them, none without")


# The file


def test_the_page_asks_for_nothing_beside_itself(page: Page, two: Corpus) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    show(page, two)
    page.get_by_label("Draw all links").check()
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith("data:")] == [page.url]


def test_the_page_forbids_itself_the_network(page: Page, two: Corpus) -> None:
    show(page, two)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    failed = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', error => error.message)")
    assert failed == "Failed to fetch"
    assert asked == []


def test_an_article_with_a_script_shows_it_and_does_not_run_it(page: Page, two: Corpus) -> None:
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    show(page, two)
    assert page.title() == "Tiny: three articles · report"
    article = page.get_by_role("article", name=SCRIPT)
    expect(article.locator(".text")).to_contain_text("<script>document.title = 'run'</script>")
    expect(page.locator(".quotes .what", has_text="onerror")).to_have_text(QUOTED)
    assert page.locator("img").count() == 0
    assert dialogs == []


def test_the_text_is_shown_verbatim(page: Page, two: Corpus) -> None:
    show(page, two)
    shown = page.locator("#a1 .text").evaluate(
        "text => { const copy = text.cloneNode(true); copy.querySelectorAll('.mark').forEach(mark => mark.remove());"
        " return copy.textContent; }"
    )
    assert shown == TEXTS[ONE]


def test_no_script_of_the_page_fails(page: Page, adjudicated: Corpus) -> None:
    failed: list[str] = []
    page.on("pageerror", lambda error: failed.append(str(error)))
    page.on("console", lambda line: failed.append(line.text) if line.type == "error" else None)
    show(page, adjudicated)
    quote_mark(page).hover()
    page.get_by_label("Draw all links").check()
    page.get_by_label("Search").fill("bridge")
    assert failed == []


def test_the_same_record_gives_the_same_bytes_wherever_it_lies(tmp_path: Path) -> None:
    pages = set()
    for name in ("here", "there"):
        corpus = put_corpus(tmp_path / name)
        put_layer(corpus, valid_rows())
        put_layer(corpus, as_layer(other_rows(), "a2"), "r1/a2")
        put_gold(corpus)
        pages.add(report.page(report.report(corpus)))
    assert len(pages) == 1
    assert str(tmp_path) not in pages.pop()


def test_the_shipped_record_makes_a_small_page(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    assert report.write(report.report(copy_of_the_seeds(tmp_path / "corpus")), out) == out.stat().st_size
    assert out.stat().st_size < 500_000
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


# An article


def test_pointing_at_a_quote_shows_its_attributes_and_draws_its_links(page: Page, two: Corpus) -> None:
    show(page, two)
    expect(page.locator("#details")).to_be_hidden()
    quote_mark(page, 2).hover()
    expect(page.locator("#details-list")).to_contain_text("form direct")
    expect(page.locator("#details-list")).to_contain_text("said by speaker: Ann Bo")
    expect(page.locator("#a1 .text .linked").first).to_contain_text("Ann Bo")
    expect(page.locator("#a1 .curves .line.said_by")).to_have_count(1)
    page.mouse.move(5, 5)
    expect(page.locator("#details")).to_be_hidden()
    expect(page.locator("#a1 .curves path")).to_have_count(0)


def test_a_link_is_drawn_from_the_quote_to_its_speaker(page: Page, two: Corpus) -> None:
    show(page, two)
    quote_mark(page, 2).hover()
    ends = page.locator("#a1 .curves .line.said_by").evaluate(
        """line => {
            const matrix = line.getScreenCTM(), whole = line.getAttribute('d').match(/-?[\\d.]+/g).map(Number);
            const place = ([x, y]) => ({x: x + matrix.e, y: y + matrix.f});
            return [place(whole.slice(0, 2)), place(whole.slice(6, 8))];
        }"""
    )
    speaker_mark = page.locator("#a1 .text").get_by_role("link", name=re.compile("^speaker, entities Ann Bo"))
    for end, mark in zip(ends, (quote_mark(page, 2), speaker_mark), strict=True):
        box = mark.bounding_box()
        assert box["x"] - 1 <= end["x"] <= box["x"] + box["width"] + 1
        assert box["y"] - 6 <= end["y"] <= box["y"] + box["height"] + 6


def test_a_label_inside_others_shows_them_all_the_innermost_first(page: Page, two: Corpus) -> None:
    show(page, two)
    page.locator("#a1 .text .number", has_text="12,000").hover()
    cards = page.locator("#details-list .note-card > .phrase")
    expect(cards).to_have_text(["12,000", "that up to around 12,000 troops may cross"])


def test_tab_leads_through_the_labels_and_escape_closes(page: Page, two: Corpus) -> None:
    show(page, two)
    tab_to(page, "#a1 .mark.m-quote")
    expect(page.locator("#details-list")).to_contain_text("that up to around 12,000 troops may cross")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    expect(page.locator("#details-list")).to_contain_text("kind approximator")
    page.keyboard.press("Escape")
    expect(page.locator("#details")).to_be_hidden()


def test_a_tap_keeps_the_details_until_they_are_closed(phone: Page, two: Corpus) -> None:
    show(phone, two)
    phone.locator("#a1 .text .quote", has_text="that they crossed").tap()
    expect(phone.locator("#details-list")).to_contain_text("said by speaker: Moscow")
    box = phone.locator("#details").bounding_box()
    assert box
    assert box["y"] + box["height"] == PHONE["height"]
    phone.get_by_role("button", name="Close the details").tap()
    expect(phone.locator("#details")).to_be_hidden()


def test_all_links_can_be_drawn_at_once(page: Page, two: Corpus) -> None:
    show(page, two)
    page.get_by_label("Draw all links").check()
    drawn = {kind: page.locator(f"#a1 .curves .{kind}").count() for kind in ("said_by", "hedges", "continues")}
    assert drawn == {"said_by": 3, "hedges": 4, "continues": 1}
    page.get_by_label("Draw all links").uncheck()
    expect(page.locator(".curves path")).to_have_count(0)


def test_without_scripts_all_is_there_to_read(chromium: Browser, two: Corpus) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = show(context.new_page(), two)
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("#a1 .text")).to_contain_text("near the bridge")
    quote_mark(page).click()
    expect(page.locator("#a1-n1")).to_be_visible()
    expect(page.locator("#a1-n1")).to_contain_text("said by speaker: Kyiv")
    context.close()


# Who said what


def test_the_table_is_filtered_with_keys_alone(page: Page, two: Corpus) -> None:
    show(page, two)
    rows = page.locator(".quotes tbody tr:visible")
    expect(page.locator("#found")).to_have_text("5 of 5 quotes")
    tab_to(page, "#by-text")
    page.keyboard.type("BRIDGE")
    expect(page.locator("#found")).to_have_text("1 of 5 quotes")
    expect(rows).to_contain_text(["“We saw them,” … “near the bridge.”"])
    tab_to(page, "#filter button")
    page.keyboard.press("Enter")
    expect(page.locator("#found")).to_have_text("5 of 5 quotes")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Space")
    expect(page.locator("#found")).to_have_text("2 of 5 quotes")
    assert page.locator("#found").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize(
    ("field", "value", "left"),
    [
        ("Speaker", "Ukraine", ["that up to around 12,000 troops may cross"]),
        ("Form", "direct", ["“We saw them,” … “near the bridge.”", QUOTED]),
        ("Hedged", "yes", ["that up to around 12,000 troops may cross", "that they crossed"]),
        ("Hedged", "no", ["“We saw them,” … “near the bridge.”", QUOTED, "that thousands came"]),
    ],
)
def test_the_table_is_filtered_by(page: Page, two: Corpus, field: str, value: str, left: list[str]) -> None:
    show(page, two)
    page.get_by_label(field, exact=True).select_option(value)
    expect(page.locator(".quotes tbody tr:visible .what")).to_have_text(left)


def test_where_nothing_fits_it_is_said(page: Page, two: Corpus) -> None:
    show(page, two)
    page.get_by_label("Search").fill("no such words")
    expect(page.locator("#found")).to_have_text("0 of 5 quotes")
    expect(page.get_by_text("No quote is like this.")).to_be_visible()


def test_a_row_leads_to_its_quote(page: Page, two: Corpus) -> None:
    show(page, two)
    page.get_by_role("link", name=f"Quote 3 in {ONE}").click()
    expect(page.locator("#details-list")).to_contain_text("that they crossed")
    expect(quote_mark(page, 3)).to_be_focused()
    expect(quote_mark(page, 3)).to_be_in_viewport()


# Annotators


def test_disagreements_stand_side_by_side(page: Page, two: Corpus) -> None:
    show(page, two)
    states = page.locator(".versions .state").all_inner_texts()
    assert sorted(states) == ["attribute differs", "boundary differs", "link differs", "only a1"]
    row = page.locator(".versions tbody tr", has_text="boundary differs")
    expect(row.locator("td").nth(0).locator(".own")).to_have_text("Ann ")
    expect(row.locator("td").nth(1).locator(".s")).to_have_text("Bo")
    expect(page.locator(".versions li.differs")).to_have_text(
        ["said by “Kyiv”", "no link: said by “Kyiv”", "form: indirect", "form: mixed"]
    )


def test_with_gold_it_is_told_what_became_of_each_span(page: Page, adjudicated: Corpus) -> None:
    show(page, adjudicated)
    expect(page.locator(".lead")).to_contain_text("Layer gold, adjudicated")
    row = page.locator(".versions tbody tr", has_text="boundary differs")
    expect(row.locator(".decided")).to_have_text(["kept by S2", "changed by S2 the <b>whole</b> name"])
    expect(row.locator("td.gold .s")).to_have_text("Ann Bo")
    rule = row.get_by_role("link", name="S2").first
    assert "apposition" in (rule.get_attribute("title") or "")
    rule.click()
    expect(page.locator("#rule-S2")).to_be_in_viewport()


def test_the_ids_of_rules_that_the_page_names_are_told_from_the_words_around_them() -> None:
    runs = report.with_rules("As Q1, not Q12 or H10; SQ1.", ["Q1", "H10"])
    assert runs == [("As ", False), ("Q1", True), (", not Q12 or ", False), ("H10", True), ("; SQ1.", False)]


def test_agreement_is_drawn_with_its_intervals(page: Page, two: Corpus) -> None:
    agreed = figures.agreement(two, "r1").figures.filter(scope="all", measure="exact").row(0, named=True)
    show(page, two)
    plot = page.get_by_role("img", name=re.compile("exact F1"))
    expect(plot).to_contain_text(f"{agreed['value']:.2f} [{agreed['low']:.2f}, {agreed['high']:.2f}]")


def test_of_a_round_of_sorting_the_agreement_on_statements_is_drawn(page: Page, tmp_path: Path) -> None:
    corpus = put_round(tmp_path / "dam", "a1", "a2")
    show(page, corpus, ReportOptions(layer="gold", round="e1"))
    plot = page.get_by_role("img", name=re.compile("F1 of pairs"))
    expect(plot).to_contain_text("statements a1,a2")
    expect(plot).to_contain_text("1.00 [0.57, 1.00]")
    expect(page.get_by_role("img", name=re.compile("exact F1"))).to_have_count(0)


def test_figures_that_are_kept_and_fresh_are_not_drawn_anew(two: Corpus) -> None:
    agreed = figures.agreement(two, "r1")
    kept = agreed.figures.with_columns(value=0.125)
    figures.write(two, replace(agreed, figures=kept))
    assert report.report(two).figures == kept.to_dicts()
    put_layer(two, as_layer(valid_rows(), "a2"), "r1/a2")
    assert report.report(two).figures == figures.agreement(two, "r1").figures.to_dicts()


def test_one_annotator_alone_is_said_to_be_alone(page: Page, tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    put_layer(corpus, valid_rows())
    show(page, corpus)
    expect(page.locator("#side-by-side")).to_contain_text("no article here was submitted by two annotators of round r1")
    expect(page.locator("#agreement")).to_contain_text("only a1 has work in round r1, and agreement needs two")
    expect(page.locator(".versions")).to_have_count(0)
    expect(page.locator("#agreement svg")).to_have_count(0)


def test_progress_and_counts_are_told(page: Page, two: Corpus) -> None:
    show(page, two)
    expect(page.locator(".progress tbody tr").first).to_contain_text("a14310")
    expect(page.get_by_role("img", name="Labels: speakers 3; quotes 6; hedges 4; numbers 2")).to_be_visible()


# What is shown


def test_without_a_name_gold_is_shown_else_the_first_layer(two: Corpus) -> None:
    assert report.report(two).layer == "r1/a1"
    assert report.report(two, ReportOptions(layer="r1/a2")).layer == "r1/a2"
    put_gold(two)
    assert (report.report(two).layer, report.report(two).round) == ("gold", "r1")


def test_a_round_that_is_named_is_shown_though_there_is_gold_of_another(adjudicated: Corpus) -> None:
    put_layer(adjudicated, as_layer(valid_rows(), "a1", "r2"), "r2/a1")
    assert report.report(adjudicated, ReportOptions(round="r1")).layer == "gold"
    assert report.report(adjudicated, ReportOptions(round="r2")).layer == "r2/a1"


def test_a_limit_is_told_on_the_page(page: Page, two: Corpus) -> None:
    show(page, two, ReportOptions(limit=1))
    expect(page.locator("article")).to_have_count(1)
    expect(page.locator(".notice")).to_contain_text("This page shows 1 of 3 articles.")


def test_named_articles_alone_are_shown(two: Corpus) -> None:
    assert [shown.article.id for shown in report.report(two, ReportOptions(articles=(SCRIPT,))).articles] == [SCRIPT]
    with pytest.raises(Problem, match="no submitted article skipped"):
        report.report(two, ReportOptions(articles=("skipped",)))


def test_labels_that_do_not_fit_the_text_are_counted(page: Page, two: Corpus) -> None:
    rows = valid_rows()
    row_of(rows, "may")["end"] = 10_000
    put_layer(two, rows)
    show(page, two)
    expect(page.locator(".notice")).to_contain_text("1 label does not fit the text")


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_record_with_errors_can_be_looked_at(two: Corpus, fault: str) -> None:
    rows = valid_rows()
    FAULTS[fault](two, rows)
    put_layer(two, rows)
    assert report.page(report.report(two)).count("<article ") in (2, 3)


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(broken_rows())
def test_whatever_the_rows_hold_there_is_a_page_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("broken"))
    put_layer(corpus, rows)
    put_layer(corpus, as_layer(other_rows(), "a2"), "r1/a2")
    with suppress(Problem):
        assert report.page(report.report(corpus)).endswith("</html>")


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (ReportOptions(layer="r9/a1"), "the record has no layer r9/a1"),
        (ReportOptions(round="r9"), "the record has no work of round r9"),
    ],
)
def test_what_the_record_does_not_have_is_told(two: Corpus, wanted: ReportOptions, words: str) -> None:
    with pytest.raises(Problem, match=words):
        report.report(two, wanted)


def test_an_empty_record_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="the record has no labels to report on"):
        report.report(put_corpus(tmp_path))


def test_a_layer_of_skipped_articles_is_told(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    put_layer(corpus, {"tasks": [task(ONE, "skipped")]})
    with pytest.raises(Problem, match="nothing in r1/a1 was submitted"):
        report.report(corpus)


# For everybody


@pytest.mark.parametrize("view", ["desktop", "dark", "phone", "paper"])
def test_every_text_stands_out_from_its_ground(chromium: Browser, adjudicated: Corpus, view: str) -> None:
    context = chromium.new_context(
        viewport=PHONE if view == "phone" else DESKTOP,  # type: ignore[arg-type]
        color_scheme="dark" if view == "dark" else "light",
    )
    page = show(context.new_page(), adjudicated)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.locator("#a1 .text .number").first.click()
    page.evaluate("document.querySelectorAll('.text .s').forEach(span => span.classList.add('on'))")
    page.emulate_media(media="print" if view == "paper" else "screen")
    assert low_contrasts(page, "body", at_least=200) == []
    context.close()


def test_a_phone_does_not_scroll_sideways(phone: Page, adjudicated: Corpus) -> None:
    show(phone, adjudicated)
    phone.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert phone.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
    assert phone.evaluate("document.querySelector('.quotes').scrollWidth") <= PHONE["width"]


def test_on_paper_nothing_is_folded_or_filtered(page: Page, adjudicated: Corpus) -> None:
    show(page, adjudicated)
    page.get_by_label("Search").fill("bridge")
    page.emulate_media(media="print")
    expect(page.locator(".quotes tbody tr:visible")).to_have_count(4)
    expect(page.locator("#filter")).to_be_hidden()
    expect(page.locator("#a1-n0")).to_be_visible()
    expect(page.locator(".matched li").first).to_be_visible()
    expect(page.locator(".figures tbody tr").first).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator("#a1-n0")).to_be_hidden()


def test_paper_needs_no_script_to_show_what_is_folded(chromium: Browser, adjudicated: Corpus) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = show(context.new_page(), adjudicated)
    expect(page.locator("#a1-n0")).to_be_hidden()
    page.emulate_media(media="print")
    for folded in ("#a1-n0", ".matched li >> nth=0", ".figures td >> nth=0"):
        expect(page.locator(folded)).to_be_visible()
    context.close()


def test_headings_landmarks_and_tables_have_names(page: Page, adjudicated: Corpus) -> None:
    show(page, adjudicated)
    levels = page.locator("h1, h2, h3, h4").evaluate_all("all => all.map(heading => Number(heading.tagName[1]))")
    assert levels[0] == 1
    assert all(later - earlier <= 1 for earlier, later in pairwise(levels))
    for name in ("Articles", "Who said what", "Side by side", "Agreement in round r1", "Counts and progress"):
        expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    assert page.locator("th:not([scope])").count() == 0
    ids = page.locator("[id]").evaluate_all("all => all.map(element => element.id)")
    assert len(ids) == len(set(ids))
    targets = page.locator("a[href^='#']").evaluate_all("all => all.map(link => link.getAttribute('href').slice(1))")
    assert set(targets) <= set(ids)


def test_the_first_tab_skips_to_the_articles(page: Page, two: Corpus) -> None:
    show(page, two)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the articles")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("#articles")).to_be_focused()
