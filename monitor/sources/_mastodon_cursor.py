"""The cursor of a Mastodon source: the progress of each timeline of each instance, and the order of ids."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from monitor.model import Json
from monitor.sources._fields import Record

OVERLAP = timedelta(minutes=10)
"""Posts from other instances are sorted by when they were written, but arrive some minutes later."""
MAX_SEEN_POSTS = 2_000
_MIN_SNOWFLAKE_DIGITS = 15
_SNOWFLAKE_SHIFT = 16
"""Ids of Mastodon are milliseconds since 1970, shifted by 16 bits. Other software has other ids."""


class Timeline(NamedTuple):
    """One timeline, or one search, on one instance."""

    instance: str
    kind: str
    """``tag``, ``search`` or ``public``."""
    word: str = ""
    """The hashtag, or the search."""

    @property
    def key(self) -> str:
        """Its name in the cursor."""
        return f"{self.instance} {self.kind} {self.word}"


class Position(NamedTuple):
    """How far a timeline was read."""

    newest_id: str = ""
    read_at: int = 0
    """When it was last read, in epoch seconds."""
    at_end: bool = True
    """Whether that reading reached the timeline's newest post."""


@dataclass(slots=True)
class MastodonCursor:
    """The cursor. A round reads all timelines and may take several passes.

    Existing databases contain cursors with the JSON keys "reached" (``positions``) and "left" (``pending``), so these
    must not change.
    """

    positions: dict[str, Position] = field(default_factory=dict)
    """Key of a timeline -> how far it was read."""
    pending: list[str] = field(default_factory=list)
    """Keys of the timelines that the unfinished round still has to read; empty between rounds."""
    since: int | None = None
    """When the unfinished round is over, everything since this time has been read; in epoch seconds."""
    seen: dict[str, str] = field(default_factory=dict)
    """External id -> when the post was last edited."""
    places: dict[str, list[str]] = field(default_factory=dict)
    """External id -> [instance, id on that instance], of posts that will be looked up."""

    @classmethod
    def from_json(cls, cursor: Json) -> MastodonCursor:
        """The state in a result of ``to_json``; invalid parts are dropped."""
        stored = cursor if isinstance(cursor, dict) else {}
        positions = {k: e for k, e in _entries(stored, "reached") if _types(e) == [str, int, bool]}
        pending = stored.get("left")
        return cls(
            positions={key: Position(*entry) for key, entry in positions.items()},
            pending=[key for key in pending if isinstance(key, str)] if isinstance(pending, list) else [],
            since=stored["since"] if type(stored.get("since")) is int else None,
            seen={k: e for k, e in _entries(stored, "seen") if isinstance(e, str)},
            places={k: e for k, e in _entries(stored, "places") if _types(e) == [str, str]},
        )

    def to_json(self, known: Collection[str]) -> dict[str, Any]:
        """The state to store; places only of the ``known`` posts."""
        return {
            "reached": {key: list(position) for key, position in self.positions.items()},
            "left": self.pending,
            "since": self.since,
            "seen": dict(list(self.seen.items())[-MAX_SEEN_POSTS:]),
            "places": {id_: place for id_, place in self.places.items() if id_ in known},
        }

    def due(self, timelines: Sequence[Timeline], start: datetime) -> list[Timeline]:
        """What this pass has to read: the rest of a round, or a new round. New timelines begin at ``start``."""
        keys = {timeline.key for timeline in timelines}
        self.positions = {key: position for key, position in self.positions.items() if key in keys}
        rest = [timeline for timeline in timelines if timeline.key in self.pending]
        if rest:
            return rest
        starts = {key: int(start.timestamp()) for key in keys}
        self.since = min(self.positions[key].read_at if key in self.positions else starts[key] for key in keys)
        return list(timelines)

    def is_new_or_edited(self, status: Record, external_id: str) -> bool:
        """Whether ``status`` is new or was edited since it was seen. Instances differ in its text."""
        edited_at = str(status.get("edited_at") or "")
        before = self.seen.pop(external_id, None)
        self.seen[external_id] = max(before or "", edited_at)
        return before is None or edited_at > before


def id_sort_key(id_: str) -> tuple[int, str]:
    """The order of ids on an instance: numbers by size, ids of other software by their letters."""
    return len(id_), id_


def id_before(id_: str) -> str:
    """The id that is OVERLAP before ``id_``, or ``id_`` itself if it does not contain a time."""
    if not _has_time(id_):
        return id_
    return str(max(1, int(id_) - (int(OVERLAP.total_seconds() * 1000) << _SNOWFLAKE_SHIFT)))


def id_at(at: datetime, example: str) -> str:
    """The id of a post written at ``at``, on an instance with ids like ``example``; empty if they contain no time."""
    if not _has_time(example):
        return ""
    return str(max(1, int(at.timestamp() * 1000) << _SNOWFLAKE_SHIFT))


def _has_time(id_: str) -> bool:
    return id_.isdecimal() and len(id_) >= _MIN_SNOWFLAKE_DIGITS


def _entries(stored: dict[str, Any], name: str) -> list[tuple[str, Any]]:
    found = stored.get(name)
    return list(found.items()) if isinstance(found, dict) else []


def _types(entry: Any) -> list[type]:
    return [type(part) for part in entry] if isinstance(entry, list) else []
