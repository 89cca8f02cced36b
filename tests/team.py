"""A research team from a table of articles to two releases, by commands alone; annotators and adjudicator are played.

`python -m tests.team 60` plays it with 60 events, some 300 articles, and prints the commands with their seconds. What
people do in a browser or an editor is done here by the same requests and in the same files.
"""

from __future__ import annotations

import csv
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from annotation.guidelines import version
from annotation.labelstudio.seats import seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects
from annotation.rounds.projects import Role
from annotation.suggesting.layers import event_text
from annotation.suggesting.protocol import open_suggester
from annotation.suggesting.sound import keep_sound
from dataset.record.corpus import Corpus, open_corpus
from tests.annotation.labelstudio.written import result_of
from tests.commands import HEDGEROW, Done, Running
from tests.dataset.release_setup import git
from tests.reports import Report, reports

ANNOTATORS: Final = ("a1", "a2", "a3")
ADJUDICATOR: Final = "adjudicator"
MISSED: Final = 0.08
"""The share of spans that each annotator does not see."""
RULE: Final = {"speaker": "S1", "quote": "Q1", "hedge": "H4", "number": "N1"}
REASON: Final = "looked at: by the rules it needs no label"
COLUMNS: Final = (
    *("text=body", "title=headline", "article_id=id", "outlet=source", "published=date", "licence=terms"),
)


@dataclass
class Ran:
    """A command that a person typed, how often, and the seconds that it took."""

    words: str
    times: int = 0
    seconds: float = 0.0


