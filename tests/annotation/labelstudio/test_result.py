from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotation.labelstudio.adjudicated import OPEN, read_adjudication
from annotation.labelstudio.canonical import canonical_line
from annotation.labelstudio.result import CHOICES, LABEL, TYPED, UNNAMED, read_result
from annotation.labelstudio.tasks import Task, ended, read_task, same_work
from dataset.problem import Problem
from dataset.record.rows import Asked
from dataset.scheme import vocabulary
from tests.annotation.labelstudio.written import result_of

TEXT = "The port said: “We may lose about 40 ships.”"
Row = dict[str, Any]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=80)
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
names = words.map(lambda name: name.replace(";", "").strip()).filter(bool)
ENTITIES = ("Port of Lomma", "Ilsa Brandt", "Ukraine")


def blank(span_id: str, label: str, start: int, end: int, text: str) -> Row:
    return {
        "span_id": span_id,
        "label": label,
        "start": start,
        "end": end,
        "text": text[start:end],
        "speaker_entities": [],
        "quote_form": None,
        "quote_source": None,
        "hedge_kind": None,
        "number_kind": None,
        "number_value": None,
        "number_unit": None,
        "number_low": None,
        "number_high": None,
    }


@st.composite
def spans_in(draw: st.DrawFn, text: str) -> list[Row]:
    ids = draw(st.lists(words, unique=True, max_size=6))
    return [draw(span_in(text, span_id)) for span_id in ids]


@st.composite
def span_in(draw: st.DrawFn, text: str, span_id: str) -> Row:
    start, end = sorted(draw(st.tuples(*[st.integers(0, len(text))] * 2)))
    span = blank(span_id, draw(st.sampled_from(vocabulary.LABELS)), start, end, text)
    if span["label"] == "speaker":
        listed = draw(st.lists(st.sampled_from(ENTITIES), unique=True))
        new_names = draw(st.lists(names, unique=True, max_size=2))
        span["speaker_entities"] = draw(st.permutations(sorted({*listed, *new_names})))
    elif span["label"] == "quote":
        span["quote_form"] = draw(st.none() | st.sampled_from(vocabulary.QUOTE_FORMS))
        span["quote_source"] = draw(st.sampled_from(vocabulary.QUOTE_SOURCES))
    elif span["label"] == "hedge":
        span["hedge_kind"] = draw(st.none() | st.sampled_from(vocabulary.HEDGE_KINDS))
    else:
        span["number_kind"] = draw(st.none() | st.sampled_from(vocabulary.NUMBER_KINDS))
        span["number_value"] = draw(st.none() | st.sampled_from(["12000", "3..5", "1000..", "many"]))
        span["number_unit"] = draw(st.none() | words)
        span["number_low"], span["number_high"] = vocabulary.value_bounds(span["number_value"]) or (None, None)
    return span


@st.composite
def annotated_texts(draw: st.DrawFn) -> tuple[str, list[Row], list[Row]]:
    text = draw(texts)
    spans = draw(spans_in(text))
    ends = draw(st.lists(st.tuples(*[st.sampled_from(spans)] * 2), max_size=5)) if spans else []
    links = {}
    for first, second in ends:
        link = directed(first, second)
        links[link["from_span"], link["to_span"]] = link
    return text, spans, list(links.values())


def directed(first: Row, second: Row) -> Row:
    """The link between two spans, in the scheme's direction."""
    forth = vocabulary.relation_type(first["label"], second["label"])
    back = vocabulary.relation_type(second["label"], first["label"])
    if (
        forth
        and back
        and (second["start"], second["end"], second["span_id"]) > (first["start"], first["end"], first["span_id"])
    ):
        first, second = second, first
    elif back and not forth:
        first, second, forth = second, first, back
    return {"type": forth, "from_span": first["span_id"], "to_span": second["span_id"], "derived": False}


def relation(start: str, end: str, direction: str = "right") -> Row:
    return {"type": "relation", "from_id": start, "to_id": end, "direction": direction}


def region(span_id: str, label: str, start: int = 4, end: int = 8) -> Row:
    return {
        "id": span_id,
        "from_name": LABEL,
        "to_name": "text",
        "type": "labels",
        "value": {"start": start, "end": end, "labels": [label]},
    }


