from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dataset.published.build import build
from dataset.record.corpus import Corpus, open_corpus
from dataset.releasing.attribution import ATTRIBUTION, put_attribution
from tests.dataset.release_setup import put_repository
from tests.dataset.tiny import ONE, TWO


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return put_repository(tmp_path / "corpus")


def about(corpus: Corpus, **articles: dict[str, Any]) -> Corpus:
    path = corpus.seeds / "articles.jsonl"
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    rows = [row | articles.get(row["article_id"], {"licence": None}) for row in rows]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return open_corpus(corpus.root)


def attribution(corpus: Corpus, folder: Path) -> str | None:
    build(corpus, "gold", folder, allow_errors=False)
    return (folder / ATTRIBUTION).read_text() if put_attribution(folder) else None


def test_each_article_whose_licence_asks_for_it_is_named_with_its_source(corpus: Corpus, tmp_path: Path) -> None:
    facts = {
        "title": "A [ferry] aground",
        "outlet": "Lomma Courier",
        "published": "2031-05-02",
        "url": "https://example.org/a",
        "licence": "CC-BY-4.0",
    }
    page = attribution(about(corpus, **{ONE: facts, TWO: {"licence": "CC0-1.0"}}), tmp_path / "out")
    assert page
    (line,) = (line for line in page.splitlines() if line.startswith("- "))
    assert line == (
        f"- `{ONE}`: [A \\[ferry\\] aground](<https://example.org/a>), Lomma Courier, 2031-05-02, "
        "[CC-BY-4.0](https://creativecommons.org/licenses/by/4.0/)"
    )


def test_what_is_not_known_is_left_out(corpus: Corpus, tmp_path: Path) -> None:
    facts = {"title": None, "outlet": None, "published": None, "url": None, "licence": "OGL-UK-3.0"}
    page = attribution(about(corpus, **{ONE: facts}), tmp_path / "out")
    assert page
    assert f"- `{ONE}`: without a title, [OGL-UK-3.0](" in page


def test_where_no_licence_asks_for_it_there_is_no_such_file(corpus: Corpus, tmp_path: Path) -> None:
    assert attribution(about(corpus), tmp_path / "out") is None
    assert not (tmp_path / "out" / ATTRIBUTION).exists()
