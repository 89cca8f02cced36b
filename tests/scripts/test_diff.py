from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from dataset.folder import manifest
from dataset.folder.folder import configs_of
from dataset.folder.manifest import Manifest
from dataset.folder.tool import Tool
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.layer import GOLD
from scripts import diff
from scripts.main import app
from tests.dataset.diffing.test_diff import withheld
from tests.dataset.sorting import put_sorted, sorted_rows
from tests.dataset.tiny import LAYER, TEXTS, Rows, place, put_corpus, put_layer, row_of, task, valid_rows

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    for module in ("changes", "console"):
        monkeypatch.setattr(f"scripts.cli.{module}.OUT", Console(highlight=False, soft_wrap=True, width=120))
    return lambda *words: CliRunner().invoke(app, ["diff", *map(str, words)])


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus, built; not to be changed."""
    return put(tmp_path_factory.mktemp("old"), valid_rows())


def put(folder: Path, rows: Rows, texts: dict[str, str] = TEXTS) -> Path:
    corpus = put_corpus(folder / "corpus", texts)
    put_layer(corpus, rows)
    build(corpus, LAYER, folder / "out", allow_errors=True)
    return folder / "out"


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """An attribute of a span and a link changed, a span is gone, an article came."""
    rows = valid_rows()
    row_of(rows, "may")["hedge_kind"] = "evidential"
    rows["relations"] = [row for row in rows["relations"] if row["from_span"] not in ("short", "around")]
    rows["spans"].remove(row_of(rows, "around"))
    rows["tasks"].append(task("four"))
    rows["spans"].append(place("late", "hedge", 3, 6, "four", text="may", hedge_kind="modal"))
    return put(tmp_path, rows, TEXTS | {"four": "It may be."})


def lines(result: Result) -> list[str]:
    return [line.strip() for line in result.stdout.splitlines()]


def test_the_same_is_said_in_a_line(run: Run, old: Path) -> None:
    result = run(old, old)
    assert (result.exit_code, result.stdout) == (0, "NONE: the same\n")


def test_the_summary_says_what_each_table_needs(run: Run, old: Path, new: Path) -> None:
    result = run(old, new)
    assert result.exit_code == 0
    assert lines(result)[:6] == [
        "MAJOR: something that was there changed or is gone",
        "MAJOR spans: 1 added, 1 removed, 1 changed",
        "MAJOR annotators: 1 added, 1 removed, 1 changed",
        "MAJOR relations: 2 removed",
        "MINOR articles: 1 added",
        "PATCH files: 1 changed",
    ]


def test_each_change_stands_under_its_article_with_its_words_in_context(run: Run, old: Path, new: Path) -> None:
    printed = lines(run(old, new))
    assert printed.index("four") < printed.index("one") < printed.index("~ changed hedge 48:51")
    at = printed.index("~ changed hedge 48:51")
    assert printed[at + 1 : at + 3] == [
        "…laim 🇺🇦 that up to around 12,000 troops ⟦may⟧ cross⏎“We saw them,” Ann Bo said, “near…",
        "hedge_kind: modal → evidential",
    ]
    at = printed.index("- removed hedge 27:33")
    assert printed[at + 1 : at + 3] == [
        "…Kyiv’s claim 🇺🇦 that up to ⟦around⟧ 12,000 troops may cross⏎“We saw them,” …",
        "hedge_kind: approximator",
    ]


def test_a_link_is_shown_with_the_words_at_both_ends(run: Run, old: Path, new: Path) -> None:
    printed = lines(run(old, new))
    at = printed.index("- removed hedges to ⟦that they crossed⟧")
    assert "⟦stopped short of confirming⟧" in printed[at + 1]


def test_the_spans_of_an_article_that_came_are_told_with_it(run: Run, old: Path, new: Path) -> None:
    printed = lines(run(old, new))
    assert "+ added article with 1 span and 0 links" in printed
    assert not [line for line in printed if line.startswith("+ added hedge")]


def test_what_an_unadjudicated_layer_has_twice_is_shown_once(run: Run, old: Path, new: Path) -> None:
    assert lines(run(old, new)).count("hedge_kind: modal → evidential") == 1


def test_a_text_is_shown_where_it_differs(run: Run, old: Path, tmp_path: Path) -> None:
    new = put(tmp_path, valid_rows(), TEXTS | {"two": "Reports say that thousands went."})
    printed = lines(run(old, new))
    assert "text: … say that thousands ⟦came⟧ → ⟦went⟧" in printed
    assert not [line for line in printed if line.startswith("text_sha256")]


def test_prose_is_shown_line_by_line_on_the_terminal_and_not_in_markdown(run: Run, old: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(old, tmp_path / "new"))
    text = (new / "README.md").read_text(encoding="utf-8")
    (new / "README.md").write_text(text.replace("## Load it", "## Get it"), encoding="utf-8")
    printed = run(old, new).stdout
    assert printed.startswith("PATCH: the same data, written or described otherwise\n")
    assert "-## Load it" in printed
    assert "+## Get it" in printed
    assert "Get it" not in run(old, new, "--markdown").stdout


def test_json_lists_every_change(run: Run, old: Path, new: Path) -> None:
    answer = json.loads(run(old, new, "--json").stdout)
    assert (answer["bump"], answer["old"], answer["new"], answer["notes"]) == ("MAJOR", str(old), str(new), [])
    assert answer["summary"]["spans"] == {"added": 1, "removed": 1, "changed": 1}
    changed = [row for row in answer["changes"] if (row["table"], row["kind"]) == ("spans", "changed")]
    known = {"bump": "MAJOR", "column": "hedge_kind", "old": "modal", "new": "evidential", "span_id": "one:may"}
    assert [row | known for row in changed] == changed
    assert len(changed) == 1


def test_markdown_is_a_list_for_a_changelog(run: Run, old: Path, new: Path) -> None:
    printed = run(old, new, "--markdown").stdout.splitlines()
    assert printed[0] == "**MAJOR: something that was there changed or is gone**"
    assert "- spans: 1 added, 1 removed, 1 changed (MAJOR)" in printed
    assert "**one**" in printed
    (line,) = (line for line in printed if line.startswith("- changed hedge 48:51"))
    assert "**may**" in line
    assert line.endswith("(hedge\\_kind: modal → evidential)")


def test_with_words_withheld_on_one_side_the_other_side_lends_them(
    run: Run, old: Path, new: Path, tmp_path: Path
) -> None:
    result = run(old, withheld(new))
    assert "⟦may⟧" in result.stdout
    assert "NEW withholds the articles' words" in result.stdout


def test_many_changes_are_cut_and_counted(run: Run, old: Path, new: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(diff, "SHOWN", 2)
    result = run(old, new)
    assert "rows in all; the first 2 are above, --json lists every change" in result.stdout
    assert result.stdout.count("⟦") < 2


def test_a_folder_that_is_no_dataset_is_a_problem(run: Run, old: Path, tmp_path: Path) -> None:
    result = run(old, tmp_path)
    assert isinstance(result.exception, Problem)
    assert "is not a built dataset" in str(result.exception)


def put_manifest(folder: Path, sha256: str, commit: str | None) -> None:
    content: dict[str, dict[str, str]] = {"full": {}, "withheld": {}}
    known = Manifest("tiny", "1.0.0", "full", "0" * 40, "2031-05-02", [], {}, content)
    manifest.write(folder, replace(known, tool=Tool("0.1.0", sha256, commit)))


def test_two_folders_that_different_code_wrote_are_said_to_be(run: Run, old: Path, new: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(old, tmp_path / "older"))
    put_manifest(older, "a" * 64, "b" * 40)
    put_manifest(new, "a" * 64, "b" * 40)
    assert "different code" not in run(older, new).stdout
    put_manifest(new, "c" * 64, None)
    assert (
        "written by different code: OLD by Hedgerow 0.1.0 of commit bbbbbbbbbbbb, "
        "NEW by Hedgerow 0.1.0 with files of its own (cccccccccccc)"
    ) in " ".join(run(older, new).stdout.split())
    assert json.loads(run(older, new, "--json").stdout)["notes"] != []
    assert "different code" not in run(older, old).stdout


def test_each_config_that_came_is_counted_and_named(run: Run, old: Path, tmp_path: Path) -> None:
    sorted_event = put_sorted(tmp_path / "corpus", sorted_rows())
    build(sorted_event, GOLD, tmp_path / "out", allow_errors=True)
    answer = json.loads(run(old, tmp_path / "out", "--json").stdout)
    came = set(configs_of(tmp_path / "out")) - set(configs_of(old))
    assert {"statements", "figures", "comparisons"} <= came
    assert answer["summary"]["configs"] == {"added": len(came)}
    shown = run(old, tmp_path / "out").stdout
    assert all(f"+ added config {name}" in shown for name in came)
