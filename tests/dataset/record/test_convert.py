"""The record in both forms and at an address: the same tables, the same checks."""

from __future__ import annotations

import itertools
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from upath import UPath

from dataset.checks.suite import check_record
from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.convert import DECISIONS, convert_layer
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, TABLES, Layer, make_layer, read_layer, table_path, write_layers
from dataset.record.withdrawal import withdraw
from dataset.schema import Decisions
from dataset.storage import article_ranges, parquet_tables
from dataset.storage.address import Location
from dataset.storage.tables import read_table, write_table
from tests.dataset.layers import write_layer
from tests.dataset.release_setup import put_ready
from tests.dataset.tiny import LAYER, ONE, TWO, put_corpus, put_gold, row_of, valid_rows
from tests.disks import small_disk, tree

LAYERS = ("r1/a1", "r1/a2", GOLD)


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    """With something for `validate` to find in a layer and in the gold's decisions."""
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    decisions = read_table(corpus.decisions, Decisions).sort("article_id", maintain_order=True)
    write_table(corpus.decisions, Decisions, decisions)
    rows = valid_rows()
    row_of(rows, "may")["hedge_kind"] = None
    write_layer(corpus.layer_path(LAYER), make_layer(LAYER, **rows))
    return corpus


def settle(corpus: Corpus, record: str) -> Corpus:
    path = corpus.root / "hedgerow.toml"
    path.write_text(f"{path.read_text(encoding='utf-8')}\n[record]\n{record}\n", encoding="utf-8")
    return open_corpus(corpus.root)


def convert(corpus: Corpus, form: str) -> None:
    for name in LAYERS:
        convert_layer(corpus.layer_path(name), form)


def copied(corpus: Corpus, to: Location, form: str) -> None:
    """The record at another place."""
    for name in LAYERS:
        write_layer(to / name, read_layer(corpus.layer_path(name), name), form)
    (to / GOLD / "decisions.jsonl").write_bytes(corpus.decisions.read_bytes())
    convert_layer(to / GOLD, form)


def seen(corpus: Corpus, out: Path) -> tuple[Any, ...]:
    """Everything that is made of the record: findings, and the bytes of builds."""
    findings = list(check_record(corpus, corpus.layers()))
    for name in (GOLD, LAYER):
        build(corpus, name, out / name, allow_errors=True)
    return corpus.layers(), findings, tree(out)


def rows(corpus: Corpus) -> list[Any]:
    layers = [read_layer(corpus.layer_path(name), name) for name in LAYERS]
    tables = [getattr(layer, table).rows() for layer in layers for table in TABLES]
    return [*tables, read_table(corpus.decisions, Decisions).rows()]


