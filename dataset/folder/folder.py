"""A built dataset folder, read back: its configs and splits, their types and classes, and the card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyarrow
import pyarrow.parquet

from dataset import schema
from dataset.problem import Problem
from dataset.scheme import vocabulary

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:  # PyYAML was built without libyaml
    from yaml import SafeLoader

if TYPE_CHECKING:
    import datasets

CARD: Final = "README.md"
DATASHEET: Final = "DATASHEET.md"
CROISSANT: Final = "croissant.json"
_AT_ONCE: Final = 2_000
AT, SPLIT = "#at", "#split"
_LARGE: Final = {"large_string": "string", "large_binary": "binary"}


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Says in a sentence that a file of the folder cannot be read.

    Raises:
        Problem: it cannot.
    """
    try:
        yield
    except (pl.exceptions.PolarsError, pyarrow.ArrowException, OSError, ValueError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem(f"{folder} cannot be read: {reason}", "build or fetch it again") from error


def shards(folder: Path, config: str) -> dict[str, list[Path]]:
    """The Parquet files of a config in a built folder, by split, in order."""
    files: dict[str, list[Path]] = {}
    for path in sorted((folder / config).glob("*.parquet")):
        files.setdefault(path.name.rsplit("-", 3)[0], []).append(path)
    return files


def files_of(folder: Path, config: str) -> list[Path]:
    """The Parquet files of a config in a built folder, of all splits."""
    return [path for paths in shards(folder, config).values() for path in paths]


def configs_of(folder: Path) -> list[str]:
    """The configs of the schema that a built folder has, in the schema's order."""
    return [config for config in schema.CONFIGS if files_of(folder, config)]


def read_rows(folder: Path, config: str, *columns: str) -> pl.DataFrame:
    """These columns of a config in a built folder, or all, with the `split` of each row."""
    parts = [
        pl.read_parquet(path, columns=list(columns) or None, hive_partitioning=False, glob=False).with_columns(
            split=pl.lit(split)
        )
        for split, paths in shards(folder, config).items()
        for path in paths
    ]
    return pl.concat(parts)


@dataclass(frozen=True)
class DatasetFolder:
    """A built folder. `files` are the Parquet files by config and split."""

    path: Path
    files: dict[str, dict[str, list[Path]]]

    @cached_property
    def facts(self) -> dict[str, Any]:
        """The card's YAML; empty where the card has none. libyaml takes a tenth of the time of `metadata_load`."""
        from huggingface_hub.repocard import REGEX_YAML_BLOCK

        try:
            head = REGEX_YAML_BLOCK.search((self.path / CARD).read_text(encoding="utf-8-sig"))
            return dict((SafeLoader(head.group(2)).get_single_data() if head else None) or {})
        except Exception as error:  # the YAML library's own errors share no base with others
            reason = " ".join(str(error).split())
            raise Problem(
                f"{self.path / CARD} cannot be read: its YAML is broken: {reason}", "build or fetch it again"
            ) from error

    @cached_property
    def prose(self) -> str:
        """The card without its YAML."""
        from huggingface_hub.repocard import REGEX_YAML_BLOCK

        with reading(self.path / CARD):
            return str(REGEX_YAML_BLOCK.sub("", (self.path / CARD).read_text(encoding="utf-8"), count=1))

    @cached_property
    def splits(self) -> list[str]:
        """Every split that a config has, in the order of the scheme."""
        names = {split for parts in self.files.values() for split in parts}
        return sorted(names, key=_place_of)

    @cached_property
    def withheld(self) -> bool:
        """Whether the texts were left out of the folder."""
        with reading(self.path):
            rows = self.scan("articles")
            if "text" not in rows.collect_schema() or "tokens" in self.files:
                return False
            count, texts = (
                rows.select(pl.len(), pl.col("text").count().alias("texts")).collect(engine="streaming").row(0)
            )
            return bool(count) and not texts

    def scan(self, config: str) -> pl.LazyFrame:
        """The rows of a config, with their number (`AT`) and the split that they are in (`SPLIT`)."""
        parts = []
        for split in sorted(self.files[config], key=_place_of):
            rows = pl.scan_parquet(self.files[config][split], hive_partitioning=False, glob=False)
            parts.append(rows.with_columns(pl.lit(split).alias(SPLIT)))
        return pl.concat(parts).with_row_index(AT)

    def count(self, config: str) -> int:
        """How many rows a config has."""
        with reading(self.path):
            paths = [path for paths in self.files[config].values() for path in paths]
            return sum(pyarrow.parquet.read_metadata(path).num_rows for path in paths)

    def batches(self, config: str, columns: list[str]) -> Iterator[pl.DataFrame]:
        """These columns of a config, with `AT` and `SPLIT`, some rows after the other, so that few are held."""
        at = 0
        for split in sorted(self.files[config], key=_place_of):
            for path in self.files[config][split]:
                with pyarrow.parquet.ParquetFile(path, pre_buffer=False) as file:
                    for batch in file.iter_batches(_AT_ONCE, columns=columns):
                        rows = pl.DataFrame(pyarrow.Table.from_batches([batch])).with_row_index(AT, at)
                        yield rows.with_columns(pl.lit(split).alias(SPLIT))
                        at += rows.height

    def types(self, config: str) -> dict[str, pl.DataType]:
        """The columns of a config as they are in its files."""
        with reading(self.path):
            columns = dict(self.scan(config).collect_schema())
        return {name: dtype for name, dtype in columns.items() if name not in (AT, SPLIT)}

    def columns(self, config: str) -> dict[str, str]:
        """The type that `load_dataset` gives each column; of rows within rows each field, as `outer[].inner`."""
        return {path: _type_name(feature) for path, feature in _leaves(self._features(config))}

    def classes(self, config: str) -> dict[str, list[str]]:
        """The class names of columns that hold classes, as `load_dataset` gives them."""
        return _classes(self._features(config))

    def own_classes(self, config: str) -> dict[str, list[str]]:
        """The class names that the Parquet files tell, which the card overrides."""
        return _classes(self._own_features(config))

    def _features(self, config: str) -> dict[str, Any]:
        return dict(self._card_features.get(config) or self._own_features(config))

    def _own_features(self, config: str) -> dict[str, Any]:
        from datasets import Features

        with reading(self.path):
            first = next(iter(self.files[config].values()))[0]
            return dict(Features.from_arrow_schema(pyarrow.parquet.read_schema(first)))

    @cached_property
    def _card_features(self) -> dict[str, datasets.Features | None]:
        """The features that the card tells, by config."""
        from datasets.info import DatasetInfosDict
        from huggingface_hub import DatasetCardData

        try:
            infos = DatasetInfosDict.from_dataset_card_data(DatasetCardData(**self.facts))
        except Exception as error:
            raise Problem(
                f"{self.path / CARD} describes its columns in a way that cannot be read: {error}",
                "build or fetch it again",
            ) from error
        return {name: info.features for name, info in infos.items()}

    def texts(self, articles: list[str]) -> dict[str, str]:
        """The texts of those of the articles that have one here."""
        if "text" not in self.types("articles"):
            return {}
        with reading(self.path):
            rows = self.scan("articles").filter(pl.col("article_id").is_in(articles), pl.col("text").is_not_null())
            return dict(rows.select("article_id", "text").collect(engine="streaming").iter_rows())

    def places(self, spans: list[str]) -> dict[str, tuple[int, int]]:
        """Where those of the spans that are here start and end, by their published ids."""
        if "spans" not in self.files:
            return {}
        with reading(self.path):
            rows = self.scan("spans").filter(pl.col("span_id").is_in(spans)).select("span_id", "start", "end").collect()
        return {span: (start, end) for span, start, end in rows.iter_rows()}


def read_built(path: Path) -> DatasetFolder:
    """Finds the configs and splits of a built folder: those that its card tells, and those that lie beside them.

    Raises:
        Problem: it is no built folder, or its card cannot be read.
    """
    files = {config.name: shards(path, config.name) for config in sorted(path.glob("*/"))}
    files = {config: by_split for config, by_split in files.items() if by_split}
    if not (path / CARD).is_file() or "articles" not in files:
        raise Problem(f"{path} is not a built dataset", "name a folder that `hedgerow build` made")
    files |= _card_files(DatasetFolder(path, {}))
    ordered = [name for name in schema.CONFIGS if name in files]
    return DatasetFolder(path, {name: files[name] for name in [*ordered, *sorted(files.keys() - set(ordered))]})


def _card_files(folder: DatasetFolder) -> dict[str, dict[str, list[Path]]]:
    """The files that the card names, by config and split; a config of which it names none that is there is left out."""
    by_config: dict[str, dict[str, list[Path]]] = {}
    try:
        for config in folder.facts.get("configs") or []:
            for part in config.get("data_files") or []:
                if files := sorted(folder.path.glob(part["path"])):
                    by_config.setdefault(config["config_name"], {})[part["split"]] = files
    except (KeyError, TypeError, AttributeError, ValueError, NotImplementedError) as error:
        raise Problem(
            f"{folder.path / CARD} names its files in a way that cannot be read: {error!r}",
            "build or fetch it again",
        ) from error
    return by_config


def _place_of(split: str) -> tuple[int, str]:
    return vocabulary.SPLITS.index(split) if split in vocabulary.SPLITS else len(vocabulary.SPLITS), split


def _leaves(feature: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(feature, dict):
        for name, inner in feature.items():
            yield from _leaves(inner, f"{path}.{name}" if path else name)
    elif hasattr(feature, "feature"):
        yield from _leaves(feature.feature, f"{path}[]")
    else:
        yield path, feature


def _type_name(feature: Any) -> str:
    dtype = str(feature.dtype)
    return "class" if hasattr(feature, "names") else _LARGE.get(dtype, dtype)


def _classes(features: dict[str, Any]) -> dict[str, list[str]]:
    return {path: list(feature.names) for path, feature in _leaves(features) if hasattr(feature, "names")}
