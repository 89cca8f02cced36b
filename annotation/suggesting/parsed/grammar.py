"""Who says what by the dependencies of a sentence; what they leave open is read by its words, as `rules` does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, Final

from annotation.suggesting.parsed.sentences import ParsedSentence
from annotation.suggesting.rules import cues as by_words
from annotation.suggesting.rules import verbs
from annotation.suggesting.rules.attributions import PATTERNS, clause_end
from annotation.suggesting.rules.cues import SayingCue
from annotation.suggesting.rules.mentions import OCCASIONS, TokenRange, is_comma
from annotation.suggesting.rules.tokens import QUOTATION, WORD, Sentence

_MODALS: Final = frozenset({"can", "could", "may", "might", "would", "mightn't", "wouldn't"})
_FINITE: Final = frozenset({"VBD", "VBZ", "VBP"})
_NO_VERB: Final = ("NN", "JJ", "IN")
_SPEAKS: Final = ("NN", "PRP", "DT", "JJ", "CD")
"""How the Penn tags of words begin that are no verbs, and of those that can be the head of who speaks."""
_DEEPEST: Final = 5
"""How many verbs up a subject is looked for that verbs share."""


class ParsedGrammar:
    """The grammar of a text whose sentences were parsed."""

    def __init__(self, parsed: Iterable[ParsedSentence]) -> None:
        self._parsed = {part.sentence.tokens[0].start: part for part in parsed}
        self._words = {start: word for part in self._parsed.values() for start, word in _places(part)}

    def cues(self, sentence: Sentence) -> list[SayingCue]:
        """The saying words that the patterns see and the parse does not rule out, and those that only it sees."""
        parsed = self._parsed[sentence.tokens[0].start]
        signals = [cue for seen in by_words.cues(sentence) if (cue := _checked(parsed, seen))]
        seen_verbs = {cue.verb for cue in signals}
        for at in range(len(sentence.tokens)):
            if at not in seen_verbs and (cue := _unseen(parsed, at)):
                signals.append(cue)
        return sorted(signals, key=lambda cue: cue.verb)

    def clause(self, sentence: Sentence, cue: SayingCue, ceiling: int) -> TokenRange | None:
        """The complement of a cue's verb; what the patterns see where the verb has none."""
        seen = PATTERNS.clause(sentence, cue, ceiling)
        if cue.kind in ("noun", "according"):
            return seen
        if seen is not None and all(token.kind == QUOTATION for token in sentence.tokens[seen.first : seen.last]):
            return seen
        parsed = self._parsed[sentence.tokens[0].start]
        verb = parsed.word(cue.verb)
        complement = _complement(parsed, verb, cue, ceiling)
        if complement is None:
            return None if seen is not None and _is_object(parsed, verb, seen) and not cue.withheld else seen
        if seen is None:
            return complement if cue.frame.clause and not cue.negated else None
        return _nearer(sentence, cue, seen, complement)

    def keeps(self, label: str, start: int, end: int) -> bool:
        """Whether a modal is tagged as one, and a number is not the end of a name."""
        word = self._words.get(start)
        if word is None:
            return True
        if label == "hedge":
            return word.lower_ not in _MODALS or word.tag_ == "MD"
        return not (word.dep_ == "nummod" and word.head.tag_.startswith("NNP") and word.i > word.head.i)


def _places(parsed: ParsedSentence) -> Iterator[tuple[int, Any]]:
    """Where each token begins that is a word, with the first word of spaCy in it."""
    for at, token in enumerate(parsed.sentence.tokens):
        if token.kind == WORD:
            yield token.start, parsed.word(at)


# Saying words


