"""The matrix of statements on the report's page."""

from __future__ import annotations

import re
from pathlib import Path

from annotation.report.report import ReportOptions, page, report
from dataset.record.corpus import Corpus
from tests.dataset.sorting import GISTS, put_sorted, sorted_rows
from tests.dataset.tiny import Rows


def matrix(folder: Path, rows: Rows, layer: str = "gold") -> tuple[Corpus, list[list[str]]]:
    """The rows of the matrix, cell by cell, without tags."""
    corpus = put_sorted(folder, rows)
    html = page(report(corpus, ReportOptions(layer=layer)))
    (table,) = re.findall(r'<table class="matrix">.*?</table>', html, re.DOTALL) or [""]
    body = table.partition("<tbody>")[2]
    cells = [
        re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in re.findall(r"<tr>.*?</tr>", body, re.DOTALL)
    ]
    return corpus, [[" ".join(re.sub(r"<[^>]+>", " ", cell).split()) for cell in row] for row in cells]


def test_what_several_articles_tell_is_a_row_with_who_is_named_and_how_surely(tmp_path: Path) -> None:
    _, rows = matrix(tmp_path, sorted_rows())
    by_gist = {row[0].split(" contradicts")[0]: row[1:] for row in rows}
    first, second = by_gist[GISTS["hold"]]
    assert first == "Mayor the dam will hold 40 years flat 40"
    assert "City that the dam will hold for another forty years flat" in second
    assert "Reports, partly the dam is to hold flat" in second


def test_where_nothing_is_sorted_there_is_no_matrix(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows.update(tellings=[], contradictions=[], statements=[])
    assert matrix(tmp_path, rows)[1] == []
