"""Layers put into a folder as a pull would put them."""

from __future__ import annotations

from dataset.record.layer import JSONL, Layer, write_layers
from dataset.storage.address import Location


def write_layer(folder: Location, layer: Layer, form: str = JSONL) -> list[Location]:
    """Writes the tables that changed. Returns the files it wrote."""
    return write_layers({folder: layer}, form=form)
