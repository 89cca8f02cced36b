"""The suggester `file`: predictions that were made elsewhere.

A file holds JSON Lines or Parquet. Its rows are spans, as the record's table `spans` and the published config `spans`
have them, or articles as the published config `articles` has them. Links are in the published columns `said_by`,
`continues` and `hedges`. A row may name the text that it is about by `text_sha256`, and its certainty by `score`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import polars as pl

from annotation.suggesting.protocol import EventText, Suggestions, link, marked_span
from dataset.problem import Problem
from dataset.record.rows import MarkedSpan
from dataset.scheme import vocabulary

Row = Mapping[str, Any]
_PARTS: Final = {f"{label}s": label for label in vocabulary.LABELS}
_OF_PART: Final = {
    "speaker": {"entities": "speaker_entities"},
    "quote": {"form": "quote_form", "source": "quote_source"},
    "hedge": {"kind": "hedge_kind"},
    "number": {"kind": "number_kind", "value": "number_value", "unit": "number_unit"},
}
"""What the attributes of a span are called within an article's row."""
_AS_PREDICTIONS: Final = "write rows with article_id, label, start and end, or rows of the published config articles"


class FileSuggester:
    """Predictions by article, read once."""

    def __init__(self, path: Path) -> None:
        """`path` is a file in one of the forms.

        Raises:
            Problem: the file is not there or cannot be read.
        """
        self._path = path
        is_parquet = path.suffix == ".parquet"
        self._table = _read_parquet(path) if is_parquet else None
        self._lines = {} if is_parquet else _read_lines(path)

    def suggest(self, texts: Sequence[EventText]) -> list[Suggestions]:
        """The predictions for each text.

        Raises:
            Problem: a prediction is for another text, has a label that the scheme does not know, or lies outside.
        """
        return [self._for(text) for text in texts]

    def _for(self, text: EventText) -> Suggestions:
        suggestions, links = Suggestions(), list[tuple[MarkedSpan, list[str]]]()
        for where, row in self._rows(text.article_id):
            _require_same_text(where, row, text)
            for span_row, label in _span_rows(where, row):
                span = _span(where, span_row, label, text)
                suggestions.spans.append(span)
                links.append((span, _targets(span_row, text.article_id)))
                score = span_row.get("score")
                if isinstance(score, int | float):
                    kept = min(max(float(score), 0.0), 1.0)
                    suggestions.scores.append({"span_id": span["span_id"], "pattern": None, "score": kept})
        by_id = {span["span_id"]: span for span in suggestions.spans}
        suggestions.links.extend(link(span, by_id[end]) for span, ends in links for end in ends if end in by_id)
        return suggestions

    def _rows(self, article: str) -> Iterator[tuple[str, Row]]:
        """The rows about an article, and where each is."""
        if self._table is not None:
            for row in self._table.filter(pl.col("article_id") == article).iter_rows(named=True):
                yield f"{self._path.name}, {article}", row
        for number, line in self._lines.get(article, []):
            yield f"{self._path.name}, line {number}", json.loads(line)


def open_file(argument: str) -> FileSuggester:
    """The suggester for the file that the argument names.

    Raises:
        Problem: no file is named, it is not there, or it cannot be read.
    """
    if not argument:
        raise Problem("the suggester file needs a file of predictions", "write --by file:PATH")
    return FileSuggester(Path(argument))


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        table = pl.read_parquet(path)
    except FileNotFoundError:
        raise Problem(f"there is no file {path}", "name the file of predictions after --by file:") from None
    except (OSError, pl.exceptions.PolarsError) as error:
        raise Problem(f"{path} cannot be read as Parquet: {str(error).splitlines()[0]}", "write it anew") from None
    if table.schema.get("article_id") != pl.String:
        raise Problem(f"{path} has no column article_id of strings", _AS_PREDICTIONS)
    return table


def _read_lines(path: Path) -> dict[str, list[tuple[int, bytes]]]:
    """The lines about each article, with their numbers from 1."""
    try:
        content = path.read_bytes()
    except OSError as error:
        why = "there is no such file" if isinstance(error, FileNotFoundError) else error.strerror
        raise Problem(f"{path} cannot be read: {why}", "name the file of predictions after --by file:") from None
    lines: dict[str, list[tuple[int, bytes]]] = {}
    for number, line in enumerate(content.splitlines(), 1):
        if line.strip():
            lines.setdefault(_article_of(path, number, line), []).append((number, line))
    return lines


