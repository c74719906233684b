"""The topics that a post fits, as bits of ``post.topics``."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from monitor.model import TopicFit
from monitor.store.sql.connection import Connection

MAX_SLOTS = 63
"""An integer of SQLite has so many bits besides its sign."""
_QUEUE = "INSERT INTO named_topic_queue VALUES (?) ON CONFLICT DO NOTHING"


def slots_in_use(db: Connection) -> dict[str, int]:
    """Name -> bit of the topics of the config, in its order."""
    return dict(db.execute("SELECT name, slot FROM named_topic WHERE position IS NOT NULL ORDER BY position"))


def bits_of(names: Iterable[str], slots: Mapping[str, int]) -> int:
    """The bits of the topics ``names``, without those that are not in use."""
    return sum({1 << slots[name] for name in names if name in slots})


def names_of(bits: int, slots: Mapping[str, int]) -> tuple[str, ...]:
    """The topics in use among ``bits``."""
    return tuple(name for name, slot in slots.items() if bits >> slot & 1) if bits else ()


class TopicSaver:
    """The topics of the posts of one batch. Those that were matched against other topics are to be matched again."""

    def __init__(self, db: Connection) -> None:
        self._db, self._slots = db, slots_in_use(db)
        state = db.execute("SELECT digest FROM named_topic_state").fetchone()
        self._digest = state[0] if state else None
        self._other: set[int] = set()

    def bits(self, post: int, fit: TopicFit) -> int:
        """The bits of a post."""
        if self._digest is not None and fit.digest != self._digest:
            self._other.add(post)
        return bits_of(fit.names, self._slots) if fit.names else 0

    def finish(self) -> None:
        """Note the posts to match again."""
        queue(self._db, self._other)


def queue(db: Connection, posts: Collection[int]) -> None:
    """Have these posts matched again."""
    db.executemany(_QUEUE, [(post,) for post in posts])
