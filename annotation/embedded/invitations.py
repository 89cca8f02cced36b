"""Who is let in to the embedded server: links with which annotators set a password, and accounts that are closed."""

from __future__ import annotations

from dataclasses import replace

from annotation.embedded.accounts import new_token, order
from annotation.embedded.inside.routes import WELCOME
from annotation.embedded.server import Server
from dataset.problem import Problem


def invite(server: Server, annotator: str, *, reset: bool) -> str:
    """A link that works once and for three days, with which an annotator sets a password.

    The account is made if there is none. A password that `up` made, and earlier links, end; one that the annotator
    has set ends where `reset` is wanted.

    Raises:
        Problem: no server is set up here, the annotator has set a password, or was removed, and `reset` is not
            wanted.
    """
    with server.locked():
        known = server.known().with_annotators([annotator])
        account = known.annotators[annotator]
        if account.is_removed and not reset:
            raise Problem(
                f"{annotator} was removed", f"to let them in again, run `hedgerow invite {annotator} --reset`"
            )
        is_made_here = bool(account.password)
        known = known.with_account(replace(account, password="", is_removed=False))
        server.prepare_folders(new=False, empty=False)
        server.write_secrets(known)
        receipt = server.provision(known, order(known, annotator, invited=True, reset=reset or is_made_here))
    if receipt["secret"] is None:
        raise Problem(
            f"{annotator} has set a password already",
            f"if it is lost, run `hedgerow invite {annotator} --reset`, which ends it",
        )
    return f"{known.public_url}/{WELCOME}#{account.email}/{receipt['secret']}"


def remove(server: Server, annotator: str) -> None:
    """Closes an annotator's account: nobody is in or comes in with it. The work stays, and can be pulled.

    Raises:
        Problem: no server is set up here, or there is no such account.
    """
    with server.locked():
        known = server.known()
        if annotator not in known.annotators:
            raise Problem(f"{annotator} has no account here", "`hedgerow status` names those that have")
        closed = replace(known.annotators[annotator], password="", token=new_token(), is_removed=True)
        known = known.with_account(closed)
        server.prepare_folders(new=False, empty=False)
        server.write_secrets(known)
        server.provision(known, order(known, annotator, removed=True))
