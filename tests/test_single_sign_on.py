"""Signing in through an OpenID provider and through a header of a reverse proxy."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient

from display.access.oidc import KEY_RETRY_SECONDS
from display.access.single_sign_on import Attempt
from monitor.config.sign_in import EVERYBODY, Oidc, Roles, SignIn, TrustedHeader
from monitor.model.people import Role
from tests.access_setup import PASSWORD, Site, sign_in
from tests.fake_provider import CLIENT_ID, CLIENT_SECRET, KEYS, PERSON, FakeProvider
from tests.fake_site import config

ROLES = Roles(admin=("it",), member=("comms", "pr"), viewer=("staff",))
ADMIN = {**PERSON, "sub": "1", "preferred_username": "ada", "name": "Ada", "groups": ["staff", "it"]}


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeProvider]:
    monkeypatch.setenv("OIDC_SECRET", CLIENT_SECRET)
    provider = FakeProvider()
    yield provider
    provider.close()


def site_with(folder: Path, **settings: Any) -> Site:
    return Site(replace(config(folder), sign_in=SignIn(**{"roles": ROLES, **settings})))


@pytest.fixture
def site(tmp_path: Path, provider: FakeProvider) -> Iterator[Site]:
    oidc = Oidc(provider.issuer, CLIENT_ID, "OIDC_SECRET", name="Example")
    site = site_with(tmp_path, oidc=oidc)
    site.store.people.remove_account(site.account("dana").id, site.clock.now(), "priya")
    yield site
    site.close()


def answer(provider: FakeProvider, client: FlaskClient, target: str = "") -> Any:
    """The response to the provider's redirect, after a whole sign-in."""
    begun = client.get("/login/single-sign-on" + (f"?next={target}" if target else ""))
    assert begun.status_code == 303, begun.text
    back = urlsplit(provider.authorize(begun.headers["Location"]))
    return client.get(f"{back.path}?{back.query}")


def test_a_person_signs_in_and_gets_the_role_of_its_groups(site: Site, provider: FakeProvider) -> None:
    client = site.client()
    assert "Sign in with Example" in client.get("/login").text
    done = answer(provider, client, "/sources")
    assert (done.status_code, done.headers["Location"]) == (303, "/sources")
    assert client.get("/account").status_code == 200
    account = site.account("dana")
    assert (account.full_name, account.role, account.has_password) == ("Dana Kim", Role.MEMBER, False)
    (session,) = site.store.people.sessions(site.clock.now(), account.id)
    assert session.method == "Example"


def test_the_role_follows_the_groups_at_each_sign_in(site: Site, provider: FakeProvider) -> None:
    old = site.client()
    answer(provider, old)
    provider.claims["groups"] = ["staff", "unknown"]
    provider.claims["name"] = "Dana Kim-Lee"
    answer(provider, site.client())
    account = site.account("dana")
    assert (account.role, account.full_name) == (Role.VIEWER, "Dana Kim-Lee")
    assert old.get("/account").status_code == 303
    provider.claims["groups"] = []
    refused = answer(provider, site.client())
    assert refused.status_code == 403
    assert "nobody has given you access to Wallflower" in refused.text


def test_groups_may_be_one_text_or_in_the_user_info(site: Site, provider: FakeProvider) -> None:
    provider.short_token = True
    provider.claims["groups"] = "pr"
    assert answer(provider, site.client()).status_code == 303
    assert site.account("dana").role is Role.MEMBER


def test_an_account_with_a_password_is_never_taken_over(site: Site, provider: FakeProvider) -> None:
    provider.claims["preferred_username"] = "Priya"
    refused = answer(provider, site.client())
    assert refused.status_code == 403
    assert "There is already an account with the name" in refused.text


@pytest.mark.parametrize(
    "wrong",
    [
        {"nonce": "another"}, {"nonce": None}, {"aud": "another client"}, {"iss": "https://evil.example"},
        {"exp": 1_700_000_000}, {"exp": None}, {"sub": None}, {"azp": "another client"},
        {"aud": [CLIENT_ID, "another client"]},
    ],
    ids=str,
)  # fmt: skip
def test_an_id_token_that_is_not_for_us_is_refused(site: Site, provider: FakeProvider, wrong: dict[str, Any]) -> None:
    provider.token_claims = wrong
    refused = answer(provider, site.client())
    assert refused.status_code == 403
    assert "Signing in did not work. Try again." in refused.text
    assert site.store.people.account("dana") is None


def test_a_token_without_a_good_signature_is_refused(site: Site, provider: FakeProvider) -> None:
    provider.algorithm = "none"
    assert answer(provider, site.client()).status_code == 403
    provider.algorithm, provider.signing_key = "RS256", KEYS[1]
    assert answer(provider, site.client()).status_code == 403
    assert site.store.people.account("dana") is None


def test_new_keys_of_the_provider_are_found(tmp_path: Path, provider: FakeProvider, site: Site) -> None:
    answer(provider, site.client())
    provider.signing_key = KEYS[1]
    provider.published = [KEYS[1]]
    assert answer(provider, site.client()).status_code == 403
    oidc = site.access.oidc
    assert oidc is not None
    oidc._monotonic = lambda: time.monotonic() + KEY_RETRY_SECONDS + 1
    assert answer(provider, site.client()).status_code == 303


def test_an_answer_belongs_to_the_browser_that_asked(site: Site, provider: FakeProvider) -> None:
    """Else somebody could sign a victim in to the attacker's own account."""
    attacker, victim = site.client(), site.client()
    back = urlsplit(provider.authorize(attacker.get("/login/single-sign-on").headers["Location"]))
    victim.get("/login/single-sign-on")
    for client in (victim, site.client()):
        assert client.get(f"{back.path}?{back.query}").status_code == 403
    asked = len(provider.requests)
    assert attacker.get(f"{back.path}?code=x&state=forged").status_code == 403
    assert len(provider.requests) == asked


