"""The change log, and what people change: hide, correct, state."""

from __future__ import annotations

import json

from monitor.model import Change, ChangeKind, State
from monitor.store import derived
from monitor.store.connections import Connection
from monitor.store.rows import bucket_of
from monitor.store.times import from_ms, to_thousandths

KEPT = 200_000
"""Rows of the log; a reader further behind than that reloads its state."""
_STRIDE = 1_000
"""Trimming waits until this many more rows have come, so that most transactions need none."""


def log(db: Connection, kind: ChangeKind, which: str, value: int | str, now: int) -> None:
    """One row for each of the chosen mentions. The log is trimmed along the way."""
    before = last_change(db)
    insert = f"INSERT INTO change (kind, mention, at) SELECT ?, id, ? FROM mention WHERE {which} ORDER BY id"
    db.execute(insert, (kind.value, now, value))
    if last_change(db) // _STRIDE > before // _STRIDE:
        trim(db, KEPT)


def trim(db: Connection, keep: int) -> None:
    """Drop all but the newest ``keep`` rows."""
    db.execute("DELETE FROM change WHERE id <= ?", (last_change(db) - keep,))


def last_change(db: Connection) -> int:
    """The highest id that was ever given; 0 before the first."""
    found = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'change'").fetchone()
    return int(found[0]) if found else 0


def first_change(db: Connection) -> int:
    """The lowest id still there, or the next to come. Who has read all before it is up to date by reading on."""
    found: tuple[int | None] = db.execute("SELECT min(id) FROM change").fetchone()
    return found[0] if found[0] is not None else last_change(db) + 1


def read_changes(db: Connection, after: int, limit: int) -> list[Change]:
    """Changes with a higher id than ``after``, oldest first."""
    rows = db.execute("SELECT id, kind, mention, at FROM change WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [Change(id_, ChangeKind(kind), mention, from_ms(at)) for id_, kind, mention, at in rows]


def hide(db: Connection, mention: int, hidden: bool, now: int) -> bool:
    """Take a mention off lists and walls, or put it back; tell whether that changed anything."""
    kind = ChangeKind.HIDDEN if hidden else ChangeKind.UNHIDDEN
    return _change(db, mention, kind, now, "hidden = ?1", "hidden <> ?1", int(hidden))


def set_state(db: Connection, mention: int, state: State, now: int) -> bool:
    """Set where a mention stands; tell whether that changed anything."""
    return _change(db, mention, ChangeKind.STATE, now, "state = ?1", "state <> ?1", int(state))


def correct(db: Connection, mention: int, value: float | None, now: int) -> bool:
    """Put a person's score in force, None meaning unscored; the program's own is kept."""
    score = to_thousandths(value)
    assign = "score = ?1, corrected = 1, bucket = ?2"
    return _change(
        db, mention, ChangeKind.CORRECTED, now, assign, "NOT (corrected AND score IS ?1)", score, bucket_of(score)
    )


def uncorrect(db: Connection, mention: int, now: int) -> bool:
    """Put the program's own score back in force."""
    found = db.execute("SELECT judged FROM mention WHERE id = ?", (mention,)).fetchone() or (None,)
    assign = "score = ?1, corrected = 0, bucket = ?2"
    return _change(db, mention, ChangeKind.CORRECTED, now, assign, "corrected", found[0], bucket_of(found[0]))


def _change(
    db: Connection, mention: int, kind: ChangeKind, now: int, assign: str, unless_same: str, *values: int | None
) -> bool:
    """Change one row if it differs, with index, cubes and log. ``values`` are ?1, ?2 of the two pieces of SQL."""
    last = f"?{len(values) + 1}"
    if not db.execute(f"SELECT 1 FROM mention WHERE id = {last} AND {unless_same}", (*values, mention)).fetchone():
        return False
    ids = json.dumps([mention])
    derived.remove(db, derived.IDS, ids)
    db.execute(f"UPDATE mention SET {assign} WHERE id = {last}", (*values, mention))
    derived.add(db, derived.IDS, ids)
    log(db, kind, derived.IDS, ids, now)
    return True