def _checked(parsed: ParsedSentence, cue: SayingCue) -> SayingCue | None:
    """The cue with the subject that the parse has; None if its word is no verb there."""
    if cue.kind not in ("before", "after", "elided"):
        return cue
    verb = parsed.word(cue.verb)
    near = parsed.sentence.tokens[max(0, cue.first - 2) : cue.last + 2]
    is_beside_quotation = any(token.kind == QUOTATION for token in near)
    if verb.tag_.startswith(_NO_VERB) and not parsed.sentence.heading and not is_beside_quotation:
        return None
    subject = _subject(verb)
    if cue.kind == "before" and subject is not None and subject.i > verb.i and _is_set_off(parsed.sentence, cue.verb):
        phrase = _phrase(parsed, subject)
        if phrase is not None and phrase.first == cue.verb + 1:
            return replace(cue, kind="after", speaker=phrase, first=cue.verb, last=phrase.last, coordinate=False)
    if cue.kind != "before" or cue.speaker is None or subject is None:
        return cue
    phrase = _phrase(parsed, subject)
    if phrase is None or cue.speaker.first <= parsed.token(subject) < cue.speaker.last or phrase.first > cue.verb:
        return cue
    if cue.speaker.last == cue.verb and phrase.last != cue.verb:
        return cue  # a phrase right before the verb is its subject, whatever else the parse takes for it
    return replace(cue, speaker=phrase, first=min(phrase.first, cue.verb))


def _is_set_off(sentence: Sentence, verb: int) -> bool:
    """Whether a verb stands after a mark or a quotation, so that its subject can come after it: `…, said the mayor`."""
    return verb > 0 and (is_comma(sentence.tokens[verb - 1]) or sentence.tokens[verb - 1].kind == QUOTATION)


def _unseen(parsed: ParsedSentence, at: int) -> SayingCue | None:
    """The cue of a verb of saying in a finite form that has a subject and a complement."""
    tokens = parsed.sentence.tokens
    frame = verbs.VERBS.get(tokens[at].lower) if tokens[at].kind == WORD else None
    if frame is None or not frame.clause:
        return None
    verb = parsed.word(at)
    helpers = [child for child in verb.children if child.dep_ in ("aux", "auxpass")]
    own_subject = any(child.dep_ == "nsubj" for child in verb.children)
    base = verb.tag_ == "VB" and own_subject and not any(child.tag_ == "TO" for child in helpers)
    finite = base or verb.tag_ in _FINITE or any(child.tag_ in (*_FINITE, "MD") for child in helpers)
    if not verb.tag_.startswith("VB") or not finite or any(child.dep_ == "auxpass" for child in helpers):
        return None
    subject = _subject(verb)
    phrase = None if subject is None else _phrase(parsed, subject)
    if phrase is None or phrase.last > at:
        return None
    after_quotation = phrase.first > 0 and tokens[phrase.first - 1].kind == QUOTATION
    if not after_quotation and not any(_reports(child) and child.i > verb.i for child in verb.children):
        return None
    negated = any(child.dep_ == "neg" for child in verb.children)
    coordinate = by_words.is_coordinate(tokens, phrase.first, 0)
    return SayingCue("before", at, frame, phrase, phrase.first, at + 1, coordinate, negated=negated)


def _reports(word: Any) -> bool:
    """Whether a child of a verb is a clause that it reports."""
    has_subject = any(child.dep_ in ("nsubj", "nsubjpass", "expl", "csubj") for child in word.children)
    return word.dep_ == "ccomp" and has_subject


# Who says it


def _subject(verb: Any, depth: int = 0) -> Any | None:
    """The head of a verb's subject: its own, that of the verbs it is joined to, or what “who” stands for."""
    subjects = [child for child in verb.children if child.dep_ in ("nsubj", "nsubjpass")]
    own = min(subjects, key=lambda child: abs(child.i - verb.i), default=None)
    if own is not None:
        is_relative = own.lower_ in verbs.RELATIVES and verb.dep_ == "relcl"
        return verb.head if is_relative else own
    if depth < _DEEPEST and verb.dep_ == "conj" and verb.head.tag_.startswith(("VB", "MD")):
        return _subject(verb.head, depth + 1)
    return None


