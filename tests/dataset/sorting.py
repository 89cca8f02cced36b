"""An event of two articles whose gold is sorted without a fault, for tests to break one thing of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from tests.dataset.tiny import BLANK, ONE, TWO, Row, Rows, key, put_corpus, put_jsonl, put_layer, task

FAIR = "fair"
DAM = "dam"
TEXTS = {
    ONE: (
        "The mayor said the dam will hold 40 years. “We built it,” she said, “for good.” The police deny that it leaks."
    ),
    TWO: "City hall said that the dam will hold for another forty years. Reports say the dam is to hold.",
    FAIR: "Ann Bo said the fair opens on Monday.",
}
REPRESENTED = {"Mayor": "City", "City": None, "Police": None, "Engineer": "City", "Reports": None, "Ann Bo": None}
GISTS = {
    "age": "How long it is to last",
    "built": "The town made it to last",
    "hold": "It is safe for decades",
    "leaks": "Water does not come through",
}


def sorted_rows() -> Rows:
    """The gold's spans and links, and how they are sorted: every kind of source, degree and statement."""
    pairs = [("hold", ONE, "q1"), ("built", ONE, "q2"), ("leaks", ONE, "q3"), ("hold", TWO, "p1"), ("age", ONE, "n1")]
    return {
        "spans": _spans(),
        "relations": [
            _link("said_by", "q1", "mayor"),
            _link("said_by", "q2", "she"),
            _link("continues", "q2b", "q2"),
            _link("said_by", "q3", "police"),
            _link("said_by", "p1", "city", TWO),
            _link("said_by", "p2", "reports", TWO),
        ],
        "tellings": [
            *(telling(*pair) for pair in [*pairs, ("age", TWO, "m1")]),
            telling("hold", TWO, "p2", "partly"),
        ],
        "contradictions": [contradiction("hold", "leaks")],
        "statements": [statement(name, gist) for name, gist in GISTS.items()],
    }


def _spans() -> list[Row]:
    return [
        speaker("mayor", "The mayor", "Mayor"),
        quote("q1", "the dam will hold 40 years"),
        number("n1", "40", ONE),
        quote("q2", "“We built it,”"),
        speaker("she", "she", "Mayor"),
        quote("q2b", "“for good.”"),
        speaker("police", "The police", "Police"),
        quote("q3", "that it leaks"),
        speaker("city", "City hall", "City", article=TWO),
        quote("p1", "that the dam will hold for another forty years", TWO),
        number("m1", "forty", TWO),
        speaker("reports", "Reports", "Reports", article=TWO),
        quote("p2", "the dam is to hold", TWO),
    ]


def span(span_id: str, label: str, words: str, article: str = ONE, **attributes: Any) -> Row:
    start = TEXTS[article].index(words)
    place = {"span_id": span_id, "label": label, "start": start, "end": start + len(words), "text": words}
    return key(article, GOLD) | place | BLANK | attributes


def quote(span_id: str, words: str, article: str = ONE) -> Row:
    return span(span_id, "quote", words, article, quote_form="indirect", quote_source="linked")


def speaker(span_id: str, words: str, *names: str, article: str = ONE) -> Row:
    return span(span_id, "speaker", words, article, speaker_entities=list(names))


def number(span_id: str, words: str, article: str) -> Row:
    typed = {"number_kind": "count", "number_value": "40", "number_low": 40.0, "number_high": 40.0}
    return span(span_id, "number", words, article, number_unit="years", **typed)


def _link(relation: str, start: str, end: str, article: str = ONE) -> Row:
    return key(article, GOLD) | {"type": relation, "from_span": start, "to_span": end, "derived": False}


def telling(name: str, article: str, span_id: str, degree: str = "whole") -> Row:
    ids = {"event_id": DAM, "round": GOLD, "annotator": "judge", "article_id": article, "span_id": span_id}
    return ids | {"statement": name, "degree": degree}


def contradiction(name: str, against: str) -> Row:
    return {"event_id": DAM, "round": GOLD, "annotator": "judge", "statement": name, "against": against}


def statement(name: str, gist: str, kind: str | None = None) -> Row:
    kind = kind or ("figure" if name == "age" else "statement")
    return {"event_id": DAM, "statement_id": name, "kind": kind, "gist": gist}


def of_annotator(rows: Rows, name: str) -> Rows:
    """The same sorting as an annotator's: each statement has the name of the first span that tells it."""
    first: dict[str, str] = {}
    for row in rows["tellings"]:
        first.setdefault(row["statement"], f"{row['article_id']}:{row['span_id']}")
    round_name, _, annotator = name.partition("/")
    own = {"round": round_name, "annotator": annotator}
    return {
        "event_tasks": [own | {"event_id": DAM, "status": "submitted", "sheet_sha256": "0" * 64, "given": []}],
        "tellings": [row | own | {"statement": first[row["statement"]]} for row in rows["tellings"]],
        "contradictions": [
            row | own | {side: first.get(row[side], row[side]) for side in ("statement", "against")}
            for row in rows["contradictions"]
        ],
    }


def put_sorted(folder: Path, rows: Rows) -> Corpus:
    """Writes a corpus of the two articles and of one of another event, its gold, and how that is sorted."""
    corpus = put_corpus(folder, TEXTS, {ONE: DAM, TWO: DAM, FAIR: FAIR})
    registry: list[Row] = [
        {"event_id": DAM, "entity": name, "kind": "document" if name == "Reports" else "group", "aliases": []}
        | {"speaks_for": whom}
        for name, whom in REPRESENTED.items()
    ]
    put_jsonl(corpus.seeds / "entities.jsonl", registry)
    tasks = [task(article) | key(article, GOLD) for article in (ONE, TWO)]
    put_layer(corpus, {"tasks": tasks, "spans": rows["spans"], "relations": rows["relations"]}, GOLD)
    put_sorting(corpus, {name: rows[name] for name in ("tellings", "contradictions", "statements")}, GOLD)
    return corpus


def put_sorting(corpus: Corpus, rows: Rows, name: str) -> None:
    """Writes the tables of sorting of a layer."""
    for table, several in rows.items():
        put_jsonl(corpus.layer_path(name) / f"{table}.jsonl", several)
