"""`hedgerow feedback`."""

from __future__ import annotations

from annotation.adjudication import feedback
from annotation.labelstudio import seats
from annotation.rounds.push import dealt_to
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, OnlyAnnotatorOption, RoundOption, count, say, tell
from scripts.cli.names import checked_names


def command(
    round_name: RoundOption,
    annotator: OnlyAnnotatorOption = None,
    corpus: CorpusOption = None,
) -> None:
    """Show annotators what became of their spans, once a round is adjudicated.

    The page of each article then says which of the annotator's spans are in the gold, which were changed or dropped and
    by which rule, and what was missed, with the same in figures for each round so far. Nobody sees whose other spans
    were.

    Example: hedgerow feedback --round r1
    """
    here = open_corpus(corpus)
    checked_names([round_name])
    for name in checked_names(annotator or []) or dealt_to(here, round_name):
        result = feedback.show(here, round_name, seats.seat(here, name), tell)
        tally = result.tallies[round_name]
        figures = ", ".join(f"{tally.get(kind, 0)} {kind}" for kind in ("kept", "changed", "dropped", "missed"))
        say(f"{name}: {count(len(result.articles), 'article')} say what became of the spans: {figures}")
