"""The contract of every kind of source, found by its file name, tested over real sockets with every known failure.

A new kind needs an Example here or a module in tests/sites, and nothing else.
"""

from __future__ import annotations

import ast
import gzip
import importlib
import inspect
import json
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import pytest
from pydantic import ValidationError

from monitor import sources
from monitor.errors import Gone, RateLimited, SourceError
from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.sources import Source, SourceOptions, kinds, load
from tests import certificates, sites
from tests.certificates import Certificate
from tests.fake_server import Connection, Script, Server, http_for, item, rss, serving
from tests.fakes import NOON
from tests.player import detour

LATER = NOON + timedelta(minutes=30)
TERMS = (Term("acme"),)


@dataclass(frozen=True)
class Example:
    """How a kind is set up for a test. ``{url}`` in an option stands for the address of the test server."""

    options: dict[str, Any] = field(default_factory=dict)
    first: Script | None = None
    """What its site answers at first. None: it makes no requests."""
    later: Script | None = None
    """What its site answers when there are new posts."""


def _rss(*numbers: int) -> Script:
    items = [item(n, date=f"Wed, 04 Mar 2026 {8 + n // 60:02}:{n % 60:02}:00 GMT") for n in numbers]
    return partial(Connection.answer, body=rss(*items), content_type="application/rss+xml")


_FIRST = sites.fake_posts(1, 2, 3)
_LATER = [*_FIRST, *sites.fake_posts(4, 5, start=NOON)]
EXAMPLES = {
    "feed": Example({"url": "{url}/feed.xml"}, _rss(5, 4, 3, 2, 1), _rss(7, 6, 5, 4, 3, 2, 1)),
    "sample": Example({"history": 0.2}),
    "webhook": Example({"secret": "HELPDESK_HOOK"}),
    **{
        kind: Example(sites.module(kind).OPTIONS, sites.module(kind).Site(_FIRST), sites.module(kind).Site(_LATER))
        for kind in sites.kinds()
    },
}
OUTSIDE = [kind for kind in kinds() if kind not in EXAMPLES or EXAMPLES[kind].first]
RECEIVING = ["webhook"]
"""Kinds that read nothing: posts are sent to them."""
every_kind = pytest.mark.parametrize("kind", kinds())
every_reading_kind = pytest.mark.parametrize("kind", [kind for kind in kinds() if kind not in RECEIVING])
every_outside_kind = pytest.mark.parametrize("kind", OUTSIDE)


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sites.SECRETS:
        monkeypatch.setenv(name, sites.SECRETS[name])


@contextmanager
def reading(
    kind: str, script: Script | None = None, secured: Certificate | None = None, **limits: float
) -> Iterator[tuple[Source, Server]]:
    """(a source of ``kind`` named "Here", the server that it reads)"""
    with serving(script or EXAMPLES[kind].first, secured.server if secured else None) as server:
        http = http_for(server, **limits)
        detour(secured.trusted_by(http) if secured else http, server, *sites.sdk_hosts(kind))
        try:
            yield started(kind, server, http), server
        finally:
            http.close()


def started(kind: str, server: Server, http: Http) -> Source:
    """A new source of ``kind`` that reads ``server``, as after a restart."""
    module, options = load(kind), EXAMPLES[kind].options
    values = {k: v.format(url=server.url) if isinstance(v, str) else v for k, v in options.items()}
    return module.Source(module.Options(name="Here", **values), http)


def fetch_all(source: Source, cursor: Json, now: datetime) -> tuple[list[Post], Batch]:
    """(posts, last batch) of passes until there is no more."""
    posts: list[Post] = []
    while True:
        batch = source.fetch(TERMS, cursor, now)
        cursor = stored(batch.cursor)
        posts += batch.posts
        if not batch.more:
            return posts, batch


def stored(cursor: Json) -> Json:
    """``cursor`` after it was stored and loaded."""
    return cast("Json", json.loads(json.dumps(cursor)))


@every_kind
def test_every_kind_has_an_example(kind: str) -> None:
    assert kind in EXAMPLES


@every_kind
def test_a_kind_has_a_docstring_and_its_two_classes(kind: str) -> None:
    module = importlib.import_module(f"monitor.sources.{kind}")
    assert module.__doc__
    assert len(module.__doc__.splitlines()[0]) < 150, "the first line is shown in a table"
    assert issubclass(module.Options, SourceOptions)
    assert list(inspect.signature(module.Source).parameters) == ["options", "http"]
    assert list(inspect.signature(module.Source.fetch).parameters) == ["self", "terms", "cursor", "now"]


