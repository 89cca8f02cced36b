from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.diffing.changes import Bump, Change
from dataset.diffing.diff import diff
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from tests.dataset.applied import applied, tables
from tests.dataset.edited import Edited, change_key, edited
from tests.dataset.tiny import (
    EVENT,
    LAYER,
    ONE,
    TEXTS,
    Rows,
    hedge,
    put_corpus,
    put_jsonl,
    put_layer,
    row_of,
    valid_rows,
)

PROSE = ("files", "card")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus, built; not to be changed."""
    return put(tmp_path_factory.mktemp("built"), valid_rows())


@pytest.fixture
def copy(built: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(built, tmp_path / "copy"))


def put(folder: Path, rows: Rows, texts: dict[str, str] = TEXTS) -> Path:
    corpus = put_corpus(folder / "corpus", texts)
    put_layer(corpus, rows)
    return put_out(corpus, folder)


def put_out(corpus: Corpus, folder: Path) -> Path:
    build(corpus, LAYER, folder / "out", allow_errors=True)
    return folder / "out"


def rewrite(folder: Path, config: str, change: Callable[[pyarrow.Table], pyarrow.Table], **writer: Any) -> None:
    path = folder / config / "train-00000-of-00001.parquet"
    pyarrow.parquet.write_table(change(pyarrow.parquet.read_table(path)), path, **writer)


def card(folder: Path, old: str, new: str, times: int = -1) -> None:
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert old in text
    (folder / "README.md").write_text(text.replace(old, new, times), encoding="utf-8")


def only(changes: list[Change]) -> list[tuple[Bump, str, str, str | None]]:
    """Bump, table, kind and column of changes of anything but prose."""
    return [(change.bump, change.table, change.kind, change.column) for change in changes if change.table not in PROSE]


def withheld(folder: Path) -> Path:
    """The folder without the articles' words."""
    shutil.rmtree(folder / "tokens")
    for config in ("articles", "spans", "quotes", "attribution", "hedges", "annotators"):
        rewrite(folder, config, lambda rows: _without_words(rows))
    return folder


def _without_words(rows: pyarrow.Table) -> pyarrow.Table:
    frame = pl.DataFrame(rows)
    parts = [name for name, dtype in frame.schema.items() if _has_words(dtype)]
    blank = pl.lit(None, pl.String).alias("text")
    words = [blank.alias(name) for name in ("text", "sentence") if name in frame.columns]
    words += [pl.col(name).list.eval(pl.element().struct.with_fields(blank)) for name in parts]
    return frame.with_columns(words).to_arrow().cast(rows.schema)


def _has_words(dtype: pl.DataType) -> bool:
    inner = dtype.inner if isinstance(dtype, pl.List) else None
    return isinstance(inner, pl.Struct) and "text" in {field.name for field in inner.fields}


# Any edits of any record


@pytest.mark.slow
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(edited(), st.integers(4, 20))
def test_a_diff_lists_the_edits_and_nothing_else_and_applying_it_to_the_old_gives_the_new(
    tmp_path_factory: pytest.TempPathFactory, case: Edited, rows_at_once: int
) -> None:
    """However few rows are held at a time."""
    folder = tmp_path_factory.mktemp("edited")
    old, new = case.old.build(folder / "old"), case.new.build(folder / "new")
    result = diff(old, new, rows_at_once)
    listed = [change for change in result.changes if change.table not in PROSE or change.column == "license_name"]
    assert sorted(map(str, map(change_key, listed))) == sorted(map(str, case.expected))
    assert applied(result.changes, tables(old)) == tables(new)
    assert result.bump == case.bump
    assert diff(new, _with_changelog(new, folder / "again")).changes == []


def _with_changelog(built: Path, out: Path) -> Path:
    """The same rows in a folder that differs in a file that is not compared, so that its rows are."""
    shutil.copytree(built, out)
    (out / "CHANGELOG.md").write_text("One more line\n", encoding="utf-8")
    return out


# Nothing, and what is written otherwise


def test_a_second_build_of_the_same_record_is_the_same(built: Path, tmp_path: Path) -> None:
    result = diff(built, put(tmp_path, valid_rows()))
    assert (result.bump, result.changes, result.notes) == (Bump.NONE, [], [])


def test_files_that_only_tell_of_a_release_are_not_compared(built: Path, copy: Path) -> None:
    for name in ("MANIFEST.json", "CHANGELOG.md", "croissant.json", "plots/spans.svg"):
        (copy / name).parent.mkdir(exist_ok=True)
        (copy / name).write_text("1", encoding="utf-8")
    assert diff(built, copy).bump == Bump.NONE


