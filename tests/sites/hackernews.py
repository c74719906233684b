"""Hacker News: Algolia's ``search_by_date`` and the Firebase items."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"api": "{url}/api/v1", "items": "{url}/v0"}
NEEDED = {"objectID", "created_at_i", "created_at", "title", "story_text", "comment_text"}
"""Fields without which a record cannot be a post, or is another one."""


class Site(Made):
    """Odd numbers are stories, even ones comments."""

    page = 200

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path.startswith("/v0/item/"):
            return send(line, self._item(int(path.removeprefix("/v0/item/").removesuffix(".json"))))
        since, until = map(int, re.findall(r"\d+", asked["numericFilters"]))
        found = self.newest_first(since, 1e12 if self.stuck else until)
        hits = self.records(found[: int(asked["hitsPerPage"])], hit)
        return send(line, {"hits": hits, "nbHits": len(found), "page": 0, "nbPages": 1, "exhaustiveNbHits": True})

    def _item(self, n: int) -> dict[str, Any] | None:
        post = next((post for post in self.posts if post.n == n), None)
        if post is None:
            return None
        if post.gone:
            return {"id": n, "deleted": True, "time": int(post.at.timestamp()), "type": "comment"}
        words = {"title": post.text} if n % 2 else {"text": f"<p>{post.text}", "parent": 1}
        return {"id": n, "by": f"writer{n}", "time": int(post.at.timestamp()), "type": "story", **words}


def hit(post: Said) -> dict[str, Any]:
    """One of Algolia's hits."""
    story = bool(post.n % 2)
    return {
        "objectID": str(post.n),
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": int(post.at.timestamp()),
        "updated_at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "author": f"writer{post.n}",
        "title": post.text if story else None,
        "url": "https://harbour.example/" if story else None,
        "story_text": None,
        "comment_text": None if story else f"<p>{post.text}",
        "story_title": None if story else "Another thing",
        "points": 3 if story else None,
        "num_comments": 0 if story else None,
        "_tags": ["story" if story else "comment", f"author_writer{post.n}"],
        "_highlightResult": {"title": {"value": "<em>Acme</em>", "matchLevel": "full"}},
    }
