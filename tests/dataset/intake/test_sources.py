from __future__ import annotations

from pathlib import Path

import pytest

from dataset.intake.sources import IntakeSource, checked_kind, sources_of
from dataset.problem import Problem

NAMES = {
    "a.txt": "text",
    "a.TXT": "text",
    "a.html": "html",
    "a.htm": "html",
    "a.jsonl": "jsonl",
    "a.ndjson": "jsonl",
    "a.csv": "csv",
    "a.tsv": "tsv",
    "a.parquet": "parquet",
    "a.warc": "warc",
    "a.warc.gz": "warc",
}


def put(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"Water.")
    return folder


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_what_its_ending_says(tmp_path: Path, name: str) -> None:
    path = str(put(tmp_path, name) / name)
    assert sources_of([path]) == [IntakeSource(NAMES[name], path)]  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["a.json", "a.docx", "a", "a.md", ".txt", "a.gz", "a.pdf", "a.xlsx"])
def test_any_other_file_is_refused_with_the_kinds_that_are_taken_in(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match=r"is of a kind that is not taken in.*--format.*\.jsonl.*Parquet"):
        sources_of([str(put(tmp_path, name) / name)])


def test_a_format_that_is_named_goes_before_the_ending(tmp_path: Path) -> None:
    path = str(put(tmp_path, "feed.log") / "feed.log")
    assert sources_of([path], checked_kind("jsonl")) == [IntakeSource("jsonl", path)]
    with pytest.raises(Problem, match="is not a format of an input; write text, html, jsonl"):
        checked_kind("docx")


def test_a_folder_stands_for_its_files_of_one_kind_by_name(tmp_path: Path) -> None:
    folder = put(tmp_path / "texts", "b.TXT", "a.txt", ".hidden.txt", "c.md", "deep/d.txt")
    assert [source.path for source in sources_of([str(folder)])] == [folder / "a.txt", folder / "b.TXT"]


def test_of_a_folder_with_several_kinds_a_person_says_which_is_meant(tmp_path: Path) -> None:
    folder = put(tmp_path / "mixed", "a.txt", "b.html", "c.html")
    with pytest.raises(Problem, match=r"holds files of several kinds: 1 of text and 2 of html; .*--format"):
        sources_of([str(folder)])
    assert [source.path.name for source in sources_of([str(folder)], "html")] == ["b.html", "c.html"]


def test_a_folder_without_any_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="holds no file that is taken in"):
        sources_of([str(put(tmp_path / "other", "a.md"))])
    with pytest.raises(Problem, match="holds no file of csv"):
        sources_of([str(put(tmp_path / "texts", "a.txt"))], "csv")


def test_a_saved_dataset_is_one_input(tmp_path: Path) -> None:
    folder = put(tmp_path / "saved", "dataset_info.json", "state.json", "data-00000-of-00001.arrow")
    assert sources_of([str(folder)]) == [IntakeSource("dataset", str(folder))]


def test_a_name_that_is_no_path_is_a_dataset_of_the_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(put(tmp_path, "texts/a.txt"))
    assert sources_of(["gulls/news"]) == [IntakeSource("hub", "gulls/news")]
    assert sources_of(["texts/a.txt"]) == [IntakeSource("text", "texts/a.txt")]
    assert sources_of(["texts/b"])[0].kind != "hub"
    assert sources_of(["gulls/news.csv"])[0].kind == "csv"
