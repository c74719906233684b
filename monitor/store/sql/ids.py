"""The ids of brands, rule versions and sources."""

from __future__ import annotations

from monitor.store.sql.connection import Connection, inserted_id


def brand_names(db: Connection) -> dict[int, str]:
    """Id -> name of every brand ever registered, those of the config first, in its order."""
    return dict(db.execute("SELECT id, name FROM brand ORDER BY active DESC, position"))


def active_brands(db: Connection) -> dict[int, str]:
    """Id -> name of the config's brands, in its order."""
    return dict(db.execute("SELECT id, name FROM brand WHERE active <> 0 ORDER BY position"))


def active_brand_id(db: Connection, name: str) -> int:
    """Id of a brand of the config; 0, which no mention has, for any other."""
    found = db.execute("SELECT id FROM brand WHERE name = ? AND active <> 0", (name,)).fetchone()
    return int(found[0]) if found else 0


def source_names(db: Connection) -> dict[int, str]:
    """Id -> name of every source ever stored."""
    return dict(db.execute("SELECT id, name FROM source ORDER BY id"))


def source_id(db: Connection, name: str) -> int:
    """Id of a source; a new one is inserted."""
    db.execute("INSERT INTO source (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
    found: tuple[int] = db.execute("SELECT id FROM source WHERE name = ?", (name,)).fetchone()
    return found[0]


class IdCache:
    """The ids of brands and rules that the write thread has used. Cleared after a failed transaction."""

    def __init__(self) -> None:
        self._brands: dict[str, int] = {}
        self._rules: dict[tuple[int, str], int] = {}

    def clear(self) -> None:
        """Forget all ids, so that they are read from the tables again."""
        self._brands.clear()
        self._rules.clear()

    def brand(self, db: Connection, name: str) -> int:
        """Id of a brand; one that was never registered is inserted as the last."""
        if name not in self._brands:
            db.execute(
                "INSERT INTO brand (name, position) SELECT ?, 1 + coalesce(max(position), 0) FROM brand WHERE true "
                "ON CONFLICT DO NOTHING",
                (name,),
            )
            self._brands[name] = brand_id(db, name)
        return self._brands[name]

    def rule(self, db: Connection, brand: int, text: str, now: int) -> int:
        """Id of the newest version of the brand's rule with this text; an unknown text becomes the next version."""
        if (brand, text) not in self._rules:
            found = db.execute("SELECT max(id) FROM rule WHERE brand = ? AND text = ?", (brand, text)).fetchone()[0]
            self._rules[brand, text] = found or insert_rule(db, brand, text, now)
        return self._rules[brand, text]


def brand_id(db: Connection, name: str) -> int:
    """Id of a brand that was registered."""
    found: tuple[int] = db.execute("SELECT id FROM brand WHERE name = ?", (name,)).fetchone()
    return found[0]


def insert_rule(db: Connection, brand: int, text: str, now: int) -> int:
    """Insert the next version of a brand's rule, unless the newest has the same text; return its id."""
    newest = "SELECT id, version, text FROM rule WHERE brand = ? ORDER BY version DESC LIMIT 1"
    id_, version, known = db.execute(newest, (brand,)).fetchone() or (0, 0, None)
    if known == text:
        return int(id_)
    values = (brand, version + 1, text, now)
    return inserted_id(db, "INSERT INTO rule (brand, version, text, since) VALUES (?, ?, ?, ?)", values)


def next_id(db: Connection, table: str) -> int:
    """The id of the next row of a table."""
    found = db.execute(db.dialect.last_id, (table,)).fetchone()
    return 1 + (found[0] if found else 0)


def first_id_added(db: Connection, since: int) -> int:
    """The lowest id added at ``since`` or later, by bisection: ids grow with ``added_at``, so no index is needed."""
    low, high = 0, (db.execute("SELECT max(id) FROM mention").fetchone()[0] or 0) + 1
    while low < high:
        middle = (low + high) // 2
        find = "SELECT id, added_at FROM mention WHERE id >= ? ORDER BY id LIMIT 1"
        id_, added = db.execute(find, (middle,)).fetchone() or (high, since)
        if added >= since:
            high = middle
        else:
            low = id_ + 1
    return low
