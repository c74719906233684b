"""Passwords, codes, tokens and cookies of people are in no log, file, page, export, metric or URL."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.access_setup import Site, public_config

PASSWORD, NEW_PASSWORD, WRONG_PASSWORD = "canary walrus sings", "canary otter sleeps", "canary wrong guess"
NAME_TYPED_BY_MISTAKE = "canary in the name field"
READ_ONLY_PATHS = (
    *("/mentions", "/mentions.csv", "/mentions.json", "/sources", "/people", "/people/add", "/account"),
    *("/account/password", "/wall", "/wall/state.json", "/metrics", "/healthz", "/no-such-page", "/login"),
)


@pytest.fixture
def site(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> Iterator[Site]:
    caplog.set_level(logging.DEBUG)
    site = Site(public_config(tmp_path), people=False)
    yield site
    site.close()


def sign_in(client: FlaskClient, name: str, password: str) -> str:
    """The token in the session cookie, or nothing."""
    answer = client.post("/login", data={"name": name, "password": password})
    found = re.search(r"wallflower_session=([\w-]{43})", answer.headers.get("Set-Cookie", ""))
    return found[1] if found else ""


def planted(site: Site, client: FlaskClient, caplog: pytest.LogCaptureFixture) -> dict[str, str]:
    """Use every kind of secret; returns them by kind. ``client`` is signed in as an admin afterwards."""
    client.get("/first-admin")
    code = re.findall(r"enter the code ([0-9A-Z-]{14}),", caplog.text)[0]
    caplog.clear()  # the one secret that may be logged, and only once
    form = {"code": code, "name": "priya", "new_password": PASSWORD, "repeated_password": PASSWORD}
    assert client.post("/first-admin", data=form).status_code == 303
    first_cookie = client.get_cookie("wallflower_session")
    assert first_cookie is not None
    sign_in(site.client(), "priya", WRONG_PASSWORD)
    sign_in(site.client(), NAME_TYPED_BY_MISTAKE, "x")
    change = {"password": PASSWORD, "new_password": NEW_PASSWORD, "repeated_password": NEW_PASSWORD}
    assert client.post("/account/password", data=change).status_code == 303
    api_token = re.findall(
        r"wfl_[\w-]{43}", client.post("/account/tokens", data={"token_name": "Excel", "days": "30"}).text
    )[0]
    one_time = re.findall(
        r'class="token">([\w-]+)<', client.post("/people/add", data={"name": "dana", "role": "member"}).text
    )[0]
    site.client().get("/mentions.json", headers={"Authorization": f"Bearer {api_token}"})
    return {
        "code": code,
        "password": PASSWORD,
        "new password": NEW_PASSWORD,
        "wrong password": WRONG_PASSWORD,
        "typed by mistake": NAME_TYPED_BY_MISTAKE,
        "first cookie": first_cookie.value,
        "other cookie": sign_in(site.client(), "dana", one_time),
        "API token": api_token,
        "one-time password": one_time,
    }


def test_no_secret_of_people_leaks(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    client = site.client()
    secrets = planted(site, client, caplog)
    assert all(secrets.values())
    stored = site.store.people.password_hash("priya")
    assert stored is not None
    places = {path: client.get(path) for path in READ_ONLY_PATHS}
    shown = {path: f"{answer.headers}\n{answer.text}" for path, answer in places.items()}
    shown["audit log"] = repr(site.store.people.audit_log())
    site.access.identities.last_uses.flush()
    shown["log"] = caplog.text
    for kind, secret in {**secrets, "password hash": stored}.items():
        assert [place for place, text in shown.items() if secret in text] == [], kind
    site.store.close()
    files = {file.name: file.read_bytes() for file in site.config.data.iterdir()}
    assert "wallflower.db" in files
    for kind, secret in secrets.items():
        assert [name for name, content in files.items() if secret.encode() in content] == [], kind
