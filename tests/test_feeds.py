"""``wallflower feeds``, over a server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from display.cli.main import cli
from tests.cli_runner import Run, feed, printed_tables, runner
from tests.fake_server import Connection, Script, Server, item, rss, serving


@pytest.fixture
def server() -> Iterator[Server]:
    with serving(feed(item(1), item(2, "Nothing to see."))) as server:
        yield server


@pytest.fixture
def wallflower(tmp_path: Path, server: Server) -> Run:
    return runner(tmp_path, server)


def page(*links: str) -> bytes:
    return f"<!doctype html><html><head>{''.join(links)}</head><body>Hello</body></html>".encode()


def link(href: str, title: str = "", kind: str = "application/rss+xml") -> str:
    return f"<link rel='alternate nofollow' type='{kind}' title='{title}' href='{href}'>"


def site(pages: dict[str, bytes]) -> Script:
    """Serves ``pages`` by their path."""

    def answer(connection: Connection) -> None:
        body = pages.get(connection.request.path)
        if body is None:
            return connection.answer(404)
        kind = "text/html" if body.startswith(b"<!doctype") else "application/rss+xml"
        return connection.answer(body=body, content_type=kind)

    return answer


def test_the_feeds_of_a_page_are_printed_as_tables(wallflower: Run, server: Server) -> None:
    links = link("/posts.rss", 'Latest [posts] "all"'), link("/topics.rss", "Topics"), link("/gone.rss", "Gone")
    server.script = site({"/": page(*links), "/posts.rss": rss(item(1), item(2)), "/topics.rss": rss(item(1))})
    result = wallflower("feeds", server.url + "/")
    posts, topics = printed_tables(result)
    assert posts == {"kind": "feed", "name": 'Latest [posts] "all"', "url": server.url + "/posts.rss"}
    assert topics["name"] == "Topics"
    assert "2 entries, the newest from 4 March 2026" in result.stdout
    assert "gone.rss. Left out: 127.0.0.1" in result.stdout


def test_links_are_parsed_as_browsers_parse_them(wallflower: Run, server: Server) -> None:
    links = (
        f"<!-- {link('/old.rss')} -->",
        '<LINK REL="Alternate" TYPE="application/rss+xml; charset=x" HREF="/a.rss?x=1&amp;y=2" TITLE="A &raquo; B">',
        link("/b.rss", "a > b"),
        link("/c.rss", kind="text/xml"),
        link("javascript:alert(1)"),
        "<!-- never ends",
        link("/d.rss"),
    )
    served = {path: rss(item(1)) for path in ("/old.rss", "/a.rss?x=1&y=2", "/b.rss", "/c.rss", "/d.rss")}
    server.script = site({"/": page(*links), **served})
    found = printed_tables(wallflower("feeds", server.url))
    assert [(one["url"].removeprefix(server.url), one["name"]) for one in found] == [
        ("/a.rss?x=1&y=2", "A » B"),
        ("/b.rss", "a > b"),
        ("/c.rss", "127.0.0.1"),
    ]


@pytest.mark.parametrize("base", ["/blog/", "../blog/", "{url}/blog/"])
def test_links_are_relative_to_the_base_of_the_page(wallflower: Run, server: Server, base: str) -> None:
    base_tag = f"<base target=_top href='{base.format(url=server.url)}'>"
    server.script = site({"/de/": page(base_tag, link("posts.rss"), link("/x.rss")), "/blog/posts.rss": rss(item(1))})
    (table,) = printed_tables(wallflower("feeds", server.url + "/de/"))
    assert table["url"] == server.url + "/blog/posts.rss"


def test_a_base_without_href_changes_nothing(wallflower: Run, server: Server) -> None:
    server.script = site({"/": page("<base target=_blank>", link("a.rss")), "/a.rss": rss(item(1))})
    (table,) = printed_tables(wallflower("feeds", server.url))
    assert table["url"] == server.url + "/a.rss"


def test_the_printed_tables_are_valid_in_the_config(wallflower: Run, server: Server, tmp_path: Path) -> None:
    server.script = site({"/": page(link("/a", "Forum"), link("/feed.xml")), "/a": rss(item(1)), "/feed.xml": rss()})
    result = wallflower("feeds", server.url)
    assert [table["name"] for table in printed_tables(result)] == ["Forum 2"]
    assert "The config already has it." in result.stdout
    with (tmp_path / "config.toml").open("a") as config:
        config.write(result.stdout)
    assert wallflower("check").exit_code == 0


def test_the_url_of_a_feed_gives_that_feed(wallflower: Run, server: Server) -> None:
    server.script = site({"/other.xml": rss(item(1))})
    (table,) = printed_tables(wallflower("feeds", server.url + "/other.xml"))
    assert table["url"] == server.url + "/other.xml"
    assert table["name"] == "127.0.0.1"


def test_the_usual_paths_are_tried_if_the_page_lists_no_feeds(wallflower: Run, server: Server) -> None:
    server.script = site({"/blog/": page(), "/blog/feed.xml": rss(item(1))})
    (table,) = printed_tables(wallflower("feeds", server.url + "/blog/"))
    assert table["url"] == server.url + "/blog/feed.xml"


def test_a_page_without_feeds_is_reported(wallflower: Run, server: Server) -> None:
    server.script = site({"/": page(link("/x", kind="text/html"))})
    result = wallflower("feeds", server.url)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "The page lists none, and there is none at the usual paths." in result.stderr
    server.script = site({})
    assert "404" in wallflower("feeds", server.url + "/?token=0123456789").stderr
    assert "token" not in wallflower("feeds", server.url + "/?token=0123456789").stderr


def test_a_check_for_browsers_is_reported_instead_of_a_page_without_feeds(wallflower: Run, server: Server) -> None:
    check = b"<!doctype html><title>Just a moment...</title>"
    server.script = site({"/": check})
    result = wallflower("feeds", server.url)
    assert (result.exit_code, len(server.requests)) == (1, 1)
    assert "checks whether its visitors use a browser (Cloudflare)" in result.stderr
    server.script = site({"/": page(link("/rss")) + check, "/rss": rss(item(1))})
    assert wallflower("feeds", server.url).exit_code == 0


def test_without_a_config_private_hosts_are_blocked(server: Server, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["feeds", server.url])
    assert result.exit_code == 1
    assert "private" in result.stderr
    assert server.requests == []
