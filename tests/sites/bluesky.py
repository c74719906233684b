"""Bluesky: Jetstream's ``/subscribe``, where the network goes on whatever is looked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fake_jetstream import beat, commit, end, frame, handshake
from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import Made

OPTIONS = {"hosts": "{url}"}
NEEDED = {"time_us", "kind", "commit"}
"""Fields without which a record cannot be a post, or is another one."""


class Site(Made):
    """A stream that ends when it has played everything."""

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        assert path == "/subscribe"
        assert asked["wantedCollections"] == "app.bsky.feed.post"
        handshake(line)
        cursor = int(asked.get("cursor", "0"))
        began = datetime.fromtimestamp(cursor / 1e6, UTC) if cursor else NOON - timedelta(hours=5)
        records = self.records(sorted(self.posts, key=lambda post: post.at), event)
        later = max(NOON - timedelta(minutes=1), began + timedelta(seconds=21))
        played = [beat(began), *(r for r in records if r.get("time_us", cursor) >= cursor), beat(later)]
        line.send(b"".join(frame(json.dumps(record).encode()) for record in played))
        end(line)


def event(post: Any) -> dict[str, Any]:
    """A post as it comes, or its deletion."""
    return commit(post.n, post.at, "delete") if post.gone else commit(post.n, post.at, text=post.text)
