"""What every change of a mention does to its relevance: mentions that wait, reasons, vectors and exemptions."""

from __future__ import annotations

from monitor.store.sql.connection import Connection

_IDS = "(SELECT value FROM json_each(?))"
_ENQUEUE = """
    INSERT INTO relevance_queue (mention)
    SELECT id FROM mention WHERE {where} AND brand IN (SELECT brand FROM relevance_brand WHERE model <> '')
    ON CONFLICT (mention) DO UPDATE SET ticket = excluded.ticket"""
_FORGET_REASONS = f"""
    DELETE FROM set_aside WHERE mention IN {_IDS} AND (SELECT hidden FROM mention WHERE id = set_aside.mention) <> 2"""


def enqueue(db: Connection, where: str, value: int | str) -> None:
    """Let the selected mentions wait for the model of their brand, if there is one."""
    db.execute(_ENQUEUE.format(where=where), (value,))


def forget(db: Connection, ids: str) -> None:
    """Undo what was decided about mentions whose posts were edited. ``ids``: a JSON list; not in index and cubes."""
    db.execute(f"UPDATE mention SET hidden = 0 WHERE hidden = 2 AND id IN {_IDS}", (ids,))
    forget_reasons(db, ids)
    db.execute(f"DELETE FROM relevance_vector WHERE mention IN {_IDS}", (ids,))


def forget_reasons(db: Connection, ids: str) -> None:
    """Delete the reasons of those of ``ids``, a JSON list, that are no longer set aside."""
    db.execute(_FORGET_REASONS, (ids,))


def keep(db: Connection, where: str, value: int | str) -> None:
    """Never set the selected mentions aside again."""
    insert = f"INSERT INTO relevance_kept SELECT id, brand FROM mention WHERE {where} ON CONFLICT DO NOTHING"
    db.execute(insert, (value,))
