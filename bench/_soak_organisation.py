"""An organisation that uses Wallflower during a soak. Each activity repeats in a thread of its own.

Whatever an activity does not get as it should is a problem of the run.
"""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

import requests
import websocket

from bench._soak_activities import Activity, People
from bench._soak_operator import Operator
from bench._soak_person import Unexpected
from bench._soak_plan import Plan

STOP_TIMEOUT_SECONDS = 60.0
EXPECTED_ERRORS = (Unexpected, requests.RequestException, websocket.WebSocketException, OSError)


class Organisation:
    """The people, screens, scripts and operators of a run."""

    def __init__(self, plan: Plan, operator: Operator) -> None:
        self._plan, self._operator = plan, operator
        self.people = People(plan)
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._seconds: dict[str, list[float]] = defaultdict(list)
        """Activity -> how long each of its runs took."""
        self.problems: list[str] = []

    def start(self) -> None:
        """Create the accounts, pair the screens and begin all activities."""
        self._operator.add_admin(self.people.admin.name)
        self.people.begin()
        activities = [*self.people.activities(self._plan.seconds), *self._operator.activities()]
        for activity in activities:
            self._start_thread(self._repeat, activity)
        self._start_thread(self._run, Activity("offline", 0.0, lambda: self.people.go_offline(self._stop)))

    def stop(self) -> None:
        """End all activities and close all live connections."""
        self._stop.set()
        for thread in self._threads:
            thread.join(STOP_TIMEOUT_SECONDS)
            if thread.is_alive():
                self.problems.append(f"{thread.name} does not end")
        self._check_connections()
        for live in self.people.lives.values():
            live.disconnect()

    def archive_problems(self, texts: Iterable[str]) -> list[str]:
        """What is wrong with the stored posts of the archive."""
        return self._operator.archive_problems(texts)

    def lines(self) -> Iterator[str]:
        """What was done, and how long it took."""
        for name, seconds in sorted(self._seconds.items()):
            median, worst = statistics.median(seconds), max(seconds)
            yield f"{name:18} {len(seconds):5} times, median {median:6.2f} s, worst {worst:6.2f} s"
        for name, live in self.people.lives.items():
            received = f"{len(live.received)} changes listed, {live.omitted} counted, {live.lost} lost"
            ends = f"{len(live.doubled)} doubled; {len(live.ends)} connections ended"
            yield f"live: {name:6} {received}, {ends}, reloads {dict(Counter(live.reloads))}"

    def _check_connections(self) -> None:
        for name, live in self.people.lives.items():
            if not live.connected:
                self.problems.append(f"live: {name} is not connected at the end: {live.ends[-1:]}")
            if live.lost:
                self.problems.append(f"live: {name} has lost {live.lost} changes")
            if live.doubled and name not in self.people.screens:  # of a wall only the state counts
                self.problems.append(f"live: {name} received {len(live.doubled)} changes twice: {live.doubled[:4]}")

    def _start_thread(self, target: Callable[[Activity], None], activity: Activity) -> None:
        thread = threading.Thread(target=target, args=(activity,), name=activity.name, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _repeat(self, activity: Activity) -> None:
        while not self._stop.wait(activity.interval):
            self._run(activity)

    def _run(self, activity: Activity) -> None:
        start = time.monotonic()
        try:
            activity.do()
        except EXPECTED_ERRORS as error:
            self.problems.append(f"{time.time() - self._plan.began:.0f} s, {activity.name}: {error}")
        self._seconds[activity.name].append(time.monotonic() - start)
