"""Label Studio's own files, the same for everybody: a browser keeps them, and they cost no look at an account."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from annotation.embedded.inside.routes import STATIC

KEPT: Final = frozenset(route for route in STATIC if route.endswith("/(?P<path>.*)$"))
"""The routes of folders; what else is static, a view makes."""


class KeptByBrowsers:
    """A middleware: a file is sent once, and then only if it is another than the browser has.

    Label Studio signs its session anew with each answer, files too, and says that they depend on it: a browser cannot
    rely on the 7.7 MB that it has of the labelling page.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The file, or 304 where the browser's is as new; 404 where there is none."""
        from django.urls import Resolver404, resolve

        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self._get_response(request)
        if match.route not in KEPT or request.method not in ("GET", "HEAD"):
            return self._get_response(request)
        response = match.func(request, *match.args, **match.kwargs)
        response["Cache-Control"] = "no-cache"
        return response
