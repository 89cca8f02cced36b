from __future__ import annotations

from pathlib import Path

import pytest

from dataset.checks.facts import gather
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from tests.dataset.tiny import LAYER, ONE, SKIPPED, TEXTS, TWO, place, put_corpus, task, valid_rows


@pytest.fixture
def tiny(tmp_path: Path) -> Corpus:
    return put_corpus(tmp_path)


def test_the_texts_are_those_of_the_articles_that_the_layer_is_about(tiny: Corpus) -> None:
    facts = gather(tiny, make_layer(LAYER, tasks=[task(TWO)], spans=[place("s", "hedge", 0, 1)]))
    assert dict(facts.texts.iter_rows()) == {ONE: TEXTS[ONE], TWO: TEXTS[TWO]}
    assert facts.unreadable == {}


def test_a_text_that_cannot_be_read_is_noted_and_its_spans_are_kept(tiny: Corpus) -> None:
    tiny.text_path(ONE).unlink()
    facts = gather(tiny, make_layer(LAYER, **valid_rows()))
    assert list(facts.unreadable) == [ONE]
    assert "is missing" in facts.unreadable[ONE]
    assert facts.spans.height == len(valid_rows()["spans"])
    assert facts.spans.filter(article_id=ONE).select("article_length", "article_words").unique().rows() == [
        (None, None)
    ]
    readable = facts.spans.filter(article_id=TWO)
    assert set(readable["article_length"]) == {len(TEXTS[TWO])}
    assert readable["article_words"].to_list() == readable["text"].to_list()


def test_an_article_that_the_corpus_does_not_have_has_no_text_and_is_not_unreadable(tiny: Corpus) -> None:
    facts = gather(tiny, make_layer(LAYER, tasks=[task("unheard-of"), task(SKIPPED, "skipped")]))
    assert facts.texts["article_id"].to_list() == [SKIPPED]
    assert facts.unreadable == {}


def test_a_layer_about_nothing_has_no_texts(tiny: Corpus) -> None:
    facts = gather(tiny, make_layer(LAYER))
    assert (facts.texts.height, facts.spans.height) == (0, 0)
