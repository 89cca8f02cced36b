"""What can be scored: files, folders, layers, rows and DocBins that say the same have the same score."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dataset.problem import Problem
from dataset.published.build import build
from dataset.record.corpus import Corpus
from dataset.record.rows import LayerKey
from dataset.record.shown import ShownRows, shown_frames, write_shown
from dataset.scoring.score import score
from dataset.scoring.scored import PredictionScore
from dataset.storage.atomic import sha256
from tests.dataset.scoring.labels import FEW
from tests.dataset.tiny import (
    EVENT,
    ONE,
    TEXTS,
    TWO,
    Row,
    as_layer,
    finding,
    put_corpus,
    put_gold,
    put_jsonl,
    put_layer,
    sort_gold,
    valid_rows,
)

PUT_SPLITS = [{"event_id": EVENT, "split": "test"}]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    corpus = put_corpus(tmp_path / "corpus")
    put_gold(corpus)
    return corpus


def score_in(corpus: Corpus, predictions: Any, gold: str | Path = "gold", **more: Any) -> PredictionScore:
    return score(predictions, gold, corpus=corpus.root, draws=FEW, **more)


def rows_of_layer(corpus: Corpus, layer: str) -> list[Row]:
    """A layer as rows of the form that predictions have."""
    out = corpus.root / "dist" / layer
    build(corpus, layer, out, allow_errors=True)
    (path,) = (out / "spans").glob("*.parquet")
    return pl.read_parquet(path).to_dicts()


Write = Callable[[Corpus, list[Row]], Any]


def json_lines(corpus: Corpus, rows: list[Row]) -> Any:
    return put_jsonl(corpus.root / "predictions.jsonl", rows)


def parquet(corpus: Corpus, rows: list[Row]) -> Any:
    pl.DataFrame(rows).write_parquet(corpus.root / "predictions.parquet")
    return corpus.root / "predictions.parquet"


WAYS: dict[str, Write] = {
    "JSON Lines": json_lines,
    "Parquet": parquet,
    "rows": lambda corpus, rows: iter(rows),
    "a frame": lambda corpus, rows: pl.DataFrame(rows),
    "a built folder": lambda corpus, rows: corpus.root / "dist" / "r1/a2",
}


@pytest.mark.parametrize("way", WAYS)
def test_whatever_predictions_are_kept_in_they_have_the_same_score(corpus: Corpus, way: str) -> None:
    rows = rows_of_layer(corpus, "r1/a2")
    expected = score_in(corpus, "r1/a2")
    assert expected.value("hedges", "exact", "recall") == round(2 / 3, 6)
    scores = score_in(corpus, WAYS[way](corpus, rows))
    assert scores.figures.equals(expected.figures)
    assert scores.counts == expected.counts


def test_a_built_folder_is_the_gold_that_it_was_built_from(corpus: Corpus, monkeypatch: pytest.MonkeyPatch) -> None:
    sort_gold(corpus)
    build(corpus, "gold", corpus.root / "dist" / "gold", allow_errors=True)
    expected = score_in(corpus, "gold")
    scores = score_in(corpus, corpus.root / "dist" / "gold", corpus.root / "dist" / "gold")
    assert scores.figures.equals(expected.figures)
    assert set(scores.figures["value"]) == {1.0, None}
    assert scores.row("statement", "pairs")["count"] == 4
    monkeypatch.chdir(corpus.root.parent)  # no corpus is needed
    alone = score(corpus.root / "dist" / "gold", corpus.root / "dist" / "gold", draws=FEW)
    without = scores.figures.drop(pl.selectors.starts_with("ceiling"))
    assert alone.figures.drop(pl.selectors.starts_with("ceiling")).equals(without)
    assert alone.ceilings == []


def test_a_gold_that_withholds_its_texts_scores_the_same(corpus: Corpus) -> None:
    folder = corpus.root / "dist" / "gold"
    build(corpus, "gold", folder, allow_errors=True)
    expected = score_in(corpus, "r1/a1", folder)
    for config in ("articles", "spans"):
        (path,) = (folder / config).glob("*.parquet")
        pl.read_parquet(path).with_columns(text=pl.lit(None, pl.String)).write_parquet(path)
    assert score_in(corpus, "r1/a1", folder).figures.equals(expected.figures)
    with pytest.raises(Problem, match="about another text of one"):
        score_in(corpus, [BARE | {"text_sha256": "0" * 64}], folder)


def test_only_the_articles_of_a_split_are_looked_at(corpus: Corpus) -> None:
    put_jsonl(corpus.splits, PUT_SPLITS)
    build(corpus, "gold", corpus.root / "dist" / "gold", allow_errors=True)
    for gold in ("gold", corpus.root / "dist" / "gold"):
        assert score_in(corpus, "r1/a1", gold, split="test").counts.scored == 2
        with pytest.raises(Problem, match="no split train; name one that it has: test"):
            score_in(corpus, "r1/a1", gold, split="train")


def test_predictions_in_an_article_of_another_split_are_no_strangers(tmp_path: Path) -> None:
    corpus = put_corpus(tmp_path / "corpus", events={ONE: "first", TWO: "second"})
    put_layer(corpus, valid_rows())
    put_jsonl(corpus.splits, [{"event_id": "first", "split": "train"}, {"event_id": "second", "split": "test"}])
    scores = score_in(corpus, "r1/a1", "r1/a1", split="test")
    assert (scores.counts.scored, scores.counts.unknown, scores.value("all", "exact")) == (1, 0, 1.0)


def test_a_layer_that_was_labelled_on_another_text_is_refused(corpus: Corpus) -> None:
    put_layer(corpus, valid_rows() | {"findings": [finding("task-text-differs")]}, "r1/a9")
    with pytest.raises(Problem, match="another text of one"):
        score_in(corpus, "r1/a9")


def test_a_layer_with_a_label_of_its_own_is_refused(corpus: Corpus) -> None:
    rows = as_layer(valid_rows(), "r1/a9")
    rows["spans"][0]["label"] = "person"
    put_layer(corpus, rows, "r1/a9")
    with pytest.raises(Problem, match="r1/a9 has a span of one with the label “person”; use speaker"):
        score_in(corpus, "r1/a9")


def test_a_folder_that_is_none_of_ours_is_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="not a built dataset"):
        score_in(corpus, corpus.seeds)


# Rows that cannot be scored

BARE: Row = {"article_id": ONE, "label": "quote", "start": 0, "end": 4}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"text": "Kiew"}, "about another text of one than the gold .“Kiew” at 0:4"),
        ({"text_sha256": "0" * 64}, "about another text of one than the gold"),
        ({"end": 4000}, "has a span at 0:4000 of one, whose text has 158 code points; give offsets as Unicode code"),
        ({"start": -1}, "has a span at -1:4 of one"),
        ({"start": 4}, "has a span at 4:4 of one"),
        ({"start": 0.5}, "row 2 of .* has the offset 0.5"),
        ({"end": 1e300}, "row 2 of .* has the offset 1e.300"),
        ({"label": "person"}, "row 2 of .* has the label “person”; use speaker, quote, hedge or number"),
        ({"quote_form": "Direct"}, "row 2 of .* has the quote_form “Direct”; use direct, indirect or mixed"),
        ({"article_id": None}, "row 2 of .* has no article_id"),
        ({"said_by": ["nobody"]}, "row 2 of one has nobody in said_by, and no span there has that id"),
    ],
)
@pytest.mark.parametrize("way", ["JSON Lines", "Parquet"])
def test_a_row_that_cannot_be_scored_is_named(corpus: Corpus, way: str, wrong: Row, words: str) -> None:
    with pytest.raises(Problem, match=words):
        score_in(corpus, WAYS[way](corpus, [{**dict.fromkeys(wrong), **BARE}, BARE | wrong]))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b\n1,2\n", "is neither JSON Lines nor Parquet"),
        (b'[{"article_id": "one"}]', "is neither JSON Lines nor Parquet"),
        (b"\xff\xfe\x00", "is neither JSON Lines nor Parquet"),
        (b'{"article_id": "one", "label": "quote", "start": 0, "end": 4}\n{"article', "cannot be read: line 2"),
        (b'{"article_id": "one", "label": "quote", "start": 0, "end": 4}\n[1]', "cannot be read: line 2 is not an"),
        (b'{"article_id": "one", "label": "quote", "start": "a", "end": 4}', "cannot be read"),
        (b'{"article_id": "one", "label": "quote", "start": 0, "end": 4, "said_by": 3}', "cannot be read"),
        (b'{"tokens": ["a"], "tags": [0]}', "has no column article_id, so it holds no predictions"),
        (b"PAR1 and no more", "cannot be read"),
    ],
)
def test_a_file_of_another_form_is_refused(corpus: Corpus, content: bytes, words: str) -> None:
    path = corpus.root / "predictions"
    path.write_bytes(content)
    with pytest.raises(Problem, match=words):
        score_in(corpus, path)


@pytest.mark.parametrize("offset", [math.nan, math.inf])
def test_an_offset_that_is_no_number_is_refused(corpus: Corpus, offset: float) -> None:
    with pytest.raises(Problem, match=r"row 2 of .* has the offset"):
        score_in(corpus, parquet(corpus, [BARE | {"end": 4.0}, BARE | {"end": offset}]))


def test_a_parquet_file_of_another_table_is_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="has no column label"):
        score_in(corpus, parquet(corpus, [{"article_id": ONE, "text": "Kyiv"}]))
    with pytest.raises(Problem, match="has no row"):
        pl.DataFrame([BARE]).clear().write_parquet(corpus.root / "predictions.parquet")
        score_in(corpus, corpus.root / "predictions.parquet")


@pytest.mark.parametrize("rows", [[{"article_id": ONE}], [BARE | {"start": "a"}], [3]])
def test_rows_of_a_notebook_that_are_no_predictions_are_refused(corpus: Corpus, rows: list[Any]) -> None:
    with pytest.raises(Problem):
        score_in(corpus, rows)


def test_whole_numbers_may_be_written_as_floats_and_ids_left_out(corpus: Corpus) -> None:
    scores = score_in(corpus, [BARE | {"start": 5.0, "end": 9.0, "label": "speaker"}, BARE | {"label": "speaker"}])
    assert scores.value("speaker", "exact", "precision") == 0.5


def test_ids_may_be_numbers(corpus: Corpus) -> None:
    rows = [BARE | {"span_id": 1, "said_by": [2]}, BARE | {"span_id": 2, "label": "speaker", "start": 5, "end": 9}]
    assert score_in(corpus, json_lines(corpus, rows)).row("said_by", "exact", "precision")["count"] == 1


def test_a_hash_that_fits_is_taken(corpus: Corpus) -> None:
    scores = score_in(corpus, [BARE | {"text_sha256": sha256(TEXTS[ONE].encode()), "text": "Kyiv"}])
    assert (scores.counts.scored, scores.counts.silent) == (2, 1)


def test_more_predictions_in_an_article_than_can_be_matched_are_refused(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dataset.scoring.labelled.MOST", 12)
    rows = [BARE | {"end": end} for end in range(1, 14)]
    assert score_in(corpus, [*rows[:12], *rows[:12]]).counts.repeated == 12
    with pytest.raises(Problem, match="has 13 spans in one alone"):
        score_in(corpus, rows)


# spaCy


def test_without_spacy_a_docbin_is_answered_with_what_to_install(
    corpus: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy.tokens", None)
    path = corpus.root / "predictions.spacy"
    path.write_bytes(b"anything")
    with pytest.raises(Problem, match="spaCy is not installed here; run `pip install spacy`"):
        score_in(corpus, path)


def docbin(corpus: Corpus, *, grouped: bool = True, user_data: bool = False, label: str = "quote") -> Path:
    spacy = pytest.importorskip("spacy")
    tokens = pytest.importorskip("spacy.tokens")
    blank, kept = spacy.blank("en"), tokens.DocBin(store_user_data=user_data)
    for article in (ONE, TWO):
        doc = blank(TEXTS[article])
        if user_data:
            doc.user_data["article_id"] = article
        spans = [row for row in valid_rows()["spans"] if row["article_id"] == article]
        if grouped:
            for row in spans:
                words = doc.char_span(
                    row["start"], row["end"], row["label"] if label == "quote" else label, alignment_mode="expand"
                )
                doc.spans.setdefault(row["label"], []).append(words)
        kept.add(doc)
    kept.to_disk(corpus.root / "predictions.spacy")
    path: Path = corpus.root / "predictions.spacy"
    return path


@pytest.mark.parametrize("user_data", [False, True])
def test_the_span_groups_of_a_docbin_are_predictions(corpus: Corpus, user_data: bool) -> None:
    scores = score_in(corpus, docbin(corpus, user_data=user_data))
    assert (scores.counts.scored, scores.counts.unknown) == (2, 0)
    expected = score_in(corpus, "r1/a1")
    for scope in ("speaker", "quote", "hedge", "number"):
        assert scores.value(scope, "relaxed") == expected.value(scope, "relaxed")


def test_a_docbin_without_span_groups_or_with_labels_of_its_own_is_refused(corpus: Corpus) -> None:
    with pytest.raises(Problem, match="no span group"):
        score_in(corpus, docbin(corpus, grouped=False))
    with pytest.raises(Problem, match="the label “PERSON”"):
        score_in(corpus, docbin(corpus, label="PERSON"))
    path = corpus.root / "predictions.spacy"
    path.write_bytes(b"no DocBin")
    with pytest.raises(Problem, match="cannot be read as a DocBin"):
        score_in(corpus, path)


def show_suggestions(corpus: Corpus, layer: str, **suggesters: str | None) -> None:
    round_name, _, annotator = layer.partition("/")
    rows = ShownRows()
    for article, suggester in suggesters.items():
        key: LayerKey = {"article_id": article, "round": round_name, "annotator": annotator}
        rows.articles.append({**key, "suggester": suggester, "least": 0.0, "without": 0.5})
    write_shown(corpus, layer, shown_frames(rows))


def test_gold_that_was_labelled_with_suggestions_is_left_out_and_that_is_told(corpus: Corpus) -> None:
    before = score_in(corpus, "r1/a1")
    show_suggestions(corpus, "r1/a2", **{ONE: "rules", TWO: None})
    without = score_in(corpus, "r1/a1")
    assert without.counts.scored == before.counts.scored - 1
    assert any("1 of 2 articles" in note and "left out" in note for note in without.notes)
    everything = score_in(corpus, "r1/a1", assisted=True)
    assert everything.figures.equals(before.figures)
    assert any("1 of 2 articles" in note for note in everything.notes)


def test_gold_that_was_labelled_with_suggestions_alone_is_not_scored_against_unasked(corpus: Corpus) -> None:
    show_suggestions(corpus, "r1/a1", **{ONE: "rules", TWO: "rules"})
    with pytest.raises(Problem, match="all articles"):
        score_in(corpus, "r1/a2")
    assert score_in(corpus, "r1/a2", assisted=True).counts.scored == 2


def test_of_a_layer_its_own_suggestions_count(corpus: Corpus) -> None:
    show_suggestions(corpus, "r1/a2", **{ONE: "rules"})
    assert score_in(corpus, "r1/a2", "r1/a1").notes == []
