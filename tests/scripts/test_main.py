from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

import scripts.main
from annotation.rounds.locks import one_at_a_time
from dataset.record.corpus import Corpus
from scripts.main import COMMANDS, loaded
from tests.commands import HEDGEROW, Done, Running
from tests.corpora import REPOSITORY, copy_of_the_seeds
from tests.dataset.loading import files
from tests.dataset.tiny import put_corpus, put_layer, row_of, valid_rows


def hedgerow(*words: str, cwd: Path | None = None) -> Done:
    return Running(*words, cwd=cwd).ended()


@pytest.fixture
def shipped(tmp_path: Path) -> Corpus:
    return copy_of_the_seeds(tmp_path / "corpus")


def test_the_commands_of_the_main_road_are_there() -> None:
    assert {
        "up",
        "down",
        "invite",
        "remove",
        "status",
        "doctor",
        "intake",
        "push",
        "pull",
        "validate",
        "build",
        "backup",
        "restore",
        "demo",
    } <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_the_help_of_every_command_shows_an_example(command: str) -> None:
    done = hedgerow(command, "--help")
    assert done.returncode == 0
    assert f"Example: hedgerow {command}" in " ".join(done.stdout.split())


@pytest.mark.parametrize("command", COMMANDS)
def test_the_list_of_commands_says_of_each_what_its_own_help_begins_with(command: str) -> None:
    first, _, _ = str(loaded(command).help).partition("\n\n")
    assert " ".join(first.split()) == COMMANDS[command]


def test_a_misspelt_command_is_answered_with_the_one_that_is_meant() -> None:
    answer = hedgerow("puhs")
    assert answer.returncode == 2 and "'push'" in answer.stderr


@pytest.mark.parametrize("option", ["--watch", "--full"])
def test_an_export_is_neither_watched_nor_asked_for_everything(shipped: Corpus, option: str) -> None:
    words = ("pull", "--round", "r1", "--annotator", "a1", "--from-file", "export.json", option)
    assert hedgerow(*words, "--corpus", str(shipped.root)).returncode == 2


def test_a_name_that_has_a_dot_is_refused_in_the_words_that_say_so(shipped: Corpus) -> None:
    answer = hedgerow("push", "--round", "r1", "--annotator", "a.1", "--corpus", str(shipped.root))
    assert answer.returncode == 3
    assert "“a.1” cannot be a name here; use letters, digits, `_` and `-`" in answer.stderr


def test_wrong_usage_ends_with_2() -> None:
    assert hedgerow("push").returncode == 2
    assert hedgerow("no-such-command").returncode == 2


def test_ctrl_c_says_what_to_do_next(shipped: Corpus) -> None:
    export = shipped.root / "export.json"
    words = ("pull", "--round", "r1", "--annotator", "a1", "--from-file", str(export), "--corpus", str(shipped.root))
    with one_at_a_time(shipped, "r1", ["a1"]):
        command = subprocess.Popen([*HEDGEROW, *words], stderr=subprocess.PIPE, text=True)
        waits = next(iter(command.stderr or ()))
        command.send_signal(signal.SIGINT)
        _, err = command.communicate(timeout=60)
    assert "this one waits" in waits
    # Ctrl-C just after a line was written may have it written once more.
    assert err.removeprefix(waits) == "hedgerow: stopped; run the same command again: nothing is done twice\n"
    assert command.returncode == 130


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (MemoryError(), "there is not enough memory; free some, then run the same command again"),
        (OSError(28, "No space left on device", "x"), "x: No space left on device; fix that, then run the same"),
        (KeyError("x"), "a defect: KeyError: 'x'; HEDGEROW_TRACEBACK=1 shows where, please report it"),
    ],
)
def test_what_no_command_answers_is_a_sentence_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], failure: Exception, message: str
) -> None:
    def fails() -> NoReturn:
        raise failure

    monkeypatch.setattr(scripts.main, "app", fails)
    with pytest.raises(SystemExit) as ended:
        scripts.main.main()
    assert ended.value.code == 3
    assert capsys.readouterr().err.startswith(f"hedgerow: {message}")


def assert_one_line_and_3(done: Done, words: str) -> None:
    assert done.returncode == 3, done
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert done.stderr.startswith("hedgerow: ")
    assert words in done.stderr
    assert ";" in done.stderr


