"""The annotators' layers of a round, ready to be compared: what two or more submitted, on the corpus's texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from dataset import scheme
from dataset.corpus import Corpus
from dataset.layer import Layer, read_layer
from dataset.problem import Problem

OTHER_TEXT = "task-text-differs"


@dataclass(frozen=True)
class Compared:
    """What is compared in a round.

    `layers` holds, by annotator, the submitted articles that somebody else submitted, too; skipped ones are in none.
    `lengths` is the code points of each compared article's text, by article_id, in the order of the ids.
    """

    round: str
    layers: dict[str, Layer]
    lengths: dict[str, int]


def layers_of(corpus: Corpus, round_name: str) -> dict[str, Layer]:
    """The layers of a round, by annotator.

    Raises:
        Problem: a layer cannot be read.
    """
    names = [name for name in corpus.layers() if name.startswith(f"{round_name}/")]
    return {name.split("/")[1]: read_layer(corpus.layer_path(name), name) for name in names}


def compared(corpus: Corpus, round_name: str, layers: Mapping[str, Layer]) -> Compared:
    """The part of a round's layers that can be compared.

    Raises:
        Problem: fewer than two annotators have work in it, they share no submitted article, nobody marked anything, a
            layer knows an article that the corpus does not, or holds work on another text than the corpus has.
    """
    _refuse_too_few(round_name, sorted(layers))
    for layer in layers.values():
        _refuse_strangers(corpus, layer)
    kept = _shared(layers)
    texts = {article: corpus.text(article) for article in sorted(set().union(*map(_articles, kept.values())))}
    _refuse_other_texts(kept, texts)
    _refuse_emptiness(round_name, kept, len(texts))
    return Compared(round_name, kept, {article: len(text) for article, text in texts.items()})


def _shared(layers: Mapping[str, Layer]) -> dict[str, Layer]:
    """What each annotator submitted that another submitted, too; nobody without such an article."""
    submitted = {name: set(layer.tasks.filter(status="submitted")["article_id"]) for name, layer in layers.items()}
    counts = Counter(article for articles in submitted.values() for article in articles)
    common = {name: sorted(one for one in articles if counts[one] > 1) for name, articles in submitted.items()}
    return {name: layer.only(common[name]) for name, layer in layers.items() if common[name]}


def _articles(layer: Layer) -> set[str]:
    return set(layer.tasks["article_id"])


def _refuse_emptiness(round_name: str, layers: Mapping[str, Layer], articles: int) -> None:
    if not layers:
        raise Problem(
            f"no article of round {round_name} was submitted by two annotators",
            f"see who is where with `hedgerow progress --round {round_name}`",
        )
    if not any(layer.spans.height for layer in layers.values()):
        raise Problem(
            f"nobody marked anything in the {articles} articles of round {round_name} that two submitted",
            "there is nothing to measure agreement on yet",
        )


def _refuse_too_few(round_name: str, annotators: list[str]) -> None:
    if not annotators:
        raise Problem(f"the record has no work of round {round_name}", f"run `hedgerow pull --round {round_name}`")
    if len(annotators) == 1:
        raise Problem(
            f"only {annotators[0]} has work in round {round_name}, and agreement needs two annotators",
            f"push to another with `hedgerow push --round {round_name} --annotator A`",
        )


def _refuse_strangers(corpus: Corpus, layer: Layer) -> None:
    """An article that the corpus does not have, and a task whose text was another than the article's."""
    known = set(corpus.by_id)
    if unknown := [article for article in layer.tasks["article_id"] if article not in known]:
        raise Problem(
            f"{layer.name} has work on {unknown[0]}, which the corpus does not know",
            "take the article in again, or pull without it with --accept-removals",
        )
    if other := layer.findings.filter(code=OTHER_TEXT)["article_id"].to_list():
        raise _other_text(layer.name, other[0])


def _refuse_other_texts(layers: Mapping[str, Layer], texts: Mapping[str, str]) -> None:
    """A span whose words are not the text's at its offsets was labelled on another text."""
    words = pl.DataFrame({"article_id": list(texts), "article_text": list(texts.values())})
    for layer in layers.values():
        spans = layer.spans.join(words, on="article_id", how="left", maintain_order="left")
        for row in spans.filter(~_sound()).iter_rows(named=True):
            if row["label"] not in scheme.LABELS or row["start"] is None or row["end"] is None:
                raise Problem(
                    f"{layer.name} has a span in {row['article_id']} that cannot be compared",
                    f"see `hedgerow validate --layer {layer.name}`",
                )
            raise _other_text(layer.name, row["article_id"])


def _sound() -> pl.Expr:
    start, end = pl.col("start"), pl.col("end")
    inside = (start >= 0) & (start < end) & (end <= pl.col("article_text").str.len_chars())
    words = pl.col("article_text").str.slice(start.clip(0), (end - start).clip(0))
    sound = pl.col("label").is_in(list(scheme.LABELS)) & inside & (words == pl.col("text"))
    return sound.fill_null(value=False)


def _other_text(layer: str, article: str) -> Problem:
    return Problem(
        f"the annotators saw different texts: {layer} has work on another text of {article} than the corpus has",
        "put the old text back, or take the article in again under a new id and label it anew",
    )


def pairs(annotators: list[str]) -> Iterator[tuple[str, str]]:
    """Every pair of annotators, each sorted."""
    names = sorted(annotators)
    for position, one in enumerate(names):
        for other in names[position + 1 :]:
            yield one, other
