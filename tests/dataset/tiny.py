"""A corpus of three short articles and a layer without a fault, for tests to break one thing of."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import Layer, make_layer
from dataset.schema import CONFIGS, OF_GOLD
from dataset.storage.address import Location
from dataset.storage.atomic import sha256
from tests.dataset.layers import write_layer

Row = dict[str, Any]
Rows = dict[str, list[Row]]

LAYER = "r1/a1"
OF_A_PASS = [config for config in CONFIGS if config not in OF_GOLD]
"""The configs of a layer that is not the gold."""
ONE, TWO, SKIPPED = "one", "two", "skipped"
EVENT = "crossing"
TEXTS = {
    ONE: (
        "Kyiv’s claim 🇺🇦 that up to around 12,000 troops may cross\n"
        "“We saw them,” Ann Bo said, “near the bridge.”\n"
        "Moscow stopped short of confirming that they crossed."
    ),
    TWO: "Reports say that thousands came.",
    SKIPPED: "Rain fell on the port.",
}
ENTITIES = {"Ukraine": "state", "Ann Bo": "person", "Russia": "state", "Reports": "document"}
MAKERS = {"a1": ("expert-generated", "A person with a pencil made these labels.")}
BLANK: Row = {
    "speaker_entities": [],
    "quote_form": None,
    "quote_source": None,
    "hedge_kind": None,
    "number_kind": None,
    "number_value": None,
    "number_low": None,
    "number_high": None,
    "number_unit": None,
}


def key(article: str, layer: str = LAYER) -> Row:
    round_name, _, annotator = layer.rpartition("/")
    return {"article_id": article, "round": round_name or annotator, "annotator": annotator}


def task(article: str, status: str = "submitted", **changed: Any) -> Row:
    times = {"created_at": "2024-10-29T08:00:00Z", "updated_at": "2024-10-29T08:30:00.5Z"}
    return key(article) | {"status": status, "guidelines_version": "1", "seconds": 12.5} | times | changed


def place(span_id: str, label: str, start: int, end: int, article: str = ONE, **attributes: Any) -> Row:
    words = TEXTS[article][start:end] if article in TEXTS and 0 <= start <= end else ""
    marked = {"span_id": span_id, "label": label, "start": start, "end": end, "text": words}
    return key(article) | marked | BLANK | attributes


def mark(span_id: str, label: str, words: str, article: str = ONE, **attributes: Any) -> Row:
    start = TEXTS[article].index(words)
    return place(span_id, label, start, start + len(words), article, **attributes)


def link(relation: str | None, start: str, end: str, article: str = ONE, *, derived: bool = False) -> Row:
    return key(article) | {"type": relation, "from_span": start, "to_span": end, "derived": derived}


def renamed(row: Row, suffix: str) -> Row:
    """The same span or link with other ids."""
    return row | {name: f"{row[name]}{suffix}" for name in ("span_id", "from_span", "to_span") if name in row}


def finding(code: str, region: str | None = None, message: str = "seen", article: str = ONE) -> Row:
    return key(article) | {"code": code, "region": region, "message": message}


def speaker(span_id: str, words: str, *names: str, article: str = ONE) -> Row:
    return mark(span_id, "speaker", words, article, speaker_entities=list(names))


def quote(span_id: str, words: str, form: str, source: str = "linked", article: str = ONE) -> Row:
    return mark(span_id, "quote", words, article, quote_form=form, quote_source=source)


def hedge(span_id: str, words: str, kind: str, article: str = ONE) -> Row:
    return mark(span_id, "hedge", words, article, hedge_kind=kind)


def number(span_id: str, words: str, value: str, low: float | None, high: float | None, article: str = ONE) -> Row:
    typed = {"number_value": value, "number_low": low, "number_high": high, "number_unit": "troops"}
    return mark(span_id, "number", words, article, number_kind="count", **typed)


def valid_rows() -> Rows:
    """Rows that give no finding: every label, every relation, an article each way."""
    spans = [
        speaker("kyiv", "Kyiv", "Ukraine"),
        quote("claim", "that up to around 12,000 troops may cross", "indirect"),
        hedge("upto", "up to", "approximator"),
        hedge("around", "around", "approximator"),
        number("many", "12,000", "12000", 12000.0, 12000.0),
        hedge("may", "may", "modal"),
        quote("seen", "“We saw them,”", "direct"),
        speaker("ann", "Ann Bo", "Ann Bo"),
        quote("near", "“near the bridge.”", "direct"),
        speaker("moscow", "Moscow", "Russia"),
        hedge("short", "stopped short of confirming", "noncommittal"),
        quote("crossed", "that they crossed", "indirect"),
        quote("unsaid", "that thousands came", "indirect", "unnamed", article=TWO),
        number("some", "thousands", "1000..", 1000.0, None, article=TWO),
    ]
    drawn = [("said_by", "claim", "kyiv"), ("said_by", "seen", "ann"), ("continues", "near", "seen")]
    made = [("upto", "many"), ("around", "many"), ("may", "claim"), ("short", "crossed")]
    return {
        "tasks": [task(ONE), task(TWO), task(SKIPPED, "skipped")],
        "spans": spans,
        "relations": [link(*ends) for ends in [*drawn, ("said_by", "crossed", "moscow")]]
        + [link("hedges", *ends, derived=True) for ends in made],
        "findings": [],
    }


def put_jsonl(path: Location, rows: Iterable[Mapping[str, Any]]) -> Location:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows))
    return path


def article_row(article: str, text: str, event: str | None = EVENT) -> Row:
    known = {"title": None, "outlet": None, "published": "2024-10-29", "url": None, "licence": None, "language": "en"}
    return {"article_id": article, "event_id": event, "text_sha256": sha256(text.encode()), **known}


def put_corpus(
    folder: Path, texts: Mapping[str, str] = TEXTS, events: Mapping[str, str | None] | None = None
) -> Corpus:
    """Writes a corpus with its settings, seeds and texts; every event has the same entities."""
    named = {article: (events or {}).get(article, EVENT) for article in texts}
    for article, text in texts.items():
        path = folder / "seeds" / "text" / f"{article}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    put_jsonl(
        folder / "seeds" / "articles.jsonl",
        [article_row(article, text, named[article]) for article, text in texts.items()],
    )
    put_jsonl(
        folder / "seeds" / "entities.jsonl",
        [
            {"event_id": event, "entity": name, "kind": kind, "aliases": []}
            for event in sorted({event for event in named.values() if event})
            for name, kind in ENTITIES.items()
        ],
    )
    makers = "".join(
        f'[annotators.{name}]\nkind = "{kind}"\nnote = "{note}"\n' for name, (kind, note) in MAKERS.items()
    )
    settings = f'format = 1\nname = "tiny"\ntitle = "Tiny: three articles"\nlicence = "cc-by-4.0"\n{makers}'
    (folder / "hedgerow.toml").write_text(settings, encoding="utf-8")
    return open_corpus(folder)


def put_layer(corpus: Corpus, rows: Rows, name: str = LAYER) -> Layer:
    """Writes rows as a layer of the corpus, in the record's order."""
    layer = make_layer(name, **rows)
    write_layer(corpus.layer_path(name), layer)
    return layer


