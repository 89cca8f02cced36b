"""Annotators at the labelling page as the server sees them: a session each, and the requests that a page makes.

They are threads of one process over `http.client`, for whoever asks shares the machine with the server: a request costs
it some 0.2 ms.
"""

from __future__ import annotations

import http.client
import json
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, read_layer
from tests.annotation.labelstudio.written import result_of
from tests.benchmarks.many_accounts import Desk

PERIOD: Final = 120
"""Seconds from one submission of a person who thinks to the next."""
SEED: Final = 31
_ATTEMPTS: Final = 4
_PATIENCE: Final = 120
_NAME: Final = "a-name"
OPEN, CHECK, DRAFT, SUBMIT = "open", "check", "draft", "submit"
STEPS: Final = (OPEN, CHECK, DRAFT, SUBMIT)


@dataclass
class Load:
    """What all of them asked: seconds of each step by its name, what failed, and who submitted what where."""

    seconds: dict[str, list[float]] = field(default_factory=lambda: {step: [] for step in STEPS})
    failures: list[str] = field(default_factory=list)
    stored: list[tuple[int, int, str]] = field(default_factory=list)
    """Task, account and canonical result of each submission that was answered for."""

    def of(self, *steps: str) -> list[float]:
        """The seconds of these steps, sorted."""
        return sorted(second for step in steps for second in self.seconds[step])


class Person:
    """One annotator. A step that gets no answer, or a 500, is done again at once, as Submit is pressed again."""

    def __init__(self, desk: Desk, port: int, gold: Mapping[str, str], load: Load) -> None:
        self._desk, self._gold, self._load = desk, gold, load
        self._web = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE)
        self._headers = {"Cookie": f"sessionid={desk['session']}", "Content-Type": "application/json"}
        self._drawn = random.Random(f"{SEED} {desk['name']}")
        self._query = f"project={desk['project']}"
        self._task: dict[str, Any] = {}
        self._work: dict[str, Any] = {}

    def open(self) -> None:
        """Opens the next article of the label stream; what a page asks at once is asked in turn here."""
        project = self._desk["project"]
        begun = time.monotonic()
        path = f"/api/dm/actions?id=next_task&tabID={self._desk['view']}&{self._query}"
        self._task = json.loads(self._ask("POST", path, {"project": str(project)}))
        self._ask("GET", f"/api/label_links?{self._query}&expand=label")
        for _ in range(2):
            self._ask("GET", f"/api/projects/{project}/")
        self._check([])
        self._load.seconds[OPEN].append(time.monotonic() - begun)
        self._work = {"lead_time": 61.5, "result": [], "draft_id": 0, "project": str(project)}

    def save_draft(self) -> None:
        """Marks the gold's spans: the page has them checked, and saves a draft."""
        name = f"{self._desk['name']}.{self._task['id']}.{self._drawn.getrandbits(32):08x}"
        self._work["result"] = json.loads(self._gold[self._task["data"]["article_id"]].replace(_NAME, name))
        begun = time.monotonic()
        self._check(self._work["result"])
        checked = time.monotonic()
        draft = json.loads(self._ask("POST", f"/api/tasks/{self._task['id']}/drafts?{self._query}", self._work))
        self._load.seconds[CHECK].append(checked - begun)
        self._load.seconds[DRAFT].append(time.monotonic() - checked)
        self._work["draft_id"] = draft["id"]

    def submit(self) -> None:
        """Submits what is marked."""
        task = self._task["id"]
        sent = {**self._work, "unique_id": self._task["unique_lock_id"]}
        begun = time.monotonic()
        self._ask("POST", f"/api/tasks/{task}/annotations?{self._query}", sent)
        self._load.seconds[SUBMIT].append(time.monotonic() - begun)
        self._load.stored.append((task, self._desk["account"], canonical(sent["result"])))

    def leave(self) -> None:
        self._web.close()

    def _check(self, result: list[Any]) -> None:
        self._ask("POST", f"/hedgerow/tasks/{self._task['id']}/findings", result)

    def _ask(self, method: str, path: str, body: object = None) -> bytes:
        content = None if body is None else json.dumps(body)
        for _ in range(_ATTEMPTS):
            try:
                self._web.request(method, path, content, self._headers)
                answer = self._web.getresponse()
                read = answer.read()
            except (OSError, http.client.HTTPException) as error:
                self._web.close()
                self._load.failures.append(f"{method} {path} {type(error).__name__}")
                continue
            if answer.status < 400 or answer.status == 409:  # stored, and its answer was lost
                return read
            self._load.failures.append(f"{method} {path} {answer.status} {read[:200]!r}")
        raise RuntimeError(self._load.failures[-1])


def gold_of(corpus: Corpus) -> dict[str, str]:
    """article_id to the gold as a page sends it, with a name for each span to begin with."""
    gold = read_layer(corpus.layer_path(GOLD), GOLD)
    results = {}
    for article in corpus.by_id:
        spans = gold.spans.filter(article_id=article)
        given = {span: f"{_NAME}.{number}" for number, span in enumerate(spans["span_id"])}
        links = gold.relations.filter(article_id=article).iter_rows(named=True)
        results[article] = json.dumps(
            result_of(
                [{**span, "span_id": given[span["span_id"]]} for span in spans.iter_rows(named=True)],
                [{**link, "from_span": given[link["from_span"]], "to_span": given[link["to_span"]]} for link in links],
            )
        )
    return results


def canonical(result: object) -> str:
    """A result as text, alike for alike ones."""
    return json.dumps(result, sort_keys=True)


def without_thinking(people: Sequence[Person], articles: int, begin: Callable[[], None]) -> None:
    """Each labels that many articles, one after the other. `begin` is called before the first of them."""

    def work(person: Person) -> None:
        for _ in range(articles):
            person.open()
            person.save_draft()
            person.submit()

    begin()
    _all_at_once(people, work)


def thinking(people: Sequence[Person], seconds: float, begin: Callable[[], None]) -> None:
    """Each submits every two minutes, from a moment of its own, and saves a draft a minute before that.

    The first articles are open when `begin` is called. What is due later than `seconds` after that is left.
    """
    drawn = random.Random(SEED)
    first = {person: drawn.uniform(0, PERIOD) for person in people}
    never = threading.Event()

    def get_ready(person: Person) -> None:
        person.open()
        if first[person] < PERIOD / 2:
            person.save_draft()

    _all_at_once(people, get_ready)
    begin()
    begun = time.monotonic()

    def is_due(at: float) -> bool:
        return at <= seconds and not never.wait(max(0.0, begun + at - time.monotonic()))

    def work(person: Person) -> None:
        due = first[person]
        while due < PERIOD / 2 or is_due(due - PERIOD / 2):
            if due >= PERIOD / 2:
                person.save_draft()
            if not is_due(due):
                return
            person.submit()
            person.open()
            due += PERIOD

    _all_at_once(people, work)


def _all_at_once(people: Sequence[Person], work: Callable[[Person], object]) -> None:
    broken: list[BaseException] = []

    def guarded(person: Person) -> None:
        try:
            work(person)
        except Exception as error:
            broken.append(error)

    threads = [threading.Thread(target=guarded, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise RuntimeError(f"{len(broken)} of {len(people)} gave up") from broken[0]
