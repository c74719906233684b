"""Metrics of the live updates: sockets, walls, and how long a mention takes to reach them."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import Metric

from display.metrics.families import Measured, gauge, gauges, histogram, timestamp
from display.pages.sources.walls import wall_rows
from display.pages.walls.rows import paired_rows

DEFAULT_WALL = "default"
"""The label of the wall of a config without walls."""


def socket_metrics(measured: Measured) -> Iterator[Metric]:
    """Sockets, and how long a mention takes to reach them."""
    live = measured.live
    yield gauge("wallflower_sockets", "Open sockets of pages and walls.", live.connections())
    yield gauge("wallflower_sockets_limit", "Sockets that are accepted at most.", live.max_sockets)
    yield histogram(
        "wallflower_stored_to_sent_seconds",
        "Time from when a mention was stored until it was sent to the browsers.",
        live.delays.snapshot(),
    )


def lag_metrics(measured: Measured) -> Iterator[Metric]:
    """How far the live updates are behind the change log."""
    yield gauge("wallflower_change_log_lag", "Changes that are stored and not sent yet.", measured.live.lag())


def wall_metrics(measured: Measured) -> Iterator[Metric]:
    """Which walls are shown. The label is the name in the config, or "default" in a config without walls."""
    context = measured.context
    now = context.clock.machine_time()
    started = now - (context.clock.now() - context.started) / context.clock.speed
    rows = wall_rows(context.states.names, context.screens, now, started, context.config.timezone)
    walls = [((row.wall or DEFAULT_WALL,), row) for row in rows]
    yield gauges(
        "wallflower_wall_screens",
        "Connected screens that show the wall.",
        ("wall",),
        [(label, max(len(row.seen.screens), row.seen.live)) for label, row in walls],
    )
    yield gauges(
        "wallflower_wall_dark",
        "1 while no screen shows a wall that the config names.",
        ("wall",),
        [(label, row.trouble) for label, row in walls],
    )
    yield gauges(
        "wallflower_wall_last_shown_timestamp_seconds",
        "When a screen last received the wall, in seconds since 1970; 0 for never since the start.",
        ("wall",),
        [(label, timestamp(row.seen.at)) for label, row in walls],
    )


def screen_metrics(measured: Measured) -> Iterator[Metric]:
    """Each paired screen."""
    context = measured.context
    live, now = context.screens.paired_screens(), context.clock.machine_time()
    rows = paired_rows(context.store.people.walls(), live, measured.wall_uses(), now, context.config.timezone)
    screens = [((row.wall.name,), row) for row in sorted(rows, key=lambda row: row.wall.name)]
    yield gauges(
        "wallflower_screen_dark",
        "1 while a paired screen is not connected, or has drawn nothing for a minute.",
        ("screen",),
        [(label, row.is_dark) for label, row in screens],
    )
    yield gauges(
        "wallflower_screen_drawn_timestamp_seconds",
        "When a paired screen last reported what it had drawn, in seconds since 1970; 0 while it is not connected.",
        ("screen",),
        [(label, timestamp(row.live.painted_at if row.live else None)) for label, row in screens],
    )
