"""The data that walls are built from: read from the store once for all walls, and cached if they change slowly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from cachetools import TTLCache

from display.error_figures import error_figures
from display.source_health import SourceHealth, is_major, major_sources, outage_gaps, source_health, unrecorded_gaps
from display.wall_state import horizon, usual_shares
from display.wall_state.baseline_hours import baseline_hours
from display.wall_state.director import FRESH, HERO_COUNT_SECONDS
from display.wall_state.hidden_posts import HiddenPosts, count_matches
from display.wall_state.horizon import Period
from display.wall_state.imported_history import imported_history
from display.wall_state.topics import without_usual
from display.wall_state.ttl_cache import ttl_cache
from display.wall_state.usual_shares import WEEK
from monitor.analysis.baseline import BASELINE_DAYS, MIN_VALID_DAYS, Baseline, baseline_of
from monitor.analysis.staleness import unread_spans, without
from monitor.clock import Clock
from monitor.model import Bin, Incident, Mention, MentionFilter, Order, StoreHealth, Tally, Topics, VolumeSeries
from monitor.rules import incomparable_spans

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.model import Text
    from monitor.quality import ErrorFigures
    from monitor.store import Store

T = TypeVar("T")
Brands = tuple[str, ...]

BASELINE_SPAN = timedelta(days=BASELINE_DAYS)
REFRESH_SECONDS = 1.0
"""All data are read again after this time, even if nothing was stored."""
ARRIVALS_TTL_SECONDS = 5.0
GAPS_TTL_SECONDS = 5.0
"""Hundreds of sources can have thousands of gaps."""
TALLIES_TTL_SECONDS = 5.0
MAX_INCIDENT_TEXTS = 300
LEARNING_TTL_SECONDS = 20.0
"""For the baseline while it has too few days: an import may add more at any moment."""
OLDER_BARS_TTL_SECONDS = 30.0
MENTIONS_BY_SOURCE_TTL_SECONDS = 60.0
MATCHES_TTL_SECONDS = 60.0
BASELINE_TTL_SECONDS = 300.0
MAX_CACHED = 1024
"""Entries of each cache."""
NOT_LIVE_AFTER_SECONDS = 120.0
"""Without a scheduler for this long, the wall is not live. A shorter absence is a restart."""
ANALYSIS_VALID_FOR = timedelta(minutes=5)
"""Incidents and topics that were not updated for this long are out of date: their job has stopped."""
MAX_NEW_MENTIONS = 100
"""Read at once; in a flood, the older ones are skipped."""


class WallData:
    """A snapshot of the data, updated by ``refresh``. Not thread-safe."""

    def __init__(
        self,
        config: Config,
        store: Store,
        clock: Clock,
        health: Callable[[], Mapping[str, bool]],
        started: datetime | None = None,
    ) -> None:
        """``started``: when the program started."""
        self._config, self._store, self._clock, self._health = config, store, clock, health
        self.now, self.last_id = clock.now(), 0
        self.started = started or self.now
        self._refreshed_at, self._revision = float("-inf"), 0
        self._last_alive_at = clock.monotonic()
        self.store_health = StoreHealth()
        self._loaded: dict[Hashable, Any] = {}
        self._caches: dict[float, TTLCache[Hashable, Any]] = {}
        self._rules: list[tuple[str, int, bool]] = []

    def refresh(self) -> int:
        """Update the snapshot if the store changed or a second passed. Returns the snapshot's revision number."""
        before, self.store_health = self.store_health.outage, self._store.health()
        last_id, at, outage = self._store.last_change_id(), self._clock.monotonic(), self.store_health.outage
        if last_id != self.last_id or outage != before or at - self._refreshed_at >= REFRESH_SECONDS:
            self.now, self.last_id, self._refreshed_at = self._clock.now(), last_id, at
            self._loaded.clear()
            self._forget_old_rules()
            self._revision += 1
        return self._revision

    def _forget_old_rules(self) -> None:
        """Drop what is cached when a rule changed, and again when stored posts are matched by it."""
        changes = self._store.rule_changes(self.now - WEEK, self.now + WEEK)
        before, self._rules = self._rules, [(change.brand, change.version, change.unfinished) for change in changes]
        if self._rules != before:
            self._caches.clear()

    @property
    def collecting(self) -> bool:
        """Whether sources are polled; still true shortly after the scheduler was last alive."""
        at = self._clock.monotonic()
        if self._health().get("scheduler", True):
            self._last_alive_at = at
        return at - self._last_alive_at <= NOT_LIVE_AFTER_SECONDS

    @property
    def detecting(self) -> bool:
        """Whether the jobs that detect incidents are alive: ``watch`` in ``/healthz``."""
        return self._health().get("watch", True)

    @property
    def any_mention(self) -> bool:
        """Whether the store has any mention."""
        return self.last_mention_id() > 0

    @property
    def source_health(self) -> SourceHealth:
        """The health of the sources of the config."""
        return self._once("source health", self._source_health)

    @property
    def mentions_by_source(self) -> dict[str, int]:
        """Source -> its mentions of 7 days."""
        week = MentionFilter(since=self.now - WEEK)
        return self._cached(
            "mentions by source",
            MENTIONS_BY_SOURCE_TTL_SECONDS,
            lambda: {v.value: v.n for v in self._store.facets(week).get("source", ())},
        )

    @property
    def major(self) -> set[str]:
        """The sources with a large share of the mentions, or too new to say: walls name them when they are not read."""
        total = sum(self.mentions_by_source.values())
        return {s.source for s in self.source_health.statuses if is_major(s, self.mentions_by_source, total)}

    @property
    def listening_since(self) -> datetime:
        """When the first source was read, or else when this program started; files may hold older mentions.

        With sample data, it is when the first sample post was published.
        """
        return self._once("listening since", self._listening_since)

    @property
    def imported_periods(self) -> dict[str, Period]:
        """Source -> the period that its imported posts cover."""
        return self._once("imported periods", self._store.imported_periods)

    @property
    def gaps(self) -> dict[str, list[Period]]:
        """Source of the config -> the periods of the last week in which it could not be read."""
        return self._once("gaps", lambda: self._gaps(self.now - WEEK))

    @property
    def tallies(self) -> dict[str, Tally]:
        """Brand -> its figures of 7 days."""
        return self._cached("tallies", TALLIES_TTL_SECONDS, lambda: self.tallies_since(self.now - WEEK))

    def tallies_since(self, since: datetime, until: datetime | None = None) -> dict[str, Tally]:
        """Brand -> its figures since then."""
        return {t.brand: t for t in self._store.tallies(since, until or horizon.end_of_last_bar(self.now))}

    @property
    def error_figures(self) -> ErrorFigures:
        """How often judgements are wrong."""
        return self._cached("error figures", MATCHES_TTL_SECONDS, lambda: error_figures(self._store))

    def bins(self, brands: Brands) -> list[Bin]:
        """Mentions of all ``brands`` together, per quarter of an hour. Those before the last hour are cached."""
        older_edges, newer_edges = horizon.older_and_newer_edges(self.now)
        older = self._cached(("bins", brands), OLDER_BARS_TTL_SECONDS, lambda: self._series(brands, older_edges))
        edges = [older[-1].end, *newer_edges]
        return [*older, *self._once(("newer bins", brands), lambda: self._series(brands, edges))]

    def arrivals(self, brands: Brands) -> int:
        """Mentions of ``brands`` that arrived in the last 5 minutes and were fresh enough to be voices."""
        until = horizon.end_of_last_bar(self.now)
        since = until - timedelta(seconds=HERO_COUNT_SECONDS * max(self._clock.speed, 1))

        def count() -> int:
            return sum(self._store.count_arrivals(brand, since, until, FRESH) for brand in brands)

        return self._cached(("arrivals", brands), ARRIVALS_TTL_SECONDS, count)

    def mentions_after(self, last_id: int) -> list[Mention]:
        """Mentions with an id above ``last_id``, the newest MAX_NEW_MENTIONS of them. Ids grow in order of arrival."""
        last = self.last_mention_id()
        ids = range(max(last_id, last - MAX_NEW_MENTIONS) + 1, last + 1)
        return self._once(("mentions", ids), lambda: list(self._store.mentions(ids).values())) if ids else []

    def newest(self, f: MentionFilter, limit: int) -> list[Mention]:
        """The newest mentions of the one brand that ``f`` names; one of each story if ``f`` asks for nothing else."""
        if f == MentionFilter(brand=f.brand, since=f.since):
            return self._store.latest_mentions(f.brand.include[0], limit, f.since)
        return self._store.page(f, limit=3 * limit)

    def mentions(self, ids: Sequence[int]) -> dict[int, Mention]:
        """Id -> mention as it is now, for those that still exist."""
        return self._store.mentions(ids)

    def count_hidden(self, brands: Brands) -> int:
        """How many posts of 7 days about ``brands`` are hidden."""
        mentions = sum(self.tallies[brand].hidden for brand in brands if brand in self.tallies)
        return self.hidden_posts.count(brands, mentions) if mentions else 0

    @property
    def hidden_posts(self) -> HiddenPosts:
        """The hidden posts of this week."""
        return self._once("hidden posts", lambda: HiddenPosts.read(self._store, self.now - WEEK))

    def last_mention_id(self) -> int:
        """The highest mention id."""
        return self._once("last mention", self._store.last_mention_id)

    def count_matches(self, queries: Sequence[str], brands: Brands) -> int:
        """How many posts of 7 days about ``brands`` match any of ``queries``."""
        key, since = ("matches", *queries, brands), self.now - WEEK
        return self._cached(key, MATCHES_TTL_SECONDS, lambda: count_matches(self._store, queries, brands, since))

    def baseline(self, brands: Brands) -> Baseline:
        """The baseline of all ``brands`` together, in the time zone of the organisation."""
        known = self._cached(("baseline", brands), BASELINE_TTL_SECONDS, lambda: self._baseline(brands))
        if known.days >= MIN_VALID_DAYS:
            return known
        return self._cached(("baseline so far", brands), LEARNING_TTL_SECONDS, lambda: self._baseline(brands))

    def rule_changed(self, brands: Brands) -> bool:
        """Whether earlier counts of ``brands`` are not comparable with those of now, because a rule changed."""
        since = self.now - BASELINE_SPAN
        return bool(self._once(("rules", brands), lambda: incomparable_spans(self._store, brands, since, self.now)))

    def usual_shares(self, brands: Brands) -> dict[str, int]:
        """Brand -> its usual share in whole per cent of all ``brands``; empty if too few weeks are known."""
        return self._cached(("shares", brands), BASELINE_TTL_SECONDS, lambda: self._usual_shares(brands))

    def incidents(self) -> list[Incident]:
        """The last incident of each brand, without ongoing ones that are out of date."""
        last = self._once("incidents", self._store.latest_incidents)
        return [i for i in last if i.until is not None or self._is_current(i.checked_at)]

    def topics(self, brand: str) -> Topics | None:
        """A brand's topics; None if there are none or they are out of date."""
        found = self._once(("topics", brand), lambda: self._store.topics(brand))
        if not found or not self._is_current(found.as_of):
            return None
        return without_usual(found) if self.rule_changed((brand,)) else found

    def volumes(self, brand: str, bins: int) -> VolumeSeries:
        """A brand's last ``bins`` counts in steps of 5 minutes, up to now."""
        end = horizon.end_of_last_bar(self.now)
        return self._once(("volumes", brand), lambda: self._store.recent_volume_series(brand, end, bins))

    def counts_since(self, brand: str, since: datetime) -> VolumeSeries:
        """A brand's counts since then, as one bin."""
        end = horizon.end_of_last_bar(self.now)
        return self._store.recent_volume_series(brand, end, 1, end - since)

    def texts(self, brand: str, since: datetime, until: datetime) -> Sequence[Text]:
        """An even sample of a brand's texts."""
        key = ("texts", brand, since, until)
        return self._once(key, lambda: self._store.mention_texts(brand, since, until, MAX_INCIDENT_TEXTS).rows)

    def _source_health(self) -> SourceHealth:
        statuses, counts, imported = self._store.statuses(), self.mentions_by_source, self._store.imported_periods()
        return source_health(self._config, statuses, self.now, self.started, counts, self.store_health, imported)

    def _is_current(self, updated_at: datetime) -> bool:
        return self.now - updated_at <= ANALYSIS_VALID_FOR * max(self._clock.speed, 1)

    def _series(self, brands: Brands, edges: Sequence[datetime]) -> list[Bin]:
        per_brand = [self._store.brand_histogram(name, edges) for name in brands]
        return [
            Bin(bins[0].start, bins[0].end, sum(b.n for b in bins), sum(b.negative for b in bins))
            for bins in zip(*per_brand, strict=True)
        ]

    def _gaps(self, since: datetime) -> dict[str, list[Period]]:
        health, now = self.source_health, self.now
        configured = {s.source for s in health.statuses}
        stored = self._cached("stored gaps", GAPS_TTL_SECONDS, lambda: self._store.gaps(since, now))
        gaps = [g for g in stored if g.source in configured]
        gaps += unrecorded_gaps(health.stale, gaps, never_read_since=self.started) + outage_gaps(health)
        found: dict[str, list[Period]] = defaultdict(list)
        for gap in gaps:
            found[gap.source].append((max(gap.since, since), gap.until or horizon.end_of_last_bar(now)))
        return found

    def _baseline(self, brands: Brands) -> Baseline:
        now, start, zone = self.now, self.now - BASELINE_SPAN, self._config.timezone
        volumes = [self._store.volume_series(brand, start, now) for brand in brands]
        unread_periods = [period for periods in self._unread(start).values() for period in periods]
        incidents = [(i.since, i.until or now) for i in self._store.incidents(start, now) if i.brand in brands]
        incidents += incomparable_spans(self._store, brands, start, now)
        return baseline_of(baseline_hours(volumes, [*unread_periods, *incidents], zone), zone)

    def _unread(self, since: datetime) -> dict[str, Sequence[Period]]:
        """Source -> the periods in which it was not read, for each source with at least MAJOR_SHARE of the mentions."""
        gaps, begun = self._store.gaps(since, self.now), self._store.source_start_times()
        imported = self.imported_periods
        periods = unread_spans(self.source_health.statuses, gaps, begun, since, self.now, imported)
        unread: dict[str, Sequence[Period]] = {
            source: periods.get(source, ()) for source in major_sources(self.mentions_by_source)
        }
        history = imported_history(self, self._store, since)
        if history:
            unread[""] = [(since, self.listening_since)]
        return {source: without(spans, history) for source, spans in unread.items()}

    def _usual_shares(self, brands: Brands) -> dict[str, int]:
        edges = usual_shares.week_edges(self.now)
        counts = {brand: [b.n for b in self._store.brand_histogram(brand, edges)] for brand in brands}
        this_week = {brand: self.tallies[brand].n for brand in brands if brand in self.tallies}
        unread = {**self._unread(edges[0]), "rules": incomparable_spans(self._store, brands, edges[0], self.now)}
        was_read = usual_shares.weeks_read(edges, unread)
        return usual_shares.usual_shares(counts, was_read, this_week)

    def _listening_since(self) -> datetime:
        if self.source_health.sample:
            oldest = self._store.page(MentionFilter(order=Order.OLD), limit=1)
            times = [mention.post.published_at for mention in oldest]
        else:
            configured = {status.source for status in self.source_health.statuses}
            times = [at for source, at in self._store.source_start_times().items() if source in configured]
        return min(times, default=self.started)

    def _once(self, key: Hashable, load: Callable[[], T]) -> T:
        """The result of ``load``, which is called once per revision."""
        if key not in self._loaded:
            self._loaded[key] = load()
        return cast("T", self._loaded[key])

    def _cached(self, key: Hashable, ttl_seconds: float, load: Callable[[], T]) -> T:
        """The result of ``load``, at most ``ttl_seconds`` old and the same throughout a revision."""
        if ttl_seconds not in self._caches:
            self._caches[ttl_seconds] = ttl_cache(self._clock, ttl_seconds, MAX_CACHED)
        cache = self._caches[ttl_seconds]

        def load_cached() -> T:
            try:
                return cast("T", cache[key])
            except KeyError:
                cache[key] = value = load()
                return value

        return self._once(key, load_cached)
