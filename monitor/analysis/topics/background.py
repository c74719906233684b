"""The background of a brand: the phrases that people usually use, from a sample of the last four weeks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from monitor.analysis.topics.phrase_index import (
    Floats,
    Hashes,
    Ints,
    PhraseExtractor,
    PhraseIndex,
    TextPhrases,
    voices,
)
from monitor.model import Texts

DAY = timedelta(days=1)
BACKGROUND_SPAN = timedelta(days=28)
MIN_DAYS = 5
"""With fewer days there is no usual count."""
MIN_VOICES = 30
"""With fewer voices nothing can be significant."""
MIN_COMMON_SHARE = 0.002
"""A phrase is common if more than this share of the voices about other brands use it."""


@dataclass(frozen=True, eq=False)
class DaySample:
    """The phrases of one day, or of another span, without the texts. Backgrounds are made of these."""

    total: int
    """Mentions; the texts below are an even sample of them."""
    texts: tuple[TextPhrases, ...]
    voices: tuple[int, ...]
    times: tuple[datetime, ...]

    @classmethod
    def of(cls, texts: Texts, extractor: PhraseExtractor) -> DaySample:
        """Extract the phrases of these texts."""
        times = tuple(text.published_at for text in texts.rows)
        extracted = tuple(extractor.extract(texts.rows))
        return cls(texts.total, extracted, tuple(voices(texts.rows, by_day=True)), times)

    @property
    def weights(self) -> Floats:
        """How many mentions each text represents."""
        return np.full(len(self.texts), self.total / max(1, len(self.texts)))


@dataclass(frozen=True)
class CommonPhrases:
    """Phrases that people use about several brands."""

    hashes: Hashes
    voices_by_hash: Ints
    voice_count: int

    @classmethod
    def of(cls, backgrounds: Iterable[Background]) -> CommonPhrases | None:
        """The phrases common to these backgrounds; None with too few voices."""
        backgrounds = list(backgrounds)
        voice_count = sum(background.index.voice_count for background in backgrounds)
        if voice_count < MIN_VOICES:
            return None
        hashes, position = np.unique(
            np.concatenate([background.hashes for background in backgrounds]), return_inverse=True
        )
        weights = np.concatenate([background.voices_by_hash for background in backgrounds])
        by_hash = np.bincount(position, weights=weights, minlength=len(hashes))
        common = by_hash > MIN_COMMON_SHARE * voice_count
        return cls(hashes[common], by_hash[common].astype(np.int64), voice_count)

    def shares(self, hashes: Hashes) -> Floats:
        """The share of the voices that use each of ``hashes``."""
        return _lookup(self.hashes, self.voices_by_hash, hashes) / self.voice_count


@dataclass(frozen=True)
class Background:
    """The phrases and configured topics of the days before a window."""

    index: PhraseIndex
    hashes: Hashes
    """The hash of every phrase once, sorted."""
    voices_by_hash: Ints
    """The number of voices that used each of ``hashes``."""
    topic_bits: tuple[int, ...]
    """Per text, a bit for each configured topic."""
    age_days: Ints
    """Per text, whole days before the end. Texts older than ``days`` belong to an incomplete day."""
    days: int
    """Number of whole days."""
    hour_shares: Floats
    """The share of all mentions in each hour of the day (UTC), smoothed over three hours."""
    weights: Floats
    """Per text, the number of mentions it represents."""
    others: CommonPhrases | None = None
    """The phrases that people use about other brands."""

    @classmethod
    def of(cls, days: Sequence[DaySample], until: datetime) -> Background:
        """Combine samples, all from the 28 days before ``until``."""
        texts = [text for day in days for text in day.texts]
        times = [time for day in days for time in day.times]
        oldest = min(times, default=until)
        weights = np.concatenate([day.weights for day in days]) if days else np.zeros(0)
        index = PhraseIndex.of(texts, _distinct_voices(days))
        hashes, _, voices_by_hash = index.counts()
        return cls(
            index,
            hashes,
            voices_by_hash,
            tuple(text.topic_bits for text in texts),
            np.asarray([(until - time) // DAY for time in times], dtype=np.int64),
            (until - oldest + timedelta(hours=1)) // DAY,
            _hour_shares(times, weights),
            weights,
        )

    @property
    def is_large_enough(self) -> bool:
        """Whether anything can be significant against it."""
        return self.index.voice_count >= MIN_VOICES

    def voices(self, hashes: Hashes) -> Ints:
        """The number of voices that used each of ``hashes``."""
        return _lookup(self.hashes, self.voices_by_hash, hashes)

    def common_shares(self, hashes: Hashes) -> Floats:
        """The share of the voices about other brands that use each of ``hashes``."""
        return np.zeros(len(hashes)) if self.others is None else self.others.shares(hashes)

    def usual(self, phrase_hash: int, at: datetime | None) -> float | None:
        """Mentions per day that contain the phrase, or per hour at that time of day; None with too few days."""
        return self._usual(self.index.texts_with(phrase_hash), at)

    def usual_of_topic(self, bit: int, at: datetime | None) -> float | None:
        """Like ``usual``, for a configured topic."""
        return self._usual(np.flatnonzero([bits >> bit & 1 for bits in self.topic_bits]), at)

    def _usual(self, texts: Ints, at: datetime | None) -> float | None:
        if self.days < MIN_DAYS:
            return None
        texts = texts[self.age_days[texts] < self.days]
        sampled = np.bincount(self.age_days[texts], minlength=self.days)
        per_day = np.bincount(self.age_days[texts], weights=self.weights[texts], minlength=self.days)
        # Cap days on which unusually many people wrote about it. Small counts vary a lot, hence + 3.
        caps = np.minimum(1.0, (3 * np.median(sampled) + 3) / np.maximum(1, sampled))
        usual = float((per_day * caps).mean())
        return usual if at is None else usual * float(self.hour_shares[at.hour])


def _lookup(known: Hashes, values: Ints, hashes: Hashes) -> Ints:
    """The value of each of ``hashes``, 0 for unknown hashes. ``known`` is sorted."""
    if not len(known):
        return np.zeros(len(hashes), dtype=np.int64)
    at = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return np.where(known[at] == hashes, values[at], 0)


def _distinct_voices(days: Sequence[DaySample]) -> list[int]:
    """The voices of all days, numbered so that no two days share one."""
    numbers, first = list[int](), 0
    for day in days:
        numbers += [first + voice for voice in day.voices]
        first += len(day.voices)
    return numbers


def _hour_shares(times: Sequence[datetime], weights: Floats) -> Floats:
    hours = np.bincount([time.hour for time in times], weights=weights, minlength=24) if times else np.ones(24)
    smooth = (np.roll(hours, 1) + hours + np.roll(hours, -1)) / 3
    return np.asarray(smooth / max(1.0, smooth.sum()), dtype=np.float64)
