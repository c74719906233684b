"""Reddit: the API's token, search, listings of a subreddit and lookups by fullname."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS: dict[str, Any] = {}
HOSTS = ("https://www.reddit.com", "https://oauth.reddit.com")
LIMITS = {"x_ratelimit_remaining": "95.0", "x_ratelimit_used": "5", "x_ratelimit_reset": "300"}
TOKEN = {"access_token": "made-up-token", "token_type": "bearer", "expires_in": 86400, "scope": "*"}


class Site(Made):
    """Everything was said in r/harbour; odd numbers are submissions with a text, even ones links."""

    kind = "t3"

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path == "/api/v1/access_token":
            return send(line, TOKEN)
        if path == "/api/info":
            wanted = asked["id"].split(",")
            there = [post for post in self.newest_first() if name_of(post) in wanted]
            return send(line, listing(self.records(there, thing)), **LIMITS)
        if not path.endswith(("/search", "search", "/new", "/comments")):
            return send(line, {"message": "Not Found", "error": 404}, 404)
        found, limit = self.newest_first(), int(asked["limit"])
        names = [name_of(post) for post in found]
        start = names.index(asked["after"]) + 1 if asked.get("after") in names and not self.stuck else 0
        page = found[start : start + limit]
        after = name_of(page[-1]) if page and (self.stuck or len(found) > start + limit) else None
        make = comment if path.endswith("/comments") else thing
        return send(line, listing(self.records(page, make), after), **LIMITS)


def name_of(post: Said) -> str:
    """A fullname; small letters and digits, as Reddit counts."""
    return f"t3_{post.n:x}"


def listing(children: list[Any], after: str | None = None) -> dict[str, Any]:
    """A Listing."""
    return {"kind": "Listing", "data": {"after": after, "before": None, "dist": len(children), "children": children}}


def thing(post: Said) -> dict[str, Any]:
    """A submission."""
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


def comment(post: Said) -> dict[str, Any]:
    """A comment."""
    data = {
        "id": f"c{post.n:x}",
        "name": f"t1_c{post.n:x}",
        "body": post.text,
        "author": f"writer{post.n}",
        "subreddit": "harbour",
        "link_id": "t3_1",
        "created_utc": post.at.timestamp(),
        "edited": False,
    }
    return {"kind": "t1", "data": data}
