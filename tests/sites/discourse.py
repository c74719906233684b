"""Discourse: ``posts.json``, which covers 50 ids at a time, and single posts."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"url": "{url}"}
REQUESTS_FOR_MANY_POSTS = 5


class Site(FakeSite):
    """Ids are ``id_step`` apart, so that a page has few posts, as if the others were not public."""

    id_step = 5
    inclusive = True
    """Whether ``before`` includes the id itself: it does in Discourse's code, its documentation says "lower than"."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path.startswith("/posts/"):
            id_ = int(path.removeprefix("/posts/").removesuffix(".json"))
            post = next((post for post in self.newest_first() if self.id_of(post) == id_), None)
            missing = {"errors": ["The requested URL or resource could not be found."], "error_type": "not_found"}
            return send_json(conn, missing, 404) if post is None else send_json(conn, self.single(post))
        posts = self.newest_first()
        newest = max((self.id_of(post) for post in posts), default=0)
        before = int(params.get("before", newest)) if not self.repeats_first_page else newest
        last = before if self.inclusive or "before" not in params else before - 1
        shown = [post for post in posts if before - 50 < self.id_of(post) <= last]
        return send_json(conn, {"latest_posts": self.records(shown, self.record)})

    def id_of(self, post: FakePost) -> int:
        return post.n * self.id_step + 1

    def single(self, post: FakePost) -> dict[str, Any]:
        """The response for a single post, which lacks its topic's title."""
        return {k: v for k, v in self.record(post).items() if not k.startswith("topic_title")}

    def record(self, post: FakePost) -> dict[str, Any]:
        """A post as a record of the API."""
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
            "reply_to_post_number": 1,
            "reply_to_user": {"id": 77, "username": "bob", "name": "Bob"},
            "topic_slug": "harbour",
            "topic_title": "The harbour",
            "hidden": False,
            "user_deleted": False,
            "deleted_at": None,
            "version": 1,
        }
