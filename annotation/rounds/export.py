"""A Label Studio JSON export, read task by task and never held whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from typing import IO, Any, Final

import ijson
import orjson
from ijson.backends import python as exact

from annotation.labelstudio.canonical import has_long_number
from annotation.labelstudio.payloads import JsonObject
from dataset.problem import Problem

CHUNK: Final = 4 << 20
LONGEST: Final = 32 << 20
SCANNED: Final = 64 << 10
ENDLESS: Final = 1 << 20
_PIECES: Final = 64
_EDGE: Final = 64
_SPACE: Final = b" \t\r\n"
# Between two tasks as Label Studio writes them; where else it matches, the pieces are put together again.
_BETWEEN: Final = re.compile(rb'\},(?=\s*\{\s*"id"\s*:\s*\d)')
_HALF: Final = re.compile(rb"\\u[dD][89a-fA-F]")
_QUOTE: Final = re.compile(rb'(?<!\\)"')


def read_export(export: Path) -> Iterator[JsonObject]:
    """The tasks of a JSON export, one at a time.

    Raises:
        Problem: the file is missing, is not JSON, or is not a list of tasks.
    """
    done = 0
    try:
        with export.open("rb") as stream:
            if stream.read(64).lstrip()[:1] != b"[":
                raise Problem(f"{export} is not a list of tasks", "export as JSON from Label Studio")
            for task in _items(stream):
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


def _items(stream: IO[bytes]) -> Iterator[Any]:
    """The items of a list: quickly, and from the first that orjson does not take, with ijson, which says why."""
    done = 0
    stream.seek(0)
    try:
        for task in _quick(stream):
            yield task
            done += 1
    except (orjson.JSONDecodeError, ijson.JSONError):
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


def _quick(stream: IO[bytes]) -> Iterator[Any]:
    begun: list[bytes] = []
    for piece in _pieces(stream):
        begun.append(piece)
        try:
            yield _read(b",".join(begun))
        except orjson.JSONDecodeError:
            if len(begun) == _PIECES:
                raise
        else:
            begun.clear()
    if begun:
        raise orjson.JSONDecodeError("the list breaks off", "", 0)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    """The text between the list's brackets, parted where a task may end."""
    rest = stream.read(CHUNK).lstrip(_SPACE).removeprefix(b"[")
    while chunk := stream.read(CHUNK):
        *whole, rest = _parted(rest)
        yield from whole
        if len(rest) > LONGEST:
            raise orjson.JSONDecodeError("no task ends", "", 0)
        rest += chunk
    rest = rest.rstrip(_SPACE)
    if not rest.endswith(b"]"):
        raise orjson.JSONDecodeError("the list does not end", "", 0)
    if inner := rest[:-1].strip(_SPACE):
        yield from _parted(inner)


def _parted(text: bytes) -> list[bytes]:
    """The text parted at the commas between tasks."""
    commas = [match.end() - 1 for match in _BETWEEN.finditer(text)]
    return [text[start + 1 : end] for start, end in pairwise([-1, *commas, len(text)])]


def _read(piece: bytes) -> Any:
    """One piece of JSON. orjson takes a whole number of more than 64 bits for a float: such a piece is read again."""
    item = orjson.loads(piece)
    return json.loads(piece) if has_long_number(piece) else item
