"""How candidates and comparisons grow with the events: `python -m tests.benchmarks.statements 100 1000 10000`.

An event has ten articles of twelve quotes, which tell thirty statements in wordings that differ by a word or two.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dataset.parallel import local_map
from dataset.statements.candidates import Item, ranked
from dataset.statements.comparison import Cue, QuoteTelling, comparisons_of
from dataset.statements.numbers import Quantity
from dataset.statements.registry import Registry
from tests.benchmarks import results
from tests.benchmarks.measure import Measured, exponent, measure

ARTICLES: Final = 10
QUOTES: Final = 12
STATEMENTS: Final = 30
WORDS: Final = (
    *("port", "mayor", "strike", "harbour", "ships", "crew", "union", "budget", "bridge", "storm", "repair", "closed"),
    *("opened", "rejected", "offered", "delayed", "workers", "weeks", "talks", "minister", "council", "payment"),
)
CUES: Final = ((), (Cue("may", "modal"),), (Cue("reportedly", "evidential"),), (Cue("about", "approximator"),))
REGISTRY: Final = Registry({"Mayor": "City", "City": None, "Union": None}, {"City": "state", "Union": "organization"})


def tellings(event: int) -> list[tuple[str, QuoteTelling]]:
    """The quotes of an event, each with the statement that it tells."""
    drawn = random.Random(event)
    gists = [drawn.choices(WORDS, k=drawn.randint(6, 16)) for _ in range(STATEMENTS)]
    quotes = []
    for article in range(ARTICLES):
        for number in range(QUOTES):
            statement = drawn.randrange(STATEMENTS)
            words = list(gists[statement])
            words[drawn.randrange(len(words))] = drawn.choice(WORDS)
            amount = float(statement * 100)
            quantity = Quantity(f"{amount:.0f}", "count", amount, amount, "exact", "ships")
            quotes.append(
                (
                    f"s{statement}",
                    QuoteTelling(
                        article_id=f"a{article}",
                        quote_id=f"a{article}:{number}",
                        words=" ".join(words),
                        form=drawn.choice(("direct", "indirect")),
                        sources=frozenset({drawn.choice(("Mayor", "City", "Union"))}),
                        cues=drawn.choice(CUES),
                        quantities=(quantity,) if drawn.random() < 0.3 else (),
                    ),
                )
            )
    return quotes


def items_of(event: int) -> list[Item]:
    """The quotes of an event, to be ranked."""
    return [Item(quote.quote_id, quote.words, quote.sources, "statement") for _, quote in tellings(event)]


def candidates_step(count: int) -> int:
    """Ranks the candidates of so many events, one event after the other. Returns how many there are."""
    return sum(sum(map(len, ranked(items_of(event), REGISTRY).values())) for event in range(count))


def _differences(event: int) -> int:
    by_statement: dict[str, list[QuoteTelling]] = {}
    for statement, quote in tellings(event):
        by_statement.setdefault(statement, []).append(quote)
    return sum(1 for _ in comparisons_of(by_statement, REGISTRY))


def comparisons_step(count: int) -> int:
    """Compares the articles of so many events. Returns the rows."""
    return sum(local_map(_differences_of, (range(at, min(at + 50, count)) for at in range(0, count, 50))))


def _differences_of(events: range) -> int:
    return sum(map(_differences, events))


STEPS: Final[dict[str, Callable[[int], int]]] = {"candidates": candidates_step, "comparisons": comparisons_step}


def main(sizes: list[int], page: Path = results.RESULTS) -> None:
    """Measures, prints, and puts the table on the page."""
    machine, rows = results.machine(), list[list[str]]()
    for name, step in STEPS.items():
        before: tuple[int, Measured] | None = None
        for size in sizes:
            measured = measure(step, size)
            grown = f"{exponent(before[0], before[1].seconds, size, measured.seconds):.2f}" if before else ""
            counts = [f"{size:,}", f"{measured.result:,}", f"{measured.seconds:.1f}", f"{measured.megabytes:,.0f}"]
            rows.append([name, *counts, grown])
            before = size, measured
    table = results.table(("step", "events", "rows", "seconds", "peak MB, all processes", "exponent of time"), rows)
    print(table)
    results.put("Statements: events of 10 articles of 12 quotes", f"{machine}\n\n{table}", page)


if __name__ == "__main__":
    main([*map(int, sys.argv[1:])])
