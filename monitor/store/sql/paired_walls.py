"""Paired walls."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from monitor.errors import PeopleError
from monitor.model.people import PairedWall
from monitor.store.sql import audit
from monitor.store.sql.accounts import change_version, insert, name_key
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import from_ms, optional_time

_SELECT = "SELECT id, name, wall, paired_by, paired_at, seen_at, address, size, version, browser FROM paired_wall"


def add(
    db: Connection, name: str, wall: str, token_hash: bytes, now: int, actor: str, address: str, size: str, browser: str
) -> PairedWall:
    """Add a paired wall."""
    _require_free_name(db, name, 0)
    if known := by_token(db, token_hash):
        raise PeopleError(f'This screen has just been paired as "{known.name}".')
    values = {
        "token_hash": token_hash,
        "name": name,
        "name_key": name_key(name),
        "wall": wall,
        "paired_by": actor,
        "paired_at": now,
        "address": address,
        "size": size,
        "browser": browser,
    }
    id_ = insert(db, "paired_wall", values)
    audit.record(db, actor, "paired wall", name, {"address": address, "browser": browser}, now)
    return _require(db, id_)


def by_token(db: Connection, token_hash: bytes) -> PairedWall | None:
    """The paired wall with this token."""
    row = db.execute(f"{_SELECT} WHERE token_hash = ?", (token_hash,)).fetchone()
    return None if row is None else _wall(row)


def all_walls(db: Connection) -> list[PairedWall]:
    """All paired walls, by name."""
    return [_wall(row) for row in db.execute(f"{_SELECT} ORDER BY name_key")]


def still_paired(db: Connection, ids: Collection[int]) -> set[int]:
    """Those of ``ids`` that are still paired."""
    select = "SELECT id FROM paired_wall WHERE id IN (SELECT value FROM json_each(?))"
    return {id_ for (id_,) in db.execute(select, (json.dumps(list(ids)),))}


def rename(db: Connection, id_: int, name: str, now: int, actor: str) -> None:
    """Rename a paired wall."""
    wall = _require(db, id_)
    _require_free_name(db, name, id_)
    db.execute("UPDATE paired_wall SET name = ?, name_key = ? WHERE id = ?", (name, name_key(name), id_))
    audit.record(db, actor, "renamed wall", wall.name, {"to": name}, now)


def set_shown(db: Connection, id_: int, shown: str, now: int, actor: str) -> None:
    """Set which wall of the config it shows, and let its socket connect again."""
    wall = _require(db, id_)
    db.execute("UPDATE paired_wall SET wall = ? WHERE id = ?", (shown, id_))
    change_version(db)
    audit.record(db, actor, "changed wall", wall.name, {"from": wall.wall, "to": shown}, now)


def remove(db: Connection, id_: int, now: int, actor: str) -> bool:
    """Unpair a wall."""
    row = db.execute("DELETE FROM paired_wall WHERE id = ? RETURNING name", (id_,)).fetchone()
    if row is None:
        return False
    change_version(db)
    audit.record(db, actor, "unpaired wall", row[0], {}, now)
    return True


def record_seen(db: Connection, id_: int, seen_at: int, address: str, size: str, version: str) -> None:
    """Store when it was last seen. An empty size or version keeps the stored one."""
    db.execute(
        """UPDATE paired_wall SET seen_at = ?, address = ?, size = coalesce(nullif(?, ''), size),
            version = coalesce(nullif(?, ''), version) WHERE id = ?""",
        (seen_at, address, size, version, id_),
    )


def _require(db: Connection, id_: int) -> PairedWall:
    row = db.execute(f"{_SELECT} WHERE id = ?", (id_,)).fetchone()
    if row is None:
        raise PeopleError("This wall has been unpaired.")
    return _wall(row)


def _require_free_name(db: Connection, name: str, id_: int) -> None:
    if db.execute("SELECT 1 FROM paired_wall WHERE name_key = ? AND id <> ?", (name_key(name), id_)).fetchone():
        raise PeopleError(f'There is already a wall with the name "{name}".')


def _wall(row: tuple[Any, ...]) -> PairedWall:
    id_, name, wall, paired_by, paired_at, seen_at, *rest = row
    return PairedWall(id_, name, wall, paired_by, from_ms(paired_at), optional_time(seen_at), *rest)
