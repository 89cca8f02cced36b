from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

from dataset.intake.articles import ReadingOptions
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import read_all, refusals, row, take_in


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def put(path: Path, **columns: list[Any]) -> Path:
    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def test_a_row_is_an_article_and_days_and_numbers_are_read_as_they_are_typed(corpus: Corpus, tmp_path: Path) -> None:
    day, moment = date(2024, 10, 29), datetime(2024, 10, 29, 7, 30)
    path = put(tmp_path / "a.parquet", id=[1, 2], body=["Wind.", "Sun."], day=[day, None], at=[None, moment])
    first = take_in(corpus, path, columns={"article_id": "id", "text": "body", "published": "day"})
    assert (first.added, row(corpus, "1")["published"]) == (["1", "2"], "2024-10-29")
    (_, second) = read_all(path, ReadingOptions({"article_id": "id", "text": "body", "published": "at"}))
    assert second.metadata.published == "2024-10-29T07:30:00"


def test_shards_of_a_folder_are_read_one_after_the_other(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "set" / "data").mkdir(parents=True)
    put(tmp_path / "set" / "data" / "train-1.parquet", article_id=["b"], text=["Sun."])
    put(tmp_path / "set" / "data" / "train-0.parquet", article_id=["a"], text=["Wind."])
    assert take_in(corpus, tmp_path / "set").added == ["a", "b"]


def test_a_row_without_text_and_a_doubled_id_are_named(corpus: Corpus, tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", article_id=["a", "b", "a"], text=["Wind.", None, "Sun."])
    missing, twice = refusals(corpus, path)
    assert "a.parquet, row 2 has no text" in missing
    assert f"a.parquet, row 3 has the id a, as {path}, row 1 has" in twice


def test_a_wrong_column_is_refused_with_those_that_are_there(corpus: Corpus, tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", article_id=["a"], body=["Wind."])
    assert "has no column text; it has article_id, body" in refusals(corpus, path)[0]


@pytest.mark.parametrize("kept", [0, 3, 100, -1, -20])
def test_a_file_that_is_cut_off_is_refused(corpus: Corpus, tmp_path: Path, kept: int) -> None:
    path = put(tmp_path / "a.parquet", article_id=["a"], text=["Wind." * 100])
    path.write_bytes(path.read_bytes()[:kept])
    (reason,) = refusals(corpus, path)
    assert "a.parquet cannot be read as Parquet" in reason
    assert "get the whole file again" in reason


def test_a_page_within_that_is_damaged_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = put(tmp_path / "a.parquet", article_id=[f"a{number}" for number in range(2_000)], text=["Wind."] * 2_000)
    content = bytearray(path.read_bytes())
    content[4:400] = b"\xff" * 396
    path.write_bytes(bytes(content))
    assert "a.parquet cannot be read as Parquet" in refusals(corpus, path)[-1]


def test_a_column_that_is_there_twice_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    table = pyarrow.Table.from_arrays(
        [pyarrow.array([word]) for word in ("a", "x", "y")], ["article_id", "text", "text"]
    )
    pyarrow.parquet.write_table(table, tmp_path / "a.parquet")
    assert "column text twice" in refusals(corpus, tmp_path / "a.parquet")[0]


def test_values_that_are_no_words_or_no_moment_are_one_sentence(corpus: Corpus, tmp_path: Path) -> None:
    broken = pyarrow.array([b"\xff\xfe"]).cast(pyarrow.binary())
    words = pyarrow.Array.from_buffers(pyarrow.string(), 1, broken.buffers())
    put(tmp_path / "a.parquet", article_id=["a"], text=words)
    assert "cannot be read as Parquet" in refusals(corpus, tmp_path / "a.parquet")[0]
    far = pyarrow.array([2**60], pyarrow.timestamp("s"))
    put(tmp_path / "b.parquet", article_id=["b"], text=["Sun."], published=far)
    assert "cannot be read as Parquet" in refusals(corpus, tmp_path / "b.parquet")[0]
