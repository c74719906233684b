"""SqliteNotifications: NotificationStore over a SQLite file; see ``monitor.store.sql.outbox``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

from monitor.model import MentionFilter, Order
from monitor.model.notifications import ArrivalTime
from monitor.store.sql.connection import Connection
from monitor.store.sql.outbox import SqlNotifications
from monitor.store.sql.units import from_ms
from monitor.store.sqlite import queries
from monitor.store.sqlite.plan import plan

_TIMES = """SELECT mention.id, published_at, brand.name FROM json_each(?) wanted
    CROSS JOIN mention ON mention.id = wanted.value JOIN brand ON brand.id = mention.brand
    ORDER BY published_at, mention.id"""


class SqliteNotifications(SqlNotifications):
    """NotificationStore over the connections of a SqliteStore."""

    def matching_times(self, mentions: MentionFilter, limit: int) -> list[ArrivalTime]:
        newest_first = replace(mentions, order=Order.NEW)

        def read(db: Connection) -> Sequence[tuple[int, int, str]]:
            ids = queries.page_ids(db, plan(db, newest_first), None, None, limit)
            return db.execute(_TIMES, (json.dumps(ids),)).fetchall()

        return [ArrivalTime(id_, from_ms(at), brand) for id_, at, brand in self._read(read)]
