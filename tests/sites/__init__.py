"""Made-up sites that answer as the real ones document it, one module for each kind of source, found by its name.

A module has ``OPTIONS`` (``{url}`` stands for the server) and ``class Site(Made)``. A site is a server's script: it
holds posts, and answers the requests that its kind of source makes with the documented fields and paging.
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
"""Made-up keys for the sites that want one; a test puts them into the environment."""
MORNING = NOON - timedelta(hours=4)


@dataclass(frozen=True)
class Said:
    """A made-up post: ``n`` makes its id, its author and its address."""

    n: int
    text: str
    at: datetime
    gone: bool = False


def said(*numbers: int, text: str = "Acme is fine, says number {n}.", start: datetime = MORNING) -> list[Said]:
    """Posts a minute apart: number 1 a minute after ``start``."""
    return [Said(n, text.format(n=n), start + timedelta(minutes=n)) for n in numbers]


@dataclass
class Made:
    """A made-up site. ``mend`` may change each record before it is sent, ``turn`` the order of a page's records."""

    posts: Sequence[Said] = ()
    mend: Callable[[dict[str, Any]], dict[str, Any]] = lambda record: record
    turn: Callable[[list[Any]], list[Any]] = list
    stuck: bool = False
    """Whether every page is the first one again, and says that there are more."""
    asked: list[dict[str, str]] = field(default_factory=list)
    """The parameters of each request, its path as ``path``."""

    def __call__(self, line: Connection) -> None:
        """Answer one request."""
        url = urlsplit(line.request.path)
        asked = {name: values[-1] for name, values in parse_qs(url.query, keep_blank_values=True).items()}
        self.asked.append({**asked, "path": url.path})
        self.answer(line, url.path, asked)

    def answer(self, line: Connection, path: str, asked: dict[str, str]) -> None:
        raise NotImplementedError

    def newest_first(self, since: float = 0, until: float = 1e12) -> list[Said]:
        """The posts that stand, within these seconds since 1970, both included."""
        found = [post for post in self.posts if since <= post.at.timestamp() <= until and not post.gone]
        return sorted(found, key=lambda post: (post.at, post.n), reverse=True)

    def records(self, posts: Sequence[Said], make: Callable[[Said], dict[str, Any]]) -> list[dict[str, Any]]:
        """``posts`` as this site writes them."""
        return self.turn([self.mend(make(post)) for post in posts])


def send(line: Connection, answer: Any, status: int = 200, **headers: str) -> None:
    """Answer with JSON."""
    line.answer(status, json.dumps(answer).encode(), content_type="application/json; charset=utf-8", **headers)


def kinds() -> list[str]:
    """The kinds that have a made-up site."""
    return sorted(m.name for m in pkgutil.iter_modules(__path__))


def hosts(kind: str) -> tuple[str, ...]:
    """Sites whose addresses stand in an SDK, and not in an option: a test leads them to its server."""
    return getattr(of(kind), "HOSTS", ()) if kind in kinds() else ()


def of(kind: str) -> Any:
    """The module of ``kind``."""
    return importlib.import_module(f"{__name__}.{kind}")
