"""Webhook: posts that your own programs send to /in/NAME, for places that cannot be read directly."""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError
from pydantic_core import ErrorDetails, from_json

from monitor import secrets
from monitor.errors import AuthError, DeliveryError, DeliveryRefused
from monitor.http import Http
from monitor.model import Batch, Delivery, Json, Post, Term
from monitor.secrets import SecretName
from monitor.sources import SourceOptions

MAX_BODY_BYTES = 1 << 20
MAX_POSTS = 1_000
MIN_SECRET_CHARS = 16
"""A shorter secret could be guessed from one signed delivery."""
_MAX_ERRORS = 10
NOT_STORED = "Deliveries were refused because they could not be stored. Posts that are not sent again are missing."
_KEY_HELP = (
    f"Choose {MIN_SECRET_CHARS} characters or more, and set them as the secret of the program that sends the posts."
)


class Options(SourceOptions):
    """Keys of a webhook in config.toml."""

    key_help = _KEY_HELP

    secret: Annotated[SecretName, Field(examples=["FORUM_SECRET"])]
    """Name of the secret that signs deliveries."""

    default_every: ClassVar[str] = "1m"


def _int_to_text(value: Any) -> Any:
    return str(value) if type(value) is int else value


class DeliveredPost(BaseModel):
    """One post of a delivery. Unknown keys are rejected: otherwise a misspelt key would be lost without an error."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    id: Annotated[str, BeforeValidator(_int_to_text), StringConstraints(min_length=1, max_length=300)]
    """Unique within the source. A known id updates its post."""
    text: str = ""
    """Plain text; required unless ``deleted``."""
    title: str = ""
    author: str = ""
    url: str = ""
    """http(s)"""
    site: str = ""
    """Where it was published, such as a host."""
    lang: str | None = None
    """ISO 639-1, the language that the site states; detected by default."""
    published: datetime | None = None
    """ISO 8601, in UTC if it has no zone, or seconds since 1970; by default the time of the delivery."""
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    """The stars of a review."""
    reply_to: str = ""
    """The author that the post replies to."""
    repost: bool = False
    """Whether it only shares somebody else's post."""
    link: str = ""
    """http(s): the page that the post shares, such as an article. Posts that share a page become one story."""
    deleted: bool = False
    """Whether the post is gone and should be removed."""


class _DeliveryBody(BaseModel):
    model_config = ConfigDict(extra="forbid")

    posts: Annotated[list[DeliveredPost], Field(max_length=MAX_POSTS)]


class Source:
    """Receives posts. A pass reads nothing; it only reports how many posts have arrived."""

    def __init__(self, options: Options, http: Http) -> None:
        self._name, self._secret = options.name, options.secret
        self._lock = threading.Lock()
        self._arrived = 0
        self._not_stored_since: datetime | None = None

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """The number of posts that arrived since the last pass. Raises AuthError for a missing or short secret."""
        self._key()
        with self._lock:
            arrived, self._arrived = self._arrived, 0
            not_stored_since, self._not_stored_since = self._not_stored_since, None
        last = now.isoformat() if arrived else _last_arrival(cursor)
        note = "" if last else f"No post has arrived yet. Programs send posts to /in/{quote(self._name)}."
        if not_stored_since is not None:
            note = NOT_STORED
        return Batch(cursor={"last": last}, arrived=arrived, note=note, unread_since=not_stored_since)

    def parse(self, body: bytes, signature: str, now: datetime) -> Delivery:
        """The posts in ``body``. ``signature`` is the header X-Hub-Signature-256: ``sha256=`` and the HMAC in hex.

        Raises DeliveryRefused if the signature is wrong, before the body is parsed. Raises DeliveryError if the body is
        not JSON, does not match the schema, or is too large.
        """
        try:
            key = self._key()
        except AuthError as error:
            raise DeliveryRefused("No secret is set.") from error
        if not is_signed(body, signature, key):
            raise DeliveryRefused("The signature is wrong.")
        posts = {post.id: post for post in _parse_body(body).posts}.values()  # the last post with an id wins
        kept = tuple(self._post(post, now) for post in posts if not post.deleted)
        return Delivery(kept, tuple(post.id for post in posts if post.deleted))

    def count_stored(self, posts: int) -> None:
        """Count ``posts`` that have arrived and were stored."""
        with self._lock:
            self._arrived += posts

    def delivery_not_stored(self, now: datetime) -> None:
        """Record that a delivery could not be stored. The next pass reports a gap since the first of them."""
        with self._lock:
            self._not_stored_since = min(self._not_stored_since or now, now)

    def _key(self) -> bytes:
        key = secrets.get(self._secret, _KEY_HELP)
        if len(key) < MIN_SECRET_CHARS:
            raise AuthError(f"The key {self._secret} is too short. {_KEY_HELP}")
        return key.encode()

    def _post(self, post: DeliveredPost, now: datetime) -> Post:
        at = post.published or now
        return Post(
            source=self._name,
            external_id=post.id,
            text=post.text,
            published_at=at if at.tzinfo else at.replace(tzinfo=UTC),
            author=post.author,
            title=post.title,
            url=post.url,
            site=post.site,
            lang=post.lang,
            stars=post.stars,
            reply_to=post.reply_to,
            repost=post.repost,
            link=post.link,
        )


