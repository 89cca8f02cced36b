from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.report.highlights import HighlightedArticle, SpanNote, highlighted, pieces
from annotation.report.labelled import LabelledArticle, labelled_articles
from dataset.scheme.vocabulary import LABELS
from tests.dataset.tiny import (
    ONE,
    TWO,
    Row,
    Rows,
    hedge,
    link,
    place,
    put_corpus,
    put_layer,
    quote,
    task,
    valid_rows,
)


def labelled(folder: Path, rows: Rows) -> dict[str, LabelledArticle]:
    corpus = put_corpus(folder)
    return {article.id: article for article in labelled_articles(corpus, put_layer(corpus, rows))}


def note(article: HighlightedArticle, words: str) -> SpanNote:
    return next(note for note in article.notes if note.words == words)


@pytest.fixture
def tiny(tmp_path: Path) -> HighlightedArticle:
    return highlighted(labelled(tmp_path, valid_rows())[ONE])


def test_quotes_are_numbered_and_a_segment_has_the_number_of_its_quote(tiny: HighlightedArticle) -> None:
    signs = [note.sign for note in tiny.notes if note.label == "quote"]
    assert signs == ["1", "2", "…2", "3"]


def test_a_speaker_names_its_quotes_and_a_hedge_what_it_makes_uncertain(tiny: HighlightedArticle) -> None:
    assert note(tiny, "Ann Bo").sign == "2"
    assert note(tiny, "12,000").sign == "a"
    assert note(tiny, "around").sign == "~a"
    assert note(tiny, "stopped short of confirming").sign == "~3"


def test_a_link_is_told_at_both_its_ends(tiny: HighlightedArticle) -> None:
    quote_note, speaker_note = note(tiny, "“We saw them,”"), note(tiny, "Ann Bo")
    assert ("said by", speaker_note.number) in [(link.words, link.other_end) for link in quote_note.links]
    assert ("says", quote_note.number) in [(link.words, link.other_end) for link in speaker_note.links]
    assert {(link.source, link.target) for link in speaker_note.links} == {(quote_note.number, speaker_note.number)}


def test_numbers_after_the_twenty_sixth_have_two_letters(tmp_path: Path) -> None:
    words = [str(value) for value in range(100, 154)]
    spans = [
        place(word, "number", 4 * at, 4 * at + 3, text=word, number_kind="count", number_value=word)
        for at, word in enumerate(words)
    ]
    corpus = put_corpus(tmp_path, {ONE: " ".join(words)})
    layer = put_layer(corpus, {"tasks": [task(ONE)], "spans": spans, "relations": [], "findings": []})
    (article,) = labelled_articles(corpus, layer)
    signs = {note.words: note.sign for note in highlighted(article).notes}
    assert [signs[word] for word in ("100", "125", "126", "127", "151", "152", "153")] == (
        ["a", "z", "aa", "ab", "az", "ba", "bb"]
    )


def test_attributes_are_told_and_what_goes_without_saying_is_not(tmp_path: Path) -> None:
    works = labelled(tmp_path, valid_rows())
    assert note(highlighted(works[ONE]), "Ann Bo").facts == (("entities", "Ann Bo (person)"),)
    assert note(highlighted(works[ONE]), "that they crossed").facts == (("form", "indirect"),)
    assert note(highlighted(works[TWO]), "that thousands came").facts == (("form", "indirect"), ("source", "unnamed"))
    assert note(highlighted(works[TWO]), "thousands").facts[1:] == (("value", "1000.."), ("unit", "troops"))


def test_a_label_that_the_text_cannot_show_is_left_out(tmp_path: Path) -> None:
    rows = valid_rows()
    broken: list[Row] = [{"start": 3, "end": 2}, {"end": 10_000}, {"label": "nope"}, {"text": "other words"}]
    rows["spans"] += [{**hedge(f"h{at}", "may", "modal"), **change} for at, change in enumerate(broken)]
    whole = labelled(tmp_path / "whole", valid_rows())[ONE]
    assert labelled(tmp_path / "broken", rows)[ONE].spans == whole.spans


def test_a_speaker_without_a_quote_and_a_hedge_without_a_target_have_a_sign_too(tmp_path: Path) -> None:
    rows = valid_rows()
    rows["relations"] = [row for row in rows["relations"] if row["to_span"] != "kyiv" and row["from_span"] != "may"]
    article = highlighted(labelled(tmp_path, rows)[ONE])
    assert (note(article, "Kyiv").sign, note(article, "may").sign) == ("–", "~")


def test_quotes_that_go_on_with_each_other_are_one_quote(tmp_path: Path) -> None:
    rows = valid_rows()
    rows["spans"].append(quote("part", "12,000 troops", "direct"))
    rows["relations"] += [link("continues", "part", "claim"), link("continues", "claim", "part")]
    article = highlighted(labelled(tmp_path, rows)[ONE])
    assert article.notes[article.first[0]].words == "that up to around 12,000 troops may cross"
    assert note(article, "12,000 troops").sign == "…1"


SPANS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 12), st.sampled_from(LABELS)), max_size=12)


@given(st.text(min_size=1, max_size=40), SPANS)
def test_the_pieces_are_the_text_and_those_of_a_label_are_its_words(
    text: str, spans: list[tuple[int, int, str]]
) -> None:
    places = [(start % len(text), length, label) for start, length, label in spans]
    ends = [(start, min(start + length, len(text)), label) for start, length, label in places]
    notes = [
        SpanNote(number, label, "1", start, end, text[start:end], (), ())
        for number, (start, end, label) in enumerate(ends)
    ]
    all_pieces = list(pieces(text, notes))
    assert "".join(piece.text for piece in all_pieces) == text
    for note in notes:
        carrying = [(piece, part) for piece in all_pieces for part in piece.parts if part.note is note]
        assert "".join(piece.text for piece, _ in carrying) == note.words
        assert [part.begins for _, part in carrying] == [True] + [False] * (len(carrying) - 1)
        assert [part.ends for _, part in carrying] == [False] * (len(carrying) - 1) + [True]
    for piece in all_pieces:
        lengths = [part.note.end - part.note.start for part in piece.parts]
        assert lengths == sorted(lengths, reverse=True)
