"""GDELT's DOC 2.0: a list of articles within a span of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"api": "{url}/api/v2/doc/doc"}
DELETES = False
FINE = (b"{}",)
"""What GDELT answers when it has nothing."""
MANY, REQUESTS_FOR_MANY = 200, 0
"""One answer; how it goes on after that, from pass to pass, stands in tests/test_gdelt.py."""


class Site(Made):
    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        since, until = (
            datetime.strptime(asked[name], "%Y%m%d%H%M%S").replace(tzinfo=UTC).timestamp()
            for name in ("startdatetime", "enddatetime")
        )
        found = self.newest_first(since, 1e12 if self.stuck else until)[: int(asked["maxrecords"])]
        send(line, {"articles": self.records(found, article)} if found else {})


def article(post: Said) -> dict[str, Any]:
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
