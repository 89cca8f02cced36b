"""Tries, as each annotator of the embedded server, to reach a neighbour's work and what is closed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from annotation.embedded.accounts import Account, Secrets
from annotation.embedded.inside.routes import KEY_HEADER
from dataset.problem import Problem
from dataset.record.doctor import DoctorLine

_REFUSALS: Final = frozenset({400, 401, 403, 404, 405})
_RESTART: Final = "run `hedgerow down` and `hedgerow up`, and let nobody label meanwhile"
_SECONDS: Final = 30
_SHOWN: Final = 3


@dataclass(frozen=True)
class OwnedWork:
    """The number of an annotator's project, and of a task, an annotation and a draft in it where there are any."""

    project: int
    tasks: list[int] = field(default_factory=list)
    annotations: list[int] = field(default_factory=list)
    drafts: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class OrganisationMember:
    """An account's number on the server, and that of its organisation."""

    user: int
    organisation: int


@dataclass(frozen=True)
class Trespass:
    """A request that must be refused, and what would be the case if it were not.

    `made_at` is where what it would make could be deleted.
    """

    method: str
    path: str
    harm: str
    body: dict[str, Any] | None = None
    made_at: str = ""


def blindness(known: Secrets) -> Iterator[DoctorLine]:
    """Whether annotators are kept from each other's work, and from all but the labelling page, found out by trying.

    Raises:
        Problem: an annotator does not reach their own work.
    """
    successes, count = tried(known)
    if successes:
        more = f", and {len(successes) - _SHOWN} more" if len(successes) > _SHOWN else ""
        yield DoctorLine("blindness", "fail", ", ".join(successes[:_SHOWN]) + more, _RESTART)
    else:
        people = "1 annotator" if len(known.annotators) == 1 else f"{len(known.annotators)} annotators"
        yield DoctorLine("blindness", "ok", f"{people} made {count} attempts at what is closed, and each was refused")


def tried(known: Secrets) -> tuple[list[str], int]:
    """What must not work but did, and how many attempts were made.

    Each annotator tries to reach the work of one other. The requests that would change something ask for nothing that
    harms the work if they are let through.
    """
    successes, count = [], 0
    annotators = list(known.annotators.values())
    with httpx.Client(base_url=known.url, timeout=_SECONDS) as web:
        answers = {account.name: _whoami(web, account) for account in annotators}
        members = {name: member for name, member in answers.items() if member is not None}
        inside = [account for account in annotators if account.name in members]
        works = {account.name: _work(web, account, known.key) for account in inside}
        successes += [
            f"{account.name} is not in an organisation of its own" for account in annotators if account not in inside
        ]
        organisations = [member.organisation for member in members.values()]
        if len(set(organisations)) < len(organisations):
            successes.append("annotators share an organisation")
        for account in inside:
            neighbour = _neighbour(account, inside, works)
            attempts = [*_attempts(members[account.name], works[account.name], neighbour)]
            attempts += _forgery(account, works[account.name], members)
            count += len(attempts)
            successes += _successes(web, account, attempts, _headers(account, None))
        if inside:
            # What keeps sessions apart is alike for all, and each log-in takes its time; passwords that people have
            # set are not known.
            account = next((account for account in inside if account.password), known.admin)
            member = members.get(account.name) or _whoami(web, account)
            neighbour = _neighbour(account, inside, works)
            attempts = [*_attempts(member, works.get(account.name), neighbour)] if member else []
            count += len(attempts)
            with closing(_session(known, account)) as page:
                successes += _successes(page, account, attempts, {})
    return list(dict.fromkeys(successes)), count


def _successes(web: httpx.Client, account: Account, attempts: list[Trespass], headers: dict[str, str]) -> Iterator[str]:
    """What the account can do and must not, a sentence for each. What it made in doing so is deleted again."""
    for attempt in attempts:
        answer = web.request(attempt.method, attempt.path, json=attempt.body, headers=headers)
        if answer.status_code not in _REFUSALS:
            yield f"{account.name} can {attempt.harm}"
            if attempt.made_at:
                web.delete(f"{attempt.made_at}{answer.json()['id']}/", headers=headers)


