"""The part of the Store protocol for mentions that were judged before the rules in use: their scores and intents."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from monitor.model import RejudgedMention, RulesReview

REVIEW_DELAY = timedelta(minutes=2)
"""How long after a change of the rules the review begins: from then on, no pass saves posts judged by those before."""


class IntentStore(Protocol):
    """``Store.intents``. Errors and times: as for ``Store``."""

    def use_rules(self, digest: str, now: datetime) -> None:
        """From now on, scores and intents are found by the rules with ``digest``.

        If they differ from those before, all stored posts are reviewed, after REVIEW_DELAY.
        """

    def next_review(self, now: datetime) -> RulesReview:
        """The next posts to review; without ``reviewed_to`` there is nothing to do now."""

    def save_review(self, review: RulesReview, judged: Sequence[RejudgedMention], now: datetime) -> int:
        """Save what was made of the mentions of ``review``; return how many changed.

        A score that a person corrected stays in force; the program's, which is kept beside it, changes. A mention that
        changed meanwhile is left as it is, and these posts are the next to review again.
        """

    def posts_to_review(self) -> int:
        """About how many stored posts are still judged by earlier rules; 0 if figures are by the rules in use."""
