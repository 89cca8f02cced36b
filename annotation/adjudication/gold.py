"""The gold as adjudication makes it: rows by article, and what may take whose place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, Removal, make_layer, read_layer, removals, sort_layer, write_layers
from dataset.record.provenance import passed_articles, provenance_path, read_provenance
from dataset.record.rows import Decision, DecisionRow, ProvenanceRow
from dataset.storage.address import Location
from dataset.storage.tables import read_table, write_table


def read_gold(corpus: Corpus) -> Layer:
    """The gold, empty where there is none yet."""
    return read_layer(corpus.layer_path(GOLD), GOLD)


def settled(corpus: Corpus, round_name: str) -> set[str]:
    """The articles that have gold, but for what passed from this round: that gives way to what the round has now."""
    return set(read_gold(corpus).tasks["article_id"]) - passed_articles(corpus, round_name)


def decided_gold(corpus: Corpus) -> set[str]:
    """The articles whose gold an adjudicator decided, in whatever round: nothing that passes takes its place."""
    return set(read_gold(corpus).tasks["article_id"]) - passed_articles(corpus)


def gold_of_others(corpus: Corpus, round_name: str, adjudicator: str) -> set[str]:
    """The articles whose gold another round or another adjudicator made; what passed from this round is nobody's."""
    gold = read_gold(corpus).tasks
    decisions = read_table(corpus.decisions, schema.Decisions)
    elsewhere = decisions.filter(pl.col("round") != round_name)["article_id"]
    whose = (pl.col("annotator") != adjudicator) | pl.col("article_id").is_in(elsewhere.unique().to_list())
    return set(gold.filter(whose)["article_id"]) - passed_articles(corpus, round_name)


class GoldRows:
    """Rows of the gold, as they come."""

    def __init__(self, round_name: str, adjudicator: str) -> None:
        self._round, self._adjudicator = round_name, adjudicator
        self.layer: dict[str, list[Mapping[str, object]]] = {"tasks": [], "spans": [], "relations": [], "findings": []}
        self.decisions: list[DecisionRow] = []
        self.provenance: list[ProvenanceRow] = []

    @property
    def articles(self) -> list[str]:
        """The articles that they are about."""
        return [row["article_id"] for row in self.provenance]

    def add(
        self,
        article: str,
        labelled_by: list[str],
        decisions: list[Decision],
        *,
        adjudicated: bool,
        **tables: Sequence[Mapping[str, object]],
    ) -> None:
        """Adds rows of an article to the layer's tables, to `decisions` and to `provenance`.

        Where nobody adjudicated it, they are those of the first who labelled it.
        """
        key = {"article_id": article, "round": GOLD, "annotator": self._adjudicator if adjudicated else labelled_by[0]}
        self.decisions += [{"round": self._round, "article_id": article, **row} for row in decisions]
        self.provenance.append(
            {
                "article_id": article,
                "round": self._round,
                "labelled_by": labelled_by,
                "adjudicated": adjudicated,
            }
        )
        for name, rows in tables.items():
            self.layer[name] += [{**row, **key} for row in rows]

    def removals(self, corpus: Corpus) -> list[Removal]:
        """What the gold would lose by these rows."""
        return removals(read_gold(corpus).only(self.articles), make_layer(GOLD, **self.layer))

    def write(self, corpus: Corpus, pull: Mapping[str, str]) -> list[Location]:
        """Puts the rows into the gold, which `pull` brought. Returns the files that changed."""
        old, new = read_gold(corpus).except_for(self.articles), make_layer(GOLD, **self.layer)
        tables = {name: pl.concat([getattr(old, name), getattr(new, name)]) for name in self.layer}
        # First: `validate` reports decisions without their gold, but not gold that never had any. And gold of which it
        # is not said that it passed counts as decided, and would not give way to what its round has later.
        beside = {
            corpus.decisions: (schema.Decisions, self._decisions(corpus)),
            provenance_path(corpus): (schema.Provenance, self._provenance(corpus)),
        }
        written = [path for path, (table, rows) in beside.items() if write_table(path, table, rows)]
        gold = {corpus.layer_path(GOLD): sort_layer(Layer(GOLD, **tables))}
        return written + write_layers(gold, pull, corpus.form)

    def _decisions(self, corpus: Corpus) -> pl.DataFrame:
        old = read_table(corpus.decisions, schema.Decisions).filter(~pl.col("article_id").is_in(self.articles))
        new = schema.frame(schema.Decisions, self.decisions)
        return pl.concat([old, new]).sort("article_id", maintain_order=True)

    def _provenance(self, corpus: Corpus) -> pl.DataFrame:
        old = read_provenance(corpus).filter(~pl.col("article_id").is_in(self.articles))
        return pl.concat([old, schema.frame(schema.Provenance, self.provenance)]).sort("article_id")
