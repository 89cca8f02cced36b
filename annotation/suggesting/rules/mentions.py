"""Noun phrases that can be speakers: before a verb of saying, after it, or at the head of a sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from annotation.suggesting.rules import verbs
from annotation.suggesting.rules.tokens import MARK, QUOTATION, WORD, Token
from dataset.scheme.lexicon import MONTHS


class TokenRange(NamedTuple):
    """The tokens `first` up to `last` of a sentence."""

    first: int
    last: int


_NO_ADVERBS: Final = frozenset(
    {
        *(
            "family",
            "assembly",
            "italy",
            "emily",
            "kelly",
            "molly",
            "sally",
            "billy",
            "july",
            "rally",
            "ally",
            "supply",
        ),
        *("reply", "elderly", "holly", "lily", "beverly", "monopoly", "anomaly", "butterfly", "jelly", "bully"),
    }
)
_MONTHS: Final = frozenset(month.lower() for month in MONTHS)
OCCASIONS: Final = frozenset(
    {
        *(
            "statement",
            "interview",
            "letter",
            "report",
            "speech",
            "post",
            "email",
            "e-mail",
            "tweet",
            "briefing",
            "blog",
        ),
        *(
            "conference",
            "hearing",
            "rally",
            "event",
            "meeting",
            "message",
            "release",
            "note",
            "filing",
            "ruling",
            "video",
        ),
        *(
            "affidavit",
            "memo",
            "address",
            "debate",
            "session",
            "broadcast",
            "call",
            "court",
            "article",
            "column",
            "book",
        ),
        *(
            "ceremony",
            "testimony",
            "lawsuit",
            "podcast",
            "journal",
            "magazine",
            "newspaper",
            "paper",
            "study",
            "editorial",
            "essay",
            "memoir",
            "telephone",
            "phone",
            "appearance",
            "reply",
            "response",
        ),
    }
)
"""Where or by what something is said: `in a statement`, `at a news conference`."""
_LOCAL: Final = frozenset({"here", "there", "himself", "herself", "themselves"})


def is_adverb(token: Token) -> bool:
    """Whether a word is an adverb by its form, or one of the list."""
    word = token.lower
    return word in verbs.ADVERBS or (word.endswith("ly") and len(word) > 4 and word not in _NO_ADVERBS)


def is_comma(token: Token) -> bool:
    """Whether it sets off an aside: a comma or a dash."""
    return token.kind == MARK and token.text in ",—–-"


def subject_before(tokens: Sequence[Token], verb: int, floor: int, *, heading: bool = False) -> TokenRange | None:
    """The subject of the verb at that place, no earlier than `floor`.

    An aside between the two is passed over, and an apposition that identifies the subject is part of it. Before a
    relative pronoun it is what that stands for. None where the verb has no subject of its own, or none is plain.
    """
    at = verb - 1
    while (
        at >= floor
        and tokens[at].kind == WORD
        and (is_adverb(tokens[at]) or tokens[at].lower in verbs.AUXILIARIES or tokens[at].lower in _LOCAL)
    ):
        at -= 1
    if at >= floor and tokens[at].text == ")":
        at = next((place for place in range(at, floor - 1, -1) if tokens[place].text == "("), at) - 1
    if at < floor:
        return None
    token = tokens[at]
    if is_comma(token):
        subject = _before_aside(tokens, at, floor, heading)
        return subject and _with_name(tokens, subject, floor)
    if token.kind != WORD or token.lower in verbs.CONJUNCTIONS:
        return None
    if token.lower in verbs.PRONOUNS:
        return TokenRange(at, at + 1)
    if token.lower in verbs.RELATIVES and at > floor:
        end = at - 1 if is_comma(tokens[at - 1]) else at
        antecedent = phrase_ending(tokens, end, floor, heading=heading)
        return _person_in(tokens, antecedent) if antecedent and token.lower == "who" else antecedent
    return phrase_ending(tokens, at + 1, floor, heading=heading) or _before_relative(tokens, at, floor)


def _person_in(tokens: Sequence[Token], phrase: TokenRange) -> TokenRange:
    """What “who” stands for in a phrase before it: `a request by lawyers, who` is about the lawyers."""
    for place in range(phrase.last - 2, phrase.first, -1):
        if tokens[place].lower in ("by", "from", "with", "to", "against", "on", "about"):
            return TokenRange(place + 1, phrase.last)
    return phrase


def _with_name(tokens: Sequence[Token], subject: TokenRange, floor: int) -> TokenRange:
    """The subject with the name before it, of which it is the apposition: `Ann Bo, a geologist, who was ill, said`."""
    first = subject.first
    if first < floor + 2 or tokens[first - 1].text != ",":
        return subject
    name = phrase_ending(tokens, first - 1, floor)
    if name is None or not _is_clean(tokens, name.first, floor) or _is_period(tokens[name.last - 1]):
        return subject
    is_job = tokens[name.first].lower in verbs.DETERMINERS
    if is_job != tokens[first].is_capital or not (is_job or tokens[name.first].is_capital):
        return subject
    return TokenRange(name.first, subject.last)


def _before_relative(tokens: Sequence[Token], at: int, floor: int) -> TokenRange | None:
    """The phrase before a relative clause without commas: `officials who asked not to be named`, `a study made in`."""
    for place in range(at, max(floor, at - 14), -1):
        token = tokens[place]
        if token.kind != WORD:
            return None
        if token.lower in ("who", "which") or (_is_participle(token) and not verbs.is_finite(tokens[place - 1].lower)):
            subject = phrase_ending(tokens, place, floor)
            if subject and _is_clean(tokens, subject.first, floor):
                return subject
        if verbs.is_finite(token.lower) and not any(before.lower in ("who", "which") for before in tokens[floor:place]):
            return None
    return None


def _is_participle(token: Token) -> bool:
    word = token.lower
    return not token.is_capital and (
        verbs.in_ed(word) or word in _PARTICIPLES or (word.endswith("ing") and len(word) > 5)
    )


_PARTICIPLES: Final = frozenset(
    {"seen", "made", "written", "sent", "given", "shown", "taken", "known", "held", "led", "brought"}
)


def _before_aside(tokens: Sequence[Token], comma: int, floor: int, heading: bool) -> TokenRange | None:
    """The subject before an aside that ends with the comma at that place."""
    for begin in range(comma - 2, floor, -1):
        if not is_comma(tokens[begin]) or not _is_aside(tokens[begin + 1 : comma]):
            continue
        subject = phrase_ending(tokens, begin, floor, heading=heading)
        if subject and _is_clean(tokens, subject.first, floor):
            whole = identifies(tokens[begin + 1 : comma])
            return TokenRange(subject.first, comma) if whole else subject
    return None


def _is_aside(aside: Sequence[Token]) -> bool:
    first = aside[0]
    if first.kind != WORD:
        return False
    if first.lower in ("who", "whose", "whom", "which", "where", "when", "while", "as"):
        return True
    if any(verbs.is_sure(token.lower) for token in aside if token.kind == WORD):
        return first.lower in verbs.RELATIVES or first.lower == "asked" or first.lower.endswith("ing")
    known = first.lower in verbs.PREPOSITIONS or first.lower in verbs.DETERMINERS or is_adverb(first)
    return (
        known
        or first.text[0].isdigit()
        or first.lower.endswith(("ing", "ed"))
        or first.is_capital
        or (first.lower not in verbs.CONJUNCTIONS and first.lower not in verbs.PRONOUNS)
    )


def identifies(aside: Sequence[Token]) -> bool:
    """Whether the words between two commas are an apposition that tells who somebody is."""
    first = aside[0]
    if first.kind != WORD or first.text[0].isdigit() or any(token.kind == QUOTATION for token in aside):
        return False
    word = first.lower
    no_noun = word in verbs.PREPOSITIONS or word in verbs.SUBORDINATORS or word in verbs.RELATIVES
    if no_noun or word in verbs.CONJUNCTIONS or word in verbs.PRONOUNS or word in verbs.QUESTION_WORDS:
        return False
    is_date = word in _MONTHS and (len(aside) == 1 or aside[1].text[0].isdigit())
    if is_adverb(first) or word in verbs.DAYS or is_date:
        return False
    if word not in verbs.DETERMINERS and (word.endswith("ing") or (word.endswith("ed") and not first.is_capital)):
        return False
    return not any(
        token.kind == WORD and (verbs.is_finite(token.lower) or token.lower in ("who", "whose", "which"))
        for token in aside
    )


def phrase_ending(tokens: Sequence[Token], end: int, floor: int, *, heading: bool = False) -> TokenRange | None:
    """The longest plain noun phrase that ends before the token `end`, with its prepositional phrases."""
    if end > floor + 1 and tokens[end - 1].text == ")":
        end = next((place for place in range(end - 2, max(floor, end - 9), -1) if tokens[place].text == "("), end)
    end = _without_time(tokens, end, floor)
    first = end
    while first > floor and _goes_on_before(tokens, first - 1, end):
        first -= 1
    clean = _is_clean(tokens, first, floor)
    start = _trimmed(tokens, first, end)
    if start is not None and clean:
        end = next((at for at in range(start + 1, end - 1) if _is_seen_by(tokens, at)), end)
    if start is None or not _is_phrase(tokens[start:end], clean=clean, heading=heading):
        return None
    return TokenRange(start, end)


def _is_seen_by(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].lower in _PARTICIPLES and tokens[at + 1].lower in ("by", "to", "in", "at", "on", "as")


def _without_time(tokens: Sequence[Token], end: int, floor: int) -> int:
    """The end without a day or an occasion before it: `the mayor on Monday`, `the mayor in a statement`."""
    last = end - 1
    if last > floor + 3 and tokens[last].text.isdigit() and tokens[last - 1].lower in _MONTHS:
        return last - 2 if tokens[last - 2].lower == "on" else end
    if last > floor + 1 and tokens[last].lower in verbs.DAYS:
        return last - 1 if tokens[last - 1].lower == "on" else last
    if last > floor + 2 and tokens[last].lower in OCCASIONS:
        for place in range(last - 1, max(floor, last - 5), -1):
            if tokens[place].lower in ("in", "at", "during"):
                return place if place > floor else end
    return end


def _goes_on_before(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether the phrase that follows this token may begin with it or before it."""
    token = tokens[at]
    word = token.lower
    if token.kind != WORD:
        return False
    if word in verbs.CONJUNCTIONS:
        return word == "and" and at + 1 < end and _joins(tokens, at, end)
    if word in verbs.PRONOUNS or word in verbs.SUBORDINATORS or word in ("who", "which"):
        return False
    if word == "that":
        return False
    if token.is_capital:
        return True
    if verbs.is_finite(word) or (word in verbs.VERBS and word not in verbs.VERB_OR_NOUN):
        return False
    if verbs.in_ed(word):
        after = tokens[at + 1] if at + 1 < end else None
        return after is not None and after.lower not in verbs.PREPOSITIONS and after.lower not in verbs.DETERMINERS
    return True


