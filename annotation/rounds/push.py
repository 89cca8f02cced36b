"""Articles into Label Studio: each dealt article once, however often it is run and wherever it was cut off."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from annotation import guidelines
from annotation.labelstudio import sending
from annotation.labelstudio.payloads import JsonObject, SentDeskTask, SentTask
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import Task, names_data, read_task, write_task
from annotation.rounds import projects
from annotation.rounds.assistance import Assistance, SuggestedArticles
from annotation.rounds.locks import deals_alone, one_at_a_time
from dataset import schema
from dataset.agreement.controls import control_articles
from dataset.intake.text import LONG_BYTES
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rows import ArticleRow, DealRow
from dataset.record.withdrawal import withdrawn_articles
from dataset.statements.tables import dealt_events
from dataset.storage.atomic import sha256, write_bytes
from dataset.storage.tables import read_sound, table_bytes

CHUNK_BYTES: Final = 16 << 20
CHUNK_TASKS: Final = 1000
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class PushResult:
    """What a push did for one annotator; `refreshed` are open tasks that were given today's names.

    `without` are dealt articles in the share without suggestions; None where the round has none at all.
    """

    annotator: str
    project: int
    sent: int
    there: int
    blind: bool
    refreshed: int = 0
    without: int | None = None


def deals_path(corpus: Corpus, round_name: str) -> Path:
    """Where the deals of a round are."""
    return corpus.annotations / round_name / "deals.jsonl"


def deal(
    corpus: Corpus,
    round_name: str,
    annotators: list[str],
    share: float = 1,
    tell: Tell = in_silence,
    control: float = 0,
) -> pl.DataFrame:
    """Deals articles to the annotators and keeps the deal in the record; what was dealt stays dealt.

    A `share` of all articles (one at least) goes to everybody named, the same ones to each; each of the others to
    whoever of those named has fewest. The articles' ids and the round alone decide which.

    With `control` above 0, an article that has gold from elsewhere is dealt only as a control: so many of them go to
    everybody named that there is one for every 1/`control` of the other articles, and at least one.

    Raises:
        Problem: there is no article, or none that can be a control, or a text cannot be read, or the round is one of
            sorting; nothing was dealt then.
    """
    path = deals_path(corpus, round_name)
    ids = corpus.articles["article_id"].to_list()
    for article in ids:
        corpus.text(article)
    if not ids:
        raise Problem(f"{corpus.seeds / 'articles.jsonl'} names no article", "take some in with `hedgerow intake`")
    with deals_alone(corpus, round_name, tell), changing(corpus, tell):
        if not dealt_events(corpus, round_name).is_empty():
            raise Problem(
                f"events were dealt in round {round_name}, and a round holds either articles or events",
                "name another with --round",
            )
        known, gone = read_sound(path, schema.Deals), withdrawn_articles(corpus)
        there = [article for article in ids if article not in gone]
        controls = _controls(corpus, round_name, there, control, known) if control else []
        apart = control_articles(corpus, round_name) if control else set[str]()
        rows = _new_deals(
            round_name, [article for article in there if article not in apart], sorted(annotators), share, known
        )
        rows += [_deal(round_name, annotator, article) for annotator in annotators for article in controls]
        deals = pl.concat([known, schema.frame(schema.Deals, rows)]).unique().sort("annotator", "article_id")
        write_bytes(path, table_bytes(deals))
    return deals


def _new_deals(
    round_name: str, ids: list[str], annotators: list[str], share: float, known: pl.DataFrame
) -> list[DealRow]:
    """Articles that several have are the shared ones first, then those that nobody has, then those that one has."""
    holders = Counter(dict.fromkeys(ids, 0))
    holders.update(article for article in known["article_id"] if article in holders)
    drawn = sorted(ids, key=lambda article: sha256(f"{round_name}\n{article}".encode()))
    by_claim = sorted(drawn, key=lambda article: (1, 2, 0)[min(holders[article], 2)])
    shared = set(by_claim[: max(1, round(share * len(ids)))])
    deals = [(annotator, article) for annotator in annotators for article in shared]
    has = {
        annotator: set(known.filter(annotator=annotator)["article_id"]) & set(ids) | shared for annotator in annotators
    }
    for article in drawn:
        if not holders[article] and article not in shared:
            annotator = min(annotators, key=lambda name: (len(has[name]), name))
            has[annotator].add(article)
            deals.append((annotator, article))
    return [_deal(round_name, annotator, article) for annotator, article in deals]


def _deal(round_name: str, annotator: str, article: str) -> DealRow:
    return {"round": round_name, "annotator": annotator, "article_id": article}


def _controls(corpus: Corpus, round_name: str, ids: list[str], control: float, known: pl.DataFrame) -> list[str]:
    """The articles that are dealt as controls: those that were before, then others, by a hash of round and id."""
    golden = control_articles(corpus, round_name).intersection(ids)
    if not golden:
        raise Problem(
            "no article has gold that another round decided, and control articles need it", "leave out --control"
        )
    dealt_before = set(known["article_id"])
    drawn = sorted(golden, key=lambda article: sha256(f"{round_name}\ncontrol\n{article}".encode()))
    drawn.sort(key=lambda article: article not in dealt_before)
    return drawn[: max(1, round(control * (len(ids) - len(golden))))]


def dealt(corpus: Corpus, round_name: str) -> pl.DataFrame:
    """The deals of a round.

    Raises:
        Problem: nothing was dealt in it.
    """
    deals = read_sound(deals_path(corpus, round_name), schema.Deals)
    if not deals.height:
        raise Problem(
            f"nothing was pushed for round {round_name}", f"run `hedgerow push --round {round_name} --annotator a1`"
        )
    return deals


def dealt_to(corpus: Corpus, round_name: str) -> list[str]:
    """The annotators of a round, sorted.

    Raises:
        Problem: nothing was dealt in it.
    """
    return sorted(set(dealt(corpus, round_name)["annotator"]))


def overlong(corpus: Corpus, round_name: str) -> dict[str, int]:
    """The dealt articles that the labelling page is slow with, and their bytes; the longest first."""
    ids = set(dealt(corpus, round_name)["article_id"]) & set(corpus.articles["article_id"])
    sizes = {article: len(corpus.text(article).encode()) for article in sorted(ids)}
    return {article: size for article, size in sorted(sizes.items(), key=lambda entry: -entry[1]) if size > LONG_BYTES}


def push(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    progress: Progress = lambda done, total: None,
    tell: Tell = in_silence,
    assistance: Assistance | None = None,
) -> PushResult:
    """Sends an annotator the dealt articles that the server does not hold yet, with suggestions where there are to be.

    Pushes and restores of one annotator's round take turns: each would send what the other is sending.

    Raises:
        Problem: the server holds an article twice or with another text, its page shows other guidelines, or
            suggestions of another layer or none, the layer of suggestions does not fit, or the server cannot be asked.
    """
    deals = dealt(corpus, round_name).filter(annotator=seat.annotator)["article_id"].to_list()
    suggested = SuggestedArticles(corpus, round_name, seat.annotator, assistance) if assistance else None
    if suggested:
        suggested.require(article for article in deals if corpus.has(article))
    with one_at_a_time(corpus, round_name, [seat.annotator], tell):
        wanted = str(assistance) if assistance else None
        project = projects.find_or_create(corpus, round_name, seat, tell=tell, suggestions=wanted)
        projects.refuse_other_suggestions(seat, project, wanted)
        there, outdated = _on_server(corpus, seat, project)
        refreshed = _refresh_names(seat, project, outdated)
        missing = [article for article in deals if article not in there and corpus.has(article)]
        if missing:
            projects.refuse_other_guidelines(seat, project)
        tasks = (task(corpus, article) for article in missing)
        send(corpus, seat, project, map(suggested.added_to, tasks) if suggested else tasks, len(missing), progress)
    without = sum(map(suggested.goes_without, deals)) if suggested else None
    return PushResult(seat.annotator, project, len(missing), len(there), seat.blind, refreshed, without)


def task(corpus: Corpus, article_id: str, taken: str = "") -> SentTask:
    """The task of an article, as it is sent; `taken` are keys that the page has other work for than names."""
    text, article = corpus.text(article_id), corpus.by_id[article_id]
    names = corpus.speakers.get(article["event_id"] or "", {})
    return write_task(article, text, names, guidelines.version(), taken)


def send(
    corpus: Corpus, seat: Seat, project: int, tasks: Iterator[SentTask | SentDeskTask], count: int, progress: Progress
) -> None:
    """Sends tasks in chunks, each task once."""
    done = 0
    progress(done, count)
    for chunk in _chunks(tasks):
        sending.send_tasks(corpus, seat, project, chunk)
        done += len(chunk)
        progress(done, count)


def _chunks(tasks: Iterator[SentTask | SentDeskTask]) -> Iterator[list[SentTask | SentDeskTask]]:
    chunk: list[SentTask | SentDeskTask] = []
    size = 0
    for task in tasks:
        chunk.append(task)
        size += len(json.dumps(task))
        if len(chunk) == CHUNK_TASKS or size >= CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _on_server(corpus: Corpus, seat: Seat, project: int) -> tuple[set[str], dict[int, JsonObject]]:
    """The articles that the project holds, each found once and with the corpus's text.

    With it, by task, the data with today's names of those that offer others.
    """
    articles, outdated = set[str](), dict[int, JsonObject]()
    for raw in seat.studio.listing(project, annotations=False):
        task = read_task(raw)
        article = None if task.article_id is None else corpus.find(task.article_id)
        if article is not None:
            _refuse_other(task, article["text_sha256"], articles, seat.studio.task_url(project, task.id))
            articles.add(article["article_id"])
            data: JsonObject = raw.get("data") or {}
            names = _names(corpus, article)
            if any(data.get(name) != value for name, value in names.items()):
                outdated[task.id] = {**data, **names}
    return articles, outdated


def _names(corpus: Corpus, article: ArticleRow) -> Mapping[str, object]:
    """What the data of an article's task says about names."""
    return names_data(corpus.speakers.get(article["event_id"] or "", {}))


def _refresh_names(seat: Seat, project: int, outdated: Mapping[int, JsonObject]) -> int:
    """Gives open tasks the names of today. What was submitted keeps those that its annotator chose from."""
    if not outdated:
        return 0
    is_open = {task["id"] for task in seat.studio.ends(project) if not task.get("annotations")}
    for task, data in outdated.items():
        if task in is_open:
            seat.studio.set_data(task, data)
    return len(is_open & outdated.keys())


def _refuse_other(task: Task, text_sha256: str, articles: set[str], url: str) -> None:
    if task.article_id in articles:
        raise Problem(
            f"the server holds {task.article_id} twice, once at {url}",
            "delete the task without work with `hedgerow discard ADDRESS`, then push again",
        )
    if task.text_sha256 != text_sha256:
        raise Problem(
            f"the server holds {task.article_id} with another text at {url}",
            "put the old text back, or take the article in again under a new id",
        )
