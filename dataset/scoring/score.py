"""Predictions scored against a gold, whatever either is: a layer, a built folder, a file, or rows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import polars as pl

from dataset.agreement.figures import Draws
from dataset.problem import Problem
from dataset.record.corpus import Corpus, at_hand, open_corpus
from dataset.record.layer import GOLD, Layer, suggestions_in
from dataset.record.locks import Tell, in_silence, reading
from dataset.scoring.ceiling import Ceiling, ceiling_of, rounds_beside
from dataset.scoring.docbin import SUFFIX, of_docbin
from dataset.scoring.labelled import LabelledArticles
from dataset.scoring.rows import of_file, of_rows
from dataset.scoring.scored import DRAWS, PredictionScore, scored
from dataset.scoring.sources import of_folder, of_layer, of_sorting, of_work

PredictionsSource = str | Path | Iterable[Mapping[str, Any]] | pl.DataFrame | Layer
_LAYER: Final = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+")


def score(
    predictions: PredictionsSource,
    gold: str | Path = GOLD,
    *,
    split: str | None = None,
    ceiling: Sequence[str] | None = None,
    assisted: bool = False,
    corpus: Path | None = None,
    draws: Draws = DRAWS,
    tell: Tell = in_silence,
) -> PredictionScore:
    """Scores predictions against a gold.

    Args:
        predictions: rows with the columns of the table `Predictions`, of which article_id, label, start and end are
            required; or a file of such rows, JSON Lines or Parquet; or spaCy's DocBin in a file `….spacy`; or a built
            dataset folder; or a layer of the record, such as `r1/a1`; or a layer that the record does not have.
        gold: a built dataset folder, or a layer of the record.
        split: the only split to look at.
        ceiling: the rounds whose annotators' agreement is to be beside the figures: of labelling, of sorting, or one of
            each; none if empty. If not named, they are those in which most of the gold was done by two annotators.
        assisted: whether articles count whose gold was labelled with suggestions, which flatters what suggested them.
        corpus: the folder of the corpus that has the layers; the nearest one if not named.
        draws: how the intervals are drawn.
        tell: takes a line where the record has to be waited for.

    Raises:
        Problem: the predictions or the gold cannot be read, or the predictions are not of the gold's texts.
    """
    here = open_corpus(corpus) if corpus or at_hand() else None
    with reading(here, tell) if here else nullcontext():
        whole = _gold(gold, here)
        reference, without_help = _unassisted(whole if split is None else _of_split(whole, split), assisted=assisted)
        predicted, ignored = _predictions(predictions, here, whole)
        outside = whole.articles.join(reference.articles, on="article_id", how="anti")
        beside = _Beside(here, ceiling, draws)
        scores = scored(predicted.without(outside), reference, draws, beside.ceiling)
        return replace(scores, ignored=ignored, notes=[*without_help, *beside.notes])


class _Beside:
    """Finds the ceiling; `notes` say why there is none where nobody asked for a round, but one cannot be read."""

    def __init__(self, corpus: Corpus | None, names: Sequence[str] | None, draws: Draws) -> None:
        self._corpus, self._names, self._draws = corpus, names, draws
        self.notes: list[str] = []

    def ceiling(self, gold: LabelledArticles) -> Ceiling:
        if self._names is not None:
            return ceiling_of(_required(self._corpus), gold, self._names, self._draws) if self._names else Ceiling()
        try:
            return (
                ceiling_of(self._corpus, gold, rounds_beside(self._corpus, gold), self._draws)
                if self._corpus
                else Ceiling()
            )
        except Problem as problem:
            self.notes.append(f"no ceiling, because {problem.what}")
            return Ceiling()


def _unassisted(gold: LabelledArticles, *, assisted: bool) -> tuple[LabelledArticles, list[str]]:
    """The gold without articles that were labelled with suggestions, unless they are wanted; and a note about them."""
    helped = gold.articles.filter(pl.col("article_id").is_in(list(gold.assisted)))
    if not helped.height:
        return gold, []
    count = f"{helped.height} of {gold.articles.height} articles of the gold were labelled with suggestions"
    if assisted:
        return gold, [f"{count}, which flatters what suggested them"]
    rest = gold.without(helped)
    if not rest.articles.height:
        raise Problem(
            f"all articles of {gold.name} were labelled with suggestions, so scores would flatter what suggested them",
            "score with --assisted all the same, or against articles that were labelled without",
        )
    return rest, [f"{count} and are left out; --assisted counts them"]


def _of_split(gold: LabelledArticles, split: str) -> LabelledArticles:
    known = sorted(gold.articles["split"].drop_nulls().unique())
    if split not in known:
        raise Problem(f"{gold.name} has no split {split}", f"name one that it has: {', '.join(known) or 'none'}")
    return gold.only(gold.articles.filter(split=split))


def _gold(gold: str | Path, corpus: Corpus | None) -> LabelledArticles:
    if _is_layer(gold, corpus):
        return of_layer(_required(corpus), str(gold))
    if Path(gold).is_dir():
        return of_folder(Path(gold))
    raise _nothing_there(gold, corpus, "a built folder")


def _predictions(
    predictions: PredictionsSource, corpus: Corpus | None, gold: LabelledArticles
) -> tuple[LabelledArticles, list[str]]:
    """The predictions, and the names of columns that mean nothing here."""
    if isinstance(predictions, Layer):
        return of_work(_required(corpus), predictions), []
    if not isinstance(predictions, str | Path):
        return of_rows(predictions), []
    if _is_layer(predictions, corpus) or _is_suggested(predictions, corpus):
        return of_layer(_required(corpus), str(predictions)), []
    if (
        corpus
        and _LAYER.fullmatch(str(predictions))
        and (corpus.layer_path(str(predictions)) / "tellings.jsonl").exists()
    ):
        return of_sorting(corpus, str(predictions), gold.articles), []
    if Path(predictions).is_dir():
        return of_folder(Path(predictions)), []
    if Path(predictions).suffix == SUFFIX and Path(predictions).is_file():
        return of_docbin(Path(predictions), gold.articles), []
    if Path(predictions).is_file():
        return of_file(Path(predictions))
    raise _nothing_there(predictions, corpus, "a file, a built folder")


def _is_layer(name: str | Path, corpus: Corpus | None) -> bool:
    """Whether the name is that of a layer, or can be nothing else."""
    if corpus is not None:
        return str(name) in corpus.layers()
    return str(name) == GOLD and not Path(name).exists()


def _is_suggested(name: str | Path, corpus: Corpus | None) -> bool:
    """Whether the name is that of a layer of suggestions, which can be scored and is no gold."""
    return corpus is not None and str(name) in suggestions_in(corpus.record)


def _required(corpus: Corpus | None) -> Corpus:
    return corpus or open_corpus(None)


def _nothing_there(name: str | Path, corpus: Corpus | None, kinds: str) -> Problem:
    layers = ", ".join(corpus.layers()) if corpus else ""
    known = f" or a layer of the record: {layers}" if layers else ""
    what = f"{name} is a file and no gold" if Path(name).exists() else f"there is no {name}"
    return Problem(what, f"name {kinds}{known}")
