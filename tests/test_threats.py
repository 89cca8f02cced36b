"""What somebody could try, and what answers it; the list of threats in SECURITY.md names these tests."""

from __future__ import annotations

import ast
import gzip
import json
import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import fsspec
import pytest
from huggingface_hub import DatasetCard
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from annotation.doctor import modes
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.server import Server
from annotation.labelstudio.client import Studio
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.report.report import page, report
from annotation.rounds import projects, raw
from annotation.rounds.pull import pull_file
from dataset.checks.suite import check_layer
from dataset.folder.manifest import MANIFEST, read_file
from dataset.problem import Problem
from dataset.published.build import build
from dataset.publishing.fetch import fetch
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.doctor import git
from dataset.record.layer import read_layer
from dataset.storage.atomic import aside, sha256
from dataset.storage.repository import uncommitted, write_tree
from scripts.cli.findings import cell, line
from scripts.main import app
from tests.corpora import REPOSITORY, make_corpus
from tests.dataset.tiny import LAYER, ONE, TEXTS, TWO, Rows, put_corpus, put_layer, row_of, valid_rows
from tests.hub import TOKEN, Hub
from tests.releases import make_release
from tests.test_connections import sources

ESCAPES = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eoverridden\u2066\r\x08"
HTML = "<script>alert(1)</script><img src=x onerror=alert(1)>"
HOSTILE = f"{ESCAPES}{HTML}=1+1|[x](javascript:alert(1))"
OBEYED = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
PASSWORD = "secretword0123"


# Secrets

JOURNEY = """
import json, os, sys
os.umask(0)
started = []
def see(event, args):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        started.append([str(part) for part in args[:2]])
sys.addaudithook(see)
from scripts.main import main
for words in json.loads(sys.argv[1]):
    sys.argv = ["hedgerow", *words]
    try:
        main()
    except SystemExit as end:
        print(words[0], "ended with", end.code)
print(started, open("/proc/self/cmdline").read())
"""


def travelled(commands: list[list[str]], environment: dict[str, str]) -> str:
    """All that these commands say, with the command lines of their process and of all that it starts."""
    words = [sys.executable, "-c", JOURNEY, json.dumps(commands)]
    environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), **environment}
    done = subprocess.run(words, env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def journey(server: Server, tmp_path_factory: pytest.TempPathFactory) -> tuple[Corpus, str, list[str]]:
    """A corpus whose round went to a foreign server and back, what all commands said, and what is secret."""
    known = server.secrets()
    assert known
    account = known.annotators["a1"]
    folder = tmp_path_factory.mktemp("journey")
    corpus = make_corpus(folder / "corpus", {"one": "The port said on Monday: “We may lose about 40 ships.”"})
    environment = {
        "LABEL_STUDIO_URL": str(server.url()).replace("//", f"//me:{PASSWORD}@"),
        "LABEL_STUDIO_API_KEY": account.token,
        "HEDGEROW_KEY": str(known.key),
    }
    here = ["--corpus", str(corpus.root)]
    output = travelled([["push", "--round", "secret", "--annotator", "a1", *here]], environment)
    studio = Studio(str(server.url()), account.token, key=known.key)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        project = projects.existing(corpus, "secret", seat(corpus, "a1"))
    (task,) = map(read_task, studio.tasks(project))
    studio.annotate(task.id, [], skipped=False, seconds=1, account=studio.whoami()[0])
    commands = [
        ["pull", "--round", "secret", *here],
        ["pull", "--round", "never", *here],
        ["validate", *here],
        ["status", *here],
        ["doctor", *here],
        ["report", *here],
        ["build", "--layer", "secret/a1", "--out", str(corpus.root / "dist" / "built"), *here],
    ]
    output += travelled(commands, environment)
    return corpus, output, [PASSWORD, account.token, account.password, known.admin.token, str(known.key)]


def test_no_secret_is_said_or_stands_on_a_command_line(journey: tuple[Corpus, str, list[str]]) -> None:
    corpus, output, secrets = journey
    assert (corpus.root / "dist" / "report.html").exists(), output
    assert (corpus.root / "dist" / "built" / "README.md").exists(), output
    assert "scripts.main" in output
    assert [secret for secret in secrets if secret in output] == []


def test_no_secret_is_in_a_pull_the_record_a_build_the_report_or_the_notes(
    journey: tuple[Corpus, str, list[str]],
) -> None:
    corpus, _, secrets = journey
    written = {path: path.read_bytes() for path in corpus.root.rglob("*") if path.is_file()}
    assert {"manifest.json", "report.html", "a1.json"} <= {path.name for path in written}
    assert [path for path, held in written.items() if any(secret.encode() in held for secret in secrets)] == []


def test_what_is_private_is_so_under_any_umask(journey: tuple[Corpus, str, list[str]]) -> None:
    corpus, _, _ = journey
    assert stat.S_IMODE(corpus.state.stat().st_mode) == 0o700
    (pull,) = corpus.pulls.glob("secret-*")
    assert stat.S_IMODE(pull.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in pull.iterdir()} == {0o400}


@pytest.fixture(params=[0o000, 0o022])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_what_is_private_is_so_while_it_is_written(tmp_path: Path) -> None:
    with aside(tmp_path / "backup.tar.gz", private=True) as new:
        new.write_bytes(b"x")
        assert stat.S_IMODE(new.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "backup.tar.gz").stat().st_mode) == 0o600
    with raw.writing_pull(put_corpus(tmp_path / "corpus"), "r1"):
        (folder,) = (tmp_path / "corpus" / ".hedgerow" / "aside").glob(".*.aside")
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_list_of_accounts_that_others_can_read_is_told(tmp_path: Path) -> None:
    named = tmp_path / "annotators.toml"
    named.write_text('a1 = "someone@example.org"\n', encoding="utf-8")
    for mode, mark in ((0o644, "fail"), (0o600, "ok")):
        named.chmod(mode)
        assert [line.mark for line in modes(Server(tmp_path / "state"), named)] == [mark]


