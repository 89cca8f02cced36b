"""`hedgerow status`."""

from __future__ import annotations

from annotation.embedded.server import Server, summary
from annotation.labelstudio.client import foreign_server, without_credentials
from dataset.record.corpus import open_corpus
from scripts.cli.console import CorpusOption, JsonOption, say, say_json


def command(corpus: CorpusOption = None, as_json: JsonOption = False) -> None:
    """Say what runs: the server's address and process, and the layers of the record.

    Example: hedgerow status
    """
    here = open_corpus(corpus)
    foreign = foreign_server()
    found = summary(Server(here.state)) | {
        "layers": here.layers(),
        "foreign": without_credentials(foreign[0]) if foreign else None,
    }
    if as_json:
        say_json(found)
        return
    say(_server_line(found))
    if found["database"]:
        say(f"its work is in {found['database']}")
    say(f"annotators with an account: {', '.join(found['annotators']) or 'none'}")
    say(f"layers of the record: {', '.join(found['layers']) or 'none'}")
    if found["foreign"]:
        say(f"LABEL_STUDIO_URL names {found['foreign']}: push and pull go there")


def _server_line(found: dict[str, object]) -> str:
    if not found["running"]:
        return "Label Studio is not running; start it with `hedgerow up`"
    state = "answers" if found["answers"] else "does not answer yet"
    return f"Label Studio {state} at {found['url']} (process {found['pid']})"
