"""The webhook, from a signed request to the stored mention: what is taken, what is refused, and what it tells."""

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

from display import create_app
from monitor.collector import ConfiguredSource, Deliveries, Judge, Pace, PassContext, poll, timing
from monitor.errors import AuthError, DeliveryError, DeliveryRefused, StoreError
from monitor.model import Health, MentionFilter, Receipt
from monitor.query.matcher import Matcher
from monitor.sentiment import Scorer
from monitor.sources.webhook import MOST_BYTES, MOST_POSTS, Options, Source
from monitor.store import Store, open_store
from tests.fake_server import http_for
from tests.fake_site import ALL_WELL, BRANDS, config
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
def desk(store: Store, clock: FakeClock) -> PassContext:
    matcher = Matcher(BRANDS)
    return PassContext(Judge(matcher, Scorer(BRANDS)), store, matcher.terms(), clock.now, lambda: 0.0)


@pytest.fixture
def helpdesk() -> ConfiguredSource:
    return ConfiguredSource("Help desk", "webhook", source(), Pace(None, timedelta(minutes=1)))


@pytest.fixture
def client(
    tmp_path: Path, store: Store, clock: FakeClock, desk: PassContext, helpdesk: ConfiguredSource
) -> FlaskClient:
    accept = Deliveries([helpdesk], desk).accept
    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_WELL, version="1", accept=accept)
    return app.test_client()


def source() -> Source:
    return Source(Options(name="Help desk", secret="HELPDESK_HOOK"), http_for())


def signature(body: bytes, key: str = KEY) -> str:
    return "sha256=" + hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def bring(client: FlaskClient, brought: Any, name: str = "Help%20desk", **headers: str) -> TestResponse:
    """Send a delivery, signed as it should be unless ``headers`` say otherwise."""
    body = brought if isinstance(brought, bytes) else json.dumps(brought).encode()
    signed = {"X-Hub-Signature-256": signature(body)}
    return client.post(
        f"/in/{name}", data=body, headers={**signed, **{k.replace("_", "-"): v for k, v in headers.items()}}
    )


def test_what_was_accepted_is_stored(client: FlaskClient, store: Store) -> None:
    whole = {
        "title": "A review",
        "author": "@ann",
        "url": "https://shop.example/1",
        "site": "shop.example",
        "lang": "en-GB",
        "published": "2026-03-01T08:00:00+01:00",
    }
    answer = bring(client, {**POST, **whole})
    assert answer.status_code == 202
    assert answer.get_json() == {"posts": 1, "mentions": 1, "edited": 0, "deleted": 0}
    (mention,) = store.page(MentionFilter())
    post = mention.post
    assert (mention.brand, post.source, post.external_id) == ("Acme", "Help desk", "t1")
    assert (post.title, post.text, post.author, post.url) == ("A review", POST["text"], "ann", whole["url"])
    assert (post.site, post.lang) == ("shop.example", "en")
    assert post.published_at == datetime(2026, 3, 1, 7, tzinfo=UTC)


@pytest.mark.parametrize("brought", [POST, [POST], {"posts": [POST]}])
def test_one_or_many_may_come(client: FlaskClient, brought: Any) -> None:
    assert bring(client, brought).get_json()["mentions"] == 1


def test_nothing_may_come(client: FlaskClient) -> None:
    assert bring(client, []).get_json() == {"posts": 0, "mentions": 0, "edited": 0, "deleted": 0}


def test_a_delivery_may_come_again(client: FlaskClient, store: Store) -> None:
    bring(client, [POST, POST])
    again = bring(client, POST)
    assert again.get_json() == {"posts": 1, "mentions": 0, "edited": 0, "deleted": 0}
    assert len(store.page(MentionFilter())) == 1


def test_the_same_id_changes_the_post(client: FlaskClient, store: Store) -> None:
    bring(client, POST)
    assert bring(client, {"id": "t1", "text": "Acme is awful!"}).get_json()["edited"] == 1
    (mention,) = store.page(MentionFilter())
    assert mention.post.text == "Acme is awful!"


def test_a_deletion_takes_the_post_out(client: FlaskClient, store: Store) -> None:
    bring(client, POST)
    answer = bring(client, [{"id": "t1", "deleted": True}, {"id": "unknown", "deleted": True}])
    assert answer.get_json() == {"posts": 0, "mentions": 0, "edited": 0, "deleted": 1}
    assert store.page(MentionFilter()) == []


