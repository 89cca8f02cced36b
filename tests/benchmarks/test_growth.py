"""The short form of what `make soak` measures up to a million articles."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks import growth
from tests.benchmarks.measure import Measured

STEPS = ["intake", "pull --from-file", "validate", "build", "diff, 1 % edited", "agree, 3 annotators"]


def test_time_that_grows_with_the_square_has_exponent_2() -> None:
    rows = growth.rows({"step": {10: Measured(0.5, 80, None), 100: Measured(50.0, 0, None)}})
    assert list(rows) == [["step", "10", "0.50", "80", ""], ["step", "100", "50.0", "", "2.00"]]


def test_every_file_step_is_measured_and_put_on_the_page(tmp_path: Path) -> None:
    page = tmp_path / "RESULTS.md"
    growth.main("files", [20], page)
    rows = [line.split(" | ")[:2] for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert rows[2:] == [[f"| {step}", "20"] for step in STEPS]
