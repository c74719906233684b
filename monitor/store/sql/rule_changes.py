"""Changes of rules: what begins with one, and what is known about it; see ``monitor.store.rules``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from itertools import pairwise
from typing import Any

from monitor.errors import QueryError
from monitor.model import RuleChange
from monitor.model.rules import Rematch, RuleVersion
from monitor.query import parse
from monitor.query.comparing import is_certainly_narrower
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import active_brands
from monitor.store.sql.units import EPOCH, from_ms, optional_time

NOTE_AGE_MS = 600_000
"""An older note is about a change that never came."""
_BEFORE = "SELECT text FROM rule WHERE brand = ? AND version = ?"
_BEGIN = """
    INSERT INTO rule_change (rule, person, reason, widens, first_upto, position, upto, finished_at, tail_done)
    SELECT ?1, ?2, ?3, ?4, newest, newest + 1, newest, iif(newest = 0, ?5, NULL), iif(newest = 0, 1, 0)
    FROM (SELECT coalesce(max(id), 0) AS newest FROM post) posts"""
_SUPERSEDE = """
    UPDATE rule_change SET finished_at = coalesce(finished_at, ?2), tail_done = 1
    WHERE tail_done = 0 AND rule IN (SELECT id FROM rule WHERE brand = ?1)"""
_COLUMNS = """rule.version, rule.text, rule.since, rule_change.person, rule_change.reason, rule_change.widens,
    rule_change.first_upto, rule_change.position, rule_change.finished_at, rule_change.entered, rule_change."left\""""
_VERSIONS = f"""
    SELECT {_COLUMNS} FROM rule LEFT JOIN rule_change ON rule_change.rule = rule.id
    WHERE rule.brand = (SELECT id FROM brand WHERE name = ?) ORDER BY rule.version DESC"""
_CHANGES = """
    SELECT rule.brand, rule.version, rule.since, coalesce(rule_change.person, ''), rule_change.entered,
        rule_change."left", rule_change.rule IS NOT NULL AND rule_change.finished_at IS NULL,
        coalesce(rule_change.widens, 0)
    FROM rule LEFT JOIN rule_change ON rule_change.rule = rule.id
    WHERE rule.version > 1 AND rule.since >= ? AND rule.since < ? ORDER BY rule.since, rule.id"""
_CHANGED_BRANDS = "SELECT DISTINCT rule.brand FROM rule_change JOIN rule ON rule.id = rule_change.rule"
_TEXTS = "SELECT text, since FROM rule WHERE brand = ? ORDER BY version"
_UNFINISHED = """
    SELECT rule.brand FROM rule_change JOIN rule ON rule.id = rule_change.rule JOIN brand ON brand.id = rule.brand
    WHERE rule_change.finished_at IS NULL AND brand.active <> 0"""


def begin(db: Connection, brand: int, name: str, rule: int, now: int) -> None:
    """Match stored posts again by version ``rule``, which is not the brand's first."""
    version, text = db.execute("SELECT version, text FROM rule WHERE id = ?", (rule,)).fetchone()
    (before,) = db.execute(_BEFORE, (brand, version - 1)).fetchone()
    note = db.execute("SELECT text, person, reason, at FROM rule_note WHERE brand = ?", (name,)).fetchone()
    person, reason = note[1:3] if note and note[0] == text and now - note[3] < NOTE_AGE_MS else ("", "")
    db.execute("DELETE FROM rule_note WHERE brand = ?", (name,))
    db.execute(_SUPERSEDE, (brand, now))
    db.execute(_BEGIN, (rule, person, reason, _widens(text, before), now))


@lru_cache(maxsize=4_096)  # the analysis asks again and again
def _widens(text: str, before: str) -> bool:
    try:
        return not is_certainly_narrower(parse(text).tree, parse(before).tree)
    except QueryError:  # written for another version of the language
        return True


def versions(db: Connection, brand: str) -> list[RuleVersion]:
    """See ``RuleStore.versions``."""
    return [_version(brand, row) for row in db.execute(_VERSIONS, (brand,))]


def _version(brand: str, row: tuple[Any, ...]) -> RuleVersion:
    version, text, since, person, reason, widens, upto, position, finished_at, entered, left = row
    rematch = None
    if person is not None:
        done = 1.0 if finished_at is not None or not upto else (upto + 1 - position) / upto
        superseded = finished_at is not None and position > 1
        rematch = Rematch(done, entered, left, optional_time(finished_at), superseded)
    return RuleVersion(brand, version, text, from_ms(since), person or "", reason or "", rematch, bool(widens))


def changes(db: Connection, since: int, until: int) -> list[RuleChange]:
    """See ``MentionQueries.rule_changes``."""
    active = active_brands(db)
    return [
        RuleChange(active[brand], version, from_ms(at), person, entered, left, bool(unfinished), bool(widens))
        for brand, version, at, person, entered, left, unfinished, widens in db.execute(_CHANGES, (since, until))
        if brand in active
    ]


def unfinished(db: Connection) -> frozenset[str]:
    """See ``RuleStore.unfinished``."""
    active = active_brands(db)
    return frozenset(active[brand] for (brand,) in db.execute(_UNFINISHED))


def incomparable(db: Connection) -> dict[str, list[tuple[datetime, datetime]]]:
    """See ``RuleStore.incomparable``."""
    names, found = active_brands(db), dict[str, list[tuple[datetime, datetime]]]()
    changed = [row[0] for row in db.execute(_CHANGED_BRANDS)]
    for brand in changed:
        if brand in names and (spans := _incomparable_spans(db.execute(_TEXTS, (brand,)).fetchall())):
            found[names[brand]] = spans
    return found


def _incomparable_spans(versions: Sequence[tuple[str, int]]) -> list[tuple[datetime, datetime]]:
    """Of the (text, since) of all versions, the oldest first."""
    (current, _), spans = versions[-1], list[tuple[datetime, datetime]]()
    for number, ((text, since), (_, until)) in enumerate(pairwise(versions)):
        if not _widens(current, text):
            continue
        start, end = EPOCH if number == 0 else from_ms(since), from_ms(until)
        if spans and spans[-1][1] == start:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans
