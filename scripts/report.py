"""`hedgerow report`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from annotation.report import report as reporting
from annotation.report.report import LIMIT, Report, ReportOptions
from dataset.problem import Problem
from dataset.record.chosen_articles import ArticleChoice
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, JsonOption, count, say, say_json, tell
from scripts.cli.names import checked_names
from scripts.cli.options import OutletOption, SinceOption, UntilOption


def command(
    round_name: Annotated[
        str | None,
        typer.Option("--round", help="The round whose annotators are compared; by default the layer's.", metavar="R"),
    ] = None,
    layer: Annotated[
        str | None,
        typer.Option(
            help="The layer to show: gold, or ROUND/ANNOTATOR; by default gold, else the first.", metavar="LAYER"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="The file to write; the corpus's dist/report.html if not named.", metavar="FILE")
    ] = None,
    article: Annotated[
        list[str] | None, typer.Option(help="An article to show; repeat it for more. By default all.", metavar="ID")
    ] = None,
    event: Annotated[
        list[str] | None, typer.Option(help="Only articles of this event; may be repeated.", metavar="EVENT")
    ] = None,
    outlet: OutletOption = None,
    since: SinceOption = None,
    until: UntilOption = None,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", help="Write one page for each event, and an index, into this folder.", metavar="DIR"),
    ] = None,
    limit: Annotated[int, typer.Option(help="The most articles to show.", min=1)] = LIMIT,
    corpus: CorpusOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write one HTML page to look at: articles, quotes, disagreements, agreement and progress.

    The page needs no network and no server: open it in a browser, send it, or print it. It holds the articles' text.
    More than 20 articles are shown event by event: the page begins with a list of the events and shows the one that
    you choose.

    Example: hedgerow report --round r1 --out dist/report.html
    Example: hedgerow report --outlet "The Echo" --since 2026-03 --folder dist/echo
    """
    here = open_corpus(corpus)
    checked_names([round_name] if round_name else [])
    if out and folder:
        raise typer.BadParameter("name --out or --folder")
    choice = ArticleChoice(tuple(event or ()), tuple(outlet or ()), since, until)
    shown = reporting.report(here, ReportOptions(layer, round_name, tuple(article or ()), limit, choice), tell)
    target = folder or out or here.root / "dist" / "report.html"
    if folder:
        size = reporting.write_folder(shown, folder)
    elif target.is_dir():
        raise Problem(f"{target} is a folder", "name a file with --out FILE, or a folder with --folder DIR")
    else:
        size = reporting.write(shown, target)
    if as_json:
        say_json(_as_json(shown, target, size))
    else:
        _tell(shown, target, size)


def _as_json(shown: Report, target: Path, size: int) -> dict[str, object]:
    known = {"out": str(target), "bytes": size, "layer": shown.layer, "round": shown.round}
    return known | {"articles": len(shown.articles), "articles_not_shown": shown.not_shown, "quotes": shown.quotes}


def _tell(shown: Report, target: Path, size: int) -> None:
    counts = f"{count(len(shown.articles), 'article')} and {count(shown.quotes, 'quote')} of {shown.layer}"
    what = "its index.html" if target.is_dir() else "it"
    say(f"{counts} in {target} ({max(size // 1000, 1)} kB); open {what} in a browser")
    if shown.not_shown:
        say(f"Not shown: {count(shown.not_shown, 'article')}; --limit N shows more, --article ID the one you name")
    if shown.left_out:
        spans = count(shown.left_out, "label")
        say(f"Left out: {spans} that the text cannot show; see `hedgerow validate --layer {shown.layer}`")
