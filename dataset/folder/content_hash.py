"""A hash of what rows say, whatever file holds them.

The content hash of a config is SHA-256, as hex, over a canonical form that knows nothing of Parquet, of row groups or
of the version of a library. It is defined by what is fed to the hash, in this order:

1. the header: JSON without blanks, keys sorted, UTF-8, of `{"columns": [[name, type], …], "classes": {column: names}}`,
   columns in their order. A type is `string`, `int64`, `float64`, `bool`, `["list", type]` or
   `["struct", [[name, type], …]]`. `classes` are the class names of each column that holds numbers of classes;
2. for each split, in the order train, validation, test: a line with its name, a line with its number of rows (both end
   with LF), and then, for each column in order, the 32 bytes of the SHA-256 of each of its streams.

The streams of a column, over all its rows in order: `valid`, a byte a value, 1, or 0 for null; then by type

- `string`: `lengths`, the number of UTF-8 bytes of each as int64, and `values`, the bytes themselves;
- `int64`: the values; `float64`: the values as IEEE 754, -0.0 as 0.0 and every NaN as the quiet one; `bool`: a byte;
- `list`: `lengths` as int64, then the streams of all items one after the other; `struct`: the streams of each field.

A null counts as length 0, 0, 0.0 or false. All numbers are little-endian.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow
import pyarrow.parquet
from numpy.typing import NDArray

from dataset import schema
from dataset.folder.folder import shards
from dataset.folder.writer import AT_ONCE, ROW_GROUP
from dataset.scheme import vocabulary

_NAN: Final = np.float64("nan")


class _Stream:
    """The hashes of a column's streams, filled part by part."""

    def __init__(self, dtype: pyarrow.DataType) -> None:
        self.valid, self.lengths, self.values = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        self.inner = [_Stream(inner_type) for inner_type in _inner(dtype)]
        self.nested = bool(self.inner)
        self.measured = _is_string(dtype) or _is_list(dtype)

    def update(self, column: pyarrow.Array) -> None:
        self.valid.update(_bytes(column.is_valid(), "u1"))
        if _is_string(column.type):
            lengths, values = _characters(column.fill_null(""))
            self.lengths.update(lengths)
            self.values.update(values)
        elif _is_list(column.type):
            self.lengths.update(_lengths(column).astype("<i8").tobytes())
            self.inner[0].update(column.flatten())
        elif pyarrow.types.is_struct(column.type):
            for stream, field in zip(self.inner, column.flatten(), strict=True):
                stream.update(field)
        else:
            self.values.update(_numbers(column))

    def digests(self) -> Iterator[bytes]:
        yield self.valid.digest()
        if self.measured:
            yield self.lengths.digest()
        for stream in self.inner:
            yield from stream.digests()
        if not self.nested:
            yield self.values.digest()


def _bytes(column: pyarrow.Array, dtype: str) -> bytes:
    return np.asarray(column.to_numpy(zero_copy_only=False)).astype(dtype).tobytes()


def _lengths(lists: pyarrow.Array) -> NDArray[np.int64]:
    """How many items each list has, a null none."""
    lengths = np.diff(lists.offsets.to_numpy()).astype(np.int64)
    lengths[~lists.is_valid().to_numpy(zero_copy_only=False)] = 0
    return lengths


def _characters(strings: pyarrow.Array) -> tuple[bytes, memoryview]:
    """The lengths of strings without nulls, and their UTF-8 bytes, one after the other."""
    width = "<i8" if pyarrow.types.is_large_string(strings.type) else "<i4"
    _, places, values = strings.buffers()
    if not len(strings):
        return b"", memoryview(b"")
    edges = np.frombuffer(places, width, len(strings) + 1, strings.offset * np.dtype(width).itemsize)
    return np.diff(edges).astype("<i8").tobytes(), memoryview(values or b"")[int(edges[0]) : int(edges[-1])]


def _numbers(column: pyarrow.Array) -> bytes:
    if pyarrow.types.is_boolean(column.type):
        return _bytes(column.fill_null(False), "u1")
    if pyarrow.types.is_integer(column.type):
        return _bytes(column.fill_null(0), "<i8")
    values = np.array(column.fill_null(0.0).to_numpy(zero_copy_only=False), "<f8") + 0.0
    values[np.isnan(values)] = _NAN
    return values.tobytes()


def _is_string(dtype: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_string(dtype) or pyarrow.types.is_large_string(dtype))


def _is_list(dtype: pyarrow.DataType) -> bool:
    return bool(pyarrow.types.is_list(dtype) or pyarrow.types.is_large_list(dtype))


def _inner(dtype: pyarrow.DataType) -> list[pyarrow.DataType]:
    if _is_list(dtype):
        return [dtype.value_type]
    return [field.type for field in dtype] if pyarrow.types.is_struct(dtype) else []


