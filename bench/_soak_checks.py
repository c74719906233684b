"""Pure functions that judge a soak: slopes, lost and duplicate posts, recorded and missing gaps, lateness."""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from bench._soak_plan import BLOCKING_FAULTS, Outage, PlannedSource

MAX_UNREAD_SECONDS, MAX_UNREAD_INTERVALS = 900.0, 3
"""A source that is unread for longer than both must have a gap."""
LATE_START_SECONDS = 30.0
"""A gap may start so much later than its outage, since a pass that was running may still succeed."""
JITTER = 1.1
EARLY_END_SECONDS = 2.0
"""A gap may disappear so much before the site records the request that ended it, because clocks and rounding differ."""
RECOVERY_SHARE, PASS_SECONDS = 0.55, 120.0
"""Waits grow by half, so a source is read again within this share of the outage, plus its interval and a pass."""
MARK = re.compile(r"\b(q\d+x\d+)v(\d+)\b")


class Sample(NamedTuple):
    """A sample of the run: seconds since the start, megabytes, and counts."""

    at: float
    rss: float
    child_rss: float
    threads: int
    fds: int
    cpu: float
    """Seconds of CPU time since the start, of the worker and the parser."""
    db: float
    pages: float
    """Milliseconds for requesting four pages."""
    healthy: bool
    sqlite: float
    """Megabytes held by SQLite, mostly pages of the database."""
    malloc: float
    """Megabytes allocated by malloc, including SQLite's, without Python's small objects."""
    free: float
    """Megabytes that malloc holds and has not allocated."""
    blocks: float
    """Memory blocks allocated by Python."""
    wal: float = 0.0
    """Megabytes of the write-ahead log."""
    parent_rss: float = 0.0
    parent_fds: int = 0
    connections: int = 0
    """How often the worker has the database open."""
    half_closed: int = 0
    """Connections that the other side has closed and the worker has not."""
    log: float = 0.0
    """Megabytes."""
    lag: float = 0.0
    """Changes that are stored and not sent yet."""
    sockets: float = 0.0
    """Live connections."""
    queue: float = 0.0
    """Transactions that wait."""
    sessions: float = 0


@dataclass
class Gap:
    """A gap as repeated polls of the database saw it, in epoch seconds."""

    source: str
    since: float
    last_open: float
    """When it was last seen open."""
    until: float | None
    """As last seen."""
    kept: bool = True
    """Whether it exists at the end. A gap that was filled is deleted."""