@every_kind
def test_an_unknown_key_is_rejected(kind: str) -> None:
    options = {k: str(v).format(url="https://a.example") for k, v in EXAMPLES[kind].options.items()}
    with pytest.raises(ValidationError, match="no_such_key"):
        load(kind).Options(name="Here", no_such_key=1, **options)


@pytest.mark.parametrize("module", sorted(m.name for m in pkgutil.iter_modules(sources.__path__)))
def test_no_module_sleeps_or_reads_the_clock(module: str) -> None:
    source = inspect.getsource(importlib.import_module(f"monitor.sources.{module}"))
    called = {ast.unparse(node.func) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)}
    assert not [name for name in called if name.endswith((".sleep", ".now", ".utcnow", ".today", "time.time"))]


@every_reading_kind
def test_posts_follow_the_protocol(kind: str) -> None:
    with reading(kind) as (source, _):
        posts, _ = fetch_all(source, None, NOON)
    assert posts
    for post in posts:
        assert post.source == "Here"
        assert post.external_id
        assert post.body.strip()
        assert post.published_at.tzinfo is UTC
        assert post.published_at <= NOON
        assert post.url == "" or post.url.startswith(("http://", "https://"))


@every_reading_kind
def test_the_same_cursor_returns_the_same_posts(kind: str) -> None:
    with reading(kind) as (source, _):
        first, batch = fetch_all(source, None, NOON)
        again, batch_again = fetch_all(source, None, NOON)
    assert first == again
    assert batch.cursor == batch_again.cursor
    ids = [post.external_id for post in first]
    assert len(ids) == len(set(ids))


@every_reading_kind
def test_a_source_resumes_without_losing_or_repeating_posts(kind: str) -> None:
    example = EXAMPLES[kind]
    with reading(kind) as (source, server):
        first, batch = fetch_all(source, None, NOON)
        nothing, _ = fetch_all(source, batch.cursor, NOON)
        server.script = example.later or server.script
        # another instance with the stored cursor, as after a restart
        http = detour(http_for(server), server, *sites.sdk_hosts(kind))
        restarted = started(kind, server, http)
        second, last = fetch_all(restarted, stored(batch.cursor), LATER)
        everything, _ = fetch_all(restarted, None, LATER)
        http.close()
    assert nothing == []
    assert second
    assert {p.external_id for p in first} & {p.external_id for p in second} == set()
    begun = max(min(p.published_at for p in found) for found in (first, everything))
    wanted = {p.external_id for p in everything if p.published_at >= begun}
    assert {p.external_id for p in (*first, *second) if p.published_at >= begun} == wanted
    assert last.complete_since is not None
    assert last.complete_since <= NOON


@every_reading_kind
@pytest.mark.parametrize("cursor", [[], "x", 5, {}, {"until": "x"}, {"listed": 3}, True, {"configured": None}])
def test_an_invalid_cursor_is_accepted(kind: str, cursor: Json) -> None:
    with reading(kind) as (source, _):
        assert fetch_all(source, cursor, NOON)[0]


def _decompression_bomb(conn: Connection) -> None:
    conn.answer(200, gzip.compress(b"\0" * 40_000_000), content_encoding="gzip", content_type="application/xml")


