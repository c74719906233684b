"""Fake sites that respond as the real ones document it, one module for each kind of source, found by its file name.

A module has ``OPTIONS`` (``{url}`` stands for the server's address) and ``class Site(FakeSite)``. A site is a script of
the fake server: it holds posts, and answers the requests of its kind of source with the documented fields and pages. A
module may also have constants for what the tests of all kinds must know of it, such as ``REPORTS_DELETIONS``.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.fake_server import Connection
from tests.fakes import NOON

SECRETS = {
    "YOUTUBE_KEY": "made-up-youtube-key",
    "X_BEARER_TOKEN": "made-up-bearer-token",
    "REDDIT_CLIENT_ID": "made-up-client-id",
    "REDDIT_CLIENT_SECRET": "made-up-client-secret",
}
"""Invented keys for the sites that need one; tests put them into the environment."""
MORNING = NOON - timedelta(hours=4)


@dataclass(frozen=True)
class FakePost:
    """A post. ``n`` determines its id, its author and its address."""

    n: int
    text: str
    at: datetime
    deleted: bool = False


def fake_posts(
    *numbers: int, text: str = "Acme is fine, says number {n}.", start: datetime = MORNING
) -> list[FakePost]:
    """Posts one minute apart: number 1 one minute after ``start``."""
    return [FakePost(n, text.format(n=n), start + timedelta(minutes=n)) for n in numbers]


@dataclass
class FakeSite:
    """A site. ``alter`` may change each record before it is sent, and ``reorder`` the records of a page."""

    posts: Sequence[FakePost] = ()
    alter: Callable[[dict[str, Any]], dict[str, Any]] = lambda record: record
    reorder: Callable[[list[Any]], list[Any]] = list
    repeats_first_page: bool = False
    """Whether every page is the first one again, and claims that there are more."""
    requests: list[dict[str, str]] = field(default_factory=list)
    """The parameters of each request, with its path as ``path``."""

    def __call__(self, conn: Connection) -> None:
        """Answer one request."""
        url = urlsplit(conn.request.path)
        params = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        self.requests.append({**params, "path": url.path})
        self.respond(conn, url.path, params)

    def respond(self, conn: Connection, path: str, params: dict[str, str]) -> None:
        """Send the response of the kind's API."""
        raise NotImplementedError

    def newest_first(self, since: float = 0, until: float = 1e12) -> list[FakePost]:
        """The posts that are not deleted, from ``since`` to ``until`` in epoch seconds, both included."""
        found = [post for post in self.posts if since <= post.at.timestamp() <= until and not post.deleted]
        return sorted(found, key=lambda post: (post.at, post.n), reverse=True)

    def records(self, posts: Sequence[FakePost], make: Callable[[FakePost], dict[str, Any]]) -> list[dict[str, Any]]:
        """``posts`` as records of the API."""
        return self.reorder([self.alter(make(post)) for post in posts])


def send_json(conn: Connection, body: Any, status: int = 200, **headers: str) -> None:
    """Send a JSON response."""
    conn.answer(status, json.dumps(body).encode(), content_type="application/json; charset=utf-8", **headers)


def kinds() -> list[str]:
    """The kinds that have a fake site."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def module(kind: str) -> Any:
    """The module of ``kind``."""
    return importlib.import_module(f"{__name__}.{kind}")


def sdk_hosts(kind: str) -> tuple[str, ...]:
    """Sites whose addresses are fixed in an SDK instead of an option; tests redirect them to the fake server."""
    return getattr(module(kind), "SDK_HOSTS", ()) if kind in kinds() else ()
