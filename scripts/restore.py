"""`hedgerow restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation.aligning.restore import restore_sorting
from annotation.embedded import backup as backing_up
from annotation.labelstudio import seats
from annotation.rounds import restore as restoring
from dataset.record.corpus import Corpus, open_corpus
from scripts.backup import counted
from scripts.cli.console import CorpusOption, bar, count, say, tell
from scripts.cli.names import checked_names
from scripts.cli.sorting import is_sorting


def command(
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A backup: the server's data, whole.", metavar="FILE")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="With --from: replace the data of a stopped server, which is kept.")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="With --from: accept a backup that another account or machine took.")
    ] = False,
    database: Annotated[
        str | None,
        typer.Option(
            help="With --from: the empty PostgreSQL database to put the work into; the one that it came from if not "
            "named.",
            metavar="URL",
        ),
    ] = None,
    round_name: Annotated[str | None, typer.Option("--round", help="The annotation round.", metavar="R")] = None,
    annotator: Annotated[str | None, typer.Option(help="An annotator's pseudonym, as a1.", metavar="A")] = None,
    corpus: CorpusOption = None,
) -> None:
    """Put back a backup (--from), or a layer of the record into Label Studio (--round and --annotator).

    A backup goes where there is no data yet, and work that was in PostgreSQL into an empty database. A layer becomes
    that annotator's work: work on the server is never overwritten, and a pull afterwards gives the same layer.

    Example: hedgerow restore --from backups/news-20310502T101500Z.tar.gz
    Example: hedgerow restore --from /mnt/news.tar.gz --adopt --database postgresql://hedgerow@127.0.0.1:5432/news
    Example: hedgerow restore --round r1 --annotator a1
    """
    if from_file and not (round_name or annotator):
        _restore_backup(open_corpus(corpus), from_file, replace, adopt, database)
    elif round_name is not None and annotator is not None and not (from_file or replace or adopt or database):
        _restore_layer(open_corpus(corpus), round_name, annotator)
    else:
        raise typer.BadParameter(
            "name either --from FILE, or --round R and --annotator A; --replace, --adopt and --database go with --from"
        )


def _restore_backup(corpus: Corpus, archive: Path, replace: bool, adopt: bool, database: str | None) -> None:
    done = backing_up.restore(corpus, archive, replace=replace, adopt=adopt, database_url=database)
    where = f", into {done.database}" if done.database else ""
    say(f"put back: {counted(done.manifest)}, as they were at {done.manifest.taken_at}{where}")
    if done.kept:
        beside = f", and its work in {done.kept_database} is untouched" if done.kept_database else ""
        say(f"what was there before is kept in {done.kept}{beside}")
    if done.network.address:
        say(
            f"It is to be reached at {done.network.address}, as before: if that does not lead to this machine, name "
            "another with `hedgerow up --address URL`, or end that with `hedgerow up --address local`"
        )
    say("Next: `hedgerow up`")


def _restore_layer(corpus: Corpus, round_name: str, annotator: str) -> None:
    checked_names([round_name, annotator])
    seat = seats.seat(corpus, annotator)
    noun = "event" if is_sorting(corpus, round_name) else "article"
    if noun == "event":
        done = restore_sorting(corpus, round_name, seat, tell)
    else:
        with bar(f"restore {round_name}/{annotator}") as progress:
            done = restoring.restore(corpus, round_name, seat, progress, tell)
    where = seat.studio.project_url(done.project)
    say(f"{annotator}: {count(done.put_back, noun)} put back, {done.there} there before: {where}")
    say(f"Next: `hedgerow pull --round {round_name} --annotator {annotator}`")
