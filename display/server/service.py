"""gunicorn embedded, with one gthread worker that also reads the sources. One process works, its parent watches.

    parent:  check host, port, folder, database --> fork --> wait; start the worker again should it die
    worker:  Store, Scheduler, Watch, Live and the pages, from ``load`` to ``worker_exit``

The parent opens the database to check and migrate it, and closes it before the fork: neither a SQLite connection nor a
thread may cross one.
"""

from __future__ import annotations

import fcntl
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Any

import gunicorn.http.wsgi
from flask import Flask
from gunicorn.app.base import BaseApplication

from display import create_app
from display.pages.sources.system_status import advice_on_sqlite
from display.server.worker import Worker
from monitor.analysis.incidents import Detector
from monitor.analysis.jobs import Incidents, Memory, TopicsDuty, Watch, share_arenas
from monitor.clock import Clock
from monitor.collector import Deliveries, Judge, PassContext, rules_digest
from monitor.collector.scheduler import Scheduler, watch
from monitor.config import Config
from monitor.errors import ConfigError, StoreError, WallflowerError
from monitor.http import Http
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.store import Store

THREADS = 140
"""Each open socket holds one; Live lets fewer in, so that pages are always served."""
LONGEST_ADDRESS = 8190
"""Bytes: a view's address holds its search, in which a letter may take up to nine. gunicorn takes no more."""
STOP_SECONDS = 9
"""What the parent gives the worker before it kills it: SIGTERM ends a run within 10 s."""
FINISH_SECONDS = 2
"""What the worker gives requests that are under way."""
SHARED_MEMORY = Path("/dev/shm")

log = logging.getLogger("wallflower")


class PortInUse(WallflowerError):
    """Something listens where the pages are to be served."""


class AlreadyRunning(WallflowerError):
    """Another run uses the same data folder."""


def run(config: Config, version: str, *, clock: Clock | None = None) -> None:
    """Serve until SIGTERM or SIGINT, then exit the program with status 0. Raises WallflowerError before it begins.

    ``clock`` is for replays.
    """
    check_host(config)
    check_port(config)
    share_arenas()
    with alone(config):
        check_database(config)
        if advice := advice_on_sqlite():
            log.warning(advice)
        _serve(config, version, clock or Clock())


def _serve(config: Config, version: str, clock: Clock) -> None:
    # gunicorn has no setting for its Server header, and strangers need not know what serves them.
    gunicorn.http.wsgi.SERVER = "Wallflower"
    _Server(config, version, clock).run()


def check_host(config: Config) -> None:
    """Raise ConfigError unless only this machine can reach the pages: there are no accounts yet."""
    host = config.server.host
    if host.lower() == "localhost" or _is_loopback(host):
        return
    why = (
        f'server.host: found "{host}"; allowed is "127.0.0.1", "::1" or "localhost". There are no accounts yet, '
        "so the pages must not be reached from other machines."
    )
    raise ConfigError(config.path, [why])


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_port(config: Config) -> None:
    """Raise PortInUse where the port cannot be had."""
    host, port = config.server.host, config.server.port
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except PermissionError as error:
            raise PortInUse(f"Port {port} may not be used by this user. Set another [server] port.") from error
        except OSError as error:
            raise PortInUse(f"Port {port} is in use. Stop what uses it, or set [server] port.") from error


