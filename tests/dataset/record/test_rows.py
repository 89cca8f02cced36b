from __future__ import annotations

from typing import Any, get_type_hints

import polars as pl
import pytest

from dataset import schema
from dataset.record import rows
from dataset.record.rows import MarkedSpan, rows_of, selected
from tests.dataset.tiny import hedge

PYTHON: dict[pl.DataType, Any] = {
    pl.String(): str,
    pl.Int64(): int,
    pl.Float64(): float,
    pl.Boolean(): bool,
    pl.List(pl.String()): list[str],
}


@pytest.mark.parametrize(
    ("row", "table"),
    [
        (rows.ArticleRow, schema.Articles),
        (rows.LayerKey, schema.Layered),
        (rows.TaskRow, schema.Tasks),
        (rows.SpanRow, schema.Spans),
        (rows.RelationRow, schema.Relations),
        (rows.DealRow, schema.Deals),
        (rows.DecisionRow, schema.Decisions),
        (rows.AgreementRow, schema.Agreement),
    ],
)
def test_a_row_has_the_columns_of_its_table(row: type, table: type[schema.Table]) -> None:
    nullable = {name: column.nullable for name, column in schema.columns(table).items()}
    nullable["text"] = False  # it is only where the published variant withholds it
    types = {name: PYTHON[dtype] for name, dtype in schema.polars_schema(table).items()}
    assert get_type_hints(row) == {name: kind | None if nullable[name] else kind for name, kind in types.items()}


def test_a_row_of_a_frame_has_the_columns_of_its_type_alone() -> None:
    span = hedge("h", "may", "modal")
    (row,) = rows_of(pl.DataFrame([span]), MarkedSpan)
    assert row == next(selected([span], MarkedSpan))
    assert row.keys() == span.keys() - {"article_id", "round", "annotator"}


def test_a_column_that_lacks_is_no_row() -> None:
    span = hedge("h", "may", "modal")
    del span["hedge_kind"]
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        rows_of(pl.DataFrame([span]), MarkedSpan)
    with pytest.raises(KeyError):
        list(selected([span], MarkedSpan))
