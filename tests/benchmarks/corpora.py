"""Generated corpora of a given size, written as they are made: no more than a few articles are held at a time."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar

from annotation.results import write_result, write_task
from dataset import schema
from dataset.corpus import Corpus, open_corpus
from dataset.files import table_bytes
from dataset.layer import GOLD, TABLES, make_layer
from tests.benchmarks.articles import Article, articles, events, names_of

Row = dict[str, Any]
Item = TypeVar("Item")
GUIDELINES: Final = "1"
ADJUDICATOR: Final = "adjudicator"
DIFFERENT: Final = 0.04
"""How many of their spans the second and third annotator may have otherwise."""
MISSED: Final = 0.05
"""How many of those hedges they did not see: each is a warning."""
_TIMES: Final = {"created_at": "2031-05-02T10:00:00Z", "updated_at": "2031-05-02T10:10:00Z"}
_SECONDS: Final = 600.0
_AT_ONCE: Final = 500


def write_texts(folder: Path, count: int, seed: int = 7) -> list[Path]:
    """`count` articles as text files in a folder, as `hedgerow intake` takes them."""
    folder.mkdir(parents=True)
    files = []
    for one in articles(count, seed):
        files.append(folder / f"{one.article_id}.txt")
        files[-1].write_bytes(one.text.encode())
    return files


def write_corpus(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus of `count` articles without any work on them."""
    for _ in _writing(folder, count, seed):
        pass
    return open_corpus(folder)


def write_export(folder: Path, count: int, seed: int = 7) -> tuple[Corpus, Path, int]:
    """A corpus, a Label Studio JSON export of all its articles labelled, and how many regions it holds."""
    export, regions = folder / "export.json", 0
    with ExitStack() as opened:
        out: Any = None
        for number, one in enumerate(_writing(folder, count, seed), start=1):
            out = out or opened.enter_context(export.open("w", encoding="utf-8"))
            regions += len(one.spans)
            out.write("[" if number == 1 else ",\n")
            json.dump(exported(number, one, seed), out, ensure_ascii=False)
        out.write("]")
    return open_corpus(folder), export, regions


def exported(number: int, one: Article, seed: int = 7) -> Row:
    """An article's task in an export."""
    names = names_of(one, seed)
    drawn = [{"from_span": a, "to_span": b, "derived": False} for a, b in one.drawn]
    work = {"id": number, "completed_by": 1, "was_cancelled": False, "result": write_result(one.spans, drawn, names)}
    sent = write_task(one.row, one.text, names, GUIDELINES)
    told = [work | _TIMES | {"lead_time": _SECONDS}]
    return {"id": number, **sent, "annotations": told, "drafts": [], "predictions": []}


def write_record(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus with the layer `r1/a1`, as a pull of it would leave it."""
    with ExitStack() as opened:
        layer = _Layer("r1/a1", folder / "annotations" / "r1" / "a1", opened)
        for several in _batches(_writing(folder, count, seed), _AT_ONCE):
            layer.add(several, _as_it_is)
    return open_corpus(folder)


def write_round(folder: Path, count: int, seed: int = 7) -> Corpus:
    """A corpus with a round of three annotators who differ a little, the gold, and what became of each span.

    The first annotator is right: the gold says the same, under the same ids.
    """
    with ExitStack() as opened:
        gold = folder / "annotations" / GOLD
        layers = [_Layer(f"r1/a{n}", folder / "annotations" / "r1" / f"a{n}", opened) for n in (1, 2, 3)]
        layers.append(_Layer(GOLD, gold, opened))
        decisions = opened.enter_context((gold / "decisions.jsonl").open("wb"))
        for several in _batches(_writing(folder, count, seed), _AT_ONCE):
            for number, layer in enumerate(layers, start=1):
                layer.add(several, _differing(number, seed) if number in (2, 3) else _as_it_is)
            rows = [row for one in several for row in _decisions(one, seed)]
            decisions.write(table_bytes(schema.frame(schema.Decisions, rows)))
    return open_corpus(folder)


def _writing(folder: Path, count: int, seed: int) -> Iterator[Article]:
    """Writes a corpus, and hands on each article once its text is written."""
    seeds = folder / "seeds"
    (seeds / "text").mkdir(parents=True)
    (folder / "hedgerow.toml").write_text(f'name = "{folder.name}"\n', encoding="utf-8")
    with (seeds / "articles.jsonl").open("wb") as rows:
        for several in _batches(articles(count, seed), _AT_ONCE):
            rows.write(table_bytes(schema.frame(schema.Articles, [one.row for one in several])))
            for one in several:
                (seeds / "text" / f"{one.article_id}.txt").write_bytes(one.text.encode())
                yield one
    with (seeds / "entities.jsonl").open("wb") as rows:
        for known in _batches(events(count, seed), _AT_ONCE):
            rows.write(table_bytes(schema.frame(schema.Entities, list(_entities(known)))))


def _batches(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    each = iter(items)
    return iter(lambda: list(islice(each, size)), [])


def _entities(known: Iterable[tuple[str, list[str]]]) -> Iterator[Row]:
    for event, names in known:
        for name in names:
            kind = "organization" if name.startswith("Port") or name.endswith("Council") else "person"
            yield {"event_id": event, "entity": name, "kind": kind, "aliases": []}


Version = Callable[[Article], Article]


class _Layer:
    """The open files of a layer."""

    def __init__(self, name: str, folder: Path, opened: ExitStack) -> None:
        folder.mkdir(parents=True)
        self._name = name
        self._files: dict[str, BinaryIO] = {
            table: opened.enter_context((folder / f"{table}.jsonl").open("wb")) for table in TABLES
        }

    def add(self, several: Iterable[Article], version: Version) -> None:
        """Writes the rows of some articles, in the record's order."""
        rows: dict[str, list[Row]] = {"tasks": [], "spans": [], "relations": []}
        for one in map(version, several):
            key = self._key(one)
            rows["tasks"].append(
                key | {"status": "submitted", "guidelines_version": GUIDELINES, "seconds": _SECONDS} | _TIMES
            )
            rows["spans"] += [key | span for span in one.spans]
            rows["relations"] += [key | link for link in one.links]
        layer = make_layer(self._name, **rows)
        for table, out in self._files.items():
            out.write(table_bytes(getattr(layer, table)))

    def _key(self, one: Article) -> Row:
        round_name, _, annotator = self._name.rpartition("/")
        return {
            "article_id": one.article_id,
            "round": round_name or GOLD,
            "annotator": annotator if round_name else ADJUDICATOR,
        }


# Differences


def _as_it_is(one: Article) -> Article:
    return one


def _differing(number: int, seed: int) -> Version:
    def version(one: Article) -> Article:
        chance = random.Random(f"{seed} a{number} {one.article_id}")
        spans = [span for span in (_otherwise(span, chance) for span in one.spans) if span]
        return Article(one.article_id, one.event_id, one.text, spans, one.drawn)

    return version


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


def _decisions(one: Article, seed: int) -> Iterator[Row]:
    """What became of each annotator's spans and drawn links."""
    true = {span["span_id"]: span for span in one.spans}
    for number in (1, 2, 3):
        version = _as_it_is(one) if number == 1 else _differing(number, seed)(one)
        key = {"round": "r1", "annotator": f"a{number}", "article_id": one.article_id}
        for span in version.spans:
            name = span["span_id"]
            became = {"outcome": "kept"} if span == true[name] else {"outcome": "changed", "rule": "E1"}
            yield key | {"span_id": name, "gold_span": name} | became
        for start, end in version.drawn:
            yield key | {"span_id": start, "to_span": end, "gold_span": start, "outcome": "kept"}
