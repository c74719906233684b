"""Logging: one readable line per event, without secrets."""

from __future__ import annotations

import logging
import re
from typing import TextIO

from monitor.http import redact

WARNINGS_ONLY = ("engineio.server", "flask_socketio", "geventwebsocket", "socketio.server", "urllib3", "werkzeug")
"""Loggers that log warnings and errors only. engineio and socketio add their own handler to a logger that has no
level, so these must be the exact names that they use."""
UNTRUSTED_PREFIXES = ("engineio.", "socketio.")
"""Prefixes of loggers that log what browsers send. With tracebacks, a stranger could fill the log."""
_URL = re.compile(r"https?://[^\s'\"<>]+", re.IGNORECASE)


class RedactingFormatter(logging.Formatter):
    """Redacts every URL in a record, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one or more lines."""
        return _URL.sub(lambda match: redact(match[0]), super().format(record))


def shorten_untrusted_tracebacks(record: logging.LogRecord) -> bool:
    """A filter that passes every record, and reduces a traceback caused by a browser to its error."""
    if record.name.startswith(UNTRUSTED_PREFIXES) and record.exc_info:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r:.200}", ()
        record.exc_info = record.exc_text = None
    return True


def set_up_logs(stream: TextIO) -> None:
    """Log to ``stream``: with the time on a terminal, else with the level, because journals add the time themselves."""
    line = "%(asctime)s  %(message)s" if stream.isatty() else "%(levelname)s %(message)s"
    handler = logging.StreamHandler(stream)
    handler.setFormatter(RedactingFormatter(line, datefmt="%H:%M:%S"))
    handler.addFilter(shorten_untrusted_tracebacks)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    for name in WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)
