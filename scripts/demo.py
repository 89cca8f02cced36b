"""`hedgerow demo`: the whole way, from the seed articles to `load_dataset`, in a corpus of its own."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from annotation.embedded.accounts import Account
from annotation.embedded.server import Server
from annotation.labelstudio import seats as accounts
from annotation.practice.project import open_practice
from annotation.report.report import report, write
from annotation.rounds import pull, push
from annotation.rounds.restore import restore
from dataset.agreement import figures
from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import SETTINGS, Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.statements.event_comparisons import compared_events
from dataset.statements.tables import gold_sorting
from scripts.cli.console import CorpusOption, count, say, tell
from scripts.cli.matrix import show
from scripts.up import login

ROUND, SHIPPED = "r1", ("a1", "a2")
YOUR_ROUND, YOU = "mine", "you"


def command(
    out: Annotated[
        Path | None,
        typer.Option(help="The demo's own folder; dist/demo if not named.", metavar="DIR", show_default=False),
    ] = None,
    corpus: CorpusOption = None,
) -> None:
    """Run everything on the articles of this corpus: start, push, restore, pull, validate, agree, build, load, report.

    It works on a copy, in a folder of its own, and leaves a server running for you to label in.

    Example: hedgerow demo
    """
    source = open_corpus(corpus)
    demo = _copy(source, (out or source.root / "dist" / "demo").resolve())
    server = Server(demo.state)
    known = server.up([*SHIPPED, YOU], None, tell)

    seats = _put_back(demo)
    _pull(demo, seats)

    errors = [finding for finding in check_record(demo, demo.layers()) if finding.severity == "error"]
    say(f"validate: {count(len(errors), 'error')} in {', '.join(demo.layers())}")

    agreed = figures.agreement(demo, ROUND)
    say(f"agree: {_exact_f1(agreed)}")

    folder = demo.root / "dataset"
    build(demo, GOLD, folder, allow_errors=False)
    say(f"build: {folder}, the gold that adjudication made of {ROUND}")
    show_event(demo, folder)
    page = demo.root / "dist" / "report.html"
    write(report(demo, tell=tell), page)
    _invite(demo, server, known.annotators[YOU])
    say("To look at all of it, with every article and what each makes of the event, open this page in a browser:")
    say(f"  {_short(page)}")


def _put_back(demo: Corpus) -> list[accounts.Seat]:
    """Puts the articles and the record's work into the demo's server."""
    push.deal(demo, ROUND, [*SHIPPED])
    seats = [accounts.embedded_seat(demo, name) for name in SHIPPED]
    for seat in seats:
        sent, restored = push.push(demo, ROUND, seat), restore(demo, ROUND, seat)
        say(
            f"push: {sent.sent} articles for {seat.annotator}; restore: {restored.put_back} with the work of the record"
        )
    return seats


def _pull(demo: Corpus, seats: list[accounts.Seat]) -> None:
    pulled = pull.pull(demo, ROUND, seats, accept_removals=False, tell=tell)
    say(f"pull {pulled.pull_id}: " + ", ".join(f"{layer.name} {layer.spans} spans" for layer in pulled.layers))
    if pulled.removed:
        raise Problem("the demo's server lacks work of its record", f"delete {demo.root} and run the demo again")


def _exact_f1(agreed: figures.RoundAgreement) -> str:
    (all_together,) = agreed.figures.filter(pl.col("annotators").is_null(), scope="all", measure="exact")["value"]
    return f"exact F1 of {' and '.join(agreed.annotators)} {all_together:.3f}"


def _invite(demo: Corpus, server: Server, account: Account) -> None:
    """Says how to label an article of the demo oneself."""
    push.deal(demo, YOUR_ROUND, [YOU])
    seat = accounts.embedded_seat(demo, YOU)
    sent = push.push(demo, YOUR_ROUND, seat)
    place, mine = f"--corpus {_short(demo.root)}", f"{YOUR_ROUND}/{YOU}"
    say("")
    say("To label an article yourself, open this address, log in, press Label All Tasks:")
    say(f"  {seat.studio.project_url(sent.project)}")
    say(login(account, server))
    say(f"When you have submitted it: `hedgerow pull --round {YOUR_ROUND} {place}`")
    say(f"To build what you labelled: `hedgerow build --layer {mine} --out {_short(demo.root)}/mine {place}`")
    say(f"To stop the server:         `hedgerow down {place}`")
    say("To practise first, on three invented articles that show at once what differs from their gold, open:")
    say(f"  {seat.studio.project_url(open_practice(demo, seat, tell))}")


def _copy(source: Corpus, root: Path) -> Corpus:
    """A corpus with copies of the articles and the record, made once; what was labelled in it since stays."""
    if not (root / SETTINGS).exists():
        shutil.copytree(source.seeds, root / "seeds", dirs_exist_ok=True)
        shutil.copytree(source.annotations, root / "annotations", dirs_exist_ok=True)
        settings = (source.root / SETTINGS).read_text(encoding="utf-8")
        (root / SETTINGS).write_text(_without_paths(settings), encoding="utf-8")
    return open_corpus(root)


def _without_paths(settings: str) -> str:
    """The settings with every path at its default."""
    kept: list[str] = []
    skipping = False
    for line in settings.splitlines(keepends=True):
        if line.startswith("["):
            skipping = line.strip() == "[paths]"
        if not skipping:
            kept.append(line)
    return "".join(kept)


def _short(folder: Path) -> Path:
    return folder.relative_to(Path.cwd()) if folder.is_relative_to(Path.cwd()) else folder


def show_event(demo: Corpus, folder: Path) -> None:
    """Says that the folder loads, and prints what the articles of each event make of the same statements."""
    import datasets

    datasets.disable_progress_bars()
    quotes = datasets.load_dataset(str(folder), "quotes", split="train")
    say(f"{len(quotes)} quotes, from load_dataset")
    sorted_events = gold_sorting(demo).tellings["event_id"].unique()
    for event in compared_events(demo, sorted_events) if len(sorted_events) else ():
        show(demo, event)
