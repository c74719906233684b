"""The line about channels in the system status of /sources."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from display.formatting import clock_time, pluralize
from display.pages.sources.system_status import StatusLine
from monitor.model.notifications import Channel


def channel_status(channels: Sequence[Channel], now: datetime, zone: tzinfo) -> list[StatusLine]:
    """The line of the system status about channels; none if there are no channels."""
    if not channels:
        return []
    failing = [channel for channel in channels if channel.failing_since]
    if not failing:
        return [StatusLine("Notifications", pluralize(len(channels), "channel"), "without a failure")]
    first = failing[0]
    since = clock_time(first.failing_since or now, now, zone)
    more = f" {pluralize(len(failing) - 1, 'other channel')} too." if len(failing) > 1 else ""
    return [StatusLine("Notifications", first.name, f"fails since {since}. {first.problem}{more}", trouble=True)]
