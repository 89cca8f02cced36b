"""Where the embedded server listens, what the world calls it, and which proxies it believes."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlsplit

from dataset.problem import Problem

LOOPBACK: Final = "127.0.0.1"
LOCAL: Final = "local"
ADDRESS_VARIABLE: Final = "HEDGEROW_ADDRESS"
PROXIES_VARIABLE: Final = "HEDGEROW_PROXIES"
LISTEN_VARIABLE: Final = "HEDGEROW_LISTEN"
_EXAMPLE: Final = "https://label.example.org"
_NAME: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")


@dataclass(frozen=True)
class Network:
    """How a server is reached.

    `host` is the IP address that it listens on. `address` is what people type, None where nobody but this machine does.
    `proxies` are the IP addresses, or networks of them, whose word is taken for who asks and whether TLS was used.
    """

    host: str = LOOPBACK
    address: str | None = None
    proxies: tuple[str, ...] = ()

    @property
    def is_behind_tls(self) -> bool:
        """Whether a proxy speaks TLS for it."""
        return (self.address or "").startswith("https://")

    def local_url(self, port: int) -> str:
        """Where programs on this machine reach it."""
        host = {"0.0.0.0": LOOPBACK, "::": "::1"}.get(self.host, self.host)  # noqa: S104 - what it is bound to
        return f"http://{bracketed(host)}:{port}"


def bracketed(host: str) -> str:
    """An IP address as it stands in a URL."""
    return f"[{host}]" if ":" in host else host


def parse_listen(listen: str) -> tuple[str, int]:
    """The IP address and the port of `HOST:PORT`.

    Raises:
        Problem: it is not of that form.
    """
    host, _, port = listen.rpartition(":")
    try:
        number = int(port)
        ip = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
        if not 1 <= number <= 65535 or (ip.version == 6) != host.startswith("["):
            raise ValueError
    except ValueError:
        raise Problem(
            f"--listen {listen} is not an IP address and a port", f"write it like {LOOPBACK}:8080 or [::1]:8080"
        ) from None
    return str(ip), number


@dataclass(frozen=True)
class NetworkWish:
    """What is to be changed in a network; what is not named stays.

    The address `local` ends it that others reach the server. `insecure` says that passwords may be read on their way.
    """

    host: str | None = None
    address: str | None = None
    proxies: tuple[str, ...] = ()
    insecure: bool = False

    def applied_to(self, before: Network) -> Network:
        """The network as it is wished for.

        Raises:
            Problem: an address or a proxy cannot be read, or passwords could be read on their way.
        """
        base = Network() if self.address == LOCAL else before
        network = replace(
            base,
            host=self.host or base.host,
            address=_checked_address(self.address) if self.address not in (None, LOCAL) else base.address,
            proxies=tuple(_checked_proxy(proxy) for proxy in self.proxies) or base.proxies,
        )
        if network != before:
            _refuse_open_passwords(network, self.insecure)
        if network.is_behind_tls and not network.proxies:
            raise Problem(
                f"{network.address} needs a proxy that speaks TLS, and none is named whose word for it is taken",
                f"add --trusted-proxy {LOOPBACK}, or the IP address that the proxy comes from",
            )
        return network


def _checked_address(address: str | None) -> str:
    try:
        parts = urlsplit((address or "").rstrip("/").lower())
        port = parts.port
    except ValueError:
        parts, port = SplitResult("", "", "", "", ""), None
    host = parts.hostname or ""
    plain = not (parts.path or parts.query or parts.fragment or "@" in parts.netloc)
    if parts.scheme not in ("http", "https") or not plain or not (_NAME.fullmatch(host) or _is_ip(host)):
        raise Problem(
            f"--address {address} is not the address of a server, which has no path", f"write it like {_EXAMPLE}"
        )
    default = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{bracketed(host)}" + (f":{port}" if port not in (None, default) else "")


def _checked_proxy(proxy: str) -> str:
    try:
        return str(ipaddress.ip_network(proxy))
    except ValueError:
        raise Problem(
            f"--trusted-proxy {proxy} is not an IP address, nor a network of them",
            "write it like 127.0.0.1 or 10.0.0.0/24",
        ) from None


def _refuse_open_passwords(network: Network, insecure: bool) -> None:
    """Beyond this machine a server is reached through TLS, or the caller says that it need not be."""
    beyond = not ipaddress.ip_address(network.host).is_loopback
    if network.is_behind_tls or not (beyond or (network.address and not _is_local(network.address))):
        return
    place = network.address or network.host
    if not insecure:
        raise Problem(
            f"at {place} others could read passwords on their way, for nothing encrypts them",
            "name an https address with --address, and its proxy with --trusted-proxy; where all who are on this "
            "network may read everything, add --insecure-network",
        )
    if network.address is None:
        raise Problem(f"the address at which people reach {place} is not known", "name it with --address http://…")


def _is_local(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
