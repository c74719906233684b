"""Reddit: the API with its token, search, listings of a subreddit and lookups by fullname."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS: dict[str, Any] = {}
SDK_HOSTS = ("https://www.reddit.com", "https://oauth.reddit.com")
LIMITS = {"x_ratelimit_remaining": "95.0", "x_ratelimit_used": "5", "x_ratelimit_reset": "300"}
TOKEN = {"access_token": "made-up-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}


class Site(FakeSite):
    """All posts are in r/harbour. Odd numbers are submissions with a text, even ones links."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path == "/api/v1/access_token":
            return send_json(conn, TOKEN)
        if path == "/api/info":
            wanted = params["id"].split(",")
            found = [post for post in self.newest_first() if name_of(post) in wanted]
            return send_json(conn, listing(self.records(found, thing)), **LIMITS)
        if not path.endswith(("/search", "search", "/new", "/comments")):
            return send_json(conn, {"message": "Not Found", "error": 404}, 404)
        found, limit = self.newest_first(), int(params["limit"])
        names = [name_of(post) for post in found]
        start = names.index(params["after"]) + 1 if params.get("after") in names and not self.repeats_first_page else 0
        page = found[start : start + limit]
        after = name_of(page[-1]) if page and (self.repeats_first_page or len(found) > start + limit) else None
        make = comment if path.endswith("/comments") else thing
        return send_json(conn, listing(self.records(page, make), after), **LIMITS)


def name_of(post: FakePost) -> str:
    """The fullname of a submission."""
    return f"t3_{post.n:x}"


def listing(children: list[Any], after: str | None = None) -> dict[str, Any]:
    """A Listing of the API."""
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(children), "children": children}}


def thing(post: FakePost) -> dict[str, Any]:
    """A post as a submission."""
    is_self = bool(post.n % 2)
    data = {
        "id": f"{post.n:x}",
        "name": name_of(post),
        "title": f"Thread {post.n}" if is_self else post.text,
        "selftext": post.text if is_self else "",
        "author": f"writer{post.n}",
        "subreddit": "harbour",
        "created_utc": post.at.timestamp(),
        "edited": False,
        "permalink": f"/r/harbour/comments/{post.n:x}/thread/",
        "url": "https://harbour.example/",
        "removed_by_category": None,
    }
    return {"kind": "t3", "data": data}


def comment(post: FakePost) -> dict[str, Any]:
    """A post as a comment."""
    data = {
        "id": f"c{post.n:x}",
        "name": f"t1_c{post.n:x}",
        "body": post.text,
        "author": f"writer{post.n}",
        "subreddit": "harbour",
        "link_id": "t3_1",
        "link_author": "bob",
        "parent_id": "t3_1",
        "created_utc": post.at.timestamp(),
        "edited": False,
    }
    return {"kind": "t1", "data": data}
