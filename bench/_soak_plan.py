"""The plan of a soak: its sources, their ports, and which faults are injected when. Each seed gives one plan."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FEEDS, FEEDS_PER_HOST = 200, 4
INTERVALS_OF_KINDS = {
    "x": (20, 8.0),
    "reddit": (20, 8.0),
    "bluesky": (5, 2.0),
    "mastodon": (20, 8.0),
    "hackernews": (20, 10.0),
    "discourse": (20, 10.0),
    "lemmy": (20, 20.0),
    "stackexchange": (30, 20.0),
    "github": (30, 20.0),
    "youtube": (30, 40.0),
    "appstore": (30, 30.0),
    "gdelt": (20, 15.0),
    "webhook": (10, 5.0),
}
"""Kind -> seconds between two passes, and between two posts of its site."""
FEED_INTERVAL, FEED_POST_INTERVAL, FEED_ENTRIES = 60, 150.0, 30
FAST_INTERVAL, FAST_POST_INTERVAL, FAST_ENTRIES = 60, 15.0, 12
"""Of a feed that publishes so fast that it drops entries during a long outage."""
HOSTS_PER_FAST_FEED = 20
FAULTS = ("down", "500", "429", "hang", "reset", "cut", "html", "drip", "401")
LONG_FAULTS = ("down", "500", "429", "hang", "html", "reset")
STREAM_FAULTS = ("drop", "hang", "down")
BLOCKING_FAULTS = frozenset({"down", "500", "hang", "reset", "html", "drip", "401", "drop", "forget"})
"""Faults during which nothing can be read."""
LONG_SHARE, LONG_START_RANGE, SHORT_RANGE, SHORT_END_SHARE = 0.3, (0.04, 0.12), (0.025, 0.08), 0.72
"""Shares of the run: the length of a long outage and when it starts; that of a short one and when the last one ends."""
WRITING_SHARE = 0.93
"""The share of the run after which the sites publish nothing more."""
MIN_LONG_SECONDS, MIN_RUN_SECONDS_FOR_LONG = 1_020.0, 1_800.0
"""The least length of a long outage, in runs of at least that length: no source may be unread so long without a gap."""
END_WITHOUT_FAULTS, END_WITHOUT_POSTS = 180.0, 80.0
"""Seconds at the end of each run, however short it is."""
MIN_FORGET_SECONDS = 150.0
"""The least age of events that Jetstream no longer replays, for a gap to be noticed."""


@dataclass(frozen=True)
class PlannedSource:
    """A source, the port of its site, and its intervals in seconds."""

    number: int
    name: str
    kind: str
    port: int
    interval: float
    """Between two passes."""
    post_interval: float
    """Between two posts of the site."""
    max_entries: int = 0
    """Of a feed."""


@dataclass(frozen=True)
class Outage:
    """A fault of the sites at ``port``, in seconds since the start of the run."""

    port: int
    fault: str
    start: float
    end: float


@dataclass(frozen=True)
class Plan:
    """A whole plan. ``began`` is in epoch seconds."""

    seed: int
    seconds: float
    began: float
    page_port: int
    sources: tuple[PlannedSource, ...]
    outages: tuple[Outage, ...]
    url: str
    """By which people reach the pages."""
    certificate: str = ""
    """The path of the certificate of ``url``; empty without TLS."""

    @property
    def last_post_at(self) -> float:
        """When the sites stop publishing, in seconds since the start, so that all posts can be read before the end."""
        return min(self.seconds * WRITING_SHARE, self.seconds - END_WITHOUT_POSTS)

    def save(self, path: Path) -> None:
        """Write the plan for the other processes."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Plan:
        """Read what ``save`` wrote."""
        fields = json.loads(path.read_text())
        fields["sources"] = tuple(PlannedSource(**one) for one in fields["sources"])
        fields["outages"] = tuple(Outage(**one) for one in fields["outages"])
        return cls(**fields)


