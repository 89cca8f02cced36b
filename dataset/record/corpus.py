"""A corpus: a folder with a `hedgerow.toml`, its articles and texts, and where its record is."""

from __future__ import annotations

import difflib
import re
import tomllib
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import polars as pl

from dataset import schema
from dataset.problem import Problem
from dataset.record.layer import FORMS, GOLD, JSONL, layers_in, table_path
from dataset.record.rows import ArticleRow, as_row, rows_of
from dataset.scheme import vocabulary
from dataset.storage import asides
from dataset.storage.address import Location, location
from dataset.storage.atomic import sha256
from dataset.storage.links import ACCOUNTS, refuse_links_out
from dataset.storage.tables import read_table

SETTINGS = asides.SETTINGS
FORMAT: Final = 1
"""Which format of the record this code reads: how its folders and tables are laid out. Settings without it mean 1."""
BESIDE = ("README.md", "DATASHEET.md", "CHANGELOG.md", "CITATION.cff", ACCOUNTS, "dist", "backups")
"""What commands read or write in a corpus's folder, beside raw pulls and the paths of its settings.

`.hedgerow` is not among them: it belongs to this machine and not to the corpus, and may be a link to another disk.
"""


COLUMN_FIELDS: Final = (
    *("article_id", "event_id", "title", "outlet", "published", "url", "licence", "language"),
    *("text", "text_path"),
)
"""What `intake` reads from a column of a table, where the settings or a person may say which column that is."""
MACHINE: Final = "machine-generated"
PASS_MARK: Final = 0.8
"""The F1 with which an annotator passes the practice round, where the settings name none."""


@dataclass(frozen=True)
class Maker:
    """Who stands behind a pseudonym: `kind` as the Hub's `annotations_creators` has it, and a sentence for the card.

    `model`, `version` and `settings` are those of a program; None where they were not recorded.
    """

    kind: str
    note: str
    model: str | None = None
    version: str | None = None
    settings: str | None = None

    @property
    def by_machine(self) -> bool:
        """Whether a program made the labels."""
        return self.kind == MACHINE

    @property
    def details(self) -> str:
        """Model, version and settings in sentences; of a program, also which of them were not recorded."""
        details = {name: getattr(self, name) for name in _DETAILS}
        recorded = [f"{name.capitalize()}: {value}." for name, value in details.items() if value]
        missing = [name for name, value in details.items() if not value] if self.by_machine else []
        return " ".join(recorded + ([_not_recorded(missing)] if missing else []))

    @property
    def described(self) -> str:
        """The note with the details."""
        return " ".join(filter(None, (self.note, self.details)))


_DETAILS: Final = ("model", "version", "settings")


def _not_recorded(names: list[str]) -> str:
    listed = " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
    return f"The {listed} {'was' if names in (['model'], ['version']) else 'were'} not recorded."


@dataclass(frozen=True)
class Publication:
    """The repository `owner/name` that releases are published to, and the address of the Hub that has it."""

    repository: str
    endpoint: str = "https://huggingface.co"

    @property
    def page(self) -> str:
        """The address of the repository's page."""
        return f"{self.endpoint}/datasets/{self.repository}"

    def page_of(self, tag: str, name: str = "") -> str:
        """The address of the page of a version, or of one of its files, for people."""
        return f"{self.page}/blob/{tag}/{quote(name)}" if name else f"{self.page}/tree/{tag}"

    def files_of(self, tag: str) -> str:
        """The address of a version's files, for programs: with a file's name after it, it is that file's."""
        return f"{self.page}/resolve/{tag}/"


