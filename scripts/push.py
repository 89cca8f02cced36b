"""`hedgerow push`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.labelstudio import seats as accounts
from annotation.practice.project import not_passed
from annotation.rounds import push as pushing
from annotation.rounds.assistance import Assistance, require_suggestions
from dataset.intake.text import LONG_BYTES
from dataset.record.corpus import Corpus, open_corpus
from scripts.cli.console import CorpusOption, RoundOption, bar, count, say, tell
from scripts.cli.names import checked_names

SHOWN = 5


def _checked_share(share: float) -> float:
    if not 0 < share <= 1:
        raise typer.BadParameter("a share is more than 0 and at most 1, such as 0.2")
    return share


def _from_0_to_1(value: float) -> float:
    if not 0 <= value <= 1:
        raise typer.BadParameter("write a number from 0 to 1, such as 0.05")
    return value


def _checked_without(without: float) -> float:
    if not 0 <= without < 1:
        raise typer.BadParameter("the share without suggestions is from 0 to less than 1, such as 0.2")
    return without


def command(
    round_name: RoundOption,
    annotator: Annotated[list[str], typer.Option(help="Whom to deal the articles to; may be repeated.", metavar="A")],
    share: Annotated[
        float,
        typer.Option(
            help="The share of articles that everybody gets, for `agree`; each of the rest goes to one annotator.",
            metavar="S",
            callback=_checked_share,
        ),
    ] = 1.0,
    control: Annotated[
        float,
        typer.Option(
            help="How many articles that have gold are dealt to everybody, as a share of the others; for `agree`.",
            metavar="S",
            callback=_from_0_to_1,
        ),
    ] = 0.0,
    suggestions: Annotated[
        str | None,
        typer.Option(help="Show the suggestions of this layer, as rules, for annotators to decide on.", metavar="NAME"),
    ] = None,
    without: Annotated[
        float,
        typer.Option(
            help="With --suggestions: the share of articles that an annotator labels without them, to compare.",
            metavar="S",
            callback=_checked_without,
        ),
    ] = 0.0,
    least: Annotated[
        float,
        typer.Option(
            help="With --suggestions: show only spans with at least this score.", metavar="S", callback=_from_0_to_1
        ),
    ] = 0.0,
    corpus: CorpusOption = None,
) -> None:
    """Put the articles into Label Studio: one project per round and annotator, each article once.

    Everybody named gets all articles; with --share, the same part of them (at least one) and an even part of the rest.
    Then name all of the round's annotators in one call. What was dealt stays dealt.

    With --control, articles that have gold are dealt only as controls, which look like any other article: 0.05 is one
    for every twenty others, and at least one. `agree` shows how each annotator did on them.

    With --suggestions, articles open with what `hedgerow suggest` wrote for the round, for annotators to keep, change
    or drop. With --without 0.2, about a fifth of each annotator's articles has none, by chance, so that a small round
    may have none or only such; `suggest --report` compares the two.

    It can be run again at any time: nothing is sent twice, and what was cut off is resumed.

    Example: hedgerow push --round r1 --annotator a1 --annotator a2
    Example: hedgerow push --round r2 --annotator a1 --annotator a2 --share 0.2 --control 0.05
    Example: hedgerow push --round r2 --annotator a1 --suggestions rules --without 0.2 --least 0.8
    """
    here = open_corpus(corpus)
    names = checked_names(annotator)
    checked_names([round_name])
    assistance = _assistance(here, round_name, suggestions, without, least)
    seats = [accounts.seat(here, name) for name in names]
    accounts.require_open(seats)
    pushing.deal(here, round_name, names, share, tell, control)
    for seat in seats:
        with bar(f"push {round_name}/{seat.annotator}") as progress:
            done = pushing.push(here, round_name, seat, progress, tell, assistance)
        where = seat.studio.project_url(done.project)
        fresh = f"; {count(done.refreshed, 'open article')} given today's names" if done.refreshed else ""
        say(f"{seat.annotator}: {done.sent} sent, {done.there} there before{fresh}{_with_help(done)}: {where}")
    _warn_of_overlong(pushing.overlong(here, round_name))
    _warn_of_unpractised(not_passed(here, seats))
    if not all(seat.blind for seat in seats):
        say("This server shows annotators each other's projects: they are blind only by agreement.")
        say(
            "On it, each annotator switches on, once in each browser, “Select region after creating it” (the sliders "
            "below the article), and links with Alt+R; the page says so too."
        )
    say(f"Next: the annotators label and submit, then `hedgerow pull --round {round_name}`")


def _assistance(
    corpus: Corpus, round_name: str, suggestions: str | None, without: float, least: float
) -> Assistance | None:
    """The help that the options name, once the round has the layer for it."""
    if suggestions is None:
        if without or least:
            raise typer.BadParameter("--without and --least go with --suggestions")
        return None
    assistance = Assistance(suggestions, without, least)
    require_suggestions(corpus, round_name, assistance)
    return assistance


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
