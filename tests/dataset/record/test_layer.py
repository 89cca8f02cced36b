from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dataset.problem import Problem
from dataset.record.layer import (
    TABLES,
    Layer,
    Removal,
    layers_in,
    make_layer,
    missing_files,
    read_layer,
    removals,
    sort_layer,
    write_layers,
)
from dataset.storage.tables import table_bytes
from tests.dataset.drawn import Record, records
from tests.dataset.layers import write_layer
from tests.dataset.tiny import (
    LAYER,
    ONE,
    SKIPPED,
    TWO,
    Rows,
    finding,
    hedge,
    link,
    place,
    row_of,
    speaker,
    task,
    valid_rows,
)


def tables(layer: Layer) -> dict[str, bytes]:
    return {name: table_bytes(getattr(layer, name)) for name in TABLES}


def ids(layer: Layer) -> list[str]:
    return layer.spans["span_id"].to_list()


def without(rows: Rows, span_id: str) -> Rows:
    """The rows as a pull brings them when a span was deleted: its links are gone, too."""
    links = [row for row in rows["relations"] if span_id not in (row["from_span"], row["to_span"])]
    return rows | {"spans": [row for row in rows["spans"] if row["span_id"] != span_id], "relations": links}


# Order


def test_spans_are_in_the_order_of_articles_and_then_of_offsets_as_numbers() -> None:
    spans = [
        place("e", "hedge", 10, 11),
        place("d", "hedge", 9, 12),
        place("a", "hedge", 9, 10, "a"),
        place("c", "hedge", 9, 10),
        place("b", "quote", 9, 10, "a"),
    ]
    assert ids(make_layer(LAYER, spans=spans)) == ["a", "b", "c", "d", "e"]


def test_links_are_in_the_order_of_the_places_that_they_join() -> None:
    spans = [place(name, "hedge", start, start + 1) for name, start in (("z", 2), ("y", 9), ("x", 10), ("w", 11))]
    ends = [("x", "w"), ("y", "w"), ("z", "x"), ("z", "y")]
    relations = [link("hedges", *pair) for pair in ends]
    ordered = make_layer(LAYER, spans=spans, relations=relations).relations
    assert ordered.select("from_span", "to_span").rows() == [("z", "y"), ("z", "x"), ("y", "w"), ("x", "w")]


def test_a_link_whose_end_is_missing_comes_last_in_its_article() -> None:
    spans = [place("s", "hedge", 50, 51), place("t", "hedge", 60, 61), place("a", "hedge", 0, 1, TWO)]
    relations = [link(None, "a", "b", TWO), link(None, "gone", "s"), link(None, "s", "gone"), link(None, "t", "s")]
    ordered = make_layer(LAYER, spans=spans, relations=relations).relations
    assert ordered["from_span"].to_list() == ["s", "t", "gone", "a"]


def test_a_link_stays_one_row_where_two_spans_share_its_ends_id() -> None:
    spans = [place("s", "hedge", 0, 1), place("s", "hedge", 5, 6), place("t", "hedge", 8, 9)]
    assert make_layer(LAYER, spans=spans, relations=[link(None, "t", "s")]).relations.height == 1


def test_tasks_and_findings_are_in_the_order_of_their_articles() -> None:
    findings = [finding("several-values", "r2"), finding("several-values", "r1"), finding("several-labels", "r9")]
    layer = make_layer(LAYER, tasks=[task(TWO), task(ONE)], findings=[finding("several-values", None), *findings])
    assert layer.tasks["article_id"].to_list() == [ONE, TWO]
    assert layer.findings["region"].to_list() == ["r9", "r1", "r2", None]


