"""`hedgerow validate`."""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import Annotated, Any

import typer
from rich.markup import escape

from annotation.pull import addresses
from dataset.checks.findings import Finding
from dataset.checks.layers import check_layer
from dataset.corpus import Corpus, open_corpus
from dataset.layer import read_layer
from dataset.problem import Problem
from scripts.console import OUT, CorpusOption, JsonOption, say, say_json

SHOWN = 200


def command(
    layer: Annotated[
        list[str] | None,
        typer.Option(help="Only this layer, as r1/a1 or gold; all of them if not named.", metavar="LAYER"),
    ] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings end with exit 1, too.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Check the record against the schema and the rules; print every finding.

    Exit 1 where there is an error. A finding names the task's address, where this machine has pulled it.

    Example: hedgerow validate --layer r1/a1
    """
    here = open_corpus(corpus)
    names = _chosen(here, layer or [])
    found = [one for name in names for one in check_layer(here, read_layer(here.layer_path(name), name))]
    if as_json:
        where = {name: addresses(here, name) for name in names}
        say_json([as_row(one, where[one.layer].get(one.article_id)) for one in found])
    else:
        _print(here, found)
        say(f"{', '.join(names)}: {_summary(found)}")
    if any(one.severity == "error" or strict for one in found):
        raise typer.Exit(1)


def _chosen(corpus: Corpus, names: list[str]) -> list[str]:
    known = corpus.layers()
    for name in names:
        if name not in known:
            raise Problem(f"the record has no layer {name}", f"name one that it has: {', '.join(known) or 'none'}")
    if not known:
        raise Problem("the record has no layer yet", "bring one with `hedgerow pull --round r1`")
    return names or known


def as_row(finding: Finding, address: str | None) -> dict[str, Any]:
    """A finding for machines."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "layer": finding.layer,
        "annotator": finding.annotator,
        "article_id": finding.article_id,
        "span_id": finding.span_id,
        "start": finding.start,
        "end": finding.end,
        "message": finding.message,
        "address": address,
    }


def _print(corpus: Corpus, found: list[Finding]) -> None:
    for (layer, article), group in groupby(found[:SHOWN], key=lambda one: (one.layer, one.article_id)):
        where = addresses(corpus, layer).get(article, "")
        OUT.print(f"[bold]{escape(article)}[/] {escape(layer)}  {escape(where)}")
        for one in group:
            place = f" {one.start}:{one.end}" if one.start is not None else ""
            colour = "red" if one.severity == "error" else "yellow"
            OUT.print(f"  [{colour}]{one.severity}[/] {one.code}{place}: {escape(one.message)}")
    if len(found) > SHOWN:
        say(f"… and {len(found) - SHOWN} more; `hedgerow validate --json` has them all")


def _summary(found: list[Finding]) -> str:
    counts = Counter(one.severity for one in found)
    return f"{counts['error']} errors, {counts['warning']} warnings"
