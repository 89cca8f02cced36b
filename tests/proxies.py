"""nginx and Caddy before a server of the tests, with a certificate made for them."""

from __future__ import annotations

import os
import shutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_fixed

from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.inside import routes
from annotation.embedded.network import LOOPBACK, NetworkWish
from annotation.embedded.proxies import Proxy, ProxyFiles, configuration
from annotation.embedded.server import Server
from tests.serving import free_port

HOST = "label.example.org"
# As root, nginx would give up the rights to the folders of the tests.
AROUND = """
{user}
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    include /etc/nginx/mime.types;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/hedgerow.conf;
}}
"""


@dataclass(frozen=True)
class Certificate:
    """The files of a certificate and its key, which the certificate itself vouches for."""

    path: Path
    key: Path


def make_certificate(folder: Path, host: str = HOST) -> Certificate:
    """A certificate for that host, good for a day."""
    made = Certificate(folder / "certificate.pem", folder / "key.pem")
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    made.path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    made.key.write_bytes(key.private_bytes(*private))
    return made


def program(name: str) -> str:
    """Where a program of Debian's is; skips the test where it is not installed, unless CI is set."""
    where = shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin")
    assert where or not os.environ.get("CI"), f"CI is set, so {name} is to be here"
    return where or pytest.skip(f"there is no {name} here; `make proxies` installs it")


@contextmanager
def nginx(configuration: str, folder: Path) -> Iterator[None]:
    """nginx with that configuration as a site, until the block ends."""
    (folder / "hedgerow.conf").write_text(configuration, encoding="utf-8")
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(folder=folder, user=user), encoding="utf-8")
    command = [program("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    with _running(command):
        yield


@contextmanager
def caddy(configuration: str, folder: Path, http_port: int, https_port: int) -> Iterator[None]:
    """Caddy with that configuration, until the block ends; on ports that need no rights."""
    path = folder / "Caddyfile"
    ports = f"{{\n admin off\n http_port {http_port}\n https_port {https_port}\n}}\n"
    path.write_text(ports + configuration, encoding="utf-8")
    with _running([program("caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]):
        yield


@contextmanager
def _running(command: list[str]) -> Iterator[None]:
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()


@retry(retry=retry_if_exception_type(OSError), stop=stop_after_delay(30), wait=wait_fixed(0.05))
def wait_for_tls(port: int, certificate: Certificate) -> None:
    """Until TLS is spoken at the port with that certificate."""
    context = ssl.create_default_context(cafile=str(certificate.path))
    with (
        socket.create_connection((LOOPBACK, port), timeout=5) as knocking,
        context.wrap_socket(knocking, server_hostname=HOST),
    ):
        pass


class ByName(httpx.HTTPTransport):
    """Asks for the site by its name, wherever the connection goes."""

    def __init__(self, certificate: Certificate) -> None:
        super().__init__(verify=ssl.create_default_context(cafile=str(certificate.path)))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["sni_hostname"] = HOST
        return super().handle_request(request)


@dataclass(frozen=True)
class Site:
    """A server with a proxy before it."""

    server: Server
    proxy: Proxy
    certificate: Certificate
    https_port: int
    http_port: int

    @property
    def address(self) -> str:
        return f"https://{HOST}:{self.https_port}"

    @property
    def secrets(self) -> Secrets:
        return self.server.known()

    def web(self, account: Account | None = None, *, key: bool = False, host: str = "") -> httpx.Client:
        """Speaks to the proxy, whose name nobody has to look up."""
        headers = {"Host": host or f"{HOST}:{self.https_port}"}
        if account:
            headers["Authorization"] = f"Token {account.token}"
        if key:
            headers[routes.KEY_HEADER] = str(self.secrets.key)
        base = f"https://{LOOPBACK}:{self.https_port}"
        return httpx.Client(base_url=base, headers=headers, transport=ByName(self.certificate), timeout=60)


@contextmanager
def serving_site(proxy: Proxy, set_up: Path, folder: Path) -> Iterator[Site]:
    """A copy of a server at an https address, with the proxy before it that `up --proxy` configures."""
    server = Server(Path(shutil.copytree(set_up, folder / "state")))
    made = Site(server, proxy, make_certificate(folder), free_port(), free_port())
    server.up([], None, print, network=NetworkWish(address=made.address, proxies=(LOOPBACK,)))
    files = ProxyFiles(
        str(made.certificate.path),
        str(made.certificate.key),
        str(folder / "access.log"),
        str(folder / "cache"),
        made.http_port,
    )
    text = configuration(proxy, server.known(), "news", files)
    with nginx(text, folder) if proxy is Proxy.NGINX else caddy(text, folder, made.http_port, made.https_port):
        wait_for_tls(made.https_port, made.certificate)
        yield made
    server.down()
