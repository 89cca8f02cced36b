"""Work that is sent again because its answer was lost is stored once. Loaded by Label Studio, not by Hedgerow.

The page gives each submission an id of its own, and keeps it when Submit is pressed again. Label Studio stores no second
one under the same id, but answers 409, which the page shows as work that is not saved.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from annotation.embedded.inside.routes import route_of

_SUBMISSIONS: Final = "^api/tasks/<int:pk>/annotations/"
_CONFLICT: Final = 409


class StoredOnce:
    """A middleware around each change: a submission that is there already becomes what was sent last."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The answer; that of an update where this account's submission of that id is stored for that task."""
        answer = self._get_response(request)
        if answer.status_code != _CONFLICT or request.method != "POST" or route_of(request.path_info) != _SUBMISSIONS:
            return answer
        number = _stored(request)
        if number is None:
            return answer
        request.method = request.META["REQUEST_METHOD"] = "PATCH"
        request.path = request.path_info = f"/api/annotations/{number}/"
        updated = self._get_response(request)
        if updated.status_code < 400:
            _remove_draft(request)
        return updated


def _stored(request: Any) -> int | None:
    """The number of what the account has stored under the id that was sent; None if it was skipped, or is now."""
    from tasks.models import Annotation

    task, sent = request.resolver_match.kwargs["pk"], _sent(request)
    try:
        sent_id = UUID(str(sent.get("unique_id")))
    except ValueError:
        return None
    skipped = "was_cancelled" in request.GET or bool(sent.get("was_cancelled"))
    own = Annotation.objects.filter(unique_id=sent_id, task_id=task, completed_by_id=request.user.pk)
    number: int | None = own.filter(was_cancelled=skipped).values_list("pk", flat=True).first()
    return number


def _remove_draft(request: Any) -> None:
    """The draft that was saved between the two is done with, as Label Studio does with the one that is submitted."""
    from tasks.models import AnnotationDraft

    number = _sent(request).get("draft_id")
    if isinstance(number, int):
        AnnotationDraft.objects.filter(pk=number, user_id=request.user.pk, annotation=None).delete()


def _sent(request: Any) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}
