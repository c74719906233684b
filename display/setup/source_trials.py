"""Tries sources and reports what each returns now. All are tried at once, within a time limit."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from display.formatting import pluralize
from monitor.clock import Clock
from monitor.collector import PostJudge
from monitor.errors import SourceError
from monitor.model import Batch, JudgedPost, Post, Term
from monitor.sources import Source

MAX_PASSES = 5
"""Passes of one source, while it has more to read."""
MAX_JUDGED_POSTS = 1_000
"""The newest posts of one source that are matched."""
EXAMPLE_CHARS = 160
MAX_FOUND, MAX_OTHERS = 10, 5

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What a source returned."""

    posts: int = 0
    mentions: Mapping[str, int] | None = None
    """Brand -> mentions; None if the posts were not matched."""
    example: str = ""
    """The text of the newest mention."""
    problem: str = ""
    """Why the source could not be read, or not completely."""
    note: str = ""
    found: tuple[JudgedPost, ...] = ()
    """The newest posts that mention a brand, the newest first."""
    others: tuple[Post, ...] = ()
    """The newest posts that do not."""

    def __str__(self) -> str:
        if self.problem and not self.posts:
            return f"could not be read: {self.problem}"
        posts = pluralize(self.posts, "post") if self.posts else "no posts now"
        remark = self.problem or self.note
        return posts + self._mentions() + (f"; {remark}" if remark else "")

    def _mentions(self) -> str:
        if self.mentions is None or not self.posts:
            return ""
        counts = ", ".join(f"{name} {n:,}" for name, n in self.mentions.items())
        return f", mentions: {counts}" if counts else ", no mentions"


class Trial:
    """One trial of several sources, each in its own thread. Threads that do not finish in time are abandoned."""

    def __init__(self, judge: PostJudge, terms: Sequence[Term], clock: Clock, seconds: float) -> None:
        self._judge, self._terms, self._clock, self._seconds = judge, terms, clock, seconds

    def run(self, sources: Mapping[str, Source]) -> dict[str, TrialResult]:
        """Name -> result of each of ``sources``."""
        results: dict[str, TrialResult] = {}
        deadline = self._clock.monotonic() + self._seconds
        threads = [
            threading.Thread(target=self._try_source, args=(name, source, results, deadline), name=name, daemon=True)
            for name, source in sources.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - self._clock.monotonic()))
        timed_out = TrialResult(problem=f"it did not answer within {self._seconds:g} seconds.")
        return {name: results.get(name, timed_out) for name in sources}

    def _try_source(self, name: str, source: Source, results: dict[str, TrialResult], deadline: float) -> None:
        """Store the result of ``source`` after each pass, in case there is no time for the next."""
        posts: list[Post] = []
        batch, problem = Batch(), ""
        for _ in range(MAX_PASSES):
            try:
                batch = source.fetch(self._terms, batch.cursor, self._clock.now())
            except SourceError as error:
                problem = str(error)
                break
            except Exception:
                log.exception("Trying %s failed because of a bug", name)
                problem = "it failed because of a bug in Wallflower, which is in its log."
                break
            posts += batch.posts
            results[name] = TrialResult(len(posts), problem="there was more to read when the time limit was reached.")
            if not batch.more or batch.not_before or self._clock.monotonic() > deadline:
                break
        newest = sorted(posts, key=lambda post: post.published_at)[-MAX_JUDGED_POSTS:]
        results[name] = _result(len(posts), self._judge.judge(newest, self._clock.now()), problem, batch.note)


def _result(post_count: int, judged_posts: Sequence[JudgedPost], problem: str, note: str) -> TrialResult:
    mentioning = [post for post in judged_posts if post.findings]
    counts = Counter(finding.match.brand for post in mentioning for finding in post.findings)
    example = " ".join(mentioning[-1].post.body.split())[:EXAMPLE_CHARS] if mentioning else ""
    others = [post.post for post in judged_posts if not post.findings]
    return TrialResult(
        post_count,
        dict(counts.most_common()),
        example,
        problem,
        note,
        tuple(reversed(mentioning[-MAX_FOUND:])),
        tuple(reversed(others[-MAX_OTHERS:])),
    )
