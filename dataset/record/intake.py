"""Articles into `seeds/`: checked first, all of them or none, then the texts, then the rows that name them."""

from __future__ import annotations

import heapq
import json
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from operator import attrgetter, itemgetter
from pathlib import Path
from typing import Final

import filelock
import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.locks import Tell, changing, in_silence
from dataset.record.withdrawal import read_withdrawn
from dataset.storage.atomic import aside, asides, make_private, sha256
from dataset.storage.tables import read_table, table_bytes

Progress = Callable[[int, int], None]

LONGEST_ID: Final = 200
STEP: Final = 50
_LANGUAGE = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
_C0 = re.compile(r"[\x00-\x08\x0b-\x1f]")
_AT_ONCE: Final = 5_000
_TOGETHER: Final = 500
_AGAIN = "then run the same command again"


@dataclass(frozen=True)
class ArticleMetadata:
    """What is known about all articles of a call, else None. `published` as YYYY-MM-DD, `language` as BCP 47."""

    event_id: str
    outlet: str | None = None
    published: str | None = None
    url: str | None = None
    licence: str | None = None
    language: str = "en"


class RefusedFiles(Problem):
    """Several files that cannot be taken in; `each` says what is wrong with each of them."""

    def __init__(self, each: list[Problem], total: int) -> None:
        super().__init__(
            f"{len(each)} of {total} files cannot be taken in, so nothing was added",
            f"fix or leave out those named above, {_AGAIN}",
        )
        self.each = each


@dataclass(frozen=True, slots=True)
class _NewArticle:
    file: Path
    article_id: str
    text_sha256: str


def intake(
    corpus: Corpus,
    files: list[Path],
    about: ArticleMetadata,
    progress: Progress = lambda done, total: None,
    tell: Tell = in_silence,
) -> list[str]:
    """Adds each file as an article under its stem, with LF line ends and without BOM. Returns the ids, sorted.

    Nothing is added unless all can be. Texts are there before the rows that name them, so that after a crash the same
    call takes up where it was.

    Raises:
        Problem: `about` has a value that is not allowed, one file cannot be taken in (Refused: several), the corpus
            cannot be read or written, or another intake is at work.
    """
    _check_about(about)
    with _alone(corpus), changing(corpus, tell):
        articles = _checked(corpus, files, progress)
        with _all_or_none(corpus) as written:
            for start in range(0, len(articles), _TOGETHER):
                _write_texts(corpus, articles[start : start + _TOGETHER], written)
            _add_rows(corpus, articles, about)
    return sorted(article.article_id for article in articles)


def text_files(named: Iterable[Path]) -> list[Path]:
    """The files to take in: for a folder, the `.txt` files in it, by name.

    Raises:
        Problem: a folder has none, or cannot be read.
    """
    return [file for path in named for file in (_in_folder(path) if path.is_dir() else [path])]


def _in_folder(folder: Path) -> list[Path]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".txt" and path.name[0] != ".")
    except OSError as error:
        raise Problem(f"{folder} cannot be read: {error.strerror}", f"fix that, {_AGAIN}") from None
    if not files:
        raise Problem(f"{folder} holds no .txt file", "name text files, or a folder of them")
    return files


def _check_about(about: ArticleMetadata) -> None:
    if not re.fullmatch(schema.IDENTIFIER, about.event_id) or about.event_id.startswith("."):
        raise Problem(f"“{about.event_id}” cannot be an event's id", "use letters, digits, `_`, `-` and `.`")
    if about.published is not None and not _is_date(about.published):
        raise Problem(f"“{about.published}” is not a date", "write the day of publication as 2024-10-29")
    if not re.fullmatch(_LANGUAGE, about.language):
        raise Problem(f"“{about.language}” is not a language tag", "write one like en or en-GB")


def _is_date(written: str) -> bool:
    try:
        return bool(re.fullmatch(schema.DATE, written)) and date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


