"""Guarded connections: unusual responses, closed sockets, redirects, certificates and addresses."""

from __future__ import annotations

import ipaddress
import socket
from pathlib import Path

import pytest
import urllib3

from monitor.clock import Clock
from monitor.errors import SourceError
from monitor.http import Http
from monitor.http.connections import Guard
from tests.certificates import Certificate, generate_certificate
from tests.fake_server import Connection, Server, http_for, serving

UNCHANGED = b"HTTP/1.1 304 Not Modified\r\n"


@pytest.mark.parametrize(
    ("head", "headers"),
    [
        (
            UNCHANGED + b'ETag: "1"\r\nVary: a\r\nvary: b\r\nEmpty:\r\nExpires:  0 \r\n\r\n',
            {"etag": '"1"', "vary": "a, b"},
        ),
        (UNCHANGED + b"\r\n", {}),
        (b"HTTP/1.1 304\r\nContent-Length: 7\r\n\r\n", {"content-length": "7"}),
        (b"HTTP/1.0 304 Not Modified\r\nETag: 1\r\n\r\nignored", {"etag": "1"}),
        (b"HTTP/1.1 304 Not Modified\nETag: 1\n\n", {"etag": "1"}),
        (UNCHANGED + b"X: " + b"x" * 20_000 + b"\r\n\r\n", {"x": "x" * 20_000}),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + UNCHANGED + b"ETag: 1\r\n\r\n", {"etag": "1"}),
    ],
)
def test_a_304_is_read_in_every_valid_form(head: bytes, headers: dict[str, str]) -> None:
    with serving(lambda conn: conn.send(head)) as server:
        response = http_for(server).get(server.url + "/feed")
    assert (response.status, response.body) == (304, b"")
    assert {name: response.headers[name] for name in headers} == headers


def test_a_304_that_arrives_in_pieces_is_read_to_its_end() -> None:
    with serving(lambda conn: conn.drip(UNCHANGED + b"ETag: 1\r\n\r\n", 0.001)) as server:
        answer = http_for(server).get(server.url + "/feed")
        assert (answer.status, answer.headers["etag"]) == (304, "1")


def test_an_empty_response_is_an_error() -> None:
    with serving(lambda conn: conn.send(b"")) as server, pytest.raises(SourceError, match="closed the connection"):
        http_for(server).get(server.url)


@pytest.mark.parametrize("value", ["one\r\nX-Other: two", "one\nX-Other: two", "one\r", "\N{SNOWMAN}"])
def test_a_header_with_control_or_non_latin_characters_is_not_sent(value: str) -> None:
    with serving() as server:
        with pytest.raises(SourceError):
            http_for(server).get(server.url, headers={"If-None-Match": value})
        assert server.requests == []


def test_a_folded_header_is_unfolded() -> None:
    raw = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nCache-Control: max-age=60,\r\n\tpublic\r\nContent-Length: 2\r\n\r\nhi'
    with serving(lambda conn: conn.send(raw)) as server:
        assert http_for(server).get(server.url).headers["cache-control"] == "max-age=60, public"


