"""Presets and the URLs that they build, feeds whose address is a secret, and podcasts found in a directory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from monitor import secrets
from monitor.config import load
from monitor.errors import AuthError, BadResponse, ConfigError, Gone, SourceError
from monitor.feeds.presets import PRESETS, google_news_edition, podcast_feed_url
from monitor.http import Http, check_url
from monitor.model import Batch
from monitor.sources.feed import Options, Source
from tests.fake_server import Connection, Server, http_for, item, rss, serving
from tests.fakes import NOON
from tests.player import detour

TOKEN = "0123456789abcdef0123456789abcdef01234567"
CHANNEL = "UC" + "a" * 22


@pytest.fixture(autouse=True)
def secrets_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDDIT_FEED", TOKEN)
    monkeypatch.setenv("AN_ALERT", "https://www.google.com/alerts/feeds/01234567890123456789/98765432109876543210")


def url_of(preset: str, **keys: str) -> str:
    return Options(name="Here", preset=preset, **keys).address().url


ADDRESSES: list[tuple[str, dict[str, str], str]] = [
    (
        "google-news",
        {"query": '"acme air"', "country": "gb"},
        "https://news.google.com/rss/search?q=%22acme+air%22+when%3A7d&hl=en-GB&gl=GB&ceid=GB%3Aen",
    ),
    (
        "google-news",
        {"query": "acme", "site": "harbour.example", "country": "DE", "language": "de"},
        "https://news.google.com/rss/search?q=acme+site%3Aharbour.example+when%3A7d&hl=de&gl=DE&ceid=DE%3Ade",
    ),
    (
        "google-alerts",
        {"secret": "AN_ALERT"},
        "https://www.google.com/alerts/feeds/01234567890123456789/98765432109876543210",
    ),
    ("bing-news", {"query": "a & b"}, "https://www.bing.com/news/search?q=a+%26+b&format=RSS"),
    ("discourse", {"site": "forum.example/"}, "https://forum.example/posts.rss"),
    ("discourse", {"site": "forum.example", "section": "help/5"}, "https://forum.example/c/help/5.rss"),
    ("discourse", {"site": "forum.example/sub", "tag": "acme"}, "https://forum.example/sub/tag/acme.rss"),
    ("phpbb", {"site": "http://board.example/forum"}, "http://board.example/forum/app.php/feed"),
    ("phpbb", {"site": "board.example", "section": "5"}, "https://board.example/app.php/feed/forum/5"),
    ("youtube-channel", {"channel": CHANNEL}, f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
    (
        "youtube-channel",
        {"channel": f"https://www.youtube.com/channel/{CHANNEL}"},
        f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}",
    ),
    (
        "youtube-playlist",
        {"playlist": "https://www.youtube.com/playlist?list=PL0123456789"},
        "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789",
    ),
    ("lobsters", {}, "https://lobste.rs/newest.rss"),
    ("lobsters", {"tag": "python"}, "https://lobste.rs/t/python.rss"),
    ("lobsters", {"site": "acme.example"}, "https://lobste.rs/domains/acme.example.rss"),
    ("lobsters-comments", {}, "https://lobste.rs/comments.rss"),
    (
        "reddit",
        {"user": "ann", "secret": "REDDIT_FEED", "subreddit": "r/phones"},
        f"https://www.reddit.com/r/phones/new.rss?user=ann&feed={TOKEN}",
    ),
    (
        "reddit",
        {"user": "ann", "secret": "REDDIT_FEED", "subreddit": "phones", "query": "acme"},
        f"https://www.reddit.com/r/phones/search.rss?q=acme&sort=new&restrict_sr=on&user=ann&feed={TOKEN}",
    ),
    (
        "reddit",
        {"user": "ann", "secret": "REDDIT_FEED", "query": "acme air"},
        f"https://www.reddit.com/search.rss?q=acme+air&sort=new&user=ann&feed={TOKEN}",
    ),
    ("public-inbox", {"site": "https://lore.example/all/"}, "https://lore.example/all/new.atom"),
    ("public-inbox", {"site": "lore.example/all", "query": "acme"}, "https://lore.example/all/?q=acme&x=A"),
    (
        "mailing-list",
        {"site": "https://lists.example/archives/list/dev@lists.example/"},
        "https://lists.example/archives/list/dev@lists.example/feed/",
    ),
    ("lemmy", {"site": "lemmy.example"}, "https://lemmy.example/feeds/all.xml?sort=New"),
    (
        "lemmy",
        {"site": "lemmy.example", "community": "!phones@other.example"},
        "https://lemmy.example/feeds/c/phones@other.example.xml?sort=New",
    ),
    ("mastodon", {"site": "social.example", "tag": "#acme"}, "https://social.example/tags/acme.rss"),
    ("mastodon", {"site": "social.example", "user": "@ann"}, "https://social.example/@ann.rss"),
    ("medium", {"tag": "phones"}, "https://medium.com/feed/tag/phones"),
    ("wordpress", {"site": "blog.example"}, "https://blog.example/feed/"),
    ("wordpress", {"site": "blog.example", "query": "acme"}, "https://blog.example/?s=acme&feed=rss2"),
    (
        "apple-podcasts",
        {"podcast": "https://podcasts.apple.com/gb/podcast/acme-talk/id1234567890?uo=4", "country": "GB"},
        "https://itunes.apple.com/lookup?id=1234567890&entity=podcast&country=gb",
    ),
]


BROWSER_ADDRESSES: list[tuple[str, dict[str, str], str]] = [
    ("discourse", {"site": "https://new.example/latest?order=created"}, "https://new.example/posts.rss"),
    ("discourse", {"site": "https://forum.example/sub/t/a-thread/12/3"}, "https://forum.example/sub/posts.rss"),
    ("discourse", {"site": "https://forum.example/c/help/5"}, "https://forum.example/c/help/5.rss"),
    ("discourse", {"site": "https://forum.example/c/help/5", "tag": "acme"}, "https://forum.example/tag/acme.rss"),
    ("discourse", {"site": "https://forum.example/tag/acme"}, "https://forum.example/tag/acme.rss"),
    ("phpbb", {"site": "https://board.example/forum/viewforum.php?f=5"}, "https://board.example/forum/app.php/feed"),
    ("phpbb", {"site": "https://board.example/index.php"}, "https://board.example/app.php/feed"),
    ("public-inbox", {"site": "https://lore.example/git/new.atom"}, "https://lore.example/git/new.atom"),
    ("mailing-list", {"site": "https://l.example/list/a@l.example/latest"}, "https://l.example/list/a@l.example/feed/"),
    (
        "lemmy",
        {"site": "https://lemmy.example/c/phones@b.example"},
        "https://lemmy.example/feeds/c/phones@b.example.xml?sort=New",
    ),
    ("lemmy", {"site": "https://lemmy.example/post/5"}, "https://lemmy.example/feeds/all.xml?sort=New"),
    (
        "lemmy",
        {"site": "lemmy.example", "community": "https://lemmy.example/c/phones"},
        "https://lemmy.example/feeds/c/phones.xml?sort=New",
    ),
    ("mastodon", {"site": "https://social.example/explore", "tag": "acme"}, "https://social.example/tags/acme.rss"),
    ("wordpress", {"site": "https://blog.example/news/feed/"}, "https://blog.example/news/feed/"),
    (
        "youtube-channel",
        {"channel": f"https://youtube.com/channel/{CHANNEL}/videos?view=0"},
        f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}",
    ),
    (
        "youtube-playlist",
        {"playlist": "https://www.youtube.com/watch?v=abc&list=PL0123456789&index=2"},
        "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789",
    ),
    (
        "reddit",
        {"user": "ann", "secret": "REDDIT_FEED", "subreddit": "https://old.reddit.com/r/phones/new/"},
        f"https://www.reddit.com/r/phones/new.rss?user=ann&feed={TOKEN}",
    ),
]
"""Addresses as people copy them from a browser."""


@pytest.mark.parametrize(("preset", "keys", "url"), ADDRESSES + BROWSER_ADDRESSES)
def test_a_preset_builds_the_url(preset: str, keys: dict[str, str], url: str) -> None:
    assert url_of(preset, **keys) == url
    check_url(url)


def test_every_preset_is_tested_and_its_keys_are_options() -> None:
    assert {name for name, _, _ in ADDRESSES} == set(PRESETS)
    assert {key for preset in PRESETS.values() for key in preset.keys} <= set(Options.model_fields)
    assert all(preset.description for preset in PRESETS.values())


@pytest.mark.parametrize(
    ("country", "language", "ceid", "hl"),
    [
        ("US", "en", "US:en", "en-US"),
        ("CH", "fr", "CH:fr", "fr"),
        ("BR", "pt", "BR:pt-419", "pt-BR"),
        ("MX", "es", "MX:es-419", "es-419"),
        ("ES", "es", "ES:es", "es"),
        ("TW", "zh", "TW:zh-Hant", "zh-TW"),
    ],
)
def test_google_news_editions(country: str, language: str, ceid: str, hl: str) -> None:
    assert google_news_edition(country, language) == {"hl": hl, "gl": country, "ceid": ceid}


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({}, "exactly one of url, preset, secret"),
        ({"url": "https://a.example/f", "preset": "lobsters"}, "exactly one of url, preset, secret"),
        ({"url": "https://a.example/f", "secret": "A_SECRET"}, "exactly one of url, preset, secret"),
        ({"url": "https://a.example/f", "query": "acme"}, "query only together with a preset"),
        ({"secret": "A_SECRET", "tag": "acme"}, "tag only together with a preset"),
        ({"preset": "gogle-news", "query": "x"}, 'did you mean "google-news"?'),
        ({"preset": "google-news"}, 'preset "google-news" together with query'),
        ({"preset": "google-news", "query": " "}, "query: expected"),
        ({"preset": "google-news", "query": "x", "country": "GBR"}, 'two letters, such as "GB"'),
        (
            {"preset": "google-news", "query": "x", "channel": CHANNEL},
            "query, site, country and language, not channel",
        ),
        ({"preset": "reddit", "user": "ann", "secret": "A_SECRET"}, 'preset "reddit" together with subreddit or query'),
        ({"preset": "reddit", "query": "acme"}, 'preset "reddit" together with user and secret'),
        ({"preset": "discourse", "site": "a.example", "tag": "a", "section": "b"}, "one of section and tag, not both"),
        ({"preset": "discourse", "site": "ftp://a.example"}, "http"),
        ({"preset": "discourse", "site": ""}, "site: This address cannot be read"),
        ({"preset": "phpbb", "site": "a.example", "section": "../x"}, "a forum's number"),
        ({"preset": "youtube-channel", "channel": "acme"}, "a channel's id"),
        ({"preset": "youtube-channel", "channel": "https://www.youtube.com/@acme"}, "Copy channel ID"),
        ({"preset": "google-alerts", "secret": "https://www.google.com/alerts/feeds/1/2"}, "never the secret itself"),
        ({"secret": 5}, "text in quotes"),
    ],
)
def test_each_invalid_combination_of_keys_has_its_message(keys: dict[str, Any], message: str, tmp_path: Path) -> None:
    lines = [f"{key} = {json.dumps(value)}" for key, value in keys.items()]
    config = tmp_path / "config.toml"
    brand = '[[brands]]\nname = "Acme"\nours = true\nrule = "acme"\n'
    config.write_text(brand + '[[sources]]\nkind = "feed"\nname = "Here"\n' + "\n".join(lines))
    with pytest.raises(ConfigError) as caught:
        load(config, lambda kind: Options, ["feed"]).check()
    assert message in str(caught.value)
    assert "sources[0]" in str(caught.value)


def test_the_secret_names_of_a_feed_are_found() -> None:
    assert secrets.secret_names(Options(name="Here", secret="A_SECRET")) == ("A_SECRET",)
    assert secrets.secret_names(Options(name="Here", url="https://a.example/f")) == ()


@pytest.mark.parametrize(
    "value", ["https://harbour.example/alerts", "nonsense", "https://www.google.com/alerts/feeds/x"]
)
def test_the_error_for_a_wrong_secret_does_not_show_it(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("AN_ALERT", value)
    with pytest.raises(AuthError, match="AN_ALERT does not lead to a feed") as caught:
        url_of("google-alerts", secret="AN_ALERT")
    assert value not in str(caught.value)
    assert "https://www.google.com/alerts that" in str(caught.value)


def test_a_secret_that_is_not_an_address_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRIVATE_FEED", "not-an-address-0123456789")
    with pytest.raises(AuthError, match="whole address") as caught:
        Options(name="Here", secret="PRIVATE_FEED").address()
    assert "0123456789" not in str(caught.value)


class PrivateFeed:
    """A feed whose address is in a secret, and its server."""

    def __init__(self, server: Server, http: Http) -> None:
        self.server = server
        self.source = Source(Options(name="Private", secret="PRIVATE_FEED"), http)

    def read(self, cursor: Any = None) -> Batch:
        return self.source.fetch((), cursor, NOON)


@pytest.fixture
def private(monkeypatch: pytest.MonkeyPatch) -> Iterator[PrivateFeed]:
    with serving() as server:
        monkeypatch.setenv("PRIVATE_FEED", f"{server.url}/private/{TOKEN}/feed.xml?auth=pass-4711-word")
        http = http_for(server)
        yield PrivateFeed(server, http)
        http.close()


def as_text(batch: Batch) -> str:
    return json.dumps(asdict(batch), default=str)


def test_a_batch_contains_nothing_of_a_secret_address(private: PrivateFeed) -> None:
    own = f"{private.server.url}/private/{TOKEN}/1"
    words = f"<title>About {TOKEN}</title><description>pass-4711-word</description>"
    entry = f"<item><guid>{own}</guid><link>{own}</link>{words}</item>"
    relative = "<item><guid>g2</guid><link>?auth=pass-4711-word</link><title>Acme</title></item>"
    body = rss(entry, relative, item(3))
    private.server.script = partial(Connection.answer, body=body, content_type="application/rss+xml")
    batch = private.read()
    assert len(batch.posts) == 3
    assert TOKEN not in as_text(batch)
    assert "4711" not in as_text(batch)
    assert "https://harbour.example/3" in as_text(batch)
    assert private.server.requests[-1].path == f"/private/{TOKEN}/feed.xml?auth=pass-4711-word"
    assert private.read(batch.cursor).posts == ()


def test_a_redirect_of_a_secret_feed_is_followed_but_not_stored(private: PrivateFeed) -> None:
    def redirect(conn: Connection) -> None:
        if conn.request.path.startswith("/new/"):
            return conn.answer(body=rss(item(1)), content_type="application/rss+xml")
        return conn.answer(301, location=f"/new/{TOKEN}")

    private.server.script = redirect
    batch = private.read()
    assert len(batch.posts) == 1
    assert TOKEN not in as_text(batch)


@pytest.mark.parametrize("status", [200, 401, 403, 404, 410, 429, 500])
def test_no_error_contains_a_secret_address(private: PrivateFeed, status: int) -> None:
    page = f"<!doctype html><link rel=alternate type=application/rss+xml href='/x/{TOKEN}'>No {TOKEN}".encode()
    private.server.script = partial(Connection.answer, status=status, body=page, content_type="text/html")
    with pytest.raises(SourceError) as caught:
        private.read()
    assert TOKEN not in str(caught.value)
    assert TOKEN not in getattr(caught.value, "sample", "")


def test_another_secret_starts_over(private: PrivateFeed, monkeypatch: pytest.MonkeyPatch) -> None:
    private.server.script = partial(Connection.answer, body=rss(item(1)), content_type="application/rss+xml")
    batch = private.read()
    monkeypatch.setenv("PRIVATE_FEED", f"{private.server.url}/other")
    assert len(private.read(batch.cursor).posts) == 1


class Directory:
    """Apple's directory and a podcast listed in it, both on one server."""

    def __init__(self, server: Server) -> None:
        self.feed_path, self.status = "/show.xml", 200
        self._server = server

    def __call__(self, conn: Connection) -> None:
        path = conn.request.path
        if path.startswith("/lookup?"):
            found = [{"feedUrl": self._server.url + self.feed_path}] if self.feed_path else []
            return conn.answer(body=json.dumps({"resultCount": len(found), "results": found}).encode())
        if path != self.feed_path:
            return conn.answer(self.status if self.status != 200 else 404)
        return conn.answer(self.status, body=rss(item(1)), content_type="application/rss+xml", etag='"1"')


