"""Builds metric families in one expression each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, SummaryMetricFamily

from display.access.last_uses import WallUse
from display.metrics.requests import ResponseCounts
from display.pages.context import PageContext
from display.server.live import Live
from monitor.activity import Activity
from monitor.durations import Durations
from monitor.model import RateLimit
from monitor.notifications.message_counts import MessageCounts

Labels: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What metrics are computed from."""

    current_context: Callable[[], PageContext]
    live: Live
    activity: Activity
    responses: ResponseCounts
    wall_uses: Callable[[], Mapping[int, WallUse]]
    """When paired screens were seen, as far as that is not stored yet."""
    messages: MessageCounts
    rate_limits: Mapping[str, RateLimit]
    """Site -> what it reported last about its rate limit."""

    @property
    def context(self) -> PageContext:
        """The context of the config in use."""
        return self.current_context()


def gauge(name: str, help: str, value: float) -> Metric:
    """A gauge without labels."""
    return GaugeMetricFamily(name, help, value=value)


def gauges(name: str, help: str, labels: Labels, values: Iterable[tuple[Labels, float]]) -> Metric:
    """A gauge for each of ``values``: the values of its labels, and its own."""
    family = GaugeMetricFamily(name, help, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def counters(name: str, help: str, labels: Labels, values: Iterable[tuple[Labels, float]]) -> Metric:
    """A counter for each of ``values``. ``name`` ends in "_total"."""
    family = CounterMetricFamily(name, help, labels=labels)
    for label_values, value in values:
        family.add_metric(label_values, value)
    return family


def summaries(name: str, help: str, labels: Labels, values: Iterable[tuple[Labels, int, float]]) -> Metric:
    """A number and a sum for each of ``values``."""
    family = SummaryMetricFamily(name, help, labels=labels)
    for label_values, number, total in values:
        family.add_metric(label_values, number, total)
    return family


def histogram(name: str, help: str, durations: Durations) -> Metric:
    """The histogram of ``durations``, in seconds."""
    bounds = [*(f"{bound:g}" for bound in durations.bounds), "+Inf"]
    buckets = list(zip(bounds, durations.counts, strict=True))
    return HistogramMetricFamily(name, help, buckets=buckets, sum_value=durations.total_seconds)


def timestamp(time: datetime | None) -> float:
    """Seconds since 1970; 0 for never."""
    return time.timestamp() if time else 0.0
