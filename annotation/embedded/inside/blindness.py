"""What keeps annotators of the embedded server from each other's work. Loaded by Label Studio, not by Hedgerow.

Whoever knows a number can read and change another organisation's tasks (`/api/tasks/?project=N`) and annotations
(`/api/annotations/N/`), because in the community edition every object's permission comes down to that of its project,
and a project's is always yes. And a submission can name whom it likes as its author.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any, Final

from core.current_request import CurrentContext
from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_save
from projects.mixins import ProjectMixin
from rest_framework.exceptions import ValidationError

from annotation.embedded.inside.membership import OWNED, organisation_of, organisation_with

_WORK: Final = frozenset({"Annotation", "AnnotationDraft"})


class OwnOrganisationOnly(ProjectMixin):  # type: ignore[misc]
    """A project that only its own organisation's members may read or change."""

    organization_id: int

    def has_permission(self, user: Any) -> bool:
        """Whether the account is a member of the project's organisation, and of no other."""
        return bool(super().has_permission(user) and organisation_of(user) == self.organization_id)


def _guard(sender: Any, instance: Any, **_: Any) -> None:
    """Holds what is saved in answer to a request against the account that asks."""
    user = CurrentContext.get_user()
    if getattr(user, "is_authenticated", False):
        for refuse in (_refuse_strangers, _refuse_other_authors, _refuse_moving):
            refuse(sender.__name__, instance, user)


def _refuse_strangers(model: str, instance: Any, user: Any) -> None:
    """Nothing is saved that points to what is another organisation's, be it a project, a task or a piece of work.

    What is not there is answered for alike, so that nobody learns which numbers others have.
    """
    own = organisation_of(user)
    for field in _pointers(instance, OWNED):
        number = getattr(instance, field.attname)
        if number is not None and organisation_with(field.related_model._meta.label, number) not in (None, own):
            raise ValidationError({field.name: [f'Invalid pk "{number}" - object does not exist.']})
    if model == "Annotation" and instance.project_id is None:
        raise ValidationError({"project": ["This field may not be null."]})


def _pointers(instance: Any, models: Collection[str]) -> Iterator[Any]:
    """The fields of an instance that point to one of these models."""
    for field in instance._meta.concrete_fields:
        if field.is_relation and field.related_model._meta.label in models:
            yield field


def _refuse_other_authors(model: str, instance: Any, user: Any) -> None:
    """The author of work is the account that sends it, and stays it."""
    fields = _pointers(instance, {"users.User"}) if model in _WORK else ()
    if any(getattr(instance, field.attname) not in (None, user.pk) for field in fields):
        raise PermissionDenied("this would be stored as another account's work")


def _refuse_moving(model: str, instance: Any, user: Any) -> None:
    """An account belongs to one organisation, for good, and organisations take in nobody."""
    if model == "OrganizationMember":
        raise PermissionDenied("accounts are made by `hedgerow up`")
    if model == "User" and (instance._state.adding or instance.active_organization_id != organisation_of(instance)):
        raise PermissionDenied("an account stays in its organisation")


pre_save.connect(_guard, dispatch_uid="hedgerow-guard")
