"""The embedded server's URL table: Label Studio's, of which much is closed, and this package's addresses."""

from __future__ import annotations

from django.urls import path

from annotation.embedded.inside import closed
from annotation.embedded.inside.routes import FINDINGS, HEALTH, PRACTICE, WELCOME
from annotation.served import health, practice, views, welcome

urlpatterns = [
    path(HEALTH, health.health),
    path(FINDINGS, views.findings),
    path(PRACTICE, practice.sheet),
    path(WELCOME, welcome.welcome),
    *closed.urlpatterns,
]
