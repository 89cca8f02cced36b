"""Checks of a layer as a whole: ids, ends of links, texts, and what the pull saw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import polars as pl

from dataset import scheme
from dataset.checks.facts import Facts, gather
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.rows import row_findings
from dataset.corpus import Corpus
from dataset.layer import TABLES, Layer


def check_layer(corpus: Corpus, layer: Layer) -> list[Finding]:
    """All findings of a layer, by article and place. No finding hides another."""
    facts = gather(corpus, layer)
    found = [finding for check in CHECKS for finding in check(facts)]
    known = set(corpus.articles["article_id"])
    found += [_unknown_article(layer.name, one) for one in layer.tasks["article_id"].drop_nulls() if one not in known]
    return sorted(found, key=_place)


def _place(one: Finding) -> tuple[str, int, str, str, str]:
    return (one.article_id, -1 if one.start is None else one.start, one.code, one.span_id or "", one.message)


def _unknown_article(layer: str, article: str) -> Finding:
    return Finding("unknown-article", layer, article, "the corpus has no such article")


def pull_findings(facts: Facts) -> Iterator[Finding]:
    """What the pull saw in the raw results."""
    for row in facts.layer.findings.iter_rows(named=True):
        code = row["code"] if row["code"] in CATALOGUE else "unreadable-result"
        yield Finding(code, facts.layer.name, row["article_id"] or "", row["message"] or "", span_id=row["region"])


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
    submitted = facts.layer.tasks.filter(pl.col("status").ne_missing("skipped"))
    for row in facts.layer.spans.join(submitted, on="article_id", how="anti").iter_rows(named=True):
        yield _at_span(facts, "span-without-task", row, "the article was not submitted by this annotator")


def relation_ends(facts: Facts) -> Iterator[Finding]:
    """Links to nowhere, and links between labels that the scheme does not link."""
    for link in facts.layer.relations.iter_rows(named=True):
        ends = [_span(facts, link["article_id"], link[side]) for side in ("from_span", "to_span")]
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


def foreign_rows(facts: Facts) -> Iterator[Finding]:
    """Rows that belong to another layer."""
    round_name, _, annotator = facts.layer.name.rpartition("/")
    own = (pl.col("round") == round_name) & (pl.col("annotator") == annotator)
    for name in TABLES if round_name else ():
        for row in getattr(facts.layer, name).filter(~own).iter_rows(named=True):
            whose = f"{row['round']}/{row['annotator']}"
            yield _at_span(facts, "foreign-row", {"span_id": None, **row}, f"a row of {name} is {whose}'s")


def duplicate_tasks(facts: Facts) -> Iterator[Finding]:
    """Articles that ended more than once."""
    tasks = facts.layer.tasks
    for article in tasks.filter(tasks["article_id"].is_duplicated())["article_id"].drop_nulls().unique():
        yield Finding("duplicate-task", facts.layer.name, article, "the article has several rows in tasks")


def duplicate_relations(facts: Facts) -> Iterator[Finding]:
    """The same two ends linked more than once."""
    ends = ["article_id", "from_span", "to_span"]
    links = facts.layer.relations.group_by(ends, maintain_order=True).len().filter(pl.col("len") > 1)
    for row in links.iter_rows(named=True):
        arrow = f"{row['from_span']} → {row['to_span']}"
        yield _at_span(facts, "duplicate-relation", _from(facts, row), f"the link {arrow} stands {row['len']} times")


def several_targets(facts: Facts) -> Iterator[Finding]:
    """Hedges and continuing segments with more than one target."""
    single = facts.layer.relations.filter(pl.col("type").is_in(["hedges", "continues"]))
    counted = single.group_by("article_id", "type", "from_span", maintain_order=True).agg(pl.col("to_span").n_unique())
    for row in counted.filter(pl.col("to_span") > 1).iter_rows(named=True):
        yield _at_span(facts, "two-targets", _from(facts, row), f"it {row['type']} {row['to_span']} spans")


def later_continued(facts: Facts) -> Iterator[Finding]:
    """Segments that continue a quote which comes after them."""
    for row in facts.layer.relations.filter(pl.col("type") == "continues").iter_rows(named=True):
        segment, origin = (_span(facts, row["article_id"], row[side]) for side in ("from_span", "to_span"))
        if segment and origin and segment is not origin and _starts(segment) <= _starts(origin):
            yield _at_span(facts, "continues-later", segment, "it continues a quote that comes after it")


def _starts(span: dict[str, Any]) -> int:
    return -1 if span["start"] is None else int(span["start"])


def _from(facts: Facts, link: dict[str, Any]) -> dict[str, Any]:
    """The span that a link starts from, or what is known of it."""
    found = _span(facts, link["article_id"], link["from_span"])
    return found or {"article_id": link["article_id"], "span_id": link["from_span"]}


def _span(facts: Facts, article: str, span_id: str) -> dict[str, Any] | None:
    return facts.by_id.get((article, span_id))


def _at_span(facts: Facts, code: str, row: dict[str, object], message: str) -> Finding:
    start, end = row.get("start"), row.get("end")
    return Finding(
        code,
        facts.layer.name,
        str(row["article_id"] or ""),
        message,
        span_id=None if row["span_id"] is None else str(row["span_id"]),
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
    foreign_rows,
    duplicate_tasks,
    duplicate_relations,
    several_targets,
    later_continued,
)
