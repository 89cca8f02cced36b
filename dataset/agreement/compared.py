"""The annotators' layers of a round, ready to be compared: what two or more submitted, on the corpus's texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, layer_ranges, read_layer, table_path
from dataset.scheme import vocabulary
from dataset.storage.address import Location
from dataset.storage.article_ranges import WHOLE, ArticleRange, read_range

OTHER_TEXT = "task-text-differs"


@dataclass(frozen=True)
class ComparedLayers:
    """What is compared in a round, or in an article range of it.

    `layers` holds, by annotator, the submitted articles that somebody else submitted, too; skipped ones are in none.
    `lengths` is the code points of each compared article's text, by article_id, in the order of the ids.
    """

    round: str
    layers: dict[str, Layer]
    lengths: dict[str, int]


@dataclass(frozen=True)
class SubmissionCounts:
    """How many articles were submitted by each set of two or more annotators, and by nobody else."""

    counts: Counter[tuple[str, ...]]

    @property
    def annotators(self) -> list[str]:
        """Who submitted an article that another submitted, too."""
        return sorted({name for names in self.counts for name in names})

    def articles(self, *annotators: str) -> int:
        """How many of these articles were submitted by all of some annotators; of none, all of them."""
        return sum(count for names, count in self.counts.items() if set(annotators) <= set(names))


def folders_of(corpus: Corpus, round_name: str) -> dict[str, Location]:
    """Where the layers of a round are, by annotator."""
    names = [name for name in corpus.layers() if name.startswith(f"{round_name}/")]
    return {name.split("/")[1]: corpus.layer_path(name) for name in names}


def layers_of(corpus: Corpus, round_name: str, article_range: ArticleRange = WHOLE) -> dict[str, Layer]:
    """The layers of a round, or an article range of them, by annotator.

    Raises:
        Problem: a layer cannot be read.
    """
    folders = folders_of(corpus, round_name)
    return {name: read_layer(folder, f"{round_name}/{name}", article_range) for name, folder in folders.items()}


def ranges_of_round(corpus: Corpus, round_name: str) -> list[ArticleRange]:
    """The article ranges of a round's layers, in order.

    Raises:
        Problem: a table is not sorted by article.
    """
    return layer_ranges(*folders_of(corpus, round_name).values())


def shared(corpus: Corpus, round_name: str, article_ranges: Iterable[ArticleRange]) -> SubmissionCounts:
    """Who submitted how many articles with whom, from the tables of tasks alone.

    Raises:
        Problem: fewer than two annotators have work in the round, they share no submitted article, or a layer knows an
            article that the corpus does not, or notes a task whose text is not the corpus's.
    """
    folders = folders_of(corpus, round_name)
    _refuse_too_few(round_name, sorted(folders))
    counts: Counter[tuple[str, ...]] = Counter()
    for article_range in article_ranges:
        tasks = {
            name: read_range(table_path(folder, "tasks"), schema.Tasks, article_range)
            for name, folder in folders.items()
        }
        for name, folder in folders.items():
            _refuse_strangers(corpus, f"{round_name}/{name}", tasks[name])
            _refuse_unread_texts(
                f"{round_name}/{name}", read_range(table_path(folder, "findings"), schema.Findings, article_range)
            )
        counts += together(tasks)
    if not counts:
        raise Problem(
            f"no article of round {round_name} was submitted by two annotators",
            f"see who is where with `hedgerow progress --round {round_name}`",
        )
    return SubmissionCounts(counts)


def together(tasks: Mapping[str, pl.DataFrame]) -> Counter[tuple[str, ...]]:
    """How many articles each set of two or more annotators submitted; a set is sorted by name."""
    ended = [rows.filter(status="submitted").select("article_id", by=pl.lit(name)) for name, rows in tasks.items()]
    by_article = pl.concat(ended).unique().group_by("article_id").agg(pl.col("by").sort())
    return Counter(tuple(names) for names in by_article["by"] if len(names) > 1)


def compared(corpus: Corpus, round_name: str, layers: Mapping[str, Layer]) -> ComparedLayers:
    """What can be compared of a round's layers, or of an article range of them.

    Raises:
        Problem: a text cannot be read, or a layer holds work on another text than the corpus has.
    """
    kept = _shared(layers)
    articles = sorted({article for layer in kept.values() for article in layer.tasks["article_id"]})
    texts = {article: corpus.text(article) for article in articles}
    _refuse_other_texts(kept, texts)
    return ComparedLayers(round_name, kept, {article: len(text) for article, text in texts.items()})


def _shared(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """What each annotator submitted that another submitted, too; nobody without such an article."""
    submitted = {name: set(layer.tasks.filter(status="submitted")["article_id"]) for name, layer in layers.items()}
    counts = Counter(article for articles in submitted.values() for article in articles)
    common = {
        name: sorted(article for article in articles if counts[article] > 1) for name, articles in submitted.items()
    }
    return {name: layer.only(common[name]) for name, layer in layers.items() if common[name]}


def _refuse_too_few(round_name: str, annotators: list[str]) -> None:
    if not annotators:
        raise Problem(f"the record has no work of round {round_name}", f"run `hedgerow pull --round {round_name}`")
    if len(annotators) == 1:
        raise Problem(
            f"only {annotators[0]} has work in round {round_name}, and agreement needs two annotators",
            f"push to another with `hedgerow push --round {round_name} --annotator A`",
        )


def _refuse_strangers(corpus: Corpus, layer: str, tasks: pl.DataFrame) -> None:
    """An article that the corpus does not have."""
    known = corpus.rows_of(tasks["article_id"])
    if unknown := tasks.join(known, on="article_id", how="anti", maintain_order="left")["article_id"].to_list():
        raise Problem(
            f"{layer} has work on {unknown[0]}, which the corpus does not know",
            "take the article in again, or pull without it with --accept-removals",
        )


def _refuse_unread_texts(layer: str, findings: pl.DataFrame) -> None:
    """A task whose text was another than the article's."""
    if articles := findings.filter(code=OTHER_TEXT)["article_id"].to_list():
        raise _other_text(layer, articles[0])