def codes(result: Any) -> list[str]:
    return [code for code, _, _ in read_result(result, TEXT).findings]


@given(annotated_texts())
def test_what_is_written_is_read_again(annotation: tuple[str, list[Row], list[Row]]) -> None:
    text, spans, links = annotation
    reading = read_result(result_of(spans, links, ENTITIES), text)
    assert reading.spans == [canonical(span) for span in spans]
    assert reading.relations == links
    assert reading.findings == []
    assert result_of(reading.spans, links, ENTITIES) == result_of(map(canonical, spans), links, ENTITIES)


def canonical(span: Row) -> Row:
    return span | {"speaker_entities": sorted(span["speaker_entities"])}


@given(annotated_texts(), st.randoms())
def test_the_order_of_results_does_not_matter(annotation: tuple[str, list[Row], list[Row]], random: Any) -> None:
    text, spans, links = annotation
    result = result_of(spans, links, ())
    random.shuffle(result)
    reading = read_result(result, text)
    read, written = ({span["span_id"]: span for span in each} for each in (reading.spans, map(canonical, spans)))
    assert read == written
    assert {tuple(link.items()) for link in reading.relations} == {tuple(link.items()) for link in links}


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(), lambda x: st.lists(x) | st.dictionaries(st.text(), x)
    )
)
def test_nothing_that_is_sent_breaks_the_reader(result: Any) -> None:
    read_result(result, TEXT)
    read_result([result], TEXT)
    read_result(
        [{"id": "a", "from_name": LABEL, "value": result}, {"id": "a", "from_name": "quote_form", "value": result}],
        TEXT,
    )


@given(annotated_texts(), st.randoms())
def test_the_same_work_in_another_order_is_the_same(annotation: tuple[str, list[Row], list[Row]], random: Any) -> None:
    text, spans, links = annotation
    ordered, shuffled = result_of(spans, links, ()), result_of(spans, links, ())
    random.shuffle(shuffled)
    assert same_work(task_with(ordered, text), shuffled, skipped=False)
    assert not same_work(task_with(ordered, text), shuffled, skipped=True)
    assert not spans or not same_work(task_with(ordered, text), result_of(spans[1:], [], ()), skipped=False)


def task_with(result: Any, text: str = TEXT, **work: Any) -> Task:
    return read_task({"id": 3, "data": {"text": text}, "annotations": [{"result": result, **work}]})


def test_the_results_of_one_region_are_joined() -> None:
    kind = {
        "id": "h",
        "from_name": "hedge_kind",
        "type": "choices",
        "value": {"start": 19, "end": 22, "choices": ["modal"]},
    }
    (span,) = read_result([kind, region("h", "hedge", 19, 22)], TEXT).spans
    assert (span["text"], span["hedge_kind"]) == ("may", "modal")


CHOSEN = {
    "speaker_entities": ("speaker", ["Ukraine"]),
    "speaker_other": ("speaker", ["Somebody"]),
    "quote_form": ("quote", ["direct"]),
    "quote_unnamed": ("quote", [UNNAMED]),
    "hedge_kind": ("hedge", ["modal"]),
    "number_kind": ("number", ["count"]),
    "number_value": ("number", ["40"]),
    "number_unit": ("number", ["ships"]),
}


@pytest.mark.parametrize("mark", ["", OPEN])
@pytest.mark.parametrize("label", vocabulary.LABELS)
def test_a_value_of_another_label_is_a_finding_and_is_not_taken(label: str, mark: str) -> None:
    assert set(CHOSEN) == {*CHOICES, *TYPED}
    items = [attribute(name, values) for name, (_, values) in CHOSEN.items()]
    own = [attribute(name, values) for name, (owner, values) in CHOSEN.items() if owner == label]
    read = read_adjudication([region("x", f"{label}{mark}"), *items], TEXT).reading
    assert read.spans == read_adjudication([region("x", f"{label}{mark}"), *own], TEXT).reading.spans
    messages = [message for code, _, message in read.findings if code == "foreign-attribute"]
    assert len(messages) == len(read.findings) == len(items) - len(own)
    for name, (owner, _) in CHOSEN.items():
        assert any(f"`{name}`" in message for message in messages) == (owner != label)


