from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.rows import LayerKey, ShownSpanRow
from dataset.record.shown import (
    SHOWN,
    ShownRows,
    layers_with_suggestions,
    read_shown,
    renewed,
    shown_frames,
    write_shown,
)
from tests.annotation.labelstudio.test_result import blank
from tests.corpora import make_corpus


def rows(*articles: str, outcome: str = "kept") -> ShownRows:
    made = ShownRows()
    for article in articles:
        key: LayerKey = {"article_id": article, "round": "r1", "annotator": "a1"}
        made.articles.append({**key, "suggester": "rules", "least": 0.5, "without": 0.5})
        span = blank("n1", "number", 4, 6, "40")
        known = {"pattern": "digits", "score": 0.9, "outcome": outcome, "changes": [], "seconds": 1.25}
        made.spans.append(cast("ShownSpanRow", {**key, **span, **known}))
        made.links.append({**key, "type": "said_by", "from_span": "q", "to_span": "s", "outcome": outcome})
    return made


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"t0": "The 40 buses."})


def outcomes(corpus: Corpus) -> dict[str, str]:
    return dict(read_shown(corpus, "r1/a1").spans.select("article_id", "outcome").iter_rows())


def test_what_is_written_is_read_again_and_written_once(corpus: Corpus) -> None:
    shown = shown_frames(rows("t1", "t0"))
    assert len(write_shown(corpus, "r1/a1", shown)) == 3
    assert write_shown(corpus, "r1/a1", shown) == []
    again = read_shown(corpus, "r1/a1")
    assert all(getattr(again, name).equals(getattr(shown, name)) for name in ("articles", "spans", "links"))
    assert again.articles["article_id"].to_list() == ["t0", "t1"]
    assert layers_with_suggestions(corpus) == layers_with_suggestions(corpus, "r1") == ["r1/a1"]


def test_a_layer_without_suggestions_gets_no_files(corpus: Corpus) -> None:
    assert write_shown(corpus, "r1/a1", shown_frames(ShownRows())) == []
    assert not list(corpus.annotations.glob("**/shown_*"))
    assert layers_with_suggestions(corpus) == []


def test_a_pull_takes_the_place_of_the_last_one_but_for_articles_that_stay_untouched(corpus: Corpus) -> None:
    write_shown(corpus, "r1/a1", shown_frames(rows("t0", "t1", "t2", outcome="unseen")))
    write_shown(corpus, "r1/a1", renewed(read_shown(corpus, "r1/a1"), rows("t0"), ["t2"]))
    assert outcomes(corpus) == {"t0": "kept", "t2": "unseen"}


def test_rows_of_withdrawn_articles_are_left_out() -> None:
    kept = rows("t0", "t1").without({"t1"})
    assert [row["article_id"] for table in (kept.articles, kept.spans, kept.links) for row in table] == ["t0"] * 3


@pytest.mark.parametrize("table", SHOWN)
def test_a_file_that_is_not_its_table_is_named(corpus: Corpus, table: str) -> None:
    write_shown(corpus, "r1/a1", shown_frames(rows("t0")))
    path = corpus.annotations / "r1" / "a1" / f"{table}.jsonl"
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(Problem, match=table):
        read_shown(corpus, "r1/a1")
