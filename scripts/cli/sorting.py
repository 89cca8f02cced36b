"""What `pull`, `agree` and `adjudicate` do for a round of sorting, and say of it."""

from __future__ import annotations

import typer
from rich.table import Table

from annotation.aligning import adjudication, sorting_rounds
from annotation.aligning.adjudication import SortingDecisions, SortingRound
from annotation.aligning.sorting_rounds import SortingPull
from annotation.labelstudio.seats import Seat
from annotation.rounds.locks import measuring_alone
from dataset.agreement.bootstrap import Interval
from dataset.agreement.figures import figures_path, write_sorting
from dataset.agreement.sorting_figures import Agreed, sorting_agreement
from dataset.agreement.sortings import SortingAgreement
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import below
from dataset.record.locks import reading
from dataset.record.renewal import Accepted
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.statements.tables import dealt_events
from scripts.cli.console import OUT, SHOWN, bar, count, open_again, say, say_json, some, tell


def is_sorting(corpus: Corpus, round_name: str) -> bool:
    """Whether events were dealt in a round, and not articles."""
    with reading(corpus, tell):
        return not dealt_events(corpus, round_name).is_empty()


def sorters(corpus: Corpus, round_name: str) -> list[str]:
    """Whom a round's events were dealt to."""
    with reading(corpus, tell):
        return sorted(set(dealt_events(corpus, round_name)["annotator"]))


def pull(corpus: Corpus, round_name: str, seats: list[Seat], accept_removals: Accepted, *, full: bool) -> None:
    """Pulls a round of sorting, and says what came of it.

    Raises:
        Problem: the server cannot be asked.
        Exit: with 1, where an event was opened on other quotes, or the record keeps one that the server no longer has.
    """
    pulled = sorting_rounds.pull_sorting(
        corpus, round_name, seats, accept_removals=accept_removals, tell=tell, full=full
    )
    for who in pulled.submitted:
        _say_of(pulled, round_name, who)
    changed = ", ".join(below(corpus.record, path) for path in pulled.written)
    say(f"pull {pulled.pull_id}; changed: {changed or 'nothing'}")
    say(f"Next: `hedgerow validate`, then `hedgerow agree --round {round_name}`")
    if held := sum(map(len, pulled.held.values())):
        again = f"hedgerow pull --round {round_name} --accept-removals"
        say(
            f"{count(held, 'event')} left in the record as before, though gone from the server. To let it go: `{again}`"
        )
    if held or pulled.changed:
        raise typer.Exit(1)


def _say_of(pulled: SortingPull, round_name: str, who: str) -> None:
    waiting = pulled.waiting.get(who, [])
    submitted = f"{count(pulled.submitted[who], 'event')} submitted, {pulled.skipped[who]} skipped"
    say(f"{who}: {submitted}, {len(waiting)} still to do")
    for event, keys in pulled.open.get(who, {}).items():
        say(f"{who}: {count(len(keys), 'quote or number', 'quotes and numbers')} of {event} not sorted: {some(keys)}")
    for event in pulled.changed.get(who, []):
        say(
            f"{who}: the quotes of {event} have changed since it was opened; what the record holds of it stays. "
            f"To open it anew: `hedgerow align --round {round_name} --annotator {who}`"
        )
    for event, faults in pulled.faults.get(who, {}).items():
        for fault in faults[:SHOWN]:
            say(f"{who}: {event}: {fault}")
    kept = pulled.held.get(who, [])
    for event in pulled.removed.get(who, []):
        say(f"{who}: {event} is gone from the server, and {'kept in' if event in kept else 'removed from'} the record")


