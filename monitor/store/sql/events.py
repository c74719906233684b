"""Events: see ``monitor.store.events``."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from monitor.errors import NotificationError
from monitor.model.events import EventDelivery, EventSubscription
from monitor.store.sql import changes
from monitor.store.sql.channels import REMOVED_CHANNEL
from monitor.store.sql.connection import Connection
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import from_ms, optional_time, to_ms

_COLUMNS = "id, view, channel, created_at, cursor, replay_until, failures, next_try, problem"
_SENT = """INSERT INTO event_mention (subscription, mention, gone, at) VALUES (?, ?, ?, ?)
    ON CONFLICT (subscription, mention) DO UPDATE SET gone = excluded.gone, at = excluded.at"""


class SqlEvents(StorePart):
    """EventStore over the connections of a store."""

    def subscriptions(self) -> list[EventSubscription]:
        return self._read(
            lambda db: [
                _subscription(row) for row in db.execute(f"SELECT {_COLUMNS} FROM event_subscription ORDER BY id")
            ]
        )

    def add(self, view: int, channel: int, now: datetime) -> EventSubscription:
        def job(db: Connection) -> EventSubscription:
            if db.execute("SELECT 1 FROM channel WHERE id = ?", (channel,)).fetchone() is None:
                raise NotificationError(REMOVED_CHANNEL)
            insert = f"""INSERT INTO event_subscription (view, channel, created_at, cursor) VALUES (?, ?, ?, ?)
                RETURNING {_COLUMNS}"""
            values = (view, channel, to_ms(now), changes.last_change_id(db))
            return _subscription(db.execute(insert, values).fetchone())

        return self._write(job)

    def remove(self, id: int) -> bool:
        return self._write(lambda db: db.execute("DELETE FROM event_subscription WHERE id = ?", (id,)).rowcount > 0)

    def replay(self, id: int, since: datetime) -> int:
        def job(db: Connection) -> int:
            last = changes.last_change_id(db)
            found = db.execute("SELECT min(id) FROM change WHERE at >= ?", (to_ms(since),)).fetchone()[0]
            first = last + 1 if found is None else int(found)
            db.execute(
                """UPDATE event_subscription SET replay_until = max(cursor, replay_until), cursor = min(cursor, ?),
                    failures = 0, next_try = NULL WHERE id = ?""",
                (first - 1, id),
            )
            return last - first + 1

        return self._write(job)

    def sent(self, id: int, mentions: Collection[int]) -> Mapping[int, bool]:
        select = """SELECT mention, gone FROM event_mention
            WHERE subscription = ? AND mention IN (SELECT value FROM json_each(?))"""
        values = (id, json.dumps(list(mentions)))
        return self._read(lambda db: {mention: not gone for mention, gone in db.execute(select, values)})

    def save_delivered(
        self, id: int, cursor: int, present: Collection[int], gone: Collection[int], delivery: EventDelivery | None
    ) -> None:
        def job(db: Connection) -> None:
            update = """UPDATE event_subscription SET cursor = ?, failures = 0, next_try = NULL, problem = ''
                WHERE id = ?"""
            if not db.execute(update, (cursor, id)).rowcount or delivery is None:
                return  # it was removed meanwhile
            told = [(mention, 0) for mention in present] + [(mention, 1) for mention in gone]
            db.executemany(_SENT, [(id, mention, is_gone, to_ms(delivery.at)) for mention, is_gone in told])
            _log(db, delivery)

        self._write(job)

    def save_failed(self, delivery: EventDelivery, next_try: datetime) -> None:
        def job(db: Connection) -> None:
            update = "UPDATE event_subscription SET failures = failures + 1, next_try = ?, problem = ? WHERE id = ?"
            if db.execute(update, (to_ms(next_try), delivery.detail, delivery.subscription)).rowcount:
                _log(db, delivery)

        self._write(job)

    def deliveries(self, id: int, limit: int) -> list[EventDelivery]:
        select = """SELECT subscription, at, events, succeeded, detail, milliseconds, id FROM event_delivery
            WHERE subscription = ? ORDER BY id DESC LIMIT ?"""
        return self._read(lambda db: [_delivery(row) for row in db.execute(select, (id, limit))])

    def forget(self, before: datetime) -> None:
        def job(db: Connection) -> None:
            db.execute("DELETE FROM event_delivery WHERE at < ?", (to_ms(before),))
            db.execute("DELETE FROM event_mention WHERE gone <> 0 AND at < ?", (to_ms(before),))

        self._write(job)


def _log(db: Connection, one: EventDelivery) -> None:
    insert = """INSERT INTO event_delivery (subscription, at, events, succeeded, detail, milliseconds)
        VALUES (?, ?, ?, ?, ?, ?)"""
    values = (one.subscription, to_ms(one.at), one.events, int(one.succeeded), one.detail, round(one.seconds * 1000))
    db.execute(insert, values)


def _subscription(row: tuple[Any, ...]) -> EventSubscription:
    id_, view, channel, created_at, cursor, replay_until, failures, next_try, problem = row
    times = from_ms(created_at), optional_time(next_try)
    return EventSubscription(id_, view, channel, times[0], cursor, replay_until, failures, times[1], problem)


def _delivery(row: tuple[Any, ...]) -> EventDelivery:
    subscription, at, events, succeeded, detail, milliseconds, id_ = row
    return EventDelivery(subscription, from_ms(at), events, bool(succeeded), detail, milliseconds / 1000, id_)
