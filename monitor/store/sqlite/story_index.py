"""The near-duplicate index of the write thread: which story a new post belongs to."""

from __future__ import annotations

from monitor.store.sqlite.connections import Connection
from monitor.store.sqlite.units import from_ms
from monitor.text.near_duplicates import MAX_POSTS, NearDuplicateIndex


class StoryIndex:
    """The signatures of recent posts, loaded on first use so that opening a database stays fast."""

    def __init__(self) -> None:
        self._index: NearDuplicateIndex | None = None
        self._first_posts: set[int] = set()
        """First posts of the stories to which posts were added in this transaction."""

    def clear(self) -> None:
        """Reload it on next use. Called after a failed transaction, whose posts are in it but were never stored."""
        self._index = None
        self._first_posts.clear()

    def add(self, db: Connection, post: int, signature: bytes, published_at: int) -> int | None:
        """Add a post; return the id of the story it belongs to, or None if it resembles no earlier one."""
        if not signature:
            return None
        if self._index is None:
            self._index = _load(db)
        story = self._index.add(post, signature, from_ms(published_at))
        if story is not None:
            self._first_posts.add(story)
        return story

    def replace(self, db: Connection, post: int, signature: bytes, published_at: int) -> int | None:
        """Replace the signature of an edited post; return its story. A post keeps the story that it has."""
        self.remove([post])
        known: int | None = db.execute("SELECT max(story) FROM mention WHERE post = ?", (post,)).fetchone()[0]
        if known is None:
            return self.add(db, post, signature, published_at)
        if self._index is not None:
            self._index.add(post, signature, from_ms(published_at))
            self._index.assign(post, known)
        return known

    def remove(self, posts: list[int]) -> None:
        """Remove posts that were deleted or edited."""
        if self._index is not None:
            for post in posts:
                self._index.remove(post)

    def mark_first_posts(self, db: Connection) -> None:
        """Set the story of the first post's mentions too, now that the story has a second post."""
        update = "UPDATE mention SET story = ?1 WHERE post = ?1 AND story IS NULL"
        db.executemany(update, [(post,) for post in sorted(self._first_posts)])
        self._first_posts.clear()


def _load(db: Connection) -> NearDuplicateIndex:
    select = """SELECT id, signature, published_at, (SELECT max(story) FROM mention WHERE mention.post = post.id)
        FROM post WHERE signature IS NOT NULL ORDER BY id DESC LIMIT ?"""
    rows = db.execute(select, (MAX_POSTS,)).fetchall()[::-1]
    index = NearDuplicateIndex()
    known = {id_: id_ if story is None else story for id_, _, _, story in rows}
    index.seed([(id_, signature, from_ms(at)) for id_, signature, at, _ in rows], known)
    return index
