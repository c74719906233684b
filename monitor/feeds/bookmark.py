"""What a feed leaves for itself from one pass to the next: the cursor, and who is who among its entries."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from monitor.feeds.entries import Entry
from monitor.model import Json

_LONGEST_ID = 250
_UNREAD = "~"
"""Before the digest of an entry that is to be read once more."""


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """The cursor of a feed. It is as long as the feed's listing, and forgets what that lists no more."""

    configured: str = ""
    """The address it was made for; another one in the config makes it void."""
    moved_to: str = ""
    leads_to: str = ""
    """The feed that a directory named."""
    etag: str = ""
    modified: str = ""
    validators_unreliable: bool = False
    """Its entries have changed behind the same ETag or Last-Modified, so "nothing new" is not believed any more."""
    body: str = ""
    """Digest of the last document."""
    ttl: int = 0
    read_at: str = ""
    """When it was last read without trouble, ISO 8601."""
    passes: int = 0
    listed: Mapping[str, str] = field(default_factory=dict)
    """External id -> digest of what the entry said, and ``@seconds`` at which an undated one was first seen."""

    @classmethod
    def from_json(cls, cursor: Json, configured: str) -> FeedCursor:
        """The bookmark that ``cursor`` holds; an empty one where it holds none, or one of another address."""
        if not isinstance(cursor, dict) or cursor.get("configured") != configured:
            return cls(configured)
        empty = cls()
        kept = {f.name: cursor[f.name] for f in fields(cls) if type(cursor.get(f.name)) is type(getattr(empty, f.name))}
        return cls(**kept)

    @staticmethod
    def with_entries_unread(cursor: Json) -> Json:
        """``cursor`` whose entries are news again, under the ids that they have; the document is forgotten."""
        if not isinstance(cursor, dict) or not isinstance(listed := cursor.get("listed"), dict):
            return cursor
        names = {name: _UNREAD + str(kept).removeprefix(_UNREAD) for name, kept in listed.items()}
        return {**cursor, "etag": "", "modified": "", "body": "", "listed": names}

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        # asdict copies each entry of the listing by itself, which takes longer than all else in a quiet pass
        return {name: getattr(self, name) for name in self.__slots__} | {"listed": dict(self.listed)}

    @property
    def last_read(self) -> datetime | None:
        """``read_at`` as a time."""
        return datetime.fromisoformat(self.read_at) if self.read_at else None

    def first_seen(self, external_id: str) -> float | None:
        """When an undated entry was first listed, in seconds since 1970."""
        _, _, at = self.listed.get(external_id, "").partition("@")
        return float(at) if at else None

    def is_unchanged(self, external_id: str, says: str) -> bool:
        """Whether the entry was listed last time and said the same."""
        return self.listed.get(external_id, "").partition("@")[0] == says

    def named(self, external_id: str, says: str) -> bool:
        """Whether the entry that was listed last time under this id said the same, be it news again or not."""
        return self.listed.get(external_id, "").removeprefix(_UNREAD).partition("@")[0] == says

    def same_version(self, etag: str, modified: str) -> bool:
        """Whether the site calls what it sends now the version that it sent last time; an ETag outranks a date."""
        return etag == self.etag if etag or self.etag else bool(modified) and modified == self.modified

    def overlaps(self, listed: Mapping[str, str]) -> bool:
        """Whether a listing follows the last one without a hole.

        It does when they share entries: one is not enough, for a pinned entry stays while a thousand others go by.
        """
        shared = sum(external_id in listed for external_id in self.listed)
        return bool(self.listed) and shared >= min(3, len(self.listed))


def digest(*parts: str) -> str:
    """Sixteen characters that stand for ``parts``."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def content_digest(entry: Entry) -> str:
    """A digest of what readers see of an entry; its date is not part of it, for some feeds make that up anew."""
    return digest(entry.title, entry.text, entry.author, entry.link)


def entries_by_id(entries: Iterable[Entry], feed: str, mark: FeedCursor) -> dict[str, Entry]:
    """External id -> entry: its own id, else its link, else a digest of feed, title, date and enclosure.

    Two entries under one id are one entry, revised, when they link to the same page; the newer one counts. With
    different links the site gave out an id twice, and each gets its link into its id, but for the one known before.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_own_id(entry, feed)].append(entry)
    found: dict[str, Entry] = {}
    for name, group in groups.items():
        apart = {entry.link or entry.title: entry for entry in sorted(group, key=_age)}
        for entry in apart.values():
            is_plain = len(apart) == 1 or mark.named(name, content_digest(entry))
            found[name if is_plain else f"{name}#{digest(entry.link or entry.title)}"] = entry
    return found


def _own_id(entry: Entry, feed: str) -> str:
    own = entry.id or entry.link
    if not own:
        date = "" if entry.published is None else f"{entry.published:.0f}"
        return "entry:" + digest(feed, entry.title, date, entry.enclosure, "" if entry.title else entry.text)
    return own if len(own) <= _LONGEST_ID and own.isprintable() else "entry:" + digest(own)


def _age(entry: Entry) -> float:
    return entry.published or 0.0
