"""The sites of the soak, in a process of their own: ``python -m bench._soak_sites PLAN REPORT``, until stdin closes.

Each writes posts in its own time, half of which name a brand; at times it fails as the plan says. In the end REPORT
holds what was written, and who asked when.
"""

from __future__ import annotations

import hashlib
import json
import random
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any, Protocol

from bench._soak_host import Host
from bench._soak_pen import Pen
from bench._soak_plan import FAST_KEEPS, Plan, Planned
from bench._soak_stream import Stream
from bench._soak_webhook import Sender
from tests import sites
from tests.fake_server import Connection, item, rss
from tests.sites import FakePost, FakeSite

HOOK = "SOAK_HOOK"
SECRET = "made-up-secret-of-the-soak"
FIRST_POSTS = 12
GONE_AT, GONE = 0.12, 5
"""When sites delete posts, as a share of the run, and how many."""
EDITED_ONE_IN = 6
TICK = 0.2


class Life(Protocol):
    """What writes."""

    def write(self) -> None:
        """Another post."""

    def delete_some(self) -> None:
        """Take some posts away."""


class Searched:
    """A made-up site of tests/sites that grows."""

    def __init__(self, pen: Pen, site: FakeSite) -> None:
        self._pen, self.site = pen, site
        self._posts: list[FakePost] = []
        site.posts = self._posts

    def write(self) -> None:
        """Another post, of now."""
        n, words = self._pen.new()
        self._posts.append(FakePost(n, words, datetime.now(UTC)))

    def delete_some(self) -> None:
        """Take the first ones away that name a brand."""
        for n in self._pen.named()[:GONE]:
            self._posts[n - 1] = replace(self._posts[n - 1], deleted=True)
            self._pen.delete(n)

    def __call__(self, conn: Connection) -> None:
        """Answer one request."""
        self.site(conn)
        self.site.requests.clear()


@dataclass
class Feed:
    """An RSS feed of its newest entries, with an ETag; now and then an entry is edited."""

    pen: Pen
    keeps: int
    entries: list[FakePost] = field(default_factory=list)

    def write(self) -> None:
        """Another entry."""
        n, words = self.pen.new()
        entries = [*self.entries, FakePost(n, words, datetime.now(UTC))][-self.keeps :]
        if n % EDITED_ONE_IN == 0 and self.keeps > FAST_KEEPS:
            before = entries[-2]
            entries[-2] = replace(before, text=self.pen.again(before.n))
        self.entries = entries

    def delete_some(self) -> None:
        """What a feed lists no more is not gone for that."""

    def __call__(self, conn: Connection) -> None:
        """Answer one request."""
        entries = self.entries
        body = rss(*(item(e.n, e.text, format_datetime(e.at, usegmt=True)) for e in reversed(entries)))
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if conn.request.headers.get("if-none-match") == etag:
            return conn.answer(304, etag=etag)
        return conn.answer(200, body, etag=etag, content_type="application/rss+xml")


class Town:
    """All sites of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.pens = {s.name: _pen(s, plan) for s in plan.sources}
        self._hosts = {s.port: Host(s.port) for s in plan.sources if s.port}
        self._lives: dict[str, Life] = {}
        self._due = {s.name: self._now + random.Random(s.name).uniform(0, s.apart) for s in plan.sources}
        self._deleted = False
        for source in plan.sources:
            self._settle(source)

    @property
    def _now(self) -> float:
        """Seconds since the start."""
        return time.time() - self._plan.began

    def _settle(self, source: Planned) -> None:
        pen, host = self.pens[source.name], self._hosts.get(source.port)
        if host is None:
            self._lives[source.name] = Sender(pen, self._plan.page_port, source.name, SECRET)
            return
        if source.kind == "feed":
            feed = Feed(pen, source.keeps)
            host.paths[f"/{source.number}"] = (feed, pen)
            self._lives[source.name] = feed
        elif source.kind == "bluesky":
            stream = Stream(pen, lambda: host.fault)
            host.paths[""] = (stream, pen)
            self._lives[source.name] = stream
        else:
            life = Searched(pen, sites.module(source.kind).Site())
            host.paths[""] = (life, pen)
            self._lives[source.name] = life
        for _ in range(FIRST_POSTS if source.kind != "bluesky" else 0):
            self._lives[source.name].write()

    def run(self) -> None:
        """Write, fail and mend in time, until the plan is over."""
        sender = next(life for life in self._lives.values() if isinstance(life, Sender))
        helpdesk = threading.Thread(target=self._bring, args=(sender,), daemon=True)
        helpdesk.start()
        for host in self._hosts.values():
            host.listen()
        while self._now < self._plan.seconds:
            self._break_and_mend()
            if self._now < self._plan.quiet:
                self._write()
            time.sleep(TICK)

    def _bring(self, sender: Sender) -> None:
        """In a thread of its own, for whoever brings something waits for an answer."""
        source = next(s for s in self._plan.sources if s.kind == "webhook")
        while self._now < self._plan.seconds:
            if self._now < self._plan.quiet:
                sender.write()
            else:
                sender.bring()
            time.sleep(source.apart)

    def _write(self) -> None:
        for source in self._plan.sources:
            if source.kind != "webhook" and self._due[source.name] <= self._now:
                self._lives[source.name].write()
                self._due[source.name] += source.apart
        if not self._deleted and self._now > self._plan.seconds * GONE_AT:
            self._deleted = True
            for source in self._plan.sources:
                self._lives[source.name].delete_some()

    def _break_and_mend(self) -> None:
        now = self._now
        faults = {o.port: o.fault for o in self._plan.outages if o.start <= now < o.end}
        for port, host in self._hosts.items():
            before, fault = host.fault, faults.get(port, "")
            if before == "forget" and fault != before:
                stream = host.paths[""][0]
                assert isinstance(stream, Stream)
                stream.forget()
            host.be(fault)

    def report(self) -> dict[str, Any]:
        """What was written and asked, and how the helpdesk was answered."""
        sender = next(life for life in self._lives.values() if isinstance(life, Sender))
        return {"sources": {name: pen.report() for name, pen in self.pens.items()}, "webhook": dict(sender.answers)}


def _pen(source: Planned, plan: Plan) -> Pen:
    """Under a hashtag there is nothing that does not name the brand."""
    rng = random.Random(f"{plan.seed} {source.name}")
    return Pen(source.number, rng, 1.0) if source.kind == "mastodon" else Pen(source.number, rng)


def main() -> None:
    """Serve, report, and stay until stdin closes."""
    town = Town(Plan.load(Path(sys.argv[1])))
    print("listening", flush=True)
    turning = threading.Thread(target=town.run, daemon=True)
    turning.start()
    sys.stdin.read()
    Path(sys.argv[2]).write_text(json.dumps(town.report()))


if __name__ == "__main__":
    main()
