"""Who knocks at the embedded server, by which name, and whether through TLS. Loaded by Label Studio, not by Hedgerow.

What a proxy says in headers is believed of the proxies that are named, and of nobody else.
"""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from annotation.embedded.inside.routes import refusal
from annotation.embedded.network import ADDRESS_VARIABLE, LISTEN_VARIABLE, LOOPBACK, PROXIES_VARIABLE

_FORWARDED: Final = ("HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO", "HTTP_FORWARDED")
_BY_PROXIES: Final = (*_FORWARDED, "HTTP_X_FORWARDED_HOST", "HTTP_X_FORWARDED_PORT", "HTTP_X_REAL_IP")
HSTS_SECONDS: Final = 365 * 24 * 3600
ADDRESS: Final = os.environ.get(ADDRESS_VARIABLE, "")
"""What people type; empty where nobody but this machine reaches the server."""
IS_BEHIND_TLS: Final = ADDRESS.startswith("https://")


class Entrance:
    """A middleware, the outermost one: lets in who asks for this server by its name, and through TLS where it has any.

    Behind it a request says of itself who its client is and whether TLS was used, and nothing that a client made up.
    """

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self._get_response = get_response
        self._public = urlsplit(ADDRESS).netloc
        self._proxies = [ipaddress.ip_network(proxy) for proxy in os.environ.get(PROXIES_VARIABLE, "").split()]
        self._local = {LOOPBACK, "localhost", "::1", os.environ.get(LISTEN_VARIABLE, LOOPBACK)}

    def __call__(self, request: Any) -> Any:
        """The answer; 400 for another name, 301 or 403 without TLS."""
        meta = request.META
        host = meta.get("HTTP_HOST", "").lower()
        is_public, by_proxy = bool(self._public) and host == self._public, self._is_proxy(meta.get("REMOTE_ADDR", ""))
        if not is_public and not self._asks_on_this_machine(host, meta):
            return refusal(400, "this server has another name; its maintainer gives it with `hedgerow up --address`")
        if is_public and IS_BEHIND_TLS:
            if not (by_proxy and meta.get("HTTP_X_FORWARDED_PROTO") == "https"):
                return self._to_tls(request)
            meta["wsgi.url_scheme"] = "https"
        if by_proxy and (hops := meta.get("HTTP_X_FORWARDED_FOR")):
            meta["REMOTE_ADDR"] = self._client(hops.split(","))
        for name in _BY_PROXIES:
            meta.pop(name, None)
        answer = self._get_response(request)
        answer["X-Frame-Options"] = "SAMEORIGIN"
        if meta["wsgi.url_scheme"] == "https":
            answer["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}"
        return answer

    def _asks_on_this_machine(self, host: str, meta: dict[str, Any]) -> bool:
        """Whether it names this machine as its own programs do, at whatever port, for a tunnel ends at another.

        What a proxy hands on under such a name was asked for elsewhere.
        """
        if self._public and any(name in meta for name in _FORWARDED):
            return False
        try:
            return urlsplit(f"//{host}").hostname in self._local
        except ValueError:
            return False

    def _is_proxy(self, address: str) -> bool:
        try:
            client = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(client in network for network in self._proxies)

    def _client(self, hops: list[str]) -> str:
        """Who asked the outermost of our proxies.

        Each proxy adds the one that asked it; what stands before that may be made up.
        """
        addresses = [hop.strip() for hop in hops]
        return next((address for address in reversed(addresses) if not self._is_proxy(address)), addresses[0])[:45]

    def _to_tls(self, request: Any) -> Any:
        from django.http import HttpResponsePermanentRedirect

        if request.method not in ("GET", "HEAD"):
            return refusal(403, f"this server is at {ADDRESS} only")
        return HttpResponsePermanentRedirect(ADDRESS + request.get_full_path())