def _joins(tokens: Sequence[Token], at: int, end: int) -> bool:
    """Whether an “and” joins two names, or two phrases that both have an article."""
    if at == 0:
        return False
    before, after = tokens[at - 1], tokens[at + 1]
    if before.kind != WORD or before.lower in verbs.DAYS or before.lower in _MONTHS:
        return False
    if after.lower in verbs.DETERMINERS:
        start = at - 1
        while start >= 0 and tokens[start].kind == WORD:
            if may_end_clause(tokens[start]) or tokens[start].lower in verbs.SUBORDINATORS | {"that", "who"}:
                return False
            start -= 1
        return tokens[0].lower in verbs.DETERMINERS or start >= 0 or tokens[0].lower not in verbs.PREPOSITIONS
    return before.is_capital == after.is_capital


def may_end_clause(token: Token) -> bool:
    """Whether the word is, or may be, a finite verb."""
    return token.kind == WORD and not token.is_capital and verbs.may_be_finite(token.lower)


def _is_clean(tokens: Sequence[Token], first: int, floor: int) -> bool:
    """Whether a clause can begin there: at the floor, after a mark, a conjunction or a subordinator."""
    if first <= floor:
        return True
    before = tokens[first - 1]
    return (
        before.kind != WORD
        or before.lower in verbs.CONJUNCTIONS
        or before.lower in verbs.SUBORDINATORS
        or (before.lower == "that")
    )


