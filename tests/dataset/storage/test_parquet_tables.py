"""Tables of the record as Parquet."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import polars as pl
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES, layer_ranges, make_layer, read_layer
from dataset.storage import article_ranges, parquet_tables
from dataset.storage.article_ranges import ArticleRange, batches, ranges_of, read_range, rows_before
from dataset.storage.parquet_tables import groups_bytes, write_groups
from tests.dataset.drawn import Record, records
from tests.dataset.layers import write_layer
from tests.dataset.tiny import LAYER, put_corpus, valid_rows

IDS = st.text("abcé𝔸~-", min_size=1, max_size=3)
ROWS = st.lists(st.tuples(st.none() | IDS, st.integers(0, 9)), max_size=40)
ArticleStarts = list[tuple[str | None, int]]


def spans(rows: ArticleStarts) -> pl.DataFrame:
    frame = schema.frame(schema.Spans, [{"article_id": article, "start": start} for article, start in rows])
    return frame.sort("article_id", "start", nulls_last=True)


@pytest.fixture
def small_groups() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_tables, "ROWS", 5)
        yield


def written(folder: Path, rows: pl.DataFrame) -> Path:
    path = folder / "spans.parquet"
    path.write_bytes(groups_bytes(schema.Spans, rows))
    return path


@settings(max_examples=20, deadline=None)
@given(records(), st.integers(1, 30), st.integers(1, 20_000))
def test_a_layer_is_the_same_in_parquet_in_whatever_parts_it_is_read(
    tmp_path_factory: pytest.TempPathFactory, record: Record, group: int, size: int
) -> None:
    folder, layer = tmp_path_factory.mktemp("layer"), make_layer(LAYER, **record.rows)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parquet_tables, "ROWS", group)
        patch.setattr(article_ranges, "AT_ONCE", size)
        assert len(write_layer(folder, layer, "parquet")) == len(TABLES)
        read = [read_layer(folder, LAYER, article_range) for article_range in layer_ranges(folder)]
        assert write_layer(folder, read_layer(folder, LAYER)) == []
    for name in TABLES:
        assert pl.concat(getattr(article_range, name) for article_range in read).equals(getattr(layer, name))


@settings(deadline=None)
@given(ROWS, st.lists(st.integers(0, 40)))
@pytest.mark.usefixtures("small_groups")
def test_the_same_rows_give_the_same_bytes_in_whatever_batches_they_come(rows: ArticleStarts, cuts: list[int]) -> None:
    frame, out = spans(rows), io.BytesIO()
    edges = [0, *sorted(cuts), 40]
    write_groups(out, schema.Spans, [frame[start:end] for start, end in pairwise(edges)])
    assert out.getvalue() == groups_bytes(schema.Spans, frame)


@settings(deadline=None)
@given(ROWS, IDS, IDS)
@pytest.mark.usefixtures("small_groups")
def test_a_part_holds_the_articles_between_two_ids(
    tmp_path_factory: pytest.TempPathFactory, rows: ArticleStarts, low: str, high: str
) -> None:
    path, ids = written(tmp_path_factory.mktemp("part"), spans(rows)), [article for article, _ in rows]
    first, until = sorted([low, high])
    middle, last = ArticleRange(first, until), ArticleRange(until, None)
    named = sorted(article for article in ids if article is not None)
    assert read_range(path, schema.Spans, middle)["article_id"].to_list() == [
        article for article in named if first <= article < until
    ]
    assert read_range(path, schema.Spans, last).height == sum(article >= until for article in named) + ids.count(None)
    assert rows_before(path, middle) == sum(article < first for article in named)


@pytest.mark.usefixtures("small_groups")
def test_an_article_is_in_one_row_group(tmp_path: Path) -> None:
    counts = {"a": 3, "b": 3, "c": 9, "d": 1, "e": 2}
    rows: ArticleStarts = [(article, start) for article, count in counts.items() for start in range(count)]
    path = written(tmp_path, spans(rows))
    file = pyarrow.parquet.ParquetFile(path)
    groups = [file.read_row_group(number)["article_id"].to_pylist() for number in range(file.num_row_groups)]
    assert groups == [list("aaa"), list("bbb"), list("ccccccccc"), list("dee")]


@pytest.mark.usefixtures("small_groups")
def test_only_the_row_groups_of_a_part_are_read(tmp_path: Path) -> None:
    path = written(tmp_path, spans([(f"n{at:02}", start) for at in range(20) for start in range(5)]))
    content = bytearray(path.read_bytes())
    at = pyarrow.parquet.read_metadata(path).row_group(10).column(0).data_page_offset
    content[at : at + 40] = bytes(40)
    path.write_bytes(content)
    cut = ranges_of([path], 1)
    assert len(cut) == 20
    assert [batch.height for batch in batches(path, schema.Spans, cut[:10])] == [5] * 10
    with pytest.raises(Problem, match=r"spans\.parquet cannot be read as the table Spans"):
        read_range(path, schema.Spans, cut[10])


def test_rows_in_no_order_are_not_written() -> None:
    frame = spans([("b", 0), ("a", 1), (None, 2)])
    for wrong in (frame.reverse(), frame[[2, 0, 1]]):
        with pytest.raises(ValueError, match="not sorted"):
            groups_bytes(schema.Spans, wrong)


def test_a_table_of_another_writer_in_no_order_is_refused_where_it_has_parts(tmp_path: Path) -> None:
    path = tmp_path / "spans.parquet"
    table = spans([("a", 0), ("b", 1), ("c", 2)])[[0, 2, 1]].to_arrow().cast(schema.arrow_schema(schema.Spans))
    pyarrow.parquet.write_table(table, path, row_group_size=1)
    with pytest.raises(Problem, match=r"spans\.parquet is not sorted by article_id"):
        ranges_of([path], 1)
    with pytest.raises(Problem, match=r"spans\.parquet is not sorted by article_id"):
        read_range(path, schema.Spans, ArticleRange("a", None))
    assert read_range(path, schema.Spans)["article_id"].to_list() == ["a", "c", "b"]


SPANS = spans([("one", 1), ("two", 2)])
WRONG = {
    "another column": SPANS.with_columns(more=pl.lit(1)),
    "a column less": SPANS.drop("label"),
    "another type": SPANS.with_columns(pl.col("start").cast(pl.String)),
    "another order": SPANS.select(reversed(SPANS.columns)),
}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    write_layer(corpus.layer_path(LAYER), make_layer(LAYER, **valid_rows()), "parquet")
    return corpus


@pytest.mark.parametrize("what", [*WRONG, "a byte", "the end", "everything"])
def test_a_file_that_is_not_the_table_is_one_finding(corpus: Corpus, what: str) -> None:
    path = Path(str(corpus.layer_path(LAYER))) / "spans.parquet"
    content = path.read_bytes()
    if what in WRONG:
        WRONG[what].write_parquet(path)
    else:
        broken = {"a byte": content[:60] + b"\0\0\0" + content[63:], "the end": content[:-20], "everything": b"{}\n"}
        path.write_bytes(broken[what])
    (finding,) = check_record(corpus, [LAYER])
    assert finding.code == "unreadable-table"
    assert finding.message.startswith(f"{path} cannot be read as the table Spans: ")
    assert "\n" not in finding.message


def test_a_sound_layer_in_parquet_has_no_finding(corpus: Corpus) -> None:
    assert corpus.layers() == [LAYER]
    assert list(check_record(corpus, [LAYER])) == []
