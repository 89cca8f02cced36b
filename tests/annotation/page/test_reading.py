"""In a real browser, without a server: the page's script reads words as the checks do."""

from __future__ import annotations

import json
from itertools import product

import pytest
from playwright.sync_api import Browser, Page

from annotation.embedded.inside.reading import reader
from dataset.scheme import lexicon, vocabulary
from dataset.scheme.quantities import read_number
from dataset.scheme.words import word_cut_at
from tests.corpora import REPOSITORY

SCRIPT = REPOSITORY / "annotation" / "page" / "studio_pages" / "reading.js"
NUMBERS = [
    *("12,000", "3.5 million", "$3.5m", "€ 2bn", "three", "Twenty-five", "a hundred and two", "two hundred thousand"),
    *("one million two hundred thousand", "a dozen", "two dozen", "dozens", "thousands", "hundreds of thousands"),
    *("billions of dollars", "10,000 to 12,000", "10–12", "two or", "60 %", "60%", "60 per cent", "two-thirds", "5km"),
    *(
        "3 to 4 million",
        "nineteen eighty",
        "1.200",
        "12 to 10",
        "3.5m",
        "$3.5 million",
        "five km",
        "1.7 billion dollars",
    ),
    *(
        "1.7 billion dollars",
        "US$3.5bn",
        "Rs 40",
        "all 40",
        "usd 12",
        "20-year",
        "20°C",
        "40 km²",
        "half a million",
        "-5",
        "1,2345",
    ),
    *("", "a", "an", "many", "at least 40", "sixty miles", "3 tonnes", "40 pounds", "40 rupees", "$10 to $12 million"),
    *("$40 km", "14,000 grey seals", "hundred", "0.1", "constructor", "5 million", "five million", "3 hryvnias"),
    *("half", "Half the", "half-time", "half a", "half an hour", "half a dozen", "a half", "one half", "halves"),
    *("two and a half years", "2.5 and a half", "one and a half million", "a million and a half", "ten and a half %"),
    *("a third to half", "a third to 40 %", "40 to a third", "two-thirds of", "12 tenths", "0 thirds", "half mile"),
    *(f"{count} {part}{s}" for count in ("a", "an", "seven", "11") for part in lexicon.PARTS for s in ("", "s")),
    *lexicon.NUMBER_WORDS,
    *(f"{number}{blank}{unit}" for number in ("12", "three") for blank in (" ", "-") for unit in lexicon.UNITS),
]
AFTER = [
    *("", " North Korean troops, who", " troops", " of fans.", " military bases", " km away", " people in", " women’s"),
    *(
        " others",
        " is",
        " buses",
        " bus",
        " of the boats",
        " says",
        " United States",
        ", boats",
        "-strong",
        " constructor",
    ),
]

