"""Write the texts of older posts into the search index as this version writes new ones."""

from __future__ import annotations

import json

from sqlite_utils import Database

from monitor.query import index_text
from monitor.store.sqlite.migration_steps import announced

BATCH_POSTS = 2_000
_MAY_DIFFER = " OR ".join(
    f"instr({column}, '{sign}')" for column in ("post.text", "post.title") for sign in ("#", "\uff03", "\u0131")
)
"""Hashtags, whose words were not indexed, and the dotless i, which was another letter than i."""
_SELECT = f"""
    SELECT id, text, title, index_text, index_title FROM post
    WHERE id > ? AND ({_MAY_DIFFER}) ORDER BY id LIMIT {BATCH_POSTS}"""
_MENTIONS = (
    "FROM mention_doc WHERE id IN (SELECT mention.id FROM json_each(?) changed JOIN mention ON post = changed.value)"
)


def reindex_hashtags(db: Database) -> None:
    """Index again what the version before rules matched inside hashtags indexed differently."""
    newest = db.execute("SELECT ifnull(max(id), 0) FROM post").fetchone()[0]
    with announced(newest, f"indexing the hashtags of about {newest} posts"):
        last = 0
        while rows := db.execute(_SELECT, (last,)).fetchall():
            _reindex([(*_index_values(text, title), id_, *old) for id_, text, title, *old in rows], db)
            last = rows[-1][0]


def _index_values(text: str, title: str) -> tuple[str | None, str | None]:
    """The columns index_text and index_title of a post; None: the same as text, title."""
    values = ((written, index_text(written)) for written in (text, title))
    first, second = (None if written == indexed else indexed for written, indexed in values)
    return first, second


def _reindex(rows: list[tuple[str | None, str | None, int, str | None, str | None]], db: Database) -> None:
    """``rows`` are the new columns of posts, their ids and their old columns."""
    changed = [(text, title, id_) for text, title, id_, *old in rows if [text, title] != old]
    ids = json.dumps([id_ for *_, id_ in changed])
    delete = "INSERT INTO mention_fts (mention_fts, rowid, text, title, tags) SELECT 'delete', id, text, title, tags"
    db.execute(f"{delete} {_MENTIONS}", (ids,))
    db.conn.executemany("UPDATE post SET index_text = ?, index_title = ? WHERE id = ?", changed)
    db.execute(f"INSERT INTO mention_fts (rowid, text, title, tags) SELECT id, text, title, tags {_MENTIONS}", (ids,))
