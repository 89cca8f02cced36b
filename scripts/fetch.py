"""`hedgerow fetch`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from huggingface_hub.utils.tqdm import disable_progress_bars

from dataset.problem import Problem
from dataset.publishing.fetch import fetch
from dataset.publishing.pins import has_record
from dataset.publishing.protocol import checked_version
from dataset.record.corpus import at_hand, open_corpus
from scripts.cli.console import ERR, CorpusOption, JsonOption, count, say, say_json


def command(
    name: Annotated[
        str, typer.Argument(help="A dataset repository on the Hub, org/name, or an address, as for publish.")
    ],
    version: Annotated[str, typer.Option(help="The version, such as 1.0.0.", metavar="V")],
    out: Annotated[
        Path | None,
        typer.Option(help="The folder to make; NAME-VERSION here if not named.", metavar="DIR", show_default=False),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(
            help="The SHA-256 of MANIFEST.json, which publish printed, or the digest of the rows, from the card.",
            metavar="SHA256",
            show_default=False,
        ),
    ] = None,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fetch a published version into a folder, with each file and row verified.

    Everything is verified against the version's own manifest, and the manifest against --digest, or against
    releases/VERSION.json of the corpus that you are in or name with --corpus.

    Example: hedgerow fetch org/name --version 1.0.0 --out data
    """
    if not ERR.is_terminal:
        disable_progress_bars()
    done = fetch(name, version, out, digest=digest, releases=_releases(corpus, version, digest))
    manifest = done.manifest
    if as_json:
        row = {"folder": str(done.folder), "version": manifest.version, "variant": manifest.variant}
        by = {"commit": manifest.commit, "tool": asdict(manifest.tool) if manifest.tool else None}
        say_json({**row, "digest": done.digest, "pinned": done.pinned, **by})
        return
    state = "fetched into" if done.new else "was there already:"
    files = count(len(manifest.files), "file")
    say(f"{manifest.name} {manifest.version} ({manifest.variant}) {state} {done.folder}; {files} verified")
    say(f"written by {manifest.tool or 'code that it does not name'}, from the record's commit {manifest.commit[:12]}")
    if done.pinned:
        say(f"its manifest is confirmed {done.pinned}")
    else:
        say(f"nothing but its own manifest confirms it; to get this very version again: --digest {done.digest}")
    say(f'Next, in Python: datasets.load_dataset("{done.folder}", "quotes", split="train")')


def _releases(corpus: Path | None, version: str, digest: str | None) -> Path | None:
    """The folder of releases that says what the version is: of the corpus named, else, without a digest, the nearest.

    Raises:
        Problem: the corpus named does not have the version.
    """
    if corpus is None and (digest is not None or at_hand() is None):
        return None
    here = open_corpus(corpus)
    if corpus is not None and not has_record(here.releases, checked_version(version)):
        raise Problem(f"{here.releases} has no {version}.json", "name the corpus that this version was released from")
    return here.releases