def _type(dtype: pyarrow.DataType) -> Any:
    if _is_list(dtype):
        return ["list", _type(dtype.value_type)]
    if pyarrow.types.is_struct(dtype):
        return ["struct", [[field.name, _type(field.type)] for field in dtype]]
    return "string" if _is_string(dtype) else {"double": "float64"}.get(str(dtype), str(dtype))


def content_hash(batches: Mapping[str, Iterable[pyarrow.RecordBatch]], table: pyarrow.Schema) -> str:
    """The content hash of a config from the batches of each split. The schema's metadata may name classes."""
    whole = hashlib.sha256(
        json.dumps(header(table), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    )
    for split in (name for name in vocabulary.SPLITS if name in batches):
        streams, rows = [_Stream(field.type) for field in table], 0
        for batch in batches[split]:
            rows += batch.num_rows
            for stream, column in zip(streams, batch.columns, strict=True):
                stream.update(column)
        whole.update(f"{split}\n{rows}\n".encode())
        for stream in streams:
            whole.update(b"".join(stream.digests()))
    return whole.hexdigest()


def header(table: pyarrow.Schema) -> dict[str, Any]:
    """The columns with their types, and the names of classes: what a schema says whatever file has it."""
    return {"columns": [[field.name, _type(field.type)] for field in table], "classes": classes(table)}


def classes(table: pyarrow.Schema) -> dict[str, list[str]]:
    """The class names of each column whose items are numbers of classes, as `datasets` writes them into a footer."""
    footer = json.loads((table.metadata or {}).get(b"huggingface", b"{}"))
    columns = footer.get("info", {}).get("features", {})
    kinds = {name: feature.get("feature", feature) for name, feature in columns.items() if isinstance(feature, dict)}
    return {name: kind["names"] for name, kind in kinds.items() if isinstance(kind, dict) and "names" in kind}


def folder_hash(folder: Path, config: str, *, withheld: bool = False) -> str:
    """The content hash of a config in a built folder; of its `withheld` variant, if that is asked for.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowInvalid: a file is not Parquet.
    """
    files = shards(folder, config)
    first = next(iter(files.values()))[0]
    table = pyarrow.parquet.read_schema(first)
    return content_hash({split: _batches(paths, config, withheld) for split, paths in files.items()}, table)


def _batches(paths: Iterable[Path], config: str, withheld: bool) -> Iterator[pyarrow.RecordBatch]:
    for path in paths:
        with pyarrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROW_GROUP.get(config, AT_ONCE)):
                yield without_text(batch, schema.CONFIGS[config]) if withheld else batch


def holds_text(folder: Path, config: str) -> bool:
    """Whether any row of a config in a built folder has any of an article's words.

    Raises:
        OSError: a file cannot be read.
        pyarrow.ArrowInvalid: a file is not Parquet.
    """
    batches = _batches(chain.from_iterable(shards(folder, config).values()), config, withheld=False)
    return any(not batch.equals(without_text(batch, schema.CONFIGS[config])) for batch in batches)


def strings_in(column: pyarrow.Array) -> Iterator[bytes]:
    """The UTF-8 bytes of all strings of a column, those within rows too, one after the other."""
    if _is_string(column.type):
        yield bytes(_characters(column.fill_null(""))[1])
    elif _is_list(column.type):
        yield from strings_in(column.flatten())
    elif pyarrow.types.is_struct(column.type):
        for field in column.flatten():
            yield from strings_in(field)


def without_text(batch: pyarrow.RecordBatch, table: type[schema.Table]) -> pyarrow.RecordBatch:
    """Rows of a published config with every text column null, those within rows too.

    A release of another Hedgerow may have columns that the table lacks, or lack some that it has.
    """
    arrays = _blank_each(batch.schema.names, batch.columns, table)
    return pyarrow.RecordBatch.from_arrays(arrays, schema=batch.schema)


def _blank_each(names: Iterable[str], values: Iterable[Any], table: type[schema.Table]) -> list[Any]:
    known = schema.columns(table)
    return [_blank(own, known[name]) if name in known else own for name, own in zip(names, values, strict=True)]


def _blank(values: pyarrow.Array, column: Any) -> pyarrow.Array:
    metadata = column.metadata or {}
    if metadata.get("text"):
        return pyarrow.nulls(len(values), values.type)
    return _blank_inside(values, metadata["rows"]) if "rows" in metadata else values


def _blank_inside(lists: pyarrow.Array, rows: type[schema.Table]) -> pyarrow.Array:
    """Lists of rows, each row without its text."""
    items = lists.flatten()
    fields = _blank_each((field.name for field in items.type), map(items.field, range(items.type.num_fields)), rows)
    inner = pyarrow.StructArray.from_arrays(fields, fields=list(items.type))
    places = pyarrow.array(np.concatenate([[0], np.cumsum(_lengths(lists))]), pyarrow.int32())
    return pyarrow.ListArray.from_arrays(places, inner, type=lists.type)
