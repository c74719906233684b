"""The App Store: stars, countries, empty pages, and the limit of what Apple shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import BadResponse
from monitor.sources.appstore import Options
from monitor.text.cleaning import clean
from tests.fake_server import Connection
from tests.fakes import NOON
from tests.sites import fake_posts, send_json
from tests.sites.appstore import Site, entry
from tests.test_sources_http import passes, posts_of, reading


def test_a_review_becomes_a_post_with_its_stars() -> None:
    with reading("appstore", Site(fake_posts(3))) as (source, _):
        (post,) = posts_of(passes(source))
    assert (post.title, post.text) == ("Review 3", "Acme is fine, says number 3.")
    assert (post.stars, post.author, post.external_id) == (4, "writer3", "900003")
    assert post.site == "apps.apple.com/us"
    assert clean(post, NOON).stars == 4


@pytest.mark.parametrize("stars", ["0", "6", "x", "", None, [], "-1", "1e400"])
def test_invalid_stars_are_left_out(stars: Any) -> None:
    site = Site(fake_posts(1, 2), alter=lambda record: {**record, "im:rating": {"label": stars}})
    with reading("appstore", site) as (source, _):
        assert [post.stars for post in posts_of(passes(source))] == [None, None]


def test_each_country_is_read() -> None:
    site = Site(fake_posts(1))
    with reading("appstore", site, countries=("gb", "de")) as (source, _):
        passes(source)
    assert [request["path"].split("/")[1] for request in site.requests] == ["gb", "de"]


def test_an_empty_page_is_not_the_end() -> None:
    pages = {1: [entry(post) for post in fake_posts(9, 8)], 3: [entry(post) for post in fake_posts(2, 1)]}

    def sparse(conn: Connection) -> None:
        page = int(conn.request.path.partition("/page=")[2].partition("/")[0])
        send_json(conn, {"feed": {"entry": pages[page]} if page in pages else {}})

    with reading("appstore", sparse) as (source, server):
        posts = posts_of(passes(source))
        assert len(server.requests) == 10
    assert len(posts) == 4


def test_later_passes_request_only_the_first_page() -> None:
    posts = fake_posts(*range(1, 230), start=NOON - timedelta(days=5))
    site = Site([*posts, *fake_posts(300)])
    with reading("appstore", site) as (source, _):
        (batch,) = passes(source)
        site.requests.clear()
        passes(source, batch.cursor, NOON + timedelta(hours=1))
    assert len(site.requests) == 1


def test_more_reviews_than_apple_shows_are_incomplete() -> None:
    posts = fake_posts(*range(1, 601), start=NOON - timedelta(minutes=700))
    with reading("appstore", Site(posts)) as (source, _):
        batches = passes(source)
    assert len(posts_of(batches)) == 500
    assert batches[-1].complete_since is None


@pytest.mark.parametrize("feed", [None, [], "x", {"entry": "x"}, {"entry": 5}])
def test_an_invalid_feed_is_an_error(feed: Any) -> None:
    with reading("appstore", lambda conn: send_json(conn, {"feed": feed})) as (source, _), pytest.raises(BadResponse):
        source.fetch((), None, NOON)


@pytest.mark.parametrize(
    "options", [{"app": "acme"}, {"app": "1234567", "countries": ["GB"]}, {"app": "1234567", "countries": []}]
)
def test_invalid_options_are_rejected(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        Options(name="Here", **options)
