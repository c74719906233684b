"""When sessions, API tokens and paired walls were last used.

Kept in memory and written every FLUSH_SECONDS by a thread of its own, so that no page waits for a write. A crash loses
the last uses, which matter to nobody.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from monitor.clock import Clock
from monitor.errors import StoreError

if TYPE_CHECKING:
    from monitor.store.people import PeopleStore

FLUSH_SECONDS = 30.0
Use = TypeVar("Use")
Uses = dict[int, tuple[datetime, str]]
"""Id -> when and from which address it was last used."""


class WallUse(NamedTuple):
    """When a paired wall was last seen, and what is known about its screen."""

    at: datetime
    address: str
    size: str
    version: str


log = logging.getLogger("wallflower.access")


class LastUses:
    """Collects uses, and stores them now and then. Thread-safe."""

    def __init__(self, people: PeopleStore, clock: Clock) -> None:
        self._people, self._clock = people, clock
        self._lock, self._flush_lock = threading.Lock(), threading.Lock()
        self._sessions: Uses = {}
        self._tokens: Uses = {}
        self._walls: dict[int, WallUse] = {}
        self._flushed_at = clock.monotonic()

    def used_session(self, session: int, address: str) -> None:
        """Record that a session was used now."""
        self._record(self._sessions, session, address)

    def used_token(self, token: int, address: str) -> None:
        """Record that an API token was used now."""
        self._record(self._tokens, token, address)

    def used_wall(self, wall: int, address: str, size: str = "", version: str = "") -> None:
        """Record that a paired wall was seen now. What is empty stays as it was."""
        with self._lock:
            known = self._walls.get(wall, WallUse(self._clock.machine_time(), "", "", ""))
            self._walls[wall] = WallUse(
                self._clock.machine_time(), address or known.address, size or known.size, version or known.version
            )
        self._flush_if_due()

    def walls(self) -> dict[int, WallUse]:
        """The uses of paired walls that are not stored yet."""
        with self._lock:
            return dict(self._walls)

    def sessions(self) -> Uses:
        """The uses of sessions that are not stored yet."""
        with self._lock:
            return dict(self._sessions)

    def tokens(self) -> Uses:
        """The uses of API tokens that are not stored yet."""
        with self._lock:
            return dict(self._tokens)

    def flush(self) -> None:
        """Store the uses collected so far. If that fails, they are lost."""
        with self._flush_lock:
            with self._lock:
                sessions, tokens, walls = dict(self._sessions), dict(self._tokens), dict(self._walls)
            try:
                if sessions or tokens:
                    self._people.record_use(sessions, tokens)
                for wall, use in walls.items():
                    self._people.record_wall(wall, use.at, address=use.address, size=use.size, version=use.version)
            except StoreError as error:
                log.warning("When people were last seen could not be stored: %s", error)
            # Only now, so that whoever asks meanwhile finds them here or in the store.
            with self._lock:
                _remove(self._sessions, sessions)
                _remove(self._tokens, tokens)
                _remove(self._walls, walls)

    def _record(self, uses: Uses, id_: int, address: str) -> None:
        with self._lock:
            uses[id_] = (self._clock.now(), address)
        self._flush_if_due()

    def _flush_if_due(self) -> None:
        with self._lock:
            now = self._clock.monotonic()
            is_due = now - self._flushed_at >= FLUSH_SECONDS
            if is_due:
                self._flushed_at = now
        if is_due:
            threading.Thread(target=self.flush, name="last-uses", daemon=True).start()


def _remove(uses: dict[int, Use], written: Mapping[int, Use]) -> None:
    """Remove what was written, except uses that are newer."""
    for id_, use in written.items():
        if uses.get(id_) is use:
            del uses[id_]
