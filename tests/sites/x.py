"""X: recent search and lookup. An edited post is another post with the first one in its history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from monitor.sources._x import min_id_at
from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"budget": "100000 USD / month"}
HOSTS = ("https://api.twitter.com",)
READS_HISTORY_AGAIN = False
"""Because each post would be charged again."""
LIMITS = {"x_rate_limit_limit": "450", "x_rate_limit_remaining": "448", "x_rate_limit_reset": "1772625600"}


class Site(Made):
    """Posts whose words hold "after all" were edited twenty minutes later, and are told in their last version only."""

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        if path == "/2/tweets":
            return send(line, self._looked_up(asked["ids"].split(",")), **LIMITS)
        if path != "/2/tweets/search/recent":
            return send(line, {"title": "Not Found", "type": "about:blank", "status": 404}, 404)
        below = int(asked.get("next_token", "b9999999999999999999")[1:])
        above = 0 if self.stuck else int(asked.get("since_id", 0))
        most = int(asked["max_results"])
        found = sorted(self.newest_first(), key=lambda post: -int(id_of(post)))
        found = [post for post in found if above < int(id_of(post)) < (10**20 if self.stuck else below)]
        page, more = found[:most], len(found) > most
        meta: dict[str, Any] = {"result_count": len(page)}
        if not page:
            return send(line, {"meta": meta}, **LIMITS)
        if more:
            meta["next_token"] = f"b{id_of(page[-1])}"
        users = [{"id": str(900 + post.n), "username": f"writer{post.n}", "name": "A writer"} for post in page]
        return send(line, {"data": self.records(page, tweet), "includes": {"users": users}, "meta": meta}, **LIMITS)

    def _looked_up(self, ids: list[str]) -> dict[str, Any]:
        versions = {version: post for post in self.newest_first() for version in history_of(post)}
        there = [tweet(versions[id_], id_) for id_ in ids if id_ in versions]
        errors = [missing(id_) for id_ in ids if id_ not in versions]
        return {**({"data": there} if there else {}), **({"errors": errors} if errors else {})}


def history_of(post: Said) -> list[str]:
    """The ids of its versions."""
    first = str(int(min_id_at(post.at)) + post.n)
    later = str(int(min_id_at(post.at + timedelta(minutes=20))) + post.n)
    return [first, later] if "after all" in post.text else [first]


def id_of(post: Said) -> str:
    """Of its last version."""
    return history_of(post)[-1]


def tweet(post: Said, id_: str = "") -> dict[str, Any]:
    """A post as v2 of the API writes it."""
    return {
        "id": id_ or id_of(post),
        "text": post.text if (id_ or id_of(post)) == id_of(post) else "Before it was edited.",
        "edit_history_tweet_ids": history_of(post),
        "author_id": str(900 + post.n),
        "created_at": post.at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "lang": "en",
    }


def missing(id_: str) -> dict[str, str]:
    """What a lookup says of a post that is not there."""
    return {
        "value": id_,
        "resource_id": id_,
        "resource_type": "tweet",
        "parameter": "ids",
        "title": "Not Found Error",
        "detail": f"Could not find tweet with ids: [{id_}].",
        "type": "https://api.twitter.com/2/problems/resource-not-found",
    }
