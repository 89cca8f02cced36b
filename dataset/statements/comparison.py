"""What differs between two articles that tell one statement: wording, attribution, certainty, numbers and form.

An article's tellings of a statement are taken together. The values of each class are in `scheme.vocabulary`, and each
function below that gives one says when. Nothing here reads a file; `compare` is where to begin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Final

from dataset.scheme.lexicon import FUNCTION_WORDS, plain
from dataset.scheme.quotation_marks import MARKS
from dataset.statements.numbers import Number, NumberChange, Quantity, number_changes, numbers_of
from dataset.statements.registry import Registry

EDITED: Final = 0.8
"""The least token ratio of two wordings of which one is an edit of the other."""
_BREAKS: Final = re.compile(r"[\s—…]+")
_OPENING: Final = f"{MARKS}([{{*"
_CLOSING: Final = f"{MARKS})]}}*.,;:!?"
_LEVELLED: Final = {"would": "will", "wouldn't": "won't"}

Tokens = tuple[str, ...]


@dataclass(frozen=True, order=True)
class Cue:
    """A hedge on a quote, or on a number in it: its words and its kind (modal, evidential, …)."""

    words: str
    kind: str


@dataclass(frozen=True)
class QuoteTelling:
    """A quote that tells a statement.

    `words` are those of all its segments, `sources` the entities that its speakers are, and `cues` those on the quote
    and on the numbers in it.
    """

    article_id: str
    quote_id: str
    words: str
    form: str
    sources: frozenset[str]
    cues: tuple[Cue, ...]
    quantities: tuple[Quantity, ...]


@dataclass(frozen=True)
class Difference:
    """What differs between two articles, `first` and `second`, that tell one statement.

    `first_words` are the content words that only the first article's tellings have, lower case, in the order of each
    telling; `first_cues` the cues, their words in lower case, by those words. The other way round for the second.
    """

    first: str
    second: str
    wording: str
    ratio: float
    first_words: Tokens
    second_words: Tokens
    attribution: str
    certainty: str
    first_cues: tuple[Cue, ...]
    second_cues: tuple[Cue, ...]
    numbers: tuple[NumberChange, ...]
    form: str


@dataclass(frozen=True)
class _Account:
    """An article's tellings of a statement, taken together."""

    article_id: str
    wordings: tuple[Tokens, ...]
    content: Tokens
    sources: frozenset[str]
    flat: bool
    cues: frozenset[Cue]
    numbers: tuple[Number, ...]
    direct: bool


def comparisons_of(
    tellings: Mapping[str, Iterable[QuoteTelling]], registry: Registry
) -> Iterator[tuple[str, Difference]]:
    """Each statement with what differs, for every two articles that tell it; the first has the smaller id.

    `tellings` are an event's, by statement. In the order of statements, then of both articles.
    """
    for statement in sorted(tellings):
        of_article: defaultdict[str, list[QuoteTelling]] = defaultdict(list)
        for telling in tellings[statement]:
            of_article[telling.article_id].append(telling)
        accounts = [_account(of_article[article]) for article in sorted(of_article)]
        for first, second in combinations(accounts, 2):
            yield statement, _difference(first, second, registry)


def compare(first: Sequence[QuoteTelling], second: Sequence[QuoteTelling], registry: Registry) -> Difference:
    """What differs between two articles' tellings of one statement. Each article has at least one."""
    return _difference(_account(first), _account(second), registry)


def _account(tellings: Sequence[QuoteTelling]) -> _Account:
    # By content, not by id, so that what an article or a quote is called changes nothing.
    wordings = sorted(_tokens(telling.words) for telling in tellings)
    content = (token for tokens in wordings for token in tokens if token not in FUNCTION_WORDS)
    return _Account(
        tellings[0].article_id,
        tuple(dict.fromkeys(wordings)),
        tuple(dict.fromkeys(content)),
        frozenset().union(*(telling.sources for telling in tellings)),
        any(not telling.cues for telling in tellings),
        frozenset(Cue(plain(cue.words), cue.kind) for telling in tellings for cue in telling.cues),
        numbers_of([quantity for telling in tellings for quantity in telling.quantities]),
        any(telling.form == "direct" for telling in tellings),
    )


def _difference(first: _Account, second: _Account, registry: Registry) -> Difference:
    wording, ratio = _wording(first, second)
    return Difference(
        first=first.article_id,
        second=second.article_id,
        wording=wording,
        ratio=ratio,
        first_words=_only(first.content, second.content),
        second_words=_only(second.content, first.content),
        attribution=_attribution(first.sources, second.sources, registry),
        certainty=_certainty(first, second),
        first_cues=_only_cues(first, second),
        second_cues=_only_cues(second, first),
        numbers=number_changes(first.numbers, second.numbers),
        form=_form(first, second),
    )


# Wording


