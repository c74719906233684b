"""The log of what people did, from which it can be undone.

For each mention that an action changes, the log has what it was before and after: only the part that the action is
about, which is an ``Aspect``. An undo restores what was before, where the mention still is as it was after.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from monitor.model.actions import UNDO_TIME, ActionKind, Actor, LoggedAction, UndoProblem, UndoResult
from monitor.store.sql import aspects, blocks
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.units import DAY_MS, MILLISECOND, from_ms

_UNDO_MS = UNDO_TIME // MILLISECOND
_ASPECTS: Mapping[ActionKind, aspects.Aspect] = MappingProxyType(
    {
        **dict.fromkeys((ActionKind.CLAIM, ActionKind.UNCLAIM, ActionKind.ASSIGN), aspects.CLAIM),
        **dict.fromkeys((ActionKind.CORRECT, ActionKind.RESTORE), aspects.SCORE),
        **dict.fromkeys((ActionKind.HIDE, ActionKind.UNHIDE), aspects.HIDDEN),
        **dict.fromkeys((ActionKind.IRRELEVANT, ActionKind.RELEVANT, ActionKind.UNMARK), aspects.RELEVANCE),
        **dict.fromkeys((ActionKind.ADD_NOTE, ActionKind.EDIT_NOTE, ActionKind.DELETE_NOTE), aspects.NOTE),
    }
)
_FIND = """
    SELECT id, kind, block, at, undone FROM action WHERE login = ?1 AND coalesce(account, 0) = ?2 AND at > ?3
    AND (?4 = 0 AND undone = 0 OR id = ?4) ORDER BY id DESC LIMIT 1"""


class _Stored(NamedTuple):
    """A row of ``action``."""

    id: int
    kind: ActionKind
    block: int | None
    at: int
    undone: bool


class _Change(NamedTuple):
    """A row of ``action_change``."""

    mention: int
    note: int | None
    before: Any
    after: Any


def perform(
    db: Connection, kind: ActionKind, mentions: Sequence[int], actor: Actor, now: int, change: Callable[[int], object],
    note: int | None = None,
) -> tuple[int | None, tuple[int, ...]]:  # fmt: skip
    """Call ``change`` for each mention; return the id of the action, None if nothing changed, and what changed."""
    aspect, changes = _ASPECTS[kind], list[_Change]()
    for mention in mentions:
        before = aspect.read(db, mention, note)
        made = change(mention)
        of_note = made if kind is ActionKind.ADD_NOTE and isinstance(made, int) else note
        after = aspect.read(db, mention, of_note)
        if before != after:
            changes.append(_Change(mention, of_note, before, after))
    if not changes:
        return None, ()
    action = record(db, kind, actor, now)
    insert = "INSERT INTO action_change VALUES (?, ?, ?, ?, ?)"
    rows = [(action, c.mention, c.note, json.dumps(c.before), json.dumps(c.after)) for c in changes]
    db.executemany(insert, rows)
    return action, tuple(change.mention for change in changes)


def record(db: Connection, kind: ActionKind, actor: Actor, now: int, block: int | None = None) -> int:
    """Add an action; return its id. Actions of more than a day ago are forgotten."""
    db.execute("DELETE FROM action WHERE at < ?", (now - DAY_MS,))
    insert = "INSERT INTO action (login, account, kind, block, at) VALUES (?, ?, ?, ?, ?)"
    return inserted_id(db, insert, (actor.login, actor.account, kind.value, block, now))


def last(db: Connection, actor: Actor, now: int) -> LoggedAction | None:
    """The last action of ``actor`` that may still be undone."""
    found = _find(db, actor, now, None)
    if found is None:
        return None
    mentions = tuple(change.mention for change in _changes(db, found.id))
    return LoggedAction(found.id, found.kind, from_ms(found.at), mentions)


def undo(db: Connection, actor: Actor, now: int, action: int | None) -> tuple[UndoResult, int | None]:
    """Undo an action; return also the block whose mentions are then to be hidden or shown."""
    found = _find(db, actor, now, action)
    if found is None:
        return UndoResult(UndoProblem.NOTHING), None
    if found.undone:
        return UndoResult(UndoProblem.DONE, found.kind), None
    db.execute("UPDATE action SET undone = 1 WHERE id = ?", (found.id,))
    if found.block is not None:
        revert = blocks.end if found.kind is ActionKind.BLOCK else blocks.resume
        is_done = revert(db, found.block)
        return UndoResult(None if is_done else UndoProblem.CHANGED, found.kind), found.block
    aspect, undone, changed = _ASPECTS[found.kind], list[int](), list[int]()
    for change in _changes(db, found.id):
        if aspect.read(db, change.mention, change.note) == change.after:
            aspect.write(db, change.mention, change.note, change.before, now)
            undone.append(change.mention)
        else:
            changed.append(change.mention)
    problem = None if undone else UndoProblem.CHANGED
    return UndoResult(problem, found.kind, tuple(undone), tuple(changed)), None


def _find(db: Connection, actor: Actor, now: int, action: int | None) -> _Stored | None:
    row = db.execute(_FIND, (actor.login, actor.account or 0, now - _UNDO_MS, action or 0)).fetchone()
    return None if row is None else _Stored(row[0], ActionKind(row[1]), row[2], row[3], bool(row[4]))


def _changes(db: Connection, action: int) -> list[_Change]:
    select = "SELECT mention, note, before, after FROM action_change WHERE action = ? ORDER BY mention"
    rows = db.execute(select, (action,)).fetchall()
    return [_Change(mention, note, json.loads(before), json.loads(after)) for mention, note, before, after in rows]
