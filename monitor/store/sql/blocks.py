"""Blocks: authors and sites whose mentions are hidden. ``blocked`` has the mentions that a block hides."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from monitor.model import ChangeKind, ErasureTarget
from monitor.model.actions import BLOCK_REACH, Actor, Block, BlockKind, BlockTarget
from monitor.query import Document, field_value
from monitor.store.sql import derived, relevance_queue
from monitor.store.sql.changes import update_all
from monitor.store.sql.connection import Connection, inserted_id
from monitor.store.sql.filter_tokens import field_token
from monitor.store.sql.rows import load_posts
from monitor.store.sql.signatures import signature, signed
from monitor.store.sql.tombstones import Tombstones
from monitor.store.sql.units import MILLISECOND

CHANGED_PER_WRITE = 500
"""Mentions that one transaction hides or shows, so that others can write in between."""
REACH_MS = BLOCK_REACH // MILLISECOND
Key = tuple[str, str, str]
"""The columns kind, source and value, which a block is recognised by."""

_ALL = """
    SELECT block.id, kind, source, shown, block.account, person, block.at, account.full_name,
        (SELECT count(*) FROM blocked WHERE block = block.id)
    FROM block LEFT JOIN account ON account.id = block.account WHERE ended = 0 ORDER BY block.id DESC"""
_INSERT = """
    INSERT INTO block (kind, source, value, shown, since, account, person, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_RESUME = """
    UPDATE block SET ended = 0 WHERE id = ? AND ended <> 0 AND NOT EXISTS (
        SELECT 1 FROM block other WHERE other.kind = block.kind AND other.source = block.source
        AND other.value = block.value AND other.ended = 0)"""
_CANDIDATES = """
    SELECT mention.id FROM mention_fts CROSS JOIN mention ON mention.id = mention_fts.rowid
    WHERE mention_fts MATCH ? AND mention.published_at >= ? AND hidden <> 1"""


def key_of(target: BlockTarget) -> Key:
    """What a block of ``target`` is recognised by."""
    return target.kind.value, target.source, field_value(target.kind.value, target.value)


def all_blocks(db: Connection) -> list[Block]:
    """All blocks, the newest first."""
    return [
        Block(id_, BlockTarget(BlockKind(kind), shown, source), signature(*signed_by), hidden)
        for id_, kind, source, shown, *signed_by, hidden in db.execute(_ALL)
    ]


def find(db: Connection, target: BlockTarget) -> int | None:
    """The id of the block of ``target``."""
    return _active(db).get(key_of(target))


def add(db: Connection, target: BlockTarget, actor: Actor, now: int) -> int:
    """Add a block; return its id. ``hide_some`` hides what is stored."""
    values = (*key_of(target), target.value, now - REACH_MS, *signed(actor, now))
    return inserted_id(db, _INSERT, values)


def end(db: Connection, block: int) -> bool:
    """End a block; return whether it was in force. ``show_some`` shows what it hid."""
    return db.execute("UPDATE block SET ended = 1 WHERE id = ? AND ended = 0", (block,)).rowcount > 0


def resume(db: Connection, block: int) -> bool:
    """Put an ended block into force again; return whether that was possible: there may be another one since."""
    return db.execute(_RESUME, (block,)).rowcount > 0


def is_active(db: Connection, block: int) -> bool:
    """Whether a block is in force."""
    return db.execute("SELECT 1 FROM block WHERE id = ? AND ended = 0", (block,)).fetchone() is not None


def would_hide(db: Connection, target: BlockTarget, now: int) -> int:
    """How many listed or set-aside mentions a block would hide."""
    return len(_matching(db, key_of(target), now - REACH_MS, " AND state < 2"))


def hide_some(db: Connection, block: int, now: int) -> int:
    """Hide some of the stored mentions of a block; return how many, 0 if none is left."""
    found = db.execute("SELECT kind, source, value, since FROM block WHERE id = ? AND ended = 0", (block,)).fetchone()
    if found is None:
        return 0
    ids = _matching(db, found[:3], found[3])[:CHANGED_PER_WRITE]
    _hide(db, dict.fromkeys(ids, block), now)
    return len(ids)


def show_some(db: Connection, block: int, now: int) -> int:
    """Show some of the mentions that an ended block hides, or let another block hide them; return how many."""
    select = "SELECT mention FROM blocked WHERE block = ? LIMIT ?"
    ids = [id_ for (id_,) in db.execute(select, (block, CHANGED_PER_WRITE))]
    others = _blocks_of(db, ids)
    db.executemany("UPDATE blocked SET block = ? WHERE mention = ?", [(b, id_) for id_, b in others.items()])
    if shown := [id_ for id_ in ids if id_ not in others]:
        marks = json.dumps(shown)
        db.execute(f"DELETE FROM blocked WHERE {derived.IN_IDS.replace('id', 'mention', 1)}", (marks,))
        update_all(db, shown, ChangeKind.UNHIDDEN, now, "hidden = 0")
        relevance_queue.enqueue(db, derived.IN_IDS, marks)
    return len(ids)


def hide_new(db: Connection, first_mention: int) -> None:
    """Hide what a block applies to among new mentions, which are neither in the index nor in the cubes yet."""
    if db.execute("SELECT 1 FROM block WHERE ended = 0 LIMIT 1").fetchone() is None:
        return
    ids = [id_ for (id_,) in db.execute("SELECT id FROM mention WHERE id >= ?", (first_mention,))]
    found = _blocks_of(db, ids)
    db.executemany("UPDATE mention SET hidden = 1 WHERE id = ?", [(id_,) for id_ in found])
    db.executemany("INSERT INTO blocked VALUES (?, ?)", found.items())


def forget_author(db: Connection, target: ErasureTarget) -> None:
    """Remove the blocks of an erased author, with the name. The mentions are erased too."""
    key = field_value("author", target.author)
    where, params = (" AND source = ?", (target.source,)) if target.source else ("", ())
    db.execute(f"DELETE FROM block WHERE kind = 'author' AND value = ?{where}", (key, *params))


def forget_erased_authors(db: Connection, tombstones: Tombstones) -> None:
    """Remove the blocks of authors that were erased after this database was backed up."""
    rows = db.execute("SELECT id, source, shown FROM block WHERE kind = 'author'").fetchall()
    erased = [(id_,) for id_, source, name in rows if tombstones.erased_author(source, name)]
    db.executemany("DELETE FROM block WHERE id = ?", erased)


def _hide(db: Connection, blocks: Mapping[int, int], now: int) -> None:
    """Hide mentions. ``blocks``: mention -> block."""
    if blocks:
        db.executemany("INSERT INTO blocked VALUES (?, ?) ON CONFLICT DO NOTHING", blocks.items())
        update_all(db, list(blocks), ChangeKind.HIDDEN, now, "hidden = 1")


def _matching(db: Connection, key: Sequence[str], since: int, and_where: str = "") -> list[int]:
    """Mentions published since then that are not hidden. The index finds authors by a hash, so texts decide."""
    kind, source, value = key
    ids = [id_ for (id_,) in db.execute(_CANDIDATES + and_where, (field_token(kind, value), since))]
    return [id_ for id_, keys in _keys(db, ids) if (kind, source, value) in keys]


def _blocks_of(db: Connection, mentions: Sequence[int]) -> dict[int, int]:
    """Mention -> the block that applies to it, for those with one."""
    active = _active(db)
    found = {id_: next((active[key] for key in keys if key in active), None) for id_, keys in _keys(db, mentions)}
    return {id_: block for id_, block in found.items() if block is not None}


def _active(db: Connection) -> dict[Key, int]:
    rows = db.execute("SELECT kind, source, value, id FROM block WHERE ended = 0")
    return {(kind, source, value): id_ for kind, source, value, id_ in rows}


def _keys(db: Connection, mentions: Sequence[int]) -> Iterator[tuple[int, list[Key]]]:
    """Mention -> the keys of all blocks that would apply to it."""
    for id_, post in load_posts(db, mentions).items():
        document = Document.of(post)
        author = [("author", post.source, value) for value in document.values("author") if value]
        yield id_, author + [("site", "", value) for value in document.values("site") if value]
