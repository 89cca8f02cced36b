from __future__ import annotations

import csv
import subprocess
from io import StringIO
from pathlib import Path

import pytest

from dataset.record.corpus import Corpus, open_corpus
from dataset.schema import Articles, frame
from dataset.storage.atomic import sha256
from dataset.storage.tables import table_bytes
from tests.commands import HEDGEROW
from tests.reports import Report, reports
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def articles() -> list[Report]:
    return list(reports(4, seed=11))


@pytest.fixture
def corpus(tmp_path: Path, articles: list[Report]) -> Corpus:
    """Articles of four events, none of which has its event."""
    root = tmp_path / "corpus"
    (root / "seeds" / "text").mkdir(parents=True)
    (root / "hedgerow.toml").write_text('format = 1\nname = "corpus"\n', encoding="utf-8")
    rows = []
    for each in articles:
        content = each.text.encode()
        (root / "seeds" / "text" / f"{each.article_id}.txt").write_bytes(content)
        facts = {"title": each.title, "outlet": each.outlet, "published": each.published}
        rows.append({"article_id": each.article_id, "text_sha256": sha256(content), "language": "en", **facts})
    (root / "seeds" / "articles.jsonl").write_bytes(table_bytes(frame(Articles, rows)))
    return open_corpus(root)


def run(corpus: Corpus, *words: str) -> subprocess.CompletedProcess[str]:
    return hedgerow(*words, cwd=corpus.root)


def events_of(corpus: Corpus) -> dict[str, str | None]:
    return {article: row["event_id"] for article, row in open_corpus(corpus.root).by_id.items()}


def test_events_are_proposed_edited_and_accepted(corpus: Corpus, articles: list[Report]) -> None:
    done = run(corpus, "events")
    assert done.returncode == 0, done.stderr
    assert "hedgerow events --accept" in done.stdout
    assert set(events_of(corpus).values()) == {None}

    path = corpus.root / "events.csv"
    rows = list(csv.DictReader(StringIO(path.read_text(encoding="utf-8-sig"))))
    names = {each.article_id: each.event for each in articles}
    for row in rows:
        row["event_id"] = names[row["article_id"]] if row["article_id"] != articles[0].article_id else ""
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = run(corpus, "events", "--accept", "events.csv")
    assert done.returncode == 0, done.stderr
    assert f"{len(articles) - 1} articles put into 4 events; 1 without one" in done.stdout
    assert events_of(corpus) == {**names, articles[0].article_id: None}


def test_an_answer_is_kept_before_the_next_question(corpus: Corpus) -> None:
    answers = "first-event\n1 second-event\nq\n"
    done = subprocess.run(
        [*HEDGEROW, "events", "--ask"], cwd=corpus.root, input=answers, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    events = [event for event in events_of(corpus).values() if event]
    assert events.count("first-event") > 1
    assert events.count("second-event") == 1


def test_a_sheet_that_cannot_be_taken_changes_nothing(corpus: Corpus) -> None:
    before = (corpus.seeds / "articles.jsonl").read_bytes()
    (corpus.root / "events.csv").write_text("event_id,article_id\ne1,nobody\n")
    assert_one_line_and_3(run(corpus, "events", "--accept", "events.csv"), "nobody")
    assert (corpus.seeds / "articles.jsonl").read_bytes() == before


def test_names_are_proposed_for_events_and_the_labelling_page_offers_those_accepted(
    corpus: Corpus, articles: list[Report]
) -> None:
    assert_one_line_and_3(run(corpus, "entities"), "no article has an event yet")
    run(corpus, "events")
    run(corpus, "events", "--accept", "events.csv")
    done = run(corpus, "entities")
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(StringIO((corpus.root / "entities.csv").read_text(encoding="utf-8-sig"))))
    assert {row["kind"] for row in rows} >= {"person"}
    done = run(corpus, "entities", "--accept", "entities.csv")
    assert f"{len(rows)} entities added" in done.stdout
    offered = open_corpus(corpus.root).speakers
    assert {(row["event_id"], row["entity"]) for row in rows} == {
        (event, name) for event, names in offered.items() for name in names
    }
    assert run(corpus, "entities").stdout.startswith("every speaker is in")
