"""`hedgerow publish`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from huggingface_hub.utils.tqdm import disable_progress_bars

from dataset.publishing.protocol import PublishPlan
from dataset.publishing.publish import PublishResult, publish
from scripts.cli.console import ERR, JsonOption, count, say, say_json


def command(
    folder: Annotated[Path, typer.Argument(help="A folder that `hedgerow release` wrote.", metavar="DIR")],
    repo: Annotated[
        str,
        typer.Option(
            help="A dataset repository on the Hub, org/name; or an address: s3://…, gs://…, /path, ./path.",
            metavar="NAME",
        ),
    ],
    public: Annotated[
        bool, typer.Option("--public", help="Let everybody read it; without this, a new repository is private.")
    ] = False,
    include_text: Annotated[
        bool,
        typer.Option("--include-text", help="Publish the texts, whatever their licence; the place must be private."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Publish a release: one commit and its tag, read back and verified.

    Where a licence does not let the articles' texts be passed on, the folder DIR-withheld is published instead. On the
    Hub, log in with `hf auth login` or set HF_TOKEN. If the connection is cut, run the same command again.

    Example: hedgerow publish dist/1.0.0 --repo org/name
    """
    if not ERR.is_terminal:
        disable_progress_bars()
    done = publish(folder, repo, public=public, include_text=include_text, dry_run=dry_run)
    if as_json:
        say_json(_row(done, dry_run))
    elif dry_run:
        _say_plan(done)
    else:
        _say_done(done)
    if done.leads_to and not as_json:
        say(f"croissant.json leads to {done.leads_to} and not to {done.place.name}, by [publication] in hedgerow.toml")


def _row(done: PublishResult, dry_run: bool) -> dict[str, object]:
    release = done.release
    return {
        "name": release.manifest.name,
        "version": release.manifest.version,
        "variant": release.manifest.variant,
        "folder": str(release.folder),
        "repo": done.place.name,
        "private": done.private,
        "tag": release.tag,
        "digest": release.digest,
        "commit": done.commit or done.plan.commit,
        "parent": done.plan.parent,
        "creates": done.plan.creates,
        "changed": done.plan.changed,
        "removed": done.plan.removed,
        "was_there": done.plan.done,
        "croissant_leads_to": done.leads_to,
        "dry_run": dry_run,
    }


def _what(done: PublishResult) -> str:
    manifest = done.release.manifest
    return f"{manifest.name} {manifest.version} ({manifest.variant}, {'private' if done.private else 'public'})"


def _say_why_withheld(done: PublishResult) -> None:
    if done.closed:
        named = ", ".join(f"“{licence}”" for licence in done.closed if licence)
        why = " and ".join(filter(None, ("a licence that is not known" if None in done.closed else "", named)))
        say(f"without the texts, because not all of them may be passed on: articles have {why}")


def _say_plan(done: PublishResult) -> None:
    say(f"{_what(done)}: {done.release.folder} to {done.place.name}")
    _say_why_withheld(done)
    for line in _steps(done, done.plan):
        say(f"  would {line}")
    say("nothing was done")


def _steps(done: PublishResult, plan: PublishPlan) -> list[str]:
    if plan.done:
        return [f"verify {done.release.tag}, which is there already"]
    steps = ["make the repository"] if plan.creates else []
    if plan.commit:
        steps.append(f"resume from commit {plan.commit[:12]} of an earlier try")
    else:
        on = f" on commit {plan.parent[:12]}" if plan.parent else ""
        files = count(len(done.release.manifest.files) + 1, "file")
        steps.append(f"put {files}, {done.release.size:,} bytes in all, {len(plan.changed)} new or changed{on}")
    steps += [f"remove {name}" for name in plan.removed]
    return [*steps, f"tag it {done.release.tag}", "read it back and verify it"]


def _say_done(done: PublishResult) -> None:
    at = f" at commit {done.commit[:12]}" if done.commit else ""
    state = "was published before" if done.plan.done else "published"
    say(f"{_what(done)} {state}: {done.place.name}, {done.release.tag}{at}; read back and verified")
    _say_why_withheld(done)
    for name in done.plan.removed:
        say(f"removed, because this version lacks it: {name}")
    say(f"The SHA-256 of its manifest: {done.release.digest}")
    fetching = f"hedgerow fetch {done.place.name} --version {done.release.manifest.version}"
    say(f"To get exactly this version: `{fetching} --digest {done.release.digest}`")
