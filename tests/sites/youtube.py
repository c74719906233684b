"""The YouTube Data API: search, videos, comment threads and comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import Made, Said, send

OPTIONS = {"api": "{url}/youtube/v3"}
MANY = 120


class Site(Made):
    """Every post is a video; ``comments`` are those below each of them, newest first by their number."""

    comments: tuple[Said, ...] = ()
    no_comments = False

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        method = path.rpartition("/")[2]
        wanted = asked.get("id", "").split(",")
        if method == "videos":
            items = [{"id": id_of(p), "snippet": snippet(p)} for p in self.newest_first() if id_of(p) in wanted]
            return send(line, {"items": items})
        if method == "comments":
            standing = [comment(p) for p in self.comments if not p.gone]
            return send(line, {"items": [c for c in standing if c["id"] in wanted]})
        if method == "commentThreads":
            return self._threads(line, asked)
        since = datetime.fromisoformat(asked["publishedAfter"]).timestamp()
        self._pages(line, asked, self.records(self.newest_first(since), result))

    def _threads(self, line: Connection, asked: dict[str, str]) -> None:
        if self.no_comments:
            error = {"code": 403, "errors": [{"reason": "commentsDisabled", "domain": "youtube.commentThread"}]}
            return send(line, {"error": error}, 403)
        stand = sorted((p for p in self.comments if not p.gone), key=lambda p: p.at, reverse=True)
        threads = [{"id": comment(p)["id"], "snippet": {"topLevelComment": comment(p)}} for p in stand]
        self._pages(line, asked, threads)

    def _pages(self, line: Connection, asked: dict[str, str], items: list[Any]) -> None:
        start, size = 0 if self.stuck else int(asked.get("pageToken", "0")), int(asked["maxResults"])
        token = {"nextPageToken": str(start + size)} if (self.stuck and items) or start + size < len(items) else {}
        send(line, {"kind": "youtube#listResponse", "items": items[start : start + size], **token})


def id_of(post: Said) -> str:
    return f"video{post.n:06}"


def result(post: Said) -> dict[str, Any]:
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": id_of(post)},
        "snippet": snippet(post),
    }


def snippet(post: Said) -> dict[str, Any]:
    return {
        "publishedAt": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "channelId": "UCharbour",
        "channelTitle": "Harbour films",
        "title": f"Film {post.n}",
        "description": post.text,
        "thumbnails": {},
    }


def comment(post: Said) -> dict[str, Any]:
    at = post.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    told = {"textDisplay": post.text, "textOriginal": post.text, "authorDisplayName": f"@writer{post.n}"}
    return {"id": f"Ug{post.n}", "snippet": {**told, "videoId": "namedvideo1", "publishedAt": at, "updatedAt": at}}
