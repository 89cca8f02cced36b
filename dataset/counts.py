"""The counts that the card, README and datasheet quote, always made from the data."""

from __future__ import annotations

from dataset import scheme
from dataset.layer import Layer


def counts(layer: Layer) -> dict[str, int]:
    """How many articles were submitted, how many spans of each label, how many links of each type."""
    labels = {f"{label}s": layer.spans.filter(label=label).height for label in scheme.LABELS}
    links = {f"`{name}` links": layer.relations.filter(type=name).height for name in scheme.RELATIONS}
    return {"articles": layer.tasks.filter(status="submitted").height, **labels, **links}


def sentence(layer: Layer) -> str:
    """The counts in words, without those that are zero: `5 articles, 49 speakers, …`."""
    return ", ".join(f"{count} {name}" for name, count in counts(layer).items() if count)
