"""What a release folder must be before it is written: each check yields what is wrong, in words."""

from __future__ import annotations

import json
import re
import sys
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema
from dataset.folder import manifest
from dataset.folder.content_hash import classes, header, strings_in
from dataset.folder.folder import CARD, CROISSANT, DATASHEET, DatasetFolder, configs_of, files_of, read_rows, shards
from dataset.published.rows import BETWEEN_SEGMENTS, PARTS
from dataset.published.tokens import BEGIN, OUTSIDE
from dataset.record.corpus import Corpus
from dataset.record.counts import summary
from dataset.record.provenance import adjudicated_articles
from dataset.record.splits import fixed_splits
from dataset.releasing.pages import NEAR_DUPLICATES, article_texts
from dataset.scheme import vocabulary
from dataset.similarity.near_duplicates import NEAR, shared_quotes
from dataset.storage.atomic import sha256

SHOWN: Final = 3
_TEMPLATE: Final = re.compile(r"\b(?:XX+|TODO|FIXME|TBD|PATH)\b|\b(?i:lorem ipsum)\b|\{\{|\}\}|\{%")
_COUNTS: Final = re.compile(r"\b\d+ articles(?:, \d+ (?:`\w+` links|\w+))+")
_TOKEN: Final = re.compile(rb"\bhf_[A-Za-z0-9]{30,}|\beyJ[\w-]{20,}\.[\w-]{10,}")
_PAGES: Final = (".md", ".json", ".jsonl", ".svg")
_SHORTEST: Final = 6
_LOADED: Final = 100
"""Rows of each file that mlcroissant is given."""


@dataclass(frozen=True)
class ReleaseCandidate:
    """A folder that is to be a release: of which corpus and layer, and the last release, if there is one.

    `home` is the folder that has the accounts of annotators, where the corpus itself was written out of a commit.
    """

    folder: Path
    corpus: Corpus
    layer: str
    last: Path | None = None
    home: Path | None = None

    @cached_property
    def manifest(self) -> manifest.Manifest:
        """What the folder says of itself."""
        return manifest.read(self.folder)

    @property
    def full(self) -> bool:
        """Whether it holds the articles' text."""
        return self.manifest.variant == manifest.FULL

    @cached_property
    def texts(self) -> pl.DataFrame:
        """`article_id`, `event_id`, `text` and `split` of the articles."""
        return article_texts(self.folder)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The card's YAML."""
        return DatasetFolder(self.folder, {}).facts

    def rows(self, config: str, *columns: str) -> pl.DataFrame:
        """A config's rows of all splits, with their `split`."""
        return read_rows(self.folder, config, *columns)

    @property
    def configs(self) -> list[str]:
        """The configs that it has."""
        return configs_of(self.folder)

    @cached_property
    def pages(self) -> dict[str, str]:
        """The text files by name, and the repository's README, which has figures of the data as well."""
        pages = {
            path.name: path.read_text(encoding="utf-8") for path in self.folder.rglob("*") if path.suffix in _PAGES
        }
        readme = self.corpus.root / CARD
        return pages | ({"the repository's README.md": readme.read_text(encoding="utf-8")} if readme.exists() else {})


@dataclass(frozen=True)
class FailedCheck:
    """Something that a release must not have: the check's code, and what it is."""

    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def failures(candidate: ReleaseCandidate) -> list[FailedCheck]:
    """All that the checks find."""
    return [FailedCheck(code, message) for code, check in CHECKS.items() for message in check(candidate)]


def _some(rows: pl.DataFrame, describe: Callable[..., str]) -> Iterator[str]:
    """The first rows in words, and how many more there are."""
    for row in rows.head(SHOWN).iter_rows(named=True):
        yield describe(**row)
    if rows.height > SHOWN:
        yield f"and {rows.height - SHOWN} more of that kind"


# What is in the rows


