"""The app: security headers, rejected requests, static files and error pages."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from display.pages.assets import Assets
from display.server.security import host_name, is_cross_site
from monitor.errors import StoreError
from monitor.store import Store, open_store
from tests.fake_site import ALL_HEALTHY, app_for, config
from tests.fakes import FakeClock

ROUTES = [
    "/",
    "/wall",
    "/wall/state.json",
    "/healthz",
    "/no-such-page",
    "/static/none.js",
    "/socket.io/",
    "/favicon.ico",
]


@pytest.fixture
def store(tmp_path: Path, clock: FakeClock) -> Iterator[Store]:
    settings = config(tmp_path)
    store = open_store(settings.database_url)
    store.register_brands(settings.brands, clock.now())
    yield store
    store.close()


@pytest.fixture
def app(tmp_path: Path, store: Store, clock: FakeClock) -> Flask:
    return app_for(config(tmp_path), store, clock)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.mark.parametrize("path", ROUTES)
def test_every_answer_has_the_security_headers(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8750", "[::1]:8750", "LOCALHOST:1"])
def test_loopback_host_names_are_accepted(client: FlaskClient, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "evil.example/localhost", "[", "a:b:c"],
)
def test_other_host_names_are_rejected_for_pages_and_sockets(client: FlaskClient, host: str) -> None:
    for path in ("/wall", "/socket.io/?EIO=4&transport=websocket"):
        answer = client.get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert "nosniff" in answer.headers["X-Content-Type-Options"]


@given(st.text(max_size=300))
def test_host_name_returns_part_of_the_header_or_nothing(host: str) -> None:
    name = host_name(host)
    assert name == "" or name in host.lower()


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:99"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 404),
        ({"Origin": "http://localhost"}, 404),
        ({}, 404),
    ],
)
def test_cross_site_writes_are_rejected(client: FlaskClient, headers: dict[str, str], status: int) -> None:
    assert client.post("/no-such-page", headers=headers).status_code == status


def test_sec_fetch_site_takes_precedence_over_origin() -> None:
    assert is_cross_site({"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_ORIGIN": "http://a", "HTTP_HOST": "a"})


def test_healthz_reports_each_part(client: FlaskClient, tmp_path: Path, store: Store, clock: FakeClock) -> None:
    assert (client.get("/healthz").status_code, client.get("/healthz").json) == (200, dict(ALL_HEALTHY))
    unhealthy = (
        app_for(config(tmp_path), store, clock, {**ALL_HEALTHY, "scheduler": False}).test_client().get("/healthz")
    )
    assert (unhealthy.status_code, unhealthy.json) == (503, {**ALL_HEALTHY, "scheduler": False})


def test_home_redirects_to_the_mentions(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"] == "/mentions"


def test_an_unknown_page_has_a_404_page(client: FlaskClient) -> None:
    answer = client.get("/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "Page not found." in answer.text
    assert "<script>alert" not in answer.text


def test_a_bug_shows_a_code_that_is_in_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> str:
        raise ZeroDivisionError("the secret reason")

    app.add_url_rule("/broken", "broken", broken)
    with caplog.at_level(logging.ERROR):
        answers = [app.test_client().get("/broken") for _ in range(5)]
    assert {answer.status_code for answer in answers} == {500}
    assert "secret reason" not in answers[0].text
    (record,) = caplog.records
    found = re.fullmatch(r"Error ([0-9A-F]{6}): (.*)", record.getMessage())
    assert found
    assert found[2].startswith("ZeroDivisionError in test_app.py, line ")
    assert found[2].endswith("(first: GET /broken)")
    assert all(f"logged as {found[1]}." in answer.text for answer in answers), "one bug has one code"
    assert "the secret reason" in caplog.text


def test_an_unreadable_database_is_reported_as_503(app: Flask) -> None:
    def unreadable() -> str:
        raise StoreError("disk full")

    app.add_url_rule("/unreadable", "unreadable", unreadable)
    answer = app.test_client().get("/unreadable")
    assert answer.status_code == 503
    assert "disk full" not in answer.text


def test_built_files_are_cached_forever(client: FlaskClient) -> None:
    address = Assets().asset("wall/main.tsx")
    answer = client.get(address)
    assert answer.status_code == 200
    assert "immutable" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/static/../__init__.py", "/static/manifest.json", "/static/assets/../manifest.json"])
def test_only_built_files_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 404


def test_assets_include_the_imports_of_an_entry(tmp_path: Path) -> None:
    chunks = {
        "a.ts": {"file": "assets/a-1.js", "css": ["assets/a-1.css"], "imports": ["_shared.js"]},
        "_shared.js": {"file": "assets/s-1.js", "css": ["assets/s-1.css"]},
    }
    (tmp_path / "manifest.json").write_text(json.dumps(chunks))
    assets = Assets(tmp_path)
    assert assets.asset("a.ts") == "/static/assets/a-1.js"
    assert assets.styles("a.ts") == ["/static/assets/s-1.css", "/static/assets/a-1.css"]
    assert assets.scripts("a.ts") == ["/static/assets/s-1.js"]
    with pytest.raises(LookupError, match=r"b\.ts is not in"):
        assets.asset("b.ts")


def test_missing_assets_say_how_to_build_them(tmp_path: Path) -> None:
    with pytest.raises(LookupError, match="Build the front end"):
        Assets(tmp_path).asset("a.ts")
