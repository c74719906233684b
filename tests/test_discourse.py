"""Discourse: whose title a title is, what is not for us, and ids that nobody may see."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.errors import RateLimited
from monitor.model import Term
from monitor.sources.discourse import Options
from tests.fakes import NOON
from tests.sites import said
from tests.sites.discourse import Site
from tests.test_sources_http import LATER, passes, posts_of, reading


def test_only_the_first_post_of_a_topic_bears_its_title() -> None:
    first = {"post_number": 1, "topic_title": "Which phone?"}
    site = Site(said(1, 2), mend=lambda record: {**record, **first} if record["id"] == 6 else record)
    with reading("discourse", site) as (source, server):
        opening, reply = posts_of(passes(source))
        assert reply.url == f"{server.url}/p/11"
    assert opening.title == "Which phone?"
    assert reply.title == ""
    assert reply.text == "Acme is fine, says number 2."


@pytest.mark.parametrize(
    "flag", [{"hidden": True}, {"user_deleted": True}, {"deleted_at": "2026-03-04"}, {"post_type": 3}]
)
def test_what_is_hidden_deleted_or_a_notice_is_left_out(flag: dict[str, Any]) -> None:
    site = Site(said(1, 2), mend=lambda record: {**record, **flag} if record["id"] == 6 else record)
    with reading("discourse", site) as (source, _):
        (batch,) = passes(source)
    assert [post.external_id for post in batch.posts] == ["11"]
    assert batch.set_aside == 0


@pytest.mark.parametrize("inclusive", [True, False])
@pytest.mark.parametrize("apart", [1, 7, 49, 50, 51, 170])
def test_ids_that_are_not_public_are_stepped_over(apart: int, inclusive: bool) -> None:
    site = Site(said(*range(1, 12)))
    site.apart, site.inclusive = apart, inclusive
    with reading("discourse", site) as (source, _):
        assert len(posts_of(passes(source))) == 11


def test_an_overloaded_forum_is_left_alone() -> None:
    with reading("discourse", lambda line: line.answer(409)) as (source, _), pytest.raises(RateLimited) as caught:
        source.fetch((), None, NOON)
    assert caught.value.not_before == NOON + timedelta(minutes=5)


def test_only_posts_that_may_match_are_followed() -> None:
    with reading("discourse", Site([*said(1), *said(2, text="Nothing at all.")])) as (source, _):
        (batch,) = passes(source)
        assert isinstance(batch.cursor, dict)
        assert list(batch.cursor["watch"]) == ["6"]
        everything = source.fetch((), None, NOON)
        assert isinstance(everything.cursor, dict)
        assert len(everything.cursor["watch"]) == 2


def test_an_edit_that_is_found_when_looking_again_comes_as_a_post() -> None:
    with reading("discourse", Site(said(1))) as (source, server):
        (batch,) = passes(source)
        server.script = Site(said(1, text="Acme, reconsidered, {n}."))
        (later,) = passes(source, batch.cursor, LATER + timedelta(hours=6))
        (again,) = passes(source, later.cursor, LATER + timedelta(hours=12))
    assert [post.text for post in later.posts] == ["Acme, reconsidered, 1."]
    assert again.posts == ()


def test_terms_do_not_limit_what_is_read() -> None:
    with reading("discourse", Site(said(1, 2))) as (source, _):
        assert len(source.fetch([Term("zebra")], None, NOON).posts) == 2


@pytest.mark.parametrize("copied", ["", "/", "/latest", "/t/a-thread/5?u=ann", "/c/help/3.rss"])
def test_the_address_of_any_page_will_do(copied: str) -> None:
    assert Options(name="Here", url=f"https://forum.example/sub{copied}").url == "https://forum.example/sub"