def same_id_twice(candidate: ReleaseCandidate) -> Iterator[str]:
    """Ids are unique in each config, and the spans within articles and quotes are those of `spans`."""
    for config, key in schema.CONFIG_KEYS.items():
        if config in candidate.configs:
            rows = candidate.rows(config, *key).select(key)
            twice = rows.filter(rows.is_duplicated()).unique(maintain_order=True)
            yield from _some(
                twice, lambda config=config, **row: f"{config} has {' '.join(filter(None, row.values()))} twice"
            )
    known = candidate.rows("spans", "span_id").select("span_id")
    for config, parts in _NESTED.items():
        inside = pl.concat([_part(candidate, config, part).select("span_id") for part in parts])
        lost = inside.join(known, on="span_id", how="anti")
        yield from _some(
            lost, lambda span_id, config=config: f"{config} has the span {span_id}, which spans does not have"
        )
    held = pl.concat([_part(candidate, "articles", part).select("span_id") for part in PARTS.values()])
    if held.height != known.height:
        yield f"articles hold {held.height} spans, and spans has {known.height}"


_NESTED: Final = {
    "articles": list(PARTS.values()),
    "quotes": ["segments", "speakers", "hedges", "numbers"],
    "attribution": ["segments"],
    "hedges": ["targets"],
}


def _part(candidate: ReleaseCandidate, config: str, part: str, named: str = "span_id") -> pl.DataFrame:
    """Rows within rows: article_id, span_id (or what else names them), start, end and text of each."""
    inner = candidate.rows(config, "article_id", part).explode(part).filter(pl.col(part).is_not_null())
    name, *place = (pl.col(part).struct.field(name) for name in (named, "start", "end", "text"))
    return inner.select("article_id", name.alias("span_id"), *place)


def not_a_slice(candidate: ReleaseCandidate) -> Iterator[str]:
    """The words of every span are the article's at its offsets, and a quote's those of its segments."""
    if not candidate.full:
        return
    tables = [candidate.rows(config, *_PLACE).select(_PLACE) for config in ("spans", "annotators", "hedges")]
    tables += [_part(candidate, config, part) for config, parts in _NESTED.items() for part in parts]
    tables += [_part(candidate, "attribution", "candidates", "entity"), _sentences_of_hedges(candidate)]
    texts = candidate.texts.select("article_id", whole="text")
    sliced = pl.col("whole").str.slice(pl.col("start"), pl.col("end") - pl.col("start"))
    for rows in tables:
        sound = (sliced == pl.col("text")) & (pl.col("start") >= 0)
        wrong = rows.join(texts, on="article_id", how="left").filter(~sound.fill_null(False))
        yield from _some(wrong.select("span_id", "start", "end"), _no_slice)
    yield from _wrong_quotes(candidate)


_PLACE: Final = ["article_id", "span_id", "start", "end", "text"]


def _sentences_of_hedges(candidate: ReleaseCandidate) -> pl.DataFrame:
    """The sentence of each hedge, with the columns of a place."""
    names = ("article_id", "span_id", "sentence_start", "sentence_end", "sentence")
    return candidate.rows("hedges", *names).select(
        pl.col(name).alias(as_) for name, as_ in zip(names, _PLACE, strict=True)
    )


def _no_slice(span_id: str, start: int, end: int) -> str:
    return f"the words of {span_id} are not the article's at {start}:{end}"


def _wrong_quotes(candidate: ReleaseCandidate) -> Iterator[str]:
    words = pl.col("segments").list.eval(pl.element().struct.field("text")).list.join(BETWEEN_SEGMENTS)
    for config in ("quotes", "attribution"):
        rows = candidate.rows(config, "quote_id", "text", "segments")
        wrong = rows.filter(words != pl.col("text")).select("quote_id")
        yield from _some(wrong, lambda quote_id: f"the words of {quote_id} are not those of its segments")


def tokens_lose_spans(candidate: ReleaseCandidate) -> Iterator[str]:
    """Every row of `tokens` gives its article's spans back, label by label."""
    if not candidate.full:
        return
    spans, key = candidate.rows("spans", "article_id", "label", "start", "end"), ["article_id", "start", "end"]
    rows = candidate.rows("tokens")
    for label in vocabulary.LABELS:
        tagged, labelled = _tagged(rows, f"{label}_tags"), spans.filter(label=label).select(key)
        for lost in (labelled.join(tagged, on=key, how="anti"), tagged.join(labelled, on=key, how="anti")):
            yield from _some(lost, lambda label=label, **row: _lost(label, **row))


