"""What a browser says when it opens a socket, and the Socket.IO rooms that it joins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from display.server.screens import parse_size

PAGES_ROOM, WALL_ROOM = "pages", "wall"
"""A wall asks for ``WALL_ROOM``; anything else is a page."""
MAX_AUTH_TEXT_CHARS = 100


@dataclass(frozen=True, slots=True)
class NewClient:
    """A browser that is connecting and has not been brought up to date yet."""

    sid: str
    last_id: int
    """The last change it knows; 0 if it knows none."""
    version: str
    """The version of the server that rendered its page; empty if it does not say."""
    wall: str | None = None
    """The name of its wall, empty for the first wall; None for a page."""
    size: str = ""
    """The size of a wall's screen: "1920 x 1080"; empty if unknown."""

    @classmethod
    def from_auth(cls, sid: str, auth: object) -> NewClient:
        """Parse ``auth``, which is untrusted: invalid values count as missing."""
        values = auth if isinstance(auth, Mapping) else {}
        last_id, version, wall = values.get("last_id"), values.get("version"), values.get("wall")
        return cls(
            sid,
            last_id if type(last_id) is int and last_id > 0 else 0,
            version[:MAX_AUTH_TEXT_CHARS] if isinstance(version, str) else "",
            (wall[:MAX_AUTH_TEXT_CHARS] if isinstance(wall, str) else "") if values.get("room") == WALL_ROOM else None,
            parse_size(values.get("size")),
        )


def wall_room(wall: str) -> str:
    """The Socket.IO room of the wall ``wall``."""
    return f"{WALL_ROOM}:{wall}"
