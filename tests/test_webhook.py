"""The webhook, from a signed request to the stored mention: what it accepts, what it rejects, and its answers."""

from __future__ import annotations

import gzip
import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from werkzeug.test import TestResponse

from display.app import create_app
from monitor.collector import ConfiguredSource, Deliveries, Judge, PassContext, PollingPolicy, poll, timing
from monitor.errors import AuthError, DeliveryError, DeliveryRefused, StoreError
from monitor.logs import MAX_CAUSES
from monitor.model import Health, MentionFilter, Receipt
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources.webhook import MAX_BODY_BYTES, MAX_POSTS, Options, Source
from monitor.store import Store, open_store
from tests.fake_server import http_for
from tests.fake_site import ALL_HEALTHY, BRANDS, config
from tests.fakes import NOON, FakeClock

KEY = "made up for a test, no secret"
POST = {"id": "t1", "text": "Acme is great!"}


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HELPDESK_HOOK", KEY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path / 'wallflower.db'}")
    opened.register_brands(BRANDS, NOON)
    yield opened
    opened.close()


@pytest.fixture
def context(store: Store, clock: FakeClock) -> PassContext:
    matcher = Matcher(BRANDS)
    return PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: 0.0)


@pytest.fixture
def helpdesk() -> ConfiguredSource:
    return ConfiguredSource("Help desk", "webhook", source(), PollingPolicy(None, timedelta(minutes=1)))


@pytest.fixture
def client(
    tmp_path: Path, store: Store, clock: FakeClock, context: PassContext, helpdesk: ConfiguredSource
) -> FlaskClient:
    accept = Deliveries([helpdesk], context).accept
    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_HEALTHY, version="1", accept=accept)
    return app.test_client()


def source() -> Source:
    return Source(Options(name="Help desk", secret="HELPDESK_HOOK"), http_for())


