"""Annotators measured on control articles: articles with gold, which their round had no part in."""

from __future__ import annotations

from typing import NamedTuple

from dataset import schema
from dataset.agreement.compared import compared, layers_of
from dataset.agreement.ranges import split, tallied
from dataset.agreement.tallies import FIGURES
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer, table_path
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.provenance import passed_articles
from dataset.scheme import vocabulary
from dataset.storage.tables import read_table


class ControlScore(NamedTuple):
    """An annotator's F1 against the gold on the control articles that they submitted, of spans with the same offsets.

    `f1` is None where neither has marked anything in them.
    """

    annotator: str
    articles: int
    f1: float | None


def control_articles(corpus: Corpus, round_name: str) -> set[str]:
    """The articles of which the gold was not decided from this round; what no adjudicator decided is no control.

    Raises:
        Problem: a table of the gold cannot be read.
    """
    tasks = read_table(table_path(corpus.layer_path(GOLD), "tasks"), schema.Tasks)
    decisions = read_table(corpus.decisions, schema.Decisions).filter(round=round_name)
    return set(tasks.filter(status="submitted")["article_id"]) - set(decisions["article_id"]) - passed_articles(corpus)


def control_scores(corpus: Corpus, round_name: str, tell: Tell = in_silence) -> list[ControlScore]:
    """How each annotator of a round did on its control articles, by name; none where no such article was submitted.

    Raises:
        Problem: a layer or a text cannot be read, or a layer holds work on another text than the corpus has.
    """
    with reading(corpus, tell):
        controls = sorted(control_articles(corpus, round_name))
        if not controls:
            return []
        gold = read_layer(corpus.layer_path(GOLD), GOLD).only(controls)
        layers = {name: layer.only(controls) for name, layer in layers_of(corpus, round_name).items()}
        scores = []
        for name in sorted(layers):
            rows = tallied(compared(corpus, round_name, {name: layers[name], GOLD: gold})).rows_of(None)
            if len(rows):
                top, bottom, _ = split(rows.sum(axis=0))
                f1 = float(top[_EXACT] / bottom[_EXACT]) if bottom[_EXACT] else None
                scores.append(ControlScore(name, len(rows), f1))
    return scores


_EXACT = FIGURES.index((vocabulary.ALL, "exact"))
