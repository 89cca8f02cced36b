"""A layer article by article: the rows of each as they stand in its files, so that a layer need not be held."""

from __future__ import annotations

import math
import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import IO, BinaryIO, Final

import numpy as np
import orjson
import polars as pl

from dataset import schema
from dataset.record.layer import FINDING_ORDER, SPAN_ORDER, TABLES, Layer, table_path
from dataset.record.rows import FindingRow, LayerKey, RelationRow, SpanRow, TaskRow
from dataset.storage.address import Location
from dataset.storage.parquet_tables import PARQUET
from dataset.storage.tables import table_bytes

Lines = dict[str, bytes]
"""The rows of an article by table, as JSON Lines; a table without rows of it may lack."""
_ARTICLE: Final = re.compile(rb'\{"article_id":"([A-Za-z0-9_.\-]+)",')
_COLUMNS: Final = {name: tuple(schema.polars_schema(table)) for name, table in TABLES.items()}
_BEGIN: Final = b'{"article_id":'
"""How each row begins. Nothing else holds this, because a quotation mark within a text has a backslash before it."""
_LINE_END: Final = 10
_LAST: Final = (math.inf, math.inf)


class NotAsWrittenError(ValueError):
    """A layer's file holds lines in another form or order than the record's. A person may have edited it."""


def lines_by_article(layer: Layer) -> dict[str, Lines]:
    """The lines of each article of a layer that is sorted, by article_id."""
    by_article: dict[str, Lines] = {}
    for table in TABLES:
        rows: pl.DataFrame = getattr(layer, table)
        if rows.height:
            _add_lines(table, rows, by_article)
    return by_article


@dataclass
class ArticleRows:
    """The rows of an article in a layer, in any order."""

    tasks: list[TaskRow] = field(default_factory=list)
    spans: list[SpanRow] = field(default_factory=list)
    relations: list[RelationRow] = field(default_factory=list)
    findings: list[FindingRow] = field(default_factory=list)

    def lines(self) -> Lines:
        """What `lines_by_article` gives of a layer with these rows alone, without frames.

        Of an article that ended on several tasks, whose spans may share an id, the rows are in no order that counts.
        """
        offsets = {span["span_id"]: (span["start"], span["end"]) for span in self.spans}

        def ends(link: RelationRow) -> tuple[object, ...]:
            start, end = link["from_span"], link["to_span"]
            return offsets.get(start, _LAST), offsets.get(end, _LAST), start, end, link["derived"]

        spans = sorted(self.spans, key=itemgetter(*SPAN_ORDER))
        relations, findings = sorted(self.relations, key=ends), sorted(self.findings, key=_nulls_last)
        rows: dict[str, Sequence[LayerKey]] = {"tasks": self.tasks, "spans": spans}
        rows |= {"relations": relations, "findings": findings}
        return {table: _encoded(table, several) for table, several in rows.items() if several}


def _nulls_last(finding: FindingRow) -> list[tuple[bool, str]]:
    values = itemgetter(*FINDING_ORDER)(finding)
    return [(value is None, value or "") for value in values]


def _encoded(table: str, rows: Iterable[LayerKey]) -> bytes:
    columns = _COLUMNS[table]
    in_order = [row if tuple(row) == columns else {column: row[column] for column in columns} for row in rows]  # type: ignore[literal-required]
    return orjson.dumps(in_order)[1:-1].replace(b"},%b" % _BEGIN, b"}\n%b" % _BEGIN) + b"\n"


def _add_lines(table: str, rows: pl.DataFrame, by_article: dict[str, Lines]) -> None:
    content = table_bytes(rows)
    line_ends = np.flatnonzero(np.frombuffer(content, np.uint8) == _LINE_END) + 1
    articles = rows["article_id"].rle()
    last = articles.struct.field("len").cum_sum().to_numpy() - 1
    start = 0
    for article, end in zip(articles.struct.field("value"), line_ends[last].tolist(), strict=True):
        by_article.setdefault(article, {})[table] = content[start:end]
        start = end


def read_lines(name: str, pieces: Iterable[Lines]) -> Layer:
    """A layer of these lines, in their order.

    Raises:
        NotAsWrittenError: a line is not as the record has it.
    """
    several = list(pieces)
    tables = {table: _rows(table, b"".join(lines.get(table, b"") for lines in several)) for table in TABLES}
    return Layer(name, **tables)


