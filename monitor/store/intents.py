"""The part of the Store protocol for intents of mentions that were stored before the rules in use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import IntentPhrase, IntentReview

REVIEW_DELAY = timedelta(minutes=2)
"""How long after a change of the rules the review begins: from then on, no pass saves posts judged by those before."""


class IntentStore(Protocol):
    """``Store.intents``. Errors and times: as for ``Store``."""

    def use_rules(self, digest: str, now: datetime) -> None:
        """From now on, intents are found by the rules with ``digest``.

        If they differ from those before, all stored posts are reviewed, after REVIEW_DELAY.
        """

    def next_review(self, now: datetime) -> IntentReview:
        """The next posts to review; without ``reviewed_to`` there is nothing to do now."""

    def save_review(self, review: IntentReview, found: Mapping[int, tuple[IntentPhrase, ...]], now: datetime) -> int:
        """Save the intents of the mentions of ``review``, by mention; return how many changed.

        Other mentions of it have none. A mention that changed meanwhile is left as it is.
        """
