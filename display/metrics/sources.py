"""Metrics of each source."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime

from prometheus_client import Metric

from display.metrics.families import Measured, counters, gauges, summaries, timestamp
from display.source_health import configured_statuses
from monitor.activity import ERRORS, Counts, PassResult
from monitor.analysis.staleness import is_stale
from monitor.model import Health, SourceStatus

SOURCE = ("source",)
WAITING_HEALTHS = frozenset({Health.LIMITED, Health.SPENT})


def source_metrics(measured: Measured) -> Iterator[Metric]:
    """What passes and deliveries did since the start, and the status of each source of the config."""
    context = measured.context
    statuses = configured_statuses(context.config, context.store.statuses())
    activity = measured.activity.counts()
    counts = [(status.source, activity.get(status.source, Counts())) for status in statuses]
    yield from _passes(counts)
    yield from _posts(counts)
    yield from _times(statuses, context.clock.now(), context.started)
    yield from _limits(statuses, context.clock.now())
    yield _rate_limits(measured)


def _passes(counts: list[tuple[str, Counts]]) -> Iterator[Metric]:
    yield counters(
        "wallflower_source_passes_total",
        "Passes over the source, by result.",
        ("source", "result"),
        [((name, str(result)), one.passes.get(result, 0)) for name, one in counts for result in PassResult],
    )
    yield counters(
        "wallflower_source_errors_total",
        "Passes that failed, by reason. A limit that the site or a budget sets is no error.",
        ("source", "reason"),
        [((name, str(reason)), one.passes.get(reason, 0)) for name, one in counts for reason in ERRORS],
    )
    yield summaries(
        "wallflower_source_pass_seconds",
        "Duration of the passes, with judging and storing.",
        SOURCE,
        [((name,), sum(one.passes.values()), one.pass_seconds) for name, one in counts],
    )


def _posts(counts: list[tuple[str, Counts]]) -> Iterator[Metric]:
    wanted: tuple[tuple[str, str, Callable[[Counts], int]], ...] = (
        ("posts", "Posts that the source returned or that were delivered to it.", lambda one: one.posts),
        ("mentions", "New mentions of any brand.", lambda one: one.mentions),
        ("edited_posts", "Known posts whose content changed.", lambda one: one.edited),
        ("deleted_posts", "Posts deleted because the source deleted them.", lambda one: one.deleted),
        ("skipped_posts", "Entries that could not be read or judged.", lambda one: one.skipped),
        ("deliveries", "Accepted deliveries to a webhook.", lambda one: one.deliveries),
    )
    for name, help, count in wanted:
        yield counters(f"wallflower_source_{name}_total", help, SOURCE, [((of,), count(one)) for of, one in counts])


def _times(statuses: list[SourceStatus], now: datetime, started: datetime) -> Iterator[Metric]:
    yield gauges(
        "wallflower_source_health",
        "1 for the current health of the source, 0 for every other.",
        ("source", "health"),
        [((one.source, str(health)), one.health is health) for one in statuses for health in Health],
    )
    yield gauges(
        "wallflower_source_stale",
        "1 while the source has not been read for so long that walls report it.",
        SOURCE,
        [((one.source,), is_stale(one, now, started)) for one in statuses],
    )
    yield gauges(
        "wallflower_source_lateness_seconds",
        "How long the next poll is overdue; 0 if it is not due, or none is planned.",
        SOURCE,
        [((one.source,), _lateness(one, now)) for one in statuses],
    )
    wanted: tuple[tuple[str, str, Callable[[SourceStatus], float]], ...] = (
        ("interval_seconds", "Planned time between two polls.", lambda one: one.interval),
        ("failures", "Failed passes in a row.", lambda one: one.failures),
        ("last_success_timestamp_seconds", "When the source was last read, in seconds since 1970; 0 for never.",
         lambda one: timestamp(one.last_success)),
        ("last_post_timestamp_seconds", "When its newest post arrived, in seconds since 1970; 0 for never.",
         lambda one: timestamp(one.last_post)),
    )  # fmt: skip
    for name, help, value in wanted:
        yield gauges(f"wallflower_source_{name}", help, SOURCE, [((one.source,), value(one)) for one in statuses])


def _lateness(status: SourceStatus, now: datetime) -> float:
    if status.next_check is None or status.health is Health.PAUSED:
        return 0.0
    return max(0.0, (now - status.next_check).total_seconds())


def _limits(statuses: list[SourceStatus], now: datetime) -> Iterator[Metric]:
    paid = [(one.source, one.spend) for one in statuses if one.spend is not None]
    yield gauges(
        "wallflower_source_limit_seconds",
        "How much longer the site's limit, its quota or the budget keeps us from polling; 0 without such a limit.",
        SOURCE,
        [((one.source,), _limited_for(one, now)) for one in statuses],
    )
    yield gauges(
        "wallflower_source_spend_dollars",
        "What the source has cost this month, in US dollars; only sources that charge.",
        SOURCE,
        [((name,), spend.spent) for name, spend in paid],
    )
    yield gauges(
        "wallflower_source_budget_dollars",
        "The monthly budget of the source, in US dollars; only sources that charge.",
        SOURCE,
        [((name,), spend.budget) for name, spend in paid],
    )


def _limited_for(status: SourceStatus, now: datetime) -> float:
    if status.health not in WAITING_HEALTHS or status.next_check is None:
        return 0.0
    return max(0.0, (status.next_check - now).total_seconds())


def _rate_limits(measured: Measured) -> Metric:
    return gauges(
        "wallflower_site_requests_remaining",
        "Requests that a site still accepts in its current window, as it reported last; only sites that report it.",
        ("site",),
        [((site,), limit.remaining) for site, limit in sorted(dict(measured.rate_limits).items())],
    )
