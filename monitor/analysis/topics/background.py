"""What is usually said about a brand: the last four weeks, in a sample."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.analysis.topics.heard import Ear, Floats, Heard, Ints, Keys, Said, voices
from monitor.model import Texts

DAY = timedelta(days=1)
SPAN = timedelta(days=28)
FEWEST_DAYS = 5
"""Fewer tell nothing about what is usual."""
FEWEST_VOICES = 30
"""Against fewer nothing can stand out."""
COMMON_FROM = 0.002
"""Of the voices about other brands: what fewer say is no common word."""


@dataclass(frozen=True, eq=False)
class Day:
    """What was said on a day, or in any other time: a piece of a background, without its texts."""

    total: int
    """Mentions; those below are an even sample of them."""
    heard: tuple[Heard, ...]
    voices: tuple[int, ...]
    times: tuple[datetime, ...]

    @classmethod
    def of(cls, texts: Texts, ear: Ear) -> Day:
        """What these texts say."""
        times = tuple(text.published_at for text in texts.rows)
        return cls(texts.total, tuple(ear.hear(texts.rows)), tuple(voices(texts.rows, by_day=True)), times)

    @property
    def weights(self) -> Floats:
        """How many mentions each text stands for."""
        return np.full(len(self.heard), self.total / max(1, len(self.heard)))


@dataclass(frozen=True)
class Common:
    """What is said about several brands alike."""

    known: Keys
    spoken: Ints
    speakers: int

    @classmethod
    def of(cls, backgrounds: Iterable[Background]) -> Common | None:
        """What the voices of these say; None where there are too few to tell."""
        every = list(backgrounds)
        speakers = sum(one.said.speakers for one in every)
        if speakers < FEWEST_VOICES:
            return None
        known, place = np.unique(np.concatenate([one.known for one in every]), return_inverse=True)
        spoken = np.bincount(place, weights=np.concatenate([one.spoken for one in every]), minlength=len(known))
        many = spoken > COMMON_FROM * speakers
        return cls(known[many], spoken[many].astype(np.int64), speakers)

    def shares(self, keys: Keys) -> Floats:
        """Of each of ``keys``."""
        return _found(self.known, self.spoken, keys) / self.speakers


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
    weights: Floats
    """Of each text, how many mentions it stands for."""
    others: Common | None = None
    """What is said about other brands."""

    @classmethod
    def of(cls, days: Sequence[Day], until: datetime) -> Background:
        """They must all be from the 28 days before ``until``."""
        heard = [one for day in days for one in day.heard]
        times = [time for day in days for time in day.times]
        back = [(until - time) // DAY for time in times]
        oldest = min(times, default=until)
        weights = np.concatenate([day.weights for day in days]) if days else np.zeros(0)
        said = Said.of(heard, _numbered(days))
        known, _, spoken = said.counts()
        return cls(
            said,
            known,
            spoken,
            tuple(one.named for one in heard),
            np.asarray(back, dtype=np.int64),
            (until - oldest + timedelta(hours=1)) // DAY,
            _clock(times, weights),
            weights,
        )

    @property
    def tells(self) -> bool:
        """Whether anything can stand out against it."""
        return self.said.speakers >= FEWEST_VOICES

    def voices(self, keys: Keys) -> Ints:
        """How many voices said each of ``keys``."""
        return _found(self.known, self.spoken, keys)

    def elsewhere(self, keys: Keys) -> Floats:
        """The share of the voices about other brands that say each of ``keys``: what anybody says of anything."""
        return np.zeros(len(keys)) if self.others is None else self.others.shares(keys)

    def usual(self, key: int, at: datetime | None) -> float | None:
        """Mentions of a day that say ``key``, or of the hour of a day around ``at``; None: we know too few days."""
        return self._usual(self.said.where(key), at)

    def usual_named(self, bit: int, at: datetime | None) -> float | None:
        """The same for a named topic."""
        about = np.flatnonzero([named >> bit & 1 for named in self.named])
        return self._usual(about, at)

    def _usual(self, places: Ints, at: datetime | None) -> float | None:
        if self.days < FEWEST_DAYS:
            return None
        places = places[self.day_of[places] < self.days]
        few = np.bincount(self.day_of[places], minlength=self.days)
        per_day = np.bincount(self.day_of[places], weights=self.weights[places], minlength=self.days)
        # A day on which everybody spoke of it is not usual, but few a day vary a lot.
        most = np.minimum(1.0, (3 * np.median(few) + 3) / np.maximum(1, few))
        usual = float((per_day * most).mean())
        return usual if at is None else usual * float(self.clock[at.hour])


def _found(known: Keys, values: Ints, keys: Keys) -> Ints:
    """The value of each of ``keys``, 0 where it is not known."""
    if not len(known):
        return np.zeros(len(keys), dtype=np.int64)
    at = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return np.where(known[at] == keys, values[at], 0)


def _numbered(days: Sequence[Day]) -> list[int]:
    """The voices of all days: no two days share one."""
    numbers, first = list[int](), 0
    for day in days:
        numbers += [first + voice for voice in day.voices]
        first += len(day.voices)
    return numbers


def _clock(times: Sequence[datetime], weights: Floats) -> Floats:
    hours = np.bincount([time.hour for time in times], weights=weights, minlength=24) if times else np.ones(24)
    smooth = (np.roll(hours, 1) + hours + np.roll(hours, -1)) / 3
    return np.asarray(smooth / max(1.0, smooth.sum()), dtype=np.float64)
