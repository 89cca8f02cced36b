"""Where what the gold holds was decided or labelled: the task, or the command that opens one of adjudication."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import polars as pl

from annotation.rounds.pull import addresses
from dataset import schema
from dataset.checks.statements import ABOUT_EVENTS
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, table_path
from dataset.record.provenance import read_provenance
from dataset.record.rows import ProvenanceRow, rows_of
from dataset.storage.atomic import make_private, write_bytes
from dataset.storage.tables import read_table

_ADJUDICATOR: Final = "adjudicator"
"""Who decides where nobody is named."""


def note(corpus: Corpus, round_name: str, addresses: Mapping[str, str]) -> None:
    """Keeps on this machine where each article of a round is adjudicated, by article_id."""
    path = _path(corpus, round_name)
    make_private(path.parent)
    write_bytes(path, json.dumps(dict(sorted(addresses.items())), indent=1).encode())


def _path(corpus: Corpus, round_name: str) -> Path:
    return corpus.state / "places" / GOLD / f"{round_name}.json"


@dataclass
class GoldPlaces:
    """Where the articles of a gold are adjudicated, read when it is first asked."""

    corpus: Corpus

    def address(self, article: str, code: str) -> str | None:
        """The task in which a finding in the gold is fixed; None where no pull of this machine saw it.

        The work of one annotator that passed is fixed in that annotator's own task.
        """
        round_name = None if code in ABOUT_EVENTS else self._round(article)
        if round_name is None:
            return None
        passed = self._passed.get(article)
        names = passed["labelled_by"] if passed else []
        own = self._labelled(f"{round_name}/{names[0]}") if len(names) == 1 else {}
        return self._noted(round_name).get(article) or own.get(article)

    def command(self, article: str, code: str) -> str | None:
        """What opens the round again that decided an article, or, for a finding about an event, sorted its quotes."""
        if code in ABOUT_EVENTS:
            row = self.corpus.by_id.get(article)
            round_name, who = self._sorted_in.get(str(row["event_id"]) if row else ""), _ADJUDICATOR
        else:
            round_name, who = self._round(article), self._adjudicators.get(article, _ADJUDICATOR)
            if round_name and article in self._passed:  # nobody decided about it, and --all alone opens it
                return f"hedgerow adjudicate --round {round_name} --all"
        named = "" if who == _ADJUDICATOR else f" --adjudicator {who}"
        return f"hedgerow adjudicate --round {round_name}{named} --replace" if round_name else None

    def _round(self, article: str) -> str | None:
        passed = self._passed.get(article)
        return passed["round"] if passed else self._rounds.get(article)

    def _noted(self, round_name: str) -> dict[str, str]:
        if round_name not in self._by_round:
            self._by_round[round_name] = _read(_path(self.corpus, round_name))
        return self._by_round[round_name]

    def _labelled(self, layer: str) -> dict[str, str]:
        if layer not in self._by_layer:
            self._by_layer[layer] = addresses(self.corpus, layer)
        return self._by_layer[layer]

    @cached_property
    def _by_layer(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _by_round(self) -> dict[str, dict[str, str]]:
        return {}

    @cached_property
    def _rounds(self) -> dict[str, str]:
        """The round that decided an article."""
        with suppress(Problem):
            decided = read_table(self.corpus.decisions, schema.Decisions).select("article_id", "round").unique()
            return dict(decided.drop_nulls().sort("round").iter_rows())
        return {}

    @cached_property
    def _passed(self) -> dict[str, ProvenanceRow]:
        """What the record says of the articles that passed without an adjudicator."""
        with suppress(Problem):
            passed = read_provenance(self.corpus).filter(~pl.col("adjudicated"))
            return {row["article_id"]: row for row in rows_of(passed, ProvenanceRow)}
        return {}

    @cached_property
    def _adjudicators(self) -> dict[str, str]:
        with suppress(Problem):
            tasks = read_table(table_path(self.corpus.layer_path(GOLD), "tasks"), schema.Tasks)
            return dict(tasks.select("article_id", "annotator").drop_nulls().iter_rows())
        return {}

    @cached_property
    def _sorted_in(self) -> dict[str, str]:
        """The last round, by name, in which an event's quotes were sorted."""
        rounds: dict[str, str] = {}
        for path in sorted(self.corpus.annotations.glob("*/event_deals.jsonl")):
            with suppress(Problem):
                events = read_table(path, schema.EventDeals).select(pl.col("event_id").drop_nulls().unique())
                rounds |= dict.fromkeys(events["event_id"], path.parent.name)
        return rounds


def _read(path: Path) -> dict[str, str]:
    try:
        noted = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(article): str(at) for article, at in noted.items()} if isinstance(noted, dict) else {}
