"""The change log, and the changes that people make to mentions: hidden, score, state."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Change, ChangeKind, State
from monitor.store.sql import derived, relevance_queue
from monitor.store.sql.connection import Connection
from monitor.store.sql.rows import sentiment_code
from monitor.store.sql.units import from_ms, to_thousandths

MAX_LOG_ROWS = 200_000
"""A reader that is further behind must reload its state."""
BRING_BACK = "hidden = iif(hidden = 2, 0, hidden)"
"""Assignment: what a person deals with is not set aside."""
_TRIM_EVERY_ROWS = 1_000
"""Rows between two trims, so that most transactions need none."""


def log_changes(db: Connection, kind: ChangeKind, where: str, value: int | str, now: int) -> None:
    """Append one row for each mention that ``where``, with ``value`` as its parameter, selects; trim if due."""
    before = last_change_id(db)
    insert = f"INSERT INTO change (kind, mention, at) SELECT ?, id, ? FROM mention WHERE {where} ORDER BY id"
    db.execute(insert, (kind.value, now, value))
    if last_change_id(db) // _TRIM_EVERY_ROWS > before // _TRIM_EVERY_ROWS:
        trim(db, MAX_LOG_ROWS)


def trim(db: Connection, keep: int) -> None:
    """Delete all but the newest ``keep`` rows."""
    db.execute("DELETE FROM change WHERE id <= ?", (last_change_id(db) - keep,))


def last_change_id(db: Connection) -> int:
    """The highest id that was ever assigned, or 0."""
    found = db.execute(db.dialect.last_id, ("change",)).fetchone()
    return int(found[0]) if found else 0


def first_change_id(db: Connection) -> int:
    """The lowest id in the log, or the next one if the log is empty."""
    found: tuple[int | None] = db.execute("SELECT min(id) FROM change").fetchone()
    return found[0] if found[0] is not None else last_change_id(db) + 1


def read_changes(db: Connection, after: int, limit: int) -> list[Change]:
    """Changes with an id above ``after``, oldest first."""
    rows = db.execute("SELECT id, kind, mention, at FROM change WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    return [Change(id_, ChangeKind(kind), mention, from_ms(at)) for id_, kind, mention, at in rows]


def set_hidden(db: Connection, mention: int, hidden: bool, now: int) -> bool:
    """Hide or show a mention; return whether that changed anything."""
    kind = ChangeKind.HIDDEN if hidden else ChangeKind.UNHIDDEN
    differs = "hidden <> 1" if hidden else "hidden = 1"
    is_changed = update(db, mention, kind, now, "hidden = ?1", differs, int(hidden))
    if is_changed and not hidden:
        db.execute("DELETE FROM blocked WHERE mention = ?", (mention,))
        relevance_queue.keep(db, derived.IN_IDS, json.dumps([mention]))
    return is_changed


def set_state(db: Connection, mention: int, state: State, now: int) -> bool:
    """Set the state; return whether that changed anything. Who claims is not known; ``claims`` knows it."""
    claimant = "CASE ?1 WHEN 0 THEN NULL WHEN 1 THEN coalesce(claimant, 0) ELSE claimant END"
    assign = f"state = ?1, claimant = {claimant}, {BRING_BACK}"
    is_changed = update(db, mention, ChangeKind.STATE, now, assign, f"state <> {int(state)}", int(state))
    if is_changed and state is State.CLAIMED:
        insert = "INSERT INTO claim (mention, person, assigned_by, at) VALUES (?, '', '', ?) ON CONFLICT DO NOTHING"
        db.execute(insert, (mention, now))
    elif is_changed and state is State.UNCLAIMED:
        db.execute("DELETE FROM claim WHERE mention = ?", (mention,))
    return is_changed


def correct_score(db: Connection, mention: int, value: float | None, now: int) -> bool:
    """Replace the score by a person's (None: unscored); return whether that changed anything."""
    score = to_thousandths(value)
    assign = f"score = ?1, corrected = 1, sentiment = ?2, {BRING_BACK}"
    differs = f"(corrected = 0 OR {'score IS NOT NULL' if score is None else f'coalesce(score, 9999) <> {score}'})"
    return update(db, mention, ChangeKind.CORRECTED, now, assign, differs, score, sentiment_code(score))


def restore_score(db: Connection, mention: int, now: int) -> bool:
    """Restore the program's own score; return whether that changed anything."""
    (score,) = db.execute("SELECT program_score FROM mention WHERE id = ?", (mention,)).fetchone() or (None,)
    assign = "score = ?1, corrected = 0, sentiment = ?2"
    db.execute("DELETE FROM correction WHERE mention = ?", (mention,))
    return update(db, mention, ChangeKind.CORRECTED, now, assign, "corrected <> 0", score, sentiment_code(score))


def update(
    db: Connection, mention: int, kind: ChangeKind, now: int, assign: str, differs: str, *values: int | None
) -> bool:
    """Update one row if it ``differs``, with index, cubes and log. ``values`` are ?1, ?2 of ``assign``."""
    if not db.execute(f"SELECT 1 FROM mention WHERE id = ? AND {differs}", (mention,)).fetchone():
        return False
    update_all(db, [mention], kind, now, assign, *values)
    return True


def update_all(
    db: Connection, mentions: Sequence[int], kind: ChangeKind, now: int, assign: str, *values: object
) -> None:
    """Update rows, with index, cubes and log. ``values`` are ?1, ?2 of ``assign``."""
    ids = json.dumps(list(mentions))
    derived.remove(db, derived.IN_IDS, ids)
    where = derived.IN_IDS.replace("?", f"?{len(values) + 1}")
    db.execute(f"UPDATE mention SET {assign} WHERE {where}", (*values, ids))
    relevance_queue.forget_reasons(db, ids)
    derived.add(db, derived.IN_IDS, ids)
    log_changes(db, kind, derived.IN_IDS, ids, now)
