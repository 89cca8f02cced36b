"""A Label Studio JSON export, read task by task and never held whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

import ijson
import msgspec
import orjson
from ijson.backends import python as exact

from annotation.labelstudio.canonical import has_long_number
from annotation.labelstudio.payloads import JsonObject
from dataset.problem import Problem

CHUNK: Final = 4 << 20
LONGEST: Final = 32 << 20
SCANNED: Final = 64 << 10
ENDLESS: Final = 1 << 20
_TRIED: Final = 64
"""How many commas at the end of a chunk may stand within a task, as those between its annotations do."""
_EDGE: Final = 64
# Between two tasks as Label Studio writes them. It matches elsewhere, too, so that what is before it is looked at.
_BETWEEN: Final = re.compile(rb'\},(?=\s*\{\s*"id"\s*:\s*\d)')
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_QUOTE: Final = re.compile(rb'(?<!\\)"')
_LIST: Final = msgspec.json.Decoder(list[msgspec.Raw])


class UnfitExportError(ValueError):
    """An export that is read by `read_export` alone, which takes its time, and says what is wrong."""


def read_export(export: Path) -> Iterator[JsonObject]:
    """The tasks of a JSON export, one at a time.

    Raises:
        Problem: the file is missing, is not JSON, or is not a list of tasks.
    """
    done = 0
    try:
        with export.open("rb") as stream:
            if not _begins_a_list(stream):
                raise Problem(f"{export} is not a list of tasks", "export as JSON from Label Studio")
            for task in _tasks(export, stream):
                done += 1
                yield task
    except OSError as error:
        raise Problem(f"{export} cannot be read: {error.strerror}", "check the name of the file") from None
    except MemoryError:
        raise Problem(f"{export} holds a task that is larger than the memory here", "take that task out") from None
    except (ijson.JSONError, ValueError) as error:
        raise Problem(
            f"{export} is not whole JSON after {done} tasks: {str(error).splitlines()[0]}",
            "export again from Label Studio",
        ) from None


def _begins_a_list(stream: IO[bytes]) -> bool:
    return stream.read(64).lstrip().startswith(b"[")


def _tasks(export: Path, stream: IO[bytes]) -> Iterator[Any]:
    """The items of a list: quickly, and from the first that is unfit for that with ijson, which says why."""
    done = 0
    try:
        for piece in pieces(export):
            yield task_in(piece)
            done += 1
    except UnfitExportError:
        yield from islice(_slow(stream), done, None)


def _slow(stream: IO[bytes]) -> Iterator[Any]:
    """The items by ijson; by its slower parser where the other makes a `?` of half a character, or takes no number."""
    reader = exact if _needs_exact(stream) else ijson
    stream.seek(0)
    yield from reader.items(stream, "item", use_float=True)


def _needs_exact(stream: IO[bytes]) -> bool:
    """Whether half a character or a long number is written; refuses what ijson would read again and again."""
    last, needed, since = b"", False, 0
    stream.seek(0)
    while chunk := stream.read(SCANNED):
        needed = needed or bool(_HALF.search(last + chunk)) or has_long_number(last + chunk)
        since = 0 if _QUOTE.search(chunk) else since + len(chunk)
        if since > ENDLESS:
            raise orjson.JSONDecodeError(f"for {ENDLESS >> 20} MB nothing in it ends", "", 0)
        last = chunk[-_EDGE:]
    return needed


def pieces(export: Path) -> Iterator[bytes]:
    """The tasks of a JSON export as they stand in the file, one at a time, to be read with `task_in`.

    Raises:
        UnfitExportError: the file cannot be read, is not a list, or is not whole.
        Problem: it is a pipe.
    """
    try:
        with export.open("rb") as stream:
            if not stream.seekable():
                raise Problem(f"{export} can be read only once", "save it to a file, and name that file")
            yield from _pieces(stream)
    except (OSError, MemoryError) as error:
        raise UnfitExportError(str(error)) from error


def task_in(piece: bytes) -> Any:
    """What a piece of an export holds; a whole number of more than 64 bits to its last digit, which orjson does not.

    Raises:
        UnfitExportError: orjson does not take it, or it is too large.
    """
    try:
        item = orjson.loads(piece)
    except (orjson.JSONDecodeError, MemoryError) as error:
        raise UnfitExportError(str(error)) from None
    return json.loads(piece) if has_long_number(piece) else item


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    if not _begins_a_list(stream):
        raise UnfitExportError("it is not a list")
    stream.seek(0)
    rest = stream.read(CHUNK).lstrip().removeprefix(b"[")
    while chunk := stream.read(CHUNK):
        items, rest = _whole_items(rest)
        yield from map(bytes, items)
        if len(rest) > LONGEST:
            raise UnfitExportError("no task ends")
        rest += chunk
    yield from map(bytes, _items(b"[" + rest))


def _whole_items(text: bytes) -> tuple[list[msgspec.Raw], bytes]:
    """The items before the last comma between two tasks, and the text behind it."""
    commas = [match.end() - 1 for match in _BETWEEN.finditer(text)]
    for comma in reversed(commas[-_TRIED:]):
        with suppress(UnfitExportError):
            return _items(b"[%b]" % text[:comma]), text[comma + 1 :]
    return [], text


def _items(content: bytes) -> list[msgspec.Raw]:
    try:
        return _LIST.decode(content)
    except (msgspec.DecodeError, RecursionError) as error:
        raise UnfitExportError(str(error)) from None
