"""``wallflower run``: an embedded gunicorn with one gthread worker, which also reads the sources.

    parent:  check host, port, data folder, database --> fork --> wait; restart the worker if it dies
    worker:  ``service.Service`` and the pages, from ``load`` to ``worker_exit``

The parent opens the database to check and migrate it, and closes it before the fork: a SQLite connection must not be
used across a fork, and threads do not survive one.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

from display.cli.exit_codes import ExitCode, exit_code
from display.pages.sources.system_status import concurrent_writes_advice
from display.server import patches
from display.server.arbiter import SupervisedArbiter
from display.server.descriptors import max_connections, raise_limit
from display.server.early_stop import EarlyStop
from display.server.exit_request import RESTART, ExitRequest
from display.server.gunicorn_log import ForwardingLogger
from display.server.parent_watch import ParentWatch
from display.server.reloader import LoadConfig, log_status, read_config
from display.server.service import FINISH_REQUESTS_SECONDS, STOP_SECONDS, Service
from display.server.startup_checks import check_port, prepare_database, require_database, single_instance
from display.server.supervision import Heartbeat, Notifier, Supervisor
from display.server.terminal import Terminal
from display.server.worker import GuardedThreadWorker
from monitor.clock import Clock
from monitor.config import Config
from monitor.config.changes import ConfigStatus
from monitor.errors import WallflowerError
from monitor.garbage import search_for_garbage_less_often

THREADS = 64
"""Deliveries and exports may use some of them (``capacity``); the others serve pages."""
KEEP_ALIVE_SECONDS = 20
"""Longer than reverse proxies should keep an idle connection, so that they do not use one that was just closed."""
SHARED_MEMORY = Path("/dev/shm")

log = logging.getLogger("wallflower")


def run(
    config: Config,
    version: str,
    *,
    clock: Clock | None = None,
    load: LoadConfig | None = None,
    create: bool = False,
    config_is_given: bool = True,
) -> None:
    """Serve until SIGTERM or SIGINT, then exit the program with status 0. Raises WallflowerError before serving.

    ``clock`` is for replays. ``load`` reads the config again for a reload; without it, a reload changes nothing.
    ``create``: whether a missing database is created. ``config_is_given``: see ``Setup``.
    """
    environ, exit_request = dict(os.environ), ExitRequest()
    notifier = Notifier.take(os.environ)
    with EarlyStop():
        check_port(config)
        require_database(config, create=create)
        with single_instance(config), _until_restart(exit_request):
            notifier.send(STATUS="Opening the database")
            database = prepare_database(config, create=create, on_migration=notifier.report_migration)
            if advice := concurrent_writes_advice(database):
                log.warning("%s %s %s", database.engine, database.version, advice)
            patches.hide_gunicorn_version()
            patches.use_plain_errors()
            supervisor = Supervisor(notifier)
            server = _Server(config, version, clock or Clock(), load or (lambda: config), supervisor, exit_request)
            server.config_is_given = config_is_given
            server.run()
    if exit_request.code == RESTART:  # the lock is free by now, and the port is closed
        os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], environ)


@contextmanager
def _until_restart(exit_request: ExitRequest) -> Iterator[None]:
    """Let gunicorn's SystemExit pass, unless it ends the program only to start it again."""
    try:
        yield
    except SystemExit:
        if exit_request.code != RESTART:
            raise


