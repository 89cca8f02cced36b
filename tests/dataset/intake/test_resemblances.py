from __future__ import annotations

from pathlib import Path

import pytest

from dataset.intake import resemblances as resembling
from dataset.intake.resemblances import Resemblance
from dataset.intake.sources import sources_of
from dataset.intake.taking_in import intake, look_into
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.disks import tree

LONG = " ".join(f"word{n}" for n in range(300)) + "."
RETOLD = " ".join(f"word{n}" for n in range(40, 90)) + ", it was reported."
PASSAGE = " ".join(f"word{n}" for n in range(40, 90)) + " ".join(f" own{n}" for n in range(200))


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"long": LONG, "rain": "Rain fell on the port for nine days."})


@pytest.fixture
def new(tmp_path: Path) -> list[str]:
    texts = {"copy": f"{LONG} And more.", "retold": RETOLD, "passage": PASSAGE, "own": "Nothing that anybody has."}
    for name, text in texts.items():
        (tmp_path / f"{name}.txt").write_text(text)
    return [str(tmp_path / f"{name}.txt") for name in texts]


def pairs(several: list[Resemblance]) -> dict[frozenset[str], bool]:
    return {frozenset({pair.article_id, pair.resembles}): pair.near for pair in several}


EXPECTED = {
    frozenset({"copy", "long"}): True,
    frozenset({"retold", "long"}): True,
    frozenset({"retold", "copy"}): True,
    frozenset({"passage", "long"}): False,
    frozenset({"passage", "copy"}): False,
    frozenset({"passage", "retold"}): True,
}


def test_a_copy_a_retelling_and_a_shared_passage_are_seen_among_new_articles_and_those_there(
    corpus: Corpus, new: list[str]
) -> None:
    gathered = intake(corpus, sources_of(new))
    assert pairs(gathered.resemblances) == EXPECTED
    assert gathered.added == ["copy", "own", "passage", "retold"]


def test_a_dry_run_sees_the_same_and_writes_nothing(corpus: Corpus, new: list[str]) -> None:
    before = tree(corpus.seeds)
    assert pairs(look_into(corpus, sources_of(new)).resemblances) == EXPECTED
    assert tree(corpus.seeds) == before


def test_of_very_many_texts_a_part_of_the_runs_is_compared(
    corpus: Corpus, new: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resembling, "WHOLE", 2_000)
    assert frozenset({"copy", "long"}) in pairs(look_into(corpus, sources_of(new)).resemblances)


def test_a_text_of_the_corpus_that_is_missing_is_passed_over(corpus: Corpus, new: list[str]) -> None:
    corpus.text_path("long").unlink()
    assert frozenset({"retold", "copy"}) in pairs(intake(corpus, sources_of(new)).resemblances)
