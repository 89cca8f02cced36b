from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.published.rows import ROWS, frames
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import make_layer, read_layer
from dataset.record.rows import LayerKey, ShownArticleRow
from dataset.record.shown import ShownRows, shown_frames, write_shown
from dataset.scheme import vocabulary
from tests.dataset.drawn import Record, records
from tests.dataset.tiny import (
    EVENT,
    LAYER,
    ONE,
    SKIPPED,
    TEXTS,
    TWO,
    Row,
    Rows,
    article_row,
    as_layer,
    finding,
    hedge,
    link,
    put_corpus,
    put_gold,
    put_jsonl,
    put_layer,
    quote,
    row_of,
    speaker,
    task,
    valid_rows,
)

OF_ARTICLES = [config for config in schema.OF_ARTICLES if config not in schema.OF_GOLD]


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def published(corpus: Corpus, config: str, rows: Rows | None = None) -> list[Row]:
    return dict(frames(corpus, make_layer(LAYER, **(rows or valid_rows()))))[config].to_dicts()


def by(name: str, rows: list[Row]) -> dict[str, Row]:
    return {row[name].partition(":")[2]: row for row in rows}


def ids(rows: list[Row]) -> list[str]:
    return [row["span_id"].partition(":")[2] for row in rows]


def test_every_config_has_its_rows(tiny: Corpus) -> None:
    layer = make_layer(LAYER, **valid_rows())
    assert tuple(ROWS) == schema.OF_ARTICLES
    for config, rows in frames(tiny, layer):
        schema.CONFIGS[config].validate(rows, lazy=True)
        assert rows.height or config in schema.OF_GOLD


@pytest.mark.slow
@settings(max_examples=15, deadline=None)
@given(records())
def test_whatever_is_labelled_the_rows_are_of_their_tables(
    tmp_path_factory: pytest.TempPathFactory, record: Record
) -> None:
    corpus = put_corpus(tmp_path_factory.mktemp("drawn"), record.texts)
    for config, rows in frames(corpus, make_layer(LAYER, **record.rows)):
        schema.CONFIGS[config].validate(rows, lazy=True)


