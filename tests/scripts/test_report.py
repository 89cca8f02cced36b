from __future__ import annotations

import json
import shutil

from dataset.record.corpus import Corpus
from dataset.record.counts import summary
from tests.scripts.test_main import assert_one_line_and_3, hedgerow, shipped

__all__ = ["shipped"]


def test_the_page_is_written_and_said_where(shipped: Corpus) -> None:
    done = hedgerow("report", cwd=shipped.root)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        f"5 articles and {summary(shipped, 'gold').counts['quotes']} quotes of gold in {shipped.root}/dist/report.html"
    )
    written = (shipped.root / "dist" / "report.html").read_bytes()
    assert written.startswith(b"<!doctype html>")
    assert hedgerow("report", "--corpus", str(shipped.root)).returncode == 0
    assert (shipped.root / "dist" / "report.html").read_bytes() == written


def test_it_tells_machines_what_it_wrote(shipped: Corpus) -> None:
    out = shipped.root / "page.html"
    done = hedgerow("report", "--round", "r1", "--out", str(out), "--json", "--corpus", str(shipped.root))
    assert json.loads(done.stdout) == {
        "out": str(out),
        "bytes": out.stat().st_size,
        "layer": "gold",
        "round": "r1",
        "articles": 5,
        "articles_not_shown": 0,
        "quotes": summary(shipped, "gold").counts["quotes"],
    }


def test_what_a_limit_leaves_out_is_told(shipped: Corpus) -> None:
    done = hedgerow("report", "--limit", "2", "--corpus", str(shipped.root))
    assert "Not shown: 3 articles" in done.stdout


def test_labels_that_the_text_cannot_show_are_told(shipped: Corpus) -> None:
    spans = shipped.layer_path("gold") / "spans.jsonl"
    spans.write_text(spans.read_text(encoding="utf-8").replace('"label":"hedge"', '"label":"nope"', 1), "utf-8")
    done = hedgerow("report", "--corpus", str(shipped.root))
    assert done.returncode == 0
    assert "Left out: 1 label that" in done.stdout


def test_a_layer_that_is_not_there_is_told(shipped: Corpus) -> None:
    assert_one_line_and_3(hedgerow("report", "--layer", "r9/a1", "--corpus", str(shipped.root)), "--layer: gold, r1/a1")


def test_an_empty_record_is_told(shipped: Corpus) -> None:
    shutil.rmtree(shipped.annotations)
    assert_one_line_and_3(hedgerow("report", "--corpus", str(shipped.root)), "hedgerow pull")


def test_a_folder_is_no_file_to_write(shipped: Corpus) -> None:
    done = hedgerow("report", "--out", str(shipped.seeds), "--corpus", str(shipped.root))
    assert_one_line_and_3(done, "is a folder")
