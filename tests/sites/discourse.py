"""A Discourse forum: ``posts.json``, which looks at 50 ids at a time, and single posts."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"url": "{url}"}
REQUESTS_FOR_MANY = 5


class Site(Made):
    """The id of a post is ten times its number plus one, so that a page has few posts: the others are not public."""

    page = 10
    apart = 5
    inclusive = True
    """Whether ``before`` counts itself: the code says so, the API's document says "lower than"."""

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path.startswith("/posts/"):
            id_ = int(path.removeprefix("/posts/").removesuffix(".json"))
            post = next((post for post in self.newest_first() if self.id_of(post) == id_), None)
            missing = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}
            return send(line, missing, 404) if post is None else send(line, self.single(post))
        stand = self.newest_first()
        newest = max((self.id_of(post) for post in stand), default=0)
        before = int(asked.get("before", newest)) if not self.stuck else newest
        most = before if self.inclusive or "before" not in asked else before - 1
        shown = [post for post in stand if before - 50 < self.id_of(post) <= most]
        return send(line, {"latest_posts": self.records(shown, self.record)})

    def id_of(self, post: Said) -> int:
        return post.n * self.apart + 1

    def single(self, post: Said) -> dict[str, Any]:
        """A post by itself, which comes without its topic's title."""
        return {k: v for k, v in self.record(post).items() if not k.startswith("topic_title")}

    def record(self, post: Said) -> dict[str, Any]:
        """One post as the forum writes it."""
        return {
            "id": self.id_of(post),
            "name": None,
            "username": f"writer{post.n}",
            "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "updated_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "cooked": f"<p>{post.text}</p>",
            "raw": post.text,
            "post_number": 2,
            "post_type": 1,
            "topic_id": 7,
            "topic_slug": "harbour",
            "topic_title": "The harbour",
            "hidden": False,
            "user_deleted": False,
            "deleted_at": None,
            "version": 1,
        }