def test_an_empty_control_of_another_label_says_nothing() -> None:
    assert codes([region("x", "hedge"), attribute("quote_form", [])]) == []


def attribute(control: str, values: list[str]) -> Row:
    kind = ("choices", "choices") if control in CHOICES else ("textarea", "text")
    value = {"start": 4, "end": 8, kind[1]: values}
    return {"id": "x", "from_name": control, "to_name": "text", "type": kind[0], "value": value}


def test_words_come_from_the_article_and_not_from_the_result() -> None:
    sent = region("s", "speaker")
    sent["value"]["text"] = "something else"
    assert read_result([sent], TEXT).spans[0]["text"] == "port"


def test_offsets_outside_the_article_are_kept_for_the_checks() -> None:
    (span,) = read_result([region("s", "nope", -5, 2000)], TEXT).spans
    assert (span["start"], span["end"], span["label"], span["text"]) == (-5, 2000, "nope", "")


@pytest.mark.parametrize("direction", ["right", "left", "bi", None])
@pytest.mark.parametrize("ends", [("q", "s"), ("s", "q")])
def test_a_link_means_the_same_whichever_way_it_was_drawn(direction: str, ends: tuple[str, str]) -> None:
    result = [region("s", "speaker"), region("q", "quote", 15, 44), relation(*ends, direction)]
    (link,) = read_result(result, TEXT).relations
    assert (link["type"], link["from_span"], link["to_span"]) == ("said_by", "q", "s")


@pytest.mark.parametrize("direction", ["right", "left", "bi"])
def test_the_later_quote_continues_the_earlier(direction: str) -> None:
    result = [region("b", "quote", 20, 30), region("a", "quote", 4, 8), relation("a", "b", direction)]
    (link,) = read_result(result, TEXT).relations
    assert (link["type"], link["from_span"], link["to_span"]) == ("continues", "b", "a")


