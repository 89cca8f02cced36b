"""Django settings of the embedded Label Studio: its own, annotators kept apart, and each change whole or none."""

import os
from pathlib import Path

from annotation.embedded import database
from annotation.embedded.inside.discretion import LOG_VARIABLE, discreet
from annotation.embedded.inside.entrance import ADDRESS, IS_BEHIND_TLS
from annotation.embedded.inside.outgoing import refuse_calls
from annotation.embedded.inside.routes import KEY_VARIABLE

_GIVEN = dict(os.environ)

# Label Studio reads these two while its settings are still loading.
SENTRY_DSN = FRONTEND_SENTRY_DSN = ""

from core.settings.base import *  # noqa: E402, F403 - this is how Django settings are extended

# Read for good while the rest of Label Studio's settings load.
REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"] = (  # type: ignore[name-defined]  # noqa: F405
    "annotation.embedded.inside.membership.MembersToken",
    "rest_framework.authentication.SessionAuthentication",
)

from label_studio.core.settings.label_studio import *  # noqa: E402, F403

# Label Studio takes whatever stands beside its key in the data folder's `.env` into its environment.
for _name in os.environ.keys() - _GIVEN.keys():
    del os.environ[_name]

# Only Hedgerow's commands have it; what is empty opens nothing.
HEDGEROW_KEY = os.environ.get(KEY_VARIABLE, "")

PROJECT_MIXIN = "annotation.embedded.inside.blindness.OwnOrganisationOnly"

# Judged by Entrance, which sees static files as well.
ALLOWED_HOSTS = ["*"]
if ADDRESS:
    CSRF_TRUSTED_ORIGINS = [ADDRESS]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_BEHIND_TLS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"

# A session that nobody uses ends: the server signs it anew with each answer, and takes none that is older than this.
SESSION_COOKIE_AGE = 24 * 3600
PASSWORD_RESET_TIMEOUT = 3 * 24 * 3600
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("UserAttributeSimilarityValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
INSTALLED_APPS.append("annotation.embedded.inside.attempts.apps.Attempts")  # type: ignore[name-defined]  # noqa: F405

# Outermost: a closed address costs nothing. Label Studio's own organisation for whoever has none is everybody's, and
# tokens of the kind that it would take without asking the database are not given out here.
MIDDLEWARE[:0] = [  # type: ignore[name-defined]  # noqa: F405
    "annotation.embedded.inside.entrance.Entrance",
    "annotation.embedded.inside.routes.ListedRoutesOnly",
    "annotation.embedded.inside.static_files.KeptByBrowsers",
]
MIDDLEWARE.remove("organizations.middleware.DummyGetSessionMiddleware")  # type: ignore[name-defined]  # noqa: F405
MIDDLEWARE.remove("jwt_auth.middleware.JWTAuthenticationMiddleware")  # type: ignore[name-defined]  # noqa: F405
MIDDLEWARE.append("annotation.embedded.inside.membership.MembersSession")  # type: ignore[name-defined]  # noqa: F405

ROOT_URLCONF = "annotation.served.urls"
GET_STORAGE_LIST = "annotation.embedded.inside.outgoing.no_storages"
LOGGING = discreet(LOGGING, os.environ.get(LOG_VARIABLE, ""))  # type: ignore[has-type]  # noqa: F405
refuse_calls(database.hosts(_url) if (_url := os.environ.get(database.VARIABLE)) else ())

# Outside of the next, for what it notes stays when the answer is a refusal.
MIDDLEWARE.append("annotation.embedded.inside.attempts.slowing.Slowing")  # type: ignore[name-defined]  # noqa: F405
# Innermost, so that what Label Studio does when a database is locked begins the whole change again.
MIDDLEWARE.append("annotation.embedded.inside.transactions.WholeOrNone")  # type: ignore[name-defined]  # noqa: F405

# Our base.html comes first and extends theirs: a script that the labelling page needs (annotation/page).
TEMPLATES[0]["DIRS"].insert(0, Path(__file__).parents[2] / "page" / "studio_pages")  # type: ignore[name-defined]  # noqa: F405
TEMPLATES[0]["OPTIONS"]["context_processors"].append("annotation.embedded.inside.reading.reader")  # type: ignore[name-defined]  # noqa: F405

if _url:
    DATABASES = {"default": {**database.django_settings(_url), "CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}}
else:
    DATABASES["default"]["OPTIONS"] = database.SQLITE_OPTIONS  # type: ignore[used-before-def]
