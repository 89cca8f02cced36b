"""`hedgerow progress`."""

from __future__ import annotations

from dataclasses import asdict

from rich.table import Table

from annotation.labelstudio import seats
from annotation.rounds import progress as progressing
from annotation.rounds.progress import RoundProgress
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from scripts.cli.console import OUT, CorpusOption, JsonOption, RoundOption, count, say, say_json
from scripts.cli.names import checked_names


def command(round_name: RoundOption, corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Show how far each annotator is: articles dealt, open, skipped and done, and minutes per article.

    The server is asked; where it does not answer, or has no project, the record says what was pulled last.
    Minutes are for submitted articles: the time that the page was open for each. Of a round that `align` opened, all of
    this is for events.

    Example: hedgerow progress --round r1
    """
    here = open_corpus(corpus)
    checked_names([round_name])
    known = progressing.in_record(here, round_name)
    rows, unasked = _asked(here, round_name, known)
    if as_json:
        say_json({"round": round_name, "annotators": [asdict(row) for row in rows], "not_asked": unasked})
        return
    _print(rows)
    for row in rows:
        if row.let_off:
            say(f"{row.annotator}: let off {count(row.let_off, 'article')}, which nobody waits for")
    for name, reason in unasked.items():
        say(f"{name}: from the record as it was pulled last, because {reason}")


def _asked(corpus: Corpus, round_name: str, known: list[RoundProgress]) -> tuple[list[RoundProgress], dict[str, str]]:
    """Progress from the server where it can be asked, else as known; and why it could not, by annotator."""
    rows, unasked = [], {}
    for row in known:
        try:
            rows.append(progressing.on_server(corpus, round_name, seats.seat(corpus, row.annotator)))
        except Problem as problem:
            rows.append(row)
            unasked[row.annotator] = problem.what
    return rows, unasked


def _print(rows: list[RoundProgress]) -> None:
    table = Table("annotator", *("dealt", "open", "skipped", "done"), "minutes per article: median", "mean", box=None)
    for row in rows:
        counts = map(str, (row.dealt, row.open, row.skipped, row.done))
        table.add_row(row.annotator, *counts, _minutes(row.minutes_median), _minutes(row.minutes_mean))
    OUT.print(table)


def _minutes(value: float | None) -> str:
    return "–" if value is None else f"{value:.1f}"
