"""A version of the dataset: from a commit of the record to two folders that are never altered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Final

from dataset.checks import acknowledged
from dataset.checks.findings import CATALOGUE
from dataset.checks.shared import check_shared
from dataset.checks.statements import settled
from dataset.checks.suite import check_record
from dataset.diffing.changes import Bump, Change
from dataset.diffing.diff import diff
from dataset.folder import manifest
from dataset.folder.folder import CARD, DATASHEET
from dataset.folder.manifest import FULL, WITHHELD, Manifest, Variant
from dataset.folder.tool import tool
from dataset.parallel import OrderedMap, local_map
from dataset.problem import Problem
from dataset.published.build import build, require_buildable, write_configs
from dataset.published.card import Edition, card
from dataset.record.corpus import Corpus, as_committed
from dataset.record.counts import submitted_articles
from dataset.record.splits import fix_splits, require_splits
from dataset.record.withdrawal import read_withdrawn
from dataset.releasing.attribution import put_attribution
from dataset.releasing.changelog import CHANGELOG, entry, with_entry
from dataset.releasing.checks import FailedCheck, ReleaseCandidate, failures
from dataset.releasing.croissant import about, write_croissant
from dataset.releasing.figures import filled, refresh
from dataset.releasing.pages import put_guidelines, put_plots, put_report
from dataset.releasing.variants import put_variant, write_withheld
from dataset.similarity.near_duplicates import Finder, near_duplicates_in
from dataset.storage.atomic import folder_aside, put_folder, read_utf8, remove_stale, write_bytes, writing
from dataset.storage.repository import Commit, head, uncommitted, write_tree

_VERSION: Final = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", re.ASCII)
READ_ONLY: Final = 0o444
CITATION: Final = "CITATION.cff"


class UnfitRelease(Problem):
    """A release that its checks refuse; `failed` says what each of them found."""

    def __init__(self, version: str, failed: list[FailedCheck]) -> None:
        super().__init__(
            f"{version} fails release checks ({len(failed)}), so nothing was written; the first: {failed[0]}",
            "fix the record or the pages, commit, and release again",
        )
        self.failed = failed


@dataclass(frozen=True)
class ReleasePlan:
    """What is to be released: a layer as a version, into a folder of versions, after the release in `last`, if any.

    `each` does the parts of a large record, and `find` the near-duplicates. `refuse` raises `Problem` for a corpus that
    is not to be released, and is asked about the corpus as its commit has it. `guidelines` are the pages that go into
    the release, by name; one of them, VERSION, says which version they are. With `adjudicated_only`, what came into the
    gold without an adjudicator is left out.
    """

    corpus: Corpus
    version: str
    layer: str
    out: Path
    last: Path | None = None
    each: OrderedMap = local_map
    find: Finder = near_duplicates_in
    refuse: Callable[[Corpus], None] = lambda corpus: None
    guidelines: Mapping[str, str] = field(default_factory=dict)
    adjudicated_only: bool = False


@dataclass(frozen=True)
class ReleaseResult:
    """What was written: both folders, the manifest for the record, and the bump since the last version."""

    full: Path
    withheld: Path
    recorded: Path
    previous: str | None
    bump: Bump


def prepare(plan: ReleasePlan) -> list[Path]:
    """Writes what a release needs committed: splits, changelog, figures, citation. Returns what changed.

    Raises:
        Problem: the version cannot be next or, where the last release is at hand, is too small a step from it, the
            record has findings, an article has no event, or a page is missing; nothing was written then.
    """
    corpus = plan.corpus
    _refuse_version(plan)
    _refuse_findings(plan)
    require_buildable(corpus, plan.layer)
    path = _page(corpus, CHANGELOG)
    changelog = with_entry(read_utf8(path), plan.version, head(corpus.root).date, _released(corpus))
    _page(corpus, DATASHEET)
    with _put_back_if_refused(corpus.splits):
        changed = [corpus.splits] if fix_splits(corpus, submitted_articles(corpus, plan.layer)) else []
        _refuse_small_step(plan)
    changed += [path] if write_bytes(path, changelog.encode()) else []
    return changed + refresh(corpus) + _cite(plan)


@contextmanager
def _put_back_if_refused(path: Path) -> Iterator[None]:
    before = path.read_bytes() if path.exists() else None
    try:
        yield
    except Problem:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            write_bytes(path, before)
        raise


def _refuse_small_step(plan: ReleasePlan) -> None:
    """Compares what would be released with the last release. Where that is not at hand, only the release can tell."""
    try:
        last = _last(plan)
    except Problem:
        return
    if last is not None:
        with folder_aside(plan.out.resolve() / f"{plan.version}-compared") as folder:
            built = folder / plan.version
            only = plan.adjudicated_only
            build(plan.corpus, plan.layer, built, allow_errors=True, adjudicated_only=only, each=plan.each)
            _honest_bump(plan, last, built)


def _cite(plan: ReleasePlan) -> list[Path]:
    """Puts the version and its day into the citation, where the corpus has one. Returns the file, if it changed."""
    path = plan.corpus.root / CITATION
    if not path.exists():
        return []
    page = read_utf8(path)
    values = {"version": plan.version, "date-released": f'"{head(plan.corpus.root).date}"'}
    if place := plan.corpus.publication:
        values["url"] = f'"{place.page_of(manifest.tag_name(plan.version))}"'
    for name, value in values.items():
        page, replaced = re.subn(rf"^{name}:.*$", f"{name}: {value}", page, flags=re.MULTILINE)
        page += "" if replaced else f"{name}: {value}\n"
    return [path] if write_bytes(path, page.encode()) else []


def release(plan: ReleasePlan) -> ReleaseResult:
    """Validates, builds, compares with the last release, checks, and writes both variants.

    All is read from the commit that is checked out, never from the working tree; only a record in a store is outside
    the commit. A release that was cut off is taken up by the same call.

    Raises:
        Problem: anything is not as a release needs it (Unfit: the release checks); nothing is written then.
    """
    _refuse_version(plan)
    commit = head(plan.corpus.root)
    _refuse_uncommitted(plan)
    targets = _targets(plan)
    with writing(plan.out, "no version was written"), _at_commit(plan, commit) as at:
        _refuse_unready(at)
        previous, last = _previous(at.corpus), _last(at)
        with ExitStack() as asides:
            full, withheld = (asides.enter_context(folder_aside(target)) for target in targets.values())
            _write_full(at, commit, full)
            put_variant(full, withheld, WITHHELD, *write_withheld(full, withheld))
            bump = _honest_bump(at, last, full)
            _refuse_unfit(at, plan.corpus.root, last, full, withheld)
            for folder, target in ((full, targets[FULL]), (withheld, targets[WITHHELD])):
                _put(folder, target)
    return ReleaseResult(targets[FULL], targets[WITHHELD], _record(plan, targets), previous, bump)


def _record(plan: ReleasePlan, targets: dict[Variant, Path]) -> Path:
    """Puts both manifests into the record. That of `full` comes last: from then on the version is released."""
    paths = {variant: manifest.recorded(plan.corpus.releases, plan.version, variant) for variant in targets}
    for variant in reversed(targets):
        write_bytes(paths[variant], (targets[variant] / manifest.MANIFEST).read_bytes())
    return paths[FULL]


@contextmanager
def _at_commit(plan: ReleasePlan, commit: Commit) -> Iterator[ReleasePlan]:
    """The plan with the corpus as a commit has it, in a folder beside the versions that is gone afterwards."""
    with folder_aside(plan.out.resolve() / f"{plan.version}-committed") as folder:
        try:
            write_tree(plan.corpus.root, commit.hash, folder)
            yield replace(plan, corpus=as_committed(plan.corpus, folder))
        except Problem as problem:
            problem.what = problem.what.replace(str(folder), str(plan.corpus.root))
            problem.args = (f"{problem.what}; {problem.next_step}",)
            raise


def _targets(plan: ReleasePlan) -> dict[Variant, Path]:
    out = plan.out.resolve()
    return {FULL: out / plan.version, WITHHELD: out / f"{plan.version}-{WITHHELD}"}


# What a release asks for


def _refuse_uncommitted(plan: ReleasePlan) -> None:
    root = plan.corpus.root
    begun = manifest.recorded(plan.corpus.releases, plan.version, WITHHELD)  # by a release that was cut off
    left = (name for name in uncommitted(root) if root / name != begun)
    if changed := [name for name in left if not remove_stale(root / name)]:
        more = f" (and {len(changed) - 1} more)" if len(changed) > 1 else ""
        raise Problem(f"{changed[0]} is not committed{more}", "a release is made from a commit: commit, or put it back")


def _refuse_unready(plan: ReleasePlan) -> None:
    corpus = plan.corpus
    require_buildable(corpus, plan.layer)
    prepared = f"run `hedgerow release --prepare {plan.version}` and commit"
    require_splits(corpus, submitted_articles(corpus, plan.layer), prepared)
    if not entry(read_utf8(_page(corpus, CHANGELOG)), plan.version):
        raise Problem(f"{CHANGELOG} has no entry “## {plan.version} - DATE” that says something", prepared)
    _refuse_stale_figures(corpus, prepared)
    plan.refuse(corpus)
    _refuse_findings(plan)


def _refuse_version(plan: ReleasePlan) -> None:
    if not _VERSION.fullmatch(plan.version):
        raise Problem(f"“{plan.version}” is not a version", "write one like 1.2.0")
    if (plan.corpus.releases / f"{plan.version}.json").exists():
        raise Problem(f"{plan.version} was released already, and is never altered", "release the next version")
    previous = _previous(plan.corpus)
    if previous and _parts(plan.version) < _parts(previous):
        raise Problem(f"{plan.version} is older than the last release, {previous}", "release a higher version")


def _page(corpus: Corpus, name: str) -> Path:
    if not (corpus.root / name).is_file():
        raise Problem(
            f"{corpus.root} has no {name}, and a release holds one", "write it; this repository's is an example"
        )
    return corpus.root / name


def _refuse_stale_figures(corpus: Corpus, next_step: str) -> None:
    for path in (corpus.root / name for name in (CARD, DATASHEET)):
        if path.exists() and filled(corpus, page := read_utf8(path)) != page:
            raise Problem(f"the figures in {path.name} are not those of the data", next_step)


def _refuse_findings(plan: ReleasePlan) -> None:
    """Refuses whatever is found in the layer, and in the others what adjudication cannot have settled."""
    rest = [name for name in plan.corpus.layers() if name != plan.layer]
    of_other_layers = check_record(plan.corpus, rest, plan.each, errors_only=True)
    broken = (finding for finding in of_other_layers if not CATALOGUE[finding.code].rule)
    shared = (finding for finding in check_shared(plan.corpus) if not settled(finding))
    findings = chain(check_record(plan.corpus, [plan.layer], plan.each), broken, shared)
    still_open = (finding for finding, let in acknowledged.judging(plan.corpus, findings, whole=False) if not let)
    if first := next(still_open, None):
        raise Problem(
            f"the record has open findings ({1 + sum(1 for _ in still_open)}), the first: "
            f"{first.code} in {first.layer} {first.article_id}: {first.message}",
            "see `hedgerow validate`; fix them, or acknowledge the warnings where nothing is wrong",
        )


# The last release


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _previous(corpus: Corpus) -> str | None:
    """The highest version that was released."""
    return max(_released(corpus), key=_parts, default=None)


def _released(corpus: Corpus) -> list[str]:
    return [path.stem for path in corpus.releases.glob("*.json") if _VERSION.fullmatch(path.stem)]


def _last(plan: ReleasePlan) -> Path | None:
    """The folder of the last release, proved by the manifest that the record keeps of it.

    Raises:
        Problem: it is not there, or is not what was released.
    """
    version = _previous(plan.corpus)
    if version is None:
        return None
    targets = _targets(replace(plan, version=version))
    known = manifest.read_file(plan.corpus.releases / f"{version}.json")
    folder = plan.last or next((target for target in targets.values() if target.exists()), None)
    if folder is None:
        raise Problem(
            f"the last release, {version}, is not in {targets[FULL]}",
            f"fetch it and name it with --last DIR, or release it again from a worktree of {known.commit[:12]}",
        )
    last_manifest = manifest.require_whole(folder, contents=True)
    if (last_manifest.version, last_manifest.content) != (version, known.content):
        raise Problem(f"{folder} is not the release {version} that the record knows", "name that with --last DIR")
    return folder


def _honest_bump(plan: ReleasePlan, last: Path | None, full: Path) -> Bump:
    """What the changes since the last release need.

    Raises:
        Problem: the version raises less than that.
    """
    previous = _previous(plan.corpus)
    if last is None or previous is None:
        return Bump.NONE
    difference = diff(last, full)
    if _parts(plan.version) < (least := least_version(previous, difference.bump)):
        change = next(change for change in difference.changes if change.bump == difference.bump)
        raise Problem(
            f"{plan.version} is too small a step from {previous}: {_in_words(change)} needs {difference.bump.name}",
            f"release {'.'.join(map(str, least))}",
        )
    return difference.bump


def least_version(previous: str, bump: Bump) -> tuple[int, ...]:
    """The lowest version that may follow a version after changes that need a bump."""
    major, minor, patch = _parts(previous)
    if bump is Bump.MAJOR:
        return major + 1, 0, 0
    return (major, minor + 1, 0) if bump is Bump.MINOR else (major, minor, patch + 1)


def _in_words(change: Change) -> str:
    where = ", ".join(filter(None, (change.article_id, change.label, change.span_id)))
    what = " ".join(filter(None, (change.table, change.config, change.column, change.kind)))
    return f"{what}{f' ({where})' if where else ''}"


# What is written


def _write_full(plan: ReleasePlan, commit: Commit, folder: Path) -> None:
    corpus = plan.corpus
    written = write_configs(corpus, plan.layer, folder, adjudicated_only=plan.adjudicated_only, each=plan.each)
    layer, content = written.summary, manifest.content(folder)
    for name in (DATASHEET, CHANGELOG):
        (folder / name).write_bytes(_page(corpus, name).read_bytes())
    put_report(folder, plan.find)
    put_attribution(folder)
    plots = put_plots(corpus, layer, folder)
    withdrawn = read_withdrawn(corpus)["article_id"].to_list()
    guidelines, digest = put_guidelines(folder, plan.guidelines), manifest.rows_digest(content)
    edition = Edition(plan.version, commit.date, FULL, plots, withdrawn, digest, guidelines)
    page = card(corpus, layer, written.rows, written.sizes, folder, Counter(), edition, written.left_out)
    (folder / CARD).write_text(page, encoding="utf-8")
    write_croissant(folder, about(corpus, layer, plan.version, commit, read_utf8(folder / DATASHEET)))
    full_manifest = Manifest(
        name=corpus.name,
        version=plan.version,
        variant=FULL,
        commit=commit.hash,
        date=commit.date,
        guidelines_versions=sorted(layer.guidelines_versions),
        files=manifest.stored_files(folder),
        content=content,
        written_by=manifest.writers(),
        tool=tool(),
        adjudicated_only=plan.adjudicated_only,
    )
    manifest.write(folder, full_manifest)


def _refuse_unfit(plan: ReleasePlan, home: Path, last: Path | None, full: Path, withheld: Path) -> None:
    candidates = [ReleaseCandidate(folder, plan.corpus, plan.layer, last, home) for folder in (full, withheld)]
    failed = dict.fromkeys(failure for candidate in candidates for failure in failures(candidate))
    if failed:
        raise UnfitRelease(plan.version, [*failed])


def _put(folder: Path, target: Path) -> None:
    """Puts a release in its place, for reading only; one that a release cut off left there must be the same."""
    if target.exists():
        if manifest.verify(target) or manifest.read(target) != manifest.read(folder):
            raise Problem(f"{target} is there already and is another release", "move it away, then release again")
        return
    for path in folder.rglob("*"):
        if path.is_file():
            path.chmod(READ_ONLY)
    put_folder(folder, target)