def _lost(label: str, article_id: str, start: int, end: int) -> str:
    return f"{label} {start}:{end} of {article_id} is not the same in tokens and spans"


def _tagged(rows: pl.DataFrame, tags: str) -> pl.DataFrame:
    """The spans that the tags of a label give: from each B to the last I that follows it."""
    tokens = rows.select("article_id", "starts", "ends", tags).explode("starts", "ends", tags)
    inside = tokens.filter(pl.col(tags) != OUTSIDE).with_columns(number=(pl.col(tags) == BEGIN).cum_sum())
    return (
        inside.group_by("number", maintain_order=True)
        .agg(pl.col("article_id").first(), pl.col("starts").first().alias("start"), pl.col("ends").last().alias("end"))
        .drop("number")
    )


def not_nfc(candidate: ReleaseCandidate) -> Iterator[str]:
    """Every attribute is in Unicode's normal form C; the articles' own words stay as they are."""
    for config in candidate.configs:
        for name in _attributes(config):
            values = (
                candidate.rows(config, name).select(name).explode(name)
                if name in _LISTS
                else candidate.rows(config, name)
            )
            wrong = [
                value for value in values[name].drop_nulls().unique() if not unicodedata.is_normalized("NFC", value)
            ]
            yield from (f"{config}.{name} holds {value!r}, which is not in NFC" for value in sorted(wrong)[:SHOWN])


_LISTS: Final = {"speaker_entities", "aliases", "entities"}


def _attributes(config: str) -> list[str]:
    columns, types = schema.columns(schema.CONFIGS[config]), schema.polars_schema(schema.CONFIGS[config])
    plain = [name for name, dtype in types.items() if dtype == pl.String or name in _LISTS]
    return [name for name in plain if not (columns[name].metadata or {}).get("text")]


# What the pages say


def stale_count(candidate: ReleaseCandidate) -> Iterator[str]:
    """Every count in the card, the datasheet and the README is that of a layer; the card's, that of the rows."""
    corpus = candidate.corpus
    sentences = {name: summary(corpus, name).sentence for name in corpus.layers()}
    held = sentences[candidate.layer]
    if candidate.manifest.adjudicated_only:
        held = summary(corpus, candidate.layer, adjudicated_articles(corpus)).sentence
    for page in (CARD, DATASHEET, "the repository's README.md"):
        for sentence in _COUNTS.findall(candidate.pages.get(page, "")):
            if sentence not in (held, *sentences.values()):
                yield f"{page} says “{sentence}”, which is not the count of any layer"
    if held not in candidate.pages[CARD]:
        yield f"the card does not say “{held}”"
    yield from _wrong_rows(candidate)


def _wrong_rows(candidate: ReleaseCandidate) -> Iterator[str]:
    for info in candidate.facts.get("dataset_info", []):
        for split in info["splits"]:
            paths = shards(candidate.folder, info["config_name"]).get(split["name"], [])
            rows = sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths)
            if rows != (declared := split["num_examples"]):
                yield f"the card says {declared} {info['config_name']} in {split['name']}, but there are {rows}"


def class_order(candidate: ReleaseCandidate) -> Iterator[str]:
    """The classes in the card's YAML, which win over the files', are the files', in their order."""
    from datasets import DatasetInfo
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    infos: dict[str, DatasetInfo] = DatasetInfosDict.from_dataset_card_data(DatasetCardData(**candidate.facts))
    for config in candidate.configs:
        info = infos.get(config)
        declared = classes(info.features.arrow_schema) if info is not None and info.features is not None else None
        for paths in shards(candidate.folder, config).values():
            if declared != classes(pyarrow.parquet.read_schema(paths[0])):
                yield f"the classes of {config} in the card differ from those in {paths[0].name}"


def schema_differs(candidate: ReleaseCandidate) -> Iterator[str]:
    """Every file of a config has the config's columns and types."""
    for config in candidate.configs:
        declared = header(schema.features(schema.CONFIGS[config]).arrow_schema)
        for path in files_of(candidate.folder, config):
            if header(pyarrow.parquet.read_schema(path)) != declared:
                yield f"{config}/{path.name} does not have the columns, types or classes of {config}"


