"""The report: one HTML page that shows a layer's articles and labels, who said what, and how annotators compare."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import jinja2
import polars as pl

from annotation import guidelines
from annotation.page.label_config import COLOURS, LINES
from annotation.report.highlights import HighlightedArticle, highlighted
from annotation.report.labelled import LabelledArticle, labelled_articles
from annotation.report.matrix import DIFFERENCES, EventMatrix, event_matrix, places
from annotation.report.quantity_plots import in_words
from annotation.report.side_by_side import STATES, ArticleComparison, ArticleDecisions, compare
from annotation.rounds import inbox, progress
from annotation.rounds.inbox import Question
from annotation.rounds.progress import RoundProgress
from annotation.suggesting.acceptance import HASTY_SECONDS, Acceptance, acceptance
from dataset import schema
from dataset.agreement import figures as agreement
from dataset.agreement.compared import layers_of
from dataset.agreement.sorting_figures import sorting_agreement, sorting_figures
from dataset.problem import Problem
from dataset.record.chosen_articles import EVERY_ARTICLE, ArticleChoice
from dataset.record.corpus import Corpus
from dataset.record.counts import summary_of
from dataset.record.deciders import deciders
from dataset.record.layer import GOLD, Layer, read_layer, table_path
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.rows import AgreementRow, Decision, DecisionRow, rows_of
from dataset.record.shown import layers_with_suggestions
from dataset.releasing import plots
from dataset.scheme import vocabulary
from dataset.statements.event_comparisons import compared_events
from dataset.statements.sheets import registry_of_event
from dataset.statements.tables import dealt_events, gold_sorting
from dataset.storage.atomic import write_bytes
from dataset.storage.tables import read_table

LIMIT: Final = 1000
WHOLE: Final = 20
"""Articles that a report still shows all at once; one of more has a page an event."""
TOGETHER: Final = 20
"""Articles without an event that share a page."""
PAGE: Final = Path(__file__).parent / "page"
SCRIPTS: Final = ("script.js", "statements.js", "pages.js")
INDEX: Final = "index.html"
GENERATOR: Final = b'<meta name="generator" content="Hedgerow report">'
_BLANK_LINES: Final = re.compile(r"(?<=\n)((?:[^\S\n]*\n)+)")
DONE, SKIPPED, OPEN = "#3d6fa8", "#e6b35a", "#ffffff"
"""Fills of a progress bar."""


@dataclass(frozen=True)
class ReportOptions:
    """What a report is to show; where a name is None, what the record has decides.

    No `articles`: all, to `limit`. Of them, those that `choice` holds.
    """

    layer: str | None = None
    round: str | None = None
    articles: tuple[str, ...] = ()
    limit: int = LIMIT
    choice: ArticleChoice = EVERY_ARTICLE


@dataclass(frozen=True)
class Report:
    """All that the page shows. `*_missing` say in words why a part has nothing to show; plots are SVG."""

    corpus: Corpus
    layer: str
    round: str | None
    makers: dict[str, str | None]
    submitted: int
    not_shown: int
    left_out: int
    articles: list[HighlightedArticle]
    events: list[EventMatrix]
    counted: list[tuple[str, int]]
    count_plots: list[str]
    comparisons: list[ArticleComparison]
    comparisons_missing: str | None
    questions: list[Question]
    figures: list[AgreementRow]
    figure_plots: list[str]
    figures_missing: str | None
    progress: list[tuple[RoundProgress, str]]
    progress_missing: str | None
    acceptance: Acceptance | None

    @property
    def quotes(self) -> int:
        """How many rows the table of who said what has."""
        return sum(len(article.quotes) for article in self.articles)


def report(corpus: Corpus, wanted: ReportOptions = ReportOptions(), tell: Tell = in_silence) -> Report:
    """Gathers what a report shows, all of it from one state of the record.

    Raises:
        Problem: the record has no such layer, nothing in it was submitted, it lacks an article that is wanted, or a
            table or a text cannot be read.
    """
    with reading(corpus, tell):
        return _gathered(corpus, wanted)


def _gathered(corpus: Corpus, wanted: ReportOptions) -> Report:
    layer = _layer(corpus, wanted)
    round_name = wanted.round or _round_of(corpus, layer)
    submitted = layer.tasks.filter(status="submitted")["article_id"].to_list()
    chosen = wanted.choice.among(corpus) if wanted.choice else None
    submitted = [article for article in submitted if chosen is None or article in chosen]
    shown = _shown(submitted, wanted, layer.name)
    articles = [highlighted(article) for article in labelled_articles(corpus, layer.only(shown))]
    figures, no_figures = _figures(corpus, round_name)
    ended, no_progress = _progress(corpus, round_name)
    comparisons = _comparisons(corpus, round_name, shown)
    return Report(
        corpus=corpus,
        layer=layer.name,
        round=round_name,
        makers={name: _maker(corpus, name) for name in layer.tasks["annotator"].unique().sort()},
        submitted=len(submitted),
        not_shown=len(submitted) - len(shown),
        left_out=sum(shown.article.left_out for shown in articles),
        articles=articles,
        events=_events(corpus, layer, articles),
        counted=list(summary_of(layer).counts.items()),
        count_plots=list(_count_plots(layer)),
        comparisons=comparisons,
        comparisons_missing=None if comparisons else _alone(round_name),
        questions=_questions(corpus, round_name),
        figures=list(rows_of(figures, AgreementRow)),
        figure_plots=list(_figure_plots(figures)) if figures.height else [],
        figures_missing=no_figures,
        progress=ended,
        progress_missing=no_progress,
        acceptance=_acceptance(corpus, round_name),
    )


# What is shown


def _layer(corpus: Corpus, wanted: ReportOptions) -> Layer:
    """The layer that is named, else the gold, else the first; if a round is named, one of that round."""
    known = [name for name in corpus.layers() if _has_work(corpus, name)]
    fitting = [name for name in known if wanted.round is None or name.startswith(f"{wanted.round}/")]
    has_gold = GOLD in known and (wanted.round is None or wanted.round in deciders(corpus).rounds)
    name = wanted.layer or (GOLD if has_gold else next(iter(fitting), None))
    if not known:
        raise Problem("the record has no labels to report on", "bring some in with `hedgerow pull --round r1`")
    if name is None:
        raise Problem(f"the record has no work of round {wanted.round}", f"name another: {', '.join(known)}")
    if name not in known:
        raise Problem(f"the record has no layer {name}", f"name another with --layer: {', '.join(known)}")
    layer = read_layer(corpus.layer_path(name), name)
    if not layer.tasks.filter(status="submitted").height:
        raise Problem(f"nothing in {name} was submitted", "label an article and pull again")
    return layer


def _has_work(corpus: Corpus, layer: str) -> bool:
    return bool(read_table(table_path(corpus.layer_path(layer), "tasks"), schema.Tasks).height)


def _round_of(corpus: Corpus, layer: Layer) -> str | None:
    """The round of a layer; of the gold, the last that its decisions name, else the last in the record."""
    if layer.name != GOLD:
        return layer.name.rpartition("/")[0] or None
    decided = read_table(corpus.decisions, schema.Decisions)["round"].unique().sort().to_list()
    rounds = [name.partition("/")[0] for name in corpus.layers() if name != GOLD]
    return next(reversed(decided or sorted(rounds)), None)


def _shown(submitted: list[str], wanted: ReportOptions, layer: str) -> list[str]:
    if not submitted:
        raise Problem(f"{layer} has no submitted article of these events, outlets and dates", "leave one of them out")
    if unknown := sorted(set(wanted.articles) - set(submitted)):
        raise Problem(f"{layer} has no submitted article {unknown[0]}", "see the articles with `hedgerow progress`")
    return [article for article in submitted if not wanted.articles or article in wanted.articles][: wanted.limit]


def _events(corpus: Corpus, layer: Layer, shown: list[HighlightedArticle]) -> list[EventMatrix]:
    """The events of the articles shown, where the layer is the gold and their quotes are sorted."""
    if layer.name != GOLD:
        return []
    events = {article.article.article["event_id"] for article in shown}
    known = [event for event in gold_sorting(corpus).tellings["event_id"].unique().sort() if event in events]
    compared = list(compared_events(corpus, known)) if known else []
    labelled = {article.article.id: article.article for article in shown}
    hidden = [article for event in compared for article in event.articles if article not in labelled]
    labelled |= {article.id: article for article in labelled_articles(corpus, layer.only(hidden))} if hidden else {}
    placed = places(shown)
    return [event_matrix(event, registry_of_event(corpus, event.event_id), labelled, placed) for event in compared]


def _outlets(shown: Report) -> dict[str, str | None]:
    """Who published each article of the events, where that is known."""
    return {article: shown.corpus.by_id[article]["outlet"] for event in shown.events for article in event.articles}


def _maker(corpus: Corpus, name: str) -> str | None:
    return corpus.makers[name].note if name in corpus.makers else None


# Counts


def _count_plots(layer: Layer) -> Iterator[str]:
    labels = [plots.Bar(f"{name}s", layer.spans.filter(label=name).height, colour) for name, colour in COLOURS.items()]
    yield plots.bars("Labels", labels)
    links = [plots.Bar(name, layer.relations.filter(type=name).height) for name in vocabulary.RELATIONS]
    yield plots.bars("Links", links)
    kinds = (("quote", "form", vocabulary.QUOTE_FORMS), ("hedge", "kind", vocabulary.HEDGE_KINDS))
    for label, attribute, values in (*kinds, ("number", "kind", vocabulary.NUMBER_KINDS)):
        column = layer.spans.filter(label=label)[f"{label}_{attribute}"]
        rows = [plots.Bar(value, int((column == value).sum()), COLOURS[label]) for value in values]
        yield plots.bars(f"{label.capitalize()}s by {attribute}", rows)


# Agreement and progress


def _figures(corpus: Corpus, round_name: str | None) -> tuple[pl.DataFrame, str | None]:
    """A round's figures, as the record keeps them while they are fresh; else why there are none."""
    none = schema.empty(schema.Agreement)
    if round_name is None:
        return none, "The record has no round of annotators."
    try:
        if not dealt_events(corpus, round_name).is_empty():  # only measuring them would show staleness
            figures = sorting_figures(round_name, sorting_agreement(corpus, round_name))
            return figures, "No two annotators have sorted the same event." if figures.is_empty() else None
        if not agreement.is_stale(corpus, round_name):
            return agreement.read(corpus, round_name), None
        return agreement.agreement(corpus, round_name).figures, None
    except Problem as problem:
        return none, f"There is no agreement to show: {problem.what}."


