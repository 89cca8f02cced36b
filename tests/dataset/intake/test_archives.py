from __future__ import annotations

import gzip
from io import BytesIO
from pathlib import Path

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from dataset.intake.articles import RightsStatement
from dataset.record.corpus import Corpus
from tests.corpora import make_corpus
from tests.dataset.intake.refusals import PAGE_TEXT, read_all, refusals, row, take_in
from tests.dataset.intake.test_web_pages import page
from tests.dataset.rights import read_rights

URL = "https://gull.example/2024/port-was-sorry"
Headers = list[tuple[str, str]]
HTML: Headers = [("Content-Type", "text/html; charset=utf-8")]


@pytest.fixture
def corpus(tmp_path: Path) -> Corpus:
    return make_corpus(tmp_path / "corpus", {"one": "Rain."})


def put(path: Path, *answers: tuple[str, str, Headers, bytes]) -> Path:
    """An archive of answers: address, status, headers and content."""
    with path.open("wb") as out:
        writer = WARCWriter(out, gzip=path.suffix == ".gz")
        writer.write_record(writer.create_warcinfo_record("archive", {"software": "a crawler"}))
        for url, status, headers, content in answers:
            http = StatusAndHeaders(status, headers, protocol="HTTP/1.1")
            writer.write_record(
                writer.create_warc_record(
                    url,
                    "response",
                    BytesIO(content),
                    http_headers=http,
                    warc_headers_dict={"WARC-Date": "2024-10-30T01:02:03Z"},
                )
            )
    return path


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
def test_the_pages_of_an_archive_are_taken_in_and_the_rest_is_passed_over(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    path = put(
        tmp_path / name,
        (URL, "200 OK", HTML, page().encode()),
        (f"{URL}/gone", "404 Not Found", HTML, page(text="Gone. " * 100).encode()),
        ("https://gull.example/a.png", "200 OK", [("Content-Type", "image/png")], b"\x89PNG" * 100),
        ("https://gull.example/second", "200 OK", HTML, page(text="Second. " + PAGE_TEXT).encode()),
    )
    first, second = take_in(corpus, path).added
    assert (first[:15], second[:7]) == ("port-was-sorry-", "second-")
    assert row(corpus, first)["url"] == URL
    assert row(corpus, first)["title"] == "Port was sorry"


def test_what_the_answer_says_of_use_is_kept_with_the_day_of_the_crawl(corpus: Corpus, tmp_path: Path) -> None:
    headers = [
        *HTML,
        ("X-Robots-Tag", "noarchive"),
        ("x-robots-tag", "noai"),
        ("TDM-Reservation", "1"),
        ("tdm-policy", "https://gull.example/tdm.json"),
        ("Link", '<https://gull.example/terms>; rel="license"'),
    ]
    path = put(tmp_path / "crawl.warc", (URL, "200 OK", headers, page().encode()))
    assert read_all(path)[0].rights == (
        RightsStatement("robots", "noarchive", "HTTP header X-Robots-Tag"),
        RightsStatement("robots", "noai", "HTTP header X-Robots-Tag"),
        RightsStatement("tdm-reservation", "1", "HTTP header tdm-reservation"),
        RightsStatement("tdm-policy", "https://gull.example/tdm.json", "HTTP header tdm-policy"),
        RightsStatement("licence", "https://gull.example/terms", "HTTP header Link rel=license"),
    )
    take_in(corpus, path)
    assert set(read_rights(corpus)["seen"]) == {"2024-10-30"}


def test_a_page_is_read_as_it_was_sent(tmp_path: Path) -> None:
    content = page(text="“Fähre”. " + PAGE_TEXT).encode("cp1252")
    headers = [("Content-Type", "text/html; charset=ISO-8859-1"), ("Content-Encoding", "gzip")]
    path = put(tmp_path / "crawl.warc", (URL, "200 OK", headers, gzip.compress(content)))
    assert "“Fähre”." in read_all(path)[0].text


@pytest.mark.parametrize("name", ["crawl.warc", "crawl.warc.gz"])
@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.98])
def test_an_archive_that_is_cut_off_is_refused(corpus: Corpus, tmp_path: Path, name: str, kept: float) -> None:
    whole = put(
        tmp_path / name,
        *((f"{URL}/{number}", "200 OK", HTML, page(text=f"{number}. {PAGE_TEXT}").encode()) for number in range(5)),
    )
    whole.write_bytes(whole.read_bytes()[: int(whole.stat().st_size * kept)])
    reason = refusals(corpus, whole)[-1]
    assert f"{name} is cut off or broken at record" in reason
    assert "get the whole file again" in reason


@pytest.mark.parametrize("content", [b"", b"Water rose.", b"WARC/1.0\r\n", b"\x1f\x8b\x08nonsense"])
def test_what_is_no_archive_is_refused(corpus: Corpus, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "crawl.warc").write_bytes(content)
    (reason,) = refusals(corpus, tmp_path / "crawl.warc")
    assert "crawl.warc" in reason
    assert "get the whole file again" in reason


def test_a_page_without_main_text_is_named_by_record_and_address(corpus: Corpus, tmp_path: Path) -> None:
    path = put(
        tmp_path / "crawl.warc",
        (URL, "200 OK", HTML, page().encode()),
        ("https://gull.example/", "200 OK", HTML, b"<html><body><a href='/a'>News</a></body></html>"),
    )
    (reason,) = refusals(corpus, path)
    assert "crawl.warc, record 3 (https://gull.example/) has no main text" in reason
