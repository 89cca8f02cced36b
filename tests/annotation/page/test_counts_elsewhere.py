"""In a real browser: what each label takes where the page's script does nothing, as on another Label Studio."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import open_article
from tests.annotation.page.test_labelling import (
    COUNTED,
    DIRECTORATE,
    QUOTE,
    SPEAKER,
    WITHOUT_A_MEMBER,
    entity_key,
)
from tests.browser import Annotator
from tests.corpora import REPOSITORY

ELSEWHERE = {
    "a speaker, with the name": 3,
    "a quote, with its form": 3,
    "a quote, with its form and the link to a marked speaker": 5,
    "a quote with its form, its speaker with the name, and their link": 10,
    "a hedge, with its kind": 3,
    "“12,000”, with kind, value and the unit “troops”": 18,
}
README = REPOSITORY / "annotation" / "README.md"


class Plainly:
    """Labels as the page says for another Label Studio, and counts."""

    def __init__(self, annotator: Annotator, name_key: str) -> None:
        self.annotator, self.page, self.name_key = annotator, annotator.page, name_key

    def speaker(self) -> None:
        self.annotator.mark("1", SPEAKER)
        self.annotator.choose(self.name_key, DIRECTORATE)

    def quote(self) -> None:
        self.annotator.mark("2", QUOTE)
        self.annotator.choose("w", "indirect")

    def link(self) -> None:
        links = self.page.evaluate("Htx.annotationStore.selected.relationStore.relations.length")
        self.annotator.press("r")  # of the accounts here; elsewhere Alt+R
        self.annotator.click_words(SPEAKER)
        self.page.wait_for_function(
            "before => Htx.annotationStore.selected.relationStore.relations.length > before", arg=links
        )

    def quote_of_marked_speaker(self) -> None:
        self.quote()
        self.link()

    def quote_and_speaker(self) -> None:
        self.quote()
        self.annotator.press("Escape")
        self.speaker()
        self.annotator.click_words("undergoing training")
        self.annotator.wait_until_selected(QUOTE)
        self.link()

    def hedge(self) -> None:
        self.annotator.mark("3", "approximately")
        self.annotator.choose("e", "approximator")

    def number(self) -> None:
        self.annotator.mark("4", "12,000")
        self.annotator.choose("q", "count")
        for placeholder, typed in (("value: ", "12000"), ("unit: ", "troops")):
            field = self.page.get_by_placeholder(placeholder).locator("visible=true")
            self.annotator.clicks += 1
            field.click()
            self.annotator.type_keys(typed)
            self.annotator.press("Enter")
            expect(field).to_have_count(0)

    def actions_of(self, do: Callable[[], None]) -> int:
        """How many keys, drags and clicks it takes with nothing selected."""
        self.page.keyboard.press("Escape")
        before = sum(self.annotator.actions)
        do()
        return sum(self.annotator.actions) - before

    def begin_anew(self) -> None:
        self.page.evaluate("Htx.annotationStore.selected.regions.slice().forEach(region => region.deleteRegion())")
        expect(self.page.locator("[data-start]")).to_have_count(0)


def test_without_the_pages_script_each_label_takes_as_much_or_more_and_the_readme_says_how_much(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    annotator.page.add_init_script(f"{WITHOUT_A_MEMBER} window.hidden = 'isReadOnly';")
    open_article(seeds, who, annotator)
    expect(annotator.page.locator("html[data-hedgerow]")).to_have_count(0)
    plainly = Plainly(annotator, entity_key(seeds, DIRECTORATE))
    apart, together, hedge, number = plainly.speaker, plainly.quote_and_speaker, plainly.hedge, plainly.number
    counts = [plainly.actions_of(apart), plainly.actions_of(plainly.quote)]
    plainly.begin_anew()
    plainly.speaker()
    counts.append(plainly.actions_of(plainly.quote_of_marked_speaker))
    plainly.begin_anew()
    counts += map(plainly.actions_of, (together, hedge, number))
    assert dict(zip(COUNTED, counts, strict=True)) == ELSEWHERE


def test_the_readme_has_both_counts_beside_each_other() -> None:
    text = README.read_text(encoding="utf-8")
    for what, (_, counted) in COUNTED.items():
        assert f"| {' | '.join(map(str, [what, *counted, sum(counted), ELSEWHERE[what]]))} |" in text
        assert ELSEWHERE[what] >= sum(counted)
