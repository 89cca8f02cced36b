"""Agreement between a round's annotators: figures with intervals, and what they were computed from.

F1 is pooled: matches and spans are added up over all pairs of annotators and all articles, then divided. An article in
which a pair marked nothing adds nothing to any F1; one in which nobody did is left out of alpha, too. Such an article
counts in `document` only, as 1; when intervals are drawn, it is drawn like any other.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from annotation import alpha, bootstrap
from annotation.coded import Coded, Numbers, coded
from annotation.rounds import Compared, compared, layers_of, pairs
from annotation.tallies import FIGURES, MATCHED_FIGURES, Figure, Tally, spans_by_label, tally
from dataset import schema, scheme
from dataset.corpus import Corpus
from dataset.files import read_table, sha256, table_bytes, write_bytes
from dataset.layer import Layer

Floats = NDArray[np.float64]
Row = dict[str, Any]

ALPHAS: Final[list[Figure]] = [(label, scheme.ALPHA) for label in scheme.LABELS]
DECIMALS: Final = 6


@dataclass(frozen=True)
class Agreed:
    """A round's figures, as the table `Agreement`, and what they were computed from."""

    round: str
    annotators: list[str]
    articles: int
    figures: pl.DataFrame
    basis: Row


@dataclass(frozen=True)
class Draws:
    """How intervals are drawn."""

    count: int = bootstrap.DRAWS
    seed: int = bootstrap.SEED


def agreement(corpus: Corpus, round_name: str, draws: Draws = Draws()) -> Agreed:
    """Measures the agreement of a round.

    Raises:
        Problem: there is nothing to compare, or what there is cannot be compared.
    """
    layers = layers_of(corpus, round_name)
    work = compared(corpus, round_name, layers)
    basis = _basis(corpus, layers, draws)
    return Agreed(round_name, sorted(work.layers), len(work.lengths), figures(work, draws), basis)


def figures(work: Compared, draws: Draws = Draws()) -> pl.DataFrame:
    """All figures of all annotators together, then of each pair that has articles in common."""
    works, lengths = coded(work), np.array(list(work.lengths.values()), dtype=np.int64)
    tallies = {(a, b): tally(works[a], works[b]) for a, b in pairs(list(works))}
    total = sum(list(tallies.values())[1:], start=next(iter(tallies.values())))
    rows = _rows(work.round, None, total, list(works.values()), lengths, draws)
    for (a, b), own in tallies.items():
        if (works[a].submitted & works[b].submitted).any():
            rows += _rows(work.round, f"{a},{b}", own, [works[a], works[b]], lengths, draws)
    return schema.frame(schema.Agreement, rows)


def _rows(
    round_name: str, annotators: str | None, own: Tally, works: Sequence[Coded], lengths: Numbers, draws: Draws
) -> list[Row]:
    """The figures of some annotators; articles that fewer than two of them submitted are in none."""
    common = np.sum([work.submitted for work in works], axis=0) >= 2
    characters = alpha.tallies(works, lengths)
    columns = np.hstack([own.top, own.bottom, characters.reshape(len(lengths), -1)])[common]
    values = _values(columns.sum(axis=0))
    low, high = bootstrap.intervals(columns, _values, draws=draws.count, seed=draws.seed)
    on_articles = np.append((own.bottom > 0).sum(axis=0), (characters[:, :, 2] > 0).sum(axis=0))
    on_spans = _rests_on(own, works, common)
    people = sum(bool(work.submitted[common].any()) for work in works)
    return [
        {"round": round_name, "annotators": annotators, "scope": scope, "measure": measure}
        | _interval(values[at], low[at], high[at], int(on_articles[at]))
        | {"annotator_count": people, "spans": on_spans[scope, measure]}
        for at, (scope, measure) in sorted(enumerate(FIGURES + ALPHAS), key=lambda one: _place(one[1]))
    ]


def _place(figure: Figure) -> tuple[int, int]:
    return scheme.SCOPES.index(figure[0]), scheme.MEASURES.index(figure[1])


