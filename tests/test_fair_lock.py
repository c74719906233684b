"""The first-in, first-out lock."""

from __future__ import annotations

import threading

import pytest

from monitor.collector.fair_lock import FairLock
from tests.fake_time import TIMEOUT_SECONDS


def test_every_waiting_thread_enters_before_one_that_comes_back() -> None:
    lock, order = FairLock(), list[str]()
    inside, released = threading.Event(), threading.Event()

    def flood() -> None:
        for _ in range(3):
            with lock:
                order.append("flood")
                inside.set()
                assert released.wait(TIMEOUT_SECONDS)

    def other(name: str) -> None:
        with lock:
            order.append(name)

    threads = [threading.Thread(target=flood)]
    threads[0].start()
    assert inside.wait(TIMEOUT_SECONDS)
    for waiting, name in enumerate(("a", "b", "c"), start=1):
        threads.append(threading.Thread(target=other, args=(name,)))
        threads[-1].start()
        _wait_until_waiting(lock, waiting)
    released.set()
    for thread in threads:
        thread.join(TIMEOUT_SECONDS)
    assert order == ["flood", "a", "b", "c", "flood", "flood"]


def _wait_until_waiting(lock: FairLock, count: int) -> None:
    """Let other threads run until this many wait for the lock."""
    for _ in range(2_000_000):
        if lock.waiting == count:
            return
        threading.Event().wait(0)
    raise AssertionError(f"{lock.waiting} threads wait, not {count}")


def test_an_exception_releases_the_lock() -> None:
    lock = FairLock()
    with pytest.raises(ZeroDivisionError), lock:
        raise ZeroDivisionError
    with lock:
        pass
