"""Where the CPU time of the first poll of a feed goes.

    python -m bench.feed_stages [FEEDS]

Polls the feeds of bench.feeds (100 by default) one after another and prints, for each stage, milliseconds per feed and
its share. A stage does not include the stages that it calls. When this was written, for feeds of 224 KB:

    text of HTML (plain_text)      28 %
    parser process                 21 %   before feeds like these needed no feedparser: 57 %
    judge: rules, language, score  17 %
    ids, cursor, links             11 %
    clean                          10 %
    HTTP, store and the rest       12 %
    pipe to the parser process      2 %
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bench._feeds_wallflower import WARM_UP_FEED, PollPass, cpu_seconds, pass_context
from bench.feeds import served
from monitor.clock import Clock
from monitor.collector import judge
from monitor.feeds.parser import Parser
from monitor.http import Http
from monitor.sources import feed

STAGES: tuple[tuple[str, Any, str], ...] = (
    ("text of HTML (plain_text)", feed, "plain_text"),
    ("pipe to the parser process", Parser, "parse"),
    ("judge: rules, language, score", judge.Judge, "judge"),
    ("ids, cursor, links", feed.Source, "fetch"),
    ("clean", judge, "clean"),
    ("HTTP", Http, "get"),
)
"""Stage, the module or class that holds its function, the name of that."""


class StageTimer:
    """Sums up the CPU seconds of functions of one thread, without those that they call."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = defaultdict(float)
        self._called = [0.0]

    def timed(self, stage: str, function: Callable[..., object]) -> Callable[..., object]:
        """``function``, whose time counts for ``stage``."""

        def run(*arguments: object, **named: object) -> object:
            start = time.thread_time()
            self._called.append(0.0)
            try:
                return function(*arguments, **named)
            finally:
                used = time.thread_time() - start
                self.spent[stage] += used - self._called.pop()
                self._called[-1] += used

        return run


def poll_all(urls: list[str], folder: Path, timer: StageTimer) -> float:
    """Poll each feed once; returns the CPU seconds of this process and the parser process."""
    clock = Clock()
    http = Http(clock, {urlsplit(url).hostname or "" for url in urls})
    http.shared(Parser).parse(WARM_UP_FEED, "", urls[0])
    context = pass_context(folder / "wallflower.db", clock)
    passes = [PollPass(url, http, context) for url in urls]
    timer.spent.clear()
    both, own = cpu_seconds(), time.process_time()
    for run in passes:
        run()
    both, own = cpu_seconds() - both, time.process_time() - own
    http.close()
    context.store.close()
    timer.spent["store and the rest"] = own - sum(timer.spent.values())
    timer.spent["parser process"] = both - own
    return both


def main(arguments: list[str]) -> None:
    """Measure and print the stages, the longest first."""
    timer, feeds = StageTimer(), int(arguments[1]) if len(arguments) > 1 else 100
    for stage, holder, name in STAGES:
        setattr(holder, name, timer.timed(stage, getattr(holder, name)))
    with served(feeds) as listed, tempfile.TemporaryDirectory() as folder:
        total = poll_all([one.url for one in listed], Path(folder), timer)
    for stage, spent in sorted(timer.spent.items(), key=lambda item: -item[1]):
        print(f"{stage:30}{spent / feeds * 1e3:7.1f} ms{100 * spent / total:5.0f} %")
    print(f"{'all':30}{total / feeds * 1e3:7.1f} ms")


if __name__ == "__main__":
    main(sys.argv)
