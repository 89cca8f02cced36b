"""The table of attempts."""

from __future__ import annotations

from django.db import models


class Attempt(models.Model):  # type: ignore[misc]
    """An attempt to log in that failed, or that is being tried: the account as it was typed, and who asked."""

    account = models.CharField(max_length=254, db_index=True)
    address = models.CharField(max_length=45, db_index=True)
    at = models.DateTimeField(db_index=True)
