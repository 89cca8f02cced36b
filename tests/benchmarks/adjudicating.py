"""What an adjudicator sees of a round, and what opening and pulling cost.

`python -m tests.benchmarks.adjudicating 300 0.04 0.25` measures it. The round has three annotators and a share of 0.2;
the second and third may have 4 % of their spans otherwise, then 25 %. A server of its own is started for each.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Final
from unittest.mock import patch

from annotation.adjudication.passing import Opened
from annotation.adjudication.rounds_to_gold import open_round, pull_decisions
from annotation.embedded.server import Server
from annotation.labelstudio.seats import seat
from annotation.rounds import push
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import read_layer, write_layers
from tests.benchmarks import corpora

ANNOTATORS: Final = ["a1", "a2", "a3"]
SHARE: Final = 0.2


def write_dealt(folder: Path, count: int, different: float) -> Corpus:
    """A corpus with a round of which each annotator has the articles that were dealt to them, and has ended them."""
    with patch.object(corpora, "DIFFERENT", different):
        corpus = corpora.write_annotators(folder, count)
    deals = push.deal(corpus, "r1", ANNOTATORS, SHARE)
    for who in ANNOTATORS:
        path = corpus.layer_path(f"r1/{who}")
        dealt = deals.filter(annotator=who)["article_id"].to_list()
        write_layers({path: read_layer(path, f"r1/{who}").only(dealt)})
    return open_corpus(folder)


def measured(count: int, different: float) -> Iterator[str]:
    """Lines that say what was measured."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = write_dealt(Path(scratch) / "corpus", count, different)
        server = Server(corpus.state)
        server.up(["adjudicator"], None, print)
        try:
            for which in Opened:
                yield _seen(corpus, which)
        finally:
            server.down()


def _seen(corpus: Corpus, which: Opened) -> str:
    judge = seat(corpus, "adjudicator")
    began = perf_counter()
    opened = open_round(corpus, "r1", judge, again=False, which=which)
    sent = perf_counter()
    decided = pull_decisions(corpus, "r1", judge, accept_removals=False, which=which)
    pulled = perf_counter()
    cards = [card for task in judge.studio.tasks(opened.project) for card in task["data"]["cards"]["cards"]]
    preset = sum(bool(card["majority"]) for card in cards)
    judge.studio.delete_project(opened.project)
    return (
        f"{which}: {opened.sent} articles opened with {opened.questions} questions, {preset} of them preset, "
        f"in {sent - began:.1f} s; pull {pulled - sent:.1f} s, {len(decided.passing.articles)} passed, "
        f"{len(opened.passing.held)} held back"
    )


if __name__ == "__main__":
    for share in map(float, sys.argv[2:]):
        for line in measured(int(sys.argv[1]), share):
            print(f"{share:.0%} otherwise, {line}", flush=True)