def _trimmed(tokens: Sequence[Token], first: int, end: int) -> int | None:
    """Where the phrase begins without conjunctions, adverbs, and phrases of time and place before it."""
    while first < end:
        token = tokens[first]
        if token.lower in verbs.CONJUNCTIONS or token.lower in ("so", "still"):
            first += 1
        elif token.lower in verbs.PREPOSITIONS:
            return _after_prepositional(tokens, first, end)
        elif (
            token.lower in ("last", "this", "next", "earlier", "later")
            and first + 2 < end
            and _is_period(tokens[first + 1])
        ):
            first += 2
        elif first + 1 < end and _opens(tokens[first + 1]) and (token.lower in verbs.DAYS or is_adverb(token)):
            if token.lower == "both":
                return first
            first += 1
        else:
            return first
    return None


def _is_period(token: Token) -> bool:
    return token.lower in _PERIODS


_PERIODS: Final = frozenset(
    {"week", "month", "year", "day", "night", "morning", "afternoon", "evening", "spring", "summer", "autumn", "winter"}
)


def _opens(token: Token) -> bool:
    return (
        token.is_capital or token.lower in verbs.DETERMINERS or token.lower in verbs.GROUPS or token.lower[-1:] == "s"
    )


def _after_prepositional(tokens: Sequence[Token], first: int, end: int) -> int | None:
    """Where a phrase begins after one with a preposition: `In the capital the mayor`."""
    for place in range(end - 1, first + 1, -1):
        token, before = tokens[place], tokens[place - 1]
        joined = before.lower in verbs.PREPOSITIONS or before.lower in verbs.DETERMINERS or before.lower == "'s"
        if joined or before.lower in verbs.CONJUNCTIONS:
            continue
        if token.lower in verbs.DETERMINERS or token.lower in verbs.GROUPS:
            return place
        if token.is_capital and (not before.is_capital or before.lower in verbs.DAYS or before.lower in _MONTHS):
            return place
    return None


