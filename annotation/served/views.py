"""The views of `annotation.served.urls`. `inside.routes` and `inside.membership` decide who reaches them."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from tasks.models import Task

from annotation.served.findings import findings_on_page


def findings(request: HttpRequest, pk: int) -> JsonResponse:
    """What the checks find in the result that was sent, as if it were submitted for the task of this number."""
    if not request.user.is_authenticated:
        return JsonResponse({"detail": "log in first"}, status=401)
    data = Task.objects.filter(pk=pk).values_list("data", flat=True).first()
    if data is None:
        return JsonResponse({"detail": "there is no such task"}, status=404)
    try:
        result = json.loads(request.body)
    except ValueError:
        return JsonResponse({"detail": "what was sent is not JSON"}, status=400)
    return JsonResponse({"findings": findings_on_page(data, result)})
