"""Agreement between a round's annotators: figures with intervals, and what they were computed from.

F1 is pooled: matches and spans are added up over all pairs of annotators and all articles, then divided. An article in
which a pair marked nothing adds nothing to any F1; one in which nobody did is left out of alpha, too. Such an article
counts in `document` only, as 1; when intervals are drawn, it is drawn like any other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final, TypedDict

import numpy as np
import polars as pl
from numpy.typing import NDArray

from dataset import schema
from dataset.agreement import alpha, bootstrap
from dataset.agreement.coded import Numbers
from dataset.agreement.compared import SubmissionCounts, folders_of, pairs, ranges_of_round, shared
from dataset.agreement.ranges import COLUMNS, Group, RangeTallies, split, tallied_range
from dataset.agreement.sorting_figures import Agreed, sorting_agreement, sorting_figures
from dataset.agreement.tallies import FIGURES, MATCHED_FIGURES, FigureKey
from dataset.agreement.wilson import wilson
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import TABLES, Layer, sort_layer, table_path
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.rows import AgreementRow
from dataset.scheme import vocabulary
from dataset.statements.tables import dealt_events
from dataset.storage.address import Location
from dataset.storage.article_ranges import ArticleRange, batches, read_range
from dataset.storage.atomic import sha256, write_bytes
from dataset.storage.tables import read_sound, table_bytes

Floats = NDArray[np.float64]

ALPHAS: Final[list[FigureKey]] = [(label, vocabulary.ALPHA) for label in vocabulary.LABELS]
DECIMALS: Final = 6


class LayerBasis(TypedDict):
    """The SHA-256 of a layer's tables, and the guidelines versions that it was labelled by, sorted."""

    sha256: str
    guidelines: list[str]


class Basis(TypedDict):
    """What figures were computed from: how intervals were drawn, the texts' SHA-256, and each annotator's layer."""

    draws: int
    seed: int
    texts_sha256: str
    annotators: dict[str, LayerBasis]


@dataclass(frozen=True)
class RoundAgreement:
    """A round's figures, as the table `Agreement`, and what they were computed from."""

    round: str
    annotators: list[str]
    articles: int
    figures: pl.DataFrame
    basis: Basis


@dataclass(frozen=True)
class Draws:
    """How intervals are drawn."""

    count: int = bootstrap.DRAWS
    seed: int = bootstrap.SEED


def agreement(
    corpus: Corpus, round_name: str, draws: Draws = Draws(), each: OrderedMap = map, tell: Tell = in_silence
) -> RoundAgreement:
    """Measures the agreement of a round, range by range, in one state of the record. `each` processes the ranges.

    Raises:
        Problem: there is nothing to compare, or what there is cannot be compared.
    """
    with reading(corpus, tell):
        article_ranges = ranges_of_round(corpus, round_name)
        common = shared(corpus, round_name, article_ranges)
        rows = figures(round_name, common, each(partial(tallied_range, corpus, round_name), article_ranges), draws)
        _refuse_emptiness(round_name, common, rows)
        basis = _basis(corpus, round_name, article_ranges, draws)
    return RoundAgreement(round_name, common.annotators, common.articles(), rows, basis)


def figures(
    round_name: str, common: SubmissionCounts, tallied: Iterable[RangeTallies], draws: Draws = Draws()
) -> pl.DataFrame:
    """All figures of all annotators together, then of each pair that has articles in common.

    Raises:
        Problem: the ranges hold other articles than `common` counts.
    """
    groups: dict[Group, list[str]] = {None: common.annotators}
    groups |= {f"{a},{b}": [a, b] for a, b in pairs(common.annotators) if common.articles(a, b)}
    sums = {group: _Sums(who) for group, who in groups.items()}
    populations = _populations(groups, common, draws)
    for tallies in tallied:
        for members, resampled in populations:
            resampled.add(np.stack([tallies.rows_of(group) for group in members]))
        for group in groups:
            sums[group].add(tallies.rows_of(group), tallies.spans_of(group))
    if not all(resampled.complete() for _, resampled in populations):
        raise Problem(f"round {round_name} changed while it was compared", "run the same command again")
    rows: dict[Group, list[AgreementRow]] = {}
    for members, resampled in populations:
        for group, total, drawn in zip(members, resampled.total, resampled.drawn, strict=True):
            rows[group] = _rows(round_name, group, sums[group], total, drawn)
    return schema.frame(schema.Agreement, [row for group in groups for row in rows[group]])


def _populations(
    groups: dict[Group, list[str]], common: SubmissionCounts, draws: Draws
) -> list[tuple[list[Group], bootstrap.SampledSums]]:
    """Groups by the articles that are theirs: the same are drawn for all groups that have every article."""
    counts = {group: common.articles(*(who if group else ())) for group, who in groups.items()}
    full = [group for group, count in counts.items() if count == common.articles()]
    members = [full, *([group] for group in groups if group not in full)]
    return [
        (
            these,
            bootstrap.SampledSums(counts[these[0]], (len(these), COLUMNS), draws=draws.count, seed=draws.seed),
        )
        for these in members
    ]


