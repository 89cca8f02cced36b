"""The short form of what is measured up to ten thousand articles."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import scoring


def test_scoring_is_measured_and_put_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    scoring.main([10, 20], page, each=5)
    rows = [line.split(" | ")[:2] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert rows[2:] == [[f"| {step}", size] for size in ("10", "20") for step in scoring.STEPS]
