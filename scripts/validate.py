"""`hedgerow validate`."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from dataset import acknowledged
from dataset.acknowledged import Judged
from dataset.checks.findings import Finding
from dataset.checks.page import codes_page
from dataset.checks.record import check_entities, check_record
from dataset.corpus import Corpus, open_corpus
from dataset.files import make_private, write_bytes
from dataset.problem import Problem
from scripts.console import CorpusOption, JsonOption, say, say_json
from scripts.showing import Shown, by_code, markdown, print_findings

SHOWN = 200
FILE = "validate-findings.jsonl"


def command(
    layer: Annotated[
        list[str] | None,
        typer.Option(help="Only this layer, as r1/a1 or gold; all of them if not named.", metavar="LAYER"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings end with exit 1, too.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Show acknowledged warnings, too.")] = False,
    as_json: JsonOption = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table, for a pull request.")
    ] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Print every code there is, as Markdown, and end.")] = False,
    corpus: CorpusOption = None,
) -> None:
    """Check the record against the schema and the rules; print every finding.

    Exit 1 where there is an error. A finding shows its words in context, its rule, and the task's address, where this
    machine has pulled it. Acknowledged warnings are counted and not shown.

    Example: hedgerow validate --layer r1/a1
    Example: hedgerow validate --markdown
    """
    if codes:
        typer.echo(codes_page(), nl=False)
        return
    here = open_corpus(corpus)
    names = _chosen(here, layer or [])
    whole = names == here.layers()
    found = check_record(here, names) + (list(check_entities(here)) if whole else [])
    judged = _judged(here, found, whole=whole)
    _show(here, judged, show_all, "json" if as_json else "markdown" if as_markdown else "people")
    if not as_json:
        say(f"{', '.join(names)}: {_summary(judged)}")
    if any(one.severity == "error" or strict for one in judged.open):
        raise typer.Exit(1)


def _judged(corpus: Corpus, found: list[Finding], *, whole: bool) -> Judged:
    """What is open; all of it, where the acknowledgements cannot be read, which is a finding then."""
    try:
        return acknowledged.judge(corpus, found, whole=whole)
    except Problem as problem:
        return Judged([*found, Finding("unreadable-table", "acknowledged", "", problem.what)], [])


def _chosen(corpus: Corpus, names: list[str]) -> list[str]:
    known = corpus.layers()
    for name in names:
        if name not in known:
            raise Problem(f"the record has no layer {name}", f"name one that it has: {', '.join(known) or 'none'}")
    if not known:
        raise Problem("the record has no layer yet", "bring one with `hedgerow pull --round r1`")
    return list(dict.fromkeys(names)) or known


def _show(corpus: Corpus, judged: Judged, show_all: bool, form: str) -> None:
    shown, let = Shown(corpus), frozenset(judged.acknowledged)
    listed = judged.open + (judged.acknowledged if show_all else [])
    listed.sort(key=lambda one: (one.layer, one.article_id, -1 if one.start is None else one.start, one.code))
    if form == "json":
        say_json([shown.row(one, acknowledged=one in let) for one in listed])
    elif form == "markdown":
        for line in markdown(shown, listed[:SHOWN]) if listed else ():
            say(line)
    else:
        print_findings(shown, listed[:SHOWN], let)
    if len(listed) > SHOWN and form != "json":
        rows = [shown.row(one, acknowledged=one in let) for one in listed]
        say(f"{len(listed)} findings; the first {SHOWN} are above, all of them in {_kept(corpus, rows)}\n")
        say("\n".join(by_code(listed)) + "\n")


def _kept(corpus: Corpus, rows: list[dict[str, object]]) -> Path:
    """Writes rows into the corpus's state folder."""
    path = corpus.state / FILE
    make_private(corpus.state)
    write_bytes(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())
    return path


def _summary(judged: Judged) -> str:
    counts = Counter(one.severity for one in judged.open)
    let = f", {len(judged.acknowledged)} acknowledged" if judged.acknowledged else ""
    return f"{counts['error']} errors, {counts['warning']} warnings{let}"