def template_text(candidate: ReleaseCandidate) -> Iterator[str]:
    """No page holds a placeholder for words that nobody wrote."""
    for name, page in candidate.pages.items():
        if name.endswith(".md") and (match := _TEMPLATE.search(page)):
            yield f"{name} holds “{match[0]}”, which looks like a placeholder"


def croissant_unloadable(candidate: ReleaseCandidate) -> Iterator[str]:
    """The Croissant names every Parquet file as it is, and mlcroissant loads every record set without side files.

    It is handed over as JSON, with a mapping from file ids to paths, as by somebody who has it in another folder. A
    file may be larger than memory, and mlcroissant reads it whole: so it gets the first rows of each.
    """
    croissant = json.loads((candidate.folder / CROISSANT).read_bytes())
    named = {file["@id"]: file for file in croissant["distribution"]}
    stored = {name: file for name, file in candidate.manifest.files.items() if name.endswith(".parquet")}
    for name in sorted(named.keys() ^ stored.keys()):
        yield f"{name} is either in croissant.json or in the folder, and not in both"
    for name in sorted(named.keys() & stored.keys()):
        if (named[name]["sha256"], named[name]["contentSize"]) != (stored[name].sha256, f"{stored[name].size} B"):
            yield f"croissant.json does not give {name} the SHA-256 and size that it has"
    # mlcroissant loads by jsonpath-rw, whose grammar is in docstrings; `python -OO` drops them.
    if named.keys() == stored.keys() and sys.flags.optimize < 2:
        with TemporaryDirectory() as scratch:
            yield from _not_loaded(candidate.folder, croissant, Path(scratch))


def _not_loaded(folder: Path, croissant: dict[str, Any], scratch: Path) -> Iterator[str]:
    import mlcroissant

    mapping = {file["@id"]: str(_first_rows(folder / file["@id"], scratch)) for file in croissant["distribution"]}
    files = [{**file, "sha256": sha256(Path(mapping[file["@id"]]).read_bytes())} for file in croissant["distribution"]]
    try:
        dataset = mlcroissant.Dataset(jsonld={**croissant, "distribution": files}, mapping=mapping)
    except Exception as error:  # mlcroissant and rdflib raise what they like
        yield f"croissant.json cannot be read by mlcroissant: {_first_line(error)}"
        return
    for records in croissant["recordSet"]:
        columns = {field["@id"] for field in records["field"]}
        try:
            # mlcroissant gives what is within rows of rows beside these rows, as more columns.
            rows = sum(1 for record in dataset.records(records["@id"]) if columns <= record.keys())
        except Exception as error:
            yield f"the record set {records['@id']} cannot be loaded by mlcroissant: {_first_line(error)}"
            continue
        (source,) = {_source_of(field) for field in records["field"]}
        if rows != pyarrow.parquet.read_metadata(mapping[source]).num_rows:
            yield f"the record set {records['@id']} does not give the rows of {source} with all their columns"


def _source_of(field: dict[str, Any]) -> str:
    """The file that a field is from."""
    return str(field["source"]["fileObject"]["@id"]) if "source" in field else _source_of(field["subField"][0])


def _first_rows(path: Path, scratch: Path) -> Path:
    """A Parquet file with the first rows of another."""
    out = scratch / "-".join(path.parts[-2:])
    with pyarrow.parquet.ParquetFile(path) as file:
        batch = next(file.iter_batches(batch_size=_LOADED), None)
        rows = pyarrow.Table.from_batches([] if batch is None else [batch], file.schema_arrow)
    pyarrow.parquet.write_table(rows, out)
    return out


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


# Who must not be in it


def annotator_named(candidate: ReleaseCandidate) -> Iterator[str]:
    """No account name, address or token of an annotator is in any file."""
    secrets = {
        secret.encode() for secret in _accounts(candidate.home or candidate.corpus.root) if len(secret) >= _SHORTEST
    }
    for path in sorted(path for path in candidate.folder.rglob("*") if path.is_file()):
        for part in _contents(path):
            if any(secret in part for secret in secrets):
                yield f"{path.relative_to(candidate.folder)} holds something that only annotators' accounts hold"
                break
            if (b"hf_" in part or b"eyJ" in part) and _TOKEN.search(part):
                yield f"{path.relative_to(candidate.folder)} holds something that looks like a token"
                break