def in_a_process(words: Sequence[str], cwd: Path) -> Done:
    """Starts a command as a shell does."""
    return subprocess.run(
        [*HEDGEROW, *words], cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def in_a_fork(words: Sequence[str], cwd: Path) -> Done:
    """The same where what most commands need was imported before."""
    return Running(*words, cwd=cwd).ended()


@dataclass
class Team:
    """The team's corpus, the articles that they have, and what they typed.

    `set_up` is the state of a server that is made already, which saves half a minute.
    """

    folder: Path
    articles: list[Report]
    seed: int = 1
    set_up: Path | None = None
    start: Callable[[Sequence[str], Path], Done] = in_a_process
    typed: dict[str, Ran] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.folder / "storms"

    @property
    def corpus(self) -> Corpus:
        return open_corpus(self.root)

    def run(self, *words: str, codes: Sequence[int] = (0,), cwd: Path | None = None) -> str:
        """Types a command. Returns what it prints."""
        began = time.perf_counter()
        done = self.start(words, cwd or self.root)
        ran = self.typed.setdefault(words[0], Ran(" ".join(words)[:60]))
        ran.times, ran.seconds = ran.times + 1, ran.seconds + time.perf_counter() - began
        assert done.returncode in codes, (words, done.returncode, done.stdout[-3_000:], done.stderr[-3_000:])
        return done.stdout

    def commit(self) -> None:
        git(self.root, "add", "--all")
        git(self.root, "commit", "--quiet", "--message", "What the team did")


def play(team: Team) -> None:
    """From nothing to release 2.0.0."""
    team.run("new", "storms", "--title", "Storms in ten newspapers", cwd=team.folder)
    settings = team.root / "hedgerow.toml"
    # The generated events share their sentences, so that no part of them could be kept apart from another.
    settings.write_text(re.sub(r"train = .*\n.*\n.*\n", "train = 1\n", settings.read_text()), encoding="utf-8")
    try:
        take_in(team, team.articles[:-2])
        label(team)
        adjudicate(team)
        release(team, "1.0.0", "The first version.")
        grow(team)
        release(team, "2.0.0", "Two articles more, and one that its publisher took back.")
    finally:
        with suppress(AssertionError):
            team.run("down", codes=(0, 3))


def take_in(team: Team, articles: list[Report]) -> None:
    """The articles from Parquet, their events and who speaks, as the team's people accept them."""
    table = team.folder / "articles.parquet"
    pq.write_table(pa.Table.from_pylist([{**each.row, "terms": "CC BY 4.0"} for each in articles]), table)
    columns = [word for column in COLUMNS for word in ("--column", column)]
    team.run("intake", str(table), *columns, "--dry-run")
    team.run("intake", str(table), *columns)
    team.run("events")
    correct(team.root / "events.csv", {each.article_id: each.event for each in team.articles})
    team.run("events", "--accept", "events.csv")
    team.run("entities")
    team.run("entities", "--accept", "entities.csv")
    team.commit()


def correct(sheet: Path, events: dict[str, str]) -> None:
    """Puts the proposed events right, as a person does who reads the titles."""
    with sheet.open(encoding="utf-8-sig", newline="") as source:
        rows = list(csv.DictReader(source))
    for row in rows:
        row["event_id"] = events[row["article_id"]]
    with sheet.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


def label(team: Team) -> None:
    """A round of three annotators, of whose articles a fifth is everybody's."""
    names = [word for name in ANNOTATORS for word in ("--annotator", name)]
    if team.set_up:
        shutil.copytree(team.set_up, team.corpus.state, dirs_exist_ok=True)
    team.run("up", *names, "--annotator", ADJUDICATOR)
    team.run("push", "--round", "r1", *names, "--share", "0.2")
    submit(team, "r1")
    team.run("pull", "--round", "r1")
    team.run("validate", codes=(0, 1))
    team.run("agree", "--round", "r1")
    team.commit()


def submit(team: Team, round_name: str) -> None:
    """Each annotator submits what is open: what the rules suggest, but for some spans that they do not see."""
    corpus = team.corpus
    for name in ANNOTATORS:
        who = seat(corpus, name)
        project = projects.existing(corpus, round_name, who)
        for task in who.studio.tasks(project):
            article = str(read_task(task).article_id)
            if not task["annotations"]:
                result = seen(corpus, article, random.Random(f"{team.seed} {name} {article}"))
                who.studio.annotate(task["id"], result, skipped=False, seconds=60.0, account=who.account or 0)


def seen(corpus: Corpus, article: str, chance: random.Random) -> list[Any]:
    """What an annotator marks in an article, as the page sends it."""
    text = event_text(corpus, article)
    suggested = open_suggester("rules").suggest([text])
    layer = keep_sound("r1", "rules", version(), [text], suggested).layer
    kept = {span for span in layer.spans["span_id"] if chance.random() >= MISSED}
    linked = {span for link in layer.relations.filter(derived=False).iter_rows() for span in link[4:6]}
    spans = [row for row in layer.spans.iter_rows(named=True) if row["span_id"] in kept | linked]
    links = list(layer.relations.filter(derived=False).iter_rows(named=True))
    offered = [*text.registry]
    for span in spans:
        if span["label"] == "speaker":
            span["speaker_entities"] = [name for name in span["speaker_entities"] if name in offered] or offered[:1]
    return result_of(spans, links, offered)


def adjudicate(team: Team) -> None:
    """What the annotators do not agree on is decided; what nobody needs to see passes."""
    team.run("adjudicate", "--round", "r1", "--only-disputed")
    decide(team, "r1")
    team.run("adjudicate", "--round", "r1", "--only-disputed", "--pull")
    acknowledge(team)
    team.commit()


def acknowledge(team: Team) -> None:
    """The warnings of the gold, read through as a sheet and let stand."""
    sheet = team.folder / "warnings.csv"
    sheet.write_text(team.run("validate", "--layer", "gold", "--severity", "warning", "--csv"), encoding="utf-8")
    if len(sheet.read_text(encoding="utf-8").splitlines()) > 1:
        team.run("acknowledge", "--from", str(sheet), "--reason", REASON)


def decide(team: Team, round_name: str) -> None:
    """The adjudicator takes the first annotator's version of whatever is asked, and drops the others."""
    corpus = team.corpus
    who = seat(corpus, ADJUDICATOR)
    project = projects.existing(corpus, round_name, who, role=Role.ADJUDICATOR)
    for task in who.studio.tasks(project):
        if not task["annotations"]:
            (begun,) = who.studio.begun_work(task["id"]).predictions.values()
            who.studio.annotate(task["id"], decided(begun), skipped=False, seconds=60.0, account=who.account or 0)


def decided(begun: Sequence[Any]) -> list[Any]:
    """The page as it was opened, with a decision and a rule for each span that is asked about."""
    result = list(begun)
    labels = {item["id"]: item["value"]["labels"][0] for item in result if item["type"] == "labels"}
    asked = {item["id"]: item["value"]["text"] for item in result if item.get("from_name") == "who"}
    for region, holders in asked.items():
        choice = "keep" if any(ANNOTATORS[0] in words for words in holders) else "drop"
        rule = next(rule for name, rule in RULE.items() if labels[region].startswith(name))
        for control, word in (("decision", choice), ("rule", rule)):
            result.append({"id": region, "from_name": control, "type": "choices", "value": {"choices": [word]}})
    return result


def release(team: Team, number: str, change: str) -> None:
    """A version: the changelog, the datasheet's answers, and the commands."""
    page = team.root / "CHANGELOG.md"
    if number != "1.0.0":
        page.write_text(page.read_text().replace("## Unreleased\n", f"## Unreleased\n\n- {change}\n", 1))
    datasheet = team.root / "DATASHEET.md"
    datasheet.write_text(re.sub(r"^TODO:.*$", "It is invented, for a test.", datasheet.read_text(), flags=re.MULTILINE))
    team.commit()
    team.run("release", number, "--prepare")
    team.commit()
    team.run("release", number)
    team.commit()


def grow(team: Team) -> None:
    """Two articles come, one goes, and the round goes on."""
    take_in(team, team.articles[-2:])
    team.run("push", "--round", "r1")
    submit(team, "r1")
    team.run("pull", "--round", "r1")
    team.run("adjudicate", "--round", "r1", "--only-disputed")
    decide(team, "r1")
    team.run("adjudicate", "--round", "r1", "--only-disputed", "--pull")
    team.run("withdraw", team.articles[0].article_id, "--reason", "its publisher asked for it")
    team.run("agree", "--round", "r1")
    acknowledge(team)
    team.commit()


def table(team: Team) -> str:
    """What was typed, how often, and the seconds of it."""
    lines = [f"| `{name}` | {ran.times} | {ran.seconds:.1f} |" for name, ran in team.typed.items()]
    times, seconds = (sum(column) for column in zip(*((r.times, r.seconds) for r in team.typed.values()), strict=True))
    return "\n".join(
        ["| command | times | seconds |", "| --- | ---: | ---: |", *lines, f"| all | {times} | {seconds:.1f} |"]
    )


def main() -> None:
    """Plays the team with so many events, and prints what it took."""
    events = int(sys.argv[1]) if sys.argv[1:] else 60
    with tempfile.TemporaryDirectory() as scratch:
        team = Team(Path(scratch), list(reports(events)))
        print(f"{len(team.articles)} articles of {events} events", flush=True)
        try:
            play(team)
        finally:
            print(table(team))


if __name__ == "__main__":
    main()
