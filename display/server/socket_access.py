"""Which person each socket belongs to, and the end of sockets whose person may not see anything any more.

A session also ends in another process, as by ``wallflower user passwd``, so the store is asked every second.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flask_socketio import ConnectionRefusedError

from display.access.guard import may_open_socket
from display.access.identity import Identities, Person
from monitor.clock import Clock
from monitor.model.people import Role

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

CHECK_SECONDS = 1.0
"""How often to look whether anybody's access has ended."""
EXPIRY_CHECK_SECONDS = 60.0
"""How often to look for sessions that have expired, which nobody ends."""


class SocketAccess:
    """The people behind the sockets of a Socket.IO server."""

    def __init__(self, server: Any, identities: Identities, clock: Clock) -> None:
        """``server`` is a ``socketio.Server``."""
        self._server, self._identities, self._clock = server, identities, clock
        self._people: dict[str, Person] = {}
        self._version: int | None = None
        self._checked_at = self._expiry_checked_at = float("-inf")

    def admit(self, sid: str, environ: WSGIEnvironment, *, wall: str | None) -> None:
        """Remember whose socket this is. ``wall``: the wall that it asks for; None for a page.

        Raises ConnectionRefusedError if the person may not open it. A paired screen sees only its own wall.
        """
        person = self._identities.identify(environ)
        if person is None or not may_open_socket(person) or (person.role is Role.WALL and not _is_own(person, wall)):
            raise ConnectionRefusedError("signed out")
        self._people[sid] = person
        self._version = None  # its session may have ended since ``identify``

    def paired_wall(self, sid: str) -> int:
        """The id of the paired wall whose socket it is; 0 for that of a person."""
        person = self._people.get(sid)
        return person.wall.id if person and person.wall else 0

    def close_ended(self) -> None:
        """Close the sockets of people whose access has ended. Does nothing if called again within CHECK_SECONDS."""
        now = self._clock.monotonic()
        if now - self._checked_at < CHECK_SECONDS:
            return
        self._checked_at = now
        is_expiry_check = now - self._expiry_checked_at >= EXPIRY_CHECK_SECONDS
        version = self._identities.access_version()
        if version == self._version and not is_expiry_check:
            return
        self._version = version
        if is_expiry_check:
            self._expiry_checked_at = now
        people = {sid: person for sid, person in self._people.copy().items() if self._forget_closed(sid)}
        allowed = self._identities.still_allowed({person.key for person in people.values()})
        for sid, person in people.items():
            if person.key not in allowed:
                self._close(sid)

    def _forget_closed(self, sid: str) -> bool:
        """Whether the socket is open; if not, forget it."""
        manager = self._server.manager
        is_open = bool(manager.is_connected(sid, "/") or manager.is_pre_connected(sid, "/"))
        if not is_open:
            self._people.pop(sid, None)
        return is_open

    def _close(self, sid: str) -> None:
        """Let the page reload, which shows the sign-in page, and close the connection."""
        self._people.pop(sid, None)
        self._server.emit("reload", {"reason": "access"}, to=sid)
        connection = self._server.eio.sockets.get(self._server.manager.eio_sid_from_sid(sid, "/"))
        self._server.disconnect(sid)
        if connection is not None:
            connection.close(wait=False)


def _is_own(person: Person, wall: str | None) -> bool:
    return person.wall is not None and person.wall.wall == wall
