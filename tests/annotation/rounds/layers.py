"""Layers as a pull makes them of tasks."""

from __future__ import annotations

from annotation.rounds.normalise import Normaliser
from dataset.record.layer import Layer
from dataset.record.lines import read_lines


def rows_so_far(normaliser: Normaliser) -> Layer:
    """The layer `r1/a1` of what tasks say; each line has to be as the record has it."""
    rows = normaliser.batch([], b"").rows
    return read_lines("r1/a1", (rows[article] for article in sorted(rows)))
