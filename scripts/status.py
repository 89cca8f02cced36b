"""`hedgerow status`."""

from __future__ import annotations

from annotation.embedded.server import Server, summary
from annotation.labelstudio.client import foreign_server, without_credentials
from dataset.record.corpus import open_corpus
from dataset.record.layer import suggestions_in
from scripts.cli.console import CorpusOption, JsonOption, say, say_json


def command(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Say what is running: the server's address and process, and the layers of the record.

    Example: hedgerow status
    """
    here = open_corpus(corpus)
    foreign = foreign_server()
    status = summary(Server(here.state)) | {
        "layers": here.layers(),
        "suggestions": suggestions_in(here.record),
        "foreign": without_credentials(foreign[0]) if foreign else None,
    }
    if as_json:
        say_json(status)
        return
    say(_server_line(status))
    if status["database"]:
        say(f"its work is in {status['database']}")
    say(f"annotators with an account: {', '.join(status['annotators']) or 'none'}")
    say(f"layers of the record: {', '.join(status['layers']) or 'none'}")
    if status["suggestions"]:
        say(f"layers of suggestions: {', '.join(status['suggestions'])}")
    if status["foreign"]:
        say(f"LABEL_STUDIO_URL names {status['foreign']}: push and pull go there")


def _server_line(status: dict[str, object]) -> str:
    if not status["running"]:
        return "Label Studio is not running; start it with `hedgerow up`"
    state = "answers" if status["answers"] else "does not answer yet"
    return f"Label Studio {state} at {status['url']} (process {status['pid']})"
