"""Everything that runs in the worker process: Store, Scheduler, JobRunner, Live and the pages."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from display import create_app
from display.server.summaries import Snapshot, SummaryLog
from monitor.activity import Activity, total
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, JobRunner, TopicsJob
from monitor.clock import Clock
from monitor.collector import Deliveries, Judge, PassContext, rules_digest
from monitor.collector.scheduler import Scheduler, configured_source
from monitor.config import Config
from monitor.http import Http
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import open_store

STOP_SECONDS = 9
"""How long the parent waits before it kills the worker: SIGTERM ends a run within 10 s."""
FINISH_REQUESTS_SECONDS = 2
"""How long the worker waits for open requests when it stops."""

log = logging.getLogger("wallflower")


class Service:
    """The parts of the program, built, started and stopped together."""

    def __init__(self, config: Config, version: str, clock: Clock) -> None:
        self._config, self._version, self._clock = config, version, clock
        self._store = open_store(config.database_url)
        http = Http(self._clock, config.allow_hosts)
        matcher = Matcher(config.brands)
        judge, digest = Judge(matcher, Scorer(config.brands)), rules_digest(config.brands)
        self._activity = Activity()
        context = PassContext(
            judge, self._store, matcher.terms(), self._clock.now, rules_digest=digest, activity=self._activity
        )
        configured = [configured_source(source, http) for source in config.sources]
        self._scheduler = Scheduler(configured, context, self._clock)
        names = [brand.name for brand in config.brands], [source.name for source in config.sources]
        incidents = IncidentsJob(self._store, *names, Detector(config.timezone))
        topics = TopicsJob(self._store, config.brands, config.topics)
        self._jobs = JobRunner([incidents, topics], self._clock)
        self.app = create_app(
            config,
            self._store,
            self._clock,
            health=self.health,
            version=version,
            accept=Deliveries(configured, context).accept,
            activity=self._activity,
            rate_limits=http.traffic.rate_limits,
        )
        self._live = self.app.extensions["live"]
        self._access = self.app.extensions["access"]
        self._summaries = SummaryLog(self._snapshot, clock)
        self._stop_thread = threading.Thread(target=self._stop_loops, name="stop", daemon=True)
        self._stop_lock = threading.Lock()

    def health(self) -> Mapping[str, bool]:
        """Whether each part is alive, by its name."""
        return {
            "writer": self._store.health().alive,
            "scheduler": all(self._scheduler.alive().values()),
            "watch": self._jobs.alive(),
            "web": self._live.alive(),
        }

    def summary(self) -> str:
        """What the program is doing, as `systemctl status` shows it."""
        sources = len(self._config.sources)
        return f"{self._address()}, {sources} {'source' if sources == 1 else 'sources'}"

    def start(self) -> None:
        """Start reading the sources, the periodic jobs and the live updates."""
        self._live.start()
        self._scheduler.start()
        self._jobs.start()
        self._summaries.start()
        address = self._address()
        log.info("Wallflower %s listens on %s — the wall: %s/wall", self._version, address, address)
        self._access.announce(address)

    def _snapshot(self) -> Snapshot:
        walls = [self._live.screens.last_seen(wall.name) for wall in self._config.walls]
        counts = total(self._activity.counts().values())
        return Snapshot(counts, sum(seen.live for seen in walls), self._store.health().waiting)

    def begin_stop(self) -> None:
        """Stop every loop and close every socket in a thread, while open requests are still answered."""
        # Two signals may arrive together, the second while the first is starting the thread.
        if self._stop_lock.acquire(blocking=False):
            self._stop_thread.start()

    def stop(self) -> None:
        """Stop everything and close the store. Returns within a few seconds, even if a part hangs."""
        self.begin_stop()
        self._stop_thread.join(STOP_SECONDS - FINISH_REQUESTS_SECONDS - 2)
        self._access.identities.last_uses.flush()
        self._store.close()
        log.info("Wallflower has stopped.")

    def _stop_loops(self) -> None:
        self._clock.stop()
        self._live.stop(1.0)
        self._scheduler.stop(3.0)
        self._jobs.stop(1.0)

    def _address(self) -> str:
        return f"http://{self._config.server.host}:{self._config.server.port}"
