from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from datasets import ClassLabel, List, get_dataset_config_names, get_dataset_default_config_name
from hypothesis import example, given, settings

from dataset import schema
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import Layer
from dataset.scheme import vocabulary
from tests.dataset.drawn import Record, broken_rows, records
from tests.dataset.faults import FAULTS
from tests.dataset.loading import files, load
from tests.dataset.published.decoded import spans_of
from tests.dataset.tiny import (
    LAYER,
    OF_A_PASS,
    ONE,
    SKIPPED,
    TWO,
    Row,
    Rows,
    link,
    put_corpus,
    put_jsonl,
    put_layer,
    quote,
    row_of,
    task,
    valid_rows,
)
from tests.disks import small_disk, tree, unwritable
from tests.faults.table import tally

every_config = pytest.mark.parametrize("config", OF_A_PASS)
every_config_of_articles = pytest.mark.parametrize("config", [name for name in OF_A_PASS if name != "entities"])
BUILD = """
import sys
from pathlib import Path
from dataset.published.build import build
from dataset.record.corpus import open_corpus
build(open_corpus(Path(sys.argv[1])), "r1/a1", Path(sys.argv[2]), allow_errors=False)
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus")
    put_layer(corpus, valid_rows())
    return corpus


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny corpus, built; not to be changed."""
    folder = tmp_path_factory.mktemp("built")
    corpus = put_corpus(folder / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, folder / "out", allow_errors=False)
    return folder / "out"


def with_fault(corpus: Corpus, *codes: str) -> Rows:
    rows = valid_rows()
    for code in codes:
        FAULTS[code](corpus, rows)
    put_layer(corpus, rows)
    return rows


def beside(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.parent.iterdir())


# What was labelled is what is loaded


NESTED = {
    "speakers": {"entities": "speaker_entities"},
    "quotes": {"form": "quote_form", "source": "quote_source"},
    "hedges": {"kind": "hedge_kind"},
    "numbers": {name: f"number_{name}" for name in ("kind", "value", "low", "high", "unit")},
}
NO_ATTRIBUTES: Row = dict.fromkeys(schema.columns(schema.Attributes)) | {"speaker_entities": []}
OF_A_LAYER = {"round": "r1", "annotator": "a1"}
Link = tuple[str, str, str, str, bool]


def inner(article: str, published: str) -> str:
    assert published.startswith(f"{article}:")
    return published.removeprefix(f"{article}:")


def from_spans(rows: list[Row]) -> list[Row]:
    """The record's spans out of the config `spans`."""
    names = schema.columns(schema.Spans)
    return [
        {name: row[name] for name in names if name not in OF_A_LAYER}
        | OF_A_LAYER
        | {"span_id": inner(row["article_id"], row["span_id"])}
        for row in rows
    ]


def from_articles(rows: list[Row]) -> list[Row]:
    """The record's spans out of the config `articles`."""
    spans = []
    for row in rows:
        for part, columns in NESTED.items():
            for span in row[part]:
                key = {"article_id": row["article_id"], "label": part.removesuffix("s")} | OF_A_LAYER
                attributes = {column: span[name] for name, column in columns.items()}
                place = {name: span[name] for name in ("start", "end", "text")}
                spans.append(
                    key | place | {"span_id": inner(row["article_id"], span["span_id"])} | NO_ATTRIBUTES | attributes
                )
    return spans


def links_of(article: str, span: Row) -> list[Link]:
    """The links that a published span starts."""
    start, derived = inner(article, span["span_id"]), span.get("derived", [])
    links = []
    for relation in vocabulary.RELATIONS:
        targets = [inner(article, target) for target in span.get(relation, [])]
        flags = derived if relation == "hedges" else [False] * len(targets)
        pairs = zip(targets, flags, strict=True)
        links += [(article, relation, start, target, flag) for target, flag in pairs]
    return links


def recorded_links(layer: Layer) -> list[Link]:
    return sorted(layer.relations.select("article_id", "type", "from_span", "to_span", "derived").iter_rows())


def in_order(spans: list[Row]) -> list[Row]:
    return sorted(spans, key=lambda span: (span["article_id"], span["start"], span["end"], span["label"]))


