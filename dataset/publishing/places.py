"""Where versions are published to and fetched from: a repository on the Hub, or a folder or store with an address."""

from __future__ import annotations

from dataset.publishing.protocol import Place


def place_of(name: str) -> Place:
    """The place of a name: an address if it has `://` or begins with `/`, `.` or `~`, else a repository on the Hub.

    What is on the disk does not matter, so a folder can never stand in for a repository of the same name.
    """
    if "://" in name or name.startswith(("/", ".", "~")):
        from dataset.publishing.shelf import Shelf

        return Shelf(name)
    from dataset.publishing.hub import Hub

    return Hub(name)
