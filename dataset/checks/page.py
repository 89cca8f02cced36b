"""The catalogue of findings as a page to read: `CODES.md`."""

from __future__ import annotations

from dataset.checks.findings import CATALOGUE, Code

_HEAD = """# What `hedgerow validate` finds

Made by `hedgerow validate --codes`. An `error` forbids a release; a `warning` wants a look, and can be let stand with
`hedgerow acknowledge`. A code begins with the id of the annotation rule that is broken, where there is one.

| code | severity | rule | what it is | for example |
| --- | --- | --- | --- | --- |
"""


def codes_page() -> str:
    """The page, in Markdown."""
    return _HEAD + "".join(map(_line, CATALOGUE.values()))


def _line(code: Code) -> str:
    cells = [f"`{code.code}`", code.severity, code.rule or "", code.title, code.example]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |\n"
