from __future__ import annotations

from pathlib import Path

import datasets
import pytest

from dataset.intake.articles import ReadingOptions
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import read_all, refusals, take_in

ROWS = {"id": [1, 2], "body": ["Wind.", "Sun."], "published": ["2024-10-29", None]}
COLUMNS = {"article_id": "id", "text": "body"}


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    splits = {
        "train": datasets.Dataset.from_dict(ROWS),
        "test": datasets.Dataset.from_dict({"id": [3], "body": ["Fog."]}),
    }
    datasets.DatasetDict(splits).save_to_disk(str(tmp_path / "saved"))
    return tmp_path / "saved"


def test_a_saved_dataset_is_read_split_by_split(saved: Path, corpus: Corpus) -> None:
    assert take_in(corpus, saved, columns=COLUMNS).added == ["1", "2", "3"]
    assert open_corpus(corpus.root).text("3") == "Fog."
    (article,) = read_all(saved, ReadingOptions(COLUMNS, split="test"))
    assert article.place == f"{saved}, test, row 1"


def test_a_dataset_without_splits_is_read(tmp_path: Path) -> None:
    datasets.Dataset.from_dict(ROWS).save_to_disk(str(tmp_path / "saved"))
    assert [article.text for article in read_all(tmp_path / "saved", ReadingOptions(COLUMNS))] == ["Wind.", "Sun."]
    with pytest.raises(Problem, match="has no splits"):
        read_all(tmp_path / "saved", ReadingOptions(COLUMNS, split="train"))


def test_a_split_or_column_that_is_not_there_is_refused_with_those_that_are(saved: Path, corpus: Corpus) -> None:
    (reason,) = refusals(corpus, saved, options=ReadingOptions(COLUMNS, split="dev"))
    assert "has no split dev; it has train, test" in reason
    (reason,) = refusals(corpus, saved)
    assert "has no column text; it has id, body, published" in reason


def test_a_dataset_that_is_not_whole_is_refused(saved: Path, corpus: Corpus) -> None:
    (saved / "train" / "data-00000-of-00001.arrow").unlink()
    (reason,) = refusals(corpus, saved, options=ReadingOptions(COLUMNS))
    assert "cannot be read as a saved dataset" in reason
