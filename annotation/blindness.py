"""What keeps annotators of the embedded server from each other's work. Loaded by Label Studio, not by Hedgerow.

Label Studio's lists show an account its own organisation only. But whoever knows a number can read and change another
organisation's tasks (`/api/tasks/?project=N`) and annotations (`/api/annotations/N/`), because in the community edition
every object's permission comes down to that of its project, and a project's is always yes.
"""

from __future__ import annotations

from typing import Any

from core.current_request import CurrentContext
from django.core.exceptions import PermissionDenied
from django.db.models.signals import pre_save
from projects.mixins import ProjectMixin


class OwnOrganisationOnly(ProjectMixin):  # type: ignore[misc]
    """A project that only its own organisation's accounts may read or change."""

    organization_id: int

    def has_permission(self, user: Any) -> bool:
        """Whether the account belongs to the project's organisation."""
        return bool(super().has_permission(user) and user.active_organization_id == self.organization_id)


def refuse_strangers(sender: Any, instance: Any, **_: Any) -> None:
    """Nothing is saved into another organisation's project: predictions and views are made without asking it."""
    user = CurrentContext.get_user()
    project = getattr(instance, "project", None) or getattr(getattr(instance, "task", None), "project", None)
    own = getattr(user, "active_organization_id", None)
    if own is not None and getattr(project, "organization_id", own) != own:
        raise PermissionDenied("this project is another annotator's")


pre_save.connect(refuse_strangers, dispatch_uid="hedgerow-strangers")
