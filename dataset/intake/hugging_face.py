"""Datasets as `datasets` saves them, and those of the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import datasets
from datasets.exceptions import DatasetNotFoundError, DatasetsError
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from dataset.intake.articles import AGAIN, ReadingOptions, SourceArticle, first_line
from dataset.intake.columns import TableReader
from dataset.problem import Problem

_ROWS_AT_ONCE: Final = 500


def read_saved(name: str, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The article of each row of a dataset that `save_to_disk` wrote, split by split.

    Raises:
        Problem: the folder cannot be read, has no such split, or its columns are others.
    """
    try:
        saved = datasets.load_from_disk(name)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise Problem(
            f"{name} cannot be read as a saved dataset: {first_line(error)}", f"save it again, {AGAIN}"
        ) from None
    for split, rows in _splits(saved, name, options).items():
        place = f"{name}, {split}" if split else name
        reader = TableReader.for_columns(rows.column_names, options, place, Path(name))
        chosen = rows.select_columns(sorted(set(reader.used.values())))
        yield from _articles(chosen, reader, place)


def read_from_hub(name: str, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The article of each row of a dataset on the Hub, as it comes in, split by split.

    Raises:
        Problem: there is no such dataset, it cannot be reached, or its columns are others.
    """
    try:
        loaded = datasets.load_dataset(name, options.config, revision=options.revision, streaming=True)
        for split, rows in _splits(loaded, name, options).items():
            place = f"{name}, {split}"
            columns = rows.column_names or list(next(iter(rows), {}))
            reader = TableReader.for_columns(columns, options, place, None)
            chosen = rows.select_columns(sorted(set(reader.used.values())))
            yield from _articles(chosen, reader, place)
    except OfflineModeIsEnabled:
        raise Problem(f"{name} cannot be asked for, because HF_HUB_OFFLINE is set", "unset it") from None
    except DatasetNotFoundError:
        raise Problem(
            f"{name} is not a file here, and the Hub has no dataset of that name that this token may see",
            "correct the name, or log in with `hf auth login`",
        ) from None
    except (DatasetsError, HfHubHTTPError, OSError, ValueError, RuntimeError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        raise Problem(f"{name} could not be read from the Hub: {reason}", AGAIN.removeprefix("then ")) from None


def _splits(loaded: Any, name: str, options: ReadingOptions) -> dict[str, Any]:
    """The splits that are meant, by name; a dataset that has none has no name."""
    if not isinstance(loaded, Mapping):
        if options.split is not None:
            raise Problem(f"{name} has no splits", "leave out --split")
        return {"": loaded}
    if options.split is None:
        return dict(loaded)
    if options.split not in loaded:
        raise Problem(f"{name} has no split {options.split}", f"it has {', '.join(map(str, loaded))}")
    return {options.split: loaded[options.split]}


def _articles(rows: Any, reader: TableReader, place: str) -> Iterator[SourceArticle | Problem]:
    number = 0
    for batch in rows.iter(batch_size=_ROWS_AT_ONCE):
        names = list(batch)
        for values in zip(*batch.values(), strict=True):
            number += 1
            yield reader.article_or_problem(dict(zip(names, values, strict=True)), f"{place}, row {number}")
