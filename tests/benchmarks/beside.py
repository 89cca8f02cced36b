"""What a user would use instead of a step, and the least that there is to do. Each is run as it comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import httpx
import polars as pl

from annotation.embedded.inside.routes import KEY_HEADER
from annotation.labelstudio.payloads import JsonObject
from annotation.page.label_config import label_config
from dataset import schema
from dataset.folder.folder import configs_of, read_rows
from dataset.record.corpus import open_corpus
from dataset.record.layer import TABLES
from dataset.scheme import vocabulary

LAYER = "r1/a1"
Row = dict[str, Any]


def conll_step(root: Path, export: Path) -> None:
    """Label Studio SDK: its converter, to CoNLL 2003."""
    from label_studio_sdk.converter.converter import Converter

    converter = Converter(label_config(), str(root))
    converter.convert_to_conll2003(str(export), str(root / "conll"), is_dir=False)


def loads_step(export: Path) -> int:
    """The least: reading the bytes of an export as JSON."""
    return len(json.loads(export.read_bytes()))


def pandas_step(root: Path) -> int:
    """pandera on pandas: types, allowed values and words of the spans alone, and no rule. Returns the failures."""
    import pandas as pd
    import pandera.pandas as pa

    corpus = open_corpus(root)
    spans = pd.read_json(corpus.annotations / LAYER / "spans.jsonl", lines=True, dtype=False)
    spans["article_text"] = spans["article_id"].map(
        {article: corpus.text(article) for article in spans["article_id"].unique()}
    )
    allowed = {
        "label": vocabulary.LABELS,
        "quote_form": vocabulary.QUOTE_FORMS,
        "hedge_kind": vocabulary.HEDGE_KINDS,
        "number_kind": vocabulary.NUMBER_KINDS,
    }
    columns = {name: pa.Column(str, pa.Check.isin(list(values)), nullable=True) for name, values in allowed.items()}
    columns |= {name: pa.Column(int, pa.Check.ge(0)) for name in ("start", "end")}
    sliced = pa.Check(lambda rows: rows["article_text"].str.len() >= rows["end"])
    words = pa.Check(
        lambda rows: pd.Series(
            [text[a:b] == w for text, a, b, w in rows[["article_text", "start", "end", "text"]].to_numpy()]
        )
    )
    try:
        pa.DataFrameSchema(columns, checks=[sliced, words]).validate(spans, lazy=True)
    except pa.errors.SchemaErrors as errors:
        return len(errors.failure_cases)
    return 0


def read_layer_step(root: Path) -> int:
    """The least: polars reading the layer's tables."""
    folder = open_corpus(root).annotations / LAYER
    models = {folder / f"{name}.jsonl": model for name, model in TABLES.items()}
    return sum(
        pl.read_ndjson(path, schema=schema.polars_schema(model)).height
        for path, model in models.items()
        if path.stat().st_size
    )


def write_rows(root: Path) -> None:
    """The rows of the configs of the folder `built` as JSON Lines, for `from_list_step`."""
    for config in configs_of(root / "built"):
        read_rows(root / "built", config).write_ndjson(root / f"beside-{config}.jsonl")


def from_list_step(root: Path) -> int:
    """`datasets.Dataset.from_list` of the rows of each config, and `to_parquet`."""
    from datasets import Dataset

    count = 0
    for config in configs_of(root / "built"):
        with (root / f"beside-{config}.jsonl").open(encoding="utf-8") as lines:
            rows = Dataset.from_list([json.loads(line) for line in lines])
        rows.to_parquet(str(root / f"beside-{config}.parquet"))
        count += int(rows.num_rows)
    return count


def write_spans_step(root: Path) -> int:
    """The least: polars reading the spans and writing them as Parquet, one of the configs."""
    path = open_corpus(root).annotations / LAYER / "spans.jsonl"
    rows = pl.read_ndjson(path, schema=schema.polars_schema(schema.Spans))
    rows.write_parquet(root / "least.parquet")
    return rows.height


def anti_join_step(old: Path, new: Path) -> int:
    """The least: polars, the rows of one config that only one of the folders has."""
    first, second = (pl.scan_parquet(folder / "spans" / "*.parquet") for folder in (old, new))
    names = [name for name, dtype in first.collect_schema().items() if not isinstance(dtype, pl.List)]
    gone = first.join(second, on=names, how="anti", nulls_equal=True)
    return int(gone.select(pl.len()).collect().item())


class Sdk:
    """The SDK's own client on a running server."""

    def __init__(self, url: str, token: str, key: str) -> None:
        from label_studio_sdk import LabelStudio

        web = httpx.Client(headers={KEY_HEADER: key}, timeout=120, follow_redirects=True)
        self._client = LabelStudio(base_url=url, api_key=token, httpx_client=web)

    def push(self, tasks: Sequence[JsonObject], at_once: int) -> int:
        """A project, and its import call. Returns the project."""
        project = self._client.projects.create(title="beside", label_config=label_config()).id
        assert project is not None
        for start in range(0, len(tasks), at_once):
            self._client.projects.import_tasks(project, request=cast("Any", tasks[start : start + at_once]))
        return project

    def pager(self, project: int) -> int:
        """Its task pager, as it comes."""
        return sum(1 for _ in self._tasks(project))

    def _tasks(self, project: int) -> Iterator[Any]:
        yield from self._client.tasks.list(project=project, fields="all")
