"""`make bench`: what each step costs, beside what a user would use instead, and beside the least there is to do.

Writes one table to `tests/benchmarks/RESULTS.md` and asserts nothing, for machines are shared and noisy. `ratio` is the
other's seconds by ours: above 1, ours is quicker.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx

from annotation.embedded.inside.routes import KEY_HEADER
from annotation.embedded.server import Server
from annotation.labelstudio.payloads import JsonObject
from annotation.labelstudio.seats import seat
from annotation.page.label_config import label_config
from annotation.rounds import projects, pull, push
from dataset.record.corpus import open_corpus
from tests.benchmarks import beside, results
from tests.benchmarks.corpora import write_annotators, write_corpus, write_export, write_sound_export
from tests.benchmarks.growth import correct
from tests.benchmarks.measure import Measured, measure
from tests.benchmarks.releases import release_step, write_ready
from tests.benchmarks.resend import resend_step
from tests.benchmarks.serving_steps import timed
from tests.benchmarks.steps import LAYER, agree_step, build_step, diff_step, pull_step, validate_step

EXPORT_TASKS = 10_000
SOUND_TASKS = 5_000
SERVER_TASKS = 2_000
ROUND_ARTICLES = 3_000
RELEASE_ARTICLES = 10_000
HEAD = ("step", "of", "seconds", "a second", "peak MB", "beside it", "seconds", "peak MB", "ratio")
Line = list[str]
VALIDATING: dict[str, Callable[[Path], Any]] = {
    "pandera on pandas, spans, no rules": beside.pandas_step,
    "least: polars reads the layer": beside.read_layer_step,
}
BUILDING: dict[str, Callable[[Path], Any]] = {
    "datasets.from_list, the same configs": beside.from_list_step,
    "least: polars writes 1 of the configs": beside.write_spans_step,
}


def lines(step: str, of: str, count: int, measured: Measured, comparisons: dict[str, Measured]) -> Iterator[Line]:
    """A step, and a line for each that stands beside it."""
    ours = [step, of, f"{measured.seconds:.1f}", f"{count / measured.seconds:,.0f}", _memory(measured)]
    if not comparisons:
        yield [*ours, "", "", "", ""]
    for name, comparison in comparisons.items():
        yield [
            *ours,
            name,
            f"{comparison.seconds:.1f}",
            _memory(comparison),
            f"{comparison.seconds / measured.seconds:.2f}",
        ]
        ours = [""] * len(ours)


def _memory(measured: Measured) -> str:
    return f"{measured.megabytes:,.0f}" if measured.megabytes else ""


def file_lines(folder: Path) -> Iterator[Line]:
    """The road of an export to a loadable folder, and two versions of it told apart."""
    _, export, regions = write_export(folder / "export", EXPORT_TASKS)
    yield from road_lines(export, f"{EXPORT_TASKS:,} tasks, {regions:,} regions", regions)
    yield from diff_lines(folder, export.parent, regions)
    _, export, regions = write_sound_export(folder / "sound", SOUND_TASKS)
    yield from road_lines(export, f"the gold repeated: {SOUND_TASKS:,} tasks, {regions:,} regions", regions)


def road_lines(export: Path, of: str, regions: int) -> Iterator[Line]:
    """Pull, validate and build of an export in its corpus, each and together."""
    root = export.parent
    pulled, validated, built = measure(pull_step, root, export), measure(validate_step, root), measure(build_step, root)
    beside.write_rows(root)
    conll = {"SDK converter, to CoNLL": measure(beside.conll_step, root, export)}
    road = Measured(pulled.seconds + built.seconds, max(pulled.megabytes, built.megabytes), None)
    for step, measured, comparisons in (
        ("pull --from-file", pulled, conll | _beside({"least: json.loads of the bytes": beside.loads_step}, export)),
        ("validate", validated, _beside(VALIDATING, root)),
        ("build, its checks too", built, _beside(BUILDING, root)),
        ("export to loadable folder", road, conll),
    ):
        yield from lines(step, of, regions, measured, comparisons)


def _beside(steps: dict[str, Callable[[Path], Any]], given: Path) -> dict[str, Measured]:
    return {name: measure(step, given) for name, step in steps.items()}


def diff_lines(folder: Path, root: Path, regions: int) -> Iterator[Line]:
    """What telling two versions apart costs."""
    old = (root / "built").rename(folder / "old")
    correct(open_corpus(root).annotations / LAYER / "spans.jsonl")
    build_step(root)
    yield from lines(
        "diff",
        f"two folders of {regions:,} spans, 1 % edited",
        regions,
        measure(diff_step, old, root / "built"),
        {"least: polars anti-join of 1 of the configs": measure(beside.anti_join_step, old, root / "built")},
    )


def round_lines(folder: Path) -> Iterator[Line]:
    """What the agreement of a round costs."""
    root = write_annotators(folder / "round", ROUND_ARTICLES).root
    spans = 3 * sum(1 for _ in (root / "annotations" / LAYER / "spans.jsonl").open("rb"))
    of = f"{ROUND_ARTICLES:,} articles, 3 annotators, {spans:,} spans"
    comparisons = {"least: polars reads one of the layers": measure(beside.read_layer_step, root)}
    yield from lines("agree, 1,000 draws", of, spans, measure(agree_step, root), comparisons)


def release_lines(folder: Path) -> Iterator[Line]:
    """What cutting a first release costs."""
    corpus, spans = write_ready(folder / "release", RELEASE_ARTICLES)
    measured = measure(release_step, corpus.root)
    yield from lines("release, both variants", f"{spans:,} spans", spans, measured, {})


def resend_table(folder: Path) -> str:
    """What a second version sends to the Hub, of the corpus that `file_lines` made."""
    head = ("by", "corrected articles", "version, kB", "sent at first, kB", "sent now, kB", "share")
    rows = []
    for sent in resend_step(open_corpus(folder / "export"), folder / "resend"):
        kilobytes = (f"{size / 1000:,.0f}" for size in (sent.total, sent.first, sent.second))
        rows.append([sent.way, sent.edit, *kilobytes, f"{sent.second / sent.total:.1%}"])
    return results.table(head, rows)


def server_lines(folder: Path) -> Iterator[Line]:
    """Push and pull on a real server, the SDK's own calls, and a bare HTTP loop over the same tasks."""
    corpus = write_corpus(folder / "server", SERVER_TASKS)
    server = Server(corpus.state)
    server.up(["a1"], None, lambda line: None)
    try:
        who, known = seat(corpus, "a1"), server.secrets()
        assert known
        push.deal(corpus, "r1", ["a1"])
        tasks = [push.task(corpus, article) for article in corpus.by_id]
        url, token, key = str(server.url()), known.annotators["a1"].token, str(known.key)
        sdk, bare = beside.Sdk(url, token, key), Bare(url, token, key)
        pushed = timed(lambda: push.push(corpus, "r1", who))
        comparisons = {"SDK import call": timed(lambda: sdk.push(tasks, push.CHUNK_TASKS))}
        comparisons["limit: bare HTTP loop"] = timed(lambda: bare.push(tasks))
        of, project = f"{SERVER_TASKS:,} tasks, real server", projects.existing(corpus, "r1", who)
        yield from lines("push", of, SERVER_TASKS, pushed, comparisons)
        pulled = timed(lambda: pull.pull(corpus, "r1", [who], accept_removals=False, tell=lambda line: None))
        comparisons = {"SDK task pager": timed(lambda: sdk.pager(project))}
        comparisons["limit: bare HTTP loop"] = timed(lambda: bare.pull(project))
        yield from lines("pull", of, SERVER_TASKS, pulled, comparisons)
        again = timed(lambda: pull.pull(corpus, "r1", [who], accept_removals=False, tell=lambda line: None))
        yield from lines("pull again, nothing changed", of, SERVER_TASKS, again, {})
    finally:
        server.down()


