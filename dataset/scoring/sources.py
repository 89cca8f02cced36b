"""What can be scored, or scored against, read from a layer of the record or a built dataset folder."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.agreement.compared import OTHER_TEXT
from dataset.folder.folder import SPLIT, DatasetFolder, read_built, reading
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, read_layer, table_path
from dataset.record.shown import assisted_work
from dataset.record.splits import fixed_splits
from dataset.scheme import vocabulary
from dataset.scoring.labelled import ARTICLE, LINK, SPAN, TELLING, LabelledArticles
from dataset.statements.tables import read_gold, read_sorting
from dataset.storage.tables import read_table

WHOLE, PARTLY = vocabulary.DEGREES
_TELLERS: Final = {"statements": "quote_id", "figures": "span_id"}
"""The configs that say what tells a statement or figure, and the column that names it."""


def of_layer(corpus: Corpus, name: str) -> LabelledArticles:
    """What a layer of the record holds: its submitted articles, their spans, links and, of the gold, tellings.

    Raises:
        Problem: a table or a text cannot be read, or the layer holds work on another text than the corpus has.
    """
    return of_work(corpus, read_layer(corpus.layer_path(name), name))


def of_work(corpus: Corpus, layer: Layer) -> LabelledArticles:
    """What a layer holds, whether it is in the record or not.

    Raises:
        Problem: a text cannot be read, or the layer holds work on another text than the corpus has.
    """
    name = layer.name
    if wrong := layer.findings.filter(code=OTHER_TEXT)["article_id"].to_list():
        raise Problem(f"{name} has work on another text of {wrong[0]} than the corpus has", "put the old text back")
    articles = _known(corpus, layer.tasks.filter(status="submitted"))
    spans = layer.spans.drop_nulls(["span_id", "label", "start", "end"]).select(*SPAN)
    links = layer.relations.filter(pl.col("type").is_in(vocabulary.RELATIONS)).select(*LINK)
    tellings = read_gold(corpus)["tellings"] if name == GOLD else schema.empty(schema.Tellings)
    whole = _whole(name, articles, spans, links, tellings.select(*TELLING))
    return replace(whole, assisted=frozenset(assisted_work(corpus, name)["article_id"]))


def submitted(corpus: Corpus, name: str) -> pl.DataFrame:
    """The rows of `tasks` of the articles that were submitted in a layer.

    Raises:
        Problem: the table cannot be read.
    """
    return read_table(table_path(corpus.layer_path(name), "tasks"), schema.Tasks).filter(status="submitted")


def of_sorting(corpus: Corpus, name: str, gold: pl.DataFrame) -> LabelledArticles:
    """What a layer of sorting says that the gold's own quotes and numbers tell, in the articles of the events it has.

    Raises:
        Problem: a table of the layer cannot be read.
    """
    sorting = read_sorting(corpus.layer_path(name))
    events = sorting.event_tasks.filter(status="submitted")
    articles = gold.join(events, on="event_id", how="semi").select(*ARTICLE)
    tellings = sorting.tellings.select(*TELLING)
    return _whole(name, articles, pl.DataFrame(schema=SPAN), pl.DataFrame(schema=LINK), tellings)


def _known(corpus: Corpus, tasks: pl.DataFrame) -> pl.DataFrame:
    """The articles of tasks as the corpus has them, with their texts and splits."""
    rows = corpus.rows_of(tasks["article_id"]).join(tasks, on="article_id", how="semi")
    rows = rows.join(fixed_splits(corpus), on="event_id", how="left", maintain_order="left")
    texts = [corpus.text(article) for article in rows["article_id"]]
    return rows.with_columns(pl.Series("text", texts, pl.String)).select(*ARTICLE)


def _whole(
    name: str, articles: pl.DataFrame, spans: pl.DataFrame, links: pl.DataFrame, tellings: pl.DataFrame
) -> LabelledArticles:
    return LabelledArticles(name, articles, spans, links.unique(), tellings).only(articles)


def of_folder(path: Path) -> LabelledArticles:
    """What a built dataset folder holds; the texts are null in one that withholds them.

    Raises:
        Problem: it is no built folder, or a file of it cannot be read.
    """
    folder = read_built(path)
    with reading(path):
        articles = _rows(folder, "articles", "article_id", "event_id", "text_sha256", "text", SPLIT)
        spans = _rows(folder, "spans", *SPAN, *vocabulary.RELATIONS)
        tellings = [_tellings(folder, *teller) for teller in _TELLERS.items() if teller[0] in folder.files]
        assisted = _assisted(folder)
    whole = _whole(
        str(path),
        articles.rename({SPLIT: "split"}).cast(ARTICLE).select(*ARTICLE),
        spans.select(*SPAN).cast(SPAN),
        links_of(spans),
        pl.concat([pl.DataFrame(schema=TELLING), *tellings]),
    )
    return replace(whole, assisted=assisted)


def _assisted(folder: DatasetFolder) -> frozenset[str]:
    """The articles that were labelled with suggestions; none in a folder that was built without that column."""
    articles = folder.scan("articles")
    if "assisted" not in articles.collect_schema():
        return frozenset()
    return frozenset(articles.filter(pl.col("assisted")).select("article_id").collect()["article_id"])


def links_of(spans: pl.DataFrame) -> pl.DataFrame:
    """The links of rows that have a list of ids for each type, with the columns of LINK."""
    return pl.concat(
        spans.select("article_id", pl.lit(name).alias("type"), pl.col("span_id").alias("from_span"), to_span=name)
        .explode("to_span")
        .drop_nulls("to_span")
        for name in vocabulary.RELATIONS
    )


def _rows(folder: DatasetFolder, config: str, *columns: str) -> pl.DataFrame:
    if config not in folder.files:
        return pl.DataFrame(schema={**SPAN, **dict.fromkeys(vocabulary.RELATIONS, pl.List(pl.String))})
    return folder.scan(config).select(*columns).collect()


def _tellings(folder: DatasetFolder, config: str, teller: str) -> pl.DataFrame:
    rows = _rows(folder, config, "statement_id", "tellings").explode("tellings")
    columns = [pl.col("tellings").struct.field(name) for name in ("article_id", teller, "degree")]
    by_item = rows.select("statement_id", *columns)
    return by_item.select("article_id", span_id=teller, statement="statement_id", degree="degree")
