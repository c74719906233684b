"""Brands, rule versions and sources by number."""

from __future__ import annotations

import json
from collections.abc import Sequence

from monitor.model import Brand
from monitor.store.connections import Connection


def brand_names(db: Connection) -> dict[int, str]:
    """Id -> name of every brand that ever was, in the order of the config."""
    return dict(db.execute("SELECT id, name FROM brand ORDER BY active DESC, position"))


def active_brands(db: Connection) -> dict[int, str]:
    """Id -> name of the config's brands, in its order."""
    return dict(db.execute("SELECT id, name FROM brand WHERE active ORDER BY position"))


def source_names(db: Connection) -> dict[int, str]:
    """Id -> name of every source that ever was."""
    return dict(db.execute("SELECT id, name FROM source ORDER BY id"))


def source_id(db: Connection, name: str) -> int:
    """The source's number; a new one is entered."""
    db.execute("INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    found: tuple[int] = db.execute("SELECT id FROM source WHERE name = ?", (name,)).fetchone()
    return found[0]


def register(db: Connection, brands: Sequence[Brand], now: int) -> None:
    """Enter the config's brands in its order; others are kept, but no longer active. A changed rule gets a version."""
    db.execute("UPDATE brand SET active = 0")
    for position, brand in enumerate(brands):
        db.execute(
            "INSERT INTO brand (name, ours, colour, aliases, position) VALUES (?, ?, ?, ?, ?) ON CONFLICT (name) "
            "DO UPDATE SET ours = excluded.ours, colour = excluded.colour, aliases = excluded.aliases, "
            "position = excluded.position, active = 1",
            (brand.name, brand.ours, brand.colour, json.dumps(brand.aliases), position),
        )
        _enter_rule(db, _brand_id(db, brand.name), brand.rule, now)


class Numbers:
    """The numbers of brands and rules, remembered by the write thread, and forgotten when a transaction fails."""

    def __init__(self) -> None:
        self._brands: dict[str, int] = {}
        self._rules: dict[tuple[int, str], int] = {}

    def forget(self) -> None:
        """Ask the tables again."""
        self._brands.clear()
        self._rules.clear()

    def brand(self, db: Connection, name: str) -> int:
        """The brand's number; one that was never registered is entered, as the last."""
        if name not in self._brands:
            db.execute(
                "INSERT INTO brand (name, position) SELECT ?, 1 + ifnull(max(position), 0) FROM brand WHERE true "
                "ON CONFLICT DO NOTHING",
                (name,),
            )
            self._brands[name] = _brand_id(db, name)
        return self._brands[name]

    def rule(self, db: Connection, brand: int, text: str, now: int) -> int:
        """The newest version of the brand's rule with this text; a text never seen is the next version."""
        if (brand, text) not in self._rules:
            found = db.execute("SELECT max(id) FROM rule WHERE brand = ? AND text = ?", (brand, text)).fetchone()[0]
            self._rules[brand, text] = found or _enter_rule(db, brand, text, now)
        return self._rules[brand, text]


def _brand_id(db: Connection, name: str) -> int:
    found: tuple[int] = db.execute("SELECT id FROM brand WHERE name = ?", (name,)).fetchone()
    return found[0]


def _enter_rule(db: Connection, brand: int, text: str, now: int) -> int:
    newest = "SELECT id, version, text FROM rule WHERE brand = ? ORDER BY version DESC LIMIT 1"
    id_, version, known = db.execute(newest, (brand,)).fetchone() or (0, 0, None)
    if known == text:
        return int(id_)
    values = (brand, version + 1, text, now)
    return db.execute("INSERT INTO rule (brand, version, text, since) VALUES (?, ?, ?, ?)", values).lastrowid or 0
