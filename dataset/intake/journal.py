"""What each intake on this machine added, so that the last one can be taken out again.

It is kept in the corpus's state folder, which git ignores, as a file an intake: an undo takes back what a person has
just done here. What was committed since is git's to revert, and after a checkout of something else an entry holds only
for the articles that are there with the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final, NamedTuple

import orjson

from dataset.record.corpus import Corpus
from dataset.record.rows import ArticleRow
from dataset.storage.atomic import aside, sha256

_KEPT: Final = 20
"""So many intakes can be taken out one after the other."""


class Added(NamedTuple):
    """What an intake added: SHA-256 of the text's bytes, and of the row but for its event, which is set later."""

    text_sha256: str
    row_sha256: str


def row_sha256(row: Mapping[str, object]) -> str:
    """SHA-256 of an article's row but for its event."""
    known = {name: value for name, value in row.items() if name != "event_id"}
    return sha256(orjson.dumps(known, option=orjson.OPT_SORT_KEYS))


def remember(corpus: Corpus, rows: Iterable[ArticleRow]) -> Path:
    """Writes down the articles that an intake is about to add, from their rows. Returns the entry."""
    before = entries(corpus)
    number = int(before[-1].stem) + 1 if before else 1
    entry = _folder(corpus) / f"{number:06d}.jsonl"
    with aside(entry) as new, new.open("wb") as out:
        for row in rows:
            words = [row["article_id"], row["text_sha256"], row_sha256(row)]
            out.write(orjson.dumps(words, option=orjson.OPT_APPEND_NEWLINE))
    for old in before[: max(0, len(before) + 1 - _KEPT)]:
        forget(old)
    return entry


def entries(corpus: Corpus) -> list[Path]:
    """The entries of the intakes, the last one last."""
    return sorted(path for path in _folder(corpus).glob("*.jsonl") if path.stem.isdecimal())


def read_entry(entry: Path) -> dict[str, Added]:
    """The articles that an intake added, by their ids."""
    with entry.open("rb") as lines:
        return {article_id: Added(*digests) for article_id, *digests in map(orjson.loads, lines)}


def forget(entry: Path) -> None:
    """Removes an entry."""
    entry.unlink(missing_ok=True)


def _folder(corpus: Corpus) -> Path:
    return corpus.state / "intakes"