def _slow(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    conn.drip(b"x" * 5000)


def _truncated(conn: Connection) -> None:
    conn.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nContent-Length: 9999\r\n\r\n<rss><channel><item>")


_ENTITIES = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;&lol;&lol;&lol;"><!ENTITY lol3 "&lol2;&lol2;&lol2;">]>
<rss version="2.0"><channel><item><title>&lol3;</title></item></channel></rss>"""
_WEB_PAGE = b"<!doctype html><html><head><title>Log in</title></head><body><p>Please log in.</p></body></html>"


def _responds(status: int, body: bytes = b"", **headers: str) -> Script:
    return partial(Connection.answer, status=status, body=body, **cast("Any", headers))


FAILURES: dict[str, tuple[Callable[[Connection], None], type[SourceError]]] = {
    "400": (_responds(400), SourceError),
    "401": (_responds(401), SourceError),
    "402": (_responds(402), SourceError),
    "403": (_responds(403), SourceError),
    "404": (_responds(404), SourceError),
    "410": (_responds(410), Gone),
    "429 with seconds": (_responds(429, retry_after="120"), RateLimited),
    "429 with a date": (_responds(429, retry_after="Wed, 04 Mar 2099 12:02:00 GMT"), RateLimited),
    "429 without a time": (_responds(429), RateLimited),
    "429 with an invalid time": (_responds(429, retry_after="soon"), RateLimited),
    "500": (_responds(500), SourceError),
    "503": (_responds(503), SourceError),
    "503 with a time": (_responds(503, retry_after="60"), RateLimited),
    "unexpected 304": (_responds(304), SourceError),
    "web page": (_responds(200, _WEB_PAGE, content_type="text/html"), SourceError),
    "empty response": (_responds(200), SourceError),
    "truncated response": (_truncated, SourceError),
    "no response": (Connection.hang, SourceError),
    "connection reset": (Connection.reset, SourceError),
    "closed connection": (lambda conn: None, SourceError),
    "slow response": (_slow, SourceError),
    "decompression bomb": (_decompression_bomb, SourceError),
    "XML entities": (_responds(200, _ENTITIES, content_type="application/xml"), SourceError),
    "redirect to a private address": (_responds(301, location="http://169.254.169.254/latest/meta-data/"), SourceError),
    "redirect to an invalid address": (_responds(302, location="http://"), SourceError),
    "redirect loop": (_responds(302, location="/feed.xml"), SourceError),
    "binary data": (_responds(200, bytes(range(256)) * 50, content_type="application/xml"), SourceError),
}


@every_outside_kind
@pytest.mark.parametrize("failure", FAILURES)
def test_external_failures_are_readable_source_errors(kind: str, failure: str) -> None:
    script, expected = FAILURES[failure]
    with (
        reading(kind, script, read_timeout=0.4, total_timeout=0.5, max_bytes=2_000_000) as (source, _),
        pytest.raises(expected) as caught,
    ):
        source.fetch(TERMS, None, NOON)
    words = str(caught.value)
    assert len(words) < 300
    assert words.endswith((".", ")"))
    assert "Error(" not in words
    assert "0x" not in words


@every_outside_kind
def test_a_source_continues_after_a_failure(kind: str) -> None:
    example = EXAMPLES[kind]
    with reading(kind) as (source, server):
        first, batch = fetch_all(source, None, NOON)
        server.script = _responds(500)
        with pytest.raises(SourceError):
            source.fetch(TERMS, batch.cursor, NOON)
        assert example.later
        server.script = example.later
        second, _ = fetch_all(source, batch.cursor, LATER)
    assert second
    assert not {p.external_id for p in first} & {p.external_id for p in second}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return certificates.generate_certificate(tmp_path_factory.mktemp("tls"))


@every_outside_kind
def test_every_kind_works_over_tls(kind: str, certificate: Certificate) -> None:
    """HTTPS and secure WebSockets: through the SDK and our session, with real TLS on a real socket."""
    with reading(kind) as (source, _):
        plain, _ = fetch_all(source, None, NOON)
    with reading(kind, secured=certificate) as (source, server):
        assert server.url.startswith("https://")
        secured, batch = fetch_all(source, None, NOON)
        server.script = EXAMPLES[kind].later or server.script
        more, _ = fetch_all(source, batch.cursor, LATER)
    assert [post.external_id.rpartition("/")[2] for post in secured] == [
        p.external_id.rpartition("/")[2] for p in plain
    ]
    assert more


@every_outside_kind
@pytest.mark.parametrize("failure", ["truncated response", "no response", "connection reset"])
def test_failures_over_tls_are_source_errors(kind: str, failure: str, certificate: Certificate) -> None:
    script, expected = FAILURES[failure]
    limits = {"read_timeout": 0.6, "total_timeout": 0.9, "max_bytes": 2_000_000}
    with reading(kind, script, secured=certificate, **limits) as (source, _), pytest.raises(expected) as caught:
        source.fetch(TERMS, None, NOON)
    assert str(caught.value).endswith((".", ")"))


@every_outside_kind
def test_an_untrusted_certificate_is_refused(kind: str, certificate: Certificate) -> None:
    with serving(EXAMPLES[kind].first, certificate.server) as server:
        http = detour(http_for(server, read_timeout=2.0, total_timeout=4.0), server, *sites.sdk_hosts(kind))
        with pytest.raises(SourceError, match="certificate is not valid"):
            started(kind, server, http).fetch(TERMS, None, NOON)
        assert not server.requests, "no request was sent, and so no key"
        http.close()
