"""The record gives the same, in whatever parts it is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.checks.suite import check_layer, check_range, check_record
from dataset.folder import writer
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.counts import submitted_articles, summary, summary_of
from dataset.record.layer import GOLD, layer_ranges, read_layer
from dataset.storage import article_ranges
from dataset.storage.article_ranges import WHOLE
from dataset.storage.atomic import sha256
from tests.dataset.tiny import (
    ONE,
    TEXTS,
    Row,
    Rows,
    as_layer,
    decision,
    put_corpus,
    put_jsonl,
    put_layer,
    valid_rows,
)

ARTICLES = [f"n{at:02}" for at in range(15)]
SIZES = st.integers(600, 40_000)


def of(article: str) -> Rows:
    """What is said of an article: of every fourth nothing but a skip, of every fifth something that is a finding."""
    at, rows = int(article[1:]), valid_rows()
    changed = {
        name: [row | {"article_id": article} for row in table if row["article_id"] == ONE]
        for name, table in rows.items()
    }
    if at % 5 == 0:
        changed["spans"] = changed["spans"][1:]
    if at % 4 == 0:
        changed = {name: [] for name in changed} | {"tasks": [changed["tasks"][0] | {"status": "skipped"}]}
    return changed


def all_rows() -> Rows:
    parts_ = [of(article) for article in ARTICLES]
    return {name: [row for part in parts_ for row in part[name]] for name in parts_[0]}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    events = {article: f"event{int(article[1:]) // 3}" for article in ARTICLES}
    corpus = put_corpus(tmp_path_factory.mktemp("parts"), dict.fromkeys(ARTICLES, TEXTS[ONE]), events)
    for name in ("r1/a1", "r1/a2", GOLD):
        put_layer(corpus, as_layer(all_rows(), name), name)
    put_jsonl(corpus.splits, [{"event_id": f"event{at}", "split": ("train", "test")[at % 2]} for at in range(5)])
    put_jsonl(corpus.decisions, decisions())
    return corpus


def decisions() -> list[Row]:
    spans = [span for span in all_rows()["spans"] if span["span_id"] != "near"]
    return [
        decision(who, span["span_id"], "kept", article_id=span["article_id"], gold_span=span["span_id"])
        for span in spans
        for who in ("a1", "a2")
    ]


@given(SIZES)
@settings(max_examples=3)
def test_the_findings_are_the_same(corpus: Corpus, size: int) -> None:
    for name in ("r1/a1", GOLD):
        paths = (corpus.layer_path(name) / f"{table}.jsonl" for table in ("tasks", "spans", "relations"))
        findings = [
            finding
            for article_range in article_ranges.ranges_of(paths, size)
            for finding in check_range(corpus, name, check_layer, article_range)
        ]
        assert findings == check_range(corpus, name, check_layer, WHOLE)
        assert {finding.code for finding in findings} >= {"relation-end-missing"}


@given(SIZES, st.integers(1, 9))
@settings(max_examples=3)
def test_a_build_has_the_same_bytes(
    corpus: Corpus, tmp_path_factory: pytest.TempPathFactory, size: int, group: int
) -> None:
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(writer, "ROW_GROUP", {"articles": group, "tokens": group})
        patch.setattr(writer, "AT_ONCE", group * 3)
        build(corpus, GOLD, folder / "whole", allow_errors=True)
        patch.setattr(article_ranges, "AT_ONCE", size)
        assert len(layer_ranges(corpus.layer_path(GOLD))) > 1 or size > 30_000
        build(corpus, GOLD, folder / "parts", allow_errors=True)
    assert digests(folder / "parts") == digests(folder / "whole")


def digests(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): sha256(path.read_bytes()) for path in folder.rglob("*") if path.is_file()
    }


def test_what_a_layer_holds_adds_up(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summary_of(read_layer(corpus.layer_path(GOLD), GOLD))
    submitted = list(submitted_articles(corpus, GOLD))
    monkeypatch.setattr(article_ranges, "AT_ONCE", 2_000)
    assert summary(corpus, GOLD) == whole
    assert (
        list(submitted_articles(corpus, GOLD)) == submitted == [article for article in ARTICLES if int(article[1:]) % 4]
    )


def test_what_cannot_be_read_is_one_finding_and_the_rest_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = put_corpus(tmp_path, dict.fromkeys(ARTICLES, TEXTS[ONE]))
    put_layer(corpus, all_rows())
    path = corpus.layer_path("r1/a1") / "spans.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join([*lines[:-1], lines[-1].replace('"start":', '"start":"x",  "begin":')]), encoding="utf-8")
    monkeypatch.setattr(article_ranges, "AT_ONCE", 2_000)
    findings = list(check_record(corpus, ["r1/a1"]))
    assert [finding.message for finding in findings if finding.code == "unreadable-table"] == [
        f"{path} cannot be read as the table Spans: line {len(lines)} has the column begin, which the table does not"
    ]
    assert {finding.article_id for finding in findings} > {"", ARTICLES[5]}


def test_a_table_in_no_order_is_one_finding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corpus = put_corpus(tmp_path, dict.fromkeys(ARTICLES, TEXTS[ONE]))
    put_layer(corpus, all_rows())
    path = corpus.layer_path("r1/a1") / "spans.jsonl"
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    assert "unreadable-table" not in {finding.code for finding in check_record(corpus, ["r1/a1"])}
    monkeypatch.setattr(article_ranges, "AT_ONCE", 2_000)
    (finding,) = check_record(corpus, ["r1/a1"])
    assert (finding.code, finding.message) == ("unreadable-table", f"{path} is not sorted by article_id")
