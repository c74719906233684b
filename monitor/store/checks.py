"""The part of the Store protocol for checks: random draws of mentions, and what people answer about them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import Answer, CheckAnswer, CheckDraw, DrawFilter


class CheckStore(Protocol):
    """``Store.checks``. Errors and times: as for ``Store``. ``person`` is the name of an account."""

    def draw(self, person: str, f: DrawFilter, since: datetime, now: datetime, size: int = 20) -> CheckDraw | None:
        """Draw at most ``size`` mentions published in [since, now) at random; None if there are none left.

        Only mentions that figures count, one of each story, and none that was ever drawn before, nor another one of its
        story.
        """

    def open_draw(self, person: str, now: datetime) -> CheckDraw | None:
        """The newest draw of ``person`` that takes answers."""

    def get_draw(self, id: int) -> CheckDraw | None:
        """One draw, or None if it does not exist."""

    def save_answers(
        self, draw: int, person: str, answers: Mapping[int, Answer | None], now: datetime
    ) -> Collection[int]:
        """Save answers (None: skipped) by mention; return the mentions for which they were accepted.

        Accepted are those that were drawn for ``person``, still exist and count, while the draw takes answers. An
        answer replaces the one before, and keeps what the program says of the mention now.
        """

    def finish(self, draw: int, person: str, now: datetime) -> bool:
        """Take no more answers for a draw; return whether it was open and belongs to ``person``.

        Mentions that were answered NOT_RELEVANT are clicked as not relevant; see ``RelevanceStore.click``.
        """

    def answers(self, draw: int | None = None, newest: int | None = None) -> Sequence[CheckAnswer]:
        """All answers, or those of one draw, or the ``newest`` ones; the oldest first."""
