"""Reads the posts of a file as an import does, without a store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from monitor.collector.importing import ImportPlan, Summary, run_import
from monitor.model import JudgedPost, Post
from tests.fakes import FakeClock

AFTER_ALL_EXAMPLES = datetime(2026, 12, 1, tzinfo=UTC)


class RecordingJudge:
    """Keeps the posts it is given, and finds nothing."""

    def __init__(self) -> None:
        self.posts: list[Post] = []

    def judge(self, posts: Sequence[Post], now: datetime) -> list[JudgedPost]:
        """The posts, without findings."""
        self.posts += posts
        return [JudgedPost(post) for post in posts]


def read_posts(plan: ImportPlan) -> tuple[list[Post], Summary]:
    """The posts of a file, before they are cleaned, and the summary."""
    judge = RecordingJudge()
    summary = run_import(plan, judge, None, FakeClock(AFTER_ALL_EXAMPLES))
    assert summary.is_balanced
    return judge.posts, summary
