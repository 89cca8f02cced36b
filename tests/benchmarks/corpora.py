"""Generated corpora of a given size, written as they are made: no more than a few articles are held at a time."""

from __future__ import annotations

import json
import multiprocessing
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from annotation.labelstudio.tasks import write_task
from dataset import schema
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, TABLES, make_layer, read_layer
from dataset.record.rows import ArticleRow
from dataset.storage.tables import table_bytes
from tests.annotation.labelstudio.written import result_of
from tests.benchmarks.articles import Article, articles, events, names_of

Row = dict[str, Any]
GUIDELINES: Final = "1"
ADJUDICATOR: Final = "adjudicator"
DIFFERENT: Final = 0.04
"""How many of their spans the second and third annotator may have otherwise."""
MISSED: Final = 0.05
"""How many of those hedges they did not see: each is a warning."""
_TIMES: Final = {"created_at": "2031-05-02T10:00:00Z", "updated_at": "2031-05-02T10:10:00Z"}
_SECONDS: Final = 600.0
_AT_ONCE: Final = 500
"""Articles that are made at once; whole events."""
_ON_ALL_CORES: Final = 10_000
"""From so many articles on, every core makes some of them."""


def write_corpus(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus of `count` articles without any work on them."""
    _write(folder, count, seed, _nothing)
    return open_corpus(folder)


def write_export(folder: Path, count: int, seed: int = 7) -> tuple[Corpus, Path, int]:
    """A corpus, a Label Studio JSON export of all its articles labelled, and how many regions it holds."""
    regions = _write(folder, count, seed, _export)
    export = folder / EXPORT
    with export.open("ab") as out:
        out.write(b"]")
    return open_corpus(folder), export, regions


def write_sound_export(folder: Path, count: int) -> tuple[Corpus, Path, int]:
    """A corpus of the repository's own articles, over and over, and a JSON export of their gold; and its regions.

    Real work as it mostly is: long articles, every span with its attributes, and a fault in ten tasks in all.
    """
    own = open_corpus(Path(__file__).parents[2])
    gold = read_layer(own.layer_path(GOLD), GOLD)
    (folder / "seeds" / "text").mkdir(parents=True)
    (folder / "hedgerow.toml").write_text(f'format = 1\nname = "{folder.name}"\n', encoding="utf-8")
    rows, regions, broken = list[ArticleRow](), 0, max(1, count // 10)
    with (folder / EXPORT).open("wb") as out:
        for number, article in enumerate(islice(cycle(own.by_id.values()), count)):
            row: ArticleRow = {**article, "article_id": f"{number:07d}"}
            text, names = own.text(article["article_id"]), own.speakers[str(article["event_id"])]
            spans, drawn = (
                list(table.filter(article_id=article["article_id"]).iter_rows(named=True))
                for table in (gold.spans, gold.relations)
            )
            if number % broken == broken // 2:
                spans[0] = spans[0] | {"text": "words of another article"}
            task = _task(number + 1, row, text, spans, drawn, names)
            (folder / "seeds" / "text" / f"{row['article_id']}.txt").write_bytes(text.encode())
            out.write(b",\n" if number else b"[")
            out.write(json.dumps(task, ensure_ascii=False).encode())
            rows.append(row)
            regions += len(spans)
        out.write(b"]")
    (folder / "seeds" / "articles.jsonl").write_bytes(table_bytes(schema.frame(schema.Articles, rows)))
    (folder / "seeds" / "entities.jsonl").write_bytes((own.seeds / "entities.jsonl").read_bytes())
    return open_corpus(folder), folder / EXPORT, regions


def exported(number: int, article: Article, seed: int = 7) -> Row:
    """An article's task in an export."""
    drawn = [{"from_span": a, "to_span": b, "derived": False} for a, b in article.drawn]
    names: dict[str, list[str]] = {name: [] for name in names_of(article, seed)}
    return _task(number, article.row, article.text, article.spans, drawn, names)


def _task(
    number: int, row: ArticleRow, text: str, spans: list[Row], drawn: list[Row], names: Mapping[str, list[str]]
) -> Row:
    result = result_of(spans, drawn, names)
    work = {"id": number, "completed_by": 1, "was_cancelled": False, "result": result}
    sent = write_task(row, text, names, GUIDELINES)
    annotations = [work | _TIMES | {"lead_time": _SECONDS}]
    return {"id": number, **sent, "annotations": annotations, "drafts": [], "predictions": []}


def write_record(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus with the layer `r1/a1`, as a pull of it would leave it."""
    _write(folder, count, seed, partial(_layers, names=["r1/a1"]))
    return open_corpus(folder)


def write_annotators(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus with a round of three annotators who differ a little."""
    _write(folder, count, seed, partial(_layers, names=ROUND))
    return open_corpus(folder)


def write_round(folder: Path, count: int, seed: int = 7) -> Corpus:
    """The same with the gold, and what became of each span.

    The first annotator is right: the gold says the same, under the same ids.
    """
    _write(folder, count, seed, _adjudicated)
    return open_corpus(folder)


ROUND: Final = ["r1/a1", "r1/a2", "r1/a3"]
EXPORT: Final = "export.json"
Pieces = dict[str, bytes]
"""What some articles add to each file, by its path in the corpus."""
Make = Callable[[list[Article], int], Pieces]


@dataclass(frozen=True)
class _Part:
    """Some of the articles of a corpus."""

    folder: Path
    first: int
    count: int
    seed: int


def _write(folder: Path, count: int, seed: int, make: Make) -> int:
    """Writes a corpus and what `make` adds to it. Returns its spans."""
    (folder / "seeds" / "text").mkdir(parents=True)
    (folder / "hedgerow.toml").write_text(f'format = 1\nname = "{folder.name}"\n', encoding="utf-8")
    parts = [_Part(folder, first, min(_AT_ONCE, count - first), seed) for first in range(0, count, _AT_ONCE)]
    total, out = 0, dict[str, BinaryIO]()
    with ExitStack() as opened:
        for spans, pieces in _made(partial(_make, make), parts, on_all_cores=count >= _ON_ALL_CORES):
            total += spans
            for name, content in pieces.items():
                if name not in out:
                    (folder / name).parent.mkdir(parents=True, exist_ok=True)
                    out[name] = opened.enter_context((folder / name).open("wb"))
                out[name].write(content)
    return total


def _made(
    make: Callable[[_Part], tuple[int, Pieces]], parts: list[_Part], *, on_all_cores: bool
) -> Iterator[tuple[int, Pieces]]:
    if not on_all_cores:
        yield from map(make, parts)
        return
    with multiprocessing.get_context("spawn").Pool() as cores:
        yield from cores.imap(make, parts)


def _make(make: Make, part: _Part) -> tuple[int, Pieces]:
    """Writes the texts of a part. Returns its spans and all else that it adds."""
    several = list(articles(part.count, part.seed, part.first))
    for article in several:
        (part.folder / "seeds" / "text" / f"{article.article_id}.txt").write_bytes(article.text.encode())
    known = events(part.count, part.seed, part.first)
    return sum(len(article.spans) for article in several), {
        "seeds/articles.jsonl": table_bytes(schema.frame(schema.Articles, [article.row for article in several])),
        "seeds/entities.jsonl": table_bytes(schema.frame(schema.Entities, list(_entities(known)))),
        **make(several, part.seed),
    }


def _entities(known: Iterable[tuple[str, list[str]]]) -> Iterator[Row]:
    for event, names in known:
        for name in names:
            kind = "organization" if name.startswith("Port") or name.endswith("Council") else "person"
            yield {"event_id": event, "entity": name, "kind": kind, "aliases": []}


# What is made of articles


def _nothing(several: list[Article], seed: int) -> Pieces:
    return {}


def _export(several: list[Article], seed: int) -> Pieces:
    numbers = [int(article.article_id[1:]) + 1 for article in several]
    tasks = [
        json.dumps(exported(number, article, seed), ensure_ascii=False)
        for number, article in zip(numbers, several, strict=True)
    ]
    return {EXPORT: (("[" if numbers[0] == 1 else ",\n") + ",\n".join(tasks)).encode()}


def _layers(several: list[Article], seed: int, names: list[str]) -> Pieces:
    return {
        f"annotations/{name}/{table}.jsonl": content
        for name in names
        for table, content in _layer(name, [_version(name, article, seed) for article in several]).items()
    }


def _adjudicated(several: list[Article], seed: int) -> Pieces:
    rows = [row for article in several for row in _decisions(article, seed)]
    decisions = {f"annotations/{GOLD}/decisions.jsonl": table_bytes(schema.frame(schema.Decisions, rows))}
    return _layers(several, seed, [*ROUND, GOLD]) | decisions


def _layer(name: str, several: list[Article]) -> Pieces:
    """The rows of some articles, by table, in the record's order."""
    rows: dict[str, list[Row]] = {"tasks": [], "spans": [], "relations": []}
    round_name, _, annotator = name.rpartition("/")
    whose = {"round": round_name or GOLD, "annotator": annotator if round_name else ADJUDICATOR}
    for article in several:
        key = {"article_id": article.article_id} | whose
        done = {"status": "submitted", "guidelines_version": GUIDELINES, "seconds": _SECONDS}
        rows["tasks"].append(key | done | _TIMES)
        rows["spans"] += [key | span for span in article.spans]
        rows["relations"] += [key | link for link in article.links]
    layer = make_layer(name, **rows)
    return {table: table_bytes(getattr(layer, table)) for table in TABLES}


def _version(name: str, article: Article, seed: int) -> Article:
    """An article as that layer has it: the first annotator's as it is, and so the gold."""
    if name in (ROUND[0], GOLD):
        return article
    chance = random.Random(f"{seed} {name.rpartition('/')[2]} {article.article_id}")
    spans = [span for span in (_otherwise(span, chance) for span in article.spans) if span]
    return Article(article.article_id, article.event_id, article.text, spans, article.drawn)


def _otherwise(span: Row, chance: random.Random) -> Row | None:
    """A number without its unit, a quote without its last word, or a hedge that was not seen."""
    if chance.random() >= DIFFERENT:
        return span
    if span["label"] == "number":
        return span | {"number_unit": None}
    if span["quote_form"] == "indirect":
        words = span["text"].rpartition(" ")[0]
        return span | {"text": words, "end": span["start"] + len(words)}
    return None if span["label"] == "hedge" and chance.random() < MISSED else span


def _decisions(article: Article, seed: int) -> Iterator[Row]:
    """What became of each annotator's spans and drawn links."""
    true = {span["span_id"]: span for span in article.spans}
    for name in ROUND:
        version = _version(name, article, seed)
        key = {"round": "r1", "annotator": name.rpartition("/")[2], "article_id": article.article_id}
        for span in version.spans:
            name = span["span_id"]
            became = {"outcome": "kept"} if span == true[name] else {"outcome": "changed", "rule": "E1"}
            yield key | {"span_id": name, "gold_span": name} | became
        for start, end in version.drawn:
            yield key | {"span_id": start, "to_span": end, "gold_span": start, "outcome": "kept"}
