"""Hacker News: Algolia's ``search_by_date`` and the Firebase items."""

from __future__ import annotations

import re
from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}/api/v1", "items": "{url}/v0"}


class Site(FakeSite):
    """Odd numbers are stories, even ones comments."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path.startswith("/v0/item/"):
            return send_json(conn, self._item(int(path.removeprefix("/v0/item/").removesuffix(".json"))))
        since, until = map(int, re.findall(r"\d+", params["numericFilters"]))
        found = self.newest_first(since, 1e12 if self.repeats_first_page else until)
        hits = self.records(found[: int(params["hitsPerPage"])], hit)
        return send_json(conn, {"hits": hits, "nbHits": len(found), "page": 0, "nbPages": 1, "exhaustiveNbHits": True})

    def _item(self, n: int) -> dict[str, Any] | None:
        post = next((post for post in self.posts if post.n == n), None)
        if post is None:
            return None
        if post.deleted:
            return {"id": n, "deleted": True, "time": int(post.at.timestamp()), "type": "comment"}
        content = {"title": post.text} if n % 2 else {"text": f"<p>{post.text}", "parent": 1}
        return {"id": n, "by": f"writer{n}", "time": int(post.at.timestamp()), "type": "story", **content}


def hit(post: FakePost) -> dict[str, Any]:
    """A post as a hit of Algolia."""
    is_story = bool(post.n % 2)
    return {
        "objectID": str(post.n),
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "created_at_i": int(post.at.timestamp()),
        "updated_at": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "author": f"writer{post.n}",
        "title": post.text if is_story else None,
        "url": "https://harbour.example/" if is_story else None,
        "story_text": None,
        "comment_text": None if is_story else f"<p>{post.text}",
        "story_title": None if is_story else "Another thing",
        "points": 3 if is_story else None,
        "num_comments": 0 if is_story else None,
        "_tags": ["story" if is_story else "comment", f"author_writer{post.n}"],
        "_highlightResult": {"title": {"value": "<em>Acme</em>", "matchLevel": "full"}},
    }
