"""`hedgerow push`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.labelstudio import seats as accounts
from annotation.labelstudio.seats import Seat
from annotation.practice.project import not_passed
from annotation.rounds import push as pushing
from annotation.rounds.assistance import Assistance, require_suggestions
from annotation.rounds.plans import PlanChange, RoundPlan
from dataset.intake.text import LONG_BYTES
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from scripts.cli.console import CorpusOption, RoundOption, bar, count, say, tell
from scripts.cli.names import checked_names

SHOWN = 5


def _checked_share(share: float | None) -> float | None:
    if share is not None and not 0 < share <= 1:
        raise typer.BadParameter("a share is more than 0 and at most 1, such as 0.2")
    return share


def _from_0_to_1(value: float | None) -> float | None:
    if value is not None and not 0 <= value <= 1:
        raise typer.BadParameter("write a number from 0 to 1, such as 0.05")
    return value


def _checked_without(without: float | None) -> float | None:
    if without is not None and not 0 <= without < 1:
        raise typer.BadParameter("the share without suggestions is from 0 to less than 1, such as 0.2")
    return without


def command(
    round_name: RoundOption,
    annotator: Annotated[
        list[str] | None,
        typer.Option(help="Deal to this annotator, besides those whom the round has; may be repeated.", metavar="A"),
    ] = None,
    share: Annotated[
        float | None,
        typer.Option(
            help="The share of articles that everybody gets, for `agree`; each of the rest goes to one annotator. "
            "1 in a new round.",
            metavar="S",
            callback=_checked_share,
        ),
    ] = None,
    control: Annotated[
        float | None,
        typer.Option(
            help="How many articles that have gold are dealt to everybody, as a share of the others; for `agree`.",
            metavar="S",
            callback=_from_0_to_1,
        ),
    ] = None,
    cap: Annotated[
        int | None,
        typer.Option(help="Deal nobody more open articles than this at once; 0: as many as there are.", min=0),
    ] = None,
    suggestions: Annotated[
        str | None,
        typer.Option(
            help="Show the suggestions of this layer, such as rules, to annotators, who decide.", metavar="NAME"
        ),
    ] = None,
    without: Annotated[
        float | None,
        typer.Option(
            help="With --suggestions: the share of articles that an annotator labels without them, to compare.",
            metavar="S",
            callback=_checked_without,
        ),
    ] = None,
    least: Annotated[
        float | None,
        typer.Option(
            help="With --suggestions: show only spans with at least this score.", metavar="S", callback=_from_0_to_1
        ),
    ] = None,
    corpus: CorpusOption = None,
) -> None:
    """Put the articles into Label Studio: one project per round and annotator, each article once.

    Everybody named gets all articles; with --share, the same part of them (at least one) and an even part of the rest.
    The round remembers all this in its round.toml: without options, `push` repeats it, and deals what has come since.
    An option that differs from before is named, and applies from then on; what was dealt stays dealt. To take articles
    back, see `reassign` and `unassign`.

    With --cap 20, an annotator has at most 20 open articles at once, and the next push brings them back up to 20.

    With --control, articles that have gold are dealt only as controls, which look like any other article: 0.05 is one
    for every twenty others, but at least one. `agree` shows how each annotator did on them.

    With --suggestions, articles open with what `hedgerow suggest` wrote for the round, for annotators to keep, change
    or drop. With --without 0.2, about a fifth of each annotator's articles has none, by chance, so that a small round
    may have none or only such; `suggest --report` compares the two.

    It can be run again at any time: nothing is sent twice, and what was cut off is resumed.

    Example: hedgerow push --round r1 --annotator a1 --annotator a2
    Example: hedgerow push --round r1
    Example: hedgerow push --round r2 --annotator a1 --annotator a2 --share 0.2 --control 0.05 --cap 20
    Example: hedgerow push --round r2 --annotator a1 --suggestions rules --without 0.2 --least 0.8
    """
    here = open_corpus(corpus)
    names = checked_names(annotator or [])
    checked_names([round_name])
    change = PlanChange(tuple(names), share, control, cap, suggestions, without, least)
    plan = _planned(here, round_name, change)
    seats, passed_over = _seats(here, round_name, plan, names)
    pushing.refuse_other_help(here, round_name, seats, plan.assistance)
    ended = {seat.annotator: pushing.ended_on_server(here, round_name, seat) for seat in seats if plan.cap}
    dealt = pushing.deal_round(here, round_name, change, tell, ended=ended, passed_over=passed_over)
    for line in dealt.changes:
        say(f"{round_name}: {line}")
    for seat in seats:
        _push_to(here, round_name, seat, plan.assistance)
    _say_of_the_undealt(here, round_name, dealt)
    _warn_of_overlong(pushing.overlong(here, round_name))
    _warn_of_unpractised(not_passed(here, seats))
    if not all(seat.blind for seat in seats):
        _say_what_differs_elsewhere()
    say(f"Next: the annotators label and submit, then `hedgerow pull --round {round_name}`")


def _push_to(corpus: Corpus, round_name: str, seat: Seat, assistance: Assistance | None) -> None:
    """Sends an annotator what was dealt, and says what was sent where."""
    with bar(f"push {round_name}/{seat.annotator}") as progress:
        done = pushing.push(corpus, round_name, seat, progress, tell, assistance)
    where = seat.studio.project_url(done.project)
    fresh = f"; {count(done.refreshed, 'open article')} given today's names" if done.refreshed else ""
    say(f"{seat.annotator}: {done.sent} sent, {done.there} there before{fresh}{_with_help(done)}: {where}")


def _say_what_differs_elsewhere() -> None:
    """What is otherwise on a server that Hedgerow does not run."""
    say("This server shows annotators each other's projects: they are blind only by agreement.")
    say(
        "On it, each annotator switches on, once in each browser, “Select region after creating it” (the sliders "
        "below the article), and links with Alt+R; the page says so too."
    )


def _planned(corpus: Corpus, round_name: str, change: PlanChange) -> RoundPlan:
    """The round's plan with the change, once the round has the layer of suggestions that it names."""
    plan = pushing.planned(corpus, round_name, change)
    if plan.assistance is None:
        if change.without or change.least:
            raise typer.BadParameter("--without and --least go with --suggestions")
    else:
        require_suggestions(corpus, round_name, plan.assistance)
    return plan


