from __future__ import annotations

from pathlib import Path

import pytest

from dataset.intake.articles import ReadingOptions, RightsStatement
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import PAGE_TEXT, read_all, refusals, row, take_in
from tests.dataset.rights import read_rights

HEAD = """
<title>Port was sorry - The Gull</title>
<meta property="og:title" content="Port was sorry">
<meta property="og:site_name" content="The Gull">
<meta property="article:published_time" content="2024-10-29T07:30:00+01:00">
<link rel="canonical" href="https://gull.example/2024/port-was-sorry">
"""
RIGHTS = """
<meta name="robots" content="noai, noimageai">
<meta name="GPTBot" content="noindex">
<meta name="tdm-reservation" content="1">
<meta name="tdm-policy" content="https://gull.example/tdm.json">
<meta name="copyright" content="© The Gull">
<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">
<script type="application/ld+json">
{"@graph": [{"@type": "NewsArticle", "license": {"@id": "https://gull.example/terms"},
 "copyrightNotice": "The Gull 2024",
 "image": {"@type": "ImageObject", "license": "https://gull.example/pictures"}}, {"@type": "Person", "license": "x"}]}
</script>
<script type="application/ld+json">{"broken": </script>
"""


def page(head: str = HEAD, text: str = PAGE_TEXT, lang: str = "en") -> str:
    menu = "<nav><ul><li><a href='/a'>News</a></li><li><a href='/b'>Sport</a></li></ul></nav>"
    paragraphs = "".join(f"<p>{text}</p>" for _ in range(3))
    body = f"{menu}<article><h1>Port was sorry</h1>{paragraphs}</article><footer>All rights reserved</footer>"
    return f'<!DOCTYPE html><html lang="{lang}"><head>{head}</head><body>{body}</body></html>'


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def put(path: Path, content: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(content.encode(encoding))
    return path


def test_a_page_gives_its_text_and_what_it_says_of_itself(corpus: Corpus, tmp_path: Path) -> None:
    assert take_in(corpus, put(tmp_path / "port.html", page())).added == ["port"]
    known = row(corpus, "port")
    assert (known["title"], known["outlet"]) == ("Port was sorry", "The Gull")
    assert (known["published"], known["url"]) == ("2024-10-29", "https://gull.example/2024/port-was-sorry")
    assert known["language"] == "en"
    text = corpus.text_path("port").read_text()
    assert PAGE_TEXT.strip() in text
    assert "Sport" not in text
    assert "<p>" not in text


def test_a_page_with_a_name_that_is_no_id_is_named_by_its_address(tmp_path: Path, corpus: Corpus) -> None:
    (added,) = take_in(corpus, put(tmp_path / "Port was sorry - The Gull.html", page())).added
    assert added.startswith("port-was-sorry-")


def test_what_a_page_does_not_say_is_not_guessed(tmp_path: Path) -> None:
    (article,) = read_all(put(tmp_path / "port.html", page(head="", lang="")))
    known = article.metadata
    assert (known.outlet, known.published, known.url, known.licence, known.language) == (None,) * 5


def test_the_address_that_a_browser_wrote_into_a_saved_page_is_read(tmp_path: Path) -> None:
    saved = page(head="").replace("<html", "<!-- saved from url=(0031)https://gull.example/saved/1 --><html")
    assert read_all(put(tmp_path / "port.html", saved))[0].metadata.url == "https://gull.example/saved/1"


def test_what_a_page_says_of_its_use_is_kept_as_it_stands_and_makes_no_licence(corpus: Corpus, tmp_path: Path) -> None:
    path = put(tmp_path / "port.html", page(HEAD + RIGHTS))
    assert read_all(path)[0].rights == (
        RightsStatement("robots", "noai, noimageai", "meta name=robots"),
        RightsStatement("robots", "noindex", "meta name=gptbot"),
        RightsStatement("tdm-reservation", "1", "meta name=tdm-reservation"),
        RightsStatement("tdm-policy", "https://gull.example/tdm.json", "meta name=tdm-policy"),
        RightsStatement("copyright", "© The Gull", "meta name=copyright"),
        RightsStatement("licence", "https://creativecommons.org/licenses/by/4.0/", "link rel=license"),
        RightsStatement("licence", "https://gull.example/terms", "JSON-LD license"),
        RightsStatement("copyright", "The Gull 2024", "JSON-LD copyrightNotice"),
    )
    take_in(corpus, path)
    assert read_rights(corpus)["article_id"].to_list() == ["port"] * 8
    assert row(corpus, "port")["licence"] is None


@pytest.mark.parametrize(
    ("encoding", "head"),
    [
        ("utf-8", ""),
        ("utf-8-sig", ""),
        ("utf-16", ""),
        ("cp1252", '<meta charset="iso-8859-1">'),
        ("iso-8859-2", '<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-2">'),
    ],
)
def test_a_page_is_read_in_the_encoding_that_it_names(tmp_path: Path, encoding: str, head: str) -> None:
    sentence = "“Fähre” " if encoding != "iso-8859-2" else "Łódź "
    path = put(tmp_path / "port.html", page(head, sentence + PAGE_TEXT), encoding)
    assert sentence in read_all(path)[0].text


def test_a_page_in_another_encoding_than_it_names_is_refused_and_read_by_the_right_name(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = put(tmp_path / "port.html", page(text="Fähre. " + PAGE_TEXT), "latin-1")
    (reason,) = refusals(corpus, path)
    assert "port.html is not UTF-8 at byte" in reason
    assert "--encoding" in reason
    assert "Fähre" in read_all(path, ReadingOptions(encoding="latin-1"))[0].text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<html><body><nav><a href='/a'>News</a></nav></body></html>", "port.html has no main text"),
        ("<html><body><p>Please enable JavaScript to read on.</p></body></html>", "port.html has no main text"),
        ("", "port.html is not a web page"),
        (
            page(text="").replace(
                "<p></p>", f"<p>We and our partners use cookies. Accept all cookies. {'x' * 150}</p>", 1
            ),
            "Accept all cookies",
        ),
    ],
)
def test_a_page_without_an_article_is_refused(corpus: Corpus, tmp_path: Path, content: str, words: str) -> None:
    (reason,) = refusals(corpus, put(tmp_path / "port.html", content))
    assert words in reason


def test_a_page_is_never_taken_for_a_text(corpus: Corpus, tmp_path: Path) -> None:
    take_in(corpus, put(tmp_path / "port.html", page()))
    assert "<" not in corpus.text_path("port").read_text()
