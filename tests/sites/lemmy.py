"""A Lemmy instance: its search over posts and comments, and single ones."""

from __future__ import annotations

from typing import Any

from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import Made, Said, send

OPTIONS = {"url": "{url}"}


class Site(Made):
    """Odd numbers are posts, even ones comments. ``new``: it is of version 1.0, with the API v4.

    Such a one answers to v3 as the real one does: whatever is asked for, it shows the first twenty of either.
    """

    new = False

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        version, _, kind = path.removeprefix("/api/").partition("/")
        if version == "v4" and not self.new:
            return line.answer(404)
        if kind in ("post", "comment"):
            return self._single(line, kind, asked["id"])
        if version == "v4":
            return self._searched(line, asked)
        if self.new:
            asked = {**asked, "limit": "20", "page": "1"}
        size, page = int(asked["limit"]), 1 if self.stuck else int(asked["page"])
        found = {"posts": [p for p in self.newest_first() if p.n % 2], "comments": []}
        found["comments"] = [p for p in self.newest_first() if not p.n % 2]
        cut = {name: posts[(page - 1) * size : page * size] for name, posts in found.items()}
        return send(
            line,
            {
                "type_": "All",
                "posts": self.records(cut["posts"], lambda post: view(post, "post")),
                "comments": self.records(cut["comments"], lambda post: view(post, "comment")),
                "communities": [],
                "users": [],
            },
        )

    def _single(self, line: Connection, kind: str, id_: str) -> None:
        post = next((post for post in self.posts if str(post.n) == id_), None)
        if post is None:
            return (
                send(line, {"error": "not_found"}, 404)
                if self.new
                else send(line, {"error": f"couldnt_find_{kind}"}, 400)
            )
        return send(line, {f"{kind}_view": self._named(view(post, kind))})

    def _searched(self, line: Connection, asked: dict[str, str]) -> None:
        """Posts come in no order of time, comments newest first; each list has its part of the cursor."""
        size, at = int(asked["limit"]), [] if self.stuck else asked.get("page_cursor", "").split(",")
        stand = [p for p in self.newest_first() if (NOON - p.at).total_seconds() <= int(asked["time_range_seconds"])]
        lists = {"post": sorted((p for p in stand if p.n % 2), key=lambda p: str(p.n)[::-1])}
        lists["comment"] = [p for p in stand if not p.n % 2]
        answer: dict[str, Any] = {"communities": [], "persons": [], "multi_communities": []}
        cursor = []
        for (kind, found), part in zip(lists.items(), at if len(at) > 1 else ("0", "0"), strict=False):
            start = len(found) if part == "none" else int(part)
            views = self.records(found[start : start + size], lambda post, kind=kind: view(post, kind))  # type: ignore[misc]
            answer[f"{kind}s"] = list(map(self._named, views))
            cursor.append(str(start + size) if start + size < len(found) else "none")
        send(line, {**answer, "next_page": ",".join([*cursor, "0", "none", "none"])})

    def _named(self, record: dict[str, Any]) -> dict[str, Any]:
        """With the names of version 1.0, where it is one."""
        for kind in ("post", "comment"):
            if self.new and isinstance(said := record.get(kind), dict) and "published" in said:
                record = {**record, kind: {**said, "published_at": said["published"]}}
                del record[kind]["published"]
        return record


def view(post: Said, kind: str) -> dict[str, Any]:
    """A post or comment with what stands around it."""
    words = {"name": post.text, "url": "https://harbour.example/"} if kind == "post" else {"content": post.text}
    return {
        kind: {
            "id": post.n,
            **words,
            "published": post.at.strftime("%Y-%m-%dT%H:%M:%S.123456Z"),
            "deleted": post.gone,
            "removed": False,
            "ap_id": f"https://lemmy.example/{kind}/{post.n}",
            "language_id": 37,
        },
        "creator": {"id": 5, "name": f"writer{post.n}", "actor_id": f"https://lemmy.example/u/writer{post.n}"},
        "community": {"id": 3, "name": "harbour", "title": "The harbour"},
        "counts": {"score": 1},
    }
