"""A Label Studio server as the rest sees it: projects, tasks and annotations, and failures said in a sentence."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from traceback import walk_tb
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict
from urllib.parse import urlsplit, urlunsplit

import httpx
import orjson
from label_studio_sdk.core.api_error import ApiError
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt, wait_exponential_jitter
from tenacity.wait import wait_base

from annotation.embedded.inside.routes import KEY_HEADER
from annotation.labelstudio.listing import Listing
from annotation.labelstudio.payloads import JsonObject, ListedTask, TaskMeta
from annotation.labelstudio.result import Result
from dataset.problem import UNTRUSTED, Problem, distrusted

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

PAGE_SIZE: Final = 500
ATTEMPTS: Final = 5
WAIT: Final[wait_base] = wait_exponential_jitter(multiplier=0.3, max=8)
LONGEST_WAIT: Final[float] = 60
_PASSING: Final = frozenset({408, 429, 502, 503, 504})
_GATEWAY: Final = frozenset({408, 502, 504})  # said by what stands between, while the server may be at it
# The server applies `include` to tasks and to the annotations within them alike.
_WORK: Final = "id,data,meta,annotations,result,was_cancelled,completed_by,created_at,updated_at,lead_time"
_ENDS: Final = "id,annotations,was_cancelled,completed_by,created_at,updated_at,lead_time"
_WITH_WORK: Final = {"fields": "all", "include": _WORK}
_WITH_ENDS: Final = {"fields": "all", "include": _ENDS}
_DATETIME: Final = "%Y-%m-%dT%H:%M:%S.%fZ"  # the one form that a filter takes
_VERSIONS: Final = {"include": "id,updated_at"}
_WITHOUT_WORK: Final = {"include": "id,data"}
_BEGUN: Final = {"fields": "all", "include": "id,data,annotations,drafts"}


@dataclass(frozen=True)
class BegunTask:
    """A task, and whether work on it was submitted or skipped, or begun and neither.

    `on_desk` are the articles whose quotes and numbers it shows, if it is one of the desk.
    """

    id: int
    article_id: str
    submitted: bool
    begun: bool
    on_desk: frozenset[str]


class TaskFilter(TypedDict):
    """What a listing of tasks is limited to: those whose column is greater than the value."""

    filter: str
    operator: str
    type: str
    value: str | int


class BegunWork(NamedTuple):
    """Id to result of a task's drafts, and of what its page begins with where there is none."""

    drafts: dict[int, list[Result]]
    predictions: dict[int, list[Result]]


class TransientFailure(Problem):
    """The server did not take what it was sent, or did not say so; it may be sent again once it was looked for there.

    `perhaps_at_it`: the server may be storing it still. `retry_after` is how long it asks to be left alone, in seconds.
    """

    def __init__(self, problem: Problem, *, perhaps_at_it: bool, retry_after: float = 0) -> None:
        super().__init__(problem.what, problem.next_step)
        self.perhaps_at_it, self.retry_after = perhaps_at_it, retry_after


