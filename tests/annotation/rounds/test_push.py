from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from annotation.guidelines import version
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.page.label_config import label_config
from annotation.rounds import projects, push
from annotation.rounds.locks import one_at_a_time
from dataset.intake.text import LONG_BYTES
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from tests.commands import HEDGEROW
from tests.corpora import make_corpus


def on_server(corpus: Corpus, round_name: str, who: Seat) -> list[str]:
    tasks = who.studio.tasks(projects.existing(corpus, round_name, who))
    return sorted(str(read_task(raw).article_id) for raw in tasks)


def pushed(corpus: Corpus, round_name: str, *annotators: str) -> list[Seat]:
    seats = [seat(corpus, name) for name in annotators]
    push.deal(corpus, round_name, list(annotators))
    for who in seats:
        push.push(corpus, round_name, who)
    return seats


def test_every_article_is_sent_once_however_often_it_is_pushed(corpus: Corpus, a1: Seat) -> None:
    push.deal(corpus, "r1", ["a1"])
    first, again = push.push(corpus, "r1", a1), push.push(corpus, "r1", a1)
    assert (first.sent, first.there) == (3, 0)
    assert (again.sent, again.there, again.project) == (0, 3, first.project)
    assert on_server(corpus, "r1", a1) == ["one", "three", "two"]


