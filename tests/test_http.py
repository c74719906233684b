"""The guarded session: where it goes, how long it waits, how much it takes, and what it says."""

from __future__ import annotations

import gzip
import os
import threading
import tracemalloc
from datetime import timedelta
from functools import partial
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.clock import Clock
from monitor.errors import AuthError, BadResponse, Gone, RateLimited, Refused, SourceError, Stopped
from monitor.http import Http, Limits, Pacer, redact, retry_after
from monitor.http.addresses import check_url, is_public
from tests.fakes import NOON, FakeClock
from tests.feed_server import Line, http_for, serving


def test_an_answer_comes_with_its_body_and_headers() -> None:
    with serving(lambda line: line.answer(200, b"hello", etag='"1"')) as server:
        http = http_for(server)
        answer = http.get(server.url + "/feed", headers={"X-Mine": "yes"})
        assert (answer.status, answer.body, answer.headers["ETAG"]) == (200, b"hello", '"1"')
        assert server.asked[0].headers["x-mine"] == "yes"
        assert server.asked[0].headers["user-agent"].startswith("Wallflower/")
        assert (http.traffic.requests, http.traffic.bytes, http.traffic.failures) == (1, 5, 0)


# ---- where it goes


REFUSED_FORMS = [
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


@pytest.mark.parametrize("form", REFUSED_FORMS)
def test_no_form_of_a_private_host_is_connected_to(form: str) -> None:
    with serving() as server, pytest.raises(SourceError):
        Http(Clock(), limits=Limits(patience=2, deadline=2)).get(form.format(port=server.port))
    assert server.asked == []


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
def test_these_addresses_are_not_the_internet(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001:81b::200e"])
def test_these_are(address: str) -> None:
    assert is_public(address)


class ChangingResolver:
    """Gives a public address first and a private one from then on, as an attacker's DNS would."""

    ANSWERS: ClassVar = ["93.184.216.34", "127.0.0.1"]

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked += 1
        return [self.ANSWERS[min(self.asked, 2) - 1]]


def test_a_name_that_changes_its_address_is_checked_at_the_address_connected_to() -> None:
    resolver = ChangingResolver()
    with serving() as server:
        assert is_public(resolver("rebind.example", server.port)[0])
        with pytest.raises(SourceError, match="private network"):
            Http(Clock(), resolve=resolver).get(f"http://rebind.example:{server.port}/")
    assert server.asked == []


def test_a_harmless_name_for_a_private_address_is_refused() -> None:
    http = Http(Clock(), resolve=lambda host, port: ["127.0.0.1"])
    with serving() as server, pytest.raises(SourceError, match="private network"):
        http.get(f"http://127.0.0.1.nip.example:{server.port}/")
    assert server.asked == []


def test_what_the_resolver_gives_is_an_address_or_nothing() -> None:
    with serving() as server, pytest.raises(SourceError, match="private network"):
        Http(Clock(), resolve=lambda host, port: ["localhost", "127.1"]).get(f"http://a.example:{server.port}/")
    assert server.asked == []


@pytest.mark.parametrize("allowed", ["127.0.0.1", "127.0.0.1:{port}", "wiki.local", "WIKI.local:{port}"])
def test_an_allowed_host_may_be_private(allowed: str) -> None:
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
def test_no_redirect_leads_inside(target: str, status: int) -> None:
    def script(line: Line) -> None:
        line.answer(status, location=target.format(port=server.port))

    with serving(script) as server:
        with pytest.raises(SourceError):
            http_for(server).get(server.url + "/out")
        assert [request.path for request in server.asked] == ["/out"]


def _redirects(count: int, status: int = 301) -> bytes:
    with serving() as server:
        server.script = lambda line: (
            line.answer(200, b"end") if line.request.path == f"/{count}"
            else line.answer(status, location=f"/{int(line.request.path[1:]) + 1}")
        )  # fmt: skip
        answer = http_for(server).get(server.url + "/0")
        assert answer.moved_to == (f"{server.url}/{count}" if status in (301, 308) else None)
        return answer.body


def test_five_redirects_are_followed_and_six_are_not() -> None:
    assert _redirects(5) == b"end"
    with pytest.raises(SourceError, match="more than 5 redirects"):
        _redirects(6)


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_only_a_permanent_redirect_is_a_move(status: int) -> None:
    assert _redirects(1, status) == b"end"


def test_a_move_ends_where_a_temporary_redirect_begins() -> None:
    def script(line: Line) -> None:
        hops = {"/a": (301, "/b"), "/b": (302, "/c"), "/c": (301, "/d")}
        status, to = hops.get(line.request.path, (200, ""))
        line.answer(status, location=to)

    with serving(script) as server:
        answer = http_for(server).get(server.url + "/a")
        assert (answer.url, answer.moved_to) == (server.url + "/d", server.url + "/b")


def test_the_environment_names_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving() as proxy, serving() as server:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.delenv("NO_PROXY", raising=False)
        http = http_for(server)
        http.get(server.url)
        http.session.get(server.url, proxies={"http": proxy.url})
        assert (len(proxy.asked), len(server.asked)) == (0, 2)


def test_cookies_are_not_kept() -> None:
    with serving(lambda line: line.answer(200, set_cookie="id=1; Path=/")) as server:
        http = http_for(server)
        http.get(server.url)
        http.get(server.url)
        assert "cookie" not in server.asked[1].headers


def test_an_sdk_on_the_session_is_guarded_too() -> None:
    with serving() as server, pytest.raises(SourceError, match="private network"):
        Http(Clock()).session.get(server.url, timeout=None, verify=False)


# ---- how long it waits, how much it takes


def _drip(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    line.drip(b"x" * 5000)


def _drip_in_the_header(line: Line) -> None:
    line.drip(b"HTTP/1.1 200 OK\r\nX-Long: " + b"x" * 5000)


@pytest.mark.parametrize("script", [_drip, _drip_in_the_header])
def test_a_drip_is_cut_off_by_the_wall_clock(script: object) -> None:
    with serving(script) as server, pytest.raises(SourceError, match=r"did not finish its answer within 0\.3 seconds"):  # type: ignore[arg-type]
        http_for(server, deadline=0.3).get(server.url)


def test_a_drip_over_redirects_has_one_deadline() -> None:
    def script(line: Line) -> None:
        line.drip(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /again\r\n\r\n", 0.003)

    with serving(script) as server, pytest.raises(SourceError, match="did not finish"):
        http_for(server, deadline=0.3).get(server.url)


def test_a_server_that_says_nothing_is_given_up() -> None:
    with serving(lambda line: line.hang()) as server, pytest.raises(SourceError, match="did not answer in time"):
        http_for(server, patience=0.2).get(server.url)


def test_a_gzip_bomb_ends_at_the_limit_and_in_little_memory() -> None:
    bomb = gzip.compress(b"\0" * 60_000_000)
    with serving(lambda line: line.answer(200, bomb, content_encoding="gzip")) as server:
        http = http_for(server, size=2_000_000)
        tracemalloc.start()
        try:
            with pytest.raises(BadResponse, match="more than 2 MB"):
                http.get(server.url)
            assert tracemalloc.get_traced_memory()[1] < 20_000_000
        finally:
            tracemalloc.stop()


def test_a_bomb_of_bombs_is_no_better() -> None:
    body = gzip.compress(gzip.compress(b"\0" * 60_000_000) * 3)
    script = partial(Line.answer, body=body, content_encoding="gzip, gzip")
    with serving(script) as server, pytest.raises(BadResponse, match="more than 2 MB"):
        http_for(server, size=2_000_000).get(server.url)


def test_a_long_answer_without_a_length_ends_at_the_limit() -> None:
    def script(line: Line) -> None:
        line.send(b"HTTP/1.1 200 OK\r\n\r\n")
        for _ in range(40):
            line.send(b"x" * 100_000)

    with serving(script) as server, pytest.raises(BadResponse, match="more than 1 MB"):
        http_for(server, size=1_000_000).get(server.url)


# ---- what it says


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, AuthError, "login"),
        (403, Refused, "refuses us"),
        (404, Refused, "nothing at this address"),
        (410, Gone, "gone for good"),
        (418, Refused, "418"),
        (500, BadResponse, "error of its own"),
        (502, BadResponse, "not reachable"),
        (503, BadResponse, "overloaded"),
    ],
)
def test_a_status_becomes_an_error_in_words(status: int, kind: type[SourceError], words: str) -> None:
    with serving(lambda line: line.answer(status, b"why")) as server, pytest.raises(SourceError, match=words) as caught:
        http_for(server).get(server.url)
    assert type(caught.value) is kind


def test_a_status_that_the_caller_knows_is_no_error() -> None:
    with serving(lambda line: line.answer(403, b"why")) as server:
        assert http_for(server).get(server.url, accept={403}).body == b"why"


def _broken_off(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


def _broken_chunks(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")


def _no_gzip(line: Line) -> None:
    line.answer(200, b"no gzip at all", content_encoding="gzip")


def _garbage(line: Line) -> None:
    line.send(os.urandom(400).replace(b"\n", b"") + b"\n\n")


@pytest.mark.parametrize(
    ("script", "words"),
    [
        (_broken_off, "broke off"),
        (_broken_chunks, "broke off|closed the connection"),
        (_no_gzip, "cannot be unpacked"),
        (_garbage, "connection"),
        (Line.reset, "closed the connection"),
        (lambda line: None, "closed the connection"),
    ],
)
def test_a_broken_answer_becomes_an_error_in_words(script: object, words: str) -> None:
    with serving(script) as server, pytest.raises(SourceError, match=words):  # type: ignore[arg-type]
        http_for(server).get(server.url)


def test_a_closed_port_a_missing_name_and_bad_tls_are_told_apart() -> None:
    with serving() as server:
        pass
    with pytest.raises(SourceError, match="refuses connections"):
        http_for(server).get(server.url)

    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    with pytest.raises(SourceError, match="was not found"):
        Http(Clock(), resolve=unknown).get("http://nowhere.example/")
    with serving(lambda line: line.send(b"not TLS at all")) as server:
        server.listens = False
        with pytest.raises(SourceError, match="secure connection"):
            http_for(server).get(f"https://{server.host}/")


def test_errors_hold_no_secret() -> None:
    def script(line: Line) -> None:
        line.answer(500, b"")

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
        ("http://[", "(an address that cannot be read)"),
    ],
)
def test_redacted_urls(url: str, shown: str) -> None:
    assert redact(url) == shown


@given(st.text())
def test_redacting_and_checking_never_raise_anything_else(text: str) -> None:
    redact("http://" + text)
    try:
        check_url("http://" + text)
    except SourceError:
        return
    assert "\\" not in text


# ---- turns


def test_a_host_that_asks_for_rest_is_left_alone_by_everyone() -> None:
    clock = FakeClock()
    with serving(lambda line: line.answer(429, retry_after="120")) as server:
        http = http_for(server, clock=clock)
        for _ in range(3):
            with pytest.raises(RateLimited) as caught:
                http.get(server.url)
            assert caught.value.not_before == NOON + timedelta(seconds=120)
        assert len(server.asked) == 1
        clock.advance(121)
        server.script = lambda line: line.answer()
        assert http.get(server.url).status == 200


def test_503_with_retry_after_is_a_wish_too() -> None:
    wish = "Wed, 04 Mar 2026 13:00:00 GMT"
    with serving(lambda line: line.answer(503, retry_after=wish)) as server, pytest.raises(RateLimited) as caught:
        http_for(server, clock=FakeClock()).get(server.url)
    assert caught.value.not_before == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120), (" 5 ", 5), ("0", 0), ("99999999999999", 86400), ("Wed, 04 Mar 2026 12:00:30 GMT", 30),
        ("Wed, 04 Mar 2020 12:00:30 GMT", 0), ("Wed, 04 Mar 2099 12:00:30 GMT", 86400), ("soon", None), ("", None),
        ("-5", None), ("1.5", None), ("²", None), (None, None),
    ],
)  # fmt: skip
def test_retry_after_in_both_forms(value: str | None, seconds: int | None) -> None:
    assert retry_after(value, NOON) == (None if seconds is None else NOON + timedelta(seconds=seconds))


