"""What a test and the server that it tries say to each other."""

from __future__ import annotations

SWITCHES = "HEDGEROW_SWITCHES"
"""The variable that names the file of protections that are off, a name a line."""
HOLD = "X-Hold-Until"
"""The header that names the file until which a request is held."""
PROTECTIONS = ("routes", "projects", "numbers", "sessions", "displaced", "strangers", "authors", "moving")
