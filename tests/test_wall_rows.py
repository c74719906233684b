"""The table of walls on /sources."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from display.pages.sources.walls import WallRow, wall_rows
from display.server.screens import LastSeen, Screen
from tests.fake_site import config
from tests.fakes import NOON, FakeClock
from tests.test_screens import BIG, SMALL, STATE, OpenSockets

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONE = config(Path()).timezone


def row(seen: LastSeen, wall: str = "lobby", up: timedelta = DAY) -> WallRow:
    return WallRow(wall, seen, NOON, NOON - up, ZONE)


GONE = LastSeen(at=NOON - 7 * HOUR, headline="Normal.", last_screen=SMALL)


@pytest.mark.parametrize(
    ("seen", "changes", "mark", "state", "detail", "last_shown"),
    [
        (LastSeen((BIG,), at=NOON, headline="Normal."), {}, "working", "Showing", "“Normal.”", "just now"),
        (
            LastSeen(polling=True, at=NOON - HOUR / 900, headline="Normal."),
            {},
            "working",
            "Showing",
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
def test_every_state_of_a_wall_in_words(
    seen: LastSeen, changes: dict[str, Any], mark: str, state: str, detail: str, last_shown: str
) -> None:
    one = row(seen, **changes)
    assert (one.mark, one.state, one.detail, one.last_shown) == (mark, state, detail, last_shown)


def test_the_sizes_of_its_screens_are_listed() -> None:
    assert row(GONE).sizes == SMALL.size
    assert row(LastSeen((BIG, BIG, SMALL))).sizes == f"3 screens: {BIG.size}, {SMALL.size}"
    assert row(LastSeen((Screen(), Screen()))).sizes == "2 screens"
    assert row(LastSeen((BIG, SMALL))).version == "1, 2"


def test_walls_without_a_screen_come_first(clock: FakeClock) -> None:
    screens = OpenSockets("a").screens(clock)
    screens.connected("a", STATE, BIG)
    assert [one.wall for one in wall_rows(("lobby", "desk"), screens, NOON, NOON - DAY, ZONE)] == ["desk", "lobby"]
