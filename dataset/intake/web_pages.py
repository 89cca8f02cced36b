"""Saved web pages: the main text, what the page says about itself, and what it says about its use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import trafilatura
import webencodings
from langcodes import tag_is_valid

from dataset.intake.articles import AGAIN, ArticleMetadata, ReadingOptions, SourceArticle
from dataset.intake.metadata import is_address
from dataset.intake.page_rights import of_headers, of_page
from dataset.intake.text import decoded, read_file
from dataset.problem import Problem

SHORTEST_TEXT: Final = 150
"""Characters. What is shorter is a notice, a teaser or a menu, and no article."""
_START_BYTES: Final = 4096
_CHARSET: Final = re.compile(rb"""<(?:meta[^>]+charset|\?xml[^>]+encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE)
_SAVED_FROM: Final = re.compile(r"<!--\s*saved from url=\(\d+\)(\S+)\s*-->")
_AS_GIVEN: Final = {"original_date": True, "extensive_search": False}
"""The date that the page gives, and none that is guessed from its words."""


def read_page(path: Path, options: ReadingOptions) -> Iterator[SourceArticle]:
    """The article of a page that was saved as a file.

    Raises:
        Problem: it cannot be read or decoded, or has no main text.
    """
    content = read_file(path)
    yield article_of_page(page_words(content, str(path), options.encoding), str(path), stem=path.stem)


def page_words(content: bytes, place: str, encoding: str | None, declared: str | None = None) -> str:
    """The characters of a page, by the encoding that is named, a byte-order mark, the server or the page itself.

    Raises:
        Problem: it cannot be decoded.
    """
    if encoding is None and content[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        label = declared or ((match := _CHARSET.search(content[:_START_BYTES])) and match[1].decode("ascii"))
        known = webencodings.lookup(label) if label else None
        encoding = known.codec_info.name if known else None
    return decoded(content, place, encoding).removeprefix("\ufeff")


def article_of_page(
    page: str,
    place: str,
    *,
    stem: str | None = None,
    url: str | None = None,
    seen: str | None = None,
    headers: Mapping[str, list[str]] | None = None,
) -> SourceArticle:
    """The article that a page holds. `url` is where the page was got from, `headers` those of the answer, lower case.

    Raises:
        Problem: it has no main text.
    """
    tree = trafilatura.load_html(page) if page.strip() else None
    if tree is None:
        raise Problem(f"{place} is not a web page", "leave it out, or say with --format what it is")
    document: Any = trafilatura.bare_extraction(
        tree, url=url, include_comments=False, with_metadata=True, date_extraction_params=dict(_AS_GIVEN)
    )
    text = (document and document.text) or ""
    if len(text) < SHORTEST_TEXT:
        but = f" but “{' '.join(text.split())}”" if text.strip() else ""
        raise Problem(f"{place} has no main text{but}", f"save the page as a reader sees it, {AGAIN}, or leave it out")
    language = tree.get("lang")
    metadata = ArticleMetadata(
        title=document.title or None,
        outlet=document.sitename or None,
        published=document.date or None,
        url=url or _address(document.url, page),
        language=language if language and tag_is_valid(language) else None,
    )
    rights = (*of_headers(headers or {}), *of_page(tree))
    return SourceArticle(place, text, None, stem, metadata, rights, seen)


def _address(given: str | None, page: str) -> str | None:
    """The address that the page gives, or that the browser that saved it wrote into it."""
    saved = _SAVED_FROM.search(page[:_START_BYTES])
    return next((url for url in (given, saved and saved[1]) if url and is_address(url)), None)
