"""Requests behind a reverse proxy: which forwarding headers are believed, and pages under a path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from display.server.proxies import FORWARDED, PEER, PREFIX, ProxyMiddleware
from monitor.config import Server
from monitor.store import Store, open_store
from tests.access_setup import client_behind_any_proxy
from tests.fake_site import app_for, config, judged, working_status
from tests.fakes import FakeClock

PROXY, NEAR_PROXY, STRANGER = "10.0.0.7", "10.0.0.8", "203.0.113.9"
NAME = "wallflower.example"
FORWARDED_HEADERS = {
    "X-Forwarded-For": STRANGER,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": NAME,
    "X-Forwarded-Prefix": "/listening",
}


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    settings = config(tmp_path)
    store = open_store(settings.database_url)
    store.register_brands(settings.brands, clock.now())
    posts = [judged(f"Acme number {n}.", external_id=f"p{n}") for n in range(60)]
    store.save("Forum", posts, now=clock.now(), status=working_status(clock.now()))
    yield store
    store.close()


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: FakeClock) -> Flask:
    server = Server(hosts=(NAME,), proxies=(ip_network("10.0.0.0/24"),))
    app = app_for(replace(config(tmp_path), server=server), store, clock)
    app.add_url_rule("/echo", "echo", echo)
    return app


@pytest.fixture
def client(app: Flask, store: Store, clock: FakeClock) -> FlaskClient:
    return client_behind_any_proxy(app, store, clock)


def echo() -> dict[str, object]:
    """What the app believes about its request."""
    forwarding = [name for name in request.environ if "FORWARDED" in name and name.startswith("HTTP_")]
    return {
        "address": request.remote_addr,
        "secure": request.is_secure,
        "host": request.host,
        "root": request.script_root,
        "path": request.path,
        "headers": forwarding,
        "forwarded": request.environ[FORWARDED],
        "peer": request.environ[PEER],
    }


def believed(client: FlaskClient, peer: str, headers: dict[str, str], path: str = "/echo") -> dict[str, object]:
    """What the app believes about a request with ``headers`` that comes from ``peer``."""
    answer = client.get(path, headers={"Host": "localhost", **headers}, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == 200, answer.text
    assert isinstance(answer.json, dict)
    return answer.json


@pytest.mark.parametrize("peer", [PROXY, f"::ffff:{PROXY}"])
def test_the_headers_of_a_configured_proxy_are_believed(client: FlaskClient, peer: str) -> None:
    assert believed(client, peer, FORWARDED_HEADERS) == {
        "address": STRANGER,
        "secure": True,
        "host": NAME,
        "root": "/listening",
        "path": "/echo",
        "headers": [],
        "forwarded": True,
        "peer": peer,
    }


@pytest.mark.parametrize("peer", [STRANGER, "127.0.0.1", "10.0.1.7", "", "unix:"])
def test_the_headers_of_anybody_else_are_removed(
    client: FlaskClient, peer: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        found = believed(client, peer, {**FORWARDED_HEADERS, "Forwarded": f"host={NAME};proto=https"})
    assert (found["address"], found["secure"], found["host"], found["root"]) == (peer, False, "localhost", "")
    assert (found["headers"], found["forwarded"]) == ([], True)
    assert caplog.text.count("`proxies` in [server]") == 1, "reported once"


def test_a_request_without_such_headers_is_not_reported(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    assert believed(client, STRANGER, {})["forwarded"] is False
    assert caplog.text == ""


@pytest.mark.parametrize(
    ("forwarded_for", "address"),
    [
        (f"8.8.8.8, {STRANGER}", STRANGER),
        (f"8.8.8.8, {STRANGER}, {NEAR_PROXY}", STRANGER),
        (f"{NEAR_PROXY}, {NEAR_PROXY}", NEAR_PROXY),
        (", ".join([STRANGER] + [NEAR_PROXY] * 30), NEAR_PROXY),
        ("not an address", PROXY),
        ("", PROXY),
    ],
)
def test_the_client_is_the_last_address_that_is_not_a_proxy(
    client: FlaskClient, forwarded_for: str, address: str
) -> None:
    """What stands before it was written by the client."""
    assert believed(client, PROXY, {"X-Forwarded-For": forwarded_for})["address"] == address


@pytest.mark.parametrize(
    "prefix", ["//evil.example", "/\\evil.example", "https://evil.example", "/..", "/a/../b", "/a b"]
)
def test_a_prefix_cannot_lead_to_another_site(client: FlaskClient, prefix: str) -> None:
    """Some proxies pass on what a client sent, unless they are told to replace it."""
    headers = {**FORWARDED_HEADERS, "X-Forwarded-Prefix": prefix}
    assert believed(client, PROXY, headers)["root"] == ""
    answer = client.get("/", headers=headers, environ_base={"REMOTE_ADDR": PROXY})
    assert answer.headers["Location"] == "/mentions"


@given(st.text(alphabet="/\\.:@a%~ \t?#", max_size=12))
def test_no_prefix_leads_to_another_site(prefix: str) -> None:
    if PREFIX.fullmatch(prefix):
        assert urlsplit(urljoin("https://here.example/x", f"{prefix}/mentions")).netloc == "here.example"


def test_a_scheme_other_than_http_is_ignored(client: FlaskClient) -> None:
    assert believed(client, PROXY, {"X-Forwarded-Proto": "javascript"})["secure"] is False


def test_a_proxy_may_leave_the_prefix_in_the_path(client: FlaskClient) -> None:
    assert believed(client, PROXY, FORWARDED_HEADERS, "/listening/echo")["path"] == "/echo"


def test_a_forwarded_host_must_be_configured(client: FlaskClient) -> None:
    headers = {**FORWARDED_HEADERS, "X-Forwarded-Host": "evil.example"}
    assert client.get("/echo", headers=headers, environ_base={"REMOTE_ADDR": PROXY}).status_code == 400


@pytest.mark.parametrize("peer", ["127.0.0.1", STRANGER, PROXY])
@pytest.mark.parametrize("path", ["/socket.io/?EIO=4&transport=websocket", "/sources/Forum/pause"])
def test_a_forged_host_lets_no_foreign_origin_through(client: FlaskClient, peer: str, path: str) -> None:
    """python-engineio accepts an Origin that equals X-Forwarded-Host, whoever sent it."""
    headers = {"Origin": "https://evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"}
    answer = client.open(
        path,
        method="GET" if "socket" in path else "POST",
        headers={"Host": "localhost", "Connection": "Upgrade", "Upgrade": "websocket", **headers},
        environ_base={"REMOTE_ADDR": peer},
    )
    assert answer.status_code in (400, 403)


def test_an_origin_behind_the_proxy_may_write_and_connect(client: FlaskClient) -> None:
    headers = {**FORWARDED_HEADERS, "Origin": f"https://{NAME}"}
    done = client.post("/sources/Forum/pause", headers=headers, environ_base={"REMOTE_ADDR": PROXY})
    assert (done.status_code, done.headers["Location"][:19]) == (303, "/listening/sources#")
    plain = client.get("/socket.io/?EIO=4&transport=websocket", headers=headers, environ_base={"REMOTE_ADDR": PROXY})
    assert plain.status_code == 400, "a request of an allowed origin reaches engineio, which wants a WebSocket"
    assert plain.headers["Access-Control-Allow-Origin"] == f"https://{NAME}"


# Pages under a path


class Links(HTMLParser):
    """Every URL in a page that leads to this site."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src", "action", "formaction", "data-count-url", "data-first-page-url") and value:
                self.found.append(value)


