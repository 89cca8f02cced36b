"""Tasks as lines of JSON: with all that they hold, or without what changes while nobody works."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import Any, Final

import orjson

from annotation.labelstudio.payloads import JsonObject

_VOLATILE: Final = frozenset({"created_ago", "created_username"})
_STABLE: Final = ("id", "data", "meta")
_DIGITS: Final = bytes(0x30 if 0x30 <= byte <= 0x39 else byte for byte in range(256))
_TOO_LONG: Final = b"0" * 19


def canonical_line(task: JsonObject) -> bytes:
    """A task on a line, without what changes while nobody works: ages, user names, the server's own counts."""
    stable: dict[str, object] = {name: task.get(name) for name in _STABLE}
    work = task.get("annotations")
    stable["annotations"] = (
        [_without_volatile(annotation) for annotation in work] if isinstance(work, list) else work or []
    )
    return _line(stable, sort=True)


def raw_line(task: JsonObject) -> bytes:
    """A task on a line, with all that it holds."""
    return _line(task, sort=False)


def raw_task(line: bytes) -> Any:
    """What `raw_line` wrote; what orjson does not take, as half a surrogate pair or more than 64 bits, the slow way."""
    with suppress(orjson.JSONDecodeError):
        if not has_long_number(line):
            return orjson.loads(line)
    return json.loads(line.decode("utf-8", "surrogatepass"))


def has_long_number(text: bytes) -> bool:
    """Whether there may be a whole number of more than 64 bits, which orjson takes for a float."""
    return _TOO_LONG in text.translate(_DIGITS)


def _line(content: JsonObject, *, sort: bool) -> bytes:
    """JSON on a line; what orjson does not take, as half a surrogate pair or more than 64 bits, the slow way."""
    try:
        return orjson.dumps(content, option=orjson.OPT_APPEND_NEWLINE | (orjson.OPT_SORT_KEYS if sort else 0))
    except orjson.JSONEncodeError:
        line = json.dumps(content, sort_keys=sort, ensure_ascii=False, separators=(",", ":"))
        return line.encode("utf-8", "surrogatepass") + b"\n"


def _without_volatile(annotation: Any) -> Any:
    if not isinstance(annotation, dict):
        return annotation
    return {name: value for name, value in annotation.items() if name not in _VOLATILE}