class Studio:
    """One account's view of a server. Every method raises Problem where the server cannot be asked or refuses.

    `key` is that of the embedded server, which opens more than the labelling page needs. `shown_at` is the address at
    which people open it, where that is another than `url`.
    """

    def __init__(
        self, url: str, token: str, timeout: float = 60, key: str | None = None, shown_at: str | None = None
    ) -> None:
        self.url = without_credentials(url).rstrip("/")
        self.shown_at = shown_at or self.url
        self._token, self._key = token, key
        self._http = httpx.Client(
            timeout=timeout,
            follow_redirects=True,
            headers={KEY_HEADER: key} if key else None,
            event_hooks={"response": [_refuse_other_server]},
        )
        self._opened: LabelStudio | None = None

    @property
    def _client(self) -> LabelStudio:
        if self._opened is None:
            from label_studio_sdk import LabelStudio  # takes half a second, and most commands ask no server

            with self._speaking():
                # Repeating is decided here, call by call: the SDK would repeat an import that the server has stored.
                self._opened = LabelStudio(
                    base_url=self.url, api_key=self._token, httpx_client=self._http, max_retries=0
                )
        return self._opened

    def whoami(self) -> tuple[int, str]:
        """Id and address of the account that the token belongs to."""
        with self._speaking():
            user = self._asking(lambda: self._client.users.whoami())
            return int(user.id), str(user.email)

    def member_ids(self) -> dict[str, int]:
        """Address to id of the accounts that this account sees."""
        return dict(self._asking(lambda: [(str(user.email), int(user.id)) for user in self._client.users.list()]))

    def projects(self) -> dict[int, str]:
        """Number to description of the projects that this account sees."""
        projects = self._asking(lambda: list(self._client.projects.list(include="id,description")))
        return {int(project.id): project.description or "" for project in projects}

    def find_project(self, mark: str) -> int | None:
        """The id of the project whose description begins with the line `mark`, None where there is none.

        Raises:
            Problem: there are several, and work may be in each.
        """
        numbers = [number for number, description in self.projects().items() if description.split("\n")[0] == mark]
        if len(numbers) > 1:
            urls = ", ".join(map(self.project_url, sorted(numbers)))
            raise Problem(
                f"{self.url} has {len(numbers)} projects of “{mark}”: {urls}",
                "keep the one with the work, take the others away with `hedgerow discard ADDRESS`, then run this again",
            )
        return numbers[0] if numbers else None

    def description(self, project: int) -> str:
        """What the project's description says."""
        return str(self._get(f"api/projects/{project}/").get("description") or "")

    def create_project(self, mark: str, title: str, note: str, label_config: str, model_version: str = "") -> int:
        """Creates a project and returns its id. It shows the predictions of `model_version`. Sent once, as tasks are.

        Raises:
            Passing: it may be created again, once it was looked for.
        """
        with self._sending():
            project = self._client.projects.create(
                title=title[:50],
                description=f"{mark}\n{note}",
                label_config=label_config,
                model_version=model_version,
                maximum_annotations=1,
                sampling="Sequential sampling",
                show_skip_button=True,
                enable_empty_annotation=True,
            )
            return _whole(project.id)

    def tasks(self, project: int, *, annotations: bool = True) -> list[ListedTask]:
        """All tasks of a project as the server tells them, by id; counted against the server's own total.

        Raises:
            Problem: three listings in a row disagreed with the server's total, as when tasks come and go meanwhile.
        """
        return list(self.listing(project, annotations=annotations))

    def listing(self, project: int, *, annotations: bool = True) -> Listing:
        """The same, not held."""
        return self._all_tasks(project, _WITH_WORK if annotations else _WITHOUT_WORK)

    def ends(self, project: int) -> list[ListedTask]:
        """All tasks of a project, with how each annotation ended and nothing of text or result; as `tasks`."""
        return list(self._all_tasks(project, _WITH_ENDS))

    def begun(self, project: int) -> list[BegunTask]:
        """All tasks of a project, with whether work on them was submitted, or begun by the account that asks."""
        return [
            BegunTask(
                task["id"],
                str(_article_of(task)),
                submitted=bool(task.get("annotations")),
                begun=bool(task.get("drafts")),
                on_desk=_articles_on_desk(task),
            )
            for task in self._all_tasks(project, _BEGUN)
        ]

    def holds_work(self, task: int) -> bool:
        """Whether work on a task was submitted, or begun by the account that asks."""
        now = self._get(f"api/tasks/{task}/")
        return bool(now.get("annotations") or now.get("drafts"))

    def versions(self, project: int) -> Listing:
        """The `id` and `updated_at` of each task of a project: when it, or anything in it, was last changed."""
        return self._all_tasks(project, _VERSIONS)

    def tasks_since(self, project: int, moment: str) -> Listing:
        """The tasks that were changed at a moment (ISO 8601) or later, and some before it.

        Not counted: while people work there are more of them by the time that the server is asked how many.
        """
        with self._speaking():
            early = datetime.fromisoformat(moment).astimezone(UTC) - timedelta(seconds=1)
            return self._list_tasks(project, _WITH_WORK, [_filter("updated_at", "Datetime", early.strftime(_DATETIME))])

    def _all_tasks(self, project: int, asked: dict[str, str]) -> Listing:
        for _ in range(3):
            with self._speaking():
                listing, total = self._list_tasks(project, asked, []), self._total(project)
            if len(listing) == total:
                return listing
        raise Problem(
            f"{self.url} says that project {project} has {total} tasks, but lists {len(listing)}",
            "wait until nobody adds or deletes tasks there, then run the same command again",
        )

    def _list_tasks(self, project: int, asked: dict[str, str], only: list[TaskFilter]) -> Listing:
        """Tasks by "id greater than the last seen": numbered pages shift when a task is deleted meanwhile.

        Raises:
            Problem: a page holds no task that those before it did not.
        """
        listing = Listing()
        while True:
            items = [*only, _filter("id", "Number", listing.last)]
            query = json.dumps({"filters": {"conjunction": "and", "items": items}, "ordering": ["tasks:id"]})
            page = self._get("api/tasks/", project=project, page_size=PAGE_SIZE, query=query, **asked)
            tasks: list[ListedTask] = page["tasks"]
            if tasks and not listing.add(tasks):
                raise Problem(
                    f"{self.url} lists the tasks of project {project} from the beginning again and again",
                    "a server that ignores the parameter `query` cannot be listed; use one that Hedgerow supports",
                )
            if len(tasks) < PAGE_SIZE:
                return listing

    def _total(self, project: int) -> int:
        return int(self._get("api/tasks/", project=project, page_size=1, include="id")["total"])

    def _get(self, path: str, **params: str | int) -> dict[str, Any]:
        """The answer's JSON as it came: the SDK's models would drop what they do not know."""

        def ask() -> dict[str, Any]:
            wrapper = self._client._client_wrapper
            answer = wrapper.httpx_client.request(path, method="GET", params=params)
            if answer.status_code >= 400:
                raise _api_error(answer)
            return dict(answer.json())

        return dict(self._asking(ask))

    def import_tasks(self, project: int, tasks: Sequence[JsonObject]) -> None:
        """Sends tasks, with their annotations if they have any. Sent once: nothing on the server de-duplicates.

        Past the SDK's models, which would go through every value of every task.

        Raises:
            Passing: they may be sent again, once they were looked for.
        """
        with self._sending():
            headers = self._client._client_wrapper.get_headers() | {"Content-Type": "application/json"}
            url = f"{self.url}/api/projects/{project}/import"
            answer = self._http.post(url, content=orjson.dumps(tasks), headers=headers)
            if answer.status_code >= 400:
                raise _api_error(answer)

    def annotate(self, task: int, result: list[Result], *, skipped: bool, seconds: float | None, account: int) -> None:
        """Submits (or skips) a task as an account's work."""
        with self._speaking():
            self._client.annotations.create(
                id=task, result=result, was_cancelled=skipped, lead_time=seconds, completed_by=account
            )

    def set_meta(self, task: int, meta: TaskMeta) -> None:
        """Replaces a task's meta."""
        with self._speaking():
            self._client.tasks.update(id=str(task), meta=meta)

    def set_data(self, task: int, data: JsonObject, meta: JsonObject | None = None) -> None:
        """Replaces a task's data and, if there is any, its meta."""
        with self._speaking():
            if meta is None:
                self._client.tasks.update(id=str(task), data={**data})
            else:
                self._client.tasks.update(id=str(task), data={**data}, meta={**meta})

    def drafts(self, task: int) -> dict[int, Any]:
        """Id to result of the work on a task that was begun and not submitted."""
        return {int(draft["id"]): draft.get("result") for draft in self._get(f"api/tasks/{task}/")["drafts"]}

    def begun_work(self, task: int) -> BegunWork:
        """What a task's page may open with: work that was not submitted, and what was sent with the task."""
        held = self._get(f"api/tasks/{task}/")
        drafts, predictions = (
            {int(entry["id"]): entry.get("result") or [] for entry in held.get(name) or ()}
            for name in ("drafts", "predictions")
        )
        return BegunWork(drafts, predictions)

    def set_draft(self, draft: int, result: list[Result]) -> None:
        """Replaces work that was begun and not submitted."""
        self._request("PATCH", f"api/drafts/{draft}/", {"result": result})

    def set_prediction(self, prediction: int, result: list[Result]) -> None:
        """Replaces what a page begins with."""
        self._request("PATCH", f"api/predictions/{prediction}/", {"result": result})

    def delete_draft(self, draft: int) -> None:
        """Deletes work that was begun and not submitted."""
        self._request("DELETE", f"api/drafts/{draft}/")

    def reopen(self, annotation: int) -> None:
        """Makes a submission a draft of the account that asks: its task is open again, with all that it held.

        The server deletes the submission, and with it whatever was begun on it and not submitted.
        """
        self._request("POST", f"api/annotations/{annotation}/convert-to-draft")

    def _request(self, method: str, path: str, sent: JsonObject | None = None) -> None:
        """Asks once for a change whose answer is not read."""
        with self._speaking():
            answer = self._client._client_wrapper.httpx_client.request(path, method=method, json=sent)
            if answer.status_code >= 400:
                raise _api_error(answer)

    def delete_project(self, project: int) -> None:
        """Deletes a project and all in it."""
        with self._speaking():
            self._client.projects.delete(id=project)

    def delete_task(self, task: int) -> None:
        """Deletes a task and all in it."""
        with self._speaking():
            self._client.tasks.delete(id=str(task))

    def project_url(self, project: int) -> str:
        """The address where a person opens the project."""
        return f"{self.shown_at}/projects/{project}/data"

    def task_url(self, project: int, task: int) -> str:
        """The address where a person opens the task."""
        return f"{self.project_url(project)}?task={task}"

    def _asking(self, call: Any) -> Any:
        """Asks, and asks again when the failure is one that passes. For questions only."""
        retrying = Retrying(
            retry=retry_if_exception(_passes),
            stop=stop_after_attempt(ATTEMPTS),
            wait=wait,
            reraise=True,
        )
        with self._speaking():
            return retrying(call)

    @contextmanager
    def _sending(self) -> Iterator[None]:
        """As `_speaking`, for what must not be sent twice."""
        with self._speaking():
            try:
                yield
            except ApiError as error:
                if error.status_code not in _PASSING:
                    raise
                at_it = error.status_code in _GATEWAY
                raise TransientFailure(
                    _refusal(self.url, error), perhaps_at_it=at_it, retry_after=_retry_after(error)
                ) from None
            except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
                raise
            except httpx.HTTPError as error:
                raise TransientFailure(_broken_off(self.url, error), perhaps_at_it=True) from None

    @contextmanager
    def _speaking(self) -> Iterator[None]:
        try:
            yield
        except ApiError as error:
            raise _refusal(self.url, error) from None
        except httpx.ConnectError as error:
            if UNTRUSTED in str(error):
                raise distrusted(self.url) from None
            raise Problem(
                f"no answer from {self.url}", "start it with `hedgerow up`, or set LABEL_STUDIO_URL"
            ) from None
        except httpx.HTTPError as error:
            raise _broken_off(self.url, error) from None
        except (ValueError, KeyError, TypeError, AttributeError, httpx.InvalidURL) as error:
            if _is_own_defect(error):
                raise
            what = type(error).__name__
            raise Problem(f"{self.url} does not answer like Label Studio ({what})", "check LABEL_STUDIO_URL") from None


