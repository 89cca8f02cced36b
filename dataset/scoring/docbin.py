"""Predictions as spaCy keeps them: a DocBin whose docs have span groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.scoring.labelled import ARTICLE, LINK, SPAN, TELLING, LabelledArticles
from dataset.storage.atomic import sha256

SUFFIX: Final = ".spacy"
_GROUPS: Final = "put each span into a span group of its doc, as spaCy's SpanCategorizer does"


def of_docbin(path: Path, gold: pl.DataFrame) -> LabelledArticles:
    """The spans in all span groups of the docs in a DocBin file, by their labels.

    A doc is the article of the gold (`gold` has the columns of ARTICLE) whose text is the doc's, or the one that its
    `user_data` names as `article_id`. A doc of neither is an article that the gold does not have.

    Raises:
        Problem: spaCy is not installed, the file is no DocBin, or no doc has a span group.
    """
    docs = list(_docs(path))
    by_hash = dict(gold.select("text_sha256", "article_id").iter_rows())
    articles, spans, grouped = list[dict[str, Any]](), list[dict[str, Any]](), False
    for number, doc in enumerate(docs, start=1):
        text_hash = sha256(doc.text.encode())
        named = doc.user_data.get("article_id") if isinstance(doc.user_data, Mapping) else None
        article = str(named or by_hash.get(text_hash) or f"doc {number}")
        articles.append({"article_id": article, "text_sha256": text_hash})
        for group in doc.spans.values():
            grouped = True
            spans += [_span(article, span) for span in group]
    if not grouped:
        raise Problem(f"{path} has {len(docs)} docs and no span group", _GROUPS)
    return LabelledArticles(
        name=str(path),
        articles=pl.DataFrame(articles, schema=ARTICLE),
        spans=schema.frame(schema.Predictions, spans)
        .with_columns(span_id=pl.Series(map(str, range(len(spans))), dtype=pl.String))
        .select(*SPAN),
        links=pl.DataFrame(schema=LINK),
        tellings=pl.DataFrame(schema=TELLING),
    )


def _docs(path: Path) -> Iterator[Any]:
    try:
        from spacy.tokens import DocBin
        from spacy.vocab import Vocab
    except ImportError as error:
        raise Problem(
            f"{path} is spaCy's, and spaCy is not installed here", "run `pip install spacy`, or write JSON Lines"
        ) from error
    try:
        yield from DocBin().from_disk(path).get_docs(Vocab())
    except Exception as error:  # zlib, msgpack and spaCy have errors without a common base
        reason = (str(error).splitlines() or [""])[0]
        raise Problem(
            f"{path} cannot be read as a DocBin: {reason or type(error).__name__}", "write it again"
        ) from error


def _span(article: str, span: Any) -> dict[str, Any]:
    place = {"start": span.start_char, "end": span.end_char, "text": span.text}
    return {"article_id": article, "label": span.label_, "speaker_entities": [], **place}