@pytest.fixture
def podcast() -> Iterator[tuple[Source, Directory, Server]]:
    with serving() as server:
        directory = server.script = Directory(server)
        http = detour(http_for(server), server, "https://itunes.apple.com")
        yield Source(Options(name="Show", preset="apple-podcasts", podcast="1234567890"), http), directory, server
        http.close()


def test_a_podcast_is_looked_up_once(podcast: tuple[Source, Directory, Server]) -> None:
    source, _, server = podcast
    batch = source.fetch((), None, NOON)
    assert [post.title for post in batch.posts] == ["Thread 1"]
    source.fetch((), batch.cursor, NOON)
    assert [request.path.partition("?")[0] for request in server.requests] == ["/lookup", "/show.xml", "/show.xml"]
    assert server.requests[-1].headers["if-none-match"] == '"1"'


def test_a_moved_podcast_is_looked_up_again(podcast: tuple[Source, Directory, Server]) -> None:
    source, directory, _ = podcast
    batch = source.fetch((), None, NOON)
    directory.feed_path = "/moved.xml"
    again = source.fetch((), batch.cursor, NOON)
    assert again.posts == ()
    assert isinstance(again.cursor, dict)
    assert str(again.cursor["resolved_url"]).endswith("/moved.xml")


def test_a_cursor_of_an_older_version_skips_the_directory(podcast: tuple[Source, Directory, Server]) -> None:
    source, _, server = podcast
    cursor = source.fetch((), None, NOON).cursor
    assert isinstance(cursor, dict)
    old = {{"resolved_url": "leads_to", "body_digest": "body"}.get(key, key): value for key, value in cursor.items()}
    source.fetch((), old, NOON)
    assert [request.path.partition("?")[0] for request in server.requests] == ["/lookup", "/show.xml", "/show.xml"]
    unread = source.reset_cursor(old)
    assert [post.title for post in source.fetch((), unread, NOON).posts] == ["Thread 1"]


@pytest.mark.parametrize(("status", "error"), [(404, BadResponse), (410, Gone)])
def test_a_podcast_that_is_gone_is_an_error(
    podcast: tuple[Source, Directory, Server], status: int, error: type[SourceError]
) -> None:
    source, directory, _ = podcast
    batch = source.fetch((), None, NOON)
    directory.status = status
    with pytest.raises(error):
        source.fetch((), batch.cursor, NOON)


def test_an_unknown_podcast_is_an_error(podcast: tuple[Source, Directory, Server]) -> None:
    source, directory, _ = podcast
    directory.feed_path = ""
    with pytest.raises(BadResponse, match="Check its number"):
        source.fetch((), None, NOON)


@pytest.mark.parametrize("answer", [None, [], {}, {"results": None}, {"results": [5]}, {"results": [{"feedUrl": 5}]}])
def test_an_invalid_directory_response_contains_no_feed(answer: Any) -> None:
    assert podcast_feed_url(answer) == ""
