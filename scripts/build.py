"""`hedgerow build`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dataset.published.build import build
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, JsonOption, say, say_json, tell
from scripts.cli.options import Engine, EngineOption, started


def command(
    out: Annotated[Path, typer.Option(help="Folder to build into; an earlier build there is replaced.", metavar="DIR")],
    layer: Annotated[str, typer.Option(help="The layer to build: gold, or ROUND/ANNOTATOR.", metavar="LAYER")] = "gold",
    allow_errors: Annotated[
        bool, typer.Option("--allow-errors", help="Build a record with errors; the card will say so.")
    ] = False,
    adjudicated_only: Annotated[
        bool,
        typer.Option("--adjudicated-only", help="Leave out what came into the gold without an adjudicator."),
    ] = False,
    engine: EngineOption = Engine.HERE,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Build a layer into a folder that `datasets.load_dataset` reads. The same record gives the same bytes.

    Example: hedgerow build --layer r1/a1 --out dist/r1-a1
    """
    with started(engine) as each:
        rows = build(
            open_corpus(corpus),
            layer,
            out,
            allow_errors=allow_errors,
            adjudicated_only=adjudicated_only,
            each=each,
            tell=tell,
        )
    if as_json:
        say_json({"out": str(out), "layer": layer, "adjudicated_only": adjudicated_only, "rows": rows})
        return
    say(f"{layer} built into {out}; rows: " + ", ".join(f"{name} {number}" for name, number in rows.items()))
    say(f'Next, in Python: datasets.load_dataset("{out}", "quotes", split="train")')