def test_of_posts_with_one_id_in_one_delivery_the_last_one_counts(client: FlaskClient, store: Store) -> None:
    gone = {"id": "t1", "deleted": True}
    bring(client, [POST, gone])
    assert store.page(MentionFilter()) == []
    bring(client, [POST, gone, {**POST, "text": "Acme is back!"}])
    assert [mention.post.text for mention in store.page(MentionFilter())] == ["Acme is back!"]


def test_what_mentions_no_brand_is_taken_and_not_kept(client: FlaskClient, store: Store) -> None:
    assert bring(client, {"id": 7, "text": "Nobody is named."}).get_json()["posts"] == 1
    assert store.page(MentionFilter()) == []


def test_what_strangers_wrote_is_cleaned(client: FlaskClient, store: Store) -> None:
    bring(client, {**POST, "text": "<b>Acme</b><script>alert(1)</script>", "url": "javascript:alert(1)"})
    (mention,) = store.page(MentionFilter())
    assert (mention.post.text, mention.post.url) == ("Acme", "")


def test_a_time_to_come_is_now(client: FlaskClient, store: Store) -> None:
    bring(client, [{**POST, "published": "2031-01-01"}, {**POST, "id": "t2", "published": 1_772_000_000}])
    later, earlier = (mention.post.published_at for mention in sorted(store.page(MentionFilter()), key=lambda m: m.id))
    assert later == NOON
    assert earlier == datetime.fromtimestamp(1_772_000_000, UTC)


def test_a_full_delivery_fits(client: FlaskClient, store: Store) -> None:
    answer = bring(client, [{"id": n, "text": f"Acme {n}"} for n in range(MOST_POSTS)])
    assert answer.get_json()["mentions"] == MOST_POSTS


def _refusals() -> list[tuple[str, dict[str, str]]]:
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


@pytest.mark.parametrize(("name", "headers"), _refusals())
def test_every_refusal_is_the_same(client: FlaskClient, store: Store, name: str, headers: dict[str, str]) -> None:
    answer = bring(client, POST, name, **headers)
    assert (answer.status_code, answer.get_json()) == (401, {"error": "Not accepted."})
    assert store.page(MentionFilter()) == []


def test_what_is_not_signed_is_not_looked_into(client: FlaskClient) -> None:
    assert bring(client, b"{not json", X_Hub_Signature_256="sha256=0").status_code == 401


@pytest.mark.parametrize("value", [None, "short"])
def test_without_a_secret_that_would_do_nothing_is_taken(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, value: str | None
) -> None:
    monkeypatch.delenv("HELPDESK_HOOK")
    if value:
        monkeypatch.setenv("HELPDESK_HOOK", value)
    body = json.dumps(POST).encode()
    answer = bring(client, body, X_Hub_Signature_256=signature(body, value or ""))
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("brought", "words"),
    [
        (b"{", "This is not JSON"),
        (b"", "This is not JSON"),
        (b'{"id": "1", "text": "\xff"}', "This is not JSON"),
        (b"[" * 100_000, "This is not JSON"),
        ({"text": "Acme"}, "posts[0].id: is missing."),
        ([POST, {"id": "x"}], "posts[1].text: is missing."),
        ({"id": "", "text": "Acme"}, "posts[0].id: "),
        ({**POST, "publised": "2026-03-01"}, "posts[0].publised: this key is not known. Allowed: id, text, title"),
        (gzip.compress(b"{}", mtime=0), "This is not JSON: it is packed with gzip; send it as it is."),
        (b"payload=%7B%7D", "This is not JSON: it is a form; send it as application/json."),
        ({**POST, "published": "yesterday"}, "posts[0].published: allowed is ISO 8601, such as 2026-03-01T08:00:00Z"),
        ({**POST, "text": None}, "posts[0].text: Input should be a valid string."),
        ({**POST, "stars": 6}, "posts[0].stars: "),
        ({"posts": None}, "posts[0]: "),
        ("Acme", 'posts[0]: a post is an object such as {"id": "1", "text": "Hello"}.'),
        (None, "posts[0]: "),
        ([POST] * (MOST_POSTS + 1), "posts: found 1,001; allowed are 1,000 at once."),
    ],
)
def test_what_is_no_delivery_is_told_with_its_place(client: FlaskClient, brought: Any, words: str) -> None:
    answer = bring(client, b"null" if brought is None else brought)
    assert answer.status_code == 400
    assert words in answer.get_json()["error"]


