"""What every kind that reads a site in pages must cope with, tested with its fake site in tests/sites.

tests/test_sources.py tests the contract and failures of the connection; here is what responses may contain.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.errors import SourceError
from monitor.model import Batch, Json, Post, Term
from monitor.sources import Source, load
from tests import sites
from tests.fake_server import Connection, Server, http_for, serving
from tests.fakes import NOON
from tests.player import detour
from tests.sites import FakeSite, fake_posts

TERMS = (Term("acme"),)
LATER = NOON + timedelta(minutes=30)
STREAMS = {"bluesky"}
"""They have neither pages nor an overlap; their own tests cover them."""
every_kind = pytest.mark.parametrize("kind", [kind for kind in sites.kinds() if kind not in STREAMS])


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in sites.SECRETS:
        monkeypatch.setenv(name, sites.SECRETS[name])


@contextmanager
def reading(kind: str, site: Any, **options: Any) -> Iterator[tuple[Source, Server]]:
    """A source of ``kind`` that reads ``site``."""
    with serving(site) as server:
        module = load(kind)
        values = {
            k: v.format(url=server.url) if isinstance(v, str) else v for k, v in sites.module(kind).OPTIONS.items()
        }
        http = detour(http_for(server), server, *sites.sdk_hosts(kind))
        try:
            yield module.Source(module.Options(name="Here", **{**values, **options}), http), server
        finally:
            http.close()


def passes(source: Source, cursor: Json = None, now: datetime = NOON, max_passes: int = 40) -> list[Batch]:
    """Passes until there is no more."""
    batches: list[Batch] = []
    while not batches or batches[-1].more:
        assert len(batches) < max_passes, "the source does not come to an end"
        batches.append(source.fetch(TERMS, cursor, now))
        cursor = json.loads(json.dumps(batches[-1].cursor))
    return batches


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def site(kind: str, *numbers: int, **quirks: Any) -> FakeSite:
    fake_site: FakeSite = sites.module(kind).Site(fake_posts(*numbers), **quirks)
    return fake_site


def many_posts(kind: str) -> list[sites.FakePost]:
    """More posts than fit on a page, the newest one half an hour old."""
    count: int = getattr(sites.module(kind), "MANY_POSTS", 450)
    return fake_posts(*range(1, count + 1), start=NOON - timedelta(minutes=count + 30))


@every_kind
def test_an_empty_site_is_not_an_error(kind: str) -> None:
    with reading(kind, site(kind)) as (source, _):
        (batch,) = passes(source)
    assert batch.posts == ()
    assert batch.skipped == 0
    assert batch.complete_since is not None


@every_kind
def test_many_pages_are_read_once_each(kind: str) -> None:
    fake_site = sites.module(kind).Site(many_posts(kind))
    with reading(kind, fake_site) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == len({post.external_id for post in posts}) == len(many_posts(kind))
    assert len(fake_site.requests) > getattr(sites.module(kind), "REQUESTS_FOR_MANY_POSTS", 2)


@every_kind
def test_a_pass_is_bounded(kind: str) -> None:
    with reading(kind, sites.module(kind).Site(many_posts(kind))) as (source, server):
        batches = passes(source)
        assert len(server.requests) / len(batches) <= 45
    assert not batches[-1].more


@every_kind
def test_a_site_that_repeats_its_first_page_does_not_loop(kind: str) -> None:
    with reading(kind, sites.module(kind).Site(many_posts(kind), repeats_first_page=True)) as (source, server):
        posts = posts_of(passes(source, max_passes=5))
        assert len(server.requests) < 100
    assert len(posts) == len({post.external_id for post in posts})


@every_kind
def test_the_order_within_a_page_does_not_matter(kind: str) -> None:
    def shuffled(page: list[Any]) -> list[Any]:
        return random.Random(7).sample(page, len(page))

    with reading(kind, site(kind, *range(1, 31), reorder=shuffled)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == 30
    assert [p.published_at for p in posts] == sorted(p.published_at for p in posts)


@every_kind
def test_a_post_twice_on_a_page_is_one_post(kind: str) -> None:
    with reading(kind, site(kind, 1, 2, 3, reorder=lambda page: page + page)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == 3


@every_kind
def test_a_post_on_two_pages_is_one_post(kind: str) -> None:
    """This happens if posts arrive between two requests."""
    before: list[list[Any]] = []
    skipped = getattr(sites.module(kind), "PAGES_FORWARD", False)

    def repeating(page: list[Any]) -> list[Any]:
        before.append(page)
        return [*before[-2][-3:], *page] if len(before) > 1 + skipped else page

    with reading(kind, sites.module(kind).Site(many_posts(kind), reorder=repeating)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == len({post.external_id for post in posts}) == len(many_posts(kind))


@every_kind
def test_a_page_that_is_sorted_oldest_first_is_not_the_last(kind: str) -> None:
    with reading(kind, sites.module(kind).Site(many_posts(kind), reorder=lambda page: page[::-1])) as (source, _):
        posts = posts_of(passes(source))
    assert len({post.external_id for post in posts}) == len(many_posts(kind))


def _fields(record: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each field in a record."""
    if isinstance(record, dict):
        for name, value in record.items():
            yield (*path, name)
            yield from _fields(value, (*path, name))


