"""What the watch found: incidents, which are kept for good, and the newest topics of each brand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.model import FoundTopic, Incident, Topics, Trend
from monitor.store.connections import Connection
from monitor.store.times import MILLISECOND, from_ms, to_ms

_COLUMNS = "since, until, seen_at, checked_at, n, usual, window, peak, trend, negative, topic, words, sources"
_SELECT = f"SELECT brand.name, {_COLUMNS}, incident.id FROM incident JOIN brand ON brand.id = incident.brand"
_INSERT = f"INSERT INTO incident (brand, {_COLUMNS}) VALUES (?{', ?' * 13})"
_UPDATE = """UPDATE incident SET brand = ?, since = ?, until = ?, seen_at = ?, checked_at = ?, n = ?, usual = ?,
    window = ?, peak = ?, trend = ?, negative = ?, topic = ?, words = ?, sources = ? WHERE id = ?"""


def incidents(db: Connection, since: int, until: int) -> list[Incident]:
    """Those that touch [since, until), by their beginning."""
    where = "WHERE since < ? AND (until IS NULL OR until > ?) ORDER BY since, incident.id"
    return [_incident(row) for row in db.execute(f"{_SELECT} {where}", (until, since))]


def last_incidents(db: Connection) -> list[Incident]:
    """The newest one of each brand of the config, in its order."""
    where = """WHERE active AND incident.id = (SELECT id FROM incident later WHERE later.brand = brand.id
        ORDER BY later.since DESC, later.id DESC LIMIT 1) ORDER BY position"""
    return [_incident(row) for row in db.execute(f"{_SELECT} {where}")]


def save_incident(db: Connection, brand: int, incident: Incident) -> Incident:
    """Enter a new one, or change the one that has its id; return it with its id."""
    values = (brand, *_values(incident))
    if incident.id and db.execute(_UPDATE, (*values, incident.id)).rowcount:
        return incident
    return replace(incident, id=db.execute(_INSERT, values).lastrowid or 0)


def end_forgotten(db: Connection) -> None:
    """End what goes on of brands that the config has no more: where it was last seen, for nobody looks any longer."""
    db.execute("""UPDATE incident SET until = checked_at
        WHERE until IS NULL AND brand IN (SELECT id FROM brand WHERE NOT active)""")


def save_topics(db: Connection, brand: int, found: Topics) -> None:
    """Keep them in place of the last ones."""
    text = json.dumps({**asdict(found), "as_of": found.as_of.isoformat()}, ensure_ascii=False)
    db.execute("INSERT OR REPLACE INTO topics (brand, found) VALUES (?, ?)", (brand, text))


def topics(db: Connection, brand: str) -> Topics | None:
    """The last ones that were kept; None where none ever were."""
    found = db.execute("SELECT found FROM topics JOIN brand ON id = brand WHERE name = ?", (brand,)).fetchone()
    if not found:
        return None
    kept = _known(Topics, json.loads(found[0]))
    hour, day = kept.get("hour"), kept.get("day", ())
    times = {"as_of": datetime.fromisoformat(kept["as_of"])}
    return Topics(**{**kept, **times, "hour": hour and _topic(hour), "day": tuple(_topic(one) for one in day)})


def _topic(kept: dict[str, Any]) -> FoundTopic:
    return FoundTopic(**{key: _tuple(value) for key, value in _known(FoundTopic, kept).items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _known(kind: type[Any], kept: dict[str, Any]) -> dict[str, Any]:
    """Without what another version wrote and this one does not know."""
    names = {field.name for field in fields(kind)}
    return {key: value for key, value in kept.items() if key in names}


def _values(one: Incident) -> tuple[Any, ...]:
    until = None if one.until is None else to_ms(one.until)
    times = (to_ms(one.since), until, to_ms(one.seen_at), to_ms(one.checked_at))
    figures = (one.n, float(one.usual), one.window // MILLISECOND, float(one.peak))
    news = (one.topic, *(json.dumps(some, ensure_ascii=False) for some in (one.words, one.sources)))
    return (*times, *figures, one.trend.value, int(one.negative), *news)


def _incident(row: Sequence[Any]) -> Incident:
    brand, since, until, seen_at, checked_at, n, usual, window, peak, trend, negative, topic, *news, id_ = row
    return Incident(
        brand=brand,
        since=from_ms(since),
        seen_at=from_ms(seen_at),
        checked_at=from_ms(checked_at),
        n=n,
        usual=usual,
        window=timedelta(milliseconds=window),
        peak=peak,
        trend=Trend(trend),
        negative=bool(negative),
        topic=topic,
        words=tuple(json.loads(news[0])),
        sources=tuple(json.loads(news[1])),
        until=None if until is None else from_ms(until),
        id=id_,
    )
