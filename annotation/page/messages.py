"""What the lead tells an annotator on the labelling page, in Markdown: answers, and what an article is returned for."""

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


def _at(words: str | None) -> str:
    return f"*{_line(_shortened(words))}*: " if words else ""


def _shortened(words: str) -> str:
    half = LONGEST // 2
    return words if len(words) <= LONGEST else f"{words[:half]} … {words[-half:]}"


def _line(words: str | None) -> str:
    """Words on one line, in which nothing is markup; `$40` becomes `$ 40`, which the page would take for task data."""
    return re.sub(r"\$(?=\w)", "$ ", escaped(" ".join((words or "").split())))
