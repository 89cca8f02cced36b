from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from annotation.suggesting.file import open_file
from annotation.suggesting.protocol import EventText, Suggestions
from annotation.suggesting.sound import keep_sound
from dataset import schema
from dataset.problem import Problem
from dataset.storage.atomic import sha256
from tests.corpora import REPOSITORY

TEXT = "The port said that it may lose 40 boats."
HASH = sha256(TEXT.encode())
ARTICLE = EventText("one", TEXT, HASH, {})
SPEAKER = {"label": "speaker", "start": 0, "end": 8, "span_id": "s", "speaker_entities": ["Port"]}
QUOTE = {
    **{"label": "quote", "start": 14, "end": 39, "span_id": "q", "said_by": ["s"]},
    **{"quote_form": "indirect", "quote_source": "linked"},
}


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps({"article_id": "one"} | row) + "\n" for row in rows), encoding="utf-8")
    return path


def suggested(path: Path, article: EventText = ARTICLE) -> Suggestions:
    (suggestions,) = open_file(str(path)).suggest([article])
    return suggestions


def test_spans_come_with_attributes_links_and_scores(tmp_path: Path) -> None:
    number = {"label": "number", "start": 31, "end": 33, "number_kind": "count", "number_value": "40", "score": 0.7}
    suggestions = suggested(lines(tmp_path / "p.jsonl", SPEAKER, QUOTE, number))
    assert [(span["label"], span["text"]) for span in suggestions.spans] == [
        ("speaker", "The port"),
        ("quote", "that it may lose 40 boats"),
        ("number", "40"),
    ]
    assert suggestions.spans[2]["number_low"] == 40.0
    assert [(link["type"], link["from_span"], link["to_span"]) for link in suggestions.links] == [("said_by", "q", "s")]
    assert [(score["span_id"], score["score"]) for score in suggestions.scores] == [("n31-33", 0.7)]
    assert not keep_sound("r1", "file", "5", [ARTICLE], [suggestions]).dropped


def test_the_published_form_of_an_article_is_read(tmp_path: Path) -> None:
    row = {
        "text_sha256": HASH,
        "speakers": [{"span_id": "one:s", "start": 0, "end": 8, "text": "The port", "entities": ["Port"]}],
        "quotes": [
            {"span_id": "one:q", "start": 14, "end": 39, "form": "indirect", "source": "linked", "said_by": ["one:s"]}
        ],
        "hedges": [
            {"span_id": "one:h", "start": 22, "end": 25, "kind": "modal", "hedges": ["one:q"], "derived": [True]}
        ],
        "numbers": [{"span_id": "one:n", "start": 31, "end": 33, "kind": "count", "value": "40", "unit": "boats"}],
    }
    sound = keep_sound("r1", "file", "5", [ARTICLE], [suggested(lines(tmp_path / "p.jsonl", row))])
    assert (sound.given, dict(sound.dropped)) == (4, {})
    links = sound.layer.relations.select("type", "from_span", "to_span", "derived").rows()
    assert {*links} == {("said_by", "q", "s", False), ("hedges", "h", "q", True)}


def test_parquet_gives_the_same_as_lines(tmp_path: Path) -> None:
    rows = [{"article_id": "one", **SPEAKER}, {"article_id": "two", **SPEAKER}]
    pl.DataFrame(rows).write_parquet(tmp_path / "p.parquet")
    assert suggested(tmp_path / "p.parquet") == suggested(lines(tmp_path / "p.jsonl", SPEAKER))


