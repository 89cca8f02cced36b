"""Inputs that are taken in, and inputs that are refused without a trace."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from dataset.intake.articles import BY_DEFAULT, NOTHING_KNOWN, ArticleMetadata, ReadingOptions, SourceArticle
from dataset.intake.gathering import Gathered
from dataset.intake.sources import IntakeSource, read_source, sources_of
from dataset.intake.taking_in import RefusedArticles, intake, look_into
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from tests.disks import tree

WORDS = "The port said that the water had risen by two metres since Tuesday, and that the ferry would not sail. "
PAGE_TEXT = WORDS * 6


def take_in(
    corpus: Corpus,
    *inputs: Path,
    defaults: ArticleMetadata = NOTHING_KNOWN,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Gathered:
    return intake(corpus, sources_of(map(str, inputs)), defaults, ReadingOptions(dict(columns)))


def read_all(path: Path, options: ReadingOptions = BY_DEFAULT, kind: str | None = None) -> list[SourceArticle]:
    """The articles of an input, none of which is refused."""
    (source,) = sources_of([str(path)]) if kind is None else [IntakeSource(kind, str(path))]  # type: ignore[arg-type]
    articles = []
    for article in read_source(source, options):
        assert isinstance(article, SourceArticle), article
        articles.append(article)
    return articles


def refusals(
    corpus: Corpus,
    *inputs: Path,
    options: ReadingOptions = BY_DEFAULT,
    defaults: ArticleMetadata = NOTHING_KNOWN,
) -> list[str]:
    """Why these inputs are refused, by the intake and by the look before it, which changes nothing either."""
    sources, before = sources_of(map(str, inputs)), tree(corpus.seeds)
    with pytest.raises(Problem) as error:
        intake(corpus, sources, defaults, options)
    each = error.value.each if isinstance(error.value, RefusedArticles) else [error.value]
    reasons = [str(problem) for problem in each]
    assert tree(corpus.seeds) == before
    assert [str(problem) for problem in look_into(corpus, sources, defaults, options).refused] == reasons
    return reasons


def row(corpus: Corpus, article_id: str) -> dict[str, object]:
    """The row of an article as it is in the file."""
    lines = (corpus.seeds / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    (article,) = (article for article in map(json.loads, lines) if article["article_id"] == article_id)
    return dict(article)
