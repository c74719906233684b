"""deploy/nginx.conf and deploy/Caddyfile, with a real nginx, a real Caddy and a real ``wallflower run`` behind them."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import websocket
from requests.adapters import HTTPAdapter

from display.cli.dependencies import load_config
from display.cli.diagnosis.proxy import header_problems
from display.server.proxies import DOCTOR_HEADER, ArrivedAs
from display.server.running_state import read_running_state
from monitor.store import open_store
from tests.access_setup import PASSWORD, add_people
from tests.attack.running_server import SECRET, RunningServer
from tests.certificates import Certificate, generate_certificate
from tests.fakes import FakeClock
from tests.ports import free_port
from tests.servers import running
from tests.servers.proxies import OWN_HOST, SHARED_HOST, caddy, nginx

SITES = {"own host": (OWN_HOST, ""), "path": (SHARED_HOST, "/wallflower")}
"""Name -> the host and the path under which people reach Wallflower."""
CLIENT_ADDRESS = "127.0.0.2"


class FromClientAddress(HTTPAdapter):
    """Connects from CLIENT_ADDRESS, so that the client differs from the proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, source_address=(CLIENT_ADDRESS, 0), assert_hostname=False, **kwargs)


@dataclass
class Site:
    """Wallflower as a person reaches it: through a proxy, by a host name and under a path."""

    server: RunningServer
    port: int
    certificate: Certificate
    host: str
    root: str

    def __post_init__(self) -> None:
        self.session = requests.Session()
        self.session.trust_env = False  # or a certificate bundle of the environment would replace ours
        self.session.mount("https://", FromClientAddress())
        self.session.verify = str(self.certificate.certificate)
        self.origin = f"https://{self.host}:{self.port}"

    def request(self, path: str, method: str = "GET", **options: Any) -> requests.Response:
        """The response to a request of a page of this site, unless other headers are given."""
        headers = {"Host": f"{self.host}:{self.port}", "Origin": self.origin, **options.pop("headers", {})}
        url = f"https://127.0.0.1:{self.port}{self.root}{path}"
        return self.session.request(method, url, headers=headers, allow_redirects=False, timeout=30, **options)

    def sign_in(self) -> requests.Response:
        """Sign in as an admin. requests keeps no cookie of a host that it does not know."""
        answer = self.request("/login", "POST", data={"name": "priya", "password": PASSWORD})
        name, _, value = answer.headers.get("Set-Cookie", "").partition(";")[0].partition("=")
        self.session.headers["Cookie"] = f"{name}={value}"
        return answer

    def live(self, origin: str | None = None) -> websocket.WebSocket:
        """A live connection."""
        socket: websocket.WebSocket = websocket.create_connection(
            f"wss://127.0.0.1:{self.port}{self.root}/socket.io/?EIO=4&transport=websocket",
            host=f"{self.host}:{self.port}",
            origin=origin or self.origin,
            cookie=self.session.headers.get("Cookie"),
            sslopt={"ca_certs": str(self.certificate.certificate), "check_hostname": False},
            timeout=30,
        )
        return socket


@pytest.fixture(scope="module")
def wallflower(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    """A server with people, which believes a proxy at 127.0.0.1."""
    keys = f'hosts = ["{OWN_HOST}", "{SHARED_HOST}"]\nproxies = ["127.0.0.1"]'
    server = RunningServer(tmp_path_factory.mktemp("wallflower"), server=keys)
    store = open_store(load_config(server.config).database_url)
    add_people(store, FakeClock())
    store.close()
    try:
        yield server.start()
    finally:
        server.stop()


@pytest.fixture(scope="module", params=[nginx, caddy], ids=["nginx", "caddy"])
def proxy(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, wallflower: RunningServer
) -> Iterator[tuple[int, Certificate]]:
    """The port of a proxy in front of ``wallflower``, and its certificate."""
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    certificate = generate_certificate(folder, f"IP:127.0.0.1,DNS:{OWN_HOST},DNS:{SHARED_HOST}")
    arguments = request.param(folder, port, free_port(), wallflower.port, certificate)
    with running(arguments, port, folder / "log", {"HOME": str(folder)}):
        yield port, certificate


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest, proxy: tuple[int, Certificate], wallflower: RunningServer) -> Iterator[Site]:
    site = Site(wallflower, *proxy, *SITES[request.param])
    yield site
    site.session.close()


