"""What became of an annotator's spans in the gold, for that annotator alone: never who else had what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Final

import polars as pl

from annotation.labelstudio.seats import Seat
from annotation.page.messages import OutcomeCounts, SpanOutcome, outcomes_markdown
from annotation.rounds import projects
from annotation.rounds.inbox import show_on_pages
from annotation.rounds.locks import one_at_a_time
from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer, table_path
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.provenance import passed_articles
from dataset.record.rows import DecisionRow, SpanRow, rows_of
from dataset.scheme import vocabulary
from dataset.storage.tables import read_table

_NAMES: Final = {name: name.partition("_")[2] for names in vocabulary.ATTRIBUTES.values() for name in names}
_Key = tuple[str, str]


@dataclass(frozen=True)
class Feedback:
    """What became of an annotator's spans: article by article of one round, and in figures round by round."""

    annotator: str
    articles: dict[str, list[SpanOutcome]]
    tallies: dict[str, OutcomeCounts]


def feedback(corpus: Corpus, round_name: str, annotator: str, tell: Tell = in_silence) -> Feedback:
    """What became of what an annotator submitted in a round.

    Raises:
        Problem: none of it is adjudicated, or a table cannot be read.
    """
    with reading(corpus, tell):
        decisions = read_table(table_path(corpus.layer_path(GOLD), "decisions"), schema.Decisions)
        decisions = decisions.filter(~pl.col("article_id").is_in(passed_articles(corpus)))
        gold = _by_key(read_layer(corpus.layer_path(GOLD), GOLD).spans)
        rounds = decisions.filter(annotator=annotator)["round"].unique().sort().to_list()
        outcomes = {name: _outcomes(corpus, name, annotator, decisions.filter(round=name), gold) for name in rounds}
    if round_name not in outcomes:
        raise Problem(
            f"nothing that {annotator} did in round {round_name} is adjudicated",
            f"adjudicate it first: `hedgerow adjudicate --round {round_name}`, then with --pull",
        )
    tallies = {name: _tally(articles) for name, articles in outcomes.items()}
    return Feedback(annotator, outcomes[round_name], tallies)


def show(corpus: Corpus, round_name: str, seat: Seat, tell: Tell = in_silence) -> Feedback:
    """Puts onto the page of each adjudicated article of a round what became of the annotator's spans there.

    Raises:
        Problem: there is nothing to show, or the server cannot be asked.
    """
    result = feedback(corpus, round_name, seat.annotator, tell)
    shown = {article: outcomes_markdown(spans, result.tallies) for article, spans in result.articles.items()}
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        show_on_pages(seat, projects.existing(corpus, round_name, seat), "outcome", shown)
    return result


def _by_key(spans: pl.DataFrame) -> dict[_Key, SpanRow]:
    return {(span["article_id"], span["span_id"]): span for span in rows_of(spans, SpanRow)}


def _outcomes(
    corpus: Corpus, round_name: str, annotator: str, decisions: pl.DataFrame, gold: Mapping[_Key, SpanRow]
) -> dict[str, list[SpanOutcome]]:
    """By article: the annotator's spans, and those of the gold that the annotator does not have, by their places."""
    layer = f"{round_name}/{annotator}"
    own = _by_key(read_layer(corpus.layer_path(layer), layer).spans)
    of_spans = list(rows_of(decisions.filter(pl.col("to_span").is_null()), DecisionRow))
    mine = {(row["article_id"], row["span_id"]): row for row in of_spans if row["annotator"] == annotator}
    articles = {article for article, _ in mine} & {article for article, _ in own}
    outcomes: dict[str, list[tuple[int, SpanOutcome]]] = {article: [] for article in sorted(articles)}
    for key, row in mine.items():
        if key in own and key[0] in outcomes:
            target = gold.get((key[0], row["gold_span"] or ""))
            outcomes[key[0]].append((own[key]["start"], _outcome(own[key], target, row)))
    for span, rule in _missed(of_spans, mine, gold, articles):
        missed = SpanOutcome("missed", span["label"], None, span["text"], (), rule, None)
        outcomes[span["article_id"]].append((span["start"], missed))
    return {article: [each for _, each in sorted(placed, key=itemgetter(0))] for article, placed in outcomes.items()}


def _outcome(own: SpanRow, gold: SpanRow | None, row: DecisionRow) -> SpanOutcome:
    kind = "dropped" if gold is None else "kept" if row["outcome"] == "kept" else "changed"
    changes = tuple(_changes(own, gold)) if gold is not None and kind == "changed" else ()
    words = gold["text"] if gold is not None else None
    return SpanOutcome(kind, own["label"], own["text"], words, changes, row["rule"], row["note"])


def _changes(own: SpanRow, gold: SpanRow) -> Iterator[str]:
    """What differs besides the words, as `kind: modal, not evidential`."""
    if own["label"] != gold["label"]:
        yield f"label: {gold['label']}, not {own['label']}"
    for name, short in _NAMES.items():
        was, wanted = _shown(own[name]), _shown(gold[name])  # type: ignore[literal-required]
        if was != wanted:
            yield f"{short}: {wanted or 'none'}, not {was or 'none'}"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _missed(
    of_spans: list[DecisionRow], mine: Mapping[_Key, DecisionRow], gold: Mapping[_Key, SpanRow], articles: set[str]
) -> Iterator[tuple[SpanRow, str | None]]:
    """Gold spans of these articles that nothing of the annotator's is or gave way to, with the rule that decided."""
    had = {(article, row["gold_span"]) for (article, _), row in mine.items()}
    rules = {(row["article_id"], row["gold_span"]): row["rule"] for row in of_spans if row["gold_span"]}
    for key, span in gold.items():
        if key[0] in articles and key in rules and key not in had:
            yield span, rules[key]


def _tally(articles: Mapping[str, list[SpanOutcome]]) -> OutcomeCounts:
    return Counter(outcome.kind for outcomes in articles.values() for outcome in outcomes)
