"""Which URLs we fetch, and how URLs are shown to people."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import urljoin, urlsplit

from monitor.errors import SourceError

_MAX_URL_CHARS = 8_000
_MAX_SHOWN_CHARS = 100
_CACHE_SIZE = 2_000
"""The same few URLs are checked again and again."""
_FORBIDDEN_CHARS = re.compile(r"[\\\x00-\x20\x7f]")
_FORBIDDEN_PROBLEM = "it contains a backslash, a space or a control character"
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
        return _FORBIDDEN_PROBLEM
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


def check_redirect(url: str, location: str) -> None:
    """Raise SourceError unless the page at ``url`` may redirect to ``location``, which may be relative to it."""
    location = location.strip(" ").replace(" ", "%20")
    try:
        target = urljoin(url, location)
        problem = _FORBIDDEN_PROBLEM if _FORBIDDEN_CHARS.search(location) else _url_problem(target)
    except ValueError:
        target, problem = location, "it is malformed"
    if problem:
        raise SourceError(
            f"{site_of(url)} redirected us to {_excerpt(target)}, which cannot be read: {problem}. "
            "Check whether the address in the config is still right."
        )


def _excerpt(address: str) -> str:
    """The start of an address that may be malformed, without its login, query and fragment."""
    shown = re.sub(r"//[^/?#]*@", "//", re.split("[?#]", address)[0])
    return "".join(char for char in shown if char.isprintable())[:_MAX_SHOWN_CHARS]


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
