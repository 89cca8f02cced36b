"""The configs about statements, on a small sorted event and on the five articles."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset import schema
from dataset.checks.statements import check_statements
from dataset.folder.folder import configs_of, read_rows
from dataset.problem import Problem
from dataset.published import events
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD
from dataset.statements.event_comparisons import compared_events
from tests.corpora import REPOSITORY
from tests.dataset.loading import files, load
from tests.dataset.sorting import DAM, GISTS, TEXTS, put_sorted, put_sorting, sorted_rows, telling
from tests.dataset.tiny import (
    LAYER,
    ONE,
    TWO,
    Row,
    Rows,
    as_layer,
    key,
    link,
    place,
    put_corpus,
    put_jsonl,
    put_layer,
    task,
)


def built(folder: Path, rows: Rows | None = None) -> Path:
    corpus = put_sorted(folder / "corpus", rows or sorted_rows())
    build(corpus, GOLD, folder / "out", allow_errors=True)
    return folder / "out"


def rows_of(folder: Path, config: str) -> list[Row]:
    rows: list[Row] = read_rows(folder, config).drop("split").to_dicts()
    return rows


def by_id(folder: Path, config: str) -> dict[str, Row]:
    return {row["statement_id"]: row for row in rows_of(folder, config)}


@pytest.fixture(scope="module")
def dam(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small sorted event, built; not to be changed."""
    return built(tmp_path_factory.mktemp("dam"))


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The gold of the five articles, built; not to be changed."""
    out = tmp_path_factory.mktemp("five") / "out"
    build(open_corpus(REPOSITORY), GOLD, out, allow_errors=False)
    return out


# What a row holds


def test_a_statement_has_its_gist_and_all_that_tells_it_by_article_and_place(dam: Path) -> None:
    hold = by_id(dam, "statements")["hold"]
    assert (hold["event_id"], hold["gist"]) == (DAM, GISTS["hold"])
    assert [(part["article_id"], part["quote_id"], part["degree"]) for part in hold["tellings"]] == [
        (ONE, "one:q1", "whole"),
        (TWO, "two:p1", "whole"),
        (TWO, "two:p2", "partly"),
    ]
    first = hold["tellings"][0]
    assert (first["text"], first["form"], first["speakers"]) == ("the dam will hold 40 years", "indirect", ["Mayor"])
    assert first["numbers"] == [{"text": "40", "low": 40.0, "high": 40.0, "bound": "exact", "unit": "years"}]
    assert first["published"] == "2024-10-29"


def test_the_words_of_a_telling_are_those_of_all_its_segments(dam: Path) -> None:
    (part,) = by_id(dam, "statements")["built"]["tellings"]
    assert part["text"] == "“We built it,” … “for good.”"


def test_articles_that_do_not_tell_a_statement_are_silent_about_it(dam: Path) -> None:
    silent = {name: row["silent_articles"] for name, row in by_id(dam, "statements").items()}
    assert silent == {"hold": [], "built": [TWO], "leaks": [TWO]}


def test_an_article_that_tells_nothing_is_silent_about_all(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"] = [row for row in rows["tellings"] if row["article_id"] == ONE]
    out = built(tmp_path, rows)
    for config in ("statements", "figures"):
        assert [row["silent_articles"] for row in rows_of(out, config)] == [[TWO]] * len(rows_of(out, config))


def test_a_contradiction_stands_at_both_statements(dam: Path) -> None:
    against = {name: row["contradicts"] for name, row in by_id(dam, "statements").items()}
    assert against == {"hold": ["leaks"], "leaks": ["hold"], "built": []}


def test_a_statement_that_nothing_published_tells_is_in_no_row(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"] = [row for row in rows["tellings"] if row["statement"] != "leaks"]
    statements = by_id(built(tmp_path, rows), "statements")
    assert "leaks" not in statements
    assert statements["hold"]["contradicts"] == []


def test_a_figure_has_its_numbers_with_the_quote_that_holds_each(dam: Path) -> None:
    (age,) = rows_of(dam, "figures")
    assert (age["statement_id"], age["gist"], age["silent_articles"]) == ("age", GISTS["age"], [])
    held = [(part["span_id"], part["quote_id"], part["speakers"], part["text"]) for part in age["tellings"]]
    assert held == [("one:n1", "one:q1", ["Mayor"], "40"), ("two:m1", "two:p1", ["City"], "forty")]
    assert {part["degree"] for part in age["tellings"]} == {"whole"}
    assert {(part["low"], part["high"], part["bound"], part["unit"]) for part in age["tellings"]} == {
        (40.0, 40.0, "exact", "years")
    }


def test_a_number_in_the_articles_own_voice_has_no_quote_and_no_speaker(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["spans"] = [row for row in rows["spans"] if row["span_id"] != "q1"]
    part = rows_of(built(tmp_path, rows), "figures")[0]["tellings"][0]
    assert (part["span_id"], part["quote_id"], part["speakers"]) == ("one:n1", None, [])


def test_the_cue_of_a_number_bounds_it_and_hedges_the_quote_that_holds_it(tmp_path: Path) -> None:
    rows = sorted_rows()
    words = "another"
    start = next(row for row in rows["spans"] if row["span_id"] == "p1")["text"].index(words) + 15
    cue = place("cue", "hedge", start, start + len(words), TWO, text="about", hedge_kind="approximator")
    rows["spans"].append(cue | {"round": GOLD, "annotator": GOLD})
    rows["relations"].append(link("hedges", "cue", "m1", TWO, derived=True) | {"round": GOLD, "annotator": GOLD})
    out = built(tmp_path, rows)
    telling_of_two = by_id(out, "statements")["hold"]["tellings"][1]
    assert [cue["kind"] for cue in telling_of_two["hedges"]] == ["approximator"]
    assert telling_of_two["numbers"][0]["bound"] == rows_of(out, "figures")[0]["tellings"][1]["bound"] == "about"
    (compared,) = rows_of(out, "comparisons")
    assert compared["numbers"] == [
        {
            "change": "bound changed",
            "first_text": "40",
            "second_text": "forty",
            "first_bounds": ["exact"],
            "second_bounds": ["about"],
            "unit": "years",
        }
    ]


def test_a_quote_says_what_it_tells(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["tellings"].append(telling("built", ONE, "q1", "partly"))
    tells = {
        row["quote_id"]: (row["statement_id"], row["degree"], row["also_tells"])
        for row in rows_of(built(tmp_path, rows), "quotes")
    }
    assert tells == {
        "one:q1": ("hold", "whole", "built"),
        "one:q2": ("built", "whole", None),
        "one:q3": ("leaks", "whole", None),
        "two:p1": ("hold", "whole", None),
        "two:p2": ("hold", "partly", None),
    }


# What there is, and where there is nothing


def test_the_configs_of_a_sorted_gold_are_of_their_tables(five: Path) -> None:
    assert configs_of(five) == list(schema.CONFIGS)
    for config in schema.CONFIGS:
        assert schema.failures(schema.CONFIGS[config], read_rows(five, config).drop("split")) == []


def test_a_pass_has_nothing_that_only_the_gold_has(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path / "corpus", sorted_rows())
    rows = sorted_rows()
    put_layer(corpus, as_layer({name: rows[name] for name in ("spans", "relations")} | _tasks(), LAYER), LAYER)
    build(corpus, LAYER, tmp_path / "out", allow_errors=True)
    assert not set(configs_of(tmp_path / "out")) & set(schema.OF_GOLD)
    assert {row["statement_id"] for row in rows_of(tmp_path / "out", "quotes")} == {None}
    card = (tmp_path / "out" / "README.md").read_text(encoding="utf-8")
    assert "### `statements`" not in card
    assert "### `entities`" in card


def _tasks() -> Rows:
    return {"tasks": [{"article_id": article, "status": "submitted"} for article in (ONE, TWO)]}


def test_a_gold_that_is_not_sorted_has_no_statements(tmp_path: Path) -> None:
    rows = sorted_rows() | {"tellings": [], "contradictions": [], "statements": []}
    assert not set(configs_of(built(tmp_path, rows))) & set(schema.OF_STATEMENTS)


def of_an_unknown_statement(corpus: Corpus, rows: Rows) -> None:
    rows["tellings"].append(telling("s99", ONE, "q2", "partly"))
    put_sorting(corpus, {"tellings": rows["tellings"]}, GOLD)


def wholly_of_two_statements(corpus: Corpus, rows: Rows) -> None:
    rows["tellings"].append(telling("built", ONE, "q1"))
    put_sorting(corpus, {"tellings": rows["tellings"]}, GOLD)


def who_speak_for_each_other(corpus: Corpus, rows: Rows) -> None:
    named = {"kind": "group", "aliases": [], "event_id": DAM}
    circle = [named | {"entity": name, "speaks_for": whom} for name, whom in ("AB", "BA")]
    put_jsonl(corpus.seeds / "entities.jsonl", [*corpus.entities.to_dicts(), *circle])


@pytest.mark.parametrize(
    ("code", "place", "change"),
    [
        ("unknown-statement", ONE, of_an_unknown_statement),
        ("t4-two-statements", ONE, wholly_of_two_statements),
        ("speaks-for-circle", "seeds", who_speak_for_each_other),
    ],
)
def test_an_error_in_statements_or_in_who_speaks_for_whom_is_refused_and_nothing_is_written(
    tmp_path: Path, code: str, place: str, change: Callable[[Corpus, Rows], None]
) -> None:
    rows = sorted_rows()
    change(put_sorted(tmp_path / "corpus", rows), rows)
    corpus, out = open_corpus(tmp_path / "corpus"), tmp_path / "out"
    with pytest.raises(Problem, match=rf"gold has 1 error, the first: {code} in {place}: .*--allow-errors"):
        build(corpus, GOLD, out, allow_errors=False)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus"]
    build(corpus, GOLD, out, allow_errors=True)
    assert f"({code})" in (out / "README.md").read_text(encoding="utf-8")


def test_what_is_only_warned_of_in_statements_is_built(tmp_path: Path) -> None:
    rows = sorted_rows()
    rows["statements"][0]["gist"] = "a word " * 40
    corpus = put_sorted(tmp_path / "corpus", rows)
    assert "gist-too-long" in {finding.code for finding in check_statements(corpus)}
    build(corpus, GOLD, tmp_path / "out", allow_errors=False)


def test_how_the_gold_is_sorted_does_not_hold_up_what_is_built_of_an_annotators_layer(tmp_path: Path) -> None:
    rows = sorted_rows()
    corpus = put_sorted(tmp_path / "corpus", rows)
    put_layer(corpus, {"tasks": [task(ONE)]})
    of_an_unknown_statement(corpus, rows)
    build(corpus, LAYER, tmp_path / "out", allow_errors=False)


def test_the_entities_are_those_of_events_with_a_published_article(dam: Path) -> None:
    assert {row["event_id"] for row in rows_of(dam, "entities")} == {DAM}
    assert {row["entity"]: row["speaks_for"] for row in rows_of(dam, "entities")}["Mayor"] == "City"


def test_decisions_name_their_spans_as_the_other_configs_do(five: Path) -> None:
    decisions = read_rows(five, "decisions")
    spans = set(read_rows(five, "annotators", "span_id")["span_id"])
    rated = decisions.filter(decisions["to_span"].is_null() & (decisions["outcome"] != "added"))
    assert rated.height
    assert set(rated["span_id"]) <= spans
    assert set(decisions["gold_span"].drop_nulls()) <= set(read_rows(five, "spans", "span_id")["span_id"])
    assert decisions.height == len((REPOSITORY / "dataset/annotations/gold/decisions.jsonl").read_text().splitlines())


@pytest.mark.parametrize("config", [*schema.OF_STATEMENTS, "entities", "decisions"])
def test_a_config_loads_by_its_name(five: Path, config: str) -> None:
    loaded = load(five, config)
    assert loaded.features == schema.features(schema.CONFIGS[config])
    assert loaded.to_list() == rows_of(five, config)


def test_an_event_is_in_its_split(tmp_path: Path) -> None:
    corpus = put_sorted(tmp_path / "corpus", sorted_rows())
    put_jsonl(corpus.splits, [{"event_id": DAM, "split": "test"}])
    build(corpus, GOLD, tmp_path / "out", allow_errors=True)
    for config in (*schema.OF_STATEMENTS, "entities"):
        assert set(read_rows(tmp_path / "out", config)["split"]) == {"test"}


# What always holds


def test_every_quote_of_a_sorted_event_tells_exactly_what_it_says_that_it_tells(five: Path) -> None:
    from_quotes = {
        (row["statement_id"], row["quote_id"], row["degree"]) for row in rows_of(five, "quotes") if row["statement_id"]
    } | {(row["also_tells"], row["quote_id"], "partly") for row in rows_of(five, "quotes") if row["also_tells"]}
    from_statements = [
        (row["statement_id"], part["quote_id"], part["degree"])
        for row in rows_of(five, "statements")
        for part in row["tellings"]
    ]
    assert len(from_statements) == len(set(from_statements))
    assert set(from_statements) == from_quotes
    wholly = [quote for _, quote, degree in from_statements if degree == "whole"]
    assert len(wholly) == len(set(wholly))
    assert {quote for _, quote, _ in from_statements} == {row["quote_id"] for row in rows_of(five, "quotes")}


_SORTINGS = st.dictionaries(
    st.sampled_from(["q1", "q2", "q3", "p1", "p2"]),
    st.tuples(st.sampled_from(["hold", "built", "leaks"]), st.sampled_from(["whole", "partly"])),
)


@settings(max_examples=12, deadline=None)
@given(_SORTINGS)
def test_however_an_event_is_sorted_comparisons_are_all_pairs_of_articles_that_tell_a_statement(
    tmp_path_factory: pytest.TempPathFactory, drawn: dict[str, tuple[str, str]]
) -> None:
    rows = sorted_rows()
    articles = {span: ONE if span.startswith("q") else TWO for span in drawn}
    rows["tellings"] = [telling(name, articles[span], span, degree) for span, (name, degree) in drawn.items()]
    out = built(tmp_path_factory.mktemp("sorted"), rows)
    telling_articles: dict[str, set[str]] = {}
    for span, (name, _) in drawn.items():
        telling_articles.setdefault(name, set()).add(articles[span])
    expected = {(name, *pair) for name, of in telling_articles.items() for pair in combinations(sorted(of), 2)}
    assert [
        (row["statement_id"], row["first_article"], row["second_article"])
        for row in (rows_of(out, "comparisons") if expected else [])
    ] == sorted(expected, key=lambda pair: (len(pair[0]), pair))
    assert ("comparisons" in configs_of(out)) == bool(expected)
    assert ("statements" in configs_of(out)) == bool(drawn)


def test_what_is_published_of_the_five_articles_is_what_compare_shows(five: Path) -> None:
    (event,) = compared_events(open_corpus(REPOSITORY))
    published = {
        (row["statement_id"], row["first_article"], row["second_article"]): row for row in rows_of(five, "comparisons")
    }
    shown = {
        (statement.id, difference.first, difference.second): difference
        for statement in event.statements
        for difference in statement.differences
    }
    assert published.keys() == shown.keys()
    for about, row in published.items():
        same = ("wording", "ratio", "attribution", "certainty", "form")
        assert [row[name] for name in same] == [getattr(shown[about], name) for name in same]
        assert row["first_words"] == list(shown[about].first_words)
        assert [(cue["text"], cue["kind"]) for cue in row["second_cues"]] == [
            (cue.words, cue.kind) for cue in shown[about].second_cues
        ]
        assert [number["change"] for number in row["numbers"]] == [number.change for number in shown[about].numbers]
    for statement in event.statements:
        config = "statements" if statement.kind == "statement" else "figures"
        row = by_id(five, config)[statement.id]
        assert (row["gist"], tuple(row["contradicts"])) == (statement.gist, statement.contradicts)
        assert [shown.item.content.words for shown in statement.tellings] == [part["text"] for part in row["tellings"]]


def many_events(count: int) -> tuple[Rows, dict[str, Any]]:
    """The rows of the small event under many names, and the articles' events."""
    rows: Rows = {name: [] for name in sorted_rows()}
    named: dict[str, Any] = {}
    for number in range(count):
        for name, table in sorted_rows().items():
            for row in table:
                changed = {"event_id": f"{DAM}{number:02}"} if "event_id" in row else {}
                if "article_id" in row:
                    changed["article_id"] = f"{row['article_id']}.{(number * 7) % count:02}"
                    named[changed["article_id"]] = (f"{DAM}{number:02}", row["article_id"])
                rows[name].append(row | changed)
    return rows, named


@pytest.mark.parametrize("held", [1, 4, 1_000])
def test_however_few_events_are_held_the_bytes_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, held: int
) -> None:
    corpus = put_many(tmp_path / "corpus", 9)
    build(corpus, GOLD, tmp_path / "whole", allow_errors=True)
    monkeypatch.setattr(events, "ARTICLES", held)
    build(corpus, GOLD, tmp_path / "parts", allow_errors=True)
    assert files(tmp_path / "parts") == files(tmp_path / "whole")
    listed = [row["event_id"] for row in rows_of(tmp_path / "whole", "statements")]
    assert listed == sorted(listed)
    assert len(set(listed)) == 9


def put_many(folder: Path, count: int) -> Corpus:
    rows, named = many_events(count)
    texts = {article: TEXTS[original] for article, (_, original) in named.items()}
    corpus = put_corpus(folder, texts, {article: event for article, (event, _) in named.items()})
    tasks = [task(article) | key(article, GOLD) for article in named]
    put_layer(corpus, {"tasks": tasks, "spans": rows["spans"], "relations": rows["relations"]}, GOLD)
    for table in ("tellings", "contradictions", "statements"):
        put_jsonl(corpus.layer_path(GOLD) / f"{table}.jsonl", rows[table])
    return corpus
