"""The card of a built dataset: what `load_dataset` needs to know, and what people do."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import jinja2
from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from dataset import schema
from dataset.folder.folder import CARD, files_of, read_rows
from dataset.folder.manifest import FULL, WITHHELD, Variant, tag_name
from dataset.folder.writer import CountsBySplit
from dataset.record.corpus import Corpus, Publication
from dataset.record.counts import Summary
from dataset.record.deciders import deciders
from dataset.record.layer import GOLD
from dataset.record.provenance import in_words
from dataset.record.rows import BaselineRow, rows_of
from dataset.scheme import vocabulary
from dataset.scoring.baselines import read_baselines, stale_baselines

TEMPLATE = "card.md.j2"
BUILT_BY = "<!-- Built by Hedgerow. A build replaces this folder. -->"
VARIANTS: Final[dict[str, str]] = {
    FULL: "This is the variant `full`: it holds the articles' text.",
    WITHHELD: (
        "This is the variant `withheld`: all words of articles are null, and the config `tokens` is not here, as the\n"
        "articles belong to their publishers. Anybody who has them can put the text back with `hedgerow rehydrate`,\n"
        "which compares each text's SHA-256; the result is the variant `full`, row by row."
    ),
}
_VARIANT: Final = re.compile(r"(<!-- variant -->\n).*?(\n<!-- end of variant -->)", re.DOTALL)


@dataclass(frozen=True)
class Edition:
    """What a release is: its version, its commit's date, its variant, its plots by title, the articles withdrawn.

    `rows_digest` is that of its manifest. `guidelines` is the version of the guidelines' pages that it holds, if any.
    """

    version: str
    date: str
    variant: Variant
    plots: dict[str, str]
    withdrawn: list[str]
    rows_digest: str
    guidelines: str | None = None


def card(
    corpus: Corpus,
    layer: Summary,
    counts: CountsBySplit,
    sizes: CountsBySplit,
    folder: Path,
    errors: Counter[str],
    edition: Edition | None = None,
    left_out: int | None = None,
) -> str:
    """The README of a built folder. `folder` holds the Parquet files.

    `counts` are rows by config and split, `sizes` their bytes before compression, `errors` how many there are of each
    code; `edition` is what a release is. `left_out` is how many articles are not there because nobody adjudicated them,
    None where they are not to be left out.
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - Markdown, not HTML
        trim_blocks=True,
    )
    return environment.get_template(TEMPLATE).render(
        yaml=_yaml(_facts(corpus, layer, sum(counts["articles"].values()), edition), counts, sizes, folder),
        edition=edition,
        published_in=corpus.publication if edition else None,
        hub=_hub(corpus.publication),
        tag=tag_name(edition.version) if edition else "",
        about_variant=VARIANTS[edition.variant] if edition else "",
        title=corpus.title,
        built_by="" if edition else BUILT_BY,
        licence=corpus.licence and spdx_id(corpus.licence),
        text_licence=_text_licence(corpus),
        layer=layer.name,
        rests_on=_rests_on(folder) if layer.name == GOLD else "",
        left_out=left_out,
        makers=_makers(corpus, layer),
        counts=layer.sentence,
        quotes=sum(counts["quotes"].values()),
        errors=sorted(errors),
        error_count=errors.total(),
        versions=sorted(layer.guidelines_versions),
        assisted=_assisted(folder),
        baselines=_baselines(corpus) if layer.name == GOLD else [],
        configs={name: (schema.MEANINGS[name], schema.fields(schema.CONFIGS[name])) for name in counts},
    )


def _rests_on(folder: Path) -> str:
    """What the gold in a folder rests on."""
    articles = read_rows(folder, "articles", "labelled_by", "adjudicated")
    adjudicated = "adjudicated " if articles["adjudicated"].fill_null(False).all() else ""
    return f"This is the {adjudicated}gold. {in_words(articles)}"


def _assisted(folder: Path) -> str:
    """How many of the articles were labelled with suggestions, as a sentence."""
    articles = read_rows(folder, "articles", "assisted")
    helped = articles.filter("assisted").height
    if not helped:
        return "No article was labelled with a program's suggestions on the page."
    return (
        f"{helped} of {articles.height} articles (`assisted`) were labelled with a program's suggestions on the page, "
        "which annotators kept, changed or dropped. People take over what they are shown, so measure no suggester on "
        "these."
    )


@dataclass(frozen=True)
class _Baseline:
    """A baseline on the card: the note of the settings, and the cells of each row of its table."""

    name: str
    note: str
    rows: list[list[str]]


def _baselines(corpus: Corpus) -> list[_Baseline]:
    """The baselines that were measured on this very gold."""
    stale, kept = stale_baselines(corpus), dict[str, dict[tuple[str, str], BaselineRow]]()
    for row in rows_of(read_baselines(corpus).filter(measure=_RELAXED), BaselineRow):
        kept.setdefault(row["baseline"], {})[row["scope"], row["figure"]] = row
    return [
        _Baseline(name, corpus.baselines.get(name, ""), [*_baseline_rows(figures)])
        for name, figures in kept.items()
        if name not in stale
    ]


def _baseline_rows(figures: dict[tuple[str, str], BaselineRow]) -> Iterator[list[str]]:
    """For each label and type of link: its name, precision, recall, F1, and how many the gold has."""
    for scope in (*vocabulary.LABELS, *vocabulary.RELATIONS):
        precision, recall, f1 = (figures.get((scope, figure)) for figure in vocabulary.SCORE_FIGURES[:3])
        if recall is not None:
            yield [scope, *map(_figure, (precision, recall, f1)), str(recall["count"])]


