"""Many warnings acknowledged at once: what would be, then the same in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from dataset.checks import acknowledged
from dataset.checks.acknowledged import Key
from dataset.checks.choosing import FindingChoice
from dataset.checks.findings import Finding
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.rows import AcknowledgedRow


class WantedWarning(NamedTuple):
    """A warning that a file says is to stand: `place` is `START:END`, with the words there if the file has them.

    `where` says for people which line of the file it is.
    """

    code: str
    article_id: str
    place: str
    reason: str
    where: str


@dataclass
class Acknowledging:
    """What would be acknowledged, how many of those wanted were so before, which are no longer found, and errors.

    `gone` and `errors` are in the order of the file.
    """

    new: list[AcknowledgedRow] = field(default_factory=list)
    before: int = 0
    gone: list[WantedWarning] = field(default_factory=list)
    errors: list[WantedWarning] = field(default_factory=list)


def by_choice(corpus: Corpus, findings: Iterable[Finding], choice: FindingChoice, reason: str) -> Acknowledging:
    """The warnings of a choice, all for one reason.

    Raises:
        Problem: a code cannot be acknowledged, or the reason is empty.
    """
    for code in sorted(choice.codes):
        acknowledged.refuse(code, reason)
    stands: dict[Key, bool] = {}
    for finding, let in acknowledged.judging(corpus, findings, whole=False):
        key = acknowledged.key_of(corpus, finding)
        if key is not None and finding.severity != "error" and choice.holds(corpus, finding):
            stands[key] = stands.get(key, True) and let  # what is ticked in one layer may be open in another
    new = [acknowledged.row_of(key, reason) for key, let in stands.items() if not let]
    return Acknowledging(new, len(stands) - len(new))


def by_file(corpus: Corpus, findings: Iterable[Finding], wanted: Iterable[WantedWarning]) -> Acknowledging:
    """The warnings that a file names.

    Raises:
        Problem: a code is unknown, or a warning has no reason.
    """
    keys = _keys_at(corpus, findings)
    planned, taken = Acknowledging(), set[Key]()
    for each in wanted:
        if acknowledged.is_error(each.code):
            planned.errors.append(each)
            continue
        try:
            acknowledged.refuse(each.code, each.reason)
        except Problem as problem:
            raise Problem(f"{each.where}: {problem.what}", problem.next_step) from None
        key, let = keys.get((each.code, each.article_id, each.place), (None, False))
        if key is None:
            planned.gone.append(each)
        elif key not in taken:
            taken.add(key)
            planned.before += let
            planned.new += [] if let else [acknowledged.row_of(key, each.reason)]
    return planned


def _keys_at(corpus: Corpus, findings: Iterable[Finding]) -> dict[Key, tuple[Key, bool]]:
    """The key of each warning, and whether it stands in every layer, by that key and by one without the words."""
    keys: dict[Key, tuple[Key, bool]] = {}
    for finding, let in acknowledged.judging(corpus, findings, whole=False):
        key = acknowledged.key_of(corpus, finding) if finding.severity == "warning" else None
        if key is not None:
            code, article, place = key
            for way in (place, place.partition(" ")[0], one_line(place)):
                first, before = keys.get((code, article, way), (key, True))
                keys[code, article, way] = (first, before and let)
    return keys


def one_line(words: str) -> str:
    """The words with single blanks, as a cell of a table has them."""
    return " ".join(words.split())
