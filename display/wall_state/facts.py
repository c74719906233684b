"""What walls are made of, read from the store once for all of them. What is dear is kept for a while."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from display.source_health import SourceHealth, is_weighty, source_health, unrecorded_gaps, weighty_sources
from display.wall_state import horizon, weeks
from display.wall_state.director import COUNTED_FOR as VOICED_FOR
from display.wall_state.director import FRESH
from display.wall_state.horizon import Span
from display.wall_state.kept import Kept
from display.wall_state.past import hours
from display.wall_state.weeks import WEEK
from monitor.analysis.baseline import BASELINE_DAYS, MIN_VALID_DAYS, Baseline, baseline_of
from monitor.analysis.staleness import unread_spans
from monitor.clock import Clock
from monitor.model import Bin, Choice, Incident, Mention, MentionFilter, Order, Tally, Topics, VolumeSeries

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

T = TypeVar("T")
Brands = tuple[str, ...]

MONTH = timedelta(days=BASELINE_DAYS)
FRESH_FOR = 1.0
"""Seconds for which all of it is good when nothing changed."""
CHEAP = 0.004
"""Seconds: what takes no longer is asked for anew each time."""
WEIGHED_FOR, USUAL_FOR, GROUPED_FOR = 60.0, 300.0, 8.0
"""Seconds for which the weights of sources, the usual, and the groups of an incident are good."""
LEARNING_FOR = 20.0
"""The same for the usual while it is not known."""
TALLIED_FOR, BARS_FOR = 10.0, 30.0
"""Seconds for which the figures of a week and the older bars are good, where they are dear."""
UNREAD_FOR = 120.0
"""Seconds without a scheduler from which on the wall is not live."""
STALE = timedelta(minutes=5)
"""From when on what the watch left is no longer so, should it have stopped."""
COUNTED_FOR = 5.0
"""Seconds for which the number of arrivals is good, and so are the gaps where sources by the hundred left some."""
MOST_HIDDEN = 200
"""Of which the stories are looked at: the newest."""
MOST_COMPARED = 1000
"""Found by several searches of which each is counted once; of more, one may count twice."""
MOST_NEWS = 100
"""That one look takes in; in a greater flood the rest of it goes by."""


class Facts:
    """The facts of one moment, which ``look`` makes anew. Not for several threads at once."""

    def __init__(self, config: Config, store: Store, clock: Clock, health: Callable[[], Mapping[str, bool]]) -> None:
        self._config, self._store, self._clock, self._health = config, store, clock, health
        self.started = clock.now()
        self.now, self.last_id = self.started, 0
        self._looked, self._moments = float("-inf"), 0
        self._collected = clock.monotonic()
        self._moment: dict[Hashable, Any] = {}
        self._kept: dict[Hashable, Kept[Any]] = {}
        self._first_mention: Mention | None = None

    def look(self) -> int:
        """Make the facts those of now, if anything changed or a second passed; return the number of this moment."""
        last_id, at = self._store.last_change_id(), self._clock.monotonic()
        if last_id != self.last_id or at - self._looked >= FRESH_FOR:
            self.now, self.last_id, self._looked = self._clock.now(), last_id, at
            self._moment.clear()
            self._moments += 1
        return self._moments

    @property
    def collecting(self) -> bool:
        """Whether sources are read at all: a worker that ended is started again, and that is not worth a word."""
        at = self._clock.monotonic()
        if self._health().get("scheduler", True):
            self._collected = at
        return at - self._collected <= UNREAD_FOR

    @property
    def watching(self) -> bool:
        """Whether incidents are looked out for."""
        return self._health().get("watch", True)

    @property
    def any_mention(self) -> bool:
        """Whether there ever was one."""
        return self._first() is not None

    @property
    def source_health(self) -> SourceHealth:
        """How the config's sources are. Made-up mentions are shown as long as any are stored."""
        return self._once("source_health", self._read)

    @property
    def weights(self) -> dict[str, int]:
        """Mentions of 7 days by source."""
        week = MentionFilter(since=self.now - WEEK)
        return self._keep(
            "weights", WEIGHED_FOR, lambda: {v.value: v.n for v in self._store.facets(week).get("source", ())}, cheap=0
        )

    @property
    def weighty(self) -> set[str]:
        """Sources that would be missed."""
        total = sum(self.weights.values())
        return {s.source for s in self.source_health.statuses if is_weighty(s, self.weights, total)}

    @property
    def since(self) -> datetime:
        """When the first mention came in, or this program began if that was earlier.

        Made-up posts are there from their first on, as if we had listened all along.
        """
        first = self._first()
        if first is None:
            return self.started
        return min(self.started, first.post.published_at if self.source_health.sample else first.added_at)

    @property
    def gaps(self) -> dict[str, list[Span]]:
        """For each source of the config, the times of the last week in which it could not be read."""
        return self._once("gaps", lambda: self._gaps(self.now - WEEK))

    @property
    def tallies(self) -> dict[str, Tally]:
        """Each brand's figures of 7 days."""
        return self._keep("tallies", TALLIED_FOR, lambda: self.tallies_since(self.now - WEEK))

    def tallies_since(self, since: datetime) -> dict[str, Tally]:
        """Each brand's figures since then."""
        return {t.brand: t for t in self._store.tallies(since, horizon.end(self.now))}

    def bins(self, brands: Brands) -> list[Bin]:
        """Mentions of all ``brands`` in quarters of an hour: the older ones may be half a minute old."""
        older, newer = horizon.two_parts(self.now)
        kept = self._keep(("bars", brands), BARS_FOR, lambda: self._series(brands, older))
        edges = [kept[-1].end, *newer]
        return [*kept, *self._once(("bars", brands, "new"), lambda: self._series(brands, edges))]

    def arrivals(self, brands: Brands) -> int:
        """Mentions of ``brands`` that came in the last 5 minutes and could be voices; for a few seconds."""
        until = horizon.end(self.now)
        since = until - timedelta(seconds=VOICED_FOR * max(self._clock.speed, 1))

        def count() -> int:
            return sum(self._store.count_arrivals(brand, since, until, FRESH) for brand in brands)

        return self._keep(("arrivals", brands), COUNTED_FOR, count, cheap=0)

    def news(self, after: int) -> list[Mention]:
        """Mentions with an id above ``after``, but the newest MOST_NEWS at most: ids grow in the order of arrival."""
        last = self.last_mention_id()
        ids = range(max(after, last - MOST_NEWS) + 1, last + 1)
        return self._once(("news", ids), lambda: list(self._store.mentions(ids).values())) if ids else []

    def newest(self, f: MentionFilter, limit: int) -> list[Mention]:
        """The newest mentions that satisfy ``f``, which names one brand; one of each story where it asks no more."""
        bare = MentionFilter(brand=f.brand, since=f.since)
        if f == bare:
            return self._store.latest_mentions(f.brand.include[0], limit, f.since)
        return self._store.page(f, limit=3 * limit)

    def mentions(self, ids: Sequence[int]) -> dict[int, Mention]:
        """Those that still exist, as they are."""
        return self._store.mentions(ids)

    @property
    def hidden_stories(self) -> frozenset[int]:
        """Stories of which a post of this week was hidden: who hid it does not want to see the next copy of it."""
        hidden = MentionFilter(state=Choice(("hidden",)), since=self.now - WEEK)
        return self._keep(
            "hidden stories",
            FRESH_FOR,
            lambda: frozenset(m.story for m in self._store.page(hidden, limit=MOST_HIDDEN) if m.story is not None),
        )

    def last_mention_id(self) -> int:
        """The highest id."""
        return self._once("last", self._store.last_mention_id)

    def found(self, searches: Sequence[str], brands: Brands) -> int:
        """How many mentions of ``brands`` in 7 days any of ``searches`` finds; for a minute."""
        return self._keep(("found", *searches, brands), WEIGHED_FOR, lambda: self._found(searches, brands), cheap=0)

    def usual(self, brands: Brands) -> Baseline:
        """What is usual for all ``brands`` together, by the clock of the organisation."""
        known = self._keep(("usual", brands), USUAL_FOR, lambda: self._usual(brands), cheap=0)
        if known.days >= MIN_VALID_DAYS:
            return known
        # History may be coming in this moment.
        return self._keep(("usual so far", brands), LEARNING_FOR, lambda: self._usual(brands), cheap=0)

    def usual_shares(self, brands: Brands) -> dict[str, int]:
        """Whole per cent that each of ``brands`` usually has of all their mentions, where enough weeks tell."""
        return self._keep(("shares", brands), USUAL_FOR, lambda: self._usual_shares(brands), cheap=0)

    def incidents(self) -> list[Incident]:
        """The last incident of each brand that had one, unless nobody has looked at it for long."""
        stale = STALE * max(self._clock.speed, 1)
        last = self._once("incidents", self._store.latest_incidents)
        return [i for i in last if i.until is not None or self.now - i.checked_at <= stale]

    def topics(self, brand: str) -> Topics | None:
        """What a brand's mentions are about, unless nobody has looked for long."""
        found = self._once(("topics", brand), lambda: self._store.topics(brand))
        stale = STALE * max(self._clock.speed, 1)
        return found if found and self.now - found.as_of <= stale else None

    def pulses(self, brand: str, bins: int) -> VolumeSeries:
        """A brand's counts in steps of 5 minutes up to now."""
        end = horizon.end(self.now)
        return self._once(("pulses", brand), lambda: self._store.recent_volume_series(brand, end, bins))

    def groups(self, brand: str, since: datetime, limit: int) -> list[int]:
        """Ids of the newest member of each of the largest stories since then; for a few seconds."""
        return self._keep(
            ("groups", brand, since), GROUPED_FOR, lambda: self._store.largest_stories(brand, since, limit), cheap=0
        )

    def _read(self) -> SourceHealth:
        return source_health(self._config, self._store.statuses(), self.now, self.started, self.weights)

    def _series(self, brands: Brands, edges: Sequence[datetime]) -> list[Bin]:
        per_brand = [self._store.brand_histogram(name, edges) for name in brands]
        return [
            Bin(bins[0].start, bins[0].end, sum(b.n for b in bins), sum(b.negative for b in bins))
            for bins in zip(*per_brand, strict=True)
        ]

    def _gaps(self, since: datetime) -> dict[str, list[Span]]:
        read, now = self.source_health, self.now
        ours = {s.source for s in read.statuses}
        stored = self._keep("stored gaps", COUNTED_FOR, lambda: self._store.gaps(since, now))
        gaps = [g for g in stored if g.source in ours]
        unrecorded = unrecorded_gaps(read.stale, gaps, never_read_since=self.started)
        found: dict[str, list[Span]] = defaultdict(list)
        for gap in [*gaps, *unrecorded]:
            found[gap.source].append((max(gap.since, since), gap.until or horizon.end(now)))
        return found

    def _usual(self, brands: Brands) -> Baseline:
        zone, now = self._config.timezone, self.now
        begins = now - MONTH
        pulses = [self._store.volume_series(brand, begins, now) for brand in brands]
        silent = [span for spans in self._silent(begins).values() for span in spans]
        loud = [(i.since, i.until or now) for i in self._store.incidents(begins, now) if i.brand in brands]
        return baseline_of(hours(pulses, [*silent, *loud], zone), zone)

    def _silent(self, since: datetime) -> dict[str, Sequence[Span]]:
        """By source of weight, the times since then in which it was not read."""
        gaps, begun = self._store.gaps(since, self.now), self._store.source_start_times()
        blind = unread_spans(self.source_health.statuses, gaps, begun, since, self.now)
        return {source: blind.get(source, ()) for source in weighty_sources(self.weights)}

    def _usual_shares(self, brands: Brands) -> dict[str, int]:
        edges = weeks.edges(self.now)
        counts = {brand: [b.n for b in self._store.brand_histogram(brand, edges)] for brand in brands}
        this_week = {brand: self.tallies[brand].n for brand in brands if brand in self.tallies}
        return weeks.usual_shares(counts, weeks.heard(edges, self._silent(edges[0])), this_week)

    def _found(self, searches: Sequence[str], brands: Brands) -> int:
        each = [MentionFilter(q=q, brand=Choice(brands), since=self.now - WEEK) for q in searches]
        n = sum(self._store.count(f).n for f in each)
        if len(each) > 1 and n <= MOST_COMPARED:
            # One mention may be found by several.
            return len({m.id for f in each for m in self._store.page(f, limit=MOST_COMPARED)})
        return n

    def _first(self) -> Mention | None:
        if self._first_mention is None:
            self._first_mention = next(iter(self._store.page(MentionFilter(order=Order.OLD), limit=1)), None)
        return self._first_mention

    def _once(self, key: Hashable, ask: Callable[[], T]) -> T:
        """The answer of this moment."""
        if key not in self._moment:
            self._moment[key] = ask()
        return cast("T", self._moment[key])

    def _keep(self, key: Hashable, seconds: float, ask: Callable[[], T], cheap: float = CHEAP) -> T:
        """The answer of this moment, or one of a short while ago where it is dear."""
        if key not in self._kept:
            self._kept[key] = Kept(self._clock, seconds, cheap=cheap)
        kept: Kept[T] = self._kept[key]
        return self._once(key, lambda: kept.get(ask))
