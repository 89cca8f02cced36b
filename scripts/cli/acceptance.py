"""What became of a round's suggestions, as people read it on a terminal."""

from __future__ import annotations

from rich.table import Table

from annotation.suggesting.acceptance import HASTY_SECONDS, Acceptance, ArmDifference
from scripts.cli.console import OUT, count, say


def show_acceptance(accepted: Acceptance) -> None:
    """Prints the tables, and what they say of the annotators."""
    helped, alone = accepted.articles
    say(f"{accepted.round}: {count(helped, 'article')} with suggestions, {count(alone, 'article')} without")
    OUT.print(_shares(accepted))
    if accepted.changes:
        say(f"Changed: {', '.join(f'{what} {number}' for what, number in accepted.changes.items())}")
    say(f"Added by hand: {', '.join(count(number, label) for label, number in accepted.added.items())}")
    if alone:
        OUT.print(_differences(accepted))
        say("[low,high]: 95 % interval of the difference, bootstrap over articles; [–]: too few articles for one.")
    for annotator in accepted.hasty:
        say(
            f"{annotator} kept every suggestion, half of them within {HASTY_SECONDS:g} seconds: talk to {annotator}, "
            "and do not score a model on this work"
        )


def _shares(accepted: Acceptance) -> Table:
    table = Table("", "score", "shown", "kept", "changed", "dropped", "not decided", "kept of those decided", box=None)
    for share in accepted.shares:
        precision = "–"
        if share.precision:
            value, low, high = share.precision
            precision = f"{value:.2f} \\[{low:.2f},{high:.2f}]"
        counts = (share.shown, share.kept, share.changed, share.dropped, share.unseen)
        table.add_row(share.label, f"{share.low:g}–{share.high:g}", *map(str, counts), precision)
    return table


def _differences(accepted: Acceptance) -> Table:
    table = Table("", "with", "without", "difference", box=None)
    for difference in accepted.differences:
        table.add_row(difference.figure, *_cells(difference))
    return table


def _cells(difference: ArmDifference) -> tuple[str, str, str]:
    values = (difference.with_help, difference.without)
    first, second = ("–" if value is None else f"{value:.1f}" for value in values)
    if None in values or difference.interval is None:
        return first, second, "\\[–]"
    low, high = difference.interval
    return first, second, f"\\[{low:+.1f},{high:+.1f}]"
