"""The short form of what is measured up to ten thousand articles."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import scoring


def test_scoring_is_measured_and_put_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    scoring.main([10, 20], page, each=5)
    first, second = page.read_text(encoding="utf-8").split("## ")[1:]
    assert rows_of(first) == [(step, size) for size in ("10", "20") for step in scoring.STEPS]
    assert rows_of(second) == [(name, size) for size in ("10", "20") for name in scoring.BESIDE]
    by_size = [[line.split(" | ")[3] for line in second.splitlines() if f" | {size} | " in line] for size in (10, 20)]
    assert all(ours == theirs for ours, theirs in by_size)


def rows_of(section: str) -> list[tuple[str, str]]:
    """The first two cells of each row of a table."""
    lines = [line.removeprefix("| ").split(" | ")[:2] for line in section.splitlines() if line.startswith("| ")]
    return [(name, size) for name, size in lines[2:]]
