"""In a real browser: an annotator labels an article, and the pull brings exactly that."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from annotation import guidelines
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, push
from dataset.record.corpus import Corpus
from dataset.record.notes import read_notes
from dataset.scheme import vocabulary
from tests.annotation.page.opened import ARTICLE, open_article, open_port, pulled, pushed
from tests.browser import Annotator
from tests.corpora import REPOSITORY

SCRIPTS = REPOSITORY / "annotation" / "page" / "studio_pages"
SPEAKER = "Ukrainian military intelligence"
DIRECTORATE = "Main Directorate of Intelligence (Ukraine)"
QUOTE = (
    "that approximately 12,000 North Korean troops, including 500 officers and three generals, "
    "were already in Russia and undergoing training at five military bases"
)
WORDS = {"speaker": SPEAKER, "quote": QUOTE, "hedge": "approximately", "number": "12,000"}
# A family with joiners, a flag, CRLF, a no-break space, doubled blanks, a combining mark, a tab, and a look of HTML.
ODD = (
    " 👨\u200d👩\u200d👧 The port 🇳🇴 said:\r\n\r\n“We  may lose <b>&amp;</b> about 40 cafe\u0301s,”"
    " Ilsa\xa0Brandt wrote.\r\nTabs\tand  blanks: 1,200 to 1,500 ships.\r\n"
)


def entity_key(corpus: Corpus, name: str) -> str:
    """The key that the page gives a name."""
    data = push.task(corpus, ARTICLE)["data"]
    return str(next(entity["hotkey"] for entity in data["entities"] if entity["value"] == name))


def mark_speaker(seeds: Corpus, annotator: Annotator) -> None:
    annotator.mark("1", SPEAKER)
    annotator.choose(entity_key(seeds, DIRECTORATE), DIRECTORATE)


def mark_quote(seeds: Corpus, annotator: Annotator) -> None:
    annotator.mark("2", QUOTE)
    annotator.choose("w", "indirect")


def mark_quote_of_marked_speaker(seeds: Corpus, annotator: Annotator) -> None:
    mark_quote(seeds, annotator)
    annotator.press("r")
    annotator.click_words(SPEAKER)


def mark_quote_and_speaker(seeds: Corpus, annotator: Annotator) -> None:
    mark_quote(seeds, annotator)
    annotator.press("r")
    annotator.select(SPEAKER)
    annotator.choose(entity_key(seeds, DIRECTORATE), DIRECTORATE)


def mark_hedge(seeds: Corpus, annotator: Annotator) -> None:
    annotator.mark("3", "approximately")
    annotator.wait_for_preset()


def mark_number(seeds: Corpus, annotator: Annotator) -> None:
    annotator.mark("4", "12,000")
    annotator.take_preset()


def test_all_four_labels_their_attributes_and_a_link(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    mark_quote_and_speaker(seeds, annotator)
    mark_hedge(seeds, annotator)
    mark_number(seeds, annotator)
    annotator.submit()
    layer, text = pulled(seeds, who), seeds.text(ARTICLE)
    spans = {row["label"]: row for row in layer.spans.iter_rows(named=True)}
    places = {label: (text.index(words), text.index(words) + len(words)) for label, words in WORDS.items()}
    assert {label: (row["start"], row["end"]) for label, row in spans.items()} == places
    assert {label: row["text"] for label, row in spans.items()} == WORDS
    assert layer.spans.height == 4
    assert spans["speaker"]["speaker_entities"] == [DIRECTORATE]
    assert (spans["quote"]["quote_form"], spans["quote"]["quote_source"]) == ("indirect", "linked")
    assert spans["hedge"]["hedge_kind"] == "approximator"
    assert [spans["number"][f"number_{name}"] for name in ("kind", "value", "low", "unit")] == [
        "count",
        "12000",
        12000,
        "troops",
    ]
    links = {
        (row["type"], row["from_span"], row["to_span"], row["derived"]) for row in layer.relations.iter_rows(named=True)
    }
    ids = {label: row["span_id"] for label, row in spans.items()}
    assert links == {("said_by", ids["quote"], ids["speaker"], False), ("hedges", ids["hedge"], ids["number"], True)}
    assert not layer.findings.height


def delete_all(annotator: Annotator) -> None:
    annotator.press("Escape")
    annotator.page.evaluate("[...Htx.annotationStore.selected.regions].forEach(region => region.deleteRegion())")
    expect(annotator.page.locator("[data-start]")).to_have_count(0)


COUNTED: dict[str, tuple[Callable[[Corpus, Annotator], None], tuple[int, int, int]]] = {
    "a speaker, with the name": (mark_speaker, (2, 1, 0)),
    "a quote, with its form": (mark_quote, (2, 1, 0)),
    "a quote, with its form and the link to a marked speaker": (mark_quote_of_marked_speaker, (3, 1, 1)),
    "a quote with its form, its speaker with the name, and their link": (mark_quote_and_speaker, (4, 2, 0)),
    "a hedge, with its kind": (mark_hedge, (1, 1, 0)),
    "“12,000”, with kind, value and the unit “troops”": (mark_number, (2, 1, 0)),
}


def test_few_keys_drags_and_clicks_do_each_label(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    for what, (do, counted) in COUNTED.items():
        if "marked speaker" in what:
            mark_speaker(seeds, annotator)
        before = annotator.actions
        do(seeds, annotator)
        assert tuple(after - then for after, then in zip(annotator.actions, before, strict=True)) == counted, what
        delete_all(annotator)


@pytest.mark.parametrize("what", COUNTED)
def test_the_page_for_annotators_tells_the_count(what: str) -> None:
    counted = COUNTED[what][1]
    row = " | ".join(map(str, [what, *counted, sum(counted)]))
    assert f"| {row} |" in (REPOSITORY / "annotation" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("way", ["stream", "task"])
def test_offsets_are_exact_in_a_text_that_is_hard_to_show(
    way: str, new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus = new_corpus({"odd": ODD})
    here = pushed(corpus)
    project = projects.existing(corpus, "r7", here)
    if way == "stream":
        annotator.open_stream(project)
    else:
        annotator.open_task(project, next(map(read_task, here.studio.tasks(project))).id)
    quote = "“We  may lose <b>&amp;</b> about 40 cafe\u0301s,”"
    port = "👨\u200d👩\u200d👧 The port 🇳🇴"
    annotator.mark("2", quote)
    annotator.choose("q", "direct")
    annotator.choose("t", "source not named")
    annotator.press("r")
    annotator.select("Ilsa\xa0Brandt")
    annotator.choose("w", "Ilsa Brandt")
    annotator.mark("1", port)
    annotator.press("Enter")
    annotator.type_keys("Somebody Else; The harbour union")
    annotator.press("Enter")
    annotator.mark("3", "may")
    annotator.choose("q", "modal")
    annotator.mark("3", "about")
    annotator.wait_for_preset()
    annotator.mark("4", "40")
    annotator.take_preset()
    expect(annotator.page.get_by_placeholder("unit: ")).to_be_focused()
    annotator.type_keys("cafés")
    annotator.press("Enter")
    annotator.change_value("39..40")
    annotator.mark("4", "1,200 to 1,500")
    annotator.wait_for_preset()
    annotator.choose("t", "measure")
    annotator.submit()
    layer = pulled(corpus, here)
    wanted = [port, quote, "may", "about", "40", "Ilsa\xa0Brandt", "1,200 to 1,500"]
    spans = list(layer.spans.iter_rows(named=True))
    assert [(row["start"], row["text"]) for row in spans] == [(ODD.index(words), words) for words in wanted]
    assert spans[0]["speaker_entities"] == ["Somebody Else", "The harbour union"]
    assert spans[5]["speaker_entities"] == ["Ilsa Brandt"]
    assert (spans[1]["quote_form"], spans[1]["quote_source"]) == ("direct", "unnamed")
    assert [row["hedge_kind"] for row in spans[2:4]] == ["modal", "approximator"]
    assert [(row["number_kind"], row["number_value"], row["number_unit"]) for row in (spans[4], spans[6])] == [
        ("count", "39..40", "cafés"),
        ("measure", "1200..1500", "ships"),
    ]
    assert ("said_by", spans[1]["span_id"], spans[5]["span_id"]) in set(
        layer.relations.select("type", "from_span", "to_span").iter_rows()
    )
    assert not layer.findings.height


@pytest.mark.parametrize("way", ["stream", "task"])
def test_text_names_and_rules_stand_side_by_side_above_the_fold(
    way: str, seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    if way == "stream":
        annotator.open_stream(projects.existing(seeds, "r7", who))
    else:
        open_article(seeds, who, annotator)
    assert 60 <= max(annotator.line_lengths()) <= 90
    annotator.mark("1", "North Korea")
    page = annotator.page
    boxes = page.locator(".names input[type=checkbox]:visible").all()
    assert len(boxes) == 8
    for box in boxes:
        expect(box).to_be_in_viewport(ratio=1)
    expect(page.get_by_placeholder("other name; another").locator("visible=true")).to_be_in_viewport(ratio=1)
    # Its first lines are seen; examples and all need not be.
    expect(page.get_by_text("Mark the mention closest").locator("visible=true")).to_be_in_viewport()
    for label in ("speaker", "quote", "hedge", "number"):
        expect(page.locator(".left").get_by_text(label, exact=True).first).to_be_in_viewport()
    article = page.locator(".page .article").bounding_box()
    assert article and article["y"] + article["height"] < page.locator(".lsf-bottombar").bounding_box()["y"]  # type: ignore[index]
    assert page.evaluate("document.scrollingElement.scrollHeight <= innerHeight")


@pytest.mark.parametrize(
    ("key", "words", "rule", "example"),
    [
        ("1", "North Korea", "S1", "The captain sat down. s He Pip Longwater said q the boat was safe."),
        ("2", "North Korea", "Q1", "q “We will rebuild,” said s the mayor."),
        ("3", "North Korea", "H1", "The dam h may have cracked."),
        ("4", "North Korea", "N1", "n 14,000 count 14000 seals grey seals came."),
    ],
)
def test_the_rules_of_a_label_are_beside_a_span_of_it(
    key: str, words: str, rule: str, example: str, seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark(key, words)
    expect(annotator.page.locator("strong:visible", has_text=rule).first).to_be_in_viewport()
    expect(annotator.page.locator(".right-example:visible", has_text=example)).to_have_count(1)
    assert annotator.page.locator(".right-example:visible").count() > 3
    version = f"Guidelines {guidelines.version()}"
    expect(annotator.page.locator(".version:visible", has_text=version)).to_have_count(1)


def test_the_quick_reference_fits_one_screen(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    panel = annotator.page.locator(".right .ant-collapse-item", has_text="Quick reference").first
    panel.evaluate("panel => panel.scrollIntoView()")
    expect(panel.locator(".quick-reference")).to_be_in_viewport(ratio=1)
    shown, column = panel.bounding_box(), annotator.page.locator(".page .right").bounding_box()
    assert shown
    assert column
    assert column["y"] - 1 <= shown["y"]
    assert shown["y"] + shown["height"] <= column["y"] + column["height"] + 1


def test_white_space_is_shown_as_it_is(new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator) -> None:
    corpus = new_corpus({"odd": ODD})
    annotator.open_stream(projects.existing(corpus, "r7", pushed(corpus)))
    assert "We  may lose <b>&amp;</b>" in annotator.page.locator(".lsf-htx-richtext").inner_text()


def test_a_hedge_and_a_number_stay_distinct_inside_a_quote(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    mark_hedge(seeds, annotator)
    mark_number(seeds, annotator)
    mark_quote(seeds, annotator)
    mark_speaker(seeds, annotator)
    lines = annotator.page.evaluate(
        "[...document.querySelectorAll('[data-label]')].map(span => [span.dataset.label.split(':')[1],"
        " getComputedStyle(span).textDecorationLine, getComputedStyle(span).textDecorationStyle])"
    )
    assert sorted(lines) == [
        ["hedge", "underline", "wavy"],
        ["number", "underline", "double"],
        ["quote", "none", "solid"],
        ["speaker", "underline", "solid"],
    ]


def test_a_label_key_begins_a_new_span_and_leaves_the_selected_one_as_it_is(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    mark_speaker(seeds, annotator)
    mark_hedge(seeds, annotator)
    annotator.click_words(SPEAKER)
    annotator.press("4")
    annotator.submit()
    assert sorted(pulled(seeds, who).spans["label"]) == ["hedge", "speaker"]


NAMES = ["Anna", "Bert", "Carl", "Dora", "Emil", "Frida", "Georg", "Hanna", "Ivar", "Jonas", "Klara", "Lars"]
# For each ordered pair of labels a word that is marked as the first and relabelled as the second.
PAIRS = dict(zip(NAMES, itertools.permutations(vocabulary.LABELS, 2), strict=True))


def open_names(new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator) -> tuple[Corpus, Seat, int, int]:
    """A corpus with the article “Anna Bert …”, whose it is, and the project and task that the page has open."""
    corpus = new_corpus({"names": " ".join(NAMES)})
    here = pushed(corpus)
    project = projects.existing(corpus, "r7", here)
    task = next(map(read_task, here.studio.tasks(project))).id
    annotator.open_task(project, task)
    return corpus, here, project, task


def mark_with_all_keys(annotator: Annotator, label: str, name: str) -> None:
    """Marks a name, and presses the keys of every label's choices."""
    annotator.mark(str(vocabulary.LABELS.index(label) + 1), name)
    for key in "qweta":
        annotator.press(key)
    assert annotator.ticked()


