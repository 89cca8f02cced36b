from __future__ import annotations

from annotation.page.messages import Correction, answers_markdown, corrections_markdown
from dataset.record.rows import NoteRow


def note(question: str, answer: str | None, span: str | None = None) -> NoteRow:
    key = {"article_id": "one", "round": "r1", "annotator": "a1"}
    return {**key, "span_id": span, "question": question, "answer": answer, "answered_at": None}  # type: ignore[typeddict-item]


def test_an_answer_is_shown_with_its_question_and_the_words_that_it_is_about() -> None:
    shown = answers_markdown([note("Is it direct?", "Yes (Q1).", "q1")], {"q1": "“We may”"})
    assert shown.splitlines()[-1] == "- *“We may”*: Is it direct? **Yes (Q1).**"


def test_without_an_answer_nothing_is_shown() -> None:
    assert answers_markdown([note("Is it direct?", None)], {}) == ""


def test_nothing_that_was_typed_is_markup_or_task_data() -> None:
    shown = answers_markdown([note("a\n- *b* <i>$text</i>", "[c](d) `e`")], {})
    assert shown.splitlines()[-1] == ("- a - &#42;b&#42; &lt;i&gt;$ text&lt;/i&gt; **&#91;c&#93;(d) &#96;e&#96;**")


def test_a_correction_names_its_words_and_its_rule() -> None:
    shown = corrections_markdown([Correction("may", "the hedge has no kind", "H3")], answered=False)
    assert shown.splitlines()[-1] == "- *may*: the hedge has no kind (H3)"


def test_an_article_that_is_back_for_an_answer_alone_asks_for_no_correction() -> None:
    assert "correct" not in corrections_markdown([], answered=True)
    assert "answer" in corrections_markdown([Correction(None, "x", None)], answered=True)
    assert "answer" not in corrections_markdown([Correction(None, "x", None)], answered=False)
