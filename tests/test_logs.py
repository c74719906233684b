"""What the log contains, in which format, and what it leaves out."""

from __future__ import annotations

import inspect
import io
import json
import logging
import os
import re
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from gunicorn.arbiter import Arbiter
from gunicorn.config import Config

from display.cli.logs import set_up_logs
from display.server.gunicorn_log import ENDED, MEMORY_HINT, TIMEOUT, ForwardingLogger
from display.server.socket_loop import SocketLoop
from display.server.socket_server import socket_server

NAMES = ("", "engineio.server", "socketio.server", "gunicorn.error", "py.warnings")
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d"
SetUp = Callable[..., io.StringIO]


@pytest.fixture
def set_up() -> Iterator[SetUp]:
    """Sets up the log and returns what is logged, with loggers as in a program that has just started."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(logger, logger.handlers[:], logger.level, logger.propagate) for logger in loggers]
    hooks = sys.excepthook, threading.excepthook
    for logger in loggers:
        logger.handlers[:] = []
        logger.setLevel(logging.NOTSET)

    def start(**options: str) -> io.StringIO:
        stream = io.StringIO()
        set_up_logs(stream, **options)  # type: ignore[arg-type]
        return stream

    yield start
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks
    for logger, handlers, level, propagate in before:
        logger.handlers[:], logger.propagate = handlers, propagate
        logger.setLevel(level)


@pytest.fixture
def log(set_up: SetUp) -> io.StringIO:
    return set_up()


def log_error(name: str, text: str = "a stranger's words") -> None:
    try:
        raise ValueError(text)
    except ValueError:
        logging.getLogger(name).exception("message error")


def without_times(log: io.StringIO) -> str:
    return re.sub(rf"^{TIME} ", "", log.getvalue(), flags=re.MULTILINE)


def test_a_record_is_a_line_with_its_time_and_level(log: io.StringIO) -> None:
    logging.getLogger("wallflower").warning("Forum: %s", "broken")
    assert re.fullmatch(rf"{TIME} WARNING Forum: broken\n", log.getvalue())


def test_json_has_one_object_in_each_line(set_up: SetUp) -> None:
    log = set_up(log_format="json")
    logging.getLogger("wallflower.jobs").warning("two\nlines")
    log_error("wallflower")
    first, second = [json.loads(line) for line in log.getvalue().splitlines()]
    assert re.fullmatch(TIME, first.pop("time"))
    assert first == {"level": "warning", "logger": "wallflower.jobs", "message": r"two\x0alines"}
    assert "ValueError: a stranger's words" in second["traceback"]


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_each_line_to_the_journal_begins_with_its_priority(tmp_path: Path, set_up: SetUp, log_format: str) -> None:
    set_up()
    with (tmp_path / "journal").open("w+", encoding="utf-8") as stream:
        status = os.fstat(stream.fileno())
        set_up_logs(stream, log_format, environ={"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"})  # type: ignore[arg-type]
        for level in (logging.INFO, logging.WARNING, logging.ERROR, logging.CRITICAL):
            logging.getLogger("wallflower").log(level, "x")
        log_error("wallflower")
        stream.seek(0)
        found = [line[:3] for line in stream]
    assert found[:4] == ["<6>", "<4>", "<3>", "<2>"]
    assert set(found[4:]) == {"<3>"}, "also each line of a traceback"


def test_a_stream_that_is_not_the_journal_has_no_priorities(tmp_path: Path, set_up: SetUp) -> None:
    set_up()
    with (tmp_path / "log").open("w+", encoding="utf-8") as stream:
        set_up_logs(stream, environ={"JOURNAL_STREAM": "8:12345"})
        logging.getLogger("wallflower").warning("x")
        stream.seek(0)
        assert not stream.read().startswith("<")


def test_an_error_caused_by_a_browser_is_one_line(log: io.StringIO) -> None:
    log_error("engineio.server")
    assert without_times(log) == """ERROR message error: ValueError("a stranger's words")\n"""


def test_our_own_bug_keeps_its_traceback(log: io.StringIO) -> None:
    log_error("wallflower")
    assert "Traceback" in log.getvalue()


def test_no_text_passes_for_a_record_or_commands_a_terminal(log: io.StringIO) -> None:
    forged = "x\n2026-03-04T12:00:00.000+00:00 ERROR all is lost\x1b[2J\u2028\u202e"
    logging.getLogger("wallflower").warning(forged)
    log_error("wallflower", forged)
    starts = [line for line in log.getvalue().split("\n") if line and not line.startswith("  ")]
    assert len(starts) == 2
    assert "\x1b" not in log.getvalue()
    assert "\u2028" not in log.getvalue()
    assert "\u202e" not in log.getvalue()


def test_no_package_adds_its_own_handler(log: io.StringIO) -> None:
    socket_server(Flask(__name__), SocketLoop())
    assert logging.getLogger("engineio.server").handlers == []
    assert logging.getLogger("socketio.server").handlers == []


def test_gunicorn_suspects_a_lack_of_memory_only_where_nothing_else_explains_a_kill(log: io.StringIO) -> None:
    settings = Config()
    settings.set("errorlog", "-")
    logger = ForwardingLogger(settings)
    logger.critical("WORKER TIMEOUT (pid:%s)", 7)
    logger.error("Worker (pid:%s) was sent %s! Perhaps out of memory?", 7, "SIGKILL")
    logger.error("Worker (pid:%s) was sent %s! Perhaps out of memory?", 8, "SIGKILL")
    logger.warning("Worker (pid:%s) was sent %s!", 9, "SIGSEGV")
    logger.error("Worker (pid:%s) exited with code %s.", 10, 1)
    assert without_times(log).splitlines() == [
        "CRITICAL The worker (process 7) hangs and is ended.",
        "ERROR The worker (process 7) was ended by SIGKILL.",
        f"ERROR The worker (process 8) was ended by SIGKILL.{MEMORY_HINT}",
        "WARNING The worker (process 9) was ended by SIGSEGV.",
        "ERROR Worker (pid:10) exited with code 1.",
    ]
    texts = inspect.getsource(Arbiter)
    assert all(text in texts for text in (TIMEOUT, ENDED)), "gunicorn has changed its messages"


def test_gunicorn_logs_in_the_same_format(log: io.StringIO) -> None:
    settings = Config()
    settings.set("errorlog", "-")
    settings.set("loglevel", "warning")
    logger = ForwardingLogger(settings)
    logger.info("Booting worker")
    logger.error("Worker (pid:%s) failed", 17)
    logger.setup(settings)
    logger.error("again")
    assert without_times(log) == "ERROR Worker (pid:17) failed\nERROR again\n"


@pytest.mark.parametrize("log_format", ["text", "json"])
def test_secrets_are_redacted_in_messages_and_tracebacks(set_up: SetUp, log_format: str) -> None:
    log = set_up(log_format=log_format, redact=lambda text: text.replace("a-made-up-secret-1234", "…"))
    logging.getLogger("wallflower").warning("cannot read %s", "a-made-up-secret-1234")
    log_error("wallflower", "a-made-up-secret-1234")
    assert log.getvalue().count("…") >= 2
    assert "made-up" not in log.getvalue()


def test_uncaught_errors_and_warnings_are_logged(log: io.StringIO) -> None:
    thread = threading.Thread(target=lambda: 1 / 0, name="counting")
    thread.start()
    thread.join()
    try:
        raise ValueError("nobody caught this: token=a-made-up-secret-1234")
    except ValueError as error:
        sys.excepthook(type(error), error, error.__traceback__)
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
    text = without_times(log)
    assert "CRITICAL The thread counting ended with an unexpected error\n  Traceback" in text
    assert "ZeroDivisionError" in text
    assert "nobody caught this: token=…" in text
    assert "DeprecationWarning: old" in text


def test_an_error_caused_by_a_browser_is_cut_off(log: io.StringIO) -> None:
    log_error("socketio.server", "x" * 10_000)
    assert len(log.getvalue()) < 300
