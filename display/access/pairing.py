"""Screens that wait to be paired: each shows a code, which an admin types to make it a wall.

    a screen  --waiting--> WaitingScreen, with a code that changes every five minutes
    an admin  --find(code)--> WaitingScreen --take(code)--> paired: its cookie becomes the token of a wall

A screen has the cookie of a wall from the start. It opens nothing until somebody pairs it, and then the same cookie
opens the walls. So nothing secret is ever handed over, in a URL or elsewhere, and no restart can lose it.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from display.access.authentication import network_of
from monitor.clock import Clock

CODE_CHARACTERS = "ACDEFGHJKMNPQRTUVXY34679"
"""No two of them look alike from four metres, and two beside each other stay apart, as W and W do not."""
HALF_LENGTH = 3
CODE_LIFETIME = timedelta(minutes=5)
MAX_SCREENS = 1_000
MAX_SCREENS_PER_ADDRESS = 20
"""Strangers can open the page too: they must use neither all memory nor all places."""


class TooManyScreens(Exception):
    """More screens wait to be paired than are allowed."""


@dataclass(frozen=True, slots=True)
class WaitingScreen:
    """A screen that shows a code."""

    token_hash: bytes
    code: str
    """CODE_CHARACTERS, without a separator."""
    expires_at: datetime
    asked_at: datetime
    """When it first asked to be paired."""
    address: str
    browser: str
    size: str = ""
    """"1920 x 1080" with a multiplication sign; empty if unknown."""
    wall: str = ""
    """The name of the wall whose address was opened on it; empty for the first one."""

    @property
    def halves(self) -> tuple[str, str]:
        """The code as a wall shows it."""
        return self.code[:HALF_LENGTH], self.code[HALF_LENGTH:]


class Pairing:
    """The screens that wait. Thread-safe. Kept in memory: after a restart each screen shows a new code."""

    def __init__(self, clock: Clock, choose: Callable[[Sequence[str]], str] = secrets.choice) -> None:
        self._clock, self._choose = clock, choose
        self._lock = threading.Lock()
        self._screens: dict[bytes, WaitingScreen] = {}

    def waiting(self, token_hash: bytes, *, address: str, browser: str, size: str, wall: str | None) -> WaitingScreen:
        """The screen with this token, with a valid code. An empty ``size`` and no ``wall`` keep what is known.

        Raises TooManyScreens for a screen that is new.
        """
        now = self._clock.machine_time()
        with self._lock:
            known = self._screens.get(token_hash)
            if known is None:
                self._make_room(address, now)
                known = WaitingScreen(token_hash, "", now, now, address, browser)
            code, expires_at = known.code, known.expires_at
            if now >= expires_at:
                code, expires_at = self._new_code(), now + CODE_LIFETIME
            wall = known.wall if wall is None else wall
            size = size or known.size
            screen = replace(known, code=code, expires_at=expires_at, address=address, size=size, wall=wall)
            self._screens[token_hash] = screen
            return screen

    def find(self, typed: str) -> WaitingScreen | None:
        """The screen that shows the code ``typed``, regardless of case, spaces and dashes."""
        code, now = "".join(filter(str.isalnum, typed.upper())), self._clock.machine_time()
        with self._lock:
            found = (one for one in self._screens.values() if secrets.compare_digest(one.code.encode(), code.encode()))
            return next((one for one in found if now < one.expires_at), None)

    def take(self, typed: str) -> WaitingScreen | None:
        """Like ``find``, and the code cannot be used again: the screen is being paired, or was rejected."""
        found = self.find(typed)
        with self._lock:
            return self._screens.pop(found.token_hash, None) if found else None

    def _make_room(self, address: str, now: datetime) -> None:
        """Forget screens whose code has expired and which did not ask for the next one."""
        self._screens = {hashed: one for hashed, one in self._screens.items() if now < one.expires_at + CODE_LIFETIME}
        network = network_of(address)
        from_there = sum(network_of(one.address) == network for one in self._screens.values())
        if len(self._screens) >= MAX_SCREENS or from_there >= MAX_SCREENS_PER_ADDRESS:
            raise TooManyScreens

    def _new_code(self) -> str:
        taken = {one.code for one in self._screens.values()}
        while True:
            code = "".join(self._choose(CODE_CHARACTERS) for _ in range(2 * HALF_LENGTH))
            if code not in taken:
                return code
