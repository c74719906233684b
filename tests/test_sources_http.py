"""What every kind that searches a site over plain HTTP must bear, found by its made-up site in tests/sites.

tests/test_sources.py holds these kinds to the contract and to trouble on the wire; here is what their answers may hold.
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
from tests.sites import Made, said

TERMS = (Term("acme"),)
LATER = NOON + timedelta(minutes=30)
STREAMS = {"bluesky"}
"""They have neither pages nor a window that is read again; their own tests hold them."""
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
        told = {k: v.format(url=server.url) if isinstance(v, str) else v for k, v in sites.of(kind).OPTIONS.items()}
        http = detour(http_for(server, read_timeout=1.0, total_timeout=5.0), server, *sites.hosts(kind))
        try:
            yield module.Source(module.Options(name="Here", **{**told, **options}), http), server
        finally:
            http.close()


def passes(source: Source, cursor: Json = None, now: datetime = NOON, most: int = 40) -> list[Batch]:
    """As many passes as there is more."""
    batches: list[Batch] = []
    while not batches or batches[-1].more:
        assert len(batches) < most, "a source that never comes to an end"
        batches.append(source.fetch(TERMS, cursor, now))
        cursor = json.loads(json.dumps(batches[-1].cursor))
    return batches


def posts_of(batches: list[Batch]) -> list[Post]:
    return [post for batch in batches for post in batch.posts]


def site(kind: str, *numbers: int, **quirks: Any) -> Made:
    made: Made = sites.of(kind).Site(said(*numbers), **quirks)
    return made


def many(kind: str) -> list[sites.Said]:
    """More posts than fit on a page, up to half an hour ago."""
    count: int = getattr(sites.of(kind), "MANY", 450)
    return said(*range(1, count + 1), start=NOON - timedelta(minutes=count + 30))


@every_kind
def test_an_empty_site_is_no_trouble(kind: str) -> None:
    with reading(kind, site(kind)) as (source, _):
        (batch,) = passes(source)
    assert batch.posts == ()
    assert batch.set_aside == 0
    assert batch.complete_since is not None


@every_kind
def test_many_pages_are_read_to_their_end_once_each(kind: str) -> None:
    made = sites.of(kind).Site(many(kind))
    with reading(kind, made) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == len({post.external_id for post in posts}) == len(many(kind))
    assert len(made.asked) > getattr(sites.of(kind), "REQUESTS_FOR_MANY", 2)


@every_kind
def test_a_pass_is_bounded_and_says_that_there_is_more(kind: str) -> None:
    with reading(kind, sites.of(kind).Site(many(kind))) as (source, server):
        batches = passes(source)
        assert len(server.requests) / len(batches) <= 45
    assert not batches[-1].more


@every_kind
def test_a_site_that_sends_its_first_page_for_ever_comes_to_an_end(kind: str) -> None:
    with reading(kind, sites.of(kind).Site(many(kind), stuck=True)) as (source, server):
        posts = posts_of(passes(source, most=5))
        assert len(server.requests) < 100
    assert len(posts) == len({post.external_id for post in posts})


@every_kind
def test_the_order_within_a_page_does_not_count(kind: str) -> None:
    def shuffled(page: list[Any]) -> list[Any]:
        return random.Random(7).sample(page, len(page))

    with reading(kind, site(kind, *range(1, 31), turn=shuffled)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == 30
    assert [p.published_at for p in posts] == sorted(p.published_at for p in posts)


@every_kind
def test_a_post_twice_on_a_page_is_one(kind: str) -> None:
    with reading(kind, site(kind, 1, 2, 3, turn=lambda page: page + page)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == 3


@every_kind
def test_what_stands_on_two_pages_is_one_post(kind: str) -> None:
    """As where posts came in between two requests, or where a site is careless."""
    before: list[list[Any]] = []
    apart = getattr(sites.of(kind), "FORWARD", False)

    def repeating(page: list[Any]) -> list[Any]:
        before.append(page)
        return [*before[-2][-3:], *page] if len(before) > 1 + apart else page

    with reading(kind, sites.of(kind).Site(many(kind), turn=repeating)) as (source, _):
        posts = posts_of(passes(source))
    assert len(posts) == len({post.external_id for post in posts}) == len(many(kind))


@every_kind
def test_the_order_of_pages_does_not_count_within_what_is_looked_for(kind: str) -> None:
    """A page that begins with its oldest, and ends with its newest post, is no end of the list."""
    with reading(kind, sites.of(kind).Site(many(kind), turn=lambda page: page[::-1])) as (source, _):
        posts = posts_of(passes(source))
    assert len({post.external_id for post in posts}) == len(many(kind))


def _fields(record: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each field within a record."""
    if isinstance(record, dict):
        for name, value in record.items():
            yield (*way, name)
            yield from _fields(value, (*way, name))