@pytest.mark.parametrize(
    "raw",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6, 7\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\nhi",
    ],
)
def test_the_socket_of_an_unreadable_response_is_closed_at_once(raw: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[socket.socket] = []
    with serving(lambda conn: conn.send(raw)) as server:
        http = http_for(server)
        connect = http._guard.connect

        def recording_connect(host: str, port: int) -> socket.socket:
            opened.append(connect(host, port))
            return opened[-1]

        monkeypatch.setattr(http._guard, "connect", recording_connect)
        with pytest.raises(SourceError) as raised:
            http.get(server.url)
    assert [sock.fileno() for sock in opened] == [-1], raised  # while the exception still refers to it


def test_a_redirect_is_requested_once_with_the_same_headers() -> None:
    def script(conn: Connection) -> None:
        conn.answer(301 if conn.request.path == "/old" else 200, b"here", location="/new")

    with serving(script) as server:
        answer = http_for(server).get(server.url + "/old", headers={"X-Mine": "yes"})
        assert (answer.body, answer.moved_to) == (b"here", server.url + "/new")
        assert [(request.path, request.headers["x-mine"]) for request in server.requests] == [
            ("/old", "yes"),
            ("/new", "yes"),
        ]


def test_a_key_is_not_sent_to_another_host() -> None:
    with serving() as other:
        with serving(lambda conn: conn.answer(302, location=other.url + "/in")) as server:
            http_for(server, other).get(server.url + "/out", headers={"Authorization": "canary"})
        assert "authorization" not in other.requests[0].headers


def _serve_tls(server: Server, certificate: Certificate) -> Http:
    """Make ``server`` speak TLS with ``certificate``; returns an Http that may read it."""
    context = certificate.server

    def script(conn: Connection) -> None:
        with context.wrap_socket(conn.sock, server_side=True) as sock:
            sock.recv(65536)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    server.script, server.reads_requests = script, False
    return http_for(server)


def test_an_untrusted_certificate_is_refused(tmp_path: Path) -> None:
    with serving() as server:
        http = _serve_tls(server, generate_certificate(tmp_path))
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.get(f"https://{server.host}/")
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.session.get(f"https://{server.host}/", verify=False)


def test_a_certificate_is_valid_only_for_its_own_host(tmp_path: Path) -> None:
    right = generate_certificate(tmp_path / "right")
    wrong = generate_certificate(tmp_path / "wrong", "DNS:other.example")
    with serving() as server:
        http = right.trusted_by(_serve_tls(server, right))
        assert http.get(f"https://{server.host}/").body == b"hi"
        http = wrong.trusted_by(_serve_tls(server, wrong))
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.get(f"https://{server.host}/")


def test_options_of_a_connection_pool_cannot_weaken_the_certificate_check(tmp_path: Path) -> None:
    certificate = generate_certificate(tmp_path, "DNS:other.example")
    with serving() as server:
        http = certificate.trusted_by(_serve_tls(server, certificate))
        weak = {"assert_hostname": False, "cert_reqs": "CERT_NONE"}
        pool = http._adapter.poolmanager.connection_from_host("127.0.0.1", server.port, "https", pool_kwargs=weak)
        with pytest.raises(urllib3.exceptions.SSLError):
            pool.urlopen("GET", "/", retries=False)


@pytest.mark.parametrize("host", ["site.example", "site.example."])
def test_a_certificate_is_valid_for_its_alternative_name(tmp_path: Path, host: str) -> None:
    certificate = generate_certificate(tmp_path, "DNS:site.example", "site.test")
    with serving() as server:
        _serve_tls(server, certificate)
        http = certificate.trusted_by(Http(Clock(), ["site.example"], resolve=lambda host, port: ["127.0.0.1"]))
        assert http.get(f"https://{host}:{server.port}/").body == b"hi"


def test_the_common_name_of_a_certificate_is_ignored(tmp_path: Path) -> None:
    certificate = generate_certificate(tmp_path, "", "site.test")
    with serving() as server:
        _serve_tls(server, certificate)
        http = certificate.trusted_by(Http(Clock(), ["site.test"], resolve=lambda host, port: ["127.0.0.1"]))
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.get(f"https://site.test:{server.port}/")


def _link_local() -> str:
    """A link-local address of this machine, with its interface."""
    try:
        lines = Path("/proc/net/if_inet6").read_text().split("\n")
    except OSError:
        lines = []
    for address, _, _, scope, _, link in filter(None, map(str.split, lines)):
        if scope == "20":
            return f"{ipaddress.IPv6Address(bytes.fromhex(address))}%{link}"
    pytest.skip("this machine has no link-local address")


def test_an_allowed_host_may_have_a_link_local_address() -> None:
    address = _link_local()
    bind_to = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)[0][4]
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(bind_to)
        listener.listen()
        guard = Guard(lambda host, port: [address], frozenset(["nas.local"]), 5.0)
        with guard.connect("nas.local", listener.getsockname()[1]) as sock:
            assert sock.getpeername()[:2] == (address.partition("%")[0], listener.getsockname()[1])


def test_addresses_that_do_not_answer_are_skipped() -> None:
    with serving() as server:
        http = Http(Clock(), ["many.example"], resolve=lambda host, port: ["::1", "127.0.0.9", "127.0.0.1"])
        assert http.get(f"http://many.example:{server.port}/").status == 200
