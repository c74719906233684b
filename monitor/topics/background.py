"""What is usually said about a brand: the last four weeks, in a sample."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.model import Text, Texts
from monitor.topics.heard import Ear, Floats, Ints, Keys, Said, voices

DAY = timedelta(days=1)
SPAN = timedelta(days=28)
FEWEST_DAYS = 5
"""Fewer tell nothing about what is usual."""
FEWEST_VOICES = 30
"""Against fewer nothing can stand out."""


@dataclass(frozen=True)
class Background:
    """Phrases and named topics of the days before a window."""

    said: Said
    known: Keys
    spoken: Ints
    """Every key once, and how many voices said it."""
    named: tuple[int, ...]
    """Of each text, a bit for each named topic."""
    day_of: Ints
    """Of each text, whole days before the end; those beyond ``days`` belong to none."""
    days: int
    """Whole days of which we know."""
    clock: Floats
    """Of all mentions, the share in each hour of the day (UTC), two neighbours weighed in."""
    scale: float

    @classmethod
    def of(cls, texts: Texts, ear: Ear, until: datetime) -> Background:
        """The texts must all be from the 28 days before ``until``."""
        heard = ear.hear(texts.rows, kept_as="background")
        back = [(until - text.published_at) // DAY for text in texts.rows]
        oldest = min((text.published_at for text in texts.rows), default=until)
        said = Said.of(heard, voices(texts.rows, by_day=True))
        known, _, spoken = said.counts()
        return cls(
            said,
            known,
            spoken,
            tuple(one.named for one in heard),
            np.asarray(back, dtype=np.int64),
            (until - oldest + timedelta(hours=1)) // DAY,
            _clock(texts.rows),
            texts.scale,
        )

    @property
    def tells(self) -> bool:
        """Whether anything can stand out against it."""
        return self.said.speakers >= FEWEST_VOICES

    def voices(self, keys: Keys) -> Ints:
        """How many voices said each of ``keys``."""
        if not len(self.known):
            return np.zeros(len(keys), dtype=np.int64)
        at = np.minimum(np.searchsorted(self.known, keys), len(self.known) - 1)
        return np.where(self.known[at] == keys, self.spoken[at], 0)

    def usual(self, key: int, at: datetime | None) -> float | None:
        """Mentions of a day that say ``key``, or of the hour of a day around ``at``; None: we know too few days."""
        return self._usual(self.day_of[self.said.where(key)], at)

    def usual_named(self, bit: int, at: datetime | None) -> float | None:
        """The same for a named topic."""
        about = np.flatnonzero([named >> bit & 1 for named in self.named])
        return self._usual(self.day_of[about], at)

    def _usual(self, days: Ints, at: datetime | None) -> float | None:
        if self.days < FEWEST_DAYS:
            return None
        per_day = np.bincount(days[days < self.days], minlength=self.days)
        # A day on which everybody spoke of it is not usual, but few a day vary a lot.
        usual = float(np.minimum(per_day, 3 * np.median(per_day) + 3).mean()) * self.scale
        return usual if at is None else usual * float(self.clock[at.hour])


def _clock(texts: Sequence[Text]) -> Floats:
    hours = np.bincount([text.published_at.hour for text in texts], minlength=24) if texts else np.ones(24)
    smooth = (np.roll(hours, 1) + hours + np.roll(hours, -1)) / 3
    return np.asarray(smooth / max(1.0, smooth.sum()), dtype=np.float64)
