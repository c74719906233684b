"""The App Store: the feed of customer reviews, ten pages of fifty."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}", "app": "123456789"}
REPORTS_DELETIONS = False


class Site(FakeSite):
    """Each page begins with the app itself, as Apple's feed once did."""

    has_links = True
    """Whether the feed links to its last page."""

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        page = 1 if self.repeats_first_page else int(path.partition("/page=")[2].partition("/")[0])
        found = self.newest_first()
        last = 10 if self.repeats_first_page else max(1, min(10, -(-len(found) // 50)))
        link = {"attributes": {"rel": "last", "href": f"https://itunes.example/page={last}/id=123456789/json"}}
        feed: dict[str, Any] = {"title": {"label": "Reviews"}, "link": [link] if self.has_links else []}
        if on_page := found[(page - 1) * 50 : page * 50]:
            entries = self.records(on_page, entry)
            feed["entry"] = entries[0] if len(entries) == 1 else [{"im:name": {"label": "The app"}}, *entries]
        send_json(conn, {"feed": feed})


def entry(post: FakePost) -> dict[str, Any]:
    """A review as an entry of the feed."""
    return {
        "author": {"uri": {"label": "https://itunes.example/u"}, "name": {"label": f"writer{post.n}"}, "label": ""},
        "updated": {"label": post.at.strftime("%Y-%m-%dT%H:%M:%S+00:00")},
        "im:rating": {"label": str(post.n % 5 + 1)},
        "im:version": {"label": "2.1"},
        "id": {"label": str(900_000 + post.n)},
        "title": {"label": f"Review {post.n}"},
        "content": {"label": post.text, "attributes": {"type": "text"}},
        "im:voteCount": {"label": "0"},
    }