@contextmanager
def _alone(corpus: Corpus) -> Iterator[None]:
    """One intake at a time: two would each write the rows without the other's."""
    make_private(corpus.state)
    try:
        with filelock.FileLock(corpus.state / "intake.lock", timeout=0):
            yield
    except filelock.Timeout:
        raise Problem("another `hedgerow intake` is at work here", "wait for it, then run this again") from None


def _checked(corpus: Corpus, files: list[Path], progress: Progress) -> list[_NewArticle]:
    """The articles that the files hold; refused where any cannot be taken in."""
    rows, withdrawn = _rows(corpus), _withdrawn(corpus)
    taken = dict(rows.select("text_sha256", "article_id").iter_rows())
    ids = {article_id.casefold(): article_id for article_id in rows["article_id"]}
    articles: list[_NewArticle] = []
    refused: list[Problem] = []
    for number, file in enumerate(files, 1):
        try:
            article = _article(corpus, file, ids, taken)
            _refuse_withdrawn(article, withdrawn)
            ids[article.article_id.casefold()] = article.article_id
            taken[article.text_sha256] = article.article_id
            articles.append(article)
        except Problem as reason:
            refused.append(reason)
        if number % STEP == 0:
            progress(number, len(files))
    if refused:
        raise refused[0] if len(files) == 1 else RefusedFiles(refused, len(files))
    return articles


def _article(corpus: Corpus, file: Path, ids: dict[str, str], taken: dict[str, str]) -> _NewArticle:
    """What a file holds.

    Raises:
        Problem: it cannot be an article of the corpus, or is one already.
    """
    article_id = _article_id(file)
    content = normalised(file)
    digest = sha256(content)
    same = taken.get(digest)
    same_id = ids.get(article_id.casefold(), article_id)
    if same_id != article_id:
        raise Problem(
            f"{file}: there is an article {same_id} already, whose id differs only in capitals",
            "rename the file: on many disks both texts would be one file",
        )
    if article_id.casefold() in ids:
        if same == article_id:
            raise Problem(f"{file}: there is an article {article_id} already, with the same text", "leave it out")
        raise Problem(f"{file}: there is an article {article_id} already, with another text", "rename it")
    if same is not None:
        raise Problem(f"{file} has the same text as the article {same}", "leave it out")
    _refuse_other_text(corpus.text_path(article_id), file, content)
    return _NewArticle(file, article_id, digest)


def _withdrawn(corpus: Corpus) -> dict[str, str]:
    """The articles that were taken out, by their ids and by the hashes of their texts."""
    rows = list(read_withdrawn(corpus).select("article_id", "text_sha256").iter_rows())
    return {key: article for article, digest in reversed(rows) for key in (digest, article)}


def _refuse_withdrawn(article: _NewArticle, withdrawn: dict[str, str]) -> None:
    """An article that was taken out does not come back, neither its id nor its text."""
    if same := withdrawn.get(article.article_id) or withdrawn.get(article.text_sha256):
        raise Problem(
            f"{article.file} is the article {same} that was withdrawn, by its id or its text",
            "leave it out; if it may come back, take its line out of withdrawn.jsonl",
        )


def _article_id(file: Path) -> str:
    article_id = file.stem
    if not re.fullmatch(schema.IDENTIFIER, article_id) or article_id.startswith(".") or len(article_id) > LONGEST_ID:
        raise Problem(
            f"{file}: “{article_id}” cannot be an article's id",
            f"rename the file: letters, digits, `_`, `-` and `.`, no dot at the start, at most {LONGEST_ID}",
        )
    return article_id


def _refuse_other_text(path: Path, file: Path, content: bytes) -> None:
    """A text without a row is what an intake that was cut off left: taken up if it is the same, else a person's."""
    if path.exists() and (not path.is_file() or path.read_bytes() != content):
        raise Problem(
            f"{file}: {path} is there already, with other bytes and without a row in articles.jsonl",
            "move that file away, or rename this one",
        )