@dataclass(frozen=True)
class Corpus:
    """A corpus and its paths, all absolute.

    `record` is where the layers are, `form` what a new one's tables are; all else that people keep is in `annotations`.
    `pass_mark` is the F1 with which an annotator passes the practice round. `baselines` are the suggesters that the
    card names beside the gold, each with a note on what its figures are worth. `endpoint_model` is the language model
    that the suggester `endpoint` asks for; None where the settings name none. `columns` says for fields of an article
    which column of a team's own tables `intake` reads them from.
    """

    root: Path
    name: str
    title: str
    licence: str | None
    makers: dict[str, Maker]
    seeds: Path
    annotations: Path
    splits: Path
    releases: Path
    proportions: dict[str, float]
    record: Location
    form: str
    publication: Publication | None = None
    pass_mark: float = PASS_MARK
    baselines: dict[str, str] = field(default_factory=dict)
    endpoint_model: str | None = None
    columns: dict[str, str] = field(default_factory=dict)

    def __reduce__(self) -> tuple[Any, ...]:
        """How another process gets it: a process reads a corpus's tables once, as long as their files are the same."""
        tables = (self.seeds / "articles.jsonl", self.seeds / "entities.jsonl")
        return _known, (tuple(getattr(self, known.name) for known in fields(self)), *map(_state, tables))

    @property
    def pulls(self) -> Path:
        """Raw pulls, git-ignored."""
        return self.root / "pulls"

    @property
    def state(self) -> Path:
        """What belongs to this machine: the server's data and secrets, git-ignored."""
        return self.root / asides.STATE

    @cached_property
    def articles(self) -> pl.DataFrame:
        """The table `articles`, by article_id.

        Raises:
            Problem: a row is not one of the table, or an article_id is there twice.
        """
        path = self.seeds / "articles.jsonl"
        articles = read_table(path, schema.Articles)
        if failed := schema.failures(schema.Articles, articles):
            raise Problem(f"{path}: {_where(articles, failed[0])}", "fix that row")
        if (twice := articles["article_id"].is_duplicated()).any():
            raise Problem(f"{path} has {articles['article_id'].filter(twice)[0]} twice", "remove one of the rows")
        return articles.sort("article_id")

    @cached_property
    def entities(self) -> pl.DataFrame:
        """The table `entities`, in the order of its file."""
        return read_table(self.seeds / "entities.jsonl", schema.Entities)

    @cached_property
    def by_id(self) -> dict[str, ArticleRow]:
        """The rows of `articles` by article_id."""
        return {row["article_id"]: row for row in rows_of(self.articles, ArticleRow)}

    def find(self, article_id: str) -> ArticleRow | None:
        """The row of `articles` of that id, if there is one."""
        ids = self.articles["article_id"]
        at = bisect_left(ids, article_id)
        if at == len(ids) or ids[at] != article_id:
            return None
        return as_row(self.articles.row(at, named=True), ArticleRow)

    def has(self, article_id: str) -> bool:
        """Whether `articles` has a row of that id."""
        return self.find(article_id) is not None

    def rows_of(self, article_ids: pl.Series) -> pl.DataFrame:
        """The rows of `articles` from the first to the last of these ids, and no more than that."""
        ids, first, last = self.articles["article_id"], article_ids.min(), article_ids.max()
        if first is None or last is None:
            return self.articles.clear()
        start = bisect_left(ids, first)
        return self.articles.slice(start, bisect_right(ids, last) - start)

    @cached_property
    def _by_event(self) -> pl.DataFrame:
        return self.entities.drop_nulls("event_id").sort("event_id", maintain_order=True)

    def entities_of(self, events: pl.Series) -> pl.DataFrame:
        """The registries of these events, each in the order of the file."""
        ids = self._by_event["event_id"]
        edges = [(bisect_left(ids, event), bisect_right(ids, event)) for event in events.drop_nulls().unique().sort()]
        return pl.concat([self._by_event.clear(), *(self._by_event[start:end] for start, end in edges if start < end)])

    @cached_property
    def speakers(self) -> dict[str, dict[str, list[str]]]:
        """The canonical names of each event's registry, in the order of its file, each with its aliases."""
        names: dict[str, dict[str, list[str]]] = {}
        for event, name, aliases in self.entities.select("event_id", "entity", "aliases").iter_rows():
            names.setdefault(event, {})[name] = aliases
        return names

    @property
    def decisions(self) -> Location:
        """Where the table `decisions` is.

        Raises:
            Problem: it is there in two forms.
        """
        return table_path(self.layer_path(GOLD), "decisions", self.form)

    def text_path(self, article_id: str) -> Path:
        """Where an article's text is."""
        return self.seeds / "text" / f"{article_id}.txt"

    def text(self, article_id: str) -> str:
        """An article's text, verbatim.

        Raises:
            Problem: the file is missing, is not UTF-8, or is not the text that `articles.jsonl` names.
        """
        path = self.text_path(article_id)
        try:
            content = path.read_bytes()
            text = content.decode("utf-8")
        except FileNotFoundError:
            raise Problem(
                f"the text of {article_id} is missing: {path}", "put it back, or take the article out"
            ) from None
        except UnicodeDecodeError as error:
            raise Problem(
                f"{path} is not UTF-8 at byte {error.start}", "put the text back as it was taken in"
            ) from None
        except OSError as error:
            raise Problem(f"{path} cannot be read: {error.strerror}", "give yourself permission to read it") from None
        article = self.find(article_id)
        if article is None or sha256(content) != article["text_sha256"]:
            raise Problem(
                f"{path} is not the text that articles.jsonl names by its SHA-256",
                "put the text back as it was taken in",
            )
        return text

    def texts(self) -> pl.DataFrame:
        """article_id and article_text of every article."""
        ids = self.articles["article_id"].to_list()
        rows = {"article_id": ids, "article_text": [self.text(article) for article in ids]}
        return pl.DataFrame(rows, schema={"article_id": pl.String, "article_text": pl.String})

    def layer_path(self, layer: str) -> Location:
        """The folder of a layer, named `ROUND/ANNOTATOR` or `gold`."""
        return self.record / layer

    def layers(self) -> list[str]:
        """The layers in the record, by name."""
        return layers_in(self.record)


