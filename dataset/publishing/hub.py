"""A dataset repository on the Hugging Face Hub, where a version is a tag and publishing is one commit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from os import environ
from pathlib import Path
from typing import Any, Final

import httpx2
from huggingface_hub import (
    CommitOperationAdd,
    CommitOperationDelete,
    HfApi,
    get_token,
    hf_hub_download,
    snapshot_download,
)
from huggingface_hub.errors import (
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RemoteEntryNotFoundError,
    RepositoryNotFoundError,
    XetDownloadError,
)

from dataset.folder.manifest import MANIFEST, Manifest, read_file
from dataset.problem import UNTRUSTED, Problem, distrusted
from dataset.publishing.protocol import PublishPlan, Release, no_such_version, tag_of, there_already
from dataset.storage.address import refuse_password

_HUBS_OWN: Final = ".gitattributes"
"""The file that the Hub itself puts into a repository, so that no release has it."""
_AGAIN: Final = "run the same command again"
_CONFLICT, _STALE = 409, 412
_NEXT: Final = {
    401: "log in with `hf auth login`, or set HF_TOKEN",
    403: "use a token that may write there: `hf auth login`, or HF_TOKEN",
    _STALE: f"somebody else published there at the same time, and nothing of theirs or yours is lost: {_AGAIN}",
}

_BROKEN: Final = (
    httpx2.HTTPError,
    LocalEntryNotFoundError,
    XetDownloadError,
    ConnectionError,
    TimeoutError,
    RuntimeError,
    ValueError,
)
"""What the client raises where an answer does not come, or breaks off; it wraps those of uploads."""


class Hub:
    """A dataset repository by its name (`org/name`)."""

    def __init__(self, name: str) -> None:
        if name.count("/") != 1 or name != name.strip():
            raise _no_repository(name)
        self.name = name
        self.kept_as = name.rpartition("/")[2]
        refuse_password("HF_ENDPOINT", endpoint := environ.get("HF_ENDPOINT") or None)
        self._api = HfApi(endpoint=endpoint)
        self._repo: Final[dict[str, Any]] = {"repo_id": name, "repo_type": "dataset"}

    @cached_property
    def _there(self) -> Any | None:
        """What the Hub says about the repository at first; None if there is none that this token may see."""
        with self._asking("looking at it"):
            try:
                return self._api.dataset_info(self.name)
            except RepositoryNotFoundError:
                return None

    def is_private(self, public: bool) -> bool:
        """As in `Place`; a repository that is there stays as private or public as it is, and `public` must say so."""
        if self._there is None:
            return not public
        if self._there.private and public:
            raise Problem(
                f"{self.name} is private, and would show its earlier versions, too, if it were public",
                "leave --public out, or make it public on its settings page first",
            )
        if not self._there.private and not public:
            raise Problem(f"{self.name} is public", "add --public if everybody may read it, or name a private one")
        return bool(self._there.private)

    def plan(self, release: Release) -> PublishPlan:
        """As in `Place`."""
        if self._there is None:
            return PublishPlan(creates=True, changed=[*release.manifest.files, MANIFEST])
        if commit := self._tags().get(release.tag):
            return self._done(release, commit)
        if commit := self._begun(release):
            return PublishPlan(commit=commit)
        parent = str(self._there.sha)
        there = self._files(parent)
        changed = self._changed(release, self._manifest(parent, there))
        kept = {*release.manifest.files, MANIFEST, _HUBS_OWN}
        return PublishPlan(parent=parent, changed=changed, removed=[name for name in there if name not in kept])

    def _done(self, release: Release, commit: str) -> PublishPlan:
        if self._read(commit) != release.proof:
            raise there_already(self.name, release.manifest.version)
        return PublishPlan(commit=commit, done=True)

    def _begun(self, release: Release) -> str | None:
        """The commit of the release, where an earlier try ended before it could set the tag."""
        with self._asking("listing commits"):
            commits = self._api.list_repo_commits(**self._repo)
        titled = [entry.commit_id for entry in commits if entry.title == _title(release)]
        return next((commit for commit in titled if self._read(commit) == release.proof), None)

    def _files(self, commit: str) -> list[str]:
        with self._asking("listing files"):
            return self._api.list_repo_files(**self._repo, revision=commit)

    def _manifest(self, commit: str, there: list[str]) -> Manifest | None:
        """The manifest of the version that a commit holds; None in a repository that has nothing yet.

        Raises:
            Problem: the repository holds something else.
        """
        if MANIFEST in there:
            with tempfile.TemporaryDirectory() as scratch:
                return read_file(self._fetch(commit, scratch))
        if set(there) <= {_HUBS_OWN, "README.md"}:
            return None
        raise Problem(f"{self.name} holds files that no release put there", "name a repository of its own for it")

    def _changed(self, release: Release, last: Manifest | None) -> list[str]:
        if last and last.name != release.manifest.name:
            raise Problem(
                f"{self.name} holds the dataset {last.name}, and this is {release.manifest.name}",
                "name a repository of its own for it",
            )
        old = last.files if last else {}
        return [name for name, stored in release.manifest.files.items() if old.get(name) != stored] + [MANIFEST]

    def put(self, release: Release, plan: PublishPlan, private: bool) -> str:
        """As in `Place`: one commit on the parent that was seen, then its tag.

        Raises:
            Problem: somebody else committed since, or took the version.
        """
        if plan.creates:
            self._create(private)
            plan = self.plan(release)  # somebody else may have made it, and published, in the meantime
        commit = plan.commit or self._commit(release, str(plan.parent), plan.removed)
        if not plan.done:
            self._tag(release, commit)
        return commit

    def _create(self, private: bool) -> None:
        with self._asking("making the repository"):
            self._api.create_repo(**self._repo, private=private, exist_ok=True)
            self._there = self._api.dataset_info(self.name)
        if bool(self._there.private) != private:
            raise Problem(f"somebody else made {self.name} at the same time", _AGAIN)

    def _commit(self, release: Release, parent: str, removed: list[str]) -> str:
        names = [*release.manifest.files, MANIFEST]
        operations: list[Any] = [CommitOperationAdd(name, release.folder / name) for name in names]
        operations += [CommitOperationDelete(name) for name in removed]
        with self._asking("taking the files"):
            made = self._api.create_commit(
                **self._repo,
                operations=operations,
                commit_message=_title(release),
                commit_description=f"The SHA-256 of {MANIFEST} is {release.digest}.",
                parent_commit=parent,
            )
        return str(made.oid)

    def _tag(self, release: Release, commit: str) -> None:
        with self._asking("setting the tag"):
            try:
                self._api.create_tag(**self._repo, tag=release.tag, revision=commit)
            except HfHubHTTPError as error:
                if error.response.status_code != _CONFLICT:
                    raise
                self._done(release, self._commit_of(release.manifest.version))

    def download(self, version: str, into: Path, *, fresh: bool = False) -> None:
        """As in `Place`: the tag to its commit, which no cache answers, then the files of that commit."""
        commit = self._commit_of(version)
        with tempfile.TemporaryDirectory() as scratch, self._asking("sending the files"):
            snapshot = snapshot_download(
                **self._repo,
                revision=commit,
                endpoint=self._api.endpoint,
                cache_dir=scratch if fresh else None,
                ignore_patterns=_HUBS_OWN,
            )
            shutil.copytree(snapshot, into, dirs_exist_ok=True, ignore=shutil.ignore_patterns(_HUBS_OWN))

    def proof(self, version: str) -> bytes:
        """As in `Place`."""
        return self._read(self._commit_of(version)) or b""

    def _commit_of(self, version: str) -> str:
        tags = self._tags()
        if tag_of(version) not in tags:
            raise no_such_version(self.name, version, [tag for tag in tags if tag.startswith("v")])
        return tags[tag_of(version)]

    def _tags(self) -> dict[str, str]:
        with self._asking("listing versions"):
            return {tag.name: tag.target_commit for tag in self._api.list_repo_refs(**self._repo).tags}

    def _read(self, commit: str) -> bytes | None:
        """The manifest in a commit, as bytes, and never from a cache; None if there is none."""
        with tempfile.TemporaryDirectory() as scratch:
            try:
                return self._fetch(commit, scratch).read_bytes()
            except FileNotFoundError:
                return None

    def _fetch(self, commit: str, scratch: str) -> Path:
        """The manifest in a commit, as a file; one that is not there, if it has none."""
        with self._asking("sending the manifest"):
            try:
                path = hf_hub_download(
                    self.name,
                    MANIFEST,
                    repo_type="dataset",
                    revision=commit,
                    endpoint=self._api.endpoint,
                    cache_dir=scratch,
                )
            except RemoteEntryNotFoundError:
                return Path(scratch) / MANIFEST
        return Path(path)

    @contextmanager
    def _asking(self, doing: str) -> Iterator[None]:
        """Says in a sentence what the Hub would not do, or that it is out of reach; a token is in none of them."""
        try:
            yield
        except RepositoryNotFoundError:
            raise Problem(
                f"{self._api.endpoint} has no dataset {self.name} that this token may see",
                f"correct the name, or {_NEXT[401]}",
            ) from None
        except HfHubHTTPError as error:
            raise self._refused(doing, error) from None
        except HFValidationError:
            raise _no_repository(self.name) from None
        except OfflineModeIsEnabled:
            raise Problem(
                f"{self.name} cannot be asked, because HF_HUB_OFFLINE is set",
                "unset it; a version is never taken from a cache unasked",
            ) from None
        except _BROKEN as error:
            cause = error.__cause__ if isinstance(error, RuntimeError | ValueError) and error.__cause__ else error
            if isinstance(cause, HfHubHTTPError):
                raise self._refused(doing, cause) from None
            if UNTRUSTED in str(cause):
                raise distrusted(self._api.endpoint) from None
            raise Problem(
                f"{self._api.endpoint} broke off while {doing}: {_without_token(str(cause)) or type(cause).__name__}",
                f"{_AGAIN} when it can be reached",
            ) from None

    def _refused(self, doing: str, error: HfHubHTTPError) -> Problem:
        status = error.response.status_code
        reason = _without_token(error.server_message or error.response.reason_phrase)
        return Problem(f"{self.name}: the Hub answered {status} while {doing}: {reason}", _NEXT.get(status, _AGAIN))


def _no_repository(name: str) -> Problem:
    return Problem(
        f"“{name}” cannot be a repository", "name it as org/name, or an address as ./folder or s3://bucket/name"
    )


def _title(release: Release) -> str:
    return f"Version {release.manifest.version}"


def _without_token(words: str) -> str:
    """The words on one line, without the token."""
    token = get_token()
    plain = " ".join(words.split())
    return plain.replace(token, "…") if token else plain
