"""Pairing a screen: from the code that it shows to the wall, and back when it is unpaired."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from display.access.pairing import (
    CODE_CHARACTERS,
    CODE_LIFETIME,
    MAX_SCREENS,
    MAX_SCREENS_PER_ADDRESS,
    Pairing,
    TooManyScreens,
    WaitingScreen,
)
from display.cli.main import cli
from display.pages.walls.rows import DARK_AFTER
from display.server.screens import Screen
from monitor.config.walls import Wall
from tests.access_setup import Site
from tests.fake_site import config
from tests.fakes import FakeClock

ADDRESS = "10.20.4.31"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    site = Site(replace(config(tmp_path), walls=(Wall("office"), Wall("reception"))))
    yield site
    site.close()


def screen_of(site: Site) -> tuple[FlaskClient, str]:
    """A screen that shows a code, and the code."""
    client = site.client()
    client.environ_base["REMOTE_ADDR"] = ADDRESS
    assert client.get("/wall/reception", follow_redirects=True).status_code == 200
    state = client.get("/wall/pairing/state.json?size=1920x1080").json
    assert state is not None
    return client, "".join(state["pairing"]["code"])


def pair(admin: FlaskClient, code: str, **form: str):  # type: ignore[no-untyped-def]
    return admin.post("/walls/pair", data={"code": code, "decision": "pair", **form})


def test_a_screen_becomes_a_wall_when_an_admin_types_its_code(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    asking = admin.post("/walls/pair", data={"code": f" {code[:3].lower()}-{code[3:]} "})
    assert asking.status_code == 200
    for shown in ("A screen is asking to be a wall", ADDRESS, "1920 \N{MULTIPLICATION SIGN} 1080"):
        assert shown in asking.text
    assert pair(admin, code, name="CEO desk", wall="reception").headers["Location"] == "/walls"
    moved = screen.get("/wall/pairing/state.json")
    assert moved.headers["Location"] == "/wall/reception/state.json"
    assert screen.get("/wall/pairing").headers["Location"] == "/wall/reception"
    state = screen.get("/wall/reception/state.json")
    assert state.json is not None
    assert state.json["wall"] == "reception"
    assert screen.get("/mentions").status_code == 403
    (wall,) = site.store.people.walls()
    assert (wall.name, wall.wall, wall.paired_by, wall.address) == ("CEO desk", "reception", "priya", ADDRESS)


def test_a_paired_screen_sees_only_its_own_wall(site: Site) -> None:
    screen, code = screen_of(site)
    pair(site.signed_in("priya"), code, name="Lobby", wall="reception")
    for path in ("/wall", "/wall/office"):
        assert screen.get(path).headers["Location"] == "/wall/reception"
        assert screen.get(f"{path}/state.json").headers["Location"] == "/wall/reception/state.json"


def test_a_code_works_once_and_expires(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    site.clock.advance(CODE_LIFETIME.total_seconds())
    refused = pair(admin, code, name="CEO desk")
    assert refused.status_code == 404
    assert "No wall is showing this code. It may have changed; check the wall again." in refused.text
    state = screen.get("/wall/pairing/state.json").json
    assert state is not None
    renewed = "".join(state["pairing"]["code"])
    assert renewed != code
    assert pair(admin, renewed, name="CEO desk").status_code == 303
    assert pair(admin, renewed, name="Another").status_code == 404
    assert len(site.store.people.walls()) == 1


def test_a_rejected_screen_gets_another_code(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    admin.post("/walls/pair", data={"code": code, "decision": "reject"})
    assert site.store.people.walls() == []
    state = screen.get("/wall/pairing/state.json").json
    assert state is not None
    assert "".join(state["pairing"]["code"]) != code


def test_only_admins_pair_and_unpair(site: Site) -> None:
    screen, code = screen_of(site)
    for client in (site.signed_in("dana"), site.signed_in("bo")):
        assert client.get("/walls").status_code == 200
        assert "Pair a wall" not in client.get("/walls").text
        assert client.get("/walls/pair").status_code == 403
        assert pair(client, code, name="Mine").status_code == 403
    assert pair(site.client(), code, name="Mine").status_code == 303  # to the sign-in page
    assert site.store.people.walls() == []
    pair(site.signed_in("priya"), code, name="CEO desk")
    (wall,) = site.store.people.walls()
    for path in (f"/walls/{wall.id}/unpair", f"/walls/{wall.id}/rename"):
        assert site.signed_in("dana").post(path, data={"name": "x"}).status_code == 403
        assert screen.post(path, data={"name": "x"}).status_code == 403
    assert site.store.people.walls() == [wall]


def test_an_unpaired_screen_shows_a_code_again(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    pair(admin, code, name="CEO desk", wall="reception")
    (wall,) = site.store.people.walls()
    admin.post(f"/walls/{wall.id}/unpair")
    assert screen.get("/wall/reception/state.json").status_code == 401
    assert screen.get("/wall/reception").headers["Location"] == "/wall/pairing?wall=reception"
    state = screen.get("/wall/pairing/state.json").json
    assert state is not None
    assert state["kind"] == "pairing"


def test_a_name_is_needed_and_belongs_to_one_screen(site: Site) -> None:
    admin = site.signed_in("priya")
    (_, first), (_, second) = screen_of(site), screen_of(site)
    pair(admin, first, name="CEO desk")
    taken = pair(admin, second, name="ceo DESK")
    assert taken.status_code == 400
    assert "There is already a wall with the name" in taken.text
    assert "The name of the wall is empty." in pair(admin, second, name=" ").text
    assert pair(admin, second, name="Lobby").status_code == 303


def test_renaming_can_change_the_wall_that_is_shown(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    pair(admin, code, name="CEO desk", wall="reception")
    (wall,) = site.store.people.walls()
    admin.post(f"/walls/{wall.id}/rename", data={"name": "Lobby", "wall": "office"})
    (changed,) = site.store.people.walls()
    assert (changed.name, changed.wall) == ("Lobby", "office")
    assert screen.get("/wall/reception").headers["Location"] == "/wall/office"


def test_the_token_of_a_screen_is_in_a_strict_cookie_and_nowhere_else(
    site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    client = site.client()
    page = client.get("/wall/pairing", base_url="https://localhost")
    cookie = page.headers["Set-Cookie"]
    found = re.match(r"__Host-wallflower_wall=([A-Za-z0-9_-]{43});", cookie)
    assert found
    for attribute in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/"):
        assert attribute in cookie
    state = client.get("/wall/pairing/state.json", base_url="https://localhost")
    assert found[1] not in page.text + state.text + caplog.text
    assert page.headers["Cache-Control"] == state.headers["Cache-Control"] == "no-store"


def test_without_its_cookie_a_screen_gets_no_code(site: Site) -> None:
    assert site.client().get("/wall/pairing/state.json").status_code == 401


def test_the_code_has_no_letters_that_look_alike_and_no_second_screen(clock: FakeClock) -> None:
    drawn = cycle("K7M4QXK7M4QXACDEFG")
    pairing = Pairing(clock, choose=lambda letters: next(drawn))
    first, second = waiting(pairing, 1), waiting(pairing, 2)
    assert first.halves == ("K7M", "4QX")
    assert second.code == "ACDEFG"
    assert set("0O1IL2Z5S8BW").isdisjoint(CODE_CHARACTERS)


def test_a_code_stays_for_five_minutes(clock: FakeClock) -> None:
    pairing = Pairing(clock)
    first = waiting(pairing, 1)
    clock.advance(CODE_LIFETIME.total_seconds() - 1)
    assert waiting(pairing, 1).code == first.code
    assert pairing.find(first.code) is not None
    clock.advance(1)
    assert pairing.find(first.code) is None
    assert waiting(pairing, 1).expires_at == first.expires_at + CODE_LIFETIME


def test_strangers_can_take_neither_all_places_nor_the_memory(clock: FakeClock) -> None:
    pairing = Pairing(clock)
    first = waiting(pairing, 0)
    for number in range(1, MAX_SCREENS_PER_ADDRESS):
        waiting(pairing, number)
    with pytest.raises(TooManyScreens):
        waiting(pairing, MAX_SCREENS_PER_ADDRESS)
    assert waiting(pairing, 0) == first
    for number in range(MAX_SCREENS_PER_ADDRESS, MAX_SCREENS):
        waiting(pairing, number, address=f"10.0.{number // 200}.{number % 200}")
    with pytest.raises(TooManyScreens):
        waiting(pairing, MAX_SCREENS, address="10.9.9.9")
    clock.advance(2 * CODE_LIFETIME.total_seconds())
    assert waiting(pairing, MAX_SCREENS, address="10.9.9.9").code


def test_a_network_of_ipv6_counts_as_one_address(clock: FakeClock) -> None:
    """A machine can choose any address of its /64."""
    pairing = Pairing(clock)
    for number in range(MAX_SCREENS_PER_ADDRESS):
        waiting(pairing, number, address=f"2001:db8::{number:x}")
    with pytest.raises(TooManyScreens):
        waiting(pairing, MAX_SCREENS, address="2001:db8::ffff")
    assert waiting(pairing, MAX_SCREENS, address="2001:db8:0:1::1").code


def waiting(pairing: Pairing, number: int, address: str = ADDRESS) -> WaitingScreen:
    return pairing.waiting(number.to_bytes(32, "big"), address=address, browser="Chromium", size="", wall="")


def test_the_list_shows_what_each_screen_has_drawn_and_which_are_dark(site: Site) -> None:
    screen, code = screen_of(site)
    admin = site.signed_in("priya")
    pair(admin, code, name="CEO desk", wall="reception")
    assert "Not seen yet" in admin.get("/walls").text
    state = screen.get("/wall/reception/state.json").json
    assert state is not None
    assert "Connecting" in admin.get("/walls").text
    (wall,) = site.store.people.walls()
    screens = site.app.extensions["live"].screens
    screens._is_connected = lambda sid: True
    screens.connected("s1", state, Screen("1920 x 1080", "9.9", wall.id))
    screens.state_sent(state)
    screens.painted("s1", state["as_of"])
    listing = admin.get("/walls").text
    assert "Showing" in listing
    assert state["headline"]["text"] in listing
    assert "1920 x 1080, 9.9" in listing
    site.clock.advance(DARK_AFTER.total_seconds() + 1)
    assert "Dark since" in admin.get("/walls").text
    screens._is_connected = lambda sid: False
    site.clock.advance(timedelta(minutes=5).total_seconds())
    site.access.identities.last_uses.flush()
    assert "Not seen since" in admin.get("/walls").text


def test_a_socket_shows_a_paired_screen_its_own_wall_only(site: Site) -> None:
    screen, code = screen_of(site)
    pair(site.signed_in("priya"), code, name="CEO desk", wall="reception")
    io = site.app.extensions["socketio"]
    assert io.test_client(site.app, auth={"room": "wall", "wall": "reception"}, flask_test_client=screen).is_connected()
    for auth in ({"room": "wall", "wall": "office"}, {"room": "wall", "wall": ""}, {"room": "pages"}):
        assert not io.test_client(site.app, auth=auth, flask_test_client=screen).is_connected()


def test_the_command_lists_and_revokes_paired_screens(site: Site, tmp_path: Path) -> None:
    _, code = screen_of(site)
    pair(site.signed_in("priya"), code, name="CEO desk", wall="reception")
    site.store.close()
    file = tmp_path / "config.toml"
    file.write_text(
        f'[wallflower]\ndata = "{site.config.data}"\n[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
    )
    run = CliRunner().invoke
    listed = run(cli, ["wall", "list", "--config", str(file)])
    assert listed.output.startswith("CEO desk: not seen yet, shows reception"), listed.output
    wrong = run(cli, ["wall", "revoke", "lobby", "--config", str(file)])
    assert (wrong.exit_code, "Paired: CEO desk." in wrong.output) == (1, True)
    assert "CEO desk is unpaired." in run(cli, ["wall", "revoke", "ceo desk", "--config", str(file)]).output
    assert "No screen is paired." in run(cli, ["wall", "list", "--config", str(file)]).output
