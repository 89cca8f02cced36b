"""The short form of what is measured on hundreds of quotes."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Browser

from annotation.embedded.server import Server
from tests.benchmarks import desk
from tests.benchmarks.report_page import made
from tests.corpora import put_on_server


def test_the_desk_is_measured_and_put_on_the_page(server: Server, chromium: Browser, tmp_path: Path) -> None:
    event, page, known = made(tmp_path / "corpus", 3, 16, desk.QUOTES), tmp_path / "RESULTS.md", server.secrets()
    corpus = put_on_server(event, server.state, "measured")
    assert known
    desk.put("A machine.", [desk.measured(corpus, known.annotators["a1"], chromium)], page)
    head, _, row = (line for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| "))
    assert row.count("|") == head.count("|") == len(desk.HEAD) + 1
    assert row.startswith("| 36 | ")
