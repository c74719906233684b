"""What the soak's figures mean: slopes, lost and doubled posts, gaps that were or were not recorded, lateness. Pure."""

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

from bench._soak_plan import HARD, Outage, Planned

PATIENCE, INTERVALS = 900.0, 3
"""A source that is unread for longer than this, in seconds and in its own intervals, must have a gap."""
SLACK = 30.0
"""Seconds by which a gap may begin after the outage did: a pass that was under way ends well."""
JITTER = 1.1
AT_ONCE = 2.0
"""A gap may be gone so many seconds before the site knows of the request that ended it, by clock and by sums."""
READS_AGAIN, PASS = 0.55, 120.0
"""A source whose waits grow by half is read again within so much of the time that it was away, and a pass or two."""
MARK = re.compile(r"\b(q\d+x\d+)v(\d+)\b")


class Sample(NamedTuple):
    """One look at the run: seconds since the start, megabytes, and counts."""

    at: float
    rss: float
    child_rss: float
    threads: int
    fds: int
    cpu: float
    """Seconds of processor time since its start, of worker and parser."""
    db: float
    pages: float
    """Milliseconds that four pages took."""
    healthy: bool
    sqlite: float
    """Megabytes that SQLite holds, most of them pages of the database."""
    malloc: float
    """Megabytes that malloc gave out, SQLite's among them; Python's small objects are not."""
    free: float
    """Megabytes that malloc has taken from the system and not given out."""
    blocks: float
    """Blocks of memory that Python has given out."""
    wal: float = 0.0
    """Megabytes of the file that commits go to first."""


@dataclass
class Gap:
    """A gap as it was seen in the database, poll after poll; epoch seconds."""

    source: str
    since: float
    last_open: float
    """When it was last seen open."""
    until: float | None
    """As it was last seen."""
    kept: bool = True
    """Whether it is still there in the end: a gap that was caught up with goes away."""


class Gaps:
    """All gaps that ever were, made out from looks at the table."""

    def __init__(self) -> None:
        self.all: list[Gap] = []
        self.looks: list[float] = []
        self._there: dict[int, Gap] = {}

    def look(self, rows: Iterable[tuple[int, str, float, float | None]], at: float) -> None:
        """Take note of the table (id, source, since, until) as it is ``at``."""
        self.looks.append(at)
        before, self._there = self._there, {}
        for id_, name, since, until in rows:
            gap = before.get(id_)
            # the number of a gap that went away is given to the next one
            if gap is None or gap.source != name or since > gap.since:
                gap = Gap(name, since, at, until)
                self.all.append(gap)
            gap.since, gap.until = since, until
            gap.last_open = at if until is None else gap.last_open
            self._there[id_] = gap
        for gap in before.values():
            gap.kept = any(gap is there for there in self._there.values())


def slope(points: Sequence[tuple[float, float]]) -> float:
    """The median of the slopes between any two points (Theil and Sen), in units of y an hour."""
    found = [(b - a) / (t - s) for n, (s, a) in enumerate(points) for t, b in points[n + 1 :] if t > s]
    return statistics.median(found) * 3600 if found else 0.0


@dataclass(frozen=True)
class Stored:
    """The store against what was written, for one source."""

    written: int
    """Posts that name a brand and stand."""
    stored: int
    doubled: tuple[str, ...]
    lost: tuple[str, ...]
    """Neither stored nor written within a gap."""
    missed: int
    """Not stored, and a gap says so."""
    strange: tuple[str, ...]
    """Stored, but never written, or not about a brand."""
    old: tuple[str, ...]
    """Stored in a version that was edited since."""
    gone_left: int
    """Deleted at the source and still stored."""
    gone: int


def compared(report: Mapping[str, Any], texts: Iterable[str], gaps: Sequence[Gap], read_from: float) -> Stored:
    """What one source wrote against the ``texts`` stored; what was written before ``read_from`` need not be there."""
    posts: Mapping[str, Sequence[Any]] = report["posts"]
    found = [match for text in texts if (match := MARK.search(text))]
    versions = {match[1]: int(match[2]) for match in found}
    gone = set(report["gone"])
    wanted = {mark: post for mark, post in posts.items() if post[2] and mark not in gone}
    missing = [mark for mark, post in wanted.items() if mark not in versions and post[1] >= read_from]
    hidden = [m for m in missing if any(g.since <= posts[m][1] <= (g.until or posts[m][1]) for g in gaps if g.kept)]
    counts = Counter(match[1] for match in found)
    return Stored(
        written=len(wanted),
        stored=len(versions),
        doubled=tuple(mark for mark, n in counts.items() if n > 1),
        lost=tuple(sorted(set(missing) - set(hidden))),
        missed=len(hidden),
        strange=tuple(mark for mark in versions if mark not in posts or not posts[mark][2]),
        old=tuple(m for m, version in versions.items() if m in wanted and version != wanted[m][0]),
        gone_left=len(gone & versions.keys()),
        gone=len([mark for mark in gone if posts[mark][2]]),
    )


