"""What `hedgerow pull` does for a round of sorting, and says of it."""

from __future__ import annotations

from annotation.aligning import sorting_rounds
from annotation.aligning.sorting_rounds import SortingPull
from annotation.labelstudio.seats import Seat
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import below
from scripts.cli.console import count, say, tell

SHOWN = 20


def pull(corpus: Corpus, round_name: str, seats: list[Seat], accept_removals: bool, *, full: bool) -> None:
    """Pulls a round of sorting, and says what came of it.

    Raises:
        Problem: it would take events out of the record, or the server cannot be asked.
    """
    pulled = sorting_rounds.pull_sorting(
        corpus, round_name, seats, accept_removals=accept_removals, tell=tell, full=full
    )
    for who in pulled.submitted:
        _say_of(pulled, who)
    changed = ", ".join(below(corpus.record, path) for path in pulled.written)
    say(f"pull {pulled.pull_id}; changed: {changed or 'nothing'}")
    if pulled.removed and not accept_removals:
        raise Problem(
            f"the pull would take {count(sum(map(len, pulled.removed.values())), 'event')} (listed above) out of the "
            "record, so the record was left as it was",
            "if that is right, run it again with --accept-removals",
        )
    say("Next: `hedgerow validate`")


def _say_of(pulled: SortingPull, who: str) -> None:
    waiting = pulled.waiting.get(who, [])
    submitted = f"{count(pulled.submitted[who], 'event')} submitted, {pulled.skipped[who]} skipped"
    say(f"{who}: {submitted}, {len(waiting)} still to do")
    for event, keys in pulled.open.get(who, {}).items():
        say(f"{who}: {count(len(keys), 'quote or number', 'quotes and numbers')} of {event} not sorted: {_some(keys)}")
    for event in pulled.changed.get(who, []):
        say(f"{who}: the quotes of {event} have changed since it was opened; what the record holds of it stays")
    for event, faults in pulled.faults.get(who, {}).items():
        for fault in faults[:SHOWN]:
            say(f"{who}: {event}: {fault}")
    for event in pulled.removed.get(who, []):
        say(f"would be removed from {who}: {event}")


def _some(keys: list[str]) -> str:
    more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
    return ", ".join(keys[:SHOWN]) + more
