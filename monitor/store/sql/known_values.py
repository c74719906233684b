"""Values that recent posts have in a column, to complete what a person types."""

from __future__ import annotations

from monitor.store.sql.connection import Connection

RECENT_POSTS = 20_000
"""Posts that are looked at, the newest, so that the time does not grow with the database."""
_VALUES = """
    SELECT {column}, count(*) AS n FROM (SELECT {column} FROM post ORDER BY id DESC LIMIT ?1)
    WHERE {column} <> '' AND ({column} LIKE ?2 ESCAPE '\\' OR {column} LIKE ?3 ESCAPE '\\')
    GROUP BY {column} ORDER BY n DESC, {column} LIMIT ?4"""


def known_values(db: Connection, column: str, prefix: str, limit: int) -> list[str]:
    """The most frequent values of ``column`` that begin with ``prefix``, with or without a sign or "www." before it."""
    escaped = prefix.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
    other = {"author": "@", "site": "www."}[column] + escaped
    rows = db.execute(_VALUES.format(column=column), (RECENT_POSTS, escaped, other, limit))
    return [value for value, _ in rows]
