"""What statements lose on the way from article to article: the hedge, the source, numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from dataset.statements.event_comparisons import ComparedEvent, ComparedStatement, article_letters
from dataset.statements.sheets import STATEMENT

_ANONYMOUS, _DROPPED = {"anonymous": 1, "named": 0}, {"dropped": 1, "added": 0}
"""Of the two articles that are compared, by the name of a change, which one has less."""


def losses(event: ComparedEvent) -> dict[str, list[str]]:
    """Statements by id, each with sentences on what some articles leave out of it, if there are any.

    Articles have their letters in them. A statement that an article tells only partly is passed over: what it leaves
    out, and what hedges its words, may be of another statement.

    Example:
        “E attributes it to Reports; B attributes it to Port of Lomma.”
    """
    letters = article_letters(event)
    whole = (
        statement
        for statement in event.statements
        if statement.kind == STATEMENT and all(telling.degree == "whole" for telling in statement.tellings)
    )
    return {each.id: sentences for each in whole if (sentences := list(_sentences(each, letters)))}


def _sentences(statement: ComparedStatement, letters: Mapping[str, str]) -> Iterator[str]:
    flat = [article for article in statement.articles() if _is_flat(statement, article)]
    if len(flat) == 1 and statement.several:
        yield f"Only {letters[flat[0]]} tells it without a hedge."
    for article, named in _without_source(statement).items():
        source = _sources(statement, article)
        unnamed = f"{letters[article]} attributes it to {source}" if source else f"{letters[article]} names no source"
        yield f"{unnamed}; {letters[named]} attributes it to {_sources(statement, named)}."
    for article, (fuller, numbers) in _without_numbers(statement).items():
        yield f"{letters[article]} leaves out {_listed(numbers)}, which {letters[fuller]} gives."


def _is_flat(statement: ComparedStatement, article: str) -> bool:
    return any(not telling.item.content.cues for telling in statement.of_article(article))


def _without_source(statement: ComparedStatement) -> dict[str, str]:
    """Articles that name nobody, each with the first article that does."""
    named: dict[str, str] = {}
    for difference in statement.differences:
        if (at := _ANONYMOUS.get(difference.attribution)) is not None:
            both = (difference.first, difference.second)
            named.setdefault(both[at], both[1 - at])
    return named


def _without_numbers(statement: ComparedStatement) -> dict[str, tuple[str, list[str]]]:
    """Articles that leave out numbers, each with the article that gives most of those, and them in its order."""
    missing: dict[str, tuple[str, list[str]]] = {}
    for difference in statement.differences:
        for change, at in _DROPPED.items():
            both = (difference.first, difference.second)
            words = {each.first or each.second for each in difference.numbers if each.change == change}
            given = [number for number in _numbers(statement, both[1 - at]) if number in words]
            if given and len(given) > len(missing.get(both[at], ("", []))[1]):
                missing[both[at]] = both[1 - at], given
    return missing


def _numbers(statement: ComparedStatement, article: str) -> list[str]:
    tellings = statement.of_article(article)
    return list(dict.fromkeys(each.words for telling in tellings for each in telling.item.content.quantities))


def _sources(statement: ComparedStatement, article: str) -> str:
    tellings = statement.of_article(article)
    return _listed(sorted({source for telling in tellings for source in telling.item.content.sources}))


def _listed(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
