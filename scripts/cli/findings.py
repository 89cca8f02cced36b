"""Findings as people and machines read them: words in context, Markdown, JSON rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import TypedDict

from rich.markup import escape

from annotation.adjudication.gold_places import GoldPlaces
from annotation.guidelines import rules
from annotation.page.messages import both_ends
from annotation.rounds.pull import addresses
from dataset.checks.choosing import words_at
from dataset.checks.findings import CATALOGUE, Finding
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import GOLD
from scripts.cli.console import OUT, typed

AROUND = 40
LONGEST = 120
COLOURS = {"error": "red", "warning": "yellow"}


class FindingForMachines(TypedDict):
    """A finding as JSON and CSV have it: with its rule, the words at its place, and where it can be looked at."""

    code: str
    severity: str
    rule: str | None
    layer: str
    annotator: str
    article_id: str
    span_id: str | None
    start: int | None
    end: int | None
    words: str | None
    message: str
    address: str | None
    command: str | None
    acknowledged: bool


@dataclass
class FindingPlaces:
    """What showing findings of a corpus needs to know: texts, and where articles are labelled, each read once."""

    corpus: Corpus
    _addresses: dict[str, dict[str, str]] = field(default_factory=dict)

    @cached_property
    def _gold(self) -> GoldPlaces:
        return GoldPlaces(self.corpus)

    def address(self, finding: Finding) -> str | None:
        """The task in which the finding is fixed, if this machine knows; in the gold, that of adjudication."""
        if finding.layer == GOLD:
            return self._gold.address(finding.article_id, finding.code)
        if finding.layer not in self._addresses:
            self._addresses[finding.layer] = addresses(self.corpus, finding.layer)
        return self._addresses[finding.layer].get(finding.article_id)

    def command(self, finding: Finding) -> str | None:
        """What opens the task of a finding in the gold again, where its address is not known."""
        if finding.layer != GOLD or self.address(finding):
            return None
        return self._gold.command(finding.article_id, finding.code)

    def context(self, finding: Finding) -> tuple[str, str, str] | None:
        """The words before, at and after the finding, on one line; None where it has no place."""
        start, end = finding.start, finding.end
        try:
            text = self.corpus.text(finding.article_id)
        except Problem:
            return None
        return in_context(text, start, end)

    def row(self, finding: Finding, *, acknowledged: bool = False) -> FindingForMachines:
        """A finding for machines."""
        return {
            "code": finding.code,
            "severity": finding.severity,
            "rule": CATALOGUE[finding.code].rule,
            "layer": finding.layer,
            "annotator": finding.annotator,
            "article_id": finding.article_id,
            "span_id": finding.span_id,
            "start": finding.start,
            "end": finding.end,
            "words": words_at(self.corpus, finding),
            "message": finding.message,
            "address": self.address(finding),
            "command": self.command(finding),
            "acknowledged": acknowledged,
        }


def in_context(text: str, start: int | None, end: int | None) -> tuple[str, str, str] | None:
    """The words before, at and after a place, on one line; None where the text has no such place."""
    if start is None or end is None or not 0 <= start <= end <= len(text):
        return None
    before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
    return line(before), short_line(text[start:end]), line(after)


def line(words: str) -> str:
    """Words on one line."""
    return words.replace("\r\n", "⏎").replace("\n", "⏎").replace("\r", "⏎").replace("\t", " ")


def short_line(words: str) -> str:
    """Words on one line, without their middle where they are long."""
    return both_ends(line(words), LONGEST)


def print_findings(shown: FindingPlaces, findings: Iterable[tuple[Finding, bool]]) -> None:
    """Findings by article, each with its words in context; each code's rule the first time that it is found.

    With each comes whether it was acknowledged.
    """
    explained: set[str] = set()
    for (layer, article), group in groupby(findings, key=lambda judged: (judged[0].layer, judged[0].article_id)):
        several = list(group)
        OUT.print(f"[bold]{escape(article)}[/] {escape(layer)}  {escape(_way(shown, several[0][0]))}".rstrip())
        for finding, acknowledged in several:
            for text in _lines(shown, finding, finding.code not in explained, acknowledged):
                OUT.print(text)
            explained.add(finding.code)


def _way(shown: FindingPlaces, finding: Finding) -> str:
    """The address of the task, or the command that opens it again."""
    if address := shown.address(finding):
        return address
    command = shown.command(finding)
    return typed(f"`{command}` opens it again") if command else ""


def _lines(shown: FindingPlaces, finding: Finding, first: bool, acknowledged: bool) -> Iterator[str]:
    colour = COLOURS[finding.severity]
    place = f" {finding.start}:{finding.end}" if finding.start is not None else ""
    mark = " (acknowledged)" if acknowledged else ""
    yield f"  [{colour}]{finding.severity}[/] {finding.code}{place}: {escape(line(finding.message))}{mark}"
    if context := shown.context(finding):
        before, words, after = map(escape, context)
        yield f"    …{before}[bold {colour}]⟦{words}⟧[/]{after}…"
    rule = CATALOGUE[finding.code].rule
    if first and rule in rules():
        yield f"    [dim]{rule}: {escape(rules()[rule].text)}[/]"
        yield f"    [dim]Right: {escape(rules()[rule].right)}[/]"


def markdown(shown: FindingPlaces, findings: Iterable[Finding]) -> Iterator[str]:
    """A table of findings for a pull request, a line at a time."""
    yield "| severity | code | article | place | words | what |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for finding in findings:
        before, words, after = shown.context(finding) or ("", "", "")
        place = f"{finding.start}:{finding.end}" if finding.start is not None else ""
        address = shown.address(finding)
        article = f"[{cell(finding.article_id)}]({address})" if address else cell(finding.article_id)
        quoted = f"{cell(before)}**{cell(words)}**{cell(after)}" if words else ""
        yield f"| {finding.severity} | `{finding.code}` | {article} | {place} | {quoted} | {cell(finding.message)} |"


def cell(words: str) -> str:
    """Words as Markdown shows them as they are, in a table, too."""
    plain = line(words).replace("\\", "\\\\")
    for character in "|*_`[]<>&~":
        plain = plain.replace(character, f"\\{character}")
    return plain


def by_code(codes: Counter[str]) -> Iterator[str]:
    """How many findings of each code there are, the most frequent first."""
    for code, count in codes.most_common():
        yield f"{count:>7} {CATALOGUE[code].severity:<7} {code}: {CATALOGUE[code].title}"
