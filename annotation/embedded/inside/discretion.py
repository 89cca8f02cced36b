"""What the embedded server's log does not say: tokens, passwords and sessions. Loaded by Label Studio."""

from __future__ import annotations

import logging
import re
import tempfile
from typing import Any, Final

HIDDEN: Final = "…"
LOG_VARIABLE: Final = "HEDGEROW_LOG"
"""The variable that names the file of the log."""
REQUESTS: Final = "gunicorn.access"
"""The logger of requests, a line for each."""
LARGEST_LOG: Final = 10 << 20
KEPT_LOGS: Final = 5
"""Files of that many bytes that are kept beside the one that is written; some 500,000 requests in all."""
_REQUEST: Final = re.compile(r'"([A-Z]+) ([^\s?"]*)\S* (HTTP/\d(?:\.\d)?)" (\d{3}) (\S+)')
_QUERY: Final = re.compile(r"""\?[^\s?"'<>]*""")
_NAMED: Final = re.compile(
    r"""(?ix) \b (\w*(?:token|passw|secret|session|csrf|cookie|authorization|api_?key|credential)[\w-]*)
        (["')\]]*\s*[:=]\s*\(?) (?:(?:token|bearer|basic)\s+)? (?:"[^"]*"|'[^']*'|[^\s"',;)}\]]+)"""
)
_BARE: Final = re.compile(r"\b(?:[0-9a-f]{40}|eyJ[\w-]+\.[\w-]+\.[\w-]+)\b")


class Discreet(logging.Filter):
    """Takes secrets out of a record, and of the error that came with it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record is logged, in the end."""
        message = record.getMessage()
        record.msg, record.args = request_line(message) if record.name == REQUESTS else hidden(message), ()
        if record.exc_info:
            record.exc_text = hidden(record.exc_text or logging.Formatter().formatException(record.exc_info))
        return True


def request_line(line: str) -> str:
    """What was asked and answered, without the question after the path; nothing of what is not a request."""
    asked = _REQUEST.fullmatch(line)
    if asked is None:
        return "something that is not a request"
    method, path, protocol, status, size = asked.groups()
    return f'"{method} {hidden(path)} {protocol}" {status} {size}'


def hidden(text: str) -> str:
    """The text without the values of what is named a secret, without tokens and what follows a question mark."""
    return _BARE.sub(HIDDEN, _NAMED.sub(rf"\1\2{HIDDEN}", _QUERY.sub(f"?{HIDDEN}", text)))


def discreet(settings: dict[str, Any], path: str = "") -> dict[str, Any]:
    """Label Studio's LOGGING with a line for each request, and each handler made discreet.

    All of it goes into the file of that `path`, which begins anew when it is full, for several processes; where there
    is no path, to what the process prints.
    """
    printed = {"class": "logging.StreamHandler"}
    filed = {
        "class": "concurrent_log_handler.ConcurrentRotatingFileHandler",
        "filename": path,
        "maxBytes": LARGEST_LOG,
        "backupCount": KEPT_LOGS,
        "encoding": "utf-8",
        "chmod": 0o600,
        "lock_file_directory": tempfile.gettempdir(),
    }
    console = {**settings["handlers"]["console"], **(filed if path else printed)}
    requests = {**console, "formatter": REQUESTS}
    handlers = {**settings["handlers"], "console": console, REQUESTS: requests}
    loggers = {
        REQUESTS: {"handlers": [REQUESTS], "level": "INFO", "propagate": False},
        "gunicorn.error": {"handlers": ["console"], "level": "INFO", "propagate": False},
    }
    return {
        **settings,
        "filters": {**settings.get("filters", {}), "discreet": {"()": Discreet}},
        "formatters": {**settings["formatters"], REQUESTS: {"format": "[{asctime}] {message}", "style": "{"}},
        "handlers": {
            name: {**each, "filters": [*each.get("filters", []), "discreet"]} for name, each in handlers.items()
        },
        "loggers": {**settings["loggers"], **loggers},
    }
