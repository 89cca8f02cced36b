"""What the embedded server gets of whoever starts it, what it lets itself be used for, and what its log says."""

from __future__ import annotations

import json
import logging
import re
import shutil
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from annotation.embedded.accounts import Account
from annotation.embedded.environment import Folders, environment
from annotation.embedded.inside.discretion import Discreet
from annotation.embedded.inside.routes import KEY_HEADER
from annotation.embedded.network import Network
from annotation.embedded.server import Server

POISON = {
    "AWS_ACCESS_KEY_ID": "AKIAPOISONED",
    "AWS_SECRET_ACCESS_KEY": "poisoned",
    "AWS_PROFILE": "poisoned",
    "GOOGLE_APPLICATION_CREDENTIALS": "/poisoned.json",
    "AZURE_BLOB_ACCOUNT_KEY": "poisoned",
    "HF_TOKEN": "poisoned",
    "HTTPS_PROXY": "http://poisoned:9",
    "LABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED": "true",
    "HEARTEX_LOCAL_FILES_DOCUMENT_ROOT": "/",
    "LABEL_STUDIO_USERNAME": "poisoned@example.org",
    "LABEL_STUDIO_PASSWORD": "poisoned",
    "STORAGE_TYPE": "s3",
    "DEBUG": "true",
    "PYTHONPATH": "/poisoned",
    "PGPASSWORD": "poisoned",
    "A_VARIABLE_THAT_NOBODY_THOUGHT_OF": "poisoned",
}
GIVEN = {"PATH", "LD_LIBRARY_PATH", "LANG", "LANGUAGE", "TZ"}
OWN = {
    "AWS_CONFIG_FILE",
    "AWS_EC2_METADATA_DISABLED",
    "AWS_SHARED_CREDENTIALS_FILE",
    "BOTO_CONFIG",
    "COLLECT_ANALYTICS",
    "CORS_ALLOW_ALL_ORIGINS",
    "DEBUG",
    "DJANGO_SETTINGS_MODULE",
    "GIT_DIR",
    "FRONTEND_SENTRY_DSN",
    "HEDGEROW_KEY",
    "HEDGEROW_LISTEN",
    "HEDGEROW_LOG",
    "HEDGEROW_PROXIES",
    "HOME",
    "LABEL_STUDIO_BASE_DATA_DIR",
    "LABEL_STUDIO_DISABLE_SIGNUP_WITHOUT_LINK",
    "LABEL_STUDIO_DJANGO_DB",
    "LATEST_VERSION_CHECK",
    "LOCAL_FILES_DOCUMENT_ROOT",
    "LOCAL_FILES_SERVING_ENABLED",
    "NO_GCE_CHECK",
    "POLARS_MAX_THREADS",
    "POLARS_ENGINE_AFFINITY",
    "PYTHONSAFEPATH",
    "SENTRY_DSN",
    "TMPDIR",
}
KINDS = ["s3", "gcs", "azure", "redis", "localfiles"]


def has_no_poison(variables: dict[str, str]) -> bool:
    return not [value for value in variables.values() if "poison" in value.lower()]


