"""Which story a new post belongs to: by its keys, or by its resemblance to a recent post."""

from __future__ import annotations

from collections.abc import Iterable

from monitor.model import JudgedPost
from monitor.store.sql.connection import Connection
from monitor.store.sql.story_keys import KeyedPost, StoryKeys
from monitor.store.sql.units import from_ms
from monitor.text.near_duplicates import MAX_POSTS, NearDuplicateIndex, Origin
from monitor.text.story_keys import title_words


class StoryIndex:
    """The signatures of recent posts, loaded on first use so that opening a database stays fast, and their keys."""

    def __init__(self) -> None:
        self._index: NearDuplicateIndex | None = None
        self._keys = StoryKeys()
        self._first_posts: set[int] = set()
        """First posts of the stories to which posts were added in this transaction."""

    def clear(self) -> None:
        """Reload it on next use. Called after a failed transaction, whose posts are in it but were never stored."""
        self._index, self._keys = None, StoryKeys()
        self._first_posts.clear()

    def begin(self, db: Connection, posts: Iterable[JudgedPost]) -> None:
        """Begin a transaction that saves ``posts``; ``finish`` ends it."""
        self._keys.load(db, (key for one in posts for key in one.story_keys))

    def finish(self, db: Connection, now: int) -> None:
        """Write what was added since ``begin``, now that the posts and their mentions are stored."""
        self.mark_first_posts(db)
        self._first_posts.clear()
        self._keys.write(db, now)

    def add(self, db: Connection, post: KeyedPost, signature: bytes, title: str) -> int | None:
        """Add a post; return the id of the story it belongs to, or None if it is the first of its story."""
        story = self._add_signature(db, post, signature, title, self._keys.find(post))
        if story is not None:
            self._first_posts.add(story)
        self._keys.add(post, post.id if story is None else story)
        return story

    def replace(self, db: Connection, post: KeyedPost, signature: bytes, title: str) -> int | None:
        """Replace signature and keys of an edited post; return its story. A post keeps the story that it has."""
        self.remove(db, [post.id])
        known: int | None = db.execute("SELECT max(story) FROM mention WHERE post = ?", (post.id,)).fetchone()[0]
        if known is None:
            return self.add(db, post, signature, title)
        self._add_signature(db, post, signature, title, known)
        self._keys.add(post, known)
        return known

    def remove(self, db: Connection, posts: list[int]) -> None:
        """Remove posts that were deleted or edited."""
        self._keys.remove(db, posts)
        if self._index is not None:
            for post in posts:
                self._index.remove(post)

    def mark_first_posts(self, db: Connection) -> None:
        """Set the story of the first post's mentions too, now that the story has a second post."""
        update = "UPDATE mention SET story = ?1 WHERE post = ?1 AND story IS NULL"
        db.executemany(update, [(post,) for post in sorted(self._first_posts)])

    def _add_signature(
        self, db: Connection, post: KeyedPost, signature: bytes, title: str, story: int | None
    ) -> int | None:
        """Add a post to ``story``; if this is None, to that of a near-duplicate, if there is one. Return its story."""
        if not signature:
            return story
        if self._index is None:
            self._index = _load(db)
        origin = Origin(post.source, title_words(title))
        resembled = self._index.add(post.id, signature, from_ms(post.published_at), origin)
        if story is None:
            return resembled
        self._index.assign(post.id, story)
        return story


def _load(db: Connection) -> NearDuplicateIndex:
    select = """SELECT id, signature, published_at, (SELECT max(story) FROM mention WHERE mention.post = post.id),
        source, title FROM post WHERE signature IS NOT NULL ORDER BY id DESC LIMIT ?"""
    rows = db.execute(select, (MAX_POSTS,)).fetchall()[::-1]
    index = NearDuplicateIndex()
    known = {row[0]: row[0] if row[3] is None else row[3] for row in rows}
    index.seed(
        [
            (id_, signature, from_ms(at), Origin(source, title_words(title)))
            for id_, signature, at, _, source, title in rows
        ],
        known,
    )
    return index