def _figure_plots(figures: pl.DataFrame) -> Iterator[str]:
    titles = {"pairs": "Same statement (F1 of pairs)", "b_cubed": "Same statement (B³ F1)"}
    for measure, title in titles.items():
        if (rows := figures.filter(measure=measure)).height:
            named = rows.with_columns(pl.format("{}s {}", "scope", "annotators").alias("annotators"))
            yield plots.intervals(title, _intervals(named, "annotators"))
    if figures.filter(measure="exact").height:
        yield from _span_plots(figures)


def _span_plots(figures: pl.DataFrame) -> Iterator[str]:
    together = figures.filter(pl.col("annotators").is_null())
    titles = {
        "exact": "Same words (exact F1)",
        "relaxed": "At least half shared (relaxed F1)",
        "alpha": "By characters (Krippendorff’s alpha)",
    }
    for measure, title in titles.items():
        yield plots.intervals(title, _intervals(together.filter(measure=measure)))
    yield plots.intervals("Attributes and links, of matched spans", _intervals(together.filter(measure="on_relaxed")))
    pairs = figures.filter(pl.col("annotators").is_not_null(), scope=vocabulary.ALL, measure="exact")
    if pairs.height > 1:
        yield plots.intervals("Each pair (exact F1, all labels)", _intervals(pairs, "annotators"))


