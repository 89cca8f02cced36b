"""A corpus of two events for the report: one that three articles retell with changes, and one of a single article."""

from __future__ import annotations

from pathlib import Path

from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from tests.dataset.tiny import BLANK, Row, key, put_corpus, put_jsonl, put_layer, task

BRIDGE, FAIR = "bridge", "fair"
FULL, SHORT, ANONYMOUS, ALONE = "full", "short", "unnamed", "fair-1"
HOSTILE = "<img src=x onerror=\"document.title='run'\">"
TEXTS = {
    FULL: "Minister Lee said: “I think about 300 people may come.” The plan costs up to 900 crowns, Lee said.",
    SHORT: f"The city said that 400 people will come. The city said {HOSTILE} costs 900 crowns.",
    ANONYMOUS: "Reports reportedly say that 2 to 5 people may come. A rival denied that anybody comes.",
    ALONE: "Ann Bo said the fair opens.",
}
EVENTS: dict[str, str | None] = {FULL: BRIDGE, SHORT: BRIDGE, ANONYMOUS: BRIDGE, ALONE: FAIR}
SOURCES = {"Lee": ("person", "City"), "City": ("group", None), "Reports": ("document", None), "Rival": ("person", None)}
COME, COSTS, NOBODY, FAIR_OPENS = "s1", "s2", "s3", "s1"
GIST = f"People are expected {HOSTILE}"
PEOPLE, PRICE = "f1", "f2"


def put_retold(folder: Path) -> Corpus:
    """Writes the corpus, its gold, and how that is sorted."""
    corpus = put_corpus(folder, TEXTS, EVENTS)
    put_jsonl(
        corpus.seeds / "entities.jsonl",
        [
            {"event_id": event, "entity": name, "kind": kind, "aliases": [], "speaks_for": whom}
            for event, sources in ((BRIDGE, SOURCES), (FAIR, {"Ann Bo": ("person", None)}))
            for name, (kind, whom) in sources.items()
        ],
    )
    tasks = [task(article) | key(article, GOLD) for article in TEXTS]
    put_layer(corpus, {"tasks": tasks, "spans": _spans(), "relations": _links()}, GOLD)
    statements = [(BRIDGE, COME, GIST), (BRIDGE, COSTS, "The price"), (BRIDGE, NOBODY, "Nobody is expected")]
    figures = [(BRIDGE, PEOPLE, "People expected"), (BRIDGE, PRICE, "The price in crowns")]
    put_jsonl(
        corpus.layer_path(GOLD) / "statements.jsonl",
        [_statement(*row, "statement") for row in [*statements, (FAIR, FAIR_OPENS, "The fair begins")]]
        + [_statement(*row, "figure") for row in figures],
    )
    put_jsonl(corpus.layer_path(GOLD) / "tellings.jsonl", _tellings())
    whose = {"event_id": BRIDGE, "round": GOLD, "annotator": "judge"}
    put_jsonl(corpus.layer_path(GOLD) / "contradictions.jsonl", [whose | {"statement": COME, "against": NOBODY}])
    return corpus


def _spans() -> list[Row]:
    return [
        _speaker("lee", FULL, "Minister Lee", "Lee"),
        _quote("come", FULL, "“I think about 300 people may come.”", "direct"),
        _hedge("think", FULL, "I think", "modal"),
        _hedge("about", FULL, "about", "approximator"),
        _hedge("may", FULL, "may", "modal"),
        _number("n300", FULL, "300", "people", 300, 300),
        _quote("costs", FULL, "The plan costs up to 900 crowns", "indirect"),
        _hedge("upto", FULL, "up to", "approximator"),
        _number("n900", FULL, "900", "crowns", 900, 900),
        _speaker("city", SHORT, "The city", "City"),
        _quote("come", SHORT, "that 400 people will come", "indirect"),
        _number("n400", SHORT, "400", "people", 400, 400),
        _quote("costs", SHORT, f"{HOSTILE} costs 900 crowns", "indirect"),
        _number("n900", SHORT, "900", "crowns", 900, 900),
        _speaker("reports", ANONYMOUS, "Reports", "Reports"),
        _hedge("reportedly", ANONYMOUS, "reportedly", "evidential"),
        _quote("come", ANONYMOUS, "that 2 to 5 people may come", "indirect"),
        _hedge("may", ANONYMOUS, "may", "modal"),
        _number("n2", ANONYMOUS, "2 to 5", "people", 2, 5),
        _speaker("rival", ANONYMOUS, "A rival", "Rival"),
        _quote("denied", ANONYMOUS, "that anybody comes", "indirect"),
        _speaker("ann", ALONE, "Ann Bo", "Ann Bo"),
        _quote("opens", ALONE, "the fair opens", "indirect"),
    ]


def _links() -> list[Row]:
    said_by = [(FULL, "come", "lee"), (FULL, "costs", "lee"), (SHORT, "come", "city"), (SHORT, "costs", "city")]
    said_by += [(ANONYMOUS, "come", "reports"), (ANONYMOUS, "denied", "rival"), (ALONE, "opens", "ann")]
    hedges = [(FULL, "think", "come"), (FULL, "may", "come"), (FULL, "about", "n300"), (FULL, "upto", "n900")]
    hedges += [(ANONYMOUS, "may", "come"), (ANONYMOUS, "reportedly", "come")]
    return [
        key(article, GOLD) | {"type": name, "from_span": start, "to_span": end, "derived": False}
        for name, links in (("said_by", said_by), ("hedges", hedges))
        for article, start, end in links
    ]


def _tellings() -> list[Row]:
    pairs = [(COME, FULL, "come"), (COME, SHORT, "come"), (COME, ANONYMOUS, "come"), (COSTS, FULL, "costs")]
    pairs += [(COSTS, SHORT, "costs"), (NOBODY, ANONYMOUS, "denied"), (PEOPLE, FULL, "n300"), (PEOPLE, SHORT, "n400")]
    pairs += [(PEOPLE, ANONYMOUS, "n2"), (PRICE, FULL, "n900"), (PRICE, SHORT, "n900"), (FAIR_OPENS, ALONE, "opens")]
    whose = {"round": GOLD, "annotator": "judge", "degree": "whole"}
    return [
        whose | {"event_id": EVENTS[article], "article_id": article, "span_id": span_id, "statement": statement}
        for statement, article, span_id in pairs
    ]


def _statement(event: str, statement: str, gist: str, kind: str) -> Row:
    return {"event_id": event, "statement_id": statement, "kind": kind, "gist": gist}


def _span(span_id: str, article: str, label: str, words: str, **attributes: object) -> Row:
    start = TEXTS[article].index(words)
    place = {"span_id": span_id, "label": label, "start": start, "end": start + len(words), "text": words}
    return key(article, GOLD) | place | BLANK | attributes


def _speaker(span_id: str, article: str, words: str, name: str) -> Row:
    return _span(span_id, article, "speaker", words, speaker_entities=[name])


def _quote(span_id: str, article: str, words: str, form: str) -> Row:
    return _span(span_id, article, "quote", words, quote_form=form, quote_source="linked")


def _hedge(span_id: str, article: str, words: str, kind: str) -> Row:
    return _span(span_id, article, "hedge", words, hedge_kind=kind)


def _number(span_id: str, article: str, words: str, unit: str, low: float, high: float) -> Row:
    typed = {"number_value": f"{low}..{high}", "number_low": float(low), "number_high": float(high)}
    return _span(span_id, article, "number", words, number_kind="count", number_unit=unit, **typed)