def _is_phrase(phrase: Sequence[Token], *, clean: bool, heading: bool) -> bool:
    """Whether the tokens can be a phrase that speaks."""
    first, last = phrase[0], phrase[-1]
    alone = len(phrase) == 1
    if last.lower in verbs.PREPOSITIONS or last.lower in verbs.CONJUNCTIONS or last.lower == "'s":
        return False
    if last.lower in verbs.DETERMINERS and last.lower not in verbs.GROUPS:
        return False
    if (
        last.text.replace(",", "").isdigit()
        or (is_adverb(last) and last.lower not in verbs.GROUPS)
        or first.lower == "there"
    ):
        return False
    if last.lower in _MONTHS or last.lower in verbs.DAYS or last.lower in OCCASIONS - _SPEAKING_TOO:
        return False
    if first.is_capital or heading:
        return not (alone and (first.lower in verbs.ADVERBS or first.lower in verbs.DAYS))
    if first.lower in verbs.DETERMINERS or first.lower in verbs.GROUPS or first.text[0].isdigit():
        return not alone or first.lower in verbs.GROUPS
    if alone:
        return first.lower.endswith("s") and len(first.lower) > 3 and not first.lower.endswith("ss")
    return clean and not last.lower.endswith("ing")


_SPEAKING_TOO: Final = frozenset(
    {
        *("statement", "letter", "report", "post", "email", "release", "note", "filing", "ruling", "affidavit", "memo"),
        *(
            "lawsuit",
            "court",
            "article",
            "column",
            "book",
            "message",
            "blog",
            "video",
            "newspaper",
            "magazine",
            "paper",
        ),
        *("study", "editorial", "journal", "conference"),
    }
)
"""Occasions that can be said to say something."""


