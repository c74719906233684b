"""Parses the events of Jetstream, and the posts in them.

An event is documented as ``{"did", "time_us", "kind": "commit" | "identity" | "account", "commit": {"operation":
"create" | "update" | "delete", "collection", "rkey", "rev", "record"}}`` (github.com/bluesky-social/jetstream).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from monitor.model import Post, Term
from monitor.query.prefilter import Prefilter
from monitor.streams import StreamMessage
from monitor.text.cleaning import safe_url
from monitor.text.language_codes import language_code

POST_COLLECTION = "app.bsky.feed.post"
MIN_CURSOR_US = 1_000_000_000_000_000
"""September 2001. Jetstream does not read a lower cursor as a time."""
_MAX_TIME_US = 32_503_680_000_000_000
_GONE_STATUSES = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""Of accounts that are not active: their posts must no longer be shown (atproto.com/specs/account)."""

_POST_URI = re.compile(r"at://(did:[a-z0-9]+:[A-Za-z0-9._:%-]{1,200})/")

Record = Mapping[str, Any]


class Event(NamedTuple):
    """A post that was created, edited or deleted, or an account that is gone with all its posts."""

    time_us: int
    """When Jetstream sent it, in microseconds since 1970."""
    did: str
    """The account."""
    rkey: str
    """The post's key in the account; empty for an account that is gone."""
    rev: str
    record: Record | None
    """The post; None if it was deleted."""

    @property
    def external_id(self) -> str:
        """The post's URI; without ``rkey`` the prefix of the URIs of all posts of the account."""
        return f"at://{self.did}/{POST_COLLECTION}/{self.rkey}"

    @property
    def fingerprint(self) -> str:
        """A short digest that is the same when the event is sent again."""
        return hashlib.blake2b(f"{self.did}/{self.rkey}/{self.rev}".encode(), digest_size=9).hexdigest()


class EventParser:
    """Parses messages and keeps the events that may matter.

    New posts are kept if they contain a term. Edits and deletions are all kept: only the store knows which posts it
    has, and ignoring the others costs little.
    """

    def __init__(self) -> None:
        self._terms: Sequence[Term] | None = None
        self._prefilter = Prefilter(())

    def set_terms(self, terms: Sequence[Term]) -> None:
        """Set the terms of which new posts must contain one."""
        if terms != self._terms:
            self._terms, self._prefilter = terms, Prefilter(terms)

    def parse(self, message: bytes) -> StreamMessage[Event]:
        """The time of the message, and its event if it should be kept. Raises ValueError if it cannot be read."""
        event = json.loads(message)
        if not isinstance(event, dict):
            raise ValueError("not an event")
        time_us, commit = event.get("time_us"), event.get("commit")
        if type(time_us) is not int or not MIN_CURSOR_US <= time_us <= _MAX_TIME_US:
            raise ValueError("no valid time")
        if event.get("kind") == "account":
            return StreamMessage(time_us, _account_gone(time_us, event.get("account")))
        if event.get("kind") != "commit" or not isinstance(commit, dict) or commit.get("collection") != POST_COLLECTION:
            return StreamMessage(time_us, None)
        return StreamMessage(time_us, self._post_event(time_us, event.get("did"), commit))

    def _post_event(self, time_us: int, did: Any, commit: Record) -> Event | None:
        rkey, rev, operation, record = (commit.get(name) for name in ("rkey", "rev", "operation", "record"))
        if not (isinstance(did, str) and did and isinstance(rkey, str) and rkey):
            raise ValueError("no valid post id")
        if operation == "delete":
            return Event(time_us, did, rkey, str(rev), None)
        if not isinstance(record, dict):
            raise ValueError("no record")
        if operation == "update" or self._prefilter.passes(full_text(record)):
            return Event(time_us, did, rkey, str(rev), record)
        return None


def _account_gone(time_us: int, account: Any) -> Event | None:
    """The event for an account that is gone; None for other messages about accounts."""
    if not isinstance(account, dict) or account.get("active") is not False:
        return None
    did, status = account.get("did"), account.get("status")
    if not (isinstance(status, str) and status in _GONE_STATUSES and isinstance(did, str) and did):
        return None
    return Event(time_us, did, "", str(account.get("seq")), None)


def full_text(record: Record) -> str:
    """A post's text with its separate tags, the title of a linked page and the descriptions of its images."""
    text = record.get("text")
    return "\n\n".join(filter(None, [text if isinstance(text, str) else "", *_attached_texts(record)]))


def _attached_texts(record: Record) -> Iterator[str]:
    tags = [f"#{tag}" for tag in _as_list(record.get("tags")) if isinstance(tag, str) and tag]
    yield " ".join(tags)
    embed = record.get("embed")
    if not isinstance(embed, dict):
        return
    # "recordWithMedia" is a quotation with media; the quoted post's text is not in it
    media = embed.get("media")
    for shown in (embed, media) if isinstance(media, dict) else (embed,):
        external = shown.get("external")
        images = [shown, *_as_list(shown.get("images"))]
        texts = [external.get("title")] if isinstance(external, dict) else []
        texts += [image.get("alt") for image in images if isinstance(image, dict)]
        yield from (text.strip() for text in texts if isinstance(text, str))


def to_post(event: Event, source: str, now: datetime) -> Post | None:
    """The post in ``event``; None if it has no words."""
    record = event.record or {}
    text = full_text(record)
    if not text.strip():
        return None
    languages = _as_list(record.get("langs"))
    # with several languages it is unclear which one applies to the text
    language = languages[0] if len(languages) == 1 else None
    return Post(
        source=source,
        external_id=event.external_id,
        text=text,
        published_at=min(_created_at(record), from_us(event.time_us), now),
        author=event.did,
        url=f"https://bsky.app/profile/{event.did}/post/{event.rkey}",
        lang=language_code(language) if isinstance(language, str) else None,
        reply_to=_reply_to(record),
        link=_linked_page(record),
    )


def _linked_page(record: Record) -> str:
    """The page whose card the post shows."""
    embed = record.get("embed")
    media = embed.get("media") if isinstance(embed, dict) else None
    cards = [shown.get("external") for shown in (embed, media) if isinstance(shown, dict)]
    addresses = [card.get("uri") for card in cards if isinstance(card, dict)]
    return next((safe_url(uri) for uri in addresses if isinstance(uri, str)), "")


def _reply_to(record: Record) -> str:
    """The id (DID) of the account that the post replies to, as ``Post.author`` is one too."""
    reply = record.get("reply")
    parent = reply.get("parent") if isinstance(reply, dict) else None
    uri = parent.get("uri") if isinstance(parent, dict) else None
    found = _POST_URI.match(uri) if isinstance(uri, str) else None
    return found[1] if found else ""


def from_us(time_us: int) -> datetime:
    """A time from Jetstream's microseconds since 1970."""
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def to_us(at: datetime) -> int:
    """A time in Jetstream's microseconds since 1970."""
    return int(at.timestamp() * 1e6)


def _created_at(record: Record) -> datetime:
    """The time that the author's client claims, which may be wrong. ``datetime.max`` if it cannot be read."""
    try:
        at = datetime.fromisoformat(str(record.get("createdAt")))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _as_list(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
