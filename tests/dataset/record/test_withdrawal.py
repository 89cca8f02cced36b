from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.checks.shared import check_shared
from dataset.checks.suite import check_record
from dataset.intake.articles import ArticleMetadata
from dataset.intake.sources import sources_of
from dataset.intake.taking_in import intake
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import below
from dataset.record.rights import rights_path
from dataset.record.splits import fixed_splits
from dataset.record.withdrawal import read_withdrawn, withdraw, withdrawn_path
from dataset.statements.tables import read_gold
from dataset.storage.atomic import sha256
from tests.dataset.loading import files
from tests.dataset.release_setup import put_ready, put_under_git
from tests.dataset.rights import read_rights
from tests.dataset.sorting import put_sorted, sorted_rows
from tests.dataset.tiny import EVENT, ONE, TEXTS, TWO, put_jsonl
from tests.disks import unwritable

WHY = "its publisher asked for it"


@pytest.fixture
def ready(tmp_path: Path) -> Corpus:
    corpus = put_ready(tmp_path / "corpus")
    deals = [{"round": "r1", "annotator": "a1", "article_id": article} for article in TEXTS]
    put_jsonl(corpus.annotations / "r1" / "deals.jsonl", deals)
    warning = {"code": "h9-unlabelled-cue", "place": "0:4 Kyiv", "reason": "it is none"}
    put_jsonl(corpus.annotations / "acknowledged.jsonl", [warning | {"article_id": article} for article in (ONE, TWO)])
    return corpus


def lines(corpus: Corpus) -> dict[str, list[str]]:
    return {path.relative_to(corpus.root).as_posix(): path.read_text().splitlines() for path in tables(corpus)}


def tables(corpus: Corpus) -> list[Path]:
    return [*corpus.annotations.rglob("*.jsonl"), corpus.seeds / "articles.jsonl"]


def test_an_article_goes_from_every_table_and_nothing_else_does(ready: Corpus) -> None:
    before = lines(ready)
    assert sum(f'"{TWO}"' in line for table in before.values() for line in table) > 10
    withdraw(ready, TWO, WHY)
    after = lines(ready)
    assert {name: [line for line in table if f'"{TWO}"' not in line] for name, table in before.items()} == after
    assert not ready.text_path(TWO).exists()
    assert ready.text_path(ONE).exists()


def test_a_tombstone_without_text_stays(ready: Corpus) -> None:
    withdraw(ready, TWO, f" {WHY} ")
    assert read_withdrawn(ready).to_dicts() == [
        {
            "article_id": TWO,
            "text_sha256": sha256(TEXTS[TWO].encode()),
            "event_id": EVENT,
            "date": "2026-11-20",
            "reason": WHY,
        }
    ]
    own = (content for name, content in files(ready.root).items() if not name.startswith(".git/"))
    assert not any(TEXTS[TWO].encode() in content for content in own)


def test_the_record_is_sound_after_it(ready: Corpus) -> None:
    withdraw(ready, TWO, WHY)
    fresh = open_corpus(ready.root)
    assert list(check_record(fresh, ["gold", "r1/a1"])) == []
    assert fixed_splits(fresh).rows() == [(EVENT, "train")]


def test_the_files_that_changed_are_told(ready: Corpus) -> None:
    changed = {below(ready.root, path) for path in withdraw(ready, TWO, WHY)}
    assert {"seeds/withdrawn.jsonl", "seeds/articles.jsonl", f"seeds/text/{TWO}.txt"} < changed
    assert {
        f"annotations/{name}" for name in ("gold/decisions.jsonl", "r1/deals.jsonl", "acknowledged.jsonl")
    } < changed
    assert withdraw(open_corpus(ready.root), TWO, WHY) == []


def test_a_withdrawal_that_was_cut_off_is_ended_by_the_same_call(ready: Corpus) -> None:
    withdraw(ready, TWO, WHY)
    whole = {name: content for name, content in files(ready.root).items() if not name.startswith(".hedgerow/")}
    ready.text_path(TWO).write_text(TEXTS[TWO])
    with (ready.seeds / "articles.jsonl").open("a") as path:
        path.write(json.dumps({**ready.by_id[TWO]}) + "\n")
    withdraw(open_corpus(ready.root), TWO, WHY)
    assert {name: content for name, content in files(ready.root).items() if not name.startswith(".hedgerow/")} == whole


@pytest.mark.parametrize("name", [TWO, "another"])
def test_neither_the_id_nor_the_text_comes_back(ready: Corpus, tmp_path: Path, name: str) -> None:
    withdraw(ready, TWO, WHY)
    file = tmp_path / f"{name}.txt"
    file.write_text(TEXTS[TWO] if name != TWO else "Other words.")
    with pytest.raises(Problem, match="is the article two that was withdrawn"):
        intake(open_corpus(ready.root), sources_of([str(file)]), ArticleMetadata(EVENT))


