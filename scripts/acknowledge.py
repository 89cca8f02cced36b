"""`hedgerow acknowledge`."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Annotated, Final

import typer

from dataset.checks import acknowledged
from dataset.checks.choosing import FindingChoice, known_articles, known_codes, known_layers
from dataset.checks.letting_stand import Acknowledging, by_choice, by_file
from dataset.checks.statements import check_statements
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.record.chosen_articles import known_events
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.locks import reading
from dataset.scheme.lexicon import plain
from scripts.cli.console import CorpusOption, count, say, tell
from scripts.cli.finding_files import read_wanted
from scripts.cli.findings import line

SHOWN: Final = 200
WHERE: Final = ("words", "article", "event", "layer")


def command(
    code: Annotated[
        str | None, typer.Argument(help="The warning's code, as `hedgerow validate` shows it.", show_default=False)
    ] = None,
    article: Annotated[str | None, typer.Argument(help="The article's id.", show_default=False)] = None,
    place: Annotated[str | None, typer.Option("--place", help="Where in the article.", metavar="START:END")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why the warnings may stand.")] = None,
    from_file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Every warning in this file, which `validate --csv` or `--json` wrote; first delete the lines that "
            "are to be fixed. A column `reason` takes precedence over --reason.",
            metavar="FILE",
        ),
    ] = None,
    codes: Annotated[
        list[str] | None, typer.Option("--code", help="Every warning of this code; may be repeated.", metavar="CODE")
    ] = None,
    where: Annotated[
        list[str] | None,
        typer.Option(
            "--where",
            help="With --code, only those with these words at their place, or in this article, event or layer: "
            "words=…, article=…, event=…, layer=…. Of values of the same name one must match, of different names each.",
            metavar="NAME=VALUE",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be acknowledged, and write nothing.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Let warnings stand, with a reason. A warning comes back once its place or its words change.

    Example: hedgerow acknowledge h9-unlabelled-cue 000_73d2 --place 120:125 --reason "ability, not possibility (H3)"
    Example: hedgerow acknowledge --from cues.csv --reason "ability, not possibility (H3)" --dry-run
    Example: hedgerow acknowledge --code h9-unlabelled-cue --where words=could --where event=storm --reason "ability"
    """
    ways = [code is not None, from_file is not None, bool(codes)]
    if sum(ways) != 1 or (where and not codes) or (place and not code):
        raise typer.BadParameter("name CODE ARTICLE --place, or --from FILE, or --code with or without --where")
    if code is not None and (article is None or place is None or dry_run):
        raise typer.BadParameter("CODE goes with ARTICLE and --place, and without --dry-run")
    here = open_corpus(corpus)
    if code is not None and article is not None and place is not None:
        _by_place(here, code, article, place, reason or "")
        return
    with reading(here, tell):
        findings = chain(check_record(here, here.layers()), check_statements(here))
        if from_file is not None:
            planned = by_file(here, findings, read_wanted(from_file, reason))
        else:
            planned = by_choice(here, findings, _choice(here, codes or [], where or []), reason or "")
    _show(planned)
    _write(here, planned, dry_run)


def _by_place(corpus: Corpus, code: str, article: str, place: str, reason: str) -> None:
    with reading(corpus, tell):
        everything = chain(check_record(corpus, corpus.layers()), check_statements(corpus))
        findings = [each for each in everything if each.article_id == article]
    let = acknowledged.acknowledge(corpus, findings, code, article, place, reason, tell)
    say(f"acknowledged in {acknowledged.path(corpus)}: {let.code} in {let.article_id}: {let.message}")


def _choice(corpus: Corpus, codes: list[str], where: list[str]) -> FindingChoice:
    """What `--code` and `--where` name.

    Raises:
        Problem: a name is none of `WHERE`, or a code, article, event or layer is not there.
    """
    values: dict[str, list[str]] = {name: [] for name in WHERE}
    for each in where:
        name, equals, value = each.partition("=")
        if name not in WHERE or not equals or not value.strip():
            raise Problem(f"--where {each} says nothing", f"write {', '.join(f'{name}=…' for name in WHERE)}")
        values[name].append(value.strip())
    return FindingChoice(
        codes=known_codes(codes),
        articles=known_articles(corpus, values["article"]),
        events=known_events(corpus, values["event"]),
        layers=frozenset(known_layers(corpus, values["layer"])),
        words=frozenset(map(plain, values["words"])),
    )


def _show(planned: Acknowledging) -> None:
    """What is new as the lines that a diff of the file would add, then what cannot be acknowledged."""
    for row in planned.new[:SHOWN]:
        say(f"+ {row['code']} {row['article_id']} {line(row['place'])}: {row['reason']}")
    if len(planned.new) > SHOWN:
        say(f"+ and {len(planned.new) - SHOWN} more")
    for problem, those in (
        ("the record has no such warning now", planned.gone),
        ("an error, which must be fixed and cannot be acknowledged", planned.errors),
    ):
        for each in those[:SHOWN]:
            say(f"{each.where}: {each.code} {each.article_id} {line(each.place)}: {problem}")
        if len(those) > SHOWN:
            say(f"and {len(those) - SHOWN} more: {problem}")


def _write(corpus: Corpus, planned: Acknowledging, dry_run: bool) -> None:
    path, number = acknowledged.path(corpus), count(len(planned.new), "warning")
    before = f", {planned.before} acknowledged before" if planned.before else ""
    if dry_run:
        say(f"{number} would be acknowledged in {path}{before}; nothing was written")
        return
    if planned.new:
        acknowledged.acknowledge_all(corpus, planned.new, tell)
    say(f"{number} acknowledged in {path}{before}")
