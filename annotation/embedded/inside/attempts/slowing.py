"""Slows down who guesses passwords, and then refuses them for a while, by account and by address.

No thread is held: an attempt that comes before its time is refused without a look at the password.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Count, Max
from django.shortcuts import render
from django.utils import timezone

from annotation.embedded.inside.routes import LOG_IN, route_of
from annotation.embedded.inside.transactions import one_writer

REMEMBERED: Final = timedelta(minutes=15)
"""How long a failure counts, and how long an attempt is refused at the most."""
FREE: Final = 3
"""Failures of an account after which the next attempt has to wait."""
REFUSED_AFTER: Final = 10
PEOPLE: Final = 10
"""So many people may share an address: its failures count for a tenth of an account's."""


def pause(failures: int) -> timedelta:
    """How long after the last of so many failures the next attempt is looked at: 1 s after three, then twice as long.

    >>> [int(pause(failures).total_seconds()) for failures in (2, 3, 4, 9, 10)]
    [0, 1, 2, 64, 900]
    """
    if failures < FREE:
        return timedelta()
    return REMEMBERED if failures >= REFUSED_AFTER else timedelta(seconds=2 ** (failures - FREE))


class Slowing:
    """A middleware around the page where one logs in."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The answer; 429 where it came too early."""
        if request.method != "POST" or route_of(request.path_info) != LOG_IN:
            return self._get_response(request)
        account, address = request.POST.get("email", "").strip().lower()[:254], request.META["REMOTE_ADDR"][:45]
        now = timezone.now()
        with one_writer(), transaction.atomic():
            wait = _wait(account, address, now)
            attempt = None if wait else _note(account, address, now)
        if attempt is None:
            return _refusal(request, wait)
        answer = self._get_response(request)
        with one_writer(), transaction.atomic():
            _settle(attempt, answer.status_code)
        return answer


def _wait(account: str, address: str, now: datetime) -> timedelta:
    """How long the next attempt has to wait, by the failures of the account and of the address, whichever is longer."""
    from annotation.embedded.inside.attempts.models import Attempt

    waits = [timedelta()]
    for named, people in (({"account": account}, 1), ({"address": address}, PEOPLE)):
        recent = Attempt.objects.filter(at__gt=now - REMEMBERED, **named).aggregate(Count("id"), Max("at"))
        if recent["id__count"]:
            waits.append(recent["at__max"] + pause(recent["id__count"] // people) - now)
    return max(waits)


def _note(account: str, address: str, now: datetime) -> Any:
    """Counts an attempt from its beginning, so that many at once are as many; forgets those that no longer count."""
    from annotation.embedded.inside.attempts.models import Attempt

    Attempt.objects.filter(at__lte=now - REMEMBERED).delete()
    return Attempt.objects.create(account=account, address=address, at=now)


def _settle(attempt: Any, status: int) -> None:
    """Forgets an attempt that let somebody in, with what that account failed at from there; or that was none."""
    if status == 302:
        type(attempt).objects.filter(account=attempt.account, address=attempt.address).delete()
    elif status != 200:
        attempt.delete()


def _refusal(request: Any, wait: timedelta) -> Any:
    seconds = int(wait.total_seconds()) + 1
    shown = {"minutes": -(-seconds // 60) if seconds > 60 else 0, "seconds": seconds}
    answer = render(request, "too_many_attempts.html", shown, status=429)
    answer["Retry-After"] = str(seconds)
    return answer
