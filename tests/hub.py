"""A Hub on 127.0.0.1 that speaks the Hugging Face protocol, so that the unmodified clients can be tested against it."""

from __future__ import annotations

import base64
import json
import os
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.repositories import Blobs, Entry, Repository, Stale, described, pointer
from tests.serving import serving

TOKEN: Final = "hf_loopbackOnlyNeverPrinted"
BEFORE, HALF, AFTER = "before", "half", "after"
_NAME: Final = "datasets/(?P<name>[^/]+/[^/]+?)"
_REVISION: Final = "(?P<revision>[^/]+)"


class Refused(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


@dataclass
class Cut:
    """The connection breaks at a step: `before` it is done, `half` way through what is sent, or `after`, unanswered."""

    step: str
    moment: str
    then: Callable[[], None]


class Server(ThreadingHTTPServer):
    """Answers each request in a thread, and says nothing of clients that went away."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Hub:
    """A running Hub. `received` counts the bytes that came in by LFS; `asked` the requests of each step."""

    def __init__(self, folder: Path, *, xet: bool) -> None:
        self.folder, self.xet = folder, xet
        self.blobs = Blobs(folder)
        self.asked: Counter[str] = Counter()
        self.received = 0
        self.cut: Cut | None = None
        self.pause: dict[str, Callable[[], object]] = {}
        self._lock = threading.Lock()
        self._server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"hub": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextmanager
    def running(self) -> Iterator[Hub]:
        with serving(self._server):
            yield self

    def repository(self, name: str) -> Repository:
        return Repository(self.folder / "repositories" / f"{name}.git", self._lock)

    def cut_at(self, step: str, moment: str, then: Callable[[], None] = lambda: None) -> None:
        """Breaks the next connection that comes to the step, and does `then`."""
        self.cut = Cut(step, moment, then)

    def environment(self, home: Path, **more: str) -> dict[str, str]:
        """The environment of a client that knows this Hub only, with a cache of its own."""
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "PYTHONPATH") if name in os.environ}
        own = {"HF_ENDPOINT": self.url, "HF_HOME": str(home), "HF_TOKEN": TOKEN, "HOME": str(home)}
        return kept | own | ({} if self.xet else {"HF_HUB_DISABLE_XET": "1"}) | more

    def stored(self) -> int:
        """The bytes of data that the Hub was sent, since it began."""
        if not self.xet:
            return self.received
        return sum(path.stat().st_size for path in self.blobs.chunks.rglob("*") if path.is_file())


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    hub: Hub
    silent = False

    def log_message(self, *_: Any) -> None:
        """Says nothing."""

    def handle_any(self) -> None:
        place = urlsplit(self.path)
        self.query = {name: values[0] for name, values in parse_qs(place.query).items()}
        for step, methods, pattern, answer in ROUTES:
            if self.command in methods and (match := re.fullmatch(pattern, place.path)):
                given = {name: unquote(value or "") for name, value in match.groupdict().items()}
                return self.do_step(step, partial(answer, self, **given))
        self.body()
        return self.send_json({"error": f"{self.command} {place.path} is not known here"}, 404)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_any

    def do_step(self, step: str, answer: Callable[[], None]) -> None:
        self.hub.asked[step] += 1
        if waits := self.hub.pause.get(step):
            waits()
        cut = self.hub.cut if self.hub.cut and self.hub.cut.step == step else None
        self.silent = cut is not None
        if cut:
            self.hub.cut = None
        if cut is None or cut.moment == AFTER:
            self.answered(answer)
        elif cut.moment == HALF:
            self.rfile.read(int(self.headers["Content-Length"]) // 2)
        if cut:
            cut.then()
            self.close_connection = True

    def answered(self, answer: Callable[[], None]) -> None:
        try:
            answer()
        except Refused as no:
            headers = {"X-Error-Code": no.code, "X-Error-Message": no.message}
            self.send_json({"error": no.message}, no.status, headers)

    def body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline(), 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def json(self) -> Any:
        return json.loads(self.body() or b"{}")

    def send_json(self, content: Any, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.send(json.dumps(content).encode(), status, {"Content-Type": "application/json"} | (headers or {}))

    def send(self, content: bytes, status: int, headers: dict[str, str]) -> None:
        if self.silent:
            return
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    @property
    def known(self) -> bool:
        """Whether the request has the token."""
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def must_be_known(self) -> None:
        if not self.known:
            raise Refused(401, "", "Invalid username or password.")

    def repository(self, name: str) -> Repository:
        repository = self.hub.repository(name)
        if not repository.path.is_dir() or (repository.private and not self.known):
            raise Refused(404 if self.known else 401, "RepoNotFound", "Repository not found")
        return repository

    def at(self, name: str, revision: str) -> tuple[Repository, str]:
        repository = self.repository(name)
        if commit := repository.commit_of(revision):
            return repository, commit
        raise Refused(404, "RevisionNotFound", f"Invalid rev id: {revision}")

    def described(self, entry: Entry) -> dict[str, Any]:
        return described(entry, self.hub.blobs, xet=self.hub.xet)


def create(ask: Handler) -> None:
    request = ask.json()
    ask.must_be_known()
    name = f"{request.get('organization') or 'me'}/{request['name']}"
    if name.startswith("forbidden/"):
        raise Refused(403, "", "You don't have the rights to create a dataset under the namespace forbidden")
    url = f"{ask.hub.url}/datasets/{name}"
    repository = ask.hub.repository(name)
    if repository.path.exists():
        return ask.send_json({"error": "You already created this dataset repo", "url": url}, 409)
    repository.create(private=request.get("visibility") == "private" or bool(request.get("private")))
    return ask.send_json({"url": url, "name": name, "id": name})


def info(ask: Handler, name: str, revision: str = "main") -> None:
    repository, commit = ask.at(name, revision)
    files = [entry for entry in repository.tree(commit) if entry.kind == "blob"]
    ask.send_json(
        {
            "_id": "1",
            "id": name,
            "sha": commit,
            "private": repository.private,
            "gated": False,
            "disabled": False,
            "downloads": 0,
            "likes": 0,
            "tags": [],
            "siblings": [{"rfilename": file.path} for file in files],
            "lastModified": "2031-01-01T00:00:00.000Z",
        }
    )


def refs(ask: Handler, name: str) -> None:
    repository = ask.repository(name)
    answer: dict[str, Any] = {"converts": []}
    for key, kind in (("branches", "heads"), ("tags", "tags")):
        commits = repository.refs(kind).items()
        answer[key] = [{"name": ref, "ref": f"refs/{kind}/{ref}", "targetCommit": commit} for ref, commit in commits]
    ask.send_json(answer)


def tree(ask: Handler, name: str, revision: str, path: str = "") -> None:
    repository, commit = ask.at(name, revision)
    if path and not repository.entry(commit, path.rstrip("/")):
        raise Refused(404, "EntryNotFound", "Entry not found")
    recursive = ask.query.get("recursive", "").lower() in ("1", "true")
    ask.send_json([ask.described(entry) for entry in repository.tree(commit, path, recursive=recursive)])


def paths(ask: Handler, name: str, revision: str) -> None:
    content = ask.body()
    is_json = "json" in ask.headers.get("Content-Type", "")
    wanted = json.loads(content)["paths"] if is_json else parse_qs(content.decode()).get("paths", [])
    repository, commit = ask.at(name, revision)
    entries = [repository.entry(commit, path.strip("/")) for path in wanted]
    ask.send_json([ask.described(entry) for entry in entries if entry])


def log(ask: Handler, name: str, revision: str) -> None:
    repository, commit = ask.at(name, revision)
    date = "2031-01-01T00:00:00.000Z"
    several = [
        {"id": commit_id, "title": title, "message": "", "authors": [{"user": "me"}], "date": date}
        for commit_id, title in repository.log(commit)
    ]
    ask.send_json(several)


def preupload(ask: Handler, name: str, revision: str) -> None:
    request = ask.json()
    ask.must_be_known()
    repository, commit = ask.at(name, revision)
    files = []
    for file in request["files"]:
        there = repository.entry(commit, file["path"])
        mode = "lfs" if file["path"].endswith(".parquet") else "regular"
        oid = (there.sha256 or there.oid) if there else None
        files.append({"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid})
    ask.send_json({"files": files, "commitOid": commit})


def batch(ask: Handler, name: str) -> None:
    request = ask.json()
    ask.must_be_known()
    ask.repository(name)
    several = []
    for blob in request["objects"]:
        where = {"href": f"{ask.hub.url}/lfs/{blob['oid']}"}
        wanted = request["operation"] == "upload" and not ask.hub.blobs.uploaded(blob["oid"])
        actions = {"upload": where, "verify": {"href": f"{ask.hub.url}/verify"}} if wanted else {}
        several.append({"oid": blob["oid"], "size": blob["size"], **({"actions": actions} if actions else {})})
    ask.send_json({"transfer": "basic", "objects": several})


def upload(ask: Handler, sha256: str) -> None:
    content = ask.body()
    ask.hub.received += len(content)
    if not ask.hub.blobs.put(sha256, content):
        raise Refused(422, "", "the file is not what was announced")
    ask.send_json({})


def verify(ask: Handler) -> None:
    request = ask.json()
    ask.send_json({}, 200 if ask.hub.blobs.has(request["oid"]) else 404)


def commit(ask: Handler, name: str, revision: str) -> None:
    lines = [json.loads(line) for line in ask.body().splitlines()]
    ask.must_be_known()
    repository, _ = ask.at(name, revision)
    several = {key: [line["value"] for line in lines if line["key"] == key] for key in {line["key"] for line in lines}}
    head = several["header"][0]
    files = {file["path"]: base64.b64decode(file["content"]) for file in several.get("file", [])}
    for file in several.get("lfsFile", []):
        if not ask.hub.blobs.has(file["oid"]):
            raise Refused(400, "", f"LFS object {file['oid']} is missing")
        files[file["path"]] = pointer(file["oid"], file["size"])
    deleted = [file["path"] for file in several.get("deletedFile", [])]
    try:
        message = f"{head['summary']}\n\n{head.get('description') or ''}".strip()
        made = repository.commit(message, files, deleted, head.get("parentCommit"))
    except Stale:
        raise Refused(412, "", "A commit has happened since. Please refresh and try again.") from None
    url = f"{ask.hub.url}/datasets/{name}/commit/{made}"
    ask.send_json({"success": True, "commitOid": made, "commitUrl": url, "hookOutput": ""})


def tag(ask: Handler, name: str, revision: str) -> None:
    request = ask.json()
    ask.must_be_known()
    repository, made = ask.at(name, revision)
    if not repository.tag(request["tag"], made):
        raise Refused(409, "", "Tag reference exists already")
    ask.send_json({})


def xet_token(ask: Handler, name: str, kind: str, revision: str) -> None:
    if kind == "write":
        ask.must_be_known()
    ask.at(name, revision)
    where, until = f"local://{ask.hub.blobs.chunks}", int(time.time()) + 3600
    headers = {"X-Xet-Cas-Url": where, "X-Xet-Access-Token": "x", "X-Xet-Token-Expiration": str(until)}
    ask.send_json({"casUrl": where, "accessToken": "x", "exp": until}, 200, headers)


def resolve(ask: Handler, name: str, revision: str, path: str) -> None:
    repository, made = ask.at(name, revision)
    entry = repository.entry(made, path)
    if not entry or entry.kind != "blob":
        raise Refused(404, "EntryNotFound", "Entry not found")
    headers = {"X-Repo-Commit": made, "Accept-Ranges": "bytes", "ETag": f'"{entry.sha256 or entry.oid}"'}
    if entry.sha256:
        headers |= {"X-Linked-Etag": headers["ETag"], "X-Linked-Size": str(entry.size)}
        if xet_hash := ask.described(entry).get("xetHash"):
            auth = f"{ask.hub.url}/api/datasets/{name}/xet-read-token/{made}"
            headers |= {"X-Xet-Hash": xet_hash, "Link": f'<{auth}>; rel="xet-auth"'}
    if ask.command == "HEAD":
        return ask.send(b"", 200, headers | {"Content-Length": str(entry.size)})
    content = ask.hub.blobs.content(entry.sha256, entry.size) if entry.sha256 else repository.blob(entry.oid)
    return send_part(ask, content, headers)


def send_part(ask: Handler, content: bytes, headers: dict[str, str]) -> None:
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", ask.headers.get("Range", ""))
    if not wanted or not content:
        return ask.send(content, 200, headers)
    start, end = int(wanted[1]), min(int(wanted[2] or len(content)), len(content) - 1)
    if start >= len(content):
        return ask.send(b"", 416, {"Content-Range": f"bytes */{len(content)}"})
    return ask.send(content[start : end + 1], 206, headers | {"Content-Range": f"bytes {start}-{end}/{len(content)}"})


def accept(ask: Handler) -> None:
    ask.body()
    ask.send_json({"warnings": [], "errors": []})


ROUTES: Final[list[tuple[str, tuple[str, ...], str, Callable[..., None]]]] = [
    ("create", ("POST",), "/api/repos/create", create),
    ("yaml", ("POST",), "/api/validate-yaml", accept),
    ("refs", ("GET",), f"/api/{_NAME}/refs", refs),
    ("info", ("GET",), f"/api/{_NAME}/revision/{_REVISION}", info),
    ("tree", ("GET",), f"/api/{_NAME}/tree/{_REVISION}(?:/(?P<path>.*))?", tree),
    ("paths", ("POST",), f"/api/{_NAME}/paths-info/{_REVISION}", paths),
    ("log", ("GET",), f"/api/{_NAME}/commits/{_REVISION}", log),
    ("preupload", ("POST",), f"/api/{_NAME}/preupload/{_REVISION}", preupload),
    ("batch", ("POST",), rf"/{_NAME}\.git/info/lfs/objects/batch", batch),
    ("upload", ("PUT",), "/lfs/(?P<sha256>[0-9a-f]{64})", upload),
    ("verify", ("POST",), "/verify", verify),
    ("token", ("GET",), f"/api/{_NAME}/xet-(?P<kind>read|write)-token/{_REVISION}", xet_token),
    ("commit", ("POST",), f"/api/{_NAME}/commit/{_REVISION}", commit),
    ("tag", ("POST",), f"/api/{_NAME}/tag/{_REVISION}", tag),
    ("resolve", ("GET", "HEAD"), f"/{_NAME}/resolve/{_REVISION}/(?P<path>.+)", resolve),
    ("info", ("GET",), f"/api/{_NAME}", info),
]