def _is_own_defect(error: BaseException) -> bool:
    """Whether an error comes from code that reads no answer of the server: neither the SDK nor this package."""
    frames = [frame for frame, _ in walk_tb(error.__traceback__)]
    raised_in = str(frames[-1].f_globals.get("__name__", "")) if frames else ""
    is_ours = raised_in.partition(".")[0] in ("annotation", "dataset", "scripts")
    return is_ours and not raised_in.startswith(f"{__package__}.")


def _refuse_other_server(answer: httpx.Response) -> None:
    """A redirect to another host, port or scheme would take the token and the articles there.

    The client itself would leave out one header, and send the others and the body.

    Raises:
        Problem: it is one. From http to https of the same host is none.
    """
    if not answer.has_redirect_location:
        return
    asked, onward = answer.url, answer.url.join(answer.headers["Location"])
    safer = (asked.scheme, onward.scheme) == ("http", "https") and asked.port == onward.port is None
    if asked.host != onward.host or not (safer or (asked.scheme, asked.port) == (onward.scheme, onward.port)):
        raise Problem(
            f"{_server(asked)} sends on to another server, {_server(onward)}; nothing was sent there",
            "if you trust that one, set LABEL_STUDIO_URL to it",
        )


def _server(url: httpx.URL) -> str:
    return str(httpx.URL(scheme=url.scheme, host=url.host, port=url.port))


