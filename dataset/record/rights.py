"""What the articles' sources said about the use of their texts: the table `rights` of the seeds."""

from __future__ import annotations

from pathlib import Path

from dataset.record.corpus import Corpus


def rights_path(corpus: Corpus) -> Path:
    """Where a corpus keeps them. Rows are sorted by article, and those of an article are in the order of its source."""
    return corpus.seeds / "rights.jsonl"
