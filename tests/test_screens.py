"""Which screens show a wall, and when it was last seen."""

from __future__ import annotations

import pytest

from display.server.screens import LastSeen, Screen, Screens, parse_size
from tests.fakes import NOON, FakeClock

STATE = {"wall": "lobby", "headline": {"word": "Quiet.", "text": "3 mentions.", "clause": ""}}
BIG, SMALL = Screen("1920 \N{MULTIPLICATION SIGN} 1080", "1"), Screen("390 \N{MULTIPLICATION SIGN} 844", "2")


class OpenSockets(set[str]):
    """The session ids of the open sockets."""

    def screens(self, clock: FakeClock) -> Screens:
        return Screens(clock, self.__contains__)


def test_a_wall_is_live_while_a_socket_is_open(clock: FakeClock) -> None:
    sockets = OpenSockets("ab")
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


def test_a_wall_without_a_socket_is_live_while_it_polls(clock: FakeClock) -> None:
    screens = OpenSockets("a").screens(clock)
    screens.state_requested(STATE)
    clock.advance(29)
    assert screens.last_seen("lobby").live
    clock.advance(1)
    assert not screens.last_seen("lobby").live


def test_the_first_request_of_a_screen_does_not_keep_it_live_after_its_socket_closed(clock: FakeClock) -> None:
    sockets = OpenSockets("a")
    screens = sockets.screens(clock)
    screens.state_requested(STATE)
    screens.connected("a", STATE, BIG)
    screens.state_requested(STATE)
    sockets.clear()
    assert not screens.last_seen("lobby").live
    screens.state_requested(STATE)
    assert screens.last_seen("lobby").live


@pytest.mark.parametrize("value", [None, 7, "", "1920", "0x10", "1920x1080<b>", "999999x1", ["1x1"], {"1x1": 1}])
def test_an_invalid_size_is_empty(value: object) -> None:
    assert parse_size(value) == ""
    assert parse_size("1920x1080") == BIG.size
