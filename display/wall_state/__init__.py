"""What the wall shows, decided here and drawn there.

    Store, config, clock --> WallStates.get --> WallState --> JSON --> /wall/state.json, ``changes`` to the room "wall"

Each zone of the wall is one pure module: ``sentences``, ``horizon``, ``voices``, ``board``, ``departures``; ``reading``
tells for all of them which sources are blind.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from display.blindness import in_config
from display.wall_state import board, departures, horizon, sentences, voices
from display.wall_state.document import Kind, WallState
from display.wall_state.horizon import Span, Stretch
from display.wall_state.kept import Kept
from display.wall_state.reading import Reading, reading, weighs
from display.wall_state.words import epoch_ms, moment, time_of_day
from monitor.clock import Clock
from monitor.model import Bin, Gap, Mention, MentionFilter, Order, Tally

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

WEEK = timedelta(days=7)
WEIGHED_FOR = 60.0
"""Seconds for which the weights of sources are good."""
TALLIED_FOR, CHEAP = 10.0, 0.02
"""Seconds for which the figures of a week are good where they took longer than CHEAP, so that news need not wait."""
FRESH_FOR = 1.0
"""Seconds for which a state is good when nothing changed."""
GAPPY = 0.1
"""Part of the week in gaps from which on the board says so."""
PER_BRAND = 4
"""Newest mentions asked for; the wall shows three in all."""
RECENT = (voices.FRESH, timedelta(hours=24), None)
"""How far back voices are looked for, until there are enough."""


class WallStates:
    """Builds states, in any thread. All who ask within a second in which nothing changed get the same one."""

    def __init__(
        self, config: Config, store: Store, clock: Clock, *, health: Callable[[], Mapping[str, bool]], version: str
    ) -> None:
        self._config, self._store, self._clock, self._health, self._version = config, store, clock, health, version
        self._ours = [b.name for b in config.brands if b.ours]
        self._started = clock.now()
        self._first_mention: Mention | None = None
        self._weights: Kept[dict[str, int]] = Kept(clock, WEIGHED_FOR)
        self._tallies: Kept[dict[str, Tally]] = Kept(clock, TALLIED_FOR, cheap=CHEAP)
        self._lock = threading.Lock()
        self._built: dict[str, Any] | None = None
        self._built_at = 0.0

    def get(self) -> dict[str, Any]:
        """The newest state as JSON. Raises StoreError."""
        with self._lock:
            last_id, now = self._store.last_change(), self._clock.monotonic()
            if not self._built or self._built["last_id"] != last_id or now - self._built_at >= FRESH_FOR:
                self._built, self._built_at = self._build(last_id).json(), now
            return self._built

    def _build(self, last_id: int) -> WallState:
        now, zone = self._clock.now(), self._config.timezone
        read, bins = self._reading(now), self._bins(now)
        since = self._listening_since(made_up=read.sample)
        gaps = self._gaps(read, now)
        hour, day = horizon.last_hour(bins), (now - since).days + 1
        kind = sentences.kind(read, any_mention=self._first_mention is not None, collecting=self._collecting(), day=day)
        headline = sentences.headline(kind, read, hour, day, since, now, zone)
        weighty = self._weighty(read, now)
        unseen = horizon.stretches(gaps, weighty, len(read.statuses), now - horizon.SPAN)
        tallies = self._tallies.get(lambda: {t.brand: t for t in self._store.tallies(now - WEEK, horizon.end(now))})
        return WallState(
            version=self._version,
            last_id=last_id,
            as_of=epoch_ms(now),
            utc_offset=_minutes_ahead(now.astimezone(zone)),
            kind=kind,
            sample=read.sample,
            headline=headline,
            horizon=horizon.horizon(bins, [*_before(since, now, zone), *unseen], zone, now, headline.sentence),
            voices=voices.voices(self._latest(now), self._ours, now),
            board=board.board(
                self._config.brands,
                tallies,
                head=self._head([gaps[name] for name in weighty & gaps.keys()], since, now),
            ),
            proof=sentences.proof(read, sum(t.hidden for t in tallies.values()), now, zone),
            departures=departures.departures(read.statuses, zone) if kind is Kind.LISTENING else (),
            ours=self._ours[0],
        )

    def _collecting(self) -> bool:
        return self._health().get("scheduler", True)

    def _reading(self, now: datetime) -> Reading:
        """How the config's sources are. Made-up mentions are shown as long as any are stored."""
        known = self._store.statuses()
        statuses, sample = in_config(self._config, known), any(s.sample for s in known)
        return reading(statuses, self._per_source(now), now, self._started, sample=sample)

    def _per_source(self, now: datetime) -> dict[str, int]:
        """Mentions of 7 days by source."""
        week = MentionFilter(since=now - WEEK)
        return self._weights.get(lambda: {v.value: v.n for v in self._store.facets(week).get("source", ())})

    def _bins(self, now: datetime) -> list[Bin]:
        """Mentions of us in quarters of an hour."""
        edges = horizon.edges(now)
        per_brand = [self._store.series(name, edges) for name in self._ours]
        return [
            Bin(bins[0].start, bins[0].end, sum(b.n for b in bins), sum(b.negative for b in bins))
            for bins in zip(*per_brand, strict=True)
        ]

    def _latest(self, now: datetime) -> list[Mention]:
        """The newest of each brand. What is read last may be old: history that was imported, a feed that began."""
        for back in RECENT:
            since = None if back is None else now - back
            found = [m for b in self._config.brands for m in self._store.latest(b.name, PER_BRAND, since)]
            if len(found) >= voices.MOST:
                break
        return found

    def _listening_since(self, *, made_up: bool) -> datetime:
        """When the first mention came in, or this program began if that was earlier.

        Made-up posts are there from their first on, as if we had listened all along.
        """
        if self._first_mention is None:
            self._first_mention = next(iter(self._store.page(MentionFilter(order=Order.OLD), limit=1)), None)
        first = self._first_mention
        if first is None:
            return self._started
        return min(self._started, first.post.published_at if made_up else first.added_at)

    def _weighty(self, read: Reading, now: datetime) -> set[str]:
        """Sources that would be missed."""
        weights = self._per_source(now)
        return {s.source for s in read.statuses if weighs(s, weights)}

    def _gaps(self, read: Reading, now: datetime) -> dict[str, list[Span]]:
        """For each source of the config, the times of the last week in which it could not be read."""
        ours = {s.source for s in read.statuses}
        gaps = [g for g in self._store.gaps(now - WEEK, now) if g.source in ours]
        unrecorded = [
            Gap(b.source, b.since or self._started, None, b.reason)
            for b in read.blind
            if not any(g.source == b.source and g.until is None for g in gaps)
        ]
        found: dict[str, list[Span]] = defaultdict(list)
        for gap in [*gaps, *unrecorded]:
            found[gap.source].append((max(gap.since, now - WEEK), gap.until or horizon.end(now)))
        return found

    def _head(self, gaps: list[list[Span]], since: datetime, now: datetime) -> str:
        """What the board's figures cover, given the gaps of each weighty source."""
        if now - since < WEEK:
            return f"Since {moment(since, now, self._config.timezone, with_time=False)}"
        missing = max((sum((b - a for a, b in of), timedelta()) for of in gaps), default=timedelta())
        return "Last 7 days, with gaps" if missing > GAPPY * WEEK else "Last 7 days"


def _before(since: datetime, now: datetime, zone: ZoneInfo) -> list[Stretch]:
    """The part of the horizon before we listened."""
    start = now - horizon.SPAN
    return [Stretch(start, since, f"not listening before {time_of_day(since, zone)}")] if since > start else []


def _minutes_ahead(local: datetime) -> int:
    offset = local.utcoffset()
    return round(offset.total_seconds() / 60) if offset else 0
