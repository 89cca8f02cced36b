"""`hedgerow practice`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from annotation.labelstudio.seats import Seat
from annotation.practice.project import PracticeResult, open_practice, practice_result, practice_seats
from dataset.record.corpus import Corpus, open_corpus
from dataset.scheme import vocabulary
from scripts.cli.console import OUT, CorpusOption, JsonOption, say, say_json, tell
from scripts.cli.names import checked_names


def command(
    annotator: Annotated[
        list[str] | None,
        typer.Option(help="For whom to open it, or whose scores to show; may be repeated.", metavar="A"),
    ] = None,
    score: Annotated[bool, typer.Option("--score", help="Show how well they have done; open nothing.")] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open the practice round for an annotator, or show how well each has done in it.

    Practice is three invented articles that come with Hedgerow, on the server of `hedgerow up`. As soon as an article
    is submitted, the page shows what differs from its gold, and by which rule. Nothing of it comes into the record.

    Without --annotator, the scores of all who practise are shown: F1 of spans with the same offsets, over the first
    submission of each article. Who has submitted all three with an F1 of at least 0.8 has passed; a corpus can name
    another F1 in hedgerow.toml, as `pass` of `practice`.

    Example: hedgerow practice --annotator a1
    Example: hedgerow practice --annotator a1 --score
    Example: hedgerow practice
    """
    here = open_corpus(corpus)
    seats = practice_seats(here, checked_names(annotator) if annotator else None)
    if annotator and not score:
        _open(here, seats, as_json=as_json)
    else:
        _show(here, seats, as_json=as_json)


def _open(corpus: Corpus, seats: list[Seat], *, as_json: bool) -> None:
    opened = {seat.annotator: seat.studio.project_url(open_practice(corpus, seat, tell)) for seat in seats}
    if as_json:
        say_json(opened)
        return
    for name, address in opened.items():
        say(f"{name}: {address}")
    say("Next: the annotators open their address, log in, and press Label All Tasks; then `hedgerow practice`")


def _show(corpus: Corpus, seats: list[Seat], *, as_json: bool) -> None:
    results = [result for seat in seats if (result := practice_result(corpus, seat))]
    if as_json:
        say_json([asdict(result) for result in results])
    elif results:
        _print(results, corpus.pass_mark)
    else:
        say(f"Nobody practises yet; begin with `hedgerow practice --annotator {seats[0].annotator if seats else 'a1'}`")


def _print(results: list[PracticeResult], mark: float) -> None:
    table = Table("annotator", "articles", "F1", *vocabulary.LABELS, f"passed (F1 {mark:g} or more)", box=None)
    for result in results:
        shown = ["–" if not result.done or score["f1"] is None else f"{score['f1']:.2f}" for score in result.scores]
        passed = "yes" if result.passed else "no"
        table.add_row(result.annotator, f"{result.done} of {result.articles}", *shown, passed)
    OUT.print(table)
