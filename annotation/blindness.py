"""What keeps annotators of the embedded server from each other's work. Loaded by Label Studio, not by Hedgerow.

Whoever knows a number can read and change another organisation's tasks (`/api/tasks/?project=N`) and annotations
(`/api/annotations/N/`), because in the community edition every object's permission comes down to that of its project,
and a project's is always yes. And a submission can name whom it likes as its author.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from core.current_request import CurrentContext
from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_save
from projects.mixins import ProjectMixin

from annotation.membership import organisation_of

_AUTHORS: Final[Mapping[str, str]] = {"Annotation": "completed_by_id", "AnnotationDraft": "user_id"}


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
    """Nothing is saved into another organisation's project: predictions and views are made without asking it."""
    project = getattr(instance, "project", None) or getattr(getattr(instance, "task", None), "project", None)
    organisation = getattr(project, "organization_id", None)
    if organisation is not None and organisation != organisation_of(user):
        raise PermissionDenied("this project is another annotator's")


def _refuse_other_authors(model: str, instance: Any, user: Any) -> None:
    """The author of work is the account that sends it, and stays it."""
    if model in _AUTHORS and getattr(instance, _AUTHORS[model]) != user.pk:
        raise PermissionDenied("this would be stored as another account's work")


def _refuse_moving(model: str, instance: Any, user: Any) -> None:
    """An account belongs to one organisation, for good, and organisations take in nobody."""
    if model == "OrganizationMember":
        raise PermissionDenied("accounts are made by `hedgerow up`")
    if model == "User" and (instance._state.adding or instance.active_organization_id != organisation_of(instance)):
        raise PermissionDenied("an account stays in its organisation")


pre_save.connect(_guard, dispatch_uid="hedgerow-guard")
