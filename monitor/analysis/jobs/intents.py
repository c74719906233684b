"""Finds intents in posts that were stored before the rules in use."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime

from monitor.intent import IntentFinder
from monitor.model import IntentPhrase, StoredPost
from monitor.store import Store

RUN_SECONDS = 1.0
"""How long one run may look at stored posts; the other jobs wait for it."""

log = logging.getLogger("wallflower.intents")


class IntentsJob:
    """Reviews stored posts, the newest first, after the rules changed."""

    name = "intents"

    def __init__(self, store: Store, finder: IntentFinder, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``finder``: that of new posts."""
        self._store, self._finder, self._monotonic = store, finder, monotonic

    def run(self, now: datetime) -> None:
        """Review stored posts for about RUN_SECONDS, if there are any. Raises StoreError."""
        intents, end = self._store.intents, self._monotonic() + RUN_SECONDS
        intents.use_rules(self._finder.digest, now)
        while (review := intents.next_review(now)).reviewed_to is not None:
            found = {mention: phrases for post in review.posts for mention, phrases in self._find(post).items()}
            intents.save_review(review, found, now)
            if review.reviewed_to == 1:
                log.info("Intents were found in all stored posts by the rules in use")
            if self._monotonic() >= end:
                return

    def _find(self, post: StoredPost) -> dict[int, tuple[IntentPhrase, ...]]:
        """Mention -> its intents."""
        spans = {one.brand: one.spans for one in post.mentions}
        scores = {one.brand: one.score for one in post.mentions}
        phrases = self._finder.find(post.body, post.text_start, post.lang, spans, scores)
        return {one.mention: phrases.get(one.brand, ()) for one in post.mentions}
