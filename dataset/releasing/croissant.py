"""croissant.json: a release for machines, by Croissant 1.1 with the fields of its Responsible AI vocabulary.

Every Parquet file is named with its SHA-256, and by its address where the corpus names a repository. Every config has a
record set for each of its splits, with all columns, those within rows too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import polars as pl

from dataset import schema
from dataset.folder.folder import CROISSANT, files_of
from dataset.folder.manifest import stored_files, tag_name
from dataset.published.card import makers_of, spdx_id
from dataset.record.corpus import Corpus, Maker
from dataset.record.counts import Summary
from dataset.storage.atomic import write_bytes
from dataset.storage.repository import Commit

CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.1"
RESPONSIBLE: Final = "http://mlcommons.org/croissant/RAI/1.0"
PARQUET: Final = "application/x-parquet"
_TYPES: Final[dict[Any, str]] = {
    pl.String: "sc:Text",
    pl.Int64: "sc:Integer",
    pl.Float64: "sc:Float",
    pl.Boolean: "sc:Boolean",
}
_SECTIONS: Final = {
    "rai:dataCollection": ("3.1", "3.2"),
    "rai:dataCollectionMissingData": ("2.6",),
    "rai:dataPreprocessingProtocol": ("4.1",),
    "rai:dataAnnotationProtocol": ("2.5", "3.4"),
    "rai:dataAnnotationPlatform": ("4.3",),
    "rai:dataBiases": ("2.3", "5.4"),
    "rai:dataUseCases": ("5.3",),
    "rai:dataLimitations": ("2.9", "5.5"),
    "rai:dataSocialImpact": ("2.12", "3.11"),
    "rai:personalSensitiveInformation": ("2.14", "2.15"),
    "rai:dataReleaseMaintenancePlan": ("7.4", "7.6", "7.7"),
}
"""The answers of the datasheet (by number, as in Gebru et al.) that say what a field asks for."""


@dataclass(frozen=True)
class Described:
    """What a Croissant says but its files and records, and the address that its files' names are put after.

    `address` is empty where a release does not know where it will be: then the files are named as they lie beside it.
    """

    content: dict[str, Any]
    address: str = ""


_MINIMAL: Final = {
    *("rai:dataBiases", "rai:dataUseCases", "rai:dataLimitations"),
    *("rai:dataSocialImpact", "rai:personalSensitiveInformation"),
}
"""What conferences ask of every dataset, beside `_provenance`; so each of them is there, whatever the datasheet has."""


def about(corpus: Corpus, layer: Summary, version: str, commit: Commit, datasheet: str) -> Described:
    """All that a release's Croissant says but its files and records."""
    import mlcroissant

    known: dict[str, Any] = mlcroissant.Metadata(name=corpus.name).to_json()
    tag, place = tag_name(version), corpus.publication
    cited = f"The maintainers of {corpus.name}. {corpus.title}. Version {version}, {commit.date}."
    description = {
        "@context": {**known["@context"], "prov": _PROV},
        "@type": "sc:Dataset",
        "conformsTo": [CONFORMS_TO, RESPONSIBLE],
        "name": corpus.name,
        "description": corpus.title,
        "version": version,
        "datePublished": commit.date,
        "license": _licence(corpus.licence),
        "copyrightNotice": _COPYRIGHT,
        "inLanguage": sorted(set(corpus.articles["language"].drop_nulls())),
        "creator": {"@type": "sc:Organization", "name": f"The maintainers of {corpus.name}"},
        "citeAs": f"{cited} {place.page_of(tag)}" if place else cited,
        "url": place.page if place else "README.md",
        **dict(_responsible(datasheet)),
        **_provenance(corpus, layer),
    }
    return Described(description, place.files_of(tag) if place else "")


def _licence(licence: str | None) -> dict[str, str] | str:
    """The licence of the annotations, with SPDX's page, and what it does not cover."""
    if licence is None:
        return "unknown"
    covers = "for the annotations; each article's text has the licence in its row of the config articles, if any"
    return {
        "@type": "sc:CreativeWork",
        "name": f"{spdx_id(licence)}, {covers}",
        "url": f"https://spdx.org/licenses/{spdx_id(licence)}.html",
    }


_PROV: Final = "http://www.w3.org/ns/prov#"
_COPYRIGHT: Final = (
    "The licence is that of the annotations. The articles' text belongs to its publishers: the column `licence` of the "
    "config `articles` has each article's licence, null where none is known."
)