@settings(max_examples=30, deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_in_which_rows_come_does_not_matter(record: Record, chance: random.Random) -> None:
    shuffled = {name: chance.sample(rows, len(rows)) for name, rows in record.rows.items()}
    assert tables(make_layer(LAYER, **shuffled)) == tables(make_layer(LAYER, **record.rows))


def test_sorting_again_changes_nothing() -> None:
    layer = make_layer(LAYER, **valid_rows())
    assert tables(sort_layer(layer)) == tables(layer)


# On disk


@settings(max_examples=30, deadline=None)
@given(records())
def test_a_layer_reads_back_as_it_was_written(tmp_path_factory: pytest.TempPathFactory, record: Record) -> None:
    folder = tmp_path_factory.mktemp("layer")
    layer = make_layer(LAYER, **record.rows)
    assert len(write_layer(folder, layer)) == len(TABLES)
    back = read_layer(folder, LAYER)
    assert back.name == LAYER
    assert all(getattr(back, name).equals(getattr(layer, name)) for name in TABLES)
    assert write_layer(folder, back) == []


def test_a_folder_without_files_is_an_empty_layer(tmp_path: Path) -> None:
    layer = read_layer(tmp_path / "r9" / "a9", "r9/a9")
    assert layer.name == "r9/a9"
    assert tables(layer) == dict.fromkeys(TABLES, b"")


def test_only_the_tables_that_changed_are_written(tmp_path: Path) -> None:
    rows = valid_rows()
    write_layer(tmp_path, make_layer(LAYER, **rows))
    row_of(rows, "may")["hedge_kind"] = "evidential"
    assert write_layer(tmp_path, make_layer(LAYER, **rows)) == [tmp_path / "spans.jsonl"]


def test_a_changed_attribute_is_one_changed_line(tmp_path: Path) -> None:
    rows = valid_rows()
    write_layer(tmp_path, make_layer(LAYER, **rows))
    before = (tmp_path / "spans.jsonl").read_bytes().splitlines()
    row_of(rows, "may")["hedge_kind"] = "evidential"
    write_layer(tmp_path, make_layer(LAYER, **rows))
    after = (tmp_path / "spans.jsonl").read_bytes().splitlines()
    changed = [line for line, old in zip(after, before, strict=True) if line != old]
    assert [json.loads(line)["span_id"] for line in changed] == ["may"]


def test_a_layer_that_lost_its_spans_has_an_empty_file(tmp_path: Path) -> None:
    write_layer(tmp_path, make_layer(LAYER, **valid_rows()))
    write_layer(tmp_path, make_layer(LAYER, tasks=[task(ONE)]))
    assert (tmp_path / "spans.jsonl").read_bytes() == b""


def test_a_table_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "relations.jsonl").write_text("{")
    with pytest.raises(Problem, match=r"relations.jsonl cannot be read as the table Relations"):
        read_layer(tmp_path, LAYER)


def test_a_layer_is_sorted_whatever_the_order_of_the_lines(tmp_path: Path) -> None:
    layer = make_layer(LAYER, **valid_rows())
    write_layer(tmp_path, layer)
    for name in TABLES:
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))
    assert tables(read_layer(tmp_path, LAYER)) == tables(layer)


def pull_of(folder: Path) -> Any:
    path = folder / "pull.json"
    return json.loads(path.read_text(encoding="utf-8"))["pull_id"] if path.exists() else None


def test_the_pull_that_changed_a_layer_last_is_noted_beside_its_rows(tmp_path: Path) -> None:
    layer = make_layer(LAYER, **valid_rows())
    assert len(write_layers({tmp_path: layer}, {"pull_id": "first"})) == len(TABLES)
    assert pull_of(tmp_path) == "first"
    assert write_layers({tmp_path: layer}, {"pull_id": "second"}) == []
    assert pull_of(tmp_path) == "first"
    write_layers({tmp_path: make_layer(LAYER)}, {"pull_id": "third"})
    assert pull_of(tmp_path) == "third"
    assert (tmp_path / "pull.json").read_bytes().endswith(b"}\n")


