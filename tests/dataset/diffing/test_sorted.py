"""What differs between two versions in how events are sorted, and against a version from before that was published."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest
import yaml

from dataset import schema
from dataset.diffing.changes import Bump, Change
from dataset.diffing.diff import diff
from dataset.folder.folder import configs_of
from dataset.folder.manifest import read_file
from dataset.published.build import build
from dataset.record.corpus import open_corpus
from dataset.record.layer import GOLD
from dataset.releasing.variants import write_withheld
from tests.corpora import REPOSITORY
from tests.dataset.sorting import DAM, put_sorted, sorted_rows, telling
from tests.dataset.tiny import ONE, Row, Rows, put_jsonl

PROSE = ("files", "card")
Brief = tuple[Bump, str, str, str | None, str | None]


def put(folder: Path, rows: Rows, registry: Callable[[Row], Row] = lambda row: row) -> Path:
    corpus = put_sorted(folder / "corpus", rows)
    entities = [json.loads(line) for line in (corpus.seeds / "entities.jsonl").read_text().splitlines()]
    put_jsonl(corpus.seeds / "entities.jsonl", [registry(row) for row in entities])
    build(open_corpus(corpus.root), GOLD, folder / "out", allow_errors=True)
    return folder / "out"


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sorted event, built; not to be changed."""
    return put(tmp_path_factory.mktemp("old"), sorted_rows())


def in_short(changes: list[Change]) -> set[Brief]:
    """Bump, table, kind, column and statement (or entity) of all changes but those of prose."""
    return {
        (change.bump, change.table, change.kind, change.column, change.statement_id or change.entity)
        for change in changes
        if change.table not in PROSE
    }


def test_the_same_sorting_is_the_same(old: Path, tmp_path: Path) -> None:
    assert diff(old, put(tmp_path, sorted_rows())).bump == Bump.NONE


