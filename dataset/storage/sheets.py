"""Tables that people edit: CSV that any spreadsheet opens, and reads back whatever the spreadsheet makes of it."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dataset.problem import Problem
from dataset.storage.atomic import write_bytes

if TYPE_CHECKING:
    from _csv import Reader

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_DELIMITERS: Final = ",;\t"


@dataclass(frozen=True)
class SheetRow:
    """A row of a sheet: its line, from 1, and its cells by column, blank at neither end."""

    line: int
    cells: Mapping[str, str]


def write_sheet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Writes rows as CSV in UTF-8, with a BOM, by which spreadsheets know the encoding.

    A cell that a spreadsheet would take for a formula begins with an apostrophe, which `read_sheet` takes away.
    """
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([safe_cell(row.get(name)) for name in columns] for row in rows)
    write_bytes(path, out.getvalue().encode("utf-8-sig"))


def safe_cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def plain_cell(cell: str) -> str:
    """What a cell says, without the apostrophe that `safe_cell` gave it."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_FORMULA) else cell


def read_sheet(path: Path, needed: Sequence[str]) -> list[SheetRow]:
    """The rows of a sheet that are not blank; separated by commas, semicolons or tabs.

    Raises:
        Problem: it cannot be read, is not UTF-8, lacks one of the `needed` columns, or has a row of another length.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Problem(f"{path} is not there", "check the name of the file") from None
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}", "fix that") from None
    except UnicodeDecodeError as error:
        raise Problem(f"{path} is not UTF-8 at byte {error.start + 1}", "save it as CSV in UTF-8") from None
    header = text.partition("\n")[0]
    reader = csv.reader(StringIO(text, newline=""), delimiter=max(_DELIMITERS, key=header.count), strict=True)
    try:
        return list(_rows(path, reader, needed))
    except csv.Error as error:
        raise Problem(f"{path} breaks off in line {reader.line_num}: {error}", "close the quotation mark") from None


def _rows(path: Path, reader: Reader, needed: Sequence[str]) -> Iterator[SheetRow]:
    names = [name.strip() for name in next(reader, [])]
    if missing := [name for name in needed if name not in names]:
        raise Problem(f"{path} has no column {missing[0]}", f"its first line must name {', '.join(needed)}")
    before = reader.line_num
    for cells in reader:
        line, before = before + 1, reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(names):
            raise Problem(f"{path}:{line} has {len(cells)} cells, but the first line {len(names)}", "fix that line")
        yield SheetRow(line, dict(zip(names, (plain_cell(cell.strip()) for cell in cells), strict=True)))
