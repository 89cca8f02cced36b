from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import filelock
import pytest

from dataset.problem import Problem
from dataset.record import intake as intake_module
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.intake import ArticleMetadata, RefusedFiles, intake, text_files
from dataset.schema import Articles, failures
from dataset.storage.atomic import Asides, aside, sha256
from tests.corpora import make_corpus
from tests.disks import small_disk, tree, unwritable

ABOUT = ArticleMetadata("flood-2030")
Write = Callable[[str, bytes], Path]


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


def row(corpus: Corpus, article_id: str) -> dict[str, object]:
    lines = (corpus.seeds / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    (article,) = (article for article in map(json.loads, lines) if article["article_id"] == article_id)
    return dict(article)


def assert_refused(corpus: Corpus, files: list[Path], *words: str) -> None:
    before = tree(corpus.seeds)
    with pytest.raises(Problem) as error:
        intake(corpus, files, ABOUT)
    problems = [error.value, *error.value.each] if isinstance(error.value, RefusedFiles) else [error.value]
    for word in words:
        assert any(word in str(problem) for problem in problems), problems
    assert tree(corpus.seeds) == before


def test_an_article_is_taken_in_with_what_is_known_of_it(corpus: Corpus, write: Write) -> None:
    about = ArticleMetadata("flood-2030", "The Gull", "2030-02-28", "https://gull.example/1", "cc-by-4.0", "en-GB")
    assert intake(corpus, [write("new.txt", b"Water rose.\n")], about) == ["new"]
    assert row(corpus, "new") == {
        "article_id": "new",
        "event_id": "flood-2030",
        "text_sha256": sha256(b"Water rose.\n"),
        "outlet": "The Gull",
        "published": "2030-02-28",
        "url": "https://gull.example/1",
        "licence": "cc-by-4.0",
        "language": "en-GB",
    }
    assert open_corpus(corpus.root).text("new") == "Water rose.\n"


def test_what_is_not_known_is_null_and_the_language_is_english(corpus: Corpus, write: Write) -> None:
    intake(corpus, [write("new.txt", b"Water rose.")], ABOUT)
    known = row(corpus, "new")
    assert (known["outlet"], known["published"], known["url"], known["licence"]) == (None, None, None, None)
    assert known["language"] == "en"


def test_rows_stay_sorted_and_those_of_before_keep_their_bytes(corpus: Corpus, write: Write) -> None:
    path = corpus.seeds / "articles.jsonl"
    odd = path.read_text(encoding="utf-8").replace('"language":"en"', '"language": "en"')
    path.write_text(odd, encoding="utf-8")
    intake(corpus, [write("z.txt", b"Z"), write("a.txt", b"A"), write("p.txt", b"P")], ABOUT)
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["article_id"] for line in lines] == ["a", "one", "p", "two", "z"]
    assert [lines[1], lines[3]] == odd.splitlines()
    assert failures(Articles, open_corpus(corpus.root).articles) == []


def test_a_corpus_without_an_article_takes_its_first(tmp_path: Path, write: Write) -> None:
    (tmp_path / "hedgerow.toml").write_text("", encoding="utf-8")
    assert intake(open_corpus(tmp_path), [write("new.txt", b"Water.")], ABOUT) == ["new"]
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
    intake(corpus, [write("new.txt", given)], ABOUT)
    assert corpus.text_path("new").read_bytes() == (given if kept is None else kept.encode())


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"caf\xe9 au lait", "is not UTF-8 at byte 4 (0xe9)"),
        (b"\xff\xfeW\x00", "is not UTF-8 at byte 1 (0xff)"),
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


@pytest.mark.parametrize("name", [".hidden", "a b.txt", "a;b.txt", "é.txt", "a\\b.txt", "a\n.txt", "x" * 201 + ".txt"])
def test_a_name_that_cannot_be_an_id_is_refused(corpus: Corpus, write: Write, name: str) -> None:
    assert_refused(corpus, [write(name, b"Water.")], "cannot be an article's id")


def test_a_path_leads_nowhere_but_into_the_corpus(corpus: Corpus, write: Write) -> None:
    write("new.txt", b"Water.")
    below = corpus.root.parent / "in" / "deep"
    below.mkdir()
    assert intake(corpus, [below / ".." / "new.txt"], ABOUT) == ["new"]


def test_a_missing_file_and_a_folder_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    assert_refused(corpus, [tmp_path / "none.txt"], "none.txt is not there")
    assert_refused(corpus, [corpus.seeds], "is a folder")


def test_a_folder_stands_for_its_txt_files(corpus: Corpus, tmp_path: Path) -> None:
    folder = tmp_path / "texts"
    for name in ("b.TXT", "a.txt", ".hidden.txt", "c.md", "deep/d.txt"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(name.encode())
    assert text_files([folder, tmp_path / "more.txt"]) == [folder / "a.txt", folder / "b.TXT", tmp_path / "more.txt"]
    assert intake(corpus, text_files([folder]), ABOUT) == ["a", "b"]


def test_a_folder_without_a_txt_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"Water.")
    with pytest.raises(Problem, match=r"holds no \.txt file; name text files, or a folder of them"):
        text_files([tmp_path])


def test_an_id_that_the_corpus_has_is_refused(corpus: Corpus, write: Write) -> None:
    assert_refused(corpus, [write("one.txt", b"Other.")], "there is an article one already, with another text")
    assert_refused(
        corpus, [write("one.txt", b"The port said so.")], "there is an article one already, with the same text"
    )