def _figure(row: BaselineRow | None) -> str:
    if row is None or row["value"] is None:
        return "–"
    interval = "" if row["low"] is None else f" [{row['low']:.2f}, {row['high']:.2f}]"
    return f"{row['value']:.2f}{interval}"


_RELAXED: Final = vocabulary.SCORE_MEASURES[1]


def _text_licence(corpus: Corpus) -> str:
    """Where the licences of the texts are to be read, if the corpus knows any."""
    unknown = corpus.articles["licence"].null_count()
    if unknown == corpus.articles.height:
        return "no licence for it is given here"
    column = "the column `licence` of the config `articles`"
    return f"{column} has each one's licence" + (", and is null where none is known" if unknown else "")


def in_order(*several: CountsBySplit) -> CountsBySplit:
    """The counts of several configs together, in the order of the configs."""
    counts = {config: of_config for some in several for config, of_config in some.items()}
    return {config: counts[config] for config in schema.CONFIGS if config in counts}


def _hub(place: Publication | None) -> str:
    """What a reader has to set where the Hub is not the usual one."""
    if place is None or place.endpoint == Publication.endpoint:
        return ""
    return f", with the environment variable `HF_ENDPOINT={place.endpoint}`"


def _makers(corpus: Corpus, layer: Summary) -> dict[str, str]:
    """What the settings say of each annotator of the layer."""
    unknown = "The corpus's settings do not say who this annotator is."
    names = makers_of(corpus, layer)
    return {name: corpus.makers[name].described if name in corpus.makers else unknown for name in names}


def makers_of(corpus: Corpus, layer: Summary) -> list[str]:
    """The layer's annotators; of the gold, those whose work it was made of, too."""
    return sorted(layer.annotators | (deciders(corpus).annotators if layer.name == GOLD else set()))


def for_variant(page: str, variant: Variant, counts: CountsBySplit, sizes: CountsBySplit, folder: Path) -> str:
    """A release's card as that of another variant, whose Parquet files `folder` holds."""
    from huggingface_hub import DatasetCard

    known = vars(DatasetCard(page).data)
    facts = {name: value for name, value in known.items() if name not in ("configs", "dataset_info")}
    body = page.split("\n---\n", 1)[1]
    body = _VARIANT.sub(lambda match: f"{match[1]}{VARIANTS[variant]}{match[2]}", body)
    return f"---\n{_yaml(facts, counts, sizes, folder)}\n---\n{body}"


def _yaml(facts: dict[str, Any], counts: CountsBySplit, sizes: CountsBySplit, folder: Path) -> str:
    from datasets import DatasetInfo, SplitDict, SplitInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    infos = DatasetInfosDict()
    for config, splits in counts.items():
        split_infos = {name: SplitInfo(name, sizes[config][name], rows) for name, rows in splits.items()}
        size = sum(path.stat().st_size for path in files_of(folder, config))
        infos[config] = DatasetInfo(
            config_name=config,
            features=schema.features(schema.CONFIGS[config]),
            splits=SplitDict(split_infos),
            download_size=size,
            dataset_size=sum(sizes[config].values()),
        )
    configs = [_config(name, list(splits), facts.get("version")) for name, splits in counts.items()]
    data = DatasetCardData(**facts, configs=configs)
    infos.to_dataset_card_data(data)
    return str(data.to_yaml())


def _config(name: str, splits: list[str], version: str | None) -> dict[str, Any]:
    files = [{"split": split, "path": f"{name}/{split}-*.parquet"} for split in splits]
    default = {"default": True} if name == "articles" else {}
    return {"config_name": name, **default, **({"version": version} if version else {}), "data_files": files}


def _facts(corpus: Corpus, layer: Summary, articles: int, edition: Edition | None) -> dict[str, Any]:
    kinds = {corpus.makers[name].kind for name in makers_of(corpus, layer) if name in corpus.makers}
    return {
        "pretty_name": corpus.title,
        "language": sorted(set(corpus.articles["language"].drop_nulls())),
        **_licence(corpus, edition),
        "annotations_creators": sorted(kinds),
        "task_categories": ["token-classification"],
        "tags": ["news", "quotation", "attribution", "hedging", "spans"],
        "size_categories": [size_category(articles)],
        **({"version": edition.version} if edition else {}),
    }


def _licence(corpus: Corpus, edition: Edition | None) -> dict[str, str]:
    """The Hub's fields for a licence that the annotations have and the articles' text does not."""
    if corpus.licence is None:
        return {"license": "unknown"}
    place = corpus.publication
    link = place.page_of(tag_name(edition.version), CARD) if place and edition else CARD
    return {"license": "other", "license_name": f"annotations-{corpus.licence}", "license_link": link}


def spdx_id(licence: str) -> str:
    """A licence's id as SPDX writes it; as it was given where SPDX does not list it."""
    try:
        return str(canonicalize_license_expression(licence))
    except InvalidLicenseExpression:
        return licence


def size_category(articles: int) -> str:
    """The Hub's name for a number of rows of the default config."""
    limits = ["1K", "10K", "100K", "1M", "10M", "100M", "1B", "10B", "100B", "1T"]
    place = sum(articles >= 1000 * 10**power for power in range(len(limits)))
    if place == 0:
        return f"n<{limits[0]}"
    return f"n>{limits[-1]}" if place == len(limits) else f"{limits[place - 1]}<n<{limits[place]}"
