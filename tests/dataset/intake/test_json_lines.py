from __future__ import annotations

import json
from pathlib import Path

import pytest

from dataset.intake.articles import ArticleMetadata, ReadingOptions, RightsStatement
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import read_all, refusals, row, take_in
from tests.dataset.rights import read_rights

ONE = {"article_id": "a", "text": "Water rose."}
TWO = {"article_id": "b", "text": "Water fell."}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def put(path: Path, *rows: object, encoding: str = "utf-8") -> Path:
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding=encoding)
    return path


def test_a_line_is_an_article_with_what_it_says_of_itself(corpus: Corpus, tmp_path: Path) -> None:
    known = {
        "event_id": "flood",
        "title": " Water \n rises",
        "outlet": "The Gull",
        "published": "2024-10-29",
        "url": "https://gull.example/1",
        "licence": "CC-BY-4.0",
        "language": "en-GB",
    }
    added = take_in(corpus, put(tmp_path / "feed.jsonl", ONE | known, TWO)).added
    assert added == ["a", "b"]
    assert open_corpus(corpus.root).text("a") == "Water rose."
    held = row(corpus, "a")
    assert {name: held[name] for name in known} == known | {"title": "Water rises"}
    assert row(corpus, "b")["event_id"] is None


def test_what_a_line_does_not_say_is_as_it_is_said_of_all(corpus: Corpus, tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.jsonl", ONE | {"outlet": "The Gull"}, TWO | {"outlet": ""})
    take_in(corpus, feed, defaults=ArticleMetadata("flood", outlet="The Tern"))
    assert [row(corpus, article)["outlet"] for article in ("a", "b")] == ["The Gull", "The Tern"]


def test_columns_have_the_names_that_are_given(tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.jsonl", {"id": 7, "body": "Water.", "text": "a teaser"})
    (article,) = read_all(feed, ReadingOptions({"text": "body", "article_id": "id"}))
    assert (article.article_id, article.text) == ("7", "Water.")


def test_a_text_may_be_in_a_file_beside(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_bytes("Fähre.".encode("utf-16"))
    (article,) = read_all(put(tmp_path / "feed.jsonl", {"text_path": "texts/a.txt", "title": "T"}))
    assert (article.text, article.stem, article.metadata.title) == ("Fähre.", "a", "T")


def test_a_text_elsewhere_is_nobodys_to_read(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Key.")
    (tmp_path / "in").mkdir()
    feed = put(tmp_path / "in" / "feed.jsonl", ONE, {"article_id": "b", "text_path": "../secret.txt"})
    assert "line 2 names ../secret.txt, which is not below" in refusals(corpus, feed)[0]


def test_a_licence_is_kept_as_a_statement_as_it_was_written(corpus: Corpus, tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.jsonl", ONE | {"rights": "CC BY 2.5"})
    (article,) = read_all(feed, ReadingOptions({"licence": "rights"}))
    assert article.rights == (RightsStatement("licence", "CC BY 2.5", "column rights"),)
    gathered = take_in(corpus, feed, columns={"licence": "rights"})
    assert row(corpus, "a")["licence"] == "CC-BY-2.5"
    assert gathered.notes == ["the licence “CC BY 2.5” is kept as CC-BY-2.5"]
    (statement,) = read_rights(corpus).rows(named=True)
    assert (statement["article_id"], statement["statement"], statement["place"]) == ("a", "CC BY 2.5", "column rights")


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"article_id": "x", "text": "W', "line 2 is not JSON"),
        ('["text"]', "line 2 is not an object"),
        ('{"article_id": "x"}', "line 2 has no text"),
        ('{"article_id": "x", "text": ""}', "line 2 has no text"),
        ('{"article_id": "x", "text": ["W"]}', "line 2 has no words in the column text"),
        ('{"article_id": "x", "text": "\\ud800"}', "line 2"),
        ('{"article_id": "x", "text": "a\\u0007"}', "line 2 holds a control character, U+0007, at 1:2"),
        ('{"article_id": "x", "text": " \\n"}', "line 2 is blank"),
        ('{"article_id": "x y", "text": "W"}', "line 2: “x y” cannot be an article's id"),
        ('{"text": "W"}', "line 2 gives no id, and no address to make one from"),
        ('{"article_id": ["x"], "text": "W"}', "line 2 has list in the column article_id"),
        ('{"article_id": "a", "text": "W"}', "has the id a, as"),
        ('{"article_id": "one", "text": "W"}', "there is an article one already, with another text"),
        ('{"article_id": "x", "text": "W", "published": "3024-01-01"}', "line 2: 3024-01-01 is in the future"),
        ('{"article_id": "x", "text": "W", "url": "gull.example"}', "line 2: “gull.example” is not an address"),
    ],
)
def test_a_broken_line_is_named_and_nothing_is_added(corpus: Corpus, tmp_path: Path, line: str, words: str) -> None:
    feed = put(tmp_path / "feed.jsonl", ONE)
    feed.write_text(feed.read_text() + line + "\n" + json.dumps(TWO) + "\n", encoding="utf-8")
    (reason,) = refusals(corpus, feed)
    assert words in reason
    assert "feed.jsonl" in reason


def test_a_line_in_another_encoding_is_named_with_its_byte(corpus: Corpus, tmp_path: Path) -> None:
    feed = tmp_path / "feed.jsonl"
    lines = [
        json.dumps(ONE).encode(),
        '{"article_id": "b", "text": "Fähre"}'.encode("latin-1"),
        json.dumps(TWO).encode(),
    ]
    feed.write_bytes(b"\n".join(lines))
    (reason,) = refusals(corpus, feed)
    assert "line 2, is not UTF-8 at byte 31 (0xe4)" in reason
    assert "--encoding" in reason


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-16-le", "latin-1", "utf-8-sig"])
def test_a_file_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    feed = put(tmp_path / "feed.jsonl", ONE | {"text": "Fähre"}, TWO, encoding=encoding)
    own = ReadingOptions(encoding=None if encoding in ("utf-16", "utf-32", "utf-8-sig") else encoding)
    assert [article.text for article in read_all(feed, own)] == ["Fähre", "Water fell."]


def test_a_wrong_column_is_one_sentence_with_those_that_are_there(corpus: Corpus, tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.jsonl", {"id": "a", "body": "W"}, {"id": "b", "body": "V"})
    (reason,) = refusals(corpus, feed)
    assert "has no column text; it has id, body" in reason
    (reason,) = refusals(corpus, feed, options=ReadingOptions({"text": "body", "article_id": "id", "title": "head"}))
    assert "has no column head, which is to hold title" in reason


def test_a_line_without_end_is_not_read_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dataset.intake.lines.LONGEST_LINE", 100)
    feed = put(tmp_path / "feed.jsonl", ONE, TWO | {"text": "W" * 100})
    with pytest.raises(Problem, match="line 2, is longer than"):
        read_all(feed)


def test_a_path_that_can_be_no_file_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "round.txt").symlink_to("round.txt")
    for named in ("a\\u0000.txt", "round.txt"):
        (tmp_path / "a.jsonl").write_text(f'{{"article_id": "a", "text_path": "{named}"}}\n', encoding="utf-8")
        assert len(refusals(corpus, tmp_path / "a.jsonl")) == 1
