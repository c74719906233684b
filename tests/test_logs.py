"""What the log contains, and what it leaves out."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator

import pytest
from flask import Flask

from display.cli.logs import set_up_logs
from display.server.live import socket_server

NAMES = ("", "engineio.server", "socketio.server")


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged, with loggers as in a program that has just started."""
    loggers = [logging.getLogger(name) for name in NAMES]
    before = [(logger, logger.handlers[:], logger.level) for logger in loggers]
    for logger in loggers:
        logger.handlers[:] = []
        logger.setLevel(logging.NOTSET)
    stream = io.StringIO()
    set_up_logs(stream)
    yield stream
    for logger, handlers, level in before:
        logger.handlers[:] = handlers
        logger.setLevel(level)


def log_error(name: str) -> None:
    try:
        raise ValueError("a stranger's words")
    except ValueError:
        logging.getLogger(name).exception("message error")


def test_an_error_caused_by_a_browser_is_one_line(log: io.StringIO) -> None:
    log_error("engineio.server")
    assert log.getvalue() == """ERROR message error: ValueError("a stranger's words")\n"""


def test_our_own_bug_keeps_its_traceback(log: io.StringIO) -> None:
    log_error("wallflower")
    assert "Traceback" in log.getvalue()


def test_no_package_adds_its_own_handler(log: io.StringIO) -> None:
    socket_server(Flask(__name__))
    assert logging.getLogger("engineio.server").handlers == []
    assert logging.getLogger("socketio.server").handlers == []


def test_urls_are_redacted_in_messages_and_tracebacks(log: io.StringIO) -> None:
    url = "https://api.example/posts?token=a-made-up-secret-1234"
    logging.getLogger("wallflower").warning("cannot read %s", url)
    try:
        raise ValueError(f"bad answer from {url}")
    except ValueError:
        logging.getLogger("wallflower").exception("bug")
    assert log.getvalue().count("https://api.example/posts") == 2
    assert "a-made-up-secret-1234" not in log.getvalue()


def test_an_error_caused_by_a_browser_is_cut_off(log: io.StringIO) -> None:
    try:
        raise ValueError("x" * 10_000)
    except ValueError:
        logging.getLogger("socketio.server").exception("message error")
    assert len(log.getvalue()) < 300
