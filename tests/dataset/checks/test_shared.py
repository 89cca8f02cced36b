from __future__ import annotations

from pathlib import Path

import pytest

from dataset.checks.shared import check_entities, check_representation, check_shared
from dataset.checks.suite import check_record
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import TABLES
from tests.dataset.tiny import Row, put_corpus, put_jsonl, put_layer, valid_rows

LAYERS = ["r1/a1", "r1/a2"]


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path)
    for name in LAYERS:
        own = {"annotator": name.partition("/")[2]}
        put_layer(corpus, {table: [row | own for row in rows] for table, rows in valid_rows().items()}, name)
    return corpus


def codes(corpus: Corpus) -> list[tuple[str, str]]:
    return [(finding.code, finding.layer) for finding in check_record(corpus, corpus.layers())]


def test_a_sound_record_gives_no_finding(tiny: Corpus) -> None:
    assert codes(tiny) == []
    assert list(check_entities(tiny)) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_table_that_is_gone_is_an_error_that_names_it(tiny: Corpus, name: str) -> None:
    (tiny.layer_path("r1/a2") / f"{name}.jsonl").unlink()
    first, *_ = check_record(tiny, tiny.layers())
    assert (first.code, first.layer, first.severity) == ("missing-table", "r1/a2", "error")
    assert first.message == f"{name}.jsonl is missing; put it back, or pull again"


def test_a_layer_that_cannot_be_read_is_told_with_its_line_and_the_others_are_checked(tiny: Corpus) -> None:
    spans = tiny.layer_path("r1/a1") / "spans.jsonl"
    spans.write_bytes(spans.read_bytes() + b'{"start":"x"}\n')
    (tiny.layer_path("r1/a2") / "spans.jsonl").write_bytes(b"")
    first, *rest = check_record(tiny, tiny.layers())
    assert (first.code, first.layer) == ("unreadable-table", "r1/a1")
    assert f"{spans} cannot be read as the table Spans: line 15: cannot parse 'x'" in first.message
    assert {finding.layer for finding in rest} == {"r1/a2"}


def test_an_article_whose_text_cannot_be_opened_is_a_finding(tiny: Corpus) -> None:
    tiny.text_path("two").unlink()
    tiny.text_path("two").mkdir()
    assert ("article-text-unreadable", "r1/a1") in codes(tiny)


ENTITY: Row = {"event_id": "crossing", "entity": "Ukraine", "kind": "state", "aliases": []}


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([ENTITY, ENTITY | {"kind": "group"}], "entities.jsonl: crossing Ukraine is there twice"),
        ([ENTITY, ENTITY | {"entity": "Mars", "kind": "planet"}], "entities.jsonl: row 2: kind is 'planet'"),
    ],
)
def test_entities_that_the_table_does_not_allow_are_findings(
    tiny: Corpus, rows: list[dict[str, object]], message: str
) -> None:
    put_jsonl(tiny.seeds / "entities.jsonl", rows)
    assert [(finding.code, finding.message) for finding in check_entities(open_corpus(tiny.root))] == [
        ("unsound-entity", message)
    ]


MINISTER, MINISTRY = ENTITY | {"entity": "Minister", "kind": "person"}, ENTITY | {"entity": "Ministry"}
REPRESENTED = [MINISTER | {"speaks_for": "Ministry"}, MINISTRY | {"speaks_for": "Ukraine"}, ENTITY]
MISREPRESENTED: dict[str, tuple[list[Row], str]] = {
    "speaks-for-unknown": (
        [MINISTER | {"speaks_for": "Ukrane"}, ENTITY],
        "Minister speaks for “Ukrane”, which the registry of crossing does not have",
    ),
    "speaks-for-itself": ([ENTITY | {"speaks_for": "Ukraine"}], "Ukraine of crossing speaks for itself"),
    "speaks-for-circle": (
        [
            MINISTER | {"speaks_for": "Ministry"},
            MINISTRY | {"speaks_for": "Ukraine"},
            ENTITY | {"speaks_for": "Ministry"},
        ],
        "Ministry → Ukraine → Ministry is a circle in crossing",
    ),
}


def representation(corpus: Corpus, rows: list[Row]) -> list[tuple[str, str]]:
    put_jsonl(corpus.seeds / "entities.jsonl", rows)
    return [(finding.code, finding.message) for finding in check_representation(open_corpus(corpus.root))]


def test_a_minister_who_speaks_for_a_ministry_that_speaks_for_a_state_is_sound(tiny: Corpus) -> None:
    assert representation(tiny, REPRESENTED) == []


@pytest.mark.parametrize("code", MISREPRESENTED)
def test_an_entity_that_speaks_for_whom_it_cannot_is_found(tiny: Corpus, code: str) -> None:
    rows, message = MISREPRESENTED[code]
    assert representation(tiny, rows) == [(code, f"entities.jsonl: {message}")]
    assert code in {finding.code for finding in check_shared(open_corpus(tiny.root))}


def test_an_entity_of_another_event_represents_nobody_here(tiny: Corpus) -> None:
    rows = [MINISTER | {"speaks_for": "Ukraine"}, ENTITY | {"event_id": "harbour"}]
    assert [code for code, _ in representation(tiny, rows)] == ["speaks-for-unknown"]


def test_articles_and_layers_whose_names_differ_in_capitals_alone_are_findings(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, {"one": "Rain.", "One": "Snow.", "two": "Hail."})
    for annotator in ("a1", "A1"):
        put_layer(corpus, valid_rows(), f"r1/{annotator}")
    clashes = [
        (finding.code, finding.article_id) for finding in check_shared(corpus) if finding.code == "ids-differ-in-case"
    ]
    assert len(clashes) == 2
    assert {article.casefold() for _, article in clashes} == {"one", "r1/a1"}


TABLE_LINES = {
    "annotations/r1/deals.jsonl": {"round": "r1", "annotator": "a b", "article_id": "one"},
    "annotations/e1/event_deals.jsonl": {"event_id": "e", "round": "e1", "annotator": "a b"},
    "annotations/r1/agreement.jsonl": {"round": "r1", "scope": "nothing"},
    "splits.jsonl": {"event_id": "e", "split": "dev"},
    "seeds/withdrawn.jsonl": {"article_id": "gone"},
}


@pytest.mark.parametrize("name", TABLE_LINES)
def test_a_row_that_its_table_does_not_allow_is_a_finding_whatever_the_table(tmp_path: Path, name: str) -> None:
    corpus = put_corpus(tmp_path)
    before = list(check_shared(corpus))
    put_jsonl(corpus.root / name, [TABLE_LINES[name]])
    (new,) = (finding for finding in check_shared(corpus) if finding not in before)
    assert (new.code, new.severity) == ("unreadable-table", "error")
    assert Path(name).name in new.message
