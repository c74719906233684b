"""Judging posts: what it changes, and in which order threads are admitted."""

from __future__ import annotations

from dataclasses import MISSING, fields, replace

from monitor.collector import Judge
from monitor.collector.fair_lock import FairLock
from monitor.model import Brand, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from tests.fakes import NOON


def test_judging_changes_nothing_about_a_post_except_its_language() -> None:
    original = Post(
        source="news",
        external_id="1",
        text="We have been waiting for this with them for a very long time",
        published_at=NOON,
        author="ada",
        title="Acme ships it",
        url="https://news.example/1",
        site="r/acme",
        stars=4,
        reply_to="bob",
        repost=True,
        link="https://news.example/2",
    )
    filled = [f.name for f in fields(Post) if f.default is MISSING or getattr(original, f.name) != f.default]
    assert filled == [f.name for f in fields(Post) if f.name != "lang"], "a new field needs a value above"
    judge = Judge(Matcher([Brand("Acme", "acme")]), Scorer([Brand("Acme", "acme")]))
    assert judge.judge([original], NOON)[0].post == replace(original, lang="en")


def test_threads_are_admitted_in_order() -> None:
    """So a source that floods us cannot keep others out; tests/test_fair_lock.py tests the lock."""
    assert isinstance(Judge(Matcher([]), Scorer([]))._lock, FairLock)