def _with(record: Any, way: tuple[Any, ...], value: Any) -> Any:
    """``record`` with another value at the end of ``way``; ... takes the field out."""
    changed = dict(record)
    if len(way) > 1:
        changed[way[0]] = _with(record[way[0]], way[1:], value)
    elif value is ...:
        del changed[way[0]]
    else:
        changed[way[0]] = value
    return changed


@every_kind
@pytest.mark.parametrize(
    "wrong", [..., None, 7, -1e300, True, "", "no such thing", [], {}, [None], {"a": {}}, "\ud800"]
)
def test_no_field_is_relied_on(kind: str, wrong: Any) -> None:
    """Each field of a record in turn is missing, null or of another type: the other posts come, and nothing breaks."""
    seen: list[dict[str, Any]] = []
    made = site(kind, 1, mend=lambda record: seen.append(record) or record)  # type: ignore[func-returns-value]
    with reading(kind, made) as (source, server):
        passes(source)
        for way in _fields(seen[0]):
            first: list[Any] = []

            def spoilt(record: dict[str, Any], way: Any = way, first: list[Any] = first) -> dict[str, Any]:
                first.append(record)
                here: dict[str, Any] = _with(record, way, wrong) if len(first) == 1 else record
                return here

            server.script = site(kind, 1, 2, mend=spoilt)
            posts = posts_of(passes(source))
            assert 1 <= len(posts) <= 2, f"{way} = {wrong!r}"
            assert all(post.external_id and post.body.strip() and post.published_at <= NOON for post in posts)


@every_kind
@pytest.mark.parametrize("strange", [None, 5, "x", [], True])
def test_a_record_that_is_none_is_set_aside(kind: str, strange: Any) -> None:
    with reading(kind, site(kind, 1, 2, turn=lambda page: [*page, strange])) as (source, _):
        batches = passes(source)
    assert len(posts_of(batches)) == 2
    assert sum(batch.set_aside for batch in batches) >= 1


@every_kind
def test_unknown_fields_are_passed_over(kind: str) -> None:
    with reading(kind, site(kind, 1, 2, mend=lambda record: {**record, "new_in_2027": {"a": [1]}})) as (source, _):
        assert len(posts_of(passes(source))) == 2


@every_kind
@pytest.mark.parametrize(
    "body", [b"null", b"[]", b"5", b'"x"', b"{}", b'{"error": "x"}', b'{"a": ', b"\xff\xfe", b"[" * 99_999]
)
def test_an_answer_that_is_not_the_documented_one_is_an_error(kind: str, body: bytes) -> None:
    if body in getattr(sites.of(kind), "FINE", ()):
        pytest.skip("this site says so when it has nothing")

    def answer(line: Connection) -> None:
        line.answer(200, body, content_type="application/json")

    with reading(kind, answer) as (source, _), pytest.raises(SourceError) as caught:
        source.fetch(TERMS, None, NOON)
    assert str(caught.value).endswith((".", ")"))


@every_kind
@pytest.mark.parametrize("status", [402, 406, 408, 418, 422, 451, 502, 504, 599])
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"error": 5}'])
def test_every_other_status_is_an_error_in_words(kind: str, status: int, body: bytes) -> None:
    with reading(kind, lambda line: line.answer(status, body)) as (source, _), pytest.raises(SourceError) as caught:
        source.fetch(TERMS, None, NOON)
    assert str(status) in str(caught.value)
    assert str(caught.value).endswith((".", ")"))