def test_a_hubs_token_is_not_said_and_on_no_command_line(tmp_path: Path) -> None:
    release = make_release(tmp_path)
    digest = sha256(release.with_name(f"{release.name}-withheld").joinpath(MANIFEST).read_bytes())
    with Hub(tmp_path / "hub", xet=False).running() as hub:
        output = travelled(
            [
                ["publish", str(release), "--repo", "acme/tiny"],
                ["fetch", "acme/tiny", "--version", "1.0.0", "--digest", digest, "--out", str(tmp_path / "out")],
                ["fetch", "acme/other", "--version", "1.0.0"],
            ],
            hub.environment(tmp_path / "home"),
        )
    assert (tmp_path / "out" / "README.md").exists(), output
    assert TOKEN not in output
    assert not [
        path for path in (tmp_path / "out").rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]


_started: list[str] = []
_watching = False


def _see(event: str, args: Any) -> None:
    if _watching and event in ("subprocess.Popen", "os.exec", "os.posix_spawn"):
        _started.append(str(args[:2]))


def test_no_secret_is_on_a_command_line_while_up_makes_accounts(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    sys.addaudithook(_see)
    monkeypatch.setattr(sys.modules[__name__], "_watching", True)
    known = server.up(["watched"], None, print)
    process = server.process()
    assert process
    running = [" ".join(running_process.cmdline()) for running_process in (process, *process.children(recursive=True))]
    accounts = [known.admin, *known.annotators.values()]
    assert "annotation.embedded.provision" in "".join(_started)
    assert not [
        account.name
        for account in accounts
        for at in _started + running
        if account.token in at or account.password in at
    ]


def test_the_server_is_not_given_the_keys_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "LABEL_STUDIO_API_KEY"):
        monkeypatch.setenv(name, PASSWORD)
    assert PASSWORD not in Server(tmp_path)._environment(Secrets(1, Account("admin", "", "", ""))).values()


# An article or an attribute


def hostile_rows() -> Rows:
    rows = valid_rows()
    row_of(rows, "kyiv")["speaker_entities"] = [HOSTILE]
    row_of(rows, "many").update(number_value=HOSTILE, number_unit=HOSTILE, number_low=None, number_high=None)
    return rows


