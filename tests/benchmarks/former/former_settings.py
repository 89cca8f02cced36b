"""The embedded server's settings as Label Studio's development server had them: a connection for each request."""

import os

from django.core.servers.basehttp import WSGIServer

# What Label Studio reads while its settings load, it reads in the module that is named here.
os.environ["DJANGO_SETTINGS_MODULE"] = "annotation.embedded.inside.settings"
from annotation.embedded.inside.settings import *  # noqa: F403

os.environ["DJANGO_SETTINGS_MODULE"] = __name__

DATABASES["default"] |= {"CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}  # noqa: F405
WSGIServer.request_queue_size = 1024
