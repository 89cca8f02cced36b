from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from dataset.record.corpus import Corpus, open_corpus
from scripts.main import app
from tests.dataset.tiny import LAYER, put_corpus, put_gold
from tests.disks import tree
from tests.scripts.test_validate import a_console

SETTING = '[record]\nformat = "parquet"\n'


@pytest.fixture
def corpus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Corpus:
    for module in ("cli.console", "cli.findings", "agree"):
        monkeypatch.setattr(f"scripts.{module}.OUT", a_console())
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    return corpus


def run(corpus: Corpus, *words: str) -> Result:
    return CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])


def outcome(corpus: Corpus, folder: Path) -> tuple[object, ...]:
    """What commands say of the record, and the bytes that they build."""
    results = [run(corpus, "validate", "--json"), run(corpus, "agree", "--round", "r1")]
    built = run(corpus, "build", "--out", str(folder), "--allow-errors")
    return [(result.exit_code, result.stdout) for result in results], built.exit_code, tree(folder)


def test_commands_say_the_same_of_a_converted_record(corpus: Corpus, tmp_path: Path) -> None:
    before = outcome(corpus, tmp_path / "built")
    result = run(corpus, "convert", "--to", "parquet")
    assert result.exit_code == 0, result.output
    assert "13 files made" in result.stdout
    assert 'in hedgerow.toml under [record]: format = "parquet"' in result.stdout
    assert outcome(corpus, tmp_path / "built") == before


def test_the_form_is_that_of_the_settings_where_none_is_named(corpus: Corpus) -> None:
    with (corpus.root / "hedgerow.toml").open("a", encoding="utf-8") as settings:
        settings.write(SETTING)
    assert "13 files made" in run(corpus, "convert").stdout
    assert {path.suffix for path in open_corpus(corpus.root).layer_path(LAYER).iterdir()} == {".parquet"}
    assert "every layer is parquet already" in run(corpus, "convert").stdout


def test_what_cannot_be_read_is_not_converted_and_stays(corpus: Corpus) -> None:
    folder = corpus.annotations / LAYER
    (folder / "spans.jsonl").write_text("{", encoding="utf-8")
    before = tree(folder)
    result = run(corpus, "convert", "--to", "parquet")
    assert "spans.jsonl cannot be read as the table Spans" in str(result.exception)
    assert before.items() <= tree(folder).items()
