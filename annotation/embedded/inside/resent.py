"""Work that is sent again because its answer was lost is stored once. Loaded by Label Studio, not by Hedgerow.

The page gives each submission an id of its own, and keeps it when Submit is pressed again. Label Studio stores no
second one under the same id, but answers 409, which the page shows as work that is not saved.
"""

from __future__ import annotations

import json
from typing import Any, Final
from uuid import UUID

SUBMISSIONS: Final = "^api/tasks/<int:pk>/annotations/"
CONFLICT: Final = 409


def becomes_update(request: Any) -> bool:
    """Makes a submission an update of the one that this account has stored for that task under that id, if it has.

    One that was skipped and is submitted now, or the other way round, stays a conflict.
    """
    from tasks.models import Annotation

    sent = _sent(request)
    try:
        sent_id = UUID(str(sent.get("unique_id")))
    except ValueError:
        return False
    skipped = "was_cancelled" in request.GET or bool(sent.get("was_cancelled"))
    task, account = request.resolver_match.kwargs["pk"], request.user.pk
    own = Annotation.objects.filter(unique_id=sent_id, task_id=task, completed_by_id=account, was_cancelled=skipped)
    number = own.values_list("pk", flat=True).first()
    if number is None:
        return False
    request.method = request.META["REQUEST_METHOD"] = "PATCH"
    request.path = request.path_info = f"/api/annotations/{number}/"
    return True


def remove_draft(request: Any) -> None:
    """Removes the draft that was saved in between, as Label Studio removes the one that is submitted."""
    from tasks.models import AnnotationDraft

    number = _sent(request).get("draft_id")
    if isinstance(number, int):
        for draft in AnnotationDraft.objects.filter(pk=number, user_id=request.user.pk, annotation=None):
            draft.delete()  # which also counts labels


def _sent(request: Any) -> dict[str, Any]:
    try:
        sent = json.loads(request.body)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}
