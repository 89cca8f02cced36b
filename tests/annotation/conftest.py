from __future__ import annotations

import pytest

from annotation.labelstudio.seats import Seat
from annotation.labelstudio.tasks import read_task
from annotation.rounds import projects, push
from dataset.record.corpus import Corpus


@pytest.fixture
def tasks(corpus: Corpus, a1: Seat) -> dict[str, int]:
    """article_id to task id, in a project of round r1 with nothing labelled."""
    push.deal(corpus, "r1", ["a1"])
    push.push(corpus, "r1", a1)
    read = map(read_task, a1.studio.tasks(projects.existing(corpus, "r1", a1)))
    return {str(task.article_id): task.id for task in read}