def _refuse_other_texts(layers: Mapping[str, Layer], texts: Mapping[str, str]) -> None:
    """A span whose words are not the text's at its offsets was labelled on another text."""
    words = pl.DataFrame({"article_id": list(texts), "article_text": list(texts.values())})
    for layer in layers.values():
        spans = layer.spans.join(words, on="article_id", how="left", maintain_order="left")
        for row in spans.filter(~_sound()).iter_rows(named=True):
            if row["label"] not in vocabulary.LABELS or row["start"] is None or row["end"] is None:
                raise Problem(
                    f"{layer.name} has a span in {row['article_id']} that cannot be compared",
                    f"see `hedgerow validate --layer {layer.name}`",
                )
            raise _other_text(layer.name, row["article_id"])


def _sound() -> pl.Expr:
    start, end = pl.col("start"), pl.col("end")
    inside = (start >= 0) & (start < end) & (end <= pl.col("article_text").str.len_chars())
    words = pl.col("article_text").str.slice(start.clip(0), (end - start).clip(0))
    sound = pl.col("label").is_in(list(vocabulary.LABELS)) & inside & (words == pl.col("text"))
    return sound.fill_null(value=False)


def _other_text(layer: str, article: str) -> Problem:
    return Problem(
        f"the annotators saw different texts: {layer} has work on another text of {article} than the corpus has",
        "put the old text back, or take the article in again under a new id and label it again",
    )


def pairs(annotators: list[str]) -> Iterator[tuple[str, str]]:
    """Every pair of annotators, each sorted."""
    names = sorted(annotators)
    for position, first in enumerate(names):
        for second in names[position + 1 :]:
            yield first, second
