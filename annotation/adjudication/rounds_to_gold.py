"""From a round to the gold: an adjudicator decides in Label Studio what its annotators do not agree on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import polars as pl

from annotation.adjudication import gold_places
from annotation.adjudication.cards import cards, together
from annotation.adjudication.decisions import Outcome, decide
from annotation.adjudication.gold import GoldRows, decided_gold, gold_of_others, settled
from annotation.adjudication.passing import Opened, Passing, as_submitted
from annotation.adjudication.questions import Sheet, excluded, sheet, shown_links, summary, who_had_what
from annotation.adjudication.renewing import AskedAgain, Renewal, asked_otherwise
from annotation.labelstudio.adjudicated import DECISION_KEYS, NEXT_KEY, read_adjudication, write_adjudication
from annotation.labelstudio.payloads import ListedTask, SentTask
from annotation.labelstudio.result import ResultRows
from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import AdjudicationQuestions, Task, ended, read_task, with_questions
from annotation.rounds import projects, push, raw
from annotation.rounds.dealing import Undealt, still_due
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.normalise import derived
from annotation.rounds.plans import read_plan
from annotation.rounds.pull import AS_IT_WAS
from dataset import schema
from dataset.agreement.compared import folders_of, layers_of
from dataset.agreement.controls import control_articles
from dataset.checks import acknowledged
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import STRUCTURE, check_layer, found_by
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD, Layer, Removal, read_layer
from dataset.record.locks import Tell, changing, in_silence, reading
from dataset.record.rows import RelationRow, SpanRow, TaskRow, by_article, rows_of
from dataset.record.withdrawal import withdrawn_articles
from dataset.scheme.vocabulary import STATUSES
from dataset.storage.address import Location
from dataset.storage.atomic import writing
from dataset.storage.tables import read_sound

Faults = dict[tuple[str, str], list[str]]
SUBMITTED, SKIPPED = STATUSES


@dataclass(frozen=True)
class OpenedAdjudication:
    """What opening a round did: tasks sent and there before, and the articles that it left, with why.

    `waiting` are those that an annotator has not ended, `gold` those that have gold already, `passing` those that need
    no adjudicator. Of those whose work changed since they were opened, `asked_again` ask about it now and kept what was
    decided about the rest; `changed` could not be brought to it, with the address of their task.
    """

    project: int
    sent: int
    there: int
    questions: int
    waiting: dict[str, list[str]]
    asked_again: dict[str, AskedAgain]
    changed: dict[str, str]
    gold: list[str]
    passing: Passing


@dataclass
class DecisionsPull:
    """What a pull of the decisions brought: the id of the raw pull, articles taken, and how many spans and links had
    each outcome.

    `undecided` says what is open still, `asked_otherwise` which questions were asked about other work than there is
    now, `changed` which articles were opened on other work, `not_ended` which wait for
    the adjudicator, `gold` which have gold of another round or adjudicator, `unopened` which have neither gold nor a
    task, by article; `places` are the addresses of their tasks. `withdrawn` were withdrawn and still have a task.
    `passing` came into the gold without an adjudicator.
    """

    pull_id: str = ""
    taken: list[str] = field(default_factory=list)
    outcomes: dict[str, int] = field(default_factory=dict)
    undecided: dict[str, list[str]] = field(default_factory=dict)
    asked_otherwise: dict[str, list[str]] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    not_ended: list[str] = field(default_factory=list)
    gold: list[str] = field(default_factory=list)
    unopened: list[str] = field(default_factory=list)
    withdrawn: list[str] = field(default_factory=list)
    removed: list[Removal] = field(default_factory=list)
    written: list[Location] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    passing: Passing = field(default_factory=Passing)


class Round:
    """A round's layers, ready to be laid side by side: of those who were dealt articles, and whatever else was pulled.

    Raises:
        Problem: nobody has submitted anything, or a layer does not hold together.
    """

    def __init__(self, corpus: Corpus, name: str) -> None:
        self.corpus, self.name = corpus, name
        worked = layers_of(corpus, name)
        deals = read_sound(push.deals_path(corpus, name), schema.Deals) if worked else push.dealt(corpus, name)
        self._dealt = dict(push.standing(deals).group_by("article_id").agg("annotator").iter_rows())
        self._due = _still_due(corpus, name, deals)
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
        """The annotators who have not ended an article that was dealt to them, or that the plan has for all."""
        awaited = {*self._dealt.get(article, ()), *self._due.get(article, ())}
        return sorted(who for who in awaited if article not in self._status.get(who, {}))

    def ready(self) -> list[str]:
        """The articles that all who were dealt them have ended, and that somebody submitted."""
        return [article for article in self.articles() if not self.unfinished(article) and self.submitted(article)]

    def submitted(self, article: str) -> list[str]:
        """The annotators who submitted an article."""
        return [who for who in self.annotators if self._status[who].get(article) == SUBMITTED]

    def is_alone(self, article: str) -> bool:
        """Whether one annotator submitted an article that nobody is waited for with, and nobody else ended it."""
        return len([who for who in self.annotators if article in self._status[who]]) == 1

    def ending(self, article: str) -> TaskRow:
        """How an article was ended by the first of the annotators who submitted it."""
        tasks = self._layers[self.submitted(article)[0]].tasks
        return next(rows_of(tasks.filter(article_id=article, status=SUBMITTED), TaskRow))

    def sheet(self, article: str, faults: Faults | None = None) -> Sheet:
        """What the annotators say of an article, and the faults that the checks find in it."""
        annotators = self.submitted(article)
        spans = {who: self._spans[who].get(article, []) for who in annotators}
        links = {who: self._links[who].get(article, []) for who in annotators}
        return sheet(article, spans, links, faults or {})

    def findings(self, articles: list[str]) -> dict[str, list[Finding]]:
        """What the checks find of these articles in each annotator's layer and nobody acknowledged."""
        return {
            who: acknowledged.judge(self.corpus, check_layer(self.corpus, layer.only(articles)), whole=False).open
            for who, layer in self._layers.items()
            if articles
        }