def test_a_task_holds_the_text_its_hash_and_the_version_of_the_guidelines(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    tasks = map(read_task, a1.studio.tasks(projects.existing(corpus, "r1", a1)))
    task = next(task for task in tasks if task.article_id == "one")
    assert task.text == corpus.text("one")
    assert task.text_sha256 == corpus.articles.row(0, named=True)["text_sha256"]
    assert task.guidelines_version == version()


def with_one_more(corpus: Corpus) -> Corpus:
    """The corpus with an article that is dealt to a1, too."""
    texts = {article: corpus.text(article) for article in ("one", "two", "three")}
    more = make_corpus(corpus.root / "more", {**texts, "four": "Later."})
    (corpus.seeds / "articles.jsonl").write_bytes((more.seeds / "articles.jsonl").read_bytes())
    (corpus.seeds / "text" / "four.txt").write_text("Later.", encoding="utf-8")
    grown = open_corpus(corpus.root)
    push.deal(grown, "r1", ["a1"])
    return open_corpus(corpus.root)


def test_open_articles_are_given_the_names_of_today_and_ended_ones_keep_theirs(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    project = projects.existing(corpus, "r1", a1)
    tasks = {task.article_id: task for task in map(read_task, a1.studio.tasks(project))}
    a1.studio.annotate(tasks["two"].id, [], skipped=False, seconds=1.0, account=a1.account or 0)
    path = corpus.seeds / "entities.jsonl"
    row = json.loads(path.read_bytes().splitlines()[0]) | {"entity": "New Harbour", "aliases": ["the harbour"]}
    path.write_bytes(path.read_bytes() + json.dumps(row).encode() + b"\n")
    renewed = open_corpus(corpus.root)
    assert push.push(renewed, "r1", a1).refreshed == 2
    assert push.push(renewed, "r1", a1).refreshed == 0
    offered = {str(task.article_id): list(task.offered or ()) for task in map(read_task, a1.studio.tasks(project))}
    assert {article: "New Harbour" in names for article, names in offered.items()} == {
        "one": True,
        "two": False,
        "three": True,
    }


def test_an_article_that_comes_later_is_sent_alone(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    assert push.push(with_one_more(corpus), "r1", a1).sent == 1


def test_a_page_with_other_guidelines_takes_no_new_task(
    corpus: Corpus, a1: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as before:
        before.setattr("annotation.guidelines.version", lambda: "1")
        pushed(corpus, "r1", "a1")
    assert push.push(corpus, "r1", a1).sent == 0
    with pytest.raises(Problem, match=f"shows guidelines 1, and new tasks would be stamped {version()}; push to a new"):
        push.push(with_one_more(corpus), "r1", a1)
    assert on_server(corpus, "r1", a1) == ["one", "three", "two"]


def test_rounds_and_annotators_have_projects_of_their_own(corpus: Corpus) -> None:
    first, second = pushed(corpus, "r1", "a1", "a2")
    (later,) = pushed(corpus, "r2", "a1")
    project_of = {
        (r, s.annotator): projects.existing(corpus, r, s) for r, s in (("r1", first), ("r1", second), ("r2", later))
    }
    assert len(set(project_of.values())) == 3


def test_no_annotator_finds_anothers_project(corpus: Corpus) -> None:
    first, second = pushed(corpus, "r1", "a1", "a2")
    assert projects.find(corpus, "r1", first)
    assert projects.find(corpus, "r1", Seat("a1", second.studio, None, blind=True)) is None


def test_a_push_is_sent_in_chunks_of_so_many_tasks_and_bytes(
    corpus: Corpus, a1: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (push.CHUNK_TASKS, push.CHUNK_BYTES) == (1000, 16 << 20)
    tasks = [push.task(corpus, "one")] * 6
    two = 2 * len(json.dumps(tasks[0]))
    sent: list[int] = []
    monkeypatch.setattr(Studio, "import_tasks", lambda self, project, chunk: sent.append(len(chunk)))
    for limit, size, chunks in ((4, 1 << 20, [4, 2]), (9, two, [2, 2, 2]), (9, two + 1, [3, 3])):
        monkeypatch.setattr(push, "CHUNK_TASKS", limit)
        monkeypatch.setattr(push, "CHUNK_BYTES", size)
        sent.clear()
        push.send(corpus, a1, 1, iter(tasks), len(tasks), lambda done, total: None)
        assert sent == chunks


def test_two_projects_of_one_round_and_annotator_are_told_with_their_addresses(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    first = projects.existing(corpus, "r1", a1)
    second = a1.studio.create_project(projects.mark(corpus, "r1", "a1"), "again", "", label_config())
    with pytest.raises(Problem, match="2 projects of") as problem:
        push.push(corpus, "r1", a1)
    assert f"{a1.studio.project_url(first)}, {a1.studio.project_url(second)}" in str(problem.value)


def test_two_pushes_at_once_send_each_article_once(corpus: Corpus, a1: Seat) -> None:
    words = ["push", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]
    with one_at_a_time(corpus, "r1", ["a1"]):
        both = [subprocess.Popen([*HEDGEROW, *words], stderr=subprocess.PIPE, text=True) for _ in range(2)]
        waiting = [next(line for line in process.stderr or () if "r1/a1; this one waits" in line) for process in both]
    assert [(process.communicate(), process.returncode)[1] for process in both] == [0, 0]
    assert waiting == ["another command is at work on r1/a1; this one waits for it\n"] * 2
    assert on_server(corpus, "r1", a1) == ["one", "three", "two"]


def test_a_command_that_was_killed_keeps_nobody_waiting(corpus: Corpus, a1: Seat) -> None:
    code = (
        "import sys, pathlib; from annotation.rounds.locks import one_at_a_time\n"
        "from dataset.record.corpus import open_corpus\n"
        "with one_at_a_time(open_corpus(pathlib.Path(sys.argv[1])), 'r1', ['a1']): print('held', flush=True), input()"
    )
    command = [sys.executable, "-c", code, str(corpus.root)]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout and holder.stdout.readline() == "held\n"
    holder.kill()
    holder.communicate()
    lines: list[str] = []
    push.deal(corpus, "r1", ["a1"])
    assert push.push(corpus, "r1", a1, tell=lines.append).sent == 3
    assert lines == []


def test_an_article_with_another_text_on_the_server_is_refused(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    (corpus.seeds / "text" / "three.txt").write_text("Snow.", encoding="utf-8")
    changed = make_corpus(
        corpus.root / "other", {"one": corpus.text("one"), "two": corpus.text("two"), "three": "Snow."}
    )
    (corpus.seeds / "articles.jsonl").write_bytes((changed.seeds / "articles.jsonl").read_bytes())
    with pytest.raises(Problem, match="three with another text"):
        push.push(open_corpus(corpus.root), "r1", a1)


def test_an_article_that_is_there_twice_is_told(corpus: Corpus, a1: Seat) -> None:
    pushed(corpus, "r1", "a1")
    a1.studio.import_tasks(projects.existing(corpus, "r1", a1), [push.task(corpus, "one")])
    with pytest.raises(Problem, match="one twice"):
        push.push(corpus, "r1", a1)


def test_a_push_that_was_killed_is_taken_up_again(new_corpus: Callable[[dict[str, str]], Corpus]) -> None:
    corpus = new_corpus({f"n{number:04}": f"Article {number}. " * 20 for number in range(3500)})
    command = [*HEDGEROW, "push", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env={**os.environ, "COLUMNS": "200"}) as killed:
        assert killed.stderr
        for line in killed.stderr:
            if "1000 of 3500" in line:
                killed.send_signal(signal.SIGKILL)
                break
    assert killed.wait() == -signal.SIGKILL
    here = seat(corpus, "a1")
    assert 1000 <= len(on_server(corpus, "r1", here)) < 3500
    subprocess.run(command, check=True, capture_output=True)
    articles = on_server(corpus, "r1", here)
    assert len(articles) == 3500
    assert max(Counter(articles).values()) == 1
    here.studio.delete_project(projects.existing(corpus, "r1", here))


def test_pushing_what_nobody_was_dealt_is_told(corpus: Corpus, a1: Seat) -> None:
    with pytest.raises(Problem, match="nothing was pushed"):
        push.push(corpus, "r9", a1)


def test_deals_are_kept_and_only_grow(corpus: Corpus) -> None:
    push.deal(corpus, "r1", ["a1"])
    path: Path = push.deals_path(corpus, "r1")
    before = path.read_text(encoding="utf-8")
    push.deal(corpus, "r1", ["a2"])
    assert set(before.splitlines()) < set(path.read_text(encoding="utf-8").splitlines())
    after = path.stat().st_mtime_ns
    push.deal(corpus, "r1", ["a1", "a2"])
    assert path.stat().st_mtime_ns == after


def test_an_article_that_the_page_is_slow_with_is_warned_about(new_corpus: Callable[[dict[str, str]], Corpus]) -> None:
    long = {f"long{n}": "Nobody said a word. " * 1300 + "é" * n for n in range(7)}
    corpus = new_corpus({"short": "Rain.", "limit": "x" * LONG_BYTES, **long})
    command = [*HEDGEROW, "push", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    lines = [line for line in output.splitlines() if " kB: " in line]
    assert [line.split()[0] for line in lines] == ["long6", "long5", "long4", "long3", "long2"]
    assert "26 kB" in lines[0] and "several shorter articles" in lines[0]
    assert "2 more articles" in output
    assert "short" not in "".join(line.split(" has ")[0] for line in lines)
