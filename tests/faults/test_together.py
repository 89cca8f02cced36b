"""Commands that run at the same moment: what each article, submission and row is afterwards."""

from __future__ import annotations

import pytest

from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus
from tests.commands import Running
from tests.faults.table import tally
from tests.faults.test_server import TEXTS, Fresh, on_server, prepared, record


def twice(command: str, corpus: Corpus) -> None:
    words = [command, "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)]
    for done in [run.ended() for run in [Running(*words), Running(*words)]]:
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["push", "pull"])
@pytest.mark.parametrize("often", [1, pytest.param(20, marks=pytest.mark.soak)])
def test_two_of_a_command_at_once_do_what_one_does(new_corpus: Fresh, a1: Seat, command: str, often: int) -> None:
    alone = new_corpus(TEXTS)
    step, who, _ = prepared(alone, command)
    step(alone, who)
    expected = dict(record(alone) + on_server(alone, a1))
    with tally("two at once", command) as counted:
        for _ in range(often):
            corpus = new_corpus(TEXTS)
            prepared(corpus, command)
            twice(command, corpus)
            counted.tried += 1
            counted.compare(expected, record(corpus) + on_server(corpus, a1))
