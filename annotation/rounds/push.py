"""Articles into Label Studio: each dealt article once, however often it is run and wherever it was cut off."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
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
from annotation.rounds.dealing import Undealt, new_deals, with_new_share
from annotation.rounds.locks import deals_alone, one_at_a_time
from annotation.rounds.plans import PlanChange, RoundPlan, differences, plan_bytes, plan_path, read_plan
from dataset import schema
from dataset.agreement.controls import control_articles
from dataset.intake.text import LONG_BYTES
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import table_path
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.withdrawal import withdrawn_articles
from dataset.statements.tables import dealt_events
from dataset.storage.atomic import asides, sha256
from dataset.storage.tables import read_sound, read_table, table_bytes

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


@dataclass(frozen=True)
class DealtRound:
    """The deals of a round, its plan, and what changed in the plan, a sentence for each change."""

    name: str
    deals: pl.DataFrame
    plan: RoundPlan
    changes: list[str]


def deal(
    corpus: Corpus,
    round_name: str,
    annotators: list[str],
    share: float = 1,
    tell: Tell = in_silence,
    control: float = 0,
) -> pl.DataFrame:
    """As `deal_round`, to these annotators and those that the round has."""
    return deal_round(corpus, round_name, PlanChange(tuple(annotators), share, control), tell).deals


def deal_round(
    corpus: Corpus,
    round_name: str,
    change: PlanChange,
    tell: Tell = in_silence,
    *,
    ended: Mapping[str, Collection[str]] | None = None,
    passed_over: Collection[str] = (),
) -> DealtRound:
    """Deals articles by the round's plan, and keeps deals and plan in the record; what was dealt stays dealt.

    A share of all articles (one at least) goes to all of the round's annotators; each of the others to whoever has
    fewest. Where the share changes after several were dealt articles, the new one counts for those that nobody has. The
    articles' ids and the round alone decide which. With a cap, nobody gets more open articles than that; `ended` are
    what annotators have ended beside what the record says. Who is `passed_over` gets nothing now.

    With a share of controls, an article that has gold from elsewhere is dealt only as a control: so many of them go to
    everybody that there is one for every 1/`control` of the other articles, and at least one.

    The plan is put in place first, so that a round that has deals always has one.

    Raises:
        Problem: there is no article, or none that can be a control, or a text cannot be read, or the round has no
            annotator, or is one of sorting; nothing was dealt then.
    """
    ids = _readable_articles(corpus)
    with deals_alone(corpus, round_name, tell), changing(corpus, tell):
        _refuse_round_of_sorting(corpus, round_name)
        known = read_sound(deals_path(corpus, round_name), schema.Deals)
        before = _plan_before(corpus, round_name, known, change)
        plan = _changed(round_name, before, change)
        gone = withdrawn_articles(corpus)
        there = [article for article in ids if article not in gone]
        undealt = _undealt(corpus, round_name, there, plan, known)
        undealt = replace(undealt, ended=_ended(corpus, round_name, plan, ended or {}))
        if len(before.annotators) > 1 and before.share != plan.share:
            plan = with_new_share(plan, before, undealt.articles, known)
        now = replace(plan, annotators=tuple(name for name in plan.annotators if name not in passed_over))
        rows = new_deals(round_name, now, undealt, known)
        deals = pl.concat([known, schema.frame(schema.Deals, rows)]).sort("annotator", "article_id")
        put_deals(corpus, round_name, plan, deals)
    return DealtRound(round_name, deals, plan, list(differences(before, plan)) if known.height else [])


def _readable_articles(corpus: Corpus) -> list[str]:
    """The ids of all articles, whose texts can be read."""
    ids: list[str] = corpus.articles["article_id"].to_list()
    for article in ids:
        corpus.text(article)
    if not ids:
        raise Problem(f"{corpus.seeds / 'articles.jsonl'} names no article", "take some in with `hedgerow intake`")
    return ids


def _refuse_round_of_sorting(corpus: Corpus, round_name: str) -> None:
    if not dealt_events(corpus, round_name).is_empty():
        raise Problem(
            f"events were dealt in round {round_name}, and a round holds either articles or events",
            "name another with --round",
        )


def planned(corpus: Corpus, round_name: str, change: PlanChange) -> RoundPlan:
    """A round's plan with a change, as it would be dealt by; nothing is written.

    Raises:
        Problem: it cannot be read, or nobody is in it then.
    """
    known = read_sound(deals_path(corpus, round_name), schema.Deals)
    return _changed(round_name, _plan_before(corpus, round_name, known, change), change)


def _plan_before(corpus: Corpus, round_name: str, known: pl.DataFrame, change: PlanChange) -> RoundPlan:
    """The plan as it was; of a round without one, whose deals are `known`, as the change says that it was.

    Raises:
        Problem: the change does not say it.
    """
    plan = read_plan(corpus, round_name)
    if plan is not None:
        return plan
    names = sorted(set(known["annotator"]))
    if names and (not change.annotators or (change.share is None and not _all_in_common(known))):
        raise forgotten(round_name, known)
    return change.of(RoundPlan(tuple(names)))


def _all_in_common(known: pl.DataFrame) -> bool:
    """Whether each article that was dealt went to everybody."""
    return known.height == known["annotator"].n_unique() * known["article_id"].n_unique()


def forgotten(round_name: str, known: pl.DataFrame) -> Problem:
    """What is wrong with a round of such deals that has no plan."""
    options = " ".join(f"--annotator {name}" for name in sorted(set(known["annotator"])))
    return Problem(
        f"round {round_name} does not remember how it was dealt",
        f"say so once, with the options of then: `hedgerow push --round {round_name} {options} --share S`, where S is "
        "the share of the articles that everybody got, 1 if that was all",
    )


def _changed(round_name: str, before: RoundPlan, change: PlanChange) -> RoundPlan:
    plan = change.of(before)
    if not plan.annotators:
        raise Problem(
            f"round {round_name} has no annotator", f"name one: `hedgerow push --round {round_name} --annotator a1`"
        )
    return plan


def put_deals(corpus: Corpus, round_name: str, plan: RoundPlan | None, deals: pl.DataFrame) -> None:
    """Writes the plan of a round, if it has one, and then the deals; both are whole at any time."""
    with asides() as several:
        if plan is not None:
            several.write(plan_path(corpus, round_name), plan_bytes(round_name, plan))
        several.write(deals_path(corpus, round_name), table_bytes(deals.sort("annotator", "article_id")))


def _undealt(corpus: Corpus, round_name: str, ids: list[str], plan: RoundPlan, known: pl.DataFrame) -> Undealt:
    """What there is to deal of these articles: those that have gold from elsewhere only as controls, where any are."""
    if not plan.control:
        return Undealt(ids)
    controls, apart = _controls(corpus, round_name, ids, plan.control, known), control_articles(corpus, round_name)
    return Undealt([article for article in ids if article not in apart], controls)


def _ended(
    corpus: Corpus, round_name: str, plan: RoundPlan, elsewhere: Mapping[str, Collection[str]]
) -> dict[str, set[str]]:
    """What annotators ended, by the record and by whoever asked the server; of no use where there is no cap."""
    if plan.cap is None:
        return {}
    return {name: {*ended_in_record(corpus, round_name, name), *elsewhere.get(name, ())} for name in plan.annotators}


def ended_in_record(corpus: Corpus, round_name: str, annotator: str) -> set[str]:
    """The articles that an annotator submitted or skipped, by the record.

    Raises:
        Problem: the table cannot be read.
    """
    return set(
        read_table(table_path(corpus.layer_path(f"{round_name}/{annotator}"), "tasks"), schema.Tasks)["article_id"]
    )


def ended_on_server(corpus: Corpus, round_name: str, seat: Seat) -> set[str]:
    """The same, by the server.

    Raises:
        Problem: it cannot be asked.
    """
    project = projects.find(corpus, round_name, seat)
    tasks = map(read_task, seat.studio.listing(project)) if project is not None else ()
    return {str(task.article_id) for task in tasks if task.work}


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
    """The deals of a round, with what was let off.

    Raises:
        Problem: nothing was dealt in it.
    """
    deals = read_sound(deals_path(corpus, round_name), schema.Deals)
    if not deals.height:
        raise Problem(
            f"nothing was pushed for round {round_name}", f"run `hedgerow push --round {round_name} --annotator a1`"
        )
    return deals


def standing(deals: pl.DataFrame) -> pl.DataFrame:
    """The deals without those that were let off."""
    return deals.filter(pl.col("let_off").is_null())


def dealt_to(corpus: Corpus, round_name: str) -> list[str]:
    """Who was dealt articles in a round, sorted; those who were let off all of theirs among them.

    Raises:
        Problem: nothing was dealt in it.
    """
    return sorted(set(dealt(corpus, round_name)["annotator"]))


def holders(corpus: Corpus, round_name: str) -> list[str]:
    """Who has articles of a round that stand, sorted; nobody in a round that is new."""
    return sorted(set(standing(read_sound(deals_path(corpus, round_name), schema.Deals))["annotator"]))


def undealt(corpus: Corpus, dealt_round: DealtRound) -> list[str]:
    """The articles that nobody has in a round, sorted. Those that may be controls are none of them."""
    apart = control_articles(corpus, dealt_round.name) if dealt_round.plan.control else set[str]()
    gone = withdrawn_articles(corpus) | apart | set(standing(dealt_round.deals)["article_id"])
    return [article for article in corpus.articles["article_id"] if article not in gone]


def refuse_other_help(corpus: Corpus, round_name: str, seats: Iterable[Seat], assistance: Assistance | None) -> None:
    """Whether the projects that annotators have in a round show these suggestions.

    Raises:
        Problem: one shows others, or none, or some.
    """
    for seat in seats:
        project = projects.find(corpus, round_name, seat)
        if project is not None:
            projects.refuse_other_suggestions(seat, project, str(assistance) if assistance else None)


def overlong(corpus: Corpus, round_name: str) -> dict[str, int]:
    """The dealt articles that the labelling page is slow with, and their bytes; the longest first."""
    ids = set(standing(dealt(corpus, round_name))["article_id"]) & set(corpus.articles["article_id"])
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
    deals = standing(dealt(corpus, round_name)).filter(annotator=seat.annotator)["article_id"].to_list()
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
            names = names_data(corpus.speakers.get(article["event_id"] or "", {}))
            if any(data.get(name) != value for name, value in names.items()):
                outdated[task.id] = {**data, **names}
    return articles, outdated


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
