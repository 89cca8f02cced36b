"""What comes into the gold without an adjudicator: articles of one annotator, and those on which all agree."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from annotation.adjudication.decisions import Outcome, decide
from annotation.adjudication.questions import Sheet, shown_links
from annotation.labelstudio.adjudicated import AdjudicationResult
from annotation.labelstudio.result import ResultRows
from dataset.checks.findings import Finding
from dataset.record.rows import Link, MarkedSpan


class Opened(StrEnum):
    """Which articles of a round an adjudicator is to see: all, those of several annotators, or the disputed ones."""

    ALL = "all"
    SEVERAL = "several"
    DISPUTED = "disputed"


@dataclass
class Passing:
    """Articles that need no adjudicator: `alone` is the work of one annotator, on `agreed` several agree entirely.

    `held` would be among them but for what a check finds in them, by article.
    """

    alone: list[str] = field(default_factory=list)
    agreed: list[str] = field(default_factory=list)
    held: dict[str, str] = field(default_factory=dict)

    @property
    def articles(self) -> list[str]:
        """All that pass, in order."""
        return sorted([*self.alone, *self.agreed])

    def add(self, asked: Sheet, which: Opened, findings: Iterable[Finding], *, alone: bool) -> bool:
        """Takes an article in, if it needs no adjudicator. Returns whether it does not.

        `findings` are what the checks find in it and nobody acknowledged. A warning holds back what several agree on:
        all may have missed the same. The work of one annotator is held back by an error alone, since nobody else would
        see it anyway.
        """
        if which is Opened.ALL or not (alone or (which is Opened.DISPUTED and _agree(asked))):
            return False
        if faults := [finding.code for finding in findings if finding.severity == "error" or not alone]:
            self.held[asked.article_id] = ", ".join(dict.fromkeys(faults))
        elif undecided := as_submitted(asked).undecided:
            self.held[asked.article_id] = undecided[0]
        else:
            (self.alone if alone else self.agreed).append(asked.article_id)
        return asked.article_id not in self.held


def _agree(asked: Sheet) -> bool:
    """Whether several annotators agree on all of an article, whatever a check finds in it."""
    reasons = [reason for item in asked.items for reason in item.reasons if not reason.startswith("[")]
    return len(asked.annotators) > 1 and not reasons


def as_submitted(asked: Sheet) -> Outcome:
    """The gold of an article as its annotators submitted it, or why it cannot be gold."""
    spans: list[MarkedSpan] = [item.versions[0].row for item in asked.items]
    links: list[Link] = [
        {"type": None, "from_span": start, "to_span": end, "derived": False} for start, end in shown_links(asked)
    ]
    settled = replace(asked, items=tuple(replace(item, reasons=()) for item in asked.items))
    return decide(settled, AdjudicationResult(ResultRows(spans, links), {}), "")