class _Sums:
    """What a group's figures rest on, but for the tallies: annotators, articles of each figure, spans of each label."""

    def __init__(self, annotators: list[str]) -> None:
        self.annotators = annotators
        self.articles = np.zeros(len(FIGURES + ALPHAS), dtype=np.int64)
        self.spans = np.zeros(len(vocabulary.LABELS), dtype=np.int64)

    def add(self, rows: Floats, spans: Numbers) -> None:
        _, bottom, characters = split(rows)
        self.articles += np.append((bottom > 0).sum(axis=0), (characters[..., 2] > 0).sum(axis=0))
        self.spans += spans


def _refuse_emptiness(round_name: str, common: SubmissionCounts, rows: pl.DataFrame) -> None:
    if not (rows["spans"] > 0).any():
        raise Problem(
            f"nobody marked anything in the {common.articles()} articles of round {round_name} that two submitted",
            "there is nothing to measure agreement on yet",
        )


def _rows(round_name: str, group: Group, own: _Sums, total: Floats, drawn: Floats) -> list[AgreementRow]:
    """The figures of a group, from sums over its articles and over each draw of them (draws × COLUMNS).

    A figure that rests on one article has no interval: one article cannot vary.
    """
    values = _values(total)
    low, high = _intervals(total, values, *bootstrap.percentiles(_values(drawn)))
    on_spans = _rests_on(own, total)
    return [
        {
            "round": round_name,
            "annotators": group,
            "scope": scope,
            "measure": measure,
            "value": _rounded(values[at]),
            "low": _rounded(low[at]) if own.articles[at] > 1 else None,
            "high": _rounded(high[at]) if own.articles[at] > 1 else None,
            "articles": int(own.articles[at]),
            "annotator_count": len(own.annotators),
            "spans": on_spans[scope, measure],
        }
        for at, (scope, measure) in sorted(enumerate(FIGURES + ALPHAS), key=lambda numbered: _place(numbered[1]))
    ]


