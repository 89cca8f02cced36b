"""The findings of work on the page. `inside.routes` and `inside.membership` decide who reaches this address."""

from __future__ import annotations

import json

from django.http import HttpRequest, JsonResponse
from tasks.models import Task


def findings(request: HttpRequest, pk: int) -> JsonResponse:
    """What the checks find in the result that was sent, as if it were submitted for the task of this number."""
    from annotation.served.findings import findings_on_page  # what it takes is large: a server starts without it

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
