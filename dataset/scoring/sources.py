"""What can be scored, or scored against, read from a layer of the record or a built dataset folder."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import polars as pl

from dataset.agreement.compared import OTHER_TEXT
from dataset.folder.folder import SPLIT, DatasetFolder, read_built, reading
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, read_layer
from dataset.record.splits import fixed_splits
from dataset.scheme import vocabulary
from dataset.scoring.labelled import ARTICLE, LINK, SPAN, TELLING, LabelledArticles
from dataset.statements.tables import read_gold, read_sorting

WHOLE, PARTLY = vocabulary.DEGREES
_TELLERS: Final = {"statements": "quote_id", "figures": "span_id"}
"""The configs that say what tells a statement or figure, and the column that names it."""


def of_layer(corpus: Corpus, name: str, split: str | None = None) -> LabelledArticles:
    """What a layer of the record holds: its submitted articles, their spans, links and, of the gold, tellings.

    A layer of sorting has tellings alone, of the gold's quotes and numbers; it is about all articles of its events.

    Raises:
        Problem: a table or a text cannot be read, or the layer holds work on another text than the corpus has.
    """
    layer = read_layer(corpus.layer_path(name), name)
    if wrong := layer.findings.filter(code=OTHER_TEXT)["article_id"].to_list():
        raise Problem(f"{name} has work on another text of {wrong[0]} than the corpus has", "put the old text back")
    articles = _known(corpus, layer.tasks.filter(status="submitted"), split)
    spans = layer.spans.drop_nulls(["span_id", "label", "start", "end"]).select(*SPAN)
    return _whole(name, articles, spans, _links(layer), tellings_of(corpus, name))


def sorting_of_layer(corpus: Corpus, name: str, articles: pl.DataFrame) -> LabelledArticles | None:
    """The tellings of a layer of sorting, which has no spans of its own; None for a layer of another kind."""
    tellings = tellings_of(corpus, name)
    if name == GOLD or not tellings.height:
        return None
    return LabelledArticles(name, articles, pl.DataFrame(schema=SPAN), pl.DataFrame(schema=LINK), tellings)


def tellings_of(corpus: Corpus, name: str) -> pl.DataFrame:
    """What the quotes and numbers of a layer tell, with the columns of TELLING."""
    folder = corpus.layer_path(name)
    tellings = read_gold(corpus)["tellings"] if name == GOLD else read_sorting(folder).tellings
    return tellings.select(*TELLING)


def _known(corpus: Corpus, tasks: pl.DataFrame, split: str | None) -> pl.DataFrame:
    """The articles of tasks as the corpus has them, with their texts."""
    rows = corpus.rows_of(tasks["article_id"]).join(tasks, on="article_id", how="semi")
    if split is not None:
        rows = rows.join(fixed_splits(corpus).filter(split=split), on="event_id", how="semi")
    rows = rows.select("article_id", "event_id", "text_sha256")
    return rows.with_columns(pl.Series("text", [corpus.text(article) for article in rows["article_id"]], pl.String))


def _links(layer: Layer) -> pl.DataFrame:
    return layer.relations.filter(pl.col("type").is_in(vocabulary.RELATIONS)).select(*LINK)


def _whole(
    name: str, articles: pl.DataFrame, spans: pl.DataFrame, links: pl.DataFrame, tellings: pl.DataFrame
) -> LabelledArticles:
    return LabelledArticles(name, articles, spans, links.unique(), tellings).only(articles)


def of_folder(path: Path, split: str | None = None) -> LabelledArticles:
    """What a built dataset folder holds; the texts are null in one that withholds them.

    Raises:
        Problem: it is no built folder, a file of it cannot be read, or it has no such split.
    """
    folder = read_built(path)
    if split is not None and split not in folder.splits:
        raise Problem(f"{path} has no split {split}", f"name one that it has: {', '.join(folder.splits)}")
    with reading(path):
        articles = _rows(folder, "articles", split, *ARTICLE).with_columns(pl.col("text").cast(pl.String))
        links = [*vocabulary.RELATIONS]
        spans = _rows(folder, "spans", split, *SPAN, *links).with_columns(pl.col("text").cast(pl.String))
        tellings = [_tellings(folder, split, *teller) for teller in _TELLERS.items() if teller[0] in folder.files]
    return _whole(
        str(path),
        articles,
        spans.select(*SPAN),
        links_of(spans),
        pl.concat([pl.DataFrame(schema=TELLING), *tellings]),
    )


def links_of(spans: pl.DataFrame) -> pl.DataFrame:
    """The links of rows that have a list of ids for each type, with the columns of LINK."""
    return pl.concat(
        spans.select("article_id", pl.lit(name).alias("type"), pl.col("span_id").alias("from_span"), to_span=name)
        .explode("to_span")
        .drop_nulls("to_span")
        for name in vocabulary.RELATIONS
    )


def _rows(folder: DatasetFolder, config: str, split: str | None, *columns: str) -> pl.DataFrame:
    if config not in folder.files:
        return pl.DataFrame(schema={**SPAN, **dict.fromkeys(vocabulary.RELATIONS, pl.List(pl.String))})
    rows = folder.scan(config)
    return (rows if split is None else rows.filter(pl.col(SPLIT) == split)).select(*columns).collect()


def _tellings(folder: DatasetFolder, split: str | None, config: str, teller: str) -> pl.DataFrame:
    rows = _rows(folder, config, split, "statement_id", "tellings").explode("tellings")
    rows_of_config = rows.select(
        "statement_id", *(pl.col("tellings").struct.field(name) for name in ("article_id", teller, "degree"))
    )
    return rows_of_config.select("article_id", span_id=teller, statement="statement_id", degree="degree")
