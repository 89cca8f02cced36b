"""What several suggesters say together: one set of suggestions, with who agrees on each.

Two spans of a label are the same if they share at least half of all that they cover. Of those that are the same, the
one with the higher score stays, and of those that overlap without being the same, the one on which more agree.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Final

from annotation.suggesting.protocol import Suggestions, link
from annotation.suggesting.rules.suggester import score_of
from dataset.record.rows import CombinedScore, MarkedSpan
from dataset.scheme import vocabulary

SCORES: Final = Path(__file__).parent / "scores.json"
LEAST: Final = 0.5
"""The overlap over union with which two spans are the same."""


@dataclass(frozen=True)
class _Candidate:
    """A span that a suggester suggests, with its score and the ends of its links, of the same suggester."""

    suggester: str
    span: MarkedSpan
    score: float
    ends: tuple[MarkedSpan, ...]


@dataclass
class _Group:
    """What several suggesters say of the same place; `best` stays."""

    members: list[_Candidate]

    @property
    def best(self) -> _Candidate:
        return max(self.members, key=lambda member: member.score)

    @property
    def names(self) -> list[str]:
        return [member.suggester for member in self.members]


def combined_name(names: Sequence[str]) -> str:
    """What the layer of several suggesters is called."""
    return "-".join(names)


def combine(parts: Mapping[str, Suggestions]) -> Suggestions:
    """The suggestions of several suggesters for one article, by their names, as one.

    Each span has who suggested it; the score is the measured share of the class that its agreement puts it into, as
    `agreed-quote-and-speaker`, or its own where nothing was measured of these suggesters together.
    """
    candidates = [candidate for name, suggestions in parts.items() for candidate in _candidates(name, suggestions)]
    chosen = [group for label in vocabulary.LABELS for group in _chosen(label, candidates, [*parts])]
    linked = _linked(chosen)
    spoken = {end["span_id"] for ends in linked.values() for end in ends}
    measured = measured_scores(combined_name([*parts]))
    suggestions = Suggestions()
    for group in chosen:
        kind, best = agreement(group.members), group.best
        if best.span["label"] == "speaker" and best.span["span_id"] not in spoken:
            continue  # no quote that stays is theirs (S8)
        score: CombinedScore = {
            "span_id": best.span["span_id"],
            "suggesters": group.names,
            "pattern": kind,
            "score": measured.get(kind, best.score),
        }
        suggestions.spans.append(best.span)
        suggestions.scores.append(score)
        suggestions.links.extend(link(best.span, end) for end in linked[best.span["span_id"]])
    return suggestions


def agreement(members: Sequence[_Candidate]) -> str:
    """The class of a span by who agrees on it: `agreed-hedge`, `rules-hedge`; of a quote, also on its speaker."""
    label = members[0].span["label"]
    if len(members) == 1:
        return f"{members[0].suggester}-{label}"
    if label == "quote" and _same_ends(members):
        return "agreed-quote-and-speaker"
    return f"agreed-{label}"


def _same_ends(members: Sequence[_Candidate]) -> bool:
    """Whether two suggesters at least link a quote to the same, or both to nothing."""
    return any(
        len(first.ends) == len(second.ends) and all(any(_same(end, far) for far in second.ends) for end in first.ends)
        for at, first in enumerate(members)
        for second in members[at + 1 :]
    )


def measured_scores(name: str) -> dict[str, float]:
    """The score of each class of agreement of the suggesters that a combined layer is named after, if measured."""
    return all_scores(SCORES).get(name, {})


@cache
def all_scores(path: Path) -> dict[str, dict[str, float]]:
    """The scores in a file, by the name of the combined layer and the class."""
    counted = json.loads(path.read_text(encoding="utf-8"))
    return {name: {kind: score_of(*counts) for kind, counts in kinds.items()} for name, kinds in counted.items()}


def _candidates(name: str, suggestions: Suggestions) -> Iterator[_Candidate]:
    spans = {span["span_id"]: span for span in suggestions.spans}
    scores = {score["span_id"]: score["score"] for score in suggestions.scores}
    ends: dict[str, list[MarkedSpan]] = {}
    for drawn in suggestions.links:
        if drawn["to_span"] in spans:
            ends.setdefault(drawn["from_span"], []).append(spans[drawn["to_span"]])
    for span_id, span in spans.items():
        yield _Candidate(name, span, scores.get(span_id, 1.0), tuple(ends.get(span_id, ())))


def _chosen(label: str, candidates: Iterable[_Candidate], order: list[str]) -> list[_Group]:
    """The spans of a label that stay, in the order of the text; none overlaps another."""
    groups = _grouped(sorted((c for c in candidates if c.span["label"] == label), key=lambda c: c.span["start"]))
    for group in groups:
        group.members.sort(key=lambda member: order.index(member.suggester))
    groups.sort(key=lambda group: (-len(group.members), -group.best.score, group.best.span["start"]))
    places = _Places()
    return sorted(
        (group for group in groups if places.add(group.best.span)), key=lambda group: group.best.span["start"]
    )


class _Places:
    """Spans of a label that do not overlap, by where they are."""

    def __init__(self) -> None:
        self._starts: list[int] = []
        self._spans: list[MarkedSpan] = []

    def add(self, span: MarkedSpan) -> bool:
        """Adds a span, unless it overlaps one that is there. Returns whether it was added."""
        if self.over(span):
            return False
        at = bisect_left(self._starts, span["start"])
        self._starts.insert(at, span["start"])
        self._spans.insert(at, span)
        return True

    def over(self, span: MarkedSpan) -> list[MarkedSpan]:
        """The spans that overlap one."""
        last = bisect_left(self._starts, span["end"])
        first = last
        while first and self._spans[first - 1]["end"] > span["start"]:
            first -= 1
        return self._spans[first:last]


def _grouped(candidates: Sequence[_Candidate]) -> list[_Group]:
    """Candidates of a label, in the order of the text, by what is the same; one of each suggester at most."""
    groups: list[_Group] = []
    reaching: list[_Group] = []
    for candidate in candidates:
        reaching = [group for group in reaching if group.members[0].span["end"] > candidate.span["start"]]
        near = [
            group
            for group in reaching
            if _same(group.members[0].span, candidate.span) and candidate.suggester not in group.names
        ]
        if near:
            max(near, key=lambda group: overlap(group.members[0].span, candidate.span)).members.append(candidate)
        else:
            reaching.append(_Group([candidate]))
            groups.append(reaching[-1])
    return groups


def _same(first: MarkedSpan, second: MarkedSpan) -> bool:
    return overlap(first, second) >= LEAST


def overlap(first: MarkedSpan, second: MarkedSpan) -> float:
    """What two spans share, over all that they cover."""
    shared = max(min(first["end"], second["end"]) - max(first["start"], second["start"]), 0)
    return shared / (first["end"] - first["start"] + second["end"] - second["start"] - shared)


def _linked(groups: Sequence[_Group]) -> dict[str, list[MarkedSpan]]:
    """Where the links of each span that stays lead: to the spans that stay in the place of their ends."""
    staying = {label: _Places() for label in vocabulary.LABELS}
    for group in groups:
        staying[group.best.span["label"]].add(group.best.span)
    linked: dict[str, list[MarkedSpan]] = {}
    for group in groups:
        span, ends = group.best.span, dict[str, MarkedSpan]()
        for end in group.best.ends:
            nearest = max(staying[end["label"]].over(end), key=partial(overlap, end), default=None)
            if nearest is not None and nearest is not span:
                ends[nearest["span_id"]] = nearest
        linked[span["span_id"]] = [*ends.values()]
    return linked
