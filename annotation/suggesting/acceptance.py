"""What annotators made of suggestions in a round, and what the help changed: counted from the record alone.

How often suggestions were taken over measures the annotators as much as the suggester, so the articles with help stand
beside those without, and whoever keeps everything at once is named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import bootstrap

from dataset.agreement.wilson import wilson
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from dataset.record.shown import Shown, layers_with_suggestions, read_shown
from dataset.scheme import vocabulary

BINS: Final = (0.0, 0.5, 0.7, 0.8, 0.9, 1.0)
"""The edges of the bins of scores; the last bin holds 1, too."""
HASTY_SECONDS: Final = 0.5
HASTY_LEAST: Final = 20
"""Suggestions that somebody must have decided on to be called hasty."""
_DRAWS: Final = 2_000
_SEED: Final = 20
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class AcceptedShare:
    """Suggestions of one label with a score from `low` to below `high`, by what became of them.

    `precision` is the share of the decided ones that were kept as they were, with its 95 % interval by Wilson; None
    where none was decided.
    """

    label: str
    low: float
    high: float
    kept: int
    changed: int
    dropped: int
    unseen: int
    precision: tuple[float, float, float] | None

    @property
    def shown(self) -> int:
        """How many were shown."""
        return self.kept + self.changed + self.dropped + self.unseen


@dataclass(frozen=True)
class ArmDifference:
    """A figure with help and without, and the 95 % bootstrap interval over articles of how much more it is with help.

    None where an arm has no article, or of the interval, where one has a single one.
    """

    figure: str
    with_help: float | None
    without: float | None
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class Acceptance:
    """What became of the suggestions of a round.

    `changes` counts what was changed, `added` the spans by label that annotators marked themselves in articles with
    help, `hasty` are annotators who kept everything, half of it within half a second. `articles` are those with help
    and those without.
    """

    round: str
    articles: tuple[int, int]
    shares: list[AcceptedShare]
    changes: dict[str, int]
    added: dict[str, int]
    differences: list[ArmDifference]
    hasty: list[str]


def acceptance(corpus: Corpus, round_name: str) -> Acceptance:
    """What annotators made of the suggestions of a round.

    Raises:
        Problem: no pull of the round has brought an article with suggestions, or the record cannot be read.
    """
    layers = layers_with_suggestions(corpus, round_name)
    if not layers:
        raise Problem(
            f"the record has no article of round {round_name} that was submitted with suggestions",
            f"pull again later if they are on the pages; if not, open them with `hedgerow push --round {round_name} "
            "--suggestions rules --annotator a1`",
        )
    shown = {layer: read_shown(corpus, layer) for layer in layers}
    spans = pl.concat([tables.spans for tables in shown.values()])
    articles = pl.concat([_articles(corpus, layer, tables) for layer, tables in shown.items()])
    by_hand = pl.concat([_by_hand(corpus, layer, tables) for layer, tables in shown.items()])
    changes = spans["changes"].explode().drop_nulls().value_counts(sort=True)
    return Acceptance(
        round=round_name,
        articles=(articles.filter("assisted").height, articles.filter(~pl.col("assisted")).height),
        shares=list(_shares(spans)),
        changes=dict(changes.iter_rows()),
        added={label: by_hand.filter(label=label).height for label in vocabulary.LABELS},
        differences=list(_differences(articles)),
        hasty=sorted(layer.partition("/")[2] for layer, tables in shown.items() if _is_hasty(tables.spans)),
    )


def _shares(spans: pl.DataFrame) -> Iterator[AcceptedShare]:
    for label in vocabulary.LABELS:
        for low, high in pairwise(BINS):
            is_here = (pl.col("score") >= low) & ((pl.col("score") < high) | (pl.lit(high) == 1))
            of_bin = spans.filter(pl.col("label") == label, is_here)
            counts = {outcome: of_bin.filter(outcome=outcome).height for outcome in vocabulary.SUGGESTION_OUTCOMES}
            if of_bin.height:
                decided = of_bin.height - counts["unseen"]
                precision = (counts["kept"] / decided, *wilson(counts["kept"], decided)) if decided else None
                yield AcceptedShare(label, low, high, **counts, precision=precision)


def _by_hand(corpus: Corpus, layer: str, shown: Shown) -> pl.DataFrame:
    """The spans of articles with help that were not suggested."""
    helped = shown.articles.filter(pl.col("suggester").is_not_null())
    spans = read_layer(corpus.layer_path(layer), layer).spans.join(helped, on="article_id", how="semi")
    return spans.join(shown.spans, on=["article_id", "span_id"], how="anti").select("label")


def _articles(corpus: Corpus, layer: str, shown: Shown) -> pl.DataFrame:
    """A row a submitted article: whether with help, its seconds and words, and its spans and their words by label."""
    read = read_layer(corpus.layer_path(layer), layer)
    tasks = read.tasks.filter(status="submitted").select("article_id", "seconds")
    helped = shown.articles.select("article_id", assisted=pl.col("suggester").is_not_null())
    frame = tasks.join(helped, on="article_id")
    words = [float(len(corpus.text(article).split())) for article in frame["article_id"]]
    frame = frame.with_columns(words=pl.Series(words, dtype=pl.Float64))
    of_spans = read.spans.select(
        "article_id", "label", length=pl.col("text").str.split(" ").list.len().cast(pl.Float64)
    )
    for label in vocabulary.LABELS:
        counted = (
            of_spans.filter(label=label)
            .group_by("article_id")
            .agg(pl.len().cast(pl.Float64).alias(f"{label}_count"), pl.col("length").sum().alias(f"{label}_length"))
        )
        frame = frame.join(counted, on="article_id", how="left")
    numbers = [f"{label}_{what}" for label in vocabulary.LABELS for what in ("count", "length")]
    return frame.with_columns(pl.col(numbers).fill_null(0.0))


def _differences(articles: pl.DataFrame) -> Iterator[ArmDifference]:
    """Seconds an article, and by label the spans a thousand words and the words a span."""
    timed = articles.filter(pl.col("seconds").is_not_null()).with_columns(each=pl.lit(1.0))
    yield _difference("seconds an article", timed, "seconds", "each")
    for label in vocabulary.LABELS:
        yield _difference(f"{label}s a thousand words", articles, f"{label}_count", "words", 1000)
        yield _difference(f"words a {label}", articles, f"{label}_length", f"{label}_count")


def _difference(name: str, articles: pl.DataFrame, above: str, below: str, times: float = 1) -> ArmDifference:
    """Of a ratio of sums over articles, as words over spans."""
    arms = [articles.filter(pl.col("assisted") == assisted) for assisted in (True, False)]
    ratios = [_ratio(arm[above].to_numpy(), arm[below].to_numpy(), times) for arm in arms]
    whole = [ratio(np.arange(arm.height)) if arm.height else np.nan for ratio, arm in zip(ratios, arms, strict=True)]
    values = [None if np.isnan(value) else float(value) for value in whole]
    interval = None
    if min(arm.height for arm in arms) > 1 and None not in values:
        drawn = bootstrap(
            [np.arange(arm.height) for arm in arms],
            lambda first, second, axis=-1: ratios[0](first, axis) - ratios[1](second, axis),
            n_resamples=_DRAWS,
            method="percentile",
            rng=np.random.default_rng(_SEED),
        ).confidence_interval
        interval = None if np.isnan(drawn.low) else (float(drawn.low), float(drawn.high))
    return ArmDifference(name, values[0], values[1], interval)


def _ratio(above: Floats, below: Floats, times: float) -> Callable[..., Floats]:
    def ratio(rows: NDArray[np.intp], axis: int = -1) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(times * above[rows].sum(axis=axis) / below[rows].sum(axis=axis))

    return ratio


def _is_hasty(spans: pl.DataFrame) -> bool:
    """Whether somebody kept all that was decided on, half of it within `HASTY_SECONDS`."""
    decided = spans.filter(pl.col("outcome") != "unseen")
    if decided.height < HASTY_LEAST or set(decided["outcome"]) != {"kept"}:
        return False
    median = decided["seconds"].median()
    return isinstance(median, float) and median <= HASTY_SECONDS
