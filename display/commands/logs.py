"""One readable line for each event, and no secret in it."""

from __future__ import annotations

import logging
import re
from typing import TextIO

from monitor.http import redact

QUIET = ("engineio", "flask_socketio", "geventwebsocket", "socketio", "urllib3", "werkzeug")
_ADDRESS = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)


class Redacting(logging.Formatter):
    """Writes a record with every address in it cut down to what holds no secret, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines."""
        return _ADDRESS.sub(lambda found: redact(found[0]), super().format(record))


def set_up_logs(stream: TextIO) -> None:
    """Send what the program logs to ``stream``; with the time where that is a terminal, for journals add their own."""
    line = "%(asctime)s  %(message)s" if stream.isatty() else "%(levelname)s %(message)s"
    writer = logging.StreamHandler(stream)
    writer.setFormatter(Redacting(line, datefmt="%H:%M:%S"))
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
