from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pyarrow
import pyarrow.parquet
import pytest

from dataset.record.corpus import Corpus, open_corpus
from tests.commands import Done, Running
from tests.corpora import make_corpus
from tests.disks import tree
from tests.hub import Hub
from tests.scripts.test_main import assert_one_line_and_3, hedgerow


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    (tmp_path / "a.txt").write_bytes(b"\xef\xbb\xbfWater rose.\r\n")
    (tmp_path / "b.txt").write_bytes(b"Water fell.\n")
    (tmp_path / "bad.txt").write_bytes(b"caf\xe9")
    (tmp_path / "void.txt").write_bytes(b"")
    (tmp_path / "feed.csv").write_text("id,headline,body\nc,Wind,It blew.\nd,,It rained.\n", encoding="utf-8")
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def ids(corpus: Corpus) -> list[str]:
    return open_corpus(corpus.root).articles["article_id"].to_list()


def test_intake_says_how_many_and_what_comes_next(corpus: Corpus, tmp_path: Path) -> None:
    done = hedgerow("intake", "a.txt", "b.txt", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 articles added" in done.stdout
    assert "names no speaker of flood yet" in done.stdout
    assert "Next: `hedgerow push" in done.stdout
    assert ids(corpus) == ["a", "b", "one"]


def test_kinds_are_mixed_and_columns_are_named_by_flags_or_settings(corpus: Corpus, tmp_path: Path) -> None:
    words = ("intake", "a.txt", "feed.csv", "--column", "text=body", "--corpus", str(corpus.root))
    settings = corpus.root / "hedgerow.toml"
    settings.write_text(
        f'{settings.read_text()}[intake.columns]\narticle_id = "id"\ntitle = "headline"\ntext = "teaser"\n'
    )
    done = hedgerow(*words, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert ids(corpus) == ["a", "c", "d", "one"]
    assert open_corpus(corpus.root).by_id["c"]["title"] == "Wind"
    assert "3 articles have no event yet" in done.stdout
    assert "hedgerow events" in done.stdout


def test_a_dry_run_says_what_would_be_added_and_writes_nothing(corpus: Corpus, tmp_path: Path) -> None:
    columns = ("--column", "text=body", "--column", "article_id=id", "--column", "title=headline")
    before = tree(corpus.seeds)
    done = hedgerow("intake", "feed.csv", *columns, "--dry-run", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "2 articles would be added" in done.stdout
    assert "c · Wind (feed.csv, line 2)" in done.stdout
    assert tree(corpus.seeds) == before


def test_a_dry_run_with_refusals_ends_with_1_and_names_them_all(corpus: Corpus, tmp_path: Path) -> None:
    for number in range(25):
        (tmp_path / f"bad{number}.txt").write_bytes(b"\xff\x00")
    names = [f"bad{number}.txt" for number in range(25)]
    done = hedgerow("intake", "a.txt", *names, "--dry-run", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 1
    assert "25 of 26 cannot be taken in; --skip-refused adds the others" in done.stdout
    listed = (corpus.state / "intake-refused.txt").read_text().splitlines()
    assert len(listed) == 25
    assert str(corpus.state / "intake-refused.txt") in done.stderr


def test_a_dry_run_as_json_is_what_the_true_run_then_does(corpus: Corpus, tmp_path: Path) -> None:
    words = ("intake", "a.txt", "b.txt", "--json", "--corpus", str(corpus.root))
    seen, done = (json.loads(hedgerow(*words, *more, cwd=tmp_path).stdout) for more in (["--dry-run"], []))
    assert seen == done | {"dry_run": True}
    assert done["added"] == ["a", "b"]
    again = json.loads(hedgerow(*words, cwd=tmp_path).stdout)
    assert (again["added"], again["there"]) == ([], 2)


def test_a_second_run_says_that_all_is_there(corpus: Corpus, tmp_path: Path) -> None:
    words = ("intake", "a.txt", "b.txt", "--event", "flood", "--corpus", str(corpus.root))
    hedgerow(*words, cwd=tmp_path)
    (tmp_path / "twin.txt").write_bytes(b"Water fell.\n")
    done = hedgerow(*words, "twin.txt", cwd=tmp_path)
    assert done.returncode == 0
    assert "0 articles added" in done.stdout
    assert "2 articles passed over, because the corpus has the same under the same id" in done.stdout
    assert "twin has the text of b" in done.stderr


def test_undo_takes_the_last_intake_out(corpus: Corpus, tmp_path: Path) -> None:
    hedgerow("intake", "a.txt", "b.txt", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    done = hedgerow("intake", "--undo", "--corpus", str(corpus.root), cwd=tmp_path)
    assert "2 articles taken out" in done.stdout
    assert ids(corpus) == ["one"]
    assert_one_line_and_3(hedgerow("intake", "--undo", "--corpus", str(corpus.root)), "no intake is remembered")


def test_a_licence_in_words_is_read_by_its_id_and_said(corpus: Corpus, tmp_path: Path) -> None:
    done = hedgerow("intake", "a.txt", "--licence", "CC BY 2.5", "--corpus", str(corpus.root), cwd=tmp_path)
    assert "the licence “CC BY 2.5” is kept as CC-BY-2.5" in done.stdout
    assert open_corpus(corpus.root).by_id["a"]["licence"] == "CC-BY-2.5"


def test_an_encoding_is_named(corpus: Corpus, tmp_path: Path) -> None:
    words = ("intake", "bad.txt", "--corpus", str(corpus.root))
    assert_one_line_and_3(hedgerow(*words, "--encoding", "klingon", cwd=tmp_path), "is not an encoding of text")
    assert hedgerow(*words, "--encoding", "latin-1", cwd=tmp_path).returncode == 0
    assert open_corpus(corpus.root).text("bad") == "café"


def test_a_file_of_no_known_kind_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK")
    done = hedgerow("intake", "a.docx", "--corpus", str(corpus.root), cwd=tmp_path)
    assert_one_line_and_3(done, "a.docx is of a kind that is not taken in")


def test_one_bad_file_is_one_line(corpus: Corpus, tmp_path: Path) -> None:
    done = hedgerow("intake", "bad.txt", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert_one_line_and_3(done, "bad.txt is not UTF-8 at byte 4 (0xe9)")


def test_several_bad_files_are_a_line_each_and_a_line_for_all(corpus: Corpus, tmp_path: Path) -> None:
    names = ("a.txt", "bad.txt", "void.txt")
    done = hedgerow("intake", *names, "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path)
    assert done.returncode == 3
    first, second, last = done.stderr.splitlines()
    assert "bad.txt" in first
    assert "void.txt" in second
    assert "2 of 3 articles cannot be taken in, so nothing was added" in last
    assert ids(corpus) == ["one"]


def test_without_an_input_or_with_one_to_undo_it_is_wrong_usage(corpus: Corpus, tmp_path: Path) -> None:
    assert hedgerow("intake", "--event", "flood", "--corpus", str(corpus.root), cwd=tmp_path).returncode == 2
    assert hedgerow("intake", "a.txt", "--undo", "--corpus", str(corpus.root), cwd=tmp_path).returncode == 2


def test_a_slip_in_the_settings_is_named_with_what_was_meant(corpus: Corpus, tmp_path: Path) -> None:
    settings = corpus.root / "hedgerow.toml"
    settings.write_text(f'{settings.read_text()}licens = "cc-by-4.0"\n')
    done = hedgerow("intake", "a.txt", "--corpus", str(corpus.root), cwd=tmp_path)
    assert_one_line_and_3(done, "'licens' means nothing in the file; did you mean licence?")


# Datasets of the Hub


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A Hub with a dataset of two splits."""
    with Hub(tmp_path / "hub", xet=False).running() as running:
        repository = running.repository("gulls/news")
        repository.create(private=False)
        files = {
            "data/train-00000-of-00001.parquet": parquet(id=["w", "x"], body=["It blew.", "It rained."]),
            "data/test-00000-of-00001.parquet": parquet(id=["y"], body=["It froze."]),
        }
        repository.commit("The first", files, [], None)
        yield running


def parquet(**columns: list[str]) -> bytes:
    out = BytesIO()
    pyarrow.parquet.write_table(pyarrow.table(columns), out)
    return out.getvalue()


def from_hub(hub: Hub, corpus: Corpus, home: Path, *words: str) -> Done:
    columns = ("--column", "text=body", "--column", "article_id=id", "--corpus", str(corpus.root))
    return Running("intake", *words, *columns, cwd=home, environment=hub.environment(home)).ended()


def test_a_dataset_of_the_hub_is_read_by_its_name(hub: Hub, corpus: Corpus, tmp_path: Path) -> None:
    done = from_hub(hub, corpus, tmp_path, "gulls/news")
    assert done.returncode == 0, done.stderr
    assert ids(corpus) == ["one", "w", "x", "y"]


def test_one_split_of_it_is_read_where_it_is_named(hub: Hub, corpus: Corpus, tmp_path: Path) -> None:
    done = from_hub(hub, corpus, tmp_path, "gulls/news", "--split", "test", "--revision", "main")
    assert done.returncode == 0, done.stderr
    assert ids(corpus) == ["one", "y"]
    assert_one_line_and_3(
        from_hub(hub, corpus, tmp_path, "gulls/news", "--split", "dev"), "gulls/news has no split dev; it has"
    )


def test_a_dataset_that_is_nowhere_is_a_sentence(hub: Hub, corpus: Corpus, tmp_path: Path) -> None:
    done = from_hub(hub, corpus, tmp_path, "gulls/nothing")
    assert_one_line_and_3(done, "gulls/nothing is not a file here, and the Hub has no dataset of that name")
    assert ids(corpus) == ["one"]


def test_the_others_are_added_where_that_is_asked_for(corpus: Corpus, tmp_path: Path) -> None:
    names = ("a.txt", "bad.txt", "void.txt")
    words = ("intake", *names, "--event", "flood", "--skip-refused", "--corpus", str(corpus.root))
    done = hedgerow(*words, cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "2 of 3 cannot be taken in and were left out" in done.stdout
    refused = [line.split(" ")[1] for line in done.stderr.splitlines() if line.startswith("hedgerow:")]
    assert refused == ["bad.txt", "void.txt"]
    assert open_corpus(corpus.root).articles["article_id"].to_list() == ["a", "one"]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_columns_that_no_field_has_are_named(corpus: Corpus, tmp_path: Path, name: str) -> None:
    lines = {
        "a.csv": "article_id,text,headline\nx,Wind rose.,Storm\n",
        "a.jsonl": '{"article_id": "x", "text": "Wind rose.", "headline": "Storm"}\n',
    }
    (tmp_path / name).write_text(lines[name], encoding="utf-8")
    words = ("intake", name, "--event", "flood", "--corpus", str(corpus.root))
    assert "1 column (headline)" in hedgerow(*words, "--dry-run", cwd=tmp_path).stdout
    assert "not read" not in hedgerow(*words, "--column", "title=headline", cwd=tmp_path).stdout
