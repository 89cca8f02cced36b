"""Settings files and manifests with values of any type in any place: each is read, or refused in a sentence."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotation.labelstudio.seats import ACCOUNTS, addresses
from dataset.folder import manifest
from dataset.problem import Problem
from dataset.published.build import build
from dataset.publishing.publish import publish
from dataset.record.corpus import SETTINGS, open_corpus
from tests.dataset.folder.test_manifest import manifest_of
from tests.dataset.tiny import LAYER, put_corpus, put_layer, valid_rows

ALL_SETTINGS = """
name = "tiny"
title = "Tiny"
licence = "cc-by-4.0"
[paths]
seeds = "seeds"
annotations = "annotations"
splits = "splits.jsonl"
releases = "releases"
[splits]
train = 0.8
validation = 0.1
test = 0.1
[record]
format = "jsonl"
address = "annotations"
[annotators.a1]
kind = "expert-generated"
note = "A person."
"""
VALUES: list[str] = [
    '""',
    "1",
    "-1",
    "1e400",
    "nan",
    "inf",
    "true",
    "[]",
    "[1]",
    '["a"]',
    "{}",
    "{a = 1}",
    "2024-02-30",
    "07:61:00",
]
VALUES += [
    "2024-02-30",
    "07:61:00",
    "9" * 5000,
    "2024-10-29",
    "07:00:00",
    '"\\u0000"',
    '"../x"',
    '"\\n"',
    "0x1F",
    '"' + "a" * 5000 + '"',
]
not_a_setting = st.sampled_from(VALUES)
tries = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@tries
@given(st.integers(0, 30), not_a_setting)
def test_settings_with_a_value_of_any_type_are_read_or_refused(tmp_path: Path, at: int, value: str) -> None:
    lines = ALL_SETTINGS.strip().splitlines()
    at %= len(lines)
    lines[at] = f"{lines[at].partition('=')[0].strip('[] ').replace('.', '_') or 'x'} = {value}"
    (tmp_path / SETTINGS).write_text("\n".join(lines), encoding="utf-8")
    try:
        corpus = open_corpus(tmp_path)
    except Problem as problem:
        assert len(str(problem).splitlines()) == 1
        return
    assert all(isinstance(words, str) for words in (corpus.name, corpus.title, corpus.licence or ""))
    assert sum(corpus.proportions.values()) == pytest.approx(1)


@tries
@given(st.binary(max_size=30))
def test_settings_of_any_bytes_are_read_or_refused(tmp_path: Path, content: bytes) -> None:
    for name, ask in ((SETTINGS, open_corpus), (ACCOUNTS, lambda root: addresses(put_corpus(root)))):
        (tmp_path / name).write_bytes(content)
        try:
            ask(tmp_path)
        except Problem as problem:
            assert len(str(problem).splitlines()) == 1


@pytest.mark.parametrize("value", VALUES)
def test_an_annotator_has_one_address_in_words_or_the_file_is_refused(tmp_path: Path, value: str) -> None:
    corpus = put_corpus(tmp_path)
    (tmp_path / ACCOUNTS).write_text(f"a1 = {value}", encoding="utf-8")
    try:
        address = tomllib.loads(f"a1 = {value}")["a1"]
    except ValueError:
        address = None
    if isinstance(address, str):
        assert addresses(corpus) == {"a1": address}
    else:
        with pytest.raises(Problem, match=r"annotators\.toml"):
            addresses(corpus)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """A folder with its manifest, and that manifest's JSON."""
    root = tmp_path_factory.mktemp("released")
    corpus = put_corpus(root / "corpus")
    put_layer(corpus, valid_rows())
    build(corpus, LAYER, root / "out", allow_errors=False)
    whole = manifest_of(root / "out")
    return root / "out", json.loads(manifest.as_bytes(whole))


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    for key in tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ():
        yield tree, key
        yield from places(tree[key])


JSON = ["1e400", "-1", "1", "0.5", "true", "null", '""', "[]", "[1]", "{}", '{"a": 1}', "NaN", '"\\ud800"', "9" * 5000]


@tries
@given(st.integers(0, 10_000), st.sampled_from(JSON))
def test_a_manifest_with_a_value_of_any_type_is_read_or_refused(
    released: tuple[Path, Any], tmp_path: Path, at: int, value: str
) -> None:
    whole = copy.deepcopy(released[1])
    spots = list(places(whole))
    within, key = spots[at % len(spots)]
    within[key] = "here it goes"
    path = tmp_path / manifest.MANIFEST
    path.write_text(json.dumps(whole).replace('"here it goes"', value), encoding="utf-8")
    try:
        read = manifest.read_file(path)
    except Problem as problem:
        assert len(str(problem).splitlines()) == 1
        return
    assert isinstance(read.version, str)
    assert all(isinstance(hash_, str) for hashes in read.content.values() for hash_ in hashes.values())


@pytest.mark.parametrize("kept", [[], ["articles"], ["articles", "spans", "quotes", "tokens"]])
def test_a_folder_without_its_parquet_is_not_published(
    released: tuple[Path, Any], tmp_path: Path, kept: list[str]
) -> None:
    folder = tmp_path / "bare"
    for name in kept:
        (folder / name).mkdir(parents=True)
        for path in (released[0] / name).iterdir():
            (folder / name / path.name).write_bytes(path.read_bytes())
    folder.mkdir(exist_ok=True)
    manifest.write(folder, replace(manifest._from_json(released[1]), files=manifest.stored_files(folder)))
    with pytest.raises(Problem, match="does not hold what the manifest says"):
        publish(folder, str(tmp_path / "shelf"))
