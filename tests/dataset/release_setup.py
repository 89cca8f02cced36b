"""The tiny corpus under git, ready for a release."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from dataset.record.corpus import Corpus
from dataset.releasing.release import ReleasePlan, prepare
from tests.dataset.tiny import put_corpus, put_gold, sort_gold

DATASHEET = """# Datasheet

### 2.2 How many are there?

<!-- figures: counts -->
<!-- end of figures -->

### 3.4 Who made the labels?

A person with a pencil.
"""
CHANGELOG = "# Changelog\n\n## Unreleased\n\n- Three articles about a crossing.\n"
DAY = "2026-11-20T23:30:00+00:00"
_IDENTITY = (("NAME", "M"), ("EMAIL", "m@example.org"))
AUTHOR = {f"GIT_{who}_{what}": value for who in ("AUTHOR", "COMMITTER") for what, value in _IDENTITY}


def git(folder: Path, *arguments: str, day: str = DAY) -> str:
    dated = {**os.environ, **AUTHOR, "GIT_AUTHOR_DATE": day, "GIT_COMMITTER_DATE": day}
    done = subprocess.run(["git", "-C", str(folder), *arguments], env=dated, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def commit(corpus: Corpus, *, day: str = DAY) -> str:
    """Commits all there is. Returns the commit."""
    git(corpus.root, "add", "--all", day=day)
    git(corpus.root, "commit", "--quiet", "--message", "x", day=day)
    return git(corpus.root, "rev-parse", "HEAD")


def put_under_git(corpus: Corpus) -> None:
    """Commits a corpus that was under no git before."""
    (corpus.root / ".gitignore").write_text(".hedgerow/\npulls/\ndist/\n", encoding="utf-8")
    git(corpus.root, "init", "--quiet")
    commit(corpus)


def put_repository(folder: Path) -> Corpus:
    """The tiny corpus with its gold, sorted, pages and git; nothing is prepared."""
    corpus = put_corpus(folder)
    put_gold(corpus)
    sort_gold(corpus)
    (folder / "DATASHEET.md").write_text(DATASHEET, encoding="utf-8")
    (folder / "CHANGELOG.md").write_text(CHANGELOG, encoding="utf-8")
    (folder / ".gitignore").write_text("dist/\n.hedgerow/\nannotators.toml\n", encoding="utf-8")
    git(folder, "init", "--quiet")
    commit(corpus)
    return corpus


def plan_of(corpus: Corpus, version: str = "1.0.0", layer: str = "gold") -> ReleasePlan:
    return ReleasePlan(corpus, version, layer, corpus.root / "dist")


def put_ready(folder: Path) -> Corpus:
    """The tiny corpus, prepared for 1.0.0 and committed."""
    corpus = put_repository(folder)
    prepare(plan_of(corpus))
    commit(corpus)
    return corpus


def next_version(corpus: Corpus, version: str, entry: str = "- Something.") -> ReleasePlan:
    """Prepares a version after another and commits it."""
    path = corpus.root / "CHANGELOG.md"
    path.write_text(path.read_text().replace("## Unreleased\n", f"## Unreleased\n\n{entry}\n", 1))
    prepare(plan_of(corpus, version))
    commit(corpus)
    return plan_of(corpus, version)