def test_another_compression_is_a_patch(built: Path, copy: Path) -> None:
    rewrite(copy, "quotes", lambda rows: rows, compression="snappy")
    assert only(diff(built, copy).changes) == [(Bump.PATCH, "quotes", "rewritten", None)]


def test_columns_in_another_order_are_a_patch(built: Path, copy: Path) -> None:
    rewrite(copy, "spans", lambda rows: rows.select(rows.column_names[::-1]))
    assert only(diff(built, copy).changes) == [(Bump.PATCH, "spans", "rewritten", None)]


def test_rows_in_another_order_are_a_patch(built: Path, copy: Path) -> None:
    rewrite(copy, "spans", lambda rows: rows.take(list(range(rows.num_rows))[::-1]))
    assert only(diff(built, copy).changes) == [(Bump.PATCH, "spans", "reordered", None)]


@pytest.mark.parametrize("held", [1, 3, 1_000])
def test_rows_in_another_order_are_seen_however_few_are_held(built: Path, copy: Path, held: int) -> None:
    last = pyarrow.parquet.read_metadata(copy / "spans" / "train-00000-of-00001.parquet").num_rows - 1
    order = [*range(last - 1), last, last - 1]
    rewrite(copy, "spans", lambda rows: rows.take(order))
    assert only(diff(built, copy, held).changes) == [(Bump.PATCH, "spans", "reordered", None)]


def test_rows_in_two_files_are_a_patch(built: Path, copy: Path) -> None:
    path = copy / "spans" / "train-00000-of-00001.parquet"
    rows = pyarrow.parquet.read_table(path)
    path.unlink()
    for number, part in enumerate((rows.slice(0, 3), rows.slice(3))):
        pyarrow.parquet.write_table(part, path.with_name(f"train-0000{number}-of-00002.parquet"))
    assert only(diff(built, copy).changes) == [(Bump.PATCH, "spans", "rewritten", None)]


def test_prose_is_a_patch(built: Path, copy: Path) -> None:
    card(copy, "how surely", "how certainly")
    (copy / "DATASHEET.md").write_text("# Why", encoding="utf-8")
    result = diff(built, copy)
    assert result.bump == Bump.PATCH
    assert [(change.kind, change.column) for change in result.changes] == [
        ("changed", "README.md"),
        ("added", "DATASHEET.md"),
    ]


def test_a_word_of_the_cards_yaml_is_a_patch(built: Path, copy: Path) -> None:
    card(copy, "- hedging\n", "- doubt\n")
    (change,) = diff(built, copy).changes
    assert (change.bump, change.table, change.column) == (Bump.PATCH, "card", "tags")
    assert "doubt" in change.new


def test_sizes_in_the_card_alone_are_a_patch(built: Path, copy: Path) -> None:
    card(copy, "download_size: ", "download_size: 1")
    assert [(change.bump, change.table, change.kind) for change in diff(built, copy).changes] == [
        (Bump.PATCH, "card", "rewritten")
    ]


# Schema and classes


def test_a_column_more_is_minor_and_a_column_less_is_major(built: Path, copy: Path) -> None:
    column = pyarrow.array([0.5] * 14)
    rewrite(copy, "spans", lambda rows: rows.append_column("confidence", column).replace_schema_metadata())
    head, row = "- config_name: spans\n  features:\n", "  - name: confidence\n    dtype: float64\n"
    card(copy, head, head + row)
    assert only(diff(built, copy).changes) == [(Bump.MINOR, "schema", "added", "confidence")]
    assert only(diff(copy, built).changes) == [(Bump.MAJOR, "schema", "removed", "confidence")]


def test_a_column_of_another_type_is_major_and_its_values_are_not_compared(built: Path, copy: Path) -> None:
    at = schema.arrow_schema(schema.PublishedSpans).get_field_index("start")
    rewrite(copy, "spans", lambda rows: rows.set_column(at, "start", rows["start"].cast(pyarrow.int32())))
    text = (copy / "README.md").read_text(encoding="utf-8")
    head, config, rest = text.partition("- config_name: spans\n  features:")
    changed = rest.replace("name: start\n    dtype: int64", "name: start\n    dtype: int32", 1)
    (copy / "README.md").write_text(head + config + changed, encoding="utf-8")
    (change,) = (change for change in diff(built, copy).changes if change.table == "schema")
    assert (change.bump, change.kind, change.config, change.column, change.old, change.new) == (
        Bump.MAJOR,
        "changed",
        "spans",
        "start",
        "int64",
        "int32",
    )


