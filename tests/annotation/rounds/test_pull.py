from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from annotation.labelstudio import client
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import normalise, projects, pull, push, raw
from annotation.rounds.export import pieces, task_in
from annotation.rounds.pull import PullResult
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import TABLES, Layer, read_layer
from dataset.record.withdrawal import withdraw
from dataset.storage.atomic import sha256
from tests.annotation.labelstudio.test_result import blank
from tests.annotation.labelstudio.written import result_of
from tests.commands import Running
from tests.corpora import make_corpus
from tests.dataset.release_setup import put_under_git
from tests.disks import small_disk, tree, unwritable
from tests.faults.table import tally

TEXT = "The port said on Monday: “We may lose about 40 ships.”"
Row = dict[str, Any]


def labelled() -> list[Row]:
    """Three spans and a link, as the page would send them."""
    speaker = blank("s", "speaker", 0, 8, TEXT) | {"speaker_entities": ["Port of Lomma"]}
    quote = blank("q", "quote", 25, len(TEXT), TEXT) | {"quote_form": "direct", "quote_source": "linked"}
    hedge = blank("h", "hedge", 29, 32, TEXT) | {"hedge_kind": "modal"}
    link = {"from_span": "q", "to_span": "s", "derived": False}
    return result_of([speaker, quote, hedge], [link], ["Port of Lomma"])


def submit(who: Seat, task: int, result: list[Row], *, skipped: bool = False) -> None:
    assert who.account
    who.studio.annotate(task, result, skipped=skipped, seconds=12.5, account=who.account)


def pulled(corpus: Corpus, *seats: Seat, accept_removals: bool = False) -> PullResult:
    return pull.pull(corpus, "r1", list(seats), accept_removals=accept_removals, tell=print)


def layer_of(corpus: Corpus, annotator: str = "a1") -> Layer:
    return read_layer(corpus.layer_path(f"r1/{annotator}"), f"r1/{annotator}")


