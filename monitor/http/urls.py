"""Which URLs we fetch, and how URLs are shown to people."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urlsplit

from monitor.errors import SourceError

_MAX_URL_CHARS = 8_000
_CACHE_SIZE = 2_000
"""The same few URLs are checked again and again."""
_FORBIDDEN_CHARS = re.compile(r"[\\\x00-\x20\x7f]")
_TOKEN = re.compile(r"(?=[^/]*\d)[A-Za-z0-9_\-=.~%]{16,}|[A-Za-z0-9_\-]{24,}")
"""A path segment that looks more like a key than a name. Google Alerts and Reddit put their keys into the path."""


def check_url(url: str) -> None:
    """Raise SourceError unless ``url`` is a plain http(s) URL: no backslash, space, control character or login."""
    problem = _url_problem(url)
    if problem:
        raise SourceError(f"This address cannot be read: {problem}. Write it as https://site.example/path.")


@lru_cache(_CACHE_SIZE)
def _url_problem(url: str) -> str:
    if len(url) > _MAX_URL_CHARS:
        return "it is too long"
    if _FORBIDDEN_CHARS.search(url):
        return "it contains a backslash, a space or a control character"
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "it is malformed"
    if parts.scheme not in ("http", "https"):
        return "it does not start with http:// or https://"
    if "@" in parts.netloc:
        return "it contains a user name or password"
    if not parts.hostname or port == 0:
        return "it has no host name"
    return ""


@lru_cache(_CACHE_SIZE)
def site_of(url: str) -> str:
    """``host`` or ``host:port`` of a URL that passed ``check_url``. Default ports are left out."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    default_port = {"http": 80, "https": 443}.get(parts.scheme)
    return host if parts.port in (None, default_port) else f"{host}:{parts.port}"


def redact(url: str) -> str:
    """``url`` without login, query, fragment and path segments that look like a key."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(unreadable address)"
    path = "/".join("…" if _TOKEN.fullmatch(segment) else segment for segment in parts.path.split("/"))
    shown = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{path}{'?…' if parts.query else ''}"
    return "".join(c for c in shown if c.isprintable())[:300]