def normalised(file: Path) -> bytes:
    """A file's text as the corpus keeps it: CRLF and CR are LF, a BOM is gone, all else is as it was.

    Raises:
        Problem: it cannot be read, is not UTF-8, holds a control character, or is empty or blank.
    """
    content = _read(file)
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        wrong = f"byte {error.start + 1} (0x{content[error.start]:02x})"
        raise Problem(f"{file} is not UTF-8 at {wrong}", f"save it as UTF-8, {_AGAIN}") from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise Problem(f"{file} is {'blank' if text else 'empty'}", "leave it out")
    if control := _C0.search(text):
        raise Problem(
            f"{file} holds a control character, U+{ord(control[0]):04X}, at {_place(text, control.start())}",
            f"take it out, {_AGAIN}",
        )
    return text.encode("utf-8")


def _read(file: Path) -> bytes:
    try:
        mode = file.stat().st_mode
        if not stat.S_ISREG(mode):
            raise Problem(f"{file} is {'a folder' if stat.S_ISDIR(mode) else 'not a file'}", "name text files")
        return file.read_bytes()
    except FileNotFoundError:
        raise Problem(f"{file} is not there", "check the name of the file") from None
    except OSError as error:
        raise Problem(f"{file} cannot be read: {error.strerror}", f"fix that, {_AGAIN}") from None


def _place(text: str, offset: int) -> str:
    """Line and column, both from 1, column in characters."""
    return f"{text.count(chr(10), 0, offset) + 1}:{offset - text.rfind(chr(10), 0, offset)}"


@contextmanager
def _all_or_none(corpus: Corpus) -> Iterator[list[str]]:
    """Removes the texts of the articles again if the block fails before they have rows."""
    written: list[str] = []
    try:
        yield written
    except BaseException as failure:
        for article_id in set(written) - set(_rows(corpus)["article_id"]):
            corpus.text_path(article_id).unlink(missing_ok=True)
        if isinstance(failure, OSError):
            why = failure.strerror or failure
            raise Problem(
                f"{corpus.seeds} cannot be written: {why}; nothing was added", f"fix that, {_AGAIN}"
            ) from None
        raise


def _write_texts(corpus: Corpus, articles: list[_NewArticle], written: list[str]) -> None:
    with asides() as several:
        for article in articles:
            content = normalised(article.file)
            if sha256(content) != article.text_sha256:
                raise Problem(
                    f"{article.file} changed while it was read", "run the same command again; nothing was added"
                )
            if several.write(corpus.text_path(article.article_id), content):
                written.append(article.article_id)


def _rows(corpus: Corpus) -> pl.DataFrame:
    return read_table(corpus.seeds / "articles.jsonl", schema.Articles)


def _add_rows(corpus: Corpus, articles: list[_NewArticle], about: ArticleMetadata) -> None:
    """Puts new rows among those that are there, by article_id; theirs stay as they are, byte for byte."""
    path = corpus.seeds / "articles.jsonl"
    old_lines = path.read_bytes().splitlines() if path.exists() else []
    lines = [(json.loads(line)["article_id"], line + b"\n") for line in old_lines if line.strip()]
    new_lines = _new_rows(sorted(articles, key=attrgetter("article_id")), about)
    with aside(path) as new, new.open("wb") as out:
        out.writelines(line for _, line in heapq.merge(sorted(lines), new_lines, key=itemgetter(0)))


def _new_rows(articles: list[_NewArticle], about: ArticleMetadata) -> Iterator[tuple[str, bytes]]:
    """The new rows by article_id, of some articles at a time."""
    known = asdict(about)
    for start in range(0, len(articles), _AT_ONCE):
        some = articles[start : start + _AT_ONCE]
        rows = [{"article_id": article.article_id, "text_sha256": article.text_sha256, **known} for article in some]
        lines = table_bytes(schema.frame(schema.Articles, rows)).splitlines(keepends=True)
        yield from zip((article.article_id for article in some), lines, strict=True)