@pytest.mark.parametrize("form", ["--corpus {}", "--corpus={}"])
def test_a_hint_names_the_corpus_as_the_command_did(shipped: Corpus, form: str) -> None:
    done = hedgerow("pull", "--round", "r1", *form.format(shipped.root).split())
    assert f"--corpus {shipped.root}`" in done.stderr


def test_outside_a_corpus_it_says_so(tmp_path: Path) -> None:
    assert_one_line_and_3(hedgerow("validate", cwd=tmp_path), "no hedgerow.toml")


def test_settings_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    (tmp_path / "hedgerow.toml").write_text("name = ", encoding="utf-8")
    assert_one_line_and_3(hedgerow("status", cwd=tmp_path), "hedgerow.toml cannot be read")


NO_CORPUS = {"new", "fetch", "publish", "rehydrate", "diff"}
NEEDS = {
    "acknowledge": ("h9-unlabelled-cue", "x", "--place", "1:2", "--reason", "r"),
    "withdraw": ("x", "--reason", "r"),
    "discard": ("http://127.0.0.1:1/projects/1/data",),
    **dict.fromkeys(("invite", "remove"), ("a1",)),
    "intake": ("x.txt", "--event", "e"),
    **dict.fromkeys(("push", "align"), ("--round", "r1", "--annotator", "a1")),
    "unassign": ("--round", "r1", "--annotator", "a1"),
    "reassign": ("--round", "r1", "--from", "a1", "--to", "a2"),
    "build": ("--out", "dist/x"),
    "suggest": ("--round", "r1", "--by", "rules"),
    "score": ("r1/a1",),
    "release": ("1.0.0",),
    "restore": ("--round", "r1", "--annotator", "a1"),
    **dict.fromkeys(("up", "practice"), ("--annotator", "a1")),
    **dict.fromkeys(("progress", "pull", "agree", "adjudicate", "feedback", "return"), ("--round", "r1")),
}


@pytest.mark.parametrize("command", sorted(set(COMMANDS) - NO_CORPUS))
def test_every_command_refuses_a_later_format_of_the_record_in_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shipped: Corpus, command: str
) -> None:
    (shipped.root / "hedgerow.toml").write_text("format = 2\n", encoding="utf-8")
    before = files(shipped.root)
    monkeypatch.chdir(shipped.root)
    monkeypatch.setattr("sys.argv", ["hedgerow", command, *NEEDS.get(command, ())])
    with pytest.raises(SystemExit) as ended:
        scripts.main.main()
    output = "".join(capsys.readouterr())
    assert "has format 2, and this Hedgerow reads format 1; use" in " ".join(output.split())
    if command == "doctor":  # a line of its own among those of the machine
        assert ended.value.code == 1
    else:
        assert (ended.value.code, output.count("\n")) == (3, 1)
    assert files(shipped.root) == before


def test_without_a_server_pull_says_how_to_start_one(shipped: Corpus) -> None:
    assert_one_line_and_3(hedgerow("pull", "--round", "r1", "--corpus", str(shipped.root)), "hedgerow up")


def test_a_round_that_was_never_pushed_is_told(shipped: Corpus) -> None:
    assert_one_line_and_3(hedgerow("pull", "--round", "r9", "--corpus", str(shipped.root)), "hedgerow push --round r9")


@pytest.mark.parametrize("name", ["../a1", "a/1", "", ".a", "gold", "suggestions", "admin", "Admin", "a 1"])
def test_a_name_that_could_be_a_path_is_refused(shipped: Corpus, name: str) -> None:
    done = hedgerow("push", "--round", "r1", "--annotator", name, "--corpus", str(shipped.root))
    assert_one_line_and_3(done, "cannot be a name here")


def test_a_folder_that_cannot_be_written_is_told(shipped: Corpus) -> None:
    target = shipped.root / "file"
    target.write_text("x", encoding="utf-8")
    done = hedgerow("build", "--layer", "r1/a1", "--out", str(target / "below"), "--corpus", str(shipped.root))
    assert_one_line_and_3(done, str(target))