def test_a_person_signs_in_and_reads(site: Site) -> None:
    asked = site.request("/mentions?q=acme")
    assert asked.status_code == 303
    assert asked.headers["Location"].startswith(f"{site.root}/login?")
    signed_in = site.sign_in()
    assert (signed_in.status_code, signed_in.headers["Location"]) == (303, f"{site.root}/")
    cookie = signed_in.headers["Set-Cookie"]
    assert all(part in cookie for part in ("; Secure", "; HttpOnly", "; SameSite=Lax")), cookie
    page = site.request("/sources")
    assert page.status_code == 200
    assert page.headers["Content-Encoding"] == "gzip"
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for link in re.findall(r'(?:href|src)="(/[^"]*)"', page.text):
        assert link.startswith(f"{site.root}/")
    style = re.findall(r'href="(/[^"]*/assets/[^"]*\.css)"', page.text)[0]
    assert site.request(style.removeprefix(site.root)).status_code == 200
    assert CLIENT_ADDRESS in site.request("/account").text, "the address is the client's, not the proxy's"


def test_the_doctor_finds_the_proxy_well(site: Site) -> None:
    state = read_running_state(site.server.folder / "data")
    assert state is not None
    answer = site.request("/healthz", headers={DOCTOR_HEADER: state.doctor_key})
    arrived = json.loads(answer.headers[DOCTOR_HEADER])
    assert (arrived["peer"], arrived["client"]) == ("127.0.0.1", CLIENT_ADDRESS)
    url = f"https://{site.host}{site.root}"
    assert list(header_problems(url, urlsplit(url), ArrivedAs(**arrived))) == []
    assert arrived["missing"] == []


def test_a_delivery_arrives_over_a_live_connection(site: Site) -> None:
    site.sign_in()
    live = site.live()
    assert live.recv().startswith("0{")
    live.send('40{"room": "pages"}')
    received = [live.recv(), live.recv()]
    assert received[0].startswith("40{")
    assert received[1].startswith('42["heartbeat"')
    body = json.dumps({"posts": [{"id": f"{site.root}{site.port}", "text": "Acme is here."}]}).encode()
    signature = f"sha256={hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}"
    assert site.request("/in/Forum", "POST", data=body, headers={"X-Hub-Signature-256": signature}).status_code == 202
    while not (message := live.recv()).startswith('42["changes"'):
        pass
    assert '"kind":"saved"' in message
    live.close()


def test_another_site_gets_nothing_through_the_proxy(site: Site) -> None:
    site.sign_in()
    forged = {
        "Origin": "https://evil.example",
        "X-Forwarded-Host": "evil.example",
        "X-Forwarded-Prefix": "//evil.example",
        "X-Forwarded-For": "127.0.0.1",
    }
    assert site.request("/sources/Forum/pause", "POST", headers=forged).status_code == 403
    home = site.request("/", headers={**forged, "Origin": site.origin})
    assert home.headers["Location"] == f"{site.root}/mentions"
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        site.live("https://evil.example")
    with pytest.raises(websocket.WebSocketBadStatusException, match="401"):
        Site(site.server, site.port, site.certificate, site.host, site.root).live()


def test_a_long_search_reaches_wallflower(site: Site) -> None:
    site.sign_in()
    answer = site.request("/mentions?q=" + "a" * 10_000)
    assert answer.status_code == 400
    assert "4,000" in answer.text