@pytest.fixture
def hostile(tmp_path: Path) -> Corpus:
    """A corpus with a hostile text, names, values and all that is known of an article, in two layers."""
    corpus = put_corpus(tmp_path / "hostile", {**TEXTS, TWO: TEXTS[TWO].replace("Reports", f"Reports {HOSTILE}")})
    path = corpus.seeds / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    known = {"outlet": HOSTILE, "url": "javascript:alert(1)", "licence": HOSTILE, "language": f"en\nlicense: {HTML}"}
    path.write_text("".join(json.dumps(row | known) + "\n" for row in rows), encoding="utf-8")
    rows_one, rows_two = hostile_rows(), hostile_rows()
    put_layer(corpus, rows_one)
    for table in rows_two.values():
        for row in table:
            row["annotator"] = "a2"
    row_of(rows_two, "kyiv")["speaker_entities"] = [f"{HOSTILE} 2"]
    put_layer(corpus, rows_two, "r1/a2")
    return open_corpus(corpus.root)


WAYS = ["validate", "validate --markdown", "agree --round r1", "doctor", "status", "report", "progress --round r1"]


@pytest.mark.parametrize("way", WAYS)
def test_no_control_character_reaches_the_terminal(hostile: Corpus, way: str) -> None:
    result = CliRunner().invoke(app, [*way.split(), "--corpus", str(hostile.root)])
    output = result.stdout + result.stderr
    assert OBEYED.findall(output) == []
    assert ("owned" in output) == way.startswith("validate")


def test_a_diff_shows_control_characters_and_sends_none(hostile: Corpus, tmp_path: Path) -> None:
    for name in ("a1", "a2"):
        build(hostile, f"r1/{name}", tmp_path / name, allow_errors=True)
    for form in ([], ["--markdown"]):
        output = CliRunner().invoke(app, ["diff", str(tmp_path / "a1"), str(tmp_path / "a2"), *form]).stdout
        assert OBEYED.findall(output) == []
        assert "x1b" in output


def test_json_is_exact_and_still_nothing_that_a_terminal_obeys(hostile: Corpus) -> None:
    output = CliRunner().invoke(app, ["validate", "--layer", LAYER, "--json", "--corpus", str(hostile.root)]).stdout
    layer = read_layer(hostile.layer_path(LAYER), LAYER)
    assert OBEYED.findall(output) == []
    assert {finding["message"] for finding in json.loads(output)} == {
        finding.message for finding in check_layer(hostile, layer)
    }


