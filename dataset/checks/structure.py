"""Checks of a layer as a whole: ids, ends of links, texts, and what the pull saw."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from dataset.checks.facts import Facts
from dataset.checks.findings import CATALOGUE, Finding
from dataset.record.layer import TABLES
from dataset.scheme import vocabulary


def pull_findings(facts: Facts) -> Iterator[Finding]:
    """What the pull saw in the raw results."""
    for row in facts.layer.findings.iter_rows(named=True):
        code = row["code"] if row["code"] in CATALOGUE else "unreadable-result"
        yield facts.at(code, facts.span_or_ids(row["article_id"], row["region"]), row["message"] or "")


def text_findings(facts: Facts) -> Iterator[Finding]:
    """Articles whose text cannot be read."""
    for article, reason in facts.unreadable.items():
        yield Finding("article-text-unreadable", facts.layer.name, article, reason)


def duplicate_ids(facts: Facts) -> Iterator[Finding]:
    """Spans of one article with one id."""
    spans = facts.layer.spans
    for row in spans.filter(pl.struct("article_id", "span_id").is_duplicated()).iter_rows(named=True):
        yield facts.at("duplicate-span-id", row, f"the id {row['span_id']} stands for several spans of the article")


def spans_without_task(facts: Facts) -> Iterator[Finding]:
    """Spans of an article that was not submitted."""
    submitted = facts.layer.tasks.filter(pl.col("status").ne_missing("skipped"))
    for row in facts.layer.spans.join(submitted, on="article_id", how="anti").iter_rows(named=True):
        yield facts.at("span-without-task", row, "the article was not submitted by this annotator")


def relation_ends(facts: Facts) -> Iterator[Finding]:
    """Links to nowhere, and links between labels that the scheme does not link."""
    for link in _doubtful(facts).iter_rows(named=True):
        ends = [facts.span(link["article_id"], link[side]) for side in ("from_span", "to_span")]
        shown = next((end for end in ends if end), {"article_id": link["article_id"], "span_id": link["from_span"]})
        arrow = f"{link['from_span']} → {link['to_span']}"
        if None in ends:
            yield facts.at("relation-end-missing", shown, f"the link {arrow} has an end that is not there")
            continue
        labels = [end["label"] for end in ends if end]
        if (
            link["type"] is None
            or link["type"] != vocabulary.relation_type(*labels)
            or link["from_span"] == link["to_span"]
        ):
            yield facts.at(
                "relation-wrong-types", shown, f"a link from {labels[0]} to {labels[1]} ({arrow}) means nothing"
            )


def _doubtful(facts: Facts) -> pl.DataFrame:
    """The links that are not plainly right: two ends that are there and differ, and the type that their labels give."""
    pairs = [
        (from_label, to_label, vocabulary.relation_type(from_label, to_label))
        for from_label in vocabulary.LABELS
        for to_label in vocabulary.LABELS
    ]
    meant = pl.DataFrame(pairs, ["from_label", "to_label", "type"], orient="row")
    ids = facts.layer.spans.unique(["article_id", "span_id"], keep="last")
    links = facts.layer.relations.with_row_index("at")
    right = links.filter(pl.col("from_span") != pl.col("to_span"))
    for side in ("from", "to"):
        ends = ids.select("article_id", pl.col("span_id").alias(f"{side}_span"), pl.col("label").alias(f"{side}_label"))
        right = right.join(ends, on=["article_id", f"{side}_span"], how="inner")
    right = right.join(meant, on=["from_label", "to_label", "type"], how="semi")
    return links.join(right, on="at", how="anti", maintain_order="left").drop("at")


def foreign_rows(facts: Facts) -> Iterator[Finding]:
    """Rows that belong to another layer."""
    round_name, _, annotator = facts.layer.name.rpartition("/")
    own = (pl.col("round") == round_name) & (pl.col("annotator") == annotator)
    for name in TABLES if round_name else ():
        for row in getattr(facts.layer, name).filter(~own).iter_rows(named=True):
            whose = f"{row['round']}/{row['annotator']}"
            yield facts.at("foreign-row", {"span_id": None, **row}, f"a row of {name} belongs to {whose}")


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
        yield facts.at(
            "duplicate-relation",
            facts.span_or_ids(row["article_id"], row["from_span"]),
            f"the link {arrow} is there {row['len']} times",
        )
