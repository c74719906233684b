"""Sources: cursor, status, people's requests, and the gaps in which a source could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.model import Gap, Health, Json, SourceRequest, SourceStatus, Spend
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import source_id
from monitor.store.sql.units import from_ms, optional_ms, optional_time

_TIMES = ("last_try", "last_success", "last_post", "since", "catching_up_since", "first_seen", "fresh_until")
_JSON_FIELDS = tuple(name for name in SourceStatus.__dataclass_fields__ if name != "next_check")
"""The fields of SourceStatus in the column ``status``; ``next_check`` has its own column."""
_GAPS = """SELECT name, since, until, reason FROM gap JOIN source ON source.id = gap.source
    WHERE since < ? AND (until IS NULL OR until > ?) ORDER BY name, since"""
_GAPS_OF_SOURCE = """SELECT since, until, reason FROM gap WHERE source = (SELECT id FROM source WHERE name = ?)
    AND since < ? AND (until IS NULL OR until > ?) ORDER BY since"""


def cursor(db: Connection, source: str) -> Json:
    """The source's cursor; None before its first pass."""
    found = db.execute("SELECT cursor FROM source WHERE name = ?", (source,)).fetchone()
    return decode_cursor(found[0]) if found and found[0] is not None else None


def encode_cursor(cursor: Json) -> str:
    """``cursor`` as stored text."""
    return json.dumps(cursor, ensure_ascii=False)


def decode_cursor(text: str) -> Json:
    """The cursor in a stored text."""
    cursor: Json = json.loads(text)
    return cursor


def save_cursor(db: Connection, source: str, text: str) -> None:
    """Save a cursor that ``encode_cursor`` returned."""
    db.execute("UPDATE source SET cursor = ? WHERE id = ?", (text, source_id(db, source)))


def statuses(db: Connection) -> list[SourceStatus]:
    """The status of each source that ever had one, by name, as its last pass saved it."""
    rows = db.execute("SELECT status, next_check FROM source WHERE status IS NOT NULL ORDER BY name")
    return [_status(json.loads(text), next_check) for text, next_check in rows]


def save_status(db: Connection, status: SourceStatus, now: int) -> None:
    """Save the status; the first one also sets ``first_status_at``."""
    fields = {name: getattr(status, name) for name in _JSON_FIELDS}  # asdict copies, and takes forty times as long
    text = json.dumps(fields, ensure_ascii=False, default=_jsonable)
    update = """UPDATE source SET status = ?, next_check = ?, first_status_at = coalesce(first_status_at, ?)
        WHERE id = ?"""
    db.execute(update, (text, optional_ms(status.next_check), now, source_id(db, status.source)))


def first_status_times(db: Connection) -> dict[str, datetime]:
    """Source -> when its first status was saved."""
    rows = db.execute("SELECT name, first_status_at FROM source WHERE first_status_at IS NOT NULL")
    return {name: from_ms(at) for name, at in rows}


def extend_imported_period(db: Connection, source: int, times: Sequence[int]) -> None:
    """Include the times of posts that were imported; 0 means that there is no date."""
    dated = [at for at in times if at > 0]
    if dated:
        update = """UPDATE source SET imported_since = min(coalesce(imported_since, ?1), ?1),
            imported_until = max(coalesce(imported_until, ?2), ?2) WHERE id = ?3"""
        db.execute(update, (min(dated), max(dated), source))


def imported_periods(db: Connection) -> dict[str, tuple[datetime, datetime]]:
    """Source -> when the first and the last of its imported posts were published."""
    rows = db.execute("SELECT name, imported_since, imported_until FROM source WHERE imported_since IS NOT NULL")
    return {name: (from_ms(since), from_ms(until)) for name, since, until in rows}


def requests(db: Connection) -> dict[str, SourceRequest]:
    """Source -> what people requested, for the sources with any request."""
    rows = db.execute("""SELECT name, paused_at, check_requested_at FROM source
        WHERE paused_at IS NOT NULL OR check_requested_at IS NOT NULL""")
    return {name: SourceRequest(optional_time(paused), optional_time(asked)) for name, paused, asked in rows}


