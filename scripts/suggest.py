"""`hedgerow suggest`."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from annotation.rounds.plans import read_plan
from annotation.rounds.push import deals_path
from annotation.suggesting.acceptance import acceptance
from annotation.suggesting.layers import SuggestedLayer, articles_of, suggest, write_suggestions
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.locks import changing, reading
from dataset.scheme.vocabulary import LABELS
from dataset.storage.atomic import writing
from scripts.cli.acceptance import show_acceptance
from scripts.cli.console import CorpusOption, JsonOption, RoundOption, count, say, say_json, tell
from scripts.cli.names import checked_names
from scripts.cli.options import Engine, EngineOption, started


@dataclass(frozen=True)
class _Summary:
    """How many articles and spans a layer has, by label, and how many were dropped, by the code of what they broke."""

    layer: str
    articles: int
    spans: dict[str, int]
    dropped: dict[str, int]


def command(
    round_name: RoundOption,
    by: Annotated[
        list[str] | None,
        typer.Option(
            help="A suggester such as rules, spacy or file:predictions.jsonl; may be repeated.", metavar="NAME"
        ),
    ] = None,
    report: Annotated[
        bool, typer.Option("--report", help="Instead: what annotators made of the suggestions of the round.")
    ] = False,
    engine: EngineOption = Engine.HERE,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write what a program suggests for a round's articles, as a layer of its own that is nobody's work.

    The articles are those that were dealt in the round, or all of them where none were. Each suggester has a layer in
    ROUND/suggestions, with the score of each span in suggestion_scores.jsonl. No other command takes it for an
    annotator's, and none of it becomes gold by itself. A span that breaks a rule of the scheme is dropped, and counted
    here by the code of that rule, as in `hedgerow validate --codes`. Several suggesters also have a layer together, as
    rules-spacy, in which suggestion_scores.jsonl says who agrees on each span.

    With --report nothing is written: it tells by label and score how many suggestions annotators kept, changed and
    dropped, what they added by hand, and how articles with suggestions differ from those of `push --without`.

    `rules` needs no model. `spacy` parses each sentence, with the extra `suggest`; `spacy:PIPELINE` takes another
    pipeline of English. `file:PATH` takes predictions that were made elsewhere, as JSON Lines or Parquet. `endpoint`
    sends the texts to the server that OPENAI_BASE_URL names and asks for the model in hedgerow.toml; no other suggester
    sends them anywhere.

    Example: hedgerow suggest --round r1 --by rules --by spacy
    Example: hedgerow suggest --round r1 --by file:predictions.jsonl
    Example: hedgerow suggest --round r1 --report
    """
    here = open_corpus(corpus)
    checked_names([round_name])
    if report and by:
        raise typer.BadParameter("--report tells of suggestions that were shown, so it does not go with --by")
    if not report and not by:
        raise typer.BadParameter("name a suggester with --by, or ask for --report")
    if report:
        with reading(here, tell):
            accepted = acceptance(here, round_name)
        say_json(asdict(accepted)) if as_json else show_acceptance(accepted)
        return
    left = "the suggestions of before are as they were"
    with started(engine) as each, writing(here.root, left), changing(here, tell):
        articles = articles_of(here, round_name)
        layers = suggest(here, round_name, [*dict.fromkeys(by or ())], articles, each)
        for layer in layers:
            write_suggestions(here, layer)
    summaries = [_summary(layer) for layer in layers]
    if as_json:
        say_json([vars(summary) for summary in summaries])
        return
    for summary in summaries:
        _say(here, summary)
    if not deals_path(here, round_name).exists():
        say(f"Nothing was dealt in {round_name} yet, so these are all articles of the corpus.")
    last = layers[-1].layer.name.rpartition("/")[2]
    _say_what_next(here, round_name, last)


def _say_what_next(corpus: Corpus, round_name: str, suggester: str) -> None:
    """A round that was dealt already shows what it was dealt with."""
    plan = read_plan(corpus, round_name)
    if plan is None:
        say(f"Next: `hedgerow push --round {round_name} --annotator a1 --suggestions {suggester}`")
    elif plan.suggestions == suggester:
        say(f"Next: `hedgerow push --round {round_name}`")
    else:
        say(f"{round_name} is pushed with {plan.suggestions or 'no'} suggestions; show these in a round of its own")


def _summary(suggested: SuggestedLayer) -> _Summary:
    counted = Counter(suggested.layer.spans["label"])
    spans = {label: counted[label] for label in LABELS}
    return _Summary(suggested.layer.name, suggested.layer.tasks.height, spans, dict(suggested.dropped.most_common()))


def _say(corpus: Corpus, summary: _Summary) -> None:
    counts = ", ".join(count(number, label) for label, number in summary.spans.items())
    say(f"{summary.layer}: {counts} in {count(summary.articles, 'article')}")
    if summary.dropped:
        codes = ", ".join(f"{code} {number}" for code, number in summary.dropped.items())
        say(f"Dropped: {codes}")
    say(f"They are in {corpus.layer_path(summary.layer)}")
