"""Canaries in place of every secret: none may appear in log, database, exports, metrics, pages or commands.

The sites that are read and the people who sign in are hostile or clumsy: sites repeat every key in their answers and
errors, and keys are sent to the wrong place.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import pytest
from click.testing import CliRunner

from display.cli.main import cli
from tests.config_text import config_text, feed, table, webhook, without_model
from tests.run_process import ROOT, Running, until

BUG = """
from itertools import count
from monitor.http.adapter import GuardAdapter

send, number = GuardAdapter.send, count()

def send_with_a_bug(self, request, *args, **kwargs):
    if next(number) % 2:
        raise RuntimeError(f"a bug, with {request.method} {request.url} {dict(request.headers)!r} {request.headers}")
    return send(self, request, *args, **kwargs)

GuardAdapter.send = send_with_a_bug
"""
"""Put into sitecustomize.py: every second request ends with an error that quotes all of it."""


def canary(number: int) -> str:
    return f"c4nary{number:02}x7Qz9Kd2Lm5"


IN_ENVIRONMENT, IN_FILE, IN_CREDENTIALS, IN_ADDRESS, IN_QUERY = map(canary, range(5))
COOKIE, BEARER, SIGNATURE, PASSWORD, WRONG_PASSWORD, PATH_TOKEN, BASIC = map(canary, range(10, 17))
EVERY = [IN_ENVIRONMENT, IN_FILE, IN_CREDENTIALS, IN_ADDRESS, IN_QUERY]
EVERY += [COOKIE, BEARER, SIGNATURE, PASSWORD, WRONG_PASSWORD, PATH_TOKEN, BASIC]
PAGES = (
    "/mentions",
    "/mentions.csv",
    "/mentions.json",
    "/sources",
    "/metrics",
    "/healthz",
    "/readyz",
    "/wall",
    "/login",
)
NAMES = ("Secret feed", "Query feed", "Issues", "Videos")
MARK = re.compile(rb"c4nary\d\d", re.IGNORECASE)


class EchoingSite(BaseHTTPRequestHandler):
    """Repeats the request, with its keys, in the errors and posts that it answers with."""

    def do_GET(self) -> None:
        said = f"{self.path} {self.headers!s}".replace("\r\n", " ").replace("\n", " ")
        kinds = self.server.answers  # type: ignore[attr-defined]
        number = next(kinds)
        if number % 4 == 0:
            self._answer(500, "text/plain", f"Exception: bad request {said}")
        elif number % 4 == 1:
            self._answer(401, "application/json", json.dumps({"error": {"message": f"Bad credentials {said}"}}))
        elif number % 4 == 2:
            self._answer(200, "application/rss+xml", f"<rss><channel><item>acme {said} & broken")
        else:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/moved{self.path}")  # type: ignore[attr-defined]
            self.end_headers()

    def _answer(self, status: int, content_type: str, body: str) -> None:
        encoded = body.encode()
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(encoded)))
            self.end_headers()
            self.wfile.write(encoded)

    def log_message(self, *_: Any) -> None: ...


class Attacked(NamedTuple):
    """A program that has been given every canary, and has stopped."""

    run: Running
    pages: dict[str, bytes]
    """What each request was answered: status, headers and body."""
    session: str
    """The cookie of a person who signed in."""
    token: str
    """An API token of that person."""
    environment: dict[str, str]


def command(attacked_run: Running, environment: dict[str, str], line: str, input: str = "") -> str:
    """The output of a command, whether it succeeds or not."""
    arguments = [*line.split(), "--config", str(attacked_run.config)]
    result = CliRunner().invoke(cli, arguments, input=input, env=environment)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.output


def request(port: int, method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    """Everything that the server answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        response = connection.getresponse()
        return f"{response.status} {response.headers}".encode() + response.read()
    finally:
        connection.close()


