"""/people: adding people, roles, passwords, signing out and removing; and the account menu."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model.people import Role
from tests.access_setup import PASSWORD, Site, sign_in
from tests.fake_site import CHEAP_PASSWORDS, config

ONE_TIME = re.compile(r'<code class="token">([a-z2-9]{4}(?:-[a-z2-9]{4}){3})</code>')
ROLES = (
    "Viewers read. Members also check, claim, add notes, hide and correct. Admins also manage rules, people and walls."
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    yield site
    site.close()


def row_of(page: str, name: str) -> str:
    """The table row of a person, without tags."""
    row = next(row for row in page.split("<tr ")[1:] if name in row.partition("</th>")[0])
    return " ".join(re.sub(r"<[^>]*>", " ", row.partition(">")[2].partition("</tr>")[0]).split())


def test_the_page_lists_everybody_and_what_the_roles_may(site: Site) -> None:
    client = site.signed_in("priya")
    now = site.clock.now()
    dana = site.account("dana").id
    for token, browser, days in ((b"1", "Firefox on Windows", 0), (b"2", "Chrome on Android", 3)):
        site.store.people.add_session(
            dana, token, now - timedelta(days=days), address="10.0.0.7", browser=browser, method="password"
        )
    page = client.get("/people").text
    assert ROLES in page
    assert row_of(page, "Priya Nair").startswith("PN Priya Nair you priya Admin now 1 browser : browsers and")
    assert "1 browser, 1 phone : browsers and API tokens of Dana Kim New password" in row_of(page, "Dana Kim")
    assert "never nowhere" in row_of(page, "Bo Lund")
    assert page.index("Priya Nair</bdi>") < page.index("Bo Lund</bdi>") < page.index("Dana Kim</bdi>")


def test_uses_that_are_not_stored_yet_are_shown(site: Site) -> None:
    dana, priya = site.signed_in("dana"), site.signed_in("priya")
    site.clock.advance(10 * 60)
    assert "10 min" in row_of(priya.get("/people").text, "Dana Kim")
    dana.get("/mentions")
    assert "now" in row_of(priya.get("/people").text, "Dana Kim")


def test_a_person_is_added_with_a_password_that_is_shown_once(site: Site) -> None:
    client = site.signed_in("priya")
    form = {"name": " Jonas ", "full_name": "Jonas Ott", "role": "member", "new_password": ""}
    answer = client.post("/people/add", data=form)
    assert answer.status_code == 200
    assert "Jonas Ott can now sign in as Jonas." in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    password = ONE_TIME.findall(answer.text)[0]
    assert password not in client.get("/people").text
    assert (site.account("jonas").role, site.account("jonas").must_change_password) == (Role.MEMBER, True)
    jonas = site.client()
    assert sign_in(jonas, "jonas", password).status_code == 303
    assert jonas.get("/mentions").headers["Location"] == "/account/password"
    change = {"password": password, "new_password": "rivers of green tea", "repeated_password": "rivers of green tea"}
    assert jonas.post("/account/password", data=change).status_code == 303
    assert jonas.get("/mentions").status_code == 200
    assert sign_in(site.client(), "jonas", password).status_code == 403
    assert sign_in(site.client(), "jonas", "rivers of green tea").status_code == 303


def test_a_chosen_password_is_not_shown_and_has_to_be_replaced(site: Site) -> None:
    form = {"name": "jonas", "full_name": "", "role": "viewer", "new_password": "rivers of green tea"}
    answer = site.signed_in("priya").post("/people/add", data=form)
    assert "rivers of green tea" not in answer.text
    assert "has to be replaced" in answer.text
    assert site.account("jonas").full_name == "jonas"
    assert site.account("jonas").must_change_password


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": "DANA"}, "There is already a person with the name &#34;DANA&#34;."),
        ({"name": ""}, "The name is empty."),
        ({"role": "wall"}, "There is no role &#39;wall&#39;. Roles: viewer, member, admin."),
        ({"role": ""}, "There is no role"),
        ({"new_password": "short"}, "A password needs at least 12 characters."),
        ({"new_password": "jonas-jonas-1"}, "little more than a name"),
    ],
)
def test_what_is_wrong_with_a_person_is_said(site: Site, change: dict[str, str], problem: str) -> None:
    form = {"name": "jonas", "full_name": "Jonas <Ott>", "role": "member", "new_password": ""} | change
    answer = site.signed_in("priya").post("/people/add", data=form)
    assert answer.status_code == 400
    assert problem in answer.text
    assert 'value="Jonas &lt;Ott&gt;"' in answer.text
    assert len(site.store.people.accounts()) == 3


def test_a_role_can_be_set_and_ends_the_sessions(site: Site) -> None:
    dana, priya = site.signed_in("dana"), site.signed_in("priya")
    id_ = site.account("dana").id
    answer = priya.post(f"/people/{id_}/role", data={"role": "admin"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/people#person-{id_}")
    assert site.account("dana").role is Role.ADMIN
    assert dana.get("/mentions").status_code == 303
    assert priya.post("/people/99/role", data={"role": "admin"}).status_code == 400


def test_an_admin_sees_and_ends_single_sessions_and_tokens_of_others(site: Site) -> None:
    dana, other, priya = site.signed_in("dana"), site.signed_in("dana"), site.signed_in("priya")
    made = dana.post("/account/tokens", data={"token_name": "Excel", "days": "30"}).text
    token = re.findall(r"wfl_[\w-]{43}", made)[0]
    path = f"/people/{site.account('dana').id}"
    assert f'href="{path}"' in priya.get("/people").text
    page = priya.get(path).text
    assert token not in page
    ends = re.findall(rf'action="({path}/sessions/\d+/end)"', page)
    assert len(ends) == 2
    assert priya.post(ends[0]).headers["Location"] == path
    assert sorted(client.get("/mentions").status_code for client in (dana, other)) == [200, 303]
    (revoke,) = re.findall(rf'action="({path}/tokens/\d+/revoke)"', page)
    assert priya.post(revoke).status_code == 303
    headers = {"Authorization": f"Bearer {token}"}
    assert site.client().get("/mentions.csv", headers=headers).status_code == 401
    entry = site.store.people.audit_log()[0]
    assert (entry.actor, entry.action, entry.target) == ("priya", "revoked API token", "dana")
    assert priya.get("/people/99").status_code == 404
    assert dana.get(path).status_code in (303, 403)


def test_the_last_admin_stays(site: Site) -> None:
    client, id_ = site.signed_in("priya"), site.account("priya").id
    text = "There must be at least one admin. Make someone else an admin first."
    for answer in (
        client.post(f"/people/{id_}/role", data={"role": "member"}),
        client.post(f"/people/{id_}/remove"),
    ):
        assert answer.status_code == 400
        assert text in answer.text
    assert site.account("priya").role is Role.ADMIN


def test_a_new_password_is_shown_once_and_ends_the_sessions(site: Site) -> None:
    dana, priya = site.signed_in("dana"), site.signed_in("priya")
    answer = priya.post(f"/people/{site.account('dana').id}/password")
    assert "Dana Kim has a new password, and was signed out everywhere." in answer.text
    assert dana.get("/mentions").status_code == 303
    assert sign_in(site.client(), "dana").status_code == 403
    assert sign_in(site.client(), "dana", ONE_TIME.findall(answer.text)[0]).status_code == 303


def test_an_admin_changes_their_own_password_with_the_old_one(site: Site) -> None:
    client = site.signed_in("priya")
    answer = client.post(f"/people/{site.account('priya').id}/password")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/password")
    assert sign_in(site.client(), "priya").status_code == 303


def test_a_person_is_signed_out_everywhere_or_removed(site: Site) -> None:
    dana, bo, priya = site.signed_in("dana"), site.signed_in("bo"), site.signed_in("priya")
    priya.post(f"/people/{site.account('dana').id}/sign-out")
    assert dana.get("/mentions").status_code == 303
    assert bo.get("/mentions").status_code == 200
    answer = priya.post(f"/people/{site.account('bo').id}/remove")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/people")
    assert bo.get("/mentions").status_code == 303
    assert site.store.people.account("bo") is None
    assert priya.post("/people/99/sign-out").status_code == 404
    log = site.store.people.audit_log(limit=2)
    assert [(entry.actor, entry.action, entry.target) for entry in log] == [
        ("priya", "removed person", "bo"),
        ("priya", "signed out everywhere", "dana"),
    ]


@pytest.mark.parametrize("name", ["bo", "dana"])
def test_only_admins_see_the_page_and_its_link(site: Site, name: str) -> None:
    client = site.signed_in(name)
    answer = client.get("/people")
    assert answer.status_code == 403
    assert "Only admins can manage people. Priya is an admin." in answer.text
    assert "/people" not in client.get("/mentions").text
    assert "/people" in site.signed_in("priya").get("/mentions").text


def test_actions_are_not_shown_to_those_who_may_not_use_them(site: Site) -> None:
    assert "/sources/Forum/pause" in site.signed_in("priya").get("/sources").text
    for name in ("bo", "dana"):
        assert "/sources/Forum/pause" not in site.signed_in(name).get("/sources").text


def test_the_menu_names_the_person_and_leads_out(site: Site) -> None:
    page = site.signed_in("dana").get("/mentions").text
    assert '>DK<span class="visually-hidden">, your account: Dana Kim</span></summary>' in page
    assert 'action="/logout"' in page
    assert 'href="/account"' in page


def test_without_an_account_the_menu_and_the_pages_lead_to_the_first_admin(tmp_path: Path) -> None:
    site = Site(config(tmp_path), people=False)
    client = site.client()
    page = client.get("/mentions").text
    assert 'href="/first-admin"' in page
    assert 'action="/logout"' not in page
    for path in ("/people", "/people/add", "/account", "/account/password"):
        assert client.get(path).headers["Location"] == "/first-admin"
    site.close()


def test_a_theme_can_be_chosen(site: Site) -> None:
    client = site.signed_in("dana")
    answer = client.post("/theme", data={"theme": "dark", "next": "/sources?x=1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sources?x=1")
    assert "data-theme" not in site.client().get("/login").text
    page = client.get("/mentions").text
    assert 'data-theme="dark"' in page
    assert '<meta name="color-scheme" content="dark">' in page
    assert "data-theme" not in client.get("/wall").text
    client.set_cookie("wallflower_theme", '"><script>')
    assert "data-theme" not in client.get("/mentions").text
    client.post("/theme", data={"theme": "light"})
    assert 'data-theme="light"' in client.get("/mentions").text
    assert client.post("/theme", data={"theme": "", "next": "//evil.example"}).headers["Location"] == "/"
    assert "data-theme" not in client.get("/mentions").text


def test_hostile_names_are_text(site: Site) -> None:
    form = {"name": "<b>x</b>", "full_name": '"><script>alert(1)</script>', "role": "viewer"}
    client = site.signed_in("priya")
    assert "<script>alert" not in client.post("/people/add", data=form).text
    assert "<script>alert" not in client.get("/people").text


def test_a_password_hash_is_on_no_page(site: Site) -> None:
    client = site.signed_in("priya")
    stored = site.store.people.password_hash("priya")
    assert stored is not None
    for path in ("/people", "/account", "/account/password", "/people/add"):
        text = client.get(path).text
        assert "argon2" not in text
        assert PASSWORD not in text
    assert CHEAP_PASSWORDS.verify(stored, PASSWORD)


def test_what_only_admins_can_change_is_told_only_to_them(site: Site) -> None:
    assert "SQLite" in site.signed_in("priya").get("/sources").text
    page = site.signed_in("bo").get("/sources").text
    assert "SQLite" not in page
    assert "An admin can make one here." in page
    assert "An admin pairs it with that code." in site.signed_in("bo").get("/walls").text


def test_an_address_may_end_with_a_slash(site: Site) -> None:
    client = site.signed_in("priya")
    for path in ("/people/", "/account/", "/walls/", "/sources/", "/mentions/", "/setup/", "/audit/"):
        assert client.get(path).status_code in (200, 303), path
    assert site.client().get("/people/").headers["Location"].startswith("/login")
