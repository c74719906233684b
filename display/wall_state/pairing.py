"""What a screen shows before it belongs to anyone: a code, and nothing of ours."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from display.wall_state.document import Board, Headline, Horizon, Kind, Pairing, WallState
from monitor.clock import Clock, epoch_ms

LETTERS = "ACDEFGHJKMNPQRTUVWXY34679"
"""No two of them look alike from four metres."""
HALF = 3
GOOD_FOR = timedelta(minutes=5)


class PairingScreen:
    """Draws a code every five minutes. Accounts do not exist yet, so nobody can type it anywhere."""

    def __init__(
        self, clock: Clock, version: str, language: str = "en", choose: Callable[[Sequence[str]], str] = secrets.choice
    ) -> None:
        self._clock, self._version, self._language, self._choose = clock, version, language, choose
        self._pairing: Pairing | None = None

    def state(self) -> WallState:
        """The screen as it is now."""
        now = self._clock.machine_time()
        if self._pairing is None or epoch_ms(now) >= self._pairing.expires_at:
            self._pairing = Pairing((self._half(), self._half()), epoch_ms(now + GOOD_FOR))
        return WallState(
            version=self._version,
            last_id=0,
            as_of=epoch_ms(now),
            utc_offset=0,
            kind=Kind.PAIRING,
            sample=False,
            headline=Headline("Pair", "this wall."),
            horizon=Horizon((), 1, (), (), ""),
            voices=(),
            board=Board("", ()),
            proof=(),
            departures=(),
            ours="",
            wall="pairing",
            clock=epoch_ms(now),
            pairing=self._pairing,
            language=self._language,
        )

    def due(self) -> bool:
        """Whether it is time for another code."""
        return self._pairing is not None and epoch_ms(self._clock.machine_time()) >= self._pairing.expires_at

    def _half(self) -> str:
        return "".join(self._choose(LETTERS) for _ in range(HALF))
