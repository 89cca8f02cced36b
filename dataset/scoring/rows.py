"""Predictions as rows: of a notebook, of a JSON Lines file, or of a Parquet file."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import orjson
import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.scheme import vocabulary
from dataset.scoring.labelled import ARTICLE, LINK, SPAN, LabelledArticles
from dataset.scoring.sources import WHOLE, links_of

REQUIRED: Final = ("article_id", "label", "start", "end")
_COLUMNS: Final = schema.polars_schema(schema.Predictions)
_READ: Final = {**_COLUMNS, "start": pl.Float64(), "end": pl.Float64()}
"""What a file is read as: many tools write whole numbers as `12.0`."""
_CLASSES: Final = {
    "label": vocabulary.LABELS,
    "quote_form": vocabulary.QUOTE_FORMS,
    "quote_source": vocabulary.QUOTE_SOURCES,
    "hedge_kind": vocabulary.HEDGE_KINDS,
    "number_kind": vocabulary.NUMBER_KINDS,
}
PARQUET: Final = b"PAR1"
_GREATEST: Final = 2**53
"""Beyond it, a float holds no single whole number."""
_FORM: Final = f"give a row a span, with {', '.join(REQUIRED)}"


def of_file(path: Path) -> tuple[LabelledArticles, list[str]]:
    """The predictions in a JSON Lines or Parquet file, and the names of its columns that no prediction has.

    Raises:
        Problem: the file is empty, cannot be read, or has another form.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == PARQUET:
        rows, names = _parquet(path)
    else:
        rows, names = _json_lines(path)
    if missing := [name for name in REQUIRED if name not in names]:
        raise Problem(f"{path} has no column {missing[0]}, so it holds no predictions", _FORM)
    if not rows.height:
        raise Problem(f"{path} has no row", "predict something first")
    return _labelled(str(path), rows), sorted(set(names) - set(_COLUMNS))


def of_rows(rows: Iterable[Mapping[str, Any]] | pl.DataFrame) -> LabelledArticles:
    """The predictions in rows with the columns of the table `Predictions`; more columns are left out.

    Raises:
        Problem: a row has another form.
    """
    name = "the predictions"
    if isinstance(rows, pl.DataFrame):
        return _labelled(name, _cast(rows, name))
    listed = list(rows)
    if not all(isinstance(row, Mapping) for row in listed):
        raise Problem(f"{name} are not rows", _FORM)
    try:
        return _labelled(name, pl.DataFrame(listed, schema=_READ, infer_schema_length=None))
    except (TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise Problem(f"{name} cannot be read: {_first_line(error)}", _FORM) from error


def _json_lines(path: Path) -> tuple[pl.DataFrame, list[str]]:
    content = path.read_bytes()
    first = next((line for line in io.BytesIO(content) if line.strip()), b"")
    if not first:
        raise Problem(f"{path} is empty", "predict something first")
    try:
        names = orjson.loads(first)
    except orjson.JSONDecodeError:
        names = None
    if not isinstance(names, dict):
        raise Problem(f"{path} is neither JSON Lines nor Parquet, nor a folder that `hedgerow build` made", _FORM)
    try:
        return pl.read_ndjson(content, schema=_READ), list(names)
    except (pl.exceptions.PolarsError, ValueError) as error:
        raise Problem(f"{path} cannot be read: {_unfit(content) or _first_line(error)}", _FORM) from error


def _unfit(content: bytes) -> str | None:
    """The first line that is not a JSON object."""
    for number, line in enumerate(io.BytesIO(content), start=1):
        try:
            if line.strip() and not isinstance(orjson.loads(line), dict):
                return f"line {number} is not an object"
        except orjson.JSONDecodeError as error:
            return f"line {number}: {error}"
    return None


def _parquet(path: Path) -> tuple[pl.DataFrame, list[str]]:
    try:
        names = pl.read_parquet_schema(path)
        rows = pl.read_parquet(path, columns=[name for name in _COLUMNS if name in names], hive_partitioning=False)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise Problem(f"{path} cannot be read: {_first_line(error)}", "write the file again") from error
    return _cast(rows, str(path)), list(names)


def _cast(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    """The columns of predictions with their types; what is missing is null."""
    columns = [
        pl.col(column).cast(dtype) if column in rows.columns else pl.lit(None, dtype).alias(column)
        for column, dtype in _READ.items()
    ]
    try:
        return rows.select(columns) if rows.height else pl.DataFrame(schema=_READ)
    except pl.exceptions.PolarsError as error:
        raise Problem(f"{name} cannot be read: {_first_line(error)}", _FORM) from error


def _labelled(name: str, rows: pl.DataFrame) -> LabelledArticles:
    _refuse_unfit(name, rows)
    numbered = rows.with_row_index("row", offset=1).with_columns(
        pl.col("start", "end").cast(pl.Int64),
        pl.col("speaker_entities").list.drop_nulls(),
        pl.col("span_id").fill_null(pl.format("row {}", "row")),
    )
    links = links_of(numbered)
    _refuse_loose_links(name, numbered, links)
    articles = numbered.select("article_id", "text_sha256").unique()
    articles = articles.filter(pl.col("text_sha256").is_not_null() | (pl.len().over("article_id") == 1))
    telling = numbered.drop_nulls("statement_id")
    return LabelledArticles(
        name=name,
        articles=pl.concat([pl.DataFrame(schema=ARTICLE), articles], how="diagonal"),
        spans=numbered.select(*SPAN),
        links=links.select(*LINK).unique(),
        tellings=telling.select("article_id", "span_id", statement="statement_id", degree=pl.lit(WHOLE)),
        complete=False,
    )


def _refuse_unfit(name: str, rows: pl.DataFrame) -> None:
    numbered = rows.with_row_index("row", offset=1)
    for column in REQUIRED:
        if (without := numbered.filter(pl.col(column).is_null())).height:
            raise Problem(f"row {without['row'][0]} of {name} has no {column}", _FORM)
    for column, values in _CLASSES.items():
        if (foreign := numbered.filter(pl.col(column).is_in(values).not_())).height:
            row, value = foreign.select("row", column).row(0)
            raise Problem(
                f"row {row} of {name} has the {column} “{value}”", f"use {', '.join(values[:-1])} or {values[-1]}"
            )
    sides = [numbered.select("row", pl.col(side).cast(pl.Float64).alias("place")) for side in ("start", "end")]
    place = pl.col("place")
    whole = place.is_finite() & (place == place.floor()) & (place.abs() <= _GREATEST)
    if (broken := pl.concat(sides).filter(whole.not_())).height:
        row, offset = broken.sort("row").row(0)
        raise Problem(f"row {row} of {name} has the offset {offset}", "give offsets as Unicode code points")


def _refuse_loose_links(name: str, rows: pl.DataFrame, links: pl.DataFrame) -> None:
    ids = rows.select("article_id", to_span="span_id")
    if (loose := links.join(ids, on=["article_id", "to_span"], how="anti")).height:
        article, kind, start, end = loose.select(*LINK).row(0)
        raise Problem(
            f"in {name}, {start} of {article} has {end} in {kind}, and no span there has that id",
            "name spans of the same article by their span_id",
        )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
