"""What is reported, by whom: quotes with their speakers, sentence by sentence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, NamedTuple, Protocol

from annotation.suggesting.rules import verbs
from annotation.suggesting.rules.cues import SayingCue, boundaries, cues
from annotation.suggesting.rules.mentions import (
    TokenRange,
    head_subject,
    is_comma,
    may_end_clause,
    phrase_ending,
    skip_adverbials,
)
from annotation.suggesting.rules.tokens import QUOTATION, WORD, Sentence, Token, sentences


@dataclass(frozen=True)
class Quote:
    """A quote at `start:end` in the text, and the pattern that it fits.

    `continues` numbers the quote that it goes on with. `speaker` is where its speaker is; None for one that continues,
    and where the text names none.
    """

    start: int
    end: int
    form: str
    pattern: str
    speaker: tuple[int, int] | None = None
    continues: int | None = None


class Grammar(Protocol):
    """How a sentence is read: where it says that somebody says something, and the clause that is reported."""

    def cues(self, sentence: Sentence) -> list[SayingCue]:
        """The saying words of a sentence, in order."""
        ...

    def clause(self, sentence: Sentence, cue: SayingCue, ceiling: int) -> TokenRange | None:
        """What a cue reports after it, before the token `ceiling`; None where it reports nothing there."""
        ...

    def keeps(self, label: str, start: int, end: int) -> bool:
        """Whether the hedge or number that stands at `start:end` of the text is used as one."""
        ...


class Patterns:
    """The grammar that looks at the words alone."""

    def cues(self, sentence: Sentence) -> list[SayingCue]:
        """The saying words of a sentence, in order."""
        return cues(sentence)

    def clause(self, sentence: Sentence, cue: SayingCue, ceiling: int) -> TokenRange | None:
        """What stands after a cue and is reported by it."""
        return _after(sentence, cue, ceiling)

    def keeps(self, label: str, start: int, end: int) -> bool:
        """Whatever stands there; the words alone say no more than what found it."""
        return True


PATTERNS: Final = Patterns()


class ReportedSpeech(NamedTuple):
    """Token ranges that one cue reports, in order; the later ones continue the first."""

    parts: list[TokenRange]
    pattern: str


@dataclass
class _Article:
    """What was read so far. `open` numbers the quote that one which follows directly goes on with."""

    grammar: Grammar
    quotes: list[Quote] = field(default_factory=list)
    open: int | None = None
    open_line: int = -1
    subject: tuple[int, int] | None = None


def read_quotes(text: str, grammar: Grammar = PATTERNS) -> list[Quote]:
    """The quotes of a text, in order; none overlaps another."""
    article = _Article(grammar)
    for sentence in sentences(text):
        _read(sentence, article)
    return article.quotes


def _read(sentence: Sentence, article: _Article) -> None:
    tokens = sentence.tokens
    before = len(article.quotes)
    reached = _read_heading(sentence, article) if sentence.heading else 0
    signals = _without_nested(sentence, article.grammar.cues(sentence), article.grammar)
    for number, cue in enumerate(signals):
        if cue.first >= reached or (cue.kind == "elided" and cue.verb >= reached):
            reached = _take(sentence, cue, signals[number + 1 :], reached, article)
    if len(article.quotes) == before:
        _read_quotation_alone(sentence, article)
    if len(article.quotes) > before:
        article.open, article.open_line = len(article.quotes) - 1, sentence.line
    elif not _is_quotation(tokens):
        article.open = None
    subject = None if len(article.quotes) > before else _person_at_head(tokens)
    article.subject = subject


def _without_nested(sentence: Sentence, signals: list[SayingCue], grammar: Grammar) -> list[SayingCue]:
    """The last cue alone, where it is about the whole sentence and the others stand within what it reports."""
    if len(signals) < 2 or signals[-1].kind not in ("before", "after", "according", "passive"):
        return signals
    last, first = signals[-1], signals[0]
    report = _report(sentence, last, 0, _ceiling(sentence.tokens, last, ()), grammar)
    if report is None or report.parts[0].first > first.first or report.parts[0].last < signals[-2].last:
        return signals
    nested = all(cue.kind in ("passive", "noun") for cue in signals[:-1]) or first.first > 3
    within = nested or (last.kind == "before" and report.pattern == "clause-before" and len(report.parts) == 1)
    forms = ("indirect", "mixed") if last.kind == "passive" else ("indirect",)
    return [last] if within and _form(sentence.tokens, report.parts[0]) in forms else signals


def _is_quotation(tokens: Sequence[Token]) -> bool:
    return all(token.kind == QUOTATION for token in tokens)


def _take(sentence: Sentence, cue: SayingCue, later: Sequence[SayingCue], reached: int, article: _Article) -> int:
    """Adds what a cue reports. Returns the token up to which the sentence is taken."""
    tokens = sentence.tokens
    ceiling = _ceiling(tokens, cue, later)
    report = _report(sentence, cue, reached, ceiling, article.grammar)
    if report is None:
        return reached
    speaker = _place(tokens, _without_artefact(tokens, cue.speaker)) if cue.speaker else None
    first = len(article.quotes)
    for number, part in enumerate(report.parts):
        start, end = _place(tokens, part)
        form = _form(tokens, part)
        if number:
            article.quotes.append(Quote(start, end, form, "segment", None, first + number - 1))
        else:
            article.quotes.append(Quote(start, end, form, report.pattern, speaker))
    return max(cue.last, *(part.last for part in report.parts))


def _without_artefact(tokens: Sequence[Token], speaker: TokenRange) -> TokenRange:
    """The owner alone, where the phrase is a possessive and something that says: `the union's report` (S5)."""
    for place in range(speaker.first + 1, speaker.last - 1):
        says = tokens[speaker.last - 1].lower in verbs.NOUNS or tokens[speaker.last - 1].lower in _ARTEFACTS
        if tokens[place].lower == "'s" and speaker.last - place <= 4 and says:
            return TokenRange(speaker.first, place)
    return speaker


_ARTEFACTS: Final = frozenset({"report", "letter", "study", "statement", "survey", "post", "memo", "document", "brief"})


def _ceiling(tokens: Sequence[Token], cue: SayingCue, later: Sequence[SayingCue]) -> int:
    end = len(tokens)
    while end > cue.last and tokens[end - 1].kind not in (WORD, QUOTATION) and tokens[end - 1].text not in ")%":
        end -= 1
    for after in later:
        if after.coordinate and after.first >= cue.last:
            return min(end, *boundaries(tokens, after))
    return end


def _place(tokens: Sequence[Token], part: TokenRange) -> tuple[int, int]:
    return tokens[part.first].start, tokens[part.last - 1].end


def _form(tokens: Sequence[Token], part: TokenRange) -> str:
    within = tokens[part.first : part.last]
    if _is_quotation(within):
        return "direct"
    return "mixed" if any(token.kind == QUOTATION for token in within) else "indirect"


# What a cue reports


def _report(sentence: Sentence, cue: SayingCue, floor: int, ceiling: int, grammar: Grammar) -> ReportedSpeech | None:
    tokens = sentence.tokens
    if cue.kind == "according":
        return _according(tokens, cue, floor, ceiling)
    if cue.kind == "passive":
        return _passive(tokens, cue, floor, ceiling)
    if cue.kind == "noun":
        return _of_noun(tokens, cue, ceiling)
    before = _before(sentence, cue, floor)
    after = grammar.clause(sentence, cue, ceiling) if cue.kind != "after" or before is None else None
    if before is not None and after is not None and _opens_only(tokens, before, after):
        before = None
    if before is not None and (report := _reported_before(tokens, cue, before, after, ceiling)):
        return report
    if after is not None:
        return ReportedSpeech([after], _pattern_after(tokens, cue, after))
    return None


def _reported_before(
    tokens: Sequence[Token], cue: SayingCue, before: TokenRange, after: TokenRange | None, ceiling: int
) -> ReportedSpeech | None:
    """What stands before a cue, with what goes on after it; None where a clause after it is all that it reports."""
    form = _form(tokens, before)
    pattern = "quotation-before" if form == "direct" else "clause-before"
    if after is None or form != "indirect":
        return ReportedSpeech([before, *_continuation(tokens, cue, before, ceiling)], pattern)
    if after.first == cue.last + 1 and tokens[cue.last].text == "," and tokens[after.first].lower == "that":
        return ReportedSpeech([before, after], pattern)
    return None


def _opens_only(tokens: Sequence[Token], before: TokenRange, after: TokenRange) -> bool:
    """Whether what is before a cue only leads up to the quotation after it: `Angered by the “plan,” he said: “…”`."""
    if _form(tokens, after) != "direct" or _form(tokens, before) == "direct":
        return False
    word = tokens[before.first].lower
    leads = word in verbs.PREPOSITIONS or word in verbs.SUBORDINATORS or verbs.in_ed(word) or word.endswith("ing")
    return tokens[after.first - 1].text == ":" or leads


def _pattern_after(tokens: Sequence[Token], cue: SayingCue, part: TokenRange) -> str:
    form = _form(tokens, part)
    if form == "direct":
        return "quotation-after"
    word = tokens[part.first].lower
    if cue.withheld:
        return "withheld"
    if cue.kind == "elided":
        return "clause-elided"
    if word == "that":
        return "clause-that"
    if word in ("to", "not") or (word.endswith("ing") and cue.frame.gerund):
        return "infinitive"
    if word in verbs.QUESTION_WORDS and cue.frame.question:
        return "question"
    return "clause-said" if cue.frame.verb == "say" else "clause-bare"


def _before(sentence: Sentence, cue: SayingCue, floor: int) -> TokenRange | None:
    """What stands before a cue and is reported by it."""
    tokens, end = sentence.tokens, cue.first
    any_verb = cue.frame.verb == "any"
    stands_alone = tokens[cue.verb].lower in verbs.ALONE or any_verb or tokens[cue.verb - 1].lower == "as"
    if cue.kind == "elided" or not stands_alone or end <= floor:
        return None
    if is_comma(tokens[end - 1]):
        end -= 1
    if end <= floor:
        return None
    if tokens[end - 1].kind == QUOTATION:
        return _quotation_before(tokens, floor, end)
    if end == cue.first:
        return None
    return _clause_before(sentence, cue, floor, end)


def _quotation_before(tokens: Sequence[Token], floor: int, end: int) -> TokenRange:
    """A quotation, or the clause that ends with it."""
    first = end - 1
    while first > floor and tokens[first - 1].kind == QUOTATION:
        first -= 1
    start = floor
    while start < first and (tokens[start].kind != WORD or tokens[start].lower in verbs.CONJUNCTIONS):
        start += 1
    lead = tokens[start:first]
    if not lead or lead[-1].text in ":,—–-" or not any(token.kind == WORD for token in lead):
        return TokenRange(first, end)
    return TokenRange(start, end)


_WITH_IS: Final = verbs.PRONOUNS | {"that", "there", "what", "who", "here"}


def _clause_before(sentence: Sentence, cue: SayingCue, floor: int, end: int) -> TokenRange | None:
    tokens = sentence.tokens
    start = floor
    while start < end and (tokens[start].kind not in (WORD, QUOTATION) or tokens[start].lower in ("and", "but")):
        start += 1
    if end - start < 2 or tokens[start].lower == "asked":
        return None
    clause = tokens[start:end]
    short = any(then.lower == "'s" and token.lower in _WITH_IS for token, then in pairwise(clause))
    has_verb = short or any(token.kind == WORD and verbs.may_be_finite(token.lower) for token in clause)
    if not (has_verb or sentence.heading or _verb_after(tokens, cue) or (cue.kind == "after" and len(clause) > 5)):
        return None
    if not has_verb and tokens[start].lower in verbs.PREPOSITIONS:
        return None
    follows = skip_adverbials(tokens, cue.last, len(tokens))
    if cue.frame.hearer:
        follows = _after_hearer(tokens, follows, len(tokens))
    ends = follows >= len(tokens) or tokens[follows].kind != WORD or _may_follow(tokens[follows])
    return TokenRange(start, end) if ends else None


def _verb_after(tokens: Sequence[Token], cue: SayingCue) -> bool:
    """Whether the verb of the clause comes after the cue: `The dam, the engineer said, was weak`."""
    last = cue.last
    return last + 1 < len(tokens) and tokens[last].text == "," and verbs.may_be_finite(tokens[last + 1].lower)


def _may_follow(token: Token) -> bool:
    """Whether the word may come after `…, the mayor said`, with nothing more reported."""
    word = token.lower
    return (
        word in verbs.PREPOSITIONS or word in verbs.SUBORDINATORS or word in verbs.CONJUNCTIONS or word.endswith("ing")
    )


def _continuation(tokens: Sequence[Token], cue: SayingCue, before: TokenRange, ceiling: int) -> list[TokenRange]:
    """What goes on after a cue that interrupts what it reports (Q4)."""
    at = cue.last
    if cue.kind != "after":
        at = skip_adverbials(tokens, at, ceiling)
        if cue.frame.hearer:
            at = _after_hearer(tokens, at, ceiling)
    at = skip_adverbials(tokens, at, ceiling)
    for place in range(at, min(at + 16, ceiling)):
        if tokens[place].kind == QUOTATION:
            start = place
            end = place + 1
            while end < ceiling and tokens[end].kind == QUOTATION:
                end += 1
            lead = tokens[at:place]
            goes_on = tokens[place].text.lstrip("“\"„«‘'")[:1].islower()
            has_verb = any(token.kind == WORD and verbs.is_finite(token.lower) for token in lead)
            if not _is_mark(tokens[place - 1]) or (has_verb and not goes_on):
                break
            return [TokenRange(start, end)]
    interrupted = at + 1 < ceiling and tokens[at].text == "," and _form(tokens, before) == "indirect"
    whole = any(_is_sure_verb(token) for token in tokens[before.first : before.last] if token.kind == WORD)
    if interrupted and verbs.may_be_finite(tokens[at + 1].lower) and not whole:
        return [TokenRange(at + 1, clause_end(tokens, at + 1, ceiling))]
    return []


def _is_mark(token: Token) -> bool:
    """Whether a mark stands there, after which a quotation can go on."""
    return token.kind not in (WORD, QUOTATION)


def _has_verb(tokens: Sequence[Token], part: TokenRange) -> bool:
    return any(token.kind == WORD and verbs.is_finite(token.lower) for token in tokens[part.first : part.last])


def _after(sentence: Sentence, cue: SayingCue, ceiling: int) -> TokenRange | None:
    """What stands after a cue and is reported by it."""
    tokens, at = sentence.tokens, _report_start(sentence.tokens, cue, ceiling)
    if at >= ceiling or (cue.frame.verb == "ask" and tokens[cue.last].lower == "for"):
        return None
    token = tokens[at]
    if token.text in (",", ":", ";"):
        return _after_mark(tokens, cue, at, ceiling)
    if token.kind == QUOTATION:
        return _quotation_after(tokens, cue, at, ceiling) if cue.frame.clause or cue.frame.gerund else None
    if token.kind != WORD:
        return None
    phrase = token.lower in _OPENS_PHRASE and token.lower != "to"
    if phrase and (clause := _after_phrase(sentence, cue, at, ceiling)):
        return clause
    return _clause_after(sentence, cue, at, ceiling) or _after_phrase(sentence, cue, at, ceiling)


def _report_start(tokens: Sequence[Token], cue: SayingCue, ceiling: int) -> int:
    """The place after adverbials, the hearer, and an aside that a “that” follows: `said, in effect, that`."""
    at = skip_adverbials(tokens, cue.last, ceiling)
    if cue.frame.hearer and at < ceiling:
        at = skip_adverbials(tokens, _after_hearer(tokens, at, ceiling, of=cue.frame.gerund), ceiling)
    if at + 1 < ceiling and tokens[at].lower in ("only", "just") and tokens[at + 1].lower == "that":
        return at + 1
    if at + 1 >= ceiling or tokens[at].text != "," or tokens[at + 1].kind == QUOTATION:
        return at
    if tokens[at + 1].lower == "that":
        return at + 1
    for place in range(at + 1, min(at + 9, ceiling - 1)):
        if is_comma(tokens[place]):
            return place + 1 if tokens[place + 1].lower in ("that", "whether") else at
    return at


def _after_mark(tokens: Sequence[Token], cue: SayingCue, at: int, ceiling: int) -> TokenRange | None:
    """What a colon or a comma opens: a quotation, after a colon also a clause, and all that `As she said,` is about."""
    if at + 1 >= ceiling:
        return None
    if tokens[at + 1].kind == QUOTATION:
        return _quotations(tokens, at + 1, ceiling) if cue.frame.clause else None
    as_said = cue.first == 1 and tokens[0].lower == "as" and tokens[at + 1].lower != "and"
    if tokens[at].text == ":" or (tokens[at].text == "," and as_said):
        return TokenRange(at + 1, clause_end(tokens, at + 1, ceiling))
    return None


_OPENS_PHRASE: Final = verbs.PREPOSITIONS | {"after", "before"}


def _after_phrase(sentence: Sentence, cue: SayingCue, at: int, ceiling: int) -> TokenRange | None:
    """What is reported after a hearer, or another phrase: `warned the jury not to`, `said of the plan: “…”`."""
    tokens = sentence.tokens
    if not (cue.frame.may_hear or tokens[at].lower in _OPENS_PHRASE):
        return None
    for place in range(at + 1, min(at + 10, ceiling)):
        token = tokens[place]
        word = token.lower
        opens = word in ("that", "whether") or (word in ("to", "not") and cue.frame.may_hear)
        if token.kind == WORD and opens and _opens_clause(tokens, place):
            return _clause_after(sentence, cue, place, ceiling)
        if token.text in (",", ":") and place + 1 < ceiling and tokens[place + 1].kind == QUOTATION:
            return _quotations(tokens, place + 1, ceiling) if cue.frame.clause else None
        if token.kind != WORD or _is_verb(token):
            return None
    return None


def _quotations(tokens: Sequence[Token], at: int, ceiling: int) -> TokenRange:
    end = at + 1
    while end < ceiling and tokens[end].kind == QUOTATION:
        end += 1
    return TokenRange(at, end)


def _quotation_after(tokens: Sequence[Token], cue: SayingCue, at: int, ceiling: int) -> TokenRange:
    """A quotation by itself, or the clause that it begins."""
    alone = _quotations(tokens, at, ceiling)
    if alone.last >= ceiling or tokens[alone.last].kind != WORD or tokens[alone.last].lower in verbs.CONJUNCTIONS:
        return alone
    if tokens[alone.last - 1].ends_sentence or tokens[alone.last].lower in ("when", "after", "as", "while", "before"):
        return alone
    return TokenRange(at, clause_end(tokens, at, ceiling))


def _clause_after(sentence: Sentence, cue: SayingCue, at: int, ceiling: int) -> TokenRange | None:
    """The clause that begins there, if the verb can report one of its kind; after what holds back, a phrase, too."""
    tokens, frame = sentence.tokens, cue.frame
    if at + 1 >= ceiling and not cue.withheld and not (frame.gerund and tokens[at].lower.endswith("ing")):
        return None
    kind = _clause_kind(tokens, cue, at, ceiling)
    if kind == "that":
        return _that_clause(tokens, at, ceiling)
    if kind == "infinitive":
        return TokenRange(at, clause_end(tokens, at, ceiling)) if frame.infinitive and not cue.withheld else None
    if kind:
        return TokenRange(at, clause_end(tokens, at, ceiling))
    if cue.withheld and cue.kind != "noun":
        return TokenRange(at, _object_end(tokens, at, ceiling))
    bare = (frame.bare or sentence.heading) and not cue.negated and _is_clause(tokens, at, ceiling, frame.verb)
    return TokenRange(at, clause_end(tokens, at, ceiling)) if bare else None


def _clause_kind(tokens: Sequence[Token], cue: SayingCue, at: int, ceiling: int) -> str:
    """By what a clause shows that it is one: that, infinitive, gerund or question; "" where it does not."""
    word, frame = tokens[at].lower, cue.frame
    then = tokens[at + 1].lower if at + 1 < ceiling else ""
    if word == "that" and frame.clause:
        return "that"
    if word == "to" or (word == "not" and then == "to"):
        return "infinitive"
    if frame.gerund and word.endswith("ing") and len(word) > 5 and word not in _NO_GERUNDS and then != ",":
        return "gerund"
    if word not in verbs.QUESTION_WORDS or not (frame.question or word == "whether" or cue.negated):
        return ""
    asked = word in ("whether", "if") or cue.negated or frame.verb != "say"
    of_time = frame.verb == "tell" and word in ("when", "where", "who", "which")
    return "question" if asked and not of_time else ""


_NO_GERUNDS: Final = frozenset({"wrongdoing", "anything", "something", "nothing", "everything", "meddling"})


def _that_clause(tokens: Sequence[Token], at: int, ceiling: int) -> TokenRange:
    """A clause from its “that”, which stays out before a clause that is quoted in full."""
    if tokens[at + 1].kind == QUOTATION:
        quoted = _quotations(tokens, at + 1, ceiling)
        if quoted.last >= ceiling or _is_mark(tokens[quoted.last]):
            return quoted
    return TokenRange(at, clause_end(tokens, at, ceiling))


_NO_CLAUSES: Final = frozenset({"nothing", "little", "goodbye", "yes", "so", "hello", "thanks", "of"})


def _is_clause(tokens: Sequence[Token], at: int, ceiling: int, verb: str) -> bool:
    """Whether a clause without “that” begins there; after “say” less has to speak for it than after other verbs."""
    word, rest, of_say = tokens[at].lower, tokens[at + 1 : min(at + 30, ceiling)], verb == "say"
    if word in _NO_CLAUSES or word in verbs.CONJUNCTIONS or not rest or verbs.is_finite(word):
        return False
    if word in verbs.PRONOUNS or word in ("there", "you"):
        return True
    if word in verbs.PREPOSITIONS and not (of_say and any(_is_verb(token) for token in rest)):
        return False
    if of_say:
        return len(rest) >= 2 or any(token.kind == QUOTATION or may_end_clause(token) for token in rest)
    return _has_sure_verb(rest)


def _has_sure_verb(rest: Sequence[Token]) -> bool:
    """Whether a finite verb comes before anything that ends a plain noun phrase."""
    for token in rest:
        if token.kind == WORD and _is_sure_verb(token):
            return True
        if token.kind != WORD or token.lower in ("who", "which", "that", "whose", "after", "when"):
            return False
    return False


def _is_sure_verb(token: Token) -> bool:
    return verbs.is_sure(token.lower)


def _is_verb(token: Token) -> bool:
    return token.kind == WORD and verbs.is_finite(token.lower)


_ASIDES: Final = frozenset(
    {
        *("citing", "pointing", "referring", "speaking", "calling", "blaming", "quoting", "describing", "echoing"),
        *("prompting", "sparking", "drawing", "according", "accusing", "urging"),
    }
)


def clause_end(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    """Where a reported clause ends: at the ceiling, or before what tells how it was said or goes on without it."""
    for place in range(at + 1, ceiling - 1):
        if not is_comma(tokens[place]) or tokens[place].text == "-":
            continue
        after = tokens[place + 1]
        participle = verbs.VERBS.get(after.lower)
        if after.lower == "according" and _closes(tokens, place + 1, ceiling):
            continue
        if after.lower in _ASIDES or (participle and participle.form == "ing"):
            return place
        then = tokens[place + 2].lower if place + 2 < ceiling else ""
        if after.lower == "but" and then != "that" and place - at > 3:
            return place
        if after.lower in ("while", "whereas") and place - at > 3:
            return place
    return ceiling


def _closes(tokens: Sequence[Token], at: int, ceiling: int) -> bool:
    """Whether an aside that begins there ends with a comma before the verb that the clause still lacks."""
    for place in range(at, min(at + 10, ceiling - 1)):
        if is_comma(tokens[place]):
            return _is_verb(tokens[place + 1])
    return False


def _object_end(tokens: Sequence[Token], at: int, ceiling: int) -> int:
    """The end of a noun phrase that is held back."""
    for place in range(at, ceiling):
        token = tokens[place]
        if _is_mark(token) and place > at:
            return place
        if place > at and token.kind == WORD and token.lower in ("and", "but", "when", "after", "while", "or", "as"):
            return place
    return ceiling


def _after_hearer(tokens: Sequence[Token], at: int, ceiling: int, *, of: bool = False) -> int:
    """The place after the person spoken to, as in `told a meeting of the council that`.

    With `of` it is the -ing form in `accused the council of hiding`.
    """
    first = at
    while at < ceiling and at - first < 14 and tokens[at].kind == WORD:
        if of:
            if tokens[at].lower == "of" and at + 1 < ceiling and _begins_gerund(tokens[at + 1]):
                return at + 1
        elif _opens_clause(tokens, at) or (at > first and _begins_clause(tokens, at)):
            return at
        at += 1
    return at if at < ceiling and tokens[at].kind != WORD else ceiling


def _opens_clause(tokens: Sequence[Token], at: int) -> bool:
    """Whether a clause opens with the word there, and “that” is no relative pronoun."""
    word = tokens[at].lower
    if word == "that":
        return at + 1 >= len(tokens) or not verbs.may_be_finite(tokens[at + 1].lower)
    return word in ("to", "whether", "if", "how", "what", "why", "not")


def _begins_gerund(token: Token) -> bool:
    words = token.text.strip("“\"‘'").split()
    return bool(words) and words[0].lower().endswith("ing")


def _begins_clause(tokens: Sequence[Token], at: int) -> bool:
    word, before = tokens[at].lower, tokens[at - 1]
    if (
        word in verbs.PRONOUNS
        or word == "there"
        or word in ("on", "in", "at", "during", "after", "by", "when", "where")
    ):
        return (
            word not in ("in", "at", "by", "on")
            or not tokens[at + 1 : at + 2]
            or tokens[at + 1].lower in verbs.DAYS
            or (not tokens[at + 1].is_capital)
        )
    if word in verbs.DAYS:
        return True
    joined = (
        before.lower in verbs.PREPOSITIONS or before.lower in verbs.DETERMINERS or before.lower in verbs.CONJUNCTIONS
    )
    return word in verbs.DETERMINERS and not joined


# Other cues


def _according(tokens: Sequence[Token], cue: SayingCue, floor: int, ceiling: int) -> ReportedSpeech | None:
    end = cue.first
    if end > floor and is_comma(tokens[end - 1]):
        end -= 1
    start = floor
    while start < end and (tokens[start].kind not in (WORD, QUOTATION) or tokens[start].lower in ("and", "but")):
        start += 1
    follows = cue.last < ceiling and tokens[cue.last].text == ","
    if end - start < 2:
        if not follows or cue.last + 2 >= ceiling:
            return None
        return ReportedSpeech([TokenRange(cue.last + 1, clause_end(tokens, cue.last + 1, ceiling))], "according-first")
    parts = [TokenRange(start, end)]
    if follows and cue.last + 2 < ceiling and not _has_verb(tokens, parts[0]) and _is_verb(tokens[cue.last + 1]):
        parts.append(TokenRange(cue.last + 1, clause_end(tokens, cue.last + 1, ceiling)))
    return ReportedSpeech(parts, "according-last")


def _passive(tokens: Sequence[Token], cue: SayingCue, floor: int, ceiling: int) -> ReportedSpeech | None:
    """What nobody, or an agent after “by”, is said to have said."""
    impersonal = tokens[cue.first].lower == "it"
    pattern = "passive-by" if cue.speaker else "passive"
    at = skip_adverbials(tokens, cue.last, ceiling)
    if impersonal and cue.first > floor and is_comma(tokens[cue.first - 1]) and at >= ceiling:
        start = floor if tokens[floor].kind == WORD else floor + 1
        return ReportedSpeech([TokenRange(start, cue.first - 1)], pattern)
    if at + 1 >= ceiling or tokens[at].kind != WORD:
        return None
    if cue.frame.gerund and cue.frame.hearer:
        place = _after_hearer(tokens, at, ceiling, of=True)
        return (
            ReportedSpeech([TokenRange(place, clause_end(tokens, place, ceiling))], pattern)
            if place < ceiling
            else None
        )
    word = tokens[at].lower
    if word == "that" and (impersonal or cue.frame.hearer):
        return ReportedSpeech([TokenRange(at, clause_end(tokens, at, ceiling))], pattern)
    infinitive = word == "to" and (cue.frame.hearer or cue.frame.verb in ("say", "report", "allege", "claim"))
    if infinitive and cue.frame.verb != "remind":
        return ReportedSpeech([TokenRange(at, clause_end(tokens, at, ceiling))], pattern)
    return None


def _of_noun(tokens: Sequence[Token], cue: SayingCue, ceiling: int) -> ReportedSpeech | None:
    """The clause after a noun of saying; where the noun is the sentence's subject, up to the sentence's own verb."""
    end = clause_end(tokens, cue.last, ceiling)
    if not any(_is_verb(token) for token in tokens[: cue.first]):
        end = min(end, _before_main_verb(tokens, cue.last, end))
    pattern = "noun" if cue.speaker else "noun-unnamed"
    return ReportedSpeech([TokenRange(cue.last, end)], pattern) if end - cue.last > 1 else None


def _before_main_verb(tokens: Sequence[Token], at: int, end: int) -> int:
    """Where the second chain of finite verbs begins; after “to”, the first."""
    infinitive = tokens[at].lower == "to"
    wanted, inside = (1 if infinitive else 2), False
    for place in range(at + 1 + infinitive, end):
        word = tokens[place].lower if tokens[place].kind == WORD else ""
        finite = verbs.is_finite(word) or (word.endswith("ed") and not inside and len(word) > 4)
        if word in ("and", "or", "that", "who", "which") and wanted == 1 and place > at + 1:
            wanted += 1
        if finite and not inside:
            wanted -= 1
            if wanted == 0:
                return place
        inside = finite or ((inside and word in ("not", "been", "be")) or word.endswith("ly"))
    return end


# Headings and quotations without a cue


def _read_heading(sentence: Sentence, article: _Article) -> int:
    """A heading that names its source before or after a colon: `Mayor: roof is safe`."""
    tokens = sentence.tokens
    for at, token in enumerate(tokens):
        if token.text != ":" or at == 0 or at + 2 >= len(tokens):
            continue
        speaker = phrase_ending(tokens, at, 0, heading=True)
        short = speaker is not None and speaker.first == 0 and at <= 4
        clause = TokenRange(at + 1, len(tokens))
        named = tokens[0].is_capital
        quoted = any(token.kind == QUOTATION for token in tokens[at + 1 :])
        if tokens[at - 1].lower in _KICKERS:
            return 0
        if short and named and speaker is not None and (_has_verb(tokens, clause) or quoted):
            start, end = _place(tokens, clause)
            article.quotes.append(Quote(start, end, _form(tokens, clause), "heading-colon", _place(tokens, speaker)))
            return len(tokens)
    return 0


_KICKERS: Final = frozenset(
    {
        *(
            "exclusive",
            "breaking",
            "news",
            "analysis",
            "opinion",
            "video",
            "watch",
            "live",
            "update",
            "updates",
            "review",
        ),
        *("explainer", "factbox", "interview", "photos", "pictures", "correction", "editorial", "profile", "timeline"),
        *(
            "podcast",
            "obituary",
            "comment",
            "recap",
            "preview",
            "latest",
            "alert",
            "column",
            "report",
            "election",
            "poll",
        ),
    }
)
"""What stands before a colon in a heading and is nobody who speaks."""


def _read_quotation_alone(sentence: Sentence, article: _Article) -> None:
    """A sentence of quotations alone: it goes on with the quote before it, or is the last subject's."""
    if _read_after_colon(sentence, article):
        return
    tokens = [token for token in sentence.tokens if token.kind in (WORD, QUOTATION)]
    if not tokens or not _is_quotation(tokens):
        return
    start, end = tokens[0].start, tokens[-1].end
    if article.open is not None and sentence.line - article.open_line <= 3:
        pattern = "next-sentence" if sentence.line == article.open_line else "next-paragraph"
        article.quotes.append(Quote(start, end, "direct", pattern, None, article.open))
    elif article.subject is not None and len(tokens[0].text.split()) > 2:
        article.quotes.append(Quote(start, end, "direct", "quotation-alone", article.subject))


def _read_after_colon(sentence: Sentence, article: _Article) -> bool:
    """A quotation after a colon, of the person whom the sentence is about: `Smith put it this way: “…”`."""
    tokens = sentence.tokens
    for at in range(2, len(tokens) - 1):
        if tokens[at].text == ":" and tokens[at + 1].kind == QUOTATION:
            speaker = _person_at_head(tokens[:at])
            if speaker is None or len(tokens[at + 1].text.split()) < 3:
                return False
            start, end = _place(tokens, _quotations(tokens, at + 1, len(tokens)))
            article.quotes.append(Quote(start, end, "direct", "quotation-colon", speaker))
            return True
    return False


def _person_at_head(tokens: Sequence[Token]) -> tuple[int, int] | None:
    """The sentence's subject, if it is a name, “he” or “she”."""
    if not tokens or tokens[0].kind != WORD:
        return None
    subject = head_subject(tokens, len(tokens))
    if subject is None:
        return None
    first = tokens[subject.first]
    named = first.is_capital and first.lower not in verbs.DETERMINERS and first.lower not in verbs.PRONOUNS
    return _place(tokens, subject) if first.lower in ("he", "she") or named else None
