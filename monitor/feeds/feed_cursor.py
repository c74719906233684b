"""The cursor of a feed, and how its entries are recognised from one pass to the next."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from monitor.feeds.entries import Entry
from monitor.model import Json

_MAX_ID_CHARS = 250
_UNREAD = "~"
"""Precedes the digest of an entry that must be read again."""
_RENAMED_KEYS = {
    "passes": "pass_count",
    "untold": "validators_unreliable",
    "leads_to": "resolved_url",
    "body": "body_digest",
}
"""Stored key -> attribute, for cursors that older versions stored."""


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """The state of a feed between passes. It holds only entries that the feed still lists."""

    configured: str = ""
    """The address that the cursor belongs to. For any other address it is ignored."""
    moved_to: str = ""
    """The target of a permanent redirect."""
    resolved_url: str = ""
    """The feed address that the directory at ``configured`` returned."""
    etag: str = ""
    modified: str = ""
    """The Last-Modified header."""
    validators_unreliable: bool = False
    """Entries have changed while ETag and Last-Modified did not, so a 304 from this site is no longer trusted."""
    body_digest: str = ""
    """Digest of the last document."""
    ttl: int = 0
    """Minutes, as the feed states."""
    read_at: str = ""
    """Time of the last successful pass, ISO 8601."""
    pass_count: int = 0
    listed: Mapping[str, str] = field(default_factory=dict)
    """External id -> content digest; for an undated entry followed by ``@seconds``, the time it was first seen."""

    @classmethod
    def from_json(cls, cursor: Json, configured: str) -> FeedCursor:
        """The state stored in ``cursor``; an empty one if there is none or it belongs to another address."""
        if not isinstance(cursor, dict) or cursor.get("configured") != configured:
            return cls(configured)
        stored = _with_current_keys(cursor)
        empty = cls()
        kept = {f.name: stored[f.name] for f in fields(cls) if type(stored.get(f.name)) is type(getattr(empty, f.name))}
        return cls(**kept)

    @staticmethod
    def with_entries_unread(cursor: Json) -> Json:
        """A cursor with which the next pass fetches the feed and returns all its entries, under the same ids."""
        if not isinstance(cursor, dict) or not isinstance(listed := cursor.get("listed"), dict):
            return cursor
        unread = {external_id: _UNREAD + str(kept).removeprefix(_UNREAD) for external_id, kept in listed.items()}
        return {**_with_current_keys(cursor), "etag": "", "modified": "", "body_digest": "", "listed": unread}

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        # dataclasses.asdict would copy every listed entry, which takes longer than the rest of a pass without news
        return {name: getattr(self, name) for name in self.__slots__} | {"listed": dict(self.listed)}

    @property
    def last_read(self) -> datetime | None:
        """``read_at`` as a datetime."""
        return datetime.fromisoformat(self.read_at) if self.read_at else None

    def first_seen(self, external_id: str) -> float | None:
        """When an undated entry was first listed, in seconds since 1970."""
        _, _, at = self.listed.get(external_id, "").partition("@")
        return float(at) if at else None

    def is_unchanged(self, external_id: str, digest: str) -> bool:
        """Whether the entry was listed last time with this content and need not be read again."""
        return self.listed.get(external_id, "").partition("@")[0] == digest

    def had_content(self, external_id: str, digest: str) -> bool:
        """Whether the entry was listed last time with this content."""
        return self.listed.get(external_id, "").removeprefix(_UNREAD).partition("@")[0] == digest

    def same_version(self, etag: str, modified: str) -> bool:
        """Whether the site sent the same validators as last time. An ETag takes precedence over a date."""
        return etag == self.etag if etag or self.etag else bool(modified) and modified == self.modified

    def overlaps(self, listed: Mapping[str, str]) -> bool:
        """Whether ``listed`` continues the previous listing without a gap.

        It does if both share entries. One is not enough: a pinned entry stays while any number of others come and go.
        """
        shared = sum(external_id in listed for external_id in self.listed)
        return bool(self.listed) and shared >= min(3, len(self.listed))


def _with_current_keys(cursor: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED_KEYS.get(key, key): value for key, value in cursor.items()}


def digest(*parts: str) -> str:
    """A digest of ``parts``, 16 characters long."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def content_digest(entry: Entry) -> str:
    """A digest of an entry's visible content, without its date, which some feeds change in every response."""
    return digest(entry.title, entry.text, entry.author, entry.link)


def entries_by_id(entries: Iterable[Entry], feed: str, cursor: FeedCursor) -> dict[str, Entry]:
    """External id -> entry. The id is the entry's own, else its link, else a digest of feed, title, date and enclosure.

    Entries that share an id and a link are revisions of one entry; the newest wins. Entries that share an id but not
    the link are different ones: each gets a digest of its link added to its id, except the one that ``cursor`` knows.
    """
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[_entry_id(entry, feed)].append(entry)
    found: dict[str, Entry] = {}
    for entry_id, group in groups.items():
        by_link = {entry.link or entry.title: entry for entry in sorted(group, key=_published)}
        for entry in by_link.values():
            keeps_id = len(by_link) == 1 or cursor.had_content(entry_id, content_digest(entry))
            found[entry_id if keeps_id else f"{entry_id}#{digest(entry.link or entry.title)}"] = entry
    return found


def _entry_id(entry: Entry, feed: str) -> str:
    entry_id = entry.id or entry.link
    if not entry_id:
        date = "" if entry.published is None else f"{entry.published:.0f}"
        return "entry:" + digest(feed, entry.title, date, entry.enclosure, "" if entry.title else entry.text)
    is_usable = len(entry_id) <= _MAX_ID_CHARS and entry_id.isprintable()
    return entry_id if is_usable else "entry:" + digest(entry_id)


def _published(entry: Entry) -> float:
    return entry.published or 0.0
