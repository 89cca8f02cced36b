"""What can be wrong with a layer: each function breaks one thing of the tiny corpus."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dataset.record.corpus import Corpus
from tests.dataset.tiny import ONE, SKIPPED, TEXTS, TWO, Rows, hedge, link, place, row_of, speaker, task

Fault = Callable[[Corpus, Rows], object]
Place = tuple[str, str | None, int | None, int | None]


def offsets_out_of_range(_: Corpus, rows: Rows) -> None:
    row_of(rows, "crossed")["end"] = 1000


def end_not_after_start(_: Corpus, rows: Rows) -> None:
    row_of(rows, "may").update(start=51, end=51, text="")


def text_not_slice(_: Corpus, rows: Rows) -> None:
    row_of(rows, "kyiv")["text"] = "Kiev"


def unknown_label(_: Corpus, rows: Rows) -> None:
    rows["spans"].append(place("place", "nope", 96, 102))


def missing_attribute(_: Corpus, rows: Rows) -> None:
    row_of(rows, "around")["hedge_kind"] = None


def foreign_attribute(_: Corpus, rows: Rows) -> None:
    row_of(rows, "moscow")["quote_form"] = "direct"


def value_not_allowed(_: Corpus, rows: Rows) -> None:
    row_of(rows, "claim")["quote_form"] = "reported"


def value_missing(_: Corpus, rows: Rows) -> None:
    rows["tasks"][1]["round"] = None


def e4_overlap(_: Corpus, rows: Rows) -> None:
    rows["spans"].append(speaker("bo", "Bo", "Ann Bo"))
    rows["relations"].append(link("said_by", "seen", "bo"))


def e1_blank_at_edge(_: Corpus, rows: Rows) -> None:
    row_of(rows, "short").update(start=111, text=" stopped short of confirming")


def unreadable_number(_: Corpus, rows: Rows) -> None:
    row_of(rows, "some").update(number_value="about 5", number_low=None, number_high=None)


def duplicate_span_id(_: Corpus, rows: Rows) -> None:
    rows["spans"].append(speaker("unsaid", "Reports", "Reports", article=TWO))


def span_without_task(_: Corpus, rows: Rows) -> None:
    rows["spans"].append(hedge("rain", "Rain", "modal", article=SKIPPED))


def relation_end_missing(_: Corpus, rows: Rows) -> None:
    rows["relations"].append(link("said_by", "seen", "gone"))


def relation_wrong_types(_: Corpus, rows: Rows) -> None:
    rows["relations"].append(link(None, "ann", "many"))


def unknown_article(_: Corpus, rows: Rows) -> None:
    rows["tasks"].append(task("unheard-of"))


def article_text_unreadable(corpus: Corpus, _: Rows) -> None:
    corpus.text_path(SKIPPED).write_text(TEXTS[SKIPPED] + " Snow fell, too.", encoding="utf-8")


def bounds_differ(_: Corpus, rows: Rows) -> None:
    row_of(rows, "many")["number_low"] = 5.0


def foreign_row(_: Corpus, rows: Rows) -> None:
    row_of(rows, "kyiv").update(round="r9", annotator="a2")


def duplicate_task(_: Corpus, rows: Rows) -> None:
    rows["tasks"].append(task(ONE))


def duplicate_relation(_: Corpus, rows: Rows) -> None:
    rows["relations"].append(link("said_by", "seen", "ann"))


def h10_two_targets(_: Corpus, rows: Rows) -> None:
    rows["relations"].append(link("hedges", "may", "seen"))


def q4_two_origins(_: Corpus, rows: Rows) -> None:
    rows["relations"].append(link("continues", "near", "claim"))


def q4_continues_later(_: Corpus, rows: Rows) -> None:
    rows["relations"] = [
        relation for relation in rows["relations"] if (relation["type"], relation["from_span"]) != ("said_by", "claim")
    ]
    rows["relations"] += [link("continues", "claim", "crossed"), link("said_by", "crossed", "kyiv")]


FAULTS: Final[dict[str, Fault]] = {
    "offsets-out-of-range": offsets_out_of_range,
    "end-not-after-start": end_not_after_start,
    "text-not-slice": text_not_slice,
    "unknown-label": unknown_label,
    "missing-attribute": missing_attribute,
    "foreign-attribute": foreign_attribute,
    "value-not-allowed": value_not_allowed,
    "value-missing": value_missing,
    "e4-overlap": e4_overlap,
    "e1-blank-at-edge": e1_blank_at_edge,
    "unreadable-number": unreadable_number,
    "bounds-differ": bounds_differ,
    "foreign-row": foreign_row,
    "duplicate-task": duplicate_task,
    "duplicate-relation": duplicate_relation,
    "h10-two-targets": h10_two_targets,
    "q4-two-origins": q4_two_origins,
    "q4-continues-later": q4_continues_later,
    "duplicate-span-id": duplicate_span_id,
    "span-without-task": span_without_task,
    "relation-end-missing": relation_end_missing,
    "relation-wrong-types": relation_wrong_types,
    "unknown-article": unknown_article,
    "article-text-unreadable": article_text_unreadable,
}
WHERE: Final[dict[str, list[Place]]] = {
    "offsets-out-of-range": [(ONE, "crossed", 140, 1000)],
    "end-not-after-start": [(ONE, "may", 51, 51)],
    "text-not-slice": [(ONE, "kyiv", 0, 4)],
    "unknown-label": [(ONE, "place", 96, 102)],
    "missing-attribute": [(ONE, "around", 27, 33)],
    "foreign-attribute": [(ONE, "moscow", 105, 111)],
    "value-not-allowed": [(ONE, "claim", 16, 57)],
    "value-missing": [(TWO, None, None, None)],
    "e4-overlap": [(ONE, "bo", 77, 79)],
    "e1-blank-at-edge": [(ONE, "short", 111, 139)],
    "unreadable-number": [(TWO, "some", 17, 26)],
    "bounds-differ": [(ONE, "many", 34, 40)],
    "foreign-row": [(ONE, "kyiv", 0, 4)],
    "duplicate-task": [(ONE, None, None, None)],
    "duplicate-relation": [(ONE, "seen", 58, 72)],
    "h10-two-targets": [(ONE, "may", 48, 51)],
    "q4-two-origins": [(ONE, "near", 86, 104)],
    "q4-continues-later": [(ONE, "claim", 16, 57)],
    "duplicate-span-id": [(TWO, "unsaid", 0, 7), (TWO, "unsaid", 12, 31)],
    "span-without-task": [(SKIPPED, "rain", 0, 4)],
    "relation-end-missing": [(ONE, "seen", 58, 72)],
    "relation-wrong-types": [(ONE, "ann", 73, 79)],
    "unknown-article": [("unheard-of", None, None, None)],
    "article-text-unreadable": [(SKIPPED, None, None, None)],
}
SEEN_BY_THE_PULL_ALONE: Final = (
    "value-not-offered",
    "task-text-differs",
    "several-submissions",
    "wrong-annotator",
    "unreadable-result",
    "unreadable-task",
    "unreadable-offsets",
    "unreadable-value",
    "unreadable-relation",
    "region-without-id",
    "region-without-label",
    "several-labels",
    "duplicate-region-id",
    "offsets-disagree",
    "surface-differs",
    "unknown-control",
    "several-values",
)
