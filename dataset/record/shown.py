"""What an annotator was shown of a suggester's work, and what became of it.

The tables are beside those of the layer: `shown_articles.jsonl`, `shown_spans.jsonl` and `shown_links.jsonl`. A layer
without these files was made without suggestions.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from dataset import schema
from dataset.record.corpus import Corpus
from dataset.record.deciders import deciders
from dataset.record.layer import GOLD
from dataset.record.rows import ShownArticleRow, ShownLinkRow, ShownSpanRow
from dataset.storage.address import Location
from dataset.storage.atomic import asides
from dataset.storage.tables import encoded, read_sound

SHOWN: Final[dict[str, type[schema.Table]]] = {
    name: schema.RECORD[name] for name in ("shown_articles", "shown_spans", "shown_links")
}
_ORDER: Final = {
    "shown_articles": ["article_id"],
    "shown_spans": ["article_id", "start", "end", "label", "span_id"],
    "shown_links": ["article_id", "from_span", "to_span"],
}


@dataclass
class ShownRows:
    """Rows of the three tables."""

    articles: list[ShownArticleRow] = field(default_factory=list)
    spans: list[ShownSpanRow] = field(default_factory=list)
    links: list[ShownLinkRow] = field(default_factory=list)

    def add(self, rows: ShownRows) -> None:
        """Takes in more rows."""
        self.articles += rows.articles
        self.spans += rows.spans
        self.links += rows.links

    def without(self, article_ids: Collection[str]) -> ShownRows:
        """The rows that are not about these articles."""
        return ShownRows(
            [row for row in self.articles if row["article_id"] not in article_ids],
            [row for row in self.spans if row["article_id"] not in article_ids],
            [row for row in self.links if row["article_id"] not in article_ids],
        )


@dataclass(frozen=True)
class Shown:
    """The three tables of a layer, sorted."""

    articles: pl.DataFrame
    spans: pl.DataFrame
    links: pl.DataFrame


def shown_frames(rows: ShownRows) -> Shown:
    """The tables of these rows."""
    return Shown(
        _sorted("shown_articles", schema.frame(schema.ShownArticles, rows.articles)),
        _sorted("shown_spans", schema.frame(schema.ShownSpans, rows.spans)),
        _sorted("shown_links", schema.frame(schema.ShownLinks, rows.links)),
    )


def _sorted(table: str, frame: pl.DataFrame) -> pl.DataFrame:
    """In the record's order, with the first of several rows of one key."""
    return frame.unique(schema.KEYS[SHOWN[table]], keep="first", maintain_order=True).sort(_ORDER[table])


def read_shown(corpus: Corpus, layer: str) -> Shown:
    """What the annotator of a layer, named `ROUND/ANNOTATOR`, was shown; empty tables where nothing was.

    Raises:
        Problem: a file is not its table.
    """
    return Shown(*(read_sound(_path(corpus, layer, table), model) for table, model in SHOWN.items()))


def layers_with_suggestions(corpus: Corpus, round_name: str | None = None) -> list[str]:
    """The layers of annotators who were shown suggestions or a share without, of one round or all, sorted."""
    paths = corpus.annotations.glob(f"{round_name or '*'}/*/shown_articles.jsonl")
    return sorted(f"{path.parent.parent.name}/{path.parent.name}" for path in paths)


def assisted_work(corpus: Corpus, layer: str) -> pl.DataFrame:
    """article_id, round and annotator of what was labelled with suggestions: in a layer, or in those behind the gold.

    Raises:
        Problem: a file is not its table, or the gold's decisions cannot be read.
    """
    layers = [layer]
    if layer == GOLD:
        rounds = deciders(corpus).rounds
        layers = [name for name in layers_with_suggestions(corpus) if name.partition("/")[0] in rounds]
    tables = [read_sound(_path(corpus, name, "shown_articles"), schema.ShownArticles) for name in layers]
    helped = pl.concat([schema.empty(schema.ShownArticles), *tables]).filter(pl.col("suggester").is_not_null())
    return helped.select("article_id", "round", "annotator")


def renewed(old: Shown, rows: ShownRows, untouched: Collection[str] = ()) -> Shown:
    """The tables after a pull that brought these rows; of the articles `untouched` they stay as they were."""
    new, is_untouched = shown_frames(rows), pl.col("article_id").is_in(list(untouched))
    frames = zip(SHOWN, (old.articles, old.spans, old.links), (new.articles, new.spans, new.links), strict=True)
    return Shown(*(_sorted(table, pl.concat([after, before.filter(is_untouched)])) for table, before, after in frames))


def write_shown(corpus: Corpus, layer: str, shown: Shown) -> list[Location]:
    """Writes the tables of a layer, and no file where there never was one. Returns the files that changed."""
    frames: Sequence[pl.DataFrame] = (shown.articles, shown.spans, shown.links)
    files = {
        _path(corpus, layer, table): (model, frame) for (table, model), frame in zip(SHOWN.items(), frames, strict=True)
    }
    contents = {
        path: encoded(path, model, frame) for path, (model, frame) in files.items() if frame.height or path.exists()
    }
    with asides() as several:
        return [path for path, content in contents.items() if several.write(path, content)]


def _path(corpus: Corpus, layer: str, table: str) -> Location:
    return corpus.annotations / layer / f"{table}.jsonl"