@pytest.mark.parametrize("direction", ["right", "left", "bi"])
@pytest.mark.parametrize("ends", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize(("first", "second"), [((4, 8), (4, 12)), ((4, 8), (4, 8)), ((4, 30), (6, 8))])
def test_of_quotes_that_begin_together_the_one_that_ends_later_continues_else_that_of_the_later_id(
    first: tuple[int, int], second: tuple[int, int], ends: tuple[str, str], direction: str
) -> None:
    result = [region("a", "quote", *first), region("b", "quote", *second), relation(*ends, direction)]
    (link,) = read_result(result, TEXT).relations
    assert (link["type"], link["from_span"], link["to_span"]) == ("continues", "b", "a")


def test_a_left_link_that_means_nothing_is_turned_all_the_same() -> None:
    result = [region("a", "number"), region("b", "speaker", 9, 12), relation("a", "b", "left")]
    (link,) = read_result(result, TEXT).relations
    assert (link["type"], link["from_span"], link["to_span"]) == (None, "b", "a")


def test_a_link_to_nowhere_is_kept_for_the_checks() -> None:
    (link,) = read_result([region("q", "quote"), relation("q", "gone")], TEXT).relations
    assert (link["type"], link["to_span"]) == (None, "gone")


def test_the_same_link_drawn_twice_is_one_link() -> None:
    result = [region("s", "speaker"), region("q", "quote", 15, 44), relation("q", "s"), relation("s", "q")]
    assert len(read_result(result, TEXT).relations) == 1


def test_a_quote_is_linked_unless_its_source_is_not_named() -> None:
    unnamed = {
        "id": "q",
        "from_name": "quote_unnamed",
        "value": {"start": 4, "end": 8, "choices": ["source not named"]},
    }
    assert read_result([region("q", "quote")], TEXT).spans[0]["quote_source"] == "linked"
    assert read_result([region("q", "quote"), unnamed], TEXT).spans[0]["quote_source"] == "unnamed"


@pytest.mark.parametrize(
    ("result", "code"),
    [
        (None, "unreadable-result"),
        ([7], "unreadable-result"),
        ([{"from_name": LABEL, "value": {}}], "region-without-id"),
        ([{"id": "a", "from_name": "quote_form", "value": {"choices": ["direct"]}}], "region-without-label"),
        ([{"id": "a", "from_name": LABEL, "value": {"start": 1, "end": 2, "labels": []}}], "region-without-label"),
        (
            [{"id": "a", "from_name": LABEL, "value": {"start": 1, "end": 2, "labels": ["quote", "hedge"]}}],
            "several-labels",
        ),
        ([{"id": "a", "from_name": LABEL, "value": {"start": 1, "end": 2, "labels": ["\ud800"]}}], "several-labels"),
        ([region("a", "quote"), region("a", "hedge")], "duplicate-region-id"),
        (
            [{"id": "a", "from_name": LABEL, "value": {"start": "1", "end": 2, "labels": ["quote"]}}],
            "unreadable-offsets",
        ),
        (
            [{"id": "a", "from_name": LABEL, "value": {"start": 1.5, "end": 2, "labels": ["quote"]}}],
            "unreadable-offsets",
        ),
        (
            [{"id": "a", "from_name": LABEL, "value": {"start": True, "end": 2, "labels": ["quote"]}}],
            "unreadable-offsets",
        ),
        (
            [{"id": "a", "from_name": LABEL, "value": {"start": 1, "end": 10**30, "labels": ["quote"]}}],
            "unreadable-offsets",
        ),
        (
            [region("a", "quote"), {"id": "a", "from_name": "sentiment", "value": {"choices": ["sad"]}}],
            "unknown-control",
        ),
        ([region("a", "quote"), {"id": "a", "from_name": "quote_form", "value": {"choices": 3}}], "unreadable-value"),
        (
            [region("a", "quote"), {"id": "a", "from_name": "quote_form", "value": {"choices": ["x", "y"]}}],
            "several-values",
        ),
        (
            [
                region("a", "quote"),
                {"id": "a", "from_name": "quote_form", "value": {"start": 4, "end": 9, "choices": ["direct"]}},
            ],
            "offsets-disagree",
        ),
        ([region("a", "quote"), {"type": "relation", "from_id": "a", "to_id": None}], "unreadable-relation"),
    ],
)
def test_what_the_tables_cannot_hold_is_a_finding(result: Any, code: str) -> None:
    assert codes(result) == [code]


def test_drafts_and_predictions_are_left_out() -> None:
    raw = {
        "id": 3,
        "data": {"article_id": "x", "text": "y"},
        "drafts": [{"result": []}],
        "predictions": [{"result": []}],
    }
    assert read_task(raw).work == []


def test_times_are_told_in_utc() -> None:
    task = task_with([], created_at="2026-01-02T03:04:05+02:00", updated_at=None, lead_time=2)
    times = {"created_at": "2026-01-02T01:04:05Z", "updated_at": None, "seconds": 2.0}
    assert ended(task, task.work[0]) == {"status": "submitted", "guidelines_version": None, **times}
    assert task.faults == []


def test_ages_and_user_names_are_no_part_of_a_task() -> None:
    task = {"id": 1, "data": {"text": "x"}, "annotations": [{"id": 2, "result": [], "created_ago": "1 minute"}]}
    later = {
        **task,
        "updated_at": "later",
        "annotations": [{"id": 2, "result": [], "created_ago": "2 minutes", "created_username": "b"}],
    }
    edited = {**task, "annotations": [{"id": 2, "result": [{"id": "a"}]}]}
    lines = [canonical_line(version) for version in (task, later, edited)]
    assert lines[0] == lines[1] != lines[2]


def test_what_a_restored_task_remembers_is_part_of_it() -> None:
    task = {"id": 1, "data": {"text": "x"}, "annotations": [], "meta": {"restored": {"seconds": 1.0}}}
    lines = [canonical_line(task | {"meta": meta}) for meta in (task["meta"], {"restored": {"seconds": 2.0}}, None)]
    assert len(set(lines)) == 3


def test_every_attribute_of_the_scheme_has_a_control() -> None:
    columns = {name for names in vocabulary.ATTRIBUTES.values() for name in names}
    filled = {"quote_source" if name == "quote_unnamed" else name for name in (*CHOICES, *TYPED)} - {"speaker_other"}
    assert filled == columns


def surface(text: str, start: int, end: int, words: str) -> list[str]:
    item = {"id": "a", "from_name": LABEL, "value": {"start": start, "end": end, "text": words, "labels": ["hedge"]}}
    return codes([item]) if text == TEXT else [code for code, *_ in read_result([item], text).findings]


@pytest.mark.parametrize("words", ["a  b\nc", "a b c", "a b\\nc", " a b\\r\\nc ", "a\u00a0b c"])
def test_a_regions_own_words_may_have_other_white_space(words: str) -> None:
    assert surface("a  b\nc", 0, 6, words) == []


def test_a_regions_own_words_that_are_not_the_articles_are_a_finding() -> None:
    assert surface(TEXT, 4, 8, "ship") == ["surface-differs"]


def test_a_reading_in_utf_16_units_is_named() -> None:
    item = {"id": "a", "from_name": LABEL, "value": {"start": 3, "end": 6, "text": "may", "labels": ["hedge"]}}
    ((code, region, message),) = read_result([item], "👩 may rain").findings
    assert (code, region) == ("surface-differs", "a")
    assert message.endswith("the offsets count UTF-16 units")


def test_nothing_is_said_of_the_words_of_a_region_outside_its_text() -> None:
    assert surface(TEXT, 4, 2000, "ship") == []


def test_names_are_told_in_one_order_however_they_came() -> None:
    place = {"start": 4, "end": 8}
    typed = {"id": "s", "from_name": "speaker_other", "value": {**place, "text": ["Zoe; Abe"]}}
    listed = {"id": "s", "from_name": "speaker_entities", "value": {**place, "choices": ["Ukraine", "Ilsa Brandt"]}}
    for result in ([typed, listed], [listed, typed]):
        (span,) = read_result([region("s", "speaker"), *result], TEXT).spans
        assert span["speaker_entities"] == ["Abe", "Ilsa Brandt", "Ukraine", "Zoe"]


@pytest.mark.parametrize("name", ["Sons; Brothers", ";", " Zoe", ""])
def test_a_name_that_the_page_cannot_be_told_is_refused_unless_it_is_offered(name: str) -> None:
    span = blank("s", "speaker", 4, 8, TEXT) | {"speaker_entities": [name]}
    with pytest.raises(Problem, match="the speaker s of the article has the name"):
        result_of([span], [], ENTITIES)
    assert read_result(result_of([span], [], [name]), TEXT).spans[0]["speaker_entities"] == [name] * bool(name)


# Questions to the lead


def asked(span: str | None, question: str) -> Asked:
    return {"span_id": span, "question": question}


def test_questions_about_spans_and_about_the_article_are_read_as_they_are_written() -> None:
    span = blank("s", "quote", 15, 44, TEXT) | {"quote_source": "linked"}
    questions = [asked(None, "Which port?"), asked(None, "Which year?"), asked("s", "Is it direct?")]
    reading = read_result(result_of([span], [], (), questions), TEXT)
    assert sorted(reading.questions, key=str) == sorted(questions, key=str)
    assert (reading.spans, reading.findings) == ([span], [])


def test_a_question_about_a_span_that_is_gone_is_not_written() -> None:
    assert result_of([], [], (), [asked("gone", "Is it direct?")]) == []


def article_question(*values: object) -> list[Row]:
    return [{"id": "q", "from_name": "article_question", "type": "textarea", "value": {"text": list(values)}}]


def test_a_blank_question_is_none_and_the_same_one_counts_once() -> None:
    reading = read_result(article_question(" ", " Why? ", "Why?"), TEXT)
    assert (reading.questions, reading.findings) == ([asked(None, "Why?")], [])


def test_a_question_that_cannot_be_read_is_a_finding() -> None:
    reading = read_result(article_question("Why?", 7), TEXT)
    assert (reading.questions, [code for code, _, _ in reading.findings]) == ([], ["unreadable-value"])


def test_a_task_with_a_question_that_the_record_lacks_holds_other_work() -> None:
    task = read_task({"id": 1, "data": {"text": TEXT}, "annotations": [{"result": article_question("Why?")}]})
    assert not same_work(task, [], skipped=False)
    assert same_work(task, article_question("Why?", "What?"), skipped=False)
