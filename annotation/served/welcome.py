"""The page where somebody who was invited sets a password."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from users.functions.common import login

from annotation.embedded.inside.invitations import invited

_USED = "This link has been used, is older than three days, or has been replaced. Ask whoever sent it for a new one."
_DIFFER = "The two passwords are not the same."


@never_cache  # type: ignore[untyped-decorator]
@sensitive_post_parameters("secret", "password", "again")  # type: ignore[untyped-decorator]
def welcome(request: HttpRequest) -> HttpResponse:
    """The form; once it is sent, the account has its password and is logged in."""
    if request.method != "POST":
        return _form(request, [])
    secret, password = request.POST.get("secret", ""), request.POST.get("password", "")
    user = invited(secret)
    if user is None:
        return _form(request, [_USED], status=403)
    if password != request.POST.get("again"):
        return _form(request, [_DIFFER], secret, user)
    try:
        validate_password(password, user)
    except ValidationError as refused:
        return _form(request, refused.messages, secret, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return HttpResponseRedirect("/projects/")


def _form(
    request: HttpRequest, errors: list[str], secret: str = "", user: Any = None, *, status: int | None = None
) -> HttpResponse:
    shown = {"errors": errors, "secret": secret, "email": user.email if user else "", "is_over": status == 403}
    answer = render(request, "welcome.html", shown, status=status or (422 if errors else 200))
    answer["Referrer-Policy"] = "no-referrer"
    return answer