def _where(articles: pl.DataFrame, failure: schema.Failure) -> str:
    """A failure in words that name the article."""
    if failure.row is None:
        return str(failure)
    return f"{failure.column} of {articles['article_id'][failure.row]} is {failure.value!r}"


_KNOWN: dict[str, Corpus] = {}


def _state(path: Path) -> tuple[int, int] | None:
    return (path.stat().st_mtime_ns, path.stat().st_size) if path.exists() else None


def _known(settings: tuple[Any, ...], *states: tuple[int, int] | None) -> Corpus:
    """The corpus of these settings, with what this process has read of it already."""
    key = repr((settings, states))
    if key not in _KNOWN:
        _KNOWN.clear()
        _KNOWN[key] = Corpus(*settings)
    return _KNOWN[key]


def open_corpus(folder: Path | None) -> Corpus:
    """The corpus in `folder`, or the nearest at or above the working directory.

    What killed commands wrote aside in it and never put in place is removed.

    Raises:
        Problem: there is none, its settings cannot be read, or its record is in another format than this code reads.
    """
    root = folder.resolve() if folder else _nearest()
    if not root.is_dir():
        raise Problem(f"{root} is not a folder", "name a corpus folder with --corpus DIR")
    corpus = _from_settings(root, _settings(root))
    _refuse_links(corpus)
    _clean(corpus)
    return corpus


def shipped_corpus(folder: Path) -> Corpus:
    """A corpus that comes with the program: it is only read, and nothing in its folder is removed or written.

    Raises:
        Problem: its settings cannot be read.
    """
    return _from_settings(folder, _settings(folder))


def _clean(corpus: Corpus) -> None:
    top = [corpus.root / name for name in ("", "dist", "backups")]
    folders = [*top, corpus.seeds, corpus.releases, corpus.pulls, corpus.state, corpus.splits.parent]
    trees = {corpus.annotations, corpus.state / "places", corpus.state / "sending"}
    if isinstance(corpus.record, Path):
        trees.add(corpus.record)
    asides.clean(corpus.root, dict.fromkeys(folders), sorted(trees), corpus.seeds / "text")


