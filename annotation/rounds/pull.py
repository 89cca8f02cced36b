"""From Label Studio into the record: first a raw pull that never changes, then the layers made from it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl

from annotation.labelstudio.canonical import raw_line, raw_task
from annotation.labelstudio.seats import Seat
from annotation.rounds import changes, projects, raw
from annotation.rounds.export import UnfitExportError, pieces, read_export, task_in
from annotation.rounds.locks import one_at_a_time
from annotation.rounds.normalise import NormalisedBatch, batches, normalised, taken_back
from annotation.rounds.push import deals_path, standing
from dataset import parallel, schema
from dataset.checks import acknowledged
from dataset.checks.suite import errors_of
from dataset.record.corpus import Corpus
from dataset.record.layer import Removal, put_layers, read_layer, table_path
from dataset.record.lines import Spill
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.notes import notes_path, read_notes, renewed, write_notes
from dataset.record.renewal import Accepted, RewrittenLayer, rewrite
from dataset.record.rows import AcknowledgedRow, NoteRow
from dataset.record.shown import Shown, ShownRows, read_shown, write_shown
from dataset.record.shown import renewed as renewed_shown
from dataset.record.withdrawal import withdrawn_articles
from dataset.storage.address import Location
from dataset.storage.article_ranges import ArticleRange
from dataset.storage.atomic import folder_aside, make_private, write_bytes, writing
from dataset.storage.tables import read_sound, read_table

AS_IT_WAS: Final = "the record is as it was"


@dataclass
class ReturnedArticles:
    """Of the articles that were returned to an annotator: those still out, and what became of those that came back.

    They came back with this pull; `corrected` ones have no error, `wrong` ones have one.
    """

    out: list[str]
    corrected: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass
class PullResult:
    """What a pull brought: its id and round, the layers, the files it changed, what went from the record.

    `removed` is by layer; the articles `held`, by layer, keep that work, because nobody accepted it. `withdrawn` are
    articles, by annotator, that were withdrawn and that the server or the export still holds. `notes` are what
    annotators asked and were answered, by layer; `ticked` the warnings that they let stand, `returned` what became of
    returned articles, and `shown` of suggestions, too.
    """

    pull_id: str
    round: str
    layers: list[RewrittenLayer] = field(default_factory=list)
    changed: list[Location] = field(default_factory=list)
    removed: dict[str, list[Removal]] = field(default_factory=dict)
    missing: dict[str, list[str]] = field(default_factory=dict)
    withdrawn: dict[str, list[str]] = field(default_factory=dict)
    notes: dict[str, pl.DataFrame] = field(default_factory=dict)
    ticked: dict[str, pl.DataFrame] = field(default_factory=dict)
    returned: dict[str, ReturnedArticles] = field(default_factory=dict)
    shown: dict[str, Shown] = field(default_factory=dict)

    @property
    def held(self) -> dict[str, list[str]]:
        """The articles of which the record keeps what the server no longer has, by layer."""
        return {layer.name: sorted(layer.held) for layer in self.layers if layer.held}

    @property
    def open_questions(self) -> int:
        """How many questions wait for an answer."""
        return sum(notes["answer"].null_count() for notes in self.notes.values())


@dataclass(frozen=True, eq=False)
class TaskSource:
    """One annotator's tasks as JSON, gone through once and each read with `read`; and where they came from."""

    annotator: str
    tasks: Iterable[bytes]
    account: int | None = None
    server: str | None = None
    project: int | None = None
    read: Callable[[bytes], Any] = raw_task


@dataclass
class NormalisedSource:
    """What a source's tasks say: the layer's rows on disk; where each article is on the server, and tasks of none.

    `unreadable` are the articles whose text in the corpus cannot be read, `withdrawn` those that were withdrawn before;
    `notes`, `ticked`, `returned`, `reopened` and `shown` are those of `NormalisedBatch`.
    """

    rows: Spill
    seen: dict[str, int] = field(default_factory=dict)
    ended: dict[str, int] = field(default_factory=dict)
    strays: dict[str, int] = field(default_factory=dict)
    unreadable: set[str] = field(default_factory=set)
    withdrawn: set[str] = field(default_factory=set)
    notes: list[NoteRow] = field(default_factory=list)
    ticked: list[AcknowledgedRow] = field(default_factory=list)
    returned: dict[str, str | None] = field(default_factory=dict)
    reopened: set[str] = field(default_factory=set)
    shown: ShownRows = field(default_factory=ShownRows)

    def add(self, batch: NormalisedBatch) -> None:
        """Takes in what the next tasks say."""
        self.rows.add(batch.rows)
        for article, task in batch.seen.items():
            self.seen.setdefault(article, task)
        self.ended |= batch.ended
        self.strays |= batch.strays
        self.unreadable |= batch.unreadable
        self.withdrawn |= batch.withdrawn
        self.notes += batch.notes
        self.ticked += batch.ticked
        self.returned |= batch.returned
        self.reopened |= batch.reopened
        self.shown.add(batch.shown)

    def among(self, articles: frozenset[str]) -> list[str]:
        """Those of some articles that the tasks are of, sorted."""
        return sorted(articles & (self.withdrawn | self.seen.keys() | self.ended.keys()))

    def places(self) -> dict[str, int]:
        """article_id to the id of its task: the last one with work, else the first."""
        return dict(sorted((self.seen | self.ended).items()))


