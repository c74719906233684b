"""The picture of a screen that is not paired yet: a code and no data."""

from __future__ import annotations

from datetime import datetime

from display.wall_state.document import Board, Headline, Horizon, Pairing, StateKind, WallState
from display.wall_state.i18n import catalogue, fill
from monitor.clock import epoch_ms

PAIRING = "pairing"
"""The name of this screen; no wall of the config may have it."""


def pairing_state(
    code: tuple[str, str], expires_at: datetime, now: datetime, *, version: str, language: str
) -> WallState:
    """The picture with ``code``, which is replaced at ``expires_at``."""
    phrases = catalogue()[language]
    return WallState(
        version=version,
        last_id=0,
        as_of=epoch_ms(now),
        utc_offset=0,
        kind=StateKind.PAIRING,
        sample=False,
        headline=Headline(fill(phrases.sentence, text=phrases.page.pair), ""),
        horizon=Horizon((), 1, (), (), ""),
        voices=(),
        board=Board("", ()),
        proof=(),
        first_run=(),
        ours="",
        wall=PAIRING,
        clock=epoch_ms(now),
        pairing=Pairing(code, epoch_ms(expires_at)),
        language=language,
    )
