"""Links with which people set a password: each works once, and for three days. Loaded by Label Studio, not by Hedgerow.

The secret of a link stands after its `#`, which no browser sends: it is in no log of a proxy, and programs that look
at links in messages do not use it up. Django's own tokens are used, which the new password makes void.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.tokens import default_token_generator
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode


def secret_of(user: Any) -> str:
    """What stands after the `#` of a link for this account."""
    return f"{urlsafe_base64_encode(str(user.pk).encode())}.{default_token_generator.make_token(user)}"


def invited(secret: str) -> Any:
    """The account of a secret that still works, None of any other.

    The account's row is locked until the request ends: of two who use a link at once, one is refused.
    """
    from users.models import User

    number, _, token = secret.partition(".")
    try:
        user = User.objects.select_for_update().get(pk=int(urlsafe_base64_decode(number)))
    except (User.DoesNotExist, ValueError, OverflowError):
        return None
    return user if default_token_generator.check_token(user, token) else None
