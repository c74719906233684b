"""GitHub: the REST search over issues, and GraphQL for discussions and single things."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"api": "{url}"}


class Site(Made):
    """Every post is an issue for REST and a discussion for GraphQL, under ids of their own."""

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path == "/graphql":
            return send(line, self.graphql(json.loads(line.request.body)))
        if path.startswith("/repos/harbour/boats/issues/"):
            standing = {str(post.n): post for post in self.newest_first()}
            post = standing.get(path.rpartition("/")[2])
            return send(line, issue(post)) if post else line.answer(410, b'{"message": "This issue was deleted"}')
        found = self._within(asked["q"])
        items = self.records(found[: int(asked["per_page"])], issue)
        send(line, {"total_count": len(found), "incomplete_results": False, "items": items})

    def graphql(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The answer to one of the two queries."""
        if "ids" in asked["variables"]:
            standing = {id_: post for post in self.newest_first() for id_ in (f"I_{post.n}", f"D_{post.n}")}
            wanted = asked["variables"]["ids"]
            nodes = [node(standing[id_], id_) if id_ in standing else None for id_ in wanted]
            missing = [{"type": "NOT_FOUND", "message": "Could not resolve"} for found in nodes if found is None]
            return {"data": {"nodes": nodes}, **({"errors": missing} if missing else {})}
        found = self._within(asked["variables"]["q"])[:50]
        return {"data": {"search": {"nodes": self.records(found, lambda post: node(post, f"D_{post.n}"))}}}

    def _within(self, q: str) -> list[Said]:
        since, until = (
            datetime.fromisoformat(text).timestamp() for text in re.findall(r"updated:(\S+)\.\.(\S+)", q)[0]
        )
        return self.newest_first(since, 1e12 if self.stuck else until)


def issue(post: Said) -> dict[str, Any]:
    """As REST writes it."""
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


def node(post: Said, id_: str) -> dict[str, Any]:
    """As GraphQL writes it."""
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
