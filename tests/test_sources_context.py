"""Each source passes on what its site says about a post: its language, whom it replies to, whether it is a repost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from monitor.model import Post
from monitor.sources._bluesky_events import Event, to_post
from monitor.sources._reddit_api import parse_thing
from monitor.sources._x import parse_version
from monitor.sources._x import to_post as x_post
from monitor.sources.stackexchange import language_of_site
from tests import sites
from tests.fakes import NOON
from tests.sites import FakePost, fake_posts
from tests.sites.discourse import Site as Forum
from tests.sites.reddit import thing
from tests.sites.x import tweet
from tests.sites.youtube import Site as Videos
from tests.test_sources_http import keys, passes, posts_of, reading

__all__ = ["keys"]

OPTIONS: Mapping[str, Mapping[str, Any]] = {"reddit": {"search": False, "subreddits": ("harbour",)}}
"""Options with which the replies of a kind are read."""
Alter = Callable[[dict[str, Any]], dict[str, Any]]


def read(kind: str, alter: Alter = dict) -> Post:
    """One post of the fake site, whose record was changed by ``alter``."""
    site = sites.module(kind).Site(fake_posts(1), alter=alter)
    with reading(kind, site, **OPTIONS.get(kind, {})) as (source, _):
        return posts_of(passes(source))[-1]


def with_fields(**fields: Any) -> Alter:
    """Replace fields of a record."""
    return lambda record: {**record, **fields}


@pytest.mark.parametrize(
    ("kind", "author"), [("x", "bob"), ("mastodon", "bob@quay.example"), ("discourse", "bob"), ("reddit", "bob")]
)
def test_a_reply_names_the_author_it_replies_to(kind: str, author: str) -> None:
    assert read(kind).reply_to == author
    assert not read(kind).repost


@pytest.mark.parametrize("kind", [kind for kind in sites.kinds() if kind not in ("bluesky", *OPTIONS)])
def test_a_post_that_is_no_reply_names_nobody(kind: str) -> None:
    def no_reply(record: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in record.items() if "reply" not in name and name != "mentions"}

    assert read(kind, no_reply).reply_to == ""


@pytest.mark.parametrize(
    ("kind", "fields", "lang"),
    [
        ("x", {"lang": "de"}, "de"),
        ("x", {"lang": "in"}, "id"),
        ("x", {"lang": "und"}, None),
        ("x", {"lang": "qme"}, None),
        ("x", {"lang": "zxx"}, None),
        ("mastodon", {"language": "pt-BR"}, "pt"),
        ("mastodon", {"language": None}, None),
        ("gdelt", {"language": "German"}, "de"),
        ("gdelt", {"language": "Chinese"}, "zh"),
        ("gdelt", {"language": "Klingonish"}, None),
        ("discourse", {}, None),
        ("hackernews", {}, None),
        ("github", {}, None),
    ],
)
def test_the_language_is_the_one_that_the_site_states(kind: str, fields: dict[str, Any], lang: str | None) -> None:
    assert read(kind, with_fields(**fields)).lang == lang


@pytest.mark.parametrize(("number", "lang"), [(37, "en"), (32, "de"), (1, "aa"), (183, "zu"), (0, None), (500, None)])
def test_lemmy_states_a_language_by_its_number(number: int, lang: str | None) -> None:
    assert read("lemmy", lambda view: {**view, "post": {**view["post"], "language_id": number}}).lang == lang


@pytest.mark.parametrize(
    ("site", "lang"), [("stackoverflow", "en"), ("es.stackoverflow", "es"), ("unix", None), ("german", None)]
)
def test_a_site_of_stack_exchange_has_the_language_that_it_allows(site: str, lang: str | None) -> None:
    assert language_of_site(site) == lang


def test_a_post_of_stack_overflow_is_in_english() -> None:
    assert read("stackexchange").lang == "en"


def test_a_video_has_the_language_of_its_title_and_description() -> None:
    assert read("youtube").lang == "en"


def test_a_reply_on_youtube_names_the_author_of_its_thread() -> None:
    site = Videos(fake_posts(1))
    site.comments, site.replies = tuple(fake_posts(5)), tuple(fake_posts(6))
    with reading("youtube", site) as (source, _):
        found = {post.external_id: post.reply_to for post in posts_of(passes(source))}
    assert found == {"video/video000001": "", "comment/Ug5": "", "comment/Ug6": "writer5"}


def test_a_quote_on_discourse_is_a_reply_set_apart() -> None:
    quote = '<aside class="quote no-group" data-username="ana" data-post="1"><div class="title">ana:</div>'
    cooked = f"{quote}<blockquote><p>Acme broke</p></blockquote></aside><p>Acme works here</p>"
    site = Forum(fake_posts(1), alter=with_fields(cooked=cooked, reply_to_user=None))
    with reading("discourse", site) as (source, _):
        (post,) = posts_of(passes(source))
    assert post.reply_to == "ana"
    assert post.text == "> ana:\n\n> Acme broke\n\nAcme works here"


def test_the_own_thread_of_an_author_on_x_and_mastodon_is_a_reply_to_the_author() -> None:
    assert read("x", with_fields(in_reply_to_user_id="901", entities={})).reply_to == "writer1"
    own = read("mastodon", with_fields(in_reply_to_account_id="1", mentions=[]))
    assert own.reply_to == own.author != ""


def test_a_reply_on_x_to_somebody_who_is_not_named_has_no_name() -> None:
    assert read("x", with_fields(in_reply_to_user_id="5")).reply_to == ""


@pytest.mark.parametrize(("kind", "repost"), [("retweeted", True), ("quoted", False), ("replied_to", False)])
def test_a_retweet_is_a_repost_but_a_quote_is_not(kind: str, repost: bool) -> None:
    version = parse_version({**tweet(fake_posts(1)[0]), "referenced_tweets": [{"type": kind, "id": "12"}]})
    assert version is not None
    assert x_post(version, "X", "ana", NOON).repost == repost


def test_a_boost_is_a_repost() -> None:
    assert read("mastodon", lambda status: {**status, "reblog": dict(status)}).repost
    assert not read("mastodon").repost


def test_a_crosspost_without_own_words_is_a_repost() -> None:
    def crosspost(**fields: Any) -> Post:
        submission = thing(FakePost(2, "Acme is fine", NOON))
        submission["data"] |= {"crosspost_parent": "t3_9", **fields}
        post = parse_thing(submission, "Reddit", NOON)
        assert isinstance(post, Post)
        return post

    original = {"title": "Acme is fine", "author": "bob"}
    assert crosspost(crosspost_parent_list=[original]).repost
    assert not crosspost(crosspost_parent_list=[{**original, "title": "Another title"}]).repost
    assert not crosspost(crosspost_parent_list=[{**original, "author": "writer2"}]).repost
    assert not crosspost(crosspost_parent_list=[original], selftext="I agree").repost
    assert not any(crosspost(crosspost_parent_list=odd).repost for odd in (None, [], [5], "x", {}))


@pytest.mark.parametrize(
    ("reply", "author"),
    [
        ({"parent": {"uri": "at://did:plc:bob/app.bsky.feed.post/3k"}}, "did:plc:bob"),
        ({"parent": {"uri": "at://did:web:quay.example/app.bsky.feed.post/3k"}}, "did:web:quay.example"),
        ({"parent": {"uri": "https://quay.example"}}, ""),
        ({"parent": {"uri": 5}}, ""),
        ({"parent": []}, ""),
        ("x", ""),
        (None, ""),
    ],
)
def test_a_reply_on_bluesky_names_the_account_it_replies_to(reply: Any, author: str) -> None:
    record = {"text": "Acme works here", "reply": reply, "createdAt": NOON.isoformat()}
    post = to_post(Event(int(NOON.timestamp() * 1e6), "did:plc:ana", "3k", "1", record), "Bluesky", NOON)
    assert post is not None
    assert post.reply_to == author


PAGE = "https://daily.example/2026/03/04/acme-recalls-its-heaters"


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("mastodon", {"card": {"url": PAGE}}),
        ("hackernews", {"url": PAGE}),
        ("x", {"entities": {"urls": [{"expanded_url": PAGE}, {"expanded_url": "https://x.com/a/status/1"}]}}),
    ],
)
def test_a_post_names_the_page_that_it_shares(kind: str, fields: dict[str, Any]) -> None:
    assert read(kind, with_fields(**fields)).link == PAGE


def test_a_post_of_lemmy_names_the_page_that_it_shares_and_a_comment_none() -> None:
    def sharing(view: dict[str, Any]) -> dict[str, Any]:
        return with_fields(post={**view["post"], "url": PAGE})(view) if "post" in view else view

    with reading("lemmy", sites.module("lemmy").Site(fake_posts(1, 2), alter=sharing)) as (source, _):
        posts = posts_of(passes(source))
    assert {(post.external_id[0], post.link) for post in posts} == {("p", PAGE), ("c", "")}


def test_a_submission_names_the_page_that_it_shares() -> None:
    def submission(**fields: Any) -> str:
        record = thing(FakePost(2, "Acme is fine", NOON))
        record["data"] |= {"url": PAGE, **fields}
        shared = parse_thing(record, "Reddit", NOON)
        assert isinstance(shared, Post)
        return shared.link

    assert submission(is_self=False) == PAGE
    assert submission(is_self=True) == ""


@pytest.mark.parametrize("embed", [{"external": {"uri": PAGE}}, {"media": {"external": {"uri": PAGE}}}])
def test_a_card_names_the_page_that_a_post_shares(embed: dict[str, Any]) -> None:
    assert bluesky_post(embed) == PAGE


@pytest.mark.parametrize("odd", [None, [], 5, {"external": 5}, {"external": {"uri": 5}}, {"external": {"uri": "a b"}}])
def test_an_odd_card_names_no_page(odd: Any) -> None:
    assert bluesky_post(odd) == ""


def test_a_post_of_x_with_two_pages_shares_neither() -> None:
    urls = [{"expanded_url": PAGE}, {"expanded_url": "https://other.example/a"}]
    assert read("x", with_fields(entities={"urls": urls})).link == ""


def bluesky_post(embed: Any) -> str:
    """The page that a post with ``embed`` shares."""
    record = {"text": "Acme", "createdAt": "2026-03-04T11:00:00Z", "embed": embed}
    found = to_post(Event(1_772_000_000_000_000, "did:plc:ana", "3k1", "1", record), "Bluesky", NOON)
    assert found is not None
    return found.link
