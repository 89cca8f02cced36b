"""`hedgerow fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from huggingface_hub.utils.tqdm import disable_progress_bars

from dataset.fetch import fetch
from scripts.console import ERR, JsonOption, count, say, say_json


def command(
    name: Annotated[
        str, typer.Argument(help="A dataset repository on the Hub, org/name, or an address, as for publish.")
    ],
    version: Annotated[str, typer.Option(help="The version, as 1.0.0.", metavar="V")],
    out: Annotated[
        Path | None,
        typer.Option(help="The folder to make; NAME-VERSION here if not named.", metavar="DIR", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a published version into a folder, each file verified: that version, or a refusal, never another.

    Example: hedgerow fetch org/name --version 1.0.0 --out data
    """
    if not ERR.is_terminal:
        disable_progress_bars()
    done = fetch(name, version, out)
    if as_json:
        say_json({"folder": str(done.folder), "version": done.told.version, "variant": done.told.variant})
        return
    state = "fetched into" if done.new else "was there already:"
    files = count(len(done.told.files), "file")
    say(f"{done.told.name} {done.told.version} ({done.told.variant}) {state} {done.folder}; {files} verified")
    say(f'Next, in Python: datasets.load_dataset("{done.folder}", "quotes", split="train")')