# What was dragged over, and what becomes of it.
SNAPPED = {
    "Adam [Schif]f said": "Adam [Schiff] said",
    "A[dam Schi]ff said": "[Adam Schiff] said",
    "said[ Ann Bo ]today": "said [Ann Bo] today",
    "[Ann Bo, ]who": "[Ann Bo], who",
    "it was[: late;] then": "it was: [late]; then",
    "[Kyiv's] claim": "[Kyiv]'s claim",
    "[Kyi]v’s claim": "[Kyiv]’s claim",
    "the [port’s, ]he": "the [port’s], he",
    "by [McDonald's]. It": "by [McDonald's]. It",
    "“[We lose,] she said": "“[We lose], she said",
    "[“We lose,]” she": "[“We lose,”] she",
    "[“We lose]!” she": "[“We lose!”] she",
    '["We lose,]" she': '["We lose,"] she',
    '"[We lose,"] she': '["We lose,"] she',
    "“[We lose,”] she": "[“We lose,”] she",
    "it was [“bad”], she": "it was [“bad”], she",
    "“yes,” said [Ann,] “no”": "“yes,” said [Ann], “no”",
    "cost $[3.5m] in": "cost [$3.5m] in",
    "cost [US$3].5bn in": "cost [US$3.5bn] in",
    "cost € [3].5 in": "cost € [3.5] in",
    "up [60]% today": "up [60%] today",
    "sent [12],000 men": "sent [12,000] men",
    "sent [1,200–1],500 men": "sent [1,200–1,500] men",
    "the [U].S. said": "the [U.S.] said",
    "the [U.S]. said": "the [U.S.] said",
    "a Korea-[Rus]sia pact": "a Korea-[Russia] pact",
    "a [Korea-Rus]sia pact": "a [Korea-Russia] pact",
    "a [Kor]ea-Russia pact": "a [Korea-Russia] pact",
    "a [12]-member crew": "a [12]-member crew",
    "a [12-]member crew": "a [12-member] crew",
    "it di[dn]'t rain": "it [didn't] rain",
    "it [would]n’t rain": "it [wouldn’t] rain",
    "[We]'re sure": "[We]'re sure",
    "two cafe[\u0301s]": "two [cafe\u0301s]",
    "end[\n\nBegi]n": "end\n\n[Begin]",
    "one\nt[wo]\nthree": "one\n[two]\nthree",
    "“one\n[two]\n” three": "“one\n[two]\n” three",
    "a[, ]b": "a[, ]b",
}


@pytest.fixture
def page(chromium: Browser) -> Page:
    """A page with nothing but the tables and the script that reads with them."""
    tables = json.dumps(reader(None)["hedgerow_reader"]).replace("<", "\\u003c")
    opened = chromium.new_context().new_page()
    opened.set_content(f'<script id="hedgerow-reader" type="application/json">{tables}</script>')
    opened.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))
    return opened


def test_scripts_require_and_link_what_the_scheme_does(page: Page) -> None:
    required, linked = page.evaluate("[Hedgerow.required, Hedgerow.linked]")
    assert {label: tuple(names) for label, names in required.items()} == vocabulary.REQUIRED
    for start, end in product(vocabulary.LABELS, repeat=2):
        assert (end in linked[start]) == (vocabulary.relation_type(start, end) is not None)


def test_script_and_checks_read_numbers_alike(page: Page) -> None:
    asked = [(words, after) for words in NUMBERS for after in AFTER]
    read = page.evaluate("asked => asked.map(([words, after]) => Hedgerow.readNumber(words, after))", asked)
    assert dict(zip(asked, map(tuple, read), strict=True)) == {pair: tuple(read_number(*pair)) for pair in asked}


def test_script_and_checks_put_cues_on_the_same_lists(page: Page) -> None:
    cues = [*lexicon.CUE_KINDS, "May", "As  early as", "did not confirm", "didn’t deny", "refused to confirm or deny"]
    cues += ["won’t confirm", "has not denied", "wouldn’t", "can't", "Over", "unlikely", "cannot confirm or deny"]
    cues += ["refrained from specific comments", "typically", "", "constructor", "may have"]
    assert page.evaluate("cues => cues.map(Hedgerow.cueKind)", cues) == list(map(lexicon.cue_kind, cues))


def snapped(page: Page, dragged: str) -> str:
    """A text in which `[` and `]` show what was dragged over, with the brackets where the script puts the edges."""
    start, end = dragged.index("["), dragged.index("]") - 1
    text = dragged.replace("[", "").replace("]", "")
    start, end = page.evaluate("([text, start, end]) => Hedgerow.snapped(text, start, end)", [text, start, end])
    assert not (word_cut_at(text, start) or word_cut_at(text, end))
    return f"{text[:start]}[{text[start:end]}]{text[end:]}"


def test_edges_snap_to_whole_words_without_what_is_loose(page: Page) -> None:
    assert {dragged: snapped(page, dragged) for dragged in SNAPPED} == SNAPPED
