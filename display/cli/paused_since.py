"""The time since which a source has been paused, for ``wallflower pause`` and ``wallflower resume``."""

from __future__ import annotations

from display.formatting import clock_time
from monitor.clock import Clock
from monitor.config import Config
from monitor.store import Store


def paused_since(store: Store, source: str, config: Config) -> str:
    """When the source was paused: "15:44" or "Mon 16 Nov, 15:44"; empty if it is not paused."""
    paused = store.source_request(source).paused_at
    return clock_time(paused, Clock().now(), config.timezone) if paused else ""
