"""Our feed source behind a real nginx: conditional requests, gzip, redirects, chunks, and answers that are cut."""

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
from tests.servers import command, feed, reading, running, until

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
CONFIG = """
daemon off;
master_process off;
{user}
pid {folder}/pid;
error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
    log_format told '$status $request_uri $http_if_none_match|$http_if_modified_since gzip=$gzip_ratio';
    access_log {folder}/access told;
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
    """A running nginx: its folder, address, and an Http that may read it."""

    folder: Path
    url: str
    http: Http

    def pass_(self, path: str, cursor: Json = None) -> Batch:
        """One pass of the feed at ``path``."""
        return feed(self.http, self.url + path).fetch((), cursor, NOW)

    def write(self, *items: str) -> None:
        """Put another feed there, an hour younger than the last one."""
        document = self.folder / "www" / "feed.xml"
        before = document.stat().st_mtime if document.exists() else NOW.timestamp() - 90_000
        document.write_bytes(rss(*items))
        os.utime(document, (before + 3600, before + 3600))

    def log(self, requests: int) -> list[str]:
        """A line for each of so many requests; nginx writes it after the answer."""
        access = self.folder / "access"
        until(lambda: access.read_text().count("\n") >= requests, "the requests are not in the log")
        return access.read_text().splitlines()


@contextmanager
def nginx(folder: Path, backend: int = 9, buffering: str = "on", port: int = 0) -> Iterator[Nginx]:
    (folder / "www").mkdir(exist_ok=True)
    (folder / "nobody").touch()
    port, user = port or free_port(), "user root;" if os.geteuid() == 0 else ""
    told = CONFIG.format(folder=folder, port=port, user=user, backend=backend, buffering=buffering)
    (folder / "nginx.conf").write_text(told)
    program = [command("nginx"), "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "errors")]
    with running(program, port, folder / "errors"), reading(port) as http:
        yield Nginx(folder, f"http://127.0.0.1:{port}", http)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Nginx]:
    with nginx(tmp_path) as made:
        made.write(item(2), item(1))
        yield made


@pytest.mark.parametrize("place", ["/feed.xml", "/etag/feed.xml", "/modified/feed.xml", "/packed/feed.xml"])
def test_what_did_not_change_is_a_304_and_what_did_is_read(site: Nginx, place: str) -> None:
    first = site.pass_(place)
    second = site.pass_(place, first.cursor)
    site.write(item(3), item(2, "Acme is bad after all."), item(1))
    third = site.pass_(place, second.cursor)
    assert [line.split()[0] for line in site.log(3)] == ["200", "304", "200"]
    asked = site.log(3)[1].split(" ", 2)[2].partition(" gzip")[0].split("|")
    assert [part != "-" for part in asked] == ["modified" not in place, "etag" not in place]
    assert {post.external_id for post in first.posts} == {"g1", "g2"}
    assert (second.posts, second.complete_since) == ((), NOW)
    assert sorted((post.external_id, post.text) for post in third.posts) == [
        ("g2", "Acme is bad after all."),
        ("g3", "Acme is fine."),
    ]


def test_gzip_is_asked_for_and_unpacked(site: Nginx) -> None:
    site.write(*(item(n, "Acme is fine. " * 50) for n in range(9)))
    assert len(site.pass_("/packed/feed.xml").posts) == 9
    assert float(site.log(1)[0].partition("gzip=")[2]) > 5


@pytest.mark.parametrize(("path", "moved"), [("/301", True), ("/308", True), ("/302", False), ("/307", False)])
def test_redirects_are_followed_and_those_for_good_are_kept(site: Nginx, path: str, moved: bool) -> None:
    batch = site.pass_(path)
    again = site.pass_(path, batch.cursor)
    assert len(batch.posts) == 2
    assert again.posts == ()
    ways = [line.split()[:2] for line in site.log(3 if moved else 4)]
    assert ways == [
        [path[1:], path],
        ["200", "/feed.xml"],
        *([] if moved else [[path[1:], path]]),
        ["304", "/feed.xml"],
    ]
    assert ("has moved permanently" in batch.note) == moved


def test_a_chain_of_moves_for_good_is_kept_at_its_end(site: Nginx) -> None:
    batch = site.pass_("/chain")
    site.pass_("/chain", batch.cursor)
    assert [line.split()[1] for line in site.log(4)] == ["/chain", "/308", "/feed.xml", "/feed.xml"]


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/round", "redirected us more than 5 times"),
        ("/inside", "is in a private network"),
        ("/cut", "closed the connection before its response was complete"),
        ("/login", "requires a login"),
        ("/nothing", "has nothing at this address (404)"),
        ("/behind/", "is not reachable behind its gateway (502)"),
    ],
)
def test_what_cannot_be_read_is_told_in_words(site: Nginx, path: str, words: str) -> None:
    with pytest.raises(SourceError) as caught:
        site.pass_(path)
    assert words in str(caught.value)


def test_a_site_that_lets_few_requests_through_is_left_alone(site: Nginx) -> None:
    batch = site.pass_("/few")
    with pytest.raises(RateLimited):
        site.pass_("/few", batch.cursor)
    with pytest.raises(RateLimited):
        site.pass_("/feed.xml")
    assert [line.split()[0] for line in site.log(2)] == ["200", "429"]
    assert site.http.traffic.requests == 2, "it was not asked a third time"


def test_an_answer_that_may_be_kept_for_two_hours_is_not_asked_for_again_before(site: Nginx) -> None:
    assert site.pass_("/aged/feed.xml").not_before == NOW + timedelta(hours=2)


def test_a_server_that_was_started_again_between_two_passes_is_read_on(tmp_path: Path) -> None:
    port = free_port()
    with reading(port) as http:
        source = feed(http, f"http://127.0.0.1:{port}/feed.xml")
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
    """Stands behind nginx, and answers in chunks; ``whole``: to the last one."""

    def __init__(self, whole: bool) -> None:
        self.whole = whole

    def __call__(self, line: Connection) -> None:
        body = rss(*(item(n, "Acme is fine. " * 200) for n in range(20)))
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\nTransfer-Encoding: chunked\r\n\r\n"
        pieces = [body[start : start + 5_000] for start in range(0, len(body), 5_000)]
        told = [b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces]
        line.send(head.encode() + b"".join(told if self.whole else told[:-2]) + (b"0\r\n\r\n" if self.whole else b""))


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_chunks_are_put_together(tmp_path: Path, buffering: str) -> None:
    with serving(Backend(whole=True)) as server, nginx(tmp_path, server.port, buffering) as site:
        assert len(site.pass_("/behind/feed").posts) == 20


@pytest.mark.parametrize("buffering", ["on", "off"])
def test_an_answer_that_breaks_off_is_not_taken_for_a_whole_one(tmp_path: Path, buffering: str) -> None:
    """Half a feed reads like a feed that lost its older entries."""
    with serving(Backend(whole=False)) as server, nginx(tmp_path, server.port, buffering) as site:
        with pytest.raises(SourceError) as caught:
            site.pass_("/behind/feed")
        assert not isinstance(caught.value, BadResponse)
        assert "answer" in str(caught.value)
