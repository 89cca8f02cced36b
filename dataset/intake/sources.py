"""What kinds of input there are, which kind a path or name is, and the reader of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, get_args

from dataset.intake.articles import ReadingOptions, SourceArticle
from dataset.problem import Problem

Kind = Literal["text", "html", "jsonl", "csv", "tsv", "parquet", "warc", "dataset", "hub"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
SUFFIXES: Final[dict[str, Kind]] = {
    ".txt": "text",
    **dict.fromkeys((".html", ".htm", ".xhtml"), "html"),
    **dict.fromkeys((".jsonl", ".ndjson"), "jsonl"),
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    **dict.fromkeys((".warc", ".warc.gz"), "warc"),
}
ONE_EACH: Final = ("text", "html")
"""The kinds of which a file is an article."""
_TAKEN: Final = (
    "texts (.txt), web pages (.html), JSON Lines (.jsonl), CSV (.csv), TSV (.tsv), Parquet (.parquet), "
    "web archives (.warc, .warc.gz), folders of one of them, saved datasets, and datasets of the Hub (org/name)"
)
_SAVED: Final = ("dataset_info.json", "dataset_dict.json", "state.json")
_HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", re.ASCII)


@dataclass(frozen=True)
class IntakeSource:
    """An input of one kind: a file, a folder that is a dataset, or the name of one on the Hub."""

    kind: Kind
    name: str

    @property
    def path(self) -> Path:
        """The input as a path."""
        return Path(self.name)


def checked_kind(name: str | None) -> Kind | None:
    """The kind that `--format` names.

    Raises:
        Problem: there is no such kind.
    """
    if name is not None and name not in KINDS:
        raise Problem(f"“{name}” is not a format of an input", f"write {', '.join(KINDS[:-1])} or {KINDS[-1]}")
    return name


def sources_of(inputs: Iterable[str], kind: Kind | None = None) -> list[IntakeSource]:
    """What is to be read; of a folder, the files of its kind, by name.

    `kind` says what the inputs are, whatever their names; None: their names say it.

    Raises:
        Problem: an input is not there, or nobody can say of what kind it is.
    """
    return [source for name in inputs for source in _sources(name, kind)]


def _sources(name: str, kind: Kind | None) -> list[IntakeSource]:
    path = Path(name)
    try:
        if kind == "hub" or (kind is None and _is_on_hub(name)):
            return [IntakeSource("hub", name)]
        if path.is_dir():
            return _of_folder(path, kind)
    except OSError as error:
        raise Problem(f"{name} cannot be read: {error.strerror}", "check the name") from None
    known = kind or _suffix(path)
    if known is None and path.exists():
        raise Problem(
            f"{name} is of a kind that is not taken in", f"name the kind with --format; these are taken in: {_TAKEN}"
        )
    return [IntakeSource(known or "text", name)]


def _is_on_hub(name: str) -> bool:
    """Whether `org/name` is no path here. Below a folder that is here it is a slip of the pen, and nobody is asked."""
    path = Path(name)
    return bool(_HUB_NAME.fullmatch(name)) and not _suffix(path) and not path.exists() and not path.parent.exists()


def _suffix(path: Path) -> Kind | None:
    name = path.name.lower()
    return next((kind for suffix, kind in SUFFIXES.items() if name.endswith(suffix) and len(name) > len(suffix)), None)


def _of_folder(folder: Path, kind: Kind | None) -> list[IntakeSource]:
    if kind == "dataset" or (kind is None and any((folder / name).is_file() for name in _SAVED)):
        return [IntakeSource("dataset", str(folder))]
    files = _by_kind(path for path in folder.iterdir() if path.is_file())
    if not files:
        files = _by_kind(path for path in folder.rglob("*.parquet") if path.is_file())
    if kind is not None:
        files = {kind: files[kind]} if kind in files else {}
    if len(files) > 1:
        held = " and ".join(f"{len(paths)} of {of_kind}" for of_kind, paths in files.items())
        raise Problem(f"{folder} holds files of several kinds: {held}", "say which are meant with --format")
    if not files:
        raise Problem(f"{folder} holds no file {f'of {kind}' if kind else 'that is taken in'}", f"name {_TAKEN}")
    return [IntakeSource(of_kind, str(path)) for of_kind, paths in files.items() for path in paths]


def _by_kind(paths: Iterable[Path]) -> dict[Kind, list[Path]]:
    files: dict[Kind, list[Path]] = {}
    for path in sorted(paths):
        if not path.name.startswith(".") and (kind := _suffix(path)):
            files.setdefault(kind, []).append(path)
    return files


def read_source(source: IntakeSource, options: ReadingOptions) -> Iterator[SourceArticle | Problem]:
    """The articles of an input, in its order; in the place of one that cannot be read, why.

    Raises:
        Problem: the input cannot be read on.
    """
    # What reads pages and datasets takes a second to import.
    if source.kind == "text":
        from dataset.intake.plain_text import read_text

        yield from read_text(source.path, options)
    elif source.kind == "jsonl":
        from dataset.intake.json_lines import read_json_lines

        yield from read_json_lines(source.path, options)
    elif source.kind in ("csv", "tsv"):
        from dataset.intake.delimited import read_csv

        yield from read_csv(source.path, options, "\t" if source.kind == "tsv" else None)
    elif source.kind == "parquet":
        from dataset.intake.parquet import read_parquet

        yield from read_parquet(source.path, options)
    elif source.kind == "html":
        from dataset.intake.web_pages import read_page

        yield from read_page(source.path, options)
    elif source.kind == "warc":
        from dataset.intake.archives import read_archive

        yield from read_archive(source.path, options)
    else:
        from dataset.intake import hugging_face

        read = hugging_face.read_saved if source.kind == "dataset" else hugging_face.read_from_hub
        yield from read(source.name, options)
