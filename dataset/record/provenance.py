"""What each article of the gold rests on: how many annotators' work, and whether it was adjudicated."""

from __future__ import annotations

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from dataset.storage.address import Location
from dataset.storage.article_ranges import WHOLE, ArticleRange, read_range
from dataset.storage.tables import read_sound


def provenance_path(corpus: Corpus) -> Location:
    """Where the table `provenance` is."""
    return corpus.layer_path(GOLD) / "provenance.jsonl"


def read_provenance(corpus: Corpus) -> pl.DataFrame:
    """The table `provenance`, without a row for articles of which the record does not say it.

    Raises:
        Problem: the file is not that table.
    """
    return read_sound(provenance_path(corpus), schema.Provenance)


def published_provenance(corpus: Corpus, article_range: ArticleRange = WHOLE) -> pl.DataFrame:
    """article_id, `labelled_by` as a count, and `adjudicated`, of articles in an article range of the gold.

    Raises:
        Problem: the file cannot be read as the table, or is not sorted by article.
    """
    rows = read_range(provenance_path(corpus), schema.Provenance, article_range)
    counted = rows.select("article_id", pl.col("labelled_by").list.len().cast(pl.Int64), "adjudicated")
    return counted.unique("article_id", keep="last", maintain_order=True)


def adjudicated_articles(corpus: Corpus) -> frozenset[str]:
    """The articles of the gold about which an adjudicator decided, as far as the record says.

    Raises:
        Problem: the file is not the table.
    """
    return frozenset(read_provenance(corpus).filter("adjudicated")["article_id"])


def passed_articles(corpus: Corpus, round_name: str | None = None) -> frozenset[str]:
    """The articles that came into the gold without an adjudicator, from a round or from any.

    Raises:
        Problem: the file is not the table.
    """
    passed = read_provenance(corpus).filter(~pl.col("adjudicated"))
    return frozenset((passed if round_name is None else passed.filter(round=round_name))["article_id"])


def in_words(articles: pl.DataFrame) -> str:
    """How many articles rest on how many annotators, and how many were adjudicated; from these two columns of each."""
    total, unknown = articles.height, articles["adjudicated"].null_count()
    if unknown == total:
        return "The record does not say how many annotators labelled an article, nor whether it was adjudicated."
    counts = articles["labelled_by"].drop_nulls().value_counts().sort("labelled_by", descending=True)
    several = [
        f"{number} on the work of {who} {'annotator' if who == 1 else 'annotators'}"
        for who, number in counts.iter_rows()
    ]
    adjudicated, passed = articles.filter("adjudicated").height, articles.filter(~pl.col("adjudicated"))
    sentences = [
        f"Of the articles, {_listed(several)} (`labelled_by`).",
        f"{adjudicated} {'was' if adjudicated == 1 else 'were'} adjudicated (`adjudicated`).",
    ]
    if alone := passed.filter(pl.col("labelled_by") == 1).height:
        sentences.append(f"{alone} passed as the one annotator left {'it' if alone == 1 else 'them'}.")
    if agreed := passed.filter(pl.col("labelled_by") > 1).height:
        sentences.append(f"{agreed} passed because all annotators agreed.")
    if unknown:
        sentences.append(f"Of {unknown} the record does not say it.")
    return " ".join(sentences)


def _listed(parts: list[str]) -> str:
    """Parts of a sentence, the first with its verb."""
    first, *rest = parts
    number, _, words = first.partition(" ")
    return ", ".join([f"{number} {'rests' if number == '1' else 'rest'} {words}", *rest])
