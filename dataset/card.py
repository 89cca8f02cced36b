"""The card of a built dataset: what `load_dataset` needs to know, and what people do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2

from dataset import schema
from dataset.checks.findings import Finding
from dataset.corpus import Corpus
from dataset.counts import sentence
from dataset.layer import Layer

TEMPLATE = "card.md.j2"
BUILT_BY = "<!-- Built by Hedgerow. A build replaces this folder. -->"


def card(
    corpus: Corpus,
    layer: Layer,
    counts: dict[str, dict[str, int]],
    sizes: dict[str, dict[str, int]],
    folder: Path,
    errors: list[Finding],
) -> str:
    """The README of a built folder. `folder` holds the Parquet files.

    `counts` are rows by config and split, `sizes` their bytes in memory.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
        trim_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        yaml=_yaml(corpus, layer, counts, sizes, folder),
        title=corpus.title,
        built_by=BUILT_BY,
        licence=corpus.licence.upper() if corpus.licence else None,
        layer=layer.name,
        adjudicated=layer.name == "gold",
        makers=_makers(corpus, layer),
        counts=sentence(layer),
        quotes=sum(counts["quotes"].values()),
        errors=sorted({one.code for one in errors}),
        error_count=len(errors),
        versions=sorted(version for version in layer.tasks["guidelines_version"].unique() if version),
        configs={name: (table.__doc__, schema.fields(table)) for name, table in schema.CONFIGS.items()},
    )


def _makers(corpus: Corpus, layer: Layer) -> dict[str, str]:
    """What the settings say of each annotator of the layer."""
    unknown = "The corpus's settings do not say who this annotator is."
    names = layer.tasks["annotator"].drop_nulls().unique().sort()
    return {name: corpus.makers[name].note if name in corpus.makers else unknown for name in names}


def _yaml(
    corpus: Corpus, layer: Layer, counts: dict[str, dict[str, int]], sizes: dict[str, dict[str, int]], folder: Path
) -> str:
    from datasets import DatasetInfo, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    infos = DatasetInfosDict()
    for config, splits in counts.items():
        found = {name: SplitInfo(name, sizes[config][name], rows) for name, rows in splits.items()}
        size = sum(path.stat().st_size for path in (folder / config).glob("*.parquet"))
        infos[config] = DatasetInfo(
            config_name=config,
            features=schema.features(schema.CONFIGS[config]),
            splits=SplitDict(found),
            download_size=size,
            dataset_size=sum(sizes[config].values()),
        )
    configs = [_config(name, list(splits)) for name, splits in counts.items()]
    data = DatasetCardData(**_facts(corpus, layer, sum(counts["articles"].values())), configs=configs)
    infos.to_dataset_card_data(data)
    return str(data.to_yaml())


def _config(name: str, splits: list[str]) -> dict[str, Any]:
    files = [{"split": split, "path": f"{name}/{split}-*.parquet"} for split in splits]
    return {"config_name": name, **({"default": True} if name == "articles" else {}), "data_files": files}


def _facts(corpus: Corpus, layer: Layer, articles: int) -> dict[str, Any]:
    kinds = {corpus.makers[name].kind for name in set(layer.tasks["annotator"]) if name in corpus.makers}
    return {
        "pretty_name": corpus.title,
        "language": sorted(set(corpus.articles["language"].drop_nulls())),
        **_licence(corpus.licence),
        "annotations_creators": sorted(kinds),
        "task_categories": ["token-classification"],
        "tags": ["news", "quotation", "attribution", "hedging", "spans"],
        "size_categories": [_size(articles)],
    }


def _licence(licence: str | None) -> dict[str, str]:
    """The Hub's fields for a licence that the annotations have and the articles' text does not."""
    if licence is None:
        return {"license": "unknown"}
    return {"license": "other", "license_name": f"annotations-{licence}", "license_link": "README.md"}


def _size(articles: int) -> str:
    """The Hub's name for a number of rows of the default config."""
    for limit, name in ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")):
        if articles < limit:
            return name
    return "n>1M"
