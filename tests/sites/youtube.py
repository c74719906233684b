"""YouTube: the Data API with search, videos, comment threads and comments."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.fake_server import Connection
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"api": "{url}/youtube/v3"}
MANY_POSTS = 120


class Site(FakeSite):
    """Every post is a video, and each video has the same ``comments``."""

    comments: tuple[FakePost, ...] = ()
    replies: tuple[FakePost, ...] = ()
    """Replies in the first thread."""
    comments_disabled = False

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        method = path.rpartition("/")[2]
        ids = params.get("id", "").split(",")
        if method == "videos":
            items = [{"id": id_of(p), "snippet": snippet(p)} for p in self.newest_first() if id_of(p) in ids]
            return send_json(conn, {"items": items})
        if method == "comments":
            comments = [comment(p) for p in self.comments if not p.deleted]
            return send_json(conn, {"items": [c for c in comments if c["id"] in ids]})
        if method == "commentThreads":
            return self._threads(conn, params)
        since = datetime.fromisoformat(params["publishedAfter"]).timestamp()
        self._pages(conn, params, self.records(self.newest_first(since), result))

    def _threads(self, conn: Connection, params: dict[str, str]) -> None:
        if self.comments_disabled:
            error = {"code": 403, "errors": [{"reason": "commentsDisabled", "domain": "youtube.commentThread"}]}
            return send_json(conn, {"error": error}, 403)
        comments = sorted((p for p in self.comments if not p.deleted), key=lambda p: p.at, reverse=True)
        threads = [{"id": comment(p)["id"], "snippet": {"topLevelComment": comment(p)}} for p in comments]
        if threads and self.replies:
            threads[0]["replies"] = {"comments": [comment(p) for p in self.replies]}
        self._pages(conn, params, threads)

    def _pages(self, conn: Connection, params: dict[str, str], items: list[Any]) -> None:
        start, size = 0 if self.repeats_first_page else int(params.get("pageToken", "0")), int(params["maxResults"])
        has_more = bool(items) if self.repeats_first_page else start + size < len(items)
        token = {"nextPageToken": str(start + size)} if has_more else {}
        send_json(conn, {"kind": "youtube#listResponse", "items": items[start : start + size], **token})


def id_of(post: FakePost) -> str:
    return f"video{post.n:06}"


def result(post: FakePost) -> dict[str, Any]:
    """A post as a search result."""
    return {
        "kind": "youtube#searchResult",
        "id": {"kind": "youtube#video", "videoId": id_of(post)},
        "snippet": snippet(post),
    }


def snippet(post: FakePost) -> dict[str, Any]:
    return {
        "publishedAt": post.at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "channelId": "UCharbour",
        "channelTitle": "Harbour films",
        "title": f"Film {post.n}",
        "description": post.text,
        "thumbnails": {},
        "defaultLanguage": "en-GB",
    }


def comment(post: FakePost) -> dict[str, Any]:
    at = post.at.strftime("%Y-%m-%dT%H:%M:%SZ")
    content = {"textDisplay": post.text, "textOriginal": post.text, "authorDisplayName": f"@writer{post.n}"}
    return {"id": f"Ug{post.n}", "snippet": {**content, "videoId": "namedvideo1", "publishedAt": at, "updatedAt": at}}
