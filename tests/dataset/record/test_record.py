from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from dataset import schema
from dataset.checks.suite import check_layer
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import TABLES, Layer, read_layer, sort_layer
from dataset.scheme import hedge_targets, vocabulary
from dataset.storage.tables import read_table, table_bytes
from tests.corpora import REPOSITORY
from tests.dataset.tiny import LAYER


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    return open_corpus(REPOSITORY)


@pytest.fixture(scope="module")
def layer(corpus: Corpus) -> Layer:
    return read_layer(corpus.layer_path(LAYER), LAYER)


def of_label(layer: Layer, label: str) -> pl.DataFrame:
    return layer.spans.filter(label=label)


def ends(layer: Layer, relation: str, side: str) -> set[tuple[str, str]]:
    return set(layer.relations.filter(type=relation).select("article_id", side).iter_rows())


def test_the_layer_is_in_the_record_and_gives_no_error(corpus: Corpus, layer: Layer) -> None:
    assert LAYER in corpus.layers()
    assert [finding for finding in check_layer(corpus, layer) if finding.severity == "error"] == []


def test_every_article_was_submitted(corpus: Corpus, layer: Layer) -> None:
    assert layer.tasks["article_id"].to_list() == corpus.articles["article_id"].to_list()
    assert set(layer.tasks["status"]) == {"submitted"}


def test_every_article_was_dealt_to_the_annotator(corpus: Corpus) -> None:
    path = corpus.annotations / "r1" / "deals.jsonl"
    deals = read_table(path, schema.Deals)
    schema.Deals.validate(deals, lazy=True)
    assert table_bytes(deals) == path.read_bytes()
    assert deals.filter(annotator="a1")["article_id"].to_list() == corpus.articles["article_id"].to_list()


@pytest.mark.parametrize("name", TABLES)
def test_every_row_is_of_this_round_and_annotator_and_of_its_table(layer: Layer, name: str) -> None:
    rows: pl.DataFrame = getattr(layer, name)
    TABLES[name].validate(rows, lazy=True)
    assert set(rows.select("round", "annotator").iter_rows()) <= {("r1", "a1")}


@pytest.mark.parametrize("name", TABLES)
def test_a_file_is_in_the_records_order_and_written_as_the_tool_writes_it(
    corpus: Corpus, layer: Layer, name: str
) -> None:
    path = corpus.layer_path(LAYER) / f"{name}.jsonl"
    assert table_bytes(getattr(sort_layer(layer), name)) == path.read_bytes()


def test_every_label_is_there(layer: Layer) -> None:
    assert set(layer.spans["label"]) == set(vocabulary.LABELS)


def test_every_speaker_is_in_the_registry_of_its_event(corpus: Corpus, layer: Layer) -> None:
    known = set(corpus.entities.select("event_id", "entity").iter_rows())
    events = dict(corpus.articles.select("article_id", "event_id").iter_rows())
    named = of_label(layer, "speaker").select("article_id", "speaker_entities").iter_rows()
    assert {(events[article], name) for article, names in named for name in names} <= known


def test_every_entity_of_the_registry_speaks(corpus: Corpus, layer: Layer) -> None:
    assert set(of_label(layer, "speaker")["speaker_entities"].explode()) == set(corpus.entities["entity"])


def test_every_speaker_said_something(layer: Layer) -> None:
    speakers = set(of_label(layer, "speaker").select("article_id", "span_id").iter_rows())
    assert speakers == ends(layer, "said_by", "to_span")


def test_every_quote_has_a_speaker_or_no_named_source_or_goes_on_with_another(layer: Layer) -> None:
    quotes = of_label(layer, "quote")
    unnamed = set(quotes.filter(quote_source="unnamed").select("article_id", "span_id").iter_rows())
    attributed, going_on = ends(layer, "said_by", "from_span"), ends(layer, "continues", "from_span")
    assert set(quotes.select("article_id", "span_id").iter_rows()) == attributed | unnamed | going_on
    assert not attributed & unnamed
    assert not attributed & going_on


def test_no_hedge_and_no_segment_has_two_targets(layer: Layer) -> None:
    single = layer.relations.filter(pl.col("type").is_in(["hedges", "continues"]))
    assert single.select("article_id", "type", "from_span").is_unique().all()


def test_the_made_links_are_those_that_rule_h10_makes(corpus: Corpus, layer: Layer) -> None:
    expected = []
    drawn = set(layer.relations.filter(type="hedges", derived=False).select("article_id", "from_span").iter_rows())
    for (article,), spans in layer.spans.group_by("article_id"):
        rows = spans.select("span_id", "label", "start", "end", "hedge_kind").iter_rows()
        by_hand = {span for place, span in drawn if place == article}
        links = hedge_targets.targets(
            corpus.text(str(article)), (hedge_targets.TargetSpan(*row) for row in rows), by_hand
        )
        expected += [(article, hedge, target) for hedge, target in links]
    made = layer.relations.filter("derived").select("article_id", "from_span", "to_span")
    assert sorted(made.iter_rows()) == sorted(expected)
    assert set(layer.relations.filter("derived")["type"]) == {"hedges"}


def test_every_number_has_the_bounds_of_its_value(layer: Layer) -> None:
    numbers = of_label(layer, "number")
    for value, low, high in numbers.select("number_value", "number_low", "number_high").iter_rows():
        assert vocabulary.value_bounds(value) == (low, high)


def test_the_layer_builds_and_all_of_it_is_there(corpus: Corpus, layer: Layer, tmp_path: Path) -> None:
    counts = build(corpus, LAYER, tmp_path / "built", allow_errors=False)
    quotes = of_label(layer, "quote").height - len(ends(layer, "continues", "from_span"))
    assert counts == {
        "articles": corpus.articles.height,
        "spans": layer.spans.height,
        "quotes": quotes,
        "attribution": quotes,
        "hedges": of_label(layer, "hedge").height,
        "tokens": corpus.articles.height,
        "annotators": layer.spans.height,
        "entities": corpus.entities.height,
    }