def pull(
    corpus: Corpus, round_name: str, seats: list[Seat], *, accept_removals: Accepted, tell: Tell, full: bool = False
) -> PullResult:
    """Pulls a round from the server into `pulls/` and into the record.

    An article that would lose something there stays as it is, unless `accept_removals` says so of all or of it. Asks
    only for the tasks that changed since the last pull, for all of them where `full`.

    Raises:
        Problem: the server cannot be asked, has no project, or its listing does not add up.
    """
    annotators = [seat.annotator for seat in seats]
    with writing(corpus.root, AS_IT_WAS), one_at_a_time(corpus, round_name, annotators, tell):
        sources = [ask(corpus, round_name, seat, tell, full=full) for seat in seats]
        return take_in(corpus, round_name, sources, accept_removals=accept_removals, tell=tell)


def ask(
    corpus: Corpus,
    round_name: str,
    seat: Seat,
    tell: Tell,
    *,
    full: bool = False,
    role: projects.Role = projects.Role.ANNOTATOR,
) -> TaskSource:
    """The tasks of an annotator's project: those that changed since the last pull, and the others as they were then.

    Raises:
        Problem: there is no such project, or the server cannot be asked.
    """
    project = projects.existing(corpus, round_name, seat, role=role)
    kept = None if full else raw.latest(corpus, round_name, seat.annotator, seat.studio.url, project)
    listed = changes.listed(seat.studio, project, kept)
    tell(f"{seat.annotator}: {listed.count} tasks, {listed.asked} of them new or changed")
    return TaskSource(seat.annotator, map(raw_line, listed.tasks), seat.account, seat.studio.url, project)


def pull_file(
    corpus: Corpus,
    round_name: str,
    annotator: str,
    export: Path,
    *,
    accept_removals: Accepted,
    tell: Tell = in_silence,
) -> PullResult:
    """The same from a Label Studio JSON export.

    Raises:
        Problem: the file cannot be read as one.
    """
    with writing(corpus.root, AS_IT_WAS), one_at_a_time(corpus, round_name, [annotator], tell):
        taking = partial(take_in, corpus, round_name, accept_removals=accept_removals, tell=tell)
        with suppress(UnfitExportError):
            return taking([TaskSource(annotator, pieces(export), read=task_in)])
        return taking([TaskSource(annotator, map(raw_line, read_export(export)))])


def take_in(
    corpus: Corpus, round_name: str, sources: list[TaskSource], *, accept_removals: Accepted, tell: Tell = in_silence
) -> PullResult:
    """Keeps the raw tasks, then brings the record to what they say, but for articles that would lose something.

    An article that was withdrawn, even after its task was read, stays out of the record; the raw pull keeps it.

    Raises:
        Problem: a task cannot be read, and nothing is kept.
    """
    with folder_aside(corpus.pulls / "rows") as scratch, ExitStack() as opened:
        rows = [opened.enter_context(Spill(scratch / source.annotator)) for source in sources]
        pull_id, taken = _keep(corpus, round_name, sources, rows)
        with changing(corpus, tell):
            by_source = dict(zip(sources, taken, strict=True))
            return _bring_in(corpus, round_name, PullResult(pull_id, round_name), by_source, accept_removals)


def _bring_in(
    corpus: Corpus,
    round_name: str,
    pulled: PullResult,
    by_source: dict[TaskSource, NormalisedSource],
    accept_removals: Accepted,
) -> PullResult:
    """Makes the layers from what the sources say and from the record as it is now, and puts them in place."""
    gone, back = withdrawn_articles(corpus), dict[str, list[str]]()
    pulled.missing = _missing(corpus, round_name, by_source)
    for source, taken in by_source.items():
        name = f"{round_name}/{source.annotator}"
        _note_places(corpus, name, source, taken.strays | taken.places())
        kept = taken.unreadable | taken.reopened
        layer = rewrite(
            name, corpus.layer_path(name), taken.rows, taken_back, kept, without=gone, accepted=accept_removals
        )
        pulled.layers.append(layer)
        kept |= layer.held
        asked = (note for note in taken.notes if note["article_id"] not in gone | layer.held)
        pulled.notes[name] = renewed(read_notes(corpus, name), asked, kept)
        let_stand = (row for row in taken.ticked if row["article_id"] not in gone | layer.held)
        pulled.ticked[name] = acknowledged.renewed(acknowledged.read(corpus, name), let_stand, kept)
        pulled.shown[name] = renewed_shown(read_shown(corpus, name), taken.shown.without(gone | layer.held), kept)
        back[name] = [article for article in _back(corpus, name, taken.returned) if article not in layer.held]
        pulled.returned[name] = ReturnedArticles(sorted(a for a, again in taken.returned.items() if again is None))
        if layer.removed:
            pulled.removed[name] = layer.removed
        if passed_over := taken.among(gone):
            pulled.withdrawn[source.annotator] = passed_over
    _write(corpus, pulled)
    for name, articles in back.items():
        _judge(corpus, name, articles, pulled.returned[name])
    return pulled


