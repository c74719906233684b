"""Results of the analysis jobs: all incidents, and the current topics of each brand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime, timedelta
from typing import Any

from monitor.model import FoundTopic, Incident, Topics, Trend
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.units import MILLISECOND, from_ms, optional_ms, optional_time, to_ms

_COLUMNS = 'since, until, seen_at, checked_at, n, baseline, "window", peak, trend, negative, topic, phrases, sources'
_SELECT = f"SELECT brand.name, {_COLUMNS}, incident.id FROM incident JOIN brand ON brand.id = incident.brand"
_INSERT = f"INSERT INTO incident (brand, {_COLUMNS}) VALUES (?{', ?' * 13})"
_UPDATE = f"UPDATE incident SET (brand, {_COLUMNS}) = (?{', ?' * 13}) WHERE id = ?"


def incidents(db: Connection, since: int, until: int) -> list[Incident]:
    """Incidents that overlap [since, until), by start."""
    where = "WHERE since < ? AND (until IS NULL OR until > ?) ORDER BY since, incident.id"
    return [_incident(row) for row in db.execute(f"{_SELECT} {where}", (until, since))]


def latest_incidents(db: Connection) -> list[Incident]:
    """The newest incident of each brand of the config, in its order."""
    where = """WHERE active <> 0 AND incident.id = (SELECT id FROM incident later WHERE later.brand = brand.id
        ORDER BY later.since DESC, later.id DESC LIMIT 1) ORDER BY position"""
    return [_incident(row) for row in db.execute(f"{_SELECT} {where}")]


def save_incident(db: Connection, brand: int, incident: Incident) -> Incident:
    """Update the incident with its id, or insert it if there is none; return it with its id."""
    values = (brand, *_values(incident))
    if incident.id and db.execute(_UPDATE, (*values, incident.id)).rowcount:
        return incident
    return replace(incident, id=inserted_id(db, _INSERT, values))


def end_inactive(db: Connection) -> None:
    """End the ongoing incidents of brands that left the config: at their last check, as no more will follow."""
    db.execute("""UPDATE incident SET until = checked_at
        WHERE until IS NULL AND brand IN (SELECT id FROM brand WHERE active = 0)""")


def save_topics(db: Connection, brand: int, topics: Topics) -> None:
    """Replace the brand's topics."""
    text = json.dumps({**asdict(topics), "as_of": topics.as_of.isoformat()}, ensure_ascii=False)
    upsert = """INSERT INTO topics (brand, topics) VALUES (?, ?)
        ON CONFLICT (brand) DO UPDATE SET topics = excluded.topics"""
    db.execute(upsert, (brand, text))


def topics(db: Connection, brand: str) -> Topics | None:
    """The brand's topics, or None if none were ever saved."""
    found = db.execute("SELECT topics FROM topics JOIN brand ON id = brand WHERE name = ?", (brand,)).fetchone()
    if not found:
        return None
    stored = _known_fields(Topics, json.loads(found[0]))
    hour, day = stored.get("hour"), stored.get("day", ())
    as_of = datetime.fromisoformat(stored["as_of"])
    return Topics(**{**stored, "as_of": as_of, "hour": hour and _topic(hour), "day": tuple(map(_topic, day))})


def _topic(stored: dict[str, Any]) -> FoundTopic:
    return FoundTopic(**{key: _tuple(value) for key, value in _known_fields(FoundTopic, stored).items()})


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _known_fields(kind: type[Any], stored: dict[str, Any]) -> dict[str, Any]:
    """``stored`` without the fields that another version wrote and this one does not have."""
    names = {field.name for field in fields(kind)}
    return {key: value for key, value in stored.items() if key in names}


def _values(one: Incident) -> tuple[Any, ...]:
    """The values of _COLUMNS."""
    times = (to_ms(one.since), optional_ms(one.until), to_ms(one.seen_at), to_ms(one.checked_at))
    figures = (one.n, float(one.baseline), one.window // MILLISECOND, float(one.peak))
    lists = (json.dumps(names, ensure_ascii=False) for names in (one.phrases, one.sources))
    return (*times, *figures, one.trend.value, int(one.negative), one.topic, *lists)


def _incident(row: Sequence[Any]) -> Incident:
    brand, since, until, seen_at, checked_at, n, baseline, window, peak, trend, negative, topic, *lists, id_ = row
    phrases, sources = map(json.loads, lists)
    return Incident(
        brand=brand,
        since=from_ms(since),
        seen_at=from_ms(seen_at),
        checked_at=from_ms(checked_at),
        n=n,
        baseline=baseline,
        window=timedelta(milliseconds=window),
        peak=peak,
        trend=Trend(trend),
        negative=bool(negative),
        topic=topic,
        phrases=tuple(phrases),
        sources=tuple(sources),
        until=optional_time(until),
        id=id_,
    )