def _still_due(corpus: Corpus, round_name: str, deals: pl.DataFrame) -> dict[str, list[str]]:
    """Who is to be dealt an article once there is room below the cap; without a cap, each push deals all there is."""
    plan = read_plan(corpus, round_name)
    if plan is None or plan.cap is None or len(plan.annotators) == 1:
        return {}
    apart = withdrawn_articles(corpus) | (control_articles(corpus, round_name) if plan.control else set[str]())
    articles = [article for article in corpus.articles["article_id"] if article not in apart]
    return still_due(round_name, plan, Undealt(articles), deals)


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
    which: Opened = Opened.SEVERAL,
    progress: push.Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> OpenedAdjudication:
    """Sends the adjudicator each article that all its annotators ended and that is one of `which`, once.

    Articles with gold are sent only if `again`; then one that was decided is sent though it would pass. What passes
    without an adjudicator goes into the gold with the decisions, and not here.

    Raises:
        Problem: the round cannot be laid side by side, or the server cannot be asked.
    """
    _refuse_own_work(corpus, round_name, seat.annotator)
    with one_at_a_time(corpus, round_name, [f".adjudication.{seat.annotator}"], tell):
        with reading(corpus, tell):
            this_round = Round(corpus, round_name)
        return _open(this_round, seat, again, which, progress, tell)