def subject_after(tokens: Sequence[Token], first: int, ceiling: int) -> TokenRange | None:
    """The subject that begins with the token `first`, after its verb, with an apposition that identifies it."""
    if first >= ceiling or tokens[first].kind != WORD:
        return None
    if tokens[first].lower in verbs.PRONOUNS:
        return TokenRange(first, first + 1)
    if tokens[first].lower in verbs.PREPOSITIONS or tokens[first].lower in verbs.SUBORDINATORS:
        return None
    last = first
    while last < ceiling and _goes_on_after(tokens, last, first):
        last += 1
    if last == first or not _is_phrase(tokens[first:last], clean=True, heading=False):
        return None
    return TokenRange(first, _with_apposition(tokens, last, ceiling))


def _goes_on_after(tokens: Sequence[Token], at: int, first: int) -> bool:
    token = tokens[at]
    word = token.lower
    if token.kind != WORD or word in verbs.PRONOUNS or word in verbs.SUBORDINATORS or word in ("who", "which"):
        return False
    if word == "that":
        return at == first
    if word in verbs.CONJUNCTIONS:
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        return word == "and" and after is not None and (after.is_capital or after.lower in verbs.DETERMINERS)
    if token.is_capital and (word not in verbs.DAYS or tokens[at - 1].lower in verbs.DETERMINERS):
        return True
    if word in verbs.PREPOSITIONS:
        return at > first and not _is_adverbial(tokens, at)
    if verbs.is_finite(word) or (word in verbs.VERBS and word not in verbs.VERB_OR_NOUN):
        return False
    if at == first:
        return not is_adverb(token)
    no_noun = is_adverb(token) or word in verbs.DAYS or word in _LOCAL
    return not no_noun and not (word.endswith("ing") and tokens[at - 1].lower not in (*verbs.DETERMINERS, "of", "for"))


def _is_adverbial(tokens: Sequence[Token], at: int) -> bool:
    """Whether a prepositional phrase tells how or where something was said, and not who somebody is."""
    word, after = tokens[at].lower, tokens[at + 1 : at + 5]
    if word in ("of", "for"):
        return False
    if not after or after[0].kind != WORD:
        return True
    if word in ("in", "at", "from", "with"):
        if any(token.lower in OCCASIONS for token in after) or after[0].lower in _MONTHS or after[0].text[0].isdigit():
            return True
        named = after[0].is_capital or (after[0].lower == "the" and after[1:2] != [] and after[1].is_capital)
        return not (named or (word in ("with", "from") and after[0].lower in verbs.DETERMINERS))
    return True


def _with_apposition(tokens: Sequence[Token], last: int, ceiling: int) -> int:
    """The end of a phrase together with the apposition after it, if one follows."""
    if last + 1 >= ceiling or tokens[last].text != ",":
        return last
    end = last + 1
    while end < ceiling and tokens[end].kind == WORD and tokens[end].lower not in ("who", "whose", "which", "where"):
        end += 1
    aside = tokens[last + 1 : end]
    closed = end == ceiling or tokens[end].text in ",.;" or tokens[end].kind == QUOTATION or tokens[end].kind == WORD
    if not aside or not closed or not identifies(aside):
        return last
    for place in range(last + 2, end):
        if tokens[place].lower in verbs.DAYS or (
            tokens[place].lower in verbs.PREPOSITIONS and _is_adverbial(tokens, place) and _is_occasion(tokens, place)
        ):
            return place
    return end


def _is_occasion(tokens: Sequence[Token], at: int) -> bool:
    return any(token.lower in OCCASIONS for token in tokens[at + 1 : at + 5])


def head_subject(tokens: Sequence[Token], ceiling: int) -> TokenRange | None:
    """The subject of the sentence that these tokens begin, by its first verb."""
    floor = 0
    opening = tokens[0]
    word = opening.lower
    is_opening = word in verbs.PREPOSITIONS or word in verbs.SUBORDINATORS or word.endswith(("ing", "ed"))
    if opening.kind == WORD and is_opening:
        floor = next((at + 1 for at in range(ceiling) if tokens[at].text == ","), 0)
    for at in range(floor + 1, ceiling):
        if may_end_clause(tokens[at]) or (tokens[at].kind == WORD and tokens[at].lower in verbs.VERBS):
            if mention := subject_before(tokens, at, floor):
                return mention
            if verbs.is_finite(tokens[at].lower):
                return None
    return None


