"""Loads the config file again while the program runs, on SIGHUP or when a page asks for it.

    request --> thread --+
    a page --------------+--> reload: load, check --> keep what needs a restart --> apply --> ConfigStatus, for /sources

The config in use is immutable. ``apply`` replaces it in every part of the program, or raises and changes nothing.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace

from monitor.clock import Clock
from monitor.config import Config
from monitor.config.changes import ConfigStatus, describe_changes, usable_config
from monitor.errors import ConfigError, WallflowerError

LoadConfig = Callable[[], Config]
"""Reads the config file. Raises ConfigError."""
ApplyConfig = Callable[[Config, Config], None]
"""(the config in use, the new one) -> None. Raises WallflowerError if the new one cannot be used."""

_BUG = "The config could not be used because of a bug in Wallflower: see its log."

log = logging.getLogger("wallflower.config")


class Reloader:
    """The config in use, and how it is replaced. Any thread may call it."""

    def __init__(
        self, config: Config, load: LoadConfig, apply: ApplyConfig, clock: Clock, status: ConfigStatus | None = None
    ) -> None:
        """``status``: that of ``config``; by default, it is the whole file."""
        self._config, self._load, self._apply, self._clock = config, load, apply, clock
        self._status = status or ConfigStatus(clock.now())
        self._lock = threading.Lock()
        self._requests: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self.requests_done = 0
        """How often requests were answered, with a config that is used or with problems."""
        self._thread = threading.Thread(target=self._run, name="reload", daemon=True)

    @property
    def config(self) -> Config:
        """The config in use."""
        return self._config

    def status(self) -> ConfigStatus:
        """How the config in use relates to its file."""
        return self._status

    def start(self) -> None:
        """Serve requests in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Serve no more requests."""
        self._requests.put(False)

    def request(self) -> None:
        """Reload soon, in another thread. A signal handler may call it, because SimpleQueue.put is reentrant."""
        self._requests.put(True)

    def reload(self) -> ConfigStatus:
        """Load the file and use it. If it has problems, the config stays as it is."""
        with self._lock:
            self._status = self._reload()
            return self._status

    def _run(self) -> None:
        while self._requests.get():
            while self._requests.qsize():  # one reload answers all requests that were made before it
                if not self._requests.get():
                    return
            try:
                self.reload()
            except Exception:
                log.exception("The config was not reloaded because of a bug; it stays as it is")
            self.requests_done += 1

    def _reload(self) -> ConfigStatus:
        new, status = read_config(self._config, self._status, self._load, self._clock)
        if new is not None:
            status = self._use(new, status)
        log_status(status)
        return status

    def _use(self, new: Config, status: ConfigStatus) -> ConfigStatus:
        """Use ``new``; return ``status``, or that of the config in use if it cannot be replaced."""
        try:
            self._apply(self._config, new)
        except WallflowerError as error:
            return _rejected(self._status, [str(error)], self._clock)
        except Exception:
            log.exception("The new config could not be used because of a bug")
            return _rejected(self._status, [_BUG], self._clock)
        changes = describe_changes(self._config, new)
        log.info("%s was reloaded. %s", new.path, f"Changed: {changes}." if changes else "Nothing has changed.")
        self._config = new
        return status


def read_config(
    running: Config, before: ConfigStatus, load: LoadConfig, clock: Clock
) -> tuple[Config | None, ConfigStatus]:
    """The config to use instead of ``running``, or None, and the status then. ``before`` is that of ``running``."""
    try:
        loaded = load()
        loaded.check()
    except ConfigError as error:
        return None, _rejected(before, error.problems, clock)
    new, needs_restart = usable_config(running, loaded)
    if new is None:
        return None, replace(before, problems=(), problems_since=None, needs_restart=needs_restart)
    return new, ConfigStatus(clock.now(), needs_restart=needs_restart)


def log_status(status: ConfigStatus) -> None:
    """Log why the file is not used, and what of it needs a restart: one record for each sentence."""
    if status.problems:
        count = "1 problem" if len(status.problems) == 1 else f"{len(status.problems)} problems"
        log.error("The config was not reloaded because of %s; the one in use stays.", count)
    for problem in status.problems:
        log.error("config: %s", problem)
    for sentence in status.needs_restart:
        log.warning("config: needs a restart: %s", sentence)


def _rejected(before: ConfigStatus, problems: Sequence[str], clock: Clock) -> ConfigStatus:
    return replace(before, problems=tuple(problems), problems_since=before.problems_since or clock.now())