@pytest.fixture(scope="module")
def poisoned(set_up: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that was started from a folder, a home and an environment full of what it must not use."""
    folder = tmp_path_factory.mktemp("started")
    home, work = folder / "home", folder / "work"
    keys = {
        home / ".aws" / "credentials": "[default]\naws_access_key_id = AKIAPOISONED\n",
        home / ".config" / "gcloud" / "application_default_credentials.json": '{"type": "authorized_user"}',
        work / "mydata" / "poisoned.txt": "poisoned",
        work / "label-studio-data" / "poisoned.txt": "poisoned",
    }
    for path, content in keys.items():
        path.parent.mkdir(parents=True)
        path.write_text(content, encoding="utf-8")
    server = Server(Path(shutil.copytree(set_up, folder / "state")))
    left = server.state / "home" / "mydata"
    left.mkdir(parents=True, exist_ok=True)
    server.log_path.touch()
    server.log_path.chmod(0o644)
    with (server.data_path / ".env").open("a", encoding="utf-8") as settings:
        settings.write("\nAWS_ACCESS_KEY_ID=AKIAPOISONED\nLABEL_STUDIO_LOCAL_FILES_SERVING_ENABLED=true\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(work)
        patch.setenv("HOME", str(home))
        for name, value in POISON.items():
            patch.setenv(name, value)
        server.up(["a1"], None, print)
        yield server
    server.down()


def account(server: Server, name: str) -> Account:
    known = server.secrets()
    assert known
    return known.admin if name == "admin" else known.annotators[name]


def ask(server: Server, name: str, method: str, path: str, **more: object) -> httpx.Response:
    """Asks with an account's token and with every right that a command has."""
    known = server.secrets()
    assert known
    headers = {"Authorization": f"Token {account(server, name).token}", KEY_HEADER: str(known.key)}
    return httpx.request(method, f"{server.url()}{path}", headers=headers, timeout=120, **more)  # type: ignore[arg-type]


def test_the_environment_of_every_process_is_the_known_list(poisoned: Server) -> None:
    first = poisoned.process()
    assert first
    for process in (first, *first.children(recursive=True)):
        variables = process.environ()
        assert {name for name in variables if not name.startswith("LC_")} - GIVEN == OWN
        assert has_no_poison(variables)
        written = {
            str(path.relative_to(variables["HOME"])) for path in Path(variables["HOME"]).rglob("*") if path.is_file()
        }
        assert written <= {".config/label-studio/user_id"}
        assert Path(process.cwd()) == Path(variables["HOME"]) == poisoned.state / "home"


def test_accounts_are_made_in_the_same_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = tmp_path / "seen.json"
    python = tmp_path / "python"
    python.write_text(
        f"#!{sys.executable} -I\nimport json, os\n"
        f"open({str(seen)!r}, 'w').write(json.dumps([os.getcwd(), dict(os.environ)]))\nprint('{{}}')\n",
        encoding="utf-8",
    )
    python.chmod(0o700)
    for name, value in POISON.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "executable", str(python))
    with pytest.raises(Exception, match="ended while starting"):
        Server(tmp_path / "state").up(["a1"], None, print)
    folder, variables = json.loads(seen.read_text(encoding="utf-8"))
    assert {name for name in variables if not name.startswith("LC_")} - GIVEN == OWN
    assert has_no_poison(variables)
    assert folder == str(tmp_path / "state" / "home")


def test_for_postgresql_there_are_libpqs_variables_and_the_files_of_the_real_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".pgpass").write_text("127.0.0.1:*:*:hedgerow:word", encoding="utf-8")
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").touch()
    monkeypatch.setenv("HOME", str(tmp_path))
    given = {"PGPASSWORD": "word", "PGSSLMODE": "verify-full", "PG_POISON": "poison", "PGADMIN_KEY": "poison"}
    url = "postgresql://hedgerow@127.0.0.1/hedgerow"
    folders = Folders(tmp_path / "data", tmp_path / "own", tmp_path / "tmp", None)
    variables = environment(given, folders, "key", url, Network())
    assert variables.keys() - OWN == {"PGPASSWORD", "PGSSLMODE", "PGPASSFILE", "PGSSLROOTCERT", "HEDGEROW_DATABASE"}
    assert variables["PGPASSFILE"] == str(tmp_path / ".pgpass")
    assert variables["PGSSLROOTCERT"] == str(tmp_path / ".postgresql" / "root.crt")
    assert has_no_poison(variables)


@pytest.mark.parametrize("name", ["a1", "admin"])
def test_no_storage_can_be_used(poisoned: Server, name: str) -> None:
    project = ask(poisoned, name, "POST", "/api/projects/", json={"title": "storages"}).json()["id"]
    body = {"project": project, "bucket": "b", "path": str(poisoned.state), "prefix": "x", "container": "c"}
    made = [f"/api/storages/{kind}/" for kind in KINDS] + [f"/api/storages/export/{kind}" for kind in KINDS]
    paths = [f"{path.rstrip('/')}{end}" for path in made for end in ("/validate", "/1/sync")]
    answers = {path: ask(poisoned, name, "POST", path, json=body).status_code for path in (*made, *paths)}
    assert set(answers.values()) == {403}, answers


@pytest.mark.parametrize("name", ["a1", "admin"])
@pytest.mark.parametrize(
    "path",
    ["/data/local-files/?d=poisoned.txt", "/data/upload/1/x.txt", "/storage-data/uploaded/?filepath=x"],
)
def test_no_file_is_served_and_nothing_else_is_called(poisoned: Server, name: str, path: str) -> None:
    assert ask(poisoned, name, "GET", path).status_code == 403


def test_webhooks_are_off(poisoned: Server) -> None:
    hook = {"url": "http://127.0.0.1:9/", "send_for_all_actions": True}
    assert ask(poisoned, "admin", "POST", "/api/webhooks/", json=hook).status_code == 403


def test_a_request_makes_the_server_call_nobody(poisoned: Server) -> None:
    """An import by address would be Label Studio's own way out."""
    project = ask(poisoned, "admin", "POST", "/api/projects/", json={"title": "by address"}).json()["id"]
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/tasks.json"
        answer = ask(poisoned, "admin", "POST", f"/api/projects/{project}/import", data={"url": address})
        assert answer.status_code == 403
        with pytest.raises(BlockingIOError):
            listening.accept()


