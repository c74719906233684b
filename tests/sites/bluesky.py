"""Bluesky: Jetstream's ``/subscribe``, which sends posts whatever the terms are."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fake_jetstream import beat, commit, end, frame, handshake
from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import FakeSite

OPTIONS = {"hosts": "{url}"}


class Site(FakeSite):
    """A stream that ends after its last event."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        assert path == "/subscribe"
        assert params["wantedCollections"] == "app.bsky.feed.post"
        handshake(conn)
        cursor = int(params.get("cursor", "0"))
        began = datetime.fromtimestamp(cursor / 1e6, UTC) if cursor else NOON - timedelta(hours=5)
        records = self.records(sorted(self.posts, key=lambda post: post.at), event)
        later = max(NOON - timedelta(minutes=1), began + timedelta(seconds=21))
        played = [beat(began), *(r for r in records if r.get("time_us", cursor) >= cursor), beat(later)]
        conn.send(b"".join(frame(json.dumps(record).encode()) for record in played))
        end(conn)


def event(post: Any) -> dict[str, Any]:
    """The event that a post was created or deleted."""
    return commit(post.n, post.at, "delete") if post.deleted else commit(post.n, post.at, text=post.text)
