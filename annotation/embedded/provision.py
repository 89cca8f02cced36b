"""Makes the embedded server's database and accounts. Runs as a process of its own, inside Label Studio's Django.

Reads `{"admin": account, "annotators": [account, ...]}` from standard input; an account has name, email, password
and token. Over HTTP it cannot be done: an account made there has no password, and joins everybody's organisation.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

LINK_KEY = "r"
HOTKEYS = {"regions:region:relation": {"key": LINK_KEY, "active": True}}


def main() -> None:
    """Brings database and accounts to what standard input asks for; what is there already is left."""
    wanted = json.load(sys.stdin)
    open_label_studio()
    _migrate()
    _account(wanted["admin"], superuser=True)
    for account in wanted["annotators"]:
        _account(account, superuser=False)


def open_label_studio() -> None:
    """Makes this process one of Label Studio's: its modules can be imported, its database be asked."""
    import django
    import label_studio

    sys.path.insert(0, str(Path(label_studio.__file__).parent))
    django.setup()


def _migrate() -> None:
    from django.core.management import call_command

    call_command("migrate", "--no-color", verbosity=0)


def _account(account: dict[str, str], *, superuser: bool) -> None:
    """An account with an organisation of its own: it sees no other's projects, and no other sees its."""
    from django.db import transaction
    from organizations.models import Organization, OrganizationMember
    from users.models import User

    with transaction.atomic():
        user = User.objects.filter(email=account["email"]).first()
        if user is None:
            user = User.objects.create_user(email=account["email"], password=account["password"])
            title = f"Hedgerow {account['name']}"
            user.active_organization = Organization.create_organization(
                created_by=user, title=title, legacy_api_tokens_enabled=True
            )
        own = Organization.objects.get(created_by=user)
        OrganizationMember.objects.filter(user=user).exclude(organization=own).delete()
        user.active_organization = own
        _ = own.session_timeout_policy  # made when it is first asked for, else by the first page
        if not user.check_password(account["password"]):
            user.set_password(account["password"])
        user.is_superuser = user.is_staff = superuser
        user.custom_hotkeys = {**HOTKEYS, **(user.custom_hotkeys or {})}
        user.save()
        _set_token(user, account["token"])


def _set_token(user: Any, token: str) -> None:
    from rest_framework.authtoken.models import Token

    if not Token.objects.filter(user=user, key=token).exists():
        Token.objects.filter(user=user).delete()
        Token.objects.create(user=user, key=token)


if __name__ == "__main__":
    main()