@pytest.mark.parametrize(
    "path", ["/mentions", "/mentions?q=nothing", "/mentions?source=none", "/mentions/1", "/sources"]
)
def test_every_link_stays_under_the_path(client: FlaskClient, path: str) -> None:
    """Follows the links of a page, and their links, until every kind of page was seen."""
    pages, seen = [f"/listening{path}"], set()
    while pages:
        page = pages.pop()
        answer = client.get(page, headers=FORWARDED_HEADERS, environ_base={"REMOTE_ADDR": PROXY})
        assert answer.status_code in (200, 204, 303, 400, 404, 405), f"{page}: {answer.status_code}"
        if answer.mimetype != "text/html":
            continue
        for link in [*Links(answer.text).found, *filter(None, [answer.headers.get("Location")])]:
            if link.startswith("#") or re.match(r"https?://", link):
                continue
            assert link.startswith("/listening/"), f"{link} on {page}"
            kind = re.sub(r"[0-9]+|\?.*|#.*", "", link)
            if kind not in seen:
                seen.add(kind)
                pages.append(link)
    assert {"/listening/mentions", "/listening/sources", "/listening/wall"} <= seen


def test_the_front_end_learns_the_path(client: FlaskClient) -> None:
    for path in ("/mentions", "/wall"):
        answer = client.get(path, headers=FORWARDED_HEADERS, environ_base={"REMOTE_ADDR": PROXY})
        if answer.status_code == 303:
            answer = client.get(
                answer.headers["Location"], headers=FORWARDED_HEADERS, environ_base={"REMOTE_ADDR": PROXY}
            )
        assert 'data-root="/listening"' in answer.text


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_header_of_a_proxy_makes_the_middleware_fail(forwarded_for: str, proto: str, prefix: str) -> None:
    def app(environ: object, start_response: object) -> list[bytes]:
        return []

    environ = {
        "REMOTE_ADDR": PROXY,
        "wsgi.url_scheme": "http",
        "HTTP_HOST": "localhost",
        "PATH_INFO": "/",
        "HTTP_X_FORWARDED_FOR": forwarded_for,
        "HTTP_X_FORWARDED_PROTO": proto,
        "HTTP_X_FORWARDED_PREFIX": prefix,
    }
    assert ProxyMiddleware(app, (ip_network("10.0.0.0/24"),))(environ, lambda *_: lambda _: None) == []  # type: ignore[arg-type,return-value]