def _seats(corpus: Corpus, round_name: str, plan: RoundPlan, named: list[str]) -> tuple[list[Seat], list[str]]:
    """Where those work who have articles in the round or are to get some, and who of them gets none now.

    Raises:
        Problem: one who is named, or everybody, has no account or is closed.
    """
    seats, passed_over = list[Seat](), dict[str, Problem]()
    for name in sorted({*plan.annotators, *pushing.holders(corpus, round_name)}):
        try:
            seat = accounts.seat(corpus, name)
            accounts.require_open([seat])
            seats.append(seat)
        except Problem as refusal:
            if name in named:
                raise
            passed_over[name] = refusal
    if not seats:
        raise next(iter(passed_over.values()))
    for name, reason in passed_over.items():
        instead = reason.next_step
        if isinstance(reason, accounts.NotLetIn):
            unassign = f"hedgerow unassign --round {round_name} --annotator {name}"
            instead = f"`{unassign}` gives back what they have not begun"
        say(f"{name} is passed over, because {reason.what}; {instead}")
    return seats, [*passed_over]


def _say_of_the_undealt(corpus: Corpus, round_name: str, dealt: pushing.DealtRound) -> None:
    if dealt.plan.cap and (waiting := pushing.undealt(corpus, dealt)):
        say(
            f"{count(len(waiting), 'article')} wait for room below the cap of {dealt.plan.cap}: "
            f"`hedgerow push --round {round_name}` deals them as others are submitted"
        )


def _with_help(done: pushing.PushResult) -> str:
    """How many of an annotator's articles are with suggestions and without, where there are any."""
    if done.without is None:
        return ""
    return f"; {done.sent + done.there - done.without} with suggestions, {done.without} without"


def _warn_of_overlong(sizes: dict[str, int]) -> None:
    for article, size in list(sizes.items())[:SHOWN]:
        say(
            f"{article} has {size / 1000:.0f} kB: above {LONG_BYTES // 1000} kB the labelling page gets slow. "
            "Before anybody labels it, take it in again as several shorter articles of its event."
        )
    if len(sizes) > SHOWN:
        say(f"... and {len(sizes) - SHOWN} more articles as long.")


def _warn_of_unpractised(names: list[str]) -> None:
    if names:
        has, which = "have" if names[1:] else "has", " ".join(f"--annotator {name}" for name in names)
        say(
            f"{', '.join(names)} {has} not passed the practice round: see the scores with `hedgerow practice`, "
            f"or open it with `hedgerow practice {which}`"
        )