def as_committed(corpus: Corpus, folder: Path) -> Corpus:
    """The same corpus as the files in another folder have it, to which its commit was written.

    Raises:
        Problem: its settings are not there, cannot be read or give it no name, or a link leads out of it.
    """
    if not (folder / SETTINGS).exists():
        raise Problem(f"git does not have {corpus.root / SETTINGS}", "a release is made from a commit: commit the file")
    settings = _settings(folder)
    if "name" not in settings:
        raise Problem(
            f"{corpus.root / SETTINGS} gives the corpus no name, and its folder's is not in the commit",
            'write name = "…", and commit',
        )
    configured = _from_settings(corpus.root, settings)
    known: dict[str, Any] = {field.name: getattr(configured, field.name) for field in fields(configured)}
    moved = {name: folder / path.relative_to(corpus.root) for name, path in known.items() if isinstance(path, Path)}
    committed = Corpus(**{**known, **moved})
    _refuse_links(committed)
    return committed


def _settings(root: Path) -> dict[str, Any]:
    """What the settings of the corpus in a folder say."""
    refuse_links_out(root, [root / SETTINGS])
    if not (root / SETTINGS).exists():
        raise Problem(f"{root} has no {SETTINGS}", "name a corpus folder with --corpus DIR")
    settings = read_toml(root / SETTINGS, "fix the file")
    _refuse_other_format(root, settings.get("format", FORMAT))
    _refuse_unknown_keys(root, settings)
    return settings


_KEYS: Final[dict[str, tuple[str, ...]]] = {
    "paths": ("seeds", "annotations", "splits", "releases"),
    "splits": vocabulary.SPLITS,
    "record": ("format", "address"),
    "publication": ("repository", "endpoint"),
    "practice": ("pass",),
    "endpoint": ("model",),
    "intake": ("columns",),
    "intake.columns": COLUMN_FIELDS,
}
"""The keys of each table of the settings; those of `annotators` and `baselines` are names that people give."""
_TOP_KEYS: Final = ("format", "name", "title", "licence", *(name for name in _KEYS if "." not in name))


def _refuse_unknown_keys(root: Path, settings: dict[str, Any]) -> None:
    """A key that means nothing is a slip of the pen, and what it was to say would be passed over in silence."""
    _refuse_unknown(root, settings, (*_TOP_KEYS, "annotators", "baselines"), "")
    for name, known in _KEYS.items():
        table: Any = settings
        for part in name.split("."):
            table = table.get(part) if isinstance(table, dict) else None
        if isinstance(table, dict):
            _refuse_unknown(root, table, known, name)


def _refuse_unknown(root: Path, table: dict[str, Any], known: tuple[str, ...], name: str) -> None:
    unknown = next((key for key in table if key not in known), None)
    if unknown is None:
        return
    nearest = difflib.get_close_matches(unknown, known, n=1)
    where = f"[{name}]" if name else "the file"
    raise Problem(
        f"{root / SETTINGS}: {unknown!r} means nothing in {where}",
        f"did you mean {nearest[0]}?" if nearest else f"take it out; {where} may have {', '.join(known)}",
    )


