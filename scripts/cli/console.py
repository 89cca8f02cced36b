"""How commands print: results on standard output, progress and problems on standard error."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from textwrap import indent
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

# What moves a terminal's cursor, renames its window or turns the order of words: C0 and C1 but for tab and line end,
# line and paragraph separators, and Unicode's bidirectional embeddings, overrides and isolates.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(words: str) -> str:
    """The words with each control character as it is written in code (`\\x1b`), so that a terminal does not obey it."""
    return _CONTROLS.sub(lambda match: match[0].encode("unicode_escape").decode(), words)


class Screen(Console):
    """A console that shows an article's or a server's control characters and does not obey them."""

    def render_str(self, text: str, **how: Any) -> Text:
        """Every string on its way to the screen, in a table's cells, too."""
        return super().render_str(visible(text), **how)


# Where a caller closed them, as services do, what is printed goes nowhere.
sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
_KNOWN = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
OUT = Screen(highlight=False, emoji=False, soft_wrap=True, width=None if _KNOWN else 120)
ERR = Screen(stderr=True, highlight=False, emoji=False, soft_wrap=True)

SHOWN: Final = 20
"""How many of a kind a command names."""

CorpusOption = Annotated[
    Path | None,
    typer.Option("--corpus", help="Folder with a hedgerow.toml; the nearest one if not named.", metavar="DIR"),
]
RoundOption = Annotated[str, typer.Option("--round", help="The annotation round.", metavar="R")]
OnlyAnnotatorOption = Annotated[
    list[str] | None,
    typer.Option("--annotator", help="Only this annotator; all of the round if not named.", metavar="A"),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]


def typed(line: str) -> str:
    """The line with each `hedgerow …` as a person here must type it: with its path, and with the corpus named."""
    return _COMMAND.sub(lambda match: f"`{_called()}{match[1]}{_corpus_named(match[1])}`", line)


_WITHOUT_CORPUS = frozenset({"new", "publish", "fetch", "rehydrate", "diff"})
_COMMAND = re.compile(r"`hedgerow( [^`]*)`")


def _called() -> str:
    """`hedgerow`, or `.venv/bin/hedgerow` where it is not on the path."""
    called, installed = Path(sys.argv[0]), shutil.which("hedgerow")
    if called.name != "hedgerow" or not called.exists() or (installed and Path(installed).samefile(called)):
        return "hedgerow"
    whole = called.absolute()
    return str(whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole)


def _corpus_named(words: str) -> str:
    """The `--corpus` that this command was called with, unless the words name one."""
    named = [
        value if word == "--corpus" else word.removeprefix("--corpus=")
        for word, value in zip(sys.argv, [*sys.argv[1:], ""], strict=True)
        if word == "--corpus" or word.startswith("--corpus=")
    ]
    takes = words.split()[0] not in _WITHOUT_CORPUS and "--corpus" not in words
    return f" --corpus {shlex.quote(named[-1])}" if named and takes else ""


def say(line: str) -> None:
    """A line of the result; shown as it is."""
    OUT.print(escape(typed(line)))


def some(names: list[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def page_width() -> int:
    """The terminal's columns, or those that COLUMNS says; 100 where neither is known, so that a page can hold them."""
    return OUT.width if _KNOWN else 100


def say_json(content: Any) -> None:
    """The result as JSON: the values exactly, what a terminal would obey written as `\\u001b`."""
    sys.stdout.write(_json(content) + "\n")


def say_json_rows(rows: Iterable[Any]) -> None:
    """The same of a list, a row at a time."""
    between = "\n"
    sys.stdout.write("[")
    for row in rows:
        sys.stdout.write(between + indent(_json(row), "  "))
        between = ",\n"
    sys.stdout.write("]\n" if between == "\n" else "\n]\n")


def show_all_characters() -> None:
    """Lets what a terminal's encoding lacks be written as `\\u2026`, where it would end the command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _json(content: Any) -> str:
    plain = (sys.stdout.encoding or "ascii").lower().replace("-", "") != "utf8"
    written = json.dumps(content, ensure_ascii=plain, indent=2)
    return _CONTROLS.sub(lambda match: f"\\u{ord(match[0]):04x}", written)


def count(number: int, noun: str, plural: str | None = None) -> str:
    """`1 article`, `2 articles`; `plural` is for a noun whose plural is no s at its end."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"


def open_again(address: str) -> str:
    """What to do with a task whose work has changed since it was opened for adjudication."""
    return f'run `hedgerow discard "{address}" --with-work`, then open the round again'


def tell(line: str) -> None:
    """A line of progress."""
    ERR.print(escape(line), style="dim")


def problem(line: str) -> None:
    """What went wrong, in one line."""
    ERR.print(f"[red bold]hedgerow:[/] {escape(typed(' '.join(line.split())))}")


@contextmanager
def bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Takes (done, total): a bar on a terminal, plain lines in a pipe. A total of 0 is one that nobody knows."""
    if not ERR.is_terminal:
        yield lambda done, total: tell(f"{title}: {done} of {total}") if total else None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=ERR, transient=True) as progress:
        task = progress.add_task(title, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total or None)
