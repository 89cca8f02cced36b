"""Which addresses of the embedded server answer, and to whom. Loaded by Label Studio, not by Hedgerow.

Label Studio lets every account do everything in its organisation: export, delete, invite, change the page. Here the
labelling page gets what it needs, Hedgerow's own commands, which hold the server's key, get what they need, and every
other route of the server's URL table is closed to everybody.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import unquote_plus

KEY_HEADER: Final = "X-Hedgerow-Key"
KEY_VARIABLE: Final = "HEDGEROW_KEY"
LARGEST_WORK: Final = 2 << 20
LARGEST_OTHER: Final = 16 << 10
_READ: Final = frozenset({"GET", "HEAD"})
_WRITE: Final = frozenset({"POST"})

ACTIONS: Final = "^api/dm/actions/"
LOG_IN: Final = "^user/login/"
LOG_OUT: Final = "^^logout/?$"
IMPORT: Final = "^api/projects/<int:pk>/import"
HEALTH: Final = "health/"
FINDINGS: Final = "hedgerow/tasks/<int:pk>/findings"
PRACTICE: Final = "hedgerow/practice/<int:pk>/"
WELCOME: Final = "hedgerow/welcome/"
FIRST: Final = "first_submission"
"""What a task of practice notes in its `meta`: the result that was submitted first, before the gold was seen."""

STATIC: Final = frozenset(
    {
        r"^sw\.js$",
        r"^sw-fallback\.js$",
        r"^favicon\.ico$",
        "^label-studio-frontend/(?P<path>.*)$",
        "^dm/(?P<path>.*)$",
        "^react-app/(?P<path>.*)$",
        "^static/fonts/roboto/roboto.css$",
        "^static/(?P<path>.*)$",
    }
)
"""Files of Label Studio's own, the same for everybody: a page asks for about twenty of them."""

PAGE: Final[Mapping[str, frozenset[str]]] = {
    **dict.fromkeys(STATIC, _READ),
    # The application itself
    "^$": _READ,
    "version/": _READ,
    "api/version/": _READ,
    HEALTH: _READ,
    # Logging in, and one's own profile
    LOG_IN: _READ | _WRITE,
    LOG_OUT: _READ | _WRITE,
    WELCOME: _READ | _WRITE,
    "^user/account/": _READ,
    "^user/account/<sub_path>": _READ,
    "^api/current-user/whoami": _READ,
    "^api/jwt/settings": _READ,
    "^api/current-user/hotkeys/": _READ | {"PATCH"},
    # One's projects and tasks
    "^projects/": _READ,
    "^projects/<int:pk>/": _READ,
    "^projects/<int:pk>/data/": _READ,
    "^api/projects/": _READ,
    "^api/projects/<int:pk>/": _READ,
    "^api/projects/counts/": _READ,
    "^api/projects/<int:pk>/next/": _READ,
    "^api/projects/<int:pk>/label-stream-history/": _READ,
    "^api/dm/columns/": _READ,
    "^api/dm/project/": _READ,
    ACTIONS: _WRITE,
    "^api/dm/views/$": _READ | _WRITE,
    "^api/dm/views/(?P<pk>[^/.]+)/$": _READ | {"PATCH"},
    "^api/label_links/$": _READ,
    "^api/users/$": _READ,
    "^api/ml/": _READ,  # a list that stays empty, without which the page shows an error
    "^api/tasks/": _READ,
    "^api/tasks/<int:pk>/": _READ,
    # One's work
    "^api/tasks/<int:pk>/annotations/": _READ | _WRITE,
    "^api/annotations/<int:pk>/": _READ | {"PATCH", "DELETE"},
    "^api/annotations/<int:pk>/convert-to-draft": _WRITE,
    "^api/tasks/<int:pk>/drafts": _READ | _WRITE,
    "^api/tasks/<int:pk>/annotations/<int:annotation_id>/drafts": _READ | _WRITE,
    "^api/drafts/<int:pk>/": _READ | {"PATCH", "DELETE"},
    # What `validate` would find in it, and what a practice article has other than the gold
    FINDINGS: _WRITE,
    PRACTICE: _READ,
}
"""Route of the URL table to the methods that anybody may use there: what the labelling page asks for."""

