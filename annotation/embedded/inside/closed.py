"""The embedded server's routes: Label Studio's, with what reaches out of it closed to everybody, `admin` among them.

Storages, ML back ends and webhooks call others with the server's means, and uploads are files that no corpus has.
Loaded by Label Studio, not by Hedgerow.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from core.urls import urlpatterns as urlpatterns
from django.db.models import signals
from django.dispatch import Signal
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver

_APPS: Final = frozenset({"io_storages", "ml", "ml_models", "ml_model_providers", "webhooks"})
_VIEWS: Final = frozenset({"UploadedFileResponse", "DownloadStorageData", "FileUploadAPI", "FileUploadListAPI"})


def refused(request: HttpRequest, *_: Any, **__: Any) -> JsonResponse:
    """The answer of every closed route."""
    return JsonResponse({"detail": "This server has no storages, ML back ends, webhooks or uploads."}, status=403)


def no_backends(request: HttpRequest) -> JsonResponse:
    """The list of ML back ends; without one the page of a project shows an error."""
    return JsonResponse([], safe=False)


def _close(routes: Iterable[URLPattern | URLResolver]) -> None:
    for route in routes:
        if isinstance(route, URLResolver):
            _close(route.url_patterns)
            continue
        view = getattr(route.callback, "view_class", getattr(route.callback, "cls", route.callback))
        if view.__module__.split(".")[0] in _APPS or view.__name__ in _VIEWS:
            route.callback = no_backends if view.__name__ == "MLBackendListAPI" else refused


def _disconnect(signal: Signal) -> None:
    """An export storage that was set up earlier would be written to whenever an annotation is saved."""
    with signal.lock:
        receivers = [(entry, entry[1]() if callable(entry[1]) else entry[1]) for entry in signal.receivers]
        signal.receivers = [
            entry
            for entry, receiver in receivers
            if getattr(receiver, "__module__", "").split(".")[0] not in ("io_storages",)
        ]
        signal.sender_receivers_cache.clear()


_close(urlpatterns)
_disconnect(signals.post_save)
_disconnect(signals.pre_delete)
