from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import filelock
import pytest

from dataset.intake import taking_in
from dataset.intake.articles import ArticleMetadata
from dataset.intake.gathering import SameText
from dataset.intake.sources import sources_of
from dataset.intake.spool import Spool
from dataset.intake.taking_in import intake, look_into
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.schema import Articles, failures
from dataset.storage.atomic import Asides, sha256
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import refusals, row
from tests.disks import small_disk, tree, unwritable

ABOUT = ArticleMetadata("flood-2030", language="en")
Write = Callable[[str, bytes], Path]


def add(corpus: Corpus, files: list[Path], about: ArticleMetadata = ABOUT) -> list[str]:
    return intake(corpus, sources_of(map(str, files)), about).added


def assert_refused(corpus: Corpus, files: list[Path], *words: str) -> None:
    reasons = refusals(corpus, *files, defaults=ABOUT)
    for word in words:
        assert any(word in reason for reason in reasons), reasons


def assert_not_written(corpus: Corpus, files: list[Path], words: str) -> None:
    before = tree(corpus.seeds)
    with pytest.raises(Problem, match=words):
        add(corpus, files)
    assert tree(corpus.seeds) == before


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "The port said so.", "two": "Rain."})


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: bytes) -> Path:
        path = tmp_path / "in" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)
        return path

    return written


def test_an_article_is_taken_in_with_what_is_known_of_it(corpus: Corpus, write: Write) -> None:
    known = {"outlet": "The Gull", "published": "2024-02-29", "url": "https://gull.example/1", "licence": "CC-BY-4.0"}
    about = ArticleMetadata("flood-2030", "Water rises", language="en-GB", **known)
    assert add(corpus, [write("new.txt", b"Water rose.\n")], about) == ["new"]
    assert row(corpus, "new") == {
        "article_id": "new",
        "event_id": "flood-2030",
        "title": "Water rises",
        "text_sha256": sha256(b"Water rose.\n"),
        **known,
        "language": "en-GB",
    }
    assert open_corpus(corpus.root).text("new") == "Water rose.\n"


def test_what_is_not_known_is_null(corpus: Corpus, write: Write) -> None:
    assert intake(corpus, sources_of([str(write("new.txt", b"Water rose."))])).without_event == 1
    known = row(corpus, "new")
    assert {name for name, value in known.items() if value is not None} == {"article_id", "text_sha256"}


def test_rows_stay_sorted_and_those_of_before_keep_their_bytes(corpus: Corpus, write: Write) -> None:
    path = corpus.seeds / "articles.jsonl"
    odd = path.read_text(encoding="utf-8").replace('"language":"en"', '"language": "en"')
    path.write_text(odd, encoding="utf-8")
    add(corpus, [write("z.txt", b"Z"), write("a.txt", b"A"), write("p.txt", b"P")])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["article_id"] for line in lines] == ["a", "one", "p", "two", "z"]
    assert [lines[1], lines[3]] == odd.splitlines()
    assert failures(Articles, open_corpus(corpus.root).articles) == []


def test_a_corpus_without_an_article_takes_its_first(tmp_path: Path, write: Write) -> None:
    (tmp_path / "hedgerow.toml").write_text("", encoding="utf-8")
    assert add(open_corpus(tmp_path), [write("new.txt", b"Water.")]) == ["new"]
    assert open_corpus(tmp_path).texts().rows() == [("new", "Water.")]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (b"a\r\nb\rc\n\r\n\r\rd", "a\nb\nc\n\n\n\nd"),
        (b"\xef\xbb\xbfa", "a"),
        (b"\xef\xbb\xbf\xef\xbb\xbfa", "\ufeffa"),
        ("a \u00a0 b\u2028\tc\u0085\u007f e\u0301 <b>&amp; 👨‍👩‍👧 🇺🇦  \n\n".encode(), None),
    ],
)
def test_only_line_ends_and_the_bom_change(corpus: Corpus, write: Write, given: bytes, kept: str | None) -> None:
    add(corpus, [write("new.txt", given)])
    assert corpus.text_path("new").read_bytes() == (given if kept is None else kept.encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"caf\xe9 au lait", "is not UTF-8 at byte 4 (0xe9)"),
        (b"\xff\xfeW", "is not UTF-16 at byte 3"),
        (b"\xed\xa0\x80", "is not UTF-8 at byte 1 (0xed)"),
        (b"a\x00b", "U+0000, at 1:2"),
        (b"one\r\ntwo\r\xc3\xa9\xc3\xa9\x07", "U+0007, at 3:3"),
        (b"\xef\xbb\xbf\x1fb", "U+001F, at 1:1"),
        (b"page\x0cbreak", "U+000C, at 1:5"),
        (b"", "is empty"),
        (b"\xef\xbb\xbf", "is empty"),
        (" \t\r\n\u00a0\u2003".encode(), "is blank"),
    ],
)
def test_a_text_that_cannot_be_one_is_refused(corpus: Corpus, write: Write, content: bytes, words: str) -> None:
    assert_refused(corpus, [write("new.txt", content)], words, "new.txt")


