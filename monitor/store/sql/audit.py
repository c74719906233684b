"""The audit log, and the counted tries of whoever wants to sign in."""

from __future__ import annotations

import json
from collections.abc import Mapping

from monitor.model import Json
from monitor.model.people import TRY_WINDOW, AuditEntry, Tries
from monitor.store.sql.connection import Connection
from monitor.store.sql.units import MAX_MS, MILLISECOND, from_ms

_WINDOW_MS = TRY_WINDOW // MILLISECOND


def record(db: Connection, actor: str, action: str, target: str, details: Mapping[str, Json], now: int) -> None:
    """Add an entry to the audit log."""
    insert = "INSERT INTO audit (at, actor, action, target, details) VALUES (?, ?, ?, ?, ?)"
    db.execute(insert, (now, actor, action, target, json.dumps(dict(details), ensure_ascii=False)))


def entries(db: Connection, before: int | None, limit: int, actor: str, action: str) -> list[AuditEntry]:
    """A page of the audit log, the newest entry first; those of ``actor`` and ``action`` unless these are empty."""
    select = """
        SELECT id, at, actor, action, target, details FROM audit
        WHERE id < :before AND (:actor = '' OR actor = :actor) AND (:action = '' OR action = :action)
        ORDER BY id DESC LIMIT :limit
    """
    wanted = {"before": before or MAX_MS, "limit": limit, "actor": actor, "action": action}
    return [
        AuditEntry(id_, from_ms(at), actor, action, target, json.loads(details))
        for id_, at, actor, action, target, details in db.execute(select, wanted)
    ]


def actors(db: Connection) -> list[str]:
    """Everybody in the audit log."""
    return [actor for (actor,) in db.execute("SELECT actor FROM audit GROUP BY actor ORDER BY lower(actor), actor")]


def actions(db: Connection) -> list[str]:
    """Every action in the audit log."""
    return [action for (action,) in db.execute("SELECT DISTINCT action FROM audit ORDER BY action")]


def count_try(db: Connection, limits: Mapping[str, int], now: int) -> Tries:
    """Count a try towards each key, unless one of them has to wait."""
    db.execute("DELETE FROM tries WHERE until <= ?", (now,))
    counted = {}
    for key in limits:
        row = db.execute("SELECT n, until FROM tries WHERE key = ?", (key,)).fetchone()
        counted[key] = row or (0, 0)
    # A clock that was set back must not make anybody wait longer.
    waits = [min(until, now + _WINDOW_MS) for key, (n, until) in counted.items() if n >= limits[key]]
    if waits:
        return Tries(0, from_ms(max(waits)))
    upsert = "INSERT INTO tries VALUES (?1, 1, ?2) ON CONFLICT (key) DO UPDATE SET n = tries.n + 1, until = ?2"
    db.executemany(upsert, [(key, now + _WINDOW_MS) for key in limits])
    return Tries(min(limits[key] - n - 1 for key, (n, _) in counted.items()))


def forget_tries(db: Connection, key: str) -> None:
    """Forget all tries of a key."""
    db.execute("DELETE FROM tries WHERE key = ?", (key,))


def take_back_try(db: Connection, key: str) -> None:
    """Do not count the last try of a key."""
    db.execute("UPDATE tries SET n = n - 1 WHERE key = ? AND n > 0", (key,))