def _values(sums: Floats) -> Floats:
    """Figures from sums of tops, bottoms and alpha's tallies (… × columns); NaN where one does not exist."""
    count = len(FIGURES)
    top, bottom, characters = sums[..., :count], sums[..., count : 2 * count], sums[..., 2 * count :]
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = np.where(bottom > 0, top / bottom, np.nan)
    alphas = alpha.alpha(characters.reshape(*characters.shape[:-1], -1, 3))
    return np.concatenate([shares, alphas], axis=-1)


def _interval(value: float, low: float, high: float, articles: int) -> Row:
    """A figure and its interval. One article cannot vary, so that it has none."""
    known = {"value": value, "low": low if articles > 1 else np.nan, "high": high if articles > 1 else np.nan}
    rounded = {
        name: None if np.isnan(number) else round(float(number), DECIMALS) + 0.0 for name, number in known.items()
    }
    return rounded | {"articles": articles}


def _rests_on(own: Tally, works: Sequence[Coded], common: NDArray[np.bool_]) -> dict[Figure, int]:
    """Spans of the annotators, each counted once; matched pairs or links where these are what is compared."""
    by_label = sum(spans_by_label(work)[common].sum(axis=0) for work in works)
    spans = dict(zip(scheme.LABELS, map(int, by_label), strict=True))
    spans[scheme.ALL] = sum(spans.values())
    bottoms = dict(zip(FIGURES, map(int, own.bottom.sum(axis=0)), strict=True))
    counted_apart = {*MATCHED_FIGURES, *((scope, "boundary") for scope in spans)}
    return {one: bottoms[one] if one in counted_apart else spans[one[0]] for one in FIGURES + ALPHAS}


# What is kept in the record


def figures_path(corpus: Corpus, round_name: str) -> Path:
    """Where a round's figures lie."""
    return corpus.annotations / round_name / "agreement.jsonl"


def basis_path(corpus: Corpus, round_name: str) -> Path:
    """Where it lies what they were computed from."""
    return corpus.annotations / round_name / "agreement.json"


def write(corpus: Corpus, agreed: Agreed) -> None:
    """Keeps figures, and what they were computed from, in the record."""
    content = table_bytes(agreed.figures)
    write_bytes(figures_path(corpus, agreed.round), content)
    basis = agreed.basis | {"figures_sha256": sha256(content)}
    write_bytes(basis_path(corpus, agreed.round), (json.dumps(basis, indent=2) + "\n").encode())


def read(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """A round's figures as they were kept; no row where none were.

    Raises:
        Problem: the file cannot be read.
    """
    return read_table(figures_path(corpus, round_name), schema.Agreement)


def is_stale(corpus: Corpus, round_name: str) -> bool:
    """Whether the figures kept are missing, or layers or texts are not those they were computed from."""
    try:
        kept = json.loads(basis_path(corpus, round_name).read_text(encoding="utf-8"))
        figures_sha256 = sha256(figures_path(corpus, round_name).read_bytes())
        draws = Draws(kept["draws"], kept["seed"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return True
    now = _basis(corpus, layers_of(corpus, round_name), draws)
    return bool(kept != now | {"figures_sha256": figures_sha256})


def _basis(corpus: Corpus, layers: dict[str, Layer], draws: Draws) -> Row:
    """Hashes of the layers and of the texts they are about, guidelines versions, seed and number of draws."""
    articles = sorted({article for layer in layers.values() for article in layer.tasks["article_id"]})
    texts = [f"{one} {corpus.by_id.get(one, {}).get('text_sha256')}" for one in articles]
    return {
        "draws": draws.count,
        "seed": draws.seed,
        "texts_sha256": sha256("\n".join(texts).encode()),
        "annotators": {name: _layer_basis(layer) for name, layer in sorted(layers.items())},
    }


def _layer_basis(layer: Layer) -> Row:
    tables = (layer.tasks, layer.spans, layer.relations)
    return {
        "sha256": sha256(b"\n".join(map(table_bytes, tables))),
        "guidelines": layer.tasks["guidelines_version"].drop_nulls().unique().sort().to_list(),
    }