def _intervals(rows: pl.DataFrame, name: str = "scope") -> list[plots.PlottedInterval]:
    return [
        plots.PlottedInterval(
            row[name].replace("_", " "), row["value"], row["low"], row["high"], COLOURS.get(row["scope"], plots.BAR)
        )
        for row in rows.iter_rows(named=True)
    ]


def _progress(corpus: Corpus, round_name: str | None) -> tuple[list[tuple[RoundProgress, str]], str | None]:
    if round_name is None:
        return [], "The record has no round of annotators."
    try:
        return [(counts, _bar(counts)) for counts in progress.in_record(corpus, round_name)], None
    except Problem as problem:
        return [], f"There is no progress to show: {problem.what}."


def _acceptance(corpus: Corpus, round_name: str | None) -> Acceptance | None:
    """What became of a round's suggestions; None where it had none."""
    assisted = round_name is not None and layers_with_suggestions(corpus, round_name)
    return acceptance(corpus, round_name) if round_name and assisted else None


def _bar(counts: RoundProgress) -> str:
    parts = (("done", counts.done, DONE), ("skipped", counts.skipped, SKIPPED), ("open", counts.open, OPEN))
    return plots.shares(counts.annotator, [plots.Share(*part) for part in parts])


# Side by side


def _comparisons(corpus: Corpus, round_name: str | None, shown: list[str]) -> list[ArticleComparison]:
    """The articles shown that two or more annotators of the round submitted."""
    layers = layers_of(corpus, round_name) if round_name else {}
    works: dict[str, dict[str, LabelledArticle]] = defaultdict(dict)
    for who, layer in sorted(layers.items()):
        for labelled in labelled_articles(corpus, layer.only(shown)):
            works[labelled.id][who] = labelled
    shared = {article: work for article, work in sorted(works.items()) if len(work) > 1}
    gold = _adjudications(corpus, round_name, list(shared))
    return [compare(work, gold.get(article)) for article, work in shared.items()]


