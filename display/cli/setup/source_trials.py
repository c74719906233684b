"""A live look at sources before they are used: what would each find now? Bounded in time, all at once."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from monitor.clock import Clock
from monitor.collector import Judging
from monitor.errors import SourceError
from monitor.model import Batch, Judged, Post, Term
from monitor.sources import Source

PASSES = 5
"""Of one source, while it says that there is more."""
MOST_JUDGED = 1_000
"""Posts of one source, the newest, that are matched."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a source would bring. ``trouble``: why it could not be read, or not to its end."""

    posts: int = 0
    brands: Mapping[str, int] | None = None
    """Brand -> mentions; None where the posts were not matched."""
    example: str = ""
    """The newest mention's words."""
    trouble: str = ""
    note: str = ""

    def __str__(self) -> str:
        if self.trouble and not self.posts:
            return f"could not be read: {self.trouble}"
        came = f"{self.posts:,} {'post' if self.posts == 1 else 'posts'}" if self.posts else "nothing just now"
        more = self.trouble or self.note
        return came + self._mentions() + (f"; {more}" if more else "")

    def _mentions(self) -> str:
        if self.brands is None or not self.posts:
            return ""
        told = ", ".join(f"{name} {n:,}" for name, n in self.brands.items())
        return f", mentions: {told}" if told else ", no mention"


class Trial:
    """One look at several sources, each in a thread of its own, which is left behind if it does not end in time."""

    def __init__(self, judge: Judging, terms: Sequence[Term], clock: Clock, seconds: float) -> None:
        self._judge, self._terms, self._clock, self._seconds = judge, terms, clock, seconds

    def look(self, sources: Mapping[str, Source]) -> dict[str, Found]:
        """What each source, by its name, finds now."""
        found: dict[str, Found] = {}
        deadline = self._clock.monotonic() + self._seconds
        threads = [
            threading.Thread(target=self._one, args=(name, source, found, deadline), name=name, daemon=True)
            for name, source in sources.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(max(0.0, deadline - self._clock.monotonic()))
        late = Found(trouble=f"it did not answer within {self._seconds:g} seconds.")
        return {name: found.get(name, late) for name in sources}

    def _one(self, name: str, source: Source, found: dict[str, Found], deadline: float) -> None:
        posts: list[Post] = []
        batch, trouble = Batch(), ""
        for _ in range(PASSES):
            try:
                batch = source.fetch(self._terms, batch.cursor, self._clock.now())
            except SourceError as error:
                trouble = str(error)
                break
            posts += batch.posts
            found[name] = Found(len(posts), trouble="there were more when the time was up.")
            if not batch.more or batch.not_before or self._clock.monotonic() > deadline:
                break
        newest = sorted(posts, key=lambda post: post.published_at)[-MOST_JUDGED:]
        found[name] = _summed(len(posts), self._judge.judge(newest, self._clock.now()), trouble, batch.note)


def _summed(posts: int, judged: Sequence[Judged], trouble: str, note: str) -> Found:
    mentions = [one for one in judged if one.findings]
    brands = Counter(finding.match.brand for one in mentions for finding in one.findings)
    example = " ".join(mentions[-1].post.body.split())[:160] if mentions else ""
    return Found(posts, dict(brands.most_common()), example, trouble, note)
