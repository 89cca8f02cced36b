"""What makes each change on the embedded server whole or none. Loaded by Label Studio, not by Hedgerow.

Label Studio writes a submission in some ten steps, each committed by itself. Where one of them fails, what came before
it stays: Submit, pressed again, would store the work twice. Here a request that changes something is one transaction,
on either database. It is committed before it is answered, and undone where it is refused, breaks off, or its process
is killed.

On SQLite one process serves, and `up` refuses more: writers take turns by a lock that this process alone knows. A
transaction that is to write says so when it begins, so that none fails because another has written meanwhile.

On PostgreSQL any number of processes serve, and what holds between their transactions is what PostgreSQL keeps at READ
COMMITTED: each statement sees what is committed, of two that write the same row the second waits for the first, and of
two submissions under one id the second is refused and becomes an update. Changes by one account come one after the
other, for each notes at the account when it was active.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import connection, transaction
from django.db.backends.signals import connection_created

from annotation.embedded.inside import resent
from annotation.embedded.inside.routes import FINDINGS, LOG_IN, LOG_OUT, route_of

_LONGEST_SECONDS: Final = 60
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# They hash passwords, which takes long by design, and write a few rows that need not belong together.
_NOT_ONE_CHANGE: Final = frozenset({LOG_IN, LOG_OUT})


def limit_statements(sender: Any, connection: Any, **_: Any) -> None:
    """Lets no statement hold the database for long.

    On SQLite, Python evaluates regular expressions, all else on the server waits meanwhile, and one can be written that
    never ends: there are none. On PostgreSQL, a statement that answers a request is given up after a minute; one that
    changes the database's form, which the main thread does, is not.
    """
    if connection.vendor == "sqlite":
        connection.connection.create_function("REGEXP", 2, None)
    elif threading.current_thread() is not threading.main_thread():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, false)", [f"{_LONGEST_SECONDS}s"])


connection_created.connect(limit_statements, dispatch_uid="hedgerow-statements")


class Turns:
    """A lock that those who wait for it get in the order in which they came."""

    def __init__(self) -> None:
        self.waiting: deque[threading.Lock] = deque()
        self._changing = threading.Lock()

    def __enter__(self) -> None:
        mine = threading.Lock()
        with self._changing:
            if self.waiting:
                mine.acquire()
            self.waiting.append(mine)
        mine.acquire()

    def __exit__(self, *_: object) -> None:
        with self._changing:
            self.waiting.popleft()
            if self.waiting:
                self.waiting[0].release()


# SQLite takes one writer at a time, and whoever waits looks again now and then, so that some never find it free.
_turns: Final = Turns()


class WholeOrNone:
    """A middleware: a request that changes something is one transaction, undone if its answer is a refusal.

    Nothing waits on others in its turn: what a client sends has arrived before, and no route that is open asks another
    server.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The answer, once what it says is committed."""
        if request.method in _READING:
            return self._get_response(request)
        _ = request.body  # a client may take as long as it likes to send it
        route = route_of(request.path_info)
        if route == FINDINGS:
            return self._get_response(request)
        if route in _NOT_ONE_CHANGE:
            with connection.execute_wrapper(_in_turn):
                return self._get_response(request)
        answer = self._change(request)
        if answer.status_code == resent.CONFLICT and route == resent.SUBMISSIONS and resent.becomes_update(request):
            answer = self._change(request, resent.remove_draft)
        return answer

    def _change(self, request: Any, also: Callable[[Any], None] | None = None) -> Any:
        with one_writer(), transaction.atomic():
            answer = self._get_response(request)
            if answer.status_code >= 400:
                transaction.set_rollback(True)
            elif also is not None:
                also(request)
        return answer


def _in_turn(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    """Runs a statement that writes in a turn of its own, on SQLite."""
    if connection.vendor != "sqlite" or sql.lstrip()[:6].upper() == "SELECT":
        return execute(sql, params, many, context)
    with _turns:
        return execute(sql, params, many, context)


@contextmanager
def one_writer() -> Iterator[None]:
    """Announces to SQLite from the beginning that a transaction will write.

    One that finds out when it writes is refused at once, if another has written since it began to read. One that only
    reads must not say so: it would wait for every writer, and Label Studio reads in transactions, too.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with _turns:
        connection.ensure_connection()
        connection.transaction_mode = "IMMEDIATE"
        try:
            yield
        finally:
            connection.transaction_mode = None
