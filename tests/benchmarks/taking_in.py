"""What pull and intake cost at several sizes, and how that grows with the number of articles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dataset.intake import resemblances
from dataset.intake.articles import ArticleMetadata
from dataset.intake.sources import IntakeSource
from dataset.intake.taking_in import intake
from dataset.record.corpus import open_corpus
from tests.benchmarks.corpora import write_corpus, write_export
from tests.benchmarks.measure import Measured, exponent, measure
from tests.benchmarks.steps import pull_step


@dataclass(frozen=True)
class Grown:
    """A step measured at two sizes."""

    step: str
    small: int
    large: int
    first: Measured
    last: Measured

    @property
    def exponent(self) -> float:
        """e, where the time is proportional to n^e."""
        return exponent(self.small, self.first.seconds, self.large, self.last.seconds)

    def __str__(self) -> str:
        """A line with both sizes."""
        return (
            f"{self.step}: {self.small} articles {self.first.seconds:.1f} s {self.first.megabytes:.0f} MB, "
            f"{self.large} articles {self.last.seconds:.1f} s {self.last.megabytes:.0f} MB, "
            f"time ~ n^{self.exponent:.2f}"
        )


def pull_growth(folder: Path, small: int, large: int) -> Grown:
    """`pull --from-file`, of an export into an empty record."""
    return _grown("pull --from-file", small, large, lambda count: _pulled(folder / f"pull{count}", count))


def intake_growth(folder: Path, small: int, large: int) -> Grown:
    """`intake`, of files of one event into a corpus with one article."""
    return _grown("intake", small, large, lambda count: taken_in(folder / f"intake{count}", count))


def sampled_intake_growth(folder: Path, small: int, large: int) -> Grown:
    """The same, with no more held of the texts to compare than of some thousand articles."""
    return _grown("intake", small, large, lambda count: taken_in(folder / f"intake{count}", count, sampled_intake_step))


def _grown(step: str, small: int, large: int, at: Callable[[int], Measured]) -> Grown:
    return Grown(step, small, large, at(small), at(large))


def _pulled(folder: Path, count: int) -> Measured:
    corpus, export, _ = write_export(folder, count)
    return measure(pull_step, corpus.root, export)


def taken_in(folder: Path, count: int, step: Callable[[Path, Path], int] | None = None) -> Measured:
    """`intake` of so many files, by that step."""
    corpus = write_corpus(folder / "corpus", 1, seed=8)
    texts = write_corpus(folder / "in", count + 1).root / "seeds" / "text"
    return measure(step or intake_step, corpus.root, texts)


def intake_step(root: Path, texts: Path) -> int:
    """Takes all files but the first in."""
    sources = [IntakeSource("text", str(file)) for file in sorted(texts.iterdir())[1:]]
    return len(intake(open_corpus(root), sources, ArticleMetadata("generated", language="en")).added)


def sampled_intake_step(root: Path, texts: Path) -> int:
    """The same in a process in which the texts of a thousand articles are many."""
    resemblances.WHOLE = 2_000_000  # type: ignore[misc]
    return intake_step(root, texts)
