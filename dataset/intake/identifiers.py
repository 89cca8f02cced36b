"""The id of an article: as its source gives it, or made of a file's name or an address."""

from __future__ import annotations

import re
import unicodedata
from typing import Final
from urllib.parse import unquote, urlsplit

from dataset import schema
from dataset.intake.articles import SourceArticle
from dataset.problem import Problem
from dataset.storage.atomic import sha256

LONGEST_ID: Final = 200
_ALLOWED: Final = f"letters, digits, `_`, `-` and `.`, no dot at the start, at most {LONGEST_ID}"
_SLUG_CHARACTERS: Final = 60
_HASH_CHARACTERS: Final = 10


def id_of(article: SourceArticle) -> str:
    """The article's id.

    A file's name that can be an id is preferred to an address, and the address to a name that cannot.

    Raises:
        Problem: the id that is given cannot be one, or there is nothing that one can be made of.
    """
    if article.article_id is not None:
        if not can_be_id(article.article_id):
            raise Problem(f"{article.place}: “{article.article_id}” cannot be an article's id", f"use {_ALLOWED}")
        return article.article_id
    if article.stem is not None and can_be_id(article.stem):
        return article.stem
    if article.metadata.url is not None:
        return id_of_address(article.metadata.url)
    if article.stem is not None:
        raise Problem(f"{article.place}: “{article.stem}” cannot be an article's id", f"rename the file: {_ALLOWED}")
    raise Problem(
        f"{article.place} gives no id, and no address to make one from",
        "say which column has it with --column article_id=COLUMN",
    )


def can_be_id(name: str) -> bool:
    """Whether an article may have this id."""
    return bool(re.fullmatch(schema.IDENTIFIER, name)) and not name.startswith(".") and len(name) <= LONGEST_ID


def id_of_address(url: str) -> str:
    """The id of what is at an address: its last words, and a hash of the address, so that the same has the same."""
    parts = urlsplit(url)
    name = unquote(parts.path).rstrip("/").rpartition("/")[2]
    name = re.sub(r"\.(html?|xhtml|php|aspx?|jsp)$", "", name, flags=re.IGNORECASE)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")[:_SLUG_CHARACTERS].strip("-")
    host = re.sub(r"[^a-z0-9]+", "-", (parts.hostname or "page").lower()).strip("-")[:_SLUG_CHARACTERS]
    return f"{slug or host}-{sha256(url.encode())[:_HASH_CHARACTERS]}"
