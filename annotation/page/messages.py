"""What the lead tells an annotator on the labelling page, in Markdown.

Answers to questions, what an article is returned for, and what became of the annotator's spans in the gold.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from annotation.guidelines.html import escaped
from dataset.record.rows import NoteRow

LONGEST: Final = 60


@dataclass(frozen=True)
class Correction:
    """What is to be corrected: the words where it is, if it has a place, what is wrong, and the rule, if it has one."""

    words: str | None
    message: str
    rule: str | None


def answers_markdown(notes: Iterable[NoteRow], words: Mapping[str, str]) -> str:
    """The answered questions of an article, each with its answer; empty where there are none.

    `words` are those of its spans, by span_id.
    """
    lines = [
        f"- {_at(words.get(note['span_id'] or ''))}{_line(note['question'])} **{_line(note['answer'])}**"
        for note in notes
        if note["answer"]
    ]
    return "\n".join(["**Answers from the lead**", "", *lines]) if lines else ""


def corrections_markdown(corrections: Sequence[Correction], *, answered: bool) -> str:
    """What an article is returned for: corrections, or an answer to a question about it, or both."""
    lines = [
        f"- {_at(item.words)}{_line(item.message)}" + (f" ({item.rule})" if item.rule else "") for item in corrections
    ]
    title = "**This article is back with you.** Please correct it, and submit it again."
    read = "**This article is back with you.** Read the answer below, change what follows from it, and submit it again."
    return "\n".join([title if lines else read, *(["", *lines] if lines else [])]) + (
        "\n\nAn answer to a question of yours is below." if lines and answered else ""
    )


@dataclass(frozen=True)
class SpanOutcome:
    """What became of a span: `kept`, `changed` or `dropped`, or `missed` of one that the gold alone has.

    `own` and `gold` are its words on either side, `changes` what differs besides the words, `rule` the one that decided
    and `note` what the adjudicator wrote; None where there is none.
    """

    kind: str
    label: str
    own: str | None
    gold: str | None
    changes: tuple[str, ...]
    rule: str | None
    note: str | None


OutcomeCounts = Mapping[str, int]
"""How many spans were kept, changed, dropped and missed, by these words."""


def outcomes_markdown(outcomes: Sequence[SpanOutcome], tallies: Mapping[str, OutcomeCounts]) -> str:
    """What became of an annotator's spans in an article, and in figures in each round, by the rounds' names."""
    own = [outcome for outcome in outcomes if outcome.kind != "missed"]
    kept = sum(outcome.kind == "kept" for outcome in own)
    lines = [_outcome_line(outcome) for outcome in outcomes if outcome.kind != "kept"]
    rounds = [f"- {name}: {_tally_line(tally)}" for name, tally in tallies.items()]
    summary = f"{kept} of your {len(own)} spans are in the gold as they stand."
    title = "**What became of your spans**"
    return "\n".join([title, "", summary, *(["", *lines] if lines else []), "", "Round by round:", "", *rounds])


def _outcome_line(outcome: SpanOutcome) -> str:
    rule = f" ({outcome.rule})" if outcome.rule else ""
    note = f" *{_line(outcome.note)}*" if outcome.note else ""
    if outcome.kind == "missed":
        return f"- {outcome.label}, missed: **{_line(both_ends(outcome.gold or ''))}**{rule}{note}"
    own = _line(both_ends(outcome.own or ""))
    if outcome.kind == "dropped":
        return f"- {outcome.label}, not in the gold: {own}{rule}{note}"
    words = f" → **{_line(both_ends(outcome.gold or ''))}**" if outcome.gold != outcome.own else ""
    changes = f"; {_line('; '.join(outcome.changes))}" if outcome.changes else ""
    return f"- {outcome.label}, changed: {own}{words}{changes}{rule}{note}"


def _tally_line(tally: OutcomeCounts) -> str:
    own = sum(tally.get(kind, 0) for kind in ("kept", "changed", "dropped"))
    kept = tally.get("kept", 0)
    share = f" ({kept / own:.0%})" if own else ""
    rest = ", ".join(f"{tally.get(kind, 0)} {kind}" for kind in ("changed", "dropped", "missed"))
    return f"{kept} of {own} kept{share}, {rest}"


def _at(words: str | None) -> str:
    return f"*{_line(both_ends(words))}*: " if words else ""


def both_ends(words: str, longest: int = LONGEST) -> str:
    """Words without their middle, where they are longer than `longest` code points."""
    half = longest // 2
    return words if len(words) <= longest else f"{words[:half]} … {words[-half:]}"


def _line(words: str | None) -> str:
    """Words on one line, in which nothing is markup; `$40` becomes `$ 40`, which the page would take for task data."""
    return re.sub(r"\$(?=\w)", "$ ", escaped(" ".join((words or "").split())))
