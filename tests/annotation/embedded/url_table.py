"""Prints Label Studio's URL table as JSON: each route and an address that leads to it. Runs in Label Studio's Django.

Reads from standard input which number to put in for each kind of thing: project, task, annotation, draft, user.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WORDS = {
    "path": "x.js",
    "format": "json",
    "sub_path": "personal-info",
    "filename": "x.txt",
    "action_id": "delete_tasks",
    "entity_name": "task",
    "app_label": "tasks",
    "object_id": "1",
    "content_type_id": "1",
    "url": "x",
    "key": "x",
    "token": "x",
    "job_id": "x",
}


def main() -> None:
    numbers = json.load(sys.stdin)
    for route in sorted(set(_routes())):
        print(json.dumps([route, _address(route, numbers)]))


def _routes() -> Iterator[str]:
    import django
    import label_studio

    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    django.setup()
    from django.urls import get_resolver

    yield from _joined(get_resolver().url_patterns, "")


def _joined(patterns: list[Any], before: str) -> Iterator[str]:
    """Joins the parts of a route as Django does."""
    for pattern in patterns:
        part = str(pattern.pattern)
        route = before + (part.removeprefix("^") if before else part)
        if hasattr(pattern, "url_patterns"):
            yield from _joined(pattern.url_patterns, route)
        else:
            yield route


def _address(route: str, numbers: dict[str, int]) -> str | None:
    """An address that leads to the route; None where an earlier route takes every such address."""
    from django.urls import Resolver404, resolve

    kind = next((name for name in ("draft", "annotation", "user", "task", "view") if name in route), "project")
    kind = kind if not re.match(r"\^?(api/)?tasks/<int:pk>", route) else "task"

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        of = name.removesuffix("_pk").removesuffix("_id")
        return str(WORDS[name]) if name in WORDS else str(numbers.get(of, numbers[kind]))

    path = re.sub(r"<(?:\w+:)?(\w+)>", filled, re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)\??", filled, route))
    path = re.sub(r"\\(.)", r"\1", re.sub(r"/\?|[\^$]", "", path))
    try:
        return f"/{path}" if resolve(f"/{path}").route == route else None
    except Resolver404:
        return None


if __name__ == "__main__":
    main()
