"""What a web page and the answer that brought it say about use: licence, robots, reservation of text and data mining.

It is kept as it stands there. What follows from it is for people to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import orjson

from dataset.intake.articles import RightsStatement

_META: Final = {
    "robots": "robots",
    "tdm-reservation": "tdm-reservation",
    "tdm-policy": "tdm-policy",
    "copyright": "copyright",
    "dc.rights": "copyright",
    "dcterms.rights": "copyright",
    "dcterms.license": "licence",
    "license": "licence",
}
_HEADERS: Final = {
    "X-Robots-Tag": "robots",
    "tdm-reservation": "tdm-reservation",
    "tdm-policy": "tdm-policy",
}
_LINKED: Final = re.compile(r'<([^>]*)>\s*(?:;[^,]*)?;\s*rel="?[^",;]*\blicense\b', re.IGNORECASE)
_OF_ARTICLES: Final = re.compile(r"Article|Posting|Report|WebPage|WebSite|CreativeWork")
_LINKED_DATA: Final = {"license": "licence", "copyrightNotice": "copyright"}
_DEEPEST: Final = 20


def of_headers(headers: Mapping[str, list[str]]) -> Iterator[RightsStatement]:
    """The statements in the headers of an HTTP answer: values by name, in lower case."""
    for name, kind in _HEADERS.items():
        for value in headers.get(name.lower(), []):
            yield from _statement(kind, value, f"HTTP header {name}")
    for value in headers.get("link", []):
        for address in _LINKED.findall(value):
            yield from _statement("licence", address, "HTTP header Link rel=license")


def of_page(tree: Any) -> Iterator[RightsStatement]:
    """The statements in a page, as lxml parsed it, in its order."""
    for element in tree.iter("meta", "link", "a", "script"):
        if element.tag == "meta":
            name = (element.get("name") or element.get("property") or "").strip().lower()
            kind = _META.get(name) or ("robots" if re.fullmatch(r"[\w-]*bot", name) else None)
            if kind:
                yield from _statement(kind, element.get("content"), f"meta name={name}")
        elif element.tag == "script":
            if (element.get("type") or "").strip().lower() == "application/ld+json":
                yield from _of_linked_data(element.text)
        elif "license" in (element.get("rel") or "").lower().split():
            yield from _statement("licence", element.get("href"), f"{element.tag} rel=license")


def _statement(kind: str, words: str | None, place: str) -> Iterator[RightsStatement]:
    if words and (line := " ".join(words.split())):
        yield RightsStatement(kind, line, place)


def _of_linked_data(content: str | None) -> Iterator[RightsStatement]:
    try:
        data = orjson.loads(content or "null")
    except orjson.JSONDecodeError:
        return
    for node in _nodes(data):
        if _OF_ARTICLES.search(str(node.get("@type"))):
            for name, kind in _LINKED_DATA.items():
                for value in _values(node.get(name)):
                    yield from _statement(kind, value, f"JSON-LD {name}")


def _nodes(data: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The objects that the page describes; not those within them, such as a picture with a licence of its own."""
    if isinstance(data, list) and depth < _DEEPEST:
        for part in data:
            yield from _nodes(part, depth + 1)
    elif isinstance(data, dict):
        yield data
        yield from _nodes(data.get("@graph", []), depth + 1) if isinstance(data.get("@graph"), list) else ()


def _values(value: Any) -> Iterator[str]:
    for part in value if isinstance(value, list) else [value]:
        words = (part.get("url") or part.get("@id") or part.get("name")) if isinstance(part, dict) else part
        if isinstance(words, str):
            yield words
