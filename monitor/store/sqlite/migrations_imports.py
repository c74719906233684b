"""Migration: which posts were imported."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.store.sql import links
from monitor.store.sqlite.migration_steps import announced


def add_imports(db: Database) -> None:
    """Which posts were imported, and the links by which imported posts are compared with collected ones.

    ``post_link`` has every imported post with a link. Collected posts are added when a file is imported, because the
    index would slow down every save: its rows are in random order. ``link_progress`` is the last post that was looked
    at.
    """
    db.execute("ALTER TABLE post ADD COLUMN imported INTEGER NOT NULL DEFAULT 0")
    db.execute("""
        CREATE TABLE post_link (
            link INTEGER NOT NULL,          -- hash of the link, see ``links``
            published_at INTEGER NOT NULL,  -- copy of the post's
            post INTEGER NOT NULL,
            PRIMARY KEY (link, published_at, post)
        ) STRICT, WITHOUT ROWID""")
    db.execute("CREATE TABLE link_progress (post INTEGER NOT NULL) STRICT")
    db.execute("INSERT INTO link_progress VALUES (0)")
    # A source without a status was never polled: it exists because of an import.
    imported = "source IN (SELECT id FROM source WHERE status IS NULL)"
    n = db.execute(f"SELECT count(*) FROM post WHERE {imported}").fetchone()[0]
    with announced(n, f"marking {n} imported posts"):
        db.execute(f"UPDATE post SET imported = 1 WHERE {imported}")
        links.add(db, "imported = 1", ())
