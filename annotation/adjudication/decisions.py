"""What became of the annotators' spans and links in adjudication."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from annotation.adjudication.alignment import LinkGroup, overlap_over_union, value, values
from annotation.adjudication.questions import Sheet, SheetItem, SpanVersion
from annotation.labelstudio.adjudicated import AdjudicationResult, RegionDecision
from dataset.record.rows import Decision, Link, MarkedSpan, as_row
from dataset.scheme import vocabulary
from dataset.scheme.vocabulary import RULES

_SAYS_NOTHING: Final = RegionDecision(None, None, None)
_DELETED: Final = "deleted on the page, where it should be dropped with a rule; delete the submission and decide again"


@dataclass(frozen=True)
class Outcome:
    """The gold of one article, or what keeps it from being gold.

    `spans` and drawn `relations` are gold; `undecided` says in words what is open still: nothing is gold then.
    """

    spans: list[MarkedSpan]
    relations: list[Link]
    decisions: list[Decision]
    undecided: list[str]


def decide(asked: Sheet, read: AdjudicationResult, adjudicator: str) -> Outcome:
    """Takes the adjudicator's page as the answer to a sheet.

    A question is decided once one version of it is kept, with all that its label needs, or all are dropped, with a
    rule. Spans of one label that overlap exclude each other, whatever question they belong to: while two of them are
    kept, the article is undecided. Versions beside a kept one are dropped with it, and so are those that were deleted;
    a question of which nothing is left on the page names no rule, and is open. What was changed on the page is kept as
    it stands there. What all agree on is kept, and may be changed, dropped or added to with a rule.
    """
    return _Deciding(asked, read, adjudicator).outcome()


class _Deciding:
    def __init__(self, asked: Sheet, read: AdjudicationResult, adjudicator: str) -> None:
        self._asked, self._read, self._adjudicator = asked, read, adjudicator
        self._spans = {span["span_id"]: as_row(span, MarkedSpan) for span in read.reading.spans}
        self._home = {version.region: item for item in asked.items for version in item.versions}
        self._kept = {region: span for region, span in self._spans.items() if self._stays(region)}

    def outcome(self) -> Outcome:
        relations = self._relations()
        decisions = [*self._of_spans(), *self._of_links(relations), *self._added(relations)]
        undecided = [
            *self._undecided(),
            *self._overlapping(),
            *self._meaningless(relations),
            *self._relinked(relations),
        ]
        return Outcome(list(self._kept.values()), relations, decisions, undecided)

    def _answer(self, region: str) -> RegionDecision:
        return self._read.decisions.get(region, _SAYS_NOTHING)

    def _stays(self, region: str) -> bool:
        """Whether a region of the page is gold: its question says so, or nobody asked about it."""
        item = self._home.get(region)
        if item is None or not item.reasons:
            return self._answer(region).decision != "drop"
        return self._answer(region).decision == "keep"

    # What is open still

    def _undecided(self) -> Iterator[str]:
        for item in self._asked.items:
            if problem := self._problem(item):
                yield f"{_named(item.versions[0].row)}: {problem}"
        for region, span in self._kept.items():
            if region in self._home:
                continue
            if problem := "added without a rule" if self._rule(region) is None else _lacks(span):
                yield f"{_named(span)}: {problem}"

    def _problem(self, item: SheetItem) -> str | None:
        """What a question lacks, None where it is decided."""
        rule = self._rule_of(item)
        if all(version.region not in self._spans for version in item.versions):
            return _DELETED
        if not item.reasons:
            (version,) = item.versions
            altered = not _same(self._kept.get(version.region), version.row)
            return "all agreed on it; to change it, name the rule" if altered and rule is None else None
        kept = self._kept_versions(item)
        if not kept and not all(self._given_up(version.region) for version in item.versions):
            return "neither kept nor dropped"
        if len(kept) > 1:
            return f"{len(kept)} of its versions are kept, and they exclude each other; keep one and drop the others"
        lacking = (_lacks(self._kept[version.region]) for version in kept)
        return "no rule named" if rule is None else next((problem for problem in lacking if problem), None)

    def _given_up(self, region: str) -> bool:
        """Whether a version was dropped, or deleted on the page."""
        return region not in self._spans or self._answer(region).decision == "drop"

    def _overlapping(self) -> Iterator[str]:
        """Kept spans of one label that share a code point; two versions of one question are a problem of that."""
        spans = sorted(self._kept.values(), key=lambda span: (span["label"], *_offsets(span), span["span_id"]))
        for position, span in enumerate(spans, start=1):
            question = self._home.get(span["span_id"])
            for later in spans[position:]:
                if later["label"] != span["label"] or later["start"] >= span["end"]:
                    break
                if question is None or question is not self._home.get(later["span_id"]):
                    yield f"{_named(span)}: overlaps the {_named(later)}, and gold takes one of them; drop the other"

    def _meaningless(self, relations: list[Link]) -> Iterator[str]:
        """Links that the scheme does not know between the spans as they are kept, and those from a span to itself."""
        for link in relations:
            if link["type"] is None or link["from_span"] == link["to_span"]:
                start, end = self._kept[link["from_span"]], self._kept[link["to_span"]]
                yield f"{_named(start)}: its link to the {_named(end)} means nothing; take the link away"

    def _relinked(self, relations: list[Link]) -> Iterator[str]:
        """Links that all agreed on and are gone, or that nobody had, at a span that names no rule for it."""
        gold = {(link["from_span"], link["to_span"]) for link in relations}
        agreed = [link for link in self._asked.links if len(link.members) == len(self._asked.annotators)]
        meant = {self._gold_ends(link, who) for link in agreed for who in link.members}
        had = {self._gold_ends(link, who) for link in self._asked.links for who in link.members}
        for start, target in sorted((meant - gold) | (gold - had), key=str):
            item = self._home.get(start or "")
            if item and target and not item.reasons and self._rule_of(item) is None:
                end = self._kept[target]
                yield f"{_named(item.versions[0].row)}: name the rule for its link to “{end['text'][:60]}”"

    def _kept_versions(self, item: SheetItem) -> list[SpanVersion]:
        return [version for version in item.versions if version.region in self._kept]

    def _rule(self, region: str) -> str | None:
        rule = self._answer(region).rule
        return rule if rule in RULES else None

    def _rule_of(self, item: SheetItem) -> str | None:
        """The rule that decides a question: named on the version that is kept, else on any."""
        regions = [version.region for version in (*self._kept_versions(item), *item.versions)]
        return next((rule for rule in map(self._rule, regions) if rule), None)

    def _note_of(self, item: SheetItem) -> str | None:
        notes = [self._answer(version.region).note for version in item.versions]
        return " · ".join(dict.fromkeys(note for note in notes if note)) or None

    # Gold

    def _relations(self) -> list[Link]:
        """The links between what is gold; one to a version that gave way to another points to that other."""
        links: dict[tuple[str, str], Link] = {}
        for link in self._read.reading.relations:
            start, target = link["from_span"], self._heir(link["to_span"])
            if start in self._kept and target is not None:
                relation = vocabulary.relation_type(self._kept[start]["label"], self._kept[target]["label"])
                links[start, target] = {
                    "type": relation,
                    "from_span": start,
                    "to_span": target,
                    "derived": link["derived"],
                }
        return list(links.values())

    def _heir(self, region: str) -> str | None:
        """The gold span that stands where a region stood."""
        if region in self._kept:
            return region
        item = self._home.get(region)
        version = next((candidate for candidate in item.versions if candidate.region == region), None) if item else None
        return self._gold_of(item, version) if item and version else None

    def _gold_of(self, item: SheetItem, version: SpanVersion) -> str | None:
        """The gold span that a version became: itself, else the kept version that it shares most with."""
        kept = self._kept_versions(item)
        if version in kept:
            return version.region
        nearest = max(
            kept, key=lambda candidate: overlap_over_union(_offsets(candidate.row), _offsets(version.row)), default=None
        )
        return nearest.region if nearest else None

    # Decisions

    def _of_spans(self) -> Iterator[Decision]:
        for item in self._asked.items:
            for annotator, row in sorted(item.group.members.items()):
                gold = self._gold_of(item, item.version_of(annotator))
                yield {
                    "annotator": annotator,
                    "span_id": row["span_id"],
                    "to_span": None,
                    "outcome": _became(row, self._kept.get(gold) if gold else None),
                    "gold_span": gold,
                    "rule": self._rule_of(item),
                    "note": self._note_of(item),
                }

    def _of_links(self, relations: list[Link]) -> Iterator[Decision]:
        gold = {(link["from_span"], link["to_span"]) for link in relations}
        for link in self._asked.links:
            start, end = self._asked.items[link.from_group], self._asked.items[link.to_group]
            for annotator, row in sorted(link.members.items()):
                if row["derived"]:
                    continue
                ends = self._gold_ends(link, annotator)
                yield {
                    "annotator": annotator,
                    "span_id": start.group.members[annotator]["span_id"],
                    "to_span": end.group.members[annotator]["span_id"],
                    "outcome": "kept" if ends in gold else "dropped",
                    "gold_span": ends[0] if ends in gold else None,
                    "rule": self._rule_of(start),
                    "note": self._note_of(start),
                }

    def _gold_ends(self, link: LinkGroup, annotator: str) -> tuple[str | None, str | None]:
        start, end = self._asked.items[link.from_group], self._asked.items[link.to_group]
        return (
            self._gold_of(start, start.version_of(annotator)),
            self._gold_of(end, end.version_of(annotator)),
        )

    def _added(self, relations: list[Link]) -> Iterator[Decision]:
        """Spans and links that no annotator had."""
        for region in self._kept:
            if region not in self._home:
                yield self._addition(region, None)
        had = {self._gold_ends(link, who) for link in self._asked.links for who in link.members}
        for link in relations:
            if (link["from_span"], link["to_span"]) not in had:
                yield self._addition(link["from_span"], link["to_span"])

    def _addition(self, region: str, target: str | None) -> Decision:
        item = self._home.get(region)
        return {
            "annotator": self._adjudicator,
            "span_id": region,
            "to_span": target,
            "outcome": "added",
            "gold_span": region,
            "rule": self._rule_of(item) if item else self._rule(region),
            "note": self._note_of(item) if item else self._answer(region).note,
        }


def _offsets(row: MarkedSpan) -> tuple[int, int]:
    return row["start"], row["end"]


def _named(span: MarkedSpan) -> str:
    return f"{span['label']} “{span['text'][:60]}”"


def _became(row: MarkedSpan, gold: MarkedSpan | None) -> str:
    if gold is None:
        return "dropped"
    return "kept" if _same(gold, row) else "changed"


def _lacks(span: MarkedSpan) -> str | None:
    """What a kept or added span lacks, None where it has all that its label needs."""
    missing = [name for name in vocabulary.REQUIRED.get(span["label"], ()) if not value(span, name)]
    return f"lacks its {' and '.join(name.partition('_')[2] for name in missing)}" if missing else None


def _same(gold: MarkedSpan | None, row: MarkedSpan) -> bool:
    """Whether two spans say the same: label, offsets and the label's attributes."""
    if gold is None or gold["label"] != row["label"] or _offsets(gold) != _offsets(row):
        return False
    return values(gold) == values(row)
