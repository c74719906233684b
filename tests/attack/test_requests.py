"""Requests that a browser would never send by itself: other sites, other hosts, invalid and oversized ones."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from urllib.parse import urljoin, urlsplit

import pytest

from tests.attack.running_server import SECRET, RunningServer

UPGRADE = (
    "GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {host}\r\n"
    "Connection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n{headers}\r\n"
)
SECURITY_HEADERS = (
    b"content-security-policy: default-src 'none'",
    b"x-content-type-options: nosniff",
    b"referrer-policy: no-referrer",
    b"x-frame-options: deny",
)
FORGED = [
    "Origin: https://evil.example\r\n",
    "Origin: https://evil.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n",
    "Origin: https://evil.example\r\nX_Forwarded_Host: evil.example\r\n",
    "Origin: http://localhost.evil.example\r\n",
    "Origin: null\r\n",
    "Sec-Fetch-Site: cross-site\r\n",
    "Sec-Fetch-Site: same-site\r\n",
]


def first_line(answer: bytes) -> str:
    return answer.partition(b"\r\n")[0].decode()


def upgrade(server: RunningServer, headers: str = "", host: str = "localhost") -> str:
    """The status line of the answer to a WebSocket handshake."""
    with server.connected(UPGRADE.format(host=host, headers=headers).encode()) as client:
        return first_line(client.recv(4096))


# Valid requests that few clients send


def test_requests_that_are_sent_without_waiting_are_answered_in_order(server: RunningServer) -> None:
    first = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
    answer = server.raw(first + first + b"GET /no-such HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 ([0-9]+)", answer) == [b"200", b"200", b"404"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_delivery_is_stored_also_from_a_client_that_asks_first(server: RunningServer, chunked: bool) -> None:
    posts = [{"id": f"large {n} {chunked}", "text": "Acme " + "word " * 150} for n in range(900)]
    body = json.dumps({"posts": posts}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    head = f"POST /in/Forum HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nExpect: 100-continue\r\n{length}\r\n"
    with server.connected(f"{head}X-Hub-Signature-256: sha256={signature}\r\n\r\n".encode()) as client:
        assert client.recv(4096) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)
        answer = b""
        while piece := client.recv(4096):
            answer += piece
    assert b" 202 " in answer, answer
    assert b'"posts":900' in answer


# Other sites and hosts


def test_our_own_pages_may_connect_and_write(server: RunningServer) -> None:
    assert " 101 " in upgrade(server, f"Origin: http://localhost:{server.port}\r\n", f"localhost:{server.port}")
    own = {"Host": f"localhost:{server.port}", "Origin": f"http://localhost:{server.port}"}
    assert server.status("/sources/Forum/resume", "POST", own) == 303


@pytest.mark.parametrize("headers", FORGED)
def test_another_site_gets_no_live_connection(server: RunningServer, headers: str) -> None:
    assert " 403 " in upgrade(server, headers)


@pytest.mark.parametrize("headers", FORGED)
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_another_site_changes_nothing(server: RunningServer, headers: str, method: str) -> None:
    request = f"{method} /sources/Forum/pause HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}"
    answer = server.raw(f"{request}Content-Length: 0\r\n\r\n".encode())
    assert " 403 " in first_line(answer)


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "evil.example:80", "[::2]", "localhost@e"])
def test_a_foreign_host_is_refused_for_everything(server: RunningServer, host: str) -> None:
    """Otherwise a site whose name resolves to this address could read the pages in a visitor's browser."""
    for path in ("/", "/wall", "/mentions", "/healthz", "/static/x.js", "/in/Forum", "/metrics"):
        assert server.status(path, headers={"Host": host}) == 400
    assert " 400 " in upgrade(server, host=host)


@pytest.mark.parametrize(
    "path",
    [
        "//evil.example",
        "//evil.example/%2f..",
        "/%2f%2fevil.example",
        "/\\evil.example",
        "/%5cevil.example",
        "/%09//evil.example",
        "/mentions/?q=x",
        "/mentions//evil.example",
        "/mentions?q=&brand=",
        "/wall/",
        "/wall//evil.example/",
        "/login?next=//evil.example",
        "/login?next=https://evil.example",
        "http://evil.example/mentions?q=acme",
    ],
)
def test_no_redirect_leads_to_another_site(server: RunningServer, path: str) -> None:
    response, _ = server.request(path, headers={"Host": "localhost"})
    location = urljoin("http://localhost/", response.headers.get("Location", ""))
    assert urlsplit(location).netloc == "localhost"
    assert not response.headers.get("Location", "").startswith(("//", "/\\"))


@pytest.mark.parametrize(
    "path",
    [
        "/static/../config.toml",
        "/static/%2e%2e/%2e%2e/config.toml",
        "/static/..%2f..%2f__init__.py",
        "/static/....//....//__init__.py",
        "/static//etc/passwd",
        "/static/%00",
        "/static/manifest.json",
        "/static/assets/../manifest.json",
    ],
)
def test_only_built_files_are_served(server: RunningServer, path: str) -> None:
    response, body = server.request(path)
    assert response.status in (404, 308), "308: a path with one slash instead of two"
    assert b"import" not in body


# Invalid and oversized requests


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n", 400),
        (b"get / HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 9_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(200)) + b"\r\n", 431),
        (b"POST /in/Forum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999\r\n\r\n", 413),
        (b"POST /in/Forum HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        (b"POST /in/Forum HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400),
    ],
)
def test_every_answer_to_an_invalid_request_has_the_security_headers(
    server: RunningServer, request_bytes: bytes, status: int
) -> None:
    answer = server.raw(request_bytes)
    assert f" {status} " in first_line(answer)
    head, _, body = answer.partition(b"\r\n\r\n")
    for header in SECURITY_HEADERS:
        assert header in head.lower()
    assert b"gunicorn" not in answer.lower()
    assert len(body) < 500, "it does not repeat what was sent"


@pytest.mark.parametrize("word", ["a", "ä"])
def test_a_search_of_10000_characters_is_told_the_limit(server: RunningServer, word: str) -> None:
    letters = 10_000 if word == "a" else 5_000
    response, body = server.request("/mentions?q=" + "".join(f"%{byte:02X}" for byte in word.encode()) * letters)
    assert response.status == 400
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert b"4,000" in body or b"4000" in body


@pytest.mark.parametrize("finished", [True, False])
def test_an_oversized_frame_is_cut_off(server: RunningServer, finished: bool) -> None:
    """An unfinished message of 400 MB once took 471 MB of memory."""
    before = server.worker().memory_info().rss
    with server.connected(UPGRADE.format(host="localhost", headers="").encode()) as client:
        assert b" 101 " in client.recv(4096)
        head = bytes([0x81 if finished else 0x01, 0xFF]) + (400 << 20).to_bytes(8, "big") + b"\0\0\0\0"
        client.sendall(head)
        with pytest.raises(ConnectionError):
            client.sendall(b"x" * (64 << 20))
    assert server.worker().memory_info().rss - before < 50 << 20
    assert server.status("/healthz") == 200
