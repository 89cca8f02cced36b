"""`hedgerow return`."""

from __future__ import annotations

from collections.abc import Iterable

from annotation.labelstudio import seats
from annotation.rounds import returning
from annotation.rounds.push import dealt_to
from annotation.rounds.returning import ReturnResult
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, OnlyAnnotatorOption, RoundOption, count, say, tell
from scripts.cli.names import checked_names


def command(
    round_name: RoundOption,
    annotator: OnlyAnnotatorOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Bring articles with errors or answered questions back to their annotators, first in the queue.

    What the checks found is shown on the article's page, with all that was labelled, until it is submitted again; the
    next pull says which articles were corrected. The record keeps what was pulled. An article that was changed since
    the last pull is left alone.

    Example: hedgerow return --round r1
    Example: hedgerow return --round r1 --annotator a1
    """
    here = open_corpus(corpus)
    checked_names([round_name])
    for name in checked_names(annotator or []) or dealt_to(here, round_name):
        _print(round_name, returning.return_articles(here, round_name, seats.seat(here, name), tell))


def _print(round_name: str, result: ReturnResult) -> None:
    who = result.annotator
    opened = count(len(result.opened), "article")
    say(f"{who}: {opened} returned, first in the queue of {result.queue}" if result.opened else f"{who}: none returned")
    _list(result.opened.items())
    groups = {
        "returned before and not submitted again yet": result.out,
        f"returned, but only at its address; send that to {who}": result.submitted,
        f"changed since the last pull, so left alone; run `hedgerow pull --round {round_name}`": result.not_pulled,
        "corrected, so its page asks for nothing any more": result.cleared,
    }
    for what, articles in groups.items():
        if articles:
            say(f"{who}: {what}:")
            _list(articles.items())
    if result.absent:
        say(f"{who}: without a submission on the server, so not returned: {', '.join(result.absent)}")


def _list(articles: Iterable[tuple[str, str]]) -> None:
    for article, address in articles:
        say(f"  {article}  {address}")
