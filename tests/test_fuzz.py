"""Exports and the notation of the guidelines, fuzzed: drawn bytes in every run, libFuzzer for longer (atheris)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotation.rounds.export import read_export
from tests.corpora import REPOSITORY
from tests.fuzz import EXPORTS, TARGETS, altered, guidelines
from tests.fuzz import export as exported

SECONDS = [pytest.param(1, id="short"), pytest.param(300, id="long", marks=pytest.mark.soak)]


@settings(max_examples=80)
@given(st.binary(max_size=40))
def test_an_export_with_values_out_of_order_is_findings_or_a_problem(content: bytes) -> None:
    altered(content)


@settings(max_examples=80)
@given(
    st.binary(max_size=60)
    | st.text('[]{}",:0123456789.eE-+ntf\\\\u\ud83d ', max_size=40).map(lambda text: text.encode("utf-8", "replace"))
)
def test_whatever_a_file_holds_is_read_as_json_or_a_problem(content: bytes) -> None:
    exported(b"[" + content + b"]")


@settings(max_examples=120)
@given(st.binary(max_size=60))
def test_text_in_the_notation_is_read_and_written_or_a_problem(content: bytes) -> None:
    guidelines(b"\n" + content)


def test_half_a_character_is_read_as_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "export.json"
    path.write_bytes(b'[{"id": 1, "data": "x\\ud800"}]')
    assert list(read_export(path)) == [{"id": 1, "data": "x\ud800"}]


@pytest.mark.parametrize("seconds", SECONDS)
@pytest.mark.parametrize("target", TARGETS)
def test_libfuzzer_finds_nothing(target: str, seconds: int, tmp_path: Path) -> None:
    pytest.importorskip("atheris")
    for path in [*EXPORTS.glob("q*.json"), *(EXPORTS / "damaged").iterdir()]:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    limits = [f"-max_total_time={seconds}", "-runs=10000000", "-timeout=60", f"-artifact_prefix={tmp_path}/"]
    command = [sys.executable, "-m", "tests.fuzz", target, str(tmp_path), *limits]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)
    print(target, *(line for line in done.stderr.splitlines() if line.startswith("Done ")))
    assert done.returncode == 0, done.stderr[-2000:]
