"""What walls report: the time of the state that each has drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

if TYPE_CHECKING:
    from display.access.last_uses import LastUses
    from display.server.screens import Screens


class PaintedReports:
    """Receives the event "painted", in the thread of the sockets."""

    def __init__(self, screens: Screens, last_uses: LastUses) -> None:
        self._screens, self._last_uses = screens, last_uses

    def receive(self, as_of: object = None) -> None:
        """A screen has drawn the state of that time. ``as_of`` is untrusted."""
        screen = self._screens.painted(request.sid, as_of) if type(as_of) is int else None  # type: ignore[attr-defined]
        if screen and screen.paired:
            self._last_uses.used_wall(screen.paired, request.remote_addr or "", screen.size, screen.version)
