"""The suggester `spacy`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from annotation.suggesting.parsed.grammar import ParsedGrammar
from annotation.suggesting.parsed.pipeline import open_pipeline
from annotation.suggesting.parsed.sentences import parse
from annotation.suggesting.protocol import EventText, Suggestions
from annotation.suggesting.rules.suggester import Registries, scores_in, suggest_for
from annotation.suggesting.rules.tokens import sentences

SCORES: Final = Path(__file__).parent / "scores.json"


class ParsedSuggester:
    """Suggests by the dependencies of each sentence."""

    def __init__(self, pipeline: Any) -> None:
        """`pipeline` is one of spaCy, with a tagger and a parser of English."""
        self._pipeline = pipeline

    def suggest(self, texts: Sequence[EventText]) -> list[Suggestions]:
        """What is read in each text, with the measured precision of its pattern as each span's score."""
        cut = [sentences(text.text) for text in texts]
        parsed = parse(self._pipeline, [sentence for several in cut for sentence in several])
        registries, suggested = Registries(), []
        for text, several in zip(texts, cut, strict=True):
            grammar = ParsedGrammar([next(parsed) for _ in several])
            suggested.append(suggest_for(text.text, registries.of(text), scores_in(SCORES), grammar))
        return suggested


def open_spacy(argument: str) -> ParsedSuggester:
    """The suggester with the pipeline that the argument names, or with the pinned one.

    Raises:
        Problem: spaCy or the pipeline is not installed, or it is none of English.
    """
    return ParsedSuggester(open_pipeline(argument))
