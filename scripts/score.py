"""`hedgerow score`."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Annotated

import typer

from annotation.suggesting.layers import suggest
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.counts import submitted_articles
from dataset.record.layer import GOLD
from dataset.record.locks import changing
from dataset.scoring.baselines import baselines_path, keep_baseline
from dataset.scoring.score import score
from dataset.scoring.scored import PredictionScore
from scripts.cli.console import CorpusOption, JsonOption, say, say_json, tell
from scripts.cli.names import checked_names
from scripts.cli.scores import markdown, notes, print_tables


def command(
    predictions: Annotated[
        str | None,
        typer.Argument(
            help="JSON Lines or Parquet with a span a row, a DocBin (….spacy), a built folder or a layer (r1/a1).",
            metavar="PREDICTIONS",
        ),
    ] = None,
    gold: Annotated[
        str, typer.Option(help="What to score against: a built folder, or a layer of the record.", metavar="DIR|LAYER")
    ] = GOLD,
    split: Annotated[str | None, typer.Option(help="Only the articles of this split.", metavar="SPLIT")] = None,
    ceiling: Annotated[
        list[str] | None,
        typer.Option(
            help="The round whose agreement is beside the scores, of labelling or of sorting; may be repeated. "
            "Otherwise the one in which most of the gold was done by two annotators.",
            metavar="ROUND",
        ),
    ] = None,
    assisted: Annotated[
        bool, typer.Option("--assisted", help="Count articles, too, whose gold was labelled with suggestions.")
    ] = False,
    baseline: Annotated[
        str | None,
        typer.Option(
            help="In place of PREDICTIONS: a suggester such as rules, whose figures on the gold are kept for the card.",
            metavar="NAME",
        ),
    ] = None,
    as_json: JsonOption = False,
    as_markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown, for a dataset card.")] = False,
    corpus: CorpusOption = None,
) -> None:
    """Score the predictions of a model against a gold, with the annotators' own agreement beside it.

    Spans are matched as annotators' spans are for `agree`: label by label, one to one, whatever their order and
    nesting. exact: the same offsets. relaxed: at least half of what both cover together. detection: any overlap.
    boundary: of the spans that overlap, the share with the same offsets. A quote form or hedge kind has the recall of
    the gold's spans of that kind, and the precision of what the predictions call so. A link is right if both its ends
    are matched and the gold has it. Attributes are compared over matched spans, and statements over the quotes that
    both have sorted, where both have sorted any.

    A row needs article_id, label, start and end, in Unicode code points, and may have span_id, text, text_sha256, the
    attributes and links of the config `spans`, and a statement_id. A row that is there twice counts once. An article of
    the gold without a row counts as missed; name the split that you predicted. Articles that were labelled with
    suggestions are left out, because people take over what they are shown.

    Example: hedgerow score predictions.jsonl --gold dist/2.0.0 --split test
    Example: hedgerow score r1/a1
    Example: hedgerow score --baseline rules
    """
    named = checked_names(ceiling) if ceiling else None
    if predictions is not None and baseline is None:
        scores = score(predictions, gold, split=split, ceiling=named, assisted=assisted, corpus=corpus, tell=tell)
    elif predictions is None and baseline is not None:
        if gold != GOLD or split is not None or named is not None:
            raise typer.BadParameter("--baseline goes with neither --gold nor --split nor --ceiling")
        scores = _baseline(open_corpus(corpus), baseline)
    else:
        raise typer.BadParameter("name either PREDICTIONS or --baseline, and not both")
    _show(scores, as_json=as_json, as_markdown=as_markdown)


def _baseline(corpus: Corpus, name: str) -> PredictionScore:
    """Measures what a suggester suggests for the gold's articles, and keeps the figures."""
    with changing(corpus, tell):
        articles = list(submitted_articles(corpus, GOLD))
        if not articles:
            raise Problem("the record has no gold to score against", "adjudicate a round first")
        suggested = replace(suggest(corpus, "baselines", [name], articles)[0].layer, name=name)
        scores = score(suggested, GOLD, corpus=corpus.root, tell=tell)
        keep_baseline(corpus, name, scores)
    return replace(scores, notes=[*scores.notes, f"kept for the card in {baselines_path(corpus)}"])


def _show(scores: PredictionScore, *, as_json: bool, as_markdown: bool) -> None:
    if as_json:
        say_json(_as_json(scores))
        return
    if as_markdown:
        for line in markdown(scores):
            say(line)
    else:
        print_tables(scores)
    for note in notes(scores):
        say(note)


def _as_json(scores: PredictionScore) -> dict[str, object]:
    known = {name: value for name, value in vars(scores).items() if name not in ("figures", "counts", "ceilings")}
    ceilings = [asdict(basis) for basis in scores.ceilings]
    return {**known, "articles": asdict(scores.counts), "ceilings": ceilings, "figures": scores.figures.to_dicts()}