def test_the_same_text_under_another_id_is_refused_with_its_name(corpus: Corpus, write: Write) -> None:
    assert_refused(corpus, [write("new.txt", b"\xef\xbb\xbfRain.")], "the same text as the article two")


def test_two_files_of_one_call_are_held_against_each_other(corpus: Corpus, write: Write, tmp_path: Path) -> None:
    first = write("new.txt", b"Water.")
    assert_refused(corpus, [first, write("again.txt", b"Water.")], "the same text as the article new")
    (tmp_path / "new.txt").write_bytes(b"Other.")
    assert_refused(corpus, [first, tmp_path / "new.txt"], "there is an article new already")
    assert_refused(corpus, [first, first], "there is an article new already")


def test_every_bad_file_is_named_and_the_good_ones_wait(corpus: Corpus, write: Write) -> None:
    files = [
        write("good.txt", b"Water."),
        write("bad.txt", b"\xff"),
        write("void.txt", b""),
        write("bell.txt", b"\x07"),
    ]
    assert_refused(corpus, files, "3 of 4 files", "bad.txt", "void.txt", "bell.txt")


@pytest.mark.parametrize(
    ("about", "words"),
    [
        (ArticleMetadata("../flood"), "cannot be an event's id"),
        (ArticleMetadata(""), "cannot be an event's id"),
        (ArticleMetadata("flood", published="2030-02-30"), "is not a date"),
        (ArticleMetadata("flood", published="28.2.2030"), "is not a date"),
        (ArticleMetadata("flood", published="20300228"), "is not a date"),
        (ArticleMetadata("flood", language="English!"), "is not a language tag"),
    ],
)
def test_what_is_said_of_the_articles_is_checked(
    corpus: Corpus, write: Write, about: ArticleMetadata, words: str
) -> None:
    before = tree(corpus.root)
    with pytest.raises(Problem, match=words):
        intake(corpus, [write("new.txt", b"Water.")], about)
    assert tree(corpus.root) == before


def test_what_was_cut_off_is_taken_up(corpus: Corpus, write: Write) -> None:
    files = [write("a.txt", b"A\r\n"), write("b.txt", b"B")]
    corpus.text_path("a").write_bytes(b"A\n")
    assert intake(corpus, files, ABOUT) == ["a", "b"]
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
    assert_refused(corpus, files, "No space left on device; nothing was added")


def test_a_failure_at_the_rows_leaves_no_text(corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(target: Path) -> NoReturn:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(intake_module, "aside", failing)
    assert_refused(corpus, [write("a.txt", b"A"), write("b.txt", b"B")], "No space left on device; nothing was added")


def test_once_the_rows_are_there_the_texts_stay(corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def interrupted(target: Path) -> Iterator[Path]:
        with aside(target) as new:
            yield new
        raise KeyboardInterrupt

    monkeypatch.setattr(intake_module, "aside", interrupted)
    with pytest.raises(KeyboardInterrupt):
        intake(corpus, [write("a.txt", b"A"), write("b.txt", b"B")], ABOUT)
    after = open_corpus(corpus.root)
    assert [after.text(article) for article in ("a", "b")] == ["A", "B"]
    assert {"a", "b"} < set(after.articles["article_id"])


def test_a_file_that_changes_meanwhile_is_not_taken(
    corpus: Corpus, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, file = intake_module._write_texts, write("a.txt", b"A")

    def late(*words: object) -> None:
        file.write_bytes(b"A2")
        real(*words)  # type: ignore[arg-type]

    monkeypatch.setattr(intake_module, "_write_texts", late)
    assert_refused(corpus, [file], "changed while it was read")


def test_a_full_disk_leaves_the_corpus_as_it_was(tmp_path: Path, write: Write) -> None:
    files = [write("a.txt", b"a" * 30_000), write("b.txt", b"b" * 200_000)]
    with small_disk(tmp_path / "disk", 1 << 17) as disk:
        corpus = make_corpus(disk / "corpus", {"one": "Rain."})
        assert_refused(corpus, files, "No space left on device")
        assert open_corpus(corpus.root).texts().rows() == [("one", "Rain.")]


def test_a_folder_that_cannot_be_written_is_told(corpus: Corpus, write: Write) -> None:
    with unwritable(corpus.seeds):
        assert_refused(corpus, [write("a.txt", b"A")], "cannot be written")


def test_two_intakes_at_once_are_kept_apart(corpus: Corpus, write: Write) -> None:
    corpus.state.mkdir()
    with filelock.FileLock(corpus.state / "intake.lock"):
        assert_refused(corpus, [write("a.txt", b"A")], "another `hedgerow intake` is at work")


def test_many_files_tell_how_far_they_are(corpus: Corpus, write: Write) -> None:
    progress: list[tuple[int, int]] = []
    files = [write(f"n{number}.txt", f"Text {number}.".encode()) for number in range(120)]
    assert len(intake(corpus, files, ABOUT, lambda done, total: progress.append((done, total)))) == 120
    assert progress == [(50, 120), (100, 120)]


def test_ids_that_differ_in_capitals_alone_are_refused(corpus: Corpus, write: Write) -> None:
    assert_refused(corpus, [write("One.txt", b"Another text.\n")], "differs only in capitals")
    assert_refused(corpus, [write("new.txt", b"A text.\n"), write("NEW.txt", b"Yet another.\n")], "only in capitals")
