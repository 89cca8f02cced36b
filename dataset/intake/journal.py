"""What each intake on this machine added, so that the last one can be taken out again.

It is kept in the corpus's state folder, which git ignores, as a file an intake: an undo takes back what a person has
just done here. What was committed since is git's to revert, and after a checkout of something else an entry holds only
for the articles that are there with the same text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import orjson

from dataset.record.corpus import Corpus
from dataset.storage.atomic import aside

_KEPT: Final = 20
"""So many intakes can be taken out one after the other."""


def remember(corpus: Corpus, articles: Iterable[tuple[str, str]]) -> Path:
    """Writes down the ids and the SHA-256 of the articles that an intake is about to add. Returns the entry."""
    before = entries(corpus)
    number = int(before[-1].stem) + 1 if before else 1
    entry = _folder(corpus) / f"{number:06d}.jsonl"
    with aside(entry) as new, new.open("wb") as out:
        for article_id, digest in articles:
            out.write(orjson.dumps([article_id, digest], option=orjson.OPT_APPEND_NEWLINE))
    for old in before[: max(0, len(before) + 1 - _KEPT)]:
        forget(old)
    return entry


def entries(corpus: Corpus) -> list[Path]:
    """The entries of the intakes, the last one last."""
    return sorted(path for path in _folder(corpus).glob("*.jsonl") if path.stem.isdecimal())


def read_entry(entry: Path) -> dict[str, str]:
    """The SHA-256 of each article that an intake added, by its id."""
    with entry.open("rb") as lines:
        return dict(_pairs(lines))


def forget(entry: Path) -> None:
    """Removes an entry."""
    entry.unlink(missing_ok=True)


def _pairs(lines: Iterable[bytes]) -> Iterator[tuple[str, str]]:
    for line in lines:
        article_id, digest = orjson.loads(line)
        yield article_id, digest


def _folder(corpus: Corpus) -> Path:
    return corpus.state / "intakes"