def sources(site: int) -> tuple[str, ...]:
    """A source for each kind of secret."""
    url = f"http://127.0.0.1:{site}"
    return (
        table("sources", kind="feed", name="Secret feed", secret="FEED_ADDRESS", every="1s"),
        feed("Query feed", f"{url}/query/feed.xml?token={IN_QUERY}"),
        table("sources", kind="github", name="Issues", token="ISSUES_TOKEN", api=f"{url}/github", every="1s"),
        table("sources", kind="youtube", name="Videos", key="VIDEO_KEY", api=f"{url}/youtube", every="1s"),
        webhook("Shop", "SHOP_SECRET"),
    )


def secrets_of(folder: Path, site: int) -> dict[str, str]:
    """An environment with a secret in each place that one can be in."""
    credentials = folder / "credentials"
    credentials.mkdir()
    (credentials / "VIDEO_KEY").write_text(f"{IN_CREDENTIALS}\n")
    (folder / "token").write_text(IN_FILE)
    (folder / "sitecustomize.py").write_text(BUG)
    return {
        **os.environ,
        "PYTHONPATH": f"{folder}:{ROOT}",
        "SHOP_SECRET": IN_ENVIRONMENT,
        "ISSUES_TOKEN_FILE": str(folder / "token"),
        "CREDENTIALS_DIRECTORY": str(credentials),
        "FEED_ADDRESS": f"http://127.0.0.1:{site}/private/{IN_ADDRESS}/feed.xml",
    }


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("canaries")
    site: Any = ThreadingHTTPServer(("127.0.0.1", 0), EchoingSite)
    site.daemon_threads, site.answers = True, iter(range(1_000_000))
    threading.Thread(target=site.serve_forever, daemon=True).start()
    run = Running(folder, site.server_port)
    run.config.write_text(config_text(run.port, *sources(site.server_port), without_model(), site=site.server_port))
    environment = secrets_of(folder, site.server_port)
    run.start(env=environment)
    try:
        pages = _attack(run, environment)
        yield Attacked(run, pages, *_sign_in(run, pages), environment)
    finally:
        run.kill()
        site.shutdown()
        site.server_close()


def _attack(run: Running, environment: dict[str, str]) -> dict[str, bytes]:
    """Send canaries wherever one can be sent, then read everything that can be read."""
    leaks = {
        "Cookie": f"session={COOKIE}; wallflower={COOKIE}",
        "Authorization": f"Bearer {BEARER}",
        "X-Hub-Signature-256": f"sha256={SIGNATURE}",
    }
    basic = {"Authorization": f"Basic {b64encode(f'admin:{BASIC}'.encode()).decode()}"}
    until(lambda: all(f" {name}: " in run.output() for name in NAMES) and "a bug, with" in run.output(), run.output)
    pages: dict[str, bytes] = {}
    for path in (
        "/mentions",
        "/mentions.csv",
        "/mentions.json",
        "/sources",
        "/metrics",
        "/healthz",
        "/readyz",
        "/wall",
    ):
        pages[path] = request(run.port, "GET", path)
        pages[f"{path} with secrets"] = request(run.port, "GET", path, **leaks)
        pages[f"{path} with a password"] = request(run.port, "GET", path, **basic)
    pages["missing"] = request(run.port, "GET", f"/nowhere/{PATH_TOKEN}", **leaks)
    pages["bad request"] = request(run.port, "GET", "/mentions?from=never", **leaks)
    pages["delivery"] = request(run.port, "POST", "/in/Shop", b'{"posts": []}', **leaks)
    pages["delivery to nobody"] = request(run.port, "POST", f"/in/{quote('No shop')}", b"{}", **leaks)
    pages["socket"] = request(run.port, "GET", "/socket.io/?EIO=4&transport=websocket", **leaks)
    command(run, environment, "user add dana", input=f"{PASSWORD}\n")
    form = urlencode({"name": "dana", "password": WRONG_PASSWORD}).encode()
    form_headers = {"Content-Type": "application/x-www-form-urlencoded"}
    pages["wrong password"] = request(run.port, "POST", "/login", form, **form_headers)
    return pages