def is_signed(body: bytes, signature: str, key: bytes) -> bool:
    """Whether ``signature`` is that of ``body``. Takes the same time for every wrong signature."""
    expected = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))


def _parse_body(body: bytes) -> _DeliveryBody:
    """The posts in ``body``: one object, a list of them, or ``{"posts": [...]}``. Raises DeliveryError."""
    if len(body) > MAX_BODY_BYTES:
        raise DeliveryError(f"The body is larger than {MAX_BODY_BYTES:,} bytes.")
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise DeliveryError(f"The body is not JSON: {_format_hint(body) or error}.") from error
    posts = found.get("posts") if isinstance(found, dict) and found.keys() == {"posts"} else found
    posts = posts if isinstance(posts, list) else [posts]
    if len(posts) > MAX_POSTS:
        raise DeliveryError(f"posts: found {len(posts):,}; at most {MAX_POSTS:,} are allowed at once.")
    try:
        parsed = _DeliveryBody.model_validate({"posts": posts})
    except ValidationError as error:
        messages = [_error_message(details) for details in error.errors(include_url=False)[:_MAX_ERRORS]]
        raise DeliveryError("\n".join(messages)) from error
    if empty := [n for n, post in enumerate(parsed.posts) if not post.deleted and not post.text.strip()]:
        raise DeliveryError(f"posts[{empty[0]}].text: is missing.")
    return parsed


def _format_hint(body: bytes) -> str:
    """What to do about a body in one of two other formats that programs often send; empty for anything else."""
    if body.startswith(b"\x1f\x8b"):
        return "it is compressed with gzip; send it uncompressed"
    if body.startswith(b"payload="):
        return "it is a form; send it as application/json"
    return ""


def _error_message(details: ErrorDetails) -> str:
    """A message such as ``posts[3].id: is missing.``"""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in details["loc"]).removeprefix(".")
    if details["type"] == "missing":
        return f"{where}: is missing."
    if details["type"] == "extra_forbidden":
        return f"{where}: unknown key. Allowed keys: {', '.join(DeliveredPost.model_fields)}."
    if details["type"] == "model_type":
        return f'{where}: a post is an object such as {{"id": "1", "text": "Hello"}}.'
    if details["loc"][-1:] == ("published",):
        return f"{where}: expected an ISO 8601 time such as 2026-03-01T08:00:00Z, or seconds since 1970."
    return f"{where}: {details['msg'].removeprefix('Value error, ')}."


def _last_arrival(cursor: Json) -> str | None:
    last = cursor.get("last") if isinstance(cursor, dict) else None
    return last if isinstance(last, str) else None
