"""Stack Exchange: ``search/excerpts`` and ``posts`` in the API's common wrapper."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}/2.3"}
LARGE_QUOTA = 1_000_000
"""So many requests that no pass is delayed to save them."""


class Site(FakeSite):
    """Odd numbers are questions, even ones answers. ``wrapper`` is merged into the wrapper of every response."""

    wrapper: dict[str, Any] = {}  # noqa: RUF012  (tests set it on an instance)

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        defaults: dict[str, Any] = {"quota_max": LARGE_QUOTA, "quota_remaining": LARGE_QUOTA, "has_more": False}
        if path.startswith("/2.3/posts/"):
            ids = path.removeprefix("/2.3/posts/").split(";")
            items = [full(post) for post in self.newest_first() if str(post.n) in ids]
            return send_json(conn, {"items": items, **defaults, **self.wrapper})
        size, page = int(params["pagesize"]), 1 if self.repeats_first_page else int(params["page"])
        found = self.newest_first(int(params["fromdate"]), int(params["todate"]))
        on_page = found[(page - 1) * size : page * size]
        defaults["has_more"] = self.repeats_first_page or page * size < len(found)
        send_json(conn, {"items": self.records(on_page, excerpt), **defaults, **self.wrapper})


def excerpt(post: FakePost) -> dict[str, Any]:
    """A post as a search result."""
    is_question = bool(post.n % 2)
    return {
        "item_type": "question" if is_question else "answer",
        "question_id": post.n if is_question else post.n - 1,
        **({} if is_question else {"answer_id": post.n}),
        "title": post.text if is_question else "A question",
        "excerpt": f'...<span class="highlight">{post.text}</span>...',
        "body": post.text,
        "score": 1,
        "tags": ["harbour"],
        "creation_date": int(post.at.timestamp()),
        "last_activity_date": int(post.at.timestamp()),
    }


def full(post: FakePost) -> dict[str, Any]:
    """A post as ``/posts`` returns it with the filter ``withbody``."""
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
