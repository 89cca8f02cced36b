"""Makes the embedded server's database and accounts. Runs as a process of its own, inside Label Studio's Django.

Reads an `Order` as JSON from standard input, and writes a `Receipt` as JSON to standard output. Over HTTP it cannot be
done: an account made there has no password, and joins everybody's organisation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, TypedDict

LINK_KEY = "r"
HOTKEYS = {"regions:region:relation": {"key": LINK_KEY, "active": True}}


class AccountOrder(TypedDict):
    """An account that is to be there; `password` is empty where its owner sets it."""

    name: str
    email: str
    password: str
    token: str


class Order(TypedDict):
    """What is to be done. `invited` and `removed` name the account of the one annotator, where that is wanted."""

    admin: AccountOrder
    annotators: list[AccountOrder]
    invited: bool
    reset: bool
    removed: bool


class Receipt(TypedDict):
    """What was done: the secret of an invitation, None where the account has a password that its owner has set."""

    secret: str | None


def main() -> None:
    """Brings database and accounts to what standard input asks for; what is there already is left."""
    order: Order = json.load(sys.stdin)
    # Label Studio prints now and then; what it prints is no receipt.
    receipts, sys.stdout = sys.stdout, sys.stderr
    open_label_studio()
    if not (order["invited"] or order["removed"]):
        _migrate()
        _account(order["admin"], superuser=True)
    for account in order["annotators"]:
        _account(account, superuser=False)
    if order["removed"]:
        _close(order["annotators"][0])
    secret = _invite(order["annotators"][0], reset=order["reset"]) if order["invited"] else None
    json.dump(Receipt(secret=secret), receipts)


def open_label_studio() -> None:
    """Makes this process one of Label Studio's: its modules can be imported, its database be asked."""
    import django
    import label_studio

    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    django.setup()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", "--no-color", verbosity=0)


def _account(account: AccountOrder, *, superuser: bool) -> None:
    """An account with an organisation of its own: it sees no other's projects, and no other sees its."""
    from django.db import transaction
    from organizations.models import Organization, OrganizationMember
    from users.models import User

    with transaction.atomic():
        user = User.objects.filter(email=account["email"]).first()
        if user is None:
            user = User.objects.create_user(email=account["email"], password=account["password"] or None)
            title = f"Hedgerow {account['name']}"
            user.active_organization = Organization.create_organization(
                created_by=user, title=title, legacy_api_tokens_enabled=True
            )
        own = Organization.objects.get(created_by=user)
        OrganizationMember.objects.filter(user=user).exclude(organization=own).delete()
        user.active_organization = own
        _ = own.session_timeout_policy  # made when it is first asked for, else by the first page
        if account["password"] and not user.check_password(account["password"]):
            user.set_password(account["password"])
        user.is_superuser = user.is_staff = superuser
        user.custom_hotkeys = {**HOTKEYS, **(user.custom_hotkeys or {})}
        user.save()
        _set_token(user, account["token"])


def _invite(account: AccountOrder, *, reset: bool) -> str | None:
    """The secret of a link with which the account's owner sets a password; earlier links and sessions end."""
    from users.models import User

    from annotation.embedded.inside.invitations import secret_of

    user = User.objects.get(email=account["email"])
    if user.has_usable_password() and not reset:
        return None
    _close(account)
    return secret_of(User.objects.get(pk=user.pk))


def _close(account: AccountOrder) -> None:
    """Ends whatever lets anybody in: sessions and links hold on to the password, which nobody knows from now on."""
    from users.models import User

    user = User.objects.get(email=account["email"])
    user.set_unusable_password()
    user.save(update_fields=["password"])


def _set_token(user: Any, token: str) -> None:
    from rest_framework.authtoken.models import Token

    if not Token.objects.filter(user=user, key=token).exists():
        Token.objects.filter(user=user).delete()
        Token.objects.create(user=user, key=token)


if __name__ == "__main__":
    main()
