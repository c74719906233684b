"""The feed source with a real nginx: conditional requests, gzip, redirects, chunks and truncated responses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from monitor.errors import BadResponse, RateLimited, SourceError
from monitor.http import Http
from monitor.model import Batch, Json
from tests.fake_server import Connection, item, rss, serving
from tests.ports import free_port
from tests.servers import command, feed_source, http_to, running, wait_until

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CONFIG = """
daemon off;
master_process off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
    log_format requests '$status $request_uri $http_if_none_match|$http_if_modified_since gzip=$gzip_ratio';
    access_log {folder}/access requests;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    types {{ application/rss+xml xml; }}
    default_type application/octet-stream;
    limit_req_zone $server_port zone=few:32k rate=1r/m;
    server {{
        listen 127.0.0.1:{port};
        root {folder}/www;
        location /etag/ {{ alias {folder}/www/; add_header Last-Modified ""; }}
        location /modified/ {{ alias {folder}/www/; etag off; }}
        location /packed/ {{ alias {folder}/www/; gzip on; gzip_min_length 1; gzip_types application/rss+xml; }}
        location /aged/ {{ alias {folder}/www/; expires 2h; }}
        location = /301 {{ return 301 /feed.xml; }}
        location = /302 {{ return 302 /feed.xml; }}
        location = /307 {{ return 307 /feed.xml; }}
        location = /308 {{ return 308 /feed.xml; }}
        location = /chain {{ return 301 /308; }}
        location = /round {{ return 302 /round; }}
        location = /inside {{ return 302 http://127.0.0.2:{port}/feed.xml; }}
        location = /cut {{ return 444; }}
        location = /login {{ auth_basic "Members"; auth_basic_user_file {folder}/nobody; }}
        location = /few {{ limit_req zone=few; limit_req_status 429; try_files /feed.xml =404; }}
        location /behind/ {{ proxy_pass http://127.0.0.1:{backend}; proxy_buffering {buffering}; }}
    }}
}}
"""


class Nginx(NamedTuple):
    """A running nginx, and an Http that may read it."""

    folder: Path
    url: str
    http: Http

    def run_pass(self, path: str, cursor: Json = None) -> Batch:
        """One pass of the feed at ``path``."""
        return feed_source(self.http, self.url + path).fetch((), cursor, NOW)

    def write(self, *items: str) -> None:
        """Publish a feed, dated an hour after the previous one."""
        document = self.folder / "www" / "feed.xml"
        previous = document.stat().st_mtime if document.exists() else NOW.timestamp() - 90_000
        document.write_bytes(rss(*items))
        os.utime(document, (previous + 3600, previous + 3600))

    def log(self, requests: int) -> list[str]:
        """The log lines, once there are as many as ``requests``: nginx writes a line only after its response."""
        access = self.folder / "access"
        wait_until(lambda: access.read_text().count("\n") >= requests, "the requests are missing from the log")
        return access.read_text().splitlines()


@contextmanager
def nginx(folder: Path, backend: int = 9, buffering: str = "on", port: int = 0) -> Iterator[Nginx]:
    (folder / "www").mkdir(exist_ok=True)
    (folder / "nobody").touch()
    port, user = port or free_port(), "user root;" if os.geteuid() == 0 else ""
    config = CONFIG.format(folder=folder, port=port, user=user, backend=backend, buffering=buffering)
    (folder / "nginx.conf").write_text(config)
    program = [command("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")]
    with running(program, port, folder / "errors"), http_to(port) as http:
        yield Nginx(folder, f"http://127.0.0.1:{port}", http)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Nginx]:
    with nginx(tmp_path) as made:
        made.write(item(2), item(1))
        yield made


@pytest.mark.parametrize("place", ["/feed.xml", "/etag/feed.xml", "/modified/feed.xml", "/packed/feed.xml"])
def test_an_unchanged_feed_is_a_304_and_a_changed_one_is_read(site: Nginx, place: str) -> None:
    first = site.run_pass(place)
    second = site.run_pass(place, first.cursor)
    site.write(item(3), item(2, "Acme is bad after all."), item(1))
    third = site.run_pass(place, second.cursor)
    assert [line.split()[0] for line in site.log(3)] == ["200", "304", "200"]
    validators = site.log(3)[1].split(" ", 2)[2].partition(" gzip")[0].split("|")
    assert [part != "-" for part in validators] == ["modified" not in place, "etag" not in place]
    assert {post.external_id for post in first.posts} == {"g1", "g2"}
    assert (second.posts, second.complete_since) == ((), NOW)
    assert sorted((post.external_id, post.text) for post in third.posts) == [
        ("g2", "Acme is bad after all."),
        ("g3", "Acme is fine."),
    ]


def test_gzip_is_requested_and_decompressed(site: Nginx) -> None:
    site.write(*(item(n, "Acme is fine. " * 50) for n in range(9)))
    assert len(site.run_pass("/packed/feed.xml").posts) == 9
    assert float(site.log(1)[0].partition("gzip=")[2]) > 5


@pytest.mark.parametrize(("path", "permanent"), [("/301", True), ("/308", True), ("/302", False), ("/307", False)])
def test_redirects_are_followed_and_permanent_ones_are_remembered(site: Nginx, path: str, permanent: bool) -> None:
    batch = site.run_pass(path)
    again = site.run_pass(path, batch.cursor)
    assert len(batch.posts) == 2
    assert again.posts == ()
    requests = [line.split()[:2] for line in site.log(3 if permanent else 4)]
    assert requests == [
        [path[1:], path],
        ["200", "/feed.xml"],
        *([] if permanent else [[path[1:], path]]),
        ["304", "/feed.xml"],
    ]
    assert ("has moved permanently" in batch.note) == permanent


def test_the_end_of_a_chain_of_permanent_redirects_is_remembered(site: Nginx) -> None:
    batch = site.run_pass("/chain")
    site.run_pass("/chain", batch.cursor)
    assert [line.split()[1] for line in site.log(4)] == ["/chain", "/308", "/feed.xml", "/feed.xml"]


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/round", "redirected us too many times"),
        ("/inside", "is on a private network"),
        ("/cut", "closed the connection before its response was complete"),
        ("/login", "requires a login"),
        ("/nothing", "has nothing at this address (404)"),
        ("/behind/", "is not reachable behind its gateway (502)"),
    ],
)
def test_each_failure_has_its_message(site: Nginx, path: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        site.run_pass(path)
    assert message in str(caught.value)


def test_a_rate_limited_site_gets_no_more_requests(site: Nginx) -> None:
    batch = site.run_pass("/few")
    with pytest.raises(RateLimited):
        site.run_pass("/few", batch.cursor)
    with pytest.raises(RateLimited):
        site.run_pass("/feed.xml")
    assert [line.split()[0] for line in site.log(2)] == ["200", "429"]
    assert site.http.traffic.requests == 2, "there must be no third request"


def test_a_response_that_is_fresh_for_two_hours_is_not_requested_before(site: Nginx) -> None:
    assert site.run_pass("/aged/feed.xml").not_before == NOW + timedelta(hours=2)


def test_reading_continues_after_a_restart_of_the_server(tmp_path: Path) -> None:
    port = free_port()
    with http_to(port) as http:
        source = feed_source(http, f"http://127.0.0.1:{port}/feed.xml")
        with nginx(tmp_path, port=port) as site:
            site.write(item(1))
            first = source.fetch((), None, NOW)
        with pytest.raises(SourceError, match="refuses connections"):
            source.fetch((), first.cursor, NOW)
        with nginx(tmp_path, port=port) as site:
            site.write(item(2), item(1))
            second = source.fetch((), first.cursor, NOW)
    assert [post.external_id for batch in (first, second) for post in batch.posts] == ["g1", "g2"]


class Backend:
    """A backend behind nginx that responds in chunks; without the last ones unless ``complete``."""

    def __init__(self, complete: bool) -> None:
        self.complete = complete

    def __call__(self, conn: Connection) -> None:
        body = rss(*(item(n, "Acme is fine. " * 200) for n in range(20)))
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
        pieces = [body[start : start + 5_000] for start in range(0, len(body), 5_000)]
        chunks = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
        sent = [*chunks, b"0\r\n\r\n"] if self.complete else chunks[:-2]
        conn.send(head.encode() + b"".join(sent))


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_chunks_are_joined(tmp_path: Path, buffering: str) -> None:
    with serving(Backend(complete=True)) as server, nginx(tmp_path, server.port, buffering) as site:
        assert len(site.run_pass("/behind/feed").posts) == 20


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_a_truncated_response_is_not_mistaken_for_a_complete_one(tmp_path: Path, buffering: str) -> None:
    """Half a feed would look like a feed that has dropped its older entries."""
    with serving(Backend(complete=False)) as server, nginx(tmp_path, server.port, buffering) as site:
        with pytest.raises(SourceError) as caught:
            site.run_pass("/behind/feed")
        assert not isinstance(caught.value, BadResponse)
        assert "response" in str(caught.value)
