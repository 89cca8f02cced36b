"""The guidelines that annotators work by: Markdown that the labelling page and people read, and what reads it.

Uses `dataset.scheme`. `html` makes a page of a section, `titles` names each rule. Begin with `rules` below, and with
`start.md`.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

SECTIONS: Final = (
    *("start", "everywhere", "speaker", "quote", "hedge", "number", "links"),
    *("hard-cases", "quick-reference", "worked-article"),
)
STATEMENTS: Final = "statements"
"""The section for the desk, on which quotes of several articles are sorted."""
VERSION: Final = "VERSION"
PARAGRAPH: Final = " ¶ "
_FOLDER = Path(__file__).parent
_STATEMENT = re.compile(r"^- \*\*(.+?)\*\* (.*\n(?:  .*\n)*)", re.MULTILINE)
_SHOWN = re.compile(r"^ *- (?:Right|Wrong)\b.*\n", re.MULTILINE)
_CASE = re.compile(r"^ *- ", re.MULTILINE)
EXAMPLE: Final = re.compile(
    r"^ *- (?P<verdict>Right|Wrong)(?: \((?:(?P<people>no check sees it)|caught by (?P<rule>\w+))\))?: "
    r"`(?P<notation>.+?)`(?: (?P<note>.+))?$",
    re.MULTILINE,
)
FENCED: Final = re.compile(r"^```text\n(.*?)\n```$", re.MULTILINE | re.DOTALL)


class RuleExample(NamedTuple):
    """An example in the notation, and what is to be said of it.

    `caught_by` is the rule whose check finds what is wrong; None for a right one, and for one that only people can see.
    """

    right: bool
    caught_by: str | None
    notation: str
    note: str

    @property
    def source(self) -> str:
        """What `notation.parse` reads: `¶` stands for the end of a paragraph."""
        return self.notation.replace(PARAGRAPH, "\n\n")


class Rule(NamedTuple):
    """A rule's text on one line, and its examples."""

    text: str
    examples: tuple[RuleExample, ...]

    @property
    def right(self) -> str:
        """The first right example."""
        return next(example.notation for example in self.examples if example.right)


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its id."""
    stated = {title: rule for name in SECTIONS for title, rule in statements(name).items()}
    return {title: rule for title, rule in stated.items() if re.fullmatch(r"[SQHNE]\d+", title)}


def statements(name: str) -> dict[str, Rule]:
    """What a section states and shows by examples: its rules by their ids, its hard cases by their titles.

    The text of a rule of several cases holds them one after the other.
    """
    return {
        title: Rule(_sentences(stated), tuple(_example(title, match) for match in EXAMPLE.finditer(stated)))
        for title, stated in _STATEMENT.findall(section(name))
    }


def _sentences(stated: str) -> str:
    return " ".join(_CASE.sub("", _SHOWN.sub("", stated)).split())


def _example(rule: str, match: re.Match[str]) -> RuleExample:
    right = match["verdict"] == "Right"
    caught_by = None if right or match["people"] else match["rule"] or rule
    return RuleExample(right, caught_by, match["notation"], match["note"] or "")


def version() -> str:
    """The version of the guidelines, as stamped on tasks."""
    return (_FOLDER / VERSION).read_text(encoding="utf-8").strip()


def pages() -> dict[str, str]:
    """All pages by the names of their files, with the file that says which version they are."""
    named = {f"{name}.md": section(name) for name in (*SECTIONS, STATEMENTS)}
    return {**named, VERSION: f"{version()}\n"}


def section(name: str) -> str:
    """The Markdown of one section."""
    return (_FOLDER / f"{name}.md").read_text(encoding="utf-8")


def title(name: str) -> str:
    """The title of a section."""
    return section(name).partition("\n")[0].removeprefix("# ")
