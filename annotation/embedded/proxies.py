"""Complete configurations of a proxy before this very server: TLS, limits, time-outs, headers, compression, files."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined

from annotation.embedded.accounts import Secrets
from annotation.embedded.inside.routes import KEY_HEADER, LARGEST_WORK
from dataset.problem import Problem

_TEMPLATES: Final = Environment(
    loader=PackageLoader("annotation.embedded", "deployed"),
    undefined=StrictUndefined,
    keep_trailing_newline=True,
    autoescape=False,  # noqa: S701 - what is written is no HTML, and its words are checked addresses and paths
)


class Proxy(StrEnum):
    """A proxy that a configuration can be printed for."""

    NGINX = "nginx"
    CADDY = "caddy"


@dataclass(frozen=True)
class ProxyFiles:
    """Where a proxy keeps what it needs. An empty path is where that proxy has it by itself."""

    certificate: str = ""
    certificate_key: str = ""
    log: str = ""
    cache: str = "/var/cache/nginx-hedgerow"
    http_port: int = 80


def configuration(proxy: Proxy, known: Secrets, corpus: str, files: ProxyFiles | None = None) -> str:
    """The proxy's configuration for the server of that corpus.

    Raises:
        Problem: the server has no address that TLS is spoken at.
    """
    network = known.network
    if network.address is None or not network.is_behind_tls:
        raise Problem(
            "this server has no https address, so there is nothing for a proxy to serve",
            "name it with `hedgerow up --address https://label.example.org --trusted-proxy 127.0.0.1`",
        )
    files = files or ProxyFiles()
    if bool(files.certificate) != bool(files.certificate_key):
        raise Problem("a certificate is of use with its key only", "name both --certificate and --certificate-key")
    parts = urlsplit(network.address)
    words = asdict(files) | {
        "corpus": " ".join(corpus.split()),
        "address": network.address,
        "netloc": parts.netloc,
        "host": parts.hostname,
        "https_port": parts.port or 443,
        "upstream": urlsplit(known.url).netloc,
        "largest_kb": LARGEST_WORK >> 10,
        "key_header": KEY_HEADER,
        "log": files.log or f"/var/log/{proxy}/hedgerow.log",
    }
    if proxy is Proxy.CADDY:
        return _TEMPLATES.get_template("Caddyfile.j2").render(words)
    live = f"/etc/letsencrypt/live/{parts.hostname}"
    words |= {
        "certificate": files.certificate or f"{live}/fullchain.pem",
        "certificate_key": files.certificate_key or f"{live}/privkey.pem",
    }
    return _TEMPLATES.get_template("nginx.conf.j2").render(words)
