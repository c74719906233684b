"""Whether an incident begins, goes on or ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, tzinfo

from monitor.model import Incident, Pulses

Unread = Mapping[str, Sequence[tuple[datetime, datetime]]]
"""Source -> the times in which it was not read."""


class Detector:
    """Tells incidents of any brand by one fixed default. Holds nothing between two checks: all is in the counts."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone

    def check(
        self, history: Pulses, recent: Pulses, unread: Unread, before: Incident | None, now: datetime
    ) -> Incident | None:
        """The incident as it is at ``now``: a new one (id 0), ``before`` with new figures, ``before`` with ``until``
        set as it ends, ``before`` with ``until`` None again as it resumes; None: there is none, leave ``before`` be.

        ``history``: aligned bins of 5 minutes, 10 days or more (28 are used) where there are, up to about ``now``.
        ``recent``: bins of 5 minutes that end at ``now``, 3 hours. Give the counts as ``array("q")`` or numpy arrays:
        lists cost ten times the check. ``unread``: by source, every time within ``history`` in which it was not read,
        to ``now`` where it still is not. **Every source that is read has its key**, with () where it was read all
        along; one that is new has (start of history, its first success). Of a source without a key nobody knows
        since when it is read: it is taken to be new at its first mention. ``before``: the last stored incident of
        the brand, running or over. Times are aware. Never raises for any counts. ``topic`` and ``id`` of ``before``
        are kept. Takes a few milliseconds.
        """
        return None
