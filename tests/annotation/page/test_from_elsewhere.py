"""An annotator who sits elsewhere: invited, let in through nginx and TLS, at work, and removed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from typer.testing import CliRunner

from annotation.embedded.proxies import Proxy
from annotation.labelstudio.seats import Seat, seat
from annotation.rounds import projects, pull
from dataset.problem import Problem
from dataset.record.corpus import Corpus
from dataset.record.layer import read_layer
from scripts.main import app
from tests.browser import Annotator
from tests.contrasts import low_contrasts
from tests.corpora import make_corpus
from tests.proxies import Site, serving_site

TEXTS = {"one": "The port may lose about 40 ships, its head said.", "two": "Nobody may leave, the port said."}
PASSWORD = "heron over the harbour"


@pytest.fixture(scope="module")
def site(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving_site(Proxy.NGINX, set_up, tmp_path_factory.mktemp("site")) as made:
        yield made


@pytest.fixture
def corpus(site: Site, tmp_path: Path) -> Corpus:
    corpus = make_corpus(tmp_path / "corpus", TEXTS)
    corpus.state.symlink_to(site.server.state)
    return corpus


@pytest.fixture
def at_home(chromium: Browser) -> Iterator[BrowserContext]:
    context = new_browser(chromium)
    yield context
    context.close()


def new_browser(chromium: Browser) -> BrowserContext:
    """A browser that has never been there, and takes the tests' certificate."""
    context = chromium.new_context(ignore_https_errors=True, viewport={"width": 1440, "height": 900})
    context.set_default_timeout(60_000)
    return context


def hedgerow(corpus: Corpus, *words: str) -> str:
    ran = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return ran.output


def refused(corpus: Corpus, *words: str) -> str:
    """Why a command could not be done."""
    ran = CliRunner().invoke(app, [*words, "--corpus", str(corpus.root)])
    assert isinstance(ran.exception, Problem), ran.output
    return str(ran.exception)


def invitation(corpus: Corpus, *words: str) -> str:
    """The link that `hedgerow invite` prints."""
    match = re.search(r"https://\S+", hedgerow(corpus, "invite", *words))
    assert match
    return match[0]


def set_password(page: Page, password: str, again: str = "") -> None:
    page.fill("#password", password)
    page.fill("#again", again or password)
    page.click("button[type=submit]")


def log_in(page: Page, site: Site, email: str, password: str) -> None:
    page.goto(f"{site.address}/user/login/")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button[type=submit]")


def recorded(corpus: Corpus, who: Seat) -> dict[str, list[str]]:
    """The words of the spans in the record, by article that was submitted."""
    pull.pull(corpus, "r1", [who], accept_removals=False, tell=print)
    layer = read_layer(corpus.layer_path(f"r1/{who.annotator}"), f"r1/{who.annotator}")
    return {
        article: layer.spans.filter(article_id=article)["text"].to_list()
        for article in layer.tasks.filter(status="submitted")["article_id"]
    }


def test_from_the_invitation_to_the_last_submission(
    site: Site, corpus: Corpus, chromium: Browser, at_home: BrowserContext
) -> None:
    link, page = invitation(corpus, "kim"), at_home.new_page()
    page.goto(link)
    expect(page.locator("#email")).to_have_text("kim@hedgerow.local")
    assert link.rpartition("/")[2] not in page.url
    set_password(page, PASSWORD, "another one of the same")
    expect(page.get_by_role("alert")).to_contain_text("not the same")
    set_password(page, "password123")
    expect(page.get_by_role("alert")).to_contain_text("too common")
    set_password(page, PASSWORD)
    page.wait_for_url(f"{site.address}/projects/")
    assert [cookie["name"] for cookie in at_home.cookies() if not (cookie["secure"] and cookie["httpOnly"])] == []

    page = new_browser(chromium).new_page()
    page.goto(f"{site.address}/projects/")
    expect(page).to_have_url(re.compile("/user/login/"))
    log_in(page, site, "kim@hedgerow.local", "not her password")
    expect(page.locator(".error")).to_be_visible()
    log_in(page, site, "kim@hedgerow.local", PASSWORD)
    page.wait_for_url(lambda address: "/user/login" not in address)

    assert site.address in hedgerow(corpus, "push", "--round", "r1", "--annotator", "kim")
    who = seat(corpus, "kim")
    project = projects.existing(corpus, "r1", who)
    annotator = Annotator(page, site.address)
    annotator.open_stream(project)
    annotator.mark("3", "may")
    annotator.choose("q", "modal")
    annotator.submit()
    assert list(recorded(corpus, who).values()) == [["may"]]

    annotator.wait_for_article()
    annotator.mark("3", "may")
    annotator.choose("q", "modal")
    hedgerow(corpus, "remove", "kim")
    with page.expect_response(lambda answer: answer.request.method == "POST") as answered:
        page.keyboard.press("Control+Enter")
    assert answered.value.status in (401, 403)
    assert list(recorded(corpus, seat(corpus, "kim")).values()) == [["may"]]
    log_in(page, site, "kim@hedgerow.local", PASSWORD)
    expect(page.locator(".error")).to_be_visible()
    assert "was removed" in refused(corpus, "push", "--round", "r1", "--annotator", "kim")


def test_a_link_works_once(site: Site, corpus: Corpus, chromium: Browser, at_home: BrowserContext) -> None:
    link, page = invitation(corpus, "lee"), at_home.new_page()
    page.goto(link)
    set_password(page, PASSWORD)
    page.wait_for_url(f"{site.address}/projects/")
    thief = new_browser(chromium).new_page()
    thief.goto(link)
    set_password(thief, "another heron over it")
    expect(thief.get_by_role("alert")).to_contain_text("has been used")
    log_in(thief, site, "lee@hedgerow.local", "another heron over it")
    expect(thief.locator(".error")).to_be_visible()


def test_a_new_link_ends_the_earlier_one_and_the_sessions(site: Site, corpus: Corpus, at_home: BrowserContext) -> None:
    first, page = invitation(corpus, "mo"), at_home.new_page()
    second = invitation(corpus, "mo")
    page.goto(first)
    set_password(page, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("has been replaced")
    page.goto("about:blank")
    page.goto(second)
    set_password(page, PASSWORD)
    page.wait_for_url(f"{site.address}/projects/")
    assert "has set a password" in refused(corpus, "invite", "mo")
    third = invitation(corpus, "mo", "--reset")
    page.goto(f"{site.address}/projects/")
    expect(page).to_have_url(re.compile("/user/login/"))
    page.goto(third)
    set_password(page, PASSWORD + " again")
    page.wait_for_url(f"{site.address}/projects/")


def test_the_way_in_is_through_tls_and_by_the_servers_name(site: Site, at_home: BrowserContext) -> None:
    page = at_home.new_page()
    page.goto(f"http://label.example.org:{site.http_port}/projects/")
    expect(page).to_have_url(re.compile(re.escape(f"{site.address}/user/login/")))
    answer = page.goto(f"https://another.example.org:{site.https_port}/user/login/")
    assert answer
    assert answer.status == 421


def test_a_person_with_eyes_or_without_can_set_a_password(site: Site, corpus: Corpus, at_home: BrowserContext) -> None:
    page = at_home.new_page()
    page.goto(invitation(corpus, "noa"))
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        assert low_contrasts(page, "main", at_least=5) == []
    expect(page.get_by_label("Password")).to_be_focused()
    expect(page.get_by_label("The same again")).to_be_visible()
