"""Channels, subscriptions and quiet hours: see ``monitor.store.notifications``."""

from __future__ import annotations

import json
from datetime import datetime, time, timedelta
from typing import Any

from monitor.errors import NotificationError
from monitor.model.notifications import (
    Channel,
    ChannelKind,
    Frequency,
    NewChannel,
    NewReportSubscription,
    NewSubscription,
    QuietHours,
    ReportSubscription,
    Schedule,
    Subscription,
)
from monitor.store.sql import changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import from_ms, optional_time, to_ms

NO_ACCOUNT = 0
"""How the user of a machine without accounts is stored among quiet hours."""
REMOVED_CHANNEL = "This channel was removed meanwhile. Choose another one."
CHANNEL_REMOVED = "Its channel was removed. Other channels that get the built-in alerts have it, too."
_HAND_OVER = (
    "UPDATE subscription SET channel = :new WHERE channel = :old",
    "UPDATE report_subscription SET channel = :new WHERE channel = :old",
    """UPDATE message SET state = 'held', reason = :reason, next_try = NULL
        WHERE channel = :old AND state = 'waiting' AND rule NOT LIKE 'view:%' AND rule NOT LIKE 'report:%'""",
    "UPDATE message SET via = :new, tries = 0 WHERE via = :old AND state = 'waiting'",
    "UPDATE message SET channel = :new WHERE channel = :old",
)
"""What happens to everything that uses a channel that is removed."""
_CHANNEL_COLUMNS = "id, name, kind, shown, secret, inside, alerts, created_at, failing_since, problem"
_SUBSCRIPTION_COLUMNS = "id, view, owner, channel, schedule, is_on, created_at, state"
_REPORT_COLUMNS = "id, owner, channel, weekday, at, created_at"


class SqlChannels(StorePart):
    """ChannelStore over the connections of a store."""

    def channels(self) -> list[Channel]:
        return self._read(read_channels)

    def add_channel(self, new: NewChannel, now: datetime) -> Channel:
        def job(db: Connection) -> Channel:
            _require_free_name(db, new.name, 0)
            insert = f"""INSERT INTO channel (name, kind, shown, secret, inside, alerts, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING {_CHANNEL_COLUMNS}"""
            return _channel(db.execute(insert, (*_values(new), to_ms(now))).fetchone())

        return self._write(job)

    def change_channel(self, id: int, changed: NewChannel) -> None:
        def job(db: Connection) -> None:
            if all(channel.id != id for channel in read_channels(db)):
                raise NotificationError(REMOVED_CHANNEL)
            _require_free_name(db, changed.name, id)
            update = """UPDATE channel SET name = ?, kind = ?, shown = ?, secret = ?, inside = ?, alerts = ?,
                failing_since = NULL, problem = '' WHERE id = ?"""
            db.execute(update, (*_values(changed), id))

        self._write(job)

    def remove_channel(self, id: int, successor: int | None = None) -> bool:
        def job(db: Connection) -> bool:
            if successor is not None:
                _require_channel(db, successor)
                for statement in _HAND_OVER:
                    db.execute(statement, {"old": id, "new": successor, "reason": CHANNEL_REMOVED})
            return db.execute("DELETE FROM channel WHERE id = ?", (id,)).rowcount > 0

        return self._write(job)


class SqlSubscriptions(StorePart):
    """SubscriptionStore over the connections of a store, except what searches mentions."""

    def subscriptions(self) -> list[Subscription]:
        return self._read(_subscriptions)

    def add_subscription(self, new: NewSubscription, now: datetime) -> Subscription:
        return self._write(lambda db: _add_subscription(db, new, to_ms(now)))

    def change_subscription(self, id: int, channel: int, schedule: Schedule, is_on: bool) -> None:
        def job(db: Connection) -> None:
            _require_channel(db, channel)
            update = "UPDATE subscription SET channel = ?, schedule = ?, is_on = ? WHERE id = ?"
            if not db.execute(update, (channel, _encode_schedule(schedule), is_on, id)).rowcount:
                raise NotificationError("This notification was removed meanwhile.")

        self._write(job)

    def remove_subscription(self, id: int) -> bool:
        return self._write(lambda db: db.execute("DELETE FROM subscription WHERE id = ?", (id,)).rowcount > 0)

    def report_subscriptions(self) -> list[ReportSubscription]:
        return self._read(_report_subscriptions)

    def add_report_subscription(self, new: NewReportSubscription, now: datetime) -> ReportSubscription:
        def job(db: Connection) -> ReportSubscription:
            _require_channel(db, new.channel)
            insert = f"""INSERT INTO report_subscription (owner, channel, weekday, at, created_at)
                VALUES (?, ?, ?, ?, ?) RETURNING {_REPORT_COLUMNS}"""
            values = (new.owner, new.channel, new.weekday, _minutes(new.at), to_ms(now))
            return _report_subscription(db.execute(insert, values).fetchone())

        return self._write(job)

    def remove_report_subscription(self, id: int) -> bool:
        return self._write(lambda db: db.execute("DELETE FROM report_subscription WHERE id = ?", (id,)).rowcount > 0)

    def quiet_hours(self) -> dict[int | None, QuietHours]:
        rows = self._read(lambda db: db.execute('SELECT account, start, "end" FROM quiet_hours').fetchall())
        return {account or None: QuietHours(_time(start), _time(end)) for account, start, end in rows}

    def set_quiet_hours(self, account: int | None, hours: QuietHours | None) -> None:
        def job(db: Connection) -> None:
            db.execute("DELETE FROM quiet_hours WHERE account = ?", (account or NO_ACCOUNT,))
            if hours is not None:
                values = (account or NO_ACCOUNT, _minutes(hours.start), _minutes(hours.end))
                db.execute('INSERT INTO quiet_hours (account, start, "end") VALUES (?, ?, ?)', values)

        self._write(job)


