"""Signing in and out: texts, limits, cookies and sessions."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from unittest.mock import Mock

import pytest
from argon2 import PasswordHasher
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from display.access.authentication import network_of
from display.access.browser_names import browser_name, is_phone
from display.access.passwords import TooManySignIns
from display.pages.access.own_paths import own_path
from monitor.model.people import SESSION_IDLE, SESSION_LIFETIME, TRY_WINDOW, NewAccount, Role
from tests.access_setup import PASSWORD, Site, sign_in
from tests.fake_site import CHEAP_PASSWORDS, config

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    yield site
    site.close()


def session_cookie(answer: TestResponse) -> str:
    return next(line for line in answer.headers.getlist("Set-Cookie") if "wallflower_session" in line)


def token_of(answer: TestResponse) -> str:
    return session_cookie(answer).partition("=")[2].partition(";")[0]


def test_pages_ask_a_stranger_to_sign_in_and_lead_back(site: Site) -> None:
    client = site.client()
    asked = client.get("/mentions?brand=Globex&q=late")
    assert (asked.status_code, asked.headers["Location"]) == (
        303,
        "/login?next=%2Fmentions%3Fbrand%3DGlobex%26q%3Dlate",
    )
    page = client.get(asked.headers["Location"])
    assert 'value="/mentions?brand=Globex&amp;q=late"' in page.text
    answer = client.post(
        "/login", data={"name": "Dana ", "password": PASSWORD, "next": "/mentions?brand=Globex&q=late"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/mentions?brand=Globex&q=late")
    assert client.get("/mentions").status_code == 200


def test_data_asks_a_stranger_for_a_token(site: Site) -> None:
    for path in ("/mentions.json", "/mentions.csv", "/wall/state.json"):
        answer = site.client().get(path)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.json == {"error": "Sign in, or send an API token that has not expired."}


def test_nobody_is_local_once_there_is_an_account(site: Site) -> None:
    assert site.client().get("/sources").status_code == 303
    assert site.client().get("/first-admin").headers["Location"] == "/login"


@pytest.mark.parametrize("name", ["dana", "DANA", "nobody", ""])
def test_wrong_passwords_get_the_same_answer_for_every_name(site: Site, name: str) -> None:
    client, told = site.client(), []
    for _ in range(6):
        answer = sign_in(client, name, "wrong")
        told.append((answer.status_code, "Name and password do not match." in answer.text, answer.text))
    assert [status for status, _, _ in told] == [403] * 4 + [429] * 2
    assert [no_match for _, no_match, _ in told] == [True] * 4 + [False] * 2
    for n, (_, _, text) in enumerate(told[:3]):
        assert f"{4 - n} tries left, then a 15-minute wait." in text
    assert "1 try left, then a 15-minute wait." in told[3][2]
    assert all("Too many tries. Try again after 12:15." in text for _, _, text in told[4:])


def test_the_right_password_does_not_help_during_the_wait(site: Site) -> None:
    client = site.client()
    for _ in range(5):
        sign_in(client, "dana", "wrong")
    assert sign_in(client, "dana").status_code == 429
    assert sign_in(client, "priya").status_code == 303
    site.clock.advance(TRY_WINDOW.total_seconds())
    assert sign_in(client, "dana").status_code == 303
    assert "4 tries left" in sign_in(site.client(), "dana", "wrong").text


def test_one_address_cannot_try_many_names(site: Site) -> None:
    statuses = [sign_in(site.client(), f"name{n}", "wrong").status_code for n in range(25)]
    assert statuses == [403] * 19 + [429] * 6
    elsewhere = sign_in(site.client(), "dana", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    assert elsewhere.status_code == 303


def test_a_network_of_ipv6_counts_as_one_address() -> None:
    assert network_of("2001:db8:1:2:3:4:5:6") == network_of("2001:db8:1:2::1") == "2001:db8:1:2::/64"
    assert network_of("2001:db8:1:3::1") != network_of("2001:db8:1:2::1")
    assert network_of("::ffff:10.0.0.7") == network_of("10.0.0.7") == "10.0.0.7"
    assert network_of("unix:") == "unix:"


def test_people_who_sign_in_do_not_use_up_the_tries_of_their_address(site: Site) -> None:
    assert [sign_in(site.client(), "dana").status_code for _ in range(30)] == [303] * 30


def test_too_many_sign_ins_at_once_are_refused_and_do_not_count(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CHEAP_PASSWORDS, "verify", Mock(side_effect=TooManySignIns("Try again in a few seconds.")))
    assert [sign_in(site.client(), "dana").status_code for _ in range(7)] == [503] * 7
    monkeypatch.undo()
    assert "4 tries left" in sign_in(site.client(), "dana", "wrong").text


def test_failures_are_in_the_audit_log_without_what_was_typed(site: Site) -> None:
    sign_in(site.client(), "dana", "wrong")
    sign_in(site.client(), "my-secret-password", "")
    log = site.store.people.audit_log()
    assert [(e.actor, e.action, e.target, dict(e.details)) for e in log[:2]] == [
        ("Wallflower", "refused sign-in", "unknown name", {"address": "127.0.0.1"}),
        ("Wallflower", "refused sign-in", "dana", {"address": "127.0.0.1"}),
    ]
    assert "my-secret-password" not in site.store.people.audit_log().__repr__()


def test_a_hash_with_old_parameters_is_replaced(site: Site) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=16, parallelism=1).hash(PASSWORD)
    site.store.people.add_account(NewAccount("old", "Old", Role.VIEWER, old), site.clock.now(), "priya")
    assert sign_in(site.client(), "old").status_code == 303
    new = site.store.people.password_hash("old")
    assert new is not None
    assert new != old
    assert not CHEAP_PASSWORDS.is_outdated(new)
    assert sign_in(site.client(), "old").status_code == 303


def test_the_session_cookie_is_out_of_reach(site: Site) -> None:
    plain = session_cookie(sign_in(site.client(), "dana"))
    assert plain.startswith("wallflower_session=")
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Path=/;" in plain
    assert "Secure" not in plain
    secure = session_cookie(sign_in(site.client(), "dana", base_url="https://localhost"))
    assert secure.startswith("__Host-wallflower_session=")
    assert "Secure" in secure
    assert "Domain" not in secure
    below = session_cookie(sign_in(site.client(), "dana", base_url="https://localhost/listening"))
    assert below.startswith("__Secure-wallflower_session=")
    assert "Path=/listening/" in below


def test_a_session_over_https_is_not_taken_from_a_cookie_without_its_prefix(site: Site) -> None:
    client = site.client()
    token = token_of(sign_in(client, "dana", base_url="https://localhost"))
    stranger = site.client()
    stranger.set_cookie("wallflower_session", token)
    assert stranger.get("/mentions", base_url="https://localhost").status_code == 303


def test_only_a_hash_of_the_token_is_stored(site: Site) -> None:
    token = token_of(sign_in(site.client(), "dana"))
    assert len(token) == 43
    site.store.close()
    stored = b"".join(file.read_bytes() for file in site.config.data.iterdir())
    assert token.encode() not in stored
    assert PASSWORD.encode() not in stored
    assert b"$argon2id$" in stored


def test_each_sign_in_opens_a_new_session_and_ends_the_one_before(site: Site) -> None:
    client = site.client()
    client.set_cookie("wallflower_session", "A" * 43)  # an attacker's, planted before the sign-in
    first = token_of(sign_in(client, "dana"))
    second = token_of(sign_in(client, "dana"))
    assert len({first, second, "A" * 43}) == 3
    stale = site.client()
    for token in (first, "A" * 43):
        stale.set_cookie("wallflower_session", token)
        assert stale.get("/mentions").status_code == 303
    assert len(site.store.people.sessions(site.clock.now())) == 1


def test_after_signing_out_the_cookie_is_worth_nothing(site: Site) -> None:
    client = site.client()
    token = token_of(sign_in(client, "dana"))
    answer = client.post("/logout")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/login")
    assert client.get("/mentions").status_code == 303
    thief = site.client()
    thief.set_cookie("wallflower_session", token)
    assert thief.get("/mentions").status_code == 303
    assert site.store.people.audit_log()[0].action == "signed out"


@pytest.mark.parametrize("change", ["password", "role", "removed", "everywhere"])
def test_an_old_cookie_does_not_outlive_what_it_was_given_for(site: Site, change: str) -> None:
    client, people, dana = site.signed_in("dana"), site.store.people, site.account("dana").id
    assert client.get("/mentions").status_code == 200
    if change == "password":
        people.set_password(dana, CHEAP_PASSWORDS.hash("another walrus sings"), site.clock.now(), "priya")
    elif change == "role":
        people.set_role(dana, Role.ADMIN, site.clock.now(), "priya")
    elif change == "removed":
        people.remove_account(dana, site.clock.now(), "priya")
    else:
        people.end_sessions(dana, site.clock.now(), "priya")
    assert client.get("/mentions").status_code == 303


def test_a_session_expires(site: Site) -> None:
    client = site.signed_in("dana")
    site.clock.advance(SESSION_IDLE.total_seconds())
    assert client.get("/mentions").status_code == 303
    client = site.signed_in("dana")
    for _ in range(19):
        site.clock.advance(timedelta(days=20).total_seconds())
        site.access.identities.last_uses.flush()
        used = client.get("/mentions").status_code
        site.access.identities.last_uses.flush()
    assert timedelta(days=19 * 20) > SESSION_LIFETIME
    assert used == 303


def test_uses_are_stored_with_address_and_browser(site: Site) -> None:
    client = site.client()
    sign_in(client, "dana", headers={"User-Agent": FIREFOX})
    site.clock.advance(100)
    client.get("/mentions", environ_base={"REMOTE_ADDR": "10.0.0.9"})
    site.access.identities.last_uses.flush()
    (session,) = site.store.people.sessions(site.clock.now())
    assert (session.browser, session.address, session.method) == ("Firefox on Windows", "10.0.0.9", "password")
    assert session.seen_at == site.clock.now()


def test_a_person_who_is_signed_in_is_led_past_the_sign_in_page(site: Site) -> None:
    answer = site.signed_in("dana").get("/login?next=/sources")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sources")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/", "//evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example",
        "javascript:alert(1)", "evil.example", "", "/\n/evil.example", "///evil.example", "/a\\b", "http:evil.example",
        "/%0d%0aSet-Cookie:x=1 ", "/" + "a" * 5000,
    ],
)  # fmt: skip
def test_signing_in_leads_to_our_own_pages_only(site: Site, target: str) -> None:
    answer = site.client().post("/login", data={"name": "dana", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")


@given(st.text(max_size=60))
def test_an_own_path_never_names_a_host(text: str) -> None:
    path = own_path(text)
    assert path.startswith("/")
    assert not path.startswith(("//", "/\\"))
    assert path.isprintable()


def test_pages_with_passwords_are_never_cached(site: Site) -> None:
    for answer in (
        site.client().get("/login"),
        sign_in(site.client(), "dana", "wrong"),
        sign_in(site.client(), "dana"),
    ):
        assert answer.headers["Cache-Control"] == "no-store"


def test_no_password_or_token_is_logged(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        sign_in(site.client(), "dana", "a wrong but secret one")
        token = token_of(sign_in(site.client(), "dana"))
    assert "secret one" not in caplog.text
    assert PASSWORD not in caplog.text
    assert token not in caplog.text


WEBKIT = "AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (f"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) {WEBKIT} Version/18.5 Safari/605.1.15", "Safari on Mac"),
        (f"Mozilla/5.0 (Linux; Android 10; K) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) {WEBKIT} CriOS/140.0 Safari/604.1", "Chrome on iPhone"),
        ("curl/8.5.0", "curl"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_have_names_that_people_know(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
    assert is_phone(name) is (name.endswith(("Android", "iPhone")))
