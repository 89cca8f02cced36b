from __future__ import annotations

import json

import pytest

from annotation.labelstudio.seats import Seat
from annotation.rounds import push
from dataset.record.corpus import Corpus
from tests.annotation.rounds.test_pull import labelled, submit
from tests.corpora import copy_of_the_seeds
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


def test_it_counts_what_the_server_knows(corpus: Corpus, a1: Seat) -> None:
    push.deal(corpus, "r1", ["a1", "a2"])
    push.push(corpus, "r1", a1)
    first = a1.studio.ends(push.push(corpus, "r1", a1).project)[0]["id"]
    submit(a1, first, labelled())
    done = hedgerow("progress", "--round", "r1", "--json", "--corpus", str(corpus.root))
    known = json.loads(done.stdout)
    first_row, second_row = known["annotators"]
    assert (
        first_row["source"],
        first_row["dealt"],
        first_row["open"],
        first_row["done"],
        first_row["minutes_median"],
    ) == ("server", 3, 2, 1, 0.21)
    assert (second_row["source"], second_row["dealt"], second_row["open"]) == ("record", 3, 3)
    assert list(known["not_asked"]) == ["a2"]


def test_without_a_server_the_record_tells_and_it_says_so(tmp_path_factory: pytest.TempPathFactory) -> None:
    corpus = copy_of_the_seeds(tmp_path_factory.mktemp("shipped") / "corpus")
    done = hedgerow("progress", "--round", "r1", "--corpus", str(corpus.root))
    assert done.returncode == 0
    assert ["a1", "5", "0", "0", "5", "–", "–"] in [line.split() for line in done.stdout.splitlines()]
    assert "a1: from the record as it was pulled last, because no Label Studio is set up here" in done.stdout


def test_a_round_that_nobody_knows_ends_with_one_line_and_3(tmp_path_factory: pytest.TempPathFactory) -> None:
    corpus = copy_of_the_seeds(tmp_path_factory.mktemp("shipped") / "corpus")
    assert_one_line_and_3(
        hedgerow("progress", "--round", "r9", "--corpus", str(corpus.root)), "hedgerow push --round r9"
    )


@pytest.mark.parametrize("share", ["0", "-0.1", "1.01", "nan", "much"])
def test_a_share_that_is_none_is_wrong_usage(share: str) -> None:
    done = hedgerow("push", "--round", "r1", "--annotator", "a1", "--share", share)
    assert done.returncode == 2
    assert "--share" in done.stderr


def test_a_share_is_dealt_and_sent(corpus: Corpus) -> None:
    words = ("push", "--round", "r1", "--annotator", "a1", "--annotator", "a2", "--share", "0.3")
    done = hedgerow(*words, "--corpus", str(corpus.root))
    assert done.returncode == 0, done.stderr
    assert "a1: 2 sent" in done.stdout and "a2: 2 sent" in done.stdout
