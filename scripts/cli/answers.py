"""What a person answers, at the terminal, to an event that is proposed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

import typer

from dataset import schema
from scripts.cli.console import say

HELP = (
    "Enter accepts all of them, and an id accepts them under that id, which merges them with an event that has it. "
    "Numbers, as 1 3 4, accept only those, also with an id, and the rest is asked about again. n leaves them without "
    "an event, and q stops."
)


class Choice(Enum):
    """What becomes of the articles that are shown."""

    ACCEPT = "accept"
    LEAVE = "leave"
    STOP = "stop"


@dataclass(frozen=True)
class Answer:
    """A choice, the event that is accepted, and the numbers of the articles that it is for; none means all of them."""

    choice: Choice
    event: str = ""
    numbers: tuple[int, ...] = ()

    @property
    def ends(self) -> bool:
        """Whether nothing is left to be asked of these articles."""
        return not self.numbers


def read_answer(event: str, articles: int) -> Answer:
    """Asks until the answer can be understood; at the end of the input, stops."""
    while True:
        try:
            typed = typer.prompt("accept? [Enter, id, numbers, n, q, ?]", default="", show_default=False)
        except typer.Abort:
            return Answer(Choice.STOP)
        answer = understood(typed, event, articles)
        if answer is not None:
            return answer
        say(HELP)


def understood(typed: str, event: str, articles: int) -> Answer | None:
    """What a line says of articles 1 to `articles` that are proposed for an event; None where it says nothing."""
    words = typed.replace(",", " ").split()
    if words in (["n"], ["q"]):
        return Answer(Choice.LEAVE if words == ["n"] else Choice.STOP)
    numbers = tuple(dict.fromkeys(int(word) for word in words if word.isascii() and word.isdigit()))
    names = [word for word in words if not (word.isascii() and word.isdigit())]
    sound = all(1 <= number <= articles for number in numbers) and len(names) <= 1
    if not sound or {"n", "q"}.intersection(names) or not all(re.fullmatch(schema.IDENTIFIER, name) for name in names):
        return None
    return Answer(Choice.ACCEPT, names[0] if names else event, numbers)
