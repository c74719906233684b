"""Mastodon: an instance of version 4 with hashtag timelines, lookups of statuses, and its own description."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"instances": "{url}"}
EMPTY_RESPONSES = (b"[]",)
"""A timeline without posts."""
LIMITS = {"x_ratelimit_limit": "300", "x_ratelimit_remaining": "299", "x_ratelimit_reset": "2026-03-04T12:05:00.9Z"}
MANY_POSTS = 250
"""Mastodon.py takes a millisecond for each."""
PAGES_FORWARD = True
"""After the first page, which is the newest one, pages continue from the oldest post."""


class Site(FakeSite):
    """Posts that contain "after all" were edited."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path == "/api/v2/instance/":
            return send_json(conn, {"domain": "harbour.example", "version": "4.6.0"}, **LIMITS)
        if path == "/api/v1/statuses":
            wanted = parse_qs(urlsplit(conn.request.path).query)["id[]"]
            return send_json(conn, [status(p) for p in self.newest_first() if id_of(p) in wanted], **LIMITS)
        if not path.startswith("/api/v1/timelines/tag/"):
            return send_json(conn, {"error": "Not Found"}, 404)
        after = 0 if self.repeats_first_page else int(params.get("min_id", 0))
        found = [post for post in self.newest_first() if int(id_of(post)) > after]
        limit = int(params["limit"])
        page = found[-limit:] if "min_id" in params and not self.repeats_first_page else found[:limit]
        return send_json(conn, self.records(page, status), **LIMITS)


def id_of(post: FakePost) -> str:
    """Like Mastodon's ids: milliseconds shifted by 16 bits, plus a number."""
    return str((int(post.at.timestamp() * 1000) << 16) + post.n)


def status(post: FakePost) -> dict[str, Any]:
    """A post as a Status entity."""
    id_, author = id_of(post), f"writer{post.n}"
    return {
        "id": id_,
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "edited_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.500Z") if "after all" in post.text else None,
        "spoiler_text": "",
        "visibility": "public",
        "language": "en",
        "uri": f"https://harbour.example/users/{author}/statuses/{id_}",
        "url": f"https://harbour.example/@{author}/{id_}",
        "content": f'<p>{post.text} <a href="https://harbour.example/tags/acme" rel="tag">#<span>acme</span></a></p>',
        "reblog": None,
        "in_reply_to_id": "109876543210987654",
        "in_reply_to_account_id": "77",
        "mentions": [{"id": "77", "username": "bob", "acct": "bob@quay.example", "url": "https://quay.example/@bob"}],
        "account": {"id": str(post.n), "username": author, "acct": author, "url": f"https://harbour.example/@{author}"},
        "tags": [{"name": "acme", "url": "https://harbour.example/tags/acme"}],
        "favourites_count": 0,
    }
