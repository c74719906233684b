"""Bluesky, read from a fake Jetstream: resuming, lost posts, edits, deletions, and hosts that fail."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.collector import ConfiguredSource, Judge, PassContext, PollingPolicy, poll, timing
from monitor.errors import BadResponse, SourceError
from monitor.model import Batch, Brand, Health, Json, MentionFilter, Post, Term
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources._bluesky_events import EventParser, to_post, to_us
from monitor.sources.bluesky import MAX_EVENTS, REWIND_US, STALLED_AFTER, Options, Source
from monitor.store import open_store
from tests.fake_jetstream import Jetstream, RawStream, beat, commit, end, event, frame, us
from tests.fake_server import Connection, Script, Server, http_for, serving
from tests.fake_time import TIMEOUT_SECONDS
from tests.fakes import NOON, FakeClock

ACME = (Term("acme"),)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@contextmanager
def reading(*scripts: Script, **options: Any) -> Iterator[tuple[Source, list[Server]]]:
    """A source with one host for each script."""
    with ExitStack() as stack:
        servers = [stack.enter_context(serving(script)) for script in scripts]
        http = http_for(*servers, read_timeout=1.0, total_timeout=2.0)
        stack.callback(http.close)
        yield Source(Options(name="Bluesky", hosts=[s.url for s in servers], **options), http), servers


def cursor_at(at: datetime) -> Json:
    """The cursor of a source that has read everything until ``at``."""
    return {"time_us": us(at), "marks": {}}


def stored(cursor: Json) -> Json:
    """``cursor`` after it was stored and loaded."""
    return cast("Json", json.loads(json.dumps(cursor)))


def passes(source: Source, cursor: Json = None, now: datetime = NOON) -> tuple[list[Post], list[str], Batch]:
    """(posts, deletions, last batch) of passes until there is no more."""
    posts: list[Post] = []
    deleted: list[str] = []
    while True:
        batch = source.fetch(ACME, cursor, now)
        posts += batch.posts
        deleted += batch.deleted
        cursor = stored(batch.cursor)
        if not batch.more:
            return posts, deleted, batch


def test_only_posts_with_a_term_are_returned() -> None:
    at = NOON - MINUTE
    like = {**commit(9, at, text="Acme"), "commit": {"collection": "app.bsky.feed.like", "operation": "create"}}
    events = [commit(1, at, text="Acme is fine."), commit(2, at, text="Pineacme is not."), like, beat(at)]
    with reading(Jetstream(events)) as (source, _):
        posts, deleted, batch = passes(source)
    assert [post.text for post in posts] == ["Acme is fine."]
    assert deleted == []
    assert batch.skipped == 0
    assert isinstance(batch.cursor, dict)
    assert batch.cursor["time_us"] == us(at)


def test_a_post_has_its_author_address_and_time() -> None:
    written = NOON - HOUR
    with reading(Jetstream([commit(1, written, text="Acme!")])) as (source, _):
        (post,), _, _ = passes(source)
    assert post == Post(
        source="Bluesky",
        external_id="at://did:plc:writer1/app.bsky.feed.post/post1",
        text="Acme!",
        published_at=written,
        author="did:plc:writer1",
        url="https://bsky.app/profile/did:plc:writer1/post/post1",
        lang="en",
    )


@pytest.mark.parametrize(
    ("created", "expected"),
    [
        ("2026-03-04T11:00:00.123Z", NOON - HOUR + timedelta(milliseconds=123)),
        ("2015-01-01T00:00:00+02:00", datetime(2014, 12, 31, 22, tzinfo=UTC)),
        ("2026-03-04T11:00:00", NOON - HOUR),
        ("2031-01-01T00:00:00Z", NOON - MINUTE),
        ("0001-01-01T00:00:00+14:00", NOON - MINUTE),
        ("yesterday", NOON - MINUTE),
        (None, NOON - MINUTE),
        (5, NOON - MINUTE),
    ],
)
def test_the_authors_time_counts_unless_it_is_in_the_future(created: Any, expected: datetime) -> None:
    with reading(Jetstream([commit(1, NOON - MINUTE, text="Acme", createdAt=created)])) as (source, _):
        (post,), _, _ = passes(source)
    assert post.published_at == expected


@pytest.mark.parametrize(
    ("langs", "lang"), [(["en-GB"], "en"), (["de", "en"], None), ([], None), (None, None), ("en", None), ([7], None)]
)
def test_a_language_counts_only_if_it_is_the_only_one(langs: Any, lang: str | None) -> None:
    with reading(Jetstream([commit(1, NOON - MINUTE, text="Acme", langs=langs)])) as (source, _):
        (post,), _, _ = passes(source)
    assert post.lang == lang


def test_attached_texts_are_read_too() -> None:
    picture = {"$type": "app.bsky.embed.images", "images": [{"alt": "An Acme van"}, {"alt": ""}, {}]}
    card = {"$type": "app.bsky.embed.external", "external": {"title": "Acme recalls vans", "uri": "https://a.example"}}
    video = {"$type": "app.bsky.embed.video", "alt": "Acme opens"}
    quoted = {"$type": "app.bsky.embed.recordWithMedia", "record": {"record": {"uri": "at://x"}}, "media": picture}
    records: list[dict[str, Any]] = [{"embed": picture}, {"embed": card}, {"embed": video}, {"embed": quoted}]
    records.append({"tags": ["acme", "", 4]})
    events = [commit(n, NOON - MINUTE, text="Look!", **record) for n, record in enumerate(records)]
    with reading(Jetstream(events)) as (source, _):
        posts, _, _ = passes(source)
    texts = ["An Acme van", "Acme recalls vans", "Acme opens", "An Acme van", "#acme"]
    assert [post.text for post in posts] == [f"Look!\n\n{words}" for words in texts]


def test_a_pass_resumes_where_the_last_one_ended() -> None:
    stream = Jetstream([commit(n, NOON - HOUR + n * SECOND, text=f"Acme {n}") for n in range(5)], then=end)
    with reading(stream) as (source, servers):
        first, _, batch = passes(source)
        stream.events = [*stream.events, commit(7, NOON - HOUR + 7 * SECOND, text="Acme 7")]
        second, _, last = passes(source, stored(batch.cursor))
    assert [post.text for post in first] == [f"Acme {n}" for n in range(5)]
    assert [post.text for post in second] == ["Acme 7"]
    assert stream.requests[1]["cursor"] == str(us(NOON - HOUR + 4 * SECOND) - REWIND_US)
    assert last.complete_since == NOON - HOUR + 4 * SECOND
    assert len(servers[0].requests) == 2


def test_a_batch_that_was_not_saved_is_read_again() -> None:
    stream = Jetstream([beat(NOON - MINUTE), commit(1, NOON - 5 * SECOND, text="Acme 1")])
    with reading(stream) as (source, _):
        before = cursor_at(NOON - MINUTE)
        lost = source.fetch(ACME, before, NOON)
        again = source.fetch(ACME, before, NOON)
    assert lost.posts == again.posts
    assert len(again.posts) == 1


def test_an_open_stream_is_not_requested_again() -> None:
    with reading(Jetstream([commit(1, NOON - SECOND, text="Acme 1")])) as (source, servers):
        _, _, batch = passes(source)
        posts, _, again = passes(source, stored(batch.cursor), NOON + SECOND)
    assert posts == []
    assert again.cursor == batch.cursor
    assert len(servers[0].requests) == 1


def test_posts_before_the_replay_are_reported_as_lost() -> None:
    stopped, kept = NOON - 40 * HOUR, NOON - 36 * HOUR
    events = [beat(stopped + n * HOUR) for n in range(40)]
    with reading(Jetstream([*events, commit(1, NOON - MINUTE, text="Acme")], floor=kept)) as (source, _):
        posts, _, batch = passes(source, cursor_at(stopped))
    assert len(posts) == 1
    assert batch.complete_since == kept
    assert batch.note == "Posts from 02 Mar 20:00 to 03 Mar 00:00 UTC are lost: Bluesky replays only the last 36 hours."


def test_posts_within_the_replay_are_complete() -> None:
    stopped = NOON - 30 * HOUR
    with reading(Jetstream([beat(stopped), commit(1, NOON - MINUTE, text="Acme")])) as (source, _):
        _, _, batch = passes(source, cursor_at(stopped))
    assert batch.complete_since == stopped
    assert batch.note == ""


@pytest.mark.parametrize(
    ("stopped", "gap"),
    [(NOON - 40 * HOUR, [(NOON - 40 * HOUR, NOON - 36 * HOUR)]), (NOON - 30 * HOUR, [])],
)
def test_only_lost_posts_leave_a_gap(
    tmp_path: Path, stopped: datetime, gap: list[tuple[datetime, datetime | None]]
) -> None:
    brands = (Brand("Acme", "acme", ours=True),)
    store, matcher = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}"), Matcher(brands)
    store.register_brands(brands, stopped)
    context = PassContext(Judge(matcher, Scorer(brands)), store, matcher.terms(), lambda: NOON, lambda: 0.0)
    polling = PollingPolicy(None, 5 * SECOND)
    before = replace(timing.initial_status("Bluesky", "bluesky", polling, sample=False), last_success=stopped)
    store.save("Bluesky", (), now=stopped, cursor=cursor_at(stopped), status=before)
    events = [beat(stopped + n * HOUR) for n in range(int((NOON - stopped) / HOUR))]
    with reading(Jetstream([*events, commit(1, NOON - SECOND, text="Acme")], floor=NOON - 36 * HOUR)) as (source, _):
        poll(ConfiguredSource("Bluesky", "bluesky", source, polling), before, context)
    found = [(one.since, one.until) for one in store.gaps(NOON - 50 * HOUR, NOON)]
    store.close()
    assert found == gap


@pytest.mark.parametrize(("history", "cursor"), [(0, None), (2, us(NOON - 2 * HOUR) - REWIND_US)])
def test_history_before_the_first_pass_is_optional(history: float, cursor: int | None) -> None:
    stream = Jetstream([beat(NOON - SECOND)])
    with reading(stream, history=history) as (source, _):
        passes(source)
    assert stream.requests[0].get("cursor") == (str(cursor) if cursor else None)
    assert stream.requests[0]["maxMessageSizeBytes"] == "1000000"


def test_edits_and_deletions_are_returned_even_without_a_term() -> None:
    at = NOON - MINUTE
    events = [
        commit(1, at, text="Acme one"),
        commit(1, at + SECOND, "update", text="Nothing any more"),
        commit(2, at, text="Acme two"),
        commit(2, at + SECOND, "delete"),
        commit(3, at, "delete"),
        commit(3, at + SECOND, text="Acme is back"),
        commit(4, at, "delete"),
    ]
    with reading(Jetstream(events)) as (source, _):
        posts, deleted, _ = passes(source)
    assert {post.external_id[-5:]: post.text for post in posts} == {
        "post1": "Nothing any more",
        "post3": "Acme is back",
    }
    assert {id_[-5:] for id_ in deleted} == {"post2", "post4"}


def account(n: int, at: datetime, **fields: Any) -> dict[str, Any]:
    """An event about the account that writes post ``n``."""
    did = f"did:plc:writer{n}"
    return {**event(at, kind="account", account={"did": did, "seq": us(at), **fields}), "did": did}


@pytest.mark.parametrize("status", ["deleted", "takendown", "suspended", "deactivated"])
def test_an_account_that_is_gone_deletes_its_posts(status: str) -> None:
    at = NOON - MINUTE
    gone = account(1, at + SECOND, active=False, status=status)
    with reading(Jetstream([commit(1, at, text="Acme one"), commit(2, at, text="Acme two"), gone])) as (source, _):
        posts, deleted, batch = passes(source)
    assert [post.text for post in posts] == ["Acme two"]
    assert deleted == []
    assert batch.deleted_prefixes == ("at://did:plc:writer1/app.bsky.feed.post/",)
    assert "at://did:plc:writer1/app.bsky.feed.post/post1".startswith(batch.deleted_prefixes)


@pytest.mark.parametrize(
    "fields",
    [
        {"active": True},
        {"active": True, "status": "deleted"},
        {"active": False, "status": "throttled"},
        {"active": False},
        {"active": False, "status": ["deleted"]},
        {"active": False, "status": "deleted", "did": None},
        {"active": False, "status": "deleted", "did": ""},
    ],
)
def test_other_account_events_delete_nothing(fields: dict[str, Any]) -> None:
    at = NOON - MINUTE
    with reading(Jetstream([commit(1, at, text="Acme one"), account(1, at + SECOND, **fields)])) as (source, _):
        posts, deleted, batch = passes(source)
    assert ([post.text for post in posts], deleted, batch.deleted_prefixes) == (["Acme one"], [], ())


def test_posts_of_an_account_that_is_gone_are_removed_from_the_store(tmp_path: Path) -> None:
    at = NOON - MINUTE
    stream = Jetstream([commit(1, at, text="Acme one"), commit(2, at, text="Acme two")], then=end)
    brands, polling = (Brand("Acme", "acme", ours=True),), PollingPolicy(None, 5 * SECOND)
    with reading(stream) as (source, _), closing(open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")) as store:
        store.register_brands(brands, NOON)
        context = PassContext(Judge(Matcher(brands), Scorer(brands)), store, ACME, lambda: NOON)
        configured = ConfiguredSource("Bluesky", "bluesky", source, polling)
        status = poll(configured, timing.initial_status("Bluesky", "bluesky", polling, sample=False), context)
        assert len(store.page(MentionFilter())) == 2
        stream.events = [account(1, at + SECOND, active=False, status="deleted")]
        poll(configured, status, context)
        assert [mention.post.text for mention in store.page(MentionFilter())] == ["Acme two"]


def test_a_returning_account_keeps_new_posts_when_events_are_sent_again(tmp_path: Path) -> None:
    at = NOON - MINUTE
    gone = account(1, at + SECOND, active=False, status="deactivated")
    back = account(1, at + 2 * SECOND, active=True)
    new = {**commit(3, at + 3 * SECOND, text="Acme, I am back"), "did": gone["did"]}
    stream = Jetstream([commit(1, at, text="Acme one"), gone, back, new], then=end)
    brands, polling = (Brand("Acme", "acme", ours=True),), PollingPolicy(None, 5 * SECOND)
    with reading(stream) as (source, _), closing(open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")) as store:
        store.register_brands(brands, NOON)
        context = PassContext(Judge(Matcher(brands), Scorer(brands)), store, ACME, lambda: NOON)
        configured = ConfiguredSource("Bluesky", "bluesky", source, polling)
        status = poll(configured, timing.initial_status("Bluesky", "bluesky", polling, sample=False), context)
        assert [mention.post.text for mention in store.page(MentionFilter())] == ["Acme, I am back"]
        stream.events = [*stream.events, commit(4, at + 4 * SECOND, text="Acme four")]
        poll(configured, status, context)
        assert {mention.post.text for mention in store.page(MentionFilter())} == {"Acme, I am back", "Acme four"}


def test_an_edit_within_the_rewind_is_returned() -> None:
    at = NOON - MINUTE
    stream = Jetstream([commit(1, at, text="Acme one"), beat(at + SECOND)], then=end)
    with reading(stream) as (source, _):
        _, _, batch = passes(source)
        stream.events = [*stream.events, commit(1, at + 2 * SECOND, "update", text="Acme two")]
        posts, _, _ = passes(source, stored(batch.cursor))
    assert [post.text for post in posts] == ["Acme two"]


def test_the_next_host_is_read_when_one_fails() -> None:
    def refuses(conn: Connection) -> None:
        conn.answer(503)

    other = Jetstream([commit(1, NOON - SECOND, text="Acme")], then=end)
    with reading(refuses, other) as (source, servers):
        posts, _, batch = passes(source)
        assert len(posts) == 1
        servers[0].script = Jetstream([commit(2, NOON, text="Acme again")])
        again, _, _ = passes(source, stored(batch.cursor), NOON + SECOND)
    assert [post.text for post in again] == ["Acme again"]


def test_if_every_host_fails_the_last_error_is_reported() -> None:
    def refuses(conn: Connection) -> None:
        conn.answer(502)

    with reading(refuses, Connection.reset) as (source, servers), pytest.raises(SourceError) as caught:
        source.fetch(ACME, None, NOON)
    assert str(caught.value).startswith(f"None of the 2 servers can be read. {servers[1].host}")


def test_a_host_that_closes_at_once_is_an_error() -> None:
    with reading(RawStream([], then=end)) as (source, _), pytest.raises(SourceError, match="server shutting down"):
        source.fetch(ACME, cursor_at(NOON), NOON)


def test_a_stalled_stream_is_replaced_by_another_host() -> None:
    silent = Jetstream([commit(1, NOON, text="Acme one")])
    other = Jetstream([beat(NOON), commit(2, NOON + STALLED_AFTER, text="Acme two")])
    with reading(silent, other) as (source, _):
        _, _, batch = passes(source)
        nothing, _, batch = passes(source, stored(batch.cursor), NOON + STALLED_AFTER)
        assert (nothing, other.requests) == ([], [])
        posts, _, _ = passes(source, stored(batch.cursor), NOON + STALLED_AFTER + SECOND)
    assert [post.text for post in posts] == ["Acme two"]


def test_a_stalled_network_is_an_error() -> None:
    with reading(Jetstream([commit(1, NOON, text="Acme one")])) as (source, _):
        _, _, batch = passes(source)
        with pytest.raises(SourceError, match="stalled"):
            source.fetch(ACME, stored(batch.cursor), NOON + STALLED_AFTER + SECOND)


def test_a_host_that_replays_too_much_is_awaited() -> None:
    """Servers of version 2 begin with the segment that they are writing."""
    old = [commit(n, NOON - HOUR + n * MINUTE, text=f"Acme {n}") for n in range(1, 40)]
    gone = commit(7, NOON - HOUR + 41 * MINUTE, "delete")
    news, go = [commit(50, NOON - 5 * MINUTE, text="Acme news"), beat(NOON)], threading.Event()

    def then(conn: Connection) -> None:
        go.wait(TIMEOUT_SECONDS)
        conn.send(b"".join(frame(json.dumps(e).encode()) for e in news))
        conn.hang()

    with reading(RawStream([frame(json.dumps(e).encode()) for e in (*old, gone)], then=then)) as (source, servers):
        batch = source.fetch(ACME, cursor_at(NOON - 10 * MINUTE), NOON)
        assert (batch.posts, batch.deleted) == ((), ())
        assert cast("Any", batch.cursor)["time_us"] == us(NOON - 10 * MINUTE)
        go.set()
        posts: list[Post] = []
        deadline = time.monotonic() + TIMEOUT_SECONDS
        while not posts and time.monotonic() < deadline:
            found, _, batch = passes(source, stored(batch.cursor))
            posts += found
        assert len(servers[0].requests) == 1
    assert [post.text for post in posts] == ["Acme news"]


def test_the_gap_of_a_stalled_stream_starts_at_its_last_event(tmp_path: Path) -> None:
    brands, clock = (Brand("Acme", "acme", ours=True),), FakeClock()
    store, matcher = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}"), Matcher(brands)
    store.register_brands(brands, NOON)
    context = PassContext(Judge(matcher, Scorer(brands)), store, matcher.terms(), clock.now, lambda: 0.0)
    polling = PollingPolicy(None, 5 * SECOND)
    status = timing.initial_status("Bluesky", "bluesky", polling, sample=False)
    with reading(Jetstream([commit(1, NOON, text="Acme one")])) as (source, _):
        for wait in (0, STALLED_AFTER / 2 / SECOND, STALLED_AFTER / SECOND):
            assert status.health is not Health.BROKEN
            clock.advance(wait)
            status = poll(ConfiguredSource("Bluesky", "bluesky", source, polling), status, context)
    gaps = [(gap.since, gap.until) for gap in store.gaps(NOON - HOUR, NOON + HOUR)]
    store.close()
    assert status.health is Health.BROKEN
    assert gaps == [(NOON, None)]


def test_a_reset_in_the_middle_loses_nothing() -> None:
    whole = [json.dumps(commit(n, NOON - MINUTE + n * SECOND, text=f"Acme {n}")).encode() for n in range(3)]
    half = frame(whole[0]) + frame(whole[1])[:50]
    with reading(RawStream([half], then=lambda conn: None)) as (source, servers):
        first, _, batch = passes(source)
        servers[0].script = Jetstream([json.loads(one) for one in whole])
        second, _, _ = passes(source, stored(batch.cursor))
    assert [post.text for post in (*first, *second)] == ["Acme 0", "Acme 1", "Acme 2"]


def test_invalid_messages_are_skipped() -> None:
    good = json.dumps(commit(1, NOON - MINUTE, text="Acme")).encode()
    bad = [b"{", b"[]", b"\xff", b'{"time_us": "x"}', b'{"time_us": 1}', b"x" * 1_000_001, b'{"time_us": 1e400}']
    no_post = {**commit(2, NOON - MINUTE), "did": None}
    bad.append(json.dumps(no_post).encode())
    with reading(RawStream([b"".join(map(frame, [*bad, good]))])) as (source, _):
        posts, _, batch = passes(source)
    assert [post.text for post in posts] == ["Acme"]
    assert batch.skipped == len(bad)


def test_a_host_with_only_invalid_messages_is_an_error() -> None:
    with reading(RawStream([frame(b"{"), frame(b"}")], then=end)) as (source, _), pytest.raises(SourceError):
        source.fetch(ACME, None, NOON)


def test_many_posts_are_returned_in_bounded_passes() -> None:
    total = 2 * MAX_EVENTS + 500
    events = [commit(n, NOON - HOUR + n * SECOND, text=f"Acme {n}") for n in range(total)]
    posts: list[Post] = []
    cursor: Json = None
    with reading(Jetstream(events)) as (source, servers):
        while len(posts) < total:
            batch = source.fetch(ACME, cursor, NOON)
            assert len(batch.posts) <= MAX_EVENTS
            posts += batch.posts
            cursor = stored(batch.cursor)
    assert [post.text for post in posts] == [f"Acme {n}" for n in range(total)]
    assert len(servers[0].requests) == 1


def test_a_server_clock_that_runs_ahead_does_not_move_the_cursor_into_the_future() -> None:
    with reading(Jetstream([beat(NOON), beat(NOON + 1000 * HOUR)])) as (source, _):
        batch = source.fetch(ACME, cursor_at(NOON - SECOND), NOON)
    assert batch.cursor == {"time_us": to_us(NOON), "marks": {}}


def test_the_cursor_size_is_limited() -> None:
    events = [commit(n, NOON - SECOND, text="Acme") for n in range(4_000)]
    with reading(Jetstream(events)) as (source, _):
        cursor: Json = None
        for _ in range(6):
            cursor = stored(source.fetch(ACME, cursor, NOON).cursor)
    assert len(json.dumps(cursor)) < 100_000


@pytest.mark.parametrize("hosts", [[], ["ftp://a.example"], ["wss://user:pw@a.example"], ["not a host"], [""]])
def test_unreadable_hosts_are_rejected(hosts: list[str]) -> None:
    with pytest.raises(ValidationError):
        Options(name="Bluesky", hosts=hosts)


@pytest.mark.parametrize("host", ["jetstream.example", "wss://jetstream.example", "https://jetstream.example/"])
def test_a_host_may_be_written_in_several_ways(host: str) -> None:
    assert Options(name="Bluesky", hosts=host).hosts == ("https://jetstream.example",)


def test_a_private_host_is_refused_unless_allowed() -> None:
    with serving(Jetstream([])) as server, pytest.raises(SourceError, match="private network"):
        Source(Options(name="Bluesky", hosts=(server.url,)), http_for()).fetch(ACME, None, NOON)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys(("text", "langs", "createdAt", "tags", "embed"), _ANY)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(("did", "time_us", "kind", "rkey", "rev", "operation"), _ANY)),
)
def test_no_event_raises_an_unexpected_error(record: dict[str, Any], odd: dict[str, Any]) -> None:
    event = commit(1, NOON, **record)
    inside = {**event["commit"], **{k: v for k, v in odd.items() if k in event["commit"]}}
    whole = {**event, **{k: v for k, v in odd.items() if k in event}, "commit": inside}
    try:
        read = EventParser().parse(json.dumps(whole).encode())
    except ValueError:
        return
    if read.item is not None and read.item.record is not None:
        post = to_post(read.item, "Bluesky", NOON)
        assert post is None or (post.body.strip() and post.published_at <= NOON)


def test_recorded_events_are_parsed(shared_data: Path) -> None:
    lines = (shared_data / "recordings" / "bluesky" / "golden_v1.jsonl").read_bytes().splitlines()
    latest = max(json.loads(line)["time_us"] for line in lines)
    now = datetime.fromtimestamp(latest / 1e6, UTC) + SECOND
    with reading(RawStream([b"".join(map(frame, lines))])) as (source, _):
        batch = source.fetch((), None, now)
    assert len(batch.posts) == sum(b'"collection":"app.bsky.feed.post","rkey"' in line for line in lines) == 1
    assert batch.posts[0].lang == "en"
    assert batch.posts[0].published_at < now
    assert batch.skipped == 0
    assert batch.deleted == ()
    assert isinstance(batch.cursor, dict)
    assert batch.cursor["time_us"] == latest


def test_a_web_page_is_not_a_stream() -> None:
    def page(conn: Connection) -> None:
        conn.answer(200, b"<html>Welcome</html>")

    with reading(page) as (source, _), pytest.raises(BadResponse):
        source.fetch(ACME, None, NOON)
