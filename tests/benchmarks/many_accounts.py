"""Makes many accounts with a session each, and a copy of one annotator's project for each. Runs inside Label Studio.

Reads `{"accounts": [account, ...], "project": id, "tasks": count}` from standard input, and prints a desk for each
account. Hundreds of accounts that log in take minutes, for their passwords are hashed; here nobody has a password.
"""

from __future__ import annotations

import json
import sys
import time
from importlib import import_module
from typing import Any, TypedDict

from annotation.embedded.provision import _account, open_label_studio


class Desk(TypedDict):
    """Where an account works: its name and number, the value of its session's cookie, its project and view."""

    name: str
    account: int
    session: str
    project: int
    view: int


def main() -> None:
    """Makes them, and prints their desks."""
    wanted = json.load(sys.stdin)
    open_label_studio()
    from django.conf import settings
    from django.db import transaction

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    with transaction.atomic():
        for account in wanted["accounts"]:
            _account(account, superuser=False)
        desks = [_desk(account, wanted["project"], wanted["tasks"]) for account in wanted["accounts"]]
    print(json.dumps(desks))


def _desk(account: dict[str, str], project: int, tasks: int) -> Desk:
    from core.current_request import CurrentContext
    from data_manager.models import View
    from users.models import User

    CurrentContext.clear()  # which the account before this one would stay in
    user = User.objects.get(email=account["email"])
    own = _copied(user, project, tasks)
    view = View.objects.create(project=own, user=user, data={"title": "Default", "type": "list", "target": "tasks"})
    return {
        "name": account["name"],
        "account": user.pk,
        "session": _session(user),
        "project": own.pk,
        "view": view.pk,
    }


def _copied(user: Any, project: int, tasks: int) -> Any:
    """A project of the account's own, as a push makes it, with the tasks of another one again and again."""
    from projects.models import Project
    from tasks.models import Task

    made = Project.objects.get(pk=project)
    datas = list(Task.objects.filter(project=project).order_by("id").values_list("data", flat=True))
    names = ("title", "description", "label_config", "maximum_annotations", "sampling", "show_skip_button")
    own = Project.objects.create(
        created_by=user,
        organization=user.active_organization,
        enable_empty_annotation=True,
        **{name: getattr(made, name) for name in names},
    )
    Task.objects.bulk_create(
        Task(project=own, data=datas[number % len(datas)], inner_id=number + 1, overlap=1) for number in range(tasks)
    )
    own.update_tasks_states(
        maximum_annotations_changed=False, overlap_cohort_percentage_changed=False, tasks_number_changed=True
    )
    return own


def _session(user: Any) -> str:
    """The value of the cookie that logging in would give."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session["last_login"], session["keep_me_logged_in"] = time.time(), True
    session.save()
    return str(session.session_key)


if __name__ == "__main__":
    main()