@pytest.mark.parametrize(
    "name", [".hidden.txt", "a b.txt", "a;b.txt", "é.txt", "a\\b.txt", "a\n.txt", "x" * 201 + ".txt"]
)
def test_a_name_that_cannot_be_an_id_is_refused(corpus: Corpus, write: Write, name: str) -> None:
    assert_refused(corpus, [write(name, b"Water.")], "cannot be an article's id")


def test_a_path_leads_nowhere_but_into_the_corpus(corpus: Corpus, write: Write) -> None:
    write("new.txt", b"Water.")
    below = corpus.root.parent / "in" / "deep"
    below.mkdir()
    assert add(corpus, [below / ".." / "new.txt"]) == ["new"]


def test_a_missing_file_and_a_folder_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    assert_refused(corpus, [tmp_path / "none.txt"], "none.txt is not there")
    (tmp_path / "folder.txt").mkdir()
    (tmp_path / "folder.txt" / "deep.txt").mkdir()
    with pytest.raises(Problem, match="holds no file that is taken in"):
        sources_of([str(tmp_path / "folder.txt")])


def test_what_is_there_already_is_passed_over_and_counted(corpus: Corpus, write: Write) -> None:
    files = [write("one.txt", b"The port said so."), write("new.txt", b"Water.")]
    gathered = intake(corpus, sources_of(map(str, files)), ABOUT)
    assert (gathered.added, gathered.there) == (["new"], 1)
    before = tree(corpus.seeds)
    assert intake(corpus, sources_of(map(str, files)), ABOUT).there == 2
    assert tree(corpus.seeds) == before


def test_an_id_whose_text_is_another_now_is_refused(corpus: Corpus, write: Write) -> None:
    assert_refused(corpus, [write("one.txt", b"Other.")], "there is an article one already, with another text")


def test_the_same_text_under_another_id_is_passed_over_and_named(corpus: Corpus, write: Write) -> None:
    files = [write("new.txt", b"\xef\xbb\xbfRain."), write("a.txt", b"Water."), write("b.txt", b"Water.")]
    gathered = intake(corpus, sources_of(map(str, files)), ABOUT)
    assert gathered.added == ["a"]
    assert gathered.same_texts == [SameText("new", str(files[0]), "two"), SameText("b", str(files[2]), "a")]


def test_an_article_twice_in_one_call_is_taken_once_and_an_id_with_two_texts_not_at_all(
    corpus: Corpus, write: Write, tmp_path: Path
) -> None:
    first = write("new.txt", b"Water.")
    (tmp_path / "new.txt").write_bytes(b"Other.")
    assert_refused(corpus, [first, tmp_path / "new.txt"], f"has the id new, as {first} has, and another text")
    gathered = intake(corpus, sources_of([str(first), str(first)]), ABOUT)
    assert (gathered.added, gathered.same_texts) == (["new"], [SameText("new", str(first), "new")])


def test_the_look_before_says_what_the_intake_does(corpus: Corpus, write: Write) -> None:
    files = [write("one.txt", b"The port said so."), write("new.txt", b"Water."), write("twin.txt", b"Rain.")]
    before = tree(corpus.root)
    seen = look_into(corpus, sources_of(map(str, files)), ABOUT)
    assert {path: content for path, content in tree(corpus.root).items() if ".hedgerow" not in str(path)} == before
    assert seen == intake(corpus, sources_of(map(str, files)), ABOUT)


