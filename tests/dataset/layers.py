"""Layers as a pull makes them of tasks, and put into a folder as it would put them."""

from __future__ import annotations

from annotation.rounds.normalise import Normaliser
from dataset.record.layer import JSONL, Layer, write_layers
from dataset.record.lines import read_lines
from dataset.storage.address import Location


def write_layer(folder: Location, layer: Layer, form: str = JSONL) -> list[Location]:
    """Writes the tables that changed. Returns the files it wrote."""
    return write_layers({folder: layer}, form=form)


def rows_so_far(normaliser: Normaliser) -> Layer:
    """The layer `r1/a1` of what tasks say; each line has to be as the record has it."""
    rows = normaliser.batch([], b"").rows
    return read_lines("r1/a1", (rows[article] for article in sorted(rows)))
