"""Sentences as `rules` cuts them, parsed one by one; a short quotation stands in for each that is a sentence itself."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from annotation.suggesting.rules.tokens import QUOTATION, WORD, Sentence
from annotation.suggesting.rules.verbs import PREPOSITIONS

BATCH: Final = 256
"""Sentences that a pipeline parses at once."""
_STAND_IN: Final = ("“", "it", "works", ",", "”")
_MARKS: Final = "“”\"«»„‘’'"
_ENDS: Final = ",.!?…—–"


@dataclass(frozen=True)
class ParsedSentence:
    """A sentence with its parse.

    `doc` has the words of spaCy, `places` for each of them the token of the sentence that it belongs to, and `words`
    for each token the first of its words.
    """

    sentence: Sentence
    doc: Any
    places: list[int]
    words: list[int]

    def word(self, token: int) -> Any:
        """The word of spaCy that a token of the sentence begins with."""
        return self.doc[self.words[token]]

    def token(self, word: Any) -> int:
        """The token of the sentence to which a word of spaCy belongs."""
        return self.places[int(word.i)]


def parse(pipeline: Any, sentences: Sequence[Sentence]) -> Iterator[ParsedSentence]:
    """Each of the sentences with its parse, in their order."""
    from spacy.tokens import Doc

    prepared = [_words(pipeline, sentence) for sentence in sentences]
    docs = (
        Doc(pipeline.vocab, words=words, spaces=spaces, sent_starts=[at == 0 for at in range(len(words))])
        for words, spaces, _ in prepared
    )
    for sentence, (_, _, places), doc in zip(sentences, prepared, pipeline.pipe(docs, batch_size=BATCH), strict=True):
        first: dict[int, int] = {}
        for word, place in enumerate(places):
            first.setdefault(place, word)
        words, last = [], 0
        for token in range(len(sentence.tokens)):
            last = first.get(token, last)
            words.append(last)
        yield ParsedSentence(sentence, doc, places, words)


def _words(pipeline: Any, sentence: Sentence) -> tuple[list[str], list[bool], list[int]]:
    """The words that stand for a sentence in the parse, whether a blank follows each, and the token of each."""
    words, spaces, places = list[str](), list[bool](), list[int]()
    for stretch, token in _stretches(sentence):
        if stretch is None:
            words += _STAND_IN
            spaces += [False, True, False, False, True]
            places += [token] * len(_STAND_IN)
            continue
        text, starts = stretch
        for word in pipeline.tokenizer(text):
            if not word.is_space:
                words.append(word.text)
                spaces.append(bool(word.whitespace_))
                places.append(token + bisect_right(starts, word.idx) - 1)
    return words, spaces, places


def _stretches(sentence: Sentence) -> Iterator[tuple[tuple[str, list[int]] | None, int]]:
    """The parts of a sentence: None for a quotation of its own, else text with where each of its tokens begins."""
    text, starts, first = "", list[int](), 0
    for at, token in enumerate(sentence.tokens):
        if token.kind == QUOTATION and stands_alone(sentence, at):
            if starts:
                yield (text, starts), first
            yield None, at
            text, starts, first = "", [], at + 1
            continue
        follows = sentence.tokens[at + 1] if at + 1 < len(sentence.tokens) else None
        starts.append(len(text))
        text += token.text.strip(_MARKS) or token.text if token.kind == QUOTATION else token.text
        text += " " if follows is not None and follows.start > token.end else ""
    if starts:
        yield (text, starts), first


def stands_alone(sentence: Sentence, at: int) -> bool:
    """Whether a quotation is a sentence or clause of its own, and not some words within one."""
    quotation = sentence.tokens[at].text
    inner = quotation.strip(_MARKS + " ")
    ends = quotation.rstrip(_MARKS + " ")[-1:] in _ENDS
    if at == 0:
        return ends or len(inner.split()) > 6
    if sentence.tokens[at - 1].lower in PREPOSITIONS:
        return False
    if sentence.tokens[at - 1].kind == WORD:
        return inner[:1].isupper() and (ends or len(inner.split()) > 4)
    return ends or len(inner.split()) > 2