def assert_spans_and_articles_are_the_record(layer: Layer, texts: dict[str, str], out: Path) -> None:
    spans, articles = load(out, "spans").to_list(), load(out, "articles").to_list()
    assert from_spans(spans) == layer.spans.to_dicts()
    assert in_order(from_articles(articles)) == layer.spans.to_dicts()
    assert sorted(link for row in spans for link in links_of(row["article_id"], row)) == recorded_links(layer)
    parts = [(row["article_id"], span) for row in articles for part in NESTED for span in row[part]]
    assert sorted(link for article, span in parts for link in links_of(article, span)) == recorded_links(layer)
    submitted = layer.tasks.filter(status="submitted")["article_id"].to_list()
    assert [(row["article_id"], row["text"]) for row in articles] == [(name, texts[name]) for name in submitted]


def assert_tokens_are_the_record(layer: Layer, texts: dict[str, str], out: Path) -> None:
    for row in load(out, "tokens").to_list():
        tokens = list(zip(row["starts"], row["ends"], strict=True))
        assert row["tokens"] == [texts[row["article_id"]][start:end] for start, end in tokens]
        for label in vocabulary.LABELS:
            recorded = layer.spans.filter(article_id=row["article_id"], label=label).select("start", "end").rows()
            assert spans_of(tokens, row[f"{label}_tags"]) == recorded


class Joined:
    """The quotes of one article, put together anew from the record."""

    def __init__(self, layer: Layer, article: str) -> None:
        self.spans = layer.spans.filter(article_id=article).to_dicts()
        self.links = layer.relations.filter(article_id=article).to_dicts()
        self.earlier = {link["from_span"]: link["to_span"] for link in self.links if link["type"] == "continues"}

    def first(self, span_id: str) -> str:
        return self.first(self.earlier[span_id]) if span_id in self.earlier else span_id

    def linked(self, relation: str, ends: set[str]) -> set[tuple[str, str]]:
        links = [(link["from_span"], link["to_span"]) for link in self.links if link["type"] == relation]
        return {pair for pair in links if ends & set(pair)}

    def rows(self) -> dict[str, Row]:
        quotes = [span for span in self.spans if span["label"] == "quote"]
        chains: dict[str, list[Row]] = {}
        for span in quotes:
            chains.setdefault(self.first(span["span_id"]), []).append(span)
        return {first: self.row(segments) for first, segments in chains.items()}

    def row(self, segments: list[Row]) -> Row:
        own = {segment["span_id"] for segment in segments}
        numbers = [
            span["span_id"]
            for span in self.spans
            if span["label"] == "number"
            and any(part["start"] <= span["start"] < span["end"] <= part["end"] for part in segments)
        ]
        hedged = own | {*numbers}
        return {
            "text": " … ".join(segment["text"] for segment in segments),
            "form": segments[0]["quote_form"],
            "source": segments[0]["quote_source"],
            "segments": [segment["span_id"] for segment in segments],
            "speakers": {speaker for _, speaker in self.linked("said_by", own)},
            "hedges": {hedge for hedge, target in self.linked("hedges", hedged) if target in hedged},
            "numbers": {number: {hedge for hedge, _ in self.linked("hedges", {number})} for number in numbers},
        }


def read_quote(row: Row) -> Row:
    def ids(spans: list[Row]) -> list[str]:
        return [inner(row["article_id"], span["span_id"]) for span in spans]

    hedged = [{inner(row["article_id"], hedge) for hedge in number["hedged_by"]} for number in row["numbers"]]
    return {
        **{name: row[name] for name in ("text", "form", "source")},
        "segments": ids(row["segments"]),
        "speakers": set(ids(row["speakers"])),
        "hedges": set(ids(row["hedges"])),
        "numbers": dict(zip(ids(row["numbers"]), hedged, strict=True)),
    }


def assert_quotes_are_joined_as_in_the_record(layer: Layer, out: Path) -> None:
    quotes: dict[str, dict[str, Row]] = {}
    for row in load(out, "quotes").to_list():
        quotes.setdefault(row["article_id"], {})[inner(row["article_id"], row["quote_id"])] = read_quote(row)
    for article in layer.tasks.filter(status="submitted")["article_id"]:
        assert quotes.get(article, {}) == Joined(layer, article).rows()


@settings(max_examples=12, deadline=None)
@given(records())
def test_what_was_labelled_is_what_is_loaded(tmp_path_factory: pytest.TempPathFactory, record: Record) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("drawn"), record.texts)
    layer = put_layer(corpus, record.rows)
    out = corpus.root / "out"
    build(corpus, LAYER, out, allow_errors=True)
    assert_spans_and_articles_are_the_record(layer, record.texts, out)
    assert_tokens_are_the_record(layer, record.texts, out)
    assert_quotes_are_joined_as_in_the_record(layer, out)