def test_a_field_of_nested_rows_is_told_by_its_path(built: Path, copy: Path) -> None:
    card(copy, "    - name: form\n      dtype: string\n", "", 1)
    assert (Bump.MAJOR, "schema", "removed", "quotes[].form") in only(diff(built, copy).changes)


@pytest.mark.parametrize(
    ("names", "bump"),
    [
        (("B-quote", "O", "I-quote"), Bump.MAJOR),
        (("O", "B-quote"), Bump.MAJOR),
        (("O", "B-quote", "I-quote", "L-quote"), Bump.MINOR),
    ],
)
def test_classes_in_another_order_are_major_and_a_class_more_is_minor(
    built: Path, copy: Path, names: tuple[str, ...], bump: Bump
) -> None:
    rows = "".join(f"          '{number}': {name}\n" for number, name in enumerate(names))
    card(copy, "          '0': O\n          '1': B-quote\n          '2': I-quote\n", rows)
    (change,) = diff(built, copy).changes
    assert (change.bump, change.table, change.config, change.column) == (bump, "schema", "tokens", "quote_tags")
    assert (change.old, change.new) == (["O", "B-quote", "I-quote"], list(names))


def test_classes_are_compared_in_the_parquet_files_too(built: Path, copy: Path) -> None:
    def swapped(rows: pyarrow.Table) -> pyarrow.Table:
        features = rows.schema.metadata[b"huggingface"].replace(b'"O", "B-quote"', b'"B-quote", "O"')
        return rows.replace_schema_metadata({b"huggingface": features})

    rewrite(copy, "tokens", swapped)
    assert only(diff(built, copy).changes) == [(Bump.MAJOR, "schema", "changed", "quote_tags")]


# Configs, splits and licences


def test_a_config_less_is_major_and_a_config_more_is_minor(built: Path, copy: Path) -> None:
    shutil.rmtree(copy / "annotators")
    assert [(change.bump, change.kind, change.old) for change in diff(built, copy).changes] == [
        (Bump.MAJOR, "removed", "annotators")
    ]
    assert [(change.bump, change.kind, change.new) for change in diff(copy, built).changes] == [
        (Bump.MINOR, "added", "annotators")
    ]


def test_another_default_config_is_major(built: Path, copy: Path) -> None:
    card(copy, "  default: true\n", "")
    (change,) = diff(built, copy).changes
    assert (change.bump, change.table, change.old, change.new) == (Bump.MAJOR, "configs", "articles", None)


def test_the_files_of_a_split_are_those_that_the_card_names(built: Path, copy: Path) -> None:
    card(copy, "- split: train\n    path: spans/train-*.parquet", "- split: test\n    path: spans/train-*.parquet")
    changes = only(diff(built, copy).changes)
    assert (Bump.MINOR, "splits", "added", None) in changes
    assert changes.count((Bump.MAJOR, "spans", "changed", None)) == 14


def test_rows_of_a_derived_config_that_the_card_puts_into_another_split_are_told(built: Path, copy: Path) -> None:
    card(copy, "- split: train\n    path: quotes/train-*.parquet", "- split: test\n    path: quotes/train-*.parquet")
    assert (Bump.MAJOR, "quotes", "changed", None) in only(diff(built, copy).changes)


def test_a_card_that_names_its_files_in_another_way_is_told(built: Path, copy: Path) -> None:
    card(copy, "    path: spans/train-*.parquet", "    path: 7")
    with pytest.raises(Problem, match=r"README\.md names its files in a way that cannot be read"):
        diff(built, copy)


def test_rows_of_a_config_that_nobody_knows_are_counted(built: Path, copy: Path, tmp_path: Path) -> None:
    for folder, rows in ((copy, [1, 1, 2]), (Path(shutil.copytree(built, tmp_path / "other")), [1, 2, 3, 3])):
        (folder / "more").mkdir()
        pyarrow.parquet.write_table(pyarrow.table({"a": rows}), folder / "more" / "train-00000-of-00001.parquet")
    changes = diff(copy, tmp_path / "other").changes
    assert [(change.bump, change.table, change.kind, change.old or change.new) for change in changes] == [
        (Bump.MAJOR, "more", "removed", 1),
        (Bump.MINOR, "more", "added", 2),
    ]


