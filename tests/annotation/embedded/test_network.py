from __future__ import annotations

import pytest

from annotation.embedded.network import LOOPBACK, Network, NetworkWish, parse_listen
from dataset.problem import Problem

TLS = NetworkWish(address="https://label.example.org", proxies=(LOOPBACK,))


def test_a_server_is_this_machines_alone_unless_it_is_named_otherwise() -> None:
    network = NetworkWish().applied_to(Network())
    assert (network.host, network.address, network.proxies) == (LOOPBACK, None, ())


def test_what_is_not_named_stays_and_local_ends_it() -> None:
    network = TLS.applied_to(Network())
    assert NetworkWish().applied_to(network) == network
    assert NetworkWish(host="10.0.0.5").applied_to(network).address == "https://label.example.org"
    assert NetworkWish(address="local").applied_to(network) == Network()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://Label.Example.org/", "https://label.example.org"),
        ("https://label.example.org:443", "https://label.example.org"),
        ("https://label.example.org:8443", "https://label.example.org:8443"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_an_address_is_kept_as_browsers_send_it(typed: str, kept: str) -> None:
    assert NetworkWish(address=typed, proxies=(LOOPBACK,)).applied_to(Network()).address == kept


@pytest.mark.parametrize(
    "address",
    [
        "label.example.org",
        "ftp://label.example.org",
        "https://",
        "https://label.example.org/here",
        "https://label.example.org?x",
        "https://me@label.example.org",
        "https://label.example.org:port",
        "https://label_example.org",
        "https://label.example.org;}",
        "https://[::1",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(Problem, match=r"--address .* write it like https://"):
        NetworkWish(address=address, proxies=(LOOPBACK,)).applied_to(Network())


@pytest.mark.parametrize("proxy", ["proxy.example.org", "10.0.0.5/24", "", "*"])
def test_a_proxy_is_an_ip_address_or_a_network(proxy: str) -> None:
    with pytest.raises(Problem, match="--trusted-proxy"):
        NetworkWish(address="https://label.example.org", proxies=(proxy,)).applied_to(Network())


def test_an_https_address_needs_the_proxy_that_speaks_tls() -> None:
    with pytest.raises(Problem, match="--trusted-proxy"):
        NetworkWish(address="https://label.example.org").applied_to(Network())


@pytest.mark.parametrize(
    "wish",
    [
        NetworkWish(host="0.0.0.0"),
        NetworkWish(host="192.0.2.7", address="http://192.0.2.7:8080"),
        NetworkWish(address="http://label.example.org"),
        NetworkWish(host="::"),
    ],
)
def test_beyond_this_machine_it_is_tls_or_said_in_so_many_words(wish: NetworkWish) -> None:
    with pytest.raises(Problem, match="--insecure-network"):
        wish.applied_to(Network())


def test_said_in_so_many_words_it_is_served_once_people_know_the_address() -> None:
    with pytest.raises(Problem, match="--address"):
        NetworkWish(host="0.0.0.0", insecure=True).applied_to(Network())
    wish = NetworkWish(host="0.0.0.0", address="http://192.0.2.7:8080", insecure=True)
    network = wish.applied_to(Network())
    assert network.local_url(8080) == "http://127.0.0.1:8080"
    assert NetworkWish().applied_to(network) == network


@pytest.mark.parametrize(
    ("listen", "parts"),
    [
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
        ("0.0.0.0:1", ("0.0.0.0", 1)),
    ],
)
def test_where_it_listens_is_read(listen: str, parts: tuple[str, int]) -> None:
    assert parse_listen(listen) == parts


@pytest.mark.parametrize(
    "listen", ["8080", ":8080", "localhost:8080", "127.0.0.1", "127.0.0.1:0", "::1:8080", "1.2.3.4:x"]
)
def test_what_is_no_place_to_listen_at_is_refused(listen: str) -> None:
    with pytest.raises(Problem, match="--listen"):
        parse_listen(listen)
