from __future__ import annotations

import hashlib

import httpx

from annotation.embedded.server import Server
from tests.postgres import Postgres


def asked(server: Server, path: str = "/health/") -> httpx.Response:
    return httpx.get(f"{server.url()}{path}", timeout=30)


def test_a_monitor_is_answered_without_a_log_in(server: Server) -> None:
    for path in ("/health/", "/health"):
        answer = asked(server, path)
        assert (answer.status_code, answer.json()) == (200, {"status": "UP"})
    assert httpx.post(f"{server.url()}/health/").status_code == 403


def test_being_asked_changes_nothing(server: Server) -> None:
    def digests() -> dict[str, str]:
        files = [path for path in server.data_path.glob("*.sqlite3*") if "shm" not in path.name]
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def nothing_is_written() -> bool:
        before = digests()
        asked(server)
        return digests() == before

    # What an earlier request left to the background may still be written between two looks.
    assert any(nothing_is_written() for _ in range(50))


def test_a_server_whose_database_stopped_says_so_until_it_is_back(
    server_on_postgres: Server, postgres: Postgres
) -> None:
    assert asked(server_on_postgres).json() == {"status": "UP"}
    postgres.stop()
    try:
        answer = asked(server_on_postgres)
        assert answer.status_code == 503
        assert answer.json() == {"status": "DOWN", "reason": "the database does not answer"}
        assert not server_on_postgres.answers()
        assert postgres.password not in server_on_postgres.log_path.read_text(encoding="utf-8")
    finally:
        postgres.start()
    assert (asked(server_on_postgres).status_code, server_on_postgres.answers()) == (200, True)
