"""From a round to the gold: an adjudicator decides in Label Studio what its annotators do not agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from annotation.adjudication import gold_places
from annotation.adjudication.cards import cards, together
from annotation.adjudication.decisions import decide
from annotation.adjudication.questions import Sheet, excluded, sheet, shown_links, summary, who_had_what
from annotation.labelstudio.adjudicated import DECISION_KEYS, NEXT_KEY, read_adjudication, write_adjudication
from annotation.labelstudio.payloads import SentTask
from annotation.labelstudio.result import ResultRows
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import AdjudicationQuestions, Task, ended, read_task, with_questions
from annotation.rounds import projects, push, raw
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.normalise import derived
from annotation.rounds.pull import AS_IT_WAS
from dataset import schema
from dataset.agreement.compared import folders_of, layers_of
from dataset.checks import acknowledged
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import STRUCTURE, check_layer, found_by
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, Removal, make_layer, read_layer, removals, sort_layer, write_layers
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.rows import Decision, DecisionRow, RelationRow, SpanRow, by_article
from dataset.record.withdrawal import withdrawn_articles
from dataset.scheme.vocabulary import STATUSES
from dataset.storage.address import Location
from dataset.storage.atomic import writing
from dataset.storage.tables import read_sound, read_table, write_table

Faults = dict[tuple[str, str], list[str]]
SUBMITTED, SKIPPED = STATUSES


@dataclass(frozen=True)
class OpenedAdjudication:
    """What opening a round did: tasks sent and there before, and the articles that it left, with why.

    `waiting` are those that an annotator has not ended, `changed` those whose work changed since they were opened,
    with the address of their task, `gold` those that have gold already.
    """

    project: int
    sent: int
    there: int
    questions: int
    waiting: dict[str, list[str]]
    changed: dict[str, str]
    gold: list[str]


@dataclass
class DecisionsPull:
    """What a pull of the decisions brought: the id of the raw pull, articles taken, and how many spans and links had
    each outcome.

    `undecided` says what is open still, `changed` which articles were opened on other work, `not_ended` which wait for
    the adjudicator, `gold` which have gold of another round or adjudicator, `unopened` which have neither gold nor a
    task, by article; `places` are the addresses of their tasks. `withdrawn` were withdrawn and still have a task.
    """

    pull_id: str = ""
    taken: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    undecided: dict[str, list[str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    not_ended: list[str] = field(default_factory=list)
    gold: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    written: list[Location] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)


class Round:
    """A round's layers, ready to be laid side by side: of those who were dealt articles, and whatever else was pulled.

    Raises:
        Problem: nobody has submitted anything, or a layer does not hold together.
    """

    def __init__(self, corpus: Corpus, name: str) -> None:
        self.corpus, self.name = corpus, name
        worked = layers_of(corpus, name)
        deals = read_sound(push.deals_path(corpus, name), schema.Deals) if worked else push.dealt(corpus, name)
        self._dealt = dict(deals.group_by("article_id").agg("annotator").iter_rows())
        self.annotators = sorted({*deals["annotator"], *worked})
        layers = [read_layer(corpus.layer_path(f"{name}/{who}"), f"{name}/{who}") for who in self.annotators]
        self._layers = dict(zip(self.annotators, layers, strict=True))
        if not any(layer.tasks.height for layer in layers):
            raise Problem(
                f"the record holds no work of round {name}", f"bring it in with `hedgerow pull --round {name}`"
            )
        for layer in layers:
            _refuse_unsound(corpus, layer)
        self._spans = {who: by_article(layer.spans, SpanRow) for who, layer in self._layers.items()}
        self._links = {who: by_article(layer.relations, RelationRow) for who, layer in self._layers.items()}
        self._status = {
            who: dict(layer.tasks.select("article_id", "status").iter_rows()) for who, layer in self._layers.items()
        }
        self.withdrawn = withdrawn_articles(corpus)

    def articles(self) -> list[str]:
        """The articles that were dealt or ended, and that the corpus still has."""
        return sorted(({*self._dealt}.union(*self._status.values()) & set(self.corpus.by_id)) - self.withdrawn)

    def unfinished(self, article: str) -> list[str]:
        """The annotators who have not ended an article that was dealt to them."""
        return sorted(who for who in self._dealt.get(article, ()) if article not in self._status[who])

    def ready(self) -> list[str]:
        """The articles that all who were dealt them have ended, and that somebody submitted."""
        return [article for article in self.articles() if not self.unfinished(article) and self.submitted(article)]

    def submitted(self, article: str) -> list[str]:
        """The annotators who submitted an article."""
        return [who for who in self.annotators if self._status[who].get(article) == SUBMITTED]

    def sheet(self, article: str, faults: Faults | None = None) -> Sheet:
        """What the annotators say of an article, and the faults that the checks find in it."""
        annotators = self.submitted(article)
        spans = {who: self._spans[who].get(article, []) for who in annotators}
        links = {who: self._links[who].get(article, []) for who in annotators}
        return sheet(article, spans, links, faults or {})

    def findings(self) -> dict[str, list[Finding]]:
        """What the checks find in each annotator's layer and nobody acknowledged."""
        return {
            who: acknowledged.judge(self.corpus, check_layer(self.corpus, layer), whole=False).open
            for who, layer in self._layers.items()
        }


