"""GitHub: the REST search for issues, and GraphQL for discussions and lookups."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}"}


class Site(FakeSite):
    """Every post is an issue in REST and a discussion in GraphQL, with different ids."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path == "/graphql":
            return send_json(conn, self.graphql(json.loads(conn.request.body)))
        if path.startswith("/repos/harbour/boats/issues/"):
            posts = {str(post.n): post for post in self.newest_first()}
            post = posts.get(path.rpartition("/")[2])
            return send_json(conn, issue(post)) if post else conn.answer(410, b'{"message": "This issue was deleted"}')
        found = self._within(params["q"])
        items = self.records(found[: int(params["per_page"])], issue)
        send_json(conn, {"total_count": len(found), "incomplete_results": False, "items": items})

    def graphql(self, body: dict[str, Any]) -> dict[str, Any]:
        """The response to one of the two queries."""
        if "ids" in body["variables"]:
            posts = {id_: post for post in self.newest_first() for id_ in (f"I_{post.n}", f"D_{post.n}")}
            ids = body["variables"]["ids"]
            nodes = [node(posts[id_], id_) if id_ in posts else None for id_ in ids]
            missing = [{"type": "NOT_FOUND", "message": "Could not resolve"} for found in nodes if found is None]
            return {"data": {"nodes": nodes}, **({"errors": missing} if missing else {})}
        found = self._within(body["variables"]["q"])[:50]
        return {"data": {"search": {"nodes": self.records(found, lambda post: node(post, f"D_{post.n}"))}}}

    def _within(self, q: str) -> list[FakePost]:
        since, until = (
            datetime.fromisoformat(text).timestamp() for text in re.findall(r"updated:(\S+)\.\.(\S+)", q)[0]
        )
        return self.newest_first(since, 1e12 if self.repeats_first_page else until)


def issue(post: FakePost) -> dict[str, Any]:
    """A post as an issue in REST."""
    at = post.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": post.n,
        "node_id": f"I_{post.n}",
        "number": post.n,
        "title": f"Number {post.n}",
        "body": post.text,
        "user": {"login": f"writer{post.n}", "id": 5},
        "created_at": at,
        "updated_at": at,
        "html_url": f"https://github.com/harbour/boats/issues/{post.n}",
        "repository_url": "https://api.github.com/repos/harbour/boats",
        "state": "open",
        "labels": [],
    }


def node(post: FakePost, id_: str) -> dict[str, Any]:
    """A post as a node in GraphQL."""
    at = post.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    return {
        "id": id_,
        "title": f"Number {post.n}",
        "body": post.text,
        "createdAt": at,
        "updatedAt": at,
        "url": f"https://github.com/harbour/boats/discussions/{post.n}",
        "author": {"login": f"writer{post.n}"},
        "repository": {"nameWithOwner": "harbour/boats"},
    }
