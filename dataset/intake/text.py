"""The text of an article: decoded, with LF line ends, and refused where it cannot be one."""

from __future__ import annotations

import codecs
import re
import stat
from pathlib import Path
from typing import Final

from dataset.intake.articles import AGAIN, unreadable
from dataset.problem import Problem

LONG_BYTES: Final = 25_000
"""Above this Label Studio's page gets slow to answer."""
_BOMS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# C0 without tab and line feed, and halves of surrogate pairs, which JSON can hold and UTF-8 cannot.
_CONTROL: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff]")
_WALL: Final = re.compile(
    r"(?:enable|turn on|activate) (?:javascript|cookies)"
    r"|javascript (?:is|must be|has been) (?:disabled|enabled|required)"
    r"|(?:accept|allow) (?:all |our )?cookies|(?:verify|confirm)(?: that)? you(?:'re|’re| are) (?:a )?human"
    r"|checking your browser|disable your ad ?blocker|subscribe to (?:continue|keep) reading",
    re.IGNORECASE,
)
_WALL_CHARACTERS: Final = 600
"""A page that shows a wall says little else. A longer text with such words may be an article about them."""


def checked_encoding(name: str) -> str:
    """The name of an encoding of text, as Python knows it.

    Raises:
        Problem: there is no such encoding.
    """
    try:
        "a".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise Problem(
            f"“{name}” is not an encoding of text that Python knows",
            "write one such as utf-8, utf-16, latin-1 or cp1252",
        ) from None


def encoding_of(start: bytes, encoding: str | None) -> str:
    """The encoding that was named, else that of the byte-order mark at the start, else UTF-8."""
    return encoding or next((name for bom, name in _BOMS if start.startswith(bom)), "utf-8")


def decoded(content: bytes, place: str, encoding: str | None = None) -> str:
    """The characters of a file; a byte-order mark of UTF-8 is one of them.

    Raises:
        Problem: it is not in the encoding that was named, or that it seems to have.
    """
    name = encoding_of(content[:4], encoding)
    try:
        return content.decode(name)
    except UnicodeError as error:
        raise not_decodable(place, name, content, getattr(error, "start", 0)) from None


def not_decodable(place: str, encoding: str, content: bytes, at: int) -> Problem:
    """The problem that a byte, counted from 0 in `content`, is not of an encoding."""
    byte = f"byte {at + 1}" + (f" (0x{content[at]:02x})" if at < len(content) else "")
    return Problem(
        f"{place} is not {encoding.upper()} at {byte}",
        f"name its encoding, as in --encoding latin-1, or save it as UTF-8, {AGAIN}",
    )


def checked_text(text: str, place: str) -> str:
    """A text as the corpus keeps it: CRLF and CR are LF, a BOM is gone, all else is as it was.

    Raises:
        Problem: it is empty or blank, holds a control character, or is what a page shows in the place of an article.
    """
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Problem(f"{place} is {'blank' if text else 'empty'}", "leave it out")
    if control := _CONTROL.search(text):
        raise Problem(
            f"{place} holds a control character, U+{ord(control[0]):04X}, at {_position(text, control.start())}",
            f"take it out, {AGAIN}",
        )
    if len(text) < _WALL_CHARACTERS and (wall := _WALL.search(text)):
        raise Problem(
            f"{place} says “{wall[0]}” and little else, like a page that is shown instead of the article",
            "get the article as a reader sees it, or leave it out",
        )
    return text


def normalised(file: Path, encoding: str | None = None) -> bytes:
    """A file's text as the corpus keeps it, in UTF-8.

    Raises:
        Problem: it cannot be read or decoded, or cannot be a text.
    """
    return checked_text(decoded(read_file(file), str(file), encoding), str(file)).encode("utf-8")


def read_file(file: Path) -> bytes:
    """The bytes of a file.

    Raises:
        Problem: it is not there, is no file, or cannot be read.
    """
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Problem(f"{file} is {'a folder' if stat.S_ISDIR(mode) else 'not a file'}", "name a file")
        return file.read_bytes()
    except OSError as error:
        raise unreadable(file, error) from None


def _position(text: str, offset: int) -> str:
    """Line and column, both from 1, column in characters."""
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"
