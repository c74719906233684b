"""The page /sources over a real store: sources and their actions, and the walls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from display.pages.sources.views import uptime
from display.server.live import HEARTBEAT_SECONDS
from display.server.new_client import WALL_ROOM
from monitor.config import Wall
from monitor.model import UNDATED
from monitor.store import Store, open_store
from tests.fake_site import ALL_HEALTHY, BRANDS, app_for, config, judged, working_status
from tests.fakes import NOON, FakeClock

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
NAMES = ("Forum", "Reddit", "A/C & <b>?")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(config(tmp_path).database_url)
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


@pytest.fixture
def client(tmp_path: Path, store: Store) -> FlaskClient:
    for name in NAMES:
        store.save_status(working_status(NOON, name, next_check=NOON + 10 * MINUTE), NOON)
    return app_for(config(tmp_path, sources=NAMES), store, FakeClock()).test_client()


def test_the_page_shows_every_source_and_links_its_number(client: FlaskClient, store: Store) -> None:
    store.save("Reddit", [judged(source="Reddit", published_at=NOON - DAY)], now=NOON)
    text = client.get("/sources").text
    assert "All 3 sources are being read" in text
    assert text.count('class="source working"') == 3
    assert "A/C &amp; &lt;b&gt;?" in text
    assert "<b>?" not in text
    link = re.search(r'href="(/mentions\?source=Reddit)">1<', text)
    assert link
    assert '<span id="count">1</span>' in client.get(unescape(link[1]), follow_redirects=True).text


@pytest.mark.parametrize("name", NAMES)
def test_pause_resume_and_check_now_redirect_to_the_row(client: FlaskClient, store: Store, name: str) -> None:
    actions = [unescape(a) for a in re.findall(r'method="post" action="([^"]+)"', client.get("/sources").text)]
    number = NAMES.index(name)
    (pause,) = [a for a in actions if a.endswith("/pause") and client.post(a).location.endswith(f"source-{number}")]
    assert "Paused" in client.get("/sources").text
    assert store.source_request(name).paused_at == NOON
    resumed = client.post(pause.removesuffix("pause") + "resume")
    assert (resumed.status_code, resumed.location) == (303, f"/sources#source-{number}")
    assert store.source_request(name).paused_at is None
    assert client.post(pause.removesuffix("pause") + "try").status_code == 303
    assert store.source_request(name).check_requested_at == NOON


def test_actions_need_a_configured_source_and_a_post_from_this_site(client: FlaskClient, store: Store) -> None:
    assert client.post("/sources/Nobody/pause").status_code == 404
    assert client.get("/sources/Forum/pause").status_code in (404, 405)
    assert client.post("/sources/Forum/pause", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert not store.source_request("Forum").paused_at


def test_a_paused_source_does_not_count_as_one_that_should_be_read(client: FlaskClient) -> None:
    client.post("/sources/Forum/pause")
    text = client.get("/sources").text
    assert "All 2 sources are being read" in text
    assert "Forum is paused and not counted." in text
    assert "2 of 2 sources read." in client.get("/mentions/health").text


def test_a_page_without_sources_says_how_to_add_one(tmp_path: Path, store: Store) -> None:
    text = app_for(config(tmp_path, sources=()), store, FakeClock()).test_client().get("/sources").text
    assert "No source is set up" in text


def test_imported_sources_are_listed_apart_and_never_as_unread(client: FlaskClient, store: Store) -> None:
    store.save("Old", [judged(published_at=datetime(2014, 5, 20, tzinfo=UTC))], now=NOON, imported=True)
    text = client.get("/sources").text
    assert "Imported</h2>" in text
    assert '<bdi>Old</bdi></dt><dd><a href="/mentions?source=Old&amp;range=all">1 mention</a>, 20 May 2014</dd>' in text
    assert "never read" not in text


def test_an_imported_source_without_any_date_is_listed(client: FlaskClient, store: Store) -> None:
    store.save("Old", [judged(published_at=UNDATED)], now=NOON, imported=True)
    store.save("Forum", [judged(published_at=UNDATED)], now=NOON)
    listed = client.get("/sources").text.partition("Imported</h2>")[2].partition("</section>")[0]
    assert '<bdi>Old</bdi></dt><dd><a href="/mentions?source=Old&amp;range=all">1 mention</a>, no dates</dd>' in listed
    assert listed.count("<dt>") == 1


def test_the_page_lists_walls_with_and_without_a_screen(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    settings = replace(config(tmp_path), walls=(Wall("desk"), Wall("lobby")))
    app = app_for(settings, store, clock, {**ALL_HEALTHY, "watch": False})
    live, client = app.extensions["live"], app.test_client()
    live.follow()
    auth = {"room": WALL_ROOM, "wall": "lobby", "version": "1", "size": "1366x768"}
    screen = app.extensions["socketio"].test_client(app, auth=auth)
    store.save("Forum", [judged(published_at=NOON)], now=NOON)
    live.step(0)
    clock.advance(HEARTBEAT_SECONDS)
    clock.advance(180)
    live.step(0)
    text = client.get("/sources").text
    desk, lobby = (text[text.index(f'href="/wall/{name}"') :][:900] for name in ("desk", "lobby"))
    assert "Not seen since Wallflower started" in desk
    assert "1366 \N{MULTIPLICATION SIGN} 768" in lobby
    assert "Showing" in lobby
    assert "“" in lobby
    assert "Incidents are not detected" in text
    screen.disconnect()
    text = client.get("/sources").text
    assert "Not seen since 12:03" in text
    assert "Is it switched on? Last shown: “" in text
    client.get("/wall/lobby/state.json")
    assert "Showing" in client.get("/sources").text


class ReplayedClock(FakeClock):
    """A clock that runs 60 times as fast as real time."""

    speed = 60.0


def test_the_uptime_of_a_replay_is_in_real_time(tmp_path: Path, store: Store) -> None:
    clock = ReplayedClock()
    app = app_for(config(tmp_path), store, clock)
    clock.advance(7_200)
    assert uptime(app.extensions["wallflower"]) == timedelta(minutes=2)