def test_requests_to_one_host_are_a_little_apart() -> None:
    clock = FakeClock()
    pacer = Pacer(clock, spacing=0.5)
    waits = []
    for host in ("a.example", "a.example", "b.example", "a.example"):
        with pacer.turn(host) as waited:
            waits.append(waited)
    assert waits == [0.0, 0.5, 0.0, 0.5]


def test_two_at_once_and_no_more() -> None:
    inside, most = [0], [0]
    gate = threading.Barrier(2)

    def script(line: Line) -> None:
        inside[0] += 1
        most[0] = max(most[0], inside[0])
        gate.wait(5)
        inside[0] -= 1
        line.answer()

    with serving(script) as server:
        http = http_for(server)
        threads = [threading.Thread(target=http.get, args=(server.url,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
        assert (most[0], len(server.asked)) == (2, 6)


def test_a_stop_ends_the_wait_for_a_turn() -> None:
    clock = FakeClock()
    pacer = Pacer(clock, at_once=1)
    with pacer.turn("a.example"):
        clock.stop()
        with pytest.raises(Stopped), pacer.turn("a.example"):
            pass


def test_a_turn_that_never_comes_is_given_up() -> None:
    pacer = Pacer(FakeClock(), at_once=1)
    with pacer.turn("a.example"), pytest.raises(RateLimited), pacer.turn("a.example"):
        pass


def test_what_is_shared_is_made_once_and_closed() -> None:
    class Dear:
        closed = False

        def close(self) -> None:
            self.closed = True

    http = Http(FakeClock())
    dear = http.shared(Dear)
    assert http.shared(Dear) is dear
    http.close()
    assert dear.closed
