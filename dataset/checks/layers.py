"""Checks of a layer as a whole: ids, ends of links, texts, and what the pull saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import polars as pl

from dataset import scheme
from dataset.checks.facts import Facts, gather
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.rows import row_findings
from dataset.corpus import Corpus
from dataset.layer import Layer


def check_layer(corpus: Corpus, layer: Layer) -> list[Finding]:
    """All findings of a layer, by article and place. No finding hides another."""
    facts = gather(corpus, layer)
    found = [finding for check in CHECKS for finding in check(facts)]
    known = set(corpus.articles["article_id"])
    found += [_unknown_article(layer.name, one) for one in layer.tasks["article_id"] if one not in known]
    return sorted(
        found, key=lambda f: (f.article_id, -1 if f.start is None else f.start, f.code, f.span_id or "", f.message)
    )


def _unknown_article(layer: str, article: str) -> Finding:
    return Finding("unknown-article", layer, article, "the corpus has no such article")


def pull_findings(facts: Facts) -> Iterator[Finding]:
    """What the pull saw in the raw results."""
    for row in facts.layer.findings.iter_rows(named=True):
        code = row["code"] if row["code"] in CATALOGUE else "unreadable-result"
        yield Finding(code, facts.layer.name, row["article_id"], row["message"], span_id=row["region"])


def text_findings(facts: Facts) -> Iterator[Finding]:
    """Articles whose text cannot be read."""
    for article, reason in facts.unreadable.items():
        yield Finding("article-text-unreadable", facts.layer.name, article, reason)


def duplicate_ids(facts: Facts) -> Iterator[Finding]:
    """Spans of one article with one id."""
    spans = facts.layer.spans
    for row in spans.filter(pl.struct("article_id", "span_id").is_duplicated()).iter_rows(named=True):
        yield _at_span(
            facts, "duplicate-span-id", row, f"the id {row['span_id']} stands for several spans of the article"
        )


def overlaps(facts: Facts) -> Iterator[Finding]:
    """Spans of one label that overlap another which begins before them, or with them."""
    spans = facts.layer.spans.filter(pl.col("start") < pl.col("end")).sort(
        "article_id", "label", "start", "end", "span_id"
    )
    group = ["article_id", "label"]
    reach = spans.with_columns(pl.col("end").cum_max().shift(1).over(group).alias("reach"))
    for row in reach.filter(pl.col("start") < pl.col("reach")).iter_rows(named=True):
        yield _at_span(
            facts, "overlap-within-label", row, f"the {row['label']} “{row['text']}” overlaps another {row['label']}"
        )


def spans_without_task(facts: Facts) -> Iterator[Finding]:
    """Spans of an article that was not submitted."""
    submitted = facts.layer.tasks.filter(pl.col("status") != "skipped")
    for row in facts.layer.spans.join(submitted, on="article_id", how="anti").iter_rows(named=True):
        yield _at_span(facts, "span-without-task", row, "the article was not submitted by this annotator")


def relation_ends(facts: Facts) -> Iterator[Finding]:
    """Links to nowhere, and links between labels that the scheme does not link."""
    spans = {(row["article_id"], row["span_id"]): row for row in facts.layer.spans.iter_rows(named=True)}
    for link in facts.layer.relations.iter_rows(named=True):
        ends = [spans.get((link["article_id"], link[side])) for side in ("from_span", "to_span")]
        shown = next((end for end in ends if end), {"article_id": link["article_id"], "span_id": link["from_span"]})
        arrow = f"{link['from_span']} → {link['to_span']}"
        if None in ends:
            yield _at_span(facts, "relation-end-missing", shown, f"the link {arrow} has an end that is not there")
            continue
        labels = [end["label"] for end in ends if end]
        if (
            link["type"] is None
            or link["type"] != scheme.relation_type(*labels)
            or link["from_span"] == link["to_span"]
        ):
            yield _at_span(
                facts, "relation-wrong-types", shown, f"a link from {labels[0]} to {labels[1]} ({arrow}) means nothing"
            )


def _at_span(facts: Facts, code: str, row: dict[str, object], message: str) -> Finding:
    start, end = row.get("start"), row.get("end")
    return Finding(
        code,
        facts.layer.name,
        str(row["article_id"]),
        message,
        span_id=str(row["span_id"]),
        start=start if isinstance(start, int) else None,
        end=end if isinstance(end, int) else None,
    )


CHECKS: tuple[Callable[[Facts], Iterator[Finding]], ...] = (
    row_findings,
    pull_findings,
    text_findings,
    duplicate_ids,
    overlaps,
    spans_without_task,
    relation_ends,
)