class _Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with our settings. Its public methods are called by gunicorn."""

    config_is_given = True

    def __init__(
        self,
        config: Config,
        version: str,
        clock: Clock,
        load: LoadConfig,
        supervisor: Supervisor,
        exit_request: ExitRequest,
    ) -> None:
        self._config, self._version, self._clock, self._load = config, version, clock, load
        self.supervisor = supervisor
        self.exit_request = exit_request
        self._status: ConfigStatus | None = None
        self._terminal = Terminal()
        self._service: Service | None = None
        self._parent = ParentWatch()
        self._reload_requested = False
        super().__init__()

    def load_config(self) -> None:
        """Apply the settings and hooks."""
        for name, value in _settings(self._config).items():
            self.cfg.set(name, value)
        self.cfg.set("post_fork", lambda _arbiter, _worker: self._parent.start())
        self.cfg.set("when_ready", self._keep_one_worker)
        self.cfg.set("pre_fork", self._before_fork)
        self.cfg.set("post_worker_init", self._start)
        self.cfg.set("worker_exit", self._exit)

    def load(self) -> Flask:
        """The WSGI app. Runs in the worker, after the fork."""
        signal.signal(signal.SIGHUP, self._request_reload)
        try:
            self._service = Service(
                self._config,
                self._version,
                self._clock,
                self._load,
                self._status,
                lambda: self._end(RESTART),
                self.config_is_given,
            )
            # the file of the database is not in its place any more
            self._service.watch.on_replaced(lambda: self._end(ExitCode.DATABASE))
        except WallflowerError as error:
            log.critical("%s", error)
            self.exit_request.code = exit_code(error)
            sys.exit(exit_code(error))
        return self._service.app

    def _end(self, code: int) -> None:
        """Stop the program with this exit code, or start it again."""
        self.exit_request.code = code
        os.kill(os.getpid(), signal.SIGTERM)

    def run(self) -> None:
        """Serve until a signal ends it."""
        SupervisedArbiter(self).run()

    # In the parent

    def _keep_one_worker(self, arbiter: Any) -> None:
        patches.keep_one_worker(arbiter, hang_up=lambda: self._hang_up(arbiter))

    def _hang_up(self, arbiter: Any) -> None:
        """SIGHUP: reload, or stop if it was sent because the terminal was closed."""
        if self._terminal.is_closed():
            arbiter.signal(signal.SIGTERM, None)
            return
        self.supervisor.reload_started()
        self._read_config()
        arbiter.kill_workers(signal.SIGHUP)

    def _before_fork(self, arbiter: Any, _worker: Any) -> None:
        """A worker that replaces one that died uses the file as it is now, like a reload."""
        if arbiter.worker_age > 1:
            self._read_config()
            log_status(self._status or ConfigStatus(self._clock.now()))

    def _read_config(self) -> None:
        """Keep the newest usable config, for a worker that has to be restarted."""
        try:
            status = self._status or ConfigStatus(self._clock.now())
            config, self._status = read_config(self._config, status, self._load, self._clock)
            self._config = config or self._config
        except Exception:
            log.exception("The config was not read again because of a bug")

    # In the worker

    def _request_reload(self, _number: int, _frame: FrameType | None) -> None:
        if self._service is None:
            self._reload_requested = True
        else:
            self._service.request_reload()

    def _start(self, worker: Any) -> None:
        service = self._service
        assert service is not None
        # Shorter than the parent's timeout (the parent has its own copy of the settings), so that the parent does not
        # kill the worker while it finishes.
        worker.cfg.set("graceful_timeout", FINISH_REQUESTS_SECONDS)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT):
            signal.signal(number, _stop_handler(service, worker))
        search_for_garbage_less_often()
        service.start()
        if self._reload_requested:
            service.request_reload()
        os.close(self.supervisor.read_end)  # so that the worker notices when the parent is gone
        beat = Heartbeat(self.supervisor.write_end, worker.tmp, service.health, service.summary, service.reloads)
        beat.start()

    def _exit(self, _arbiter: Any, worker: Any) -> None:
        """Stop the service and exit at once: the interpreter would wait for threads that hang in a request."""
        if self._service is None or worker.pid != os.getpid():
            return
        self._service.stop()
        logging.shutdown()
        os._exit(0)


def _stop_handler(service: Service, worker: Any) -> Callable[[int, FrameType | None], None]:
    """A signal handler that stops our loops, then lets gunicorn finish its open requests."""

    def stop(number: int, frame: FrameType | None) -> None:
        service.begin_stop()
        worker.handle_exit(number, frame)

    return stop


def _settings(config: Config) -> dict[str, Any]:
    host = config.server.host
    return {
        "bind": f"[{host}]:{config.server.port}" if ":" in host else f"{host}:{config.server.port}",
        "workers": 1,
        "worker_class": GuardedThreadWorker,
        # RequestReader has limited the head; gunicorn's limit of 8 KiB would refuse long searches without explanation.
        "limit_request_line": 0,
        # Forwarding headers are the business of ProxyMiddleware.
        "forwarded_allow_ips": "",
        "threads": THREADS,
        "worker_connections": max_connections(raise_limit()),
        "keepalive": KEEP_ALIVE_SECONDS,
        # A file is sent piece by piece, so that a client that does not read it is noticed.
        "sendfile": False,
        "graceful_timeout": STOP_SECONDS,
        "worker_tmp_dir": str(SHARED_MEMORY) if os.access(SHARED_MEMORY, os.W_OK) else None,
        "accesslog": None,
        "errorlog": "-",
        "logger_class": ForwardingLogger,
        "loglevel": "warning",
        "proc_name": "wallflower",
        "control_socket_disable": True,
    }
