"""Which links lead to one article, and which to a page that anything may link to."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.story_links import LinkKind, has_headline, kind_of_link, story_link

ARTICLES = """
    https://daily.example/2026/11/02/acme-recalls-40-000-heaters
    https://daily.example/acme-recalls-its-heaters-after-fires.html
    https://daily.example/news/business-56789012
    https://daily.example/story/12345678
    https://daily.example/2026/11/30/heaters
    https://daily.example/article.php?id=88123
    https://www.youtube.com/watch?v=dQw4w9WgXcQ
    https://youtu.be/dQw4w9WgXcQ
    https://bit.ly/3xYzAb9
    https://www.reddit.com/r/news/comments/1abc23/title_of_the_thread/
    https://news.ycombinator.com/item?id=38123456
    https://daily.example/a/4f9a1b2c3d
    https://daily.example/tagged-as-a-very-big-recall
"""
NOTHING = """
    https://acme.example
    https://www.acme.example/
    https://acme.example/?utm_source=newsletter
    https://acme.example/en/
    https://acme.example/index.html
    https://daily.example/business
    https://daily.example/world/europe
    https://daily.example/tag/acme-and-all-its-many-heaters
    https://daily.example/author/ada-van-der-bosen-jr
    https://daily.example/search?q=acme
    https://weekly.example/newsletter/sign-up-for-the-weekly-heater
    https://acme.example/privacy/how-we-use-your-personal-data
    https://linktr.ee/acme_fans
    https://x.com/acme
    https://www.instagram.com/acme/
    https://play.google.com/store/apps/details?id=com.acme.app
    https://apps.apple.com/us/app/acme-heaters-for-your-home/id123456789
    https://en.wikipedia.org/wiki/Acme_Corporation_of_the_United_Kingdom
    https://www.amazon.co.uk/dp/B01ABCDEFG
    https://click.weekly.example/?qs=4f0c8a1b2233445566
    https://acme.us2.list-manage.com/track/click?u=12345678&id=88123
    https://links.mail.acme.example/u/click/1234567890
    https://i.redd.it/abc123def45.jpg
    https://daily.example/photos/2026/11/02/fire.jpg
    http://localhost/2026/11/02/acme-recalls-its-heaters
"""
PAGES = """
    https://shop.example/heaters/model-7
    https://acme.example/products/outdoor/lamp
    https://shop.example/products/acme-electric-heater-model-7-white
    https://shop.example/p/acme-heater-white-large-12345678
    https://acme.example/help/how-to-switch-off-the-night-mode
"""


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (url, kind)
        for kind, urls in ((LinkKind.ARTICLE, ARTICLES), (LinkKind.NOTHING, NOTHING), (LinkKind.PAGE, PAGES))
        for url in urls.split()
    ],
)
def test_the_address_tells_what_a_link_leads_to(url: str, kind: LinkKind) -> None:
    assert kind_of_link(story_link(url)) is kind


@pytest.mark.parametrize(
    "url",
    [
        "http://daily.example/2026/11/02/acme-recalls-heaters/",
        "https://www.daily.example/2026/11/02/acme-recalls-heaters?utm_source=x&fbclid=1",
        "https://m.daily.example/2026/11/02/acme-recalls-heaters",
        "https://amp.daily.example/2026/11/02/acme-recalls-heaters",
        "https://daily.example/2026/11/02/acme-recalls-heaters/amp",
        "https://daily.example/2026/11/02/acme-recalls-heaters/amp/",
        "https://daily.example/2026/11/02/acme-recalls-heaters?amp=1",
        "https://www.google.com/amp/s/daily.example/2026/11/02/acme-recalls-heaters",
        "https://www.google.com/url?sa=t&url=https%3A%2F%2Fdaily.example%2F2026%2F11%2F02%2Facme-recalls-heaters",
        "https://daily.example/2026/11/02/acme-recalls-heaters#comments",
        "https://daily.example/2026/11/02/acme-recalls-heaters?amp",
        "https://daily.example/2026/11/02/acme-recalls-heaters/index.html",
        "https://web.archive.org/web/20261103000000/https://www.daily.example/2026/11/02/acme-recalls-heaters",
        "https://archive.ph/https://daily.example/2026/11/02/acme-recalls-heaters?utm_medium=x",
    ],
)
def test_the_same_article_has_the_same_link(url: str) -> None:
    assert story_link(url) == story_link("https://daily.example/2026/11/02/acme-recalls-heaters")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://daily.example/acme-recalls-its-heaters?gift=1f", "https://daily.example/acme-recalls-its-heaters"),
        (
            "https://daily.example/acme-recalls-its-heaters?a=1#c-5",
            "https://daily.example/acme-recalls-its-heaters#c-5",
        ),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "https://m.youtube.com/watch?app=desktop&v=dQw4w9WgXcQ&t=3s"),
        ("https://www.youtube.com/shorts/dQw4w9WgXcQ", "https://www.youtube.com/embed/dQw4w9WgXcQ?start=3"),
        ("https://arxiv.org/pdf/2611.01234v2.pdf", "https://arxiv.org/abs/2611.01234"),
        ("https://twitter.com/acme/status/1801?s=20", "https://x.com/acme/status/1801"),
        ("https://old.reddit.com/r/acme/comments/1abc23/", "https://www.reddit.com/r/acme/comments/1abc23"),
    ],
)
def test_the_addresses_that_sites_have_for_one_page_are_one_link(one: str, other: str) -> None:
    assert story_link(one) == story_link(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            "https://daily.example/all-the-news-of-today?id=88123",
            "https://daily.example/all-the-news-of-today?id=88124",
        ),
        ("https://youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcR"),
        ("https://daily.example/heaters?page=1", "https://daily.example/heaters?page=2"),
        ("https://daily.example/article.php?id=88123", "https://daily.example/article.php?id=88124"),
        ("https://daily.example/camp", "https://daily.example/c"),
        ("https://forum.example/t/night-mode/17/2", "https://forum.example/t/night-mode/17/3"),
        ("https://daily.example/a-b-c-d#comment-5", "https://daily.example/a-b-c-d#comment-6"),
        ("https://m.example/stamp", "https://example/st"),
        ("https://daily.example/amp-lifiers-of-the-year", "https://daily.example/-lifiers-of-the-year"),
    ],
)
def test_different_pages_have_different_links(one: str, other: str) -> None:
    assert story_link(one) != story_link(other)


def test_only_addresses_of_articles_contain_a_headline() -> None:
    assert has_headline(story_link("https://daily.example/acme-recalls-its-heaters"))
    assert not has_headline(story_link("https://bsky.app/profile/did:plc:abc/post/3kabc-def-ghi"))
    assert not has_headline(story_link("https://a-b-c-d-e.example/post/1"))


@given(st.text() | st.text("/.-_?&=#:ahmp2%", max_size=40).map("https://a.example/".__add__))
def test_no_link_causes_an_error(url: str) -> None:
    assert kind_of_link(story_link(url)) in LinkKind
    assert has_headline(story_link(url)) in (True, False)
