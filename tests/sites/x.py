"""X: recent search and lookup. An edit has an id of its own and lists the first version in its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.sources._x import min_id_at
from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"budget": "100000 USD / month"}
SDK_HOSTS = ("https://api.twitter.com",)
READS_HISTORY_AGAIN = False
"""Each post would be charged again."""
LIMITS = {"x_rate_limit_limit": "450", "x_rate_limit_remaining": "448", "x_rate_limit_reset": "1772625600"}


class Site(FakeSite):
    """Posts that contain "after all" were edited twenty minutes later; searches return only their last version."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        if path == "/2/tweets":
            return send_json(conn, self._lookup(params["ids"].split(",")), **LIMITS)
        if path != "/2/tweets/search/recent":
            return send_json(conn, {"title": "Not Found", "type": "about:blank", "status": 404}, 404)
        below = int(params.get("next_token", "b9999999999999999999")[1:])
        above = 0 if self.repeats_first_page else int(params.get("since_id", 0))
        page_size = int(params["max_results"])
        found = sorted(self.newest_first(), key=lambda post: -int(id_of(post)))
        found = [post for post in found if above < int(id_of(post)) < (10**20 if self.repeats_first_page else below)]
        page, more = found[:page_size], len(found) > page_size
        meta: dict[str, Any] = {"result_count": len(page)}
        if not page:
            return send_json(conn, {"meta": meta}, **LIMITS)
        if more:
            meta["next_token"] = f"b{id_of(page[-1])}"
        users = [{"id": str(900 + post.n), "username": f"writer{post.n}", "name": "A writer"} for post in page]
        body = {"data": self.records(page, tweet), "includes": {"users": users}, "meta": meta}
        return send_json(conn, body, **LIMITS)

    def _lookup(self, ids: list[str]) -> dict[str, Any]:
        versions = {version: post for post in self.newest_first() for version in history_of(post)}
        found = [tweet(versions[id_], id_) for id_ in ids if id_ in versions]
        errors = [missing(id_) for id_ in ids if id_ not in versions]
        return {**({"data": found} if found else {}), **({"errors": errors} if errors else {})}


def history_of(post: FakePost) -> list[str]:
    """The ids of a post's versions."""
    first = str(int(min_id_at(post.at)) + post.n)
    later = str(int(min_id_at(post.at + timedelta(minutes=20))) + post.n)
    return [first, later] if "after all" in post.text else [first]


def id_of(post: FakePost) -> str:
    """The id of a post's last version."""
    return history_of(post)[-1]


def tweet(post: FakePost, id_: str = "") -> dict[str, Any]:
    """One version of a post, the last one by default, as v2 of the API returns it."""
    return {
        "id": id_ or id_of(post),
        "text": post.text if (id_ or id_of(post)) == id_of(post) else "Before it was edited.",
        "edit_history_tweet_ids": history_of(post),
        "author_id": str(900 + post.n),
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lang": "en",
        "in_reply_to_user_id": "77",
        "entities": {"mentions": [{"start": 0, "end": 4, "username": "bob", "id": "77"}]},
        "referenced_tweets": [{"type": "replied_to", "id": "1772612345678901234"}],
    }


def missing(id_: str) -> dict[str, str]:
    """The error of a lookup for a post that does not exist."""
    return {
        "value": id_,
        "resource_id": id_,
        "resource_type": "tweet",
        "parameter": "ids",
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{id_}].",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
