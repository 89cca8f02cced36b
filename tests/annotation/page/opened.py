"""Articles that are open on the labelling page in round r7, and what a pull brings of them."""

from __future__ import annotations

from collections.abc import Callable

from annotation.labelstudio.seats import Seat, seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, pull, push
from dataset.record.corpus import Corpus
from dataset.record.layer import Layer, read_layer
from tests.browser import Annotator

ARTICLE = "001_db3276e140bb1d05"
PORT = "The port said Kyiv's crew, led by Adam Schiff, may send 12,000 North Korean troops and five old ships."


def pushed(corpus: Corpus) -> Seat:
    here = seat(corpus, "a2")
    push.deal(corpus, "r7", ["a2"])
    push.push(corpus, "r7", here)
    return here


def open_article(seeds: Corpus, who: Seat, annotator: Annotator) -> None:
    project = projects.existing(seeds, "r7", who)
    task = next(task.id for task in map(read_task, who.studio.tasks(project)) if task.article_id == ARTICLE)
    annotator.open_task(project, task)


def open_port(new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator) -> tuple[Corpus, Seat]:
    corpus = new_corpus({"port": PORT})
    here = pushed(corpus)
    project = projects.existing(corpus, "r7", here)
    annotator.open_task(project, next(map(read_task, here.studio.tasks(project))).id)
    return corpus, here


def open_text(new_corpus: Callable[[dict[str, str]], Corpus], annotator: Annotator, text: str) -> tuple[Corpus, Seat]:
    """A corpus of one article, which the page has open, and whose it is."""
    corpus = new_corpus({"text": text})
    here = pushed(corpus)
    project = projects.existing(corpus, "r7", here)
    annotator.open_task(project, next(map(read_task, here.studio.tasks(project))).id)
    return corpus, here


def pulled(corpus: Corpus, who: Seat) -> Layer:
    pull.pull(corpus, "r7", [who], accept_removals=False, tell=print)
    return read_layer(corpus.layer_path(f"r7/{who.annotator}"), f"r7/{who.annotator}")
