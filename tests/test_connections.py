"""Between this machine and a server that is not to be trusted: certificates, redirects, credentials in addresses."""

from __future__ import annotations

import ast
import datetime
import ipaddress
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from annotation.labelstudio.client import Studio
from dataset.problem import Problem
from dataset.publishing.fetch import fetch
from dataset.publishing.hub import Hub
from dataset.publishing.places import place_of
from tests.corpora import REPOSITORY

TOKEN = "topsecret0123456789"
FOREVER = {"exp": 4_000_000_000, "token_type": "refresh"}
PERSONAL = jwt.encode(FOREVER, "k" * 32)
"""A personal access token, which Label Studio's client sends in a body to get another."""
SWITCHES = {
    "CURL_CA_BUNDLE": "",
    "REQUESTS_CA_BUNDLE": "",
    "PYTHONHTTPSVERIFY": "0",
    "HF_HUB_DISABLE_SSL_VERIFY": "1",
    "LABEL_STUDIO_VERIFY_SSL": "false",
    "SSL_VERIFY": "0",
}


@dataclass
class Listener:
    """A server that keeps all that it was sent, and sends on to `onward` where that is set."""

    url: str
    onward: str | None = None
    status: int = 307
    seen: list[str] = field(default_factory=list)


class Quiet(ThreadingHTTPServer):
    """Says nothing of clients that went away."""

    def handle_error(self, *_: object) -> None:
        """Says nothing."""


@contextmanager
def listening(context: ssl.SSLContext | None = None) -> Iterator[Listener]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            listener.seen.append(f"{self.command} {self.path} {self.headers} {body.decode('utf-8', 'replace')}")
            self.send_response(listener.status if listener.onward else 404)
            if listener.onward:
                self.send_header("Location", listener.onward + self.path)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_POST = do_HEAD = do_PATCH = do_PUT = do_DELETE = do_GET

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    with Quiet(("127.0.0.1", 0), Handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        listener = Listener(f"{'https' if context else 'http'}://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield listener
        server.shutdown()
        thread.join()


def self_signed(folder: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody vouches for, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    made = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    made = made.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    alternative = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    signed = made.add_extension(alternative, critical=False).sign(key, hashes.SHA256())
    path = folder / "certificate.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    return self_signed(tmp_path)


@pytest.fixture
def secure(certificate: Path) -> Iterator[Listener]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with listening(context) as listener:
        yield listener


@pytest.fixture
def first() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def second() -> Iterator[Listener]:
    with listening() as listener:
        yield listener


CALLS: dict[str, Callable[[Studio], object]] = {
    "whoami": lambda studio: studio.whoami(),
    "tasks": lambda studio: studio.tasks(1),
    "import": lambda studio: studio.import_tasks(1, [{"data": {"text": "an article"}}]),
    "create": lambda studio: studio.create_project("mark", "title", "note", "<View/>"),
    "annotate": lambda studio: studio.annotate(1, [], skipped=False, seconds=1, account=1),
}


@pytest.mark.parametrize("call", CALLS)
def test_label_studio_with_a_certificate_of_its_own_is_refused_whatever_the_environment_says(
    secure: Listener, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    for name, value in SWITCHES.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match="a certificate that this machine does not trust") as problem:
        CALLS[call](Studio(secure.url, TOKEN))
    assert secure.seen == []
    assert "SSL_CERT_FILE" in problem.value.next_step


def test_a_certificate_of_an_authority_that_is_named_is_taken(
    secure: Listener, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with pytest.raises(Problem, match="answers 404"):
        Studio(secure.url, TOKEN).whoami()
    assert TOKEN in "".join(secure.seen)


def test_a_hub_with_a_certificate_of_its_own_is_refused_whatever_the_environment_says(
    secure: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name, value in {**SWITCHES, "HF_ENDPOINT": secure.url, "HF_TOKEN": TOKEN}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(Problem, match="a certificate that this machine does not trust"):
        Hub("acme/tiny").is_private(public=False)
    with pytest.raises(Problem, match="a certificate that this machine does not trust"):
        fetch("acme/tiny", "1.0.0", tmp_path / "out")
    assert secure.seen == []


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for folder in ("annotation", "dataset", "scripts"):
        for path in sorted((REPOSITORY / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                yield path, node


def test_no_code_turns_the_check_of_certificates_off() -> None:
    words = {"verify", "verify_ssl", "ssl_verify", "check_hostname", "CERT_NONE", "_create_unverified_context"}
    switches = [
        (path.name, node.lineno)
        for path, node in sources()
        if (isinstance(node, ast.keyword) and node.arg in words)
        or (isinstance(node, ast.Attribute) and node.attr in words - {"verify"})
    ]
    assert switches == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("token", [TOKEN, PERSONAL], ids=["legacy", "personal"])
@pytest.mark.parametrize("call", CALLS)
def test_a_server_that_sends_on_to_another_gives_it_nothing(
    first: Listener, second: Listener, call: str, token: str, status: int
) -> None:
    first.onward, first.status = second.url.replace("//", "//me:secretword@"), status
    with pytest.raises(Problem, match="sends on to another server") as problem:
        CALLS[call](Studio(first.url, token))
    assert first.seen
    assert second.seen == []
    assert "secretword" not in str(problem.value)


@pytest.mark.parametrize("onward", ["https://127.0.0.1:9", "http://localhost", "file:///etc/passwd", "//example.org"])
def test_another_host_port_or_scheme_is_another_server(first: Listener, onward: str) -> None:
    first.onward = onward
    with pytest.raises(Problem, match="sends on to another server"):
        Studio(first.url, TOKEN).whoami()


def test_a_server_may_send_on_within_itself(first: Listener) -> None:
    first.onward = f"{first.url}/below"
    with pytest.raises(Problem, match="broke off"):
        Studio(first.url, TOKEN).import_tasks(1, [])
    assert len(first.seen) > 1


def test_a_hub_that_sends_on_to_another_gives_it_no_token(
    first: Listener, second: Listener, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first.onward = second.url
    monkeypatch.setenv("HF_ENDPOINT", first.url)
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    with pytest.raises(Problem):
        fetch("acme/tiny", "1.0.0", tmp_path / "out")
    with pytest.raises(Problem):
        Hub("acme/tiny")._create(private=True)
    assert TOKEN in "".join(first.seen)
    assert second.seen
    assert TOKEN not in "".join(second.seen)


WITH_PASSWORDS = [
    "sftp://me:secretword@host/shelf",
    "ftp://me:secretword@host/shelf",
    "https://secretword@host/shelf",
    "https://host/shelf?signature=secretword",
    "simplecache::ftp://me:secretword@host/shelf",
    "s3://key:secretword@bucket/shelf",
]


@pytest.mark.parametrize("address", WITH_PASSWORDS)
def test_a_place_with_a_password_in_its_address_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(Problem, match="keys are passed by environment or file") as problem:
        place_of(address)
    assert "secretword" not in str(problem.value)


def test_a_hub_with_a_password_in_its_address_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://me:secretword@127.0.0.1:9")
    with pytest.raises(Problem, match="HF_ENDPOINT has a user's name or password in it") as problem:
        Hub("acme/tiny")
    assert "secretword" not in str(problem.value)