class Span(NamedTuple):
    """When a source went unread because of an outage: from the last good request to the next one."""

    source: str
    fault: str
    last_good: float | None
    first_good: float | None
    needs_gap: bool


def span(source: Planned, outage: Outage, asked: Sequence[tuple[float, str]], began: float) -> Span | None:
    """What ``outage`` meant for ``source``; None where it was not asked for anything meanwhile. Epoch seconds."""
    start, end = began + outage.start, began + outage.end
    good = [at for at, fault in asked if not fault]
    last_good = max((at for at in good if at < start), default=None)
    first_good = min((at for at in good if at >= end), default=None)
    met = [at for at, fault in asked if fault and start <= at <= end]
    if not met and outage.fault not in ("down", "forget"):
        return None
    unread = (first_good or end) - (last_good or start)
    long = unread > max(PATIENCE, INTERVALS * source.every) + SLACK
    sure = outage.fault in HARD and end - start > 2 * source.every * JITTER + 2 * SLACK
    return Span(source.name, outage.fault, last_good, first_good, long or sure)


def is_covered(found: Span, outage: Outage, gaps: Iterable[Gap], began: float, looks: Sequence[float]) -> bool:
    """Whether a gap was recorded that began with the outage and stood open until the source was read again.

    ``looks``: when gaps were looked at; what was there at the last of them before was there until then.
    """
    start = began + outage.start
    over = found.first_good if found.first_good is not None else began + outage.end
    mine = [gap for gap in gaps if gap.source == found.source and gap.since <= start + SLACK]
    last = max((at for at in looks if at <= over - AT_ONCE), default=over)
    return any(max(gap.last_open, gap.until or 0.0) >= last for gap in mine)


def came_back(found: Span, source: Planned, outage: Outage, next_start: float, began: float) -> tuple[float, float]:
    """Seconds from the end of ``outage`` until ``source`` was read again, and how long that may take.

    Nothing is asked of a source whose site failed anew before (``next_start``, in seconds of the run): (0, 0).
    """
    may = READS_AGAIN * (outage.end - outage.start) + 2 * source.every + PASS
    if next_start < outage.end + may:
        return 0.0, 0.0
    return (found.first_good or math.inf) - (began + outage.end), may


def stays_open(found: Span, source: Planned, next_start: float, gaps: Iterable[Gap], began: float) -> float:
    """Seconds for which a gap stood open after ``source`` was read again, beyond what catching up may take."""
    if found.first_good is None:
        return 0.0
    may = found.first_good + 2 * source.every + PASS
    mine = [g for g in gaps if g.source == found.source and g.since <= found.first_good]
    return max((g.last_open - may for g in mine if g.last_open <= began + next_start), default=0.0)


def invented(gap: Gap, outages: Iterable[Outage], began: float) -> bool:
    """Whether ``gap`` tells of a time in which nothing failed that its source reads."""
    until = max(gap.last_open, gap.until or 0.0)
    return not any(gap.since <= began + one.end and until >= began + one.start for one in outages)


def unread(status: Mapping[str, object], source: Planned, ended: float) -> float:
    """Seconds by which the last good look at ``source`` lies too far before the end: its loop is dead, or it hangs."""
    last = datetime.fromisoformat(str(status["last_success"])).timestamp() if status.get("last_success") else 0.0
    return max(0.0, ended - last - 2 * source.every - PASS)


def lateness(asked: Sequence[tuple[float, str]], every: float) -> list[float]:
    """Seconds by which each request of a source came later than its interval and its jitter allow."""
    times = [at for at, _ in asked]
    return [max(0.0, b - a - every * JITTER) for a, b in pairwise(times)]


def tracebacks(log: str) -> Counter[str]:
    """Each distinct traceback of a log, as the line above it, its last place and its error, and how often it came."""
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
        places = [each.strip() for each in body if each.startswith("  File ")]
        found["\n".join([lines[n - 1][-160:] if n else "", *places[-2:], body[-1][:200] if body else ""])] += 1
    return found