def pause(db: Connection, source: str, now: int) -> bool:
    """Pause the source; return whether it was running."""
    update = "UPDATE source SET paused_at = ? WHERE id = ? AND paused_at IS NULL"
    return db.execute(update, (now, source_id(db, source))).rowcount > 0


def resume(db: Connection, source: str) -> bool:
    """Resume the source; return whether it was paused."""
    update = "UPDATE source SET paused_at = NULL WHERE name = ? AND paused_at IS NOT NULL"
    return db.execute(update, (source,)).rowcount > 0


def request_check(db: Connection, source: str, now: int) -> bool:
    """Request a poll at once; return False if the source is paused."""
    update = "UPDATE source SET check_requested_at = ? WHERE id = ? AND paused_at IS NULL"
    return db.execute(update, (now, source_id(db, source))).rowcount > 0


def open_gap(db: Connection, source: str, since: int, reason: str) -> None:
    """Open a gap; one that is already open keeps the earlier start and gets the new reason."""
    id_ = source_id(db, source)
    found = db.execute("SELECT id FROM gap WHERE source = ? AND until IS NULL", (id_,)).fetchone()
    if found:
        db.execute("UPDATE gap SET since = min(since, ?), reason = ? WHERE id = ?", (since, reason, found[0]))
    else:
        db.execute("INSERT INTO gap (source, since, reason) VALUES (?, ?, ?)", (id_, since, reason))


def close_gaps(db: Connection, source: str, until: int, complete_since: int | None) -> None:
    """Close the open gap at ``until``, and end every gap at ``complete_since``; delete those that become empty."""
    id_ = source_id(db, source)
    db.execute("UPDATE gap SET until = ? WHERE source = ? AND until IS NULL", (until, id_))
    if complete_since is not None:
        db.execute("UPDATE gap SET until = ? WHERE source = ? AND until > ?", (complete_since, id_, complete_since))
    db.execute("DELETE FROM gap WHERE source = ? AND until <= since", (id_,))


def gaps(db: Connection, since: int, until: int, source: str | None) -> list[Gap]:
    """The gaps that overlap [since, until), of one source or of all, by source and start."""
    rows: Iterable[tuple[Any, ...]]
    if source is None:
        rows = db.execute(_GAPS, (until, since))
    else:  # read in every pass, so it has its own query
        rows = ((source, *row) for row in db.execute(_GAPS_OF_SOURCE, (source, until, since)))
    return [Gap(name, from_ms(start), optional_time(end), reason) for name, start, end, reason in rows]


def external_ids(db: Connection, source: str, limit: int) -> list[str]:
    """External ids of at most ``limit`` posts of a source."""
    select = "SELECT external_id FROM post WHERE source = (SELECT id FROM source WHERE name = ?) LIMIT ?"
    return [id_ for (id_,) in db.execute(select, (source, limit))]


def remove(db: Connection, source: str) -> None:
    """Delete a source that has no posts, with its gaps and its figures, which are all 0 by now."""
    for table in ("gap", "cube_day", "cube_month", "cube_all", "cube_5min"):
        db.execute(f"DELETE FROM {table} WHERE source = (SELECT id FROM source WHERE name = ?)", (source,))
    db.execute("DELETE FROM source WHERE name = ?", (source,))


def _status(stored: dict[str, Any], next_check: int | None) -> SourceStatus:
    """From the stored JSON; keys that another version wrote and this one does not know are ignored."""
    known = {key: value for key, value in stored.items() if key in _JSON_FIELDS}
    known |= {"health": Health(known["health"]), "spend": Spend(**known["spend"]) if known.get("spend") else None}
    known |= {key: datetime.fromisoformat(known[key]) for key in _TIMES if known.get(key) is not None}
    return SourceStatus(**known, next_check=optional_time(next_check))


def _jsonable(value: datetime | Spend) -> Any:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)


def clamp_status(text: str, now: datetime) -> tuple[str, bool]:
    """A stored status whose past times are not after ``now``, and whether the last try was."""
    stored = json.loads(text)
    late = [name for name in _TIMES if stored.get(name) and datetime.fromisoformat(stored[name]) > now]
    changed = {name: None if name == "fresh_until" else now.isoformat() for name in late}
    return json.dumps(stored | changed, ensure_ascii=False), "last_try" in late
