"""`hedgerow validate`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from enum import StrEnum
from itertools import chain, islice
from typing import Annotated, Final

import typer

from dataset.checks import acknowledged
from dataset.checks.choosing import FindingChoice, known_articles, known_codes, known_layers
from dataset.checks.findings import Finding, codes_page
from dataset.checks.shared import check_shared
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.locks import reading
from dataset.storage.atomic import aside, make_private
from scripts.cli.console import CorpusOption, JsonOption, count, say, say_json_rows, tell
from scripts.cli.finding_files import print_csv
from scripts.cli.findings import FindingPlaces, by_code, markdown, print_findings
from scripts.cli.options import Engine, EngineOption, started

SHOWN: Final = 200
"""Findings that are still shown one by one."""
OF_MORE: Final = 20
"""How many are shown where there are more."""
FILE: Final = "validate-findings.jsonl"
LET: Final = "acknowledged"
LEFT_OUT: Final = "left out"
_Judged = tuple[Finding, bool]


class Severities(StrEnum):
    """Which findings are shown."""

    error = "error"
    warning = "warning"


def command(
    layer: Annotated[
        list[str] | None,
        typer.Option(help="Only this layer, such as r1/a1 or gold; all of them if not named.", metavar="LAYER"),
    ] = None,
    code: Annotated[
        list[str] | None, typer.Option(help="Only findings of this code; may be repeated.", metavar="CODE")
    ] = None,
    severity: Annotated[Severities | None, typer.Option(help="Only errors, or only warnings.")] = None,
    article: Annotated[
        list[str] | None, typer.Option(help="Only findings in this article; may be repeated.", metavar="ARTICLE")
    ] = None,
    errors_first: Annotated[bool, typer.Option("--errors-first", help="Show errors before warnings.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for warnings, too.")] = False,
    show_all: Annotated[bool, typer.Option("--all", help="Show acknowledged warnings, too.")] = False,
    as_json: JsonOption = False,
    as_csv: Annotated[
        bool, typer.Option("--csv", help="Print the findings as CSV, for a spreadsheet and `acknowledge --from`.")
    ] = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print a Markdown table, for a pull request.")
    ] = False,
    codes: Annotated[bool, typer.Option("--codes", help="Print every code there is, as Markdown, and exit.")] = False,
    engine: EngineOption = Engine.HERE,
    corpus: CorpusOption = None,
) -> None:
    """Check the record against the schema and the rules; print every finding.

    Exit 1 if there is an error among those asked for. A finding shows its words in context, its rule, and the task's
    address, where this machine has pulled it. Acknowledged warnings are counted and not shown.

    Example: hedgerow validate --layer r1/a1
    Example: hedgerow validate --severity warning --code h9-unlabelled-cue --csv > cues.csv
    Example: hedgerow validate --markdown
    """
    if codes:
        typer.echo(codes_page(), nl=False)
        return
    if as_json + as_csv + as_markdown > 1:
        raise typer.BadParameter("name one of --json, --csv and --markdown")
    here = open_corpus(corpus)
    form = "json" if as_json else "csv" if as_csv else "markdown" if as_markdown else "people"
    counts = Counter[str]()
    with started(engine) as each, reading(here, tell):
        names = known_layers(here, layer or []) or here.layers()
        choice = FindingChoice(
            known_codes(code or []), severity.value if severity else None, known_articles(here, article or [])
        )
        whole = names == here.layers()
        findings = chain(check_record(here, names, each), check_shared(here) if whole else ())
        listed = _listed(here, _judged(here, findings, whole=whole), choice, counts, show_all)
        _show(here, _errors_first(listed) if errors_first else listed, form)
    checked = ", ".join(names) or "seeds (the record has no layer yet)"
    if form in ("people", "markdown"):
        say(f"{checked}: {_summary(counts)}")
    elif form == "csv":
        tell(f"{checked}: {_summary(counts)}")
    if counts["error"] or (strict and counts["warning"]):
        raise typer.Exit(1)


def _judged(corpus: Corpus, findings: Iterable[Finding], *, whole: bool) -> Iterator[_Judged]:
    """Each finding and whether it was acknowledged; none was, where the acknowledgements cannot be read."""
    try:
        acknowledged.read(corpus)
    except Problem as problem:
        yield from ((finding, False) for finding in findings)
        yield Finding("unreadable-table", "acknowledged", "", problem.what), False
    else:
        yield from acknowledged.judging(corpus, findings, whole=whole)


def _listed(
    corpus: Corpus, judged: Iterable[_Judged], choice: FindingChoice, counts: Counter[str], show_all: bool
) -> Iterator[_Judged]:
    """Those to be shown; counts all of them, by severity, as acknowledged, or as left out."""
    for finding, let in judged:
        if not choice.holds(corpus, finding):
            counts[LEFT_OUT] += not let
            continue
        counts[LET if let else finding.severity] += 1
        if show_all or not let:
            yield finding, let


def _errors_first(listed: Iterable[_Judged]) -> Iterator[_Judged]:
    """All errors, then the rest, each in the order of the record."""
    later = list[_Judged]()
    for finding, let in listed:
        if finding.severity == "error":
            yield finding, let
        else:
            later.append((finding, let))
    yield from later


def _show(corpus: Corpus, listed: Iterator[_Judged], form: str) -> None:
    shown = FindingPlaces(corpus)
    if form == "json":
        say_json_rows(shown.row(finding, acknowledged=let) for finding, let in listed)
        return
    if form == "csv":
        print_csv(shown.row(finding, acknowledged=let) for finding, let in listed)
        return
    first = list(islice(listed, SHOWN + 1))
    few = first if len(first) <= SHOWN else first[:OF_MORE]
    if form == "markdown":
        for line in markdown(shown, [finding for finding, _ in few]) if few else ():
            say(line)
    else:
        print_findings(shown, few)
    if few is not first:
        _keep(corpus, shown, chain(first, listed))


def _keep(corpus: Corpus, shown: FindingPlaces, listed: Iterable[_Judged]) -> None:
    """Writes what is too much to show into the corpus's state folder, and prints how many findings of each code."""
    path, codes = corpus.state / FILE, Counter[str]()
    make_private(corpus.state)
    with aside(path) as new, new.open("w", encoding="utf-8") as out:
        for finding, let in listed:
            out.write(json.dumps(shown.row(finding, acknowledged=let), ensure_ascii=False) + "\n")
            codes[finding.code] += 1
    say(f"{count(codes.total(), 'finding')}; the first {OF_MORE} are above, all of them in {path}\n")
    say("\n".join(by_code(codes)) + "\n")


def _summary(counts: Counter[str]) -> str:
    let = f", {counts[LET]} acknowledged" if counts[LET] else ""
    left_out = f"; {count(counts[LEFT_OUT], 'other finding')} left out" if counts[LEFT_OUT] else ""
    return f"{count(counts['error'], 'error')}, {count(counts['warning'], 'warning')}{let}{left_out}"