def _adjudications(corpus: Corpus, round_name: str | None, articles: list[str]) -> dict[str, ArticleDecisions]:
    decisions: dict[str, dict[tuple[str, str, str | None], Decision]] = defaultdict(dict)
    table = read_table(corpus.decisions, schema.Decisions)
    for row in rows_of(table.filter(pl.col("round") == (round_name or "")), DecisionRow):
        decisions[row["article_id"]][row["annotator"], row["span_id"], row["to_span"]] = row
    gold = read_layer(corpus.layer_path(GOLD), GOLD).only(articles)
    return {article.id: ArticleDecisions(article, decisions[article.id]) for article in labelled_articles(corpus, gold)}


def _questions(corpus: Corpus, round_name: str | None) -> list[Question]:
    """What the annotators of a round asked the lead, open questions first."""
    asked = inbox.questions(corpus, round_name) if round_name else []
    return sorted(asked, key=lambda question: question.note["answer"] is not None)


def _alone(round_name: str | None) -> str:
    where = f"round {round_name}" if round_name else "any round"
    return f"There is nothing to lay side by side: no article here was submitted by two annotators of {where}."


# Its pages


@dataclass(frozen=True)
class ReportPart:
    """The articles of one event, or some of those without one: what its page shows, and where that is.

    `body` is the page's sections where they are on the same page as everything else, else "".
    """

    name: str
    href: str
    report: Report
    body: str = ""

    @property
    def statements(self) -> int:
        """How many statements its matrix has."""
        return sum(len(event.rows) for event in self.report.events)

    @property
    def differing(self) -> int:
        """In how many spans its annotators differ."""
        return sum(len(comparison.different) for comparison in self.report.comparisons)

    @property
    def outlets(self) -> list[str]:
        """Who published its articles, where that is known."""
        return sorted({shown.article.article["outlet"] or "" for shown in self.report.articles} - {""})

    @property
    def dates(self) -> str:
        """From when to when they were published, where that is known."""
        days = sorted(day[:10] for shown in self.report.articles if (day := shown.article.article["published"]))
        return "" if not days else days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"


def parts(shown: Report) -> list[ReportPart]:
    """The report event by event, then the articles that have none, some at a time."""
    by_event: dict[str | None, list[HighlightedArticle]] = defaultdict(list)
    for article in shown.articles:
        by_event[article.article.article["event_id"]].append(article)
    without = by_event.pop(None, [])
    named = [(str(event), by_event[event]) for event in sorted(by_event, key=str)]
    named += [
        (f"no event, {at + 1} to {min(at + TOGETHER, len(without))}", without[at : at + TOGETHER])
        for at in range(0, len(without), TOGETHER)
    ]
    return [ReportPart(name, f"#{urlencode({'event': name})}", _only(shown, name, some)) for name, some in named]


def _only(shown: Report, event: str, articles: list[HighlightedArticle]) -> Report:
    ids = {article.article.id for article in articles}
    return replace(
        shown,
        articles=articles,
        events=[matrix for matrix in shown.events if matrix.event_id == event],
        comparisons=[comparison for comparison in shown.comparisons if comparison.article_id in ids],
        comparisons_missing=shown.comparisons_missing
        or (None if any(comparison.article_id in ids for comparison in shown.comparisons) else _alone(shown.round)),
    )


def page(shown: Report) -> str:
    """The report as HTML that asks for nothing beside itself. The same report gives the same text.

    From `WHOLE` articles on, its events are kept as text of which a script lays out one at a time.
    """
    several = parts(shown) if len(shown.articles) > WHOLE else []
    if len(several) < 2:
        return _render("page.html.j2", shown, _places(shown), _rules_named(shown))
    ats, rules = _places(shown), _rules_named(shown)
    bodies = [replace(part, body=_render("sections.html.j2", part.report, ats, rules)) for part in several]
    return _render("page.html.j2", shown, ats, rules, parts=bodies, inline=True)


def _places(shown: Report) -> dict[str, str]:
    """The id that each article has on the page."""
    return {article.article.id: f"a{at}" for at, article in enumerate(shown.articles, 1)}