def test_an_article_without_predictions_gets_none(tmp_path: Path) -> None:
    assert suggested(lines(tmp_path / "p.jsonl", SPEAKER), ARTICLE._replace(article_id="two")) == Suggestions()


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (SPEAKER | {"text_sha256": "0" * 64}, "another text"),
        (SPEAKER | {"text": "The fort"}, "not “The fort”"),
        (SPEAKER | {"end": 400}, "not a place in one"),
        (SPEAKER | {"start": -1}, "not a place in one"),
        (SPEAKER | {"start": 8}, "not a place in one"),
        (SPEAKER | {"start": "0"}, "not a place in one"),
        (SPEAKER | {"start": True}, "not a place in one"),
        (SPEAKER | {"label": "PERSON"}, "no label 'PERSON'"),
        (SPEAKER | {"label": None}, "no label None"),
        (SPEAKER | {"speaker_entities": "Port"}, "not a list of names"),
        (QUOTE | {"quote_form": 3}, "not a string"),
        ({"words": "The port"}, "neither a label nor lists of spans"),
        ({"speakers": "The port"}, "not a list of spans"),
        ({"article_id": 7}, "not a string at line 1"),
    ],
)
def test_a_wrong_prediction_is_refused_in_one_sentence_that_names_its_place(
    tmp_path: Path, row: dict[str, Any], what: str
) -> None:
    with pytest.raises(Problem, match=what) as refused:
        suggested(lines(tmp_path / "p.jsonl", row))
    assert "line 1" in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", [b"not json", b"[1]", b"{}", b'"one"', b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_file_of_predictions_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "p.jsonl").write_bytes(content)
    with pytest.raises(Problem, match="line 1"):
        open_file(str(tmp_path / "p.jsonl"))


@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet"])
def test_a_file_that_is_not_there_is_told(tmp_path: Path, name: str) -> None:
    with pytest.raises(Problem, match="there is no"):
        open_file(str(tmp_path / name))


def test_parquet_that_is_none_or_lacks_the_articles_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.parquet").write_bytes(b"PAR1")
    with pytest.raises(Problem, match="cannot be read as Parquet"):
        open_file(str(tmp_path / "p.parquet"))
    pl.DataFrame({"label": ["quote"]}).write_parquet(tmp_path / "q.parquet")
    with pytest.raises(Problem, match="no column article_id"):
        open_file(str(tmp_path / "q.parquet"))


def test_an_empty_text_gets_none_and_predictions_for_it_are_refused(tmp_path: Path) -> None:
    empty = EventText("two", "", sha256(b""), {})
    assert suggested(lines(tmp_path / "p.jsonl", SPEAKER), empty) == Suggestions()
    with pytest.raises(Problem, match="not a place in two"):
        suggested(lines(tmp_path / "q.jsonl", SPEAKER | {"article_id": "two"}), empty)


@pytest.mark.soak
@pytest.mark.parametrize("name", ["p.jsonl", "p.parquet"])
def test_a_million_predictions_are_read_within_two_gigabytes(tmp_path: Path, name: str) -> None:
    path, articles, each = tmp_path / name, 10_000, 100
    rows = [{"article_id": f"a{at}", **SPEAKER, "span_id": f"s{n}"} for at in range(articles) for n in range(each)]
    table = pl.DataFrame(rows)
    table.write_ndjson(path) if name.endswith("jsonl") else table.write_parquet(path)
    del rows, table
    script = (
        "import resource, sys\n"
        "from annotation.suggesting.file import open_file\n"
        "from annotation.suggesting.protocol import EventText\n"
        "resource.setrlimit(resource.RLIMIT_DATA, (2 * 2**30, 2 * 2**30))\n"
        f"texts = [EventText(f'a{{at}}', {TEXT!r}, '', {{}}) for at in range(0, {articles}, 100)]\n"
        "print(sum(len(suggestions.spans) for suggestions in open_file(sys.argv[1]).suggest(texts)))\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, cwd=REPOSITORY)
    assert (ran.stdout.strip(), ran.returncode) == (str(articles // 100 * each), 0), ran.stderr


def test_no_file_at_all_is_told() -> None:
    with pytest.raises(Problem, match="file:PATH"):
        open_file("")


def test_the_columns_that_are_read_are_those_of_the_published_configs() -> None:
    spans = schema.columns(schema.PublishedSpans)
    assert {"label", "start", "end", "said_by", "continues", "hedges", "derived"} <= set(spans)
