"""In a real browser: the rules beside the article lead to each other, and can be searched."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from annotation.labelstudio.seats import Seat
from annotation.page.label_config import label_config
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_article
from tests.browser import Annotator
from tests.corpora import REPOSITORY

SCRIPT = (REPOSITORY / "annotation" / "page" / "studio_pages" / "rules.js").read_text(encoding="utf-8")
SHOWN = ".page .right .rules:not(.quick-reference) > ul > li:visible"


def rule(annotator: Annotator, name: str) -> Locator:
    """A rule, where it is stated and can be seen."""
    title = annotator.page.locator("strong", has_text=re.compile(f"^{name}$"))
    return annotator.page.locator(".page .right .rules > ul > li:visible", has=title)


def panel(annotator: Annotator, title: str) -> Locator:
    header = annotator.page.locator(".ant-collapse-header", has_text=re.compile(f"^{title}$"))
    return annotator.page.locator(".page .right .ant-collapse-item", has=header)


def find(annotator: Annotator, words: str) -> Locator:
    """Types into the field above the rules; all rules that are then shown."""
    annotator.page.get_by_label("Find a rule").fill(words)
    return annotator.page.locator(SHOWN)


def test_the_id_of_a_rule_opens_its_panel_and_leads_to_it(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    expect(rule(annotator, "N4")).to_have_count(0)
    annotator.page.locator(".quick-reference a", has_text=re.compile("^N4$")).first.click()
    expect(rule(annotator, "N4").locator("strong").first).to_be_in_viewport()
    expect(rule(annotator, "N4")).to_be_focused()
    expect(panel(annotator, "Number").locator(".ant-collapse-header")).to_have_attribute("aria-expanded", "true")
    assert "#rule" not in annotator.page.url


def test_beside_a_span_the_id_of_a_rule_of_its_label_leads_to_it_and_the_span_stays_selected(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("2", "North Korea")
    annotator.page.locator(".rules:visible a", has_text=re.compile("^Q12$")).first.click()
    expect(rule(annotator, "Q12").locator("strong").first).to_be_in_viewport()
    expect(annotator.page.locator(".htx-highlight.__active")).not_to_have_count(0)


def test_beside_a_span_the_id_of_a_rule_of_another_section_unselects_it_and_leads_there(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("3", "North Korea")
    annotator.page.locator(".rules:visible a", has_text=re.compile("^H10$")).first.click()
    expect(rule(annotator, "H10").locator("strong").first).to_be_in_viewport()
    expect(annotator.page.locator(".htx-highlight.__active")).to_have_count(0)
    assert annotator.regions() > 0


def test_the_rules_are_found_by_their_words_and_by_their_id(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    before = annotator.page.locator(SHOWN).count()
    expect(find(annotator, "Apposition determiner")).to_have_count(1)
    expect(rule(annotator, "S2")).to_be_visible()
    expect(panel(annotator, "Hedge")).to_be_hidden()
    expect(find(annotator, "q1")).to_have_count(1)
    expect(rule(annotator, "Q1")).to_be_visible()
    expect(find(annotator, "zeppelin")).to_have_count(0)
    expect(annotator.page.get_by_text("No rule has these words.")).to_be_visible()
    annotator.press("Escape")
    expect(annotator.page.locator(SHOWN)).to_have_count(before)
    expect(panel(annotator, "Hedge")).to_be_visible()


def test_what_is_typed_into_the_search_marks_nothing(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.page.get_by_label("Find a rule").click()
    annotator.type_keys("2 boats")
    assert annotator.page.evaluate("Htx.annotationStore.selected.names.get('label').selectedLabels.length") == 0
    expect(annotator.page.get_by_label("Find a rule")).to_have_value("2 boats")


def test_a_link_among_what_was_found_ends_the_search(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    expect(find(annotator, "Q12")).to_have_count(1)
    rule(annotator, "Q12").locator("a", has_text=re.compile("^H7$")).click()
    expect(rule(annotator, "H7").locator("strong").first).to_be_in_viewport()
    expect(annotator.page.get_by_label("Find a rule")).to_have_value("")


def test_the_search_is_there_again_when_a_span_was_selected(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("3", "North Korea")
    expect(annotator.page.get_by_label("Find a rule")).to_be_hidden()
    annotator.press("Escape")
    expect(annotator.page.get_by_label("Find a rule")).to_be_visible()


def test_without_the_script_the_page_has_no_search() -> None:
    assert "find a rule" not in label_config().lower()


def test_the_script_holds_nothing_that_the_template_around_it_would_read() -> None:
    assert re.findall(r"\{\{|\{%|\{#|</script", SCRIPT) == []
