"""`hedgerow convert`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from annotation.rounds.locks import one_at_a_time
from dataset.record.convert import convert_layer
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.layer import GOLD, below, layer_folders
from dataset.record.locks import changing
from dataset.storage.atomic import writing
from scripts.cli.console import CorpusOption, count, say, tell


class Form(StrEnum):
    """A form that the record may have."""

    JSONL = "jsonl"
    PARQUET = "parquet"


def command(
    to: Annotated[Form | None, typer.Option("--to", help="The form; by default what hedgerow.toml says.")] = None,
    corpus: CorpusOption = None,
) -> None:
    """Bring the record's layers into another form: JSON Lines into Parquet, or back.

    A file is removed once its replacement has been read back and holds the same rows.

    Example: hedgerow convert --to parquet
    """
    here = open_corpus(corpus)
    form = to.value if to else here.form
    made = sum(_convert(here, below(here.record, folder), form) for folder in layer_folders(here.record))
    say(f"{count(made, 'file')} made" if made else f"every layer is {form} already")
    if form != here.form:
        say(f'Next, for layers to come, in hedgerow.toml under [record]: format = "{form}"')


def _convert(corpus: Corpus, name: str, form: str) -> int:
    """How many files it made."""
    round_name, _, annotator = name.rpartition("/")
    alone = one_at_a_time(corpus, round_name or GOLD, [annotator if round_name else "decisions"], tell)
    with writing(corpus.root, "no row is lost"), alone, changing(corpus, tell):
        made = convert_layer(corpus.layer_path(name), form)
    tell(f"{name}: {', '.join(path.name for path in made) or 'nothing to do'}")
    return len(made)
