"""Whether the server can do its work, for whoever watches it: `health/`, in the place of Label Studio's own."""

from __future__ import annotations

import logging

from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, JsonResponse

_log = logging.getLogger(__name__)


def health(request: HttpRequest) -> JsonResponse:
    """200 where the database answers, 503 where it does not. Reads one row and writes nothing."""
    from users.models import User

    try:
        User.objects.exists()
    except (DatabaseError, InterfaceError):
        _log.exception("the database does not answer")
        return JsonResponse({"status": "DOWN", "reason": "the database does not answer"}, status=503)
    return JsonResponse({"status": "UP"})
