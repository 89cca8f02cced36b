"""croissant.json: a release for machines, by Croissant 1.1 with the fields of its Responsible AI vocabulary.

Every Parquet file is named with its SHA-256, and every config has a record set for each of its splits, with all
columns, those within rows too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import polars as pl

from dataset import schema
from dataset.folder.folder import files_of
from dataset.folder.manifest import stored_files
from dataset.published.card import spdx_id
from dataset.record.corpus import Corpus
from dataset.storage.atomic import write_bytes
from dataset.storage.repository import Commit

CROISSANT: Final = "croissant.json"
CONFORMS_TO: Final = "http://mlcommons.org/croissant/1.1"
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


def about(corpus: Corpus, version: str, commit: Commit, datasheet: str) -> dict[str, Any]:
    """All that a release's Croissant says but its files and records."""
    import mlcroissant

    known: dict[str, Any] = mlcroissant.Metadata(name=corpus.name).to_json()
    description = {
        "@context": known["@context"],
        "@type": "sc:Dataset",
        "conformsTo": CONFORMS_TO,
        "name": corpus.name,
        "description": corpus.title,
        "version": version,
        "datePublished": commit.date,
        "license": _licence(corpus.licence),
        "inLanguage": sorted(set(corpus.articles["language"].drop_nulls())),
        "creator": {"@type": "sc:Organization", "name": f"The maintainers of {corpus.name}"},
        "citeAs": f"The maintainers of {corpus.name}. {corpus.title}. Version {version}, {commit.date}.",
        "url": "README.md",
    }
    return description | dict(_responsible(datasheet))


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


def _responsible(datasheet: str) -> Iterator[tuple[str, str]]:
    answers = dict(_answers(datasheet))
    for field, numbers in _SECTIONS.items():
        if answer := " ".join(answers[number] for number in numbers if number in answers):
            yield field, answer


def _answers(datasheet: str) -> Iterator[tuple[str, str]]:
    """The number of each question of a datasheet, and the question with its answer on one line, without marks."""
    for section in re.split(r"^#+ ", datasheet, flags=re.MULTILINE)[1:]:
        question, _, answer = section.partition("\n")
        if number := re.match(r"\d+\.\d+", question):
            asked = question.removeprefix(number[0])
            yield number[0], " ".join(re.sub(r"<!--.*?-->|[*`]", "", f"{asked} {answer}", flags=re.DOTALL).split())


def known_about(folder: Path) -> dict[str, Any]:
    """What the Croissant of a folder says, but its files and records."""
    croissant: dict[str, Any] = json.loads((folder / CROISSANT).read_bytes())
    return {name: value for name, value in croissant.items() if name not in ("distribution", "recordSet")}


def write_croissant(folder: Path, description: dict[str, Any]) -> None:
    """Writes the Croissant of a folder: what it says of the dataset, and the files and records that are there."""
    files = {name: file for name, file in stored_files(folder).items() if name.endswith(".parquet")}
    distribution = [
        {
            "@type": "cr:FileObject",
            "@id": name,
            "name": name,
            "contentUrl": name,
            "contentSize": f"{file.size} B",
            "encodingFormat": PARQUET,
            "sha256": file.sha256,
        }
        for name, file in files.items()
    ]
    records = [_record_set(folder, path) for config in schema.CONFIGS for path in files_of(folder, config)]
    whole = description | {"distribution": distribution, "recordSet": records}
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
    field = _named(f"{record}/{'/'.join(path)}", col.description)
    rows = (col.metadata or {}).get("rows")
    if rows is None:
        return field | _typed(schema.polars_schema(table)[column]) | _source(file, path[0], "[*].".join(path[1:]))
    fields = [_field(record, file, rows, name, path) for name in schema.columns(rows)]
    return field | {"repeated": True, "subField": fields}


def _named(name: str, description: str) -> dict[str, Any]:
    return {"@type": "cr:Field", "@id": name, "name": name, "description": description}


def _typed(dtype: pl.DataType) -> dict[str, Any]:
    if isinstance(dtype, pl.List):
        inner = cast(pl.DataType, dtype.inner)
        return {"dataType": _TYPES[inner.base_type()], "isArray": True, "arrayShape": "-1"}
    return {"dataType": _TYPES[dtype.base_type()]}


def _source(file: str, column: str, inner: str = "") -> dict[str, Any]:
    source: dict[str, Any] = {"fileObject": {"@id": file}, "extract": {"column": column}}
    return {"source": source | ({"transform": {"jsonPath": inner}} if inner else {})}