def test_a_layer_that_is_not_there_is_told_with_those_that_are(shipped: Corpus) -> None:
    done = hedgerow("build", "--layer", "r9/a1", "--out", str(shipped.root / "out"), "--corpus", str(shipped.root))
    assert_one_line_and_3(done, "--layer: gold, r1/a1, r1/a2")


def test_a_sound_record_validates_with_0(shipped: Corpus) -> None:
    done = hedgerow("validate", "--corpus", str(shipped.root))
    assert done.returncode == 0
    assert done.stdout.startswith("gold, r1/a1, r1/a2: 0 errors, 0 warnings")


def test_a_record_with_errors_validates_with_1_and_says_where(shipped: Corpus) -> None:
    spans = shipped.layer_path("r1/a1") / "spans.jsonl"
    spans.write_text(
        spans.read_text(encoding="utf-8").replace('"label":"hedge"', '"label":"nope"', 1), encoding="utf-8"
    )
    done = hedgerow("validate", "--corpus", str(shipped.root), "--json")
    assert done.returncode == 1
    findings = json.loads(done.stdout)
    assert ("unknown-label", "r1/a1", "a1") in [
        (finding["code"], finding["layer"], finding["annotator"]) for finding in findings
    ]
    assert {"severity", "article_id", "span_id", "start", "end", "message", "address"} <= set(findings[0])
    shown = hedgerow("validate", "--corpus", str(shipped.root))
    assert shown.returncode == 1
    assert "000_73d2ca8b78dfd929" in shown.stdout
    assert "unknown-label" in shown.stdout


def test_status_tells_the_layers(shipped: Corpus) -> None:
    done = hedgerow("status", "--corpus", str(shipped.root), "--json")
    assert json.loads(done.stdout)["layers"] == ["gold", "r1/a1", "r1/a2"]


def test_a_corpus_is_found_from_a_folder_below_it(shipped: Corpus) -> None:
    assert hedgerow("status", cwd=shipped.seeds).returncode == 0


def test_no_module_imports_upwards() -> None:
    for package, above in (("dataset", ("annotation", "scripts")), ("annotation", ("scripts",))):
        for path in (REPOSITORY / package).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(rf"^\s*(from|import) ({'|'.join(above)})\b", text, re.MULTILINE), path


@pytest.mark.parametrize("encoding", ["ascii", "iso-8859-1", "cp1252", "utf-8"])
@pytest.mark.parametrize("words", [(), ("--json",), ("--markdown",)])
def test_a_terminal_of_any_encoding_gets_every_line(tmp_path: Path, encoding: str, words: tuple[str, ...]) -> None:
    corpus = put_corpus(tmp_path)
    rows = valid_rows()
    row_of(rows, "kyiv")["text"] = "Київ 🇺🇦 “é”"
    put_layer(corpus, rows)
    command = [*HEDGEROW, "validate", *words, "--corpus", str(corpus.root)]
    environment = os.environ | {"PYTHONIOENCODING": encoding, "LC_ALL": "C"}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    shown = done.stdout.decode(encoding)
    assert "text-not-slice" in shown
    if words == ("--json",):
        assert any("Київ 🇺🇦 “é”" in finding["message"] for finding in json.loads(shown))


@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-"])
def test_a_command_whose_output_is_closed_does_its_work(closed: str, tmp_path: Path) -> None:
    corpus = copy_of_the_seeds(tmp_path / "seeds")
    command = f'"$0" "$@" {closed}'
    words = ["build", "--layer", "r1/a1", "--out", str(tmp_path / "out"), "--corpus", str(corpus.root)]
    ended = subprocess.run(["sh", "-c", command, *HEDGEROW, *words], stderr=subprocess.PIPE, check=False, text=True)
    assert (ended.returncode, "Traceback" in ended.stderr) == (0, False)
    assert (tmp_path / "out" / "README.md").exists()


def test_bytes_that_are_no_text_are_refused_in_a_sentence(tmp_path: Path) -> None:
    corpus = copy_of_the_seeds(tmp_path / "seeds")
    words = [b"withdraw", b"x", b"--reason", b"a\xff", b"--corpus", os.fsencode(corpus.root)]
    ended = subprocess.run([*map(os.fsencode, HEDGEROW), *words], capture_output=True, check=False)
    assert ended.returncode == 3
    assert b"not text here" in ended.stderr