def read_channels(db: Connection) -> list[Channel]:
    """All channels, the oldest first."""
    return [_channel(row) for row in db.execute(f"SELECT {_CHANNEL_COLUMNS} FROM channel ORDER BY id")]


def _channel(row: tuple[Any, ...]) -> Channel:
    id_, name, kind, shown, secret, inside, alerts, created_at, failing_since, problem = row
    return Channel(
        name, ChannelKind(kind), shown, secret, bool(inside), bool(alerts), id_, from_ms(created_at),
        optional_time(failing_since), problem,
    )  # fmt: skip


def _values(new: NewChannel) -> tuple[object, ...]:
    return new.name, new.kind.value, new.shown, new.secret, new.inside, new.alerts


def _require_free_name(db: Connection, name: str, id_: int) -> None:
    if db.execute("SELECT 1 FROM channel WHERE lower(name) = lower(?) AND id <> ?", (name, id_)).fetchone():
        raise NotificationError(f"There is already a channel called {name}. Choose another name.")


def _require_channel(db: Connection, id_: int) -> None:
    if db.execute("SELECT 1 FROM channel WHERE id = ?", (id_,)).fetchone() is None:
        raise NotificationError(REMOVED_CHANNEL)


def _add_subscription(db: Connection, new: NewSubscription, now: int) -> Subscription:
    _require_channel(db, new.channel)
    insert = f"""INSERT INTO subscription (view, owner, channel, schedule, created_at)
        VALUES (?, ?, ?, ?, ?) RETURNING {_SUBSCRIPTION_COLUMNS}"""
    values = (new.view, new.owner, new.channel, _encode_schedule(new.schedule), now)
    added = _subscription(db.execute(insert, values).fetchone())
    # Without a place to begin at, a crash before the first step would lose what arrived meanwhile.
    start = "INSERT INTO notification_progress SELECT ? WHERE NOT EXISTS (SELECT 1 FROM notification_progress)"
    db.execute(start, (changes.last_change_id(db),))
    return added


def _subscriptions(db: Connection) -> list[Subscription]:
    return [_subscription(row) for row in db.execute(f"SELECT {_SUBSCRIPTION_COLUMNS} FROM subscription ORDER BY id")]


def _subscription(row: tuple[Any, ...]) -> Subscription:
    id_, view, owner, channel, schedule, is_on, created_at, state = row
    return Subscription(
        view, owner, channel, _decode_schedule(schedule), id_, bool(is_on), from_ms(created_at), json.loads(state)
    )


def _report_subscriptions(db: Connection) -> list[ReportSubscription]:
    rows = db.execute(f"SELECT {_REPORT_COLUMNS} FROM report_subscription ORDER BY id")
    return [_report_subscription(row) for row in rows]


def _report_subscription(row: tuple[Any, ...]) -> ReportSubscription:
    id_, owner, channel, weekday, at, created_at = row
    return ReportSubscription(owner, channel, weekday, _time(at), id_, from_ms(created_at))


def _encode_schedule(schedule: Schedule) -> str:
    return json.dumps(
        {
            "frequency": schedule.frequency.value,
            "at": _minutes(schedule.at),
            "weekday": schedule.weekday,
            "more_than": schedule.more_than,
            "within_seconds": int(schedule.within.total_seconds()),
            "max_per_day": schedule.max_per_day,
        }
    )


def _decode_schedule(text: str) -> Schedule:
    stored = json.loads(text)
    return Schedule(
        Frequency(stored["frequency"]),
        _time(stored["at"]),
        stored["weekday"],
        stored["more_than"],
        timedelta(seconds=stored["within_seconds"]),
        stored["max_per_day"],
    )


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute


def _time(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)
