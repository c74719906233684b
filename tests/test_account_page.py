"""/account: one's own password, sessions and API tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.access_setup import PASSWORD, Site, sign_in
from tests.fake_site import config

NEW = "rivers of green tea"
TOKEN = re.compile(r"wfl_[A-Za-z0-9_-]{43}")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    yield site
    site.close()


def change(password: str = PASSWORD, new: str = NEW, repeated: str = NEW) -> dict[str, str]:
    return {"password": password, "new_password": new, "repeated_password": repeated}


def test_changing_the_password_signs_out_every_other_browser(site: Site) -> None:
    here, elsewhere = site.signed_in("dana"), site.signed_in("dana")
    answer = here.post("/account/password", data=change())
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account?password_changed=1")
    assert "Your password was changed." in here.get(answer.headers["Location"]).text
    assert elsewhere.get("/mentions").status_code == 303
    assert sign_in(site.client(), "dana").status_code == 403
    assert sign_in(site.client(), "dana", NEW).status_code == 303


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        (change("wrong"), "This is not your password."),
        (change(repeated="another one entirely"), "The two passwords differ."),
        (change(new="short", repeated="short"), "at least 12 characters"),
        (change(new="dana-kim-dana-kim", repeated="dana-kim-dana-kim"), "little more than a name"),
        ({}, "This is not your password."),
    ],
)
def test_a_password_that_cannot_be_changed_says_why(site: Site, form: dict[str, str], problem: str) -> None:
    answer = site.signed_in("dana").post("/account/password", data=form)
    assert answer.status_code == 400
    assert problem in answer.text
    assert sign_in(site.client(), "dana").status_code == 303


def test_the_old_password_cannot_be_guessed_in_a_browser_left_open(site: Site) -> None:
    client = site.signed_in("dana")
    statuses = [client.post("/account/password", data=change("wrong")).status_code for _ in range(6)]
    assert statuses == [400] * 4 + [429] * 2
    assert client.post("/account/password", data=change()).status_code == 429
    assert site.store.people.audit_log()[0].action == "refused password change"


def test_each_browser_is_listed_and_can_be_signed_out(site: Site) -> None:
    here, elsewhere = site.signed_in("dana"), site.signed_in("dana")
    priya = site.signed_in("priya")
    page = here.get("/account").text
    assert page.count("this one") == 1
    (end,) = re.findall(r'action="(/account/sessions/\d+/end)"', page)
    assert priya.post(end).status_code == 303
    assert elsewhere.get("/mentions").status_code == 200
    assert here.post(end).status_code == 303
    assert elsewhere.get("/mentions").status_code == 303
    assert here.get("/mentions").status_code == 200


def test_all_other_browsers_can_be_signed_out_at_once(site: Site) -> None:
    here, others = site.signed_in("dana"), [site.signed_in("dana") for _ in range(3)]
    assert here.post("/account/sessions/end-others").status_code == 303
    assert [other.get("/mentions").status_code for other in others] == [303] * 3
    page = here.get("/account").text
    assert "Sign out everywhere else" not in page


@pytest.mark.parametrize("name", ["bo", "priya"])
def test_an_api_token_is_shown_once_and_reads(site: Site, name: str) -> None:
    client = site.signed_in(name)
    answer = client.post("/account/tokens", data={"token_name": "Excel", "days": "30"})
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    (token,) = TOKEN.findall(answer.text)
    page = client.get("/account").text
    assert token not in page
    assert f"wfl_…{token[-4:]}" in page
    assert "3 Apr 2026" in page
    headers = {"Authorization": f"Bearer {token}"}
    assert site.client().get("/mentions.csv", headers=headers).status_code == 200
    assert site.client().get("/metrics", headers=headers).status_code == 200
    assert site.client().get("/account", headers=headers).status_code == 403
    stored = b"".join(file.read_bytes() for file in site.config.data.iterdir())
    assert token.encode() not in stored
    (revoke,) = re.findall(r'action="(/account/tokens/\d+/revoke)"', page)
    assert site.signed_in("dana").post(revoke).status_code == 303
    assert site.client().get("/mentions.csv", headers=headers).status_code == 200
    assert client.post(revoke).status_code == 303
    assert site.client().get("/mentions.csv", headers=headers).status_code == 401


def test_the_last_use_and_the_end_of_a_token_are_shown(site: Site) -> None:
    client = site.signed_in("dana")
    answer = client.post("/account/tokens", data={"token_name": "Excel", "days": "30"})
    headers = {"Authorization": f"Bearer {TOKEN.findall(answer.text)[0]}"}
    assert '<td role="cell" data-label="Last used">never' in client.get("/account").text
    site.client().get("/mentions.json", headers=headers)
    assert ">now</time>" in client.get("/account").text.partition("Last used")[2]
    site.clock.advance(timedelta(days=29).total_seconds())
    client.get("/account")
    site.access.identities.last_uses.flush()
    site.clock.advance(timedelta(days=1).total_seconds())
    assert "expired 3 Apr 2026" in client.get("/account").text


@pytest.mark.parametrize(
    ("form", "problem"),
    [
        ({"token_name": "Excel", "days": "31"}, "30, 90, 365 days"),
        ({"token_name": "Excel", "days": "x"}, "30, 90, 365 days"),
        ({"token_name": "", "days": "30"}, "The name is empty."),
        ({"token_name": "Old", "days": "30"}, "already a token with the name &#34;Old&#34;"),
    ],
)
def test_a_token_that_cannot_be_made_says_why(site: Site, form: dict[str, str], problem: str) -> None:
    client = site.signed_in("dana")
    client.post("/account/tokens", data={"token_name": "Old", "days": "30"})
    answer = client.post("/account/tokens", data=form)
    assert answer.status_code == 400
    assert problem in answer.text
    assert not TOKEN.search(answer.text)


def test_there_is_a_limit_to_tokens(site: Site) -> None:
    client = site.signed_in("dana")
    for n in range(50):
        assert client.post("/account/tokens", data={"token_name": f"{n}", "days": "365"}).status_code == 200
    answer = client.post("/account/tokens", data={"token_name": "50", "days": "365"})
    assert (answer.status_code, "Revoke one that is not used." in answer.text) == (400, True)