def _back(corpus: Corpus, layer: str, returned: dict[str, str | None]) -> list[str]:
    """The returned articles that were submitted again since the record was brought up to date, sorted."""
    again = {article: at for article, at in returned.items() if at is not None}
    if not again:
        return []
    tasks = read_table(table_path(corpus.layer_path(layer), "tasks"), schema.Tasks)
    known = dict(tasks.select("article_id", "updated_at").iter_rows())
    return sorted(article for article, at in again.items() if known.get(article) != at)


def _judge(corpus: Corpus, layer: str, articles: list[str], returned: ReturnedArticles) -> None:
    """Says of each article that came back whether it still has an error."""
    for article in articles:
        one_article = ArticleRange(article, f"{article}\0")
        errors = errors_of(corpus, read_layer(corpus.layer_path(layer), layer, one_article))
        (returned.wrong if errors else returned.corrected).append(article)


def _write(corpus: Corpus, pulled: PullResult) -> None:
    """Writes the layers that changed, and which pull did it; none of them where nobody has submitted yet."""
    layers = {corpus.layer_path(layer.name): layer for layer in pulled.layers}
    begun = {path: layer.files for path, layer in layers.items() if path.exists() or layer.tasks or layer.findings}
    written = [name for name, notes in pulled.notes.items() if write_notes(corpus, name, notes)]
    pulled.changed = [notes_path(corpus, name) for name in written]
    for name, rows in pulled.ticked.items():
        pulled.changed += [acknowledged.path(corpus, name)] if acknowledged.write(corpus, name, rows) else []
    for name, shown in pulled.shown.items():
        pulled.changed += write_shown(corpus, name, shown)
    pulled.changed += put_layers(begun, {"pull_id": pulled.pull_id, "pulled_at": raw.now()}, corpus.form)


def _missing(corpus: Corpus, round_name: str, by_source: dict[TaskSource, NormalisedSource]) -> dict[str, list[str]]:
    """Articles that are dealt and are not on the server, by annotator. An export need not hold them all."""
    deals = standing(read_sound(deals_path(corpus, round_name), schema.Deals))
    missing = {}
    for source, taken in by_source.items():
        dealt = deals.filter(annotator=source.annotator)["article_id"] if source.server is not None else ()
        on_server = taken.seen.keys() | taken.ended.keys() if len(dealt) else set()
        if lost := [article for article in dealt if article not in on_server and corpus.has(article)]:
            missing[source.annotator] = lost
    return missing


def _keep(
    corpus: Corpus, round_name: str, sources: list[TaskSource], rows: list[Spill]
) -> tuple[str, list[NormalisedSource]]:
    """Writes the raw pull, unless it is there. Returns its id and what its tasks say."""
    with raw.writing_pull(corpus, round_name) as kept:
        taken = [
            _read_once(corpus, round_name, source, spill, kept) for source, spill in zip(sources, rows, strict=True)
        ]
        return kept.keep(), taken


def _read_once(corpus: Corpus, round_name: str, source: TaskSource, rows: Spill, kept: raw.RawPull) -> NormalisedSource:
    """Keeps and normalises the tasks as they come, so that few are held; in several processes where there are many."""
    taken = NormalisedSource(rows)
    gone = withdrawn_articles(corpus)
    work = partial(normalised, corpus, round_name, source.annotator, source.account, withdrawn=gone, read=source.read)
    with kept.source(source.annotator, source.server, source.project) as written:
        for batch in parallel.local_map(work, batches(source.tasks)):
            for line in batch.raw:
                written.add(line)
            kept.add_to_digest(batch.canonical)
            taken.add(batch)
    return taken


def _note_places(corpus: Corpus, layer: str, source: TaskSource, places: dict[str, int]) -> None:
    """Keeps on this machine where each article of a layer is labelled."""
    if source.server is not None:
        noted = {"server": source.server, "project": source.project, "tasks": places}
        make_private(_places_path(corpus, layer).parent)
        write_bytes(_places_path(corpus, layer), json.dumps(noted, indent=1).encode())


def _places_path(corpus: Corpus, layer: str) -> Path:
    return corpus.state / "places" / f"{layer}.json"


def addresses(corpus: Corpus, layer: str) -> dict[str, str]:
    """Where each article of a layer is labelled, by article_id; empty where no pull here noted it."""
    path = _places_path(corpus, layer)
    if not path.exists():
        return {}
    try:
        noted = json.loads(path.read_bytes())
        page = f"{noted['server']}/projects/{noted['project']}/data?task="
        return {article: f"{page}{task}" for article, task in noted["tasks"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}