@every_kind
def test_resuming_in_the_middle_of_many_pages_loses_and_doubles_nothing(kind: str) -> None:
    """Posts that arrive while a long list is read in several passes, each from the stored cursor in a new process."""
    count = len(many(kind))
    posts: list[Post] = []
    cursor: Json = None
    for turn in range(60):
        late = [sites.Said(count + n, f"Acme again, {n}.", NOON + timedelta(minutes=n)) for n in range(1, 9 * turn)]
        made = sites.of(kind).Site([*many(kind), *late])
        with reading(kind, made) as (source, _):
            batch = source.fetch(TERMS, cursor, NOON + timedelta(minutes=10 * turn))
        posts += batch.posts
        cursor = json.loads(json.dumps(batch.cursor))
        if turn >= 6 and not batch.more:
            break
    ids = [post.external_id for post in posts]
    assert len(ids) == len(set(ids))
    assert len(ids) == count + 9 * turn - 1


@every_kind
def test_an_edited_post_comes_again_under_its_id(kind: str) -> None:
    if not getattr(sites.of(kind), "EDITS", True):
        pytest.skip("this site does not tell of edits")
    with reading(kind, site(kind, 1, 2, 238)) as (source, server):
        batches = passes(source)
        server.script = sites.of(kind).Site([*said(1, 2), *said(238, text="Acme is bad after all, says {n}.")])
        (edited,) = posts_of(passes(source, batches[-1].cursor, LATER))
    first = {post.external_id: post for post in posts_of(batches)}
    assert edited.external_id in first
    assert "after all" in edited.body
    assert edited.published_at == first[edited.external_id].published_at


@every_kind
def test_a_post_that_is_gone_is_told(kind: str) -> None:
    if not getattr(sites.of(kind), "DELETES", True):
        pytest.skip("this site does not tell of deletions")
    stand = said(1, 2, 3)
    with reading(kind, sites.of(kind).Site(stand)) as (source, server):
        batches = passes(source)
        gone = [sites.Said(p.n, p.text, p.at, gone=p.n == 2) for p in stand]
        server.script = sites.of(kind).Site(gone)
        cursor, deleted = batches[-1].cursor, []
        for hours in (6, 12, 24):
            later = passes(source, cursor, NOON + timedelta(hours=hours))
            cursor = later[-1].cursor
            deleted += [id_ for batch in later for id_ in batch.deleted]
    (wanted,) = [post.external_id for post in posts_of(batches) if "2" in post.body]
    assert deleted == [wanted]


@every_kind
def test_without_a_term_nothing_is_searched(kind: str) -> None:
    with reading(kind, site(kind, 1)) as (source, server):
        batch = source.fetch((), None, NOON)
        assert batch.posts or (batch.note and not server.requests)


@every_kind
def test_strange_terms_break_nothing(kind: str) -> None:
    terms = [
        Term(text) for text in ('say "no" \\', "#tag", "@who", "新車", "a b c", "é" * 300, "x", "AND", "-no", "\ud800")
    ]
    with reading(kind, site(kind, 1)) as (source, _):
        source.fetch(terms, None, NOON)


@every_kind
def test_a_clock_that_is_set_back_stops_nothing(kind: str) -> None:
    with reading(kind, site(kind, 1)) as (source, server):
        batches = passes(source, now=NOON + timedelta(days=900))
        server.script = sites.of(kind).Site([*said(1), *said(2, start=NOON)])
        again = passes(source, batches[-1].cursor, LATER)
    assert len(posts_of(again)) >= 1


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in sites.kinds()
        if getattr(sites.of(kind), "READS_HISTORY_AGAIN", hasattr(load(kind).Source, "reset_cursor"))
    ],
)
def test_when_rules_have_changed_history_is_read_once_more(kind: str) -> None:
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
def test_an_odd_cursor_is_taken_afresh_without_a_fault(kind: str, cursor: Json) -> None:
    options = (
        {k: v.format(url="https://a.example") for k, v in sites.of(kind).OPTIONS.items() if isinstance(v, str)}
        if (kind != "feed")
        else {"url": "https://a.example/"}
    )
    source = load(kind).Source(load(kind).Options(name="Here", **options), http_for())
    source.reset_cursor(cursor)  # type: ignore[attr-defined]
