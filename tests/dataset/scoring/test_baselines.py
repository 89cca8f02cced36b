"""The figures of baselines that the record keeps, and whether they are of its gold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.scoring.baselines import baselines_path, keep_baseline, read_baselines, stale_baselines
from dataset.scoring.score import score
from dataset.scoring.scored import PredictionScore
from tests.dataset.scoring.labels import FEW
from tests.dataset.tiny import LAYER, as_layer, put_corpus, put_gold, put_layer, row_of, valid_rows

SETTINGS = '[baselines.rules]\nnote = "Written beside these very articles."\n'


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    return corpus


def scores(corpus: Corpus, layer: str = LAYER) -> PredictionScore:
    return score(layer, corpus=corpus.root, draws=FEW)


def card_of(corpus: Corpus, layer: str = "gold") -> str:
    build(corpus, layer, corpus.root / "out", allow_errors=False)
    return (corpus.root / "out" / "README.md").read_text(encoding="utf-8")


def test_the_figures_of_a_baseline_are_kept_once_beside_those_of_others(corpus: Corpus) -> None:
    assert keep_baseline(corpus, "spacy", scores(corpus, "r1/a2"))
    assert keep_baseline(corpus, "rules", scores(corpus))
    assert not keep_baseline(corpus, "rules", scores(corpus))
    kept = read_baselines(corpus)
    assert kept["baseline"].unique(maintain_order=True).to_list() == ["rules", "spacy"]
    row = kept.filter(baseline="rules", scope="hedge", measure="exact", figure="precision").row(0, named=True)
    assert (row["value"], row["count"]) == (0.75, 4)  # “up to” is not in the gold


def test_figures_of_another_gold_are_stale(corpus: Corpus) -> None:
    assert stale_baselines(corpus) == []
    keep_baseline(corpus, "rules", scores(corpus))
    assert stale_baselines(corpus) == []
    rows = as_layer(valid_rows(), "gold")
    row_of(rows, "seen")["quote_form"] = "mixed"
    put_layer(corpus, rows, "gold")
    assert stale_baselines(corpus) == ["rules"]
    keep_baseline(corpus, "rules", scores(corpus))
    assert stale_baselines(corpus) == []


def test_a_broken_file_of_baselines_is_said_in_a_sentence(corpus: Corpus) -> None:
    keep_baseline(corpus, "rules", scores(corpus))
    path = baselines_path(corpus)
    path.write_text(path.read_text(encoding="utf-8").replace('"exact"', '"about"', 1), encoding="utf-8")
    with pytest.raises(Problem, match="measure is 'about'"):
        read_baselines(corpus)


def test_the_card_of_the_gold_shows_each_baseline_with_its_note_and_how_it_is_measured(corpus: Corpus) -> None:
    assert "## Baselines" not in card_of(corpus)
    keep_baseline(corpus, "rules", scores(corpus))
    settings = corpus.root / "hedgerow.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")
    text = card_of(open_corpus(corpus.root))
    assert "`rules`: Written beside these very articles." in text
    assert "`hedgerow score --baseline rules`" in text
    (line,) = (line for line in text.splitlines() if line.startswith("| hedge |"))
    assert line == "| hedge | 0.75 | 1.00 | 0.86 | 3 |"  # in one article alone, so without intervals
    assert re.search(r"^\| quote \| 1\.00 \[0\.\d\d, 1\.00\] \|.* \| 5 \|$", text, re.MULTILINE)
    assert "## Baselines" not in card_of(open_corpus(corpus.root), LAYER)


def test_the_card_shows_no_figures_of_another_gold(corpus: Corpus) -> None:
    keep_baseline(corpus, "rules", scores(corpus))
    put_layer(corpus, as_layer(valid_rows(), "gold"), "gold")
    assert "## Baselines" not in card_of(corpus)


@pytest.mark.parametrize(
    "lines",
    [
        "baselines = 1",
        "[baselines]\nrules = 1",
        "[baselines.rules]",
        '[baselines.rules]\nnote = "x"\nmore = 1',
        "[baselines.rules]\nnote = 1",
    ],
)
def test_settings_of_baselines_that_say_something_else_are_refused(tmp_path: Path, lines: str) -> None:
    (tmp_path / "hedgerow.toml").write_text(lines, encoding="utf-8")
    with pytest.raises(Problem, match="baselines"):
        open_corpus(tmp_path)
