"""A round of several annotators of a given size, and what its agreement costs."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any, Final

from annotation.agreement import agreement
from dataset.corpus import Corpus, open_corpus
from dataset.layer import make_layer, write_layer
from tests.corpora import make_corpus

Row = dict[str, Any]

ATTRIBUTES: Final[dict[str, Row]] = {
    "speaker": {"speaker_entities": ["Port of Lomma"]},
    "quote": {"quote_form": "indirect", "quote_source": "linked"},
    "hedge": {"hedge_kind": "modal"},
    "number": {"number_kind": "count", "number_value": "40", "number_unit": "ships"},
}
TEXT: Final = "The port said on Monday that it may lose about 40 ships before the autumn. " * 60


def agree_step(root: Path) -> int:
    """Every figure of the round with 1,000 draws: exact, relaxed, alpha, attributes, links, of all and of each pair."""
    return agreement(open_corpus(root), "r1").figures.height


def write_round(folder: Path, articles: int, annotators: int, spans: int) -> Corpus:
    """A corpus whose articles every annotator labelled: the same spans, each missed at times or with another end."""
    chance = random.Random(11)
    corpus = make_corpus(folder, {f"n{number:06}": f"{TEXT}{number}" for number in range(articles)})
    meant = {article: list(_places(chance, spans)) for article in corpus.by_id}
    for number in range(1, annotators + 1):
        name = f"r1/a{number}"
        tasks = [_key(article, number) | {"status": "submitted"} for article in meant]
        marked = [row for article, places in meant.items() for row in _marked(chance, article, number, places)]
        links = [row for article in meant for row in _links(article, number, spans)]
        write_layer(corpus.layer_path(name), make_layer(name, tasks=tasks, spans=marked, relations=links))
    return corpus


def _places(chance: random.Random, spans: int) -> Any:
    for position in range(spans):
        start = chance.randrange(len(TEXT) - 80)
        yield list(ATTRIBUTES)[position % 4], start, start + chance.randint(2, 70)


def _marked(chance: random.Random, article: str, number: int, places: list[tuple[str, int, int]]) -> Any:
    for position, (label, start, end) in enumerate(places):
        if chance.random() < 0.9:
            stop = end + (chance.randint(0, 5) if chance.random() < 0.3 else 0)
            mark = {"span_id": f"s{position}", "label": label, "start": start, "end": stop, "text": TEXT[start:stop]}
            yield _key(article, number) | {"speaker_entities": []} | mark | ATTRIBUTES[label]


def _links(article: str, number: int, spans: int) -> Any:
    """Every quote is said by the speaker before it."""
    for position in range(1, spans, 4):
        ends = {"from_span": f"s{position}", "to_span": f"s{position - 1}", "type": "said_by", "derived": False}
        yield _key(article, number) | ends


def _key(article: str, number: int) -> Row:
    return {"article_id": article, "round": "r1", "annotator": f"a{number}"}
