"""A Stack Exchange site: ``search/excerpts`` and ``posts`` in the API's common wrapper."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"api": "{url}/2.3"}
PLENTY = 1_000_000
"""Requests that are left, so many that no pass is put off for their sake."""


class Site(Made):
    """Odd numbers are questions, even ones answers. ``wrap`` is put into every answer."""

    wrap: dict[str, Any] = {}  # noqa: RUF012  (a test gives an instance its own)

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        wrapper = {"quota_max": PLENTY, "quota_remaining": PLENTY, "has_more": False}
        if path.startswith("/2.3/posts/"):
            ids = path.removeprefix("/2.3/posts/").split(";")
            items = [full(post) for post in self.newest_first() if str(post.n) in ids]
            return send(line, {"items": items, **wrapper, **self.wrap})
        size, page = int(asked["pagesize"]), 1 if self.stuck else int(asked["page"])
        found = self.newest_first(int(asked["fromdate"]), int(asked["todate"]))
        cut = found[(page - 1) * size : page * size]
        wrapper["has_more"] = self.stuck or page * size < len(found)
        send(line, {"items": self.records(cut, excerpt), **wrapper, **self.wrap})


def excerpt(post: Said) -> dict[str, Any]:
    """What a search tells of a post."""
    question = bool(post.n % 2)
    return {
        "item_type": "question" if question else "answer",
        "question_id": post.n if question else post.n - 1,
        **({} if question else {"answer_id": post.n}),
        "title": post.text if question else "A question",
        "excerpt": f'...<span class="highlight">{post.text}</span>...',
        "body": post.text,
        "score": 1,
        "tags": ["harbour"],
        "creation_date": int(post.at.timestamp()),
        "last_activity_date": int(post.at.timestamp()),
    }


def full(post: Said) -> dict[str, Any]:
    """A post as ``/posts`` sends it with the filter ``withbody``."""
    return {
        "post_id": post.n,
        "post_type": "question" if post.n % 2 else "answer",
        "creation_date": int(post.at.timestamp()),
        "last_activity_date": int(post.at.timestamp()),
        "body": f"<p>{post.text}</p>",
        "link": f"https://stackoverflow.com/{'q' if post.n % 2 else 'a'}/{post.n}",
        "owner": {"display_name": f"writer{post.n}", "user_id": 5},
        "score": 1,
    }
