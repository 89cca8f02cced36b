"""Generated corpora of a given size: seeded, so that every run measures the same."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotation.results import write_result, write_task
from dataset.corpus import Corpus
from dataset.files import sha256
from tests.corpora import make_corpus

NAMES = ("Port of Lomma", "Ilsa Brandt")
SENTENCES = (
    "The port said on Monday that it may lose about {} ships before the autumn. ",
    "“We could repair {} gates,” the harbour master said. ",
    "Nobody measured how the water rose along the {} piers of the old town. ",
)


def texts(count: int, seed: int = 7) -> dict[str, str]:
    """`count` articles of about 2 kB by article_id."""
    chance = random.Random(seed)
    return {f"n{number:06}": _text(chance) for number in range(count)}


def _text(chance: random.Random) -> str:
    return "".join(chance.choice(SENTENCES).format(chance.randint(2, 999)) for _ in range(30)).strip()


def spans(text: str, count: int) -> Iterator[dict[str, Any]]:
    """Speaker, quote, hedge and number spans, sentence by sentence."""
    made, at = 0, 0
    while made < count and (at := text.find("The port said on Monday that it may", at)) >= 0:
        number = text.index("about ", at) + 6
        end = text.index(" ships", number)
        close = text.index(".", end)
        for label, start, stop, attributes in (
            ("speaker", at, at + 8, {"speaker_entities": ["Port of Lomma"]}),
            ("quote", at + 24, close, {"quote_form": "indirect", "quote_source": "linked"}),
            ("hedge", at + 32, at + 35, {"hedge_kind": "modal"}),
            ("hedge", number - 6, number - 1, {"hedge_kind": "approximator"}),
            ("number", number, end, {"number_kind": "count", "number_value": text[number:end], "number_unit": "ships"}),
        ):
            yield _span(f"s{made}", label, start, stop, text) | attributes
            made += 1
        at = close


def _span(span_id: str, label: str, start: int, end: int, text: str) -> dict[str, Any]:
    blank = dict.fromkeys(
        ("quote_form", "quote_source", "hedge_kind", "number_kind", "number_value", "number_unit"), None
    )
    return (
        {"span_id": span_id, "label": label, "start": start, "end": end, "text": text[start:end]}
        | blank
        | {"speaker_entities": []}
    )


def result(text: str, regions: int) -> list[dict[str, Any]]:
    """What the page would send for an article: up to `regions` regions, each quote linked to its speaker."""
    found = list(spans(text, regions))
    speakers = [span["span_id"] for span in found if span["label"] == "speaker"]
    quotes = [span["span_id"] for span in found if span["label"] == "quote"]
    links = [
        {"from_span": quote, "to_span": speaker, "derived": False}
        for quote, speaker in zip(quotes, speakers, strict=False)
    ]
    return write_result(found, links, NAMES)


def write_export(folder: Path, tasks: int, regions: int = 25) -> tuple[Corpus, Path, int]:
    """A corpus, a Label Studio JSON export of all its articles labelled, and how many regions it holds."""
    corpus = make_corpus(folder, texts(tasks), NAMES)
    export, held = folder / "export.json", 0
    with export.open("w", encoding="utf-8") as out:
        for number, (article, text) in enumerate(texts(tasks).items(), start=1):
            labelled = result(text, regions)
            held += len({one["id"] for one in labelled if "id" in one})
            out.write("[" if number == 1 else ",\n")
            json.dump(_task(number, article, text, labelled), out, ensure_ascii=False)
        out.write("]")
    return corpus, export, held


def _task(number: int, article: str, text: str, labelled: list[dict[str, Any]]) -> dict[str, Any]:
    sent = write_task({"article_id": article, "text_sha256": sha256(text.encode())}, text, list(NAMES), "1")
    times = {"created_at": "2031-05-02T10:00:00Z", "updated_at": "2031-05-02T10:10:00Z", "lead_time": 600.0}
    work = {"id": number, "completed_by": 1, "was_cancelled": False, "result": labelled, **times}
    return {"id": number, **sent, "annotations": [work], "drafts": [], "predictions": []}
