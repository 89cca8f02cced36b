"""Findings as a file that people edit: CSV to print, and CSV or JSON to read back with `acknowledge --from`."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from dataset.checks.letting_stand import WantedWarning, one_line
from dataset.problem import Problem
from dataset.storage.sheets import plain_cell, safe_cell
from scripts.cli.console import visible
from scripts.cli.findings import FindingForMachines

COLUMNS: Final = (
    *("code", "severity", "rule", "layer", "annotator", "article", "span_id", "place", "message"),
    *("address", "command", "acknowledged", "reason"),
)
"""The columns of the CSV. `place` is `START:END` and the words there; `reason` is empty, to be filled in."""
_PLACE: Final = re.compile(r"(\d+):(\d+)(?: (.*))?", re.DOTALL)
_NEEDED: Final = ("code", "article", "place")
_NEXT: Final = "write it with `hedgerow validate --csv` or `--json`, and strike out lines"


def print_csv(rows: Iterable[FindingForMachines]) -> None:
    """Prints findings, given as rows for machines, as CSV; no cell of it is a formula in a spreadsheet."""
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(COLUMNS)
    for row in rows:
        out.writerow([_cell(_value(row, column)) for column in COLUMNS])


def _value(row: FindingForMachines, column: str) -> object:
    if column == "article":
        return row["article_id"]
    if column == "place":
        return "" if row["start"] is None else f"{row['start']}:{row['end']} {row['words'] or ''}".strip()
    if column == "acknowledged":
        return "yes" if row["acknowledged"] else "no"
    return row.get(column)


def _cell(value: object) -> str:
    return safe_cell("" if value is None else visible(one_line(str(value))))


def read_wanted(path: Path, reason: str | None) -> list[WantedWarning]:
    """The warnings that a file names, in its order; `reason` is for those without one of their own.

    The file is CSV with a line of column names, JSON Lines, or JSON. Of the columns, `code`, `article` (or
    `article_id`) and `place` (or `start` and `end`) are needed.

    Raises:
        Problem: the file cannot be read, or a line of it lacks one of these.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror or error}", _NEXT) from None
    except UnicodeDecodeError:
        raise Problem(f"{path} is not UTF-8", "save it as UTF-8") from None
    rows = _json_rows(path, text) if text.lstrip()[:1] in ("{", "[") else _csv_rows(path, text)
    return [_wanted(where, row, reason or "") for where, row in rows]


_Row = Mapping[str, Any]


def _json_rows(path: Path, text: str) -> Iterator[tuple[str, _Row]]:
    try:
        whole = json.loads(text) if text.lstrip().startswith("[") else None
    except ValueError as error:
        raise Problem(f"{path} is not JSON: {error}", _NEXT) from None
    lines = enumerate(text.split("\n"), start=1) if whole is None else enumerate(whole, start=1)
    unit = "line" if whole is None else "row"
    for number, line in lines:
        where = f"{path}, {unit} {number}"
        if whole is None and not line.strip():
            continue
        try:
            row = json.loads(line) if whole is None else line
        except ValueError as error:
            raise Problem(f"{where} is not JSON: {error}", _NEXT) from None
        if not isinstance(row, dict):
            raise Problem(f"{where} is not an object with columns", _NEXT)
        yield where, row


def _csv_rows(path: Path, text: str) -> Iterator[tuple[str, _Row]]:
    head = text.partition("\n")[0]
    between = max(",;\t", key=head.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=between, strict=True)
    try:
        for row in reader:
            cells = {name: plain_cell(value) for name, value in row.items() if name and isinstance(value, str)}
            if any(cells.values()):
                yield f"{path}, line {reader.line_num}", cells
    except csv.Error as error:
        raise Problem(f"{path}, line {reader.line_num} is not CSV: {error}", _NEXT) from None


def _wanted(where: str, row: _Row, reason: str) -> WantedWarning:
    values = {
        "code": row.get("code"),
        "article": row.get("article") or row.get("article_id"),
        "place": row.get("place") or _from_offsets(row),
    }
    for column in _NEEDED:
        if not isinstance(values[column], str) or not values[column]:
            raise Problem(f"{where} has no {column}", _NEXT)
    match = _PLACE.fullmatch(str(values["place"]))
    if not match:
        raise Problem(
            f"{where}: {values['place']} is not a place", "write it as START:END, with the words after it or not"
        )
    words = f" {one_line(match[3])}" if match[3] else ""
    own = row.get("reason")
    given = own if isinstance(own, str) and own.strip() else reason
    return WantedWarning(str(values["code"]), str(values["article"]), f"{match[1]}:{match[2]}{words}", given, where)


def _from_offsets(row: _Row) -> str:
    start, end, words = row.get("start"), row.get("end"), row.get("words")
    if not isinstance(start, int | str) or not isinstance(end, int | str):
        return ""
    return f"{start}:{end} {words}" if isinstance(words, str) and words else f"{start}:{end}"
