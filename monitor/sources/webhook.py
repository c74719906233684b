"""Webhook: posts that other programs bring to ``POST /in/<name>``, for whatever has no way in of its own."""

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

MOST_BYTES = 1 << 20
MOST_POSTS = 1_000
SHORTEST_SECRET = 16
"""Characters; a shorter one could be guessed from one signed delivery."""
_MOST_FAULTS = 10
_HOW = f"Make up {SHORTEST_SECRET} characters or more, and give them to the program that sends its posts here."


class Options(SourceOptions):
    """Keys of a webhook in config.toml."""

    how = _HOW

    secret: Annotated[SecretName, Field(examples=["FORUM_SECRET"])]
    """Name of the secret with which deliveries are signed."""

    default_every: ClassVar[str] = "1m"


def _number(value: Any) -> Any:
    return str(value) if type(value) is int else value


class Delivered(BaseModel):
    """One post of a delivery. Unknown keys are refused: a misspelt one would be lost in silence."""

    model_config = ConfigDict(extra="forbid")

    id: Annotated[str, BeforeValidator(_number), StringConstraints(min_length=1, max_length=300)]
    """Its own within the source. The same id again changes the post, or nothing."""
    text: str = ""
    """Plain text; required but for a deletion."""
    title: str = ""
    author: str = ""
    url: str = ""
    """http(s)"""
    site: str = ""
    """Where it stands, such as a host."""
    lang: str | None = None
    """ISO 639-1; without it the language is detected."""
    published: datetime | None = None
    """ISO 8601, in UTC where it names no zone, or seconds since 1970; without it the time it came."""
    stars: Annotated[int, Field(ge=1, le=5)] | None = None
    """Of a review."""
    deleted: bool = False
    """It is gone: take it out."""


class _Parcel(BaseModel):
    model_config = ConfigDict(extra="forbid")

    posts: Annotated[list[Delivered], Field(max_length=MOST_POSTS)]


class Source:
    """Takes what is brought. A pass reads nothing; it tells how much has come."""

    def __init__(self, options: Options, http: Http) -> None:
        self._name, self._secret = options.name, options.secret
        self._lock = threading.Lock()
        self._came = 0

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Nothing but how many posts came since the last pass. Raises AuthError without a secret that would do."""
        self._key()
        with self._lock:
            came, self._came = self._came, 0
        last = now.isoformat() if came else _last(cursor)
        note = "" if last else f"Nothing has come yet. Programs bring posts to /in/{quote(self._name)}."
        return Batch(cursor={"last": last}, arrived=came, note=note)

    def open(self, body: bytes, signature: str, now: datetime) -> Delivery:
        """What ``body`` brings. ``signature``: the header X-Hub-Signature-256, ``sha256=`` and the HMAC in hex.

        Raises DeliveryRefused before it looks into a body that is not signed, DeliveryError for one that is no JSON,
        not of the schema, or too much.
        """
        try:
            key = self._key()
        except AuthError as error:
            raise DeliveryRefused("No secret is set.") from error
        if not signed(body, signature, key):
            raise DeliveryRefused("The signature is wrong.")
        posts = {post.id: post for post in _parcel(body).posts}.values()  # of those with one id the last one counts
        kept = tuple(self._post(post, now) for post in posts if not post.deleted)
        return Delivery(kept, tuple(post.id for post in posts if post.deleted))

    def stored(self, posts: int) -> None:
        """Note that so many posts were brought and stored."""
        with self._lock:
            self._came += posts

    def _key(self) -> bytes:
        key = secrets.get(self._secret, _HOW)
        if len(key) < SHORTEST_SECRET:
            raise AuthError(f"The key {self._secret} is too short. {_HOW}")
        return key.encode()

    def _post(self, post: Delivered, now: datetime) -> Post:
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
        )


def signed(body: bytes, signature: str, key: bytes) -> bool:
    """Whether ``signature`` is that of ``body``, in a time that does not tell how near it is."""
    wanted = "sha256=" + hmac.new(key, body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), signature.encode("utf-8", "replace"))


def _parcel(body: bytes) -> _Parcel:
    """The posts of ``body``: an object for one, a list of them, or ``{"posts": [...]}``. Raises DeliveryError."""
    if len(body) > MOST_BYTES:
        raise DeliveryError(f"This is more than {MOST_BYTES:,} bytes at once.")
    try:
        found = from_json(body, allow_inf_nan=False)
    except ValueError as error:
        raise DeliveryError(f"This is not JSON: {_what_it_is(body) or error}.") from error
    many = found.get("posts") if isinstance(found, dict) and found.keys() == {"posts"} else found
    listed = many if isinstance(many, list) else [many]
    if len(listed) > MOST_POSTS:
        raise DeliveryError(f"posts: found {len(listed):,}; allowed are {MOST_POSTS:,} at once.")
    try:
        parcel = _Parcel.model_validate({"posts": listed})
    except ValidationError as error:
        raise DeliveryError("\n".join(_fault(one) for one in error.errors(include_url=False)[:_MOST_FAULTS])) from error
    if empty := [n for n, post in enumerate(parcel.posts) if not post.deleted and not post.text.strip()]:
        raise DeliveryError(f"posts[{empty[0]}].text: is missing.")
    return parcel


def _what_it_is(body: bytes) -> str:
    """Of what is often sent in its place, what to do about it; empty for anything else."""
    if body.startswith(b"\x1f\x8b"):
        return "it is packed with gzip; send it as it is"
    if body.startswith(b"payload="):
        return "it is a form; send it as application/json"
    return ""


def _fault(found: ErrorDetails) -> str:
    """``posts[3].id: is missing.``"""
    where = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in found["loc"]).removeprefix(".")
    if found["type"] == "missing":
        return f"{where}: is missing."
    if found["type"] == "extra_forbidden":
        return f"{where}: this key is not known. Allowed: {', '.join(Delivered.model_fields)}."
    if found["type"] == "model_type":
        return f'{where}: a post is an object such as {{"id": "1", "text": "Hello"}}.'
    if where.endswith(".published"):
        return f"{where}: allowed is ISO 8601, such as 2026-03-01T08:00:00Z, or seconds since 1970."
    return f"{where}: {found['msg'].removeprefix('Value error, ')}."


def _last(cursor: Json) -> str | None:
    last = cursor.get("last") if isinstance(cursor, dict) else None
    return last if isinstance(last, str) else None
