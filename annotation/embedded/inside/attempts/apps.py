"""The application, as Django names it."""

from __future__ import annotations

from django.apps import AppConfig


class Attempts(AppConfig):  # type: ignore[misc]
    """Its one table is made by Django's migrations, like Label Studio's own."""

    name = "annotation.embedded.inside.attempts"
    label = "hedgerow_attempts"
    default_auto_field = "django.db.models.BigAutoField"