def _open(
    this_round: Round, seat: Seat, again: bool, which: Opened, progress: push.Progress, tell: Tell
) -> OpenedAdjudication:
    corpus, round_name = this_round.corpus, this_round.name
    project = projects.find_or_create(corpus, round_name, seat, role=projects.Role.ADJUDICATOR, tell=tell)
    renewal = Renewal(seat, project)
    held = ((raw_task, read_task(raw_task)) for raw_task in seat.studio.tasks(project))
    listed = {task.article_id: (raw_task, task) for raw_task, task in held}
    opened = {article: task for article, (_, task) in listed.items()}
    ready = dict.fromkeys(this_round.ready())
    has_gold = set() if again else settled(corpus, round_name)
    checked = _checked(this_round, [article for article in ready if article not in opened and article not in has_gold])
    passing, sheets = _passing(this_round, checked, which)
    if sheets:
        projects.refuse_other_guidelines(seat, project, _INSTEAD)
    tasks = (_task(corpus, asked, checked.uncovered.get(article, [])) for article, asked in sheets.items())
    push.send(corpus, seat, project, tasks, len(sheets), progress)
    changed = {
        article: entry
        for article, entry in listed.items()
        if article in ready and renewal.is_due(this_round.sheet(article), entry[1])
    }
    asked_again = _ask_again(this_round, changed, renewal)
    return OpenedAdjudication(
        project=project,
        sent=len(sheets),
        there=len([article for article in ready if article in opened]),
        questions=sum(len(together(asked)) for asked in sheets.values()),
        waiting={article: late for article in this_round.articles() if (late := this_round.unfinished(article))},
        asked_again=asked_again,
        changed={
            article: seat.studio.task_url(project, task.id)
            for article, (_, task) in changed.items()
            if article not in asked_again
        },
        gold=[article for article in ready if article in has_gold and article not in opened],
        passing=passing,
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


_Listed = tuple[ListedTask, Task]


def _ask_again(this_round: Round, changed: dict[str, _Listed], renewal: Renewal) -> dict[str, AskedAgain]:
    """Brings tasks to the work that there is now, as far as that can be done without loss."""
    checked, again = _checked(this_round, [*changed]), {}
    for article, (listed, task) in changed.items():
        now = this_round.sheet(article, checked.faults[article])
        new = _task(this_round.corpus, now, checked.uncovered.get(article, []))
        if (asked := renewal.ask_again(now, listed, task, new)) is not None:
            again[article] = asked
    return again


@dataclass(frozen=True)
class _Checked:
    """Articles and what the checks find in them: all of it, what is at spans, and what nobody who submitted covered."""

    findings: dict[str, list[Finding]]
    faults: dict[str, Faults]
    uncovered: dict[str, list[str]]


def _checked(this_round: Round, articles: list[str]) -> _Checked:
    every: dict[str, list[Finding]] = {article: [] for article in articles}
    at: dict[str, Faults] = {article: defaultdict(list) for article in articles}
    bare: dict[tuple[str, str], set[str]] = defaultdict(set)
    for who, findings in this_round.findings(articles).items():
        for finding in (finding for finding in findings if finding.article_id in every):
            every[finding.article_id].append(finding)
            if finding.span_id is not None:
                at[finding.article_id][who, finding.span_id].append(f"[{finding.code}] {finding.message}")
            else:
                bare[finding.article_id, finding.message].add(who)
    uncovered: dict[str, list[str]] = defaultdict(list)
    for (article, message), whom in bare.items():
        if whom.issuperset(this_round.submitted(article)):
            uncovered[article].append(message)
    return _Checked(every, at, uncovered)


def _passing(this_round: Round, checked: _Checked, which: Opened) -> tuple[Passing, dict[str, Sheet]]:
    """Which of the articles pass, and the sheets of those that an adjudicator is to see.

    Where an adjudicator decided before, only an adjudicator decides anew.
    """
    passing, sheets, decided = Passing(), {}, decided_gold(this_round.corpus)
    for article, findings in checked.findings.items():
        asked = this_round.sheet(article, checked.faults[article])
        opened = Opened.ALL if article in decided else which
        if not passing.add(asked, opened, findings, alone=this_round.is_alone(article)):
            sheets[article] = asked
    return passing, sheets


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
    several = len(asked.annotators) > 1
    begun = write_adjudication(spans, shown_links(asked), names, locked=several, stamps=asked.stamps())
    asks = AdjudicationQuestions(asked.fingerprint(), questions, asked.stamps())
    return with_questions(task, asks, summary(asked, uncovered), cards(asked, names, uncovered), begun)


# Taking the decisions


def pull_decisions(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    *,
    accept_removals: bool,
    again: bool = False,
    which: Opened = Opened.SEVERAL,
    tell: Tell = in_silence,
) -> DecisionsPull:
    """Brings what the adjudicator decided into the gold; articles with open questions stay out.

    So does what an adjudicator is to see by `which`; whatever else was not opened passes into the gold as it was
    submitted, and never takes the place of what was decided. Gold that another round or another adjudicator made is
    replaced only if `again`. Pulls of all rounds take turns: they write one gold.

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
            rounds = Round(corpus, round_name)
            brought = _bring_in(rounds, project, tasks, decided, seat, accept_removals, again, which)
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
    which: Opened,
) -> DecisionsPull:
    """Decides by the tasks that the project held and by the record as it is now."""
    corpus, round_name = this_round.corpus, this_round.name
    rows = GoldRows(round_name, seat.annotator)
    decided.withdrawn = sorted({str(task.article_id) for task in project_tasks} & this_round.withdrawn)
    tasks = [
        task
        for task in project_tasks
        if task.article_id in corpus.by_id and task.article_id not in this_round.withdrawn
    ]
    others_gold = set() if again else gold_of_others(corpus, round_name, seat.annotator)
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
    left = settled(corpus, round_name) - (gold_of_others(corpus, round_name, seat.annotator) if again else set())
    unopened = [article for article in this_round.ready() if article not in {*decided.places, *left}]
    decided.passing, to_be_opened = _passing(this_round, _checked(this_round, unopened), which)
    decided.unopened = [*to_be_opened]
    for article in decided.passing.articles:
        _pass_on(this_round, article, rows)
    _write(corpus, decided, rows, accept_removals)
    return decided


def _by_task(tasks: list[Task]) -> dict[str, list[Task]]:
    by_article: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        by_article[str(task.article_id)].append(task)
    return by_article


def _take(this_round: Round, task: Task, seat: Seat, decided: DecisionsPull, rows: GoldRows) -> None:
    article = str(task.article_id)
    if not _can_tell(this_round, task):
        decided.changed.append(article)
    elif task.faults:
        decided.undecided[article] = [f"it cannot be read completely: {fault}" for fault in task.faults]
    elif not task.work or (len(task.work) == 1 and task.work[0].skipped):
        decided.not_ended.append(article)
    elif refusal := _refusal(task, seat):
        decided.undecided[article] = [refusal]
    else:
        _decide(this_round, task, seat.annotator, decided, rows)


def _can_tell(this_round: Round, task: Task) -> bool:
    """Whether what a task holds can be held against the work that there is now, question by question or as a whole."""
    article = str(task.article_id)
    if task.asked is None or task.text != this_round.corpus.text(article):
        return False
    is_current = this_round.sheet(article).is_asked_by(task.asked.sheet_sha256)
    return is_current or (bool(task.work) and task.asked.stamps is not None)


def _refusal(task: Task, seat: Seat) -> str | None:
    """Why a task's submission cannot be taken, whatever it decides."""
    if len(task.work) > 1:
        return f"it has {len(task.work)} submissions; delete all but one"
    if seat.account is not None and task.work[0].account != seat.account:
        return f"it was not submitted by {seat.annotator}; delete that submission, and let {seat.annotator} submit it"
    return None


def _decide(this_round: Round, task: Task, adjudicator: str, decided: DecisionsPull, rows: GoldRows) -> None:
    article, work = str(task.article_id), task.work[0]
    text = this_round.corpus.text(article)
    read = read_adjudication(work.result, text, task.offered)
    if task.asked and (again := asked_otherwise(this_round.sheet(article), task.asked, read)):
        decided.asked_otherwise[article] = again
        return
    outcome = decide(_as_asked(this_round, task), read, adjudicator)
    problems = outcome.undecided + [message for _, _, message in read.reading.findings]
    if problems:
        decided.undecided[article] = problems
        return
    decided.taken.append(article)
    for row in outcome.decisions:
        decided.outcomes[row["outcome"]] = decided.outcomes.get(row["outcome"], 0) + 1
    _add(this_round, article, outcome, ended(task, work), rows, adjudicated=True)


def _pass_on(this_round: Round, article: str, rows: GoldRows) -> None:
    """Adds the rows of an article that needs no adjudicator."""
    outcome = as_submitted(this_round.sheet(article))
    _add(this_round, article, outcome, this_round.ending(article), rows, adjudicated=False)


def _add(
    this_round: Round,
    article: str,
    outcome: Outcome,
    ending: Mapping[str, object],
    rows: GoldRows,
    *,
    adjudicated: bool,
) -> None:
    """Adds an article's gold, with the links that follow by rule."""
    gold = ResultRows([*outcome.spans], [*outcome.relations])
    links = gold.relations + derived(this_round.corpus.text(article), gold)
    rows.add(
        article,
        this_round.submitted(article),
        outcome.decisions,
        adjudicated=adjudicated,
        tasks=[ending],
        spans=outcome.spans,
        relations=links,
    )


def _as_asked(this_round: Round, task: Task) -> Sheet:
    """The sheet as the adjudicator saw it: open is what the task asks."""
    asked = this_round.sheet(str(task.article_id))
    regions = {region for question in (task.asked.questions if task.asked else []) for region in question}
    items = [replace(item, reasons=("asked",) if item.versions[0].region in regions else ()) for item in asked.items]
    return replace(asked, items=tuple(items))


def _write(corpus: Corpus, decided: DecisionsPull, rows: GoldRows, accept_removals: bool) -> None:
    """Brings the gold to what was decided; nothing is written where it would lose something."""
    decided.removed = rows.removals(corpus)
    if rows.articles and (accept_removals or not decided.removed):
        decided.written = rows.write(corpus, {"pull_id": decided.pull_id, "pulled_at": raw.now()})
