from __future__ import annotations

import hashlib
import json
import math
import struct
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dataset import schema
from dataset.folder.content_hash import classes, content_hash, folder_hash, without_text
from dataset.published.build import build
from dataset.record.layer import GOLD
from tests.dataset.tiny import put_corpus, put_gold, sort_gold

TABLE = pyarrow.schema(
    [
        ("name", pyarrow.string()),
        ("count", pyarrow.int64()),
        ("share", pyarrow.float64()),
        ("sure", pyarrow.bool_()),
        ("words", pyarrow.list_(pyarrow.string())),
        (
            "parts",
            pyarrow.list_(pyarrow.struct([("start", pyarrow.int64()), ("kinds", pyarrow.list_(pyarrow.string()))])),
        ),
    ]
)
words = st.none() | st.text("aé€🙂\n\0", max_size=4)
part = st.fixed_dictionaries(
    {"start": st.none() | st.integers(-9, 9), "kinds": st.none() | st.lists(words, max_size=2)}
)
row = st.fixed_dictionaries(
    {
        "name": words,
        "count": st.none() | st.integers(-(2**63), 2**63 - 1),
        "share": st.none() | st.floats(),
        "sure": st.none() | st.booleans(),
        "words": st.none() | st.lists(words, max_size=3),
        "parts": st.none() | st.lists(part, max_size=2),
    }
)
rows = st.lists(row, max_size=6)


def digest(values: list[bytes]) -> bytes:
    return hashlib.sha256(b"".join(values)).digest()


def streams(values: list[Any], dtype: pyarrow.DataType) -> list[bytes]:
    """The streams as the module's docstring says them, a value at a time."""
    valid = digest([bytes([value is not None]) for value in values])
    if pyarrow.types.is_struct(dtype):
        fields = [streams([value[field.name] for value in values], field.type) for field in dtype]
        return [valid, *(stream for several in fields for stream in several)]
    if pyarrow.types.is_list(dtype):
        lengths = digest([struct.pack("<q", len(value or [])) for value in values])
        return [valid, lengths, *streams([item for value in values for item in value or []], dtype.value_type)]
    if pyarrow.types.is_string(dtype):
        encoded = [(value or "").encode() for value in values]
        return [valid, digest([struct.pack("<q", len(value)) for value in encoded]), digest(encoded)]
    if pyarrow.types.is_boolean(dtype):
        return [valid, digest([bytes([bool(value)]) for value in values])]
    if pyarrow.types.is_integer(dtype):
        return [valid, digest([struct.pack("<q", value or 0) for value in values])]
    return [valid, digest([struct.pack("<d", math.nan if value != value else (value or 0.0)) for value in values])]


def by_the_book(rows: list[dict[str, Any]]) -> str:
    columns: list[Any] = [["name", "string"], ["count", "int64"], ["share", "float64"], ["sure", "bool"]]
    columns += [["words", ["list", "string"]]]
    columns += [["parts", ["list", ["struct", [["start", "int64"], ["kinds", ["list", "string"]]]]]]]
    whole = json.dumps({"classes": {}, "columns": columns}, separators=(",", ":")).encode()
    whole += f"train\n{len(rows)}\n".encode()
    for field in TABLE:
        whole += b"".join(streams([row[field.name] for row in rows], field.type))
    return hashlib.sha256(whole).hexdigest()


def batch(rows: list[dict[str, Any]]) -> pyarrow.RecordBatch:
    return pyarrow.RecordBatch.from_pylist(rows, schema=TABLE)


@given(rows)
def test_the_hash_is_what_the_docstring_says(drawn: list[dict[str, Any]]) -> None:
    assert content_hash({"train": [batch(drawn)]}, TABLE) == by_the_book(drawn)


@given(rows, st.integers(1, 4))
def test_parts_do_not_count(drawn: list[dict[str, Any]], size: int) -> None:
    parts = [batch(drawn).slice(at, size) for at in range(0, len(drawn), size)]
    assert content_hash({"train": parts}, TABLE) == by_the_book(drawn)