def files(folder: Path) -> dict[str, tuple[str, int]]:
    """Content hash and time of every file below a folder."""
    return {
        str(path): (sha256(path.read_bytes()), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_what_was_submitted_is_in_the_record(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    layer = read_layer(corpus.layer_path("r1/a1"), "r1/a1")
    assert layer.spans["text"].to_list() == ["The port", "“We may lose about 40 ships.”", "may"]
    assert layer.relations.select("type", "from_span", "to_span", "derived").rows() == [
        ("said_by", "q", "s", False),
        ("hedges", "h", "q", True),
    ]
    assert layer.tasks.select("article_id", "status", "seconds").rows() == [("one", "submitted", 12.5)]
    assert not layer.findings.height


def test_the_four_ends_of_an_article_never_blur(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], [])
    submit(a1, tasks["two"], labelled()[:1], skipped=True)
    draft(a1, tasks["three"])
    pulled(corpus, a1)
    layer = layer_of(corpus)
    assert layer.tasks.select("article_id", "status").rows() == [("one", "submitted"), ("two", "skipped")]
    assert layer.spans.height == 0


def draft(who: Seat, task: int) -> None:
    """Work that was begun and not submitted."""
    wrapper = who.studio._client._client_wrapper.httpx_client
    sent = wrapper.request(f"api/tasks/{task}/drafts", method="POST", json={"result": labelled()[:1], "lead_time": 1})
    assert sent.status_code == 201


def test_an_unchanged_server_gives_the_same_pull_and_changes_no_file(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    first = pulled(corpus, a1)
    before = files(corpus.root / "annotations") | files(corpus.pulls)
    second = pulled(corpus, a1)
    assert (second.pull_id, second.changed) == (first.pull_id, [])
    assert files(corpus.root / "annotations") | files(corpus.pulls) == before


def test_a_raw_pull_is_whole_and_read_only(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    folder = corpus.pulls / pulled(corpus, a1).pull_id
    raw = [json.loads(line) for line in (folder / "a1.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [task["id"] for task in raw] == sorted(tasks.values())
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["annotators"]["a1"]["tasks"] == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o400}
    assert [path.name for path in corpus.pulls.iterdir()] == [folder.name]


def test_an_article_that_is_gone_on_the_server_stays_until_that_is_accepted(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    before = files(corpus.root / "annotations")
    a1.studio._client.tasks.delete(id=str(tasks["one"]))
    kept = pulled(corpus, a1)
    assert [removal.what for removal in kept.removed["r1/a1"]] == ["the article (submitted)"]
    assert kept.held == {"r1/a1": ["one"]}
    assert files(corpus.root / "annotations") == before
    assert kept.missing == {"a1": ["one"]}
    assert pulled(corpus, a1, accept_removals=True).held == {}
    assert read_layer(corpus.layer_path("r1/a1"), "r1/a1").tasks.height == 0


def take_off(who: Seat, corpus: Corpus, article: str, span: str) -> None:
    """Deletes a span of an article on the server, as its annotator would."""
    work = next(
        raw["annotations"][0]
        for raw in who.studio.tasks(projects.existing(corpus, "r1", who))
        if raw["data"]["article_id"] == article
    )
    kept = [region for region in work["result"] if span not in (region.get("id"), region.get("from_id"))]
    who.studio._client.annotations.update(id=work["id"], result=kept)


def test_a_span_that_is_gone_holds_back_its_own_article_alone(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    before = layer_of(corpus)
    take_off(a1, corpus, "one", "h")
    submit(a1, tasks["two"], [])
    kept = pulled(corpus, a1)
    assert (kept.held, len(kept.removed["r1/a1"])) == ({"r1/a1": ["one"]}, 1)
    after = layer_of(corpus)
    assert after.only(["one"]).spans.equals(before.spans) and after.relations.equals(before.relations)
    assert after.tasks["article_id"].to_list() == ["one", "two"]
    assert pulled(corpus, a1).changed == []
    assert pulled(corpus, a1, accept_removals=True).held == {}
    assert layer_of(corpus).spans["span_id"].to_list() == ["s", "q"]


def test_removals_are_accepted_of_the_articles_that_are_named(tmp_path: Path) -> None:
    texts = {"one": "Rain fell.", "two": "Snow fell.", "three": "Hail fell."}
    corpus = make_corpus(tmp_path / "corpus", texts)
    pull.pull_file(corpus, "r1", "a1", export_of(tmp_path / "export.json", texts), accept_removals=False)
    less = export_of(tmp_path / "less.json", {"three": texts["three"]})
    done = pull.pull_file(corpus, "r1", "a1", less, accept_removals=frozenset({"one"}))
    assert done.held == {"r1/a1": ["two"]}
    assert {removal.article_id for removal in done.removed["r1/a1"]} == {"one", "two"}
    assert layer_of(corpus).tasks["article_id"].to_list() == ["three", "two"]


def test_an_article_that_is_held_back_says_why_it_cannot_be_taken(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    submit(a1, tasks["one"], [])
    assert pulled(corpus, a1).held == {"r1/a1": ["one"]}
    layer = layer_of(corpus)
    assert (layer.findings["code"].to_list(), layer.spans.height) == (["several-submissions"], 3)


def test_a_span_taken_off_on_the_server_is_listed(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    work = a1.studio.tasks(projects.existing(corpus, "r1", a1))[0]["annotations"][0]
    kept = [region for region in work["result"] if region.get("id") != "h"]
    a1.studio._client.annotations.update(id=work["id"], result=kept)
    (lost,) = pulled(corpus, a1).removed["r1/a1"]
    assert lost.what == "hedge 29:32 “may” (h)"


def test_a_task_deleted_while_the_pull_lists_is_noticed(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "PAGE_SIZE", 1)
    listings: list[int] = []
    ask = Studio._list_tasks
    get = Studio._get

    def list_tasks(self: Studio, project: int, asked: dict[str, str], only: list[client.TaskFilter]) -> Any:
        listings.append(project)
        return ask(self, project, asked, only)

    def get_and_delete(self: Studio, path: str, **params: Any) -> Any:
        answer = get(self, path, **params)
        if tasks and params.get("query") and answer["tasks"]:
            a1.studio._client.tasks.delete(id=str(tasks.pop("one")))
            tasks.clear()
        return answer

    monkeypatch.setattr(Studio, "_list_tasks", list_tasks)
    monkeypatch.setattr(Studio, "_get", get_and_delete)
    got = pulled(corpus, a1)
    assert got.missing == {"a1": ["one"]}
    assert len(listings) == 2
    raw = (corpus.pulls / got.pull_id / "a1.jsonl").read_text(encoding="utf-8")
    assert [json.loads(line)["data"]["article_id"] for line in raw.splitlines()] == ["three", "two"]


def test_a_listing_that_never_adds_up_fails(
    corpus: Corpus, a1: Seat, tasks: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Studio, "_total", lambda self, project: 99)
    with pytest.raises(Problem, match="99 tasks, but lists 3"):
        pulled(corpus, a1)
    assert not corpus.pulls.exists()


def test_two_submissions_of_one_task_are_a_finding_and_neither_is_taken(
    corpus: Corpus, a1: Seat, tasks: dict[str, int]
) -> None:
    submit(a1, tasks["one"], labelled())
    submit(a1, tasks["one"], [])
    pulled(corpus, a1)
    layer = layer_of(corpus)
    assert layer.findings["code"].to_list() == ["several-submissions"]
    assert layer.tasks.height == layer.spans.height == 0


def test_work_by_another_account_is_a_finding(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    assert a1.account
    stranger = Seat("a1", a1.studio, a1.account + 1, blind=True)
    pulled(corpus, stranger)
    layer = layer_of(corpus)
    assert layer.findings["code"].to_list() == ["wrong-annotator"]
    assert layer.tasks.height == 0


def test_a_task_whose_text_was_edited_is_refused(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    data = a1.studio.tasks(projects.existing(corpus, "r1", a1))[0]["data"]
    a1.studio._client.tasks.update(id=str(tasks["one"]), data={**data, "text": TEXT.replace("40", "50")})
    pulled(corpus, a1)
    layer = layer_of(corpus)
    assert layer.findings["code"].to_list() == ["task-text-differs"]
    assert layer.spans.height == 0


def test_a_task_of_no_article_is_a_finding(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    project = projects.existing(corpus, "r1", a1)
    a1.studio.import_tasks(project, [{"data": {"text": "x", "entities": []}}])
    pulled(corpus, a1)
    layer = layer_of(corpus)
    ((code, article),) = layer.findings.select("code", "article_id").rows()
    stray = next(task["id"] for task in a1.studio.tasks(project) if task["data"]["text"] == "x")
    assert (code, pull.addresses(corpus, "r1/a1")[article]) == ("unknown-article", a1.studio.task_url(project, stray))


def test_two_annotators_have_layers_of_their_own(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    a2 = seat(corpus, "a2")
    push.deal(corpus, "r1", ["a1", "a2"])
    push.push(corpus, "r1", a2)
    theirs = {str(t.article_id): t.id for t in map(read_task, a2.studio.tasks(projects.existing(corpus, "r1", a2)))}
    submit(a1, tasks["one"], labelled())
    submit(a2, theirs["two"], [])
    pulled(corpus, a1, a2)
    first, second = layer_of(corpus), layer_of(corpus, "a2")
    assert first.tasks["article_id"].to_list() == ["one"]
    assert second.tasks["article_id"].to_list() == ["two"]
    assert set(second.tasks["annotator"]) == {"a2"}


def test_a_project_wiped_on_the_server_is_told(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    submit(a1, tasks["one"], labelled())
    pulled(corpus, a1)
    before = files(corpus.root / "annotations")
    a1.studio.delete_project(projects.existing(corpus, "r1", a1))
    with pytest.raises(Problem, match="has no project for a1 in round r1"):
        pulled(corpus, a1)
    assert files(corpus.root / "annotations") == before


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b'{"id": 1}', "is not a list of tasks"),
        (b"", "is not a list of tasks"),
        (b'[{"id": 1, "data"', "is not whole JSON"),
        (b"[1, 2]", "holds something that is not a task"),
        (b'["\xff"]', "is not whole JSON"),
    ],
)
def test_an_export_that_cannot_be_read_changes_nothing(
    corpus: Corpus, tmp_path: Path, content: bytes, reason: str
) -> None:
    export = tmp_path / "export.json"
    export.write_bytes(content)
    with pytest.raises(Problem, match=reason):
        pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert not corpus.pulls.exists()
    assert not (corpus.root / "annotations").exists()


def test_addresses_lead_to_the_tasks(corpus: Corpus, a1: Seat, tasks: dict[str, int]) -> None:
    pulled(corpus, a1)
    project = projects.existing(corpus, "r1", a1)
    assert pull.addresses(corpus, "r1/a1") == {
        article: a1.studio.task_url(project, task) for article, task in tasks.items()
    }


def export_of(path: Path, texts: dict[str, str]) -> Path:
    """An export in which every article of these texts was submitted with one span."""
    span = {"id": "s", "from_name": "label", "value": {"start": 0, "end": 4, "labels": ["hedge"]}}
    tasks = [
        {"id": number, "data": {"article_id": name, "text": text}, "annotations": [{"result": [span]}]}
        for number, (name, text) in enumerate(texts.items(), start=1)
    ]
    path.write_text(json.dumps(tasks), encoding="utf-8")
    return path


DAYS = {f"n{number}": f"Rain fell for {number} days." for number in range(6)}


def left_by(corpus: Corpus) -> dict[str, bytes]:
    """What a pull leaves, but for its notes of when it was."""
    folders = (corpus.pulls, corpus.annotations)
    paths = (path for folder in folders for path in folder.rglob("*") if path.is_file() and path.suffix != ".json")
    return {path.relative_to(corpus.root).as_posix(): path.read_bytes() for path in paths}


def test_an_export_that_is_odd_at_its_end_is_taken_whole_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Other processes have read all but its last task by then. It is read again, as if nothing had happened."""
    monkeypatch.setattr(normalise, "AT_ONCE", 1)
    export = export_of(tmp_path / "export.json", DAYS)
    export.write_text(export.read_text().replace('"id": 6,', '"id": 6, "beside": "\\ud800",'))
    both, slow = (make_corpus(tmp_path / name, DAYS) for name in ("both", "slow"))
    first = pull.pull_file(both, "r1", "a1", export, accept_removals=False)
    monkeypatch.setattr(pull, "pieces", lambda path: map(task_in, [b""]))
    pull.pull_file(slow, "r1", "a1", export, accept_removals=False)
    assert left_by(both) == left_by(slow)
    assert layer_of(both).tasks["article_id"].to_list() == list(DAYS)
    assert [path.name for path in both.pulls.iterdir()] == [first.pull_id]


def test_an_export_that_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normalise, "AT_ONCE", 1)
    export = export_of(tmp_path / "export.json", DAYS)
    export.write_bytes(export.read_bytes()[:-40])
    corpus = make_corpus(tmp_path / "corpus", DAYS)
    with pytest.raises(Problem, match="not whole JSON after 5 tasks"):
        pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert left_by(corpus) == {}


def test_an_article_whose_own_text_was_altered_is_a_finding_and_the_others_are_taken(tmp_path: Path) -> None:
    texts = {"one": "Rain fell.", "two": "Snow fell."}
    corpus = make_corpus(tmp_path / "corpus", texts)
    corpus.text_path("one").write_text("Hail fell.", encoding="utf-8")
    export = export_of(tmp_path / "export.json", texts)
    pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    layer = layer_of(corpus)
    assert layer.tasks["article_id"].to_list() == layer.spans["article_id"].to_list() == ["two"]
    assert layer.findings.select("article_id", "code").rows() == [("one", "article-text-unreadable")]
    assert str(tmp_path) not in layer.findings["message"][0]


def test_what_the_record_holds_on_an_article_stays_while_its_own_text_is_altered(tmp_path: Path) -> None:
    texts = {"one": "Rain fell.", "two": "Snow fell."}
    corpus = make_corpus(tmp_path / "corpus", texts)
    export = export_of(tmp_path / "export.json", texts)
    pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    before = layer_of(corpus)
    corpus.text_path("one").write_text("Hail fell.", encoding="utf-8")
    again = pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert again.removed == {}
    kept = read_layer(corpus.layer_path("r1/a1"), "r1/a1")
    assert kept.tasks.equals(before.tasks) and kept.spans.equals(before.spans)
    assert kept.findings["code"].to_list() == ["article-text-unreadable"]
    corpus.text_path("one").write_text(texts["one"], encoding="utf-8")
    pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    restored = layer_of(corpus)
    assert restored.tasks.equals(before.tasks) and not restored.findings.height


def test_tasks_of_an_article_that_was_withdrawn_are_passed_over_and_named(tmp_path: Path) -> None:
    texts = {"one": "Rain fell.", "two": "Snow fell."}
    corpus = make_corpus(tmp_path / "corpus", texts)
    put_under_git(corpus)
    export = export_of(tmp_path / "export.json", texts)
    pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    withdraw(corpus, "one", "asked for")
    corpus = open_corpus(corpus.root)
    again = pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert (again.withdrawn, again.removed, again.changed) == ({"a1": ["one"]}, {}, [])
    layer = layer_of(corpus)
    assert (layer.tasks["article_id"].to_list(), layer.findings.height) == (["two"], 0)


def test_an_article_that_is_withdrawn_while_a_pull_is_under_way_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull has kept its raw tasks when the article goes, and then comes to the record."""
    texts = {"one": "Rain fell.", "two": "Snow fell."}
    corpus = make_corpus(tmp_path / "corpus", texts)
    put_under_git(corpus)
    kept = raw.RawPull.keep

    def keep_and_withdraw(self: raw.RawPull) -> str:
        pull_id = kept(self)
        gone = Running("withdraw", "one", "--reason", "asked for", "--corpus", str(corpus.root)).ended()
        assert gone.returncode == 0, gone.stderr
        return pull_id

    monkeypatch.setattr(raw.RawPull, "keep", keep_and_withdraw)
    export = export_of(tmp_path / "export.json", texts)
    assert pull.pull_file(corpus, "r1", "a1", export, accept_removals=False).withdrawn == {"a1": ["one"]}
    assert layer_of(corpus).tasks["article_id"].to_list() == ["two"]
    assert not any(b"one" in path.read_bytes() for path in corpus.annotations.rglob("*.jsonl"))


def test_an_article_that_is_withdrawn_before_its_task_is_read_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pull has read the tombstones when the article goes, and then reads the seeds without it."""
    texts = {"one": "Rain fell.", "two": "Snow fell."}
    root = make_corpus(tmp_path / "corpus", texts).root
    put_under_git(open_corpus(root))

    def withdraw_and_read(export: Path) -> Iterator[bytes]:
        withdraw(open_corpus(root), "one", "asked for")
        return pieces(export)

    monkeypatch.setattr(pull, "pieces", withdraw_and_read)
    corpus = open_corpus(root)
    export = export_of(tmp_path / "export.json", texts)
    assert pull.pull_file(corpus, "r1", "a1", export, accept_removals=False).withdrawn == {"a1": ["one"]}
    layer = layer_of(corpus)
    assert (layer.tasks["article_id"].to_list(), layer.findings.height) == (["two"], 0)


def with_one_more_span(path: Path, text: str, words: str) -> Path:
    """An export of the article `one` with two spans and a name of these words."""
    value = {"start": 0, "end": 4}
    result = [
        {"id": "s", "from_name": "label", "value": {**value, "labels": ["hedge"]}},
        {"id": "n", "from_name": "label", "value": {"start": 5, "end": 9, "labels": ["speaker"]}},
        {"id": "n", "from_name": "speaker_other", "value": {"text": [words]}},
    ]
    task = {"id": 1, "data": {"article_id": "one", "text": text}, "annotations": [{"result": result}]}
    path.write_text(json.dumps([task]), encoding="utf-8")
    return path


@pytest.mark.counted
def test_a_disk_too_full_for_the_record_leaves_it_as_it_was(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain fell."})
    with small_disk(corpus.annotations, 1 << 15):
        export = export_of(tmp_path / "export.json", {"one": "Rain fell."})
        pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
        before = tree(corpus.annotations)
        more = with_one_more_span(tmp_path / "more.json", "Rain fell.", "long " * 10_000)
        with pytest.raises(Problem, match="cannot be written: No space left on device") as problem:
            pull.pull_file(corpus, "r1", "a1", more, accept_removals=False)
        assert "the record is as it was" in str(problem.value)
        with tally("full disk", "pull") as counted:
            counted.tried += 1
            counted.compare(before, tree(corpus.annotations).items())


def test_a_disk_too_full_for_the_raw_pull_keeps_nothing_of_it(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain fell."})
    more = with_one_more_span(tmp_path / "more.json", "Rain fell.", "long " * 10_000)
    with small_disk(corpus.pulls, 1 << 14):
        with pytest.raises(Problem, match="cannot be written: No space left on device"):
            pull.pull_file(corpus, "r1", "a1", more, accept_removals=False)
        assert tree(corpus.pulls) == {}
        assert not corpus.annotations.exists()


@pytest.mark.parametrize("folder", ["annotations", "pulls"])
def test_a_folder_that_cannot_be_written_is_told_by_a_pull(tmp_path: Path, folder: str) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain fell."})
    (corpus.root / folder).mkdir()
    export = export_of(tmp_path / "export.json", {"one": "Rain fell."})
    with unwritable(corpus.root / folder), pytest.raises(Problem, match=r"cannot be written: (Read-only|Permission)"):
        pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
    assert tree(corpus.root / "annotations") == {} or not corpus.annotations.exists()


@pytest.mark.parametrize("name", ["a1.jsonl", "manifest.json"])
def test_a_raw_pull_that_was_altered_is_noticed(tmp_path: Path, name: str) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain fell."})
    export = export_of(tmp_path / "export.json", {"one": "Rain fell."})
    folder = corpus.pulls / pull.pull_file(corpus, "r1", "a1", export, accept_removals=False).pull_id
    assert list(raw.altered(corpus)) == []
    (folder / name).chmod(0o600)
    (folder / name).write_bytes((folder / name).read_bytes()[1:])
    assert list(raw.altered(corpus)) == [folder / name]
    (folder / name).unlink()
    assert list(raw.altered(corpus)) == [folder / name]


def test_a_raw_pull_whose_manifest_holds_no_hash_is_not_taken_for_altered(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", {"one": "Rain fell."})
    export = export_of(tmp_path / "export.json", {"one": "Rain fell."})
    folder = corpus.pulls / pull.pull_file(corpus, "r1", "a1", export, accept_removals=False).pull_id
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    del manifest["annotators"]["a1"]["sha256"]
    (folder / "manifest.json").chmod(0o600)
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    assert list(raw.altered(corpus)) == []


def test_a_pull_into_parquet_brings_what_one_into_json_lines_does(tmp_path: Path) -> None:
    layers = []
    for form in ("jsonl", "parquet"):
        corpus = make_corpus(tmp_path / form, {"one": "Rain fell.", "two": "Snow fell."})
        with (corpus.root / "hedgerow.toml").open("a", encoding="utf-8") as settings:
            settings.write(f'[record]\nformat = "{form}"\n')
        corpus = open_corpus(corpus.root)
        export = export_of(tmp_path / "export.json", {"one": "Rain fell.", "two": "Snow fell."})
        first = pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
        again = pull.pull_file(corpus, "r1", "a1", export, accept_removals=False)
        assert (len(first.changed), again.changed) == (4, [])
        less = with_one_more_span(tmp_path / "more.json", "Rain fell.", "new")
        refused = pull.pull_file(corpus, "r1", "a1", less, accept_removals=False)
        assert [removal.article_id for removal in refused.removed["r1/a1"]] == ["two"]
        assert pull.pull_file(corpus, "r1", "a1", less, accept_removals=True).changed
        assert {path.suffix for path in corpus.layer_path("r1/a1").iterdir()} == {f".{form}", ".json"}
        layers.append(layer_of(corpus))
    assert all(getattr(layers[0], table).equals(getattr(layers[1], table)) for table in TABLES)
    assert layers[1].spans.height