def signature(body: bytes, key: str = KEY) -> str:
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def deliver(client: FlaskClient, delivery: Any, name: str = "Help%20desk", **headers: str) -> TestResponse:
    """Send a delivery with a valid signature, unless ``headers`` have another."""
    body = delivery if isinstance(delivery, bytes) else json.dumps(delivery).encode()
    signed = {"X-Hub-Signature-256": signature(body)}
    return client.post(
        f"/in/{name}", data=body, headers={**signed, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def test_an_accepted_post_is_stored(client: FlaskClient, store: Store) -> None:
    whole = {
        "title": "A review",
        "author": "@ann",
        "url": "https://shop.example/1",
        "site": "shop.example",
        "lang": "en-GB",
        "published": "2026-03-01T08:00:00+01:00",
    }
    answer = deliver(client, {**POST, **whole})
    assert answer.status_code == 202
    assert answer.get_json() == {"posts": 1, "mentions": 1, "edited": 0, "deleted": 0}
    (mention,) = store.page(MentionFilter())
    post = mention.post
    assert (mention.brand, post.source, post.external_id) == ("Acme", "Help desk", "t1")
    assert (post.title, post.text, post.author, post.url) == ("A review", POST["text"], "ann", whole["url"])
    assert (post.site, post.lang) == ("shop.example", "en")
    assert post.published_at == datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("delivery", [POST, [POST], {"posts": [POST]}])
def test_a_delivery_may_have_one_post_or_many(client: FlaskClient, delivery: Any) -> None:
    assert deliver(client, delivery).get_json()["mentions"] == 1


def test_a_delivery_may_be_empty(client: FlaskClient) -> None:
    assert deliver(client, []).get_json() == {"posts": 0, "mentions": 0, "edited": 0, "deleted": 0}


def test_a_delivery_may_be_repeated(client: FlaskClient, store: Store) -> None:
    deliver(client, [POST, POST])
    again = deliver(client, POST)
    assert again.get_json() == {"posts": 1, "mentions": 0, "edited": 0, "deleted": 0}
    assert len(store.page(MentionFilter())) == 1


def test_a_post_with_a_known_id_is_edited(client: FlaskClient, store: Store) -> None:
    deliver(client, POST)
    assert deliver(client, {"id": "t1", "text": "Acme is awful!"}).get_json()["edited"] == 1
    (mention,) = store.page(MentionFilter())
    assert mention.post.text == "Acme is awful!"


def test_a_deletion_deletes_the_post(client: FlaskClient, store: Store) -> None:
    deliver(client, POST)
    answer = deliver(client, [{"id": "t1", "deleted": True}, {"id": "unknown", "deleted": True}])
    assert answer.get_json() == {"posts": 0, "mentions": 0, "edited": 0, "deleted": 1}
    assert store.page(MentionFilter()) == []


def test_the_last_post_with_an_id_wins_within_a_delivery(client: FlaskClient, store: Store) -> None:
    gone = {"id": "t1", "deleted": True}
    deliver(client, [POST, gone])
    assert store.page(MentionFilter()) == []
    deliver(client, [POST, gone, {**POST, "text": "Acme is back!"}])
    assert [mention.post.text for mention in store.page(MentionFilter())] == ["Acme is back!"]


def test_a_post_without_a_brand_is_accepted_and_not_stored(client: FlaskClient, store: Store) -> None:
    assert deliver(client, {"id": 7, "text": "Nobody is named."}).get_json()["posts"] == 1
    assert store.page(MentionFilter()) == []


def test_texts_are_cleaned(client: FlaskClient, store: Store) -> None:
    deliver(client, {**POST, "text": "<b>Acme</b><script>alert(1)</script>", "url": "javascript:alert(1)"})
    (mention,) = store.page(MentionFilter())
    assert (mention.post.text, mention.post.url) == ("Acme", "")


def test_a_time_in_the_future_becomes_now(client: FlaskClient, store: Store) -> None:
    deliver(client, [{**POST, "published": "2031-01-01"}, {**POST, "id": "t2", "published": 1_772_000_000}])
    later, earlier = (mention.post.published_at for mention in sorted(store.page(MentionFilter()), key=lambda m: m.id))
    assert later == NOON
    assert earlier == datetime.fromtimestamp(1_772_000_000, UTC)


def test_a_delivery_of_the_maximum_size_is_accepted(client: FlaskClient, store: Store) -> None:
    answer = deliver(client, [{"id": n, "text": f"Acme {n}"} for n in range(MAX_POSTS)])
    assert answer.get_json()["mentions"] == MAX_POSTS


def _rejected_requests() -> list[tuple[str, dict[str, str]]]:
    body = json.dumps(POST).encode()
    return [
        ("Nobody", {}),
        ("Help%20desk", {"X_Hub_Signature_256": ""}),
        ("Help%20desk", {"X_Hub_Signature_256": signature(body, "another key")}),
        ("Help%20desk", {"X_Hub_Signature_256": signature(b"another body")}),
        ("Help%20desk", {"X_Hub_Signature_256": signature(body).upper()}),
        ("Help%20desk", {"X_Hub_Signature_256": "sha1=" + "0" * 40}),
        ("Help%20desk", {"X_Hub_Signature_256": "sha256=\xe9"}),
        ("a/b/../c", {}),
    ]


@pytest.mark.parametrize(("name", "headers"), _rejected_requests())
def test_every_rejected_signature_gets_the_same_answer(
    client: FlaskClient, store: Store, name: str, headers: dict[str, str]
) -> None:
    answer = deliver(client, POST, name, **headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Not accepted."})
    assert store.page(MentionFilter()) == []


def test_an_unsigned_body_is_not_parsed(client: FlaskClient) -> None:
    assert deliver(client, b"{not json", X_Hub_Signature_256="sha256=0").status_code == 401


@pytest.mark.parametrize("value", [None, "short"])
def test_without_a_usable_secret_nothing_is_accepted(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("HELPDESK_HOOK")
    if value:
        monkeypatch.setenv("HELPDESK_HOOK", value)
    body = json.dumps(POST).encode()
    answer = deliver(client, body, X_Hub_Signature_256=signature(body, value or ""))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("delivery", "words"),
    [
        (b"{", "The body is not JSON"),
        (b"", "The body is not JSON"),
        (b'{"id": "1", "text": "\xff"}', "The body is not JSON"),
        (b"[" * 100_000, "The body is not JSON"),
        ({"text": "Acme"}, "posts[0].id: is missing."),
        ([POST, {"id": "x"}], "posts[1].text: is missing."),
        ({"id": "", "text": "Acme"}, "posts[0].id: "),
        ({**POST, "publised": "2026-03-01"}, "posts[0].publised: unknown key. Allowed keys: id, text, title"),
        (gzip.compress(b"{}", mtime=0), "The body is not JSON: it is compressed with gzip; send it uncompressed."),
        (b"payload=%7B%7D", "The body is not JSON: it is a form; send it as application/json."),
        (
            {**POST, "published": "yesterday"},
            "posts[0].published: expected an ISO 8601 time such as 2026-03-01T08:00:00Z",
        ),
        ({**POST, "text": None}, "posts[0].text: Input should be a valid string."),
        ({**POST, "stars": 6}, "posts[0].stars: "),
        ({"posts": None}, "posts[0]: "),
        ("Acme", 'posts[0]: a post is an object such as {"id": "1", "text": "Hello"}.'),
        (None, "posts[0]: "),
        ([POST] * (MAX_POSTS + 1), "posts: found 1,001; at most 1,000 are allowed at once."),
    ],
)
def test_an_invalid_delivery_is_rejected_with_the_place_of_the_error(
    client: FlaskClient, delivery: Any, words: str
) -> None:
    answer = deliver(client, b"null" if delivery is None else delivery)
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]


def test_a_partly_invalid_delivery_is_not_stored(client: FlaskClient, store: Store) -> None:
    assert deliver(client, [POST, {"id": "x"}]).status_code == 400
    assert store.page(MentionFilter()) == []


def test_a_delivery_that_is_too_large_is_rejected(client: FlaskClient) -> None:
    answer = deliver(client, {**POST, "text": "x" * MAX_BODY_BYTES})
    assert (answer.status_code, list(answer.get_json())) == (413, ["error"])


def test_only_this_path_accepts_requests_from_another_site(client: FlaskClient) -> None:
    elsewhere = {"Origin": "https://elsewhere.example", "Sec_Fetch_Site": "cross-site"}
    assert deliver(client, POST, **elsewhere).status_code == 202
    assert client.post("/mentions/1/hide", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/inside", headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_get_request_does_not_reveal_which_sources_exist(client: FlaskClient) -> None:
    known, unknown = client.get("/in/Help%20desk"), client.get("/in/Nobody")
    assert known.status_code == unknown.status_code == 405
    assert known.data == unknown.data


def test_the_stars_of_a_review_are_parsed() -> None:
    body = json.dumps({**POST, "stars": 5}).encode()
    (post,) = source().parse(body, signature(body), NOON).posts
    assert post.stars == 5


def test_the_context_of_a_post_is_parsed() -> None:
    body = json.dumps([{**POST, "reply_to": "@bob", "repost": True, "lang": "de"}, {**POST, "id": "2"}]).encode()
    first, second = source().parse(body, signature(body), NOON).posts
    assert (first.reply_to, first.repost, first.lang) == ("@bob", True, "de")
    assert (second.reply_to, second.repost, second.lang) == ("", False, None)


def test_a_shared_page_joins_a_post_to_the_story_of_the_article(client: FlaskClient, store: Store) -> None:
    page = "https://news.example/2026/03/acme-recalls-its-kettles"
    posts = [
        {"id": "1", "text": "Acme recalls its kettles", "title": "Acme recalls its kettles", "url": page},
        {"id": "2", "text": "Acme, seriously?", "link": f"{page}?utm_source=chat"},
        {"id": "3", "text": "Acme, honestly", "link": "javascript:alert(1)"},
    ]
    assert deliver(client, posts).status_code == 202

    story = {mention.post.external_id: mention.story for mention in store.page(MentionFilter())}
    assert story["1"] == story["2"] is not None
    assert story["3"] is None


def test_a_store_error_asks_to_send_again_later(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    def full(name: str, body: bytes, signature: str) -> Receipt:
        raise StoreError("The disk is full.")

    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_HEALTHY, version="1", accept=full)
    answer = deliver(app.test_client(), POST)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "disk" not in answer.text


def test_a_bug_is_logged_once_for_all_deliveries_and_leaves_a_gap(
    client: FlaskClient,
    store: Store,
    context: PassContext,
    helpdesk: ConfiguredSource,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a bug of ours")

    first = timing.initial_status("Help desk", "webhook", helpdesk.polling, sample=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context.judge, "judge", fail)
        answers = [deliver(client, {**POST, "id": f"t{n}"}) for n in range(3)]
    assert {answer.status_code for answer in answers} == {500}
    assert "bug" in answers[0].get_json()["error"]
    assert (
        caplog.text.count("Traceback") == caplog.text.count("Help desk: deliveries are refused because of a bug") == 1
    )
    assert deliver(client, POST).status_code == 202
    poll(helpdesk, first, context)
    assert [gap.since for gap in store.gaps(NOON - timedelta(hours=1), NOON + timedelta(hours=1))] == [NOON]


def test_refused_deliveries_are_logged_once(client: FlaskClient, caplog: pytest.LogCaptureFixture) -> None:
    for n in range(20):
        with deliver(client, POST, X_Hub_Signature_256="sha256=00") as answer:
            assert answer.status_code == 401
        with deliver(client, POST, name=f"guess{n}") as answer:
            assert answer.status_code == 401
    assert caplog.text.count("Help desk: deliveries are refused: The signature is wrong.") == 1
    assert caplog.text.count("not in the config are refused") == MAX_CAUSES


def test_an_app_without_webhooks_accepts_nothing(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_HEALTHY, version="1")
    assert deliver(app.test_client(), POST).status_code == 401


def test_the_status_of_the_source_counts_deliveries(
    context: PassContext, clock: FakeClock, helpdesk: ConfiguredSource
) -> None:
    first = timing.initial_status("Help desk", "webhook", helpdesk.polling, sample=False)
    quiet = poll(helpdesk, first, context)
    assert (quiet.health, quiet.last_post) == (Health.WORKING, None)
    assert quiet.reason == "No post has arrived yet. Programs send posts to /in/Help%20desk."
    clock.advance(60)
    body = json.dumps([POST, {"id": "t2", "text": "Nobody"}]).encode()
    Deliveries([helpdesk], context).accept("Help desk", body, signature(body))
    busy = poll(helpdesk, quiet, context)
    assert (busy.health, busy.reason, busy.last_post) == (Health.WORKING, "", clock.now())
    assert busy.posts_per_hour > 0
    clock.advance(60)
    assert poll(helpdesk, busy, context).last_post == busy.last_post


def test_a_missing_secret_is_reported(
    context: PassContext, helpdesk: ConfiguredSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELPDESK_HOOK")
    status = poll(helpdesk, timing.initial_status("Help desk", "webhook", helpdesk.polling, sample=False), context)
    assert status.health is Health.NEEDS_KEY
    assert "HELPDESK_HOOK" in status.reason
    monkeypatch.setenv("HELPDESK_HOOK", "short")
    with pytest.raises(AuthError, match="too short"):
        source().fetch((), None, NOON)


def test_the_secret_itself_is_not_a_valid_variable_name() -> None:
    with pytest.raises(ValidationError):
        Options(name="Help desk", secret=KEY)


@given(st.binary(max_size=200), st.text(max_size=80))
def test_no_guessed_signature_is_accepted(body: bytes, guess: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_HOOK", KEY)
        with pytest.raises(DeliveryRefused):
            source().parse(body, guess, NOON)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = (
    "id",
    "text",
    "title",
    "author",
    "url",
    "site",
    "lang",
    "published",
    "stars",
    "deleted",
    "reply_to",
    "repost",
    "link",
    "posts",
)


@given(_ANY | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _ANY)), max_size=3))
def test_no_delivery_raises_an_unexpected_error(delivery: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_HOOK", KEY)
        body = json.dumps(delivery).encode()
        try:
            posts = source().parse(body, signature(body), NOON).posts
        except DeliveryRefused:
            pytest.fail("It was signed.")
        except DeliveryError:
            return
    assert all(post.text.strip() and post.published_at.tzinfo for post in posts)


def test_a_delivery_that_cannot_be_stored_opens_a_gap_once_storing_works_again(
    client: FlaskClient,
    store: Store,
    clock: FakeClock,
    context: PassContext,
    helpdesk: ConfiguredSource,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    status = poll(helpdesk, timing.initial_status("Help desk", "webhook", helpdesk.polling, sample=False), context)
    with monkeypatch.context() as full:
        full.setattr(store, "save", _no_space)
        for _ in range(2):
            assert deliver(client, POST).status_code == 503
            clock.advance(30)
    assert store.gaps(NOON, NOON + timedelta(hours=1)) == []
    status = poll(helpdesk, status, context)
    (gap,) = store.gaps(NOON, NOON + timedelta(hours=1))
    assert (gap.since, gap.until, gap.reason) == (NOON, None, status.note)
    assert "refused because they could not be stored" in status.note
    clock.advance(60)
    poll(helpdesk, status, context)
    (gap,) = store.gaps(NOON, NOON + timedelta(hours=1))
    assert gap.until == clock.now(), "the gap ends, and stays: nobody knows whether the posts were sent again"


def _no_space(*_: Any, **__: Any) -> None:
    raise StoreError("The disk is full.", "disk_full")
