from __future__ import annotations

import os
import re
from pathlib import Path

from tests.annotation.rounds.test_pull import files
from tests.commands import Running
from tests.corpora import REPOSITORY
from tests.scripts.test_main import hedgerow

KEPT = ("seeds", "dataset/annotations")


def test_the_demo_runs_twice_from_nothing_and_leaves_the_corpus_as_it_was(tmp_path: Path) -> None:
    before = {name: files(REPOSITORY / name) for name in KEPT}
    out = tmp_path / "demo"
    try:
        for put_back in (5, 0):
            columns = {**os.environ, "COLUMNS": "100"}
            done = Running("demo", "--out", str(out), cwd=REPOSITORY, environment=columns).ended()
            assert done.returncode == 0, done.stderr
            assert done.stdout.count(f"restore: {put_back} with the work of the record") == 2
            assert "validate: 0 errors in gold, r1/a1, r1/a2" in done.stdout
            assert "agree: exact F1 of a1 and a2 0.997" in done.stdout
            assert "quotes, from load_dataset" in done.stdout
            assert re.search(r"5 articles, \d+ statements, \d+ of them told by several articles", done.stdout)
            assert "could, as" in done.stdout
            assert "label an article yourself" in done.stdout
            assert "  http://127.0.0.1:" in done.stdout
            assert "`hedgerow down --corpus" in done.stdout
            practice = r"To practise first.+\n  http://127\.0\.0\.1:\d+/projects/\d+/data\n"
            assert (last := re.search(rf"{practice}.+open this page in a browser:\n  (.+)\n\Z", done.stdout))
            assert "Russia will put North Korean soldiers" in (REPOSITORY / last[1]).read_text(encoding="utf-8")
            matrix = done.stdout.partition("told by several articles")[2].partition("To label an article")[0]
            assert max(map(len, matrix.splitlines())) <= 100
    finally:
        stopped = hedgerow("down", "--corpus", str(out))
    assert stopped.stdout.startswith("stopped")
    assert {name: files(REPOSITORY / name) for name in KEPT} == before