def read_toml(path: Path, next_step: str) -> dict[str, Any]:
    """The values of a TOML file. `next_step` is what to do where it cannot be read.

    Raises:
        Problem: it cannot be read.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Problem(f"{path} cannot be read: {error.strerror}", next_step) from None
    # A ValueError of every kind: numbers of too many digits, dates that do not exist, null bytes.
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Problem(f"{path} cannot be read: {why}", next_step) from None


def _refuse_other_format(root: Path, written: Any) -> None:
    """Before any other setting is looked at: in another format it may mean something else."""
    if type(written) is not int or written < 1:
        raise Problem(
            f"{root / SETTINGS}: format is {written!r}, but must be the number of the record's format",
            f"write format = {FORMAT}",
        )
    if written != FORMAT:
        raise Problem(
            f"the record of {root} has format {written}, and this Hedgerow reads format {FORMAT}",
            "use the version of Hedgerow that wrote it, or a later one",
        )


def _refuse_links(corpus: Corpus) -> None:
    beside = [corpus.root / name for name in BESIDE]
    record = [corpus.record] if isinstance(corpus.record, Path) else []
    own = [corpus.seeds, corpus.annotations, corpus.splits, corpus.releases, corpus.pulls, *record]
    refuse_links_out(corpus.root, beside, own)


def at_hand() -> Path | None:
    """The folder of the nearest corpus at or above the working directory."""
    start = Path.cwd()
    return next((folder for folder in (start, *start.parents) if (folder / SETTINGS).exists()), None)


def _nearest() -> Path:
    if folder := at_hand():
        return folder
    raise Problem(f"no {SETTINGS} in {Path.cwd()} or above it", "go to the corpus, or name it with --corpus DIR")


def _text(root: Path, settings: dict[str, Any], name: str, default: str, within: str = "") -> str:
    """A setting that is text on one line."""
    value = settings.get(name, default)
    if not isinstance(value, str) or not value.isprintable():
        raise Problem(
            f"{root / SETTINGS}: {name}{within} is not text on one line", "write it on one line, in quotation marks"
        )
    return value


def _note(root: Path, of: str, settings: dict[str, Any]) -> str:
    """A setting that is text, on one line or several."""
    if not isinstance(settings["note"], str) or not settings["note"].replace("\n", "").isprintable():
        raise Problem(f"{root / SETTINGS}: note in [{of}] is not text", "write it in quotation marks")
    return settings["note"]


def _baselines(root: Path, settings: Any) -> dict[str, str]:
    """The note on each suggester that is a baseline."""
    if not isinstance(settings, dict) or not all(
        isinstance(baseline, dict) and [*baseline] == ["note"] for baseline in settings.values()
    ):
        raise Problem(
            f"{root / SETTINGS}: each of [baselines] has a note, and nothing else",
            "write [baselines.rules], and in it what its figures are worth",
        )
    return {name: _note(root, f"baselines.{name}", baseline) for name, baseline in settings.items()}


def _maker(root: Path, of: str, maker: Any) -> Maker:
    if not (isinstance(maker, dict) and {"kind", "note"} <= set(maker)):
        raise Problem(f"{root / SETTINGS}: [annotators.{of}] lacks kind or note", "say in both who that annotator is")
    known = [entry.name for entry in fields(Maker)]
    if unknown := sorted(maker.keys() - {*known}):
        raise Problem(
            f"{root / SETTINGS}: [annotators.{of}] says {unknown[0]}, which means nothing there",
            f"write {', '.join(known[:-1])} or {known[-1]}",
        )
    within = f" in [annotators.{of}]"
    details = {name: _text(root, maker, name, "", within) or None for name in _DETAILS if name in maker}
    return Maker(_text(root, maker, "kind", "", within), _note(root, f"annotators.{of}", maker), **details)


def _proportions(root: Path, shares: Any) -> dict[str, float]:
    """The share of events that each split is to get."""
    known = isinstance(shares, dict) and set(shares) <= set(vocabulary.SPLITS)
    if not known or not all(type(share) in (int, float) and 0 <= share <= 1 for share in shares.values()):
        raise Problem(f"{root / SETTINGS}: [splits] gives no shares", "write train = 0.8, validation = 0.1, test = 0.1")
    if abs(sum(shares.values()) - 1) > 1e-9:
        raise Problem(f"{root / SETTINGS}: the shares in [splits] do not add up to 1", "fix them")
    return {name: float(shares.get(name, 0.0)) for name in vocabulary.SPLITS}


def _pass_mark(root: Path, settings: Any) -> float:
    """The F1 with which an annotator passes the practice round."""
    known = isinstance(settings, dict) and settings.keys() <= {"pass"}
    mark = settings.get("pass", PASS_MARK) if known else None
    if not (isinstance(mark, int | float) and not isinstance(mark, bool) and 0 <= mark <= 1):
        raise Problem(f"{root / SETTINGS}: [practice] gives no F1 from 0 to 1", f"write pass = {PASS_MARK}")
    return float(mark)


def _endpoint_model(root: Path, settings: Any) -> str | None:
    """The language model that the suggester `endpoint` asks for, if the settings name one."""
    if settings is None:
        return None
    if not isinstance(settings, dict) or settings.keys() != {"model"}:
        raise Problem(
            f"{root / SETTINGS}: [endpoint] says which model to ask for, and nothing else", 'write model = "…"'
        )
    model = _text(root, settings, "model", "", " in [endpoint]")
    if not model.strip():
        raise Problem(f"{root / SETTINGS}: model in [endpoint] is empty", "name the model as the server does")
    return model


def _columns(root: Path, settings: Any) -> dict[str, str]:
    """Which columns hold which fields in the tables that are taken in."""
    columns = settings.get("columns", {}) if isinstance(settings, dict) else None
    if not isinstance(columns, dict):
        raise Problem(
            f"{root / SETTINGS}: [intake] has a table `columns`, and nothing else",
            'write [intake.columns] and in it, for example, text = "body"',
        )
    return {name: _text(root, columns, name, "", " in [intake.columns]") for name in columns}


def _record(root: Path, settings: Any, annotations: Path) -> tuple[Location, str]:
    """Where the layers are, and in which form new ones are written."""
    if (
        not isinstance(settings, dict)
        or settings.keys() - {"format", "address"}
        or settings.get("format", JSONL) not in (*FORMS,)
    ):
        raise Problem(
            f"{root / SETTINGS}: [record] may say format and address, and nothing else",
            f"write format = {' or '.join(map(repr, FORMS))}",
        )
    where = f"{root / SETTINGS}: address in [record]"
    address = _text(root, settings, "address", "", " in [record]") if "address" in settings else None
    record = annotations if address is None else location(root, address, where)
    if isinstance(record, Path):
        _inside(root, record, "address in [record]")
    return record, str(settings.get("format", JSONL))


def _publication(root: Path, settings: Any) -> Publication | None:
    """The repository that releases are published to, if the settings name one."""
    if settings is None:
        return None
    if not isinstance(settings, dict) or "repository" not in settings or settings.keys() - {"repository", "endpoint"}:
        raise Problem(
            f"{root / SETTINGS}: [publication] may say repository and endpoint, and nothing else",
            'write repository = "owner/name"',
        )
    values = {name: _text(root, settings, name, "", " in [publication]") for name in settings}
    for name, value in values.items():
        if not re.fullmatch(_PLACES[name], value, re.ASCII):
            raise Problem(f"{root / SETTINGS}: {name} in [publication] is {value!r}", f"write one like {_LIKE[name]}")
    return Publication(**values)


_PLACES: Final = {
    "repository": r"\w[\w.-]*/\w[\w.-]*",
    "endpoint": r"https?://[\w.-]+(:\d+)?(/[\w.-]+)*",
}
_LIKE: Final = {"repository": "owner/name", "endpoint": Publication.endpoint}


def _inside(root: Path, path: Path, setting: str = "[paths]") -> Path:
    """A path that settings name: a corpus of somebody else's must not make commands write elsewhere."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise Problem(f"{root / SETTINGS}: {setting} leads out of the corpus, to {path}", "name folders inside it")
    return path


