"""What an annotator may have missed: quotation marks, numbers, cues and verbs of saying that no span covers.

Only articles that were submitted and whose spans are all sound are asked, and page furniture is left out.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from dataset import lexicon
from dataset.checks.facts import Facts
from dataset.checks.findings import Finding
from dataset.quotation import read_marks

_NOT_NUMBERS: Final = re.compile(rf"(?=[A-Zh\d\s])(?:{lexicon.NOT_NUMBERS})")
_DIGITS: Final = re.compile(r"\d+(?:[.,]\d+)*")
_CARDINAL: Final = lexicon.one_of(tuple(word for word in lexicon.NUMBER_WORDS if word not in ("zero", "one", "tens")))
_NUMBER_WORD: Final = re.compile(rf"(?=[a-zT])(?<![\w-])(?:[Tt]ens of )?{_CARDINAL}(?:[ -]{_CARDINAL})*(?![\w-])")
_BEFORE_NUMBER: Final = rf"(?=\s+(?:[$€£¥]|\d|{_CARDINAL}\b))"
_CUES: Final = re.compile(
    lexicon.at_word(
        "|".join(
            (
                rf"\b(?:about|approximately|around|some|nearly|up to|at least|more than)\b{_BEFORE_NUMBER}",
                r"\bas (?:early|soon) as\b",
                r"\b(?:could|may|might|likely|possible|possibly|possibilit(?:y|ies)|potential|perhaps|I think)\b",
                r"\b(?:allegedly|apparently|purported|reportedly|seem(?:s|ed)?|appear(?:s|ed)?(?= to\b))\b",
                r"(?:(?<=\b[Tt]he )|(?<=\b[Aa] )|(?<=\b[Aa]n ))(?:alleged|reported)(?= [a-z])",
                rf"\b(?:{lexicon.NONCOMMITTAL})\b",
            )
        ),
        "aceIlmnprsudf",
    )
)
AROUND: Final = 32
_SENTENCE: Final = re.compile(r"[^.!?\n]+(?:[.!?](?!\s)[^.!?\n]*)*")
_VERBS: Final = lexicon.one_of(lexicon.CLAUSE_VERBS)
_SAYING: Final = re.compile(
    lexicon.at_word(
        rf"\b{_VERBS}\b"
        r"(?:(?: (?!that\b|whether\b)[\w’'().]+){0,4},? (?:that|whether)\b| (?:he|she|it|they|we|there)\b)|"
        r"\baccus(?:e|es|ed|ing)\b[^.!?\n]{1,80}? of \w+ing\b",
        "a-z",
    )
)


class Article(NamedTuple):
    """A text, where its furniture is, and where its spans are by label, in order."""

    id: str
    text: str
    furniture: list[tuple[int, int]]
    spans: dict[str, list[tuple[int, int]]]

    def covered(self, start: int, end: int, label: str) -> bool:
        """Whether a span of the label shares a character with the place."""
        return _touches(self.spans.get(label, []), start, end)


def _touches(places: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether one of the places, which are in order and do not overlap, shares a character with start:end."""
    after = bisect_left(places, end, key=lambda place: place[0])
    return after > 0 and places[after - 1][1] > start


def missed(facts: Facts) -> Iterator[Finding]:
    """All that no span covers, article by article."""
    for article in _articles(facts):
        for code, start, end, message in _missed(article):
            if not _touches(article.furniture, start, end):
                row = {"article_id": article.id, "span_id": None, "start": start, "end": end}
                yield facts.at(code, row, message)


_Missed = tuple[str, int, int, str]


def _missed(article: Article) -> Iterator[_Missed]:
    for look in LOOKS:
        yield from look(article)


def _articles(facts: Facts) -> Iterator[Article]:
    """The submitted articles whose spans are all sound."""
    unsound = facts.layer.spans.join(facts.sound, on=["article_id", "span_id"], how="anti")
    wanted = facts.submitted.join(unsound, on="article_id", how="anti").sort("article_id")
    spans: dict[str, dict[str, list[tuple[int, int]]]] = {}
    for article, label, start, end in (
        facts.sound.sort("start", "end").select("article_id", "label", "start", "end").iter_rows()
    ):
        places = spans.setdefault(article, {}).setdefault(label, [])
        if not places or start >= places[-1][1]:
            places.append((start, end))
        else:
            places[-1] = (places[-1][0], max(end, places[-1][1]))
    for article in wanted["article_id"]:
        if (text := facts.text_of.get(article)) is not None:
            yield Article(article, text, facts.furniture(article), spans.get(article, {}))


def quotations(article: Article) -> Iterator[_Missed]:
    """Pairs of quotation marks outside every quote."""
    reached = 0
    for start, end in read_marks(article.text).pairs:
        if start >= reached and not article.covered(start, end, "quote"):
            reached = end
            yield "q1-unlabelled-quotation", start, end, f"no quote covers {_brief(article.text[start:end])}"


def digits(article: Article) -> Iterator[_Missed]:
    """Digits that no number covers."""
    for match in _DIGITS.finditer(article.text):
        if not article.covered(*match.span(), "number") and not _is_no_number(article.text, *match.span()):
            yield "n1-unlabelled-digits", *match.span(), f"no number covers “{match[0]}”"


def _is_no_number(text: str, start: int, end: int) -> bool:
    """Whether digits belong to a date, time, year, ordinal, name or list marker."""
    if _is_plain(text, start, end):
        return False
    around = _NOT_NUMBERS.finditer(text, max(0, start - AROUND), end + AROUND)
    return any(match.start() < end and start < match.end() for match in around)


def _is_plain(text: str, start: int, end: int) -> bool:
    """Whether digits are between two words in lower case, so that nothing in `NOT_NUMBERS` can hold them."""
    before, after = text[text.rfind(" ", 0, max(0, start - 1)) + 1 : start], text[end : end + 3]
    words_around = before[-1:] == after[:1] == " " and (before[:-1] + after[1:]).isalpha() and len(after) == 3
    small = words_around and (before[:-1] + after[1:]).islower() and text[start:end].isdigit()
    return small and end - start <= 3 and len(before) > 1 and after != " of" and after[-1] != "m"


def number_words(article: Article) -> Iterator[_Missed]:
    """Number words that no number covers."""
    for match in _NUMBER_WORD.finditer(article.text):
        if not article.covered(*match.span(), "number"):
            yield "n1-unlabelled-number-word", *match.span(), f"no number covers “{match[0]}”"


def hedge_cues(article: Article) -> Iterator[_Missed]:
    """Listed cues that no hedge covers. One inside a number is told by N2."""
    for match in _CUES.finditer(article.text):
        if not any(article.covered(*match.span(), label) for label in ("hedge", "number")):
            yield "h9-unlabelled-cue", *match.span(), f"no hedge covers “{match[0]}”"


def sayings(article: Article) -> Iterator[_Missed]:
    """Verbs of saying with a clause, in a sentence that no quote touches."""
    for sentence in _SENTENCE.finditer(article.text):
        if not article.covered(*sentence.span(), "quote"):
            for match in _SAYING.finditer(article.text, *sentence.span()):
                yield "q2-unlabelled-saying", *match.span(), f"no quote in the sentence of “{match[0]}”"


def _brief(words: str) -> str:
    return words if len(words) <= 60 else f"{words[:59]}…"


LOOKS: Final[tuple[Callable[[Article], Iterator[_Missed]], ...]] = (
    quotations,
    digits,
    number_words,
    hedge_cues,
    sayings,
)
