from __future__ import annotations

from pathlib import Path

import pytest

from dataset.checks import acknowledged
from dataset.checks.acknowledged import JudgedFindings
from dataset.checks.findings import Finding
from dataset.checks.suite import check_layer
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from dataset.record.withdrawal import withdrawn_path
from tests.dataset.checks.wrong import ARTICLE, Work
from tests.dataset.tiny import LAYER, put_corpus, put_jsonl

CODE = "n1-unlabelled-digits"
WORK = Work("The coach bought 40 boats and 50 cats.")


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path, {ARTICLE: WORK.text})


def findings_of(corpus: Corpus) -> list[Finding]:
    return check_layer(corpus, make_layer(LAYER, **WORK.rows))


def judged(corpus: Corpus, *, whole: bool = True) -> JudgedFindings:
    return acknowledged.judge(corpus, findings_of(corpus), whole=whole)


def let(corpus: Corpus, code: str = CODE, at: str = "17:19", reason: str = "a name") -> Finding:
    return acknowledged.acknowledge(corpus, findings_of(corpus), code, ARTICLE, at, reason)


def test_without_acknowledgements_every_finding_is_open(corpus: Corpus) -> None:
    assert [finding.start for finding in judged(corpus).open] == [17, 30]
    assert judged(corpus).acknowledged == []


def test_an_acknowledged_warning_is_hidden_and_no_other(corpus: Corpus) -> None:
    let(corpus)
    assert [finding.start for finding in judged(corpus).open] == [30]
    assert [finding.start for finding in judged(corpus).acknowledged] == [17]


def test_it_is_kept_with_its_place_its_words_and_its_reason(corpus: Corpus) -> None:
    let(corpus, reason=" a name ")
    assert acknowledged.read(corpus).rows() == [(CODE, ARTICLE, "17:19 40", "a name")]


def test_the_file_is_in_the_order_of_the_text_and_holds_each_once(corpus: Corpus) -> None:
    for at, reason in (("30:32", "a"), ("17:19", "b"), ("30:32", "c")):
        let(corpus, at=at, reason=reason)
    assert acknowledged.read(corpus).select("place", "reason").rows() == [("17:19 40", "b"), ("30:32 50", "c")]


@pytest.mark.parametrize("where", ["17:19 41", "18:20 40", "17:19 40 "])
def test_a_warning_whose_place_or_words_changed_is_back_and_its_acknowledgement_is_stale(
    corpus: Corpus, where: str
) -> None:
    let(corpus)
    file = acknowledged.path(corpus)
    file.write_text(file.read_text(encoding="utf-8").replace("17:19 40", where), encoding="utf-8")
    findings = judged(corpus)
    assert sorted(finding.code for finding in findings.open) == [CODE, CODE, "stale-acknowledgement"]
    assert where in findings.open[-1].message
    assert findings.acknowledged == []


def test_a_part_of_the_record_makes_no_acknowledgement_stale(corpus: Corpus) -> None:
    let(corpus)
    assert acknowledged.judge(corpus, [], whole=False) == JudgedFindings([], [])
    assert [finding.code for finding in acknowledged.judge(corpus, [], whole=True).open] == ["stale-acknowledgement"]


@pytest.mark.parametrize(
    ("code", "at", "reason", "message"),
    [
        ("nope", "17:19", "r", "there is no code nope"),
        ("q9-no-source", "17:19", "r", "cannot be acknowledged"),
        ("stale-acknowledgement", "17:19", "r", "cannot be acknowledged"),
        (CODE, "17:20", "r", "17:19 40, 30:32 50"),
        (CODE, "x", "r", "17:19 40, 30:32 50"),
        ("h9-unlabelled-cue", "17:19", "r", "`hedgerow validate --article article` shows what it has"),
        (CODE, "17:19", "  ", "needs a reason"),
    ],
)
def test_what_cannot_be_acknowledged_is_refused_and_nothing_is_written(
    corpus: Corpus, code: str, at: str, reason: str, message: str
) -> None:
    with pytest.raises(Problem, match=message):
        let(corpus, code, at, reason)
    assert not acknowledged.path(corpus).exists()


def test_an_article_that_was_withdrawn_since_it_was_checked_gets_no_acknowledgement(corpus: Corpus) -> None:
    warnings = findings_of(corpus)
    row = {"article_id": ARTICLE, "text_sha256": "0" * 64, "event_id": None, "date": "2031-05-02", "reason": "r"}
    put_jsonl(withdrawn_path(corpus), [row])
    with pytest.raises(Problem, match="was withdrawn"):
        acknowledged.acknowledge(corpus, warnings, CODE, ARTICLE, "17:19", "r")
    assert not acknowledged.path(corpus).exists()


def test_an_error_is_never_hidden(corpus: Corpus) -> None:
    error = Finding("q9-no-source", LAYER, ARTICLE, "m", start=17, end=19)
    acknowledged.path(corpus).parent.mkdir(parents=True, exist_ok=True)
    line = '{"code":"q9-no-source","article_id":"article","place":"17:19 40","reason":"r"}\n'
    acknowledged.path(corpus).write_text(line, encoding="utf-8")
    assert error in acknowledged.judge(corpus, [error], whole=False).open


def test_a_file_that_is_not_the_table_is_a_problem_with_its_line(corpus: Corpus) -> None:
    acknowledged.path(corpus).parent.mkdir(parents=True, exist_ok=True)
    acknowledged.path(corpus).write_text(
        '{"code":"a","article_id":"b","place":"here","reason":"r"}\n', encoding="utf-8"
    )
    with pytest.raises(Problem, match="line 1: place is 'here'"):
        acknowledged.read(corpus)
