"""Who is let in: local people, strangers before there is an account, roles, API tokens and walls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from flask import Flask

from display.access import tokens
from display.access.first_admin import CODE_LIFETIME
from display.access.guard import TOKEN_REFUSAL
from display.access.permissions import requires
from monitor.config.tables import Server
from monitor.errors import StoreError
from monitor.model.people import NewAccount, Role, TokenScope
from tests.access_setup import PASSWORD, Site, public_config
from tests.fake_site import CHEAP_PASSWORDS, config

ADMIN_FORM = {"name": "priya", "full_name": "Priya Nair", "new_password": PASSWORD, "repeated_password": PASSWORD}


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(config(tmp_path))
    yield site
    site.close()


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Site]:
    """On loopback, with nobody."""
    site = Site(config(tmp_path), people=False)
    yield site
    site.close()


@pytest.fixture
def public(tmp_path: Path) -> Iterator[Site]:
    """On every address, with nobody."""
    site = Site(public_config(tmp_path), people=False)
    yield site
    site.close()


def code_in(caplog: pytest.LogCaptureFixture) -> str:
    found = re.findall(r"enter the code ([0-9A-Z-]{14}),", caplog.text)
    assert found, caplog.text
    return str(found[-1])


def test_everybody_on_this_machine_is_an_admin_until_there_is_an_account(empty: Site) -> None:
    client = empty.client()
    assert client.get("/mentions").status_code == 200
    assert client.post("/sources/Forum/pause").status_code == 303
    empty.store.people.add_account(NewAccount("p", "P", Role.ADMIN, "h"), empty.clock.now(), "command line")
    assert client.get("/mentions").status_code == 303
    assert client.post("/sources/Forum/pause").headers["Location"] == "/login"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP", "Forwarded", "Via"])
def test_a_request_through_a_proxy_is_not_local(empty: Site, header: str) -> None:
    answer = empty.client().get("/mentions", headers={header: "127.0.0.1"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/first-admin")


@pytest.mark.parametrize(
    "sent",
    [{"SERVER_PROTOCOL": "HTTP/1.0"}, {"HTTP_ORIGIN": "https://wall.example.org"}, {"HTTP_ORIGIN": "https://10.0.0.9"}],
    ids=str,
)
def test_a_proxy_that_says_nothing_of_itself_makes_nobody_local(empty: Site, sent: dict[str, str]) -> None:
    """As one line of nginx is: ``proxy_pass http://127.0.0.1:8750;``."""
    assert empty.client().get("/mentions", environ_overrides=sent).headers["Location"] == "/first-admin"
    client = empty.client()
    assert "Code from the log" in client.get("/first-admin", environ_overrides=sent).text
    assert client.get("/mentions", environ_overrides={"HTTP_ORIGIN": "http://127.0.0.1:8750"}).status_code == 200


@pytest.mark.parametrize("address", ["10.0.0.7", "", "::ffff:10.0.0.7"])
def test_a_request_from_another_machine_or_a_unix_socket_is_not_local(empty: Site, address: str) -> None:
    assert empty.client().get("/mentions", environ_base={"REMOTE_ADDR": address}).status_code == 303


def test_a_loopback_host_name_does_not_make_a_public_server_local(public: Site) -> None:
    for path in ("/", "/mentions", "/wall", "/login", "/no-such-page", "/sources?x=1"):
        answer = public.client().get(path)
        assert (answer.status_code, answer.headers["Location"]) == (303, "/first-admin")
    for path in ("/mentions.json", "/wall/state.json"):
        assert public.client().get(path).status_code == 401
    assert public.client().post("/sources/Forum/pause").headers["Location"] == "/first-admin"
    assert public.client().get("/healthz").status_code == 200


def test_the_first_admin_needs_the_code_in_the_log(public: Site, caplog: pytest.LogCaptureFixture) -> None:
    client = public.client()
    assert "Code from the log" in client.get("/first-admin").text
    code = code_in(caplog)
    assert client.post("/first-admin", data=ADMIN_FORM).status_code == 403
    wrong = client.post("/first-admin", data=ADMIN_FORM | {"code": "AAAA-AAAA-AAAA"})
    assert (wrong.status_code, "This code is not valid." in wrong.text) == (403, True)
    assert not public.store.people.has_accounts()
    answer = client.post("/first-admin", data=ADMIN_FORM | {"code": f" {code.lower().replace('-', ' ')} "})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert client.get("/mentions").status_code == 200
    (account,) = public.store.people.accounts()
    assert (account.name, account.full_name, account.role) == ("priya", "Priya Nair", Role.ADMIN)
    stranger = public.client()
    assert stranger.post("/first-admin", data=ADMIN_FORM | {"code": code, "name": "eve"}).status_code == 303
    assert len(public.store.people.accounts()) == 1