def _rows(table: str, content: bytes) -> pl.DataFrame:
    if not content:
        return schema.empty(TABLES[table])
    try:
        rows = pl.read_ndjson(content, schema=schema.polars_schema(TABLES[table]))
    except (pl.exceptions.PolarsError, ValueError):
        raise NotAsWrittenError(table) from None
    if table_bytes(rows) != content:
        raise NotAsWrittenError(table)
    return rows


def joined_lines(several: Iterable[Lines]) -> Lines:
    """The lines of one article from several places, one after the other."""
    joined: Lines = {}
    for lines in several:
        for table, content in lines.items():
            joined[table] = joined.get(table, b"") + content
    return joined


class Spill:
    """Lines put away in a file in any order, and read again in the order of the articles. A context."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._ids: list[str] = []
        self._ends = array("Q", [0])
        self._out: BinaryIO = path.open("wb")

    def add(self, rows: Mapping[str, Lines]) -> None:
        """Puts the lines of some articles away."""
        for article, lines in rows.items():
            self._ids.append(article)
            for table in TABLES:
                content = lines.get(table, b"")
                self._out.write(content)
                self._ends.append(self._ends[-1] + len(content))

    def beside(self, name: str) -> Path:
        """A path next to the file."""
        return self._path.with_name(f"{self._path.name}.{name}")

    def read(self) -> Iterator[tuple[str, list[Lines]]]:
        """Each article, and its lines in as many pieces as they were put away in; by article_id."""
        self._out.close()
        with self._path.open("rb") as content:
            for article, places in groupby(self._order(), key=self._ids.__getitem__):
                yield article, [self._lines(content, place) for place in places]

    def _order(self) -> Iterable[int]:
        ids = self._ids
        everything = range(len(ids))
        in_order = all(ids[place - 1] <= ids[place] for place in everything[1:])
        return everything if in_order else sorted(everything, key=ids.__getitem__)

    def _lines(self, content: BinaryIO, place: int) -> Lines:
        first = place * len(TABLES)
        start, *ends = self._ends[first : first + len(TABLES) + 1]
        content.seek(start)
        lines: Lines = {}
        for table, begin, end in zip(TABLES, [start, *ends], ends, strict=False):
            if end > begin:
                lines[table] = content.read(end - begin)
        return lines

    def __enter__(self) -> Spill:
        """The file is open from the beginning."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Closes it."""
        self._out.close()


def read_articles(folder: Location) -> Iterator[tuple[str, Lines]]:
    """Each article of a layer in a folder, by article_id; none where there is no file.

    Raises:
        NotAsWrittenError: a line does not begin as the record's do, the articles are in another order, or the layer is
            not JSON Lines.
    """
    paths = {table: path for table in TABLES if (path := table_path(folder, table)).exists()}
    if any(path.suffix == PARQUET for path in paths.values()):
        raise NotAsWrittenError(str(folder))
    with ExitStack() as opened:
        tables = {table: _by_article(opened.enter_context(path.open("rb"))) for table, path in paths.items()}
        ahead = {table: first for table, articles in tables.items() if (first := next(articles, None))}
        while ahead:
            article = min(article_id for article_id, _ in ahead.values())
            present = [table for table, (article_id, _) in ahead.items() if article_id == article]
            yield article, {table: ahead[table][1] for table in present}
            for table in present:
                ahead.pop(table)
                if (following := next(tables[table], None)) is not None:
                    ahead[table] = following


def _by_article(lines: IO[bytes]) -> Iterator[tuple[str, bytes]]:
    """The lines of each article together."""
    before, article_lines = b"", [b""]
    prefix = b"\n"
    for line in lines:
        if not line.startswith(prefix):
            if before:
                yield before.decode(), b"".join(article_lines)
            match = _ARTICLE.match(line)
            if match is None or match[1] <= before:
                raise NotAsWrittenError(line[:80].decode(errors="replace"))
            before, prefix, article_lines = match[1], match[0], []
        article_lines.append(line)
    if before:
        yield before.decode(), b"".join(article_lines)


Pair = tuple[str, list[Lines] | None, Lines | None]


def side_by_side(new: Iterable[tuple[str, list[Lines]]], old: Iterable[tuple[str, Lines]]) -> Iterator[Pair]:
    """Each article of two layers with what either has of it, by article_id; None for one that has nothing."""
    after, before = iter(new), iter(old)
    ours, theirs = next(after, None), next(before, None)
    while ours or theirs:
        article = min(pair[0] for pair in (ours, theirs) if pair)
        pieces = lines = None
        if ours and ours[0] == article:
            pieces, ours = ours[1], next(after, None)
        if theirs and theirs[0] == article:
            lines, theirs = theirs[1], next(before, None)
        yield article, pieces, lines