def _provenance(corpus: Corpus, layer: Summary) -> dict[str, Any]:
    """Whether programs made any of the labels, what they were made from, and who or what made them."""
    makers = {name: corpus.makers.get(name) for name in makers_of(corpus, layer)}
    articles = {
        "@type": "prov:Entity",
        "prov:label": f"{layer.counts['articles']} news articles",
        "description": "News articles of several publishers. The config articles has the outlet, date, address and "
        "licence of each, as far as they are known, and the SHA-256 of its text.",
    }
    return {
        "rai:hasSyntheticData": any(maker is not None and maker.by_machine for maker in makers.values()),
        "prov:wasDerivedFrom": [articles],
        "prov:wasGeneratedBy": [_activity(name, maker) for name, maker in makers.items()],
    }


def _activity(name: str, maker: Maker | None) -> dict[str, str]:
    """Who or what made the labels of a pseudonym."""
    described = f"{maker.kind}: {maker.described}" if maker else "The corpus's settings do not say who this is."
    label = f"Labels or decisions of {name}"
    return {"@type": "prov:Activity", "prov:label": label, "description": " ".join(described.split())}


def _responsible(datasheet: str) -> Iterator[tuple[str, str]]:
    answers = dict(_answers(datasheet))
    for field, numbers in _SECTIONS.items():
        answer = " ".join(answers[number] for number in numbers if number in answers)
        if answer or field in _MINIMAL:
            yield field, answer or "The datasheet does not say."


def _answers(datasheet: str) -> Iterator[tuple[str, str]]:
    """The number of each question of a datasheet, and the question with its answer on one line, without marks."""
    for section in re.split(r"^#+ ", datasheet, flags=re.MULTILINE)[1:]:
        question, _, answer = section.partition("\n")
        if number := re.match(r"\d+\.\d+", question):
            asked = question.removeprefix(number[0])
            yield number[0], " ".join(re.sub(r"<!--.*?-->|[*`]", "", f"{asked} {answer}", flags=re.DOTALL).split())


def known_about(folder: Path) -> Described:
    """What the Croissant of a folder says, but its files and records."""
    croissant: dict[str, Any] = json.loads((folder / CROISSANT).read_bytes())
    addresses = {file["contentUrl"].removesuffix(file["@id"]) for file in croissant["distribution"]}
    content = {name: value for name, value in croissant.items() if name not in ("distribution", "recordSet")}
    return Described(content, *addresses)


def write_croissant(folder: Path, described: Described) -> None:
    """Writes the Croissant of a folder: what it says of the dataset, and the files and records that are there."""
    files = {name: file for name, file in stored_files(folder).items() if name.endswith(".parquet")}
    distribution = [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": f"{described.address}{name}",
            "contentSize": f"{file.size} B",
            "encodingFormat": PARQUET,
            "sha256": file.sha256,
        }
        for name, file in files.items()
    ]
    records = [_record_set(folder, path) for config in schema.CONFIGS for path in files_of(folder, config)]
    whole = described.content | {"distribution": distribution, "recordSet": records}
    write_bytes(folder / CROISSANT, (json.dumps(whole, indent=2, ensure_ascii=False) + "\n").encode())


def _record_set(folder: Path, path: Path) -> dict[str, Any]:
    config, split = path.parent.name, path.name.split("-")[0]
    name, file = f"{config}-{split}", path.relative_to(folder).as_posix()
    table = schema.CONFIGS[config]
    return {
        "@type": "cr:RecordSet",
        "@id": name,
        "name": name,
        "description": schema.MEANINGS[config],
        "field": [_field(name, file, table, column) for column in schema.columns(table)],
    }


def _field(
    record: str, file: str, table: type[schema.Table], column: str, within: tuple[str, ...] = ()
) -> dict[str, Any]:
    """A column; one of rows has their columns as fields of its own. `within` are the columns whose rows it is in.

    mlcroissant takes one step into rows: it gives null for what stands in rows within rows.
    """
    col = schema.columns(table)[column]
    path = (*within, column)
    name = f"{record}/{'/'.join(path)}"
    field = {"@type": "cr:Field", "@id": name, "name": name, "description": col.description}
    rows = (col.metadata or {}).get("rows")
    if rows is None:
        return field | _typed(schema.polars_schema(table)[column]) | _source(file, path[0], "[*].".join(path[1:]))
    fields = [_field(record, file, rows, inner, path) for inner in schema.columns(rows)]
    return field | {"repeated": True, "subField": fields}


def _typed(dtype: pl.DataType) -> dict[str, Any]:
    if isinstance(dtype, pl.List):
        inner = cast(pl.DataType, dtype.inner)
        return {"dataType": _TYPES[inner.base_type()], "isArray": True, "arrayShape": "-1"}
    return {"dataType": _TYPES[dtype.base_type()]}


def _source(file: str, column: str, inner: str = "") -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": file}, "extract": {"column": column}}
    return {"source": source | ({"transform": {"jsonPath": inner}} if inner else {})}