def _with(record: Any, path: tuple[Any, ...], value: Any) -> Any:
    """``record`` with another value at ``path``; ... removes the field."""
    changed = dict(record)
    if len(path) > 1:
        changed[path[0]] = _with(record[path[0]], path[1:], value)
    elif value is ...:
        del changed[path[0]]
    else:
        changed[path[0]] = value
    return changed


@every_kind
@pytest.mark.parametrize(
    "wrong", [..., None, 7, -1e300, True, "", "no such thing", [], {}, [None], {"a": {}}, "\ud800"]
)
def test_no_field_is_required_to_be_valid(kind: str, wrong: Any) -> None:
    """One field of a record is missing, null or of another type: the other posts are still returned."""
    seen: list[dict[str, Any]] = []
    fake_site = site(kind, 1, alter=lambda record: seen.append(record) or record)  # type: ignore[func-returns-value]
    with reading(kind, fake_site) as (source, server):
        passes(source)
        for path in _fields(seen[0]):
            first: list[Any] = []

            def damaged(record: dict[str, Any], path: Any = path, first: list[Any] = first) -> dict[str, Any]:
                first.append(record)
                here: dict[str, Any] = _with(record, path, wrong) if len(first) == 1 else record
                return here

            server.script = site(kind, 1, 2, alter=damaged)
            posts = posts_of(passes(source))
            assert 1 <= len(posts) <= 2, f"{path} = {wrong!r}"
            assert all(post.external_id and post.body.strip() and post.published_at <= NOON for post in posts)


@every_kind
@pytest.mark.parametrize("invalid", [None, 5, "x", [], True])
def test_an_invalid_record_is_skipped(kind: str, invalid: Any) -> None:
    with reading(kind, site(kind, 1, 2, reorder=lambda page: [*page, invalid])) as (source, _):
        batches = passes(source)
    assert len(posts_of(batches)) == 2
    assert sum(batch.skipped for batch in batches) >= 1


@every_kind
def test_unknown_fields_are_ignored(kind: str) -> None:
    with reading(kind, site(kind, 1, 2, alter=lambda record: {**record, "new_in_2027": {"a": [1]}})) as (source, _):
        assert len(posts_of(passes(source))) == 2


@every_kind
@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"5", b'"x"', b"{}", b'{"error": "x"}', b'{"a": ', b"\xff\xfe", b"[" * 99_999]
)
def test_an_undocumented_response_is_an_error(kind: str, body: bytes) -> None:
    if body in getattr(sites.module(kind), "EMPTY_RESPONSES", ()):
        pytest.skip("this is a valid response of the site")

    def answer(conn: Connection) -> None:
        conn.answer(200, body, content_type="application/json")

    with reading(kind, answer) as (source, _), pytest.raises(SourceError) as caught:
        source.fetch(TERMS, None, NOON)
    assert str(caught.value).endswith((".", ")"))


@every_kind
@pytest.mark.parametrize("status", [402, 406, 408, 418, 422, 451, 502, 504, 599])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": 5}'])
def test_every_other_status_is_a_readable_error(kind: str, status: int, body: bytes) -> None:
    with reading(kind, lambda conn: conn.answer(status, body)) as (source, _), pytest.raises(SourceError) as caught:
        source.fetch(TERMS, None, NOON)
    assert str(status) in str(caught.value)
    assert str(caught.value).endswith((".", ")"))


@every_kind
def test_resuming_in_the_middle_of_many_pages_loses_and_repeats_nothing(kind: str) -> None:
    """Posts arrive while a long list is read in several passes, each one from the stored cursor in a new process."""
    count = len(many_posts(kind))
    posts: list[Post] = []
    cursor: Json = None
    for number in range(60):
        late = [
            sites.FakePost(count + n, f"Acme again, {n}.", NOON + timedelta(minutes=n)) for n in range(1, 9 * number)
        ]
        fake_site = sites.module(kind).Site([*many_posts(kind), *late])
        with reading(kind, fake_site) as (source, _):
            batch = source.fetch(TERMS, cursor, NOON + timedelta(minutes=10 * number))
        posts += batch.posts
        cursor = json.loads(json.dumps(batch.cursor))
        if number >= 6 and not batch.more:
            break
    ids = [post.external_id for post in posts]
    assert len(ids) == len(set(ids))
    assert len(ids) == count + 9 * number - 1


