"""Finds the topics of the config in posts that were stored before these topics were in use."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from monitor.model import Post, Topic, TopicFit
from monitor.store import Store

RUN_SECONDS = 1.0
"""How long one run may look at stored posts; the other jobs wait for it."""

log = logging.getLogger("wallflower.topics")


class Topics(Protocol):
    """The part of ``query.topic_matcher.TopicMatcher`` that is needed here."""

    @property
    def topics(self) -> tuple[Topic, ...]:
        """In the order of the config."""
        ...

    @property
    def digest(self) -> str:
        """Differs if other posts may fit."""
        ...

    def fit(self, post: Post) -> TopicFit:
        """The topics that ``post`` fits."""
        ...


class NamedTopicsJob:
    """Matches stored posts, the newest first, after the topics changed. It goes on where the run before ended."""

    name = "named topics"

    def __init__(self, store: Store, matcher: Topics, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``matcher``: that of new posts."""
        self._store, self._matcher, self._monotonic = store, matcher, monotonic

    def run(self, now: datetime) -> None:
        """Match stored posts for about RUN_SECONDS, if there are any. Raises StoreError."""
        topics, end = self._store.named_topics, self._monotonic() + RUN_SECONDS
        topics.use(self._matcher.topics, self._matcher.digest, now)
        while not (review := topics.next_review()).is_empty and review.digest == self._matcher.digest:
            topics.save_review(review, {one.id: self._matcher.fit(one.post).names for one in review.posts}, now)
            if review.reviewed_to == 1:
                log.info("All stored posts were matched against the topics in use")
            if self._monotonic() >= end:
                return