def _phrase(parsed: ParsedSentence, head: Any) -> TokenRange | None:
    """The tokens of a speaker by its head: with job and apposition, without clauses, asides and time (S2, S3)."""
    within = {word.i for word in _kept(head)}
    last = head.i
    while last + 1 in within or (last + 2 in within and parsed.doc[last + 1].is_punct):
        last += 1
    while last > head.i and parsed.doc[last].is_punct:
        last -= 1
    first = head.i
    while first - 1 in within:
        first -= 1
    tokens = [parsed.places[place] for place in range(first, last + 1)]
    phrase = TokenRange(tokens[0], tokens[-1] + 1)
    has_quotation = any(token.kind == QUOTATION for token in parsed.sentence.tokens[phrase.first : phrase.last])
    return None if has_quotation or not head.tag_.startswith(_SPEAKS) else phrase


def _kept(head: Any) -> Iterator[Any]:
    """The words below a head that belong to who it is."""
    yield head
    for child in head.children:
        if not _is_outside(child):
            yield from _kept(child)


def _is_outside(word: Any) -> bool:
    if word.dep_ in ("relcl", "acl", "advcl", "advmod", "parataxis", "ccomp", "punct"):
        return word.dep_ != "punct" or word.text in "–—:;()"
    if word.dep_ == "appos":
        return bool(next(iter(word.subtree)).text[0].isdigit())
    if word.dep_ == "prep":
        objects = [child.lower_ for child in word.children if child.dep_ == "pobj"]
        return any(name in verbs.DAYS or name in OCCASIONS for name in objects)
    return word.dep_ in ("npadvmod", "tmod") or (
        word.dep_ in ("conj", "cc") and word.head.tag_.startswith(("VB", "MD"))
    )


# What is said


def _complement(parsed: ParsedSentence, verb: Any, cue: SayingCue, ceiling: int) -> TokenRange | None:
    """The clause that the parse has as a verb's complement after it."""
    tokens = parsed.sentence.tokens
    for child in verb.children:
        if child.i <= verb.i or not _reports(child):
            continue
        first, last = parsed.token(child.left_edge), min(parsed.token(child.right_edge) + 1, ceiling)
        while first < last and (tokens[first].kind not in (WORD, QUOTATION) or first < cue.last):
            first += 1
        while last > first and tokens[last - 1].kind not in (WORD, QUOTATION) and tokens[last - 1].text not in ")%":
            last -= 1
        if last - first >= 2 and tokens[first].lower not in verbs.RELATIVES - {"that"}:
            return TokenRange(first, clause_end(tokens, first, last))
    return None


def _is_object(parsed: ParsedSentence, verb: Any, seen: TokenRange) -> bool:
    """Whether what seems a clause without “that” is a plain object of its verb, and a noun phrase is no quote (Q7)."""
    token = parsed.sentence.tokens[seen.first]
    is_gerund = token.lower.endswith("ing") and parsed.word(seen.first).tag_ == "VBG"
    opens = token.lower in ("that", "to", "not") or token.lower in verbs.QUESTION_WORDS or is_gerund
    if opens or token.kind != WORD:
        return False
    objects = [child for child in verb.children if child.dep_ == "dobj" and child.i > verb.i]
    return any(seen.first <= parsed.token(word) < seen.last and word.tag_.startswith("NN") for word in objects)


def _nearer(sentence: Sentence, cue: SayingCue, seen: TokenRange, complement: TokenRange) -> TokenRange:
    """The clause as the patterns see it, without a hearer before it, and up to the comma at which the parse ends it."""
    tokens, first, last = sentence.tokens, seen.first, seen.last
    opens = tokens[complement.first].lower in ("that", "whether")
    bare = tokens[first].kind == WORD and tokens[first].lower not in ("that", "whether", "to", "not")
    if (opens or cue.frame.may_hear) and bare and first < complement.first < min(last, first + 12):
        first = complement.first
    goes_on = complement.last + 2 < len(tokens) and "that" in (
        tokens[complement.last + 1].lower,
        tokens[complement.last + 2].lower,
    )
    if first < complement.last < last and is_comma(tokens[complement.last]) and not goes_on:
        last = complement.last
    return TokenRange(first, last)