def test_a_delivery_that_is_half_right_is_not_stored(client: FlaskClient, store: Store) -> None:
    assert bring(client, [POST, {"id": "x"}]).status_code == 400
    assert store.page(MentionFilter()) == []


def test_too_much_at_once_is_refused(client: FlaskClient) -> None:
    answer = bring(client, {**POST, "text": "x" * MOST_BYTES})
    assert (answer.status_code, list(answer.get_json())) == (413, ["error"])


def test_only_this_path_takes_what_another_site_sends(client: FlaskClient) -> None:
    elsewhere = {"Origin": "https://elsewhere.example", "Sec_Fetch_Site": "cross-site"}
    assert bring(client, POST, **elsewhere).status_code == 202
    assert client.post("/mentions/1/hide", headers={"Origin": "https://elsewhere.example"}).status_code == 403
    assert client.post("/inside", headers={"Origin": "https://elsewhere.example"}).status_code == 403


def test_a_look_at_the_address_tells_nothing(client: FlaskClient) -> None:
    known, unknown = client.get("/in/Help%20desk"), client.get("/in/Nobody")
    assert known.status_code == unknown.status_code == 405
    assert known.data == unknown.data


def test_the_stars_of_a_review_are_read() -> None:
    body = json.dumps({**POST, "stars": 5}).encode()
    (post,) = source().open(body, signature(body), NOON).posts
    assert post.stars == 5


def test_what_cannot_be_stored_is_to_be_sent_again(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    def full(name: str, body: bytes, signature: str) -> Receipt:
        raise StoreError("The disk is full.")

    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_WELL, version="1", accept=full)
    answer = bring(app.test_client(), POST)
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "30"
    assert "disk" not in answer.text


def test_an_app_without_webhooks_takes_nothing(tmp_path: Path, store: Store, clock: FakeClock) -> None:
    app = create_app(config(tmp_path), store, clock, health=lambda: ALL_WELL, version="1")
    assert bring(app.test_client(), POST).status_code == 401


def test_the_source_tells_how_much_came(desk: PassContext, clock: FakeClock, helpdesk: ConfiguredSource) -> None:
    first = timing.initial_status("Help desk", "webhook", helpdesk.pace, sample=False)
    quiet = poll(helpdesk, first, desk)
    assert (quiet.health, quiet.last_post) == (Health.WORKING, None)
    assert quiet.reason == "Nothing has come yet. Programs bring posts to /in/Help%20desk."
    clock.advance(60)
    body = json.dumps([POST, {"id": "t2", "text": "Nobody"}]).encode()
    Deliveries([helpdesk], desk).accept("Help desk", body, signature(body))
    busy = poll(helpdesk, quiet, desk)
    assert (busy.health, busy.reason, busy.last_post) == (Health.WORKING, "", clock.now())
    assert busy.posts_per_hour > 0
    clock.advance(60)
    assert poll(helpdesk, busy, desk).last_post == busy.last_post


def test_a_missing_secret_is_said(
    desk: PassContext, helpdesk: ConfiguredSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HELPDESK_HOOK")
    status = poll(helpdesk, timing.initial_status("Help desk", "webhook", helpdesk.pace, sample=False), desk)
    assert status.health is Health.NEEDS_KEY
    assert "HELPDESK_HOOK" in status.reason
    monkeypatch.setenv("HELPDESK_HOOK", "short")
    with pytest.raises(AuthError, match="too short"):
        source().fetch((), None, NOON)


def test_a_secret_itself_is_no_name() -> None:
    with pytest.raises(ValidationError):
        Options(name="Help desk", secret=KEY)


@given(st.binary(max_size=200), st.text(max_size=80))
def test_no_signature_that_was_guessed_opens_anything(body: bytes, guess: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_HOOK", KEY)
        with pytest.raises(DeliveryRefused):
            source().open(body, guess, NOON)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = ("id", "text", "title", "author", "url", "site", "lang", "published", "stars", "deleted", "posts")


@given(_ANY | st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(_FIELDS, _ANY)), max_size=3))
def test_no_delivery_is_a_fault(brought: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HELPDESK_HOOK", KEY)
        body = json.dumps(brought).encode()
        try:
            delivery = source().open(body, signature(body), NOON)
        except DeliveryRefused:
            pytest.fail("It was signed.")
        except DeliveryError:
            return
    assert all(post.text.strip() and post.published_at.tzinfo for post in delivery.posts)
