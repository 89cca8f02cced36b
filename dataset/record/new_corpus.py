"""A new corpus: a folder with settings, a changelog and a datasheet whose questions are to be answered, under git."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jinja2

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import SETTINGS
from dataset.storage.atomic import asides
from dataset.storage.repository import begin, begun

PAGES: Final = {
    ".gitignore": "gitignore.j2",
    "CHANGELOG.md": "CHANGELOG.md.j2",
    "DATASHEET.md": "DATASHEET.md.j2",
    SETTINGS: "hedgerow.toml.j2",
}
"""The files of a new corpus, and the template of each; the last one makes it a corpus."""
TO_ANSWER: Final = "TODO"
"""With what an answer of the datasheet begins that a person has to write; a release refuses it."""


@dataclass(frozen=True)
class NewCorpus:
    """A new corpus's folder, how many questions of its datasheet are open, and whether it is a new git repository."""

    folder: Path
    questions: int
    own_repository: bool


def new_corpus(folder: Path, title: str | None = None, licence: str | None = None) -> NewCorpus:
    """Makes a corpus that takes its name from its folder, and git's repository where the folder is in none.

    Args:
        folder: where it goes; it is not there yet, or is empty.
        title: its title on the card; the name if None.
        licence: the licence of its annotations, as the Hub writes it.

    Raises:
        Problem: the folder holds something, its name cannot be a corpus's, or git is missing.
    """
    name = folder.resolve().name
    if not re.fullmatch(schema.IDENTIFIER, name):
        raise Problem(f"“{name}” cannot be a corpus's name", "name the folder with letters, digits, `_`, `-` and `.`")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Problem(f"{folder} is there already, and holds something", "name a folder that is new or empty")
    facts = {"name": name, "title": title or name, "licence": licence}
    pages = {page: _TEMPLATES.get_template(template).render(facts) for page, template in PAGES.items()}
    with asides() as several:
        for page, content in pages.items():
            several.write(folder / page, content.encode())
    (folder / "seeds").mkdir()
    own_repository = not begun(folder)
    if own_repository:
        begin(folder)
    return NewCorpus(folder, pages["DATASHEET.md"].count(f"\n{TO_ANSWER}"), own_repository)


_TEMPLATES: Final = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "begun"),
    undefined=jinja2.StrictUndefined,
    autoescape=False,  # noqa: S701 - the pages are no HTML
    keep_trailing_newline=True,
)
_TEMPLATES.filters["toml"] = lambda text: json.dumps(text, ensure_ascii=False)