@every_config
def test_a_config_loads_by_its_name_and_streams_the_same_rows(built: Path, config: str) -> None:
    loaded = load(built, config)
    assert loaded.features == schema.features(schema.CONFIGS[config])
    streamed = load(built, config, streaming=True)
    assert list(streamed) == loaded.to_list()
    assert streamed.features == loaded.features


def test_the_configs_are_those_of_the_schema_and_articles_is_the_default(built: Path) -> None:
    assert sorted(get_dataset_config_names(str(built))) == sorted(OF_A_PASS)
    assert get_dataset_default_config_name(str(built)) == "articles"
    assert load(built).to_list() == load(built, "articles").to_list()


@pytest.mark.parametrize("label", vocabulary.LABELS)
def test_tags_load_with_their_class_names(built: Path, label: str) -> None:
    names = ["O", f"B-{label}", f"I-{label}"]
    assert load(built, "tokens").features[f"{label}_tags"] == List(ClassLabel(names=names))


def test_a_build_returns_the_rows_of_each_config(tiny: Corpus) -> None:
    counts = build(tiny, LAYER, tiny.root / "out", allow_errors=False)
    of_quotes = {"quotes": 4, "attribution": 4, "hedges": 4}
    assert counts == {"articles": 2, "spans": 14, **of_quotes, "tokens": 2, "annotators": 14, "entities": 4}


def test_a_layer_is_built_from_its_own_folder_and_no_other(tiny: Corpus) -> None:
    put_layer(
        tiny,
        {"tasks": [task(TWO)], "spans": [quote("only", "thousands came", "mixed", "unnamed", article=TWO)]},
        "gold",
    )
    build(tiny, "gold", tiny.root / "out", allow_errors=False)
    assert [row["span_id"] for row in load(tiny.root / "out", "spans")] == ["two:only"]


# Splits


def splits(out: Path, config: str) -> dict[str, list[str]]:
    return {split: [row["article_id"] for row in load(out, config, split=split)] for split in split_names(out, config)}


def split_names(out: Path, config: str) -> list[str]:
    return [path.name.partition("-")[0] for path in sorted((out / config).iterdir())]


