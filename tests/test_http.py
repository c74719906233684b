"""The guarded session: which addresses it reads, its time and size limits, its error messages and rate limits."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import Clock
from monitor.errors import AuthError, BadResponse, Gone, RateLimited, Refused, SourceError, Stopped
from monitor.http import HostRateLimiter, Http, Limits, check_url, connections, redact, retry_after
from monitor.http.addresses import is_public
from tests.fake_server import Connection, http_for, serving
from tests.fakes import NOON, FakeClock


def test_a_response_has_status_body_and_headers() -> None:
    with serving(lambda conn: conn.answer(200, b"hello", etag='"1"')) as server:
        http = http_for(server)
        response = http.get(server.url + "/feed", headers={"X-Mine": "yes"})
        assert (response.status, response.body, response.headers["ETAG"]) == (200, b"hello", '"1"')
        assert server.requests[0].headers["x-mine"] == "yes"
        assert server.requests[0].headers["user-agent"].startswith("Wallflower/")
        assert (http.traffic.requests, http.traffic.bytes, http.traffic.failures) == (1, 5, 0)


# ---- addresses


PRIVATE_URLS = [
    "http://127.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://localhost.:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://0.0.0.0:{port}/",
    "http://0:{port}/",
    "http://[::1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://127\u30020\u30020\u30021:{port}/",
    "http://\u2460\u2461\u2466.0.0.1:{port}/",
    "http://10.0.0.1:{port}/",
    "http://169.254.169.254:{port}/",
    "http://user@127.0.0.1:{port}/",
    "http://harmless.example\\@127.0.0.1:{port}/",
    "http://127.0.0.1:{port}\\.harmless.example/",
    "http://127.0.0.1\t:{port}/",
    "ftp://127.0.0.1:{port}/",
    "file:///etc/passwd",
    "//127.0.0.1:{port}/",
]


@pytest.mark.parametrize("form", PRIVATE_URLS)
def test_no_spelling_of_a_private_host_is_connected_to(form: str) -> None:
    with serving() as server, pytest.raises(SourceError):
        Http(Clock(), limits=Limits(read_timeout=2, total_timeout=2)).get(form.format(port=server.port))
    assert server.requests == []


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "239.255.255.250", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1", "192.88.99.1", "::", "::1",
        "::127.0.0.1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1",
        "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1", "2002:7f00:1::",
        "2001::1", "100::1", "localhost", "", "127.1", "8.8.8.8.", "2130706433",
    ],
)  # fmt: skip
def test_an_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:81b::200e"])
def test_an_address_is_public(address: str) -> None:
    assert is_public(address)


class ChangingResolver:
    """Returns a public address first and a private one from then on, as an attacker's DNS would."""

    ANSWERS: ClassVar = ["93.184.216.34", "127.0.0.1"]

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return [self.ANSWERS[min(self.asked, 2) - 1]]


def test_the_address_that_is_connected_to_is_checked() -> None:
    resolver = ChangingResolver()
    with serving() as server:
        assert is_public(resolver("rebind.example", server.port)[0])
        with pytest.raises(SourceError, match="private network"):
            Http(Clock(), resolve=resolver).get(f"http://rebind.example:{server.port}/")
    assert server.requests == []


def test_a_public_name_for_a_private_address_is_refused() -> None:
    http = Http(Clock(), resolve=lambda host, port: ["127.0.0.1"])
    with serving() as server, pytest.raises(SourceError, match="private network"):
        http.get(f"http://127.0.0.1.nip.example:{server.port}/")
    assert server.requests == []


def test_a_name_returned_by_the_resolver_is_not_an_address() -> None:
    with serving() as server, pytest.raises(SourceError, match="private network"):
        Http(Clock(), resolve=lambda host, port: ["localhost", "127.1"]).get(f"http://a.example:{server.port}/")
    assert server.requests == []


