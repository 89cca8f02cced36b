"""A pull that asks for what changed, against a real server: it tells what a full one would."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import Seat
from annotation.rounds import changes, pull, raw
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer

HEDGE = {"start": 29, "end": 32, "labels": ["hedge"], "text": "may"}
RESULT = [{"id": "h", "from_name": "label", "to_name": "text", "type": "labels", "value": HEDGE}]


def pull_id_and_tables(corpus: Corpus, who: Seat, lines: list[str], *, full: bool) -> tuple[str, dict[str, bytes]]:
    """The pull's id and the tables that it leaves."""
    done = pull.pull(corpus, "r1", [who], accept_removals=True, tell=lines.append, full=full)
    folder = corpus.layer_path("r1/a1")
    return done.pull_id, {path.name: path.read_bytes() for path in folder.glob("*.jsonl") if path.stat().st_size}


@pytest.fixture
def pulled(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> Callable[[], int]:
    """Pulls, compares with a full pull into an empty record, and says how many tasks were asked for."""

    def do() -> int:
        lines: list[str] = []
        quick = pull_id_and_tables(corpus, a1, lines, full=False)
        shutil.rmtree(corpus.annotations / "r1" / "a1", ignore_errors=True)
        assert pull_id_and_tables(corpus, a1, lines, full=True) == quick
        assert lines[1].endswith(f" {lines[1].split()[1]} of them new or changed")
        return int(lines[0].split(", ")[1].split()[0])

    return do


def submit(who: Seat, task: int) -> int:
    who.studio.annotate(task, RESULT, skipped=False, seconds=1.0, account=who.account or 0)
    (stored,) = [row for row in who.studio.tasks(_project(who, task)) if row["id"] == task]
    return int(stored["annotations"][0]["id"])


def _project(who: Seat, task: int) -> int:
    return int(who.studio._get(f"api/tasks/{task}/")["project"])


def test_only_what_was_submitted_changed_or_deleted_is_asked_for(
    pulled: Callable[[], int], a1: Seat, tasks: dict[str, int]
) -> None:
    assert pulled() == 3
    assert pulled() == 0
    work = submit(a1, tasks["one"])
    assert pulled() == 1
    a1.studio._client.annotations.update(id=work, result=[])
    assert pulled() == 1
    a1.studio._client.annotations.update(id=work, was_cancelled=True)
    assert pulled() == 1
    assert pulled() == 0
    a1.studio._client.annotations.delete(id=work)
    assert pulled() == 1


def test_a_task_that_is_gone_is_gone_and_a_new_one_is_there(
    pulled: Callable[[], int], corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"])
    assert pulled() == 3
    project = _project(a1, tasks["two"])
    a1.studio._client.tasks.delete(id=str(tasks["one"]))
    assert pulled() == 0
    listed = changes.listed(a1.studio, project, raw.latest(corpus, "r1", "a1", a1.studio.url, project))
    assert [task["data"]["article_id"] for task in listed.tasks] == ["three", "two"]


def test_an_altered_raw_file_is_not_built_upon(
    pulled: Callable[[], int], corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    assert pulled() == 3
    project = _project(a1, tasks["one"])
    assert raw.latest(corpus, "r1", "a1", a1.studio.url, project)
    path = next(corpus.pulls.glob("*/a1.jsonl"))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes().replace(b"port", b"fort"))
    assert raw.latest(corpus, "r1", "a1", a1.studio.url, project) is None
    assert pulled() == 3


def test_a_task_that_the_filter_does_not_bring_makes_it_ask_for_all(
    pulled: Callable[[], int], corpus: Corpus, a1: Seat, tasks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pulled() == 3
    project = _project(a1, tasks["one"])
    submit(a1, tasks["one"])
    monkeypatch.setattr(Studio, "tasks_since", lambda self, project, moment: [])
    listed = changes.listed(a1.studio, project, raw.latest(corpus, "r1", "a1", a1.studio.url, project))
    assert (listed.count, listed.asked) == (3, 3)


def test_who_submits_while_the_changes_are_listed_does_not_stop_the_pull(
    pulled: Callable[[], int], corpus: Corpus, a1: Seat, tasks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert pulled() == 3
    submit(a1, tasks["one"])
    waiting, get = [tasks["two"], tasks["three"]], Studio._get

    def get_while_somebody_submits(self: Studio, path: str, **params: Any) -> Any:
        answer = get(self, path, **params)
        if "updated_at" in str(params.get("query", "")) and waiting:
            a1.studio.annotate(waiting.pop(), RESULT, skipped=False, seconds=1.0, account=a1.account or 0)
        return answer

    with monkeypatch.context() as patch:
        patch.setattr(Studio, "_get", get_while_somebody_submits)
        pull.pull(corpus, "r1", [a1], accept_removals=False, tell=print)
    assert waiting == [tasks["two"]]
    assert pulled() == 1
    assert read_layer(corpus.layer_path("r1/a1"), "r1/a1").tasks["article_id"].to_list() == ["one", "three"]
