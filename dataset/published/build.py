"""A layer of the record into a folder that `load_dataset` reads: Parquet files and the card that declares them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

import polars as pl
import pyarrow

from dataset import schema
from dataset.checks.findings import Finding
from dataset.checks.shared import errors_beside
from dataset.checks.suite import errors_of
from dataset.folder.folder import CARD, read_rows
from dataset.folder.writer import CountsBySplit, RowWriters, to_arrow
from dataset.parallel import OrderedMap
from dataset.problem import Problem
from dataset.published.card import BUILT_BY, card, in_order
from dataset.published.events import recorded_sorting, write_event_configs
from dataset.published.rows import frames
from dataset.record.corpus import Corpus
from dataset.record.counts import Summary, added_up, submitted_articles, summary_of
from dataset.record.deciders import Deciders, deciders
from dataset.record.layer import GOLD, SUGGESTIONS, layer_ranges, missing_files, read_layer, table_path
from dataset.record.locks import Tell, in_silence, reading
from dataset.record.provenance import adjudicated_articles
from dataset.record.shown import assisted_work
from dataset.record.splits import fixed_splits
from dataset.record.withdrawal import unfinished
from dataset.scheme import vocabulary
from dataset.statements.tables import read_gold
from dataset.storage.article_ranges import ArticleRange, batches
from dataset.storage.atomic import folder_aside, put_folder, writing

UNRELEASED: Final = vocabulary.SPLITS[0]
_BUILT: Final = re.compile(rf"({'|'.join(schema.CONFIGS)})/({'|'.join(vocabulary.SPLITS)})-\d{{5}}-of-\d{{5}}\.parquet")


def build(
    corpus: Corpus,
    name: str,
    out: Path,
    *,
    allow_errors: bool,
    adjudicated_only: bool = False,
    each: OrderedMap = map,
    tell: Tell = in_silence,
) -> dict[str, int]:
    """Builds a layer into `out`, replacing a folder built before. Returns the rows of each config.

    The layer is read and written one article range after another, all of it in one state; `each` processes the
    ranges. With `adjudicated_only`, what came into the gold without an adjudicator is left out.

    Raises:
        Problem: there is no such layer, it has errors, nothing in it can be built, `out` holds something else, or
            the disk does not take it.
    """
    _refuse_to_replace(out)
    out = out.resolve()
    with (
        writing(out, "what was there is as it was"),
        reading(corpus, tell),
        folder_aside(out) as folder,
    ):
        require_buildable(corpus, name)
        _refuse_withdrawn(corpus)
        written = write_configs(corpus, name, folder, check=True, adjudicated_only=adjudicated_only, each=each)
        if written.first and not allow_errors:
            total = written.errors.total()
            raise Problem(
                f"{name} has {total} error{'' if total == 1 else 's'}, the first: {_shown(written.first)}",
                "see `hedgerow validate`, or build anyway with --allow-errors",
            )
        text = card(
            corpus, written.summary, written.rows, written.sizes, folder, written.errors, left_out=written.left_out
        )
        (folder / CARD).write_text(text, encoding="utf-8")
        put_folder(folder, out)
    return {config: sum(by_split.values()) for config, by_split in written.rows.items()}


def require_buildable(corpus: Corpus, name: str) -> None:
    """Refuses a layer that has nothing to build.

    Raises:
        Problem: there is no such layer, it holds suggestions, it lacks a file, or nothing in it was submitted.
    """
    if SUGGESTIONS in name.split("/"):
        raise Problem(f"{name} holds what a program suggests, and nobody's work", "name an annotator's layer, or gold")
    folder = corpus.layer_path(name)
    if lost := missing_files(folder):
        raise Problem(f"{name} lacks {', '.join(lost)}", "put the file back, or pull again")
    if next(submitted_articles(corpus, name), None) is not None:
        return
    if any(tasks.height for tasks in batches(table_path(folder, "tasks"), schema.Tasks, layer_ranges(folder))):
        raise Problem(f"nothing in {name} was submitted", "label an article and pull again")
    known = [layer for layer in corpus.layers() if layer != name]
    raise Problem(
        f"the record has no layer {name}",
        f"name another with --layer: {', '.join(known)}" if known else "there is none yet; pull some work first",
    )


def _shown(finding: Finding) -> str:
    return f"{finding.code} in {finding.article_id or finding.layer}: {finding.message}"


@dataclass(frozen=True)
class BuildResult:
    """What was written: rows, and bytes before compression, by config and split; the layer, and its errors by code.

    `first` is the first error. `left_out` is how many articles are not there because nobody adjudicated them; None
    where they are not to be left out.
    """

    rows: CountsBySplit
    sizes: CountsBySplit
    summary: Summary
    errors: Counter[str]
    first: Finding | None
    left_out: int | None = None


@dataclass(frozen=True)
class BuiltRange:
    """An article range of a layer as it is published: rows by config and split. `first` is the first of the errors."""

    rows: dict[str, dict[str, pyarrow.Table]]
    summary: Summary
    errors: Counter[str]
    first: Finding | None


def write_configs(
    corpus: Corpus,
    name: str,
    folder: Path,
    *,
    check: bool = False,
    adjudicated_only: bool = False,
    each: OrderedMap = map,
) -> BuildResult:
    """Writes every config of a layer, one article range after another, so that only one has to be held.

    With `check` it looks for errors, too: in registries and in how the gold is sorted first, in articles on the way.
    With `adjudicated_only` it writes the gold's adjudicated articles alone.

    Raises:
        Problem: no article of the layer is in the corpus, or none of those that are to be written.
    """
    only = _adjudicated(corpus, name) if adjudicated_only else None
    made_by = deciders(corpus) if name == GOLD else Deciders()
    beside = list(errors_beside(corpus, name)) if check else []
    tellings = read_gold(corpus)["tellings"] if name == GOLD else schema.empty(schema.Tellings)
    work = partial(build_range, corpus, name, made_by, assisted_work(corpus, name), fixed_splits(corpus), check, only)
    ranges = ((article_range, tellings.filter(article_range.holds())) for article_range in _ranges(corpus, name))
    with RowWriters(folder, used_splits(corpus), schema.OF_ARTICLES) as writers:
        done = [_put(writers, built) for built in each(work, ranges)]
        rows, sizes = writers.finished()
    if not sum(rows.get("articles", {}).values()):
        raise Problem(f"no article of {name} is in the corpus: nothing to build", "see `hedgerow validate`")
    more = [_write_entities(corpus, folder)]
    if name == GOLD:
        more.append(write_event_configs(folder, recorded_sorting(corpus), each))
    rows, sizes = in_order(rows, *(counted for counted, _ in more)), in_order(sizes, *(bytes_ for _, bytes_ in more))
    first = next(chain(beside, (built.first for built in done if built.first)), None)
    return BuildResult(
        rows,
        sizes,
        added_up(built.summary for built in done),
        sum((built.errors for built in done), Counter(finding.code for finding in beside)),
        first,
        None if only is None else sum(article not in only for article in submitted_articles(corpus, name)),
    )


def _adjudicated(corpus: Corpus, name: str) -> frozenset[str]:
    """The articles of the gold that an adjudicator decided about."""
    if name != GOLD:
        raise Problem(f"{name} is the work of one annotator, and nothing in it is adjudicated", "build the gold")
    articles = adjudicated_articles(corpus)
    if articles.isdisjoint(submitted_articles(corpus, name)):
        raise Problem(
            "the record does not say of any article of the gold that it was adjudicated",
            "build without --adjudicated-only",
        )
    return articles


def _write_entities(corpus: Corpus, folder: Path) -> tuple[CountsBySplit, CountsBySplit]:
    """Writes the registries of the events that have an article in the folder. Returns rows, and bytes uncompressed."""
    events = read_rows(folder, "articles", "event_id")["event_id"]
    with RowWriters(folder, used_splits(corpus), ["entities"]) as writers:
        for split, rows in _split(fixed_splits(corpus), corpus.entities_of(events)):
            writers.add("entities", split, to_arrow("entities", rows))
        return writers.finished()


def _put(writers: RowWriters, built: BuiltRange) -> BuiltRange:
    """Writes the rows of an article range. Returns what is left of it."""
    for config, splits in built.rows.items():
        for split, rows in splits.items():
            writers.add(config, split, rows)
    return replace(built, rows={})


def _ranges(corpus: Corpus, name: str) -> list[ArticleRange]:
    """The article ranges of a layer; those of the gold are small in the layers that it was made of, too."""
    names = corpus.layers() if name == GOLD else [name]
    return layer_ranges(*map(corpus.layer_path, names))


def build_range(
    corpus: Corpus,
    name: str,
    made_by: Deciders,
    assisted: pl.DataFrame,
    splits: pl.DataFrame,
    check: bool,
    only: frozenset[str] | None,
    own_range: tuple[ArticleRange, pl.DataFrame],
) -> BuiltRange:
    """What is published of a layer's article range. `splits` is the table `splits`; the range comes with its tellings.

    `made_by` and `assisted` are those of `labelled`. Of other articles than `only` nothing is published.
    """
    article_range, tellings = own_range
    layer = read_layer(corpus.layer_path(name), name, article_range)
    if only is not None:
        layer = layer.only(layer.tasks.filter(pl.col("article_id").is_in(only))["article_id"].to_list())
    errors = errors_of(corpus, layer) if check else []
    rows = {
        config: {split: to_arrow(config, own) for split, own in _split(splits, rows)}
        for config, rows in frames(corpus, layer, article_range, made_by, tellings, assisted)
    }
    return BuiltRange(rows, summary_of(layer), Counter(finding.code for finding in errors), next(iter(errors), None))


def used_splits(corpus: Corpus) -> list[str]:
    """The splits that the corpus's events are in. An event that was not released yet is in `train`."""
    events = corpus.articles.join(fixed_splits(corpus), on="event_id", how="left")
    return sorted(events["split"].fill_null(UNRELEASED).unique(), key=vocabulary.SPLITS.index)


def _split(splits: pl.DataFrame, rows: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    """The rows of each split that has some."""
    split = rows.select("event_id").join(splits, on="event_id", how="left", maintain_order="left")["split"]
    split = split.fill_null(UNRELEASED)
    for name in split.unique():
        yield name, rows if (split == name).all() else rows.filter(split == name)


def _refuse_withdrawn(corpus: Corpus) -> None:
    if still_here := unfinished(corpus):
        raise Problem(
            f"{still_here[0]} was withdrawn and is still in {corpus.seeds.name}",
            f"run `hedgerow withdraw {still_here[0]} --reason …` again, which finishes that",
        )


def _refuse_to_replace(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()) and not _built_before(out):
        raise Problem(f"{out} holds files that no build made", "name an empty or a new folder with --out")
    if out.exists() and not out.is_dir():
        raise Problem(f"{out} is a file", "name a folder with --out")


def _built_before(out: Path) -> bool:
    """Whether a build made all that is in the folder."""
    card_path = out / CARD
    files = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir()}
    own = all(name == CARD or _BUILT.fullmatch(name) for name in files)
    return own and card_path.exists() and BUILT_BY in card_path.read_text(encoding="utf-8", errors="replace")
