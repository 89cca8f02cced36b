"""The endpoint is a real server on this machine that answers as such servers do; the client is OpenAI's own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from openai import OpenAI

from annotation.guidelines import rules
from annotation.suggesting.endpoint.client import ADDRESS, KEY, EndpointSuggester, open_endpoint
from annotation.suggesting.protocol import EventText, Suggestions
from annotation.suggesting.sound import keep_sound
from dataset.problem import Problem

TEXT = "The port said that it may lose 40 boats. The port, the port: “It may rain,” said Ada Penn."
ARTICLE = EventText("one", TEXT, "", {})
SPANS: list[dict[str, Any]] = [
    {"id": "s1", "label": "speaker", "words": "The port", "entities": ["Port"]},
    {"id": "q1", "label": "quote", "words": "that it may lose 40 boats", "form": "indirect", "said_by": ["s1"]},
    {"id": "h1", "label": "hedge", "words": "may", "kind": "modal"},
    {"id": "n1", "label": "number", "words": "40", "kind": "count", "value": "40", "unit": "boats"},
    {"id": "q2", "label": "quote", "words": "“It may rain,”", "form": "direct", "said_by": ["s2"]},
    {"id": "s2", "label": "speaker", "words": "Ada Penn", "entities": ["Ada Penn"]},
    {"id": "h2", "label": "hedge", "words": "may", "occurrence": 2, "kind": "modal"},
]


@dataclass
class Endpoint:
    """What the server is to answer, in order and the last for ever, and the requests that it got.

    An answer is a status with a body, or None where it does not answer until the test is over.
    """

    address: str = ""
    answers: list[tuple[int, bytes] | None] = field(default_factory=list)
    requests: list[dict[str, Any]] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)

    def suggester(self, timeout: float = 30) -> EndpointSuggester:
        return EndpointSuggester("oak-7b", OpenAI(base_url=self.address, api_key="key", timeout=timeout))

    def suggest(self, *articles: EventText, timeout: float = 30) -> list[Suggestions]:
        return self.suggester(timeout).suggest(articles or [ARTICLE])


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    served = Endpoint()
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            with lock:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                served.requests.append({"path": self.path, "key": self.headers["Authorization"], **json.loads(body)})
                answer = served.answers.pop(0) if len(served.answers) > 1 else served.answers[0]
            if answer is None:
                served.over.wait()
                return
            status, content = answer
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            if status == 429:
                self.send_header("Retry-After-Ms", "1")
            if status == 307:
                self.send_header("Location", content.decode())
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        served.address = f"http://127.0.0.1:{server.server_port}/v1"
        monkeypatch.setenv(ADDRESS, served.address)
        monkeypatch.setenv(KEY, "key")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield served
        served.over.set()
        server.shutdown()
        thread.join()


def answer(content: str, finish: str = "stop") -> tuple[int, bytes]:
    message = {"role": "assistant", "content": content}
    choice = {"index": 0, "message": message, "finish_reason": finish}
    body = {"id": "c1", "object": "chat.completion", "created": 1, "model": "oak-7b", "choices": [choice]}
    return 200, json.dumps(body).encode()


def spans(*rows: Any) -> tuple[int, bytes]:
    return answer(json.dumps({"spans": [*rows]}))


def status(code: int) -> tuple[int, bytes]:
    return code, json.dumps({"error": {"message": "no"}}).encode()


def words(suggestions: Suggestions) -> list[tuple[str, int, str]]:
    return [(span["label"], span["start"], span["text"]) for span in suggestions.spans]


def test_a_good_answer_is_taken_whole(endpoint: Endpoint) -> None:
    endpoint.answers = [spans(*SPANS)]
    (suggestions,) = endpoint.suggest()
    assert words(suggestions) == [
        ("speaker", 0, "The port"),
        ("quote", 14, "that it may lose 40 boats"),
        ("hedge", 22, "may"),
        ("number", 31, "40"),
        ("quote", 61, "“It may rain,”"),
        ("speaker", 81, "Ada Penn"),
        ("hedge", 65, "may"),
    ]
    sound = keep_sound("r1", "endpoint", "5", [ARTICLE], [suggestions])
    assert (sound.given, dict(sound.dropped)) == (7, {})
    assert {*sound.layer.relations.select("type", "derived").rows()} == {("said_by", False), ("hedges", True)}


def test_the_model_gets_the_article_and_every_rule_of_the_guidelines(endpoint: Endpoint) -> None:
    endpoint.answers = [spans()]
    endpoint.suggest()
    (request,) = endpoint.requests
    assert (request["path"], request["key"], request["model"]) == ("/v1/chat/completions", "Bearer key", "oak-7b")
    instructions, article = (message["content"] for message in request["messages"])
    assert article == TEXT
    assert all(f"**{rule}**" in instructions for rule in rules())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ({"words": "the harbour"}, "words-not-in-text"),
        ({"words": "the  port"}, "words-not-in-text"),
        ({"words": "THE PORT"}, "words-not-in-text"),
        ({"occurrence": 3}, "no-such-occurrence"),
        ({"occurrence": 10**18}, "no-such-occurrence"),
        ({"label": "person"}, "label-unknown"),
        ({"words": ""}, "span-malformed"),
        ({"words": 7}, "span-malformed"),
        ({"occurrence": 0}, "span-malformed"),
        ({"occurrence": "2"}, "span-malformed"),
        ({"entities": "Port"}, "span-malformed"),
    ],
)
def test_what_cannot_be_taken_is_rejected_and_counted_by_the_reason(
    endpoint: Endpoint, row: dict[str, Any], reason: str
) -> None:
    endpoint.answers = [spans(SPANS[0] | {"id": "wrong"} | row, *SPANS)]
    (suggestions,) = endpoint.suggest()
    assert len(suggestions.spans) == len(SPANS)
    assert dict(suggestions.rejected) == {reason: 1}


def test_invented_words_are_counted_with_what_the_rules_drop(endpoint: Endpoint) -> None:
    invented = [{"id": f"i{number}", "label": "hedge", "words": "perhaps", "kind": "modal"} for number in range(3)]
    endpoint.answers = [spans(*SPANS, *invented)]
    sound = keep_sound("r1", "endpoint", "5", [ARTICLE], endpoint.suggest())
    assert sound.layer.spans.height == len(SPANS)
    assert dict(sound.dropped) == {"words-not-in-text": 3}


def test_the_same_words_five_times_are_one_span(endpoint: Endpoint) -> None:
    again = [SPANS[3] | {"id": f"n{number}"} for number in range(1, 6)]
    endpoint.answers = [spans(*again)]
    (suggestions,) = endpoint.suggest()
    assert words(suggestions) == [("number", 31, "40")]
    assert dict(suggestions.rejected) == {"span-twice": 4}


def test_a_link_to_nothing_is_rejected_and_its_quote_then_breaks_a_rule(endpoint: Endpoint) -> None:
    endpoint.answers = [spans(SPANS[1], SPANS[2])]
    (suggestions,) = endpoint.suggest()
    assert dict(suggestions.rejected) == {"link-to-nothing": 1}
    sound = keep_sound("r1", "endpoint", "5", [ARTICLE], [suggestions])
    assert dict(sound.dropped) == {"link-to-nothing": 1, "q9-no-source": 1}


@pytest.mark.parametrize(
    ("content", "finish", "reason"),
    [
        ('{"spans": [{"id": "s1", "label": "speaker", "words": "The port"', "length", "answer-cut"),
        ('{"spans": []}', "length", "answer-cut"),
        ('{"spans": [{"id": "s1"', "stop", "answer-no-json"),
        ("I am sorry, but I cannot label this.", "stop", "answer-no-json"),
        ('["speaker"]', "stop", "answer-no-json"),
        ('{"speakers": ["The port"]}', "stop", "answer-no-json"),
        ("", "stop", "answer-empty"),
    ],
)
def test_of_a_cut_answer_and_of_nonsense_nothing_is_taken(
    endpoint: Endpoint, content: str, finish: str, reason: str
) -> None:
    endpoint.answers = [answer(content, finish)]
    (suggestions,) = endpoint.suggest()
    assert (suggestions.spans, dict(suggestions.rejected)) == ([], {reason: 1})


def test_json_in_a_fence_is_read(endpoint: Endpoint) -> None:
    endpoint.answers = [answer("```json\n" + json.dumps({"spans": SPANS}) + "\n```")]
    (suggestions,) = endpoint.suggest()
    assert len(suggestions.spans) == len(SPANS)


def test_what_is_no_completion_at_all_is_counted(endpoint: Endpoint) -> None:
    endpoint.answers = [(200, b"<html>welcome</html>")]
    (suggestions,) = endpoint.suggest()
    assert (suggestions.spans, sum(suggestions.rejected.values())) == ([], 1)


def test_a_busy_endpoint_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers = [status(429), spans(*SPANS)]
    (suggestions,) = endpoint.suggest()
    assert (len(suggestions.spans), len(endpoint.requests)) == (len(SPANS), 2)
    assert not suggestions.rejected


@pytest.mark.parametrize(("reply", "reason"), [(status(429), "endpoint-busy"), (status(500), "endpoint-failed")])
def test_an_endpoint_that_stays_busy_or_fails_costs_its_article_alone(
    endpoint: Endpoint, reply: tuple[int, bytes], reason: str
) -> None:
    endpoint.answers = [reply]
    (suggestions,) = endpoint.suggest()
    assert (suggestions.spans, dict(suggestions.rejected)) == ([], {reason: 1})
    assert len(endpoint.requests) > 1


def test_an_answer_that_does_not_come_in_time_is_counted(endpoint: Endpoint) -> None:
    endpoint.answers = [None]
    (suggestions,) = endpoint.suggest(timeout=0.2)
    assert (suggestions.spans, dict(suggestions.rejected)) == ([], {"answer-late": 1})


@pytest.mark.parametrize("code", [400, 401, 403, 404])
def test_a_refused_request_is_told_in_one_sentence(endpoint: Endpoint, code: int) -> None:
    endpoint.answers = [status(code)]
    with pytest.raises(Problem, match=f"oak-7b with status {code}") as refused:
        endpoint.suggest()
    assert "\n" not in str(refused.value)


def test_an_endpoint_that_cannot_be_reached_is_told(endpoint: Endpoint) -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as gone:
        endpoint.address = f"http://127.0.0.1:{gone.server_port}/v1"
    with pytest.raises(Problem, match="cannot be reached"):
        endpoint.suggest()


def test_a_server_that_sends_on_gets_the_article_and_nobody_else_does(endpoint: Endpoint) -> None:
    endpoint.answers = [(307, f"{endpoint.address}/elsewhere".encode()), spans(*SPANS)]
    with pytest.raises(Problem, match="with status 307"):
        open_endpoint("oak-7b").suggest([ARTICLE])
    assert [request["path"] for request in endpoint.requests] == ["/v1/chat/completions"]


def test_an_empty_article_is_not_sent(endpoint: Endpoint) -> None:
    endpoint.answers = [spans()]
    assert endpoint.suggest(ARTICLE._replace(text=" \n")) == [Suggestions()]
    assert endpoint.requests == []


def test_many_articles_come_back_in_their_order(endpoint: Endpoint) -> None:
    endpoint.answers = [spans(SPANS[3])]
    articles = [EventText(f"a{number}", "." * number + " 40 boats", "", {}) for number in range(12)]
    assert [suggestions.spans[0]["start"] for suggestions in endpoint.suggest(*articles)] == list(range(1, 13))


def test_the_environment_names_the_endpoint_and_the_argument_the_model(endpoint: Endpoint) -> None:
    endpoint.answers = [spans(*SPANS)]
    (suggestions,) = open_endpoint("elm-70b").suggest([ARTICLE])
    assert len(suggestions.spans) == len(SPANS)
    assert endpoint.requests[0]["model"] == "elm-70b"


@pytest.mark.parametrize("missing", [ADDRESS, KEY])
@pytest.mark.usefixtures("endpoint")
def test_what_the_environment_lacks_is_told(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    monkeypatch.delenv(missing)
    with pytest.raises(Problem, match=f"{missing} is not set"):
        open_endpoint("oak-7b")


def test_without_a_model_it_is_told_where_to_name_it() -> None:
    with pytest.raises(Problem, match=r"hedgerow\.toml"):
        open_endpoint("")