def test_the_log_names_no_token_password_or_session(poisoned: Server) -> None:
    server, a1 = poisoned, account(poisoned, "a1")
    secret = "inVitationTokenOfSomebody"
    with httpx.Client(base_url=str(server.url()), follow_redirects=True, timeout=120) as web:
        page = web.get(f"/user/signup/?token={secret}")
        form = {"csrfmiddlewaretoken": _token_in(page.text), "email": "x@example.org", "password": secret}
        web.post(f"/user/signup/?token={secret}", data=form, headers={"Referer": str(page.url)})
        page = web.get("/user/login/", params={"next": f"/?password={a1.password}"})
        form = {"csrfmiddlewaretoken": _token_in(page.text), "email": a1.email, "password": a1.password}
        web.post("/user/login/", data=form, headers={"Referer": str(page.url)})
        session = web.cookies["sessionid"]
        web.get("/projects/", params={"sessionid": session})
        web.get("/nowhere", params={"token": a1.token})
    ask(server, "a1", "GET", f"/api/projects/?token={a1.token}&password={a1.password}")
    ask(server, "a1", "GET", f"/trigger500/?token={a1.token}")
    ask(server, "a1", "POST", "/api/projects/?sessionid=" + session, content=a1.token.encode())
    _say_what_is_no_request(server, f"Authorization: Token {a1.token}")
    known = server.secrets()
    assert known
    assert known.key
    accounts = (known.admin, *known.annotators.values())
    log = server.log_path.read_text(encoding="utf-8")
    assert '"GET /user/signup/ HTTP/1.1"' in log
    assert not [
        word
        for word in (
            secret,
            session,
            known.key,
            *(part for account in accounts for part in (account.password, account.token)),
        )
        if word in log
    ]
    assert stat.S_IMODE(server.log_path.stat().st_mode) == 0o600


def _token_in(page: str) -> str:
    match = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    return match[1] if match else ""


def _say_what_is_no_request(server: Server, line: str) -> None:
    known = server.secrets()
    assert known
    with socket.create_connection(("127.0.0.1", known.port)) as connection:
        connection.sendall(f"{line}\r\n\r\n".encode())
        connection.recv(1000)


@pytest.mark.parametrize(
    ("logger", "line"),
    [
        ("gunicorn.access", '"GET /user/signup/?token=opensesame HTTP/1.1" 403 12'),
        ("gunicorn.access", "code 400, message Bad request syntax ('opensesame')"),
        ("django.request", "Forbidden: /user/signup/?token=opensesame"),
        ("x", "Key (token)=(opensesame) already exists"),
        ("x", "{'password': 'opensesame', 'email': 'a1'}"),
        ("x", 'sessionid=opensesame; csrftoken="opensesame"'),
        ("x", "Authorization: Token opensesame"),
        ("x", "key 0123456789abcdef0123456789abcdef01234567"),
        ("x", "eyJhbGciOi.eyJ0b2tlbiI.c2lnbmF0dXJl"),
    ],
)
def test_secrets_are_taken_out_of_every_line(logger: str, line: str) -> None:
    error = None if logger == "gunicorn.access" else (ValueError, ValueError(line), None)
    record = logging.LogRecord(logger, logging.WARNING, "x.py", 1, "%s", (line,), error)
    assert Discreet().filter(record)
    formatted = logging.Formatter().format(record)
    for secret in ("opensesame", "0123456789abcdef", "eyJ0b2tlbiI"):
        assert secret not in formatted


CALLING = """
import socket, sys, threading
from annotation.embedded.inside.outgoing import refuse_calls
def call():
    probe, there, failed = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), ("127.0.0.1", 9), []
    for way in (
        lambda: probe.connect(there), lambda: probe.connect_ex(there), lambda: probe.sendto(b"", there),
        lambda: probe.sendmsg([b""], [], 0, there), lambda: socket.create_connection(there, 1),
        lambda: socket.getaddrinfo("127.0.0.1", 9), lambda: socket.gethostbyname("127.0.0.1"),
        lambda: socket.gethostbyname_ex("127.0.0.1"), lambda: socket.gethostbyaddr("127.0.0.1"),
    ):
        try:
            way()
        except PermissionError:
            failed.append(True)
        except OSError:
            failed.append(False)
        else:
            failed.append(False)
    socket.getaddrinfo("localhost", 9)
    print(failed.count(True), len(failed))
refuse_calls(["localhost"])
for thread in (threading.Thread(target=call), threading.Thread(target=call)):
    thread.start()
    thread.join()
call()
"""


def test_only_the_main_thread_can_call_in_any_way() -> None:
    done = subprocess.run([sys.executable, "-c", CALLING], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:3] == ["9 9", "9 9", "0 9"]
