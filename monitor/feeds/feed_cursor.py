"""The cursor of a feed: its state between passes."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from monitor.feeds.entries import Entry
from monitor.model import Json

_UNREAD = "~"
"""Precedes the digest of an entry that must be read again."""
BY_LINK, BY_PARTS = "#", "##"
"""Marks before the suffix of an external id that several entries share: a digest of the link, or of more parts."""
_SHARED_ID = re.compile(r"(.+?)(##?)[0-9a-f]{16}", re.DOTALL)
_RENAMED_KEYS = {
    "passes": "pass_count",
    "untold": "validators_unreliable",
    "leads_to": "resolved_url",
    "body": "body_digest",
}
"""Stored key -> attribute, for cursors that older versions stored."""


@dataclass(frozen=True, slots=True)
class FeedCursor:
    """The state of a feed between passes. It holds only entries that the feed listed last time, unless it was empty."""

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
    """External id -> what ``identity.listing`` returns; for an undated entry, then ``@seconds`` at first sight."""
    note: str = ""
    """What to report about the last document."""
    is_empty: bool = False
    """Whether the last document had no entries. ``listed`` are those of the one before."""
    is_partial: bool = False
    """Whether new entries may be missing from the last document, because it breaks off."""
    ids_change: bool = False
    """Whether the feed gives its entries other ids from time to time."""
    departed: Mapping[str, str] = field(default_factory=dict)
    """Story -> external id of entries that have left such a feed."""
    reissues: int = 0
    """How often a feed of one or two entries gave all of them other ids and times in succession, up to 2."""
    reissued_at: float = 0.0
    """The time of the newest entry then."""

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
        values = {name: getattr(self, name) for name in self.__slots__}
        return values | {"listed": dict(self.listed), "departed": dict(self.departed)}

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
        return _content_digest_in(self.listed.get(external_id, "")) == digest

    def is_unread(self, external_id: str) -> bool:
        """Whether the entry must be read again, or has never been listed."""
        return self.listed.get(external_id, _UNREAD).startswith(_UNREAD)

    def had_content(self, external_id: str, digest: str) -> bool:
        """Whether the entry was listed last time with this content."""
        return _content_digest_in(self.listed.get(external_id, "")).removeprefix(_UNREAD) == digest

    def story(self, external_id: str) -> str:
        """The story of an entry that was listed last time; '' if an older version stored it."""
        return self._listing_part(external_id, 1)

    def likenesses(self, external_id: str) -> tuple[str, str]:
        """The weaker checksums of an entry that was listed last time; '' if there are none."""
        return self._listing_part(external_id, 2), self._listing_part(external_id, 3)

    def _listing_part(self, external_id: str, index: int) -> str:
        parts = self.listed.get(external_id, "").partition("@")[0].split("/")
        return parts[index] if index < len(parts) else ""

    def shared_ids(self) -> dict[str, str]:
        """Ids that several listed entries share, so that each has a suffix, with the mark before these."""
        found = (_SHARED_ID.fullmatch(name) for name in self.listed if "#" in name)
        return {match[1]: match[2] for match in found if match}

    def same_version(self, etag: str, modified: str) -> bool:
        """Whether the site sent the same validators as last time. An ETag takes precedence over a date."""
        return etag == self.etag if etag or self.etag else bool(modified) and modified == self.modified

    def overlaps(self, listed: Mapping[str, str]) -> bool:
        """Whether ``listed`` continues the previous listing without a gap.

        It does if both share entries. One is not enough: a pinned entry stays while any number of others come and go.
        """
        shared = sum(external_id in listed for external_id in self.listed)
        return bool(self.listed) and shared >= min(3, len(self.listed))


def _content_digest_in(listing: str) -> str:
    return listing.partition("@")[0].partition("/")[0]


def _with_current_keys(cursor: Mapping[str, Any]) -> dict[str, Any]:
    return {_RENAMED_KEYS.get(key, key): value for key, value in cursor.items()}


def digest(*parts: str) -> str:
    """A digest of ``parts``, 16 characters long."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:16]


def content_digest(entry: Entry) -> str:
    """A digest of an entry's visible content, without its date, which some feeds change in every response."""
    stars = () if entry.stars is None else (str(entry.stars),)
    return digest(entry.title, entry.text, entry.author, entry.link, *stars)
