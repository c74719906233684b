"""What Jetstream sends, event by event, and the posts in it.

An event is documented as ``{"did", "time_us", "kind": "commit" | "identity" | "account", "commit": {"operation":
"create" | "update" | "delete", "collection", "rkey", "rev", "record"}}`` (github.com/bluesky-social/jetstream).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from monitor.model import Post, Term
from monitor.query.prefilter import Sieve
from monitor.streams import StreamMessage
from monitor.text.language_codes import language_code

POSTS = "app.bsky.feed.post"
EARLIEST = 1_000_000_000_000_000
"""Microseconds: September 2001. Jetstream takes a lower cursor for a number of another kind."""
_LATEST = 32_503_680_000_000_000
_GONE = frozenset({"deleted", "takendown", "suspended", "deactivated"})
"""Of an account that is not active: its posts are not to be shown any more (atproto.com/specs/account)."""

Record = Mapping[str, Any]


class Event(NamedTuple):
    """A post that came, changed or went, or an author who went with all of them."""

    time_us: int
    did: str
    rkey: str
    """Empty: all that the author wrote."""
    rev: str
    record: Record | None
    """None: it was deleted."""

    @property
    def external_id(self) -> str:
        """The post's address in the network; without ``rkey``, that with which those of all the author's begin."""
        return f"at://{self.did}/{POSTS}/{self.rkey}"

    @property
    def mark(self) -> str:
        """Short, and the same when the event is sent again."""
        return hashlib.blake2b(f"{self.did}/{self.rkey}/{self.rev}".encode(), digest_size=9).hexdigest()


class Reader:
    """Reads events as they come, and keeps those that may matter.

    Of new posts those that hold a term. Every edit and deletion: the store knows which posts it has, and those that
    it does not have cost it little.
    """

    def __init__(self) -> None:
        self._terms: Sequence[Term] | None = None
        self._sieve = Sieve(())

    def look_for(self, terms: Sequence[Term]) -> None:
        """From now on keep what holds one of ``terms``."""
        if terms != self._terms:
            self._terms, self._sieve = terms, Sieve(terms)

    def read(self, message: bytes) -> StreamMessage[Event]:
        """When the event was sent, and the event if it is to be kept. Raises ValueError for what is none."""
        event = json.loads(message)
        if not isinstance(event, dict):
            raise ValueError("no event")
        time_us, commit = event.get("time_us"), event.get("commit")
        if type(time_us) is not int or not EARLIEST <= time_us <= _LATEST:
            raise ValueError("no time")
        if event.get("kind") == "account":
            return StreamMessage(time_us, _departure(time_us, event.get("account")))
        if event.get("kind") != "commit" or not isinstance(commit, dict) or commit.get("collection") != POSTS:
            return StreamMessage(time_us, None)
        return StreamMessage(time_us, self._kept(time_us, event.get("did"), commit))

    def _kept(self, time_us: int, did: Any, commit: Record) -> Event | None:
        rkey, rev, operation, record = (commit.get(name) for name in ("rkey", "rev", "operation", "record"))
        if not (isinstance(did, str) and did and isinstance(rkey, str) and rkey):
            raise ValueError("no post")
        if operation == "delete":
            return Event(time_us, did, rkey, str(rev), None)
        if not isinstance(record, dict):
            raise ValueError("no record")
        if operation == "update" or self._sieve.passes(text_of(record)):
            return Event(time_us, did, rkey, str(rev), record)
        return None


def _departure(time_us: int, account: Any) -> Event | None:
    """The event that an author is gone; None for the many that say something else of an account."""
    if not isinstance(account, dict) or account.get("active") is not False:
        return None
    did, status = account.get("did"), account.get("status")
    if not (isinstance(status, str) and status in _GONE and isinstance(did, str) and did):
        return None
    return Event(time_us, did, "", str(account.get("seq")), None)


def text_of(record: Record) -> str:
    """What a post says: its words, tags that stand beside them, the title of a linked page, what images show."""
    text = record.get("text")
    return "\n\n".join(filter(None, [text if isinstance(text, str) else "", *_beside(record)]))


def _beside(record: Record) -> Iterator[str]:
    tags = [f"#{tag}" for tag in _listed(record.get("tags")) if isinstance(tag, str) and tag]
    yield " ".join(tags)
    embed = record.get("embed")
    if not isinstance(embed, dict):
        return
    # "recordWithMedia" is a quotation with something else; the quoted post's own words are not in it
    media = embed.get("media")
    for shown in (embed, media) if isinstance(media, dict) else (embed,):
        external = shown.get("external")
        pictures = [shown, *_listed(shown.get("images"))]
        told = [external.get("title")] if isinstance(external, dict) else []
        told += [picture.get("alt") for picture in pictures if isinstance(picture, dict)]
        yield from (words.strip() for words in told if isinstance(words, str))


def post_of(event: Event, source: str, now: datetime) -> Post | None:
    """The post that ``event`` brings; None for one without any words."""
    record = event.record or {}
    text = text_of(record)
    if not text.strip():
        return None
    languages = _listed(record.get("langs"))
    only = languages[0] if len(languages) == 1 else None
    return Post(
        source=source,
        external_id=event.external_id,
        text=text,
        published_at=min(_created(record), moment(event.time_us), now),
        author=event.did,
        url=f"https://bsky.app/profile/{event.did}/post/{event.rkey}",
        lang=language_code(only) if isinstance(only, str) else None,
    )


def moment(time_us: int) -> datetime:
    """Jetstream's microseconds as a time."""
    return datetime.fromtimestamp(time_us / 1e6, UTC)


def microseconds(at: datetime) -> int:
    """A time as Jetstream counts it."""
    return int(at.timestamp() * 1e6)


def _created(record: Record) -> datetime:
    """When its author says that it was written, which may be any time; Bluesky itself never believes a later one."""
    try:
        at = datetime.fromisoformat(str(record.get("createdAt")))
        return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return datetime.max.replace(tzinfo=UTC)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []
