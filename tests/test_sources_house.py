"""What /sources tells of the walls and of the program itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from display.pages.sources.system_status import Facts, Line, in_bytes, report
from display.pages.sources.walls import WallRow, wall_rows
from display.server.live import HEARTBEAT_SECONDS, WALL_ROOM
from display.server.screens import LastSeen, Screen, Screens, parse_size
from monitor.config import Wall
from monitor.model import DatabaseStatus
from monitor.store import Store, open_store
from tests.fake_site import ALL_WELL, BRANDS, app_over, config, judged
from tests.fakes import NOON, FakeClock

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
GIGABYTE = 1_000_000_000
ZONE = config(Path()).timezone
STATE = {"wall": "lobby", "headline": {"word": "Quiet.", "text": "3 mentions.", "clause": ""}}
BIG, SMALL = Screen("1920 \N{MULTIPLICATION SIGN} 1080", "1"), Screen("390 \N{MULTIPLICATION SIGN} 844", "2")


class Open(set[str]):
    """The sockets that are open."""

    def screens(self, clock: FakeClock) -> Screens:
        return Screens(clock, self.__contains__)


# Screens


def test_a_wall_is_live_as_long_as_a_socket_of_it_is_open(clock: FakeClock) -> None:
    sockets = Open("ab")
    screens = sockets.screens(clock)
    assert screens.last_seen("lobby") == LastSeen()
    screens.connected("a", STATE, BIG)
    screens.connected("b", STATE, SMALL)
    screens.state_sent(STATE)
    sockets.discard("a")
    seen = screens.last_seen("lobby")
    assert (seen.screens, seen.live, seen.at, seen.headline) == ((SMALL,), True, NOON, "Quiet. 3 mentions.")
    sockets.clear()
    clock.advance(60)
    screens.state_sent(STATE)
    seen = screens.last_seen("lobby")
    assert (seen.screens, seen.live, seen.at, seen.last_screen) == ((), False, NOON, SMALL)


def test_a_wall_without_a_socket_is_live_while_it_asks(clock: FakeClock) -> None:
    screens = Open("a").screens(clock)
    screens.state_requested(STATE)
    clock.advance(29)
    assert screens.last_seen("lobby").live
    clock.advance(1)
    assert not screens.last_seen("lobby").live


def test_the_first_question_of_a_screen_that_got_a_socket_does_not_outlive_it(clock: FakeClock) -> None:
    sockets = Open("a")
    screens = sockets.screens(clock)
    screens.state_requested(STATE)
    screens.connected("a", STATE, BIG)
    screens.state_requested(STATE)
    sockets.clear()
    assert not screens.last_seen("lobby").live
    screens.state_requested(STATE)
    assert screens.last_seen("lobby").live


@pytest.mark.parametrize("said", [None, 7, "", "1920", "0x10", "1920x1080<b>", "999999x1", ["1x1"], {"1x1": 1}])
def test_what_is_no_size_is_none(said: object) -> None:
    assert parse_size(said) == ""
    assert parse_size("1920x1080") == BIG.size


# Walls in words


def row(seen: LastSeen, wall: str = "lobby", up: timedelta = DAY) -> WallRow:
    return WallRow(wall, seen, NOON, NOON - up, ZONE)


GONE = LastSeen(at=NOON - 7 * HOUR, headline="Normal.", last_screen=SMALL)


@pytest.mark.parametrize(
    ("seen", "changes", "mark", "state", "words", "when"),
    [
        (LastSeen((BIG,), at=NOON, headline="Normal."), {}, "working", "Drawing", "“Normal.”", "just now"),
        (
            LastSeen(polling=True, at=NOON - HOUR / 900, headline="Normal."),
            {},
            "working",
            "Drawing",
            "“Normal.”",
            "4 s ago",
        ),
        (GONE, {}, "broken", "Not seen since 05:00", "Is it switched on? Last shown: “Normal.”", "7 h ago"),
        (GONE, {"wall": ""}, "waiting", "Not seen since 05:00", "Last shown: “Normal.”", "7 h ago"),
        (LastSeen(), {"up": HOUR}, "broken", "Not seen since Wallflower started, 11:00", "Is it switched on?", "never"),
        (LastSeen(), {"up": HOUR / 60}, "waiting", "Not seen yet", "Open it on a screen.", "never"),
        (LastSeen(), {"wall": ""}, "waiting", "Not seen yet", "Open it on a screen.", "never"),
    ],
)
def test_a_wall_in_words(seen: LastSeen, changes: dict[str, Any], mark: str, state: str, words: str, when: str) -> None:
    one = row(seen, **changes)
    assert (one.mark, one.state, one.words, one.when) == (mark, state, words, when)


def test_the_sizes_of_its_screens_are_named() -> None:
    assert row(GONE).below == SMALL.size
    assert row(LastSeen((BIG, BIG, SMALL))).below == f"3 screens: {BIG.size}, {SMALL.size}"
    assert row(LastSeen((Screen(), Screen()))).below == "2 screens"
    assert row(LastSeen((BIG, SMALL))).version == "1, 2"


def test_walls_that_are_missing_come_first(clock: FakeClock) -> None:
    screens = Open("a").screens(clock)
    screens.connected("a", STATE, BIG)
    assert [one.wall for one in wall_rows(("lobby", "desk"), screens, NOON, NOON - DAY, ZONE)] == ["desk", "lobby"]


# The program in words


def database(used: int = 2 * GIGABYTE, free: int | None = 22 * GIGABYTE) -> DatabaseStatus:
    return DatabaseStatus("SQLite", "3.51.3", used, free)


def facts(**changes: Any) -> Facts:
    whole: dict[str, Any] = {
        **{
            "version": "1.4.2",
            "up": 12 * DAY,
            "database": database(),
            "mentions": 2_800_000,
            "lately": 70_000,
            "waiting": 0,
        },
        **changes,
    }
    return Facts(**whole)


def line(name: str, health: dict[str, bool] | None = None, **changes: Any) -> Line:
    (found,) = [one for one in report(facts(**changes), health or dict(ALL_WELL)) if one.name == name]
    return found


@pytest.mark.parametrize(
    ("name", "changes", "want"),
    [
        ("Version", {}, Line("Version", "1.4.2", "up 12 days")),
        ("Version", {"up": HOUR / 100}, Line("Version", "1.4.2", "just started")),
        ("Database", {}, Line("Database", "2.0 GB", "22 GB free, about 8 years at this rate")),
        ("Database", {"lately": 0}, Line("Database", "2.0 GB", "22 GB free")),
        ("Database", {"mentions": 999}, Line("Database", "2.0 GB", "22 GB free")),
        (
            "Database",
            {"database": database(5_000, None)},
            Line("Database", "5 kB", "how much room is left cannot be told"),
        ),
        ("SQLite", {}, Line("SQLite", "3.51.3", "safe for several programs")),
        ("Saving", {}, Line("Saving", "Runs.", "It stores what comes in; nothing waits.")),
        ("Saving", {"waiting": 1}, Line("Saving", "Runs.", "It stores what comes in; 1 batch waits.")),
    ],
)
def test_the_program_in_words(name: str, changes: dict[str, Any], want: Line) -> None:
    assert line(name, **changes) == want


@pytest.mark.parametrize(
    "changes", [{"database": database(GIGABYTE, GIGABYTE)}, {"lately": 2_800_000, "mentions": 2_800_000}]
)
def test_too_little_room_is_trouble_and_says_what_to_do(changes: dict[str, Any]) -> None:
    found = line("Database", **{"database": database(2 * GIGABYTE, 2 * GIGABYTE), **changes})
    assert found.trouble
    assert "Make room" in found.words


def test_an_old_sqlite_is_told() -> None:
    found = line("SQLite", database=DatabaseStatus("SQLite", "3.40.1", 0, None, upgrade_to="3.51.3"))
    assert (found.figure, found.trouble) == ("3.40.1", False)
    assert found.words.startswith("can, very rarely, damage a database")


@pytest.mark.parametrize(("part", "name"), [("writer", "Saving"), ("scheduler", "Reading"), ("watch", "Watching")])
def test_a_part_that_has_ended_is_trouble(part: str, name: str) -> None:
    found = line(name, {**ALL_WELL, part: False})
    assert (found.figure, found.trouble) == ("Has ended.", True)
    assert found.words.endswith("Restart Wallflower; its log tells why.")
    assert line("elves", {"elves": False}).words.startswith("It is missing.")


@pytest.mark.parametrize(
    ("n", "words"),
    [
        (0, "0 kB"),
        (240_000, "240 kB"),
        (999_600, "1.0 MB"),
        (1_840_000_000, "1.8 GB"),
        (22e9, "22 GB"),
        (9e15, "9,000 TB"),
    ],
)
def test_bytes_are_told_with_two_figures(n: int, words: str) -> None:
    assert in_bytes(int(n)) == words


# On the page


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(config(tmp_path).database_url)
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


def test_the_page_shows_walls_that_draw_and_walls_that_do_not(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    settings = replace(config(tmp_path), walls=(Wall("desk"), Wall("lobby")))
    app = app_over(settings, store, clock, {**ALL_WELL, "watch": False})
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
    assert "Drawing" in lobby
    assert "“" in lobby
    assert "No incident is noticed" in text
    screen.disconnect()
    text = client.get("/sources").text
    assert "Not seen since 12:03" in text
    assert "Is it switched on? Last shown: “" in text
    client.get("/wall/lobby/state.json")
    assert "Drawing" in client.get("/sources").text
