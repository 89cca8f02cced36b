"""What is the same in two articles: near-duplicate texts, and quoted strings. For splits that leak nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import polars as pl

from dataset.quotation import read_marks

SHINGLE: Final = 5
"""Tokens of a shingle, and of the shortest quoted string that counts."""
NEAR: Final = 0.5
"""Jaccard similarity of shingles from which on two texts are near-duplicates."""
_COMMON: Final = 50
_SKETCH: Final = 64
_ALIKE: Final = 5
AT_ONCE: Final = 2_000
_KEYS: Final = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")
Finder = Callable[[Iterable[Path]], pl.DataFrame]
"""From Parquet files with `article_id` and `text` to what `near_duplicates` returns."""


def near_duplicates_in(paths: Iterable[Path]) -> pl.DataFrame:
    """The near-duplicates among the articles of these Parquet files, found in the memory of this machine."""
    return near_duplicates(pl.concat([pl.read_parquet(path, columns=["article_id", "text"]) for path in paths]))


def near_duplicates(texts: pl.DataFrame) -> pl.DataFrame:
    """Pairs of articles whose sets of shingles (five lower-case words) have a Jaccard similarity of 0.5 or more.

    The similarity is exact, for pairs that a sketch finds alike (Broder, 1997: the 64 shingles of an article with the
    smallest hashes, a fifth of them shared), of shingles that at most 50 articles have; what more have is furniture.

    Args:
        texts: `article_id` and `text`.

    Returns:
        `article_id`, `other`, `jaccard`, the most similar first.
    """
    numbered = texts.sort("article_id").with_row_index("at")
    held = pl.concat([shingles(part) for part in numbered.iter_slices(AT_ONCE)])
    pairs = alike(shared(sketch(rare(held))))
    near = similar(both(pairs, held), held.group_by("at").agg(pl.len().alias("size")))
    names = numbered.select("at", "article_id")
    told = near.join(names, on="at").join(names.rename({"article_id": "name"}), left_on="other", right_on="at")
    found = told.select("article_id", pl.col("name").alias("other"), "jaccard")
    return found.sort("jaccard", "article_id", "other", descending=[True, False, False])


def rare(held: pl.DataFrame) -> pl.DataFrame:
    """The `at` and `shingle` of shingles that two articles have, or more, but not so many that it is furniture."""
    return held.filter(pl.len().over("shingle").is_between(2, _COMMON))


def sketch(rare: pl.DataFrame) -> pl.DataFrame:
    """The smallest shingles of each article, and in `size` how many that are."""
    least = rare.sort("shingle").group_by("at").head(_SKETCH)
    return least.with_columns(pl.len().over("at").alias("size"))


def shared(sketch: pl.DataFrame) -> pl.DataFrame:
    """`at` and `other`, once for each shingle that both sketches have, with the sketches' `size` and `size_2`."""
    pairs = sketch.join(sketch, on="shingle", suffix="_2").filter(pl.col("at") < pl.col("at_2"))
    return pairs.select("at", pl.col("at_2").alias("other"), "size", "size_2")


def alike(shared: pl.DataFrame) -> pl.DataFrame:
    """`at` and `other` of the articles whose sketches are alike."""
    told = shared.group_by("at", "other", "size", "size_2").agg(pl.len().alias("both"))
    return told.filter(pl.col("both") * _ALIKE >= pl.min_horizontal("size", "size_2")).select("at", "other")


def both(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """How many shingles the articles of each pair share: `at`, `other` and `both`."""
    first = pairs.join(held, on="at")
    found = first.join(held, left_on=["other", "shingle"], right_on=["at", "shingle"])
    return found.group_by("at", "other").agg(pl.len().alias("both"))


def similar(shared: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are near-duplicates, with their `jaccard`. `sizes`: `at`, and how many shingles it has, `size`."""
    told = shared.join(sizes, on="at").join(sizes, left_on="other", right_on="at", suffix="_2")
    jaccard = pl.col("both") / (pl.col("size") + pl.col("size_2") - pl.col("both"))
    return told.with_columns(jaccard.alias("jaccard")).filter(pl.col("jaccard") >= NEAR)


def shingles(texts: pl.DataFrame) -> pl.DataFrame:
    """`at` and `shingle` (a 64-bit hash), each once; the whole text is the shingle of one with fewer words."""
    words = texts.select("at", _KEYS.alias("word")).with_columns(pl.col("word").list.len().alias("size"))
    told = words.filter(pl.col("size") > 0).explode("word").with_columns(pl.col("word").hash())
    after = [pl.col("word").shift(-step).over("at").fill_null(0).alias(str(step)) for step in range(SHINGLE)]
    place = pl.int_range(pl.len()).over("at")
    whole = (place + SHINGLE <= pl.col("size")) | (place == 0)
    hashed = told.select("at", whole.alias("whole"), pl.struct(after).hash().alias("shingle"))
    return hashed.filter("whole").select("at", "shingle").unique()


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
