"""GDELT: the DOC 2.0 API, which lists the articles within a span of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}/api/v2/doc/doc"}
REPORTS_DELETIONS = False
EMPTY_RESPONSES = (b"{}",)
"""What GDELT returns when it has no articles."""
MANY_POSTS, REQUESTS_FOR_MANY_POSTS = 200, 0
"""One response; tests/test_gdelt.py tests how reading continues from pass to pass."""


class Site(FakeSite):
    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        since, until = (
            datetime.strptime(params[name], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
            for name in ("startdatetime", "enddatetime")
        )
        found = self.newest_first(since, 1e12 if self.repeats_first_page else until)[: int(params["maxrecords"])]
        send_json(conn, {"articles": self.records(found, article)} if found else {})


def article(post: FakePost) -> dict[str, Any]:
    return {
        "url": f"https://news.example/{post.n}",
        "url_mobile": "",
        "title": post.text.replace(",", " ,").replace(".", " ."),
        "seendate": post.at.strftime("%Y%m%dT%H%M%SZ"),
        "socialimage": "",
        "domain": "www.news.example",
        "language": "English",
        "sourcecountry": "United Kingdom",
    }
