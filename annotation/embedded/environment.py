"""The environment of the embedded server's processes: a list, so that nothing else of the caller's reaches them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from annotation.embedded import database
from annotation.embedded.inside.discretion import LOG_VARIABLE
from annotation.embedded.inside.routes import KEY_VARIABLE
from annotation.embedded.network import ADDRESS_VARIABLE, LISTEN_VARIABLE, PROXIES_VARIABLE, Network

DATA: Final = "LABEL_STUDIO_BASE_DATA_DIR"
# How programs and libraries are found, and how text and time are shown.
_KEPT: Final = frozenset({"PATH", "LD_LIBRARY_PATH", "LANG", "LANGUAGE", "TZ"})
_SETTINGS: Final = {
    "COLLECT_ANALYTICS": "false",
    "SENTRY_DSN": "",
    "FRONTEND_SENTRY_DSN": "",
    "LATEST_VERSION_CHECK": "false",
    "DEBUG": "false",
    "CORS_ALLOW_ALL_ORIGINS": "false",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK": "true",
    "LOCAL_FILES_SERVING_ENABLED": "false",
    "DJANGO_SETTINGS_MODULE": "annotation.embedded.inside.settings",
    # In a clone Label Studio would take our commit for its own, and write it among its modules, which may be read-only.
    "GIT_DIR": os.devnull,
    # The checks of one article are small steps: to share them out among cores takes longer than to make them.
    "POLARS_MAX_THREADS": "1",
    "POLARS_ENGINE_AFFINITY": "in-memory",
    # Only what is installed is imported, nothing from the folder that the process is in.
    "PYTHONSAFEPATH": "1",
    # The clients of cloud storages look for keys in these places as well, and ask the machine that they run on.
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "BOTO_CONFIG": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_GCE_CHECK": "true",
}


@dataclass(frozen=True)
class Folders:
    """The absolute paths of a server: its data, a home and a folder for what is temporary, and its log.

    `log` is None where the log goes to what the process prints.
    """

    data: Path
    home: Path
    tmp: Path
    log: Path | None


def environment(
    given: Mapping[str, str], folders: Folders, key: str, database_url: str | None, network: Network
) -> dict[str, str]:
    """All that a process of the server gets, of what is `given` to its caller and of its own.

    `key` opens it to commands. What libpq reads is there only where the work is in PostgreSQL.
    """
    kept = {name: value for name, value in given.items() if name in _KEPT or name.startswith("LC_")}
    own = {
        "HOME": str(folders.home),
        "TMPDIR": str(folders.tmp),
        DATA: str(folders.data),
        KEY_VARIABLE: key,
        LOG_VARIABLE: str(folders.log or ""),
        "LOCAL_FILES_DOCUMENT_ROOT": str(folders.home),
        LISTEN_VARIABLE: network.host,
        PROXIES_VARIABLE: " ".join(network.proxies),
    }
    if network.address is not None:
        own |= {ADDRESS_VARIABLE: network.address, "LABEL_STUDIO_HOST": network.address}
    if database_url is None:
        return kept | _SETTINGS | own | {"LABEL_STUDIO_DJANGO_DB": "sqlite"}
    postgresql = {"LABEL_STUDIO_DJANGO_DB": "postgresql", database.VARIABLE: database_url}
    return kept | _SETTINGS | own | database.environment(given) | postgresql
