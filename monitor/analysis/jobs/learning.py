"""Learns from people's answers, and applies what was learnt to stored scores."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from monitor.learning import Label, adjustment, is_due, label_of, learn, score_parts
from monitor.model import Choice, LearningResult, MentionFilter, Offset, Sentiment, StoredScore
from monitor.store import Store

INTERVAL = timedelta(minutes=2)
"""Between two looks for new answers. To learn from a thousand takes about two seconds."""
MAX_CHECKED, MAX_CORRECTED = 1_000, 500
"""The newest labels that are learnt from."""
RUN_SECONDS = 1.0
"""How long one run may adjust stored scores; the other jobs wait for it."""

log = logging.getLogger("wallflower.learning")


class LearningJob:
    """Keeps the result of learning up to date, and stored scores with it."""

    name = "learning"

    def __init__(self, store: Store, *, is_on: bool = True, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``is_on``: False restores the plain scores."""
        self._store, self._is_on, self._monotonic = store, is_on, monotonic
        self._looked_at: datetime | None = None

    def run(self, now: datetime) -> None:
        """Learn if enough answers have come, and adjust stored scores for about RUN_SECONDS. Raises StoreError."""
        if self._looked_at is None or abs(now - self._looked_at) >= INTERVAL:
            self._looked_at = now
            self._learn(now)
        self._adjust(now)

    def _learn(self, now: datetime) -> None:
        before = self._store.learning.result()
        if not self._is_on:
            result = replace(before, offset=None, since=None)
        else:
            labels = stored_labels(self._store)
            result = learn(labels, before, now) if is_due(labels, before) else before
        if result != before:
            self._store.learning.save_result(result, now)
            _log_change(before, result)

    def _adjust(self, now: datetime) -> None:
        end, offset = self._monotonic() + RUN_SECONDS, self._store.learning.result().offset
        while (review := self._store.learning.next_review(now)).reviewed_to is not None:
            adjustments = {score.mention: stored_adjustment(score, offset) for score in review.scores}
            self._store.learning.save_review(review, adjustments, now)
            if self._monotonic() >= end:
                return


def stored_labels(store: Store) -> list[Label]:
    """The newest answers about mentions that still exist, and the newest corrections."""
    answers = [one for one in store.checks.answers() if one.mention is not None][-MAX_CHECKED:]
    mentions = store.mentions([one.mention for one in answers if one.mention is not None])
    kinds = {kind.value: kind for kind in Sentiment}
    checked = [
        label_of(mentions[one.mention], kinds[one.answer.value], is_random=True)
        for one in answers
        if one.mention in mentions and one.answer.value in kinds
    ]
    corrections = store.page(MentionFilter(sentiment=Choice(("corrected",))), limit=MAX_CORRECTED)
    corrected = [label_of(one, one.score.sentiment, is_random=False) for one in corrections]
    return [label for label in (*checked, *corrected) if label is not None]


def stored_adjustment(score: StoredScore, offset: Offset | None) -> float:
    """What ``offset`` adds to a stored score."""
    if offset is None:
        return 0.0
    parts = score_parts(score.plain, score.brand, score.evidence, score.body, score.lang, score.opinion)
    return adjustment(offset, parts) if parts is not None else 0.0


def _log_change(before: LearningResult, result: LearningResult) -> None:
    comparison = result.comparison
    if result.offset is not None and comparison is not None:
        figures = f"{comparison.learned_right:.1%} agree with people, {comparison.plain_right:.1%} without it"
        log.info("Scores are adjusted by what %d answers taught: %s", result.checked, figures)
    elif before.offset is not None:
        log.info("Scores are no longer adjusted by what answers taught")
