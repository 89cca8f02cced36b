"""The embedded server's settings with switches: which protections are off, and requests that are held where they work.

What is off stands in a file, read anew at each request. Label Studio has a package `tests` of its own, so this folder
is on the path, and not the repository.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from switches import HOLD, SWITCHES

# What Label Studio reads while its settings load, it reads in the module that is named here.
os.environ["DJANGO_SETTINGS_MODULE"] = "annotation.embedded.inside.settings"
from annotation.embedded.inside.settings import *  # noqa: F403

os.environ["DJANGO_SETTINGS_MODULE"] = __name__


def _set(owner: Any, name: str, value: Any) -> Callable[[bool], None]:
    kept = getattr(owner, name)
    return lambda off: setattr(owner, name, value if off else kept)


def _switches() -> dict[str, list[Callable[[bool], None]]]:
    from projects.mixins import ProjectMixin

    from annotation.embedded.inside import blindness, membership, routes

    def nothing(*_: Any) -> None:
        return None

    return {
        "routes": [
            _set(routes, "is_open", lambda *_, **__: True),
            _set(routes, "_is_plain", lambda *_: True),
        ],
        "projects": [_set(blindness.OwnOrganisationOnly, "has_permission", ProjectMixin.has_permission)],
        "numbers": [_set(membership, "names_what_is_not_own", lambda *_: False)],
        "displaced": [_set(membership, "is_displaced", lambda *_: False)],
        "strangers": [_set(blindness, "_refuse_strangers", nothing)],
        "authors": [_set(blindness, "_refuse_other_authors", nothing)],
        "moving": [_set(blindness, "_refuse_moving", nothing)],
    }


class Switched:
    """Takes the protections away that the file names."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        self._switches: dict[str, list[Callable[[bool], None]]] = {}

    def __call__(self, request: Any) -> Any:
        self._switches = self._switches or _switches()
        off = Path(os.environ[SWITCHES]).read_text(encoding="utf-8").split()
        for name, switches in self._switches.items():
            for switch in switches:
                switch(name in off)
        return self._get_response(request)


def session(get_response: Callable[[Any], Any]) -> Any:
    """The middleware that looks at sessions, with a switch: what a class has is read once, when the server starts."""
    from annotation.embedded.inside.membership import MembersSession

    class Session(MembersSession):
        def process_view(self, request: Any, *view: Any) -> None:
            if "sessions" not in Path(os.environ[SWITCHES]).read_text(encoding="utf-8").split():
                super().process_view(request, *view)

    return Session(get_response)


class Held:
    """Holds a request where its view would work, until the file that it names is there; says so in `FILE.held`."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        if name := request.headers.get(HOLD):
            Path(f"{name}.held").touch()
            while not Path(name).exists():
                time.sleep(0.01)
        return self._get_response(request)


MIDDLEWARE[MIDDLEWARE.index("annotation.embedded.inside.membership.MembersSession")] = "unprotected_settings.session"  # type: ignore[name-defined]  # noqa: F405
MIDDLEWARE.insert(0, "unprotected_settings.Switched")  # type: ignore[name-defined]  # noqa: F405
MIDDLEWARE.append("unprotected_settings.Held")  # type: ignore[name-defined]  # noqa: F405
