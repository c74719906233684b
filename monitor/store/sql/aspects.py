"""The parts of a mention that an action can change and an undo restores, each as plain values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

from monitor.model import ChangeKind
from monitor.store.sql import blocks, changes, claims, derived, notes, relevance, relevance_queue
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import from_thousandths

_SCORE = """
    SELECT corrected, iif(corrected <> 0, score, NULL), correction.account, correction.person, correction.at
    FROM mention LEFT JOIN correction ON correction.mention = mention.id WHERE mention.id = ?"""
_HIDDEN = """
    SELECT hidden, blocked.block,
        iif(EXISTS (SELECT 1 FROM relevance_kept kept WHERE kept.mention = mention.id), 1, 0)
    FROM mention LEFT JOIN blocked ON blocked.mention = mention.id WHERE mention.id = ?"""
_SAVE_CORRECTION = """
    INSERT INTO correction (mention, account, person, at) VALUES (?, ?, ?, ?) ON CONFLICT (mention)
    DO UPDATE SET account = excluded.account, person = excluded.person, at = excluded.at"""
_CLICK = "SELECT relevant, person, at FROM relevance_click WHERE mention = ?"


class Aspect(NamedTuple):
    """Values are None, or lists of what JSON knows, so that they can be compared with stored ones."""

    read: Callable[[Connection, int, int | None], Any]
    """(mention, note) -> the value now."""
    write: Callable[[Connection, int, int | None, Any, int], None]
    """(mention, note, value, now): restore a value."""


def save_correction(db: Connection, mention: int, account: int | None, person: str, at: int) -> None:
    """Store who corrected a score."""
    db.execute(_SAVE_CORRECTION, (mention, account, person, at))


def _read_claim(db: Connection, mention: int, note: int | None) -> Any:
    return _listed(claims.row(db, mention))


def _write_claim(db: Connection, mention: int, note: int | None, value: Any, now: int) -> None:
    claims.put(db, mention, None if value is None else (value[0], value[1], value[2], value[3]), now)


def _read_score(db: Connection, mention: int, note: int | None) -> Any:
    return _listed(db.execute(_SCORE, (mention,)).fetchone())


def _write_score(db: Connection, mention: int, note: int | None, value: Any, now: int) -> None:
    corrected, score, account, person, at = value
    if not corrected:
        changes.restore_score(db, mention, now)
        return
    changes.correct_score(db, mention, from_thousandths(score), now)
    db.execute("DELETE FROM correction WHERE mention = ?", (mention,))
    if at is not None:
        save_correction(db, mention, account, person, at)


def _read_hidden(db: Connection, mention: int, note: int | None) -> Any:
    return _listed(db.execute(_HIDDEN, (mention,)).fetchone())


def _write_hidden(db: Connection, mention: int, note: int | None, value: Any, now: int) -> None:
    """What was set aside is listed until the program has judged it again."""
    hidden, block, kept = value
    hides = hidden == 1 and (block is None or blocks.is_active(db, block))
    changes.update_all(
        db, [mention], ChangeKind.HIDDEN if hides else ChangeKind.UNHIDDEN, now, "hidden = ?1", int(hides)
    )
    db.execute("DELETE FROM blocked WHERE mention = ?", (mention,))
    if hides and block is not None:
        db.execute("INSERT INTO blocked VALUES (?, ?)", (mention, block))
    ids = json.dumps([mention])
    if kept:
        relevance_queue.keep(db, derived.IN_IDS, ids)
    else:
        db.execute("DELETE FROM relevance_kept WHERE mention = ?", (mention,))
        relevance_queue.enqueue(db, derived.IN_IDS, ids)


def _read_click(db: Connection, mention: int, note: int | None) -> Any:
    return _listed(db.execute(_CLICK, (mention,)).fetchone())


def _write_click(db: Connection, mention: int, note: int | None, value: Any, now: int) -> None:
    if value is None:
        relevance.undo_click(db, mention, now)
    else:
        relevant, person, at = value
        relevance.click(db, mention, bool(relevant), person, now, at)


def _read_note(db: Connection, mention: int, note: int | None) -> Any:
    return None if note is None else _listed(notes.row(db, note))


def _write_note(db: Connection, mention: int, note: int | None, value: Any, now: int) -> None:
    assert note is not None, "the log has the note of every action about one"
    notes.put(db, mention, note, None if value is None else tuple(value), now)


def _listed(row: tuple[Any, ...] | None) -> list[Any] | None:
    return None if row is None else list(row)


CLAIM = Aspect(_read_claim, _write_claim)
SCORE = Aspect(_read_score, _write_score)
HIDDEN = Aspect(_read_hidden, _write_hidden)
RELEVANCE = Aspect(_read_click, _write_click)
NOTE = Aspect(_read_note, _write_note)
