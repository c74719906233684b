"""Which stored posts have a link: the index by which imported posts are compared with collected ones.

Only installations that import files pay for it. Until then it is empty, and costs one lookup per batch. Collected posts
are added when a file is imported; imported posts are added at once.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from typing import Any, Protocol

from monitor.store.sql.units import MAX_MS
from monitor.text.links import link_key

POSTS_PER_STEP = 5_000
"""Posts that ``catch_up`` reads in one transaction, so that other writers do not wait for long."""
MIN_POSTS_TO_LOG = 500_000
"""With more posts than this, the first call of ``catch_up`` logs that all calls together may take minutes."""
_HASH_BYTES = 8
_HASH_MASK = (1 << 63) - 1


log = logging.getLogger("wallflower.schema")


class Executor(Protocol):
    """A connection, or the Database of a migration."""

    @property
    def execute(self) -> Callable[..., Any]:
        """Run one statement."""


def link_hash(url: str) -> int | None:
    """63 bits of the link, which ``text.links`` compares; None if there is none."""
    if not url:
        return None
    digest = hashlib.blake2b(link_key(url).encode("utf-8", "replace"), digest_size=_HASH_BYTES).digest()
    return int.from_bytes(digest, "big") & _HASH_MASK


def is_used(db: Executor) -> bool:
    """Whether any post was added, that is, whether a file was ever imported."""
    return db.execute("SELECT 1 FROM post_link LIMIT 1").fetchone() is not None


def catch_up(db: Executor, limit: int = MAX_MS) -> bool:
    """Add up to ``limit`` of the collected posts that were stored since the last call. Return whether more remain."""
    (last,) = db.execute("SELECT post FROM link_progress").fetchone()
    select = "SELECT count(*), max(id) FROM (SELECT id FROM post WHERE id > ? ORDER BY id LIMIT ?) posts"
    n, newest = db.execute(select, (last, limit)).fetchone()
    if last == 0 and n == limit:
        _announce(db)
    if n:
        add(db, "id > ? AND id <= ?", (last, newest))
        db.execute("UPDATE link_progress SET post = ?", (newest,))
    return bool(n == limit)


def _announce(db: Executor) -> None:
    (posts,) = db.execute("SELECT max(id) FROM post").fetchone()
    if posts > MIN_POSTS_TO_LOG:
        log.info("Before the first import, the links of about %d posts are indexed. This may take minutes.", posts)


def add(db: Executor, where: str, params: tuple[int | str, ...]) -> None:
    """Add the posts that ``where`` selects."""
    rows = db.execute(f"SELECT url, published_at, id FROM post WHERE url <> '' AND {where}", params)
    while batch := rows.fetchmany(POSTS_PER_STEP):
        for link in sorted((link_hash(url), *rest) for url, *rest in batch):
            db.execute("INSERT INTO post_link VALUES (?, ?, ?) ON CONFLICT DO NOTHING", link)


def remove(db: Executor, where: str, params: tuple[int | str, ...]) -> None:
    """Remove the posts that ``where`` selects, which must still exist."""
    if not is_used(db):
        return
    rows = db.execute(f"SELECT url, published_at, id FROM post WHERE url <> '' AND {where}", params)
    for url, *rest in rows.fetchall():
        db.execute("DELETE FROM post_link WHERE link = ? AND published_at = ? AND post = ?", (link_hash(url), *rest))
