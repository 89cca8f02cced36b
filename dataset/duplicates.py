"""What is the same in two articles: near-duplicate texts, and quoted strings. For splits that leak nothing."""

from __future__ import annotations

from typing import Final

import polars as pl

from dataset.quotation import read_marks

SHINGLE: Final = 5
"""Tokens of a shingle, and of the shortest quoted string that counts."""
NEAR: Final = 0.5
"""Jaccard similarity of shingles from which on two texts are near-duplicates."""
_COMMON: Final = 100
_KEYS: Final = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")


def near_duplicates(texts: pl.DataFrame) -> pl.DataFrame:
    """Pairs of articles whose sets of shingles (five lower-case words) have a Jaccard similarity of 0.5 or more.

    Args:
        texts: `article_id` and `text`. Pairs are looked for among those that share a shingle which at most 100 articles
            have; what more of them have is furniture of pages.

    Returns:
        `article_id`, `other`, `jaccard`, the most similar first.
    """
    held = _shingles(texts)
    rare = held.filter(pl.len().over("shingle").is_between(2, _COMMON))
    pairs = rare.join(rare, on="shingle", suffix="_2").filter(pl.col("article_id") < pl.col("article_id_2"))
    pairs = pairs.select("article_id", other="article_id_2").unique()
    shared = (
        pairs.join(held, on="article_id")
        .join(held, left_on=["other", "shingle"], right_on=["article_id", "shingle"])
        .group_by("article_id", "other")
        .agg(pl.len().alias("both"))
    )
    sizes = held.group_by("article_id").agg(pl.len().alias("size"))
    told = shared.join(sizes, on="article_id").join(sizes, left_on="other", right_on="article_id", suffix="_2")
    jaccard = pl.col("both") / (pl.col("size") + pl.col("size_2") - pl.col("both"))
    near = told.with_columns(jaccard.alias("jaccard")).filter(pl.col("jaccard") >= NEAR)
    return near.select("article_id", "other", "jaccard").sort(
        "jaccard", "article_id", "other", descending=[True, False, False]
    )


def _shingles(texts: pl.DataFrame) -> pl.DataFrame:
    """`article_id` and `shingle` (a 64-bit hash), each once; the whole text is the shingle of one with fewer words."""
    words = texts.select("article_id", _KEYS.alias("word")).with_columns(pl.col("word").list.len().alias("size"))
    told = words.filter(pl.col("size") > 0).explode("word")
    after = [pl.col("word").shift(-step).over("article_id").fill_null("") for step in range(SHINGLE)]
    at = pl.int_range(pl.len()).over("article_id")
    whole = (at + SHINGLE <= pl.col("size")) | (at == 0)
    hashes = pl.struct(word.alias(str(step)) for step, word in enumerate(after)).hash()
    hashed = told.with_columns(whole.alias("whole"), hashes.alias("shingle"))
    return hashed.filter("whole").select("article_id", "shingle").unique()


def shared_quotes(texts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Quoted strings of five or more words that stand in articles of several splits.

    Args:
        texts: `article_id`, `split` and `text`, for what stands between quotation marks.
        spans: `article_id`, `split` and `text` of labelled quotes.

    Returns:
        `words` (lower-case, one blank between them), `articles` and `splits`, sorted by words.
    """
    keys = ["article_id", "split", "text"]
    strings = pl.concat([_in_marks(texts), spans.select(keys)])
    told = strings.select("article_id", "split", _KEYS.alias("words")).filter(pl.col("words").list.len() >= SHINGLE)
    found = (
        told.with_columns(pl.col("words").list.join(" "))
        .group_by("words")
        .agg(pl.col("article_id").unique().sort().alias("articles"), pl.col("split").unique().sort().alias("splits"))
    )
    return found.filter(pl.col("splits").list.len() > 1).sort("words")


def _in_marks(texts: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (article, split, text[start:end])
        for article, split, text in texts.select("article_id", "split", "text").iter_rows()
        for start, end in read_marks(text).pairs
    ]
    return pl.DataFrame(rows, {"article_id": pl.String, "split": pl.String, "text": pl.String}, orient="row")
