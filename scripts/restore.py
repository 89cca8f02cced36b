"""`hedgerow restore`."""

from __future__ import annotations

from annotation import accounts
from annotation import restore as restoring
from dataset.corpus import open_corpus
from scripts.console import AnnotatorOption, CorpusOption, RoundOption, bar, say
from scripts.names import checked_names


def command(round_name: RoundOption, annotator: AnnotatorOption, corpus: CorpusOption = None) -> None:
    """Put a layer of the record back into Label Studio, as that annotator's work.

    Work on the server is never overwritten. A pull afterwards gives the same layer.

    Example: hedgerow restore --round r1 --annotator a1
    """
    here = open_corpus(corpus)
    checked_names([round_name, annotator])
    seat = accounts.seat(here, annotator)
    with bar(f"restore {round_name}/{annotator}") as progress:
        done = restoring.restore(here, round_name, seat, progress)
    where = seat.studio.project_url(done.project)
    say(f"{annotator}: {done.put_back} articles put back, {done.there} there before: {where}")
    say(f"Next: `hedgerow pull --round {round_name} --annotator {annotator}`")
