"""Lemmy: an instance's search for posts and comments, and single ones."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import FakePost, FakeSite, send_json

OPTIONS = {"url": "{url}"}


class Site(FakeSite):
    """Odd numbers are posts, even ones comments.

    Version 1.0 has the API v4. As in reality, it answers v3 with the first twenty of both, whatever the parameters are.
    """

    is_version_1 = False

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        version, _, kind = path.removeprefix("/api/").partition("/")
        if version == "v4" and not self.is_version_1:
            return conn.answer(404)
        if kind in ("post", "comment"):
            return self._single(conn, kind, params["id"])
        if version == "v4":
            return self._search_v4(conn, params)
        if self.is_version_1:
            params = {**params, "limit": "20", "page": "1"}
        size, page = int(params["limit"]), 1 if self.repeats_first_page else int(params["page"])
        found = {"posts": [p for p in self.newest_first() if p.n % 2], "comments": []}
        found["comments"] = [p for p in self.newest_first() if not p.n % 2]
        on_page = {name: posts[(page - 1) * size : page * size] for name, posts in found.items()}
        return send_json(
            conn,
            {
                "type_": "All",
                "posts": self.records(on_page["posts"], lambda post: view(post, "post")),
                "comments": self.records(on_page["comments"], lambda post: view(post, "comment")),
                "communities": [],
                "users": [],
            },
        )

    def _single(self, conn: Connection, kind: str, id_: str) -> None:
        post = next((post for post in self.posts if str(post.n) == id_), None)
        if post is None:
            return (
                send_json(conn, {"error": "not_found"}, 404)
                if self.is_version_1
                else send_json(conn, {"error": f"couldnt_find_{kind}"}, 400)
            )
        return send_json(conn, {f"{kind}_view": self._with_v4_names(view(post, kind))})

    def _search_v4(self, conn: Connection, params: dict[str, str]) -> None:
        """Posts are not sorted by time, comments are. Each list has its part of the cursor."""
        size, at = int(params["limit"]), [] if self.repeats_first_page else params.get("page_cursor", "").split(",")
        recent = [p for p in self.newest_first() if (NOON - p.at).total_seconds() <= int(params["time_range_seconds"])]
        lists = {"post": sorted((p for p in recent if p.n % 2), key=lambda p: str(p.n)[::-1])}
        lists["comment"] = [p for p in recent if not p.n % 2]
        answer: dict[str, Any] = {"communities": [], "persons": [], "multi_communities": []}
        cursor = []
        for (kind, found), part in zip(lists.items(), at if len(at) > 1 else ("0", "0"), strict=False):
            start = len(found) if part == "none" else int(part)
            views = self.records(found[start : start + size], lambda post, kind=kind: view(post, kind))  # type: ignore[misc]
            answer[f"{kind}s"] = list(map(self._with_v4_names, views))
            cursor.append(str(start + size) if start + size < len(found) else "none")
        send_json(conn, {**answer, "next_page": ",".join([*cursor, "0", "none", "none"])})

    def _with_v4_names(self, record: dict[str, Any]) -> dict[str, Any]:
        """``record``, with the field names of version 1.0 if the site has it."""
        for kind in ("post", "comment"):
            if self.is_version_1 and isinstance(post := record.get(kind), dict) and "published" in post:
                record = {**record, kind: {**post, "published_at": post["published"]}}
                del record[kind]["published"]
        return record


def view(post: FakePost, kind: str) -> dict[str, Any]:
    """A post as a view of the API."""
    content = {"name": post.text, "url": "https://harbour.example/"} if kind == "post" else {"content": post.text}
    return {
        kind: {
            "id": post.n,
            **content,
            "published": post.at.strftime("%Y-%m-%dT%H:%M:%S.123456Z"),
            "deleted": post.deleted,
            "removed": False,
            "ap_id": f"https://lemmy.example/{kind}/{post.n}",
            "language_id": 37,
        },
        "creator": {"id": 5, "name": f"writer{post.n}", "actor_id": f"https://lemmy.example/u/writer{post.n}"},
        "community": {"id": 3, "name": "harbour", "title": "The harbour"},
        "counts": {"score": 1},
    }
