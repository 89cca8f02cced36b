"""What is the same in two articles: near-duplicate texts, and quoted strings. For splits that leak nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset.scheme.quotation_marks import read_marks

SHINGLE: Final = 5
"""Tokens of a shingle, and of the shortest quoted string that counts."""
NEAR: Final = 0.5
"""Jaccard similarity of shingles from which on two texts are near-duplicates."""
CROWD: Final = 50
"""Articles up to which all that have a shingle are compared with each other, and all pairs of a group are listed."""
_SKETCH: Final = 64
_ALIKE: Final = 5
_CROWDED: Final = 4
_FOLLOWING: Final = 3
_NEIGHBOURS: Final = 3
SHINGLES_AT_ONCE: Final = 1_500_000
CONTAINED: Final = 0.1
"""Share of the smaller article's shingles from which on it is listed that the larger one retells it."""
SHARED: Final = 30
"""Shingles that a retelling shares at least: some 34 words in a row, more than a quotation or a caption has."""
SAMPLED: Final = 3
"""The same where only a part of the shingles is looked at, and SHARED times that part is less."""
MEETINGS_AT_ONCE: Final = 2_000_000
AT_ONCE: Final = 500
_KEYS: Final = pl.col("text").str.to_lowercase().str.extract_all(r"\w+")
Finder = Callable[[Iterable[Path]], pl.DataFrame]
"""From Parquet files with `article_id` and `text` to what `near_duplicates` returns."""
Compare = Callable[[pl.DataFrame], pl.DataFrame]
"""From pairs, `at` and `other`, to those that are near-duplicates, with their MEASURES."""
MEASURES: Final = ("jaccard", "containment", "shared")


def near_duplicates_in(paths: Iterable[Path]) -> pl.DataFrame:
    """The near-duplicates among the articles of these Parquet files, found in the memory of this machine."""
    return near_duplicates(pl.concat([pl.read_parquet(path, columns=["article_id", "text"]) for path in paths]))


def near_duplicates(texts: pl.DataFrame) -> pl.DataFrame:
    """Pairs of articles whose sets of shingles (five lower-case words) are alike, or of which one retells the other.

    They are alike from a Jaccard similarity of 0.5 on. One retells the other where they share 30 shingles or more that
    at most 50 articles have, and these are a tenth or more of the smaller one's: a retelling of one paragraph in a long
    article of another outlet has a low Jaccard similarity. What more articles have is page furniture and joins none.

    All measures are exact, over all shingles. Every pair of which one retells the other is found and listed, by all
    the rare shingles that two articles share. Pairs that are alike are computed for what a sketch finds alike (Broder,
    1997: the 64 shingles of an article with the smallest hashes, a fifth of them shared), of shingles that at most 50
    articles have; and, of articles a quarter of whose shingles are more common than that, for those that come near each
    other where all that have a common shingle are sorted by the shingles that follow it in their sketches.

    Articles that a chain of alike pairs joins are a group. Of a group of up to 50 all its pairs are listed; of a larger
    one, the most similar pairs that join all of it, one fewer than it has articles.

    Args:
        texts: `article_id` and `text`.

    Returns:
        `article_id`, `other`, `jaccard`, `containment` (shared by the smaller one's) and `shared` (shingles), the most
        similar first.
    """
    numbered = texts.sort("article_id").with_row_index("at")
    return _named(_pairs(_held(numbered)), numbered.select("at", "article_id"))


def near_duplicates_of(new: Iterable[pl.DataFrame], known: Iterable[pl.DataFrame], every: int = 1) -> pl.DataFrame:
    """The pairs of `near_duplicates` of which an article is new; a batch of articles is held at a time.

    With `every` above 1, only shingles whose hash is a multiple of it stand for all (Manber, Finding similar files in a
    large file system, 1994): memory falls by as much, the measures are estimates, and short retellings are missed.

    Args:
        new: `article_id` and `text`, in batches.
        known: the same of the articles that are there; none of them is in `new`.
        every: which part of the shingles is kept.

    Returns:
        What `near_duplicates` returns, with a new article in `article_id`, and a known or new one in `other`.
    """
    names: list[pl.DataFrame] = []
    none = pl.DataFrame(schema={"at": pl.UInt32, "shingle": pl.UInt64, "total": pl.UInt32})
    own = pl.concat([none, *_numbered(new, names, every)])
    count = sum(some.height for some in names)
    there = [rows.join(own, on="shingle", how="semi") for rows in _numbered(known, names, every)]
    least = SHARED if every == 1 else max(SHARED / every, SAMPLED)
    pairs = _pairs(pl.concat([own, *there]), least).filter(pl.col("at") < count)
    return _named(pairs, pl.concat([pl.DataFrame(schema=_NAMES), *names]))


