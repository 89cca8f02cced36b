"""`hedgerow up`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from annotation.embedded import trespass
from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.deployment import server_unit
from annotation.embedded.network import NetworkWish, parse_listen
from annotation.embedded.proxies import Proxy, ProxyFiles, configuration
from annotation.embedded.server import Server
from annotation.embedded.upgrade import upgrading
from dataset.problem import Problem
from dataset.record.corpus import Corpus, open_corpus
from dataset.record.doctor import problem_line as checked
from scripts.cli.console import OUT, CorpusOption, say, tell
from scripts.cli.deployed import IntoOption, Service, hand_over
from scripts.cli.names import ADJUDICATOR, checked_names, latest_round, next_push

_WHERE: Final = "Where it is reached"
_PRINTED: Final = "Printed, with nothing started"


def command(
    annotator: Annotated[
        list[str] | None, typer.Option(help="Make an account for this pseudonym.", metavar="A")
    ] = None,
    database: Annotated[
        str | None,
        typer.Option(
            help="A PostgreSQL database to keep the work in, named at the first `up`; SQLite if not named.",
            metavar="URL",
        ),
    ] = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=32,
            help="Processes that answer requests; with PostgreSQL one for each core if not named, with SQLite one.",
            metavar="N",
        ),
    ] = None,
    foreground: Annotated[
        bool, typer.Option("--foreground", help="Run until the server ends, with its log on the terminal.")
    ] = False,
    adopt: Annotated[
        bool, typer.Option("--adopt", help="Take over a server that another account or machine set up.")
    ] = False,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, help="The port; a free one if not named.", rich_help_panel=_WHERE),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(
            help="The IP address and port to listen on; 127.0.0.1 if not named.",
            metavar="HOST:PORT",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    address: Annotated[
        str | None,
        typer.Option(
            help="What people type to reach it through a proxy, https://label.example.org say; `local` ends that.",
            metavar="URL",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(
            help="The address of that proxy, such as 127.0.0.1. The server believes it who asks, and that TLS is used.",
            metavar="IP",
            rich_help_panel=_WHERE,
        ),
    ] = None,
    insecure_network: Annotated[
        bool,
        typer.Option(
            "--insecure-network",
            help="Serve beyond this machine without TLS: whoever is on the network can read passwords.",
            rich_help_panel=_WHERE,
        ),
    ] = False,
    service: Annotated[
        Service | None,
        typer.Option(
            help="Print what starts this server with the machine, and start nothing.",
            show_default=False,
            rich_help_panel=_PRINTED,
        ),
    ] = None,
    into: IntoOption = None,
    proxy: Annotated[
        Proxy | None,
        typer.Option(
            help="Print that proxy's configuration for this server, and start nothing.", rich_help_panel=_PRINTED
        ),
    ] = None,
    certificate: Annotated[
        str,
        typer.Option(
            help="With --proxy: the file of the certificate; where certbot, or Caddy itself, keeps it if not named.",
            metavar="FILE",
            show_default=False,
            rich_help_panel=_PRINTED,
        ),
    ] = "",
    certificate_key: Annotated[
        str,
        typer.Option(
            help="With --proxy: the file of its key.", metavar="FILE", show_default=False, rich_help_panel=_PRINTED
        ),
    ] = "",
    corpus: CorpusOption = None,
) -> None:
    """Start the embedded Label Studio, or find it running; print its address and log-ins.

    Each annotator gets an organisation of their own on the server, so that nobody sees another's work.

    It listens on 127.0.0.1, for this machine alone. For annotators elsewhere, name the address that they will type and
    the proxy that speaks TLS for it. What was named is kept: later calls need none of it.

    Where another version was here before, its data is backed up first, and put back if the new one cannot be started
    with it.

    A password of PostgreSQL goes into PGPASSWORD or ~/.pgpass, never into the address.

    A server whose accounts were not made by you on this machine is refused, because whoever made them knows the
    passwords. If it is your own, moved here or set up by an earlier version, run this once with --adopt.

    Example: hedgerow up --annotator a1 --annotator a2
    Example: hedgerow up --annotator a1 --database postgresql://hedgerow@127.0.0.1:5432/hedgerow
    Example: hedgerow up --service systemd
    Example: hedgerow up --address https://label.example.org --trusted-proxy 127.0.0.1 --listen 127.0.0.1:8080
    Example: hedgerow up --proxy nginx
    """
    here = open_corpus(corpus)
    files = ProxyFiles(certificate=certificate, certificate_key=certificate_key)
    if service or proxy:
        if any((annotator, database, workers, foreground, adopt, port, listen, address, trusted_proxy)):
            raise typer.BadParameter("--service and --proxy are about a server as it is set up: do that first")
        _print(here, service, into, proxy, files)
        return
    if into or files != ProxyFiles():
        raise typer.BadParameter("--into goes with --service, and a certificate with --proxy")
    host, at_port = _listening(listen, port)
    network = NetworkWish(host, address, tuple(trusted_proxy or ()), insecure=insecure_network)
    server = Server(here.state)
    before = server.settle(tell, adopt=adopt, database_url=database)
    with upgrading(here, before, tell):
        names = checked_names(annotator or [])
        known = server.up(names, at_port, tell, database, network=network, workers=workers, foreground=foreground)
        _say_log_ins(known, server)
        _check_blindness(known)
    if foreground:
        server.stay(tell)
        return
    say(f"Next: `{_next_step(here, list(known.annotators))}`; to stop it: `hedgerow down`")


def _listening(listen: str | None, port: int | None) -> tuple[str | None, int | None]:
    """The IP address and the port to listen on, None where they are not named."""
    host, listen_port = parse_listen(listen) if listen else (None, None)
    if None not in (port, listen_port) and port != listen_port:
        raise typer.BadParameter("--listen names another port than --port")
    return host, port or listen_port


def _say_log_ins(known: Secrets, server: Server) -> None:
    say(f"Label Studio: {known.public_url}")
    for account in (known.admin, *known.annotators.values()):
        say(login(account, server))


def _print(corpus: Corpus, service: Service | None, into: Path | None, proxy: Proxy | None, files: ProxyFiles) -> None:
    """What an administrator puts into place for this server."""
    if service:
        units = server_unit(corpus)
        hand_over(units, into, units[0].place.name)
    if proxy:
        site = configuration(proxy, Server(corpus.state).known(), corpus.name, files)
        OUT.out(site, end="", highlight=False)


def _next_step(corpus: Corpus, names: list[str]) -> str:
    """What the annotators are for; an adjudicator has articles to decide, and none to label."""
    if names == [ADJUDICATOR]:
        return f"hedgerow adjudicate --round {latest_round(corpus)}"
    return next_push(corpus, [name for name in names if name != ADJUDICATOR])


def _check_blindness(known: Secrets) -> None:
    """Tries to get past what keeps annotators apart, before they begin.

    Raises:
        Problem: it can be got past.
    """
    tell("trying to get past what keeps annotators apart")
    for line in checked("blindness", lambda: trespass.blindness(known)):
        if line.mark == "fail":
            raise Problem(f"annotators are not blind on this server: {line.message}", str(line.next_step))


def login(account: Account, server: Server) -> str:
    """A log-in; its password on a terminal only, so that it does not end in a log."""
    if account.is_removed:
        way = "removed"
    elif not account.password:
        way = f"password set by a link of `hedgerow invite {account.name}`"
    else:
        way = f"password {account.password}" if OUT.is_terminal else f"password in {server.secrets_path}"
    return f"  {account.name:8} {account.email:28} {way}"
