"""The short form of what is measured on hundreds of articles."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import suggesting


def test_suggesting_is_measured_and_put_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    suggesting.main([2, 4], page)
    rows = [line.split(" | ")[:2] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    names = [" and ".join(names) for names in suggesting.SUGGESTERS]
    assert rows[2:] == [[f"| {name}", size] for size in ("2", "4") for name in names]
