"""A Lemmy instance: its search over posts and comments, and single ones."""

from __future__ import annotations

from typing import Any

from tests.feed_server import Line
from tests.sites import Made, Said, send

OPTIONS = {"url": "{url}"}


class Site(Made):
    """Odd numbers are posts, even ones comments."""

    def answer(self, line: Line, path: str, asked: dict[str, str]) -> None:
        kind = path.removeprefix("/api/v3/")
        if kind in ("post", "comment"):
            post = next((post for post in self.posts if str(post.n) == asked["id"]), None)
            if post is None:
                return send(line, {"error": f"couldnt_find_{kind}"}, 400)
            return send(line, {f"{kind}_view": view(post, kind)})
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