def _intervals(total: Floats, values: Floats, low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """The ends of each figure's interval: those of the draws, unless these are all alike or the figure is 0 or 1.

    Then they are Wilson's, by what the figure's bottom counts: matched pairs for boundaries and attributes, articles
    for `document`. An F1 counts the spans (or links) of both annotators, and each match twice, as one of either; a
    match is one observation, so the trials are half as many. Alpha counts no trials, so that it has no interval there.
    """
    top, bottom, _ = split(total)
    low, high = low.copy(), high.copy()
    with np.errstate(invalid="ignore"):
        alike = (low == high) | (values == 0) | (values == 1)
    low[alike], high[alike] = np.nan, np.nan
    for at, figure in enumerate(FIGURES):
        if alike[at] and bottom[at] > 0:
            observed = 2 if figure[1] in _F1 or figure[0] in vocabulary.RELATIONS else 1
            low[at], high[at] = wilson(top[at] / observed, bottom[at] / observed)
    return low, high


_F1: Final = ("exact", "relaxed", "detection")


def _place(figure: FigureKey) -> tuple[int, int]:
    return vocabulary.SCOPES.index(figure[0]), vocabulary.MEASURES.index(figure[1])


def _values(sums: Floats) -> Floats:
    """Figures from sums (… × COLUMNS); NaN where one does not exist."""
    top, bottom, characters = split(sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(bottom > 0, top / bottom, np.nan)
    return np.concatenate([shares, alpha.alpha(characters)], axis=-1)


def _rounded(number: float) -> float | None:
    return None if np.isnan(number) else round(float(number), DECIMALS) + 0.0


def _rests_on(own: _Sums, total: Floats) -> dict[FigureKey, int]:
    """Spans of the annotators, each counted once; matched pairs or links where these are what is compared."""
    spans = dict(zip(vocabulary.LABELS, map(int, own.spans), strict=True))
    spans[vocabulary.ALL] = sum(spans.values())
    bottoms = dict(zip(FIGURES, map(int, split(total)[1]), strict=True))
    counted_apart = {*MATCHED_FIGURES, *((scope, "boundary") for scope in spans)}
    return {figure: bottoms[figure] if figure in counted_apart else spans[figure[0]] for figure in FIGURES + ALPHAS}


# What is kept in the record


def figures_path(corpus: Corpus, round_name: str) -> Path:
    """Where a round's figures are."""
    return corpus.annotations / round_name / "agreement.jsonl"


def basis_path(corpus: Corpus, round_name: str) -> Path:
    """Where the record keeps the hashes of what they were computed from."""
    return corpus.annotations / round_name / "agreement.json"


def write(corpus: Corpus, agreed: RoundAgreement, tell: Tell = in_silence) -> None:
    """Keeps figures, and what they were computed from, in the record.

    A caller who measures and writes takes turns with others who measure the same round, so that older figures never
    take the place of newer ones.
    """
    content = table_bytes(agreed.figures)
    basis = {**agreed.basis, "figures_sha256": sha256(content)}
    with changing(corpus, tell):
        write_bytes(figures_path(corpus, agreed.round), content)
        write_bytes(basis_path(corpus, agreed.round), (json.dumps(basis, indent=2) + "\n").encode())


def write_sorting(corpus: Corpus, round_name: str, agreed: Agreed, tell: Tell = in_silence) -> None:
    """Keeps the figures of a round of sorting. They need no basis: whether they are stale is seen by measuring anew."""
    with changing(corpus, tell):
        write_bytes(figures_path(corpus, round_name), table_bytes(sorting_figures(round_name, agreed)))


def read(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """A round's figures as they were kept; no row where none were.

    Raises:
        Problem: the file cannot be read.
    """
    return read_sound(figures_path(corpus, round_name), schema.Agreement)


def is_stale(corpus: Corpus, round_name: str) -> bool:
    """Whether the figures kept are missing, or not of the layers and texts (or, of sorting, of the gold) as they are.

    Raises:
        Problem: the layers or the texts cannot be read.
    """
    if not dealt_events(corpus, round_name).is_empty():
        measured = sorting_figures(round_name, sorting_agreement(corpus, round_name))
        path = figures_path(corpus, round_name)
        return not path.exists() or path.read_bytes() != table_bytes(measured)
    try:
        kept = json.loads(basis_path(corpus, round_name).read_text(encoding="utf-8"))
        figures_sha256 = sha256(figures_path(corpus, round_name).read_bytes())
        draws = Draws(kept["draws"], kept["seed"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return True
    now = _basis(corpus, round_name, ranges_of_round(corpus, round_name), draws)
    return bool(kept != {**now, "figures_sha256": figures_sha256})


def _basis(corpus: Corpus, round_name: str, article_ranges: list[ArticleRange], draws: Draws) -> Basis:
    """Hashes of the layers and of the texts they are about, guidelines versions, seed and number of draws."""
    folders = folders_of(corpus, round_name)
    return {
        "draws": draws.count,
        "seed": draws.seed,
        "texts_sha256": _sha256_of(_texts(corpus, list(folders.values()), article_ranges)),
        "annotators": {name: _layer_basis(folder, article_ranges) for name, folder in sorted(folders.items())},
    }


def _texts(corpus: Corpus, folders: list[Location], article_ranges: list[ArticleRange]) -> Iterator[list[bytes]]:
    """Each article of the layers with the hash of its text, by id."""
    for article_range in article_ranges:
        ids = [
            read_range(table_path(folder, "tasks"), schema.Tasks, article_range).select("article_id")
            for folder in folders
        ]
        if ids:
            articles = pl.concat(ids).unique().sort("article_id")
            known = corpus.rows_of(articles["article_id"]).select("article_id", "text_sha256")
            for article, text in articles.join(known, on="article_id", how="left", maintain_order="left").iter_rows():
                yield [f"{article} {text}".encode()]


def _layer_basis(folder: Location, article_ranges: list[ArticleRange]) -> LayerBasis:
    guidelines = {
        version
        for rows in batches(table_path(folder, "tasks"), schema.Tasks, article_ranges)
        for version in rows["guidelines_version"].drop_nulls().unique()
    }
    tables = (_table_bytes(folder, name, article_ranges) for name in ("tasks", "spans", "relations"))
    return {"sha256": _sha256_of(tables), "guidelines": sorted(guidelines)}


def _table_bytes(folder: Location, name: str, article_ranges: list[ArticleRange]) -> Iterator[bytes]:
    """A table of a layer as the record has it, range by range. The order of relations is that of their spans."""
    needed = {name, "spans"} if name == "relations" else {name}
    for article_range in article_ranges:
        tables = {
            table: read_range(table_path(folder, table), model, article_range)
            if table in needed
            else schema.empty(model)
            for table, model in TABLES.items()
        }
        yield table_bytes(getattr(sort_layer(Layer(folder.name, **tables)), name))


def _sha256_of(lines: Iterable[Iterable[bytes]]) -> str:
    """SHA-256, as hex, of lines that come in pieces, with LF between two."""
    hasher = hashlib.sha256()
    for number, pieces in enumerate(lines):
        hasher.update(b"\n" if number else b"")
        for piece in pieces:
            hasher.update(piece)
    return hasher.hexdigest()
