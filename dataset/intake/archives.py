"""Web archives, WARC: the pages among their records, one at a time."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any, BinaryIO, Final

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from dataset.intake.articles import ReadingOptions, SourceArticle
from dataset.intake.lines import opened
from dataset.intake.web_pages import article_of_page, page_words
from dataset.problem import Problem

LARGEST_PAGE: Final = 32 << 20
"""Bytes, as sent. What is larger is no page that people read."""
_PAGES: Final = ("text/html", "application/xhtml+xml")
_STATUS_OK: Final = "200"
_GZIP: Final = b"\x1f\x8b"


def read_archive(path: Path, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The article of each page that was answered with status 200. All other records are passed over.

    Raises:
        Problem: the file cannot be read, is no archive, or is cut off.
    """
    with opened(path) as file:
        for number, record in enumerate(_records(file, path), 1):
            if record.rec_type == "response" and _is_page(record):
                content = _content(record, path, number)
                yield _article(record, content, f"{path}, record {number}", options)


def _records(file: BinaryIO, path: Path) -> Iterator[Any]:
    """The records of an archive, each read to its end before the next one.

    Raises:
        Problem: the archive is cut off or is none.
    """
    stream = _Gzip(file) if file.read(2) == _GZIP else file
    file.seek(0)
    records, number = ArchiveIterator(stream), 0
    while True:
        try:
            with redirect_stderr(StringIO()):  # on which warcio says what it makes the best of
                record = next(records)
        except StopIteration:
            break
        except Exception as error:  # whatever its parser stumbles over
            raise _broken(path, number + 1, str(error)) from None
        number += 1
        if record.length is None or not record.rec_type:
            raise _broken(path, number, "it has no length")
        yield record
        _drain(record, path, number)
        _refuse_cut_off(record, path, number)
    if records.err_count:
        raise _broken(path, number, "something stands behind its end")
    if not number:
        raise _broken(path, 1, "there is none")


class _Gzip:
    """A compressed archive, decompressed. warcio would take its sudden end for the end of the archive."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = gzip.GzipFile(fileobj=file)

    def read(self, size: int = -1) -> bytes:
        try:
            return self._file.read(size)
        except (EOFError, OSError, zlib.error) as error:
            raise ArchiveLoadFailed(str(error)) from None

    def tell(self) -> int:
        return self._file.tell()


def _is_page(record: Any) -> bool:
    headers = record.http_headers
    if headers is None or headers.get_statuscode() != _STATUS_OK:
        return False
    return (headers.get_header("Content-Type") or "").partition(";")[0].strip().lower() in _PAGES


def _article(record: Any, content: bytes, place: str, options: ReadingOptions) -> SourceArticle | Problem:
    url = record.rec_headers.get_header("WARC-Target-URI")
    if url:
        url = url.strip("<>")
        place = f"{place} ({url})"
    if len(content) > LARGEST_PAGE:
        return Problem(f"{place} has more than {LARGEST_PAGE >> 20} MB", "leave it out")
    charset = (record.http_headers.get_header("Content-Type") or "").lower().partition("charset=")[2]
    headers: dict[str, list[str]] = {}
    for name, value in record.http_headers.headers:
        headers.setdefault(name.lower(), []).append(value)
    seen = (record.rec_headers.get_header("WARC-Date") or "")[:10] or None
    try:
        page = page_words(content, place, options.encoding, charset.split(";")[0].strip(" \"'") or None)
        return article_of_page(page, place, url=url, seen=seen, headers=headers)
    except Problem as problem:
        return problem


def _content(record: Any, path: Path, number: int) -> bytes:
    """What was sent, without the compression and the chunks in which it was."""
    try:
        content: bytes = record.content_stream().read(LARGEST_PAGE + 1)
    except (ArchiveLoadFailed, zlib.error, ValueError) as error:
        raise _broken(path, number, str(error)) from None
    if len(content) <= LARGEST_PAGE:
        _refuse_cut_off(record, path, number)
    return content


def _drain(record: Any, path: Path, number: int) -> None:
    try:
        while record.raw_stream.read(1 << 16):
            pass
    except ArchiveLoadFailed as error:
        raise _broken(path, number, str(error)) from None


def _refuse_cut_off(record: Any, path: Path, number: int) -> None:
    """A stream that ends before its record's length is reached ends without a word."""
    if getattr(record.raw_stream, "limit", 0) > 0:
        raise _broken(path, number, "it ends before its length is reached")


def _broken(path: Path, number: int, reason: str) -> Problem:
    why = reason.strip().splitlines()[0] if reason.strip() else "it cannot be read"
    return Problem(f"{path} is cut off or broken at record {number}: {why}", "get the whole file again")
