"""All metrics as text, in the format that the scraper asks for."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator

from prometheus_client import CollectorRegistry, Metric, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector

from display.metrics.families import Measured, gauges
from display.metrics.notifications import notification_metrics
from display.metrics.program import program_metrics
from display.metrics.screens import lag_metrics, screen_metrics, socket_metrics, wall_metrics
from display.metrics.sources import source_metrics
from display.metrics.store import backup_metrics, opinion_metrics, space_metrics, store_metrics
from monitor.errors import WallflowerError
from monitor.logs import FaultLog

log = logging.getLogger("wallflower.metrics")

PARTS: dict[str, Callable[[Measured], Iterator[Metric]]] = {
    "program": program_metrics,
    "sources": source_metrics,
    "store": store_metrics,
    "space": space_metrics,
    "opinions": opinion_metrics,
    "backups": backup_metrics,
    "sockets": socket_metrics,
    "change log": lag_metrics,
    "walls": wall_metrics,
    "screens": screen_metrics,
    "notifications": notification_metrics,
}


class ProgramCollector(Collector):
    """Computes every metric when it is scraped. A part that cannot be computed does not hide the others."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._faults = FaultLog(log)

    def collect(self) -> Iterator[Metric]:
        """The metrics of every part, and which parts are missing."""
        failed = {}
        for name, part in PARTS.items():
            try:
                families = list(part(self._measured))
            except Exception as error:
                self._report(name, error)
                failed[name] = 1
            else:
                self._faults.clear(self._fault(name), f"The metrics of {name} are complete again")
                yield from families
        yield gauges(
            "wallflower_metrics_missing",
            "1 if the metrics of this part could not be computed: see the log.",
            ("part",),
            [((name,), failed.get(name, 0)) for name in PARTS],
        )

    def describe(self) -> list[Metric]:
        """Nothing: registering must not compute anything."""
        return []

    def _report(self, name: str, error: Exception) -> None:
        known = isinstance(error, WallflowerError)
        self._faults.report(self._fault(name), str(error) if known else repr(error), exc_info=not known)

    @staticmethod
    def _fault(name: str) -> str:
        return f"The metrics of {name} cannot be computed"


class Exposition:
    """The metrics of one app, in a registry of its own."""

    def __init__(self, measured: Measured) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(ProgramCollector(measured))
        ProcessCollector(registry=self._registry)
        self._lock = threading.Lock()

    def scrape(self, accept: str) -> tuple[bytes, str]:
        """The metrics and their content type, for a scraper that sent the Accept header ``accept``.

        One scrape is computed at a time, so that many scrapers cannot occupy the store.
        """
        encode, content_type = choose_encoder(accept)
        with self._lock:
            return encode(self._registry), content_type