def test_the_way_back_leads_to_our_own_pages_only(site: Site, provider: FakeProvider) -> None:
    assert answer(provider, site.client(), "https://evil.example/").headers["Location"] == "/"
    assert answer(provider, site.client(), "//evil.example").headers["Location"] == "/"


@pytest.mark.parametrize("cookie", ["", "x", "e30=", "W10=", "bnVsbA==", "eyJzdGF0ZSI6MX0="])
def test_a_forged_attempt_is_none(cookie: str) -> None:
    assert Attempt.from_cookie(cookie) is None


def test_signing_out_offers_to_sign_out_there_too(site: Site, provider: FakeProvider) -> None:
    client = site.client()
    answer(provider, client)
    out = client.post("/logout", follow_redirects=True)
    assert "You are signed out here, but not of Example." in out.text
    assert f"{provider.issuer}/end?client_id=wallflower" in out.text
    assert client.get("/mentions").status_code == 303


def test_a_provider_that_is_down_or_another_one_is_reported(
    tmp_path: Path, provider: FakeProvider, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    provider.issuer = "https://another.example"
    page = site.client().get("/login/single-sign-on")
    assert (page.status_code, "Example" in page.text) == (503, True)
    assert "says that it is 'https://another.example'" in caplog.text
    provider.close()
    assert (
        "Example cannot be reached. Try again later, or ask an admin."
        in site.client().get("/login/single-sign-on").text
    )


def test_without_passwords_only_single_sign_on_signs_in(tmp_path: Path, provider: FakeProvider) -> None:
    oidc = Oidc(provider.issuer, CLIENT_ID, "OIDC_SECRET", name="Example")
    site = site_with(tmp_path, oidc=oidc, passwords=False)
    refused = sign_in(site.client(), "priya", PASSWORD)
    assert refused.status_code == 403
    assert "Nobody signs in with a password here." in refused.text
    assert 'name="password"' not in site.client().get("/login").text
    site.close()


def test_the_first_account_has_to_be_an_admin(tmp_path: Path, provider: FakeProvider) -> None:
    oidc = Oidc(provider.issuer, CLIENT_ID, "OIDC_SECRET", name="Example")
    site = Site(replace(config(tmp_path), sign_in=SignIn(oidc=oidc, roles=ROLES)), people=False)
    assert "Wallflower has no admin yet" in answer(provider, site.client()).text
    provider.claims = ADMIN
    assert answer(provider, site.client()).status_code == 303
    assert site.account("ada").role is Role.ADMIN
    provider.claims = {**ADMIN, "groups": ["staff"]}
    answer(provider, site.client())
    assert site.account("ada").role is Role.ADMIN  # the last admin stays one
    site.close()


def test_no_token_or_secret_is_logged(site: Site, provider: FakeProvider, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    client = site.client()
    begun = client.get("/login/single-sign-on")
    back = urlsplit(provider.authorize(begun.headers["Location"]))
    client.get(f"{back.path}?{back.query}")
    provider.token_claims = {"nonce": "another"}
    answer(provider, site.client())
    assert CLIENT_SECRET not in caplog.text
    assert parse_qs(back.query)["code"][0] not in [record.getMessage() for record in caplog.records]
    assert "Bearer access" not in caplog.text


def header_site(folder: Path) -> Site:
    header = TrustedHeader("X-Remote-User", (ip_network("10.0.0.0/24"),), "X-Remote-Groups", "X-Remote-Name")
    return site_with(folder, header=header)


def test_a_proxy_signs_people_in_with_a_header(tmp_path: Path) -> None:
    site = header_site(tmp_path)
    headers = {
        "X-Remote-User": "eve",
        "X-Remote-Groups": "staff, comms",
        "X-Remote-Name": "Eve Öst".encode().decode("latin-1"),
    }
    client = site.client()
    assert client.get("/account", headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 200
    account = site.account("eve")
    assert (account.full_name, account.role) == ("Eve Öst", Role.MEMBER)
    assert client.get("/account", environ_base={"REMOTE_ADDR": "10.0.0.9"}).status_code == 303
    site.close()


@pytest.mark.parametrize("address", ["10.0.1.9", "127.0.0.1", "", "::1"])
def test_the_header_means_nothing_from_any_other_address(tmp_path: Path, address: str) -> None:
    site = header_site(tmp_path)
    client = site.client()
    headers = {"X-Remote-User": "eve", "X-Remote-Groups": "it"}
    assert client.get("/account", headers=headers, environ_base={"REMOTE_ADDR": address}).status_code == 303
    forwarded = headers | {"X-Forwarded-For": "10.0.0.9"}
    assert client.get("/account", headers=forwarded, environ_base={"REMOTE_ADDR": address}).status_code == 303
    assert site.store.people.account("eve") is None
    site.close()


def test_a_header_cannot_take_over_an_account_with_a_password(tmp_path: Path) -> None:
    site = header_site(tmp_path)
    headers = {"X-Remote-User": "priya", "X-Remote-Groups": "it"}
    base = {"REMOTE_ADDR": "10.0.0.9"}
    assert site.client().get("/account", headers=headers, environ_base=base).status_code == 303
    site.close()


def test_everybody_is_a_viewer_by_default() -> None:
    assert SignIn().roles == Roles(viewer=(EVERYBODY,))


def test_the_secret_of_the_provider_is_among_those_that_the_log_redacts(tmp_path: Path) -> None:
    oidc = Oidc("https://login.example", CLIENT_ID, "OIDC_SECRET")
    assert replace(config(tmp_path), sign_in=SignIn(oidc=oidc)).secret_names == {"OIDC_SECRET"}
