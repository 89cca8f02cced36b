"""Commands beside others that change the record: each result is of one state, and nothing that was reported is lost."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from annotation.rounds import pull
from dataset.checks import acknowledged
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import read_layer
from tests.commands import Running
from tests.corpora import make_corpus
from tests.dataset.loading import files
from tests.dataset.release_setup import put_under_git
from tests.faults.table import tally

ARTICLES = [f"article{number:03}" for number in range(60)]
_processes = multiprocessing.get_context("forkserver")


def text_of(article: str) -> str:
    return f"Of {article} it may be said that it could be so."


def export(path: Path, *words: str) -> Path:
    """An export in which every article has a hedge at each of these words."""
    tasks = []
    for number, article in enumerate(ARTICLES):
        text = text_of(article)
        result = []
        for word in words:
            start = text.index(word)
            value = {"start": start, "end": start + len(word), "text": word}
            result += [
                {
                    "id": f"{word}{number}",
                    "from_name": "label",
                    "type": "labels",
                    "value": value | {"labels": ["hedge"]},
                },
                {"id": f"{word}{number}", "from_name": "hedge_kind", "value": value | {"choices": ["modal"]}},
            ]
        work = {"id": number, "result": result, "created_at": "2031-05-02T10:00:00Z"}
        tasks.append({"id": number, "data": {"article_id": article, "text": text}, "annotations": [work]})
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


def built(corpus: Corpus) -> str:
    """A hash of all that a build of the layer gives."""
    out = corpus.root / "dist" / "built"
    build(corpus, "r1/a1", out, allow_errors=False)
    return hashlib.sha256(repr(sorted(files(out).items())).encode()).hexdigest()


def pull_in_turn(root: Path, exports: list[Path], ended: Any) -> None:
    """Pulls one export after the other, until it is ended."""
    corpus = open_corpus(root)
    while not ended.is_set():
        for path in exports:
            pull.pull_file(corpus, "r1", "a1", path, accept_removals=True)


@contextmanager
def beside(work: Callable[..., None], *given: Any) -> Iterator[None]:
    """Another process at work while the block runs."""
    ended = _processes.Event()
    process = _processes.Process(target=work, args=(*given, ended))
    process.start()
    try:
        yield
    finally:
        ended.set()
        process.join()
    assert process.exitcode == 0


@pytest.mark.counted
@pytest.mark.parametrize("often", [12, pytest.param(400, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_a_build_during_pulls_is_of_one_of_their_states(
    often: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataset.storage.article_ranges.AT_ONCE", 6_000)  # several parts, as of a large layer
    corpus = make_corpus(tmp_path / "corpus", {article: text_of(article) for article in ARTICLES})
    exports = [export(tmp_path / "one.json", "may", "could"), export(tmp_path / "two.json", "could")]
    whole = []
    for path in exports:
        pull.pull_file(corpus, "r1", "a1", path, accept_removals=True)
        whole.append(built(corpus))
    with tally("pulls meanwhile", "build") as counted, beside(pull_in_turn, corpus.root, exports):
        for _ in range(often):
            counted.tried += 1
            try:
                counted.altered += built(open_corpus(corpus.root)) not in whole
            except Problem:
                counted.altered += 1


@pytest.mark.counted
@pytest.mark.parametrize("often", [1, pytest.param(20, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_of_acknowledgements_at_once_every_one_is_kept(often: int, tmp_path: Path) -> None:
    texts = {f"a{number}": "Eight boats may come." for number in range(6)}
    corpus = make_corpus(tmp_path / "corpus", {article: f"{text} {article}" for article, text in texts.items()})
    (corpus.root / "export.json").write_text(
        json.dumps(
            [
                {
                    "id": at,
                    "data": {"article_id": article, "text": corpus.text(article)},
                    "annotations": [{"result": []}],
                }
                for at, article in enumerate(texts)
            ]
        )
    )
    pull.pull_file(corpus, "r1", "a1", corpus.root / "export.json", accept_removals=False)
    warnings = [finding for finding in check_record(corpus, ["r1/a1"]) if finding.code == "h9-unlabelled-cue"]
    assert len(warnings) == 6
    commands = [
        (
            "acknowledge",
            finding.code,
            finding.article_id,
            "--place",
            f"{finding.start}:{finding.end}",
            "--reason",
            "it is none",
        )
        for finding in warnings
    ]
    with tally("six at once", "acknowledge") as counted:
        for _ in range(often):
            acknowledged.path(corpus).unlink(missing_ok=True)
            running = [Running(*words, "--corpus", str(corpus.root)) for words in commands]
            assert [run.ended().returncode for run in running] == [0] * 6
            counted.tried += 6
            kept = acknowledged.read(corpus)["article_id"].to_list()
            counted.compare(dict.fromkeys(texts), [(article, None) for article in kept])


@pytest.mark.counted
@pytest.mark.parametrize("often", [1, pytest.param(40, marks=[pytest.mark.soak, pytest.mark.timeout(3600)])])
def test_an_article_that_is_withdrawn_beside_a_pull_stays_out(often: int, tmp_path: Path) -> None:
    gone, *staying = ARTICLES
    with tally("withdrawn meanwhile", "pull") as counted:
        for number in range(often):
            corpus = make_corpus(tmp_path / f"corpus{number}", {article: text_of(article) for article in ARTICLES})
            put_under_git(corpus)
            exported = export(corpus.root / "export.json", "may")
            pulling = ("pull", "--round", "r1", "--annotator", "a1", "--from-file", str(exported))
            withdrawing = ("withdraw", gone, "--reason", "asked for")
            both = [Running(*words, "--corpus", str(corpus.root)) for words in (pulling, withdrawing)]
            assert [run.ended().returncode for run in both] == [0, 0]
            counted.tried += 1
            layer = read_layer(corpus.layer_path("r1/a1"), "r1/a1")
            there = [*layer.tasks["article_id"], *layer.findings["article_id"]]
            counted.compare(dict.fromkeys(staying), [(article, None) for article in there])
