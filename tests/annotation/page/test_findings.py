"""In a real browser: what the checks find is shown before the work is submitted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from playwright.sync_api import Locator, Route, expect

from annotation.labelstudio.result import read_result
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull
from annotation.rounds.restore import RestoredArticles
from dataset.checks import acknowledged
from dataset.checks.suite import check_layer
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_text, pulled
from tests.browser import Annotator

TEXT = "👍 The mayor said on Monday that the bridge may close. Perhaps 40 buses will wait."


def strip(annotator: Annotator) -> Locator:
    return annotator.page.locator(".hedgerow-findings")


def summary(annotator: Annotator) -> Locator:
    return strip(annotator).locator(".summary")


def test_findings_are_counted_shown_one_by_one_and_gone_once_they_are_dealt_with(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    expect(summary(annotator)).to_have_text("4 to look at")
    annotator.mark("2", "that the bridge may close")
    expect(summary(annotator)).to_have_text("2 to correct · 3 to look at")
    expect(annotator.page.locator(".htx-highlight.hedgerow-wrong")).to_have_text("that the bridge may close")
    annotator.press("Escape")
    annotator.press("m")
    annotator.wait_until_selected("that the bridge may close")
    shown = strip(annotator).locator(".finding.shown")
    expect(shown).to_have_class("finding error shown")
    annotator.choose("w", "indirect")
    expect(summary(annotator)).to_have_text("1 to correct · 3 to look at")
    annotator.press("m")
    expect(shown.locator(".rules b")).to_have_text("Q9")
    expect(shown.locator(".right-example")).to_be_visible()
    annotator.press("m")
    annotator.press("m")
    annotator.press("m")
    pointed = "[...CSS.highlights.get('hedgerow-finding')].map(range => range.toString())"
    assert annotator.page.evaluate(pointed) == ["40"]  # after a sign that JavaScript counts as two
    annotator.click_words("bridge")
    annotator.wait_until_selected("that the bridge may close")
    annotator.choose("t", "source not named")
    expect(summary(annotator)).to_have_text("3 to look at")
    expect(annotator.page.locator(".hedgerow-wrong")).to_have_count(0)


def test_a_click_counts_where_the_server_answers_between_its_press_and_its_release(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    annotator.mark("2", "that the bridge may close")
    expect(summary(annotator)).to_have_text("2 to correct · 3 to look at")
    summary(annotator).hover()
    with annotator.page.expect_response("**/findings"):
        annotator.press("w")
        annotator.page.mouse.down()
    annotator.page.evaluate("() => new Promise(requestAnimationFrame)")
    annotator.page.mouse.up()
    expect(summary(annotator)).to_have_text("1 to correct · 3 to look at")
    expect(summary(annotator)).to_have_attribute("aria-expanded", "true")


def test_the_first_submission_shows_the_errors_and_the_second_submits(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, TEXT)
    annotator.mark("3", "may")
    annotator.press("q")
    annotator.press("q")
    annotator.page.keyboard.press("Control+Enter")  # at once: it waits for the checks
    expect(strip(annotator).locator(".how")).to_have_text("Submit again to submit it as it is.")
    expect(strip(annotator).locator(".finding.error")).to_be_visible()
    project = projects.existing(corpus, "r7", here)
    assert [task.work for task in map(read_task, here.studio.tasks(project))] == [[]]
    with annotator.page.expect_response(lambda answer: "/annotations" in answer.url) as stored:
        annotator.page.keyboard.press("Control+Enter")
    assert stored.value.ok
    assert pulled(corpus, here).spans["hedge_kind"].to_list() == [None]


def test_a_name_that_is_not_on_the_list_holds_nothing_back(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, "The mayor said nothing. The port said: “We wait.”")
    annotator.mark("2", "“We wait.”")
    annotator.choose("q", "direct")
    annotator.press("r")
    annotator.select("The port")
    annotator.press("/")
    annotator.type_keys("The old port")
    annotator.press("Enter")
    expect(summary(annotator)).to_have_text("Nothing to correct")
    summary(annotator).click()
    expect(strip(annotator).locator(".finding.note")).to_contain_text("The old port")
    with annotator.page.expect_response(lambda answer: "/annotations" in answer.url) as stored:
        annotator.button("Submit").click()
    assert stored.value.ok
    assert pulled(corpus, here).spans["speaker_entities"].to_list()[0] == ["The old port"]


def test_what_is_ticked_as_right_stays_ticked_in_the_draft_and_can_be_undone(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, "Perhaps the bus waits.")
    annotator.press("m")
    with annotator.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method == "POST"):
        strip(annotator).get_by_label("right as it stands").click()
    expect(summary(annotator)).to_have_text("Nothing to correct")
    annotator.page.reload()
    annotator.wait_for_article()
    expect(summary(annotator)).to_have_text("Nothing to correct")
    summary(annotator).click()
    strip(annotator).get_by_label("right as it stands").uncheck()
    expect(summary(annotator)).to_have_text("1 to look at")


def test_where_the_server_does_not_check_the_page_says_so_and_submits(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=404, body="{}")

    annotator.page.route("**/hedgerow/tasks/*/findings", refuse)
    corpus, here = open_text(new_corpus, annotator, TEXT)
    expect(summary(annotator)).to_have_text("Not checked: the server did not answer")
    annotator.mark("2", "that the bridge may close")
    with annotator.page.expect_response(lambda answer: "/annotations" in answer.url) as stored:
        annotator.button("Submit").click()
    assert stored.value.ok
    assert pulled(corpus, here).spans.height == 1


def test_what_was_ticked_is_an_acknowledgement_of_that_layer_and_comes_back_with_it(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, "Perhaps the bus waits.")
    annotator.press("m")
    strip(annotator).get_by_label("right as it stands").click()
    annotator.submit()
    layer = pulled(corpus, here)
    findings = check_layer(corpus, layer)
    assert [finding.severity for finding in findings] == ["warning"]
    assert acknowledged.judge(corpus, findings, whole=True).open == []
    elsewhere = [replace(finding, layer="r7/a9") for finding in findings]
    assert acknowledged.judge(corpus, elsewhere, whole=True).open == elsewhere
    ((code, reason),) = acknowledged.read(corpus, "r7/a2").select("code", "reason").iter_rows()
    assert (code, "a2" in reason) == (findings[0].code, True)
    restored = RestoredArticles(corpus, layer).on("text").result
    assert read_result(restored, corpus.text("text")).ticked == [(code, "0:7 Perhaps")]
    assert not pull.pull(corpus, "r7", [here], accept_removals=False, tell=print).changed