def _tokens(words: str) -> Tokens:
    """Words in lower case, without quotation marks or punctuation at their edges, and with “will” for “would”.

    “would” is a cue: that “will” became “would” is a finding about certainty, and none about wording.
    """
    pieces = _BREAKS.split(plain(words))
    bare = (piece.lstrip(_OPENING).rstrip(_CLOSING) for piece in pieces)
    return tuple(_LEVELLED.get(token, token) for token in bare if token.strip("-–"))


def _wording(first: _Account, second: _Account) -> tuple[str, float]:
    """The class of the two tellings that are most alike, and their token ratio, rounded to 3 places.

    `same`: “It ‘will’ go.” and “it would go”. `edited` (ratio 0.8 or more): “they will be sent into battle soon” and
    “they will be sent to battle soon”. `other`: everything else.
    """
    if set(first.wordings) & set(second.wordings):
        return "same", 1.0
    ratio = round(max(_ratio(tokens, against) for tokens in first.wordings for against in second.wordings), 3)
    return "edited" if ratio >= EDITED else "other", ratio


def _ratio(first: Tokens, second: Tokens) -> float:
    # The ratio depends on which side is first, so the sides are put in an order of their own.
    return SequenceMatcher(None, min(first, second), max(first, second), autojunk=False).ratio()


def _only(content: Tokens, apart: Tokens) -> Tokens:
    """The content words of one article that no telling of the other has, each once, as `_tokens` levels them.

    Of “They will be used on October 27.” against “they would be used in the coming days” they are “october” and “27”,
    and the other way round “coming” and “days”.
    """
    without = frozenset(apart)
    return tuple(token for token in content if token not in without)


# Attribution


def _attribution(first: frozenset[str], second: frozenset[str], registry: Registry) -> str:
    """What becomes of the first article's sources in the second; of each article, its most specific sources count.

    `wider`: the second names one for whom the first's source speaks, the ministry for its minister; `narrower` the
    other way. `joint dropped`: of “Seoul and Washington” the second names Seoul alone; `joint added` the other way.
    `anonymous`: the second says “reports”, or names no source; `named` the other way. `other`: another source, or two
    that speak for the same third one. Two articles that name no source are the `same` unless they cite other documents.
    """
    first_named, second_named = (registry.most_specific(registry.named(sources)) for sources in (first, second))
    if not first_named and not second_named:
        return "same" if first == second or not first or not second else "other"
    if not first_named or not second_named:
        return "anonymous" if first_named else "named"
    steps = {(a, b): step for a in first_named for b in second_named if (step := _step(a, b, registry))}
    changes = set(steps.values()) - {"same"}
    first_left_out, second_left_out = first_named - {a for a, _ in steps}, second_named - {b for _, b in steps}
    if len(changes) > 1 or (first_left_out and second_left_out):
        return "other"
    if first_left_out or second_left_out:
        return "joint dropped" if first_left_out else "joint added"
    return changes.pop() if changes else "same"


def _step(first: str, second: str, registry: Registry) -> str | None:
    wider, narrower = second in registry.principals(first), first in registry.principals(second)
    if first == second or (wider and narrower):
        return "same"
    return "wider" if wider else "narrower" if narrower else None


# Certainty


def _certainty(first: _Account, second: _Account) -> str:
    """Which article tells it with fewer hedges.

    `first flatter`: the first has a telling without any cue (“they will go”) and the second has none, or, where both or
    neither have one, the first's kinds of cue are a part of the second's (“could go” against “could reportedly go”);
    `second flatter` the other way. `same`: equal kinds (“may go”, “might go”). `mixed`: each has a kind that the other
    lacks (“could go”, “will reportedly go”).

    All tellings of an article count, and not its flattest alone. Of two articles that tell a statement flatly, one that
    hedges it nowhere is flatter than one that hedges it elsewhere, if only in its date: “they intend to go” is flatter
    than “they will go” and, further down, “they will go as soon as Sunday”. What somebody intends is no cue.
    """
    kinds, other_kinds = ({cue.kind for cue in account.cues} for account in (first, second))
    if first.flat != second.flat:
        return "first flatter" if first.flat else "second flatter"
    if kinds == other_kinds:
        return "same"
    return "first flatter" if kinds < other_kinds else "second flatter" if other_kinds < kinds else "mixed"


def _only_cues(account: _Account, apart: _Account) -> tuple[Cue, ...]:
    """The cues of one article that the other has on no telling; the same words in capitals are the same cue.

    Of “If they go, I think it is legal” against “it could be legal if they go” it is “i think”, and the other way
    round “could”.
    """
    return tuple(sorted(account.cues - apart.cues))


# Form


def _form(first: _Account, second: _Account) -> str:
    """Which article alone has a telling that is a direct quote.

    `first direct`: the first has “We will go,” in quotation marks throughout, and the second only “they would go”, or a
    mixed “they would ‘go’”; `second direct` the other way. `same`: both have a direct telling, or neither.
    """
    if first.direct == second.direct:
        return "same"
    return "first direct" if first.direct else "second direct"
