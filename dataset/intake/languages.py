"""The language that a text reads as, where that is sure."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from langcodes import Language

SURE: Final = 0.9
"""How likely a language is to be, and how unlikely the declared one (`NOT_AT_ALL`), for a text to be in another."""
NOT_AT_ALL: Final = 0.001
LEAST_CHARACTERS: Final = 150
_READ_CHARACTERS: Final = 1_000


def other_language(text: str, declared: str) -> str | None:
    """The language of a text as BCP 47, where it is surely another than the one that is declared; else None.

    Varieties of a language, as of Norwegian, are not told apart. Where the model does not know the declared one, the
    answer is None.
    """
    start = text[:_READ_CHARACTERS]
    if len(start) < LEAST_CHARACTERS or _plain(declared) not in _known():
        return None
    likely = dict(_identifier().rank(start))
    language, probability = next(iter(likely.items()))
    of_declared = sum(share for tag, share in likely.items() if _plain(tag) == _plain(declared))
    return str(language) if probability >= SURE and of_declared <= NOT_AT_ALL else None


@cache
def _identifier() -> Any:
    """The model, which comes with the package and takes half a second and 90 MB."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


@cache
def _known() -> frozenset[str]:
    return frozenset(map(_plain, _identifier().labels))


@cache
def _plain(tag: str) -> str:
    """The language of a tag without script and region; of a variety, the language that it is one of."""
    return str(Language.get(tag).prefer_macrolanguage().language)
