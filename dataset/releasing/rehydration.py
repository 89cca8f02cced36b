"""The articles' text back into a `withheld` release, for people who hold the articles.

Spans get the words at their offsets, quotes those of their segments; the configs about statements are then made anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema
from dataset.folder import manifest
from dataset.folder.content_hash import header
from dataset.folder.folder import files_of, read_rows, shards
from dataset.folder.manifest import FULL, WITHHELD, kept_configs
from dataset.folder.writer import CountsBySplit, file_name, row_groups, to_arrow, write_rows, write_tables
from dataset.intake.text import normalised
from dataset.problem import Problem
from dataset.published.card import in_order
from dataset.published.events import Sorting, write_event_configs
from dataset.published.rows import BETWEEN_SEGMENTS, tokens_of
from dataset.releasing.pages import article_texts
from dataset.releasing.variants import put_variant
from dataset.storage.atomic import folder_aside, put_folder, sha256, writing


class UnmatchedTexts(Problem):
    """Articles whose text is not there or is another; `each` says of every one what was found."""

    def __init__(self, each: dict[str, str], total: int) -> None:
        article, what = next(iter(each.items()))
        super().__init__(
            f"{len(each)} of {total} articles have no text that matches, so nothing was written; {article}: {what}",
            "put their texts, as they were published, into the folder of --texts",
        )
        self.each = each


def rehydrate(folder: Path, texts: Path, out: Path) -> int:
    """Puts the text back into a copy of a `withheld` release. Returns the number of articles.

    `texts` holds a file `<article_id>.txt` of each article. The copy has the content hashes that the manifest names for
    the variant `full`; written with the same packages, it has its bytes too.

    Raises:
        Problem: the folder is not a whole `withheld` release, `out` is there, or the rows do not become those of `full`
            (UnmatchedTexts: texts are missing or are others).
    """
    known = manifest.require_whole(folder)
    if known.variant != WITHHELD:
        raise Problem(f"{folder} holds the text already", "name a folder of the variant withheld")
    if out.exists():
        raise Problem(f"{out} is there already", "name a new folder with --out")
    _refuse_other_columns(folder)
    matched_texts = _matching(folder, texts)
    with writing(out, "nothing was written"), folder_aside(out.resolve()) as new:
        put_variant(folder, new, FULL, *_write(folder, new, matched_texts))
        if wrong := manifest.wrong_contents(new, manifest.read(new)):
            raise Problem(f"{wrong[0].path} did not become what {FULL} holds", "get the release again")
        put_folder(new, out.resolve())
    return len(matched_texts)


def _refuse_other_columns(folder: Path) -> None:
    """Refuses a release that another Hedgerow cut, with other columns: words could be put into some of them only."""
    for config in kept_configs(folder):
        declared = header(schema.features(schema.CONFIGS[config]).arrow_schema)
        if any(header(pyarrow.parquet.read_schema(path)) != declared for path in files_of(folder, config)):
            raise Problem(
                f"{folder} has other columns in {config} than this Hedgerow publishes",
                "use the Hedgerow that cut that release",
            )


def _matching(folder: Path, texts: Path) -> pl.DataFrame:
    """The `article_id` of each article and its text, `whole`, which has the SHA-256 that the release names.

    Raises:
        UnmatchedTexts: of some there is none.
    """
    wanted = read_rows(folder, "articles", "article_id", "text_sha256")
    paths = [texts / f"{article}.txt" for article in wanted["article_id"]]
    whole = list(map(_text, paths, wanted["text_sha256"]))
    if failed := [path for path, text in zip(paths, whole, strict=True) if text is None]:
        reasons = {path.stem: f"{path} is {'another text' if path.exists() else 'not there'}" for path in failed}
        raise UnmatchedTexts(reasons, len(paths))
    return wanted.select("article_id", whole=pl.Series(whole, dtype=pl.String))


def _text(path: Path, digest: str) -> str | None:
    """A file's text, as it is or with the line ends that the corpus keeps; None where neither has the SHA-256."""
    if not path.is_file():
        return None
    if sha256(content := path.read_bytes()) == digest:
        return content.decode("utf-8")
    try:
        content = normalised(path)
    except Problem:
        return None
    return content.decode("utf-8") if sha256(content) == digest else None


