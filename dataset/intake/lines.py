"""Lines of a file of any size, decoded one by one."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from dataset.intake.articles import unreadable
from dataset.intake.text import encoding_of, not_decodable
from dataset.problem import Problem

LONGEST_LINE: Final = 64 << 20
"""Bytes. A file without line ends would be read whole otherwise."""
_BLOCK_BYTES: Final = 1 << 20
_WIDE: Final = ("utf-16", "utf-32")


@contextmanager
def opened(path: Path) -> Iterator[BinaryIO]:
    """A file to read.

    Raises:
        Problem: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise unreadable(path, error) from None


def decoded_lines(path: Path, encoding: str | None) -> Iterator[str | Problem]:
    """The lines of a file with their ends; LF alone, or with CR before it, ends one. A BOM is left out.

    A line that is not in the file's encoding is a problem, and those after it come all the same where a line's end can
    be seen without decoding.

    Raises:
        Problem: the file cannot be read, has a line of more than `LONGEST_LINE` bytes, or cannot be decoded further.
    """
    with opened(path) as file:
        name = encoding_of(file.read(4), encoding)
        file.seek(0)
        if codecs.lookup(name).name.startswith(_WIDE):
            yield from _wide_lines(file, path, name)
        else:
            yield from _narrow_lines(file, path, name)


def _narrow_lines(file: BinaryIO, path: Path, encoding: str) -> Iterator[str | Problem]:
    number = 0
    while line := file.readline(LONGEST_LINE):
        number += 1
        if len(line) == LONGEST_LINE:
            raise _too_long(path, number)
        try:
            text = line.decode(encoding)
        except UnicodeError as error:
            yield not_decodable(f"{path}, line {number},", encoding, line, getattr(error, "start", 0))
        else:
            yield text.removeprefix("\ufeff") if number == 1 else text


def _wide_lines(file: BinaryIO, path: Path, encoding: str) -> Iterator[str]:
    decoder = codecs.getincrementaldecoder(encoding)()
    number, rest = 1, ""
    for block in iter(lambda: file.read(_BLOCK_BYTES), None):
        try:
            rest += decoder.decode(block, final=not block)
        except UnicodeError as error:
            at = getattr(error, "start", 0)
            raise not_decodable(f"{path}, from line {number} on,", encoding, block, at) from None
        lines = rest.split("\n")
        rest = lines.pop()
        if len(rest) > LONGEST_LINE:
            raise _too_long(path, number + len(lines))
        for line in lines:
            yield (line.removeprefix("\ufeff") if number == 1 else line) + "\n"
            number += 1
        if not block:
            break
    if rest:
        yield rest.removeprefix("\ufeff") if number == 1 else rest


def _too_long(path: Path, number: int) -> Problem:
    return Problem(
        f"{path}, line {number}, is longer than {LONGEST_LINE >> 20} MB",
        "write an article a line; a file of another kind is named by --format",
    )