def _filter(column: str, kind: str, value: str | int) -> TaskFilter:
    return {"filter": f"filter:tasks:{column}", "operator": "greater", "type": kind, "value": value}


def _article_of(task: JsonObject) -> object:
    data = task.get("data")
    return data.get("article_id") if isinstance(data, dict) else None


def _articles_on_desk(task: JsonObject) -> frozenset[str]:
    data = task.get("data")
    quotes = data.get("quotes") if isinstance(data, dict) else None
    shown = quotes.values() if isinstance(quotes, dict) else ()
    return frozenset(str(quote.get("id")).partition(":")[0] for quote in shown if isinstance(quote, dict))


def _passes(error: BaseException) -> bool:
    if isinstance(error, ApiError):
        return error.status_code in _PASSING
    return isinstance(error, httpx.HTTPError) and not isinstance(error, httpx.ConnectError)


def wait(state: RetryCallState) -> float:
    """Seconds until it is tried again: longer each time, and as long as the server asks for, within a limit."""
    error = state.outcome.exception() if state.outcome else None
    return max(WAIT(state), min(_retry_after(error), LONGEST_WAIT))


def _retry_after(error: BaseException | None) -> float:
    """The seconds that an answer's Retry-After asks for (RFC 9110, 10.2.3: a number or a date), 0 where it does not."""
    if isinstance(error, TransientFailure):
        return error.retry_after
    header = (error.headers or {}).get("retry-after", "") if isinstance(error, ApiError) else ""
    try:
        return (
            float(header) if header.isdecimal() else (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
        )
    except (ValueError, TypeError):
        return 0


def _api_error(answer: httpx.Response) -> ApiError:
    return ApiError(status_code=answer.status_code, body=_body(answer), headers=dict(answer.headers))


def _broken_off(url: str, error: httpx.HTTPError) -> Problem:
    return Problem(
        f"{url} broke off ({type(error).__name__})", "run the same command again; what is done is not done twice"
    )


def _whole(value: int | None) -> int:
    if value is None:
        raise TypeError
    return value


def _body(answer: httpx.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:200]


def _refusal(url: str, error: ApiError) -> Problem:
    if error.status_code in (401, 403):
        return Problem(
            f"{url} refuses the token ({error.status_code})",
            "check LABEL_STUDIO_API_KEY, or, if you did not set it, run `hedgerow up` again",
        )
    if error.status_code is None or error.status_code < 400:
        return Problem(f"{url} does not answer like Label Studio", "check LABEL_STUDIO_URL")
    body = error.body if isinstance(error.body, dict) else {}
    detail = " ".join(str(body.get("validation_errors") or body.get("detail") or error.body).split())
    return Problem(
        f"{url} answers {error.status_code}: {detail[:300]}",
        "run the same command again, or see the server's log",
    )


def without_credentials(url: str) -> str:
    """The address without a user name or password in it.

    Raises:
        Problem: it is not an http or https address, or has a query, which may be secret.
    """
    try:
        parts = urlsplit(url)
        known = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and url.isprintable()
    except ValueError:
        known = False
    if not known:
        raise Problem("LABEL_STUDIO_URL is not an http or https address", "set it to one like http://127.0.0.1:8080")
    if parts.query or parts.fragment:
        raise Problem("LABEL_STUDIO_URL has something after a ? or #", "set it to the address alone")
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def foreign_server() -> tuple[str, str] | None:
    """Address and token of the server that the environment names; None where it names none.

    Raises:
        Problem: it names an address without a token, or a token that none can be.
    """
    url, token = os.environ.get("LABEL_STUDIO_URL"), os.environ.get("LABEL_STUDIO_API_KEY")
    if not url:
        return None
    if not token:
        raise Problem("LABEL_STUDIO_URL is set, but LABEL_STUDIO_API_KEY is not", "set it to a token of that server")
    if not re.fullmatch(r"[!-~]+", token):
        raise Problem(
            "LABEL_STUDIO_API_KEY holds a blank, a line end or another character that no token has",
            "copy the token again from the server's account page",
        )
    return url, token
