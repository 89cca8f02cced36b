from __future__ import annotations

from typing import Any, get_args, get_type_hints

import polars as pl
import pytest

from dataset import schema
from dataset.published.rows import QuoteRow
from dataset.record import rows
from dataset.record.rows import MarkedSpan, as_row, rows_of
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
        (rows.RightsRow, schema.Rights),
        (rows.LayerKey, schema.Layered),
        (rows.TaskRow, schema.Tasks),
        (rows.SpanRow, schema.Spans),
        (rows.RelationRow, schema.Relations),
        (rows.FindingRow, schema.Findings),
        (rows.ScoreRow, schema.SuggestionScores),
        (rows.NoteRow, schema.Notes),
        (rows.DealRow, schema.Deals),
        (rows.DecisionRow, schema.Decisions),
        (rows.ProvenanceRow, schema.Provenance),
        (rows.AgreementRow, schema.Agreement),
        (rows.FigureRow, schema.Scores),
        (rows.BaselineRow, schema.Baselines),
        (rows.Lesson, schema.Lessons),
        (rows.EntityRow, schema.Entities),
        (rows.EventTaskRow, schema.EventTasks),
        (rows.TellingRow, schema.Tellings),
        (rows.ContradictionRow, schema.Contradictions),
        (rows.StatementRow, schema.Statements),
        (QuoteRow, schema.PublishedQuotes),
    ],
)
def test_a_row_has_the_columns_of_its_table(row: type, table: type[schema.Table]) -> None:
    hints, types = get_type_hints(row), schema.polars_schema(table)
    assert hints.keys() == types.keys()
    for name, column in schema.columns(table).items():
        if part := (column.metadata or {}).get("rows"):
            (inner,) = get_args(hints[name])
            test_a_row_has_the_columns_of_its_table(inner, part)
        else:
            # The words may lack only where a variant withholds them.
            lacks = column.nullable and name != "text"
            assert hints[name] == (PYTHON[types[name]] | None if lacks else PYTHON[types[name]])


def test_a_row_of_a_frame_has_the_columns_of_its_type_alone() -> None:
    span = hedge("h", "may", "modal")
    (row,) = rows_of(pl.DataFrame([span]), MarkedSpan)
    assert row == as_row(span, MarkedSpan)
    assert row.keys() == span.keys() - {"article_id", "round", "annotator"}


def test_a_column_that_lacks_is_no_row() -> None:
    span = hedge("h", "may", "modal")
    del span["hedge_kind"]
    with pytest.raises(pl.exceptions.ColumnNotFoundError):
        rows_of(pl.DataFrame([span]), MarkedSpan)
    with pytest.raises(KeyError):
        as_row(span, MarkedSpan)