def test_only_submitted_articles_are_published(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["tasks"] = [row for row in rows["tasks"] if row["article_id"] != TWO]
    for config in OF_ARTICLES:
        assert {row["article_id"] for row in published(tiny, config, rows)} == {ONE}


def test_an_article_that_was_submitted_empty_is_published_empty(tiny: Corpus) -> None:
    rows: Rows = {"tasks": [task(TWO)]}
    (article,) = published(tiny, "articles", rows)
    assert [article[name] for name in ("speakers", "quotes", "hedges", "numbers")] == [[], [], [], []]
    assert published(tiny, "spans", rows) == published(tiny, "quotes", rows) == []
    (tokens,) = published(tiny, "tokens", rows)
    assert set(tokens["quote_tags"]) == {0}


def test_an_article_that_the_corpus_does_not_have_is_not_published(tiny: Corpus) -> None:
    assert published(tiny, "articles", {"tasks": [task("unheard-of")]}) == []


def test_what_the_pull_saw_is_not_published(tiny: Corpus) -> None:
    rows = valid_rows() | {"findings": [finding("several-values")]}
    for config in OF_ARTICLES:
        assert published(tiny, config, rows) == published(tiny, config)


# articles


def test_an_article_has_its_text_and_what_is_known_of_it(tiny: Corpus) -> None:
    first, second = published(tiny, "articles")
    known = article_row(ONE, TEXTS[ONE]) | {"text": TEXTS[ONE], "guidelines_version": "1"}
    assert {name: first[name] for name in known} == known
    assert second["article_id"] == TWO


def test_an_article_has_its_spans_by_label_in_the_order_of_the_text(tiny: Corpus) -> None:
    first, _ = published(tiny, "articles")
    assert ids(first["speakers"]) == ["kyiv", "ann", "moscow"]
    assert ids(first["quotes"]) == ["claim", "seen", "near", "crossed"]
    assert ids(first["hedges"]) == ["upto", "around", "may", "short"]
    assert ids(first["numbers"]) == ["many"]


def test_the_parts_of_an_article_have_their_attributes_and_links(tiny: Corpus) -> None:
    first, second = published(tiny, "articles")
    assert first["speakers"][0] == {
        "span_id": "one:kyiv",
        "start": 0,
        "end": 4,
        "text": "Kyiv",
        "entities": ["Ukraine"],
        "kinds": ["state"],
    }
    near = first["quotes"][2]
    assert (near["form"], near["source"], near["said_by"], near["continues"]) == ("direct", "linked", [], ["one:seen"])
    assert first["quotes"][0]["said_by"] == ["one:kyiv"]
    upto = first["hedges"][0]
    assert (upto["kind"], upto["hedges"], upto["derived"]) == ("approximator", ["one:many"], [True])
    some = second["numbers"][0]
    assert [some[name] for name in ("kind", "value", "low", "high", "unit")] == [
        "count",
        "1000..",
        1000.0,
        None,
        "troops",
    ]


def test_the_kinds_of_a_speaker_are_those_of_its_events_registry(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, events={ONE: "a", TWO: "b"})
    put_jsonl(
        corpus.seeds / "entities.jsonl",
        [
            {"event_id": "a", "entity": "Ukraine", "kind": "state", "aliases": []},
            {"event_id": "b", "entity": "Ukraine", "kind": "group", "aliases": []},
        ],
    )
    rows = valid_rows()
    row_of(rows, "kyiv")["speaker_entities"] = ["Nobody", "Ukraine"]
    rows["spans"].append(speaker("reports", "Reports", "Ukraine", article=TWO))
    first, second = published(corpus, "articles", rows)
    assert [first["speakers"][0]["kinds"], second["speakers"][0]["kinds"]] == [[None, "state"], ["group"]]


def test_an_article_without_an_event_has_speakers_without_a_kind(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, events={ONE: None, TWO: None, SKIPPED: None})
    first, _ = published(corpus, "articles")
    assert (first["event_id"], first["speakers"][0]["kinds"]) == (None, [None])


# spans and annotators


def test_a_span_has_its_attributes_and_where_its_links_lead(tiny: Corpus) -> None:
    spans = by("span_id", published(tiny, "spans"))
    own = {name: value for name, value in row_of(valid_rows(), "many").items() if name not in ("round", "annotator")}
    nothing: dict[str, list[Any]] = {"said_by": [], "continues": [], "hedges": [], "derived": []}
    assert spans["many"] == own | nothing | {
        "span_id": "one:many",
        "event_id": EVENT,
        "number_bound": "at most",
    }
    assert spans["may"]["number_bound"] is None
    links = {name: spans["near"][name] for name in nothing}
    assert links == nothing | {"continues": ["one:seen"]}
    assert (spans["may"]["hedges"], spans["may"]["derived"]) == (["one:claim"], [True])


def test_a_link_without_both_ends_or_without_a_type_leads_nowhere(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["relations"] = [link("said_by", "claim", "gone"), link(None, "claim", "kyiv"), link("hedges", "gone", "many")]
    for span in published(tiny, "spans", rows):
        assert [span[name] for name in (*vocabulary.RELATIONS, "derived")] == [[], [], [], []]


def test_a_drawn_link_is_told_from_a_made_one(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["relations"] = [link("hedges", "may", "claim"), link("hedges", "short", "crossed", derived=True)]
    spans = by("span_id", published(tiny, "spans", rows))
    assert (spans["may"]["derived"], spans["short"]["derived"]) == ([False], [True])


def test_an_annotators_span_says_whose_it_is_and_has_no_outcome_before_adjudication(tiny: Corpus) -> None:
    rows = by("span_id", published(tiny, "annotators"))
    assert rows["kyiv"] == row_of(valid_rows(), "kyiv") | {
        "span_id": "one:kyiv",
        "event_id": EVENT,
        "outcome": None,
        "rule": None,
        "assisted": False,
    }
    assert len(rows) == len(valid_rows()["spans"])


def test_the_golds_annotators_are_all_spans_of_its_round_with_what_became_of_each(tiny: Corpus) -> None:
    put_gold(tiny)
    rows = dict(frames(tiny, read_layer(tiny.layer_path("gold"), "gold")))["annotators"]
    assert rows.group_by("annotator").len().sort("annotator").rows() == [("a1", 14), ("a2", 13)]
    became = {(row["annotator"], row["span_id"]): (row["outcome"], row["rule"]) for row in rows.iter_rows(named=True)}
    assert became["a1", "one:upto"] == became["a2", "one:upto"] == ("dropped", "H9")
    assert became["a1", "one:may"] == ("kept", None)
    assert set(became.values()) == {("dropped", "H9"), ("kept", None)}


def test_spans_of_a_round_that_did_not_make_the_gold_are_not_among_its_annotators(tiny: Corpus) -> None:
    put_gold(tiny)
    put_layer(tiny, as_layer(valid_rows(), "r2/a3"), "r2/a3")
    rows = dict(frames(tiny, read_layer(tiny.layer_path("gold"), "gold")))["annotators"]
    assert rows["annotator"].unique().sort().to_list() == ["a1", "a2"]


def test_an_article_and_its_annotators_spans_say_whether_there_were_suggestions(tiny: Corpus) -> None:
    put_gold(tiny)
    key: LayerKey = {"article_id": ONE, "round": "r1", "annotator": "a2"}
    helped: ShownArticleRow = {**key, "suggester": "rules", "least": 0.0, "without": 0.5}
    alone: ShownArticleRow = {**helped, "article_id": TWO, "suggester": None}
    write_shown(tiny, "r1/a2", shown_frames(ShownRows([helped, alone])))
    rows = dict(frames(tiny, read_layer(tiny.layer_path("gold"), "gold")))
    assert dict(rows["articles"].select("article_id", "assisted").iter_rows()) == {ONE: True, TWO: False}
    raters = rows["annotators"].select("annotator", "article_id", "assisted").unique()
    assert raters.filter("assisted").drop("assisted").rows() == [("a2", ONE)]
    own = dict(frames(tiny, read_layer(tiny.layer_path("r1/a1"), "r1/a1")))
    assert not own["articles"]["assisted"].any()


def test_a_span_that_nobody_decided_on_has_no_outcome(tiny: Corpus) -> None:
    put_gold(tiny)
    decided = tiny.decisions.read_text().splitlines(keepends=True)
    tiny.decisions.write_text("".join(line for line in decided if '"may"' not in line))
    rows = dict(frames(tiny, read_layer(tiny.layer_path("gold"), "gold")))["annotators"]
    assert rows.filter(pl.col("outcome").is_null())["span_id"].to_list() == ["one:may"]


# quotes


def test_a_quote_has_its_speakers_its_hedges_and_its_numbers(tiny: Corpus) -> None:
    claim = by("quote_id", published(tiny, "quotes"))["claim"]
    assert (claim["text"], claim["form"], claim["source"]) == (
        "that up to around 12,000 troops may cross",
        "indirect",
        "linked",
    )
    assert [(speaker["span_id"], speaker["entities"], speaker["kinds"]) for speaker in claim["speakers"]] == [
        ("one:kyiv", ["Ukraine"], ["state"])
    ]
    assert claim["hedges"][2] == {"span_id": "one:may", "start": 48, "end": 51, "text": "may", "kind": "modal"}
    (number,) = claim["numbers"]
    assert (number["value"], number["low"], number["hedged_by"]) == ("12000", 12000.0, ["one:upto", "one:around"])


def test_the_hedges_of_a_quote_are_its_own_and_its_numbers_each_once_by_place(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["relations"].append(link("hedges", "around", "claim"))
    assert ids(by("quote_id", published(tiny, "quotes", rows))["claim"]["hedges"]) == ["upto", "around", "may"]


BOUNDS = {"exact": (), "about": ("around",), "at most": ("upto",)}


@pytest.mark.parametrize("bound", BOUNDS)
def test_a_number_has_the_bound_of_the_cues_that_hedge_it_and_its_ends_stay(tiny: Corpus, bound: str) -> None:
    rows = valid_rows()
    rows["relations"] = [link("hedges", cue, "many") for cue in BOUNDS[bound]]
    (in_quote,) = by("quote_id", published(tiny, "quotes", rows))["claim"]["numbers"]
    (in_article,) = published(tiny, "articles", rows)[0]["numbers"]
    for number in (in_quote, in_article):
        assert (number["bound"], number["low"], number["high"]) == (bound, 12000.0, 12000.0)
    assert by("span_id", published(tiny, "spans", rows))["many"]["number_bound"] == bound


def test_the_segments_of_a_quote_are_one_row(tiny: Corpus) -> None:
    quotes = by("quote_id", published(tiny, "quotes"))
    assert list(quotes) == ["claim", "seen", "crossed", "unsaid"]
    assert ids(quotes["seen"]["segments"]) == ["seen", "near"]
    assert quotes["seen"]["text"] == "“We saw them,” … “near the bridge.”"
    assert ids(quotes["seen"]["speakers"]) == ["ann"]


def test_a_hedge_outside_its_quote_is_one_of_its_hedges(tiny: Corpus) -> None:
    assert ids(by("quote_id", published(tiny, "quotes"))["crossed"]["hedges"]) == ["short"]


def test_a_quote_without_a_named_source_has_no_speakers(tiny: Corpus) -> None:
    unsaid = by("quote_id", published(tiny, "quotes"))["unsaid"]
    assert (unsaid["source"], unsaid["speakers"], unsaid["hedges"]) == ("unnamed", [], [])
    assert (ids(unsaid["numbers"]), unsaid["numbers"][0]["hedged_by"]) == (["some"], [])


def test_several_speakers_of_a_quote_are_all_there_and_each_once(tiny: Corpus) -> None:
    rows = valid_rows()
    pairs = [("seen", "ann"), ("near", "ann"), ("seen", "moscow")]
    rows["relations"] = [link("continues", "near", "seen"), *(link("said_by", *ends) for ends in pairs)]
    assert ids(by("quote_id", published(tiny, "quotes", rows))["seen"]["speakers"]) == ["ann", "moscow"]


def test_a_chain_of_segments_is_one_row_however_it_is_linked(tiny: Corpus) -> None:
    for ends in ([("seen", "claim"), ("near", "seen")], [("seen", "claim"), ("near", "claim")]):
        rows = valid_rows() | {"relations": [link("continues", *pair) for pair in ends]}
        quotes = by("quote_id", published(tiny, "quotes", rows))
        assert list(quotes) == ["claim", "crossed", "unsaid"]
        assert ids(quotes["claim"]["segments"]) == ["claim", "seen", "near"]


def test_a_number_that_only_overlaps_a_quote_is_not_in_it(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"] = [row_of(rows, "many"), quote("cut", "that up to around 12,", "indirect")]
    rows["relations"] = []
    assert published(tiny, "quotes", rows)[0]["numbers"] == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.permutations(["claim", "seen", "near", "crossed"]).map(lambda ends: ends[:2]), max_size=5))
@example([["claim", "near"], ["near", "seen"]])
@example([["seen", "claim"], ["claim", "seen"]])
@example([["near", "seen"], ["near", "claim"]])
@example([["claim", "crossed"]])
def test_however_segments_are_linked_each_is_in_one_row_in_the_order_of_the_text(
    tmp_path_factory: pytest.TempPathFactory, ends: list[list[str]]
) -> None:
    rows = valid_rows() | {"relations": [link("continues", *pair) for pair in ends]}
    quotes = published(put_corpus(tmp_path_factory.mktemp("linked")), "quotes", rows)
    assert sorted(name for row in quotes for name in ids(row["segments"])) == [
        "claim",
        "crossed",
        "near",
        "seen",
        "unsaid",
    ]
    for row in quotes:
        starts = [segment["start"] for segment in row["segments"]]
        assert starts == sorted(starts)
        assert row["quote_id"] == row["segments"][0]["span_id"]


def test_two_quotes_that_share_an_id_are_both_published(tiny: Corpus) -> None:
    rows = valid_rows() | {"relations": []}
    row_of(rows, "near")["span_id"] = "seen"
    texts = [row["text"] for row in published(tiny, "quotes", rows)]
    assert {"“We saw them,”", "“near the bridge.”"} <= set(texts)


def test_a_quote_reaches_from_its_first_segment_to_its_last(tiny: Corpus) -> None:
    quotes = by("quote_id", published(tiny, "quotes"))
    for config in ("quotes", "attribution"):
        seen = by("quote_id", published(tiny, config))["seen"]
        assert TEXTS[ONE][seen["start"] : seen["end"]] == "“We saw them,” Ann Bo said, “near the bridge.”"
    assert (quotes["claim"]["start"], quotes["claim"]["end"]) == (16, 57)


# attribution


def of_ann(row: Row) -> Row:
    return row | ({"aliases": ["Bo", "We"]} if row["entity"] == "Ann Bo" else {})


def test_the_candidates_of_a_quote_are_the_mentions_of_every_entity_by_its_names(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path)
    put_jsonl(corpus.seeds / "entities.jsonl", map(of_ann, corpus.entities.to_dicts()))
    rows = by("quote_id", published(open_corpus(corpus.root), "attribution"))
    seen = rows["seen"]
    assert (seen["text"], seen["source"], seen["entities"]) == (
        "“We saw them,” … “near the bridge.”",
        "linked",
        ["Ann Bo"],
    )
    assert ids(seen["segments"]) == ["seen", "near"]
    assert [(near["entity"], near["kind"], near["text"], near["right"]) for near in seen["candidates"]] == [
        ("Ann Bo", "person", "We", True),
        ("Ann Bo", "person", "Ann Bo", True),
    ]
    assert {TEXTS[ONE][near["start"] : near["end"]] for near in seen["candidates"]} == {"We", "Ann Bo"}
    assert [near["right"] for near in rows["claim"]["candidates"]] == [False, False]


def test_a_quote_without_a_named_source_has_candidates_and_none_is_right(tiny: Corpus) -> None:
    unsaid = by("quote_id", published(tiny, "attribution"))["unsaid"]
    assert (unsaid["source"], unsaid["entities"]) == ("unnamed", [])
    assert [(near["text"], near["right"]) for near in unsaid["candidates"]] == [("Reports", False)]


def test_a_quote_of_an_article_without_an_event_or_a_registry_has_no_candidates(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path, events={ONE: None, TWO: "empty", SKIPPED: None})
    put_jsonl(corpus.seeds / "entities.jsonl", [])
    rows = published(open_corpus(corpus.root), "attribution")
    assert [row["candidates"] for row in rows] == [[]] * 4


# hedges


def test_a_hedge_has_its_sentence_and_what_it_makes_uncertain(tiny: Corpus) -> None:
    hedges = by("span_id", published(tiny, "hedges"))
    upto = hedges["upto"]
    assert upto["sentence"] == TEXTS[ONE].split("\n")[0] == TEXTS[ONE][upto["sentence_start"] : upto["sentence_end"]]
    assert (upto["text"], upto["kind"]) == ("up to", "approximator")
    assert [(target["span_id"], target["label"], target["text"], target["derived"]) for target in upto["targets"]] == [
        ("one:many", "number", "12,000", True)
    ]
    assert [target["label"] for target in hedges["may"]["targets"]] == ["quote"]


def test_a_hedge_is_the_speakers_in_a_quote_and_where_it_holds_one_back(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(hedge("early", "claim", "evidential"))
    hedges = by("span_id", published(tiny, "hedges", rows))
    whose = {name: (row["voice"], row["quote_id"], row["entities"]) for name, row in hedges.items()}
    assert whose["may"] == whose["around"] == ("speaker", "one:claim", ["Ukraine"])
    assert whose["short"] == ("speaker", "one:crossed", ["Russia"])
    assert whose["early"] == ("writer", None, [])


def test_a_hedge_outside_its_quote_that_holds_nothing_back_is_the_writers(tiny: Corpus) -> None:
    rows = valid_rows()
    row_of(rows, "short")["hedge_kind"] = "evidential"
    short = by("span_id", published(tiny, "hedges", rows))["short"]
    assert (short["voice"], short["quote_id"], short["entities"]) == ("writer", None, [])
    assert [target["span_id"] for target in short["targets"]] == ["one:crossed"]


def test_a_hedge_in_a_later_segment_is_of_the_whole_quote_and_one_without_target_has_none(tiny: Corpus) -> None:
    rows = valid_rows()
    rows["spans"].append(hedge("late", "near", "modal"))
    late = by("span_id", published(tiny, "hedges", rows))["late"]
    assert (late["voice"], late["quote_id"], late["entities"], late["targets"]) == (
        "speaker",
        "one:seen",
        ["Ann Bo"],
        [],
    )


# sentences


def test_an_article_has_its_sentences_in_order(tiny: Corpus) -> None:
    first, second = published(tiny, "articles")
    cut = [TEXTS[ONE][place["start"] : place["end"]] for place in first["sentences"]]
    assert cut == TEXTS[ONE].split("\n")
    assert second["sentences"] == [{"start": 0, "end": 32}]


# tokens


def test_tokens_are_the_words_of_the_text_and_tags_tell_the_spans(tiny: Corpus) -> None:
    first, second = published(tiny, "tokens")
    assert (first["text"], second["text"]) == (TEXTS[ONE], TEXTS[TWO])
    assert second["tokens"] == ["Reports", "say", "that", "thousands", "came", "."]
    assert second["starts"] == [0, 8, 12, 17, 27, 31]
    assert second["ends"] == [7, 11, 16, 26, 31, 32]
    assert second["quote_tags"] == [0, 0, 1, 2, 2, 0]
    assert second["number_tags"] == [0, 0, 0, 1, 0, 0]
    assert first["tokens"] == [TEXTS[ONE][start:end] for start, end in zip(first["starts"], first["ends"], strict=True)]
    assert all(len(first[f"{label}_tags"]) == len(first["tokens"]) for label in vocabulary.LABELS)