def test_every_bad_file_is_named_and_the_good_ones_wait(corpus: Corpus, write: Write) -> None:
    files = [
        write("good.txt", b"Water."),
        write("bad.txt", b"\xff"),
        write("void.txt", b""),
        write("bell.txt", b"\x07"),
    ]
    assert_refused(corpus, files, "bad.txt", "void.txt", "bell.txt")
    with pytest.raises(Problem, match="3 of 4 articles cannot be taken in, so nothing was added"):
        add(corpus, files)


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (ArticleMetadata("../flood"), "cannot be an event's id"),
        (ArticleMetadata(""), "cannot be an event's id"),
        (ArticleMetadata("flood", published="2024-02-30"), "is not a date"),
        (ArticleMetadata("flood", published="28.2.2024"), "is not a date"),
        (ArticleMetadata("flood", published="20240228"), "is not a date"),
        (ArticleMetadata("flood", published="9030-02-28"), "is in the future"),
        (ArticleMetadata("flood", language="English!"), "is not a language tag"),
        (ArticleMetadata("flood", url="ftp://gull.example"), "is not an address"),
    ],
)
def test_what_is_said_of_the_articles_is_checked(
    corpus: Corpus, write: Write, about: ArticleMetadata, words: str
) -> None:
    before = tree(corpus.root)
    with pytest.raises(Problem, match=words):
        add(corpus, [write("new.txt", b"Water.")], about)
    assert tree(corpus.root) == before


def test_what_was_cut_off_is_taken_up(corpus: Corpus, write: Write) -> None:
    files = [write("a.txt", b"A\r\n"), write("b.txt", b"B")]
    corpus.text_path("a").write_bytes(b"A\n")
    assert add(corpus, files) == ["a", "b"]
    assert open_corpus(corpus.root).text("a") == "A\n"


def test_a_text_without_a_row_that_differs_is_nobodys_to_overwrite(corpus: Corpus, write: Write) -> None:
    corpus.text_path("a").write_bytes(b"by hand")
    assert_refused(corpus, [write("a.txt", b"A")], "without a row in articles.jsonl")


def test_a_failure_while_writing_leaves_nothing(corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    calls, put = itertools.count(), Asides.write

    def failing(several: Asides, target: Path, content: bytes) -> bool:
        if next(calls) == 1:
            raise OSError(28, "No space left on device")
        return put(several, target, content)

    monkeypatch.setattr(Asides, "write", failing)
    files = [write("a.txt", b"A"), write("b.txt", b"B")]
    assert_not_written(corpus, files, "No space left on device; nothing was added")


def test_a_failure_at_the_rows_leaves_no_text(corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(*_: object) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(taking_in, "_add_rows", failing)
    files = [write("a.txt", b"A"), write("b.txt", b"B")]
    assert_not_written(corpus, files, "No space left on device; nothing was added")


def test_once_the_rows_are_there_the_texts_stay(corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    add_rows = taking_in._add_rows

    def interrupted(corpus: Corpus, spool: Spool) -> NoReturn:
        add_rows(corpus, spool)
        raise KeyboardInterrupt

    monkeypatch.setattr(taking_in, "_add_rows", interrupted)
    with pytest.raises(KeyboardInterrupt):
        add(corpus, [write("a.txt", b"A"), write("b.txt", b"B")])
    after = open_corpus(corpus.root)
    assert [after.text(article) for article in ("a", "b")] == ["A", "B"]
    assert {"a", "b"} < set(after.articles["article_id"])


def test_a_full_disk_leaves_the_corpus_as_it_was(tmp_path: Path, write: Write) -> None:
    files = [write("a.txt", b"a" * 30_000), write("b.txt", b"b" * 200_000)]
    with small_disk(tmp_path / "disk", 1 << 17) as disk:
        corpus = make_corpus(disk / "corpus", {"one": "Rain."})
        assert_not_written(corpus, files, "No space left on device")
        assert open_corpus(corpus.root).texts().rows() == [("one", "Rain.")]


def test_a_folder_that_cannot_be_written_is_told(corpus: Corpus, write: Write) -> None:
    with unwritable(corpus.seeds):
        assert_not_written(corpus, [write("a.txt", b"A")], "cannot be written")


def test_two_intakes_at_once_are_kept_apart(corpus: Corpus, write: Write) -> None:
    corpus.state.mkdir()
    with filelock.FileLock(corpus.state / "intake.lock"):
        assert_not_written(corpus, [write("a.txt", b"A")], "another `hedgerow intake` is at work")


def test_many_files_tell_how_far_they_are(corpus: Corpus, write: Write) -> None:
    progress: list[tuple[int, int]] = []
    files = [write(f"n{number}.txt", f"Text {number}.".encode()) for number in range(120)]
    intake(corpus, sources_of(map(str, files)), ABOUT, progress=lambda done, total: progress.append((done, total)))
    assert progress == [(50, 120), (100, 120)]


def test_ids_that_differ_in_capitals_alone_are_refused(corpus: Corpus, write: Write) -> None:
    assert_refused(corpus, [write("One.txt", b"Another text.\n")], "differs only in capitals")
    assert_refused(corpus, [write("new.txt", b"A text.\n"), write("NEW.txt", b"Yet another.\n")], "only in capitals")
