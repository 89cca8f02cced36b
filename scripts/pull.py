"""`hedgerow pull`."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from annotation.labelstudio import seats as accounts
from annotation.report import report as reporting
from annotation.report.report import ReportOptions
from annotation.rounds import pull as pulling
from annotation.rounds.push import dealt
from dataset.parallel import standing_by
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import below
from dataset.record.renewal import Accepted
from dataset.storage.atomic import aside
from scripts.cli import sorting
from scripts.cli.console import SHOWN, CorpusOption, RoundOption, count, say, some, tell
from scripts.cli.names import checked_names

FILE = "pull-removals.jsonl"
AnnotatorOption = Annotated[
    list[str] | None, typer.Option(help="Only this annotator; all of the round if not named.", metavar="A")
]
FileOption = Annotated[
    Path | None, typer.Option("--from-file", help="A Label Studio JSON export, instead of the server.", metavar="FILE")
]
RemovalsOption = Annotated[
    bool,
    typer.Option(
        "--accept-removals",
        help="Let the pull remove what the record holds and the server does not; if articles are named, only theirs.",
    ),
]
ArticlesArgument = Annotated[
    list[str] | None, typer.Argument(help="With --accept-removals: only these may lose something.", metavar="ARTICLE…")
]
FullOption = Annotated[bool, typer.Option("--full", help="Ask the server for every task, not only for changed ones.")]
WatchOption = Annotated[
    bool, typer.Option("--watch", help="Pull again and again, and keep dist/report.html current, until Ctrl-C.")
]
EveryOption = Annotated[float, typer.Option(help="With --watch: seconds between two pulls.", min=0.1)]


def command(
    round_name: RoundOption,
    articles: ArticlesArgument = None,
    annotator: AnnotatorOption = None,
    from_file: FileOption = None,
    accept_removals: RemovalsOption = False,
    full: FullOption = False,
    watch: WatchOption = False,
    every: EveryOption = 30,
    corpus: CorpusOption = None,
) -> None:
    """Bring what was labelled into `pulls/` (raw, never changed) and into the record.

    It asks only for what changed since the last pull. If an article, a span or a link is gone from the server, the
    record keeps that article as it was, the pull names what is gone and exits with 1, and all other articles are
    brought in. With --accept-removals it goes from the record, too. The annotators' questions come with the pull (see
    `inbox`). For a round that `align` opened, it brings what was sorted.

    Example: hedgerow pull --round r1
    Example: hedgerow pull --round r1 --watch
    Example: hedgerow pull --round r1 --accept-removals ferry-report
    Example: hedgerow pull --round r1 --annotator a1 --from-file export.json
    """
    here = open_corpus(corpus)
    names = checked_names(annotator or [])
    checked_names([round_name])
    accepted = _accepted(articles, accept_removals)
    if from_file and (watch or full):
        raise typer.BadParameter(
            "an export is read whole and once, so --from-file goes with neither --watch nor --full"
        )
    if from_file:
        if len(names) != 1:
            raise Problem("an export is one annotator's work", "name whose with one --annotator")
        with standing_by():
            pulled = pulling.pull_file(here, round_name, names[0], from_file, accept_removals=accepted, tell=tell)
    elif sorting.is_sorting(here, round_name):
        if watch:
            raise typer.BadParameter("a round of sorting is pulled once at a time, so --watch does not go with it")
        names = names or sorting.sorters(here, round_name)
        sorting.pull(here, round_name, [accounts.seat(here, name) for name in names], accepted, full=full)
        return
    else:
        names = names or dealt(here, round_name)["annotator"].unique().sort().to_list()
        seats = [accounts.seat(here, name) for name in names]
        if watch:
            _watch(here, round_name, seats, accepted, every, full=full)
        pulled = pulling.pull(here, round_name, seats, accept_removals=accepted, tell=tell, full=full)
    _report(here, pulled)
    _say_what_next(here, pulled)


def _say_what_next(corpus: Corpus, pulled: pulling.PullResult) -> None:
    """Ends with 1 where something waits for a person's word."""
    if corpus.layers():
        say("Next: `hedgerow validate`")
    else:
        say(f"Nobody has submitted yet. Later: `hedgerow pull --round {pulled.round}`")
    if pulled.held:
        raise typer.Exit(1)