@pytest.mark.parametrize("addresses", [["10.0.0.1", "93.184.216.34"], ["93.184.216.34", "::1"]])
def test_of_public_and_private_addresses_only_the_public_one_is_connected_to(
    addresses: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connected_to: list[str] = []

    def refuse(address: tuple[str, int], timeout: float) -> NoReturn:
        connected_to.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(connections.socket, "create_connection", refuse)
    with pytest.raises(SourceError, match="refuses connections"):
        Http(Clock(), resolve=lambda host, port: addresses).get("http://mixed.example/")
    assert connected_to == ["93.184.216.34"]


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{port}", "wiki.local", "WIKI.local:{port}"])
def test_an_allowed_host_may_have_a_private_address(allowed: str) -> None:
    with serving() as server:
        host = "127.0.0.1" if allowed.startswith("127") else "wiki.local"
        http = Http(Clock(), [allowed.format(port=server.port)], resolve=lambda host, port: ["127.0.0.1"])
        assert http.get(f"http://{host}:{server.port}/").status == 200


def test_another_port_of_an_allowed_host_is_refused() -> None:
    with serving() as server, pytest.raises(SourceError, match="private network"):
        Http(Clock(), ["127.0.0.1:1"]).get(server.url)


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/", "http://localhost:{port}/in", "http://[::1]:{port}/in",
        "http://2130706433:{port}/in", "//localhost:{port}/in", "file:///etc/passwd", "gopher://127.0.0.1:{port}/in",
        "http://a.example\\@localhost:{port}/in", "http://user:word@127.0.0.1:{port}/in", "\x01", "http://[",
    ],
)  # fmt: skip
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_leads_to_a_private_address(target: str, status: int) -> None:
    def script(conn: Connection) -> None:
        conn.answer(status, location=target.format(port=server.port))

    with serving(script) as server:
        with pytest.raises(SourceError):
            http_for(server).get(server.url + "/out")
        assert [request.path for request in server.requests] == ["/out"]


def _redirects(count: int, status: int = 301) -> bytes:
    with serving() as server:
        server.script = lambda conn: (
            conn.answer(200, b"end") if conn.request.path == f"/{count}"
            else conn.answer(status, location=f"/{int(conn.request.path[1:]) + 1}")
        )  # fmt: skip
        response = http_for(server).get(server.url + "/0")
        assert response.moved_to == (f"{server.url}/{count}" if status in (301, 308) else None)
        return response.body


def test_five_redirects_are_followed_but_not_six() -> None:
    assert _redirects(5) == b"end"
    with pytest.raises(SourceError, match="redirected us too many times"):
        _redirects(6)


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_only_a_permanent_redirect_is_a_move(status: int) -> None:
    assert _redirects(1, status) == b"end"


def test_a_permanent_move_ends_at_the_first_temporary_redirect() -> None:
    def script(conn: Connection) -> None:
        hops = {"/a": (301, "/b"), "/b": (302, "/c"), "/c": (301, "/d")}
        status, to = hops.get(conn.request.path, (200, ""))
        conn.answer(status, location=to)

    with serving(script) as server:
        response = http_for(server).get(server.url + "/a")
        assert (response.url, response.moved_to) == (server.url + "/d", server.url + "/b")


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy, serving() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        http = http_for(server)
        http.get(server.url)
        http.session.get(server.url, proxies={"http": proxy.url})
        assert (len(proxy.requests), len(server.requests)) == (0, 2)


def test_logins_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login canary password canary")
    monkeypatch.setenv("NETRC", str(netrc))
    with serving() as server:
        http_for(server).get(server.url)
        assert "authorization" not in server.requests[0].headers


def test_cookies_are_not_stored() -> None:
    with serving(lambda conn: conn.answer(200, set_cookie="id=1; Path=/")) as server:
        http = http_for(server)
        http.get(server.url)
        http.get(server.url)
        assert "cookie" not in server.requests[1].headers


def test_an_sdk_on_the_session_is_guarded_too() -> None:
    with serving() as server, pytest.raises(SourceError, match="private network"):
        Http(Clock()).session.get(server.url, timeout=None, verify=False)