_PROJECT, _TASK, _ANNOTATION, _DRAFT, _VIEW = (
    {"pk": model}
    for model in ("projects.Project", "tasks.Task", "tasks.Annotation", "tasks.AnnotationDraft", "data_manager.View")
)
NUMBERS: Final[Mapping[str, Mapping[str, str]]] = {
    "^projects/<int:pk>/": _PROJECT,
    "^projects/<int:pk>/data/": _PROJECT,
    "^api/projects/<int:pk>/": _PROJECT,
    "^api/projects/<int:pk>/next/": _PROJECT,
    "^api/projects/<int:pk>/label-stream-history/": _PROJECT,
    "^api/projects/<int:pk>/import": _PROJECT,
    "^api/dm/views/(?P<pk>[^/.]+)/$": _VIEW,
    "^api/tasks/<int:pk>/": _TASK,
    "^api/tasks/<int:pk>/annotations/": _TASK,
    "^api/tasks/<int:pk>/drafts": _TASK,
    "^api/tasks/<int:pk>/annotations/<int:annotation_id>/drafts": {**_TASK, "annotation_id": "tasks.Annotation"},
    "^api/annotations/<int:pk>/": _ANNOTATION,
    "^api/annotations/<int:pk>/convert-to-draft": _ANNOTATION,
    "^api/drafts/<int:pk>/": _DRAFT,
    "^api/predictions/(?P<pk>[^/.]+)/$": {"pk": "tasks.Prediction"},
    FINDINGS: _TASK,
    PRACTICE: _TASK,
}
"""What the numbers in a listed route's addresses are the numbers of, as Django names models."""

QUERIES: Final[Mapping[str, str]] = {
    "project": "projects.Project",
    "task": "tasks.Task",
    "view": "data_manager.View",
    "tab": "data_manager.View",
}
"""The same for what follows the question mark."""

COMMANDS: Final[Mapping[str, frozenset[str]]] = {
    "^api/projects/": _WRITE,
    "^api/projects/<int:pk>/": frozenset({"DELETE"}),
    IMPORT: _WRITE,
    "^api/tasks/<int:pk>/": frozenset({"PATCH", "DELETE"}),
    "^api/predictions/(?P<pk>[^/.]+)/$": frozenset({"PATCH"}),
}
"""What Hedgerow's commands need besides. They send the server's key in `KEY_HEADER`."""


class ListedRoutesOnly:
    """A middleware, the outermost one: what is not listed is refused before anything is done for it."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The answer; 403 where the route is closed, 413 where more is sent than a page ever sends."""
        from django.conf import settings

        route = route_of(request.path_info)
        if route is not None:
            _end_with_slash(request)
            holds_key = holds(settings.HEDGEROW_KEY, request.headers.get(KEY_HEADER, ""))
            if not is_open(route, request.method, keyed=holds_key) or not _is_plain(route, request):
                return refusal(403, "this address is closed on this server")
            if not holds_key and _length(request) > (limit := largest(route)):
                return refusal(413, f"more than {limit >> 10} KB were sent")
            if not holds_key and "regex" in unquote_plus(request.META.get("QUERY_STRING", "")):
                return refusal(403, "regular expressions are closed on this server")
        return self._get_response(request)


def is_open(route: str, method: str, *, keyed: bool) -> bool:
    """Whether a route of the URL table answers to a method; `keyed`: to one who holds the server's key."""
    return method in PAGE.get(route, ()) or (keyed and method in COMMANDS.get(route, ()))


def largest(route: str) -> int:
    """How many bytes a page may send there: a writer waits while they are taken in, and a filter costs far more."""
    work = ("^api/tasks/", "^api/annotations/", "^api/drafts/", FINDINGS)
    return LARGEST_WORK if route.startswith(work) else LARGEST_OTHER


def holds(key: str, sent: str) -> bool:
    """Whether what was sent is the server's key; a server without a key has nobody who holds it."""
    return bool(key) and hmac.compare_digest(key.encode(), sent.encode())


def route_of(path: str) -> str | None:
    """The route of the URL table that a path leads to, with a slash at its end if need be; None where there is none.

    Label Studio answers an address without its last slash as if it had one.
    """
    from django.urls import Resolver404, resolve

    for candidate in (path, f"{path}/"):
        try:
            return str(resolve(candidate).route)
        except Resolver404:
            continue
    return None


def _end_with_slash(request: Any) -> None:
    """Gives an address the slash that its route ends with, as most that the page asks for lack it.

    Label Studio does so itself, but only once it has answered with 404: each request would be dealt with twice.
    """
    from django.urls import Resolver404, resolve

    if not request.path_info.endswith("/"):
        try:
            resolve(request.path_info)
        except Resolver404:
            request.path, request.path_info = f"{request.path}/", f"{request.path_info}/"


def _is_plain(route: str, request: Any) -> bool:
    """Whether a listed route is used for what it is listed for.

    Data manager actions are many, and one of them deletes tasks; the page needs the one that finds the next task.
    An import of anything but JSON may name an address, which the server would then fetch.
    """
    if route == ACTIONS and request.method == "POST":
        return bool(request.GET.getlist("id") == ["next_task"])
    if route == IMPORT:
        return bool(request.content_type == "application/json")
    return True


def _length(request: Any) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def refusal(status: int, detail: str) -> Any:
    """A refusal as Label Studio's own are."""
    from django.http import HttpResponse

    body = json.dumps({"status_code": status, "detail": detail})
    return HttpResponse(body, status=status, content_type="application/json")
