"""`hedgerow agree`."""

from __future__ import annotations

from rich.table import Table

from annotation.rounds.locks import measuring_alone
from dataset.agreement import figures as agreement
from dataset.agreement.compared import pairs
from dataset.agreement.controls import ControlScore, control_scores
from dataset.agreement.figures import RoundAgreement
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.rows import AgreementRow, rows_of
from dataset.scheme import vocabulary
from scripts.cli import sorting
from scripts.cli.console import OUT, CorpusOption, JsonOption, RoundOption, count, say, say_json, tell
from scripts.cli.names import checked_names
from scripts.cli.options import Engine, EngineOption, started

Figures = dict[tuple[str | None, str, str], AgreementRow]


def command(
    round_name: RoundOption,
    engine: EngineOption = Engine.HERE,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Measure the agreement between a round's annotators, and keep the figures in the record.

    It compares the articles that two or more submitted; skipped ones are left out. Each figure has a 95 % interval:
    bootstrap over articles, or Wilson's where all draws are alike. exact: F1 of spans with the same offsets. relaxed:
    F1 of spans that share at least half of what they cover together. detection: F1 of spans that overlap at all.
    boundary: of the spans that both have, the share with the same offsets. document: mean exact F1 of an article, where
    one that both left empty counts as 1. alpha: Krippendorff's, on characters. Order and nesting of spans count for
    nothing.

    Where another round decided an article's gold, as with those that `push --control` deals, it also shows each
    annotator's exact F1 against that gold.

    For a round that `align` opened, it measures whether annotators put the same quotes and numbers together: F1 of the
    pairs, and B³ F1.

    Example: hedgerow agree --round r1
    """
    here = open_corpus(corpus)
    checked_names([round_name])
    with started(engine) as each:
        if sorting.is_sorting(here, round_name):
            sorting.agree(here, round_name, as_json=as_json)
            return
        with measuring_alone(here, round_name, tell):
            agreed = agreement.agreement(here, round_name, each=each, tell=tell)
            agreement.write(here, agreed, tell)
    controls = control_scores(here, round_name, tell)
    if as_json:
        say_json({**_as_json(agreed), "controls": [score._asdict() for score in controls]})
    else:
        _show(here, agreed)
        _say_of_controls(controls)


def _as_json(agreed: RoundAgreement) -> dict[str, object]:
    known = {"round": agreed.round, "annotators": agreed.annotators, "articles": agreed.articles}
    return {**known, "basis": agreed.basis, "figures": agreed.figures.to_dicts()}


def _show(corpus: Corpus, agreed: RoundAgreement) -> None:
    rows = rows_of(agreed.figures, AgreementRow)
    figures = {(row["annotators"], row["scope"], row["measure"]): row for row in rows}
    say(f"{agreed.round}: {', '.join(agreed.annotators)}; {count(agreed.articles, 'article')} compared")
    OUT.print(_spans_table(figures))
    OUT.print(_matched_table(figures))
    if len(agreed.annotators) > 2:
        OUT.print(_pairs_table(figures, agreed.annotators))
    for name in sorted(set(agreed.basis["annotators"]) - set(agreed.annotators)):
        say(f"{name} submitted no article that another submitted, and is in no figure")
    _say_of_guidelines(agreed)
    say("[low,high]: 95 % interval, bootstrap over articles; Wilson's where all draws are alike. –: no such figure.")
    say("[–]: no interval, for an alpha of which all draws are alike, or for a figure of one article.")
    path = agreement.figures_path(corpus, agreed.round)
    say(f"All figures, of each pair too, with what they rest on: {path.relative_to(corpus.root)}, or --json")


def _spans_table(figures: Figures) -> Table:
    scopes = (vocabulary.ALL, *vocabulary.LABELS)
    table = Table("", *scopes, box=None)
    for measure in (*vocabulary.SPAN_MEASURES, vocabulary.ALPHA):
        table.add_row(measure, *(_cell(figures.get((None, scope, measure))) for scope in scopes))
    rows = [figures[None, scope, "exact"] for scope in scopes]
    table.add_row("spans", *(str(row["spans"]) for row in rows))
    table.add_row("articles", *(str(row["articles"]) for row in rows))
    return table


def _matched_table(figures: Figures) -> Table:
    table = Table("over matched spans", "matched exactly", "on", "matched relaxed", "on", box=None)
    for scope in vocabulary.SCOPES[1 + len(vocabulary.LABELS) :]:
        rows = [figures[None, scope, measure] for measure in vocabulary.MATCHED_MEASURES]
        table.add_row(scope, *(cell for row in rows for cell in (_cell(row), str(row["spans"]))))
    return table


def _pairs_table(figures: Figures, annotators: list[str]) -> Table:
    """A matrix: above the diagonal exact F1, below it relaxed F1, of all labels."""
    table = Table("exact ↗ relaxed ↙", *annotators, box=None)
    known = {f"{a},{b}" for a, b in pairs(annotators)}
    for first in annotators:
        cells = []
        for second in annotators:
            above = f"{first},{second}" in known
            pair = f"{first},{second}" if above else f"{second},{first}"
            cells.append(
                "" if first == second else _cell(figures.get((pair, vocabulary.ALL, "exact" if above else "relaxed")))
            )
        table.add_row(first, *cells)
    return table


def _cell(row: AgreementRow | None) -> str:
    if row is None or row["value"] is None:
        return "–"
    interval = " \\[–]" if row["low"] is None else f" \\[{row['low']:.2f},{row['high']:.2f}]"
    return f"{_two_places(row['value'])}{interval}"


def _two_places(value: float) -> str:
    """Two decimals; what is not quite 1 does not look like it."""
    return ">.99" if 0.995 <= value < 1 else f"{value:.2f}"


def _say_of_guidelines(agreed: RoundAgreement) -> None:
    versions = {name: ", ".join(known["guidelines"]) for name, known in agreed.basis["annotators"].items()}
    if len(set(versions.values())) > 1:
        listing = "; ".join(f"{name}: {version or 'unknown'}" for name, version in versions.items())
        say(f"They did not all work with the same version of the guidelines: {listing}")


def _say_of_controls(controls: list[ControlScore]) -> None:
    for score in controls:
        f1 = "–" if score.f1 is None else _two_places(score.f1)
        say(f"{score.annotator}: exact F1 against the gold {f1}, on {count(score.articles, 'control article')}")
