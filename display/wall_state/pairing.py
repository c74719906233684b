"""The screen of a television that is not assigned to a wall yet: a code and no data."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import timedelta

from display.wall_state.document import Board, Headline, Horizon, Pairing, StateKind, WallState
from display.wall_state.i18n import catalogue, fill
from monitor.clock import Clock, epoch_ms

CODE_CHARACTERS = "ACDEFGHJKMNPQRTUVWXY34679"
"""No two of them look alike from four metres."""
HALF_LENGTH = 3
CODE_LIFETIME = timedelta(minutes=5)
PAIRING = "pairing"
"""The name of this screen; no wall of the config may have it."""


class PairingScreen:
    """Shows a new code every five minutes. There are no accounts yet, so nobody can enter it anywhere."""

    def __init__(
        self, clock: Clock, version: str, language: str = "en", choose: Callable[[Sequence[str]], str] = secrets.choice
    ) -> None:
        self._clock, self._version, self._language, self._choose = clock, version, language, choose
        phrases = catalogue()[language]
        self._headline = Headline(fill(phrases.sentence, text=phrases.page.pair), "")
        self._pairing: Pairing | None = None

    def state(self) -> WallState:
        """The screen now."""
        now = self._clock.machine_time()
        if self._pairing is None or epoch_ms(now) >= self._pairing.expires_at:
            self._pairing = Pairing((self._half_code(), self._half_code()), epoch_ms(now + CODE_LIFETIME))
        return WallState(
            version=self._version,
            last_id=0,
            as_of=epoch_ms(now),
            utc_offset=0,
            kind=StateKind.PAIRING,
            sample=False,
            headline=self._headline,
            horizon=Horizon((), 1, (), (), ""),
            voices=(),
            board=Board("", ()),
            proof=(),
            first_run=(),
            ours="",
            wall=PAIRING,
            clock=epoch_ms(now),
            pairing=self._pairing,
            language=self._language,
        )

    def is_due(self) -> bool:
        """Whether the code has expired."""
        return self._pairing is not None and epoch_ms(self._clock.machine_time()) >= self._pairing.expires_at

    def _half_code(self) -> str:
        return "".join(self._choose(CODE_CHARACTERS) for _ in range(HALF_LENGTH))
