"""`make bench`: what each step costs, beside what a user would use instead, measured in the same run.

Prints a table; asserts nothing, for machines are shared and noisy.
"""

from __future__ import annotations

import json
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.table import Table

from annotation import projects, pull, push
from annotation.accounts import seat
from annotation.label_config import label_config
from annotation.server import Server
from dataset.build import build
from dataset.checks.layers import check_layer
from dataset.corpus import open_corpus
from dataset.layer import read_layer
from tests.benchmarks.agreement import agree_step, write_round
from tests.benchmarks.corpora import write_corpus, write_export
from tests.benchmarks.measure import Measured, measure
from tests.benchmarks.releases import release_step, write_ready
from tests.benchmarks.resend import resend_step
from tests.benchmarks.taking_in import pull_step
from tests.benchmarks.versions import diff_step, write_versions

LAYER = "r1/a1"
EXPORT_TASKS = 10_000
SERVER_TASKS = 2_000
VERSION_ARTICLES = 40_200
RELEASE_ARTICLES = 40_000
ROUND = {"articles": 1_000, "annotators": 3, "spans": 100}


def validate_step(root: Path) -> int:
    """Checks the layer."""
    corpus = open_corpus(root)
    return len(check_layer(corpus, read_layer(corpus.layer_path(LAYER), LAYER)))


def build_step(root: Path) -> int:
    """Builds the layer, its checks included."""
    return build(open_corpus(root), LAYER, root / "built", allow_errors=True)["spans"]


def conll_step(root: Path, export: Path) -> None:
    """The SDK's converter on the same export."""
    from label_studio_sdk.converter.converter import Converter

    converter = Converter(label_config(), str(root))
    converter.convert_to_conll2003(str(export), str(root / "conll"), is_dir=False)


def read_step(export: Path) -> int:
    """The least there is to do: reading the bytes as JSON."""
    return len(json.loads(export.read_bytes()))


def export_road(folder: Path, tasks: int) -> tuple[int, dict[str, Measured]]:
    """The road of an export to a loadable folder, and what stands beside it."""
    corpus, export, regions = write_export(folder / "export", tasks)
    steps = {
        "pull --from-file": measure(pull_step, corpus.root, export),
        "validate": measure(validate_step, corpus.root),
        "build (validates, too)": measure(build_step, corpus.root),
        "SDK converter, CoNLL": measure(conll_step, corpus.root, export),
        "json.loads of the bytes": measure(read_step, export),
    }
    return regions, steps


def agreement_table(folder: Path) -> Table:
    """What the agreement of a round costs."""
    corpus = write_round(folder / "round", **ROUND)
    one = measure(agree_step, corpus.root)
    title = f"{ROUND['articles']} articles, {ROUND['annotators']} annotators, {ROUND['spans']} spans each"
    table = Table("step", "seconds", "peak MB", title=title)
    table.add_row(f"agree, {one.result} figures, 1,000 draws", f"{one.seconds:.1f}", f"{one.megabytes:,.0f}")
    return table


def resend_table(folder: Path) -> Table:
    """What a second version sends to the Hub, of the corpus that `export_road` made."""
    title = f"publish a version with 1 % of {EXPORT_TASKS} articles corrected"
    table = Table("by", "corrected articles", "version, kB", "sent at first, kB", "sent now, kB", "share", title=title)
    for one in resend_step(open_corpus(folder / "export"), folder / "resend"):
        kilobytes = [f"{size / 1000:,.0f}" for size in (one.total, one.first, one.second)]
        table.add_row(one.way, one.edit, *kilobytes, f"{one.second / one.total:.1%}")
    return table


def diff_table(folder: Path) -> Table:
    """What telling two versions apart costs."""
    old, new, spans = write_versions(folder / "versions", VERSION_ARTICLES)
    one = measure(diff_step, old, new)
    table = Table("step", "seconds", "peak MB", title=f"two folders of {spans} spans, 1 % edited")
    table.add_row(f"diff, {one.result} changes", f"{one.seconds:.1f}", f"{one.megabytes:,.0f}")
    return table


