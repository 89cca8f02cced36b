from __future__ import annotations

import pytest

from annotation.adjudication.rounds_to_gold import DecisionsPull
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from scripts.adjudicate import tell_left
from tests.annotation.adjudication.test_rounds_to_gold import (
    TEXTS,
    NewCorpus,
    end_adjudication,
    judge,
    port,
    pulled,
    submit,
)
from tests.scripts.test_main import assert_one_line_and_3, hedgerow

__all__ = ["judge", "port"]
HEDGE: dict[str, object] = {
    "id": "h",
    "from_name": "label",
    "to_name": "text",
    "type": "labels",
    "value": {"start": 29, "end": 32, "labels": ["hedge"], "text": "may"},
}


@pytest.fixture
def labelled(port: Corpus) -> Corpus:
    """Article one submitted by both, with a hedge that only a1 has."""
    submit(port, "a1", "one", [HEDGE])
    submit(port, "a2", "one")
    pulled(port)
    return port


def adjudicate(corpus: Corpus, *words: str) -> tuple[int, str]:
    done = hedgerow("adjudicate", "--round", "r1", *words, "--corpus", str(corpus.root))
    return done.returncode, done.stdout


def test_opening_tells_the_questions_the_address_and_who_is_waited_for(labelled: Corpus) -> None:
    code, output = adjudicate(labelled)
    assert code == 0
    assert "1 article opened with 1 question, 0 there before: http://127.0.0.1:" in output
    assert "two waits for a1, a2" in output
    assert "adjudicate --round r1 --pull" in output
    assert "0 articles opened with 0 questions, 1 there before" in adjudicate(labelled)[1]


def test_what_is_open_still_is_told_with_its_address_and_ends_with_1(labelled: Corpus, judge: Seat) -> None:
    adjudicate(labelled)
    assert "1 article not submitted yet" in adjudicate(labelled, "--pull")[1]
    end_adjudication(labelled, judge)
    code, output = adjudicate(labelled, "--pull")
    assert code == 1
    assert "one has open questions: http://127.0.0.1:" in output
    assert "hedge “may”: deleted on the page" in output


def test_what_a_pull_left_as_it_is_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell_left(DecisionsPull(gold=["one"], unopened=["two", "three"], not_ended=["four"]))
    output = capsys.readouterr().out
    assert "1 article with gold of another round or adjudicator left as it is; --replace takes" in output
    assert "2 articles not opened yet; run it once without --pull" in output
    assert "1 article not submitted yet" in output


def test_what_was_labelled_again_is_told_with_what_is_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    tell_left(DecisionsPull(asked_otherwise={"one": ["hedge “may”", "speaker “Kyiv”"]}))
    output = capsys.readouterr().out
    assert "one was labelled again after it was opened" in output
    assert "nothing is taken from it: hedge “may”, speaker “Kyiv”" in output
    assert "run `hedgerow adjudicate` without --pull" in output


def test_the_work_of_one_annotator_passes_and_each_command_says_so(new_corpus: NewCorpus) -> None:
    corpus = new_corpus(TEXTS)
    push.deal(corpus, "r1", ["a1"])
    a1 = seat(corpus, "a1")
    push.push(corpus, "r1", a1)
    for article in TEXTS:
        submit(corpus, "a1", article)
    pull.pull(corpus, "r1", [a1], accept_removals=False, tell=print)
    code, output = adjudicate(corpus)
    assert (code, "0 articles opened with 0 questions" in output) == (0, True)
    assert "2 articles that only one annotator labelled pass with --pull" in output
    code, output = adjudicate(corpus, "--only-disputed", "--pull")
    assert (code, "0 articles taken" in output) == (0, True)
    assert "2 articles that only one annotator labelled passed into the gold unadjudicated" in output
    assert "provenance.jsonl" in output
    assert "pull --all" in adjudicate(corpus, "--all")[1]


def test_two_ways_to_choose_what_is_opened_are_wrong_usage(labelled: Corpus) -> None:
    assert adjudicate(labelled, "--only-disputed", "--all")[0] == 2


def test_a_round_that_is_not_open_is_one_line(labelled: Corpus, judge: Seat) -> None:
    assert projects.find(labelled, "r1", judge, role=projects.Role.ADJUDICATOR) is None
    done = hedgerow("adjudicate", "--round", "r1", "--pull", "--corpus", str(labelled.root))
    assert_one_line_and_3(done, "open it with `hedgerow adjudicate --round r1")


def test_an_adjudicator_without_an_account_is_told_how_to_get_one(labelled: Corpus) -> None:
    done = hedgerow("adjudicate", "--round", "r1", "--adjudicator", "nobody", "--corpus", str(labelled.root))
    assert_one_line_and_3(done, "hedgerow up --annotator nobody")


@pytest.mark.parametrize("words", [(), ("--pull",)])
def test_who_labels_in_a_round_does_not_adjudicate_it(labelled: Corpus, words: tuple[str, ...]) -> None:
    done = hedgerow("adjudicate", "--round", "r1", "--adjudicator", "a1", *words, "--corpus", str(labelled.root))
    assert_one_line_and_3(done, "a1 labels in round r1")