def _accounts(home: Path) -> set[str]:
    """What `annotators.toml` and the server's secrets say of annotators, as strings; pseudonyms are no secret."""
    strings: set[str] = set()
    for path, read in _ACCOUNTS.items():
        if (home / path).exists():
            content = read((home / path).read_text(encoding="utf-8"))
            strings |= {*_strings(content)} - {*content, *content.get("annotators", ())}
    return strings


_ACCOUNTS: Final[dict[str, Callable[[str], Any]]] = {
    "annotators.toml": tomllib.loads,
    ".hedgerow/secrets.json": json.loads,
}


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _strings(inner)


def _contents(path: Path) -> Iterator[bytes]:
    """A file's bytes; of Parquet, the bytes of its strings, which it packs."""
    if path.suffix != ".parquet":
        yield path.read_bytes()
        return
    with pyarrow.parquet.ParquetFile(path) as file:
        yield str(file.schema_arrow.metadata).encode()
        for batch in file.iter_batches():
            for column in batch.columns:
                yield from strings_in(column)


# What the splits keep apart


def shared_quote(candidate: ReleaseCandidate) -> Iterator[str]:
    """No quoted string of five or more tokens is on both sides of a split."""
    if not candidate.full or candidate.texts["split"].n_unique() == 1:
        return
    quotes = candidate.rows("spans", "article_id", "label", "text").filter(label="quote")
    yield from _some(shared_quotes(candidate.texts, quotes).drop("words"), _shared)


def _shared(articles: list[str], splits: list[str]) -> str:
    return f"{' and '.join(articles)} share a quoted string over {' and '.join(splits)}: put their events together"


def near_duplicate(candidate: ReleaseCandidate) -> Iterator[str]:
    """No two articles that resemble each other by half, or of which one retells half of the other, are kept apart.

    A retelling of less than that is listed, and may be on both sides: paragraphs of background do as much.
    """
    for line in (candidate.folder / NEAR_DUPLICATES).read_text(encoding="utf-8").splitlines():
        pair = json.loads(line)
        alike = max(pair["jaccard"], pair["containment"]) >= NEAR
        if alike and pair["split"] != pair["other_split"]:
            first, second = f"{pair['article_id']} ({pair['split']})", f"{pair['other']} ({pair['other_split']})"
            yield f"{first} and {second} are near-duplicates: put their events together"


def moved_split(candidate: ReleaseCandidate) -> Iterator[str]:
    """Every event is in the split that was fixed for it, and in that of the last release."""
    now = candidate.texts.select("event_id", "split").unique(maintain_order=True)
    known = [("it was fixed in", fixed_splits(candidate.corpus))]
    if candidate.last is not None:
        known.append(("the last release has it in", article_texts(candidate.last).select("event_id", "split").unique()))
    for words, before in known:
        moved = now.join(before, on="event_id", suffix="_before").filter(pl.col("split") != pl.col("split_before"))
        yield from _some(
            moved,
            lambda event_id, split, split_before, words=words: f"{event_id} is in {split}, but {words} {split_before}",
        )
    if lacking := sorted(set(now["event_id"].drop_nulls()) - set(known[0][1]["event_id"])):
        yield f"{lacking[0]} has no fixed split"


def not_in_manifest(candidate: ReleaseCandidate) -> Iterator[str]:
    """The folder holds what the manifest names, no more and no less; the rows without text have its content hashes."""
    # Those of the full rows were computed from these very files.
    yield from map(str, manifest.verify(candidate.folder, contents=not candidate.full))


CHECKS: Final[dict[str, Callable[[ReleaseCandidate], Iterator[str]]]] = {
    "same-id-twice": same_id_twice,
    "not-a-slice": not_a_slice,
    "stale-count": stale_count,
    "class-order": class_order,
    "schema-differs": schema_differs,
    "tokens-lose-spans": tokens_lose_spans,
    "croissant-unloadable": croissant_unloadable,
    "annotator-named": annotator_named,
    "not-nfc": not_nfc,
    "template-text": template_text,
    "shared-quote": shared_quote,
    "near-duplicate": near_duplicate,
    "moved-split": moved_split,
    "not-in-manifest": not_in_manifest,
}