class Bare:
    """The same requests without anything of ours around them."""

    def __init__(self, url: str, token: str, key: str) -> None:
        headers = {"Authorization": f"Token {token}", KEY_HEADER: key}
        self._web = httpx.Client(base_url=url, headers=headers, timeout=120)

    def push(self, tasks: Sequence[JsonObject]) -> None:
        """A project and its tasks."""
        made = self._web.post("/api/projects/", json={"title": "bare loop", "label_config": label_config()}).json()
        for start in range(0, len(tasks), push.CHUNK_TASKS):
            chunk = tasks[start : start + push.CHUNK_TASKS]
            self._web.post(f"/api/projects/{made['id']}/import", json=chunk).raise_for_status()

    def pull(self, project: int) -> None:
        """Every page of tasks."""
        page, more = 1, True
        while more:
            asked: dict[str, str | int] = {"project": project, "page": page, "page_size": 500, "fields": "all"}
            more = bool(self._web.get("/api/tasks/", params=asked).json().get("tasks"))
            page += 1


def main() -> None:
    """Measures, prints, and writes the page."""
    rows: list[Line] = []
    machine = results.machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for part in (file_lines, round_lines, release_lines, server_lines):
            rows += part(folder)
            print(results.table(HEAD, rows), flush=True)
        resent = resend_table(folder)
    results.put("Each step, and what stands beside it", f"{machine}\n\n{results.table(HEAD, rows)}")
    results.put("A second version to the Hub, 1 % of 10,000 articles corrected", f"{machine}\n\n{resent}")


if __name__ == "__main__":
    main()