def test_the_hash_of_known_rows_never_changes() -> None:
    known: list[dict[str, Any]] = [
        {"name": "é", "count": -1, "share": 0.5, "sure": True, "words": ["a", None, ""], "parts": []},
        {"name": None, "count": None, "share": None, "sure": None, "words": None, "parts": None},
        {"name": "", "count": 2, "share": -0.0, "sure": False, "words": [], "parts": [{"start": 1, "kinds": ["k"]}]},
    ]
    assert content_hash({"train": [batch(known)]}, TABLE) == (
        "91a97c7ebfb890e84118874e84b28539c5bfb4d49d1b346d41afa9a88d817340"
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gold of the tiny corpus, sorted, built; not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    corpus = put_corpus(folder / "corpus")
    put_gold(corpus)
    sort_gold(corpus)
    build(corpus, GOLD, folder / "out", allow_errors=False)
    return folder / "out"


def written(table: pyarrow.Table, folder: Path, config: str, **options: Any) -> Path:
    path = folder / config / "train-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    pyarrow.parquet.write_table(table, path, **options)
    return folder


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_another_encoding_has_the_same_hash(built: Path, tmp_path: Path, config: str) -> None:
    table = pyarrow.parquet.read_table(built / config)
    gzipped = written(table, tmp_path, config, compression="gzip", row_group_size=1, use_dictionary=False)
    assert folder_hash(gzipped, config) == folder_hash(built, config)


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_another_order_of_rows_or_columns_has_another(built: Path, tmp_path: Path, config: str) -> None:
    table = pyarrow.parquet.read_table(built / config)
    turned = table.take(list(reversed(range(table.num_rows))))
    moved = table.select(list(reversed(table.column_names)))
    hashes = {
        folder_hash(built, config),
        folder_hash(written(turned, tmp_path / "rows", config), config),
        folder_hash(written(moved, tmp_path / "columns", config), config),
    }
    assert len(hashes) == (3 if table.num_rows > 1 else 2)


def test_another_order_of_classes_has_another(built: Path, tmp_path: Path) -> None:
    table = pyarrow.parquet.read_table(built / "tokens")
    features = table.schema.metadata[b"huggingface"].replace(b'"B-quote", "I-quote"', b'"I-quote", "B-quote"')
    assert classes(table.schema)["quote_tags"] == ["O", "B-quote", "I-quote"]
    swapped = written(table.replace_schema_metadata({b"huggingface": features}), tmp_path, "tokens")
    assert folder_hash(swapped, "tokens") != folder_hash(built, "tokens")


def texts_in(value: Any, table: type[schema.Table]) -> list[Any]:
    """Every value of a text column, those within rows too."""
    texts = []
    for name, column in schema.columns(table).items():
        metadata = column.metadata or {}
        if metadata.get("text"):
            texts.append(value[name])
        for inner in value[name] if metadata.get("rows") else []:
            texts += texts_in(inner, metadata["rows"])
    return texts


@pytest.mark.parametrize("config", schema.CONFIGS)
def test_withheld_rows_have_no_text_and_all_else(built: Path, config: str) -> None:
    model = schema.CONFIGS[config]
    (batch_,) = pyarrow.parquet.read_table(built / config).to_batches()
    bare = without_text(batch_, model)
    assert bare.schema == batch_.schema
    for before, after in zip(batch_.to_pylist(), bare.to_pylist(), strict=True):
        assert any(texts_in(before, model)) or config in ("entities", "decisions")
        assert not any(texts_in(after, model))
        assert blanked(before, model) == after


def blanked(value: dict[str, Any], table: type[schema.Table]) -> dict[str, Any]:
    row = {}
    for name, column in schema.columns(table).items():
        metadata = column.metadata or {}
        row[name] = None if metadata.get("text") else value[name]
        if metadata.get("rows"):
            row[name] = [blanked(inner, metadata["rows"]) for inner in value[name]]
    return row
