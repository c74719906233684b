"""Metrics of the program itself."""

from __future__ import annotations

import platform
import threading
from collections.abc import Iterator

from prometheus_client import Metric

from display.metrics.families import Measured, counters, gauge, gauges
from display.pages.sources.system_status import PARTS
from display.readiness import readiness


def program_metrics(measured: Measured) -> Iterator[Metric]:
    """Its parts, responses, threads and version."""
    context = measured.context
    parts, jump = context.health(), context.clock_jump()
    engine = context.store.database_status()
    yield gauges(
        "wallflower_build_info",
        "Always 1; the labels are the versions of Wallflower, Python and the database engine.",
        ("version", "python", "engine"),
        [((context.version, platform.python_version(), f"{engine.engine} {engine.version}"), 1)],
    )
    yield gauge(
        "wallflower_ready", "1 while /readyz says that Wallflower does its work.", bool(readiness(context)["ready"])
    )
    yield gauge(
        "wallflower_clock_jump_seconds",
        "By how much the system clock was last set ahead, or back if negative, since the start; 0 if it was not.",
        jump.seconds if jump else 0.0,
    )
    yield gauges(
        "wallflower_part_alive",
        f"1 while the part of the program runs: {', '.join(PARTS)}.",
        ("part",),
        [((part,), alive) for part, alive in parts.items()],
    )
    yield counters(
        "wallflower_http_responses_total",
        "Responses of the web server, by the class of their status.",
        ("status",),
        [((status,), count) for status, count in measured.responses.counts().items()],
    )
    yield gauge("wallflower_threads", "Running threads.", threading.active_count())
