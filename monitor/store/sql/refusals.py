"""Which posts of a batch are not stored: those that were erased, and new ones that are older than posts are kept."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import replace

from monitor.model import JudgedPost, Refusal
from monitor.store.sql.connection import Connection
from monitor.store.sql.retention import oldest_kept
from monitor.store.sql.tombstones import Tombstones
from monitor.store.sql.units import to_ms


def refused_posts(
    db: Connection, source: str, batch: Mapping[str, JudgedPost], stored: Container[str], now: int
) -> tuple[dict[str, JudgedPost], dict[str, Refusal]]:
    """The posts to save, and why others that mention a brand are refused. ``batch``: external id -> post.

    An erased author is not named by the posts to save that reply to it.
    """
    tombstones, oldest = Tombstones(db), oldest_kept(db, source, now)
    erased = tombstones.erased((one.post for one in batch.values()), source)
    expired = _expired(batch, stored, oldest) if oldest > 0 else set()
    reasons = {**dict.fromkeys(expired, Refusal.EXPIRED), **dict.fromkeys(erased, Refusal.ERASED)}
    kept = {id_: one for id_, one in batch.items() if id_ not in reasons}
    if tombstones.any:
        kept = {id_: _without_erased_names(tombstones, source, one) for id_, one in kept.items()}
    return kept, {id_: reason for id_, reason in reasons.items() if batch[id_].findings}


def _expired(batch: Mapping[str, JudgedPost], stored: Container[str], oldest: int) -> set[str]:
    """The new posts that are older than ``oldest``."""
    return {id_ for id_, one in batch.items() if id_ not in stored and 0 < to_ms(one.post.published_at) < oldest}


def _without_erased_names(tombstones: Tombstones, source: str, one: JudgedPost) -> JudgedPost:
    if not tombstones.erased_author(source, one.post.reply_to):
        return one
    return replace(one, post=replace(one.post, reply_to=""))
