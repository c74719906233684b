"""Logging: one format for every record of the program and its packages, without secrets.

    2026-03-04T12:00:05.123+00:00 WARNING Forum: broken. The site does not answer.
    <4>2026-03-04T12:00:05.123+00:00 WARNING …                             when stderr is the journal
    {"time": "2026-03-04T12:00:05.123+00:00", "level": "warning", …}       --log-format json

A record is one line, except that the lines of a traceback follow, indented, so that no text of a stranger can pass for
a record.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, TextIO

import click

from monitor.redaction import Redactor

LogFormat = Literal["text", "json"]
FORMATS = ("text", "json")

WARNINGS_ONLY = ("engineio.server", "flask_socketio", "geventwebsocket", "socketio.server", "urllib3", "werkzeug")
"""Loggers that log warnings and errors only. engineio and socketio add their own handler to a logger that has no
level, so these must be the exact names that they use."""
UNTRUSTED_PREFIXES = ("engineio.", "socketio.")
"""Prefixes of loggers that log what browsers send. With tracebacks, a stranger could fill the log."""
PRIORITIES = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""Level -> priority of syslog and the journal."""
_ESCAPED = {c: f"\\x{c:02x}" for c in (*range(32), *range(127, 160))} | {
    c: f"\\u{c:04x}" for c in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x2028, 0x2029, 0x200E, 0x200F)
}
"""Characters that could start a new line, command a terminal or reverse the order of a line -> how they are shown."""


def log_format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the option --log-format to ``command``, as its argument ``log_format``."""
    option = click.option(
        "--log-format",
        type=click.Choice(FORMATS),
        default="text",
        show_default=True,
        envvar="WALLFLOWER_LOG_FORMAT",
        show_envvar=True,
        help="One line of text, or one JSON object, per record.",
    )
    return option(command)


class RecordFormatter(logging.Formatter):
    """Formats a record as text, without secrets."""

    def __init__(self, redact: Callable[[str], str], *, priorities: bool = False) -> None:
        """``priorities``: begin every line with its priority, as the journal reads it."""
        super().__init__()
        self._redact, self._priorities = redact, priorities

    def format(self, record: logging.LogRecord) -> str:
        """The record, as one or more lines."""
        lines = self._lines(record)
        if self._priorities:
            level = max((level for level in PRIORITIES if level <= record.levelno), default=logging.DEBUG)
            lines = [f"<{PRIORITIES[level]}>{line}" for line in lines]
        return "\n".join(lines)

    def _lines(self, record: logging.LogRecord) -> list[str]:
        traceback = [f"  {line.translate(_ESCAPED)}" for line in self._traceback(record).splitlines()]
        return [f"{_time(record)} {record.levelname} {self._message(record)}", *traceback]

    def _message(self, record: logging.LogRecord) -> str:
        return self._redact(record.getMessage()).translate(_ESCAPED)

    def _traceback(self, record: logging.LogRecord) -> str:
        parts = [self.formatException(record.exc_info) if record.exc_info else record.exc_text or ""]
        if record.stack_info:
            parts.append(self.formatStack(record.stack_info))
        return self._redact("\n".join(filter(None, parts)))


class JsonFormatter(RecordFormatter):
    """Formats a record as one JSON object in one line. ``time`` has the local offset from UTC."""

    def _lines(self, record: logging.LogRecord) -> list[str]:
        fields = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._message(record),
            "traceback": self._traceback(record),
        }
        return [json.dumps({key: value for key, value in fields.items() if value}, ensure_ascii=False)]


def _time(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created).astimezone().isoformat(timespec="milliseconds")


def shorten_untrusted_tracebacks(record: logging.LogRecord) -> bool:
    """A filter that passes every record, and reduces a traceback caused by a browser to its error."""
    if record.name.startswith(UNTRUSTED_PREFIXES) and record.exc_info:
        record.msg, record.args = f"{record.getMessage()}: {record.exc_info[1]!r:.200}", ()
        record.exc_info = record.exc_text = None
    return True


def is_journal(stream: TextIO, environ: Mapping[str, str] | None = None) -> bool:
    """Whether ``stream`` is connected to the journal, as systemd.exec(5) describes it at $JOURNAL_STREAM."""
    named = (os.environ if environ is None else environ).get("JOURNAL_STREAM", "")
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError, AttributeError):
        return False
    return named == f"{status.st_dev}:{status.st_ino}"


def set_up_logs(
    stream: TextIO,
    log_format: LogFormat = "text",
    *,
    level: int = logging.INFO,
    redact: Callable[[str], str] | None = None,
    environ: Mapping[str, str] | None = None,
) -> None:
    """Log everything to ``stream``, also uncaught exceptions and Python's warnings.

    ``redact`` removes secrets from a text; by default those that the environment and systemd's credentials contain.
    """
    formatter = {"text": RecordFormatter, "json": JsonFormatter}[log_format]
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter(redact or Redactor(), priorities=is_journal(stream, environ)))
    handler.addFilter(shorten_untrusted_tracebacks)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in WARNINGS_ONLY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_uncaught_in_thread


def _log_uncaught(kind: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    """Log what would otherwise be printed with its secrets. KeyboardInterrupt is no error."""
    if not issubclass(kind, KeyboardInterrupt):
        logging.getLogger("wallflower").critical("An unexpected error", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        name = args.thread.name if args.thread else "unknown"
        info = (args.exc_type, args.exc_value, args.exc_traceback)
        logging.getLogger("wallflower").critical("The thread %s ended with an unexpected error", name, exc_info=info)