def agree(corpus: Corpus, round_name: str, *, as_json: bool) -> None:
    """Says how far each two annotators of a round put the same quotes and numbers together, and keeps the figures.

    Raises:
        Problem: no two annotators sorted the same event.
    """
    with measuring_alone(corpus, round_name, tell):
        with reading(corpus, tell):
            given, figures = _given(SortingRound(corpus, round_name)), sorting_agreement(corpus, round_name)
        if not any(agreed.events for by_kind in figures.values() for agreed in by_kind.values()):
            raise Problem(
                f"no two annotators have sorted the same event in round {round_name}",
                f"let them submit, then run `hedgerow pull --round {round_name}`",
            )
        write_sorting(corpus, round_name, figures, tell)
    if as_json:
        say_json(
            {",".join(pair): {kind: _row(each) for kind, each in kinds.items()} for pair, kinds in figures.items()}
        )
        return
    _show(figures)
    events = max(agreed.events for by_kind in figures.values() for agreed in by_kind.values())
    drawn = "events" if events > 1 else "the statements of a single event, so they say nothing of another event"
    if given:
        say(f"{count(given, 'quote or number', 'quotes and numbers')} stood sorted as in the gold, and do not count.")
    say(f"[low,high]: 95 % interval, bootstrap over {drawn}.")
    say("Where all draws are alike, it is Wilson's, by the number of items. –: there is no such figure.")
    say(f"All figures, with what they rest on: {figures_path(corpus, round_name).relative_to(corpus.root)}, or --json")


def _show(figures: Agreed) -> None:
    table = Table(
        "", *(f"{kind}s: {name}" for kind in STATEMENT_KINDS for name in ("pairs F1", "B³ F1", "on")), box=None
    )
    for pair, kinds in figures.items():
        cells = [[_cell(agreed.pairs), _cell(agreed.b_cubed), str(agreed.pairs.count)] for agreed in kinds.values()]
        table.add_row(",".join(pair), *(cell for row in cells for cell in row))
    OUT.print(table)


def _given(this_round: SortingRound) -> int:
    """How many quotes and numbers stood sorted when the events were opened, and were left so by all."""
    events = (list(this_round.sorted_by(event).values()) for event in this_round.events())
    return sum(len(frozenset.intersection(*(by.given for by in sortings))) for sortings in events if sortings)


def _row(agreed: SortingAgreement) -> dict[str, object]:
    return {"pairs": vars(agreed.pairs), "b_cubed": vars(agreed.b_cubed), "events": agreed.events}


def _cell(figure: Interval) -> str:
    if figure.value is None:
        return "–"
    value = ">.99" if 0.995 <= figure.value < 1 else f"{figure.value:.2f}"
    return value if figure.low is None else f"{value} \\[{figure.low:.2f},{figure.high:.2f}]"


def adjudicate(corpus: Corpus, round_name: str, seat: Seat, *, pull: bool, replace: bool) -> None:
    """Opens a round of sorting for adjudication, or takes the decisions into the gold.

    Raises:
        Problem: the round cannot be laid side by side, or the server cannot be asked.
    """
    if pull:
        _say_decisions(corpus, round_name, adjudication.pull_sorting_decisions(corpus, round_name, seat, tell=tell))
        return
    with bar(f"open {round_name}") as progress:
        opened = adjudication.open_sorting(corpus, round_name, seat, again=replace, progress=progress, tell=tell)
    sent = f"{count(opened.sent, 'event')} opened with {count(opened.disputes, 'dispute')}"
    say(f"{sent}, {opened.there} there before: {seat.studio.project_url(opened.project)}")
    for event, late in list(opened.waiting.items())[:SHOWN]:
        say(f"{event} waits for {', '.join(late)}")
    for event, address in opened.changed.items():
        say(f"{event} was sorted again after it was opened; {open_again(address)}")
    if opened.gold:
        say(f"{count(len(opened.gold), 'event')} that already have gold left out; --replace opens them too")
    say(f"Next: {seat.annotator} decides and submits, then `hedgerow adjudicate --round {round_name} --pull`")


def _say_decisions(corpus: Corpus, round_name: str, decided: SortingDecisions) -> None:
    for event, problems in decided.undecided.items():
        say(f"{event} is not taken: {decided.places.get(event, '')}")
        for problem in problems[:SHOWN]:
            say(f"  {problem}")
    for event in decided.changed:
        say(f"{event} was sorted again after it was opened, so it is not taken; {open_again(decided.places[event])}")
    if decided.not_ended:
        say(f"{count(len(decided.not_ended), 'event')} not submitted yet")
    for event, counts in decided.taken.items():
        of_kinds = ", ".join(count(number, kind) for kind, number in counts.items())
        say(f"gold: {event} taken with {of_kinds}")
    changed = ", ".join(below(corpus.record, path) for path in decided.written)
    say(f"pull {decided.pull_id}; changed: {changed or 'nothing'}")
    if decided.undecided or decided.changed:
        raise typer.Exit(1)
    say("Next: `hedgerow validate`, then `hedgerow compare`")
