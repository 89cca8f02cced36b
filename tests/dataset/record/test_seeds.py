from __future__ import annotations

import pytest

from dataset import schema
from dataset.record.corpus import Corpus, open_corpus
from dataset.scheme import vocabulary
from dataset.storage.atomic import sha256
from dataset.storage.tables import read_table, table_bytes
from tests.corpora import REPOSITORY


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return open_corpus(REPOSITORY)


TABLES = ["articles", "entities"]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_seeds_keeps_to_its_schema(corpus: Corpus, name: str) -> None:
    rows = read_table(corpus.seeds / f"{name}.jsonl", schema.RECORD[name])
    assert rows.height
    schema.RECORD[name].validate(rows, lazy=True)


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_seeds_is_written_as_the_tool_writes_it(corpus: Corpus, name: str) -> None:
    path = corpus.seeds / f"{name}.jsonl"
    assert table_bytes(read_table(path, schema.RECORD[name])) == path.read_bytes()


def test_there_are_five_articles_and_their_ids_are_the_stems_of_their_files(corpus: Corpus) -> None:
    assert corpus.articles.height == 5
    names = sorted(path.name for path in (corpus.seeds / "text").iterdir())
    assert names == [f"{article}.txt" for article in corpus.articles["article_id"]]


def test_articles_are_in_the_order_of_their_ids(corpus: Corpus) -> None:
    rows = read_table(corpus.seeds / "articles.jsonl", schema.Articles)
    assert rows.equals(corpus.articles)
    assert rows["article_id"].is_unique().all()


def test_every_text_is_the_one_that_its_hash_names(corpus: Corpus) -> None:
    for article, expected in corpus.articles.select("article_id", "text_sha256").iter_rows():
        assert sha256(corpus.text_path(article).read_bytes()) == expected
        assert corpus.text(article).encode() == corpus.text_path(article).read_bytes()


def test_no_two_articles_have_one_text(corpus: Corpus) -> None:
    assert corpus.articles["text_sha256"].is_unique().all()


def test_all_articles_report_one_event_in_english(corpus: Corpus) -> None:
    assert corpus.articles["event_id"].n_unique() == 1
    assert corpus.articles["event_id"].null_count() == 0
    assert set(corpus.articles["language"]) == {"en"}


def test_entities_are_unique_of_a_known_kind_and_of_that_event(corpus: Corpus) -> None:
    assert corpus.entities.select("event_id", "entity").is_unique().all()
    assert set(corpus.entities["kind"]) <= set(vocabulary.SPEAKER_KINDS)
    assert set(corpus.entities["event_id"]) == set(corpus.articles["event_id"])


def test_no_alias_stands_for_two_entities_or_is_one(corpus: Corpus) -> None:
    names = corpus.entities["entity"].to_list() + corpus.entities["aliases"].explode().drop_nulls().to_list()
    assert len(names) == len(set(names))


def test_every_alias_stands_in_an_article(corpus: Corpus) -> None:
    everything = "\n".join(corpus.texts()["article_text"])
    missing = [alias for aliases in corpus.entities["aliases"] for alias in aliases if alias not in everything]
    assert missing == []
