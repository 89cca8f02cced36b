"""What predictions can be held against: how far annotators agree with each other on the same articles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

import numpy as np
import polars as pl

from dataset.agreement.bootstrap import Interval
from dataset.agreement.coded import Numbers
from dataset.agreement.compared import folders_of, pairs
from dataset.agreement.figures import Draws
from dataset.agreement.sortings import agreement_of
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer
from dataset.scheme.vocabulary import STATEMENT_KINDS
from dataset.scoring.intervals import F1, SHARE, Name, intervals
from dataset.scoring.labelled import LabelledArticles, each_once, require_fit
from dataset.scoring.sources import of_layer, submitted
from dataset.scoring.statements import KINDS
from dataset.scoring.tallies import SCORES, tallied
from dataset.scoring.units import units_of
from dataset.statements.sorted_events import SortedBy, sorted_by
from dataset.statements.tables import dealt_events, read_sorting, sorting_rounds

_TURNED: Final = [2, 3, 0, 1]


@dataclass(frozen=True)
class CeilingBasis:
    """What a ceiling rests on: a round, its annotators, and what two or more of them submitted.

    Attributes:
        of: `article`, or `event` for a round of sorting.
        count: how many of these.
    """

    round: str
    annotators: list[str]
    of: str
    count: int


@dataclass(frozen=True)
class Ceiling:
    """Agreement by the names of the figures that it stands beside: F1 and shares."""

    bases: list[CeilingBasis] = field(default_factory=list)
    figures: Mapping[Name, Interval] = field(default_factory=dict)

    def beside(self, figures: Iterable[Name]) -> list[CeilingBasis]:
        """The bases of those of its figures that stand beside these."""
        of = {"event" if scope in STATEMENT_KINDS else "article" for scope, _, _ in figures}
        return [basis for basis in self.bases if basis.of in of]


def ceiling_of(corpus: Corpus, gold: LabelledArticles, names: Iterable[str], draws: Draws) -> Ceiling:
    """The agreement in the named rounds, on the articles and events of the gold.

    Links that a rule made count, as they do for predictions.

    Raises:
        Problem: the record has no such round, no two of its annotators submitted an article or event of the gold, or a
            layer cannot be read.
    """
    bases, figures = [], dict[Name, Interval]()
    for name in names:
        agreement_in = _of_sorting if not dealt_events(corpus, name).is_empty() else _of_labelling
        basis, agreed = agreement_in(corpus, gold, name, draws)
        bases.append(basis)
        figures |= agreed
    return Ceiling(bases, figures)


def rounds_beside(corpus: Corpus, gold: LabelledArticles) -> list[str]:
    """The round of labelling, and that of sorting, in which most of the gold was done by two or more; if there are any.

    Raises:
        Problem: a table cannot be read.
    """
    labelling = sorted({name.split("/")[0] for name in corpus.layers() if "/" in name})
    by_article = {name: len(_shared_articles(corpus, gold, name)) for name in labelling}
    by_event = {name: len(_shared_events(corpus, gold, name)) for name in sorting_rounds(corpus)}
    best = [max(counts, key=counts.__getitem__, default="") for counts in (by_article, by_event)]
    return [name for name, counts in zip(best, (by_article, by_event), strict=True) if counts.get(name)]


def _shared_articles(corpus: Corpus, gold: LabelledArticles, name: str) -> list[str]:
    """The articles of the gold, on the same text, that two or more annotators of a round submitted."""
    known = corpus.articles.select("article_id", "text_sha256")
    same = gold.articles.join(known, on=["article_id", "text_sha256"], how="semi").select("article_id")
    ended = [submitted(corpus, f"{name}/{annotator}").select("article_id") for annotator in folders_of(corpus, name)]
    counts = pl.concat([pl.DataFrame(schema={"article_id": pl.String}), *ended]).group_by("article_id").len()
    shared = counts.filter(pl.col("len") > 1).join(same, on="article_id", how="semi")
    return sorted(shared["article_id"])


def _of_labelling(
    corpus: Corpus, gold: LabelledArticles, name: str, draws: Draws
) -> tuple[CeilingBasis, dict[Name, Interval]]:
    shared = _shared_articles(corpus, gold, name)
    if not shared:
        raise _nothing_shared(name, "article")
    articles = gold.articles.filter(pl.col("article_id").is_in(shared)).sort("article_id")
    works = {annotator: _work(corpus, f"{name}/{annotator}", articles) for annotator in folders_of(corpus, name)}
    counts: Numbers = np.zeros((len(articles), len(SCORES), 4), dtype=np.int64)
    for first, second in pairs(list(works)):
        both = works[first].articles.join(works[second].articles, on="article_id", how="semi")
        if both.height:
            rows = articles["article_id"].is_in(both["article_id"].to_list()).to_numpy()
            own = tallied(works[first].only(both), works[second].only(both)).counts
            counts[rows] += own + own[..., _TURNED]
    agreed = intervals(counts, units_of(articles)[1], draws.count, draws.seed)
    annotators = sorted(annotator for annotator, work in works.items() if work.articles.height)
    basis = CeilingBasis(name, annotators, "article", len(articles))
    return basis, {figure: at for figure, at in agreed.items() if figure[2] in (F1, SHARE)}


def _work(corpus: Corpus, layer: str, articles: pl.DataFrame) -> LabelledArticles:
    work = of_layer(corpus, layer).only(articles)
    require_fit(work, articles)
    return each_once(work)[0]


def _shared_events(corpus: Corpus, gold: LabelledArticles, name: str) -> dict[str, list[SortedBy]]:
    """How annotators of a round of sorting sorted the events of the gold that two or more submitted."""
    events = set(gold.articles["event_id"].drop_nulls())
    by_event: dict[str, list[SortedBy]] = {}
    for annotator in sorted(set(dealt_events(corpus, name)["annotator"])):
        sorting = read_sorting(corpus.layer_path(f"{name}/{annotator}"))
        for event in sorting.event_tasks.filter(status="submitted")["event_id"]:
            if event in events:
                by_event.setdefault(event, []).append(sorted_by(sorting, event))
    return {event: sortings for event, sortings in sorted(by_event.items()) if len(sortings) > 1}


def _of_sorting(
    corpus: Corpus, gold: LabelledArticles, name: str, draws: Draws
) -> tuple[CeilingBasis, dict[Name, Interval]]:
    events = _shared_events(corpus, gold, name)
    if not events:
        raise _nothing_shared(name, "event")
    spans = read_layer(corpus.layer_path(GOLD), GOLD).spans.filter(pl.col("label").is_in(list(KINDS)))
    kinds = {
        f"{article}:{span}": KINDS[label]
        for article, span, label in spans.select("article_id", "span_id", "label").iter_rows()
    }
    two = [pair for sortings in events.values() for pair in combinations(sortings, 2)]
    figures: dict[Name, Interval] = {}
    for kind in STATEMENT_KINDS:
        agreed = agreement_of(two, kinds, kind)
        for measure, figure in (("pairs", agreed.pairs), ("b_cubed", agreed.b_cubed)):
            # The pairs of annotators that an event has depend on each other.
            alone = len(two) == len(events)
            figures[kind, measure, F1] = figure if alone else replace(figure, low=None, high=None)
    annotators = sorted(set(dealt_events(corpus, name)["annotator"]))
    return CeilingBasis(name, annotators, "event", len(events)), figures


def _nothing_shared(name: str, what: str) -> Problem:
    return Problem(
        f"no {what} that is scored was submitted by two annotators of round {name}", "name another round with --ceiling"
    )