def _sign_in(run: Running, pages: dict[str, bytes]) -> tuple[str, str]:
    """Sign in, create an API token and use both; return them."""
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = request(run.port, "POST", "/login", urlencode({"name": "dana", "password": PASSWORD}).encode(), **form)
    session = re.search(rb"wallflower_session=([\w-]{43})", answer)
    assert session, answer[:500]
    cookie = {"Cookie": f"wallflower_session={session[1].decode()}"}
    answer = request(run.port, "POST", "/account/tokens", b"token_name=Prometheus&days=90", **form, **cookie)
    token = re.search(rb"wfl_[\w-]{43}", answer)
    assert token, answer[:500]
    for path in (*PAGES, "/account", "/nowhere"):
        pages[f"{path} of a person"] = request(run.port, "GET", path, **cookie)
        pages[f"{path} with a token"] = request(run.port, "GET", path, Authorization=f"Bearer {token[0].decode()}")
    return session[1].decode(), token[0].decode()


def appearances(where: str, content: bytes | str, *others: str) -> list[str]:
    """Where canaries and ``others`` appear, plain or as in a header of HTTP's basic authentication."""
    data = content if isinstance(content, bytes) else content.encode()
    around = [(max(0, match.start() - 80), match.end() + 20) for match in MARK.finditer(data)]
    found = [f"{where}: …{data[start:end]!r}" for start, end in around]
    for value in EVERY:
        if b64encode(f"admin:{value}".encode()) in data:
            found.append(f"{where}: {value} in Base64")
    found += [f"{where}: {other}" for other in others if other.encode() in data]
    return found[:5]


def test_the_canaries_reached_the_program(attacked: Attacked) -> None:
    """Otherwise the other tests would show nothing."""
    page = attacked.pages["/sources"].decode()
    assert all(name in page for name in NAMES)
    assert "dana" in command(attacked.run, attacked.environment, "user list")
    assert attacked.pages["wrong password"].startswith(b"4"), attacked.pages["wrong password"][:300]
    assert attacked.pages["delivery"].startswith(b"401")


def test_no_secret_is_in_a_page_an_export_or_the_metrics(attacked: Attacked) -> None:
    secrets = attacked.session, attacked.token
    assert [found for name, content in attacked.pages.items() for found in appearances(name, content, *secrets)] == []


def test_metrics_open_to_an_api_token_and_to_no_stranger(attacked: Attacked) -> None:
    assert attacked.pages["/metrics with a token"].startswith(b"200")
    assert b"wallflower_build_info" in attacked.pages["/metrics with a token"]
    assert request(attacked.run.port, "GET", "/metrics").startswith((b"303", b"401"))
    assert request(attacked.run.port, "GET", "/metrics", Authorization=f"Bearer {BEARER}").startswith(b"401")


def test_no_secret_is_in_the_log(attacked: Attacked) -> None:
    log = attacked.run.output()
    assert "WARNING" in log
    assert "Traceback" in log
    assert "a bug, with GET" in log
    assert appearances("log", log, attacked.session, attacked.token) == []


@pytest.mark.parametrize(
    "line", ["sources", "sources --json", "export", "check", "doctor", "doctor --json", "user list"]
)
def test_no_secret_is_in_the_output_of_a_command(attacked: Attacked, line: str) -> None:
    output = command(attacked.run, attacked.environment, line)
    assert output
    assert appearances(line, output, attacked.session, attacked.token) == []


def test_no_secret_is_in_the_data_folder_after_a_kill(attacked: Attacked) -> None:
    assert attacked.run.process
    os.killpg(attacked.run.process.pid, signal.SIGKILL)
    attacked.run.process.wait(20)
    files = [file for file in (attacked.run.folder / "data").rglob("*") if file.is_file()]
    assert any(file.name.endswith("-wal") for file in files)
    secrets = attacked.session, attacked.token
    assert [found for file in files for found in appearances(file.name, file.read_bytes(), *secrets)] == []
