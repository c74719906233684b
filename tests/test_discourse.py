"""Discourse: titles, posts that are left out, and ids that are not public."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import RateLimited
from monitor.model import Term
from monitor.sources.discourse import Options
from tests.fakes import NOON
from tests.sites import fake_posts
from tests.sites.discourse import Site
from tests.test_sources_http import LATER, passes, posts_of, reading


def test_only_the_first_post_of_a_topic_has_its_title() -> None:
    first = {"post_number": 1, "topic_title": "Which phone?"}
    site = Site(fake_posts(1, 2), alter=lambda record: {**record, **first} if record["id"] == 6 else record)
    with reading("discourse", site) as (source, server):
        opening, reply = posts_of(passes(source))
        assert reply.url == f"{server.url}/p/11"
    assert opening.title == "Which phone?"
    assert reply.title == ""
    assert reply.text == "Acme is fine, says number 2."


@pytest.mark.parametrize(
    "flag", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2026-03-04"}, {"post_type": 3}]
)
def test_hidden_and_deleted_posts_and_notices_are_left_out(flag: dict[str, Any]) -> None:
    site = Site(fake_posts(1, 2), alter=lambda record: {**record, **flag} if record["id"] == 6 else record)
    with reading("discourse", site) as (source, _):
        (batch,) = passes(source)
    assert [post.external_id for post in batch.posts] == ["11"]
    assert batch.skipped == 0


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("apart", [1, 7, 49, 50, 51, 170])
def test_ids_that_are_not_public_are_skipped(apart: int, inclusive: bool) -> None:
    site = Site(fake_posts(*range(1, 12)))
    site.id_step, site.inclusive = apart, inclusive
    with reading("discourse", site) as (source, _):
        assert len(posts_of(passes(source))) == 11


def test_an_overloaded_forum_is_rate_limited() -> None:
    with reading("discourse", lambda conn: conn.answer(409)) as (source, _), pytest.raises(RateLimited) as caught:
        source.fetch((), None, NOON)
    assert caught.value.not_before == NOON + timedelta(minutes=5)


def test_only_posts_that_may_match_are_rechecked() -> None:
    with reading("discourse", Site([*fake_posts(1), *fake_posts(2, text="Nothing at all.")])) as (source, _):
        (batch,) = passes(source)
        assert isinstance(batch.cursor, dict)
        assert list(batch.cursor["watch"]) == ["6"]
        everything = source.fetch((), None, NOON)
        assert isinstance(everything.cursor, dict)
        assert len(everything.cursor["watch"]) == 2


def test_an_edit_found_by_a_lookup_is_returned_once() -> None:
    with reading("discourse", Site(fake_posts(1))) as (source, server):
        (batch,) = passes(source)
        server.script = Site(fake_posts(1, text="Acme, reconsidered, {n}."))
        (later,) = passes(source, batch.cursor, LATER + timedelta(hours=6))
        (again,) = passes(source, later.cursor, LATER + timedelta(hours=12))
    assert [post.text for post in later.posts] == ["Acme, reconsidered, 1."]
    assert again.posts == ()


def test_all_posts_are_read_whatever_the_terms() -> None:
    with reading("discourse", Site(fake_posts(1, 2))) as (source, _):
        assert len(source.fetch([Term("zebra")], None, NOON).posts) == 2


@pytest.mark.parametrize("copied", ["", "/", "/latest", "/t/a-thread/5?u=ann", "/c/help/3.rss"])
def test_the_address_of_any_page_is_accepted(copied: str) -> None:
    assert Options(name="Here", url=f"https://forum.example/sub{copied}").url == "https://forum.example/sub"
