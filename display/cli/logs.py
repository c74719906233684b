"""One readable line for each event, and no secret in it."""

from __future__ import annotations

import logging
import re
from typing import TextIO

from monitor.http import redact

QUIET = ("engineio.server", "flask_socketio", "geventwebsocket", "socketio.server", "urllib3", "werkzeug")
"""By the very names they log with: without a level of its own, each of the servers adds a writer of its own."""
STRANGERS = ("engineio.", "socketio.")
"""Who logs what browsers send. A traceback of that would let a stranger fill the log."""
_ADDRESS = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)


class Redacting(logging.Formatter):
    """Writes a record with every address in it cut down to what holds no secret, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, or lines."""
        return _ADDRESS.sub(lambda found: redact(found[0]), super().format(record))


def without_strangers_tracebacks(record: logging.LogRecord) -> bool:
    """A filter that lets all pass, and leaves of a traceback that a stranger can cause the last line."""
    if record.name.startswith(STRANGERS) and record.exc_info:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r:.200}", ()
        record.exc_info = record.exc_text = None
    return True


def set_up_logs(stream: TextIO) -> None:
    """Send what the program logs to ``stream``; with the time where that is a terminal, for journals add their own."""
    line = "%(asctime)s  %(message)s" if stream.isatty() else "%(levelname)s %(message)s"
    writer = logging.StreamHandler(stream)
    writer.setFormatter(Redacting(line, datefmt="%H:%M:%S"))
    writer.addFilter(without_strangers_tracebacks)
    root = logging.getLogger()
    root.handlers[:] = [writer]
    root.setLevel(logging.INFO)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
