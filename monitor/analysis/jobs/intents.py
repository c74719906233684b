"""Judges posts that were stored before the rules in use: their scores and their intents."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from monitor.model import RejudgedMention, StoredPost
from monitor.store import Store

RUN_SECONDS = 1.0
"""How long one run may look at stored posts; the other jobs wait for it."""

log = logging.getLogger("wallflower.intents")


class StoredPostJudge(Protocol):
    """Judges stored posts as new ones would be judged now."""

    @property
    def digest(self) -> str:
        """Changes with the rules."""

    def judge(self, post: StoredPost, now: datetime) -> Sequence[RejudgedMention]:
        """What the current rules make of the mentions of ``post``."""


class IntentsJob:
    """Reviews stored posts, the newest first, after the rules changed."""

    name = "intents"

    def __init__(self, store: Store, judge: StoredPostJudge, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._store, self._judge, self._monotonic = store, judge, monotonic

    def run(self, now: datetime) -> None:
        """Review stored posts for about RUN_SECONDS, if there are any. Raises StoreError."""
        intents, end = self._store.intents, self._monotonic() + RUN_SECONDS
        intents.use_rules(self._judge.digest, now)
        while (review := intents.next_review(now)).reviewed_to is not None:
            judged = [one for post in review.posts for one in self._judge.judge(post, now)]
            intents.save_review(review, judged, now)
            if review.reviewed_to == 1:
                log.info("All stored posts were judged by the rules in use")
            if self._monotonic() >= end:
                return
