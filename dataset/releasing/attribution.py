"""The sources that a release names because the licences of their texts ask for it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from dataset.folder.folder import read_rows
from dataset.scheme.licences import asks_for_attribution, deed

ATTRIBUTION: Final = "ATTRIBUTION.md"
_COLUMNS: Final = ("article_id", "title", "outlet", "published", "url", "licence")
_MARKUP: Final = re.compile(r"([\\`*_\[\]<>#|])")
_HEAD: Final = """# Attribution

The licences of these articles ask that their sources be named. The texts are as they were published, but for line ends
and, in saved web pages, what stands around the main text; spans in them were labelled.
"""


def put_attribution(folder: Path) -> bool:
    """Writes which article is whose into a built folder, where a licence asks for it. Returns whether one does."""
    rows = read_rows(folder, "articles", *_COLUMNS).unique("article_id").sort("article_id")
    lines = [_line(row) for row in rows.iter_rows(named=True) if asks_for_attribution(row["licence"])]
    if lines:
        (folder / ATTRIBUTION).write_text("\n".join([_HEAD, *lines, ""]), encoding="utf-8")
    return bool(lines)


def _line(row: dict[str, str | None]) -> str:
    """An article with whatever is known of it, as an item of a list."""
    title = _plain(row["title"]) if row["title"] else "without a title"
    named = f"[{title}](<{row['url'].replace('>', '%3E')}>)" if row["url"] else title
    licence = str(row["licence"]).strip()
    facts = [named, _plain(row["outlet"] or ""), row["published"], f"[{licence}]({deed(licence)})"]
    return f"- `{row['article_id']}`: {', '.join(filter(None, facts))}"


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))