def skip_adverbials(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    """The place after adverbs, days and occasions that follow a verb: `said on Monday in a statement that`."""
    while at < ceiling:
        step = _adverbial_length(tokens, at, ceiling)
        if step == 0:
            return at
        at += step
    return at


_HEARERS: Final = frozenset(
    {"reporters", "journalists", "lawmakers", "investors", "supporters", "jurors", "me", "us", "him", "her", "them"}
)


def _adverbial_length(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    """How many tokens the adverbial at that place has; 0 where there is none."""
    if tokens[at].kind != WORD:
        return 0
    word, after = tokens[at].lower, tokens[at + 1].lower if at + 1 < ceiling else ""
    if period := _period_length(word, after):
        return period
    if word in _NO_ADVERBIALS:
        return 0
    if word in verbs.DAYS or is_adverb(tokens[at]):
        return 2 if after in ("morning", "afternoon", "evening", "night") else 1
    if word == "on" and (after in verbs.DAYS or after in _MONTHS):
        return _to_end_of_date(tokens, at + 2, ceiling) - at
    if word in ("on", "via", "to", "by", "at", "in", "during", "from", "before", "after") and after:
        return _occasion_length(tokens, at, ceiling)
    return 0


def _period_length(word: str, after: str) -> int:
    """The length of `last week`, `earlier this month` and what else begins so; 0 where it does not."""
    if word == "earlier" and after in ("this", "in"):
        return 3
    if word in ("late", "early") and after in ("on", "in"):
        return 1
    begins = word in ("last", "this", "earlier", "later", "late", "early")
    return 2 if begins and (after in verbs.DAYS or after in _PERIODS) else 0


_NO_ADVERBIALS: Final = frozenset(
    {"this", "that", "these", "last", "first", "only", "both", "some", "no", "all", "not", "just", "even", "never"}
)


def _to_end_of_date(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    while (
        at < ceiling
        and tokens[at].kind == WORD
        and (tokens[at].text[0].isdigit() or tokens[at].lower in ("morning", "afternoon", "evening", "night"))
    ):
        at += 1
    return at


def _occasion_length(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    """The length of `in a written statement`, `at a news conference in Oxbow`, `to reporters`, `on Twitter`."""
    word = tokens[at].lower
    if word == "to":
        return 2 if tokens[at + 1].lower in _HEARERS else 0
    if word in ("on", "via") and tokens[at + 1].is_capital:
        end = _end_of_capitals(tokens, at + 1, ceiling)
        titled = end + 1 < ceiling and tokens[end].lower == "'s" and tokens[end + 1].kind == QUOTATION
        return (end + 2 if titled else end) - at
    for place in range(at + 1, min(at + 6, ceiling)):
        if tokens[place].kind != WORD or tokens[place].lower in verbs.PRONOUNS or tokens[place].lower == "that":
            return 0
        if tokens[place].lower in OCCASIONS:
            end = place + 1
            while end < ceiling and tokens[end].lower in _PAPERS | OCCASIONS:
                end += 1
            return _end_of_occasion(tokens, end, ceiling) - at
    return 0


_PAPERS: Final = frozenset({"papers", "documents", "filings", "records", "testimony", "remarks", "interviews"})


def _end_of_occasion(tokens: Sequence[Token], end: int, ceiling: int) -> int:
    """The end of an occasion with where it was, and with its name where that cannot be what is reported."""
    place_follows = end + 1 < ceiling and tokens[end].lower in ("in", "at", "to", "with", "of")
    if place_follows and tokens[end + 1].is_capital:
        end = _end_of_capitals(tokens, end + 1, ceiling)
    named = _end_of_capitals(tokens, end, ceiling)
    return named if named < ceiling and (tokens[named].lower == "that" or tokens[named].text in ",:") else end


def _end_of_capitals(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    while at < ceiling and tokens[at].is_capital and tokens[at].lower not in verbs.DETERMINERS:
        at += 1
    return at
