"""The part of the Store protocol for what is learnt from people's answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import LearningResult, ScoreReview

OFFSET_MAX_AGE = timedelta(seconds=60)
"""How long whoever judges posts may work with an offset that was read before."""
REVIEW_DELAY = 2 * OFFSET_MAX_AGE
"""How long after a change of the offset the review of stored scores begins: from then on, nothing is saved that was
judged with the one before, by whichever process."""


class LearningStore(Protocol):
    """``Store.learning``. Errors and times: as for ``Store``."""

    def result(self) -> LearningResult:
        """The result in force."""

    def save_result(self, result: LearningResult, now: datetime) -> None:
        """Replace the result. If its offset is another one, all stored scores are reviewed, after REVIEW_DELAY."""

    def next_review(self, now: datetime) -> ScoreReview:
        """The next scores to review; without ``reviewed_to`` there is nothing to do now."""

    def save_review(self, review: ScoreReview, adjustments: Mapping[int, float], now: datetime) -> int:
        """Save the adjustments of the scores of ``review``, by mention; return how many changed.

        Other scores of it are not adjusted. A score that changed meanwhile is left as it is. A score that a person
        corrected stays in force; the program's, which is kept beside it, is adjusted.
        """
