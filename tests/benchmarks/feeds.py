"""What it costs to take in a team's own table: time and memory of `intake` of JSON Lines at several sizes.

`python -m tests.benchmarks.feeds 1000 10000 100000 250000` measures it and writes the section; 250,000
articles are 1 GB.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from pathlib import Path
from typing import Final

from dataset.intake.articles import ArticleMetadata, ReadingOptions
from dataset.intake.gathering import Gathered
from dataset.intake.sources import IntakeSource
from dataset.intake.taking_in import intake, look_into
from dataset.record.corpus import open_corpus
from tests.benchmarks import results
from tests.benchmarks.articles import articles
from tests.benchmarks.corpora import write_corpus
from tests.benchmarks.measure import Measured, exponent, measure

CHARACTERS: Final = 4_000
"""Of a text: some 650 words."""
HEAD: Final = ("step", "articles", "MB of JSON Lines", "seconds", "peak MB", "exponent of time")


def write_feed(path: Path, count: int) -> Path:
    """JSON Lines with so many articles, no two of which have more than a few words in a row in common."""
    drawn = random.Random(7)
    words = sorted({word for article in articles(400, 7) for word in article.text.split()})
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            lines = [f"Report {number}."]
            while sum(map(len, lines)) < CHARACTERS:
                lines.append(" ".join(drawn.choices(words, k=18)))
            row = {
                "id": f"feed-{number:07d}",
                "headline": lines[1][:60],
                "date": "2024-10-29",
                "url": f"https://gull.example/{number}",
                "rights": "CC BY 4.0",
                "body": "\n".join(lines),
            }
            out.write(f"{json.dumps(row)}\n")
    return path


def feed_step(root: Path, feed: Path, dry: bool) -> int:
    """Takes a feed in, or looks what that would do."""
    gathered = _run(root, feed, dry)
    assert not gathered.refused
    return len(gathered.added)


def _run(root: Path, feed: Path, dry: bool) -> Gathered:
    columns = {"article_id": "id", "title": "headline", "published": "date", "licence": "rights", "text": "body"}
    run = look_into if dry else intake
    return run(
        open_corpus(root), [IntakeSource("jsonl", str(feed))], ArticleMetadata(language="en"), ReadingOptions(columns)
    )


def taken_in(folder: Path, count: int) -> tuple[float, Measured, Measured]:
    """MB of a feed of so many articles, a dry run of it, and the intake."""
    corpus = write_corpus(folder / "corpus", 1, seed=8)
    feed = write_feed(folder / "feed.jsonl", count)
    looked = measure(feed_step, corpus.root, feed, True)
    return feed.stat().st_size / 1e6, looked, measure(feed_step, corpus.root, feed, False)


def main(sizes: list[int]) -> None:
    """Measures, prints, and writes the section."""
    machine, rows = results.machine(), dict[str, list[list[str]]]()
    before: dict[str, tuple[int, float]] = {}
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            megabytes, looked, taken = taken_in(Path(folder), size)
        for step, measured in (("intake --dry-run", looked), ("intake", taken)):
            grown = f"{exponent(*before[step], size, measured.seconds):.2f}" if step in before else ""
            before[step] = size, measured.seconds
            rows.setdefault(step, []).append(
                [step, f"{size:,}", f"{megabytes:,.0f}", f"{measured.seconds:.1f}", f"{measured.megabytes:,.0f}", grown]
            )
        table = results.table(HEAD, [row for several in rows.values() for row in several])
        print(table, flush=True)
        results.put("Taking in JSON Lines: articles of 4 kB", f"{machine}\n\n{table}")


if __name__ == "__main__":
    main(list(map(int, sys.argv[1:])))
