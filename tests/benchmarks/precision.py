"""How many warnings are right: `python -m tests.benchmarks.precision`, on texts that were not written beside the rules.

The texts are looked at twice: as an annotator who marked nothing would leave them, and as one who took all that the
suggester `rules` suggests. A warning is known by code, article, place and words. Those drawn by chance, code by
code, were judged, and all that are gone; what the checks found before they were changed is kept beside the texts.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from annotation.suggesting.layers import suggest
from dataset.agreement.wilson import wilson
from dataset.checks.suite import check_layer
from dataset.record.corpus import Corpus
from dataset.record.layer import make_layer
from tests.benchmarks import results
from tests.corpora import make_corpus
from tests.dataset.tiny import key, task

FOLDER: Final = Path(__file__).parents[1] / "dataset" / "checks" / "precision"
OPEN, HELD_OUT = "open", "held_out"
"""The halves of the texts: those that were looked at while the checks were changed, and those that were not."""
OF_A_CODE: Final = 30
"""How many warnings of a code and a half are drawn."""
SEED: Final = 11


class Warned(NamedTuple):
    """A warning: `place` is `START:END`."""

    code: str
    article_id: str
    place: str
    words: str


def texts(half: str | None = None) -> dict[str, str]:
    """The texts of a half, or all of them, by article_id."""
    rows = _rows("texts.jsonl")
    return {str(row["article_id"]): str(row["text"]) for row in rows if half in (None, row["half"])}


def _rows(name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in (FOLDER / name).read_text(encoding="utf-8").splitlines()]


def warned(articles: dict[str, str]) -> set[Warned]:
    """What the checks warn of in articles in which nothing is marked, and in which all is marked that rules suggest."""
    with tempfile.TemporaryDirectory() as scratch:
        corpus = make_corpus(Path(scratch) / "texts", articles)
        tasks = [task(article) | key(article) for article in articles]
        (suggested,) = suggest(corpus, "r1", ["rules"], list(articles))
        layers = (make_layer("r1/a1", tasks=tasks), suggested.layer)
        findings = [finding for layer in layers for finding in check_layer(corpus, layer)]
        return {
            Warned(finding.code, finding.article_id, f"{finding.start}:{finding.end}", _words(corpus, *where))
            for finding in findings
            if finding.severity == "warning"
            and (where := (finding.article_id, finding.start, finding.end))
            and finding.start is not None
        }


def _words(corpus: Corpus, article: str, start: int | None, end: int | None) -> str:
    return corpus.text(article)[start:end]


def before() -> set[Warned]:
    """What the checks warned of before they were changed."""
    return {Warned(*map(str, row.values())) for row in _rows("before.jsonl")}


def judgements() -> dict[Warned, bool]:
    """Whether a warning that was judged is right."""
    return {Warned(*(str(row[name]) for name in Warned._fields)): bool(row["right"]) for row in _rows("judged.jsonl")}


def drawn(those: Collection[Warned], half: str) -> list[Warned]:
    """Warnings in a half of the texts, drawn by chance from each code: the same ones whenever it is asked."""
    within = texts(half)
    by_code: dict[str, list[Warned]] = defaultdict(list)
    for warning in sorted(those):
        if warning.article_id in within:
            by_code[warning.code].append(warning)
    return [
        each
        for code, warnings in sorted(by_code.items())
        for each in sorted(random.Random(f"{SEED}{code}").sample(warnings, min(OF_A_CODE, len(warnings))))
    ]


def rows(half: str, now: set[Warned]) -> Iterator[list[str]]:
    """A row a code: how many of those drawn before the change were right, how many of those left, and what is gone."""
    within, judged = texts(half), judgements()
    then = {warning for warning in before() if warning.article_id in within}
    now = {warning for warning in now if warning.article_id in within}
    sample = drawn(then, half)
    for code in [*sorted({warning.code for warning in then | now}), "all"]:
        of_code = [warning for warning in sample if code in (warning.code, "all")]
        kept = [warning for warning in of_code if warning in now]
        gone = [warning for warning in then - now if code in (warning.code, "all")]
        new = [warning for warning in now - then if code in (warning.code, "all")]
        counts = [sum(code in (warning.code, "all") for warning in those) for those in (then, now)]
        yield [
            code,
            str(counts[0]),
            *_share(of_code, judged),
            str(counts[1]),
            *_share(kept, judged),
            _outcome(gone, judged),
            _outcome(new, judged),
        ]


def _share(those: Iterable[Warned], judged: dict[Warned, bool]) -> tuple[str, str]:
    verdicts = [judged[warning] for warning in those if warning in judged]
    if not verdicts:
        return "0", "–"
    low, high = wilson(sum(verdicts), len(verdicts))
    return f"{sum(verdicts)} of {len(verdicts)}", f"{sum(verdicts) / len(verdicts):.2f} [{low:.2f}, {high:.2f}]"


def _outcome(those: Iterable[Warned], judged: dict[Warned, bool]) -> str:
    verdicts = Counter({True: "right", False: "wrong", None: "not judged"}[judged.get(warning)] for warning in those)
    return ", ".join(f"{number} {verdict}" for verdict, number in sorted(verdicts.items())) or "–"


NOTE: Final = """Sixty-four invented texts of 180 words, written before the rules were looked at, judged by a language
model. `before` and `after` are all warnings in a half, `right` is of those drawn, with 95 % intervals by
Wilson. Right ones that are gone are mostly second warnings about one number of which the first part is still one, as
the “million” of `2.4 million`."""
HEAD: Final = (*("code", "before", "right", "precision", "after", "right", "precision", "gone", "new"),)
HELD_OUT_TITLE: Final = """Texts that were not; one fault was mended after they were judged, for temperatures (`38.8C`)
had been taken for names, and five right warnings are back:"""


def main(page: Path = results.RESULTS) -> None:
    """Prints the tables, and puts them on the page."""
    now = warned(texts())
    titles = {OPEN: "Texts that were looked at while the rules were changed:", HELD_OUT: HELD_OUT_TITLE}
    tables = [f"{title}\n\n{results.table(HEAD, rows(half, now))}" for half, title in titles.items()]
    body = "\n\n".join([NOTE, *tables])
    print(body)
    results.put("Precision of warnings", body, page)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