def test_what_a_server_says_reaches_the_terminal_without_control_characters(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    (corpus.root / "hedgerow.toml").write_text(f"name = {json.dumps('tiny' + ESCAPES)}\n", encoding="utf-8")
    put_layer(corpus, valid_rows())
    output = subprocess.run(
        [sys.executable, "-c", "from scripts.cli.console import problem; problem('a\\x1b[2Jb\\x9b\\u202e')"],
        cwd=REPOSITORY,
        capture_output=True,
        check=True,
    ).stderr
    assert output.decode() == "hedgerow: a\\x1b[2Jb\\x9b\\u202e\n"


@given(st.text("|*_`[]()<>&~\\!#$@:;ab\"' \x1b\u202e=+-1./\n\r\t", max_size=30))
def test_a_cell_of_a_table_shows_its_words_and_nothing_else(words: str) -> None:
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = reader.parse(f"| a |\n| --- |\n| x{cell(words)}x |\n")
    (shown,) = [token.children or [] for token in tokens if token.type == "inline"][1:]
    assert {token.type for token in shown} == {"text"}
    assert "".join(token.content for token in shown) == f"x{line(words)}x"


def test_a_card_holds_nothing_of_what_an_article_says_of_itself_but_its_language(
    hostile: Corpus, tmp_path: Path
) -> None:
    build(hostile, LAYER, tmp_path / "built", allow_errors=True)
    card = DatasetCard.load(tmp_path / "built" / "README.md")
    assert card.data.language == [f"en\nlicense: {HTML}"]
    assert card.data.license == "other"
    assert "alert(1)" not in card.text


def test_a_version_of_the_guidelines_that_is_markup_is_a_finding_and_not_kept() -> None:
    task = read_task({"id": 1, "data": {"guidelines_version": HTML}, "annotations": []})
    assert task.guidelines_version is None
    assert len(task.faults) == 1


class Links(HTMLParser):
    """Where a page leads, its scripts, and the attributes that would run."""

    def __init__(self) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.scripts = 0
        self.running: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.scripts += tag == "script"
        self.running += [name for name, _ in attrs if name.startswith("on")]
        self.links |= {str(value) for name, value in attrs if name in ("href", "src", "action", "xlink:href")}


def test_the_report_leads_nowhere_and_runs_its_own_scripts_alone(hostile: Corpus) -> None:
    links = Links()
    links.feed(page(report(hostile)))
    assert links.links
    assert {link for link in links.links if not link.startswith("#")} == {"data:,"}
    assert (links.scripts, links.running) == (4, [])  # its own, one at its head and three at its end


NEVER = {"pickle", "marshal", "shelve", "zipfile", "lxml", "xml.sax", "xml.dom", "xmlrpc", "imp"}


def unwanted(node: ast.AST) -> list[str]:
    """What of a piece of code reads XML or pickles, writes for spreadsheets, or runs text."""
    if isinstance(node, ast.Import | ast.ImportFrom):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [str(node.module)]
        if names == ["yaml"]:  # whose other loaders make whatever object a file names
            return [name.name for name in node.names if not name.name.endswith("SafeLoader")]
        return [name for name in names if any(f"{name}.".startswith(f"{never}.") for never in NEVER)]
    if isinstance(node, ast.Attribute):
        reads = isinstance(node.value, ast.Name) and node.value.id == "ET" and node.attr not in XML_IS_WRITTEN
        return [node.attr] if reads or node.attr in FOR_SHEETS else []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("eval", "exec"):
        return [node.func.id]
    return ["shell"] if isinstance(node, ast.keyword) and node.arg == "shell" else []


def test_no_code_reads_xml_or_pickles_writes_tables_for_spreadsheets_or_runs_text() -> None:
    uses = [(path.name, name) for path, node in sources() for name in unwanted(node)]
    assert uses == []


def test_only_what_makes_cells_safe_writes_csv() -> None:
    writers = {
        path.name
        for path, node in sources()
        if isinstance(node, ast.Attribute)
        and node.attr in ("writer", "DictWriter")
        and ast.unparse(node.value) == "csv"
    }
    assert writers == {"sheets.py", "finding_files.py"}


XML_IS_WRITTEN = {"Element", "SubElement", "tostring"}
FOR_SHEETS = {"write_csv", "to_csv", "write_excel"}


# An export, a published folder, a corpus


@pytest.mark.parametrize("form", ["gz", "zip"])
def test_a_packed_export_is_refused_unread(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"export.{form}"
    if form == "gz":
        path.write_bytes(gzip.compress(b"[" + b" " * 2**24 + b"]"))
    else:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("../export.json", b"[" + b" " * 2**24 + b"]")
    with pytest.raises(Problem, match="is not a list of tasks"):
        pull_file(put_corpus(tmp_path / "corpus"), "r1", "a1", path, accept_removals=False)


BOUNDED = """
import resource, sys
from pathlib import Path
from annotation.rounds.export import read_export
from dataset.problem import Problem
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (200 << 20),) * 2)
for path in sys.argv[1:]:
    try:
        print(sum(1 for _ in read_export(Path(path))))
    except Problem as problem:
        print(problem.what.removeprefix(path)[:40])
"""


def test_an_export_of_blanks_depths_or_one_endless_word_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """In 200 MB more than the program itself takes: what cannot be read so is told, and nothing falls over."""
    contents = {
        "many": b"[" + b",".join([b'{"id":1,"data":"' + b"x" * 50_000 + b'"}'] * 2_000) + b"]",
        "blanks": b"[" + b" " * (100 << 20) + b"]",
        "deep": b"[" * 5_000_000,
        "word": b'[{"id":1,"data":"' + b"x" * (100 << 20) + b'"}]',
        "digits": b"[" + b"9" * 5_000_000 + b"]",
    }
    paths = []
    for name, content in contents.items():
        paths.append(tmp_path / name)
        paths[-1].write_bytes(content)
    command = [sys.executable, "-c", BOUNDED, *map(str, paths)]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    lines = done.stdout.splitlines()
    assert done.returncode == 0, done.stderr
    assert lines[0] == "2000"
    assert all("is not whole JSON" in line for line in lines[1:])
    assert len(lines) == len(contents)


@pytest.mark.parametrize("content", [b"[" * 200_000, b'{"files": ' * 100_000, b"9" * 10_000, b'{"variant": {}}'])
def test_a_manifest_that_is_no_manifest_is_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / MANIFEST
    path.write_bytes(content)
    with pytest.raises(Problem, match="cannot be read as a manifest"):
        read_file(path)


@pytest.mark.parametrize("name", ["../outside", "a/../../outside", "a\\..\\outside", "/../../outside"])
def test_a_file_of_a_published_version_cannot_lead_out_of_its_folder(tmp_path: Path, name: str) -> None:
    store = fsspec.filesystem("memory")
    store.store.clear()
    for path in (MANIFEST, name):
        store.store[f"/shelf/v1.0.0/{path}"] = fsspec.implementations.memory.MemoryFile(
            store, f"/shelf/v1.0.0/{path}", b"{}"
        )
    (tmp_path / "in").mkdir()
    with pytest.raises(Problem, match="holds a file with the name"):
        fetch("memory://shelf", "1.0.0", tmp_path / "in" / "out")
    assert [path.name for path in tmp_path.rglob("*")] == ["in"]


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a\0b", "..", ".", ".hidden", "a/b", "a\\b", "", "a\nb", HTML])
def test_an_id_that_could_be_a_path_is_refused(tmp_path: Path, name: str) -> None:
    corpus = put_corpus(tmp_path)
    path = corpus.seeds / "articles.jsonl"
    row = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
    path.write_text(json.dumps(row | {"article_id": name}) + "\n", encoding="utf-8")
    with pytest.raises(Problem, match="fix that row"):
        _ = open_corpus(corpus.root).articles
    assert ONE in row["article_id"]


@pytest.mark.parametrize("folder", ["../elsewhere", "/tmp", "a/../../elsewhere", "linked"])
def test_settings_cannot_lead_out_of_their_corpus(tmp_path: Path, folder: str) -> None:
    root = tmp_path / "corpus"
    root.mkdir()
    (root / "linked").symlink_to(tmp_path)
    for name in ("seeds", "annotations", "splits", "releases"):
        (root / "hedgerow.toml").write_text(f'[paths]\n{name} = "{folder}"\n', encoding="utf-8")
        with pytest.raises(Problem, match="leads out of the corpus"):
            open_corpus(root)


def test_a_corpus_cannot_make_git_run_a_program(tmp_path: Path) -> None:
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {ran}\n", encoding="utf-8")
    program.chmod(0o755)
    root = put_corpus(tmp_path / "corpus").root
    (root / ".gitattributes").write_text("* filter=any\n", encoding="utf-8")
    author = ("-c", "user.name=M", "-c", "user.email=m@example.org")
    settings = {"core.fsmonitor": program, "filter.any.clean": program, "filter.any.smudge": program}
    for words in (("init", "-q"), ("add", "--all"), (*author, "commit", "-qm", "x")):
        subprocess.run(["git", "-C", str(root), *words], check=True)
    for name, value in settings.items():
        subprocess.run(["git", "-C", str(root), "config", name, str(value)], check=True)
    (root / "hedgerow.toml").touch()
    assert uncommitted(root) == []
    write_tree(root, "HEAD", tmp_path / "written")
    list(git(root))
    assert not ran.exists()
    subprocess.run(["git", "-C", str(root), "status"], check=True, capture_output=True)
    assert ran.exists()
