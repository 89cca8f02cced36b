"""The notation of the guidelines' examples, `[s The mayor] said [q it [h may] rain].`, as the labelling page shows it.

A mark is `[`, the letter of its label (s, q, h, n), a number where another mark points to it, `?` for a source that is
not named, `→` with the marks it links to, a blank, its words, and after ` | ` its attributes where they are not the
usual ones. A backslash comes before `[`, `]`, `|` and itself.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Final

from annotation.guidelines import EXAMPLE, FENCED
from dataset.scheme import vocabulary

LETTERS: Final = {label[0]: label for label in vocabulary.LABELS}
TOKEN: Final = re.compile(
    r"\\(?P<escaped>[\[\]|\\])|\[(?P<head>[^\s\[\]|\\]*) "
    r"|(?: \| (?P<details>(?:\\[\[\]|\\]|[^\[\]|\\])+))?(?P<close>\])"
    r"|(?P<plain>[^\[\]|\\ ]+| )",
    re.DOTALL,
)
_TITLE: Final = re.compile(r"\A# .*\n+")
_CODE: Final = re.compile(r"`([^`\n]+)`")
_IDS: Final = "|".join(sorted(vocabulary.RULES, key=len, reverse=True))
_RULE: Final = re.compile(rf"`[^`\n]*`|\(caught by \w+\)|(?P<stated>\*\*)?\b(?P<id>{_IDS})\b")
_LINK: Final = re.compile(r"\[([^\]]+)\]\([\w-]+\.md\)")
_MARKDOWN: Final = str.maketrans({sign: f"&#{ord(sign)};" for sign in "*_[]~`"})


def page_markdown(text: str, *, repeated: bool = False) -> str:
    """A section as the page shows it: without its title, each example on a line of its own, its marks in colour.

    Links to other sections, which the page has as panels, become plain words, and the ids of rules become links to
    where they are stated: `#rule-Q4`. These places are left out where a section is `repeated`. `$40` becomes `$ 40`,
    which the page would take for task data.
    """
    linked = _RULE.sub(lambda match: _linked(match, repeated), _LINK.sub(r"\1", _TITLE.sub("", text)))
    body = FENCED.sub(lambda match: _paragraphs(match[1]), linked)
    shown = _CODE.sub(lambda match: marked(match[1]), EXAMPLE.sub(_line, body))
    return re.sub(r"\$(?=\w)", "$ ", shown)


def marked(source: str) -> str:
    """Text in the notation, or a part of it, as HTML: a `span` a mark, what is not its words in `i`."""
    return "".join(map(_shown, TOKEN.finditer(source)))


def _shown(token: re.Match[str]) -> str:
    if token["head"] is not None:
        letter = token["head"][:1] if token["head"][:1] in LETTERS else ""
        return f'<span class="{letter}"><i>{html.escape(token["head"])}</i> '
    if token["close"]:
        return (f" <i>{escaped(token['details'])}</i>" if token["details"] else "") + "</span>"
    return escaped(token["escaped"] or token["plain"])


def escaped(words: str) -> str:
    """Words as HTML and Markdown show them as they are."""
    return html.escape(words, quote=False).translate(_MARKDOWN)


def _linked(match: re.Match[str], repeated: bool) -> str:
    rule = match["id"]
    if rule is None or (match["stated"] and repeated):
        return match[0]
    return f'<span id="rule-{rule}"></span>**{rule}' if match["stated"] else f'<a href="#rule-{rule}">{rule}</a>'


def _line(match: re.Match[str]) -> str:
    kind = match["verdict"].lower()
    notes = "".join(f" <em>{note}</em>" for note in _notes(match))
    return f'<span class="{kind}-example">{marked(match["notation"])}{notes}</span>'


def _notes(match: re.Match[str]) -> Iterator[str]:
    if match["note"]:
        yield match["note"]
    if match["people"]:
        yield "· no check sees it"


def _paragraphs(article: str) -> str:
    return "\n\n".join(marked(paragraph) for paragraph in article.split("\n\n"))
