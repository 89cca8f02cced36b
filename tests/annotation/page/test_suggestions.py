"""In a real browser: what a program suggests is decided by keys, and a pull tells what became of it."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import pull
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.shown import Shown, read_shown
from tests.annotation.page.test_labelling import HANDLE, WITHOUT_A_MEMBER
from tests.annotation.rounds.assisted import ANNOTATOR, ROUND, NewCorpus, article_id, pushed, with_suggestions
from tests.browser import Annotator

LAYER = f"{ROUND}/{ANNOTATOR}"


def strip(annotator: Annotator) -> Locator:
    return annotator.page.locator(".hedgerow-suggestions")


def undecided(annotator: Annotator) -> Locator:
    return annotator.page.locator(".htx-highlight.hedgerow-suggested")


def open_(annotator: Annotator, who: Seat, project: int, article: str) -> None:
    tasks = {task.article_id: task.id for task in map(read_task, who.studio.tasks(project))}
    annotator.open_task(project, tasks[article])


def keep(annotator: Annotator, next_words: str) -> None:
    annotator.press(" ")
    annotator.wait_until_selected(next_words)


def outcomes(shown: Shown) -> dict[str, tuple[str, list[str]]]:
    rows = shown.spans.select("span_id", "outcome", "changes").iter_rows()
    return {span_id: (outcome, changes) for span_id, outcome, changes in rows}


def taken_in(corpus: Corpus, who: Seat) -> Shown:
    pull.pull(corpus, ROUND, [who], accept_removals=False, tell=print)
    return read_shown(corpus, LAYER)


def decide_on_seven(annotator: Annotator) -> None:
    """Keeps four, takes the link of one away, changes the value of one, and drops one."""
    annotator.press(" ")
    annotator.wait_until_selected("The mayor")
    keep(annotator, "that the bridge may close")
    keep(annotator, "may")
    keep(annotator, "“We need 40 buses,”")
    annotator.press("Alt+1")  # its link to the speaker
    expect(strip(annotator)).to_contain_text("6 suggestions to decide")
    annotator.press(" ")
    annotator.wait_until_selected("40")
    annotator.change_value("45")
    expect(strip(annotator)).to_contain_text("5 suggestions to decide")
    annotator.press("Escape")
    annotator.press(" ")
    annotator.wait_until_selected("Ilsa Brandt")
    keep(annotator, "She")
    annotator.press("Backspace")
    annotator.wait_until_selected("that 300 guests came")
    expect(strip(annotator)).to_contain_text("3 suggestions to decide")


def reload(annotator: Annotator) -> None:
    """Loads the page anew, once the work is saved."""
    annotator.page.wait_for_function("document.querySelector('.hedgerow-header .saved')?.textContent === 'saved'")
    annotator.page.reload()
    annotator.wait_for_article()


def decide_on_two_and_add_a_speaker(annotator: Annotator) -> None:
    """Keeps one, with a step back and forth again; moves the edge of one; and marks a span that was not suggested."""
    annotator.press(" ")
    annotator.wait_until_selected("that 300 guests came")
    keep(annotator, "300")
    annotator.press("Control+z")
    expect(strip(annotator)).to_contain_text("3 suggestions to decide")
    annotator.press("Control+Shift+z")
    expect(strip(annotator)).to_contain_text("2 suggestions to decide")
    annotator.press("Escape")
    annotator.press(" ")
    annotator.wait_until_selected("300")
    annotator.move_edge(HANDLE, "guests")
    expect(strip(annotator)).to_contain_text("1 suggestion to decide")
    annotator.press("Escape")
    annotator.mark("1", "the port")
    annotator.choose("q", "Port of Lomma")
    annotator.press("Escape")


def test_suggestions_are_kept_changed_dropped_and_left_by_keys_and_a_pull_tells_each_in_both_shares(
    new_corpus: NewCorpus, annotator: Annotator, tmp_path: Path
) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, project = pushed(corpus)
    assisted, alone = article_id(assisted=True), article_id(assisted=False)
    open_(annotator, who, project, assisted)
    expect(strip(annotator)).to_contain_text("10 suggestions to decide")
    expect(undecided(annotator)).to_have_count(10)
    decide_on_seven(annotator)
    reload(annotator)
    expect(strip(annotator)).to_contain_text("3 suggestions to decide")
    expect(undecided(annotator)).to_have_count(3)
    decide_on_two_and_add_a_speaker(annotator)
    annotator.press("Control+Enter")
    expect(strip(annotator)).to_contain_text("Submit again to submit without it")
    annotator.submit()

    open_(annotator, who, project, alone)
    expect(strip(annotator)).to_have_count(0)
    annotator.mark("4", "300")
    annotator.take_preset()
    annotator.submit()

    shown = taken_in(corpus, who)
    assert sorted(shown.articles.select("article_id", "suggester").iter_rows()) == sorted(
        [(assisted, "file"), (alone, None)]
    )
    assert outcomes(shown) == {
        **dict.fromkeys(("s1", "q1", "h1", "s2", "q3"), ("kept", [])),
        "q2": ("changed", ["links"]),
        "n1": ("changed", ["number_value"]),
        "s3": ("dropped", []),
        "n2": ("changed", ["words"]),
        "h2": ("unseen", []),
    }
    seconds = dict(shown.spans.select("span_id", "seconds").iter_rows())
    assert all((seconds[span] is None) is (outcome != "kept") for span, (outcome, _) in outcomes(shown).items())
    assert {row["from_span"]: row["outcome"] for row in shown.links.iter_rows(named=True)} == {
        "q1": "kept",
        "q2": "dropped",
        "q3": "dropped",
    }
    layer = read_layer(corpus.layer_path(LAYER), LAYER)
    labelled = layer.spans.filter(article_id=assisted)
    assert set(labelled["span_id"]) - {"s1", "q1", "h1", "s2", "q3", "q2", "n1", "n2"} == set(
        labelled.filter(text="the port")["span_id"]
    )
    assert labelled.filter(span_id="n1")["number_value"].to_list() == ["45"]
    assert layer.spans.filter(article_id=alone)["text"].to_list() == ["300"]


def test_a_key_a_suggestion_keeps_all_of_them_in_the_stream_too(
    new_corpus: NewCorpus, annotator: Annotator, tmp_path: Path
) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, project = pushed(corpus)
    annotator.open_stream(project)
    while annotator.page.locator(".hedgerow-suggestions").count() == 0:  # the share without may come first
        annotator.submit()
        annotator.wait_for_article()
    before = annotator.keys
    annotator.press(" ")
    for left in range(9, -1, -1):
        annotator.press(" ")
        expect(strip(annotator)).to_contain_text(f"{left} suggestion" if left else "No suggestion is open")
    assert annotator.keys - before == 11  # 1.1 a suggestion
    expect(undecided(annotator)).to_have_count(0)
    annotator.submit()
    shown = taken_in(corpus, who)
    assert set(shown.spans["outcome"]) == set(shown.links["outcome"]) == {"kept"}


def test_without_a_member_of_label_studio_a_suggestion_is_kept_by_label_studios_own_key(
    new_corpus: NewCorpus, annotator: Annotator, tmp_path: Path
) -> None:
    corpus = with_suggestions(new_corpus, tmp_path)
    who, project = pushed(corpus)
    page = annotator.page
    page.add_init_script(WITHOUT_A_MEMBER)
    open_(annotator, who, project, article_id(assisted=True))
    expect(strip(annotator)).to_have_count(1)
    page.evaluate("window.hidden = 'regions'")
    expect(strip(annotator)).to_have_count(0)
    annotator.click_words("Perhaps")
    annotator.wait_until_selected("Perhaps")
    annotator.choose("5", "keep")
    annotator.submit()
    shown = taken_in(corpus, who)
    assert outcomes(shown)["h2"] == ("kept", [])
    assert shown.spans.filter(outcome="kept").select("span_id", "seconds").rows() == [("h2", None)]
    assert shown.spans.filter(outcome="unseen").height == 9