_NAMES: Final = pl.Schema({"at": pl.UInt32, "article_id": pl.String})


def _numbered(batches: Iterable[pl.DataFrame], names: list[pl.DataFrame], every: int) -> Iterator[pl.DataFrame]:
    """What `_held` gives of each batch, and in `names` the numbers of its articles, which go on from those there."""
    for batch in batches:
        start = sum(some.height for some in names)
        texts = batch.select("article_id", "text").with_row_index("at", offset=start)
        names.append(texts.select("at", "article_id"))
        held = _held(texts)
        if every > 1:
            held = held.filter(pl.col("shingle") % every == 0).with_columns(pl.len().over("at").alias("total"))
        yield held


def _held(texts: pl.DataFrame) -> pl.DataFrame:
    """`at`, `shingle` and in `total` how many shingles the article has, of texts with `at` and `text`."""
    shingled = [shingles(rows) for rows in texts.iter_slices(AT_ONCE)] or [shingles(texts)]
    return pl.concat([rows.with_columns(pl.len().over("at").alias("total")) for rows in shingled])


def _pairs(held: pl.DataFrame, least: float = SHARED) -> pl.DataFrame:
    """The near-duplicates, and the retellings that share so many shingles at `least`: `at`, `other` and MEASURES."""
    several = held.filter(pl.len().over("shingle") > 1)  # most are one article's own, and `total` counts them
    few = rare(several)
    pairs = candidates(alike(shared(sketch(few))), neighbours(crowded(common(several))))
    near = listed(pairs, lambda some: similar(_measured(some, several)))
    return with_retellings(near, retellings(few, least), lambda some: _measured(some, several))


def _named(pairs: pl.DataFrame, names: pl.DataFrame) -> pl.DataFrame:
    """The pairs by the ids of their articles, the most similar first."""
    named = pairs.join(names, on="at").join(names.rename({"article_id": "name"}), left_on="other", right_on="at")
    return in_order(named.select("article_id", pl.col("name").alias("other"), *MEASURES))


def in_order(pairs: pl.DataFrame) -> pl.DataFrame:
    """The pairs by `article_id` and `other`, the most similar first."""
    return pairs.sort(*MEASURES, "article_id", "other", descending=[True] * len(MEASURES) + [False, False])


def with_retellings(near: pl.DataFrame, retold: pl.DataFrame, measured: Compare) -> pl.DataFrame:
    """The near-duplicates, and the retellings that are not among them."""
    more = retold.join(near, on=["at", "other"], how="anti")
    return pl.concat([near, measured(more)]) if more.height else near


def retellings(rare: pl.DataFrame, least: float = SHARED) -> pl.DataFrame:
    """`at` and `other` of articles of which one retells the other, found by all rare shingles of a block of articles.

    However many articles there are, no more than about MEETINGS_AT_ONCE pairs of rows are held.
    """
    enough = rare.filter(pl.len().over("at") >= least)
    none = pl.DataFrame(schema={"at": rare.schema["at"], "other": rare.schema["at"]})
    return pl.concat([none, *(retold(meetings(block, enough), least) for block in blocks(enough))])


