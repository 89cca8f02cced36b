"""`hedgerow inbox`."""

from __future__ import annotations

from typing import Annotated

import typer

from annotation.labelstudio import seats
from annotation.rounds import inbox
from annotation.rounds.inbox import Question
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from scripts.cli.console import CorpusOption, JsonOption, say, say_json, tell
from scripts.cli.findings import line, short_line
from scripts.cli.names import checked_names


def command(
    words: Annotated[str | None, typer.Argument(help="With --answer: the answer.", metavar="TEXT")] = None,
    answer: Annotated[
        str | None, typer.Option("--answer", help="The question to answer, by the id shown before it.", metavar="ID")
    ] = None,
    round_name: Annotated[
        str | None, typer.Option("--round", help="Only questions of this round.", metavar="R")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Show the answered questions, too.")] = False,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the questions that annotators asked on the labelling page, and answer them.

    A question comes with the next pull of its article. The answer goes into the record and onto the annotator's page,
    where it is shown while no span is selected; `return` brings the article back to the annotator. To correct an
    answer, answer again.

    Example: hedgerow inbox
    Example: hedgerow inbox --answer 3f9a01c2 "Yes: the marks belong to the quote (Q1)."
    """
    here = open_corpus(corpus)
    checked_names([round_name] if round_name else [])
    if (answer is None) != (words is None):
        raise typer.BadParameter('an answer needs an id and words: --answer ID "TEXT"')
    if answer is not None and words is not None:
        _answer(here, answer, words)
        return
    asked = inbox.questions(here, round_name, tell)
    shown = asked if show_all else inbox.open_only(asked)
    if as_json:
        say_json([{"id": each.id, **each.note, "words": each.words} for each in shown])
    else:
        _print(shown, len(asked) - len(inbox.open_only(asked)))


def _answer(corpus: Corpus, named: str, words: str) -> None:
    question = inbox.find_question(corpus, named)
    inbox.answer(corpus, question, words, tell)
    note = question.note
    say(f"answered {question.id}; the answer is in the record of {question.layer}")
    try:
        seat = seats.seat(corpus, note["annotator"])
        address = inbox.put_on_page(corpus, note["round"], seat, note["article_id"], tell)
    except Problem as problem:
        raise Problem(
            f"the answer is in the record, but {note['annotator']} cannot see it yet: {problem.what}",
            f"{problem.next_step}; then run the same command again",
        ) from None
    say(f"{note['annotator']} sees it at {address}")
    say(f"To bring the article back to {note['annotator']}: `hedgerow return --round {note['round']}`")


def _print(shown: list[Question], answered: int) -> None:
    for each in shown:
        about = f": “{short_line(each.words)}”" if each.words else ""
        say(f"{each.id}  {each.layer}  {each.note['article_id']}{about}")
        say(f"  {line(each.note['question'])}")
        if each.note["answer"]:
            say(f"  → {line(each.note['answer'])}")
    if shown:
        say('Answer one with `hedgerow inbox --answer ID "…"`')
    elif answered:
        say("No question is open; --all shows those that were answered")
    else:
        say("Nobody has asked anything")
