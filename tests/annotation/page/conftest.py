from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from annotation.embedded.server import Server
from annotation.labelstudio.seats import Seat
from dataset.record.corpus import Corpus
from tests.annotation.page.opened import pushed
from tests.browser import Annotator, log_in


@pytest.fixture
def who(seeds: Corpus) -> Seat:
    return pushed(seeds)


@pytest.fixture
def annotator(chromium: Browser, server: Server) -> Annotator:
    known = server.secrets()
    assert known
    return log_in(chromium, str(server.url()), known.annotators["a2"])