def _from_settings(root: Path, settings: dict[str, Any]) -> Corpus:
    paths, makers = settings.get("paths", {}), settings.get("annotators", {})
    if not isinstance(paths, dict) or not isinstance(makers, dict):
        raise Problem(
            f"{root / SETTINGS}: `paths` and `annotators` must be tables", "write [paths] and [annotators.a1]"
        )

    def path(name: str, default: str) -> Path:
        return _inside(root, root / _text(root, paths, name, default, " in [paths]"))

    name = _text(root, settings, "name", root.name)
    record, form = _record(root, settings.get("record", {}), path("annotations", "annotations"))
    return Corpus(
        root=root,
        name=name,
        title=_text(root, settings, "title", name),
        licence=_text(root, settings, "licence", "") if "licence" in settings else None,
        makers={name: _maker(root, name, maker) for name, maker in makers.items()},
        seeds=path("seeds", "seeds"),
        annotations=path("annotations", "annotations"),
        splits=path("splits", "splits.jsonl"),
        releases=path("releases", "releases"),
        proportions=_proportions(root, settings.get("splits", {"train": 0.8, "validation": 0.1, "test": 0.1})),
        record=record,
        form=form,
        publication=_publication(root, settings.get("publication")),
        pass_mark=_pass_mark(root, settings.get("practice", {})),
        baselines=_baselines(root, settings.get("baselines", {})),
        endpoint_model=_endpoint_model(root, settings.get("endpoint")),
        columns=_columns(root, settings.get("intake", {})),
    )
