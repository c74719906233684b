"""Everything that runs in the worker process: Store, Scheduler, JobRunner, Live and the pages.

A reload builds what a new config needs, then replaces it everywhere; see ``Service.apply``. Each part holds what it
uses as one immutable object, so a pass, a delivery, a run of the jobs or a request works with one config throughout.
"""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections.abc import Callable, Mapping

from display.app import create_app, prepare_config
from display.server.health_watch import HealthWatch
from display.server.notification_inputs import base_url, dark_screens, dark_walls
from display.server.reloader import LoadConfig, Reloader
from display.server.running_state import RunningState
from display.server.summaries import Snapshot, SummaryLog
from display.setup.service import Setup, Trials
from monitor.activity import Activity, total
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import IncidentsJob, IntentsJob, Job, JobRunner, LearningJob, NamedTopicsJob, TopicsJob
from monitor.clock import Clock
from monitor.collector import Deliveries, Judge, PassContext, StoredOffset, StoredUsualLanguages, rules_digest
from monitor.collector.scheduler import Scheduler, configured_source
from monitor.config import Config
from monitor.config.changes import ConfigStatus
from monitor.errors import StoreError
from monitor.http import Http
from monitor.intent import IntentFinder, load_intent_rules
from monitor.judging import (
    LanguageModel,
    ModelChoice,
    ModelProcesses,
    OpinionWorker,
    Rejudger,
    RelevanceWorker,
    choose_model,
)
from monitor.logs import FaultLog
from monitor.model import Health
from monitor.query.matcher import Matcher
from monitor.query.topic_matcher import TopicMatcher, topics_digest
from monitor.rules import RematchWorker
from monitor.sentiment import Scorer
from monitor.store import open_store
from monitor.text.language import LanguageDetector
from monitor.upkeep import CleaningJob, RetentionJob

CLEANING_SECONDS = 1.0
"""How long a stop removes words of deleted posts from the database. That suffices for some ten thousand posts."""
STOP_SECONDS = 9
"""How long the parent waits before it kills the worker: SIGTERM ends a run within 10 s."""
FINISH_REQUESTS_SECONDS = 2
"""How long the worker waits for open requests when it stops."""

log = logging.getLogger("wallflower")


