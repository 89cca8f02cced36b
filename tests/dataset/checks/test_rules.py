from __future__ import annotations

from pathlib import Path

import pytest

from dataset.checks.facts import gather
from dataset.checks.findings import CATALOGUE, Finding
from dataset.checks.suite import check_layer
from dataset.record.corpus import open_corpus
from dataset.record.layer import make_layer
from tests.corpora import REPOSITORY
from tests.dataset.checks.wrong import ARTICLE, MISSED, RIGHT, WRONG, Work, attributed, hedge, quote, speaker
from tests.dataset.tiny import LAYER, put_corpus, task


def check(folder: Path, work: Work) -> list[Finding]:
    return check_layer(put_corpus(folder, {ARTICLE: work.text}), make_layer(LAYER, **work.rows))


def cases(works: dict[str, list[Work]]) -> list[tuple[str, Work]]:
    return [(code, work) for code, those in works.items() for work in those]


@pytest.mark.parametrize(("code", "work"), cases(WRONG) + cases(MISSED))
def test_what_breaks_a_rule_gives_its_finding_at_its_words_and_nothing_else(
    tmp_path: Path, code: str, work: Work
) -> None:
    findings = check(tmp_path, work)
    assert findings, f"no check gives {code}: does RULES or HINTS in dataset/checks/suite.py name it?"
    assert [finding.code for finding in findings] == [code], findings
    assert work.text[findings[0].start : findings[0].end] == work.at
    assert findings[0].message


@pytest.mark.parametrize("work", RIGHT, ids=lambda work: work.text[:40])
def test_what_keeps_the_rules_gives_nothing(tmp_path: Path, work: Work) -> None:
    assert check(tmp_path, work) == []


def test_only_a_finding_that_no_reading_of_words_decides_is_an_error() -> None:
    assert {CATALOGUE[code].severity for code in MISSED} == {"warning"}


@pytest.mark.parametrize(("typed", "nearest"), [("Ukrane", "Ukraine"), ("ann bo", "Ann Bo"), ("Rusia", "Russia")])
def test_an_entity_that_is_not_registered_is_told_with_the_nearest(tmp_path: Path, typed: str, nearest: str) -> None:
    work = attributed("Kyiv said it rained.", speaker("Kyiv", typed), quote("it rained"))
    (finding,) = check(tmp_path, work)
    assert finding.message.endswith(f"the nearest is “{nearest}”")


def test_an_entity_like_none_is_told_alone(tmp_path: Path) -> None:
    (finding,) = check(tmp_path, attributed("Kyiv said it rained.", speaker("Kyiv", "Zzzz"), quote("it rained")))
    assert finding.message == "the registry of the event has no “Zzzz”"


def test_a_link_that_the_rule_leaves_open_may_be_drawn(tmp_path: Path) -> None:
    text = "The bank refused to deny, on Monday, that it was broke."
    work = Work(
        text,
        (hedge("refused to deny", "noncommittal"), quote("that it was broke")),
        (("hedges", "refused to deny", "that it was broke"),),
    )
    assert check(tmp_path, work) == []


def test_a_drawn_link_that_the_rule_draws_too_is_right(tmp_path: Path) -> None:
    text = "It was said it may rain."
    work = Work(text, (hedge("may", "modal"), quote("it may rain")), (("hedges", "may", "it may rain"),))
    assert check(tmp_path, work) == []


def test_nothing_is_missed_in_an_article_that_was_skipped(tmp_path: Path) -> None:
    rows = Work("The coach bought 40 boats.").rows
    rows["tasks"][0]["status"] = "skipped"
    assert check_layer(put_corpus(tmp_path, {ARTICLE: "The coach bought 40 boats."}), make_layer(LAYER, **rows)) == []


def test_nothing_is_missed_in_page_furniture(tmp_path: Path) -> None:
    assert check(tmp_path, Work("It rained.\n\nAlso read: The coach “may” buy 40 boats\n\nAdvertisement\n")) == []


def test_findings_grow_with_the_spans_and_not_with_their_square(tmp_path: Path) -> None:
    text = " ".join(f"Kyiv said it may rain {number} times." for number in range(3000, 6000))
    findings = check(tmp_path, Work(text))
    assert len(findings) == 9000


def test_a_circle_of_segments_is_one_finding_and_what_leads_into_it_none(tmp_path: Path) -> None:
    names = ["“Red,”", "“green,”", "“blue,”", "“grey.”"]
    spans = tuple(quote(name, "direct", "linked") for name in names)
    links = [(0, 2), (1, 0), (2, 1), (3, 2)]
    work = Work(" it was said ".join(names), spans, tuple(("continues", names[a], names[b]) for a, b in links))
    assert [(finding.code, finding.start) for finding in check(tmp_path, work)] == [("q4-cycle", 0)]


def test_the_page_furniture_of_the_seeds_is_known() -> None:
    corpus = open_corpus(REPOSITORY)
    articles = corpus.articles["article_id"].to_list()
    facts = gather(corpus, make_layer(LAYER, tasks=[task(article) for article in articles]))
    places = [(facts.text_of[article], *place) for article in articles for place in facts.furniture(article)]
    assert [" ".join(text[start:end].split())[:30] for text, start, end in places] == [
        "Pyongyang, North Korea",
        "Advertisment",
        "Also read: Russia ratifies mil",
        "Advertisment",
        "Advertisment",
        "Disclaimer: A number of claims",
        "(With inputs from agencies)",
        "date 2024-10-25",
        "North Korean leader Kim Jong U",
    ]