def _refuse_unsound(corpus: Corpus, layer: Layer) -> None:
    """Refuses what no page can show. The adjudicator fixes what breaks a rule of the scheme or lacks an attribute."""
    errors = [finding for finding in found_by(STRUCTURE, corpus, layer) if finding.severity == "error"]
    unsound = [
        finding for finding in errors if finding.code != "missing-attribute" and not CATALOGUE[finding.code].rule
    ]
    if unsound:
        raise Problem(
            f"{layer.name} does not hold together: {unsound[0].code} in {unsound[0].article_id}: {unsound[0].message}",
            f"see `hedgerow validate --layer {layer.name}`, fix it in Label Studio and pull again",
        )


# Opening

_INSTEAD: Final = (
    "take its decisions with --pull, delete the project with `hedgerow discard ADDRESS --with-work`, "
    "and open the round again"
)


def open_round(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    *,
    again: bool,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> OpenedAdjudication:
    """Sends the adjudicator each article that all its annotators ended, once; articles with gold only if `again`.

    Raises:
        Problem: the round cannot be laid side by side, or the server cannot be asked.
    """
    _refuse_own_work(corpus, round_name, seat.annotator)
    with one_at_a_time(corpus, round_name, [f".adjudication.{seat.annotator}"], tell):
        with reading(corpus, tell):
            this_round = Round(corpus, round_name)
        return _open(this_round, seat, again, progress, tell)


def _open(this_round: Round, seat: Seat, again: bool, progress: push.Progress, tell: Tell) -> OpenedAdjudication:
    corpus, round_name = this_round.corpus, this_round.name
    project = projects.find_or_create(corpus, round_name, seat, role=projects.Role.ADJUDICATOR, tell=tell)
    opened = {task.article_id: task for task in map(read_task, seat.studio.tasks(project))}
    ready = dict.fromkeys(this_round.ready())
    has_gold = set() if again else set(read_gold(corpus).tasks["article_id"])
    new = [article for article in ready if article not in opened and article not in has_gold]
    if new:
        projects.refuse_other_guidelines(seat, project, _INSTEAD)
    faults, uncovered = _faults(this_round) if new else ({}, {})
    sheets = {article: this_round.sheet(article, faults.get(article)) for article in new}
    tasks = (_task(corpus, sheets[article], uncovered.get(article, [])) for article in new)
    push.send(corpus, seat, project, tasks, len(new), progress)
    return OpenedAdjudication(
        project=project,
        sent=len(new),
        there=len([article for article in ready if article in opened]),
        questions=sum(len(together(asked)) for asked in sheets.values()),
        waiting={article: late for article in this_round.articles() if (late := this_round.unfinished(article))},
        changed={
            str(article): seat.studio.task_url(project, task.id)
            for article, task in opened.items()
            if article in ready and _changed(this_round, task)
        },
        gold=[article for article in ready if article in has_gold and article not in opened],
    )


def _refuse_own_work(corpus: Corpus, round_name: str, adjudicator: str) -> None:
    """Nobody decides about work of their own.

    Raises:
        Problem: the adjudicator was dealt articles of the round, or has a layer of it.
    """
    deals = read_sound(push.deals_path(corpus, round_name), schema.Deals)
    labelled = {name.casefold() for name in (*deals["annotator"], *folders_of(corpus, round_name))}
    if adjudicator.casefold() in labelled:
        raise Problem(
            f"{adjudicator} labels in round {round_name}, and cannot adjudicate work of their own",
            "name somebody else with --adjudicator",
        )


def _changed(this_round: Round, task: Task) -> bool:
    """Whether an article's work is another than the one that its task asks about."""
    return task.asked is None or not this_round.sheet(str(task.article_id)).is_asked_by(task.asked.sheet_sha256)


def _faults(this_round: Round) -> tuple[dict[str, Faults], dict[str, list[str]]]:
    """Findings at spans, and what none who submitted an article covered; both by article."""
    at: dict[str, Faults] = defaultdict(lambda: defaultdict(list))
    bare: dict[tuple[str, str], set[str]] = defaultdict(set)
    for who, findings in this_round.findings().items():
        for finding in findings:
            if finding.span_id is not None:
                at[finding.article_id][who, finding.span_id].append(f"[{finding.code}] {finding.message}")
            else:
                bare[finding.article_id, finding.message].add(who)
    uncovered: dict[str, list[str]] = defaultdict(list)
    for (article, message), whom in bare.items():
        if whom.issuperset(this_round.submitted(article)):
            uncovered[article].append(message)
    return at, uncovered


def _task(corpus: Corpus, asked: Sheet, uncovered: list[str]) -> SentTask:
    """The task that lays a sheet before the adjudicator."""
    task = push.task(corpus, asked.article_id, taken=DECISION_KEYS + NEXT_KEY)
    questions = [[version.region for version in item.versions] for item in asked.open()]
    spans = [
        (version.row, who_had_what(asked, item) + excluded(asked, version) if item.reasons else [])
        for item in asked.items
        for version in item.versions
    ]
    names = [name["value"] for name in task["data"]["entities"]]
    begun = write_adjudication(spans, shown_links(asked), names, locked=len(asked.annotators) > 1)
    asks = AdjudicationQuestions(asked.fingerprint(), questions)
    return with_questions(task, asks, summary(asked, uncovered), cards(asked, names, uncovered), begun)


# Taking the decisions


def read_gold(corpus: Corpus) -> Layer:
    """The gold, empty where there is none yet."""
    return read_layer(corpus.layer_path(GOLD), GOLD)


def pull_decisions(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    *,
    accept_removals: bool,
    again: bool = False,
    tell: Tell = in_silence,
) -> DecisionsPull:
    """Brings what the adjudicator decided into the gold; articles with open questions stay out.

    Gold that another round or another adjudicator made is replaced only if `again`. Pulls of all rounds take turns:
    they write one gold.

    Raises:
        Problem: the round is not open for this adjudicator, or the server cannot be asked.
    """
    _refuse_own_work(corpus, round_name, seat.annotator)
    with writing(corpus.root, AS_IT_WAS), one_at_a_time(corpus, GOLD, ["decisions"], tell):
        project = projects.existing(corpus, round_name, seat, role=projects.Role.ADJUDICATOR)
        with raw.writing_pull(corpus, f"{round_name}-{GOLD}") as kept:
            passing = kept.passing(seat.annotator, seat.studio.tasks(project), seat.studio.url, project)
            tasks = list(map(read_task, passing))
            decided = DecisionsPull(kept.keep())
        with changing(corpus, tell):
            brought = _bring_in(Round(corpus, round_name), project, tasks, decided, seat, accept_removals, again)
        gold_places.note(corpus, round_name, brought.places)
        return brought


def _bring_in(
    this_round: Round,
    project: int,
    project_tasks: list[Task],
    decided: DecisionsPull,
    seat: Seat,
    accept_removals: bool,
    again: bool,
) -> DecisionsPull:
    """Decides by the tasks that the project held and by the record as it is now."""
    corpus, round_name = this_round.corpus, this_round.name
    rows = _GoldRows(round_name, seat.annotator)
    decided.withdrawn = sorted({str(task.article_id) for task in project_tasks} & this_round.withdrawn)
    tasks = [
        task
        for task in project_tasks
        if task.article_id in corpus.by_id and task.article_id not in this_round.withdrawn
    ]
    others_gold = set() if again else _gold_of_others(corpus, round_name, seat.annotator)
    for article, on_tasks in _by_task(tasks).items():
        decided.places[article] = seat.studio.task_url(project, on_tasks[0].id)
        if article in others_gold:
            decided.gold.append(article)
        elif len(on_tasks) > 1:
            decided.undecided[article] = [
                f"the project holds it on {len(on_tasks)} tasks; delete all but one with `hedgerow discard ADDRESS`"
            ]
        else:
            _take(this_round, on_tasks[0], seat, decided, rows)
    known = {*decided.places, *read_gold(corpus).tasks["article_id"]}
    decided.unopened = [article for article in this_round.ready() if article not in known]
    _write(corpus, decided, rows, accept_removals)
    return decided


def _by_task(tasks: list[Task]) -> dict[str, list[Task]]:
    by_article: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        by_article[str(task.article_id)].append(task)
    return by_article


def _gold_of_others(corpus: Corpus, round_name: str, adjudicator: str) -> set[str]:
    """The articles whose gold another round or another adjudicator made."""
    gold = read_gold(corpus).tasks
    decisions = read_table(corpus.decisions, schema.Decisions)
    elsewhere = decisions.filter(pl.col("round") != round_name)["article_id"]
    whose = (pl.col("annotator") != adjudicator) | pl.col("article_id").is_in(elsewhere.unique().to_list())
    return set(gold.filter(whose)["article_id"])


class _GoldRows:
    """Rows of the gold, as they come."""

    def __init__(self, round_name: str, adjudicator: str) -> None:
        self._round, self._adjudicator = round_name, adjudicator
        self.layer: dict[str, list[Mapping[str, object]]] = {"tasks": [], "spans": [], "relations": [], "findings": []}
        self.decisions: list[DecisionRow] = []

    def add(self, article: str, decisions: list[Decision], **tables: Sequence[Mapping[str, object]]) -> None:
        """Adds rows of an article to the layer's tables and to `decisions`."""
        key = {"article_id": article, "round": GOLD, "annotator": self._adjudicator}
        self.decisions += [{"round": self._round, "article_id": article, **row} for row in decisions]
        for name, rows in tables.items():
            self.layer[name] += [{**row, **key} for row in rows]


def _take(this_round: Round, task: Task, seat: Seat, decided: DecisionsPull, rows: _GoldRows) -> None:
    article = str(task.article_id)
    if _changed(this_round, task) or task.text != this_round.corpus.text(article):
        decided.changed.append(article)
    elif task.faults:
        decided.undecided[article] = [f"it cannot be read completely: {fault}" for fault in task.faults]
    elif not task.work or (len(task.work) == 1 and task.work[0].skipped):
        decided.not_ended.append(article)
    elif refusal := _refusal(task, seat):
        decided.undecided[article] = [refusal]
    else:
        _decide(this_round, task, seat.annotator, decided, rows)


def _refusal(task: Task, seat: Seat) -> str | None:
    """Why a task's submission cannot be taken, whatever it decides."""
    if len(task.work) > 1:
        return f"it has {len(task.work)} submissions; delete all but one"
    if seat.account is not None and task.work[0].account != seat.account:
        return f"it was not submitted by {seat.annotator}; delete that submission, and let {seat.annotator} submit it"
    return None


def _decide(this_round: Round, task: Task, adjudicator: str, decided: DecisionsPull, rows: _GoldRows) -> None:
    article, work = str(task.article_id), task.work[0]
    text = this_round.corpus.text(article)
    read = read_adjudication(work.result, text, task.offered)
    outcome = decide(_as_asked(this_round, task), read, adjudicator)
    problems = outcome.undecided + [message for _, _, message in read.reading.findings]
    if problems:
        decided.undecided[article] = problems
        return
    decided.taken.append(article)
    for row in outcome.decisions:
        decided.outcomes[row["outcome"]] = decided.outcomes.get(row["outcome"], 0) + 1
    gold = ResultRows([{**span} for span in outcome.spans], [{**link} for link in outcome.relations])
    links = gold.relations + derived(text, gold)
    rows.add(article, outcome.decisions, tasks=[ended(task, work)], spans=outcome.spans, relations=links)


def _as_asked(this_round: Round, task: Task) -> Sheet:
    """The sheet as the adjudicator saw it: open is what the task asks."""
    asked = this_round.sheet(str(task.article_id))
    regions = {region for question in (task.asked.questions if task.asked else []) for region in question}
    items = [replace(item, reasons=("asked",) if item.versions[0].region in regions else ()) for item in asked.items]
    return replace(asked, items=tuple(items))


def _write(corpus: Corpus, decided: DecisionsPull, rows: _GoldRows, accept_removals: bool) -> None:
    """Brings the gold to what was decided; nothing is written where it would lose something."""
    old = read_gold(corpus)
    new = make_layer(GOLD, **rows.layer)
    decided.removed = removals(old.only(decided.taken), new)
    if not decided.taken or (decided.removed and not accept_removals):
        return
    kept = old.except_for(decided.taken)
    tables = {name: pl.concat([getattr(kept, name), getattr(new, name)]) for name in rows.layer}
    gold = {corpus.layer_path(GOLD): sort_layer(Layer(GOLD, **tables))}
    # First: `validate` reports decisions without their gold, but not gold that never had any.
    if write_table(corpus.decisions, schema.Decisions, _decisions(corpus, decided.taken, rows.decisions)):
        decided.written.append(corpus.decisions)
    decided.written += write_layers(gold, {"pull_id": decided.pull_id, "pulled_at": raw.now()}, corpus.form)


def _decisions(corpus: Corpus, taken: list[str], rows: list[DecisionRow]) -> pl.DataFrame:
    old = read_table(corpus.decisions, schema.Decisions)
    new = schema.frame(schema.Decisions, rows)
    return pl.concat([old.filter(~pl.col("article_id").is_in(taken)), new]).sort("article_id", maintain_order=True)
