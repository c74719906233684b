"""What ``wallflower doctor`` finds out about a reverse proxy by sending a request through it."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from display.cli.diagnosis import proxy
from display.cli.diagnosis.findings import Finding, Level
from display.pages.sources.system_status import PARTS
from display.server.proxies import DOCTOR_HEADER, ProxyMiddleware
from tests.test_doctor import context, findings, only, write_state
from tests.test_doctor import database_file as database_file
from tests.test_doctor import installation as installation
from tests.test_doctor import running as running

COMPLETE = {"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "127.0.0.1:1"}


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None: ...


class ReverseProxy(BaseHTTPRequestHandler):
    """Passes requests on to ``server.target``, with ``server.headers`` and without the path ``server.prefix``."""

    def do_GET(self) -> None:
        server: Any = self.server
        connection = http.client.HTTPConnection("127.0.0.1", server.target, timeout=10)
        kept = {DOCTOR_HEADER: self.headers.get(DOCTOR_HEADER, "")}
        connection.request("GET", self.path.removeprefix(server.prefix), headers={**kept, **server.headers})
        answer = connection.getresponse()
        body = answer.read()
        self.send_response(answer.status)
        if said := answer.getheader(DOCTOR_HEADER):
            self.send_header(DOCTOR_HEADER, said)
        self.end_headers()
        self.wfile.write(body)
        connection.close()

    def log_message(self, *_: Any) -> None: ...


class Setting:
    """A Wallflower that believes ``proxies``, behind a reverse proxy."""

    def __init__(self, installation: Path) -> None:
        self.installation = installation
        self.middleware = ProxyMiddleware(self.app, ())
        self.server = make_server("127.0.0.1", 0, self.middleware, handler_class=Quiet)
        self.proxy: Any = ThreadingHTTPServer(("127.0.0.1", 0), ReverseProxy)
        self.proxy.target, self.proxy.headers, self.proxy.prefix = self.server.server_port, {}, ""
        for server in (self.server, self.proxy):
            threading.Thread(target=server.serve_forever, daemon=True).start()
        write_state(installation, doctor_key=self.middleware.doctor_key)

    @staticmethod
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [("Content-Type", "application/json")])
        return [json.dumps(dict.fromkeys(PARTS, True)).encode()]

    def believe(self, *networks: str) -> None:
        self.middleware._proxies = [ip_network(network) for network in networks]

    def findings(self, path: str = "") -> list[Finding]:
        url = f"http://127.0.0.1:{self.proxy.server_port}{path}"
        return [one for one in findings(proxy.proxy, self.installation, url=url) if url in one.text or one.advice]

    def close(self) -> None:
        for server in (self.server, self.proxy):
            server.shutdown()
            server.server_close()


@pytest.fixture
def setting(running: Path) -> Iterator[Setting]:
    found = Setting(running)
    yield found
    found.close()


def test_a_proxy_that_says_everything_is_well(setting: Setting) -> None:
    setting.believe("127.0.0.1")
    setting.proxy.headers = COMPLETE
    text = only(setting.findings(), Level.OK).text
    assert text.endswith("leads to Wallflower: name, scheme and the address of the client (192.0.2.7) arrive.")


def test_a_proxy_that_is_not_in_the_config_is_named_with_what_to_do(setting: Setting) -> None:
    setting.proxy.headers = COMPLETE
    found = only(setting.findings(), Level.PROBLEM)
    assert "are ignored, because 127.0.0.1 is not in `proxies`." in found.text
    assert found.advice == 'Add "127.0.0.1" to `proxies` in [server], and restart Wallflower.'


@pytest.mark.parametrize("name", COMPLETE)
def test_a_header_that_is_missing_is_named(setting: Setting, name: str) -> None:
    setting.believe("127.0.0.0/8")
    setting.proxy.headers = {key: value for key, value in COMPLETE.items() if key != name}
    assert f"does not send {name}" in only(setting.findings(), Level.WARNING).text


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"X-Forwarded-Proto": "https"}, 'arrives with "https" instead of "http": see X-Forwarded-Proto.'),
        ({"X-Forwarded-Host": "other.example"}, 'arrives with "other.example" instead of "127.0.0.1"'),
        ({"X-Forwarded-Prefix": "/x"}, 'arrives with "/x" instead of "/team": see X-Forwarded-Prefix.'),
    ],
)
def test_a_header_with_a_wrong_value_is_named(setting: Setting, changes: dict[str, str], text: str) -> None:
    setting.believe("127.0.0.1")
    setting.proxy.prefix = "/team"
    setting.proxy.headers = {**COMPLETE, "X-Forwarded-Prefix": "/team", **changes}
    assert text in only(setting.findings("/team"), Level.PROBLEM).text


def test_only_the_key_is_answered_with_how_a_request_arrived(setting: Setting) -> None:
    for key in ("", "guess", setting.middleware.doctor_key):
        connection = http.client.HTTPConnection("127.0.0.1", setting.server.server_port, timeout=10)
        connection.request("GET", "/", headers={DOCTOR_HEADER: key})
        assert (connection.getresponse().getheader(DOCTOR_HEADER) is not None) == (key == setting.middleware.doctor_key)
        connection.close()


def test_addresses_whose_headers_were_ignored_are_named(running: Path) -> None:
    write_state(running, ignored_proxies=("10.0.0.7",))
    found = only(findings(proxy.proxy, running), Level.WARNING)
    assert found.text == "Forwarding headers came from 10.0.0.7 and were ignored."
    assert (
        found.advice == 'If it is your reverse proxy: add "10.0.0.7" to `proxies` in [server], and restart Wallflower.'
    )


def test_the_public_address_of_the_config_is_asked_without_being_told(running: Path) -> None:
    config = running / "config.toml"
    config.write_text(
        config.read_text().replace("[server]", '[server]\nhosts = ["x.invalid"]\nproxies = ["127.0.0.1"]')
    )
    assert context(running).config is not None
    found = only(findings(proxy.proxy, running), Level.UNKNOWN)
    assert found.text.startswith("https://x.invalid does not answer: ")
    assert "wallflower doctor --url ADDRESS" in found.advice
