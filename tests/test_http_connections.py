"""The responses that the guarded session reads or refuses, and the certificates that it verifies."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from monitor.clock import Clock
from monitor.errors import SourceError
from monitor.http import Http
from monitor.http.connections import Guard
from tests.certificates import trusting
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
    with serving(lambda line: line.send(head)) as server:
        response = http_for(server).get(server.url + "/feed")
    assert (response.status, response.body) == (304, b"")
    assert {name: response.headers[name] for name in headers} == headers


def test_a_304_that_comes_in_pieces_is_read_to_its_end() -> None:
    with serving(lambda line: line.drip(UNCHANGED + b"ETag: 1\r\n\r\n", 0.001)) as server:
        answer = http_for(server).get(server.url + "/feed")
        assert (answer.status, answer.headers["etag"]) == (304, "1")


def test_an_empty_answer_is_an_error() -> None:
    with serving(lambda line: line.send(b"")) as server, pytest.raises(SourceError, match="closed the connection"):
        http_for(server).get(server.url)


@pytest.mark.parametrize("value", ["one\r\nX-Other: two", "one\nX-Other: two", "one\r", "\N{SNOWMAN}"])
def test_a_header_with_control_or_non_latin_characters_is_not_sent(value: str) -> None:
    with serving() as server:
        with pytest.raises(SourceError):
            http_for(server).get(server.url, headers={"If-None-Match": value})
        assert server.requests == []


def test_a_folded_header_of_any_answer_is_one_line() -> None:
    said = b'HTTP/1.1 200 OK\r\nETag: "1"\r\nCache-Control: max-age=60,\r\n\tpublic\r\nContent-Length: 2\r\n\r\nhi'
    with serving(lambda line: line.send(said)) as server:
        assert http_for(server).get(server.url).headers["cache-control"] == "max-age=60, public"


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 6, 7\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 200 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\nhi",
    ],
)
def test_the_socket_of_an_answer_that_cannot_be_read_is_closed_at_once(
    said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[socket.socket] = []
    with serving(lambda line: line.send(said)) as server:
        http = http_for(server)
        connect = http._guard.connect

        def noted(host: str, port: int) -> socket.socket:
            opened.append(connect(host, port))
            return opened[-1]

        monkeypatch.setattr(http._guard, "connect", noted)
        with pytest.raises(SourceError) as raised:
            http.get(server.url)
    assert [sock.fileno() for sock in opened] == [-1], raised  # while what was raised is still at hand


def test_a_redirect_is_asked_for_once_and_sends_the_headers_on() -> None:
    def script(line: Connection) -> None:
        line.answer(301 if line.request.path == "/old" else 200, b"here", location="/new")

    with serving(script) as server:
        answer = http_for(server).get(server.url + "/old", headers={"X-Mine": "yes"})
        assert (answer.body, answer.moved_to) == (b"here", server.url + "/new")
        assert [(asked.path, asked.headers["x-mine"]) for asked in server.requests] == [
            ("/old", "yes"),
            ("/new", "yes"),
        ]


def test_a_key_does_not_travel_to_another_host() -> None:
    with serving() as other:
        with serving(lambda line: line.answer(302, location=other.url + "/in")) as server:
            http_for(server, other).get(server.url + "/out", headers={"Authorization": "canary"})
        assert "authorization" not in other.requests[0].headers


def _tls(folder: Path, name: str, common: str = "test") -> Path:
    """A certificate for ``name`` ('': for nothing but ``common``) that nobody vouches for, and its key, in one file."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    both = folder / "both.pem"
    ask = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={common}"]
    names = ["-addext", f"subjectAltName={name}"] if name else []
    files = [*names, "-keyout", str(folder / "key"), "-out", str(folder / "cert")]
    subprocess.run([*ask, *files], check=True, capture_output=True)
    both.write_text((folder / "key").read_text() + (folder / "cert").read_text())
    return both


def _speaking_tls(server: Server, certificate: Path) -> Http:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def script(line: Connection) -> None:
        with context.wrap_socket(line.sock, server_side=True) as sock:
            sock.recv(65536)
            sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    server.script, server.reads_requests = script, False
    return http_for(server)


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    with serving() as server:
        http = _speaking_tls(server, _tls(tmp_path, "IP:127.0.0.1"))
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.get(f"https://{server.host}/")
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.session.get(f"https://{server.host}/", verify=False)


def test_a_certificate_counts_only_for_the_host_it_names(tmp_path: Path) -> None:
    with serving() as server:
        (tmp_path / "mine").mkdir()
        right, wrong = _tls(tmp_path / "mine", "IP:127.0.0.1"), _tls(tmp_path, "DNS:other.example")
        http = _speaking_tls(server, right)
        trusting(http, right)
        assert http.get(f"https://{server.host}/").body == b"hi"
        http = _speaking_tls(server, wrong)
        trusting(http, wrong)
        with pytest.raises(SourceError, match="its certificate is not valid"):
            http.get(f"https://{server.host}/")


@pytest.mark.parametrize(("host", "secure"), [("site.example", True), ("site.example.", True), ("site.test", False)])
def test_a_name_counts_where_authorities_check_it(tmp_path: Path, host: str, secure: bool) -> None:
    certificate = _tls(tmp_path, "DNS:site.example" if secure else "", "site.test")
    with serving() as server:
        _speaking_tls(server, certificate)
        http = Http(Clock(), [host.rstrip(".")], resolve=lambda host, port: ["127.0.0.1"])
        trusting(http, certificate)
        if secure:
            assert http.get(f"https://{host}:{server.port}/").body == b"hi"
        else:
            with pytest.raises(SourceError, match="its certificate is not valid"):
                http.get(f"https://{host}:{server.port}/")


def _link_local() -> str:
    """An address of this machine that counts on one link only, with the name of that link."""
    try:
        lines = Path("/proc/net/if_inet6").read_text().split("\n")
    except OSError:
        lines = []
    for address, _, _, scope, _, link in filter(None, map(str.split, lines)):
        if scope == "20":
            return f"{ipaddress.IPv6Address(bytes.fromhex(address))}%{link}"
    pytest.skip("this machine has no address of one link")


def test_an_allowed_host_may_be_on_our_link() -> None:
    address = _link_local()
    place = socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM)[0][4]
    with socket.socket(socket.AF_INET6) as listener:
        listener.bind(place)
        listener.listen()
        guard = Guard(lambda host, port: [address], frozenset(["nas.local"]), 5.0)
        with guard.connect("nas.local", listener.getsockname()[1]) as sock:
            assert sock.getpeername()[:2] == (address.partition("%")[0], listener.getsockname()[1])


def test_addresses_that_do_not_answer_are_passed_over() -> None:
    with serving() as server:
        http = Http(Clock(), ["many.example"], resolve=lambda host, port: ["::1", "127.0.0.9", "127.0.0.1"])
        assert http.get(f"http://many.example:{server.port}/").status == 200