def row_of(rows: Rows, span_id: str) -> Row:
    """The span of that id, to be changed in place."""
    return next(row for row in rows["spans"] if row["span_id"] == span_id)


def as_layer(rows: Rows, name: str) -> Rows:
    """The same rows in another layer."""
    return {table: [row | key(row["article_id"], name) for row in several] for table, several in rows.items()}


def decision(annotator: str, span_id: str, outcome: str, rule: str | None = None, **changed: Any) -> Row:
    ends = {"article_id": ONE, "span_id": span_id, "to_span": None, "gold_span": None, "note": None}
    return ends | {"round": "r1", "annotator": annotator, "outcome": outcome, "rule": rule} | changed


def put_gold(corpus: Corpus) -> None:
    """Two annotators of a round and the gold made of it: a2 had no “may”, and a1's “up to” was dropped."""
    rows = valid_rows()
    put_layer(corpus, rows)
    theirs, gold = as_layer(valid_rows(), "r1/a2"), as_layer(valid_rows(), "gold")
    theirs["spans"] = [span for span in theirs["spans"] if span["span_id"] != "may"]
    theirs["relations"] = [relation for relation in theirs["relations"] if relation["from_span"] != "may"]
    gold["spans"] = [span for span in gold["spans"] if span["span_id"] != "upto"]
    gold["relations"] = [relation for relation in gold["relations"] if relation["from_span"] != "upto"]
    put_layer(corpus, theirs, "r1/a2")
    put_layer(corpus, gold, "gold")
    kept = [
        decision(who["annotator"], who["span_id"], "kept", gold_span=who["span_id"], article_id=who["article_id"])
        for who in rows["spans"] + theirs["spans"]
        if who["span_id"] != "upto"
    ]
    dropped = [decision(who, "upto", "dropped", "H9") for who in ("a1", "a2")]
    links = [decision("a1", "claim", "dropped", "H10", to_span="kyiv"), decision("judge", "may", "added", "H4")]
    put_jsonl(corpus.decisions, kept + dropped + links)


def rests_on(article: str, *annotators: str, adjudicated: bool) -> Row:
    """A row of the table `provenance`."""
    return {"article_id": article, "round": "r1", "labelled_by": [*annotators], "adjudicated": adjudicated}


def sort_gold(corpus: Corpus) -> None:
    """Sorts that gold: what Kyiv says is told in both articles, and so is its number; Moscow's stands against it."""
    quotes = [("s1", ONE, "claim"), ("s2", ONE, "seen"), ("s3", ONE, "crossed"), ("s1", TWO, "unsaid")]
    numbers = [("f1", ONE, "many"), ("f1", TWO, "some")]
    gists = {
        "s1": "Soldiers are on their way.",
        "s2": "A witness was there.",
        "s3": "Whether it took place stays open.",
        "f1": "How many soldiers there are.",
    }
    about = {"event_id": EVENT, "round": "gold", "annotator": "judge"}
    tables: Rows = {
        "tellings": [
            about | {"article_id": article, "span_id": span_id, "statement": name, "degree": "whole"}
            for name, article, span_id in quotes + numbers
        ],
        "contradictions": [about | {"statement": "s1", "against": "s3"}],
        "statements": [
            {"event_id": EVENT, "statement_id": name, "gist": gist}
            | {"kind": "figure" if name == "f1" else "statement"}
            for name, gist in gists.items()
        ],
    }
    for table, rows in tables.items():
        put_jsonl(corpus.layer_path("gold") / f"{table}.jsonl", rows)
    strange = {"code": "tellings-share-no-word", "article_id": TWO, "place": "12:31 that thousands came"}
    put_jsonl(corpus.annotations / "acknowledged.jsonl", [strange | {"reason": "thousands are the troops"}])


def copies(name: str, count: int) -> list[str]:
    """Texts of one content, each with an end of its own."""
    body = " ".join(f"{name}{number}" for number in range(30))
    return [f"{body} end {name}{number}x and {name}{number}y" for number in range(count)]