def test_a_licence_where_there_was_none_is_minor_and_another_one_is_major(built: Path, copy: Path) -> None:
    card(copy, "license: other\n", "license: unknown\n")
    assert diff(copy, built).bump == Bump.MINOR
    assert diff(built, copy).bump == Bump.MAJOR


# Rows


def test_a_span_in_an_article_that_was_there_is_major_for_it_alters_the_articles_row(
    built: Path, tmp_path: Path
) -> None:
    rows = valid_rows()
    rows["spans"].append(hedge("late", "cross", "modal"))
    result = diff(built, put(tmp_path, rows))
    (change,) = (change for change in result.changes if change.table == "spans")
    assert (change.bump, change.kind, change.label, change.start, change.end) == (Bump.MAJOR, "added", "hedge", 52, 57)


def test_another_annotators_spans_are_minor(built: Path, copy: Path) -> None:
    def doubled(rows: pyarrow.Table) -> pyarrow.Table:
        at = rows.schema.get_field_index("annotator")
        second_annotator = rows.set_column(at, rows.schema.field(at), pyarrow.array(["a2"] * rows.num_rows))
        return pyarrow.concat_tables([rows, second_annotator])

    rewrite(copy, "annotators", doubled)
    result = diff(built, copy)
    assert set(only(result.changes)) == {(Bump.MINOR, "annotators", "added", None)}
    assert len(result.changes) == 14


