"""Where a sentence says that somebody says something: verbs and nouns of saying, and “according to”."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from annotation.suggesting.rules import verbs
from annotation.suggesting.rules.mentions import (
    TokenRange,
    head_subject,
    is_adverb,
    is_comma,
    phrase_ending,
    subject_after,
    subject_before,
)
from annotation.suggesting.rules.tokens import QUOTATION, WORD, Sentence, Token
from annotation.suggesting.rules.verbs import VERBS, Frame

_BE: Final = frozenset({"is", "are", "was", "were", "be", "been", "being"})
_NEGATED: Final = frozenset({"not", "didn't", "doesn't", "don't", "won't", "wouldn't", "can't", "cannot", "couldn't"})
_HAS_NOT: Final = frozenset({"hasn't", "haven't", "hadn't"})
_REFUSING: Final = frozenset({"refused", "refuses", "refuse", "declined", "declines", "decline"})
_HOLDING: Final = frozenset({"refrained", "refrains", "refraining", "refrain"})
_NO_SOURCES: Final = frozenset(
    {
        "plan",
        "plans",
        "schedule",
        "need",
        "needs",
        "size",
        "custom",
        "tradition",
        "taste",
        "age",
        "type",
        "law",
        "rules",
    }
)
_UNNAMED_NOUNS: Final = frozenset({"claims", "allegations", "accusations", "complaints", "warnings"})
FINITE_PLURAL: Final = frozenset(
    {
        *("say", "deny", "insist", "argue", "warn", "admit", "add", "maintain", "contend", "allege", "suggest"),
        *("predict", "agree", "complain", "concede", "acknowledge", "assert", "recommend", "explain", "confirm"),
    }
)


_CUE_WORDS: Final = frozenset({"according", *VERBS, *verbs.NOUNS})


@dataclass(frozen=True)
class SayingCue:
    """A saying word at the token `verb`, with who says it; the reported words begin at `last` or end before `first`.

    `kind`: before (its subject is before it), after, elided (its subject is an earlier verb's), passive, noun,
    according. `coordinate`: it begins a clause of its own, so that what an earlier cue reports ends before it.
    `withheld`: it holds back, and a noun phrase after it is a quote, too (Q12).
    """

    kind: str
    verb: int
    frame: Frame
    speaker: TokenRange | None
    first: int
    last: int
    coordinate: bool
    withheld: bool = False
    negated: bool = False


def cues(sentence: Sentence) -> list[SayingCue]:
    """The cues of a sentence, in order."""
    tokens, signals = sentence.tokens, list[SayingCue]()
    for at, token in enumerate(tokens):
        if token.lower not in _CUE_WORDS and not (at > 1 and verbs.in_ed(token.lower) and tokens[0].kind == QUOTATION):
            continue
        if token.lower != "according" and token.is_capital and at and not _is_title_case(sentence):
            continue
        cue = _cue(sentence, at, signals[-1] if signals else None)
        if cue is not None:
            signals.append(cue)
    return signals


def _is_title_case(sentence: Sentence) -> bool:
    words = [token for token in sentence.tokens if token.kind == WORD and len(token.text) > 3]
    return sentence.heading and len(words) > 2 and sum(token.is_capital for token in words) > 0.7 * len(words)


def _cue(sentence: Sentence, at: int, previous: SayingCue | None) -> SayingCue | None:
    tokens, token = sentence.tokens, sentence.tokens[at]
    if token.lower == "according":
        return _according(tokens, at)
    frame = VERBS.get(token.lower)
    if token.lower in verbs.NOUNS and (noun := _noun(tokens, at)):
        return noun
    if frame is None:
        return _any_verb(tokens, at)
    return None if _is_noun(tokens, at) else _verb(sentence, at, frame, previous)


def _verb(sentence: Sentence, at: int, frame: Frame, previous: SayingCue | None) -> SayingCue | None:
    tokens, token = sentence.tokens, sentence.tokens[at]
    if at == 0 and frame.form in ("past", "third") and token.lower in verbs.ALONE:
        return _opening(tokens, frame)
    if frame.form == "ing":
        return _participle(tokens, at, frame, previous)
    if frame.form == "base":
        return _base(sentence, at, frame, previous)
    before = _skip_adverbs_back(tokens, at)
    if frame.form == "past" and before >= 0 and tokens[before].lower in _BE:
        return _passive(tokens, at, before, frame)
    return _finite(sentence, at, frame, previous)


def _any_verb(tokens: Sequence[Token], at: int) -> SayingCue | None:
    """Any past in -ed, if only its subject is between it and a quotation that ends with a comma: “…,” he marvelled."""
    quotation = next((place for place in range(at - 1, -1, -1) if tokens[place].kind == QUOTATION), None)
    if quotation is None or tokens[at].lower in _QUOTED or tokens[quotation].text.rstrip("”\"»’'")[-1:] != ",":
        return None
    own = subject_before(tokens, at, quotation + 1)
    if own is None or own.first != quotation + 1 or at - own.last > 1 or tokens[at - 1].lower in verbs.DETERMINERS:
        return None
    return SayingCue("before", at, _OF_ANY_VERB, own, own.first, at + 1, coordinate=True)


def _opening(tokens: Sequence[Token], frame: Frame) -> SayingCue | None:
    """A verb before its subject at the head of a sentence: `Said the mayor: “…”`."""
    subject = subject_after(tokens, 1, len(tokens))
    if subject is None or subject.last >= len(tokens) or tokens[subject.last].text not in (":", ","):
        return None
    return SayingCue("before", 0, frame, subject, 0, subject.last, coordinate=True)


def _skip_adverbs_back(tokens: Sequence[Token], at: int) -> int:
    before = at - 1
    while before >= 0 and tokens[before].kind == WORD and is_adverb(tokens[before]):
        before -= 1
    return before


def _is_noun(tokens: Sequence[Token], at: int) -> bool:
    """Whether a form that may be a noun is one, by the word before it."""
    if at == 0 or tokens[at].lower not in verbs.VERB_OR_NOUN or tokens[at - 1].lower == "to":
        return False
    before, after = tokens[at - 1], tokens[at + 1] if at + 1 < len(tokens) else None
    if after is not None and not _opens_report(after):
        return True
    determined = before.kind == WORD and (
        before.lower in verbs.DETERMINERS or before.lower == "'s" or before.lower in verbs.PREPOSITIONS
    )
    return determined and before.lower not in ("all", "both", "some", "many", "few", "most", "others")


def _opens_report(token: Token) -> bool:
    """Whether what is reported may begin with a token."""
    if token.kind != WORD:
        return True
    word = token.lower
    opens = word in verbs.DETERMINERS or word in verbs.PRONOUNS or word in verbs.QUESTION_WORDS or word in verbs.DAYS
    return (
        opens or token.is_capital or word[0].isdigit() or word in ("that", "to", "there") or word.endswith(("s", "ing"))
    )


# Verbs


def _finite(sentence: Sentence, at: int, frame: Frame, previous: SayingCue | None) -> SayingCue | None:
    tokens = sentence.tokens
    floor = previous.last if previous else 0
    negated = _is_negated(tokens, at)
    withheld = negated and frame.verb in ("confirm", "deny")
    inverted = _inverted(tokens, at, frame, floor)
    own = subject_before(tokens, at, floor, heading=sentence.heading)
    opens = own is not None and own.first <= floor and at - own.first <= 14
    if inverted and (own is None or tokens[at - 1].kind == QUOTATION or not (opens or _report_follows(tokens, at))):
        return SayingCue("after", at, frame, inverted, at, inverted.last, coordinate=False)
    if own is not None:
        first = min(own.first, at)
        return SayingCue(
            "before", at, frame, own, first, at + 1, is_coordinate(tokens, first, floor), withheld, negated
        )
    before = _skip_back(tokens, at)
    if before >= floor and tokens[before].lower in verbs.CONJUNCTIONS and before > 0:
        return _elided(tokens, at, frame, previous, before, withheld=withheld)
    return None


def _skip_back(tokens: Sequence[Token], at: int) -> int:
    before = at - 1
    while (
        before >= 0
        and tokens[before].kind == WORD
        and (is_adverb(tokens[before]) or tokens[before].lower in verbs.AUXILIARIES)
    ):
        before -= 1
    return before


def _is_negated(tokens: Sequence[Token], at: int) -> bool:
    near = [token.lower for token in tokens[max(0, at - 3) : at]]
    return any(word in _NEGATED or word in _HAS_NOT or word == "never" for word in near)


def _inverted(tokens: Sequence[Token], at: int, frame: Frame, floor: int) -> TokenRange | None:
    """The subject after a verb that follows what it reports: “…,” said the mayor."""
    if at == 0 or tokens[at].lower not in verbs.ALONE:
        return None
    before = tokens[at - 1]
    if not (before.kind == QUOTATION or before.text in (",", "—", "–")) or at - 1 < floor:
        return None
    subject = subject_after(tokens, at + 1, len(tokens))
    if subject is None or (frame.hearer and frame.verb != "ask"):
        return None
    after = tokens[subject.last] if subject.last < len(tokens) else None
    goes_on = after is not None and after.kind == WORD and (verbs.may_be_finite(after.lower) or after.lower == "that")
    return None if goes_on else subject


def _report_follows(tokens: Sequence[Token], at: int) -> bool:
    """Whether a clause follows the verb, so that a phrase after it is no subject of it."""
    rest = tokens[at + 1 : at + 14]
    if rest and rest[0].lower in ("that", "whether"):
        return True
    return any(token.kind == WORD and verbs.is_finite(token.lower) for token in rest)


def is_coordinate(tokens: Sequence[Token], first: int, floor: int) -> bool:
    """Whether a clause of its own begins there, and not one within what an earlier cue reports."""
    if first == 0:
        return True
    before = tokens[first - 1]
    if before.text == ";" or before.lower in ("and", "but", "while", "whereas"):
        return True
    set_off = first > 1 and is_comma(tokens[first - 2])
    return (before.lower in ("as", "after", "when", "though", "although", "because") and set_off) or (
        before.kind == QUOTATION
    )


def _elided(
    tokens: Sequence[Token], at: int, frame: Frame, previous: SayingCue | None, conjunction: int, *, withheld: bool
) -> SayingCue | None:
    """A verb after “and” or “but” that has the subject of the verb before."""
    before = tokens[conjunction - 1]
    set_off = is_comma(before) or (before.kind == QUOTATION and before.text.rstrip("”\"»’'")[-1:] == ",")
    if frame.hearer and previous is not None and not set_off:
        within = tokens[previous.last : conjunction]
        if any(token.lower in verbs.PRONOUNS for token in within):
            return None
    speaker = previous.speaker if previous else head_subject(tokens, conjunction)
    if speaker is None:
        return None
    negated = _is_negated(tokens, at)
    return SayingCue(
        "elided", at, frame, speaker, conjunction, at + 1, coordinate=True, withheld=withheld, negated=negated
    )


def _participle(tokens: Sequence[Token], at: int, frame: Frame, previous: SayingCue | None) -> SayingCue | None:
    if at == 0:
        return None
    before = tokens[at - 1]
    if before.lower in ("of", "from") and frame.verb in ("confirm", "deny"):
        return _held_back(tokens, at, frame)
    if before.lower == "as":
        return _quoted_as(tokens, at, frame)
    if before.lower in _BE or (is_adverb(before) and tokens[at - 2].lower in _BE):
        own = subject_before(tokens, at, previous.last if previous else 0)
        return own and SayingCue("before", at, frame, own, own.first, at + 1, is_coordinate(tokens, own.first, 0))
    if own := _with_subject(tokens, at):
        return own and SayingCue("before", at, frame, own, own.first - 1, at + 1, coordinate=True)
    said_in = before.kind == WORD and before.lower in ("statement", "letter", "email", "post", "tweet", "video", "note")
    if not (is_comma(before) or said_in or before.lower in ("by", "and", "while") or before.kind == QUOTATION):
        return None
    speaker = previous.speaker if previous else head_subject(tokens, at - 1)
    if speaker is None:
        return None
    return SayingCue("elided", at, frame, speaker, at - 1, at + 1, coordinate=is_comma(before))


def _with_subject(tokens: Sequence[Token], at: int) -> TokenRange | None:
    """The subject of a participle after “with”: `, with a spokesman adding that`."""
    for place in range(at - 2, max(0, at - 8), -1):
        if tokens[place].kind != WORD:
            return None
        if tokens[place].lower == "with" and is_comma(tokens[place - 1]):
            return phrase_ending(tokens, at, place + 1)
    return None


def _quoted_as(tokens: Sequence[Token], at: int, frame: Frame) -> SayingCue | None:
    """“Was quoted as saying”, and the agency that “quoted the minister as saying” (S4)."""
    quoted = next((place for place in range(at - 2, max(-1, at - 14), -1) if tokens[place].lower in _QUOTED), None)
    if quoted is None or quoted == 0:
        return None
    passive = tokens[_skip_adverbs_back(tokens, quoted)].lower in _BE
    source = subject_before(tokens, quoted, 0) if passive else subject_after(tokens, quoted + 1, at - 1)
    if source is None:
        return None
    agency = None if passive else subject_before(tokens, quoted, 0)
    first = min(source.first, quoted, agency.first if agency else quoted)
    return SayingCue("before", at, frame, source, first, at + 1, is_coordinate(tokens, first, 0))


_QUOTED: Final = frozenset({"quoted", "quotes", "cited", "cites"})


def _held_back(tokens: Sequence[Token], at: int, frame: Frame) -> SayingCue | None:
    """“Stopped short of confirming”, “refrained from denying”."""
    for verb in (at - 2, at - 3):
        if verb > 0 and (tokens[verb].lower in _HOLDING or tokens[verb].lower.startswith("stop")):
            own = subject_before(tokens, verb, 0)
            if own is None:
                return None
            coordinate = is_coordinate(tokens, own.first, 0)
            return SayingCue("before", at, frame, own, own.first, at + 1, coordinate, withheld=True)
    return None


def _base(sentence: Sentence, at: int, frame: Frame, previous: SayingCue | None) -> SayingCue | None:
    """A base form: after an auxiliary, after “refused to”, or of a plural subject."""
    tokens = sentence.tokens
    if at == 0:
        return None
    before = tokens[at - 1]
    if before.lower == "to":
        return _after_to(sentence, at, frame, previous)
    floor = previous.last if previous else 0
    helper = _skip_adverbs_back(tokens, at)
    helped = helper >= 0 and tokens[helper].lower in verbs.AUXILIARIES - _BE
    if (inverted := _inverted(tokens, at, frame, floor)) and not helped:
        return SayingCue("after", at, frame, inverted, at, inverted.last, coordinate=False)
    own = subject_before(tokens, at, floor, heading=sentence.heading)
    if own is None:
        conjunction = _skip_back(tokens, at)
        if helped and conjunction >= floor and tokens[conjunction].lower in verbs.CONJUNCTIONS:
            withheld = _is_negated(tokens, at) and frame.verb in ("confirm", "deny")
            return _elided(tokens, at, frame, previous, conjunction, withheld=withheld)
        return None
    if not helped and not (tokens[at].lower in FINITE_PLURAL and _is_plural(tokens, own)):
        return None
    negated = _is_negated(tokens, at)
    withheld = negated and frame.verb in ("confirm", "deny")
    coordinate = is_coordinate(tokens, own.first, floor)
    return SayingCue("before", at, frame, own, own.first, at + 1, coordinate, withheld, negated)


def _is_plural(tokens: Sequence[Token], subject: TokenRange) -> bool:
    words = [token.lower for token in tokens[subject.first : subject.last]]
    head = next((at for at, word in enumerate(words) if at and word in (*verbs.PREPOSITIONS, ",")), len(words))
    words = words[:head]
    return words[-1] in ("they", "we", "i") or words[-1] in verbs.GROUPS or words[-1].endswith("s") or "and" in words


def _after_to(sentence: Sentence, at: int, frame: Frame, previous: SayingCue | None) -> SayingCue | None:
    """“Refused to say”, “declined to confirm”, “went on to say”."""
    tokens, verb = sentence.tokens, at - 2
    while verb > 0 and is_adverb(tokens[verb]):
        verb -= 1
    if verb < 0:
        return None
    goes_on = tokens[verb].lower == "on" and verb > 0 and tokens[verb - 1].lower in ("went", "goes")
    refuses = tokens[verb].lower in _REFUSING
    if not (goes_on or refuses):
        return None
    floor = previous.last if previous else 0
    own = subject_before(tokens, verb - goes_on, floor, heading=sentence.heading)
    withheld = frame.verb in ("confirm", "deny") and tokens[verb].lower.startswith("refus")
    if own is None:
        conjunction = _skip_back(tokens, verb - goes_on)
        is_joined = conjunction >= floor and tokens[conjunction].lower in verbs.CONJUNCTIONS
        return _elided(tokens, at, frame, previous, conjunction, withheld=withheld) if is_joined else None
    coordinate = is_coordinate(tokens, own.first, floor)
    return SayingCue("before", at, frame, own, own.first, at + 1, coordinate, withheld, negated=refuses)


def _passive(tokens: Sequence[Token], at: int, auxiliary: int, frame: Frame) -> SayingCue | None:
    """“It was announced that”, “was accused by the union of”, “is said to”."""
    last, speaker = at + 1, None
    for by in range(at + 1, min(at + 6, len(tokens))):
        if tokens[by].kind != WORD or tokens[by].lower in ("that", "to", "of"):
            break
        if tokens[by].lower == "by" and (agent := subject_after(tokens, by + 1, len(tokens))):
            of = next((place for place in range(by, agent.last) if tokens[place].lower == "of"), None)
            if frame.verb == "accuse" and of is not None:
                agent = TokenRange(agent.first, of)
            speaker, last = agent, agent.last
            break
    subject = subject_before(tokens, auxiliary, 0)
    first = subject.first if subject else auxiliary
    return SayingCue("passive", at, frame, speaker, first, last, is_coordinate(tokens, first, 0))


# Nouns, and “according to”

_OF_ANY_VERB: Final = Frame("any", "past", False, False, False, False, False, False)
_OF_A_NOUN: Final = Frame("noun", "noun", True, False, False, False, False, False)
_WITH_INFINITIVE: Final = Frame("noun", "noun", True, False, False, True, False, False)
_ACCORDING: Final = Frame("according", "according", True, True, False, False, False, False)


def _noun(tokens: Sequence[Token], at: int) -> SayingCue | None:
    """“The union's claim that”, “warnings from the port that”, “her promise to”."""
    frame = _WITH_INFINITIVE if tokens[at].lower in verbs.WITH_INFINITIVE else _OF_A_NOUN
    after = at + 1
    speaker = _owner(tokens, at)
    if speaker is None and after < len(tokens) and tokens[after].lower in ("by", "from"):
        speaker = subject_after(tokens, after + 1, len(tokens))
        after = speaker.last if speaker else after
    if after + 1 >= len(tokens):
        return None
    opens, then = tokens[after].lower, tokens[after + 1]
    if opens == "that":
        if then.kind == WORD and (verbs.is_finite(then.lower) or then.lower in VERBS):
            return None
    elif not (opens == "to" and frame.infinitive and speaker and then.kind == WORD):
        return None
    if speaker is None and tokens[at].lower not in _UNNAMED_NOUNS:
        return None
    first = min(speaker.first if speaker else at, at)
    return SayingCue("noun", at, frame, speaker, first, after, coordinate=False)


def _owner(tokens: Sequence[Token], at: int) -> TokenRange | None:
    for place in range(at - 1, max(-1, at - 4), -1):
        word = tokens[place].lower
        if word == "'s" or (word == "'" and tokens[place - 1].lower.endswith("s")):
            return phrase_ending(tokens, place, 0)
        if word in ("his", "her", "their", "its"):
            return TokenRange(place, place + 1)
        if tokens[place].kind != WORD or word in verbs.DETERMINERS or word in verbs.PREPOSITIONS:
            return None
    return None


def _according(tokens: Sequence[Token], at: int) -> SayingCue | None:
    if at + 2 >= len(tokens) or tokens[at + 1].lower != "to":
        return None
    speaker = subject_after(tokens, at + 2, len(tokens))
    if speaker is None or tokens[speaker.last - 1].lower in _NO_SOURCES:
        return None
    last = speaker.last
    while last < len(tokens) and tokens[last].kind == WORD and not _ends_source(tokens[last]):
        last += 1
    end = next((place for place in range(speaker.first + 2, last) if _begins_aside(tokens, place)), last)
    if last < len(tokens) and tokens[last - 1].lower == "on" and tokens[last].lower in verbs.DAYS:
        end, last = min(end, last - 1), last + 1
    speaker = TokenRange(speaker.first, end)
    aside = at > 0 and is_comma(tokens[at - 1]) and last < len(tokens) and tokens[last].text == ","
    return SayingCue("according", at, _ACCORDING, speaker, at, last, coordinate=not aside)


def _begins_aside(tokens: Sequence[Token], at: int) -> bool:
    """Whether a participle begins there that tells what was done to a source: `a report released on Monday`."""
    then = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    return verbs.in_ed(tokens[at].lower) and (then in verbs.PREPOSITIONS or then in verbs.DAYS)


def _ends_source(token: Token) -> bool:
    word = token.lower
    clause = verbs.is_finite(word) or word in verbs.RELATIVES or word in verbs.SUBORDINATORS or word in verbs.PRONOUNS
    return clause or word in verbs.CONJUNCTIONS or word in verbs.DAYS


def boundaries(tokens: Sequence[Token], cue: SayingCue) -> Iterator[int]:
    """Where what an earlier cue reports ends, if this one is coordinate to it."""
    first = cue.first
    if first and tokens[first - 1].kind == WORD and cue.kind not in ("elided",):
        first -= 1 if tokens[first - 1].lower in verbs.CONJUNCTIONS | verbs.SUBORDINATORS else 0
    if first and (is_comma(tokens[first - 1]) or tokens[first - 1].text == ";"):
        first -= 1
    yield first
