"""Which organisation of the embedded server an account belongs to, and what that lets it ask for.

Loaded by Label Studio, not by Hedgerow, and while its settings load: no model is imported here.

Label Studio shows an account the organisation that is noted at the account as its active one, and the account can note
another there. Here its memberships decide: it has one, made by `hedgerow up`. And every number in an address is held
against it, because some of Label Studio's lists check no permission.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import Http404
from jwt_auth.auth import TokenAuthenticationPhaseout
from rest_framework import exceptions

from annotation.embedded.inside.routes import NUMBERS, QUERIES, STATIC

DISPLACED: Final = "this account is not in the one organisation that it belongs to; the maintainer can correct that"
_ORGANISATION: Final[Mapping[str, str]] = {
    "projects.Project": "organization_id",
    "data_manager.View": "project__organization_id",
    "tasks.Task": "project__organization_id",
    "tasks.Annotation": "task__project__organization_id",
    "tasks.AnnotationDraft": "task__project__organization_id",
    "tasks.Prediction": "project__organization_id",
}
_KNOWN: Final = "hedgerow_organisations"
OWNED: Final = frozenset(_ORGANISATION)
"""What belongs to an organisation, as Django names models."""


class MembersToken(TokenAuthenticationPhaseout):  # type: ignore[misc]
    """A token opens the organisation that its account is a member of, and no other."""

    def authenticate(self, request: Any) -> Any:
        """The account and its token, as Django REST framework wants them; None without a token.

        Raises:
            PermissionDenied: another organisation than the account's own is noted as its active one.
            NotFound: the address names something of another organisation.
        """
        authenticated = super().authenticate(request)
        if authenticated is not None:
            user = authenticated[0]
            own = organisation_of(user)
            if is_displaced(user, own):
                raise exceptions.PermissionDenied(DISPLACED)
            if names_what_is_not_own(own, request.resolver_match, request.GET):
                raise exceptions.NotFound
        return authenticated


class MembersSession:
    """A middleware: the same for who is logged in by a page."""

    def __init__(self, get_response: Any) -> None:
        self._get_response = get_response

    def __call__(self, request: Any) -> Any:
        """The answer."""
        return self._get_response(request)

    def process_view(self, request: Any, *_: Any) -> None:
        """Looks at the request before its view does.

        Raises:
            PermissionDenied: another organisation than the account's own is noted as its active one.
            Http404: the address names something of another organisation.
        """
        if request.resolver_match.route in STATIC or not request.user.is_authenticated:
            return
        own = organisation_of(request.user)
        if is_displaced(request.user, own):
            raise PermissionDenied(DISPLACED)
        if names_what_is_not_own(own, request.resolver_match, request.GET):
            raise Http404


def names_what_is_not_own(own: int | None, match: Any, query: Any) -> bool:
    """Whether a number in an address is that of a project, task or piece of work of another organisation than `own`."""
    return any(organisation not in (None, own) for organisation in _organisations_named(match, query))


def _organisations_named(match: Any, query: Any) -> Iterator[int | None]:
    """The organisation of each thing that an address names; None for what is not there."""
    named = [(model, match.kwargs[name]) for name, model in NUMBERS.get(match.route, {}).items()]
    named += [(model, number) for name, model in QUERIES.items() for number in query.getlist(name)]
    for model, number in named:
        if str(number).isdecimal():
            yield organisation_with(model, int(number))


def organisation_of(user: Any) -> int | None:
    """The id of the one organisation that an account belongs to, by its memberships; None for none or several."""
    from organizations.models import OrganizationMember

    if not getattr(user, "is_authenticated", False):
        return None
    known, account = _known(), ("users.User", user.pk)
    if account not in known:
        memberships = OrganizationMember.objects.filter(user_id=user.pk, deleted_at__isnull=True)
        organisations = list(memberships.values_list("organization_id", flat=True)[:2])
        known[account] = organisations[0] if len(organisations) == 1 else None
    return known[account]


def organisation_with(model: str, number: int) -> int | None:
    """The organisation of the thing of that number; None where it is not there."""
    from django.apps import apps

    known, thing = _known(), (model, number)
    if known.get(thing) is None:  # what is not there may still be made
        known[thing] = (
            apps.get_model(model).objects.filter(pk=number).values_list(_ORGANISATION[model], flat=True).first()
        )
    return known[thing]


def _known() -> dict[tuple[str, int], int | None]:
    """The organisations that were asked for in answering one request, which asks for the same ones at each step."""
    from core.current_request import CurrentContext

    request = CurrentContext.get_request()
    known: dict[tuple[str, int], int | None] = {} if request is None else request.__dict__.setdefault(_KNOWN, {})
    return known


def is_displaced(user: Any, own: int | None) -> bool:
    """Whether lists would show the account another organisation than the one that it is a member of."""
    return own is None or user.active_organization_id != own