def _render(
    template: str,
    shown: Report,
    ats: Mapping[str, str],
    rules: Mapping[str, str],
    *,
    parts: Sequence[ReportPart] = (),
    part: ReportPart | None = None,
    inline: bool = False,
) -> str:
    return (
        _environment()
        .get_template(template)
        .render(
            report=shown,
            ats=ats,
            rules=rules,
            parts=parts,
            part=part,
            inline=inline,
            home=INDEX,
            outlets=_outlets(shown),
            labels=vocabulary.LABELS,
            colours=COLOURS,
            tints={name: _tint(colour) for name, colour in COLOURS.items()},
            lines=LINES,
            states=STATES,
            totals=sum((Counter(comparison.counts) for comparison in shown.comparisons), start=Counter()),
            speakers=_speakers(shown),
            forms=vocabulary.QUOTE_FORMS,
            differences=DIFFERENCES,
            hasty_seconds=HASTY_SECONDS,
            fills={"done": DONE, "skipped": SKIPPED, "open": OPEN},
            css=(PAGE / "style.css").read_text(encoding="utf-8"),
            scripts=[(PAGE / name).read_text(encoding="utf-8") for name in SCRIPTS],
        )
    )


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(PAGE),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["marked_code"] = _marked_code
    environment.filters["with_gaps"] = _with_gaps
    environment.filters["with_rules"] = with_rules
    environment.filters["in_words"] = in_words
    return environment


def _marked_code(words: str) -> list[tuple[str, bool]]:
    """Runs of text, and whether each stood between backticks."""
    return [(run, place % 2 == 1) for place, run in enumerate(words.split("`")) if run]


def with_rules(text: str, rules: Collection[str]) -> list[tuple[str, bool]]:
    """Runs of a text, and whether each is the id of one of these rules; joined they are the text."""
    ids = re.compile(rf"\b({'|'.join(map(re.escape, rules))})\b")
    return [(run, place % 2 == 1) for place, run in enumerate(ids.split(text)) if run]


def _with_gaps(text: str) -> list[tuple[str, bool]]:
    """Runs of an article's text, and whether each is blank lines between paragraphs; joined they are the text."""
    return [(run, place % 2 == 1) for place, run in enumerate(_BLANK_LINES.split(text)) if run]


def _tint(colour: str) -> str:
    """A label's colour as a background on which text stays readable, even where two overlap."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, 0.16)"


def _speakers(shown: Report) -> list[tuple[str, int]]:
    """Who says something, with how many quotes, the most first."""
    counts = Counter(
        name
        for article in shown.articles
        for row in article.quotes
        for name in dict.fromkeys(name for speaker in row["speakers"] for name in speaker["entities"])
    )
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _rules_named(shown: Report) -> dict[str, str]:
    """The text of each rule that the page names, in the scheme's order."""
    lines = [line for comparison in shown.comparisons for line in (*comparison.different, *comparison.same)]
    cells = [cell for line in lines for cell in line.cells if cell]
    cells += [cell for comparison in shown.comparisons for _, cell in comparison.added]
    decided = [
        decision for cell in cells for decision in (cell.decided, *(value.decided for value in cell.values)) if decision
    ]
    named = {decision.rule for decision in decided} | {"H10"}
    texts = guidelines.rules()
    return {rule: re.sub(r"[*`]", "", texts[rule].text) for rule in vocabulary.RULES if rule in named and rule in texts}


def write(shown: Report, out: Path) -> int:
    """Writes the page aside, then into place. Returns its bytes."""
    content = page(shown).encode()
    write_bytes(out, content)
    return len(content)


def write_folder(shown: Report, folder: Path) -> int:
    """Writes a page an event and, last, an index of them into a folder. Returns the bytes of all.

    Pages of an earlier report there that this one does not have are removed.

    Raises:
        Problem: the folder holds something that is no report.
    """
    index = folder / INDEX
    if folder.exists() and not folder.is_dir():
        raise Problem(f"{folder} is a file", "name a folder with --folder DIR")
    if folder.is_dir() and any(folder.iterdir()) and not (index.is_file() and GENERATOR in index.read_bytes()[:4096]):
        raise Problem(f"{folder} holds something that is not a report", "name a new folder with --folder DIR")
    several = [replace(part, href=f"event-{number:03}.html") for number, part in enumerate(parts(shown), 1)]
    ats, rules = _places(shown), _rules_named(shown)
    pages = {
        part.href: _render("page.html.j2", part.report, ats, _rules_named(part.report), part=part) for part in several
    }
    pages[INDEX] = _render("page.html.j2", shown, ats, rules, parts=several)
    for name, content in pages.items():
        write_bytes(folder / name, content.encode())
    for old in folder.glob("event-*.html"):
        if old.name not in pages:
            old.unlink()
    return sum(len(content.encode()) for content in pages.values())
