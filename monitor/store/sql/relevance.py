"""Clicks on mentions, and what people decide about those that the program set aside: see ``monitor.store.relevance``.

New and edited mentions of brands with a model enter a queue in the transaction that saves them. When a model changes,
``relevance_brand.review_time`` and ``review_id`` move over the stored mentions, the newest first.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from monitor.model import (
    BrandRelevance,
    ChangeKind,
    ClickedMention,
    JudgedRelevance,
    RelevanceClick,
    RelevanceWork,
    SetAside,
    State,
)
from monitor.store.sql import derived, relevance_queue, relevance_work
from monitor.store.sql.changes import log_changes, set_state
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import active_brands
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import from_ms, to_ms

MOVED_PER_WRITE = 500
"""Mentions that one transaction brings back, so that others can write in between."""
_CLICKED = "SELECT relevant, person, at FROM relevance_click WHERE mention = ?"
_SAVE_CLICK = """
    INSERT INTO relevance_click (mention, brand, relevant, state_before, person, at)
    SELECT id, brand, ?2, state, ?3, ?4 FROM mention WHERE id = ?1
    ON CONFLICT (mention) DO UPDATE SET relevant = excluded.relevant, person = excluded.person, at = excluded.at"""
_COUNT_CLICK = """
    INSERT INTO relevance_brand (brand, version) SELECT brand, 1 FROM mention WHERE id = ?
    ON CONFLICT (brand) DO UPDATE SET version = relevance_brand.version + 1"""
_BRAND = """
    SELECT is_on, model, version, review_time IS NOT NULL
        OR EXISTS (SELECT 1 FROM set_aside WHERE brand = relevance_brand.brand AND model <> relevance_brand.model)
    FROM relevance_brand WHERE brand = ?"""
_COUNTS = """
    SELECT (SELECT count(*) FROM relevance_click WHERE brand = ?1 AND relevant = 1),
        (SELECT count(*) FROM relevance_click WHERE brand = ?1 AND relevant = 0),
        (SELECT count(*) FROM set_aside WHERE brand = ?1), (SELECT count(*) FROM relevance_kept WHERE brand = ?1)"""
_REASONS = """
    SELECT mention, probability, reason FROM set_aside WHERE mention IN (SELECT value FROM json_each(?))"""


class SqlRelevance(StorePart):
    """RelevanceStore over the connections of a store."""

    # What people do

    def click(self, mention: int, relevant: bool, person: str, now: datetime) -> bool:
        return self._write(lambda db: click(db, mention, relevant, person, to_ms(now)))

    def undo_click(self, mention: int, now: datetime) -> bool:
        return self._write(lambda db: undo_click(db, mention, to_ms(now)))

    def click_on(self, mention: int) -> RelevanceClick | None:
        found = self._read(lambda db: db.execute(_CLICKED, (mention,)).fetchone())
        return RelevanceClick(bool(found[0]), found[1], from_ms(found[2])) if found else None

    def bring_back(self, brand: str, now: datetime) -> int:
        return self._bring_back(brand, now, keep=True)

    def judge_again(self, brand: str) -> int:
        return self._write(lambda db: _judge_again(db, brand))

    def switch(self, brand: str, on: bool, now: datetime) -> int:
        self._write(lambda db: _switch(db, brand, on))
        return 0 if on else self._bring_back(brand, now, keep=False)

    # What is known

    def brands(self) -> list[BrandRelevance]:
        return self._read(_brands)

    def reasons(self, mentions: Sequence[int]) -> dict[int, SetAside]:
        rows = self._read(lambda db: db.execute(_REASONS, (json.dumps(list(mentions)),)).fetchall())
        return {id_: _reason(probability, json.loads(reason)) for id_, probability, reason in rows}

    # The worker

    def clicked(self, brand: str, encoder: str, limit: int) -> list[ClickedMention]:
        return self._read(lambda db: relevance_work.clicked(db, brand, encoder, limit))

    def use_model(self, brand: str, model: str, now: datetime) -> None:
        self._write(lambda db: relevance_work.use_model(db, brand, model))
        if not model:
            self._bring_back(brand, now, keep=False)

    def next_work(self, encoder: str, since: datetime, limit: int) -> RelevanceWork:
        return self._read(lambda db: relevance_work.next_work(db, encoder, to_ms(since), limit))

    def save_judged(self, work: RelevanceWork, judged: Sequence[JudgedRelevance], encoder: str, now: datetime) -> int:
        return self._write(lambda db: relevance_work.save(db, work, judged, encoder, to_ms(now)))

    def _bring_back(self, brand: str, now: datetime, *, keep: bool) -> int:
        total = 0
        while moved := self._write(lambda db: _bring_some_back(db, brand, keep, to_ms(now))):
            total += moved
        return total


def click(db: Connection, mention: int, relevant: bool, person: str, now: int, at: int | None = None) -> bool:
    """See ``RelevanceStore.click``; in a transaction of the caller. ``at``: when it was said, if not now."""
    found = db.execute("SELECT state, hidden FROM mention WHERE id = ?", (mention,)).fetchone()
    known = db.execute(_CLICKED, (mention,)).fetchone()
    if found is None or found[0] == State.LEFT or (known and bool(known[0]) == relevant):
        return False
    db.execute(_SAVE_CLICK, (mention, relevant, person, now if at is None else at))
    db.execute(_COUNT_CLICK, (mention,))
    if relevant:
        _set_state(db, mention, _state_before(db, mention), now)
        relevance_work.move(db, [mention], 0, now)
    else:
        set_state(db, mention, State.IRRELEVANT, now)
    return True


def _set_state(db: Connection, mention: int, state: State, now: int) -> None:
    """Set the state, and tell the screens even if it is that already: they show who said what."""
    if not set_state(db, mention, state, now):
        log_changes(db, ChangeKind.STATE, derived.IN_IDS, json.dumps([mention]), now)


def _state_before(db: Connection, mention: int) -> State:
    """The state to return to; a claim was kept."""
    (claimant,) = db.execute("SELECT claimant FROM mention WHERE id = ?", (mention,)).fetchone()
    return State.UNCLAIMED if claimant is None else State.CLAIMED


def undo_click(db: Connection, mention: int, now: int) -> bool:
    """See ``RelevanceStore.undo_click``; in a transaction of the caller."""
    if db.execute(_CLICKED, (mention,)).fetchone() is None:
        return False
    (state,) = db.execute("SELECT state FROM mention WHERE id = ?", (mention,)).fetchone()
    if state != State.LEFT:
        _set_state(db, mention, _state_before(db, mention), now)
    db.execute(_COUNT_CLICK, (mention,))
    db.execute("DELETE FROM relevance_click WHERE mention = ?", (mention,))
    relevance_queue.enqueue(db, derived.IN_IDS, json.dumps([mention]))
    return True


def _bring_some_back(db: Connection, brand: str, keep: bool, now: int) -> int:
    select = "SELECT mention FROM set_aside WHERE brand = (SELECT id FROM brand WHERE name = ?) LIMIT ?"
    ids = [id_ for (id_,) in db.execute(select, (brand, MOVED_PER_WRITE))]
    if keep:
        relevance_queue.keep(db, derived.IN_IDS, json.dumps(ids))
    relevance_work.move(db, ids, 0, now)
    return len(ids)


def _judge_again(db: Connection, brand: str) -> int:
    where = "brand = (SELECT id FROM brand WHERE name = ?)"
    insert = f"""INSERT INTO relevance_queue (mention) SELECT mention FROM relevance_kept WHERE {where}
        ON CONFLICT (mention) DO UPDATE SET ticket = excluded.ticket"""
    db.execute(insert, (brand,))
    return db.execute(f"DELETE FROM relevance_kept WHERE {where}", (brand,)).rowcount


def _switch(db: Connection, brand: str, on: bool) -> None:
    """Without a model nothing waits; the worker chooses one again when the switch is on."""
    db.execute(
        """INSERT INTO relevance_brand (brand, is_on) SELECT id, ?2 FROM brand WHERE name = ?1
            ON CONFLICT (brand) DO UPDATE SET is_on = excluded.is_on, version = relevance_brand.version + 1""",
        (brand, on),
    )
    if not on:
        relevance_work.use_model(db, brand, "")


def _brands(db: Connection) -> list[BrandRelevance]:
    return [_brand_relevance(db, id_, name) for id_, name in active_brands(db).items()]


def _brand_relevance(db: Connection, brand: int, name: str) -> BrandRelevance:
    found = db.execute(_BRAND, (brand,)).fetchone()
    relevant, irrelevant, set_aside, kept = db.execute(_COUNTS, (brand,)).fetchone()
    is_on, model, version, is_reviewing = found or (1, "", 0, 0)
    return BrandRelevance(
        name, bool(is_on), relevant, irrelevant, set_aside, kept, model, version, bool(model and is_reviewing)
    )


def _reason(probability: int, stored: dict[str, Any]) -> SetAside:
    words, similar = tuple(stored.get("words", ())), tuple(stored.get("similar", ()))
    return SetAside(probability / 1000, words, similar, stored.get("n_similar", 0))
