"""Warnings that a person looked at and let stand, each with a reason, kept with the record.

An acknowledgement names a place and its words, so that the warning is back once either of them changes. The lead's are
of every layer and in one file; what an annotator ticked on the labelling page is of that annotator's layer alone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl

from dataset import schema
from dataset.checks.choosing import known_articles, known_codes, words_at
from dataset.checks.findings import CATALOGUE, Finding
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.rows import AcknowledgedRow
from dataset.record.withdrawal import withdrawn_articles
from dataset.schema import failures
from dataset.storage.atomic import write_bytes
from dataset.storage.tables import read_table, table_bytes

FILE: Final = "acknowledged.jsonl"
STALE: Final = "stale-acknowledgement"
SHOWN: Final = 20
KEY: Final = ["code", "article_id", "place"]
Key = tuple[str, str, str]


@dataclass(frozen=True)
class JudgedFindings:
    """Findings that are open, and warnings that were acknowledged."""

    open: list[Finding]
    acknowledged: list[Finding]


def path(corpus: Corpus, layer: str = "") -> Path:
    """Where a corpus keeps its acknowledgements, or those that the annotator of a layer ticked."""
    return corpus.annotations / layer / FILE


def read(corpus: Corpus, layer: str = "") -> pl.DataFrame:
    """The table `acknowledged`, or that of a layer.

    Raises:
        Problem: the file is not that table.
    """
    rows = read_table(path(corpus, layer), schema.Acknowledged)
    if failed := failures(schema.Acknowledged, rows):
        where = "" if failed[0].row is None else f", line {failed[0].row + 1}"
        raise Problem(f"{path(corpus, layer)}{where}: {failed[0]}, which the table does not allow", "fix the line")
    return rows


def renewed(old: pl.DataFrame, ticked: Iterable[AcknowledgedRow], untouched: Collection[str]) -> pl.DataFrame:
    """What the annotator of a layer lets stand after a pull; of the articles `untouched` it stays as it was."""
    kept = old.filter(pl.col("article_id").is_in(list(untouched)))
    return in_order(pl.concat([kept, schema.frame(schema.Acknowledged, list(ticked))]).unique(KEY))


def write(corpus: Corpus, layer: str, rows: pl.DataFrame) -> bool:
    """Writes what the annotator of a layer lets stand, and no file where there never was one.

    Returns whether that changed anything.
    """
    there = path(corpus, layer)
    return write_bytes(there, table_bytes(rows)) if rows.height or there.exists() else False


def place(corpus: Corpus, finding: Finding) -> str | None:
    """`START:END` and the words there; None for a finding without a place or a text."""
    words = words_at(corpus, finding)
    return None if words is None else f"{finding.start}:{finding.end} {words}"


def judge(corpus: Corpus, findings: Iterable[Finding], *, whole: bool) -> JudgedFindings:
    """Separates the acknowledged warnings from the rest.

    Where `findings` is of the whole record, stale ones are reported as well.
    """
    judged = JudgedFindings([], [])
    for finding, let in judging(corpus, findings, whole=whole):
        (judged.acknowledged if let else judged.open).append(finding)
    return judged


def judging(corpus: Corpus, findings: Iterable[Finding], *, whole: bool) -> Iterator[tuple[Finding, bool]]:
    """The same, one finding after the other, each with whether it was acknowledged."""
    known, ticked, used = _keys(corpus), dict[str, set[Key]](), set[Key]()
    for finding in findings:
        if finding.layer not in ticked:
            ticked[finding.layer] = _keys(corpus, finding.layer)
        of_layer = ticked[finding.layer]
        key = key_of(corpus, finding) if finding.severity == "warning" and (known or of_layer) else None
        if key is not None and key in known:
            used.add(key)
        yield finding, key is not None and (key in known or key in of_layer)
    yield from ((_stale(*key), False) for key in sorted(known - used) if whole)


def _keys(corpus: Corpus, layer: str = "") -> set[Key]:
    return set(read(corpus, layer).select(KEY).iter_rows())


def key_of(corpus: Corpus, finding: Finding) -> Key | None:
    """What an acknowledgement of the finding has in the columns `KEY`; None where there is no place."""
    where = place(corpus, finding)
    return (finding.code, finding.article_id, where) if where else None


def _stale(code: str, article: str, where: str) -> Finding:
    message = f"{code} at {where[:60]} was acknowledged and is no longer there; take its line out of {FILE}"
    return Finding(STALE, "acknowledged", article, message)


def acknowledge(
    corpus: Corpus,
    findings: Iterable[Finding],
    code: str,
    article: str,
    at: str,
    reason: str,
    tell: Tell = in_silence,
) -> Finding:
    """Lets the warning of that code at `START:END` of the article stand. Returns it.

    `findings` is what the checks find; the warning may have changed since, and then its acknowledgement is stale.

    Raises:
        Problem: the code is unknown or an error's, the reason is empty, or there is no such warning.
    """
    refuse(code, reason)
    known_articles(corpus, [article])
    candidates = [finding for finding in findings if (finding.code, finding.article_id) == (code, article)]
    chosen = next((finding for finding in candidates if f"{finding.start}:{finding.end}" == at), None)
    key = key_of(corpus, chosen) if chosen else None
    if chosen is None or key is None:
        has = (
            f"it has: {_places(corpus, candidates)}"
            if candidates
            else f"`hedgerow validate --article {article}` shows what it has"
        )
        raise Problem(f"{article} has no {code} at {at}", has)
    acknowledge_all(corpus, [row_of(key, reason)], tell)
    return chosen


def acknowledge_all(corpus: Corpus, rows: Iterable[AcknowledgedRow], tell: Tell = in_silence) -> None:
    """Adds rows to the lead's acknowledgements; one that is there for the same place is replaced.

    Raises:
        Problem: an article has been withdrawn, or the file cannot be read.
    """
    new = schema.frame(schema.Acknowledged, list(rows))
    with changing(corpus, tell):
        withdrawn = withdrawn_articles(corpus)
        for article in new["article_id"]:
            if article in withdrawn:
                raise Problem(f"{article} was withdrawn", "nothing in it needs to be acknowledged")
        kept = read(corpus).join(new, on=KEY, how="anti")
        write_bytes(path(corpus), table_bytes(in_order(pl.concat([kept, new]))))


def row_of(key: Key, reason: str) -> AcknowledgedRow:
    """The acknowledgement with a key."""
    code, article, where = key
    return {"code": code, "article_id": article, "place": where, "reason": reason.strip()}


def _places(corpus: Corpus, findings: list[Finding]) -> str:
    """The first of their places, each with the first of its words."""
    shown = dict.fromkeys(where[:50] for finding in findings[:SHOWN] if (where := place(corpus, finding)))
    return ", ".join(shown) + (f" and {len(findings) - SHOWN} more" if len(findings) > SHOWN else "")


def refuse(code: str, reason: str) -> None:
    """Refuses to acknowledge warnings of a code for a reason.

    Raises:
        Problem: the code is unknown or an error's, or the reason is empty.
    """
    known_codes([code])
    if is_error(code):
        raise Problem(f"{code} cannot be acknowledged", "only warnings about the words can be; fix it")
    if not reason.strip():
        raise Problem("an acknowledgement needs a reason", "say with --reason why the warning may stand")


def is_error(code: str) -> bool:
    """Whether a code that the catalogue has is none of a warning about the words."""
    return code in CATALOGUE and (CATALOGUE[code].severity == "error" or code == STALE)


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """Acknowledgements by article, then numerically by place."""
    start = pl.col("place").str.extract(r"^(\d+):").cast(pl.Int64)
    return rows.sort("article_id", start, "place", "code")
