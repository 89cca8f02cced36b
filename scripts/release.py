"""`hedgerow release`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation.guidelines import pages
from annotation.guidelines import version as guidelines_version
from dataset.agreement.figures import is_stale
from dataset.folder.manifest import FULL, WITHHELD, read, recorded
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.locks import changing, reading
from dataset.releasing.release import ReleasePlan, ReleaseResult, UnfitRelease, prepare, release
from dataset.scoring.baselines import stale_baselines
from scripts.cli.console import CorpusOption, JsonOption, say, say_json, tell
from scripts.cli.options import FINDERS, Engine, EngineOption, started


def command(
    version: Annotated[str, typer.Argument(help="The version, such as 1.2.0.", metavar="VERSION")],
    only_prepare: Annotated[
        bool, typer.Option("--prepare", help="Only write what is to be committed first: changelog, figures, splits.")
    ] = False,
    layer: Annotated[str, typer.Option(help="The layer to release.", metavar="LAYER")] = "gold",
    out: Annotated[
        Path | None, typer.Option(help="Folder of the versions; `dist` in the corpus if not named.", metavar="DIR")
    ] = None,
    last: Annotated[
        Path | None, typer.Option(help="Folder of the last release, if it is not among them.", metavar="DIR")
    ] = None,
    adjudicated_only: Annotated[
        bool,
        typer.Option("--adjudicated-only", help="Leave out what came into the gold without an adjudicator."),
    ] = False,
    engine: EngineOption = Engine.HERE,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Write a version of the dataset from the commit that is checked out, with and without the texts.

    It writes dist/VERSION and dist/VERSION-withheld. A record with findings, a version that is too small a step for
    what changed, and a folder that fails a release check are refused. A version that was written is never altered.

    Example: hedgerow release --prepare 1.0.0
    Example: hedgerow release 1.0.0
    """
    here = open_corpus(corpus)
    with started(engine) as each, (changing if only_prepare else reading)(here, tell):
        out = out or here.root / "dist"
        guidelines = pages()
        find = FINDERS[engine]
        plan = ReleasePlan(
            here, version, layer, out, last, each, find, _refuse_stale, guidelines, adjudicated_only=adjudicated_only
        )
        if only_prepare:
            _refuse_stale(here)
            _tell_prepared(here, version, prepare(plan), as_json=as_json)
        else:
            _tell(here, _released(plan), as_json=as_json)


def _released(plan: ReleasePlan) -> ReleaseResult:
    try:
        return release(plan)
    except UnfitRelease as unfit:
        for failure in unfit.failed:
            say(str(failure))
        raise


def _refuse_stale(corpus: Corpus) -> None:
    """Refuses a corpus that keeps figures of other work than the record's."""
    for kept in sorted(corpus.annotations.glob("*/agreement.jsonl")):
        if is_stale(corpus, kept.parent.name):
            raise Problem(
                f"the agreement of round {kept.parent.name} was measured on other work than the record's",
                f"run `hedgerow agree --round {kept.parent.name}`, then prepare and commit again",
            )
    if stale := stale_baselines(corpus):
        raise Problem(
            f"the baseline {stale[0]} was measured on another gold than the record's",
            f"run `hedgerow score --baseline {stale[0]}`, then prepare and commit again",
        )


def _tell_prepared(corpus: Corpus, version: str, changed: list[Path], *, as_json: bool) -> None:
    names = [str(path.relative_to(corpus.root)) for path in changed]
    if as_json:
        say_json({"version": version, "changed": names})
        return
    say(f"{version}: {', '.join(names) or 'nothing'} changed; read it, then: git add --all && git commit")
    say(f"Next: `hedgerow release {version}`")


def _tell(corpus: Corpus, done: ReleaseResult, *, as_json: bool) -> None:
    if as_json:
        paths = {"full": done.full, "withheld": done.withheld, "recorded": done.recorded}
        written = {name: str(path) for name, path in paths.items()}
        say_json({**written, "previous": done.previous, "bump": done.bump.name})
        return
    step = f"; a {done.bump.name} step from {done.previous}" if done.previous else ", the first release"
    say(f"{done.full} and {done.withheld} written{step}")
    names = [
        recorded(corpus.releases, done.recorded.stem, variant).relative_to(corpus.root) for variant in (FULL, WITHHELD)
    ]
    if (labelled_by := read(done.full).guidelines_versions) != [guidelines_version()]:
        versions = f"version {', '.join(labelled_by)}" if labelled_by else "a version that nobody recorded"
        say(f"guidelines/ has version {guidelines_version()}, and the labels were made by {versions}; the card says so")
    if corpus.publication is None:
        say("croissant.json loads only beside its files: hedgerow.toml names no repository in [publication]")
    repo = corpus.publication.repository if corpus.publication else "ORG/NAME"
    say(f"Next: commit {names[0]} and {names[1]}, then `hedgerow publish {done.withheld} --repo {repo}`")