def test_the_kind_of_a_speaker_is_compared_though_only_the_articles_tell_it(built: Path, tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    entities = pl.read_ndjson(corpus.seeds / "entities.jsonl").to_dicts()
    put_jsonl(corpus.seeds / "entities.jsonl", [row | {"kind": "group"} for row in entities if row["kind"] == "state"])
    changes = [
        change
        for change in diff(built, put_out(open_corpus(corpus.root), tmp_path)).changes
        if change.table not in PROSE
    ]
    of_spans = [change for change in changes if change.table == "spans"]
    assert {(change.column, str(change.old), str(change.new)) for change in of_spans} == {
        ("speaker_kinds", "['state']", "['group']"),
        ("speaker_kinds", "['person']", "[None]"),
    }
    of_registry = {(change.kind, change.entity, change.event_id) for change in changes if change not in of_spans}
    assert of_registry == {
        *(("changed", state, EVENT) for state in ("Ukraine", "Russia")),
        *(("removed", name, EVENT) for name in ("Ann Bo", "Reports")),
    }


def test_derived_rows_that_no_span_explains_are_told(built: Path, copy: Path) -> None:
    rewrite(copy, "tokens", lambda rows: _with_last_tag(rows, 1))
    (change,) = diff(built, copy).changes
    assert (change.bump, change.table, change.kind, change.article_id, change.column) == (
        Bump.MAJOR,
        "tokens",
        "changed",
        "two",
        None,
    )


def _with_last_tag(rows: pyarrow.Table, tag: int) -> pyarrow.Table:
    listed = rows.to_pylist()
    listed[-1]["hedge_tags"][-1] = tag
    return pyarrow.Table.from_pylist(listed, schema=rows.schema)


def test_a_span_that_nothing_overlaps_is_removed_and_added(built: Path, tmp_path: Path) -> None:
    rows = valid_rows()
    rows["spans"].remove(row_of(rows, "around"))
    rows["relations"] = [row for row in rows["relations"] if row["from_span"] != "around"]
    rows["spans"].append(hedge("elsewhere", "near", "modal"))
    changes = [change for change in diff(built, put(tmp_path, rows)).changes if change.table == "spans"]
    assert {(change.kind, change.span_id) for change in changes} == {
        ("added", "one:elsewhere"),
        ("removed", "one:around"),
    }


def test_a_span_under_another_id_is_matched_within_its_label_only(built: Path, tmp_path: Path) -> None:
    rows = valid_rows()
    row = row_of(rows, "moscow")
    row |= {"span_id": "russia", "end": row["end"] + 8, "text": "Moscow stopped"}
    rows["relations"] = [link for link in rows["relations"] if link["to_span"] != "moscow"]
    changes = diff(built, put(tmp_path, rows)).changes
    assert {change.column for change in changes if (change.table, change.span_id) == ("spans", "one:russia")} == {
        "span_id",
        "end",
        "text",
    }
    assert [change.kind for change in changes if change.table == "relations"] == ["removed"]


def test_spans_that_share_an_id_are_compared_in_their_order(tmp_path: Path) -> None:
    rows = valid_rows() | {"relations": []}
    row_of(rows, "near")["span_id"] = "seen"
    old = put(tmp_path / "old", rows)
    rows["spans"][-6]["quote_form"] = "mixed"
    changes = [change for change in diff(old, put(tmp_path / "new", rows)).changes if change.table == "spans"]
    assert [(change.column, change.new) for change in changes] == [("quote_form", "mixed")]
    assert diff(old, old).bump == Bump.NONE


def test_spans_that_shared_an_id_may_each_have_another(tmp_path: Path) -> None:
    rows = valid_rows() | {"relations": []}
    row_of(rows, "near")["span_id"] = "seen"
    old = put(tmp_path / "old", rows)
    for number, row in enumerate(span for span in rows["spans"] if span["span_id"] == "seen"):
        row["span_id"] = f"new{number}"
    changes = [change for change in diff(old, put(tmp_path / "new", rows)).changes if change.table == "spans"]
    assert {(change.column, change.new) for change in changes} == {("span_id", "one:new0"), ("span_id", "one:new1")}


def test_rows_without_an_article_are_compared_too(built: Path, copy: Path, tmp_path: Path) -> None:
    def nowhere(rows: pyarrow.Table) -> pyarrow.Table:
        return pyarrow.Table.from_pylist([row | {"article_id": None} for row in rows.to_pylist()], schema=rows.schema)

    rewrite(copy, "tokens", nowhere)
    second = Path(shutil.copytree(copy, tmp_path / "other"))
    rewrite(second, "tokens", lambda rows: _with_last_tag(rows, 1))
    assert diff(copy, second).bump == Bump.MAJOR


# Without the articles' words


def test_two_folders_without_words_are_compared_as_they_are(built: Path, copy: Path, tmp_path: Path) -> None:
    second = withheld(Path(shutil.copytree(built, tmp_path / "other")))
    result = diff(withheld(copy), second)
    assert (result.changes, result.notes) == ([], [])


def test_with_and_without_words_is_the_same_data(built: Path, copy: Path) -> None:
    withheld(copy)
    for old, new, which in ((built, copy, "NEW"), (copy, built, "OLD")):
        result = diff(old, new)
        assert (result.bump, result.changes) == (Bump.NONE, [])
        assert [note.partition(" ")[0] for note in result.notes] == [which]


def test_without_words_an_edge_an_attribute_and_a_text_are_seen_to_have_changed(built: Path, tmp_path: Path) -> None:
    rows = valid_rows()
    row_of(rows, "many")["end"] -= 1
    row_of(rows, "may")["hedge_kind"] = "evidential"
    new = withheld(put(tmp_path, rows, TEXTS | {ONE: TEXTS[ONE] + "!"}))
    changed = {
        (change.table, change.column) for change in diff(built, new).changes if change.table in ("articles", "spans")
    }
    assert changed == {("articles", "text_sha256"), ("spans", "end"), ("spans", "hedge_kind")}


# What is no dataset


def test_a_folder_that_no_build_made_is_refused(built: Path, tmp_path: Path) -> None:
    for old, new in ((built, tmp_path), (tmp_path / "nowhere", built)):
        with pytest.raises(Problem, match="is not a built dataset; name a folder"):
            diff(old, new)


def test_a_file_that_was_cut_off_is_told(built: Path, copy: Path) -> None:
    path = copy / "spans" / "train-00000-of-00001.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    for old, new in ((built, copy), (copy, built)):
        with pytest.raises(Problem, match="copy cannot be read: "):
            diff(old, new)


def test_a_file_that_was_damaged_in_the_middle_is_told_with_its_folder(built: Path, copy: Path) -> None:
    path = copy / "spans" / "train-00000-of-00001.parquet"
    content = path.read_bytes()
    path.write_bytes(content[:4] + bytes(400) + content[404:])
    for old, new in ((built, copy), (copy, built)):
        with pytest.raises(Problem, match="copy cannot be read: "):
            diff(old, new)


def test_a_card_that_cannot_be_read_is_told(built: Path, copy: Path) -> None:
    card(copy, "configs:\n", "configs: [\n")
    with pytest.raises(Problem, match=r"README\.md cannot be read: its YAML is broken"):
        diff(built, copy)


def test_rows_without_their_key_are_told(built: Path, copy: Path) -> None:
    rewrite(copy, "quotes", lambda rows: rows.drop_columns(["quote_id"]).replace_schema_metadata())
    with pytest.raises(Problem, match="quote_id of quotes"):
        diff(built, copy)
