"""The sheet that the labelling page lays over a practice article: what differs from the gold, and by which rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, TypedDict

from annotation import guidelines
from annotation.embedded.inside.routes import FIRST
from annotation.guidelines.html import marked
from annotation.practice.comparison import Comparison, LinkChange, SpanPair, compare
from annotation.practice.material import PracticeArticle, practice_articles
from dataset.record.rows import Lesson, MarkedSpan
from dataset.scheme import vocabulary

IN_DOUBT: Final = "E3"
"""The rule that a span shows for which neither the gold nor a lesson has a reason: in doubt, do not mark."""
_OF_VALUE: Final = {
    "quote_form": {"direct": "Q1", "indirect": "Q2", "mixed": "Q3"},
    "quote_source": {"unnamed": "Q9", "linked": "Q9"},
    "hedge_kind": {
        "evidential": "H4",
        "modal": "H5",
        "approximator": "H6",
        "noncommittal": "H7",
        "conditional": "H8",
    },
}
"""The rule that says when an attribute has a value, of attributes whose values have rules."""
_OF_LINK: Final = {"said_by": "S8", "hedges": "H10", "continues": "Q4"}
_CASES: Final = "hard-cases"
_NAMES: Final = {
    "speaker_entities": "names",
    "quote_form": "form",
    "quote_source": "source",
    "hedge_kind": "kind",
    "number_kind": "kind",
    "number_value": "value",
    "number_unit": "unit",
}


class PracticeDifference(TypedDict):
    """A difference: what kind it is, of which label, where, and the rules and hard cases that it shows.

    `kind` is missed, extra, edges, label, attribute or link. `own` and `gold` are the code points of the span on either
    side. `name` is what an attribute is called, `was` what the annotator has in its place and `wanted` what the gold
    has; empty where a side has nothing.
    """

    kind: str
    label: str
    own: tuple[int, int] | None
    gold: tuple[int, int] | None
    name: str
    was: str
    wanted: str
    rules: list[str]


class LabelScore(TypedDict):
    """How many spans of a label (or of `all`) the annotator and the gold have, and how many are exactly the same.

    `f1` is that of spans with the same offsets; None where neither side has any.
    """

    label: str
    own: int
    gold: int
    same: int
    f1: float | None


class PracticeRule(TypedDict):
    """A rule or hard case as the sheet shows it: its heading, its text, and its right example as HTML."""

    title: str
    text: str
    right: str


class Standing(TypedDict):
    """How far an annotator is: `done` of all `articles` are submitted, with an F1 of `f1`, and `mark` passes.

    `f1` is that of spans with the same offsets, all labels together; None where nothing is submitted.
    """

    articles: int
    done: int
    f1: float | None
    mark: float
    passed: bool


class PracticeSheet(TypedDict):
    """All that the page needs to show how an article was labelled."""

    text: str
    items: list[PracticeDifference]
    scores: list[LabelScore]
    rules: dict[str, PracticeRule]


def sheet_of(article_id: str, text_sha256: str, result: object) -> PracticeSheet | None:
    """The sheet of a submission; None for what is no practice article, or is one with another text.

    Raises:
        Problem: a file of the practice articles is damaged.
    """
    article = practice_articles().get(article_id)
    if article is None or article.text_sha256 != text_sha256:
        return None
    comparison = compare(article, result)
    items = sorted(_items(article, comparison), key=lambda item: item["gold"] or item["own"] or (0, 0))
    shown = {rule: _shown(rule) for rule in sorted({rule for item in items for rule in item["rules"]})}
    return {"text": article.text, "items": items, "scores": scores([comparison]), "rules": shown}


def first_submission(article_id: str, text_sha256: str | None, noted: object) -> Comparison | None:
    """What a task's `meta` notes as its first submission beside the gold; None where there is none, or of another text.

    Raises:
        Problem: a file of the practice articles is damaged.
    """
    article = practice_articles().get(article_id)
    if article is None or article.text_sha256 != text_sha256 or not isinstance(noted, dict) or FIRST not in noted:
        return None
    return compare(article, noted[FIRST])


def standing(firsts: Sequence[Comparison], mark: float) -> Standing:
    """How far an annotator is who has these first submissions: passed with all articles, and an F1 of `mark` or more.

    Raises:
        Problem: a file of the practice articles is damaged.
    """
    f1 = scores(firsts)[0]["f1"] if firsts else None
    articles = len(practice_articles())
    passed = len(firsts) == articles and f1 is not None and f1 >= mark
    return {"articles": articles, "done": len(firsts), "f1": f1, "mark": mark, "passed": passed}


def scores(comparisons: Iterable[Comparison]) -> list[LabelScore]:
    """How all these articles together were labelled: first all labels, then each."""
    known = list(comparisons)
    labels = [(vocabulary.ALL, vocabulary.LABELS), *((label, (label,)) for label in vocabulary.LABELS)]
    return [_score(name, only, known) for name, only in labels]


def _score(name: str, labels: tuple[str, ...], comparisons: list[Comparison]) -> LabelScore:
    def count(of: Iterable[MarkedSpan]) -> int:
        return sum(span["label"] in labels for span in of)

    own = sum(count(comparison.own) for comparison in comparisons)
    gold = sum(count(comparison.gold) for comparison in comparisons)
    same = sum(count(span for span, _ in comparison.same) for comparison in comparisons)
    f1 = 2 * same / (own + gold) if own + gold else None
    return {"label": name, "own": own, "gold": gold, "same": same, "f1": f1}


class _Item(NamedTuple):
    kind: str
    own: MarkedSpan | None
    gold: MarkedSpan | None
    name: str = ""
    was: str = ""
    wanted: str = ""
    rule: str | None = None


def _items(article: PracticeArticle, comparison: Comparison) -> Iterator[PracticeDifference]:
    for item in _differences(comparison):
        yield {
            "kind": item.kind,
            "label": next(span["label"] for span in (item.gold, item.own) if span),
            "own": _place(item.own),
            "gold": _place(item.gold),
            "name": item.name,
            "was": item.was,
            "wanted": item.wanted,
            "rules": _rules(article, item),
        }


def _differences(comparison: Comparison) -> Iterator[_Item]:
    yield from (_Item("missed", None, span) for span in comparison.missed)
    yield from (_Item("extra", span, None) for span in comparison.extra)
    yield from (_Item("edges", *pair) for pair in comparison.moved)
    yield from (_Item("label", *pair, "label", pair[0]["label"], pair[1]["label"]) for pair in comparison.relabelled)
    for pair in [*comparison.same, *comparison.moved]:
        yield from _attributes(pair)
    yield from map(_link, comparison.links)


def _attributes(pair: SpanPair) -> Iterator[_Item]:
    own, gold = pair
    for name in vocabulary.ATTRIBUTES[gold["label"]]:
        if _comparable(own, name) != _comparable(gold, name):
            rule = _OF_VALUE.get(name, {}).get(_words(gold, name))
            yield _Item("attribute", own, gold, _NAMES[name], _words(own, name), _words(gold, name), rule)


def _comparable(span: MarkedSpan, name: str) -> object:
    """A value so that what means the same is the same: “12000” and “12000.0”, names in whatever order."""
    if name == "number_value":
        return vocabulary.value_bounds(span["number_value"]) or span["number_value"]
    return sorted(span["speaker_entities"]) if name == "speaker_entities" else _words(span, name)


def _words(span: Mapping[str, object], name: str) -> str:
    value = span[name]
    return "; ".join(value) if isinstance(value, list) else str(value or "")


def _link(change: LinkChange) -> _Item:
    own, gold = change.pair
    meant = [vocabulary.relation_type(gold["label"], end["label"]) for end in (*change.gold, *change.own)]
    rule = next((_OF_LINK[kind] for kind in meant if kind), None)
    return _Item("link", own, gold, "link", _ends(change.own), _ends(change.gold), rule)


def _ends(spans: list[MarkedSpan]) -> str:
    return " · ".join(f"{span['label']} “{span['text']}”" for span in spans)


def _place(span: MarkedSpan | None) -> tuple[int, int] | None:
    return None if span is None else (span["start"], span["end"])


def _rules(article: PracticeArticle, item: _Item) -> list[str]:
    """The rules, that of an attribute or link first, then the hard cases by their numbers.

    Of what is too much, they are those of the words that it covers.
    """
    lessons = [lesson for lesson in article.lessons if item.gold and lesson["span_id"] == item.gold["span_id"]]
    if item.gold is None and item.own is not None:
        lessons = _lessons_of_extra(article, item.own)
    rules = [rule for lesson in lessons for rule in (*lesson["rules"], *lesson["cases"])] or [IN_DOUBT]
    return sorted(dict.fromkeys([*filter(None, [item.rule]), *rules]), key=str.isdecimal)


def _lessons_of_extra(article: PracticeArticle, own: MarkedSpan) -> list[Lesson]:
    """The lesson that is nearest: of words that stay unlabelled, or of a span of the gold's that has this label."""
    alike = {None, *(span["span_id"] for span in article.spans if span["label"] == own["label"])}
    near = [lesson for lesson in article.lessons if lesson["span_id"] in alike and _overlap(lesson, own) > 0]
    return [max(near, key=lambda lesson: _overlap(lesson, own))] if near else []


def _overlap(first: Lesson, second: MarkedSpan) -> float:
    """The share that two places have in common of what they cover together; 0 or less where they have nothing."""
    shared = min(first["end"], second["end"]) - max(first["start"], second["start"])
    return float(shared / (max(first["end"], second["end"]) - min(first["start"], second["start"])))


def _shown(rule: str) -> PracticeRule:
    if not rule.isdecimal():
        stated = guidelines.rules()[rule]
        return {"title": rule, "text": stated.text, "right": marked(stated.right)}
    cases = guidelines.statements(_CASES).items()
    title, case = next((title, case) for title, case in cases if title.partition(".")[0] == rule)
    return {"title": f"Hard case {title}", "text": case.text, "right": marked(case.right)}