def make_plan(seed: int, seconds: float, began: float) -> Plan:
    """The plan of a run of ``seconds`` that starts at ``began``."""
    ports = _ports()
    page_port = next(ports)
    sources = (*_one_of_each_kind(ports), *_feeds(ports))
    rng = random.Random(seed)
    in_shares = [o for port in dict.fromkeys(s.port for s in sources) for o in _outages_of_host(port, sources, rng)]
    outages = [_scaled(outage, seconds) for outage in in_shares]
    latest = seconds - END_WITHOUT_FAULTS
    kept = tuple(one for one in outages if one.end <= latest or one.end - one.start >= LONG_SHARE * seconds - 1)
    return Plan(seed, seconds, began, page_port, sources, kept, f"http://127.0.0.1:{page_port}")


def _scaled(outage: Outage, seconds: float) -> Outage:
    """The outage in seconds. Forgetting too little to be noticed becomes being down."""
    start, end = round(outage.start * seconds, 1), round(outage.end * seconds, 1)
    if outage.end - outage.start >= LONG_SHARE and seconds >= MIN_RUN_SECONDS_FOR_LONG:
        end = max(end, start + MIN_LONG_SECONDS)
    fault = "down" if outage.fault == "forget" and end - start < MIN_FORGET_SECONDS else outage.fault
    return Outage(outage.port, fault, start, end)


def _one_of_each_kind(ports: Iterator[int]) -> Iterator[PlannedSource]:
    for number, (kind, (interval, post_interval)) in enumerate(INTERVALS_OF_KINDS.items()):
        yield PlannedSource(
            number, f"The {kind}", kind, 0 if kind == "webhook" else next(ports), interval, post_interval
        )


def _feeds(ports: Iterator[int]) -> Iterator[PlannedSource]:
    port = 0
    for n in range(FEEDS):
        port = port if n % FEEDS_PER_HOST else next(ports)
        is_fast = n % FEEDS_PER_HOST == 0 and (n // FEEDS_PER_HOST) % HOSTS_PER_FAST_FEED == 0
        fast = (FAST_INTERVAL, FAST_POST_INTERVAL, FAST_ENTRIES)
        intervals = fast if is_fast else (FEED_INTERVAL, FEED_POST_INTERVAL, FEED_ENTRIES)
        yield PlannedSource(100 + n, f"Feed {n}", "feed", port, *intervals)


def _outages_of_host(port: int, sources: Sequence[PlannedSource], rng: random.Random) -> list[Outage]:
    """The outages of one host in order, in shares of the run. A third of the hosts has none."""
    here = [source for source in sources if source.port == port]
    kind, is_fast = here[0].kind, here[0].max_entries == FAST_ENTRIES
    if kind == "webhook":
        return []
    if kind == "bluesky":
        return [
            Outage(port, "drop", 0.05, 0.052),
            Outage(port, "forget", 0.08, 0.08 + LONG_SHARE + 1e-9),
            Outage(port, "hang", 0.63, 0.67),
            Outage(port, "down", 0.69, 0.72),
        ]
    if is_fast or kind in ("x", "hackernews", "mastodon") or (kind == "feed" and rng.random() < 0.1):
        begin = rng.uniform(*LONG_START_RANGE)
        fault = "down" if is_fast else rng.choice(LONG_FAULTS)
        return [Outage(port, fault, begin, begin + LONG_SHARE + 1e-9)]
    if rng.random() < (0.25 if kind != "feed" else 0.4):
        return []
    return list(_short_outages(port, rng))


def _short_outages(port: int, rng: random.Random) -> Iterator[Outage]:
    at = rng.uniform(0.03, 0.15)
    while at + SHORT_RANGE[1] < SHORT_END_SHARE:
        end = at + rng.uniform(*SHORT_RANGE)
        yield Outage(port, rng.choice(FAULTS), at, end)
        at = end + rng.uniform(0.1, 0.5)


def _ports() -> Iterator[int]:
    """Free ports below the range from which the system assigns ports."""
    for port in range(21_000, 32_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
