"""What each source is told and how it is: cursor, status, wishes, and the gaps in which it could not be read."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from monitor.model import PAUSED_REASON, Gap, Health, Json, SourceStatus, Spend, Wish
from monitor.store.connections import Connection
from monitor.store.names import active_brands, source_id, source_names
from monitor.store.pulses import STEP
from monitor.store.times import from_ms

_TIMES = ("next_check", "last_try", "last_success", "last_post", "since", "catching_up", "content_until")
_GAPS = """SELECT name, since, until, reason FROM gap JOIN source ON source.id = gap.source
    WHERE since < ? AND (until IS NULL OR until > ?) ORDER BY name, since"""
_GAPS_OF_ONE = """SELECT since, until, reason FROM gap WHERE source = (SELECT id FROM source WHERE name = ?)
    AND since < ? AND (until IS NULL OR until > ?) ORDER BY since"""
_FIELDS = tuple(SourceStatus.__dataclass_fields__)
_VOLUMES = """SELECT source, (time - ?1) / ?2, sum(n) FROM pulse
    WHERE brand = ?3 AND time >= ?1 AND time < ?1 + ?2 * ?4 GROUP BY 1, 2"""


def cursor(db: Connection, source: str) -> Json:
    """What the source left for itself; None before its first pass."""
    found = db.execute("SELECT cursor FROM source WHERE name = ?", (source,)).fetchone()
    return read(found[0]) if found and found[0] is not None else None


def written(left: Json) -> str:
    """What a source left for itself, as it is stored."""
    return json.dumps(left, ensure_ascii=False)


def read(text: str) -> Json:
    """What ``written`` made a text of."""
    left: Json = json.loads(text)
    return left


def save_cursor(db: Connection, source: str, text: str) -> None:
    """Keep what the source left for itself, as ``written`` gives it."""
    db.execute("UPDATE source SET cursor = ? WHERE id = ?", (text, source_id(db, source)))


def last_statuses(db: Connection) -> list[SourceStatus]:
    """Every source of which a status was saved, by name, as its last pass left it."""
    rows = db.execute("SELECT status FROM source WHERE status IS NOT NULL ORDER BY name")
    return [_status(json.loads(text)) for (text,) in rows]


def statuses(db: Connection, last: Sequence[SourceStatus]) -> list[SourceStatus]:
    """``last`` as people's wishes leave them: paused whatever the last pass was like, or to be read at once.

    One that was paused before its first pass is among them, without a kind.
    """
    wanted = wishes(db)
    known = {status.source: status for status in last}
    unread = {name: SourceStatus(name, "") for name, wish in wanted.items() if wish.paused and name not in known}
    return [_wished(status, wanted.get(name, Wish())) for name, status in sorted({**known, **unread}.items())]


def _wished(status: SourceStatus, wish: Wish) -> SourceStatus:
    if wish.paused:
        return replace(status, health=Health.PAUSED, reason=PAUSED_REASON, next_check=None, since=wish.paused)
    if wish.asked and status.health is not Health.LIMITED and (not status.last_try or wish.asked > status.last_try):
        return replace(status, next_check=wish.asked)
    return status


def _wish(paused: int | None, asked: int | None) -> Wish:
    return Wish(*(None if at is None else from_ms(at) for at in (paused, asked)))


def wishes(db: Connection) -> dict[str, Wish]:
    """Source -> what people want of it, of those of which somebody wants something."""
    rows = db.execute("SELECT name, paused, asked FROM source WHERE paused IS NOT NULL OR asked IS NOT NULL")
    return {name: _wish(*times) for name, *times in rows}


def pause(db: Connection, source: str, now: int) -> bool:
    """Have the source left alone from now on; tell whether that is new."""
    id_ = source_id(db, source)
    return db.execute("UPDATE source SET paused = ? WHERE id = ? AND paused IS NULL", (now, id_)).rowcount > 0


def resume(db: Connection, source: str) -> bool:
    """Have the source read again; tell whether it was paused."""
    return db.execute("UPDATE source SET paused = NULL WHERE name = ? AND paused IS NOT NULL", (source,)).rowcount > 0


def ask_for(db: Connection, source: str, now: int) -> bool:
    """Have the source read at once; tell whether that can be, for a paused one cannot."""
    id_ = source_id(db, source)
    return db.execute("UPDATE source SET asked = ? WHERE id = ? AND paused IS NULL", (now, id_)).rowcount > 0


def save_status(db: Connection, status: SourceStatus, now: int) -> None:
    """Keep how a source is. The first time tells since when it is read."""
    kept = {name: getattr(status, name) for name in _FIELDS}  # asdict, which copies, takes forty times as long
    text = json.dumps(kept, ensure_ascii=False, default=_plain)
    update = "UPDATE source SET status = ?, begun = ifnull(begun, ?) WHERE id = ?"
    db.execute(update, (text, now, source_id(db, status.source)))


def begun(db: Connection) -> dict[str, datetime]:
    """Source -> since when it is read, of those that are or were to be read."""
    return {name: from_ms(at) for name, at in db.execute("SELECT name, begun FROM source WHERE begun IS NOT NULL")}


def open_gap(db: Connection, source: str, since: int, reason: str) -> None:
    """Note that a source cannot be read since then; a gap that is still open keeps its beginning."""
    id_ = source_id(db, source)
    found = db.execute("SELECT id FROM gap WHERE source = ? AND until IS NULL", (id_,)).fetchone()
    if found:
        db.execute("UPDATE gap SET since = min(since, ?), reason = ? WHERE id = ?", (since, reason, found[0]))
    else:
        db.execute("INSERT INTO gap (source, since, reason) VALUES (?, ?, ?)", (id_, since, reason))


def close_gaps(db: Connection, source: str, until: int, complete_since: int | None) -> None:
    """Note that a source was read at ``until``, and all that it holds from ``complete_since`` on: that is no gap."""
    id_ = source_id(db, source)
    db.execute("UPDATE gap SET until = ? WHERE source = ? AND until IS NULL", (until, id_))
    if complete_since is not None:
        db.execute("UPDATE gap SET until = ? WHERE source = ? AND until > ?", (complete_since, id_, complete_since))
    db.execute("DELETE FROM gap WHERE source = ? AND until <= since", (id_,))


def gaps(db: Connection, since: int, until: int, source: str | None) -> list[Gap]:
    """The gaps that touch [since, until), by source and time; those of one source alone if it is named."""
    rows: Iterable[tuple[Any, ...]]
    if source is None:
        rows = db.execute(_GAPS, (until, since))
    else:  # asked in every pass
        rows = ((source, *row) for row in db.execute(_GAPS_OF_ONE, (source, until, since)))
    return [Gap(name, from_ms(a), None if b is None else from_ms(b), reason) for name, a, b, reason in rows]


def volumes(db: Connection, since: int, step: int, bins: int) -> dict[str, list[int]]:
    """Source -> mentions of the config's brands in each of ``bins`` stretches of ``step`` ms from ``since`` on.

    Both in whole steps of pulses, so what was said in the last minutes before ``since`` may be among the first ones.
    """
    found: dict[str, list[int]] = {}
    known, first, wide = source_names(db), since // STEP, step // STEP
    for brand in active_brands(db):
        for source, bin_, count in db.execute(_VOLUMES, (first, wide, brand, bins)):
            found.setdefault(known[source], [0] * bins)[bin_] += count
    return found


def _status(kept: dict[str, Any]) -> SourceStatus:
    """From JSON; a key that an older or newer version wrote and this one does not know is passed over."""
    known = {key: value for key, value in kept.items() if key in SourceStatus.__dataclass_fields__}
    known |= {"health": Health(known["health"]), "spend": Spend(**known["spend"]) if known.get("spend") else None}
    known |= {key: datetime.fromisoformat(known[key]) for key in _TIMES if known.get(key) is not None}
    return SourceStatus(**known)


def _plain(value: datetime | Spend) -> Any:
    return value.isoformat() if isinstance(value, datetime) else asdict(value)