class Service:
    """The parts of the program, built, started, reloaded and stopped together."""

    def __init__(
        self,
        config: Config,
        version: str,
        clock: Clock,
        load: LoadConfig,
        status: ConfigStatus | None = None,
        restart: Callable[[], None] | None = None,
        config_is_given: bool = False,
    ) -> None:
        """``load`` reads the config file for a reload. ``status``: that of ``config``, if it is not the whole file.

        ``restart`` starts the program again; ``config_is_given``: see ``Setup``.
        """
        self._version, self._clock = version, clock
        self._store = open_store(
            config.database_url, create=False, long_running=True, clock=clock, installation=config.installation
        )
        self.watch = HealthWatch(self._store, clock)
        if status is not None:  # the parent registered the brands of an earlier config
            self._store.register_brands(config.brands, clock.now())
        self._http = Http(clock, config.allow_hosts)
        self._detector, self._activity = LanguageDetector(), Activity()
        self._faults = FaultLog(logging.getLogger("wallflower.collector"), clock.monotonic)
        self._judge = self._create_judge(config)
        self._context = self._pass_context(config, self._judge)
        self._configured = [configured_source(source, self._http) for source in config.sources]
        self._scheduler = Scheduler(self._configured, self._context, clock)
        self._jobs = JobRunner(self._create_jobs(config), clock, can_store=lambda: self._store.health().can_store)
        self._deliveries = Deliveries(self._configured, self._context)
        load_model = ModelProcesses().load
        offset = StoredOffset(self._store.learning.result)
        model = _language_model(config)
        self._opinions = OpinionWorker(self._store, model, config.brands, clock, load_model, offset)
        self._relevance = RelevanceWorker(self._store, _encoder(config), config.brands, clock, load_model)
        self._rematching = RematchWorker(self._store, self._judge, config.brands, clock)
        self._reloader = Reloader(config, load, self.apply, clock, status)
        self.app = create_app(
            config,
            self._store,
            clock,
            health=self.health,
            version=version,
            accept=self._deliveries.accept,
            activity=self._activity,
            rate_limits=self._http.traffic.rate_limits,
            config_file=self._reloader,
            clock_jump=lambda: self.watch.clock_jump,
            opinions=self._opinions.status,
            relevance=self._relevance.status,
            setup=Setup(Trials(self._http, clock), restart, config_is_given),
        )
        self._live = self.app.extensions["live"]
        self._access = self.app.extensions["access"]
        self._notifications = self.app.extensions["notifications"]
        self._summaries = SummaryLog(self._snapshot, clock, self._write_state)
        self._stop_thread = threading.Thread(target=self._stop_loops, name="stop", daemon=True)
        self._stop_lock = threading.Lock()

    def health(self) -> Mapping[str, bool]:
        """Whether each part is alive, by its name."""
        return {
            "writer": self._store.health().alive,
            "scheduler": all(self._scheduler.alive().values()),
            "watch": self._jobs.alive(),
            "web": self._live.alive(),
            "notifications": self._notifications.alive(),
        }

    def summary(self) -> str:
        """What the program is doing, as `systemctl status` shows it."""
        sources = len(self._reloader.config.sources)
        doing = f"{self._address()}, {sources} {'source' if sources == 1 else 'sources'}"
        changed = ["The changed config has problems and is not used."] if self._reloader.status().problems else []
        return ". ".join([doing, " ".join([*self._store.health().reasons, *changed])]).removesuffix(". ")

    def start(self) -> None:
        """Start reading the sources, the periodic jobs and the live updates."""
        self.watch.start()
        self._live.start()
        self._scheduler.start()
        self._jobs.start()
        self._opinions.start()
        self._relevance.start()
        self._rematching.start()
        self._notifications.start()
        self._reloader.start()
        self._summaries.start()
        address = self._address()
        log.info("Wallflower %s listens on %s — the wall: %s/wall", self._version, address, address)
        self._access.announce(self._reloader.config.server)

    def request_reload(self) -> None:
        """Reload the config soon. Signal handlers may call it."""
        self._reloader.request()

    def reloads(self) -> int:
        """How many requested reloads have been done."""
        return self._reloader.requests_done

    def apply(self, old: Config, new: Config) -> None:
        """Replace ``old``, the config in use, by ``new``. Raises StoreError; then ``old`` stays in use everywhere."""
        same_brands = new.brands == old.brands
        same_judge = (new.brands, new.intents, new.topics) == (old.brands, old.intents, old.topics)
        judge = self._judge if same_judge else self._create_judge(new)
        context = self._context if judge is self._judge else self._pass_context(new, judge)
        known = {source.name: (source, one) for source, one in zip(old.sources, self._configured, strict=True)}
        configured = [
            known[source.name][1]
            if source.name in known and known[source.name][0] == source
            else configured_source(source, self._http)
            for source in new.sources
        ]
        jobs = None if _inputs_of_jobs(old) == _inputs_of_jobs(new) else self._create_jobs(new)
        use_in_app = prepare_config(self.app, new)
        # Only this can fail. Until here, nothing has changed.
        if not same_brands:
            self._store.register_brands(new.brands, self._clock.now())
        self._store.named_topics.use(new.topics, topics_digest(new.topics), self._clock.now())
        self._http.allow(new.allow_hosts)
        self._judge, self._context, self._configured = judge, context, configured
        self._deliveries.apply(configured, context)
        self._scheduler.apply(configured, context, {Health.BROKEN} if new.allow_hosts != old.allow_hosts else ())
        if jobs is not None:
            self._jobs.replace(jobs)
        self._opinions.replace(_language_model(new), new.brands)
        self._relevance.replace(_encoder(new), new.brands)
        self._rematching.replace(judge, new.brands)
        self._notifications.use(new.brands, new.timezone, base_url(new.server), new.allow_hosts)
        use_in_app()

    def _snapshot(self) -> Snapshot:
        walls = [self._live.screens.last_seen(wall.name) for wall in self._reloader.config.walls]
        counts = total(self._activity.counts().values())
        return Snapshot(counts, sum(seen.live for seen in walls), self._store.health().waiting)

    def _write_state(self) -> None:
        """Tell `wallflower doctor` what only this process knows."""
        context, status = self.app.extensions["wallflower"], self._reloader.status()
        proxy = self.app.extensions["proxy"]
        RunningState(
            self._version,
            os.getpid(),
            self._clock.machine_time(),
            dark_walls=dark_walls(context),
            dark_screens=dark_screens(self.app),
            stopped_parts=tuple(part for part, alive in self.health().items() if not alive),
            config_problem=" ".join((*status.problems, *status.needs_restart)),
            ignored_proxies=proxy.ignored,
            doctor_key=proxy.doctor_key,
        ).write(context.config.data)

    def begin_stop(self) -> None:
        """Stop every loop and close every socket in a thread, while open requests are still answered."""
        # Two signals may arrive together, the second while the first is starting the thread.
        if self._stop_lock.acquire(blocking=False):
            self._stop_thread.start()

    def stop(self) -> None:
        """Stop everything and close the store. Returns within a few seconds, even if a part hangs."""
        self.begin_stop()
        self._stop_thread.join(STOP_SECONDS - FINISH_REQUESTS_SECONDS - 2)
        with contextlib.suppress(StoreError):  # the next run continues
            self._store.maintenance.remove_deleted_words(self._clock.now(), CLEANING_SECONDS)
        self._access.identities.last_uses.flush()
        self._store.close()
        log.info("Wallflower has stopped.")

    def _stop_loops(self) -> None:
        self._clock.stop()
        self._reloader.stop()
        self._live.stop(1.0)
        self._scheduler.stop(3.0)
        self._jobs.stop(1.0)
        self._opinions.stop()
        self._relevance.stop()
        self._rematching.stop()
        self._notifications.stop(1.0)

    def _create_judge(self, config: Config) -> Judge:
        usual = StoredUsualLanguages(self._store.language_counts)
        offset = StoredOffset(self._store.learning.result)
        scorer = Scorer(config.brands)
        intents, topics = _intent_finder(config), TopicMatcher(config.topics)
        return Judge(Matcher(config.brands), scorer, self._detector, usual, intents, offset, topics)

    def _pass_context(self, config: Config, judge: Judge) -> PassContext:
        return PassContext(
            judge,
            self._store,
            Matcher(config.brands).terms(),
            self._clock.now,
            rules_digest=rules_digest(config.brands),
            activity=self._activity,
            faults=self._faults,
        )

    def _create_jobs(self, config: Config) -> list[Job]:
        brands, sources = [brand.name for brand in config.brands], [source.name for source in config.sources]
        incidents = IncidentsJob(self._store, brands, sources, Detector(config.timezone))
        topics = TopicsJob(self._store, config.brands, config.topics)
        retention = RetentionJob(self._store, config.keep, config.keep_by_source)
        learning = LearningJob(self._store, is_on=config.learn_from_answers)
        intents = IntentsJob(self._store, self._rejudger(config))
        named_topics = NamedTopicsJob(self._store, TopicMatcher(config.topics))
        return [incidents, topics, retention, CleaningJob(self._store), learning, intents, named_topics]

    def _rejudger(self, config: Config) -> Rejudger:
        offset = StoredOffset(self._store.learning.result)
        return Rejudger(Scorer(config.brands), _intent_finder(config), _language_model(config).policy, offset)

    def _address(self) -> str:
        server = self._reloader.config.server
        return f"http://{server.host}:{server.port}"


def _intent_finder(config: Config) -> IntentFinder:
    return IntentFinder(load_intent_rules() if config.intents is None else config.intents, config.brands)


def _language_model(config: Config) -> LanguageModel:
    return choose_model(config.encoder_weights, config.languages_on, config.languages_off, config.own_model)


def _encoder(config: Config) -> ModelChoice | None:
    """The encoder, also if the config names another model for opinions."""
    return choose_model(config.encoder_weights).choice


def _inputs_of_jobs(config: Config) -> object:
    """What the jobs depend on. New ones read four weeks again, so they are only created if this changes."""
    kept = config.keep, config.keep_by_source
    sources = [source.name for source in config.sources]
    judging = config.intents, config.learn_from_answers, config.languages_on, config.languages_off, config.own_model
    return config.brands, config.topics, config.timezone, sources, kept, judging
