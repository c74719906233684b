"""A signal that comes before gunicorn handles signals."""

from __future__ import annotations

import os
import signal
import sqlite3
from contextlib import closing

import pytest

from display.server.early_stop import EarlyStop


class Closable:
    def __init__(self, closed: list[bool]) -> None:
        self.closed = closed

    def close(self) -> None:
        self.closed.append(True)


def test_a_signal_runs_finally_clauses_and_ends_with_status_0() -> None:
    before, closed = signal.getsignal(signal.SIGTERM), list[bool]()
    with pytest.raises(SystemExit) as ended, EarlyStop(), closing(Closable(closed)):
        os.kill(os.getpid(), signal.SIGTERM)
    assert (ended.value.code, closed) == (0, [True])
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_statement_of_sqlite_that_the_signal_interrupts_is_no_error() -> None:
    db = sqlite3.connect(":memory:")
    db.set_progress_handler(lambda: os.kill(os.getpid(), signal.SIGTERM), 1000)
    count = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT count(*) FROM n"
    with pytest.raises(SystemExit) as ended, EarlyStop():
        db.execute(count).fetchone()
    assert ended.value.code == 0


def test_a_handler_that_was_set_meanwhile_stays() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with EarlyStop():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    signal.signal(signal.SIGTERM, before)
