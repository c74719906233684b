"""Stories within the write thread: which earlier post a new one repeats."""

from __future__ import annotations

from monitor.store.connections import Connection
from monitor.store.times import from_ms
from monitor.text.near_duplicates import MAX_POSTS, NearDuplicateIndex


class Alike:
    """The index of recent signatures, filled at the first need so that opening stays fast."""

    def __init__(self) -> None:
        self._stories: NearDuplicateIndex | None = None
        self._firsts: set[int] = set()

    def forget(self) -> None:
        """Read it anew: a transaction failed, so some of what it knows was never stored."""
        self._stories = None
        self._firsts.clear()

    def story_of(self, db: Connection, post: int, signature: bytes, published_at: int) -> int | None:
        """Remember ``post``; return the id of the story that it belongs to, None when nothing like it was seen."""
        if not signature:
            return None
        if self._stories is None:
            self._stories = _seeded(db)
        story = self._stories.add(post, signature, from_ms(published_at))
        if story is not None:
            self._firsts.add(story)
        return story

    def leave(self, posts: list[int]) -> None:
        """Forget posts that were deleted."""
        if self._stories is not None:
            for post in posts:
                self._stories.remove(post)

    def mark_first(self, db: Connection) -> None:
        """Give the mentions of each story's first post their story too, now that there is a second."""
        update = "UPDATE mention SET story = ?1 WHERE post = ?1 AND story IS NULL"
        db.executemany(update, [(post,) for post in sorted(self._firsts)])
        self._firsts.clear()


def _seeded(db: Connection) -> NearDuplicateIndex:
    select = """SELECT id, signature, published_at, (SELECT max(story) FROM mention WHERE mention.post = post.id)
        FROM post WHERE signature IS NOT NULL ORDER BY id DESC LIMIT ?"""
    rows = db.execute(select, (MAX_POSTS,)).fetchall()[::-1]
    stories = NearDuplicateIndex()
    known = {id_: id_ if story is None else story for id_, _, _, story in rows}
    stories.seed([(id_, signature, from_ms(at)) for id_, signature, at, _ in rows], known)
    return stories
