"""Judging a post: clean it, find its language, match it against every brand's rule, score it towards each found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from monitor.collector.turns import Turns
from monitor.model import Finding, Judged, Match, Post
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.text.cleaning import clean
from monitor.text.language import Detector
from monitor.text.near_duplicates import signatures


class Judging(Protocol):
    """What judges posts; Judge does."""

    def judge(self, posts: Sequence[Post], now: datetime) -> list[Judged]:
        """One Judged for each post, in their order."""
        ...


class Judge:
    """Everything that is pure between a fetched post and a stored mention.

    Threads may share one: it lets them in one at a time, in their order, which also bounds the memory that
    judging takes.
    """

    def __init__(self, matcher: Matcher, scorer: Scorer, detector: Detector | None = None) -> None:
        self._matcher, self._scorer, self._detector = matcher, scorer, detector or Detector()
        self._one_at_a_time = Turns()

    def judge(self, posts: Sequence[Post], now: datetime) -> list[Judged]:
        """One Judged for each post, in their order; without findings where no rule matched."""
        with self._one_at_a_time:
            cleaned = prepared(posts, now, self._detector)
            matches = self._matcher.match(cleaned)
            found = [post.body for post, of_post in zip(cleaned, matches, strict=True) if of_post]
            marks = iter(signatures(found))
            return [
                Judged(post, self._findings(post, of_post), next(marks)) if of_post else Judged(post)
                for post, of_post in zip(cleaned, matches, strict=True)
            ]

    def _findings(self, post: Post, matches: Sequence[Match]) -> tuple[Finding, ...]:
        spans = {match.brand: match.spans for match in matches}
        scores = self._scorer.score(post.body, list(spans), post.lang, spans)
        return tuple(Finding(match, scores[match.brand]) for match in matches)


def prepared(posts: Sequence[Post], now: datetime, detector: Detector) -> list[Post]:
    """The posts as rules look at them: cleaned, and with the language that was detected where the source told none."""
    cleaned = [clean(post, now) for post in posts]
    unknown = [n for n, post in enumerate(cleaned) if post.lang is None]
    for n, lang in zip(unknown, detector.detect([cleaned[n].body for n in unknown]), strict=True):
        if lang is not None:
            cleaned[n] = _in_language(cleaned[n], lang)
    return cleaned


def _in_language(post: Post, lang: str) -> Post:
    """What ``dataclasses.replace`` does, in a third of its time."""
    return Post(
        post.source,
        post.external_id,
        post.text,
        post.published_at,
        post.author,
        post.title,
        post.url,
        post.site,
        lang,
        post.stars,
    )
