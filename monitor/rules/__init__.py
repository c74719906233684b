"""Changing rules: what a change would do to stored posts, why, and matching them again after it."""

from monitor.rules.comparability import incomparable_spans, judgements_are_comparable, overlap
from monitor.rules.rematching import Rematcher, RematchStep, RematchWorker, StoredPostJudge

__all__ = [
    "RematchStep",
    "RematchWorker",
    "Rematcher",
    "StoredPostJudge",
    "incomparable_spans",
    "judgements_are_comparable",
    "overlap",
]