# ---- time and size limits


def _drip(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    conn.drip(b"x" * 5000)


def _drip_in_the_header(conn: Connection) -> None:
    conn.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 5000)


@pytest.mark.parametrize("script", [_drip, _drip_in_the_header])
def test_a_slow_drip_is_cut_off_at_the_deadline(script: object) -> None:
    with (
        serving(script) as server,
        pytest.raises(SourceError, match=r"did not complete its response within 0\.3 seconds"),
    ):  # type: ignore[arg-type]
        http_for(server, total_timeout=0.3).get(server.url)


def test_slow_redirects_share_one_deadline() -> None:
    def script(conn: Connection) -> None:
        conn.drip(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /again\r\n\r\n", 0.003)

    with serving(script) as server, pytest.raises(SourceError, match="did not complete"):
        http_for(server, total_timeout=0.3).get(server.url)


def test_a_silent_server_times_out() -> None:
    with serving(lambda conn: conn.hang()) as server, pytest.raises(SourceError, match="did not respond in time"):
        http_for(server, read_timeout=0.2).get(server.url)


def test_a_gzip_bomb_ends_at_the_size_limit_and_uses_little_memory() -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    with serving(lambda conn: conn.answer(200, bomb, content_encoding="gzip")) as server:
        http = http_for(server, max_bytes=2_000_000)
        tracemalloc.start()
        try:
            with pytest.raises(BadResponse, match="more than 2 MB"):
                http.get(server.url)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


def test_a_nested_gzip_bomb_ends_at_the_size_limit() -> None:
    body = gzip.compress(gzip.compress(b"\0" * 60_000_000) * 3)
    script = partial(Connection.answer, body=body, content_encoding="gzip, gzip")
    with serving(script) as server, pytest.raises(BadResponse, match="more than 2 MB"):
        http_for(server, max_bytes=2_000_000).get(server.url)


def test_a_long_response_without_content_length_ends_at_the_size_limit() -> None:
    def script(conn: Connection) -> None:
        conn.send(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(40):
            conn.send(b"x" * 100_000)

    with serving(script) as server, pytest.raises(BadResponse, match="more than 1 MB"):
        http_for(server, max_bytes=1_000_000).get(server.url)


@pytest.mark.parametrize(("size", "fits"), [(15_000_000, True), (15_000_001, False)])
def test_a_response_may_have_15_mb(size: int, fits: bool) -> None:
    body = gzip.compress(b"\0" * size, 1)
    with serving(lambda conn: conn.answer(200, body, content_encoding="gzip")) as server:
        if fits:
            assert len(http_for(server).get(server.url).body) == size
            return
        with pytest.raises(BadResponse, match="more than 15 MB"):
            http_for(server).get(server.url)


def test_failed_requests_are_counted() -> None:
    with serving(Connection.reset) as server:
        http = http_for(server, max_bytes=10)
        with pytest.raises(SourceError):
            http.get(server.url)
        assert (http.traffic.requests, http.traffic.failures) == (1, 1)
        server.script = partial(Connection.answer, body=b"x" * 11)
        with pytest.raises(BadResponse):
            http.get(server.url)
        assert (http.traffic.requests, http.traffic.failures) == (2, 2)


# ---- error messages


@pytest.mark.parametrize(
    ("status", "error", "message"),
    [
        (401, AuthError, "login"),
        (403, Refused, "denies access"),
        (404, Refused, "nothing at this address"),
        (410, Gone, "permanently gone"),
        (418, Refused, "418"),
        (500, BadResponse, "internal error"),
        (502, BadResponse, "not reachable"),
        (503, BadResponse, "overloaded"),
    ],
)
def test_each_status_has_its_error_and_message(status: int, error: type[SourceError], message: str) -> None:
    with (
        serving(lambda conn: conn.answer(status, b"why")) as server,
        pytest.raises(SourceError, match=message) as caught,
    ):
        http_for(server).get(server.url)
    assert type(caught.value) is error


def test_an_accepted_status_does_not_raise() -> None:
    with serving(lambda conn: conn.answer(403, b"why")) as server:
        assert http_for(server).get(server.url, allow_status={403}).body == b"why"


def _incomplete_body(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def _incomplete_chunks(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


def _invalid_gzip(conn: Connection) -> None:
    conn.answer(200, b"not gzip", content_encoding="gzip")


def _garbage(conn: Connection) -> None:
    conn.send(os.urandom(400).replace(b"\n", b"") + b"\n\n")


@pytest.mark.parametrize(
    ("script", "message"),
    [
        (_incomplete_body, "in the middle of its response"),
        (_incomplete_chunks, "closed the connection"),
        (_invalid_gzip, "cannot be decompressed"),
        (_garbage, "connection"),
        (Connection.reset, "closed the connection"),
        (lambda conn: None, "closed the connection"),
    ],
)
def test_each_broken_response_has_its_message(script: object, message: str) -> None:
    with serving(script) as server, pytest.raises(SourceError, match=message):  # type: ignore[arg-type]
        http_for(server).get(server.url)


def test_a_closed_port_an_unknown_name_and_invalid_tls_have_their_own_messages() -> None:
    with serving() as server:
        pass
    with pytest.raises(SourceError, match="refuses connections"):
        http_for(server).get(server.url)

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(SourceError, match="was not found"):
        Http(Clock(), resolve=unknown).get("http://nowhere.example/")
    with serving(lambda conn: conn.send(b"not TLS at all")) as server:
        server.reads_requests = False
        with pytest.raises(SourceError, match="secure connection"):
            http_for(server).get(f"https://{server.host}/")


def test_errors_contain_no_secret() -> None:
    def script(conn: Connection) -> None:
        conn.answer(500, b"")

    with serving(script) as server, pytest.raises(SourceError) as caught:
        http_for(server).get(server.url + "/alerts/12345678901234567890?token=canary")
    assert "canary" not in str(caught.value)
    assert "1234567890" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/feed.xml", "https://news.example/feed.xml"),
        ("https://u:canary@news.example/a?key=canary#canary", "https://news.example/a?…"),
        ("https://alerts.example/feeds/01234567890123456789/98765432109876543210", "https://alerts.example/feeds/…/…"),
        ("https://a.example/r/cats/.rss?feed=canary&user=x", "https://a.example/r/cats/.rss?…"),
        ("http://[", "(unreadable address)"),
    ],
)
def test_a_redacted_url_shows_no_secret(url: str, shown: str) -> None:
    assert redact(url) == shown


@given(st.text())
def test_redact_and_check_url_raise_only_source_errors(text: str) -> None:
    redact("http://" + text)
    try:
        check_url("http://" + text)
    except SourceError:
        return
    assert "\\" not in text


# ---- rate limits


def test_a_host_that_asks_us_to_wait_gets_no_request_until_then() -> None:
    clock = FakeClock()
    with serving(lambda conn: conn.answer(429, retry_after="120")) as server:
        http = http_for(server, clock=clock)
        for _ in range(3):
            with pytest.raises(RateLimited) as caught:
                http.get(server.url)
            assert caught.value.not_before == NOON + timedelta(seconds=120)
        assert len(server.requests) == 1
        clock.advance(121)
        server.script = lambda conn: conn.answer()
        assert http.get(server.url).status == 200


def test_503_with_retry_after_is_a_rate_limit() -> None:
    retry_at = "Wed, 04 Mar 2026 13:00:00 GMT"
    with serving(lambda conn: conn.answer(503, retry_after=retry_at)) as server, pytest.raises(RateLimited) as caught:
        http_for(server, clock=FakeClock()).get(server.url)
    assert caught.value.not_before == NOON + timedelta(hours=1)


def test_a_429_without_retry_after_blocks_the_host_for_a_quarter_of_an_hour() -> None:
    with serving(partial(Connection.answer, status=429)) as server, pytest.raises(RateLimited) as caught:
        http_for(server, clock=FakeClock()).get(server.url)
    assert caught.value.not_before == NOON + timedelta(minutes=15)


def test_a_host_that_asks_an_sdk_to_wait_is_blocked_for_everyone() -> None:
    with serving(partial(Connection.answer, status=429, retry_after="120")) as server:
        http = http_for(server, clock=FakeClock())
        assert http.session.get(server.url).status_code == 429
        with pytest.raises(RateLimited):
            http.get(server.url)
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 5 ", 5), ("0", 0), ("99999999999999", 86400), ("Wed, 04 Mar 2026 12:00:30 GMT", 30),
        ("Wed, 04 Mar 2020 12:00:30 GMT", 0), ("Wed, 04 Mar 2099 12:00:30 GMT", 86400), ("soon", None), ("", None),
        ("Wed, 04 Mar 2026 13:00:30 +0100", 30), ("-5", None), ("1.5", None), ("²", None), (None, None),
    ],
)  # fmt: skip
def test_retry_after_is_parsed_in_both_forms(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, NOON) == (None if seconds is None else NOON + timedelta(seconds=seconds))