def test_the_code_is_logged_once_and_renewed_after_half_an_hour(public: Site, caplog: pytest.LogCaptureFixture) -> None:
    public.access.announce(Server(host="0.0.0.0"))
    first = code_in(caplog)
    assert "http://<this machine>:8750/first-admin" in caplog.text
    for _ in range(5):
        public.client().get("/first-admin")
    assert caplog.text.count("enter the code") == 1
    public.clock.advance(CODE_LIFETIME.total_seconds())
    answer = public.client().post("/first-admin", data=ADMIN_FORM | {"code": first})
    assert answer.status_code == 403
    second = code_in(caplog)
    assert second != first
    assert public.client().post("/first-admin", data=ADMIN_FORM | {"code": second}).status_code == 303


def test_the_code_cannot_be_guessed_at_leisure(public: Site, caplog: pytest.LogCaptureFixture) -> None:
    client = public.client()
    statuses = [client.post("/first-admin", data=ADMIN_FORM | {"code": "x"}).status_code for _ in range(7)]
    assert statuses == [403] * 5 + [429] * 2
    assert client.post("/first-admin", data=ADMIN_FORM | {"code": code_in(caplog)}).status_code == 429


@pytest.mark.parametrize(
    ("server", "address"),
    [
        (Server(hosts=("wallflower.example.org",)), "http://wallflower.example.org:8750"),
        (
            Server(hosts=("wall.example.org", "b.example"), proxies=(ip_network("127.0.0.1"),)),
            "https://wall.example.org",
        ),
        (Server(host="::", port=80), "http://<this machine>:80"),
        (Server(host="10.0.0.7"), "http://10.0.0.7:8750"),
        (Server(host="fd00::7"), "http://[fd00::7]:8750"),
    ],
)
def test_the_log_names_the_address_that_people_open(
    public: Site, caplog: pytest.LogCaptureFixture, server: Server, address: str
) -> None:
    public.access.announce(server)
    assert f"open {address}/first-admin and enter the code" in caplog.text


