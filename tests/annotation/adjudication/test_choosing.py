"""In a real browser: an adjudicator chooses between the versions of three annotators, a key for each."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Route, expect

from annotation.adjudication import rounds_to_gold
from annotation.adjudication.decisions import decide as decide_of
from annotation.adjudication.gold import read_gold
from annotation.adjudication.questions import Sheet
from annotation.adjudication.rounds_to_gold import Round
from annotation.embedded.server import Server
from annotation.labelstudio.adjudicated import read_adjudication
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import pull, push
from annotation.rounds.projects import Role
from dataset import schema
from dataset.record.corpus import Corpus
from dataset.storage.tables import read_table
from tests.annotation.adjudication.test_rounds_to_gold import (
    OPEN,
    QUOTE,
    TEXTS,
    NewCorpus,
    cell,
    decide,
    enter,
    name_rule,
    open_article,
    says,
    span,
    submit,
)
from tests.annotation.labelstudio.written import result_of
from tests.annotation.page.test_labelling import MEMBERS, WITHOUT_A_MEMBER
from tests.browser import Annotator
from tests.contrasts import low_contrasts_by_scheme, scrolls_sideways

ANNOTATORS = ("a1", "a2", "a3")
RESULT = "Htx.annotationStore.selected.serializeAnnotation()"
ANSWER = "window.asked.results.find(r => r.from_name.name === 'decision')?.mainValue[0]"
NAMES = ["Port of Lomma", "Ilsa Brandt"]


def labels(named: str, kind: str, *, linked: bool, about: bool) -> list[dict[str, object]]:
    """What an annotator marks: the speaker's words, a hedge's kind, a link and another hedge are all that differs."""
    spans = [
        span("speaker", named, speaker_entities=["Port of Lomma"]),
        span("speaker", "Monday", speaker_entities=["Ilsa Brandt"]),
        span("quote", QUOTE, quote_form="direct", quote_source="linked"),
        span("hedge", "may", hedge_kind=kind),
        span("number", "40", number_kind="count", number_value="40", number_unit="ships"),
    ]
    spans += [span("hedge", "about", hedge_kind="approximator")] if about else []
    link = {"from_span": QUOTE, "to_span": "Monday", "derived": False}
    return result_of(spans, [link] if linked else [], NAMES)


@pytest.fixture
def differing(new_corpus: NewCorpus) -> Corpus:
    """Four questions: edges, a link to a span that all agree on, a kind, and a hedge that one has."""
    corpus = new_corpus({"one": TEXTS["one"]})
    push.deal(corpus, "r1", [*ANNOTATORS])
    for name in ANNOTATORS:
        push.push(corpus, "r1", seat(corpus, name))
    submit(corpus, "a1", "one", labels("The port", "modal", linked=True, about=False))
    submit(corpus, "a2", "one", labels("port", "evidential", linked=False, about=False))
    submit(corpus, "a3", "one", labels("The port", "modal", linked=True, about=True))
    pull.pull(corpus, "r1", [seat(corpus, name) for name in ANNOTATORS], accept_removals=False, tell=print)
    return corpus


@pytest.fixture
def judge(differing: Corpus) -> Seat:
    return seat(differing, "adjudicator")


@pytest.fixture
def page(chromium: Browser, server: Server, differing: Corpus, judge: Seat) -> Annotator:
    """The article as the adjudicator finds it."""
    assert rounds_to_gold.open_round(differing, "r1", judge, again=False).questions == 4
    page = enter(chromium, server, "adjudicator")
    open_article(page, differing, judge, "one", Role.ADJUDICATOR)
    says(page, "4 of 4 questions open")
    return page


def sheet(corpus: Corpus) -> Sheet:
    return Round(corpus, "r1").sheet("one")


def is_gold(page: Annotator, corpus: Corpus) -> bool:
    """Whether a pull would take what is on the page now."""
    result = page.page.evaluate(RESULT)
    return not decide_of(sheet(corpus), read_adjudication(result, TEXTS["one"]), "adjudicator").undecided


def says_what_is_true(page: Annotator, corpus: Corpus) -> bool:
    page.page.wait_for_timeout(700)  # the page looks three times a second
    return ("All is decided" in page.page.evaluate(OPEN)) == is_gold(page, corpus)


def answers(page: Annotator, words: str) -> dict[str, list[str]]:
    return {name: values for name, values in page.results(words).items() if name not in ("label", "who")}


def links(page: Annotator) -> list[list[str]]:
    ends = "Htx.annotationStore.selected.relationStore.relations.map(link => [link.node1.text, link.node2.text])"
    drawn: list[list[str]] = page.page.evaluate(ends)
    return drawn


def look(page: Annotator, words: str) -> str:
    """The outline of a span, and whether it is filled."""
    style: str = page.page.evaluate(
        """words => {
            const region = Htx.annotationStore.selected.regions.find(region => region.text === words);
            const { outlineStyle, backgroundImage, backgroundColor } = getComputedStyle(region._spans[0]);
            return [outlineStyle, backgroundImage, backgroundColor].join(' ');
        }""",
        words,
    )
    return style


def test_four_differences_of_three_annotators_take_two_keys_each_and_make_exactly_that_gold(
    differing: Corpus, judge: Seat, page: Annotator
) -> None:
    before = page.actions
    decide(page, "2", "S2")
    says(page, "3 of 4 questions open")
    assert [cell(page, "link", who).inner_text().strip() for who in (1, 2, 3)] == ["→ Monday", "none", "→ Monday"]
    decide(page, "3", "S1")
    says(page, "2 of 4 questions open")
    assert [cell(page, "kind", who).inner_text() for who in (1, 2, 3)] == ["modal", "evidential", "modal"]
    decide(page, "2", "H4")
    says(page, "1 of 4 questions open")
    assert [cell(page, "hedge", who).inner_text() for who in (1, 2, 3)] == ["nothing", "nothing", "about"]
    decide(page, "3", "H6")
    says(page, "All is decided")
    assert [then - earlier for then, earlier in zip(page.actions, before, strict=True)] == [8, 0, 0]
    assert is_gold(page, differing)
    page.submit()
    assert rounds_to_gold.pull_decisions(differing, "r1", judge, accept_removals=False).taken == ["one"]
    layer = read_gold(differing)
    assert layer.spans.select("label", "text", "speaker_entities", "hedge_kind", "number_value").rows() == [
        ("speaker", "port", ["Port of Lomma"], None, None),
        ("speaker", "Monday", ["Ilsa Brandt"], None, None),
        ("quote", QUOTE, [], None, None),
        ("hedge", "may", [], "evidential", None),
        ("hedge", "about", [], "approximator", None),
        ("number", "40", [], None, "40"),
    ]
    assert layer.relations.filter(type="said_by").select("from_span", "to_span").rows() == [(QUOTE, "Monday")]
    decisions = read_table(differing.decisions, schema.Decisions)
    spans = decisions.filter(decisions["to_span"].is_null() & decisions["rule"].is_not_null())
    assert sorted(spans.select("annotator", "span_id", "outcome", "rule").rows()) == [
        ("a1", "The port", "changed", "S2"),
        ("a1", "may", "changed", "H4"),
        ("a1", QUOTE, "kept", "S1"),
        ("a2", "may", "kept", "H4"),
        ("a2", "port", "kept", "S2"),
        ("a2", QUOTE, "kept", "S1"),
        ("a3", "The port", "changed", "S2"),
        ("a3", "about", "kept", "H6"),
        ("a3", "may", "changed", "H4"),
        ("a3", QUOTE, "kept", "S1"),
    ]
    drawn = decisions.filter(decisions["to_span"].is_not_null()).select("annotator", "outcome", "rule").rows()
    assert sorted(drawn) == [("a1", "kept", "S1"), ("a3", "kept", "S1")]


def test_another_version_replaces_the_first_and_one_undo_takes_back_a_whole_decision(
    differing: Corpus, page: Annotator
) -> None:
    before = [answers(page, words) for words in ("The port", "port")]
    page.press("1")
    assert answers(page, "The port")["decision"] == ["keep"]
    assert answers(page, "port")["decision"] == ["drop"]
    decide(page, "2", "S3")
    says(page, "3 of 4 questions open")
    assert answers(page, "port") == {"speaker_entities": ["Port of Lomma"], "decision": ["keep"], "rule": ["S3"]}
    assert answers(page, "The port")["decision"] == ["drop"]
    page.press("Control+z")
    says(page, "4 of 4 questions open")
    page.wait_until_selected("The port")
    assert answers(page, "The port")["decision"] == ["keep"]
    page.press("Control+z")
    page.page.wait_for_function("Htx.annotationStore.selected.history.undoIdx === 0")
    assert [answers(page, words) for words in ("The port", "port")] == before


def test_what_the_majority_has_is_preset_and_nothing_of_it_is_decided_before_enter(
    differing: Corpus, judge: Seat, page: Annotator
) -> None:
    preset = page.page.locator(".majority.open")
    before = page.page.evaluate(RESULT)
    expect(preset).to_contain_text("2 of 3")
    expect(page.page.locator(".versions thead .preset")).to_have_count(2)
    assert not [item for item in before if item.get("from_name") in ("decision", "rule")]
    name_rule(page, "S2")
    says(page, "4 of 4 questions open")
    assert answers(page, "The port") == {"speaker_entities": ["Port of Lomma"], "rule": ["S2"]}
    page.press("Enter")
    says(page, "3 of 4 questions open")
    assert [answers(page, words)["decision"] for words in ("The port", "port")] == [["keep"], ["drop"]]
    expect(preset).to_have_count(0)
    page.press("n")
    page.wait_until_selected(QUOTE)
    decide(page, "Enter", "S1")
    says(page, "2 of 4 questions open")
    assert links(page) == [[QUOTE, "Monday"]]
    page.submit()
    left = rounds_to_gold.pull_decisions(differing, "r1", judge, accept_removals=False)
    assert left.undecided == {
        "one": ["hedge “may”: neither kept nor dropped", "hedge “about”: neither kept nor dropped"]
    }


def test_a_click_takes_the_preset_and_one_undo_takes_it_back(page: Annotator) -> None:
    page.page.locator(".majority.open .act").click()
    page.page.wait_for_function("Htx.annotationStore.selected.history.undoIdx === 1")
    assert answers(page, "The port")["decision"] == ["keep"]
    page.press("Control+z")
    expect(page.page.locator(".majority.open")).to_be_visible()
    assert "decision" not in answers(page, "The port")


def test_enter_on_a_button_is_a_click_on_it_and_takes_no_preset(page: Annotator) -> None:
    expect(page.page.locator(".majority.open")).to_be_visible()
    second = page.page.locator(".versions .take").nth(1)
    second.focus()
    page.press("Enter")
    page.page.wait_for_function("Htx.annotationStore.selected.history.undoIdx === 1")
    assert [answers(page, words)["decision"] for words in ("The port", "port")] == [["drop"], ["keep"]]


def test_enter_that_is_held_down_takes_no_preset(page: Annotator) -> None:
    expect(page.page.locator(".majority.open")).to_be_visible()
    held = "new KeyboardEvent('keydown', { key: 'Enter', code: 'Enter', repeat: true, bubbles: true })"
    page.page.evaluate(f"document.body.dispatchEvent({held})")
    assert "decision" not in answers(page, "The port")


def test_what_one_of_three_has_is_not_preset_and_enter_goes_to_the_note(page: Annotator) -> None:
    page.page.locator(".question-row", has_text="hedge: about").click()
    page.wait_until_selected("about")
    expect(page.page.locator(".versions")).to_be_visible()
    expect(page.page.locator(".majority, .versions .preset")).to_have_count(0)
    page.press("Enter")
    expect(page.page.get_by_placeholder("note")).to_be_focused()
    page.type_keys("no cue")
    page.press("Enter")
    page.page.wait_for_function(f"{RESULT}.some(item => item.from_name === 'note')")
    assert "decision" not in answers(page, "about")


def test_enter_goes_to_the_value_of_a_number_and_not_to_the_note(page: Annotator) -> None:
    page.press("Escape")
    page.mark("4", "ships")
    page.number("q", "5", "boats")
    page.change_value("6")
    page.page.wait_for_function(f"{RESULT}.some(item => item.value?.text?.[0] === '6')")
    expected = {"number_kind": ["count"], "number_value": ["6"], "number_unit": ["boats"]}
    assert answers(page, "ships") == expected


def test_a_link_is_drawn_and_taken_away_with_the_version_that_has_it_or_has_none(page: Annotator) -> None:
    page.click_words("lose")
    page.wait_until_selected(QUOTE)
    page.press("1")
    assert links(page) == [[QUOTE, "Monday"]]
    page.press("2")
    assert links(page) == []
    page.press("Control+z")
    page.page.wait_for_function("Htx.annotationStore.selected.relationStore.relations.length === 1")
    assert links(page) == [[QUOTE, "Monday"]]


def test_d_drops_all_of_a_question_and_kept_dropped_and_open_spans_look_different(
    differing: Corpus, page: Annotator
) -> None:
    decide(page, "d", "S8")
    says(page, "3 of 4 questions open")
    decide(page, "1", "S1")
    says(page, "2 of 4 questions open")
    assert {answers(page, words)["decision"][0] for words in ("The port", "port")} == {"drop"}
    page.press("Escape")
    looks = [look(page, words) for words in ("port", QUOTE, "about")]
    assert [outline.split()[0] for outline in looks] == ["dotted", "solid", "dashed"]
    assert looks[0].split(maxsplit=1)[1] == "none rgba(0, 0, 0, 0)" != looks[2].split(maxsplit=1)[1]


def test_a_changed_span_is_kept_as_it_stands(differing: Corpus, page: Annotator) -> None:
    page.click_words("may")
    page.wait_until_selected("may")
    page.choose("e", "approximator")
    decide(page, "k", "H6")
    says(page, "3 of 4 questions open")
    assert answers(page, "may") == {"hedge_kind": ["approximator"], "decision": ["keep"], "rule": ["H6"]}


def test_a_version_is_taken_whole_whatever_its_span_was_made_into_before(differing: Corpus, page: Annotator) -> None:
    page.click_words("may")
    page.wait_until_selected("may")
    page.relabel("quote ?")
    page.choose("q", "direct")
    page.press("2")
    assert page.results("may")["label"] == ["hedge ?"]
    assert answers(page, "may") == {"hedge_kind": ["evidential"], "decision": ["keep"]}


def test_what_is_decided_is_there_after_a_reload_and_the_next_question_is_selected(
    differing: Corpus, judge: Seat, page: Annotator
) -> None:
    with page.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        decide(page, "2", "S2")
    says(page, "3 of 4 questions open")
    with page.page.expect_response(lambda answer: "/drafts" in answer.url and answer.request.method != "GET"):
        decide(page, "2", "S1")
    before = page.page.evaluate(RESULT)
    open_article(page, differing, judge, "one", Role.ADJUDICATOR)
    says(page, "2 of 4 questions open")
    page.wait_until_selected("may")
    after = page.page.evaluate(RESULT)
    assert sorted(map(str, after)) == sorted(map(str, before))
    assert "✓" in page.page.locator(".question-row").first.inner_text()


def test_the_list_goes_to_the_question_that_is_clicked(page: Annotator) -> None:
    for words, selected in (("hedge: about", "about"), ("hedge: may", "may"), ("speaker: The port", "The port")):
        page.page.locator(".question-row", has_text=words).click()
        page.wait_until_selected(selected)
    page.page.locator(".versions .take").nth(1).click()
    page.page.locator(".rule-row", has_text="S2").click()
    says(page, "3 of 4 questions open")
    assert answers(page, "port")["decision"] == ["keep"]


def test_a_click_counts_where_the_column_changes_between_its_press_and_its_release(page: Annotator) -> None:
    page.page.locator(".rule-row", has_text="S2").hover()
    page.page.mouse.down()
    page.press("2")
    says(page, "4 of 4 questions open")
    page.page.mouse.up()
    says(page, "3 of 4 questions open")
    assert answers(page, "port") == {"speaker_entities": ["Port of Lomma"], "decision": ["keep"], "rule": ["S2"]}


def test_only_the_rules_of_the_label_are_offered_with_their_words_the_likely_one_first(page: Annotator) -> None:
    page.click_words("may")
    page.wait_until_selected("may")
    rows = page.page.locator(".rule-row")
    expect(rows.first).to_contain_text("H5")
    rules = [row.split()[1] for row in rows.all_inner_texts()]
    assert rules[:2] == ["H5", "H4"]
    assert {rule[0] for rule in rules} == {"H", "E"}
    expect(rows.first).to_contain_text("modal")


def test_digits_mark_as_ever_while_no_question_is_selected(page: Annotator) -> None:
    page.press("Escape")
    page.mark("3", "lose")
    assert answers(page, "lose") == {}
    page.mark("3", "said")
    assert page.spans()[-2:] == ["lose", "said"]


def test_without_its_script_the_page_is_decided_by_hand_as_on_a_server_of_somebody_elses(
    chromium: Browser, server: Server, differing: Corpus, judge: Seat
) -> None:
    rounds_to_gold.open_round(differing, "r1", judge, again=False)
    page = enter(chromium, server, "adjudicator")
    leave_out_the_script(page)
    open_article(page, differing, judge, "one", Role.ADJUDICATOR)
    expect(page.page.get_by_text("4 questions")).to_be_visible()
    before = page.actions
    for words, keys, rule in (("port", "k", "S2"), ("may", "wk", "H4"), ("about", "k", "H6")):
        page.click_words(words)
        page.wait_until_selected(words)
        expect(page.page.locator(".who").get_by_text("a1: ")).to_be_visible()
        for key in keys:
            page.press(key)
        page.clicks += 1
        page.page.locator(".rule label", has_text=rule).filter(visible=True).first.click()
    assert [then - earlier for then, earlier in zip(page.actions, before, strict=True)] == [4, 0, 6]
    read = read_adjudication(page.page.evaluate(RESULT), TEXTS["one"])
    assert decide_of(sheet(differing), read, "adjudicator").undecided == [f"quote “{QUOTE}”: neither kept nor dropped"]


def leave_out_the_script(page: Annotator) -> None:
    """What this page loads from here on is without the script of the adjudication page."""

    def without(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=SCRIPT.sub("", answer.text()))

    page.page.route(re.compile(r"/projects/\d+/data"), without)


SCRIPT = re.compile(r"// What the adjudication page of.*?(?=</script>)", re.DOTALL)


def test_all_is_decided_is_said_when_a_pull_takes_the_page_and_never_before(differing: Corpus, page: Annotator) -> None:
    assert says_what_is_true(page, differing)
    for key, rule in (("1", "S2"), ("1", "S1"), ("1", "H5"), ("3", "H6")):
        page.press(key)
        assert says_what_is_true(page, differing)
        name_rule(page, rule)
        assert says_what_is_true(page, differing)
    assert is_gold(page, differing)
    for act in NOT_DECIDED:
        steps = act(page)
        assert says_what_is_true(page, differing), act.__name__
        assert not is_gold(page, differing), act.__name__
        page.press("Escape")
        for _ in range(steps):
            page.press("Control+z")
            page.page.wait_for_timeout(500)
        assert says_what_is_true(page, differing), act.__name__
        assert is_gold(page, differing), act.__name__


def add_a_span(page: Annotator) -> int:
    page.press("Escape")
    page.mark("3", "said")
    return 1


def add_a_span_that_lacks_its_kind(page: Annotator) -> int:
    page.press("Escape")
    page.mark("3", "said")
    name_rule(page, "H3")
    return 2


def add_a_span_over_another(page: Annotator) -> int:
    page.press("Escape")
    page.mark("1", "The port said")
    page.choose("q", "Port of Lomma")
    name_rule(page, "S2")
    return 3


def delete_a_question(page: Annotator) -> int:
    page.page.locator(".question-row", has_text="hedge: about").click()
    page.wait_until_selected("about")
    page.press("Backspace")
    return 1


def draw_a_link_to_itself(page: Annotator) -> int:
    page.page.evaluate(DRAW, [QUOTE, QUOTE])
    return 1


def keep_a_second_version(page: Annotator) -> int:
    page.page.evaluate(KEEP, "port")
    return 1


NOT_DECIDED: list[Any] = [
    keep_a_second_version,
    add_a_span,
    add_a_span_that_lacks_its_kind,
    add_a_span_over_another,
    delete_a_question,
    draw_a_link_to_itself,
]
# Keeps a span that was dropped, as by hand.
KEEP = """words => {
    const region = Htx.annotationStore.selected.regions.find(region => region.text === words);
    region.results.find(result => result.from_name.name === "decision").setValue(["keep"]);
}"""
# Draws a link between two spans.
DRAW = """([from, to]) => {
    const work = Htx.annotationStore.selected;
    const named = words => work.regions.find(region => region.text === words);
    work.relationStore.addRelation(named(from), named(to));
}"""


def test_all_that_the_adjudication_page_shows_stands_out_and_it_fits_a_phone(page: Annotator) -> None:
    nothing: dict[str, list[str]] = {"dark": [], "light": []}

    def low() -> dict[str, list[str]]:
        return low_contrasts_by_scheme(page.page, ".page", at_least=50)

    assert low() == nothing
    page.press("2")
    expect(page.page.locator(".versions .taken").first).to_be_visible()
    assert low() == nothing
    decide(page, "2", "S2")
    says(page, "3 of 4 questions open")
    page.press("d")
    name_rule(page, "S1")
    says(page, "2 of 4 questions open")
    page.press("Escape")
    assert low() == nothing
    page.page.set_viewport_size({"width": 390, "height": 844})
    page.press("n")
    expect(page.page.locator(".versions")).to_be_visible()
    assert not scrolls_sideways(page.page)


def test_without_a_member_of_label_studio_the_page_shows_its_own_controls_and_they_decide(
    chromium: Browser, server: Server, differing: Corpus, judge: Seat
) -> None:
    rounds_to_gold.open_round(differing, "r1", judge, again=False)
    annotator = enter(chromium, server, "adjudicator")
    page = annotator.page
    page.add_init_script(WITHOUT_A_MEMBER)
    open_article(annotator, differing, judge, "one", Role.ADJUDICATOR)
    says(annotator, "4 of 4 questions open")
    annotator.click_words("may")
    annotator.wait_until_selected("may")
    page.evaluate("() => { window.asked = Htx.annotationStore.selected.highlightedNode; }")
    for at, member in enumerate(page.evaluate(MEMBERS)):
        page.evaluate("member => { window.hidden = member; }", member)
        expect(page.locator("html[data-hedgerow], html[data-hedgerow-questions]")).to_have_count(0)
        expect(page.locator(".open-questions > *")).to_have_count(0)
        assert page.evaluate(OPEN) == ""
        decision = ("keep", "drop")[at % 2]
        page.locator(f'.decision label:has(input[name="{decision}"]):visible').click()
        page.wait_for_function(f"decision => {ANSWER} === decision", arg=decision)
        page.evaluate("window.hidden = undefined")
        expect(page.locator(".versions")).to_be_visible()