@pytest.mark.parametrize("at", range(5))
def test_a_layer_that_was_cut_off_names_no_pull_until_it_is_whole(
    tmp_path: Path, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = make_layer(LAYER, **valid_rows())
    write_layers({tmp_path: make_layer(LAYER, findings=[finding("several-values")])}, {"pull_id": "first"})
    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(Path, "replace", cut_off(at))
        write_layers({tmp_path: new}, {"pull_id": "second"})
    assert pull_of(tmp_path) is None
    write_layers({tmp_path: new}, {"pull_id": "third"})
    assert (pull_of(tmp_path), tables(read_layer(tmp_path, LAYER))) == ("third", tables(new))


def cut_off(at: int) -> Callable[[Path, Path], Path]:
    """`Path.replace`, stopped at its call number `at`."""
    calls, put = itertools.count(), Path.replace

    def replace(self: Path, target: Path) -> Path:
        if next(calls) == at:
            raise KeyboardInterrupt
        return put(self, target)

    return replace


def test_no_layer_is_changed_where_one_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    layer = make_layer(LAYER, **valid_rows())
    with pytest.raises(OSError):
        write_layers({tmp_path / "one": layer, tmp_path / "file" / "two": layer}, {"pull_id": "first"})
    assert list((tmp_path / "one").iterdir()) == []


@pytest.mark.parametrize("name", TABLES)
def test_a_folder_that_lacks_one_of_its_files_is_a_layer_and_says_which(tmp_path: Path, name: str) -> None:
    write_layer(tmp_path / LAYER, make_layer(LAYER, **valid_rows()))
    assert missing_files(tmp_path / LAYER) == []
    (tmp_path / LAYER / f"{name}.jsonl").unlink()
    assert missing_files(tmp_path / LAYER) == [f"{name}.jsonl"]
    assert layers_in(tmp_path) == [LAYER]


# Parts


def test_the_part_about_some_articles_has_all_its_rows_and_no_other() -> None:
    rows = valid_rows() | {"findings": [finding("several-values"), finding("several-values", article=TWO)]}
    part = make_layer(LAYER, **rows).only([TWO, "unheard-of"])
    assert part.name == LAYER
    assert ids(part) == ["unsaid", "some"]
    assert (part.tasks.height, part.relations.height, part.findings.height) == (1, 0, 1)


def test_the_part_about_no_article_is_empty() -> None:
    assert tables(make_layer(LAYER, **valid_rows()).only([])) == dict.fromkeys(TABLES, b"")


# What a new layer takes away


def gone(new: Rows, old: Rows | None = None) -> list[Removal]:
    return removals(make_layer(LAYER, **(old or valid_rows())), make_layer(LAYER, **new))


def test_the_same_layer_takes_nothing_away() -> None:
    assert gone(valid_rows()) == []


def test_a_first_layer_takes_nothing_away() -> None:
    assert removals(make_layer(LAYER), make_layer(LAYER, **valid_rows())) == []


def test_more_work_takes_nothing_away() -> None:
    more = valid_rows()
    more["spans"].append(speaker("reports", "Reports", "Reports", article=TWO))
    more["relations"].append(link("said_by", "unsaid", "reports", TWO))
    more["tasks"].append(task("three"))
    assert gone(more) == []


def test_a_moved_edge_and_a_changed_label_take_nothing_away() -> None:
    moved = valid_rows()
    row_of(moved, "kyiv").update(end=6, text="Kyiv’s")
    row_of(moved, "short")["label"] = "quote"
    assert gone(moved) == []


def test_a_span_that_is_not_there_is_named_with_its_place_and_words() -> None:
    assert gone(without(valid_rows(), "may")) == [Removal(ONE, "hedge 48:51 “may” (may)")]


def test_a_span_of_that_id_in_another_article_is_another() -> None:
    new = without(valid_rows(), "some")
    new["spans"].append(hedge("some", "near", "approximator"))
    assert [(removal.article_id, removal.what[:6]) for removal in gone(new)] == [(TWO, "number")]


def test_an_article_that_is_not_there_is_named_once_and_not_span_by_span() -> None:
    new = valid_rows()
    new = {name: [row for row in rows if row["article_id"] != ONE] for name, rows in new.items()}
    assert gone(new) == [Removal(ONE, "the article (submitted)")]


def test_a_skipped_article_that_is_not_there_is_named_as_skipped() -> None:
    new = valid_rows()
    new["tasks"] = [row for row in new["tasks"] if row["article_id"] != SKIPPED]
    assert gone(new) == [Removal(SKIPPED, "the article (skipped)")]


def test_an_article_that_is_now_skipped_loses_its_spans() -> None:
    new = {name: [row for row in rows if row["article_id"] != TWO] for name, rows in valid_rows().items()}
    new["tasks"].append(task(TWO, "skipped"))
    assert [removal.article_id for removal in gone(new)] == [TWO, TWO]


def test_a_drawn_link_between_spans_that_stay_is_named() -> None:
    new = valid_rows()
    new["relations"] = [row for row in new["relations"] if row["from_span"] != "near"]
    assert gone(new) == [Removal(ONE, "link near → seen (continues)")]


def test_a_link_that_goes_with_its_span_is_not_named_again() -> None:
    assert [removal.what for removal in gone(without(valid_rows(), "kyiv"))] == ["speaker 0:4 “Kyiv” (kyiv)"]


def test_a_made_link_may_go_and_may_take_the_place_of_a_drawn_one() -> None:
    new = valid_rows()
    new["relations"] = [row for row in new["relations"] if not row["derived"]]
    assert gone(new) == []
    drawn = valid_rows()
    for row in drawn["relations"]:
        row["derived"] = False
    assert gone(valid_rows(), drawn) == []