def test_a_telling_that_moved_is_major_at_both_statements_and_told_nowhere_else(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"][2]["statement"] = "built"  # q3, with q2; nothing tells “leaks” any more
    result = diff(old, put(tmp_path, rows))
    assert in_short(result.changes) == {
        (Bump.MAJOR, "statements", "removed", None, "leaks"),
        (Bump.MAJOR, "statements", "changed", "tellings", "built"),
        (Bump.MAJOR, "statements", "changed", "contradicts", "hold"),
    }
    (moved,) = (change for change in result.changes if change.column == "tellings")
    assert (moved.event_id, moved.old, moved.new) == (DAM, ["one:q2 whole"], ["one:q2 whole", "one:q3 whole"])


def test_a_telling_that_is_only_partly_one_now_is_major(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"][0]["degree"] = "partly"
    assert in_short(diff(old, put(tmp_path, rows)).changes) == {
        (Bump.MAJOR, "statements", "changed", "tellings", "hold"),
    }


def test_a_number_that_moved_is_major_at_its_figures(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    next(row for row in rows["tellings"] if row["span_id"] == "m1")["statement"] = "years"
    assert in_short(diff(old, put(tmp_path, rows)).changes) == {
        (Bump.MAJOR, "figures", "changed", "tellings", "age"),
        (Bump.MINOR, "figures", "added", None, "years"),
    }


def test_a_contradiction_more_is_major_at_both(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["contradictions"].append(rows["contradictions"][0] | {"statement": "built"})
    assert in_short(diff(old, put(tmp_path, rows)).changes) == {
        (Bump.MAJOR, "statements", "changed", "contradicts", name) for name in ("built", "leaks")
    }


def test_a_gist_in_other_words_is_a_patch(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    for row in rows["statements"]:
        row["gist"] = f"{row['gist']} now"
    result = diff(old, put(tmp_path, rows))
    assert result.bump == Bump.PATCH
    assert in_short(result.changes) == {
        *((Bump.PATCH, "statements", "changed", "gist", name) for name in ("hold", "built", "leaks")),
        (Bump.PATCH, "figures", "changed", "gist", "age"),
    }


def test_an_event_that_is_sorted_for_the_first_time_is_minor(old: Path, tmp_path: Path) -> None:
    unsorted = put(tmp_path, sorted_rows() | {"tellings": [], "contradictions": [], "statements": []})
    result = diff(unsorted, old)
    assert result.bump == Bump.MINOR
    assert {(change.table, change.new) for change in result.changes if change.table not in PROSE} == {
        ("configs", config) for config in schema.OF_STATEMENTS
    }
    assert diff(old, unsorted).bump == Bump.MAJOR


def test_a_label_that_alters_statements_is_told_once(old: Path, tmp_path: Path) -> None:
    rows = sorted_rows()
    next(row for row in rows["spans"] if row["span_id"] == "q1")["quote_form"] = "direct"
    assert {(change.table, change.column) for change in diff(old, put(tmp_path, rows)).changes} - {
        ("files", "README.md")
    } == {("spans", "quote_form")}


def test_whom_an_entity_speaks_for_is_told_and_explains_what_it_does_to_comparisons(old: Path, tmp_path: Path) -> None:
    new = put(tmp_path, sorted_rows(), lambda row: row | ({"speaks_for": None} if row["entity"] == "Mayor" else {}))
    assert in_short(diff(old, new).changes) == {(Bump.MAJOR, "entities", "changed", "speaks_for", "Mayor")}


def test_a_comparison_that_nothing_explains_is_told(old: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(old, tmp_path / "copy"))
    path = copy / "comparisons" / "train-00000-of-00001.parquet"
    table = pyarrow.parquet.read_table(path)
    rows = [row | {"certainty": "mixed"} for row in table.to_pylist()]
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows, schema=table.schema), path)
    assert in_short(diff(old, copy).changes) == {(Bump.MAJOR, "comparisons", "changed", None, "hold")}


def test_with_and_without_words_is_the_same_data(old: Path, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    write_withheld(old, bare)
    (bare / "README.md").write_bytes((old / "README.md").read_bytes())
    for before, after in ((old, bare), (bare, old)):
        assert in_short(diff(before, after).changes) == set()
    rows = sorted_rows()
    rows["tellings"].append(telling("built", ONE, "q1", "partly"))
    assert in_short(diff(bare, put(tmp_path, rows)).changes) == {
        (Bump.MAJOR, "statements", "changed", "tellings", "built")
    }


def test_an_entity_more_is_major_where_it_adds_candidates(old: Path, tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path / "corpus", sorted_rows())
    entities = [json.loads(line) for line in (corpus.seeds / "entities.jsonl").read_text().splitlines()]
    for name, bumps in (("Nobody", {Bump.MINOR}), ("dam", {Bump.MINOR, Bump.MAJOR})):
        more: Row = {"event_id": DAM, "entity": name, "kind": "group", "aliases": [], "speaks_for": None}
        put_jsonl(corpus.seeds / "entities.jsonl", [*entities, more])
        build(open_corpus(corpus.root), GOLD, tmp_path / name, allow_errors=True)
        changes = [change for change in diff(old, tmp_path / name).changes if change.table not in PROSE]
        assert {change.bump for change in changes} == bumps
        assert {change.table for change in changes if change.bump is Bump.MAJOR} <= {"attribution"}


def test_a_name_that_adds_candidates_is_told_once(old: Path, tmp_path: Path) -> None:
    def named(row: Row) -> Row:
        return row | ({"aliases": ["dam"]} if row["entity"] == "Mayor" else {})

    assert in_short(diff(old, put(tmp_path, sorted_rows(), named)).changes) == {
        (Bump.MAJOR, "entities", "changed", "aliases", "Mayor")
    }


# Against versions that were released


BOUND = "numbers[].bound"
SINCE_2 = {
    "articles": {"title", "labelled_by", "adjudicated", "sentences[].start", "sentences[].end"},
    "quotes": {"start", "end"},
    "tokens": {"text"},
}
SINCE_1 = {
    "articles": {"numbers[].bound", *SINCE_2["articles"]},
    "spans": {"number_bound"},
    "quotes": {"numbers[].bound", "statement_id", "degree", "also_tells", *SINCE_2["quotes"]},
    "tokens": SINCE_2["tokens"],
}
NEW_COLUMNS = {"1.0.0": SINCE_1, "2.0.0": SINCE_2}
NEW_CONFIGS = {
    "1.0.0": {*schema.OF_STATEMENTS, "entities", "attribution", "hedges"},
    "2.0.0": {"attribution", "hedges"},
}


def as_in(version: str, folder: Path) -> Path:
    """The folder without the configs and columns that a version does not have, in its files and in its card."""
    first = set(read_file(REPOSITORY / "dataset" / "releases" / f"{version}.json").content["full"])
    for config in set(configs_of(folder)) - first:
        shutil.rmtree(folder / config)
    for config, paths in NEW_COLUMNS[version].items():
        (path,) = (folder / config).iterdir()
        table = pyarrow.parquet.read_table(path)
        new = {path.partition("[]")[0] for path in paths if path != BOUND}
        fields = [_as_before(field) if BOUND in paths else field for field in table.schema if field.name not in new]
        kept = pyarrow.schema(fields, _classes_but(new, table.schema) if config == "tokens" else None)
        pyarrow.parquet.write_table(pyarrow.Table.from_pylist(table.to_pylist(), schema=kept), path)
    _, head, body = (folder / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    facts = yaml.safe_load(head)
    facts["configs"] = [entry for entry in facts["configs"] if entry["config_name"] in first]
    del facts["dataset_info"]
    (folder / "README.md").write_text(f"---\n{yaml.safe_dump(facts)}---\n{body}", encoding="utf-8")
    return folder


def _classes_but(new: set[str], schema: pyarrow.Schema) -> dict[bytes, bytes]:
    """The footer that tells which columns hold classes, without the new columns."""
    footer = json.loads(schema.metadata[b"huggingface"])
    for name in new:
        del footer["info"]["features"][name]
    return {b"huggingface": json.dumps(footer).encode()}


def _as_before(field: pyarrow.Field) -> pyarrow.Field:
    """A column; that of numbers without their bounds."""
    if field.name != "numbers":
        return field
    return field.with_type(
        pyarrow.list_(pyarrow.struct([part for part in field.type.value_type if part.name != "bound"]))
    )


@pytest.mark.parametrize("version", NEW_COLUMNS)
def test_against_a_version_with_fewer_the_new_configs_and_the_new_columns_are_minor(
    old: Path, tmp_path: Path, version: str
) -> None:
    released = as_in(version, Path(shutil.copytree(old, tmp_path / "released")))
    result = diff(released, old)
    assert {change.new for change in result.changes if change.table == "configs"} == NEW_CONFIGS[version]
    assert {
        (change.config, change.column)
        for change in result.changes
        if change.table == "schema" and change.kind == "added"
    } == {(config, path) for config, paths in NEW_COLUMNS[version].items() for path in paths}
    assert {change.table for change in result.changes} <= {"configs", "schema", *PROSE}
    assert result.bump == Bump.MINOR