def _article_of(path: Path, number: int, line: bytes) -> str:
    try:
        row = json.loads(line)
        article = row["article_id"]
    except (ValueError, RecursionError):
        raise Problem(f"{path} is not JSON at line {number}", "write one JSON object a line, or Parquet") from None
    except (KeyError, TypeError):
        raise Problem(f"{path} names no article_id at line {number}", _AS_PREDICTIONS) from None
    if not isinstance(article, str):
        raise Problem(f"{path} has an article_id that is not a string at line {number}", _AS_PREDICTIONS)
    return article


def _require_same_text(where: str, row: Row, text: EventText) -> None:
    named = row.get("text_sha256")
    if named is not None and named != text.text_sha256:
        raise Problem(
            f"{where}: the prediction is for another text than {text.article_id} has", "predict on the corpus's texts"
        )


def _span_rows(where: str, row: Row) -> Iterator[tuple[Row, str]]:
    """The spans that a row holds, each with its label; those of an article's row by the names of the table `spans`."""
    if "label" in row:
        yield row, _known_label(where, row["label"])
        return
    if not _PARTS.keys() & row.keys():
        raise Problem(f"{where}: the row has neither a label nor lists of spans", _AS_PREDICTIONS)
    for name, label in _PARTS.items():
        parts = row.get(name) or []
        if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
            raise Problem(f"{where}: {name} is not a list of spans", _AS_PREDICTIONS)
        for part in parts:
            yield {_OF_PART[label].get(key, key): value for key, value in part.items()}, label


def _known_label(where: str, label: object) -> str:
    if label not in vocabulary.LABELS:
        raise Problem(f"{where}: the scheme has no label {label!r}", f"use {', '.join(vocabulary.LABELS)}")
    return str(label)


def _span(where: str, row: Row, label: str, text: EventText) -> MarkedSpan:
    start, end = row.get("start"), row.get("end")
    if type(start) is not int or type(end) is not int or not 0 <= start < end <= len(text.text):
        raise Problem(
            f"{where}: {start}:{end} is not a place in {text.article_id}, which has {len(text.text)} characters",
            "count offsets in Unicode code points from 0, the end after the last",
        )
    words = row.get("text")
    if words is not None and words != text.text[start:end]:
        raise Problem(
            f"{where}: {text.article_id} has “{text.text[start:end][:40]}” at {start}:{end}, not “{str(words)[:40]}”",
            "predict on the corpus's texts, and count in Unicode code points",
        )
    span_id = row.get("span_id")
    own_id = f"{label[0]}{start}-{end}" if span_id is None else _within(str(span_id), text.article_id)
    span = marked_span(own_id, label, start, end, text.text)
    for name in vocabulary.ATTRIBUTES[label]:
        span[name] = _value(where, name, row.get(name))  # type: ignore[literal-required]
    if label == "number":
        bounds = vocabulary.value_bounds(span["number_value"])
        span["number_low"], span["number_high"] = bounds or (None, None)
    return span


def _value(where: str, name: str, value: object) -> object:
    """An attribute's value, of the type that the record has."""
    if name == "speaker_entities":
        names = [] if value is None else value
        if not isinstance(names, list) or not all(isinstance(entity, str) for entity in names):
            raise Problem(f"{where}: {name} is not a list of names", 'write it as ["Ada Penn"]')
        return names
    if value is not None and not isinstance(value, str):
        raise Problem(f"{where}: {name} is {value!r}, which is not a string", "write the value as a string")
    return value


def _within(span_id: str, article: str) -> str:
    """A span's id within its article; published ones begin with the article's."""
    return span_id.removeprefix(f"{article}:")


def _targets(row: Row, article: str) -> list[str]:
    """The ids of the spans that a span is linked to; what rule H10 links is left to it."""
    derived = row.get("derived") or []
    drawn = [end for name in ("said_by", "continues") for end in row.get(name) or []]
    hedged = row.get("hedges") or []
    drawn += [end for number, end in enumerate(hedged) if not (number < len(derived) and derived[number])]
    return [_within(str(end), article) for end in drawn]
