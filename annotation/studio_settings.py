"""Django settings of the embedded Label Studio: its own, and annotators kept apart."""

import os
from pathlib import Path

from annotation import database

# Label Studio reads these two while its settings are still loading.
SENTRY_DSN = FRONTEND_SENTRY_DSN = ""

from core.settings.base import *  # noqa: E402, F403 - this is how Django settings are extended
from label_studio.core.settings.label_studio import *  # noqa: E402, F403

PROJECT_MIXIN = "annotation.blindness.OwnOrganisationOnly"

# Our base.html comes first and extends theirs: a script that the labelling page needs (studio_pages/labelling.js).
TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parent / "studio_pages")  # type: ignore[name-defined]  # noqa: F405

if _url := os.environ.get(database.VARIABLE):
    DATABASES = {"default": database.django_settings(_url)}
