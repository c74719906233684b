"""What the soak configures, where it is served, and which faults are injected when: the same for each seed."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

FEEDS, ON_A_HOST = 200, 4
LIFE_OF_KINDS = {
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
"""Kind -> seconds between its passes, and between two posts of its site."""
FEED_EVERY, FEED_APART, FEED_KEEPS = 60, 150.0, 30
FAST_EVERY, FAST_APART, FAST_KEEPS = 60, 15.0, 12
"""One feed in so many hosts writes so fast that a long outage leaves a hole."""
FAST_ONE_IN = 20
FAULTS = ("down", "500", "429", "hang", "reset", "cut", "html", "drip", "401")
LONG_FAULTS = ("down", "500", "429", "hang", "html", "reset")
STREAM_FAULTS = ("drop", "hang", "down")
HARD = frozenset({"down", "500", "hang", "reset", "html", "drip", "401", "drop", "forget"})
"""Faults after which nothing at all could be read."""
LONG, LONG_BEGIN, SHORT, SHORT_END, QUIET = 0.3, (0.04, 0.12), (0.025, 0.08), 0.72, 0.93
"""Shares of the run: a long outage and when it begins; a short one and until when; when nothing more is written."""
LONG_LEAST, LONG_FITS = 1_020.0, 1_800.0
"""Seconds: longer than any source may go unread without a gap, in a run that is long enough for that."""
MENDED, STILL = 180.0, 80.0
"""Seconds at the end, however short the run is: without a fault, and without anything new."""
LOST_FOR = 150.0
"""Seconds; what Jetstream does not repeat any more must be as old, so that it is noticed."""


@dataclass(frozen=True)
class Planned:
    """A source: where its site listens, how often it is read, and how often something is written there."""

    number: int
    name: str
    kind: str
    port: int
    every: float
    apart: float
    keeps: int = 0
    """Entries of a feed."""


@dataclass(frozen=True)
class Outage:
    """A fault of the site at ``port``; seconds since the start of the run."""

    port: int
    fault: str
    start: float
    end: float


@dataclass(frozen=True)
class Plan:
    """All of it. ``began``: epoch seconds."""

    seed: int
    seconds: float
    began: float
    page_port: int
    sources: tuple[Planned, ...]
    outages: tuple[Outage, ...]

    @property
    def quiet(self) -> float:
        """When the sites stop writing, in seconds since the start: what was written must have been read in the end."""
        return min(self.seconds * QUIET, self.seconds - STILL)

    def save(self, path: Path) -> None:
        """Write it for the other processes."""
        path.write_text(json.dumps(asdict(self)))

    @classmethod
    def load(cls, path: Path) -> Plan:
        """What ``save`` wrote."""
        told = json.loads(path.read_text())
        told["sources"] = tuple(Planned(**one) for one in told["sources"])
        told["outages"] = tuple(Outage(**one) for one in told["outages"])
        return cls(**told)


def made(seed: int, seconds: float, began: float) -> Plan:
    """The plan of a run of ``seconds``."""
    ports = _ports()
    page_port = next(ports)
    sources = (*_kinds(ports), *_feeds(ports))
    rng = random.Random(seed)
    shares = [outage for port in dict.fromkeys(s.port for s in sources) for outage in _of(port, sources, rng)]
    outages = [_scaled(outage, seconds) for outage in shares]
    kept = tuple(one for one in outages if one.end <= seconds - MENDED or one.end - one.start >= LONG * seconds - 1)
    return Plan(seed, seconds, began, page_port, sources, kept)


def _scaled(outage: Outage, seconds: float) -> Outage:
    """In seconds. A network that forgets less than we could notice is one that was away."""
    start, end = round(outage.start * seconds, 1), round(outage.end * seconds, 1)
    if outage.end - outage.start >= LONG and seconds >= LONG_FITS:
        end = max(end, start + LONG_LEAST)
    fault = "down" if outage.fault == "forget" and end - start < LOST_FOR else outage.fault
    return Outage(outage.port, fault, start, end)


def _kinds(ports: Iterator[int]) -> Iterator[Planned]:
    for number, (kind, (every, apart)) in enumerate(LIFE_OF_KINDS.items()):
        yield Planned(number, f"The {kind}", kind, 0 if kind == "webhook" else next(ports), every, apart)


def _feeds(ports: Iterator[int]) -> Iterator[Planned]:
    port = 0
    for n in range(FEEDS):
        port = port if n % ON_A_HOST else next(ports)
        is_fast = n % ON_A_HOST == 0 and (n // ON_A_HOST) % FAST_ONE_IN == 0
        life = (FAST_EVERY, FAST_APART, FAST_KEEPS) if is_fast else (FEED_EVERY, FEED_APART, FEED_KEEPS)
        yield Planned(100 + n, f"Feed {n}", "feed", port, *life)


def _of(port: int, sources: Sequence[Planned], rng: random.Random) -> list[Outage]:
    """The outages of one host, one after the other, in shares of the run. A third of the hosts has none."""
    here = [source for source in sources if source.port == port]
    kind, is_first = here[0].kind, here[0].keeps == FAST_KEEPS
    if kind == "webhook":
        return []
    if kind == "bluesky":
        return [
            Outage(port, "drop", 0.05, 0.052),
            Outage(port, "forget", 0.08, 0.08 + LONG + 1e-9),
            Outage(port, "hang", 0.63, 0.67),
            Outage(port, "down", 0.69, 0.72),
        ]
    if is_first or kind in ("x", "hackernews", "mastodon") or (kind == "feed" and rng.random() < 0.1):
        begin = rng.uniform(*LONG_BEGIN)
        fault = "down" if is_first else rng.choice(LONG_FAULTS)
        return [Outage(port, fault, begin, begin + LONG + 1e-9)]
    if rng.random() < (0.25 if kind != "feed" else 0.4):
        return []
    return list(_short(port, rng))


def _short(port: int, rng: random.Random) -> Iterator[Outage]:
    at = rng.uniform(0.03, 0.15)
    while at + SHORT[1] < SHORT_END:
        end = at + rng.uniform(*SHORT)
        yield Outage(port, rng.choice(FAULTS), at, end)
        at = end + rng.uniform(0.1, 0.5)


def _ports() -> Iterator[int]:
    """Ports that nothing listens on, below those that the system hands out to whoever asks for any."""
    for port in range(21_000, 32_000):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        yield port
