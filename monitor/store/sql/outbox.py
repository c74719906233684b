"""Messages on their way, and the log of deliveries: see ``monitor.store.notifications``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from monitor.model import MentionFilter, Order
from monitor.model.notifications import ArrivalTime, DeliveryAttempt, Message, MessageState
from monitor.store.sql import queries
from monitor.store.sql.channels import SqlChannels, SqlSubscriptions
from monitor.store.sql.connection import Connection
from monitor.store.sql.notification_flow import SqlFlow
from monitor.store.sql.plan import plan
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import MAX_MS, from_ms, optional_ms, optional_time, to_ms

NEVER_BEGAN = "The message about its beginning was not delivered."
_COLUMNS = """message.id, message.rule, message.subject, message.channel, message.via, message.facts, message.state,
    message.reason, message.requires, message.tries, message.next_try, message.created_at, message.delivered_at"""
_REQUIRED = "SELECT 1 FROM message began WHERE began.key = message.requires"
_IS_DUE = f"""FROM message INDEXED BY message_due WHERE state = 'waiting' AND next_try <= ?
    AND (requires = '' OR EXISTS ({_REQUIRED} AND began.state = 'delivered'))"""
_DUE = f"SELECT {_COLUMNS} {_IS_DUE} AND via = ? ORDER BY next_try, id LIMIT ?"
_DUE_CHANNELS = f"SELECT via {_IS_DUE} GROUP BY via ORDER BY min(next_try)"
_ORPHANS = f"""state = 'waiting' AND requires <> ''
    AND NOT EXISTS ({_REQUIRED} AND began.state IN ('delivered', 'waiting'))"""


class SqlOutbox(StorePart):
    """OutboxStore over the connections of a store."""

    def due_channels(self, now: datetime) -> list[int]:
        return [via for (via,) in self._read(lambda db: db.execute(_DUE_CHANNELS, (to_ms(now),)).fetchall())]

    def due(self, channel: int, now: datetime, limit: int) -> list[Message]:
        rows = self._read(lambda db: db.execute(_DUE, (to_ms(now), channel, limit)).fetchall())
        return [_message(row) for row in rows]

    def hold_orphans(self, now: datetime) -> list[int]:
        if not self._read(lambda db: db.execute(f"SELECT 1 FROM message WHERE {_ORPHANS} LIMIT 1").fetchone()):
            return []
        update = f"UPDATE message SET state = 'held', reason = ?, next_try = NULL WHERE {_ORPHANS} RETURNING channel"
        return [channel for (channel,) in self._write(lambda db: db.execute(update, (NEVER_BEGAN,)).fetchall())]

    def waiting_messages(self) -> dict[int, int]:
        select = "SELECT via, count(*) FROM message INDEXED BY message_due WHERE state = 'waiting' GROUP BY via"
        return dict(self._read(lambda db: db.execute(select).fetchall()))

    def next_due(self) -> datetime | None:
        select = "SELECT min(next_try) FROM message INDEXED BY message_due WHERE state = 'waiting'"
        return optional_time(self._read(lambda db: db.execute(select).fetchone()[0]))

    def save_delivered(self, attempt: DeliveryAttempt) -> None:
        def job(db: Connection) -> None:
            _log(db, attempt)
            update = """UPDATE message SET state = 'delivered', reason = '', next_try = NULL, via = ?, delivered_at = ?
                WHERE id = ?"""
            db.execute(update, (attempt.channel, to_ms(attempt.at), attempt.message))
            _set_problem(db, attempt.channel, "", to_ms(attempt.at))

        self._write(job)

    def save_failed(self, attempt: DeliveryAttempt, *, via: int, tries: int, next_try: datetime | None) -> None:
        self._write(lambda db: _save_failed(db, attempt, via, tries, optional_ms(next_try)))

    def record_test(self, channel: int, problem: str, now: datetime) -> None:
        def job(db: Connection) -> None:
            _set_problem(db, channel, problem, to_ms(now))
            if not problem:
                update = "UPDATE message SET next_try = ? WHERE via = ? AND state = 'waiting'"
                db.execute(update, (to_ms(now), channel))

        self._write(job)

    def messages(self, limit: int, *, before: int | None = None, rule: str = "", unsent: bool = False) -> list[Message]:
        select = f"""SELECT {_COLUMNS} FROM message WHERE id < ?1 AND (?2 = '' OR rule = ?2)
            AND (?3 = 0 OR state <> 'delivered') ORDER BY id DESC LIMIT ?4"""
        values = before or MAX_MS, rule, unsent, limit
        return [_message(row) for row in self._read(lambda db: db.execute(select, values).fetchall())]

    def message(self, id: int) -> Message | None:
        row = self._read(lambda db: db.execute(f"SELECT {_COLUMNS} FROM message WHERE id = ?", (id,)).fetchone())
        return None if row is None else _message(row)

    def attempts(self, messages: Sequence[int]) -> dict[int, list[DeliveryAttempt]]:
        select = """SELECT message, channel, at, succeeded, detail, milliseconds FROM delivery
            WHERE message IN (SELECT value FROM json_each(?)) ORDER BY id"""
        found: dict[int, list[DeliveryAttempt]] = {id_: [] for id_ in messages}
        for row in self._read(lambda db: db.execute(select, (json.dumps(list(messages)),)).fetchall()):
            message, channel, at, succeeded, detail, ms = row
            attempt = DeliveryAttempt(message, channel, from_ms(at), bool(succeeded), detail, ms / 1000)
            found[message].append(attempt)
        return found

    def forget(self, before: datetime) -> int:
        def job(db: Connection) -> int:
            db.execute("DELETE FROM subscription_match WHERE at < ?", (to_ms(before),))
            delete = "DELETE FROM message WHERE created_at < ? AND state <> 'waiting'"
            return db.execute(delete, (to_ms(before),)).rowcount

        return self._write(job)


_TIMES = """SELECT mention.id, published_at, brand.name FROM json_each(?) wanted
    CROSS JOIN mention ON mention.id = wanted.value JOIN brand ON brand.id = mention.brand
    ORDER BY published_at, mention.id"""


class SqlNotifications(SqlChannels, SqlSubscriptions, SqlFlow, SqlOutbox):
    """NotificationStore over the connections of a store, except what searches mentions."""

    def matching_times(self, mentions: MentionFilter, limit: int) -> list[ArrivalTime]:
        newest_first = replace(mentions, order=Order.NEW)

        def read(db: Connection) -> Sequence[tuple[int, int, str]]:
            ids = queries.page_ids(db, plan(db, newest_first), None, None, limit)
            return db.execute(_TIMES, (json.dumps(ids),)).fetchall()

        return [ArrivalTime(id_, from_ms(at), brand) for id_, at, brand in self._read(read)]


def _log(db: Connection, attempt: DeliveryAttempt) -> None:
    insert = """INSERT INTO delivery (message, channel, at, succeeded, detail, milliseconds)
        SELECT id, ?, ?, ?, ?, ? FROM message WHERE id = ?"""
    milliseconds = round(attempt.seconds * 1000)
    values = (attempt.channel, to_ms(attempt.at), attempt.succeeded, attempt.detail, milliseconds, attempt.message)
    db.execute(insert, values)


def _save_failed(db: Connection, attempt: DeliveryAttempt, via: int, tries: int, next_try: int | None) -> None:
    _log(db, attempt)
    state = MessageState.FAILED if next_try is None else MessageState.WAITING
    update = "UPDATE message SET state = ?, reason = ?, next_try = ?, via = ?, tries = ? WHERE id = ?"
    db.execute(update, (state.value, attempt.detail, next_try, via, tries, attempt.message))
    _set_problem(db, attempt.channel, attempt.detail, to_ms(attempt.at))


def _set_problem(db: Connection, channel: int, problem: str, now: int) -> None:
    since = "NULL" if not problem else "coalesce(failing_since, ?)"
    values = (now,) if problem else ()
    db.execute(f"UPDATE channel SET failing_since = {since}, problem = ? WHERE id = ?", (*values, problem, channel))


def _message(row: tuple[Any, ...]) -> Message:
    (id_, rule, subject, channel, via, facts, state, reason, requires, tries, next_try, created_at, delivered_at) = row
    return Message(
        rule, subject, channel, from_ms(created_at), json.loads(facts), MessageState(state), reason, requires, id_,
        via, tries, optional_time(next_try), optional_time(delivered_at),
    )  # fmt: skip
