"""The migration of the keys by which posts belong to a story; see ``story_keys``."""

from __future__ import annotations

from sqlite_utils import Database

from monitor.model import UNDATED, Post
from monitor.store.sql.story_keys import KeyedPost, StoryKeys
from monitor.text.story_keys import LINK_WINDOW, story_keys

MAX_POSTS = 50_000
"""Recent posts whose keys are added, so that new posts join their stories."""


def create_story_keys(db: Database) -> None:
    """One row for each link and headline of recent posts. Those of the last seven days are added."""
    db.execute("""
        CREATE TABLE story_key (
            hash INTEGER PRIMARY KEY,       -- of the link or the headline
            kind INTEGER NOT NULL,          -- KeyKind
            post INTEGER NOT NULL,          -- the first one with it
            story INTEGER NOT NULL,         -- that of the post; its own id if it is alone
            published_at INTEGER NOT NULL,  -- copies of the post's
            source INTEGER NOT NULL,
            author INTEGER NOT NULL,        -- CRC-32; 0: unknown
            words BLOB NOT NULL,            -- CRC-32, two bytes each, of the first content words
            boilerplate INTEGER NOT NULL    -- 1: posts about different things have it
        ) STRICT""")
    db.execute("CREATE INDEX story_key_post ON story_key (post)")
    newest = db.execute("SELECT max(published_at) FROM post").fetchone()[0] or 0
    since = newest - int(LINK_WINDOW.total_seconds() * 1000)
    select = """SELECT id, source, author, url, title, text, published_at,
            (SELECT max(story) FROM mention WHERE mention.post = post.id)
        FROM post WHERE id > (SELECT ifnull(max(id), 0) FROM post) - ? AND published_at >= ? ORDER BY id"""
    rows = db.execute(select, (MAX_POSTS, since)).fetchall()
    posts = [
        KeyedPost(id_, source, author, published_at, story_keys(Post("", "", text, UNDATED, author, title, url)))
        for id_, source, author, url, title, text, published_at, _ in rows
    ]
    keys = StoryKeys()
    keys.load(db, ())
    for post, row in zip(posts, rows, strict=True):
        keys.add(post, post.id if row[-1] is None else row[-1])
    keys.write(db.conn, newest)
