"""Metrics of notifications: what was sent, failed, is held or waits, and which channels fail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client import Metric

from display.metrics.families import Measured, counters, gauges
from monitor.model.notifications import ChannelKind
from monitor.notifications.message_counts import MessageResult


def notification_metrics(measured: Measured) -> Iterator[Metric]:
    """By the kind of the channel. Every kind is reported, so that its first message is an increase from 0."""
    stored = measured.context.store.notifications
    channels, counts = stored.channels(), measured.messages.counts()
    kinds_by_id = {channel.id: channel.kind for channel in channels}
    yield counters(
        "wallflower_notification_messages_total",
        "Messages that were sent or are held, and attempts that failed, by the kind of the channel.",
        ("kind", "result"),
        [((kind, result), counts.get((kind, result), 0)) for kind in ChannelKind for result in MessageResult],
    )
    waiting = Counter[ChannelKind]()
    for channel, n in stored.waiting_messages().items():
        if channel in kinds_by_id:
            waiting[kinds_by_id[channel]] += n
    failing = Counter(channel.kind for channel in channels if channel.failing_since)
    yield gauges(
        "wallflower_notification_queue_depth",
        "Messages that wait to be sent, now or after a failure.",
        ("kind",),
        [((kind,), waiting[kind]) for kind in ChannelKind],
    )
    yield gauges(
        "wallflower_notification_channel_failures",
        "Channels whose last message was not delivered.",
        ("kind",),
        [((kind,), failing[kind]) for kind in ChannelKind],
    )