@contextmanager
def alone(config: Config) -> Iterator[None]:
    """Hold the data folder against a second run; our worker inherits the hold. Raises AlreadyRunning."""
    try:
        config.data.mkdir(parents=True, exist_ok=True)
        lock = (config.data / "running.lock").open("a+")
    except OSError as error:
        advice = "Give this user permission to write in it, or set another [wallflower] data."
        raise StoreError(f"The data folder {config.data} cannot be used: {error.strerror}. {advice}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise AlreadyRunning(f"Wallflower is running already with the data folder {config.data}.") from error
        yield


def check_database(config: Config) -> None:
    """Make, check and migrate the database, enter the brands, and close it again. Raises StoreError."""
    store = Store.open(config.database)
    try:
        store.register(config.brands, Clock().now())
    finally:
        store.close()


class Service:
    """All that lives in the worker."""

    def __init__(self, config: Config, version: str, clock: Clock) -> None:
        self._config, self._version, self._clock = config, version, clock
        self._store = Store.open(config.database)
        http = Http(self._clock, config.allow_hosts)
        matcher = Matcher(config.brands)
        judge, mark = Judge(matcher, Scorer(config.brands)), rules_digest(config.brands)
        desk = PassContext(judge, self._store, matcher.terms(), self._clock.now, rules=mark)
        watched = [watch(source, http) for source in config.sources]
        self._scheduler = Scheduler(watched, desk, self._clock)
        names = [brand.name for brand in config.brands], [source.name for source in config.sources]
        incidents = Incidents(self._store, *names, Detector(config.timezone))
        topics = TopicsDuty(self._store, config.brands, config.topics)
        self._watch = Watch([incidents, topics, Memory()], self._clock)
        accept = Deliveries(watched, desk).accept
        self.app = create_app(config, self._store, self._clock, health=self.health, version=version, accept=accept)
        self._live = self.app.extensions["live"]
        self._stopping = threading.Thread(target=self._stop_loops, name="stop", daemon=True)
        self._stop_begun = threading.Lock()

    def health(self) -> Mapping[str, bool]:
        """Whether each part lives."""
        return {
            "writer": self._store.writer_alive(),
            "scheduler": all(self._scheduler.alive().values()),
            "watch": self._watch.alive(),
            "web": self._live.alive(),
        }

    def start(self) -> None:
        """Begin to read the sources, to watch what comes and to tell browsers of it."""
        self._live.start()
        self._scheduler.start()
        self._watch.start()
        address = f"http://{self._config.server.host}:{self._config.server.port}"
        log.info("Wallflower %s listens on %s — the wall: %s/wall", self._version, address, address)

    def begin_stop(self) -> None:
        """Stop every loop and close every socket, beside the requests that are still answered."""
        # Two signals may come at once, the second in the midst of what the first one starts.
        if self._stop_begun.acquire(blocking=False):
            self._stopping.start()

    def stop(self) -> None:
        """Stop all of it and close the store; returns within a few seconds, whatever hangs."""
        self.begin_stop()
        self._stopping.join(STOP_SECONDS - FINISH_SECONDS - 2)
        self._store.close()
        log.info("Wallflower has stopped.")

    def _stop_loops(self) -> None:
        self._clock.stop()
        self._live.stop(1.0)
        self._scheduler.stop(3.0)
        self._watch.stop(1.0)


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings."""

    def __init__(self, config: Config, version: str, clock: Clock) -> None:
        self._config, self._version, self._clock = config, version, clock
        self._service: Service | None = None
        super().__init__()

    def load_config(self) -> None:
        """The settings; called by gunicorn."""
        for name, value in _settings(self._config).items():
            self.cfg.set(name, value)
        self.cfg.set("when_ready", _keep_to_one_worker)
        self.cfg.set("post_worker_init", self._begin)
        self.cfg.set("worker_exit", self._end)

    def load(self) -> Flask:
        """The WSGI app; called by gunicorn in the worker, after the fork."""
        self._service = Service(self._config, self._version, self._clock)
        return self._service.app

    def _begin(self, worker: Any) -> None:
        service = self._service
        assert service is not None
        # The parent has its own copy of the settings, and must not lose patience at the same moment as the worker.
        worker.cfg.set("graceful_timeout", FINISH_SECONDS)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, _stopping_first(service, worker))
        service.start()

    def _end(self, _arbiter: Any, worker: Any) -> None:
        """Stop, and leave: the interpreter would otherwise wait for whatever thread hangs in a request."""
        if self._service is None or worker.pid != os.getpid():
            return
        self._service.stop()
        logging.shutdown()
        os._exit(0)


def _keep_to_one_worker(arbiter: Any) -> None:
    """Take from gunicorn the signals that would have two workers write to one database; a hang-up is a stop."""
    for number in (signal.SIGTTIN, signal.SIGTTOU, signal.SIGUSR2):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, lambda _number, frame: arbiter.signal(signal.SIGTERM, frame))


def _stopping_first(service: Service, worker: Any) -> Callable[[int, FrameType | None], None]:
    """A signal handler that stops our loops and lets gunicorn finish what it serves."""

    def stop(number: int, frame: FrameType | None) -> None:
        service.begin_stop()
        worker.handle_exit(number, frame)

    return stop


def _settings(config: Config) -> dict[str, Any]:
    host = config.server.host
    return {
        "bind": f"[{host}]:{config.server.port}" if ":" in host else f"{host}:{config.server.port}",
        "workers": 1,
        "worker_class": Worker,
        "limit_request_line": LONGEST_ADDRESS,
        "threads": THREADS,
        "graceful_timeout": STOP_SECONDS,
        "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "proc_name": "wallflower",
        "control_socket_disable": True,
    }