def test_requests_to_one_host_are_spaced() -> None:
    clock = FakeClock()
    limiter = HostRateLimiter(clock, interval_seconds=0.5)
    waits = []
    for host in ("a.example", "a.example", "b.example", "a.example"):
        with limiter.slot(host) as waited:
            waits.append(waited)
    assert waits == [0.0, 0.5, 0.0, 0.5]


def test_at_most_two_requests_run_at_once() -> None:
    running, peak = [0], [0]
    gate = threading.Barrier(2)

    def script(conn: Connection) -> None:
        running[0] += 1
        peak[0] = max(peak[0], running[0])
        gate.wait(5)
        running[0] -= 1
        conn.answer()

    with serving(script) as server:
        http = http_for(server)
        threads = [threading.Thread(target=http.get, args=(server.url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert (peak[0], len(server.requests)) == (2, 6)


def test_a_stop_ends_the_wait_for_a_slot() -> None:
    clock = FakeClock()
    limiter = HostRateLimiter(clock, max_concurrent=1)
    with limiter.slot("a.example"):
        clock.stop()
        with pytest.raises(Stopped), limiter.slot("a.example"):
            pass


def test_the_wait_for_a_slot_has_an_end() -> None:
    limiter = HostRateLimiter(FakeClock(), max_concurrent=1)
    with limiter.slot("a.example"), pytest.raises(RateLimited), limiter.slot("a.example"):
        pass


def test_waiting_for_a_slot_does_not_count_towards_the_deadline() -> None:
    clock = FakeClock()
    with serving() as server:
        limiter = HostRateLimiter(clock, interval_seconds=30)
        http = Http(clock, [server.host], limits=Limits(total_timeout=20), rate_limiter=limiter)
        assert [http.get(server.url).status for _ in range(2)] == [200, 200]
    assert clock.elapsed == 30


def test_only_idle_hosts_are_forgotten() -> None:
    limiter = HostRateLimiter(FakeClock(), max_concurrent=1)
    with limiter.slot("busy.example"):
        for n in range(1_100):
            with limiter.slot(f"{n}.example"):
                pass
        with pytest.raises(RateLimited), limiter.slot("busy.example"):
            pass
    limiter = HostRateLimiter(FakeClock(), max_concurrent=1)
    blocked_until = limiter.block("blocked.example", None)
    for n in range(1_100):
        with limiter.slot(f"{n}.example"):
            pass
    assert len(limiter._hosts) <= 1_001
    with pytest.raises(RateLimited) as caught, limiter.slot("blocked.example"):
        pass
    assert caught.value.not_before == blocked_until


def test_a_shared_object_is_created_once_and_closed() -> None:
    class Shared:
        closed = False

        def close(self) -> None:
            self.closed = True

    http = Http(FakeClock())
    shared = http.shared(Shared)
    assert http.shared(Shared) is shared
    http.close()
    assert shared.closed