def blocks(rare: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The rows of whole articles, as many at a time as meet some MEETINGS_AT_ONCE others."""
    met = rare.select("at", met=pl.len().over("shingle")).group_by("at").agg(pl.col("met").sum()).sort("at")
    numbered = met.select("at", block=pl.col("met").cum_sum() // MEETINGS_AT_ONCE)
    for _, articles in numbered.group_by("block", maintain_order=True):
        yield rare.join(articles, on="at", how="semi")


def meetings(some: pl.DataFrame, rare: pl.DataFrame) -> pl.DataFrame:
    """How many rare shingles of `some` articles later ones share: `at`, `other`, the smaller's `size`, and `both`."""
    pairs = some.join(rare, on="shingle", suffix="_2").filter(pl.col("at") < pl.col("at_2"))
    sized = pairs.select("at", pl.col("at_2").alias("other"), pl.min_horizontal("total", "total_2").alias("size"))
    return sized.group_by("at", "other", "size").agg(pl.len().alias("both"))


def retold(meetings: pl.DataFrame, least: float = SHARED) -> pl.DataFrame:
    """`at` and `other` of the pairs that share enough; `meetings` may have several rows of a pair."""
    counts = meetings.group_by("at", "other", "size").agg(pl.col("both").sum())
    enough = (pl.col("both") >= least) & (pl.col("both") / pl.col("size") >= CONTAINED)
    return counts.filter(enough).select("at", "other")


def rare(held: pl.DataFrame) -> pl.DataFrame:
    """The `at` and `shingle` of shingles that two articles have, or more, but not so many that it is furniture."""
    return held.filter(pl.len().over("shingle").is_between(2, CROWD))


def common(held: pl.DataFrame) -> pl.DataFrame:
    """The rows of shingles that more articles have."""
    return held.filter(pl.len().over("shingle") > CROWD)


def crowded(common: pl.DataFrame) -> pl.DataFrame:
    """The smallest common shingles of each article, each with those that follow it, by size: `after_1` and so on.

    Of articles that consist of common shingles by a quarter or more of their `total`: near-duplicates of which fewer
    are common share so many others that `alike` finds them, and for the rest what is common is page furniture.
    """
    many = common.filter(pl.len().over("at") * _CROWDED >= pl.col("total")).sort("at", "shingle")
    least = many.group_by("at", maintain_order=True).head(_SKETCH)
    after = [pl.col("shingle").shift(-step).over("at").alias(f"after_{step}") for step in _STEPS]
    return least.select("at", "shingle", *after)


def neighbours(crowded: pl.DataFrame) -> pl.DataFrame:
    """`at` and `other` of articles that share a common shingle and are near each other by what follows it."""
    ordered = crowded.sort("shingle", *(f"after_{step}" for step in _STEPS), "at")
    beside = [
        ordered.select("at", pl.col("at").shift(-step).over("shingle").alias("other"))
        for step in range(1, _NEIGHBOURS + 1)
    ]
    pairs = pl.concat(beside).drop_nulls().unique()
    return pairs.select(pl.min_horizontal("at", "other"), pl.max_horizontal("at", "other").alias("other")).unique()


_STEPS: Final = range(1, _FOLLOWING + 1)


def candidates(*pairs: pl.DataFrame) -> pl.DataFrame:
    """Pairs to be compared, each once."""
    return pl.concat([some.select("at", "other") for some in pairs]).unique().sort("at", "other")


def listed(pairs: pl.DataFrame, compared: Compare) -> pl.DataFrame:
    """The near-duplicates that are listed, with their MEASURES. `compared` gives those among some pairs."""
    near = compared(pairs).sort("jaccard", "at", "other", descending=[True, False, False])
    groups = _Groups()
    joins = [groups.join(*pair) for pair in near.select("at", "other").iter_rows()]
    sizes = [groups.size(at) for at in near["at"]]
    kept = near.filter(pl.Series(joins, dtype=pl.Boolean) | (pl.Series(sizes, dtype=pl.Int64) <= CROWD))
    untried = pl.DataFrame(groups.pairs(CROWD), pairs.schema, orient="row").join(pairs, on=["at", "other"], how="anti")
    return pl.concat([kept, compared(untried)]) if untried.height else kept


class _Groups:
    """What pairs join, as sets: each of its articles points towards the one that stands for the group."""

    def __init__(self) -> None:
        self._towards: dict[Any, Any] = {}
        self._sizes: dict[Any, int] = {}

    def first(self, at: Any) -> Any:
        """The article that stands for the group."""
        while (onward := self._towards.setdefault(at, at)) != at:
            self._towards[at] = at = self._towards[onward]
        return at

    def join(self, first: Any, second: Any) -> bool:
        """Puts two groups together. Returns whether they were two."""
        larger, smaller = sorted((self.first(first), self.first(second)), key=self.size, reverse=True)
        if larger != smaller:
            self._sizes[larger] = self.size(larger) + self.size(smaller)
            self._towards[smaller] = larger
        return bool(larger != smaller)

    def size(self, at: Any) -> int:
        """How many articles are in the group of one."""
        return self._sizes.get(self.first(at), 1)

    def pairs(self, most: int) -> list[tuple[Any, Any]]:
        """All pairs within each group of up to `most` articles."""
        groups: dict[Any, list[Any]] = {}
        for at in sorted(self._towards):
            groups.setdefault(self.first(at), []).append(at)
        return [pair for group in groups.values() if len(group) <= most for pair in combinations(group, 2)]


def _measured(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """The MEASURES of pairs, some of them at a time: each pair is joined with all its shingles."""
    named = pl.concat([pairs["at"], pairs["other"]]).unique().alias("at").to_frame()
    own = held.join(named, on="at", how="semi").select("at", "shingle", "total")
    sizes = own.select("at", pl.col("total").alias("size")).unique()
    rows = own.select("at", "shingle")
    each = [measures(both(some, rows), sizes) for some in slices_of(pairs, rows)]
    none = pl.DataFrame(schema={**pairs.schema, **_MEASURED})
    return pl.concat([none, *each])


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
    counts = shared.group_by("at", "other", "size", "size_2").agg(pl.len().alias("both"))
    return counts.filter(pl.col("both") * _ALIKE >= pl.min_horizontal("size", "size_2")).select("at", "other")


def slices_of(pairs: pl.DataFrame, held: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """The pairs, as many at a time as have some SHINGLES_AT_ONCE in `held`."""
    mean = held.height / max(1, held["at"].n_unique())
    return pairs.iter_slices(max(1, int(SHINGLES_AT_ONCE / max(1, mean))))


def both(pairs: pl.DataFrame, held: pl.DataFrame) -> pl.DataFrame:
    """How many shingles the articles of each pair share: `at`, `other` and `both`."""
    first = pairs.join(held, on="at")
    shared_shingles = first.join(held, left_on=["other", "shingle"], right_on=["at", "shingle"])
    return shared_shingles.group_by("at", "other").agg(pl.len().alias("both"))


def measures(shared: pl.DataFrame, sizes: pl.DataFrame) -> pl.DataFrame:
    """The MEASURES of pairs by what they share. `sizes`: `at`, and how many shingles it has, `size`."""
    sized = shared.join(sizes, on="at").join(sizes, left_on="other", right_on="at", suffix="_2")
    either = pl.col("size") + pl.col("size_2") - pl.col("both")
    smaller = pl.min_horizontal("size", "size_2")
    values = {"jaccard": pl.col("both") / either, "containment": pl.col("both") / smaller, "shared": pl.col("both")}
    return sized.select("at", "other", *(value.cast(_MEASURED[name]).alias(name) for name, value in values.items()))


_MEASURED: Final = pl.Schema({"jaccard": pl.Float64, "containment": pl.Float64, "shared": pl.Int64})


def similar(measured: pl.DataFrame) -> pl.DataFrame:
    """The pairs that are near-duplicates."""
    return measured.filter(pl.col("jaccard") >= NEAR)


def shingles(texts: pl.DataFrame) -> pl.DataFrame:
    """`at` and `shingle` (a 64-bit hash), each once; the whole text is the shingle of one with fewer words."""
    words = texts.select("at", _KEYS.alias("word")).with_columns(pl.col("word").list.len().alias("size"))
    word_hashes = words.filter(pl.col("size") > 0).explode("word").with_columns(pl.col("word").hash())
    after = [pl.col("word").shift(-step).over("at").fill_null(0).alias(str(step)) for step in range(SHINGLE)]
    place = pl.int_range(pl.len()).over("at")
    whole = (place + SHINGLE <= pl.col("size")) | (place == 0)
    hashed = word_hashes.select("at", whole.alias("whole"), pl.struct(after).hash().alias("shingle"))
    return hashed.filter("whole").select("at", "shingle").unique()


def shared_quotes(texts: pl.DataFrame, spans: pl.DataFrame) -> pl.DataFrame:
    """Quoted strings of five or more words that occur in articles of several splits.

    Args:
        texts: `article_id`, `split` and `text`, for what is between quotation marks.
        spans: `article_id`, `split` and `text` of labelled quotes.

    Returns:
        `words` (lower-case, one blank between them), `articles` and `splits`, sorted by words.
    """
    keys = ["article_id", "split", "text"]
    strings = pl.concat([_in_marks(texts), spans.select(keys)])
    quotes = strings.select("article_id", "split", _KEYS.alias("words")).filter(pl.col("words").list.len() >= SHINGLE)
    by_words = (
        quotes.with_columns(pl.col("words").list.join(" "))
        .group_by("words")
        .agg(pl.col("article_id").unique().sort().alias("articles"), pl.col("split").unique().sort().alias("splits"))
    )
    return by_words.filter(pl.col("splits").list.len() > 1).sort("words")


def _in_marks(texts: pl.DataFrame) -> pl.DataFrame:
    rows = [
        (article, split, text[start:end])
        for article, split, text in texts.select("article_id", "split", "text").iter_rows()
        for start, end in read_marks(text).pairs
    ]
    return pl.DataFrame(rows, {"article_id": pl.String, "split": pl.String, "text": pl.String}, orient="row")