@every_kind
def test_an_edited_post_is_returned_again_with_its_id(kind: str) -> None:
    if not getattr(sites.module(kind), "REPORTS_EDITS", True):
        pytest.skip("this site does not report edits")
    with reading(kind, site(kind, 1, 2, 238)) as (source, server):
        batches = passes(source)
        server.script = sites.module(kind).Site(
            [*fake_posts(1, 2), *fake_posts(238, text="Acme is bad after all, says {n}.")]
        )
        (edited,) = posts_of(passes(source, batches[-1].cursor, LATER))
    first = {post.external_id: post for post in posts_of(batches)}
    assert edited.external_id in first
    assert "after all" in edited.body
    assert edited.published_at == first[edited.external_id].published_at


@every_kind
def test_a_deleted_post_is_reported(kind: str) -> None:
    if not getattr(sites.module(kind), "REPORTS_DELETIONS", True):
        pytest.skip("this site does not report deletions")
    posts = fake_posts(1, 2, 3)
    with reading(kind, sites.module(kind).Site(posts)) as (source, server):
        batches = passes(source)
        after = [sites.FakePost(p.n, p.text, p.at, deleted=p.n == 2) for p in posts]
        server.script = sites.module(kind).Site(after)
        cursor, deleted = batches[-1].cursor, []
        for hours in (6, 12, 24):
            later = passes(source, cursor, NOON + timedelta(hours=hours))
            cursor = later[-1].cursor
            deleted += [id_ for batch in later for id_ in batch.deleted]
    (wanted,) = [post.external_id for post in posts_of(batches) if "2" in post.body]
    assert deleted == [wanted]


@every_kind
def test_without_terms_nothing_is_searched(kind: str) -> None:
    with reading(kind, site(kind, 1)) as (source, server):
        batch = source.fetch((), None, NOON)
        assert batch.posts or (batch.note and not server.requests)


@every_kind
def test_unusual_terms_cause_no_error(kind: str) -> None:
    terms = [
        Term(text) for text in ('say "no" \\', "#tag", "@who", "新車", "a b c", "é" * 300, "x", "AND", "-no", "\ud800")
    ]
    with reading(kind, site(kind, 1)) as (source, _):
        source.fetch(terms, None, NOON)


@every_kind
def test_a_clock_that_is_set_back_does_not_stop_a_source(kind: str) -> None:
    with reading(kind, site(kind, 1)) as (source, server):
        batches = passes(source, now=NOON + timedelta(days=900))
        server.script = sites.module(kind).Site([*fake_posts(1), *fake_posts(2, start=NOON)])
        again = passes(source, batches[-1].cursor, LATER)
    assert len(posts_of(again)) >= 1


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in sites.kinds()
        if getattr(sites.module(kind), "READS_HISTORY_AGAIN", hasattr(load(kind).Source, "reset_cursor"))
    ],
)
def test_a_reset_cursor_reads_the_history_again(kind: str) -> None:
    with reading(kind, site(kind, *range(1, 60))) as (source, _):
        first = passes(source)
        assert not posts_of(passes(source, first[-1].cursor, LATER))
        cursor = source.reset_cursor(first[-1].cursor)  # type: ignore[attr-defined]
        again = passes(source, json.loads(json.dumps(cursor)), LATER)
        assert {post.external_id for post in posts_of(again)} == {post.external_id for post in posts_of(first)}
        assert again[-1].complete_since is not None
        assert again[-1].complete_since < NOON
        assert not posts_of(passes(source, again[-1].cursor, LATER))


@pytest.mark.parametrize(
    "kind", [kind for kind in [*sites.kinds(), "feed"] if hasattr(load(kind).Source, "reset_cursor")]
)
@pytest.mark.parametrize("cursor", [None, 5, [], {}, {"sweep": None, "listed": []}, {"sweep": {"done": 5}}])
def test_an_invalid_cursor_can_be_reset(kind: str, cursor: Json) -> None:
    options = (
        {k: v.format(url="https://a.example") for k, v in sites.module(kind).OPTIONS.items() if isinstance(v, str)}
        if (kind != "feed")
        else {"url": "https://a.example/"}
    )
    source = load(kind).Source(load(kind).Options(name="Here", **options), http_for())
    source.reset_cursor(cursor)  # type: ignore[attr-defined]
