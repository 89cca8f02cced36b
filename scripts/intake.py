"""`hedgerow intake`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from typing import Annotated

import typer

from dataset.intake.articles import ArticleMetadata, ReadingOptions
from dataset.intake.columns import named_columns
from dataset.intake.gathering import Gathered
from dataset.intake.sources import KINDS, checked_kind, sources_of
from dataset.intake.taking_in import RefusedArticles, intake, look_into
from dataset.intake.text import checked_encoding
from dataset.intake.undo import undo as take_out
from dataset.record.corpus import Corpus, open_corpus
from dataset.similarity.near_duplicates import NEAR
from dataset.storage.atomic import write_bytes
from scripts.cli.console import CorpusOption, JsonOption, bar, count, problem, say, say_json, tell
from scripts.cli.names import next_push

SHOWN = 20
FEW = 5


def command(
    inputs: Annotated[
        list[str] | None,
        typer.Argument(
            help="Files, folders, or datasets of the Hub (org/name), also of several kinds.", metavar="INPUT…"
        ),
    ] = None,
    event: Annotated[str | None, typer.Option(help="The event that the articles report.", metavar="E")] = None,
    kind: Annotated[
        str | None, typer.Option("--format", help=f"What the inputs are: {', '.join(KINDS)}.", metavar="F")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="Which column of a table holds a field, such as text=body; may be repeated.", metavar="FIELD=NAME"
        ),
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Encoding of the inputs where it is not UTF-8.")] = None,
    split: Annotated[str | None, typer.Option(help="Of a dataset: the split; all if not named.")] = None,
    revision: Annotated[str | None, typer.Option(help="Of a dataset on the Hub: commit, tag or branch.")] = None,
    config: Annotated[str | None, typer.Option(help="Of a dataset on the Hub: the config.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Who published them.")] = None,
    published: Annotated[str | None, typer.Option(help="Day of publication.", metavar="YYYY-MM-DD")] = None,
    url: Annotated[str | None, typer.Option(help="Where they were published.")] = None,
    licence: Annotated[str | None, typer.Option(help="Licence of the text, by its SPDX id if it has one.")] = None,
    language: Annotated[str, typer.Option(help="Language of the text, as a BCP 47 tag.")] = "en",
    split_long: Annotated[
        bool, typer.Option("--split-long", help="Cut texts that are too long for the labelling page into parts.")
    ] = False,
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Add the others where some cannot be taken in, as pages of a crawl.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Read everything, say what would be added, and write nothing.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take out what the last intake here added.")] = False,
    as_json: JsonOption = False,
    corpus: CorpusOption = None,
) -> None:
    """Add articles to the corpus: all that are new, or none of them.

    Texts, web pages, web archives, JSON Lines, CSV, Parquet and datasets are told apart by their endings. What an
    option says holds where an article's own row or page says nothing. CRLF and CR become LF and a byte-order mark is
    removed; nothing else in a text changes.

    Example: hedgerow intake texts/ --event bridge-2031
    Example: hedgerow intake articles.csv --column text=body --column article_id=id --dry-run
    Example: hedgerow intake pages/ crawl.warc.gz --licence CC-BY-4.0
    """
    here = open_corpus(corpus)
    if undo:
        _undo(here, inputs)
        return
    if not inputs:
        raise typer.BadParameter("name what is to be taken in, or --undo")
    defaults = ArticleMetadata(event or None, None, outlet or None, published, url or None, licence or None, language)
    columns = named_columns(column or [], here.columns)
    options = ReadingOptions(columns, checked_encoding(encoding) if encoding else None, split, revision, config)
    sources = sources_of(inputs, checked_kind(kind))
    run = look_into if dry_run else partial(intake, but_refused=skip_refused)
    try:
        with bar("intake") as progress:
            gathered = run(here, sources, defaults, options, splitting=split_long, progress=progress, tell=tell)
    except RefusedArticles as refused:
        _list(here, [str(reason) for reason in refused.each], "refused")
        raise
    if as_json:
        say_json(_as_json(gathered, dry_run=dry_run))
    else:
        _say(here, gathered, dry_run=dry_run)
    if gathered.refused:
        raise typer.Exit(1)


def _undo(corpus: Corpus, inputs: list[str] | None) -> None:
    if inputs:
        raise typer.BadParameter("--undo takes out the last intake as a whole: name no input with it")
    result = take_out(corpus, tell)
    more = f"; {result.gone} of that intake were no longer there" if result.gone else ""
    removed = ", ".join(result.removed[:FEW]) + (", …" if len(result.removed) > FEW else "")
    say(f"{count(len(result.removed), 'article')} taken out of {corpus.seeds} again ({removed}){more}")


def _say(corpus: Corpus, gathered: Gathered, *, dry_run: bool) -> None:
    added = count(len(gathered.added), "article")
    if dry_run:
        say(f"{added} would be added to {corpus.seeds}")
        _say_first(gathered)
    else:
        say(f"{added} added to {corpus.seeds}")
    if gathered.there:
        say(f"{count(gathered.there, 'article')} passed over, because the corpus has the same under the same id")
    if gathered.same_texts:
        twins = count(len(gathered.same_texts), "article")
        say(f"{twins} passed over, because the text is that of another article")
    if gathered.unread:
        say(f"Note: not read: {_columns(gathered.unread)}; --column FIELD=NAME says which field a column has")
    for line in gathered.notes:
        say(f"Note: {line}")
    _list(
        corpus,
        [f"{twin.place}: {twin.article_id} has the text of {twin.same_as}" for twin in gathered.same_texts],
        "same-text",
    )
    _list(corpus, gathered.warnings, "warnings")
    _list(corpus, list(_resembling(gathered)), "resemblances")
    _list(corpus, [str(reason) for reason in gathered.refused], "refused")
    if gathered.refused:
        cannot = f"{len(gathered.refused)} of {gathered.read} cannot be taken in"
        say(f"{cannot}; --skip-refused adds the others" if dry_run else f"{cannot} and were left out")
    if not dry_run and gathered.added:
        _say_next(corpus, gathered)


def _columns(names: set[str]) -> str:
    """The first columns of a table, and how many more there are."""
    shown = sorted(names)[:SHOWN]
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{count(len(names), 'column')} ({', '.join(shown)}{more})"


def _resembling(gathered: Gathered) -> Iterator[str]:
    """The articles of which half is in another one, and how many pairs share less than that."""
    near = [pair for pair in gathered.resemblances if pair.near]
    for pair in near:
        alike = f"{pair.jaccard:.0%} of their words in runs of five are the same"
        retold = f"{pair.containment:.0%} of the shorter one is in the longer one"
        yield f"{pair.article_id} resembles {pair.resembles}: {alike if pair.jaccard >= NEAR else retold}"
    if rest := len(gathered.resemblances) - len(near):
        yield f"{count(rest, 'pair')} of articles share a passage of a tenth or more of the shorter one"


def _say_first(gathered: Gathered) -> None:
    for article in gathered.first:
        known = " · ".join(filter(None, (article.article_id, article.title, article.event_id)))
        say(f"  {known} ({article.place})")
    if len(gathered.added) > len(gathered.first):
        say(f"  and {len(gathered.added) - len(gathered.first)} more")


def _say_next(corpus: Corpus, gathered: Gathered) -> None:
    """Annotators choose a speaker from a list; an event that is new has none yet."""
    unknown = sorted(gathered.events - set(corpus.entities["event_id"]))
    if unknown:
        more = f" and {len(unknown) - 1} more events" if len(unknown) > 1 else ""
        say(
            f"entities.jsonl names no speaker of {unknown[0]}{more} yet: before you push, add some with "
            "`hedgerow entities`"
        )
    if gathered.without_event:
        has = "article has" if gathered.without_event == 1 else "articles have"
        say(f"{gathered.without_event} {has} no event yet. Next: `hedgerow events` proposes some")
    else:
        say(f"Next: `{next_push(corpus, [])}`")


def _list(corpus: Corpus, lines: list[str], name: str) -> None:
    """Shows the first lines; if there are many, a file lists them all."""
    for line in lines[:SHOWN]:
        problem(line) if name == "refused" else tell(line)
    if len(lines) > SHOWN:
        path = corpus.state / f"intake-{name}.txt"
        write_bytes(path, "".join(f"{line}\n" for line in lines).encode("utf-8", "backslashreplace"))
        tell(f"and {len(lines) - SHOWN} more; all of them are in {path}")


def _as_json(gathered: Gathered, *, dry_run: bool) -> dict[str, object]:
    return {
        "dry_run": dry_run,
        "read": gathered.read,
        "added": gathered.added,
        "first": [asdict(article) for article in gathered.first],
        "without_event": gathered.without_event,
        "there": gathered.there,
        "same_text": [asdict(twin) for twin in gathered.same_texts],
        "refused": [{"what": reason.what, "next_step": reason.next_step} for reason in gathered.refused],
        "warnings": gathered.warnings,
        "resemblances": [asdict(pair) for pair in gathered.resemblances],
        "unread": sorted(gathered.unread),
        "notes": gathered.notes,
    }
