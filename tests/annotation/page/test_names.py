"""In a real browser: who a speaker is takes few keys, however many names an event has."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, expect

from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_article, open_text, pulled
from tests.browser import Annotator

TEXT = "Ilsa Brandt, the mayor, said it rains. “We wait,” she said. The harbour said no."


def rows(annotator: Annotator) -> Locator:
    return annotator.page.locator(".names .lsf-choice__item:visible")


def test_three_actions_mark_a_speaker_with_a_registered_name(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_text(new_corpus, annotator, TEXT)
    annotator.mark("1", "Ilsa Brandt, the mayor")
    expect(annotator.page.locator(".names .fits input")).to_have_attribute("name", "Ilsa Brandt")
    annotator.press("Enter")
    expect(annotator.page.locator(".names input:checked:visible")).to_have_attribute("name", "Ilsa Brandt")
    assert annotator.actions == (2, 1, 0)
    annotator.mark("1", "she")
    expect(annotator.page.locator(".names .fits input")).to_have_attribute("name", "Ilsa Brandt")
    annotator.press("Enter")
    annotator.submit()
    assert pulled(corpus, here).spans.select("text", "speaker_entities").rows() == [
        ("Ilsa Brandt, the mayor", ["Ilsa Brandt"]),
        ("she", ["Ilsa Brandt"]),
    ]


def test_names_are_filtered_by_what_is_typed_eight_at_most_and_by_their_aliases(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("1", "North Korea")
    expect(rows(annotator)).to_have_count(8)
    expect(annotator.page.locator(".hedgerow-more:visible")).to_have_text("4 more: type to find them")
    annotator.press("/")
    annotator.type_keys("kor for")
    expect(rows(annotator)).to_have_text(["Ministry of Foreign Affairs (North Korea)[s]"])
    annotator.press("Escape")
    entities = seeds.speakers[seeds.by_id["001_db3276e140bb1d05"]["event_id"] or ""]
    name, alias = next((name, alias) for name, aliases in entities.items() for alias in aliases if alias not in name)
    annotator.press("/")
    annotator.type_keys(alias)
    expect(annotator.page.locator(".names .fits input")).to_have_attribute("name", name)
    annotator.press("Enter")
    assert annotator.results("North Korea")["speaker_entities"] == [name]


def test_a_name_that_is_not_listed_is_written_also_when_the_field_is_left(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_text(new_corpus, annotator, TEXT)
    annotator.mark("1", "The harbour")
    annotator.press("Enter")  # no name fits the words: the field is next
    expect(annotator.page.locator(".hedgerow-filter:visible")).to_be_focused()
    annotator.type_keys("Old Harbour")
    expect(annotator.page.locator(".hedgerow-more:visible")).to_contain_text("not on the list")
    annotator.press("Enter")
    assert annotator.results("The harbour")["speaker_other"] == ["Old Harbour"]
    annotator.mark("1", "she")
    annotator.press("/")
    annotator.type_keys("A stranger")
    annotator.click_words("rains")
    assert annotator.results("she")["speaker_other"] == ["A stranger"]
