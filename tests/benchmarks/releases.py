"""A corpus under git with a layer that has no finding, ready for its first release, and what cutting it costs."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from dataset.folder.manifest import read
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import make_layer
from dataset.releasing.release import ReleasePlan, prepare, release
from tests.benchmarks.steps import begun
from tests.corpora import make_corpus
from tests.dataset.layers import write_layer
from tests.dataset.release_setup import CHANGELOG, DATASHEET, commit, git

LAYER = "r1/a1"
SENTENCE = "The port said on Monday that it may lose about {} ships before the autumn. "
SENTENCES = 5
NAME = "Port of Lomma"


def release_step(root: Path) -> int:
    """Cuts 1.0.0, validation and release checks included. Returns the files of the full variant."""
    with begun():
        done = release(ReleasePlan(open_corpus(root), "1.0.0", LAYER, root / "dist"))
    return len(read(done.full).files)


def write_ready(folder: Path, articles: int) -> tuple[Corpus, int]:
    """A corpus that is prepared and committed, and how many spans it holds."""
    chance = random.Random(20)
    texts = {
        f"n{number:06}": "".join(SENTENCE.format(chance.randint(1000, 9_999_999)) for _ in range(SENTENCES)).strip()
        for number in range(articles)
    }
    corpus = make_corpus(folder, texts, (NAME,))
    rows = [row for article, text in texts.items() for row in _spans(article, text)]
    links = [row for article in texts for at in range(SENTENCES) for row in _links(article, at)]
    tasks = [_key(article) | {"status": "submitted"} for article in texts]
    write_layer(corpus.layer_path(LAYER), make_layer(LAYER, tasks=tasks, spans=rows, relations=links))
    pages = {"DATASHEET.md": DATASHEET, "CHANGELOG.md": CHANGELOG, ".gitignore": "dist/\n.hedgerow/\n"}
    for name, page in pages.items():
        (folder / name).write_text(page, encoding="utf-8")
    git(folder, "init", "--quiet")
    commit(corpus)
    prepare(ReleasePlan(corpus, "1.0.0", LAYER, folder / "dist"))
    commit(corpus)
    return corpus, len(rows)


def _key(article: str) -> dict[str, Any]:
    return {"article_id": article, "round": "r1", "annotator": "a1"}


def _spans(article: str, text: str) -> list[dict[str, Any]]:
    rows, start = [], 0
    for at in range(SENTENCES):
        end = text.index(".", start)
        number = text.index("about ", start) + 6
        close = text.index(" ships", number)
        value = text[number:close]
        count = {"number_kind": "count", "number_value": value, "number_unit": "ships"}
        rows += [
            _span(article, f"s{at}", "speaker", start, start + 8, text, speaker_entities=[NAME]),
            _span(article, f"q{at}", "quote", start + 24, end, text, quote_form="indirect", quote_source="linked"),
            _span(article, f"m{at}", "hedge", start + 32, start + 35, text, hedge_kind="modal"),
            _span(article, f"a{at}", "hedge", number - 6, number - 1, text, hedge_kind="approximator"),
            _span(
                article,
                f"n{at}",
                "number",
                number,
                close,
                text,
                number_low=float(value),
                number_high=float(value),
                **count,
            ),
        ]
        start = end + 2
    return rows


def _span(article: str, span_id: str, label: str, start: int, end: int, text: str, **attributes: Any) -> dict[str, Any]:
    place = {"span_id": span_id, "label": label, "start": start, "end": end, "text": text[start:end]}
    return _key(article) | place | {"speaker_entities": []} | attributes


def _links(article: str, at: int) -> list[dict[str, Any]]:
    ends = (
        ("said_by", f"q{at}", f"s{at}", False),
        ("hedges", f"m{at}", f"q{at}", True),
        ("hedges", f"a{at}", f"n{at}", True),
    )
    return [
        _key(article) | {"type": name, "from_span": start, "to_span": end, "derived": made}
        for name, start, end, made in ends
    ]