def _session(known: Secrets, account: Account) -> httpx.Client:
    """A page's session of an account that has logged in."""

    def send_all(answer: httpx.Response) -> None:
        """This machine is asked without TLS, for which a server behind a proxy sets no cookies."""
        web.cookies.extract_cookies(answer)
        for cookie in web.cookies.jar:
            cookie.secure = False

    web = httpx.Client(base_url=known.url, timeout=_SECONDS, event_hooks={"response": [send_all]})
    web.get("/user/login/")
    form = {"email": account.email, "password": account.password}
    answer = web.post("/user/login/", data={**form, "csrfmiddlewaretoken": web.cookies.get("csrftoken", "")})
    if answer.status_code != 302:
        raise Problem(f"{account.name} cannot log in ({answer.status_code})", "run `hedgerow down` and `hedgerow up`")
    return web


def _work(web: httpx.Client, account: Account, key: str | None) -> OwnedWork | None:
    """What an annotator has on the server, asked for with all rights; None without a project."""
    projects = _get(web, account, key, "/api/projects/?page_size=1")["results"]
    if not projects:
        return None
    project = int(projects[0]["id"])
    asked = f"/api/tasks/?project={project}&page_size=20&fields=all&include=id,annotations,drafts"
    tasks = _get(web, account, key, asked)["tasks"]
    annotations = [int(work["id"]) for task in tasks for work in task.get("annotations", ())]
    drafts = [int(draft["id"]) for task in tasks for draft in task.get("drafts", ()) if isinstance(draft, dict)]
    return OwnedWork(project, [int(task["id"]) for task in tasks][:1], annotations[:1], drafts[:1])


def _whoami(web: httpx.Client, account: Account) -> OrganisationMember | None:
    """Who the server says an account is; None where it lets the account in nowhere."""
    answer = web.get("/api/current-user/whoami", headers=_headers(account, None))
    if answer.status_code == 403:
        return None
    whoami = answer.raise_for_status().json()
    return OrganisationMember(int(whoami["id"]), int(whoami["active_organization"]))


def _neighbour(account: Account, annotators: list[Account], works: dict[str, OwnedWork | None]) -> OwnedWork | None:
    """The work of the next annotator who has some."""
    at = annotators.index(account) if account in annotators else -1
    following = [*annotators[at + 1 :], *annotators[:at]]
    return next((work for annotator in following if (work := works[annotator.name]) is not None), None)


def _attempts(member: OrganisationMember, work: OwnedWork | None, neighbour: OwnedWork | None) -> Iterator[Trespass]:
    same = {"active_organization": member.organisation}
    yield Trespass("PATCH", f"/api/users/{member.user}/", "switch to another organisation", same)
    yield Trespass("GET", "/api/invite", "invite accounts")
    yield Trespass("GET", "/api/webhooks/", "set up web hooks")
    yield Trespass("GET", "/api/storages/", "set up storages")
    if work is not None:
        yield Trespass("GET", f"/api/projects/{work.project}/export?exportType=JSON", "export a project")
    if neighbour is not None:
        yield from _attempts_at(neighbour)


def _forgery(account: Account, work: OwnedWork | None, members: dict[str, OrganisationMember]) -> Iterator[Trespass]:
    """A submission under another's name."""
    user = next((member.user for name, member in members.items() if name != account.name), None)
    if work is not None and work.tasks and user is not None:
        path = f"/api/tasks/{work.tasks[0]}/annotations/"
        yield Trespass("POST", path, "submit as another", {"result": [], "completed_by": user}, "/api/annotations/")


def _attempts_at(work: OwnedWork) -> Iterator[Trespass]:
    harm = "reach another's"
    yield Trespass("GET", f"/api/projects/{work.project}/", f"{harm} project")
    yield Trespass("GET", f"/api/tasks/?project={work.project}", f"{harm} tasks")
    yield Trespass("POST", "/api/dm/views/", "write into another's project", {"project": work.project, "data": {}})
    for number in work.tasks:
        yield Trespass("GET", f"/api/tasks/{number}/", f"{harm} task")
        yield Trespass("GET", f"/api/tasks/{number}/annotations/", f"{harm} annotations")
        yield Trespass("GET", f"/api/tasks/{number}/drafts", f"{harm} drafts")
    for number in work.annotations:
        yield Trespass("GET", f"/api/annotations/{number}/", f"{harm} annotation")
    for number in work.drafts:
        yield Trespass("GET", f"/api/drafts/{number}/", f"{harm} draft")


def _get(web: httpx.Client, account: Account, key: str | None, path: str) -> Any:
    answer = web.get(path, headers=_headers(account, key))
    if answer.status_code != 200:
        raise Problem(
            f"the server answers {answer.status_code} where {account.name} asks for work of their own", _RESTART
        )
    return answer.json()


def _headers(account: Account, key: str | None) -> dict[str, str]:
    return {"Authorization": f"Token {account.token}", **({KEY_HEADER: key} if key else {})}
