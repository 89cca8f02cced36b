"""The table of faults: how often each was tried, and what was lost, doubled or altered.

Tests append rows to the file that HEDGEROW_FAULTS names; `python -m tests.faults.table` makes TABLE.md of them.
"""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

ROWS: Final = "HEDGEROW_FAULTS"
TABLE: Final = Path(__file__).with_name("TABLE.md")
_HEAD: Final = """# Faults

What each fault did to what was put in. “Tried” counts the faults that struck; “lost”, “doubled” and “altered” count
articles, submissions and files, compared with what was put in or with a run that nothing disturbed.
`make soak` writes this table.

| fault | command | tried | lost | doubled | altered |
| --- | --- | ---: | ---: | ---: | ---: |
"""

_TESTED_ELSEWHERE: Final = """
Tested without a count: a disk too full for a raw pull
(`test_a_disk_too_full_for_the_raw_pull_keeps_nothing_of_it`); two publishers at once
(`test_of_two_publishers_at_once_one_is_refused_and_nothing_is_lost`).
"""


@dataclass
class Tally:
    """What a fault did, counted."""

    fault: str
    command: str
    tried: int = 0
    lost: int = 0
    doubled: int = 0
    altered: int = 0

    def compare(self, expected: Mapping[str, object], entries: Iterable[tuple[str, object]]) -> None:
        """Counts what is not found, what is found twice or was never put in, and what is found otherwise."""
        several = list(entries)
        times = Counter(name for name, _ in several)
        self.lost += len(expected.keys() - times.keys())
        self.doubled += sum(times.values()) - len(times) + len(times.keys() - expected.keys())
        self.altered += sum(1 for name, what in several if name in expected and expected[name] != what)

    @property
    def harm(self) -> int:
        return self.lost + self.doubled + self.altered


@contextmanager
def tally(fault: str, command: str) -> Iterator[Tally]:
    """A tally that is kept in the table, if one is made, and must come out without harm."""
    counted = Tally(fault, command)
    yield counted
    if path := os.environ.get(ROWS):
        with Path(path).open("a", encoding="utf-8") as rows:
            rows.write(json.dumps(asdict(counted)) + "\n")
    assert counted.tried, "no fault struck"
    assert not counted.harm, counted


def render(lines: Iterable[str]) -> str:
    """The table as Markdown; rows of one fault and command are added up."""
    sums_of: dict[tuple[str, str], Counter[str]] = {}
    for line in lines:
        row = json.loads(line)
        sums_of.setdefault((row.pop("fault"), row.pop("command")), Counter()).update(row)
    rows = [
        f"| {fault} | `{command}` | {' | '.join(str(sums[name]) for name in ('tried', 'lost', 'doubled', 'altered'))} |"
        for (fault, command), sums in sorted(sums_of.items())
    ]
    return _HEAD + "\n".join(rows) + "\n" + _TESTED_ELSEWHERE


if __name__ == "__main__":
    TABLE.write_text(render(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines()), encoding="utf-8")