def _accepted(articles: list[str] | None, accept_removals: bool) -> Accepted:
    """Which articles may lose something."""
    if articles and not accept_removals:
        raise typer.BadParameter("articles are named after --accept-removals")
    return frozenset(articles) if articles else accept_removals


def _watch(
    corpus: Corpus, round_name: str, seats: list[accounts.Seat], accept_removals: Accepted, every: float, *, full: bool
) -> NoReturn:
    """Pulls until it is interrupted; what a person has to look at is printed once, and the watch goes on.

    `full`: the first pull asks the server for every task.
    """
    reported, shown = "", corpus.root / "dist" / "report.html"
    while True:
        try:
            pulled = pulling.pull(
                corpus, round_name, seats, accept_removals=accept_removals, tell=lambda line: None, full=full
            )
            full = False
            if pulled.changed or pulled.pull_id != reported:
                _report(corpus, pulled)
                reported = pulled.pull_id
            if pulled.changed or not shown.exists():
                reporting.write(reporting.report(corpus, ReportOptions(round=round_name)), shown)
        except Problem as problem:
            if str(problem) != reported:
                reported = str(problem)
                say(reported)
        time.sleep(every)


def _report(corpus: Corpus, pulled: pulling.PullResult) -> None:
    for layer in pulled.layers:
        in_raw = f"; {count(layer.findings, 'finding')} in the raw results" if layer.findings else ""
        say(
            f"{layer.name}: {count(layer.tasks - layer.skipped, 'article')} submitted, {layer.skipped} skipped, "
            f"{count(layer.spans, 'span')}, {count(layer.relations, 'link')}{in_raw}"
        )
    for annotator, articles in pulled.missing.items():
        say(f"{annotator}: assigned but not on the server, push again: {some(articles)}")
    for annotator, articles in pulled.withdrawn.items():
        say(
            f"{annotator}: withdrawn, so passed over; to delete the tasks, run `hedgerow withdraw` again: "
            f"{some(articles)}"
        )
    _say_removed(corpus, pulled)
    _say_returned(pulled)
    if pulled.open_questions:
        say(f"{count(pulled.open_questions, 'question')} without an answer: `hedgerow inbox --round {pulled.round}`")
    changed = ", ".join(below(corpus.record, path) for path in pulled.changed)
    say(f"pull {pulled.pull_id}; changed: {changed or 'nothing'}")


def _say_removed(corpus: Corpus, pulled: pulling.PullResult) -> None:
    """What went from the record, and what it keeps of articles though the server has less, with what to do."""
    held = pulled.held
    for layer_name, removed in pulled.removed.items():
        kept = held.get(layer_name, [])
        for removal in removed[:SHOWN]:
            how = "kept in" if removal.article_id in kept else "removed from"
            say(f"gone from the server, {how} {layer_name}: {removal.article_id}: {removal.what}")
        if len(removed) > SHOWN:
            say(f"{layer_name}: and {len(removed) - SHOWN} more, all of them in {_kept(corpus, pulled)}")
    if held:
        articles = sorted({article for kept in held.values() for article in kept})
        again = f"hedgerow pull --round {pulled.round} --accept-removals"
        say(
            f"{count(len(articles), 'article')} kept in the record as before; something is missing on the server. "
            f"To let it go: `{again}`, or for one article `{again} {articles[0]}`; to keep it, label it there again"
        )


def _say_returned(pulled: pulling.PullResult) -> None:
    """What became of the articles that `hedgerow return` returned."""
    for layer_name, returned in pulled.returned.items():
        annotator = layer_name.partition("/")[2]
        for what, articles in (
            ("returned and corrected", returned.corrected),
            ("returned and submitted again, with errors (see `hedgerow validate`)", returned.wrong),
            ("returned and not corrected yet", returned.out),
        ):
            if articles:
                say(f"{annotator}: {what}: {some(articles)}")


def _kept(corpus: Corpus, pulled: pulling.PullResult) -> Path:
    """Lists all that would be removed in a file in the corpus's state folder."""
    path = corpus.state / FILE
    rows = ({"layer": layer} | asdict(removal) for layer, removed in pulled.removed.items() for removal in removed)
    with aside(path) as new, new.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    return path
