"""Whether this machine and this corpus can do the job: a line per check, and how to fix it. No bad state raises."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.storage.repository import OBEYING_NOBODY
from dataset.storage.tables import read_table

Mark = Literal["ok", "warn", "fail"]
PYTHON: Final = (3, 11)
ROOM: Final = 2_000_000_000
PRIVATE: Final = (".hedgerow/secrets.json", "pulls/pull", "backups/backup", "annotators.toml")
_SHOWN: Final = 3


@dataclass(frozen=True)
class DoctorLine:
    """What a check found, and how to fix it if it is not ok."""

    check: str
    mark: Mark
    message: str
    next_step: str | None = None


def problem_line(name: str, check: Callable[[], Iterable[DoctorLine]]) -> Iterator[DoctorLine]:
    """The lines of a check; one that breaks off is a line, too."""
    try:
        yield from check()
    except Problem as problem:
        yield DoctorLine(name, "fail", problem.what, problem.next_step)
    except OSError as error:
        yield DoctorLine(name, "fail", f"{error.filename or name}: {error.strerror or error}", "fix that")
    except Exception as error:
        yield DoctorLine(name, "fail", f"the check broke off: {type(error).__name__}: {error}", "please report it")


def machine() -> Iterator[DoctorLine]:
    """What holds for every corpus here."""
    yield from problem_line("python", python)


def corpus(corpus: Corpus) -> Iterator[DoctorLine]:
    """What holds for a corpus without its server."""
    yield from problem_line("folder", lambda: folder(corpus.root))
    yield from problem_line("disk", lambda: disk(corpus.root))
    yield from problem_line("git", lambda: git(corpus.root))
    yield from problem_line("articles", lambda: table(corpus, "articles", schema.Articles, ["article_id"]))
    yield from problem_line("entities", lambda: table(corpus, "entities", schema.Entities, ["event_id", "entity"]))
    yield from problem_line("texts", lambda: texts(corpus))


def python() -> Iterator[DoctorLine]:
    """The version of Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    wanted = ".".join(map(str, PYTHON))
    if sys.version_info[:2] < PYTHON:
        yield DoctorLine("python", "fail", f"Python {version}", f"install Python {wanted} or newer")
    else:
        yield DoctorLine("python", "ok", f"Python {version}")


def folder(root: Path) -> Iterator[DoctorLine]:
    """Whether the corpus folder can be written."""
    try:
        with tempfile.TemporaryFile(dir=root):
            yield DoctorLine("folder", "ok", f"{root} can be written")
    except OSError as error:
        yield DoctorLine(
            "folder", "fail", f"{root} cannot be written: {error.strerror}", "give yourself permission to write"
        )


def disk(root: Path) -> Iterator[DoctorLine]:
    """Free space where the corpus is."""
    free = shutil.disk_usage(root).free
    message = f"{free / 1e9:.1f} GB free where the corpus is"
    next_step = None if free >= ROOM else f"make room: at least {ROOM / 1e9:.0f} GB"
    yield DoctorLine("disk", "warn" if next_step else "ok", message, next_step)


def git(root: Path) -> Iterator[DoctorLine]:
    """Whether what is secret or raw is out of git's sight."""
    try:
        inside = _git(root, "rev-parse", "--is-inside-work-tree")
    except FileNotFoundError:
        yield DoctorLine("git", "warn", "git is not installed", "install git; the record belongs in it")
        return
    if inside.returncode:
        why = inside.stderr.strip().split("\n")[-1] or "git does not say why"
        yield DoctorLine("git", "warn", f"{root} is not under git: {why}", "put the record under git")
        return
    open_names = [name for name in PRIVATE if _git(root, "check-ignore", "--quiet", name).returncode]
    tracked = _git(root, "ls-files", "--", *(name.split("/")[0] for name in PRIVATE)).stdout.split("\n")[0]
    if tracked:
        next_step = f"git rm --cached {tracked}, and change the passwords and tokens that were in it"
        yield DoctorLine("git", "fail", f"git holds {tracked}, which is secret or raw", next_step)
    elif open_names:
        names = ", ".join(_as_ignored(name) for name in open_names)
        yield DoctorLine("git", "fail", f".gitignore does not cover {names}", "add a line for each to .gitignore")
    else:
        yield DoctorLine("git", "ok", "git ignores secrets, pulls and backups")


def _as_ignored(name: str) -> str:
    first, below, _ = name.partition("/")
    return first + below


def _git(root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = ["git", *OBEYING_NOBODY, "-C", str(root), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def table(corpus: Corpus, name: str, model: type[schema.Table], key: list[str]) -> Iterator[DoctorLine]:
    """Whether a table of seeds is what the schema says."""
    path = corpus.seeds / f"{name}.jsonl"
    rows = read_table(path, model)
    if faults := schema.faults(model, rows, key):
        yield DoctorLine(
            name, "fail", f"{path}: {_some(faults)}", "fix the file; dataset/schema.py says what it may hold"
        )
    elif not rows.height:
        yield DoctorLine(name, "warn", f"{path} has no row", _first_row(name))
    else:
        yield DoctorLine(name, "ok", f"{rows.height} {name}")


def _first_row(name: str) -> str:
    if name == "articles":
        return "add articles with `hedgerow intake FILE --event E`"
    return "add the speakers that annotators are to choose from"


def texts(corpus: Corpus) -> Iterator[DoctorLine]:
    """Whether every article's text is the one taken in, and every text is an article's."""
    ids = corpus.articles["article_id"].to_list()
    lost = [reason for reason in (_unreadable(corpus, article_id) for article_id in ids) if reason]
    if lost:
        yield DoctorLine("texts", "fail", _some(lost), "put the texts back as they were taken in")
        return
    stray = sorted({path.stem for path in (corpus.seeds / "text").glob("*.txt")} - set(ids))
    if stray:
        next_step = "take them in with `hedgerow intake`, or delete them"
        yield DoctorLine("texts", "warn", f"texts without a row in articles.jsonl: {_some(stray)}", next_step)
    else:
        yield DoctorLine("texts", "ok", f"{len(ids)} texts are those taken in, by their SHA-256")


def _unreadable(corpus: Corpus, article_id: str) -> str | None:
    try:
        corpus.text(article_id)
    except Problem as problem:
        return problem.what
    except OSError as error:
        return f"{error.filename}: {error.strerror}"
    return None


def _some(problems: list[str]) -> str:
    more = f", and {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "; ".join(problems[:_SHOWN]) + more