class GapHistory:
    """All gaps that ever existed, from repeated polls of the table."""

    def __init__(self) -> None:
        self.all: list[Gap] = []
        self.polls: list[float] = []
        self._current: dict[int, Gap] = {}

    def add_poll(self, rows: Iterable[tuple[int, str, float, float | None]], at: float) -> None:
        """Add the rows of the table at ``at``: id, source, since and until."""
        self.polls.append(at)
        before, self._current = self._current, {}
        for id_, name, since, until in rows:
            gap = before.get(id_)
            # SQLite gives the id of a deleted gap to the next one
            if gap is None or gap.source != name or since > gap.since:
                gap = Gap(name, since, at, until)
                self.all.append(gap)
            gap.since, gap.until = since, until
            gap.last_open = at if until is None else gap.last_open
            self._current[id_] = gap
        for gap in before.values():
            gap.kept = any(gap is current for current in self._current.values())


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two points (Theil-Sen), in units of y per hour."""
    slopes = [(b - a) / (t - s) for n, (s, a) in enumerate(points) for t, b in points[n + 1 :] if t > s]
    return statistics.median(slopes) * 3600 if slopes else 0.0


@dataclass(frozen=True)
class StoredPosts:
    """The posts of one source in the store, compared with those it published."""

    published: int
    """Posts that name a brand and were not deleted."""
    stored: int
    duplicates: tuple[str, ...]
    lost: tuple[str, ...]
    """Neither stored nor published within a gap."""
    in_gap: int
    """Not stored, but published within a gap."""
    unexpected: tuple[str, ...]
    """Stored, but never published, or without a brand."""
    outdated: tuple[str, ...]
    """Stored in a version that was edited later."""
    deleted_but_stored: int
    deleted: int


def compare_posts(
    report: Mapping[str, Any], texts: Iterable[str], gaps: Sequence[Gap], read_from: float
) -> StoredPosts:
    """Compare the report of a source with the ``texts`` stored. Posts from before ``read_from`` may be missing."""
    posts: Mapping[str, Sequence[Any]] = report["posts"]
    found = [match for text in texts if (match := MARK.search(text))]
    versions = {match[1]: int(match[2]) for match in found}
    deleted = set(report["deleted"])
    expected = {mark: post for mark, post in posts.items() if post[2] and mark not in deleted}
    missing = [mark for mark, post in expected.items() if mark not in versions and post[1] >= read_from]
    in_gap = [m for m in missing if any(g.since <= posts[m][1] <= (g.until or posts[m][1]) for g in gaps if g.kept)]
    counts = Counter(match[1] for match in found)
    return StoredPosts(
        published=len(expected),
        stored=len(versions),
        duplicates=tuple(mark for mark, n in counts.items() if n > 1),
        lost=tuple(sorted(set(missing) - set(in_gap))),
        in_gap=len(in_gap),
        unexpected=tuple(mark for mark in versions if mark not in posts or not posts[mark][2]),
        outdated=tuple(m for m, version in versions.items() if m in expected and version != expected[m][0]),
        deleted_but_stored=len(deleted & versions.keys()),
        deleted=len([mark for mark in deleted if posts[mark][2]]),
    )


class UnreadSpan(NamedTuple):
    """The time for which an outage kept a source from being read: from the last good request to the next."""

    source: str
    fault: str
    last_good: float | None
    first_good: float | None
    needs_gap: bool


def unread_span(
    source: PlannedSource, outage: Outage, requests: Sequence[tuple[float, str]], began: float
) -> UnreadSpan | None:
    """The effect of ``outage`` on ``source``, in epoch seconds; None if there was no request during the outage."""
    start, end = began + outage.start, began + outage.end
    good = [at for at, fault in requests if not fault]
    last_good = max((at for at in good if at < start), default=None)
    first_good = min((at for at in good if at >= end), default=None)
    during = [at for at, fault in requests if fault and start <= at <= end]
    if not during and outage.fault not in ("down", "forget"):
        return None
    unread = (first_good or end) - (last_good or start)
    is_long = unread > max(MAX_UNREAD_SECONDS, MAX_UNREAD_INTERVALS * source.interval) + LATE_START_SECONDS
    must_be_noticed = end - start > 2 * source.interval * JITTER + 2 * LATE_START_SECONDS
    needs_gap = is_long or (outage.fault in BLOCKING_FAULTS and must_be_noticed)
    return UnreadSpan(source.name, outage.fault, last_good, first_good, needs_gap)


def is_covered(span: UnreadSpan, outage: Outage, gaps: Iterable[Gap], began: float, polls: Sequence[float]) -> bool:
    """Whether a gap was recorded that started with the outage and was open until the source was read again.

    ``polls``: when the gaps were polled. A gap seen at the last poll before a time counts as open until then.
    """
    start = began + outage.start
    end = span.first_good if span.first_good is not None else began + outage.end
    own = [gap for gap in gaps if gap.source == span.source and gap.since <= start + LATE_START_SECONDS]
    last = max((at for at in polls if at <= end - EARLY_END_SECONDS), default=end)
    return any(max(gap.last_open, gap.until or 0.0) >= last for gap in own)


def recovery_time(
    span: UnreadSpan, source: PlannedSource, outage: Outage, next_start: float, began: float
) -> tuple[float, float]:
    """Seconds from the end of ``outage`` until ``source`` was read again, and the limit for them.

    (0, 0) if the next outage of the site starts before that limit. ``next_start`` is in seconds of the run.
    """
    limit = RECOVERY_SHARE * (outage.end - outage.start) + 2 * source.interval + PASS_SECONDS
    if next_start < outage.end + limit:
        return 0.0, 0.0
    return (span.first_good or math.inf) - (began + outage.end), limit


def open_too_long(
    span: UnreadSpan, source: PlannedSource, next_start: float, gaps: Iterable[Gap], began: float
) -> float:
    """Seconds for which a gap stayed open after ``source`` was read again, beyond the time that filling it may take."""
    if span.first_good is None:
        return 0.0
    limit = span.first_good + 2 * source.interval + PASS_SECONDS
    own = [g for g in gaps if g.source == span.source and g.since <= span.first_good]
    return max((g.last_open - limit for g in own if g.last_open <= began + next_start), default=0.0)


def is_unfounded(gap: Gap, outages: Iterable[Outage], began: float) -> bool:
    """Whether none of the source's ``outages`` overlaps ``gap``."""
    until = max(gap.last_open, gap.until or 0.0)
    return not any(gap.since <= began + one.end and until >= began + one.start for one in outages)


def overdue(status: Mapping[str, object], source: PlannedSource, ended: float) -> float:
    """Seconds by which the last successful pass is too long before the end: the source's loop is dead, or it hangs."""
    last = datetime.fromisoformat(str(status["last_success"])).timestamp() if status.get("last_success") else 0.0
    return max(0.0, ended - last - 2 * source.interval - PASS_SECONDS)


def lateness(requests: Sequence[tuple[float, str]], interval: float) -> list[float]:
    """Seconds by which each request of a source came later than its interval and the jitter allow."""
    times = [at for at, _ in requests]
    return [max(0.0, b - a - interval * JITTER) for a, b in pairwise(times)]


def tracebacks(log: str) -> Counter[str]:
    """Each distinct traceback of a log, as the line before it, its last two frames and its error, and its count."""
    found: Counter[str] = Counter()
    lines = log.splitlines()
    for n, line in enumerate(lines):
        if not line.startswith("Traceback"):
            continue
        body: list[str] = []
        for each in lines[n + 1 :]:
            body.append(each)
            if each and not each.startswith(" "):
                break
        frames = [each.strip() for each in body if each.startswith("  File ")]
        found["\n".join([lines[n - 1][-160:] if n else "", *frames[-2:], body[-1][:200] if body else ""])] += 1
    return found
