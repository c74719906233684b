"""From new mentions to messages: see ``monitor.store.notifications``."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import ChangeKind, Intent, Post, Sentiment
from monitor.model.notifications import Arrival, Arrivals, MessageState, NewMessage, OpenAlert
from monitor.store.notifications import NotificationStep
from monitor.store.sql.connection import Connection
from monitor.store.sql.rows import HIDDEN, SENTIMENTS, SET_ASIDE, STATES, UNKNOWN_LANGUAGE
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.topic_bits import names_of, slots_in_use
from monitor.store.sql.units import from_ms, to_ms

_WRITTEN = {ChangeKind.SAVED.value, ChangeKind.EDITED.value}
_KINDS = _WRITTEN | {ChangeKind.JUDGED.value}
_CHANGES = "SELECT id, kind, mention FROM change WHERE id > ? ORDER BY id LIMIT ?"
_ARRIVALS = """SELECT mention.id, mention.added_at, source.name, post.external_id, post.text, post.published_at,
        post.author, post.title, post.url, post.site, post.lang, brand.name, rule.version, mention.sentiment,
        mention.corrected, mention.intent, mention.state, mention.hidden, mention.story, post.imported,
        post.topics
    FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
    JOIN post ON post.id = mention.post JOIN source ON source.id = post.source
    JOIN brand ON brand.id = mention.brand JOIN rule ON rule.id = mention.rule
    WHERE mention.added_at = post.added_at OR mention.id IN (SELECT value FROM json_each(?))"""
"""Without mentions that a changed rule found in stored posts: they are judged later, too, and are no news."""
_INSERT_MESSAGE = """
    INSERT INTO message (key, rule, subject, channel, via, facts, state, reason, requires, next_try, created_at)
    SELECT ?1, ?2, ?3, id, id, ?5, ?6, ?7, ?8, CAST(?9 AS BIGINT), ?10 FROM channel WHERE id = ?4
    ON CONFLICT (key) DO NOTHING"""
_SAVE_ALERT = """INSERT INTO alert (rule, subject, since, facts) VALUES (?, ?, ?, ?)
    ON CONFLICT (rule, subject) DO UPDATE SET since = excluded.since, facts = excluded.facts"""


class SqlFlow(StorePart):
    """FlowStore over the connections of a store."""

    def last_change(self) -> int | None:
        found = self._read(lambda db: db.execute("SELECT last_change FROM notification_progress").fetchone())
        return int(found[0]) if found else None

    def arrivals(self, after: int, limit: int) -> Arrivals:
        return self._read(lambda db: _arrivals(db, after, limit))

    def already_matched(self, subscription: int, mentions: Sequence[int]) -> set[int]:
        select = """SELECT mention FROM subscription_match
            WHERE subscription = ? AND mention IN (SELECT value FROM json_each(?))"""
        rows = self._read(lambda db: db.execute(select, (subscription, json.dumps(list(mentions)))).fetchall())
        return {mention for (mention,) in rows}

    def save_step(self, step: NotificationStep, now: datetime) -> int:
        return self._write(lambda db: _save_step(db, step, to_ms(now)))

    def open_alerts(self) -> list[OpenAlert]:
        rows = self._read(lambda db: db.execute("SELECT rule, subject, since, facts FROM alert").fetchall())
        return [OpenAlert(rule, subject, from_ms(since), json.loads(facts)) for rule, subject, since, facts in rows]

    def save_alerts(
        self, opened: Sequence[OpenAlert], closed: Sequence[OpenAlert], messages: Sequence[NewMessage], now: datetime
    ) -> int:
        def job(db: Connection) -> int:
            rows = [(one.rule, one.subject, to_ms(one.since), json.dumps(dict(one.facts))) for one in opened]
            db.executemany(_SAVE_ALERT, rows)
            ended = [(one.rule, one.subject) for one in closed]
            db.executemany("DELETE FROM alert WHERE rule = ? AND subject = ?", ended)
            return _insert_messages(db, messages, to_ms(now))

        return self._write(job)

    def muted_alerts(self) -> frozenset[str]:
        return frozenset(
            name for (name,) in self._read(lambda db: db.execute("SELECT name FROM muted_alert").fetchall())
        )

    def mute_alerts(self, names: Collection[str]) -> None:
        def job(db: Connection) -> None:
            db.execute("DELETE FROM muted_alert")
            db.executemany("INSERT INTO muted_alert (name) VALUES (?)", [(name,) for name in sorted(set(names))])

        self._write(job)


def _save_progress(db: Connection, last_change: int) -> None:
    if not db.execute("UPDATE notification_progress SET last_change = ?", (last_change,)).rowcount:
        db.execute("INSERT INTO notification_progress (last_change) VALUES (?)", (last_change,))


def _save_step(db: Connection, step: NotificationStep, now: int) -> int:
    _save_progress(db, step.last_change)
    states = [(json.dumps(state), id_) for id_, state in step.states.items()]
    db.executemany("UPDATE subscription SET state = ? WHERE id = ?", states)
    matches = [(one, mention, now) for one, found in step.matched.items() for mention in found]
    insert = """INSERT INTO subscription_match (subscription, mention, at)
        SELECT id, ?2, ?3 FROM subscription WHERE id = ?1 ON CONFLICT DO NOTHING"""
    db.executemany(insert, matches)
    return _insert_messages(db, step.messages, now)


def _insert_messages(db: Connection, messages: Iterable[NewMessage], now: int) -> int:
    """Insert messages whose key is new and whose channel exists; return how many."""
    return sum(
        db.execute(
            _INSERT_MESSAGE,
            (
                one.key, one.rule, one.subject, one.channel, json.dumps(dict(one.facts)), one.state.value, one.reason,
                one.requires, now if one.state is MessageState.WAITING else None, to_ms(one.created_at),
            ),
        ).rowcount
        for one in messages
    )  # fmt: skip


def _arrivals(db: Connection, after: int, limit: int) -> Arrivals:
    changes = db.execute(_CHANGES, (after, limit)).fetchall()
    stored = {mention for _, kind, mention in changes if kind == ChangeKind.SAVED.value}
    ids = sorted({mention for _, kind, mention in changes if kind in _KINDS})
    written = sorted({mention for _, kind, mention in changes if kind in _WRITTEN})
    rows = db.execute(_ARRIVALS, (json.dumps(ids), json.dumps(written))) if ids else ()
    slots = slots_in_use(db)
    found = tuple(_arrival(row, row[0] in stored, slots) for row in rows)
    return Arrivals(changes[-1][0] if changes else after, found, len(changes) < limit)


def _arrival(row: tuple[Any, ...], is_first: bool, slots: Mapping[str, int]) -> Arrival:
    (id_, added_at, source, external_id, text, published_at, author, title, url, site, lang, brand, version, sentiment,
        corrected, intent, state, hidden, story, imported, topics) = row  # fmt: skip
    language = None if lang == UNKNOWN_LANGUAGE else lang
    post = Post(source, external_id, text, from_ms(published_at), author, title, url, site, language)
    return Arrival(
        id_, from_ms(added_at), post, brand, f"{brand}@{version}", Sentiment(SENTIMENTS[sentiment]), bool(corrected),
        Intent(intent), names_of(topics, slots), _state(state, hidden), story, bool(imported), is_first,
    )  # fmt: skip


def _state(state: int, hidden: int) -> str:
    """The value of ``MentionFilter.state``."""
    if state < 2 and hidden in (HIDDEN, SET_ASIDE):
        return "hidden" if hidden == HIDDEN else "set_aside"
    return STATES[state]
