"""Which brands the config has, with which rules."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Brand
from monitor.store.sql import rule_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import brand_id, insert_rule


def register(db: Connection, brands: Sequence[Brand], now: int) -> None:
    """Make ``brands`` the active ones, in this order. A changed rule becomes its next version."""
    db.execute("UPDATE brand SET active = 0")
    for position, brand in enumerate(brands):
        db.execute(
            "INSERT INTO brand (name, ours, colour, aliases, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) "
            "DO UPDATE SET ours = excluded.ours, colour = excluded.colour, aliases = excluded.aliases, "
            "position = excluded.position, active = 1",
            (brand.name, brand.ours, brand.colour, json.dumps(brand.aliases), position),
        )
        _use_rule(db, brand_id(db, brand.name), brand, now)


def _use_rule(db: Connection, number: int, brand: Brand, now: int) -> None:
    """Use the rule of ``brand``, whose id is ``number``; if it is another one than before, match stored posts again."""
    (newest,) = db.execute("SELECT max(id) FROM rule WHERE brand = ?", (number,)).fetchone()
    rule = insert_rule(db, number, brand.rule, now)
    if newest is not None and rule != newest:
        rule_changes.begin(db, number, brand.name, rule, now)