@pytest.mark.parametrize("form", ["jsonl", "parquet"])
@pytest.mark.parametrize("address", ["", "memory://{name}/record", "file://{folder}/corpus/record", "elsewhere/record"])
def test_findings_and_builds_are_the_same_in_every_form_and_at_every_address(
    corpus: Corpus, tmp_path: Path, form: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataset.storage.address.PASSING", frozenset())  # here all is done in one process
    before = seen(corpus, tmp_path / "before")
    address = address.format(name=tmp_path.name, folder=tmp_path)
    lines = f'format = "{form}"\n' + (f'address = "{address}"' if address else "")
    moved = settle(corpus, lines)
    copied(corpus, moved.record, form)
    if not address:
        convert(corpus, form)
    assert seen(moved, tmp_path / "after") == before
    assert {finding.code for finding in before[1]} >= {"missing-attribute", "unsound-decision"}
    assert {path.suffix for path in moved.layer_path(LAYER).iterdir()} == {f".{form}"}
    assert isinstance(moved.record, UPath) == address.startswith("memory:")


def test_what_was_converted_there_and_back_has_the_same_bytes(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(article_ranges, "AT_ONCE", 1_000)
    monkeypatch.setattr(parquet_tables, "ROWS", 5)
    before, rows_before = tree(corpus.annotations), rows(corpus)
    convert(corpus, "parquet")
    assert rows(corpus) == rows_before
    assert not list(corpus.annotations.rglob("*.jsonl"))
    convert(corpus, "parquet")
    convert(corpus, "jsonl")
    assert tree(corpus.annotations) == before


@pytest.mark.parametrize("at", range(9))
@pytest.mark.parametrize("call", ["replace", "unlink"])
def test_a_conversion_that_was_cut_off_loses_nothing_and_is_ended_by_the_next(
    corpus: Corpus, call: str, at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, rows_before, calls = tree(corpus.annotations), rows(corpus), itertools.count()
    real = getattr(Path, call)

    def cut_off(self: Path, *words: Any, **named: Any) -> Any:
        if (self.suffix == ".jsonl" or call == "replace") and next(calls) == at:
            raise KeyboardInterrupt
        return real(self, *words, **named)

    with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
        patch.setattr(Path, call, cut_off)
        convert(corpus, "parquet")
    convert(corpus, "parquet")
    assert rows(corpus) == rows_before
    convert(corpus, "jsonl")
    assert tree(corpus.annotations) == before


def test_a_disk_that_is_full_leaves_the_old_files(corpus: Corpus, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 1 << 15) as disk:
        write_layer(disk / LAYER, make_layer(LAYER, **valid_rows()))
        before = tree(disk)
        with pytest.raises(OSError):
            convert_layer(disk / LAYER, "parquet")
        left = tree(disk)
    assert before.items() <= left.items()


def test_tables_in_two_forms_that_differ_are_refused_and_both_stay(corpus: Corpus) -> None:
    folder = corpus.layer_path(LAYER)
    layer = make_layer(LAYER, **valid_rows())
    write_layer(corpus.root / "other", layer, "parquet")
    (folder / "spans.parquet").write_bytes((corpus.root / "other" / "spans.parquet").read_bytes())
    before = tree(corpus.annotations)
    with pytest.raises(Problem, match=r"spans\.jsonl and the file that is to take its place hold other rows"):
        convert_layer(folder, "parquet")
    assert before.items() <= tree(corpus.annotations).items()
    findings = [finding for finding in check_record(corpus, [LAYER]) if finding.code == "unreadable-table"]
    assert [finding.message.partition(" and ")[2] for finding in findings] == ["spans.parquet are both there"]


def test_a_layer_that_is_there_keeps_its_form_and_a_new_one_gets_the_form_of_the_settings(corpus: Corpus) -> None:
    here = settle(corpus, 'format = "parquet"')
    new = make_layer("r2/a1", **valid_rows())
    written = write_layers({here.layer_path(LAYER): new, here.layer_path("r2/a1"): new}, form=here.form)
    assert {path.suffix for path in written[:1]} == {".jsonl"}
    assert {path.suffix for path in written[-4:]} == {".parquet"}
    assert table_path(here.layer_path(GOLD), DECISIONS, here.form).name == "decisions.jsonl"


def test_a_layer_at_an_address_is_put_there_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, layer = UPath(f"memory://{tmp_path.name}/r1/a1"), make_layer(LAYER, **valid_rows())
    write_layers({folder: make_layer(LAYER)}, {"pull_id": "first"}, "parquet")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    monkeypatch.setattr("dataset.storage.atomic.shutil.copyfileobj", _half)
    with pytest.raises(OSError):
        write_layers({folder: layer}, {"pull_id": "second"}, "parquet")
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert after == {name: content for name, content in before.items() if name != "pull.json"}
    monkeypatch.undo()
    write_layers({folder: layer}, {"pull_id": "third"}, "parquet")
    assert b"third" in (folder / "pull.json").read_bytes()
    assert same(read_layer(folder, LAYER), layer)


def _half(source: Any, out: Any, length: int) -> None:
    out.write(source.read(10))
    raise OSError(104, "Connection reset by peer")


def same(first: Layer, second: Layer) -> bool:
    return all(getattr(first, table).equals(getattr(second, table)) for table in TABLES)


def test_an_article_is_withdrawn_from_parquet_too(tmp_path: Path) -> None:
    corpus = put_ready(tmp_path / "corpus")
    names = corpus.layers()
    kept = {name: read_layer(corpus.layer_path(name), name).except_for([ONE]) for name in names}
    for name in names:
        convert_layer(corpus.layer_path(name), "parquet")
    changed = withdraw(corpus, ONE, "its publisher asked for it")
    assert sum(path.suffix == ".parquet" for path in changed) > len(names)
    for name in names:
        assert same(read_layer(corpus.layer_path(name), name), kept[name])
        assert TWO in kept[name].tasks["article_id"]
    assert withdraw(corpus, ONE, "its publisher asked for it") == []
