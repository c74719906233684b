"""What messages about requests say: the configured site, its redirect, its checks, and how long we wait."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest

from monitor.clock import Clock
from monitor.errors import BadResponse, BlockedAddress, RateLimited, Refused, SourceError
from monitor.http import Http
from monitor.http.addresses import is_public
from monitor.http.bot_checks import bot_check
from monitor.http.rate_limiter import requested_wait
from tests.fake_server import Connection, Script, http_for, serving
from tests.fakes import NOON, FakeClock

METADATA = ["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "192.0.0.192", "[fd00:ec2::254]"]


def redirecting(target: str, status: int = 302) -> Script:
    return lambda conn: conn.answer(status, location=target) if conn.request.path == "/feed" else conn.answer(404)


@pytest.mark.parametrize("host", METADATA)
def test_a_redirect_to_a_metadata_address_names_the_site_and_advises_nothing(host: str) -> None:
    with serving(redirecting(f"http://{host}/latest/meta-data/")) as server, pytest.raises(BlockedAddress) as caught:
        http_for(server).get(server.url + "/feed")
    message = str(caught.value)
    assert message.startswith(f"{server.host} redirected us to http://{host}/latest/meta-data/.")
    assert "allow_hosts" not in message


@pytest.mark.parametrize(
    "address", [*(host.strip("[]") for host in METADATA), "::ffff:169.254.169.254", "fe80::a9fe:a9fe"]
)
def test_a_metadata_address_is_refused_even_for_a_host_that_is_allowed(address: str) -> None:
    assert not is_public(address)
    http = Http(Clock(), ["wiki.example"], resolve=lambda host, port: [address])
    with pytest.raises(BlockedAddress, match="never read") as caught:
        http.get("http://wiki.example/")
    assert "allow_hosts" not in str(caught.value)


def test_only_the_configured_host_is_suggested_for_allow_hosts() -> None:
    with serving(redirecting("http://10.1.2.3/")) as server:
        with pytest.raises(BlockedAddress, match=r"redirected us to http://10\.1\.2\.3/\..*private network") as caught:
            http_for(server).get(server.url + "/feed")
        assert "allow_hosts" not in str(caught.value)
        with pytest.raises(BlockedAddress, match="allow_hosts"):
            Http(Clock()).get(server.url)


def test_an_error_after_a_redirect_names_both_addresses() -> None:
    with serving(redirecting("/login?key=canary")) as server, pytest.raises(Refused) as caught:
        http_for(server).get(server.url + "/feed")
    message = str(caught.value)
    assert message.startswith(f"{server.host} (redirected to {server.url}/login?…) has nothing at this address")


def test_a_failed_connection_after_a_redirect_names_both_sites() -> None:
    http = Http(Clock(), ["127.0.0.1"], resolve=lambda host, port: ["127.0.0.1"] if host == "127.0.0.1" else _unknown())
    with serving(redirecting("http://gone.example/feed")) as server, pytest.raises(SourceError) as caught:
        http.get(server.url + "/feed")
    assert str(caught.value).startswith(
        f"{server.host} redirected us to http://gone.example/feed. gone.example was not"
    )


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("http://[bad/", "http://[bad/, which cannot be read: it is malformed."),
        ("http://[::1", "http://[::1, which"),
        ("http://site.example:99999999/a", "http://site.example:99999999/a, which cannot be read: it is malformed."),
        ("http://site.example:port/", "http://site.example:port/, which"),
        ("https:///feed", "https:///feed, which cannot be read: it has no host name."),
        ("ftp://site.example/feed", "ftp://site.example/feed, which cannot be read: it does not start with http://"),
        ("javascript:alert(1)", "javascript:alert(1), which cannot be read: it does not start with http://"),
        (
            "http://ann:secret@site.example/?k=canary",
            "http://site.example/, which cannot be read: it contains a user name",
        ),
        ("http://site.example\\@evil.example/", "http://evil.example/, which cannot be read: it contains a backslash"),
    ],
)
def test_a_redirect_to_a_malformed_address_names_the_site_and_the_address(target: str, shown: str) -> None:
    with serving(redirecting(target)) as server, pytest.raises(SourceError) as caught:
        http_for(server).get(server.url + "/feed")
    message = str(caught.value)
    assert message.startswith(f"{server.host} redirected us to {shown}")
    assert "secret" not in message
    assert "canary" not in message


def test_a_redirect_that_is_not_utf8_names_the_site() -> None:
    def script(conn: Connection) -> None:
        conn.send(b"HTTP/1.1 302 Found\r\nLocation: http://[\xff/\r\nContent-Length: 0\r\n\r\n")

    with serving(script) as server, pytest.raises(SourceError, match=r"redirected us to http://\[.*it is malformed"):
        http_for(server).get(server.url + "/feed")


def test_a_redirect_may_contain_spaces_and_other_letters() -> None:
    def script(conn: Connection) -> None:
        conn.answer(302, location="/über uns") if conn.request.path == "/feed" else conn.answer(body=b"here")

    with serving(script) as server:
        assert http_for(server).get(server.url + "/feed").body == b"here"


def _unknown() -> list[str]:
    raise OSError


CLOUDFLARE = b"<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><script>window._cf_chl_opt={}"


@pytest.mark.parametrize(("status", "error"), [(403, Refused), (503, BadResponse), (429, BadResponse)])
def test_a_check_for_browsers_is_named(status: int, error: type[SourceError]) -> None:
    with serving(lambda conn: conn.answer(status, CLOUDFLARE)) as server, pytest.raises(error) as caught:
        http_for(server).get(server.url)
    assert f"{server.host} checks whether its visitors use a browser (Cloudflare)" in str(caught.value)
    assert "Ask the site" in str(caught.value)


@pytest.mark.parametrize(
    ("status", "headers", "page", "product"),
    [
        (200, {}, CLOUDFLARE, "Cloudflare"),
        (200, {"cf-mitigated": "challenge"}, b"", "Cloudflare"),
        (403, {}, b"<title>Attention Required! | Cloudflare</title>", "Cloudflare"),
        (403, {"x-datadome": "protected"}, b"", "DataDome"),
        (202, {"x-amzn-waf-action": "challenge"}, b"", "AWS WAF"),
        (200, {}, b"<html>Making sure you&#39;re not a bot!</html>", "Anubis"),
        (200, {}, b'<iframe src="/_Incapsula_Resource?x">', "Imperva"),
        (200, {}, b"<h1>Verifying you are human. This may take a few seconds.</h1>", "a captcha"),
        (403, {}, b"<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;12</P>", "Akamai"),
        (200, {}, b"<meta http-equiv='refresh' content='5; URL=/feed?bm-verify=AAQ'>", "Akamai"),
        (200, {}, b"<noscript><title>Pardon Our Interruption</title></noscript>", "Imperva"),
        (200, {}, b"The requested URL was rejected. Please consult with your administrator.", "F5"),
        (202, {}, b'<meta http-equiv="refresh" content="0;/.well-known/sgcaptcha/?r=%2Ffeed">', "SiteGround"),
        (429, {"x-kpsdk-ct": "1"}, b"", "Kasada"),
        (200, {}, b"<html><body>Our posts about lamps</body></html>", ""),
        (200, {"x-datadome": "protected"}, b"<html>Our posts</html>", ""),
        (404, {"server": "cloudflare"}, b"<title>Not found</title>", ""),
        (403, {}, b"<title>403 Forbidden</title>", ""),
    ],
)
def test_checks_for_browsers_are_recognised(status: int, headers: dict[str, str], page: bytes, product: str) -> None:
    assert bot_check(status, headers, page) == product


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("604800", "asks us to wait 7 days (429). Wallflower waits 24 hours, then tries again."),
        ("108000", "asks us to wait 30 hours (429). Wallflower waits 24 hours, then tries again."),
        ("3600", "asks us to wait (429)."),
        ("", "asks us to wait (429)."),
    ],
)
def test_a_wait_that_is_cut_short_says_so(value: str, message: str) -> None:
    def script(conn: Connection) -> None:
        conn.answer(429, retry_after=value)

    with serving(script) as server, pytest.raises(RateLimited) as caught:
        http_for(server, clock=FakeClock()).get(server.url)
    assert str(caught.value) == f"{server.host} {message}"


@pytest.mark.parametrize("zone", ["-0000", "GMT", "+0000", ""])
def test_a_date_to_wait_for_is_utc_wherever_the_program_runs(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "Asia/Tokyo")
        time.tzset()
        wait = requested_wait(f"Wed, 04 Mar 2026 12:05:00 {zone}".strip(), NOON)
    time.tzset()
    assert wait == timedelta(minutes=5)
