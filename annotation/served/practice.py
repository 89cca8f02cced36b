"""Practice articles on the embedded server: the sheet of a submission, and the first submission kept.

The gold is in no task: the sheet is made from the files of `annotation.practice`, and only once the account that asks
has submitted the article.
"""

from __future__ import annotations

import re
from typing import Any, Final

from django.db.models.signals import post_save
from django.http import Http404, HttpRequest, JsonResponse
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from tasks.models import Task

from annotation.embedded.inside.routes import FIRST

_PRACTICE: Final = re.compile(r"hedgerow corpus=.* practice=[\w-]+")


@api_view(["GET"])  # type: ignore[untyped-decorator]
@permission_classes([IsAuthenticated])  # type: ignore[untyped-decorator]
def sheet(request: HttpRequest, pk: int) -> JsonResponse:
    """What a submission of a practice article has other than the gold, for the account that made it.

    `project` and `next` are the numbers of the project and of the next task there that the account has not ended,
    `standing` says how far the account is from having passed; null of a project of an earlier version.

    Raises:
        Http404: the task is not there, is none of a practice project, or is not submitted by this account.
    """
    from annotation.practice.sheet import sheet_of  # large, and needed here alone

    task = Task.objects.filter(pk=pk).select_related("project").first()
    if task is None or not is_practice(task.project) or not task.project.has_permission(request.user):
        raise Http404
    own = task.annotations.filter(completed_by=request.user, was_cancelled=False).order_by("-id").first()
    made = own and sheet_of(str(task.data.get("article_id")), str(task.data.get("text_sha256")), own.result)
    if not made:
        raise Http404
    more = {"project": task.project_id, "next": _next(task, request.user), "standing": _standing(task)}
    return JsonResponse({**made, **more})


def is_practice(project: Any) -> bool:
    """Whether a project is one of `hedgerow practice`, by the first line of its description."""
    return bool(_PRACTICE.fullmatch((project.description or "").partition("\n")[0]))


def _standing(task: Any) -> Any:
    """How far the annotator is, by the first submissions of the task's project."""
    from annotation.practice.sheet import first_submission, standing

    mark = task.data.get("pass_mark")
    if mark is None:
        return None
    tasks = type(task).objects.filter(project_id=task.project_id).values_list("data", "meta")
    firsts = [first_submission(str(data.get("article_id")), data.get("text_sha256"), meta) for data, meta in tasks]
    return standing([first for first in firsts if first], mark)


def _next(task: Any, user: Any) -> int | None:
    """The first task of the same project that the account has neither submitted nor skipped."""
    tasks = type(task).objects.filter(project_id=task.project_id).exclude(annotations__completed_by=user)
    number: int | None = tasks.order_by("id").values_list("id", flat=True).first()
    return number


def _keep_first(sender: Any, instance: Any, **_: Any) -> None:
    """Notes the first submission of a practice article at its task: whoever changes it later has seen the gold."""
    if sender.__name__ != "Annotation" or instance.was_cancelled or instance.task_id is None:
        return
    task = instance.task
    if task.data.get("practice") is True and FIRST not in (task.meta or {}) and is_practice(task.project):
        task.meta = {**(task.meta or {}), FIRST: instance.result}
        type(task).objects.filter(pk=task.pk).update(meta=task.meta)


post_save.connect(_keep_first, dispatch_uid="hedgerow-practice")
