"""An instance of Mastodon 4: hashtag timelines, several statuses at once, and what it says about itself."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"instances": "{url}"}
FINE = (b"[]",)
"""An answer that elsewhere would be none: a timeline without posts."""
LIMITS = {"x_ratelimit_limit": "300", "x_ratelimit_remaining": "299", "x_ratelimit_reset": "2026-03-04T12:05:00.9Z"}
FORWARD = True
"""After the first page, the newest one, the others come from the oldest on."""


class Site(Made):
    """Posts whose words hold "after all" were edited."""

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path == "/api/v2/instance/":
            return send(line, {"domain": "harbour.example", "version": "4.6.0"}, **LIMITS)
        if path == "/api/v1/statuses":
            wanted = parse_qs(urlsplit(line.request.path).query)["id[]"]
            return send(line, [status(p) for p in self.newest_first() if id_of(p) in wanted], **LIMITS)
        if not path.startswith("/api/v1/timelines/tag/"):
            return send(line, {"error": "Not Found"}, 404)
        found = [p for p in self.newest_first() if self.stuck or int(id_of(p)) > int(asked.get("min_id", 0))]
        limit = int(asked["limit"])
        page = found[-limit:] if "min_id" in asked and not self.stuck else found[:limit]
        return send(line, self.records(page, status), **LIMITS)


def id_of(post: Said) -> str:
    """Milliseconds, shifted by 16 bits, and a number of its own, as Mastodon makes them."""
    return str((int(post.at.timestamp() * 1000) << 16) + post.n)


def status(post: Said) -> dict[str, Any]:
    """A Status entity."""
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
        "account": {"id": str(post.n), "username": author, "acct": author, "url": f"https://harbour.example/@{author}"},
        "tags": [{"name": "acme", "url": "https://harbour.example/tags/acme"}],
        "favourites_count": 0,
    }
