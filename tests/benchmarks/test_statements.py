"""The short form of what is measured up to ten thousand events."""

from __future__ import annotations

from pathlib import Path

from dataset.statements.candidates import ranked
from tests.benchmarks import statements


def test_candidates_and_comparisons_are_measured_and_put_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    statements.main([2, 4], page)
    rows = [line.split(" | ")[:2] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert rows[2:] == [[f"| {step}", size] for step in statements.STEPS for size in ("2", "4")]


def test_quotes_of_one_statement_come_first_among_their_candidates() -> None:
    statement_of = {quote.quote_id: statement for statement, quote in statements.tellings(1)}
    ranking = ranked(statements.items_of(1), statements.REGISTRY)
    firsts = {item: best[0].id for item, best in ranking.items() if best}
    assert sum(statement_of[item] == statement_of[first] for item, first in firsts.items()) > len(firsts) / 2