def test_a_relabelled_span_keeps_nothing_of_its_first_label(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here, project, task = open_names(new_corpus, annotator)
    for name, (first, second) in PAIRS.items():
        mark_with_all_keys(annotator, first, name)
        before = annotator.results(name)
        annotator.relabel(second)
        assert (annotator.ticked(), annotator.results(name)) == ([], {"label": [second]}), (first, second)
        annotator.undo_and_redo("Control+z", name, before)
        annotator.undo_and_redo("Control+Shift+z", name, {"label": [second]})
    annotator.submit()
    assert sent(here, project) == {name: {"label": [second]} for name, (_, second) in PAIRS.items()}
    rows = pulled(corpus, here).spans.drop("span_id", "start", "end").iter_rows(named=True)
    assert {row["text"]: row["label"] for row in rows} == {name: second for name, (_, second) in PAIRS.items()}

    annotator.open_task(project, task)
    for name, (first, _) in PAIRS.items():
        annotator.click_words(name)
        annotator.wait_until_selected(name)
        annotator.press("q")
        annotator.relabel(first)
        assert annotator.ticked() == []
    annotator.update()
    assert sent(here, project) == {name: {"label": [first]} for name, (first, _) in PAIRS.items()}


def sent(here: Seat, project: int) -> dict[str, dict[str, list[str]]]:
    """What the server holds of the only task: by the article's words, the values of each control."""
    (task,) = map(read_task, here.studio.tasks(project))
    (work,) = task.work
    held: dict[str, dict[str, list[str]]] = {}
    for item in work.result:
        value = item["value"]
        words = " ".join(NAMES)[value["start"] : value["end"]]
        held.setdefault(words, {})[item["from_name"]] = value.get("labels") or value.get("choices") or value["text"]
    return held


def test_a_typed_value_goes_with_its_label(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    _, here, project, _ = open_names(new_corpus, annotator)
    annotator.mark("4", "Anna")
    annotator.number("q", "12", "ships")
    annotator.relabel("speaker")
    annotator.press("Enter")
    annotator.type_keys("Somebody")
    annotator.relabel("number")
    annotator.mark("1", "Bert")
    annotator.press("Enter")
    annotator.type_keys("Somebody Else")
    annotator.relabel("hedge")
    annotator.relabel("speaker")
    expect(annotator.page.get_by_placeholder("other name; another")).to_be_visible()
    annotator.submit()
    assert sent(here, project) == {"Anna": {"label": ["number"]}, "Bert": {"label": ["speaker"]}}


def test_a_label_key_right_after_a_span_was_selected_begins_a_new_span(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_names(new_corpus, annotator)
    annotator.mark("2", "Anna")
    annotator.page.evaluate(
        "(() => { const work = Htx.annotationStore.selected; work.selectArea(work.regions[0]);"
        " document.dispatchEvent(new KeyboardEvent('keydown', {key: '1', keyCode: 49, bubbles: true}));"
        " document.dispatchEvent(new KeyboardEvent('keyup', {key: '1', keyCode: 49, bubbles: true})); })()"
    )
    # Later than what Label Studio does after a selection.
    annotator.page.evaluate("new Promise(done => setTimeout(() => setTimeout(done)))")
    annotator.select("Bert")
    annotator.submit()
    held = annotator.page.evaluate("Htx.annotationStore.selected?.serializeAnnotation().map(item => item.value.labels)")
    assert held == [["quote"], ["speaker"]]


def test_the_keys_of_choices_do_what_a_click_on_what_is_shown_does(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    _, here, project, _ = open_names(new_corpus, annotator)
    annotator.press("q")
    annotator.mark("1", "Anna")
    annotator.choose("w", "Ilsa Brandt")
    annotator.press("Escape")
    # The key comes before the page has shown the values of the span, and from a keyboard that writes Cyrillic.
    annotator.page.evaluate(
        "(() => { const work = Htx.annotationStore.selected; work.selectArea(work.regions[0]);"
        " document.dispatchEvent(new KeyboardEvent('keydown', {key: 'й', keyCode: 81, bubbles: true})); })()"
    )
    expect(annotator.page.locator(".card input:checked:visible")).to_have_count(2)
    annotator.mark("3", "Bert")
    annotator.page.evaluate("document.dispatchEvent(new KeyboardEvent('keydown', {key: 'й', keyCode: 81}))")
    annotator.relabel("speaker")
    annotator.submit()
    assert sent(here, project) == {
        "Anna": {"label": ["speaker"], "speaker_entities": ["Port of Lomma", "Ilsa Brandt"]},
        "Bert": {"label": ["speaker"]},
    }


def test_two_spans_that_are_relabelled_together_keep_nothing(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    _, here, project, _ = open_names(new_corpus, annotator)
    for name, key in (("Anna", "q"), ("Bert", "w")):
        annotator.mark("3", name)
        annotator.press(key)
    annotator.page.keyboard.down("Control")
    annotator.click_words("Anna")
    annotator.page.keyboard.up("Control")
    annotator.page.wait_for_function("Htx.annotationStore.selected.selectedRegions.length == 2")
    annotator.relabel("quote")
    annotator.submit()
    assert sent(here, project) == {"Anna": {"label": ["quote"]}, "Bert": {"label": ["quote"]}}


def test_a_value_is_typed_on_the_number_pad(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    _, here, project, _ = open_names(new_corpus, annotator)
    annotator.mark("4", "Anna")
    annotator.press("Enter")
    expect(annotator.page.get_by_placeholder("value: ")).to_be_focused()
    for digit in (1, 2):
        annotator.press_on_number_pad(digit)
    expect(annotator.page.get_by_placeholder("value: ")).to_have_value("12")
    annotator.press("Enter")
    annotator.submit()
    assert sent(here, project) == {"Anna": {"label": ["number"], "number_value": ["12"]}}


HANDLE = "(() => { const box = document.querySelector('.__active .__resize_right').getBoundingClientRect();"
HANDLE += " return [box.x + box.width / 2, box.y + box.height / 2]; })()"


def test_a_span_snaps_to_whole_words_and_says_so(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_port(new_corpus, annotator)
    annotator.mark("1", "dam Schiff, m")
    expect(annotator.page.get_by_role("status").filter(has_text="Adam Schiff")).to_be_visible()
    annotator.mark("1", "Kyiv's ")
    annotator.mark("4", "2,0")
    assert annotator.spans() == ["Adam Schiff, may", "Kyiv", "12,000"]
    annotator.press("Control+z")
    annotator.page.wait_for_function("document.querySelectorAll('[data-start]').length == 2")
    annotator.submit()
    assert pulled(corpus, here).spans["text"].to_list() == ["Kyiv", "Adam Schiff, may"]


def test_with_alt_and_at_a_handle_the_characters_stay_as_dragged(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    annotator.press("1")
    annotator.page.keyboard.down("Alt")
    annotator.select("yiv's")
    annotator.page.keyboard.up("Alt")
    annotator.mark("1", "Adam")
    assert annotator.spans() == ["yiv's", "Adam"]
    annotator.move_edge(HANDLE, "Schi")
    annotator.page.wait_for_function("Htx.annotationStore.selected.regions[1].text !== 'Adam'")
    assert annotator.spans() == ["yiv's", "Adam Schi"]


def test_a_mark_fills_in_what_its_words_say_and_is_one_step_to_undo(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    annotator.mark("4", "12,000")
    annotator.wait_for_preset()
    read = {"number_kind": ["count"], "number_value": ["12000"], "number_unit": ["troops"]}
    assert annotator.results("12,000") == {"label": ["number"], **read}
    assert annotator.undo_states() == 1
    outlined = "[...document.querySelectorAll('.presets *')].filter(part => part.offsetParent"
    outlined += " && getComputedStyle(part).outlineStyle === 'dashed').length"
    assert annotator.page.evaluate(outlined) == 3
    annotator.take_preset()
    assert annotator.page.evaluate(outlined) == 0
    assert annotator.undo_states() == 1
    annotator.press("Control+z")
    annotator.page.wait_for_function("!document.querySelector('[data-start]')")


def test_the_key_of_a_preset_kind_takes_it_and_another_key_changes_it(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    open_port(new_corpus, annotator)
    annotator.mark("3", "may")
    annotator.wait_for_preset()
    annotator.press("q")
    assert annotator.results("may")["hedge_kind"] == ["modal"]
    annotator.press("Control+z")
    annotator.mark("3", "may")
    annotator.wait_for_preset()
    annotator.press("w")
    assert annotator.results("may")["hedge_kind"] == ["evidential"]
    annotator.undo_and_redo("Control+z", "may", {"label": ["hedge"], "hedge_kind": ["modal"]})


def test_what_is_preset_counts_once_the_span_is_left(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    corpus, here = open_port(new_corpus, annotator)
    annotator.mark("3", "may")
    annotator.wait_for_preset()
    annotator.mark("4", "five")
    annotator.take_preset()
    expect(annotator.page.get_by_placeholder("unit: ")).to_be_focused()
    annotator.type_keys("ships")
    annotator.press("Enter")
    annotator.click_words("may")
    annotator.wait_until_selected("may")
    expect(annotator.page.locator("html[data-hedgerow-preset]")).to_have_count(0)
    annotator.mark("4", "12,000")
    annotator.wait_for_preset()
    annotator.submit()
    spans = pulled(corpus, here).spans
    columns = ["text", "hedge_kind", "number_kind", "number_value", "number_unit"]
    assert spans.select(columns).rows() == [
        ("may", "modal", None, None, None),
        ("12,000", None, "count", "12000", "troops"),
        ("five", None, "count", "5", "ships"),
    ]


def test_an_unfinished_span_is_marked_on_the_page_and_submitted_as_it_is(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    annotator.mark("2", QUOTE)
    hint = "getComputedStyle([...document.querySelectorAll('.needed h4')].find(e => e.offsetParent), '::after').content"
    assert "choose one" in annotator.page.evaluate(hint)
    annotator.submit()
    (quote,) = pulled(seeds, who).spans.iter_rows(named=True)
    assert (quote["text"], quote["quote_form"]) == (QUOTE, None)


def test_nothing_is_lost_when_the_server_does_not_take_a_submit(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    page = annotator.page
    mark_quote(seeds, annotator)
    annotator.choose("t", "source not named")

    def refuse(route: Route) -> None:
        if route.request.method == "POST":
            route.fulfill(status=500, body="{}")
        else:
            route.fallback()

    page.route("**/api/tasks/*/annotations**", refuse)
    with page.expect_response("**/api/tasks/*/annotations**") as refused:
        annotator.button("Submit").click()
    assert refused.value.status == 500
    expect(page.get_by_role("alert").filter(has_text="kept as a draft")).to_be_visible()
    page.reload()
    annotator.wait_for_article()
    expect(page.locator("[data-start]")).to_have_count(1)
    with page.expect_response("**/api/tasks/*/annotations**"):
        annotator.button("Submit").click()
    page.wait_for_function("!Htx.isSubmitting")
    with page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET") as draft:
        mark_hedge(seeds, annotator)
    assert draft.value.ok
    open_article(seeds, who, annotator)
    page.wait_for_function("document.querySelectorAll('[data-start]').length == 2")
    page.unroute_all()
    annotator.submit()
    spans = pulled(seeds, who).spans
    assert spans.select("label", "quote_form", "hedge_kind").rows() == [
        ("quote", "indirect", None),
        ("hedge", None, "approximator"),
    ]


def test_a_submit_whose_answer_was_lost_is_there_once_when_it_is_pressed_again(
    seeds: Corpus, who: Seat, annotator: Annotator
) -> None:
    open_article(seeds, who, annotator)
    page, lost = annotator.page, list[int]()
    mark_quote(seeds, annotator)
    annotator.choose("t", "source not named")

    def lose(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.fulfill(status=502, body="")
        else:
            route.fallback()

    page.route("**/api/tasks/*/annotations**", lose)
    with page.expect_response("**/api/tasks/*/annotations**"):
        annotator.button("Submit").click()
    page.wait_for_function("!Htx.isSubmitting")
    mark_hedge(seeds, annotator)
    with page.expect_response(
        lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
    ) as answered:
        annotator.button("Submit").click()
    assert (lost, answered.value.ok) == ([201], True)
    layer = pulled(seeds, who)
    assert sorted(layer.spans["label"]) == ["hedge", "quote"]
    assert not layer.findings.height


MEMBERS = "HedgerowStudio.MEMBERS.map(member => member.replace(/\\W+$/, ''))"
# A store whose annotation lacks the member that `window.hidden` names, as that of a later Label Studio might.
WITHOUT_A_MEMBER = """
const hide = (owner, path) => new Proxy({}, {
    get: (_, key) => {
        const [name, ...inner] = path.split('.');
        const member = Reflect.get(owner, key);
        if (key === name) return inner.length ? hide(member, inner.join('.')) : undefined;
        return typeof member === 'function' ? member.bind(owner) : member;
    },
    has: (_, key) => key !== path && key in owner,
});
let store;
const seen = (annotations) =>
    annotations && window.hidden ? hide(annotations, `selected.${window.hidden}`) : annotations;
Object.defineProperty(window, 'Htx', {
    configurable: true,
    get: () => store,
    set: (given) => { store = new Proxy(given, {
        get: (target, key) => {
            const member = Reflect.get(target, key);
            if (key === 'annotationStore') return seen(member);
            return typeof member === 'function' ? member.bind(target) : member;
        },
    }); },
});
"""


def test_without_a_member_of_label_studio_the_page_says_how_to_label_and_labels(
    new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator
) -> None:
    page = annotator.page
    page.add_init_script(WITHOUT_A_MEMBER)
    _, here, project, _ = open_names(new_corpus, annotator)
    members = page.evaluate(MEMBERS)
    assert len(members) > 15
    for name, member in zip(itertools.cycle(NAMES), members, strict=False):
        page.evaluate("member => { window.hidden = member; }", member)
        expect(page.locator("html[data-hedgerow]")).to_have_count(0)
        expect(page.locator(".page .plain").first).to_be_visible()
        expect(page.locator(".hedgerow-findings")).to_have_count(0)
        before = annotator.regions()
        annotator.press("1")
        page.wait_for_function("document.querySelector('.lsf-label_selected, .lsf-label.lsf-label_selected')")
        annotator.drag_over(name)
        expect(page.locator("[data-start]")).to_have_count(before + 1)
        page.evaluate("window.hidden = undefined")
        expect(page.locator("html[data-hedgerow]")).to_have_count(1)
        annotator.press("Escape")
        annotator.press("Control+z")
        expect(page.locator("[data-start]")).to_have_count(before)
    page.evaluate("window.hidden = 'regions'")
    annotator.press("1")
    annotator.drag_over("Anna")
    annotator.submit()
    assert sent(here, project) == {"Anna": {"label": ["speaker"]}}


@pytest.mark.parametrize("name", sorted(path.name for path in SCRIPTS.glob("*.js")))
def test_a_script_holds_nothing_that_the_template_around_it_would_read(name: str) -> None:
    script = (SCRIPTS / name).read_text(encoding="utf-8")
    assert re.findall(r"\{\{|\{%|\{#|</script", script) == []


def test_an_article_with_nothing_to_mark_is_submitted_empty(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    open_article(seeds, who, annotator)
    annotator.submit()
    layer = pulled(seeds, who)
    assert layer.tasks.select("article_id", "status").rows() == [(ARTICLE, "submitted")]
    assert layer.spans.height == 0


def test_an_article_that_is_skipped_is_told_as_skipped(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    annotator.open_stream(projects.existing(seeds, "r7", who))
    annotator.skip("only a list of prices")
    layer = pulled(seeds, who)
    assert read_notes(seeds, "r7/a2")["question"].to_list() == ["only a list of prices"]
    assert layer.tasks.select("article_id", "status").rows() == [(seeds.articles["article_id"][0], "skipped")]
    assert layer.spans.height == layer.findings.height == 0


def test_the_page_asks_nobody_but_its_own_server(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    asked: list[str] = []
    annotator.page.on("request", lambda request: asked.append(request.url))
    open_article(seeds, who, annotator)
    outside = [url for url in asked if not url.startswith((annotator.url, "data:", "blob:"))]
    assert asked
    assert outside == [], json.dumps(outside)
