"""`hedgerow adjudicate`."""

from __future__ import annotations

from typing import Annotated, Final, TypeVar

import typer

from annotation.adjudication import rounds_to_gold
from annotation.adjudication.passing import Opened, Passing
from annotation.labelstudio import seats
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import below
from scripts.cli import sorting
from scripts.cli.console import CorpusOption, RoundOption, bar, count, open_again, say, tell
from scripts.cli.names import ADJUDICATOR, checked_names

SHOWN = 20
Detail = TypeVar("Detail")


def command(
    round_name: RoundOption,
    adjudicator: Annotated[str, typer.Option(help="Who decides.", metavar="NAME")] = ADJUDICATOR,
    pull: Annotated[bool, typer.Option("--pull", help="Take the decisions into the gold.")] = False,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace",
            help="Open articles that have gold already as well. With --pull: replace another round's or adjudicator's "
            "gold.",
        ),
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="With --pull: let decisions take spans out of the gold.")
    ] = False,
    only_disputed: Annotated[
        bool,
        typer.Option(
            "--only-disputed", help="Open no articles on which all agree; with --pull they pass into the gold."
        ),
    ] = False,
    every: Annotated[
        bool, typer.Option("--all", help="Open every article, even one that only one annotator labelled.")
    ] = False,
    corpus: CorpusOption = None,
) -> None:
    """Open a round for adjudication in Label Studio, and take the decisions into the gold.

    What all annotators agree on is shown as accepted. Whatever they do not agree on is a question: take the version of
    one of them, or change it and keep it as it stands, or drop it, and name the rule that decides. An article that
    was dealt to only one annotator passes into the gold with --pull, unless a check finds an error in it; the gold says
    that nobody adjudicated it. In a round that `align` opened, the questions are which quotes tell the same statement,
    and each statement gets a gist. It can be run again at any time.

    Example: hedgerow adjudicate --round r1 --only-disputed
    Example: hedgerow adjudicate --round r1 --only-disputed --pull
    """
    here = open_corpus(corpus)
    checked_names([round_name, adjudicator])
    if only_disputed and every:
        raise typer.BadParameter("give either --only-disputed or --all")
    which = Opened.DISPUTED if only_disputed else Opened.ALL if every else Opened.SEVERAL
    seat = seats.seat(here, adjudicator)
    if sorting.is_sorting(here, round_name):
        sorting.adjudicate(here, round_name, seat, pull=pull, replace=replace)
    elif pull:
        _pull(here, round_name, seat, accept_removals, replace, which)
    else:
        _open(here, round_name, seat, replace, which)


_FLAGS: Final = {Opened.DISPUTED: " --only-disputed", Opened.ALL: " --all", Opened.SEVERAL: ""}


def _open(corpus: Corpus, round_name: str, seat: seats.Seat, replace: bool, which: Opened) -> None:
    with bar(f"open {round_name}") as progress:
        opened = rounds_to_gold.open_round(
            corpus, round_name, seat, again=replace, which=which, progress=progress, tell=tell
        )
    sent = f"{count(opened.sent, 'article')} opened with {count(opened.questions, 'question')}"
    say(f"{sent}, {opened.there} there before: {seat.studio.project_url(opened.project)}")
    _tell_passing(opened.passing, "passes with --pull", "pass with --pull")
    _tell_held(opened.passing)
    for article, late in _some(opened.waiting):
        say(f"{article} waits for {', '.join(late)}")
    for article, again in _some(opened.asked_again):
        questions = f"{count(len(again.questions), 'span')} asked about again ({', '.join(again.questions[:3])})"
        say(f"{article} was labelled again after it was opened; {questions}, the rest is as it was: {again.address}")
    for article, address in _some(opened.changed):
        say(f"{article} was labelled again after it was opened; {open_again(address)}")
    if opened.gold:
        say(f"{count(len(opened.gold), 'article')} that already have gold left out; --replace opens them too")
    flags = _FLAGS[which] + (" --replace" if replace else "")
    say(f"Next: {seat.annotator} decides and submits, then `hedgerow adjudicate --round {round_name} --pull{flags}`")


def _tell_passing(passing: Passing, singular: str, plural: str) -> None:
    """How many articles pass without an adjudicator, and why."""
    for articles, why in ((passing.alone, "only one annotator labelled"), (passing.agreed, "all annotators agree on")):
        if articles:
            say(f"{count(len(articles), 'article')} that {why} {singular if len(articles) == 1 else plural}")


def _tell_held(passing: Passing) -> None:
    """Which articles would pass, and why they are for an adjudicator to see."""
    if passing.held:
        say(f"{count(len(passing.held), 'article')} held back, because of what a check finds:")
    for article, codes in _some(passing.held):
        say(f"  {article}: {codes}")


def _pull(
    corpus: Corpus, round_name: str, seat: seats.Seat, accept_removals: bool, replace: bool, which: Opened
) -> None:
    decided = rounds_to_gold.pull_decisions(
        corpus, round_name, seat, accept_removals=accept_removals, again=replace, which=which, tell=tell
    )
    tell_left(decided)
    for removal in decided.removed[:SHOWN]:
        say(f"would be removed from gold: {removal.article_id}: {removal.what}")
    if decided.removed and not accept_removals:
        raise Problem(
            f"the decisions would take {count(len(decided.removed), 'thing')} (listed above) out of the gold, "
            "so it was left as it was",
            "if that is right, run it again with --accept-removals",
        )
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in sorted(decided.outcomes.items()))
    changed = ", ".join(below(corpus.record, path) for path in decided.written)
    say(f"gold: {count(len(decided.taken), 'article')} taken ({outcomes or 'no span'})")
    _tell_passing(decided.passing, "passed into the gold unadjudicated", "passed into the gold unadjudicated")
    say(f"pull {decided.pull_id}; changed: {changed or 'nothing'}")
    if decided.undecided or decided.changed or decided.asked_otherwise:
        raise typer.Exit(1)
    say("Next: `hedgerow validate --layer gold`, then `hedgerow build --out dist/gold`")


def tell_left(decided: rounds_to_gold.DecisionsPull) -> None:
    """The articles that were not taken, and why."""
    for article, problems in _some(decided.undecided):
        say(f"{article} has open questions: {decided.places[article]}")
        for problem in problems[:SHOWN]:
            say(f"  {problem}")
    for article, questions in _some(decided.asked_otherwise):
        say(
            f"{article} was labelled again after it was opened, so nothing is taken from it: "
            f"{', '.join(questions[:3])}; "
            "run `hedgerow adjudicate` without --pull, which asks that again and keeps the rest"
        )
    for article in decided.changed[:SHOWN]:
        say(
            f"{article} was labelled again after it was opened, so its decisions are not taken; "
            f"{open_again(decided.places[article])}"
        )
    if decided.withdrawn:
        say(f"withdrawn, so passed over; delete the tasks in Label Studio: {', '.join(decided.withdrawn)}")
    if decided.not_ended:
        say(f"{count(len(decided.not_ended), 'article')} not submitted yet")
    _tell_unopened(decided)
    if decided.gold:
        say(
            f"{count(len(decided.gold), 'article')} with gold of another round or adjudicator left as it is; "
            "--replace takes these decisions instead"
        )


def _tell_unopened(decided: rounds_to_gold.DecisionsPull) -> None:
    _tell_held(decided.passing)
    if decided.unopened:
        say(f"{count(len(decided.unopened), 'article')} not opened yet; run it once without --pull")


def _some(articles: dict[str, Detail]) -> list[tuple[str, Detail]]:
    return list(articles.items())[:SHOWN]