def test_on_loopback_no_code_is_logged_or_needed(empty: Site, caplog: pytest.LogCaptureFixture) -> None:
    empty.access.announce(Server())
    client = empty.client()
    assert "Code from the log" not in client.get("/first-admin").text
    assert client.post("/first-admin", data=ADMIN_FORM).status_code == 303
    assert "enter the code" not in caplog.text


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"new_password": "short", "repeated_password": "short"}, "at least 12 characters"),
        ({"repeated_password": "another walrus sings"}, "The two passwords differ."),
        ({"name": " "}, "The name is empty."),
        ({"name": "Local"}, "is reserved"),
        ({"full_name": "a" * 65}, "too long"),
        ({"name": "a\u202eb"}, "cannot be shown"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_said(empty: Site, change: dict[str, str], problem: str) -> None:
    answer = empty.client().post("/first-admin", data=ADMIN_FORM | change)
    assert answer.status_code == 400
    assert problem in answer.text
    assert not empty.store.people.has_accounts()


def test_a_public_name_makes_loopback_public(tmp_path: Path) -> None:
    settings = config(tmp_path)
    settings = replace(settings, server=replace(settings.server, hosts=("listen.example",)))
    site = Site(settings, people=False)
    assert site.client().get("/mentions").headers["Location"] == "/first-admin"
    site.close()


def test_a_viewer_is_told_who_could_do_it(site: Site) -> None:
    answer = site.signed_in("bo").post("/sources/Forum/pause")
    assert answer.status_code == 403
    assert "Only admins can manage sources. Priya is an admin." in answer.text
    assert site.store.source_requests() == {}
    site.store.people.set_role(site.account("dana").id, Role.ADMIN, site.clock.now(), "priya")
    answer = site.signed_in("bo").post("/sources/Forum/pause")
    assert "Only admins can manage sources. Dana and Priya are admins." in answer.text


def test_a_view_that_writes_and_declares_no_role_refuses_everybody(tmp_path: Path) -> None:
    site = Site(config(tmp_path))
    site.app.add_url_rule("/forgotten", "forgotten", lambda: "done", methods=["POST", "PUT"])
    for name in ("bo", "dana", "priya"):
        assert site.signed_in(name).post("/forgotten").status_code == 403
        assert site.signed_in(name).put("/forgotten").status_code == 403
    site.close()


def test_decorators_in_either_order_keep_the_role(tmp_path: Path) -> None:
    site = Site(config(tmp_path))
    add_view(site.app, "inner", requires(Role.ADMIN)(lambda: "done"))
    for name, status in (("bo", 403), ("dana", 403), ("priya", 200)):
        assert site.signed_in(name).post("/inner").status_code == status
    site.close()


def add_view(app: Flask, name: str, view: object) -> None:
    app.add_url_rule(f"/{name}", name, view, methods=["POST"])  # type: ignore[arg-type]


def test_nobody_gets_in_while_the_database_cannot_be_read(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    client = site.signed_in("dana")

    def unreadable(*_: object) -> None:
        raise StoreError("disk I/O error")

    monkeypatch.setattr(site.store.people, "session", unreadable)
    assert client.get("/mentions").status_code == 503
    assert client.get("/socket.io/?EIO=4&transport=websocket").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_a_person_with_a_one_time_password_first_chooses_another(site: Site) -> None:
    site.store.people.set_password(
        site.account("dana").id, CHEAP_PASSWORDS.hash(PASSWORD), site.clock.now(), "priya", must_change=True
    )
    client = site.signed_in("dana")
    assert client.get("/mentions").headers["Location"] == "/account/password"
    assert client.get("/mentions.json").status_code == 403
    assert client.get("/socket.io/?EIO=4&transport=websocket").status_code == 401


def api_token(site: Site, name: str = "dana", days: int = 30, scope: TokenScope = TokenScope.READ) -> str:
    token, now = tokens.new_api_token(), site.clock.now()
    hashed = tokens.token_hash(token)
    assert hashed is not None
    until = now + timedelta(days=days)
    site.store.people.add_token(
        site.account(name).id, f"Excel {token[-4:]}", token[-4:], hashed, until, now, name, scope
    )
    return token


def test_an_api_token_reads_data_and_nothing_else(site: Site) -> None:
    headers = {"Authorization": f"Bearer {api_token(site, 'priya')}"}
    client = site.client()
    assert client.get("/mentions.json", headers=headers).json == []
    assert client.get("/mentions.csv", headers=headers).status_code == 200
    for path in ("/mentions", "/sources", "/wall", "/"):
        assert client.get(path, headers=headers).status_code == 403
    refused = client.post("/sources/Forum/pause", headers=headers)
    assert (refused.status_code, refused.json) == (403, {"error": TOKEN_REFUSAL})
    assert client.get("/socket.io/?EIO=4&transport=websocket", headers=headers).status_code == 401


@pytest.mark.parametrize("wrong", ["wfl_" + "a" * 43, "wfl_", "wfl_\N{POUND SIGN}", "wfl_" + "a" * 9000])
def test_a_wrong_token_is_refused_even_beside_a_session(site: Site, wrong: str) -> None:
    answer = site.signed_in("priya").get("/mentions.json", headers={"Authorization": f"Bearer {wrong}"})
    assert answer.status_code == 401
    assert answer.is_json


@pytest.mark.parametrize("other", ["Bearer of-a-proxy", "Bearer", "Basic cHJpeWE6eA==", "x"])
def test_the_authorization_of_a_proxy_neither_helps_nor_harms(site: Site, other: str) -> None:
    assert site.signed_in("priya").get("/mentions", headers={"Authorization": other}).status_code == 200
    assert site.client().get("/mentions", headers={"Authorization": other}).status_code == 401


def test_a_script_of_a_page_gets_no_page_to_sign_in(site: Site) -> None:
    answer = site.client().get("/mentions/new", headers={"Sec-Fetch-Dest": "empty"})
    assert (answer.status_code, answer.is_json) == (401, True)
    assert site.client().get("/mentions/new", headers={"Sec-Fetch-Dest": "document"}).status_code == 303


def test_an_api_token_ends_when_it_expires_or_is_revoked_or_its_person_is_removed(site: Site) -> None:
    client, people = site.client(), site.store.people
    headers = {"Authorization": f"Bearer {api_token(site)}"}
    site.clock.advance(timedelta(days=29, hours=23).total_seconds())
    assert client.get("/mentions.json", headers=headers).status_code == 200
    site.access.identities.last_uses.flush()
    (stored,) = people.tokens(site.account("dana").id)
    assert (stored.used_at, stored.used_address) == (site.clock.now(), "127.0.0.1")
    site.clock.advance(3600)
    assert client.get("/mentions.json", headers=headers).status_code == 401
    people.revoke_token(stored.id, site.account("dana").id, site.clock.now(), "dana")
    headers = {"Authorization": f"Bearer {api_token(site)}"}
    assert client.get("/mentions.json", headers=headers).status_code == 200
    people.remove_account(site.account("dana").id, site.clock.now(), "priya")
    assert client.get("/mentions.json", headers=headers).status_code == 401


def wall_client(site: Site):  # type: ignore[no-untyped-def]
    token = tokens.new_token()
    hashed = tokens.token_hash(token)
    assert hashed is not None
    wall = site.store.people.add_wall("CEO desk", "", hashed, site.clock.now(), "priya")
    client = site.client()
    client.set_cookie("wallflower_wall", token)
    return client, wall


def test_a_paired_wall_sees_walls_and_nothing_else(site: Site) -> None:
    client, wall = wall_client(site)
    assert client.get("/wall").status_code == 200
    assert client.get("/wall/state.json").status_code == 200
    answer = client.get("/mentions")
    assert answer.status_code == 403
    assert "A wall is read-only: it sees what is shown on walls and cannot change anything." in answer.text
    assert client.get("/mentions.json").status_code == 403
    assert client.post("/sources/Forum/pause").status_code == 403
    assert client.post("/logout").status_code == 403
    site.store.people.remove_wall(wall.id, site.clock.now(), "priya")
    assert client.get("/wall").status_code == 303
