from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from annotation.labelstudio import seats
from annotation.rounds import returning
from annotation.rounds.returning import ReturnResult
from scripts.main import app
from tests.dataset.tiny import put_corpus

QUEUE = "http://127.0.0.1:1/projects/1/data"
AT = f"{QUEUE}?task=1"


@pytest.mark.parametrize(
    ("became", "sentence"),
    [
        ({"opened": {"one": AT}}, f"a1: 1 article returned, first in the queue of {QUEUE}\n  one  {AT}"),
        ({}, "a1: none returned"),
        ({"out": {"one": AT}}, "not submitted again yet"),
        ({"submitted": {"one": AT}}, "only at its address; send that to a1"),
        ({"not_pulled": {"one": AT}}, "hedgerow pull --round r1"),
        ({"cleared": {"one": AT}}, "asks for nothing any more"),
        ({"absent": ["one"]}, "without a submission on the server, so not returned: one"),
    ],
)
def test_what_became_of_each_article_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, became: dict[str, dict[str, str]], sentence: str
) -> None:
    corpus = put_corpus(tmp_path / "corpus")
    monkeypatch.setattr(seats, "seat", lambda *_: None)
    monkeypatch.setattr(returning, "return_articles", lambda *_: ReturnResult("a1", QUEUE, **became))  # type: ignore[arg-type]
    ran = CliRunner().invoke(app, ["return", "--round", "r1", "--annotator", "a1", "--corpus", str(corpus.root)])
    assert sentence in ran.output
    assert ran.exit_code == 0