def _write(folder: Path, new: Path, texts: pl.DataFrame) -> tuple[CountsBySplit, CountsBySplit]:
    counts: CountsBySplit = {}
    sizes: CountsBySplit = {}
    for config in (name for name in kept_configs(folder) if name not in schema.OF_STATEMENTS):
        counts[config], sizes[config] = {}, {}
        for split, paths in shards(folder, config).items():
            groups = (_filled(group, config, texts) for path in paths for group in row_groups(path))
            written = write_tables(new / file_name(config, split), config, groups)
            counts[config][split], sizes[config][split] = written
    counts["tokens"], sizes["tokens"] = {}, {}
    for split, rows in _tokens(new):
        written = write_rows(new / file_name("tokens", split), "tokens", rows)
        counts["tokens"][split], sizes["tokens"][split] = written
    is_sorted = any(files_of(folder, config) for config in schema.OF_STATEMENTS)
    of_statements = write_event_configs(new, _sorting(folder)) if is_sorted else ({}, {})
    return in_order(counts, of_statements[0]), in_order(sizes, of_statements[1])


def _sorting(folder: Path) -> Sorting:
    """How the gold that a release was made of is sorted."""
    configs = [name for name in ("statements", "figures") if files_of(folder, name)]
    columns = ["event_id", "statement_id", "gist", "contradicts"]
    statements = pl.concat([read_rows(folder, name, *columns).select(columns) for name in configs])
    none = pl.DataFrame(schema=dict.fromkeys(("event_id", "statement_id", "span_id", "degree"), pl.String))
    figures = [_figure_tellings(folder)] if "figures" in configs else []
    return Sorting(statements, pl.concat([none, *figures]))


def _figure_tellings(folder: Path) -> pl.DataFrame:
    """The numbers (`span_id`) that tell each figure, and the `degree`."""
    tellings = read_rows(folder, "figures", "event_id", "statement_id", "tellings").explode("tellings")
    return tellings.select("event_id", "statement_id", pl.col("tellings").struct.field("span_id", "degree"))


def _tokens(folder: Path) -> Iterator[tuple[str, pl.DataFrame]]:
    """The config `tokens` of each split, from the articles and the spans that are there."""
    articles = article_texts(folder)
    spans = read_rows(folder, "spans", "article_id", "label", "start", "end")
    for split in shards(folder, "spans"):
        yield split, tokens_of(articles.filter(split=split), spans.filter(split=split))


def _filled(group: pyarrow.Table, config: str, texts: pl.DataFrame) -> pyarrow.Table:
    """Rows with their words: of a span its slice, of a quote those of its segments, of an article all."""
    columns = schema.columns(schema.CONFIGS[config])
    if "text" not in columns:
        return group
    rows = pl.DataFrame(group).join(texts, on="article_id", how="left", maintain_order="left").with_row_index("at")
    for name in _parts_with_words(columns):
        part = pl.col(name).struct.with_fields(_slice(pl.field("start"), pl.field("end")))
        parts = (
            rows.explode(name, empty_as_null=True)
            .group_by("at", maintain_order=True)
            .agg(part.filter(pl.col(name).is_not_null()))
        )
        rows = rows.with_columns(parts[name])
    words = {"text": pl.col("whole")}
    if "segments" in columns:
        words["text"] = pl.col("segments").list.eval(pl.element().struct["text"]).list.join(BETWEEN_SEGMENTS)
    elif "start" in columns:
        words["text"] = _slice(pl.col("start"), pl.col("end"))
    if "sentence" in columns:
        words["sentence"] = _slice(pl.col("sentence_start"), pl.col("sentence_end"))
    return to_arrow(config, rows.with_columns(**words).select(*columns))


def _parts_with_words(columns: Mapping[str, Any]) -> list[str]:
    """The columns of rows that have words of their own."""
    rows = {name: (column.metadata or {}).get("rows") for name, column in columns.items()}
    return [name for name, table in rows.items() if table is not None and "text" in schema.columns(table)]


def _slice(start: pl.Expr, end: pl.Expr) -> pl.Expr:
    return pl.col("whole").str.slice(start, end - start).alias("text")
