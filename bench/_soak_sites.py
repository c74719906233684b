"""The soak's sites, in their own process: ``python -m bench._soak_sites PLAN REPORT``, until stdin closes.

Each site publishes posts, half of which name a brand, and fails as the plan says. At the end REPORT contains what was
published, and when each site received a request.
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
from bench._soak_plan import FAST_ENTRIES, Plan, PlannedSource
from bench._soak_post_generator import PostGenerator
from bench._soak_stream import Stream
from bench._soak_webhook import Hook, WebhookSender
from tests import sites
from tests.fake_server import Connection, item, rss
from tests.sites import FakePost, FakeSite

FIRST_POSTS = 12
DELETION_SHARE, DELETIONS = 0.12, 5
"""When sites delete posts, as a share of the run, and how many."""
POSTS_PER_EDIT = 6
TICK_SECONDS = 0.2


class PublishingSite(Protocol):
    """A site that publishes posts."""

    def write(self) -> None:
        """Publish a post."""

    def delete_posts(self) -> None:
        """Delete some posts."""


class SearchedSite:
    """A fake site of tests/sites whose posts increase."""

    def __init__(self, generator: PostGenerator, site: FakeSite) -> None:
        self._generator, self.site = generator, site
        self._posts: list[FakePost] = []
        site.posts = self._posts

    def write(self) -> None:
        """Publish a post now."""
        n, text = self._generator.new_post()
        self._posts.append(FakePost(n, text, datetime.now(UTC)))

    def delete_posts(self) -> None:
        """Delete the first posts that name a brand."""
        for n in self._generator.posts_with_brand()[:DELETIONS]:
            self._posts[n - 1] = replace(self._posts[n - 1], deleted=True)
            self._generator.delete(n)

    def __call__(self, conn: Connection) -> None:
        """Answer one request."""
        self.site(conn)
        self.site.requests.clear()


@dataclass
class FeedSite:
    """An RSS feed of its newest entries, with an ETag. Some entries are edited."""

    generator: PostGenerator
    max_entries: int
    entries: list[FakePost] = field(default_factory=list)

    def write(self) -> None:
        """Publish an entry."""
        n, text = self.generator.new_post()
        entries = [*self.entries, FakePost(n, text, datetime.now(UTC))][-self.max_entries :]
        if n % POSTS_PER_EDIT == 0 and self.max_entries > FAST_ENTRIES:
            before = entries[-2]
            entries[-2] = replace(before, text=self.generator.edit(before.n))
        self.entries = entries

    def delete_posts(self) -> None:
        """Do nothing: an entry that a feed no longer lists is not deleted."""

    def __call__(self, conn: Connection) -> None:
        """Answer one request."""
        entries = self.entries
        body = rss(*(item(e.n, e.text, format_datetime(e.at, usegmt=True)) for e in reversed(entries)))
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if conn.request.headers.get("if-none-match") == etag:
            return conn.answer(304, etag=etag)
        return conn.answer(200, body, etag=etag, content_type="application/rss+xml")


class Sites:
    """All sites of a plan."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.generators = {s.name: _post_generator(s, plan) for s in plan.sources}
        self._hosts = {s.port: Host(s.port) for s in plan.sources if s.port}
        self._sites: dict[str, PublishingSite] = {}
        self._due = {s.name: self._now + random.Random(s.name).uniform(0, s.post_interval) for s in plan.sources}
        self._has_deleted = False
        for source in plan.sources:
            self._add_site(source)

    @property
    def _now(self) -> float:
        """Seconds since the start."""
        return time.time() - self._plan.began

    def _add_site(self, source: PlannedSource) -> None:
        generator, host = self.generators[source.name], self._hosts.get(source.port)
        if host is None:
            self._sites[source.name] = WebhookSender(generator, Hook(self._plan, source.name))
            return
        if source.kind == "feed":
            feed = FeedSite(generator, source.max_entries)
            host.paths[f"/{source.number}"] = (feed, generator)
            self._sites[source.name] = feed
        elif source.kind == "bluesky":
            stream = Stream(generator, lambda: host.fault)
            host.paths[""] = (stream, generator)
            self._sites[source.name] = stream
        else:
            site = SearchedSite(generator, sites.module(source.kind).Site())
            host.paths[""] = (site, generator)
            self._sites[source.name] = site
        for _ in range(FIRST_POSTS if source.kind != "bluesky" else 0):
            self._sites[source.name].write()

    def run(self) -> None:
        """Publish posts, and start and end faults, until the plan is over."""
        threading.Thread(target=self._deliver_to_webhook, daemon=True).start()
        for host in self._hosts.values():
            host.listen()
        while self._now < self._plan.seconds:
            self._set_faults()
            if self._now < self._plan.last_post_at:
                self._publish()
            time.sleep(TICK_SECONDS)

    def _deliver_to_webhook(self) -> None:
        """Runs in its own thread, because each delivery waits for an answer."""
        source = next(s for s in self._plan.sources if s.kind == "webhook")
        while self._now < self._plan.seconds:
            if self._now < self._plan.last_post_at:
                self._sender.write()
            else:
                self._sender.deliver()
            time.sleep(source.post_interval)

    def _publish(self) -> None:
        for source in self._plan.sources:
            if source.kind != "webhook" and self._due[source.name] <= self._now:
                self._sites[source.name].write()
                self._due[source.name] += source.post_interval
        if not self._has_deleted and self._now > self._plan.seconds * DELETION_SHARE:
            self._has_deleted = True
            for source in self._plan.sources:
                self._sites[source.name].delete_posts()

    def _set_faults(self) -> None:
        now = self._now
        faults = {o.port: o.fault for o in self._plan.outages if o.start <= now < o.end}
        for port, host in self._hosts.items():
            before, fault = host.fault, faults.get(port, "")
            if before == "forget" and fault != before:
                stream = host.paths[""][0]
                assert isinstance(stream, Stream)
                stream.forget()
            host.set_fault(fault)

    def report(self) -> dict[str, Any]:
        """What was published and requested, and the answers of the webhook."""
        sources = {name: generator.report() for name, generator in self.generators.items()}
        return {"sources": sources, "webhook": dict(self._sender.answers)}

    @property
    def _sender(self) -> WebhookSender:
        return next(site for site in self._sites.values() if isinstance(site, WebhookSender))


def _post_generator(source: PlannedSource, plan: Plan) -> PostGenerator:
    """Mastodon is read by hashtag, so all of its posts name the brand."""
    rng = random.Random(f"{plan.seed} {source.name}")
    return PostGenerator(source.number, rng, 1.0) if source.kind == "mastodon" else PostGenerator(source.number, rng)


def main() -> None:
    """Serve until stdin closes, then write the report."""
    all_sites = Sites(Plan.load(Path(sys.argv[1])))
    print("listening", flush=True)
    threading.Thread(target=all_sites.run, daemon=True).start()
    sys.stdin.read()
    Path(sys.argv[2]).write_text(json.dumps(all_sites.report()))


if __name__ == "__main__":
    main()