@pytest.fixture
def three_events(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus", events={ONE: "a", TWO: "b", SKIPPED: "c"})
    rows = valid_rows()
    rows["tasks"][2]["status"] = "submitted"
    rows["spans"].append(quote("fell", "Rain fell", "direct", "unnamed", article=SKIPPED))
    put_layer(corpus, rows)
    return corpus


def test_an_event_that_was_not_released_is_in_train(three_events: Corpus) -> None:
    build(three_events, LAYER, three_events.root / "out", allow_errors=False)
    assert splits(three_events.root / "out", "articles") == {"train": [ONE, SKIPPED, TWO]}


@pytest.mark.parametrize("config", [name for name in OF_A_PASS if name not in ("entities", "hedges")])
def test_an_event_keeps_the_split_that_was_fixed_in_every_config(three_events: Corpus, config: str) -> None:
    put_jsonl(three_events.splits, [{"event_id": "a", "split": "test"}, {"event_id": "c", "split": "validation"}])
    out = three_events.root / "out"
    build(three_events, LAYER, out, allow_errors=False)
    assert {split: set(articles) for split, articles in splits(out, config).items()} == {
        "test": {ONE},
        "train": {TWO},
        "validation": {SKIPPED},
    }


def test_an_article_without_an_event_is_in_train(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus", events={ONE: None, TWO: "b", SKIPPED: "b"})
    put_layer(corpus, valid_rows())
    put_jsonl(corpus.splits, [{"event_id": "b", "split": "test"}])
    build(corpus, LAYER, tmp_path / "out", allow_errors=False)
    assert splits(tmp_path / "out", "articles") == {"test": [TWO], "train": [ONE]}


@pytest.mark.parametrize(
    "rows",
    [
        [{"event_id": "a", "split": "dev"}],
        [{"event_id": "a", "split": None}],
        [{"event_id": "a", "split": "test"}, {"event_id": "a", "split": "train"}],
    ],
    ids=["an unknown split", "no split", "two splits"],
)
def test_an_event_without_one_known_split_is_a_problem(three_events: Corpus, rows: list[Row]) -> None:
    put_jsonl(three_events.splits, rows)
    with pytest.raises(Problem):
        build(three_events, LAYER, three_events.root / "out", allow_errors=False)


@pytest.mark.parametrize("config", ["spans", "quotes", "annotators"])
def test_a_config_without_rows_streams_as_none(tiny: Corpus, config: str) -> None:
    put_layer(tiny, {"tasks": [task(ONE)]})
    build(tiny, LAYER, tiny.root / "out", allow_errors=False)
    assert list(load(tiny.root / "out", config, streaming=True)) == []


@every_config_of_articles
def test_a_split_of_an_event_that_nobody_labelled_yet_does_no_harm(three_events: Corpus, config: str) -> None:
    rows = {name: [row for row in table if row["article_id"] == ONE] for name, table in valid_rows().items()}
    put_layer(three_events, rows)
    put_jsonl(three_events.splits, [{"event_id": "b", "split": "test"}])
    build(three_events, LAYER, three_events.root / "out", allow_errors=False)
    assert {row["article_id"] for row in load(three_events.root / "out", config)} == {ONE}


# The same bytes


def test_the_same_record_gives_the_same_bytes(tiny: Corpus, tmp_path: Path) -> None:
    shutil.copytree(tiny.root, tmp_path / "elsewhere")
    build(tiny, LAYER, tmp_path / "one", allow_errors=False)
    build(open_corpus(tmp_path / "elsewhere"), LAYER, tmp_path / "deep" / "two", allow_errors=False)
    assert files(tmp_path / "one") == files(tmp_path / "deep" / "two")
    assert sorted(files(tmp_path / "one")) == [
        "README.md",
        *sorted(f"{config}/train-00000-of-00001.parquet" for config in OF_A_PASS),
    ]


def test_another_process_gives_the_same_bytes(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"}
    command = [sys.executable, "-c", BUILD, str(tiny.root), str(tmp_path / "out")]
    subprocess.run(command, env=environment, cwd=Path(__file__).parents[3], check=True)
    assert files(tmp_path / "out") == files(built)


def test_another_record_gives_other_bytes(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    rows = valid_rows()
    row_of(rows, "claim")["quote_form"] = "mixed"
    put_layer(tiny, rows)
    build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    new, old = files(tmp_path / "out"), files(built)
    changed = {path.partition("/")[0] for path in new if new[path] != old[path]}
    assert {"articles", "spans", "quotes", "annotators"} <= changed
    assert "tokens" not in changed


def test_the_order_of_the_lines_in_a_file_does_not_matter(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    for name in ("tasks", "spans", "relations"):
        path = tiny.layer_path(LAYER) / f"{name}.jsonl"
        path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert files(tmp_path / "out") == files(built)


# What is refused


@pytest.mark.parametrize("code", FAULTS)
def test_a_layer_with_an_error_is_refused_and_nothing_is_written(tiny: Corpus, tmp_path: Path, code: str) -> None:
    with_fault(tiny, code)
    with pytest.raises(Problem, match=rf"r1/a1 has \d errors?, the first: {code} in .*--allow-errors"):
        build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert beside(tmp_path / "out") == ["corpus"]


@pytest.mark.parametrize("code", [code for code in FAULTS if code != "article-text-unreadable"])
def test_a_layer_with_an_error_that_is_allowed_loads_and_the_card_names_it(tiny: Corpus, code: str) -> None:
    rows = with_fault(tiny, code)
    out = tiny.root / "out"
    build(tiny, LAYER, out, allow_errors=True)
    published = {TWO, ONE} & {row["article_id"] for row in rows["spans"]}
    assert {row["article_id"] for row in load(out, "spans")} == published
    assert f"({code})" in (out / "README.md").read_text(encoding="utf-8")


def test_all_errors_at_once_may_be_allowed(tiny: Corpus) -> None:
    codes = [code for code in FAULTS if code != "article-text-unreadable"]
    with_fault(tiny, *codes)
    build(tiny, LAYER, tiny.root / "out", allow_errors=True)
    text = (tiny.root / "out" / "README.md").read_text(encoding="utf-8")
    assert f"({', '.join(sorted(codes))})" in text
    for config in OF_A_PASS:
        assert len(load(tiny.root / "out", config))


@pytest.mark.parametrize("name", ["start", "end", "text", "speaker_entities"])
def test_a_span_that_lacks_a_value_is_an_error_that_may_be_allowed(tiny: Corpus, name: str) -> None:
    rows = valid_rows()
    for span_id in ("kyiv", "claim"):
        row_of(rows, span_id)[name] = None
    put_layer(tiny, rows)
    build(tiny, LAYER, tiny.root / "out", allow_errors=True)


def a_task_without_annotator() -> Rows:
    rows = valid_rows()
    rows["tasks"][0]["annotator"] = None
    return rows


def a_segment_that_goes_on_with_a_speaker() -> Rows:
    rows = valid_rows()
    rows["relations"].append(link("continues", "seen", "kyiv"))
    return rows


@settings(max_examples=10, deadline=None)
@given(broken_rows())
@example(a_task_without_annotator())
@example(a_segment_that_goes_on_with_a_speaker())
def test_whatever_the_rows_hold_a_build_that_allows_errors_is_made_or_is_a_problem(
    tmp_path_factory: pytest.TempPathFactory, rows: Rows
) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("broken"))
    put_layer(corpus, rows)
    with suppress(Problem):
        build(corpus, LAYER, corpus.root / "out", allow_errors=True)
        submitted = {row["article_id"] for row in rows["tasks"] if row["status"] == "submitted"}
        assert {row["article_id"] for row in load(corpus.root / "out", "articles")} <= submitted


def test_a_layer_that_is_not_there_is_a_problem_that_names_those_that_are(tiny: Corpus, tmp_path: Path) -> None:
    put_layer(tiny, valid_rows(), "gold")
    with pytest.raises(Problem, match=r"no layer r1/a9; .*gold, r1/a1"):
        build(tiny, "r1/a9", tmp_path / "out", allow_errors=True)


def test_a_record_without_a_layer_is_a_problem(tmp_path: Path) -> None:
    with pytest.raises(Problem, match=r"no layer gold; .*there is none yet"):
        build(put_corpus(tmp_path), "gold", tmp_path / "out", allow_errors=True)


def test_a_layer_without_a_submitted_article_is_a_problem(tiny: Corpus, tmp_path: Path) -> None:
    put_layer(tiny, {"tasks": [task(ONE, "skipped")]})
    with pytest.raises(Problem, match="nothing in r1/a1 was submitted"):
        build(tiny, LAYER, tmp_path / "out", allow_errors=True)


def test_a_folder_that_no_build_made_is_left_alone(tiny: Corpus, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem, match="holds files that no build made"):
        build(tiny, LAYER, tmp_path / "mine", allow_errors=False)
    assert files(tmp_path / "mine") == {"thesis.txt": b"years of work"}
    assert beside(tmp_path / "mine") == ["corpus", "mine"]


def test_a_folder_with_a_readme_of_ones_own_is_left_alone(tiny: Corpus, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "README.md").write_text("# My thesis")
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem):
        build(tiny, LAYER, tmp_path / "mine", allow_errors=False)
    assert sorted(files(tmp_path / "mine")) == ["README.md", "thesis.txt"]


def test_a_file_of_ones_own_deep_in_a_built_folder_is_left_alone(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    shutil.copytree(built, tmp_path / "out")
    (tmp_path / "out" / "spans" / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem):
        build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert (tmp_path / "out" / "spans" / "thesis.txt").exists()


def test_a_file_in_the_way_is_left_alone(tiny: Corpus, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(Problem, match="is a file"):
        build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert (tmp_path / "out").read_text() == "mine"


# The folder


def test_an_empty_folder_is_filled(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert files(tmp_path / "out") == files(built)


def test_a_build_takes_the_place_of_an_older_one_whole(tiny: Corpus, built: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(built, out)
    (out / "articles" / "test-00000-of-00001.parquet").write_bytes(b"left over")
    build(tiny, LAYER, out, allow_errors=False)
    assert files(out) == files(built)
    assert beside(out) == ["corpus", "out"]


def test_a_built_folder_has_the_mode_that_the_umask_gives(tiny: Corpus, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "plain").stat().st_mode


def lose_a_text(corpus: Corpus) -> None:
    corpus.text_path(ONE).unlink()


def lose_the_registry(corpus: Corpus) -> None:
    (corpus.seeds / "entities.jsonl").write_text("{")


@pytest.mark.parametrize("harm", [lose_a_text, lose_the_registry])
def test_a_build_that_fails_leaves_the_old_folder_and_nothing_beside_it(
    tiny: Corpus, built: Path, tmp_path: Path, harm: Callable[[Corpus], None]
) -> None:
    out = tmp_path / "out"
    build(tiny, LAYER, out, allow_errors=False)
    harm(tiny)
    with pytest.raises(Problem):
        build(open_corpus(tiny.root), LAYER, out, allow_errors=True)
    assert files(out) == files(built)
    assert beside(out) == ["corpus", "out"]


@pytest.mark.parametrize("harm", [lose_a_text, lose_the_registry])
def test_a_first_build_that_fails_leaves_nothing(tiny: Corpus, tmp_path: Path, harm: Callable[[Corpus], None]) -> None:
    harm(tiny)
    with pytest.raises(Problem):
        build(tiny, LAYER, tmp_path / "out", allow_errors=True)
    assert beside(tmp_path / "out") == ["corpus"]


def test_a_new_folder_that_cannot_take_its_place_leaves_the_old_one(
    tiny: Corpus, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    build(tiny, LAYER, out, allow_errors=False)
    replace = Path.replace

    def refuse(path: Path, target: Any) -> Path:
        if Path(target) == out:
            raise OSError(39, "Directory not empty")
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(Problem, match="Directory not empty"):
        build(tiny, LAYER, out, allow_errors=False)
    assert files(out) == files(built)


def test_a_build_into_a_link_leaves_nothing_beside_it(tiny: Corpus, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "disk")
    build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert beside(tmp_path / "out") == ["corpus", "disk", "out"]


def test_an_end_that_is_not_there_is_not_published(tiny: Corpus, tmp_path: Path) -> None:
    rows = valid_rows()
    rows["relations"].append(link("said_by", "seen", "gone"))
    put_layer(tiny, rows)
    build(tiny, LAYER, tmp_path / "out", allow_errors=True)
    (seen,) = [row for row in load(tmp_path / "out", "spans") if row["span_id"] == "one:seen"]
    assert seen["said_by"] == ["one:ann"]


# Disks


@pytest.mark.counted
def test_a_full_disk_leaves_the_build_that_was_there(tiny: Corpus, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 18) as disk:
        build(tiny, LAYER, disk / "out", allow_errors=False)
        (disk / "ballast").write_bytes(bytes(shutil.disk_usage(disk).free - (1 << 13)))
        before = tree(disk)
        rows = valid_rows()
        rows["tasks"] = [task(ONE), task(TWO)]
        put_layer(tiny, rows)
        with pytest.raises(Problem, match=r"cannot be written: .*[Nn]o space left on device") as problem:
            build(tiny, LAYER, disk / "out", allow_errors=False)
        assert "\n" not in str(problem.value)
        with tally("full disk", "build") as counted:
            counted.tried += 1
            counted.compare(before, tree(disk).items())


def test_a_full_disk_leaves_nothing_where_nothing_was(tiny: Corpus, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 13) as disk:
        with pytest.raises(Problem, match=r"[Nn]o space left on device"):
            build(tiny, LAYER, disk / "new" / "out", allow_errors=False)
        assert tree(disk) == {}


def test_a_folder_that_cannot_be_written_is_told(tiny: Corpus, tmp_path: Path) -> None:
    with unwritable(tmp_path), pytest.raises(Problem, match=r"cannot be written: (Read-only|Permission)"):
        build(tiny, LAYER, tmp_path / "out", allow_errors=False)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["tasks", "spans", "relations", "findings"])
def test_a_layer_that_lacks_a_file_is_not_built(tiny: Corpus, tmp_path: Path, name: str) -> None:
    (tiny.layer_path(LAYER) / f"{name}.jsonl").unlink()
    with pytest.raises(Problem, match=rf"r1/a1 lacks {name}\.jsonl"):
        build(tiny, LAYER, tmp_path / "out", allow_errors=True)


def test_a_layer_of_no_article_of_the_corpus_is_not_built_even_with_errors(tiny: Corpus, tmp_path: Path) -> None:
    (tiny.seeds / "articles.jsonl").write_bytes(b"")
    with pytest.raises(Problem, match="nothing to build"):
        build(open_corpus(tiny.root), LAYER, tmp_path / "out", allow_errors=True)
    assert not (tmp_path / "out").exists()
