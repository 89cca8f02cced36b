from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset.intake.articles import ReadingOptions
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import read_all, refusals


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def put(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


@pytest.mark.parametrize(
    ("name", "separator"), [("feed.csv", ","), ("feed.csv", ";"), ("feed.csv", "\t"), ("feed.tsv", "\t")]
)
def test_a_row_is_an_article_whatever_separates_its_fields(tmp_path: Path, name: str, separator: str) -> None:
    lines = ["article_id,title,text", 'a,"Rain, again","Water rose.\n\nIt ""fell""."', "", "b,,Wind."]
    feed = put(tmp_path / name, "\r\n".join(line.replace(",", separator) for line in lines) + "\r\n")
    first, second = read_all(feed)
    assert (first.article_id, first.text) == ("a", 'Water rose.\n\nIt "fell".')
    assert first.metadata.title == f"Rain{separator} again".replace("\t", " ").replace("  ", " ")
    assert (second.metadata.title, second.text, second.place) == (None, "Wind.", f"{feed}, line 6")


@given(
    rows=st.lists(
        st.tuples(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), st.text()), max_size=4
    )
)
def test_what_a_table_holds_is_read_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str]]
) -> None:
    kept = [(text, title.replace("\0", "")) for text, title in rows if text != "\ufeff"]
    path = tmp_path_factory.mktemp("drawn") / "feed.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "title"])
        writer.writerows((text, title.encode("utf-8", "replace").decode()) for text, title in kept)
    assert [article.text for article in read_all(path)] == [text for text, _ in kept]


def test_a_long_text_is_read_whole(tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.csv", f"article_id,text\na,{'x' * 300_000}\n")
    assert len(read_all(feed)[0].text) == 300_000


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252"])
def test_a_table_in_another_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    feed = put(tmp_path / "feed.csv", "article_id,text\na,Fähre\n", encoding)
    options = ReadingOptions(encoding=encoding if encoding == "cp1252" else None)
    assert read_all(feed, options)[0].text == "Fähre"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            'article_id,text\na,"Water\nb,Wind\nc,Sun\n',
            "the row that begins at line 2 cannot be read: a quote is left open",
        ),
        ('article_id,text\na,Wind\nb,"Wa"ter"\n', "line 3 cannot be read: something stands after a closing quote"),
        ("article_id,text\na,Rain, wind and sun\n", "line 2 has 3 fields, and the header 2"),
        ("article_id,text\na\n", "line 2 has 1 fields, and the header 2"),
        ("article_id,text\na,\n", "line 2 has no text"),
        ("article_id,text\na,W\na,V\n", "has the id a, as"),
        ("id,body\na,W\n", "feed.csv has no column text; it has id, body"),
        ("text,text\na,W\n", "has the column text twice"),
        ("", "has no column text; it has none"),
    ],
)
def test_a_broken_table_is_a_sentence_and_nothing_is_added(
    corpus: Corpus, tmp_path: Path, content: str, words: str
) -> None:
    (reason,) = refusals(corpus, put(tmp_path / "feed.csv", content))
    assert words in reason
    assert "feed.csv" in reason


def test_a_row_in_another_encoding_is_named(corpus: Corpus, tmp_path: Path) -> None:
    feed = tmp_path / "feed.csv"
    feed.write_bytes(b"article_id,text\na,Wind\n" + "b,Fähre\n".encode("latin-1"))
    (reason,) = refusals(corpus, feed)
    assert "line 3, is not UTF-8 at byte 4 (0xe4)" in reason


def test_a_column_that_is_named_and_not_there_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    feed = put(tmp_path / "feed.csv", "article_id,text\na,W\n")
    (reason,) = refusals(corpus, feed, options=ReadingOptions({"outlet": "paper"}))
    assert "has no column paper, which is to hold outlet; it has article_id, text" in reason


def test_a_quote_left_open_in_a_large_table_does_not_fill_the_memory(
    corpus: Corpus, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataset.intake.delimited.LONGEST_FIELD", 1_000)
    feed = put(tmp_path / "feed.csv", 'article_id,text\na,"Water\n' + "b,Wind\n" * 1_000)
    assert "begins at line 2 cannot be read: a quote is left open" in refusals(corpus, feed)[0]