def release_table(folder: Path) -> Table:
    """What cutting a first release costs."""
    corpus, spans = write_ready(folder / "release", RELEASE_ARTICLES)
    one = measure(release_step, corpus.root)
    table = Table("step", "seconds", "peak MB", title=f"a release of {spans} spans, both variants")
    table.add_row("release (validates and checks, too)", f"{one.seconds:.1f}", f"{one.megabytes:,.0f}")
    return table


def server_steps(folder: Path, tasks: int) -> dict[str, float]:
    """Seconds of push and pull on a real server, and of a bare HTTP loop over the same tasks."""
    corpus = write_corpus(folder / "server", tasks)
    server = Server(corpus.state)
    server.up(["a1"], None, lambda line: None)
    try:
        who = seat(corpus, "a1")
        push.deal(corpus, "r1", ["a1"])
        project = projects.find_or_create(corpus, "r1", who)
        ours = {"push": _timed(lambda: push.push(corpus, "r1", who))}
        ours["pull"] = _timed(lambda: pull.pull(corpus, "r1", [who], accept_removals=False, tell=lambda line: None))
        return ours | _bare(server, corpus.root, project, [push.task(corpus, article) for article in corpus.by_id])
    finally:
        server.down()


def _bare(server: Server, root: Path, project: int, tasks: list[dict[str, Any]]) -> dict[str, float]:
    """The same requests without anything of ours around them."""
    known = server.secrets()
    assert known
    headers = {"Authorization": f"Token {known.annotators['a1'].token}"}
    with httpx.Client(base_url=str(server.url()), headers=headers, timeout=120) as web:
        made = web.post("/api/projects/", json={"title": "bare loop", "label_config": label_config()}).json()["id"]

        def send() -> None:
            for start in range(0, len(tasks), push.CHUNK_TASKS):
                web.post(
                    f"/api/projects/{made}/import", json=tasks[start : start + push.CHUNK_TASKS]
                ).raise_for_status()

        def list_all() -> None:
            page = 1
            while web.get("/api/tasks/", params=_page(made, page)).json().get("tasks"):
                page += 1

        return {"bare push": _timed(send), "bare pull": _timed(list_all)}


def _page(project: int, page: int) -> dict[str, str | int]:
    return {"project": project, "page": page, "page_size": 500, "fields": "all"}


def _timed(step: Any) -> float:
    start = time.perf_counter()
    step()
    return time.perf_counter() - start


def main() -> None:
    """Measures and prints."""
    console = Console(width=110)
    with tempfile.TemporaryDirectory() as scratch:
        regions, steps = export_road(Path(scratch), EXPORT_TASKS)
        road = Table("step", "seconds", "regions/s", "peak MB", title=f"{EXPORT_TASKS} tasks, {regions} regions")
        for name, one in steps.items():
            road.add_row(name, f"{one.seconds:.1f}", f"{regions / one.seconds:,.0f}", f"{one.megabytes:,.0f}")
        ours = sum(steps[name].seconds for name in list(steps)[:3])
        road.add_row("the road: pull, validate, build", f"{ours:.1f}", f"{regions / ours:,.0f}", "")
        console.print(road)
        console.print(resend_table(Path(scratch)))
        console.print(agreement_table(Path(scratch)))
        console.print(diff_table(Path(scratch)))
        console.print(release_table(Path(scratch)))
        found = server_steps(Path(scratch), SERVER_TASKS)
        served = Table("step", "tasks/s", "bare loop, tasks/s", "ratio", title=f"{SERVER_TASKS} tasks, a real server")
        for name in ("push", "pull"):
            rates = SERVER_TASKS / found[name], SERVER_TASKS / found[f"bare {name}"]
            served.add_row(name, f"{rates[0]:,.0f}", f"{rates[1]:,.0f}", f"{rates[0] / rates[1]:.2f}")
        console.print(served)


if __name__ == "__main__":
    main()