def test_other_articles_are_taken_in_as_before(ready: Corpus, tmp_path: Path) -> None:
    withdraw(ready, TWO, WHY)
    (tmp_path / "new.txt").write_text("Other words.")
    assert intake(open_corpus(ready.root), sources_of([str(tmp_path / "new.txt")]), ArticleMetadata(EVENT)).added == [
        "new"
    ]


def test_what_its_source_statement_use_goes_with_it(ready: Corpus) -> None:
    statement = {"kind": "licence", "statement": "CC BY 2.5", "place": "column licence", "seen": "2024-10-29"}
    put_jsonl(rights_path(ready), [{"article_id": article, **statement} for article in (ONE, TWO)])
    withdraw(ready, TWO, WHY)
    assert read_rights(ready)["article_id"].to_list() == [ONE]


def test_an_article_that_is_not_there_is_refused(ready: Corpus) -> None:
    with pytest.raises(Problem, match="the corpus has no article nine"):
        withdraw(ready, "nine", WHY)
    assert not withdrawn_path(ready).exists()


def test_a_withdrawal_without_a_reason_is_refused(ready: Corpus) -> None:
    with pytest.raises(Problem, match="needs a reason"):
        withdraw(ready, TWO, " ")
    assert ready.text_path(TWO).exists()


@pytest.mark.parametrize("line", ["{", "[1]", "\x00", '{"event_id": []}', '{"article_id":' + "[" * 100_000])
@pytest.mark.parametrize("name", ["acknowledged.jsonl", "r1/a1/spans.jsonl", "r1/deals.jsonl"])
def test_a_line_that_cannot_be_read_stops_a_withdrawal_before_anything_changes(
    ready: Corpus, name: str, line: str
) -> None:
    path = ready.annotations / name
    path.write_text(f"{path.read_text()}{line}\n")
    number = len(path.read_text().splitlines())
    before = files(ready.root)
    with pytest.raises(Problem, match=rf"{name} cannot be read at line {number}, so nothing was changed"):
        withdraw(ready, TWO, WHY)
    assert in_git(files(ready.root)) == in_git(before)


def in_git(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in files.items() if not name.startswith(".hedgerow/")}


def test_a_disk_that_does_not_take_all_of_a_withdrawal_takes_nothing_of_it(ready: Corpus) -> None:
    before = files(ready.root)
    last = ready.annotations / "r1" / "a2"
    with unwritable(last), pytest.raises(Problem, match=r"cannot be written: (Read-only|Permission)"):
        withdraw(ready, TWO, WHY)
    assert in_git(files(ready.root)) == in_git(before)


def test_a_broken_file_of_tombstones_is_refused(ready: Corpus) -> None:
    withdrawn_path(ready).write_text('{"article_id": "two"}\n')
    with pytest.raises(Problem, match=r"withdrawn\.jsonl"):
        read_withdrawn(ready)


def test_a_withdrawal_that_left_the_text_is_found_and_ended(ready: Corpus) -> None:
    text = ready.text(TWO)
    withdraw(ready, TWO, WHY)
    ready.text_path(TWO).write_text(text, encoding="utf-8")
    after = open_corpus(ready.root)
    assert [finding.code for finding in check_shared(after)] == ["withdrawal-unfinished"]
    withdraw(after, TWO, WHY)
    assert list(check_shared(open_corpus(ready.root))) == []


def test_an_article_that_has_a_tombstone_and_stands_in_the_seeds_is_found_and_not_built(
    ready: Corpus, tmp_path: Path
) -> None:
    known = ready.by_id[TWO]
    row = {"article_id": TWO, "text_sha256": known["text_sha256"], "event_id": known["event_id"]}
    put_jsonl(withdrawn_path(ready), [{**row, "date": "2031-05-02", "reason": WHY}])
    assert "withdrawal-unfinished" in [finding.code for finding in check_shared(ready)]
    with pytest.raises(Problem, match="two was withdrawn and is still in seeds"):
        build(ready, "gold", tmp_path / "out", allow_errors=True)


def test_statements_that_no_other_article_tells_go_with_it(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path / "dam", sorted_rows())
    put_under_git(corpus)
    withdraw(corpus, ONE, WHY)
    gold = read_gold(corpus)
    assert set(gold["statements"]["statement_id"]) == {"age", "hold"}
    assert set(gold["tellings"]["article_id"]) == {TWO}
    assert gold["contradictions"].is_empty()
    assert [finding.code for finding in check_shared(open_corpus(corpus.root))] == []
