"""The work of the models of relevance: mentions that wait for one, and what it decided; see ``relevance``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from monitor.model import ChangeKind, ClickedMention, JudgedRelevance, MentionToPlace, RelevanceWork, SetAside, Span
from monitor.store.sql import derived
from monitor.store.sql.changes import update_all
from monitor.store.sql.connection import Connection
from monitor.store.sql.rows import SET_ASIDE, read_spans
from monitor.store.sql.units import MAX_MS

_BODY = "iif(post.title = '', post.text, post.title || '\n\n' || post.text)"
_CLICKED = f"""
    SELECT click.mention, click.relevant, {_BODY}, mention.evidence, vector.vector
    FROM (SELECT mention, relevant, at FROM relevance_click
        WHERE brand = (SELECT id FROM brand WHERE name = ?1) AND relevant = ?2 ORDER BY at DESC LIMIT ?3) click
    JOIN mention ON mention.id = click.mention JOIN post ON post.id = mention.post
    LEFT JOIN relevance_vector vector ON vector.mention = click.mention AND vector.encoder = ?4
    ORDER BY click.mention"""
_USE_MODEL = """
    INSERT INTO relevance_brand (brand, model, review_time, review_id)
    SELECT id, ?2, CAST(?3 AS BIGINT), CAST(?3 AS BIGINT) FROM brand WHERE name = ?1
    ON CONFLICT (brand) DO UPDATE SET model = excluded.model, review_time = excluded.review_time,
        review_id = excluded.review_id WHERE relevance_brand.model <> excluded.model"""
_QUEUED = "SELECT mention, ticket FROM relevance_queue ORDER BY mention DESC LIMIT ?"
_REVIEWED = """SELECT brand, name, review_time, review_id, model FROM relevance_brand
    JOIN brand ON brand.id = relevance_brand.brand
    WHERE model <> '' AND (review_time IS NOT NULL OR EXISTS (
        SELECT 1 FROM set_aside WHERE brand = relevance_brand.brand AND model <> relevance_brand.model))
    ORDER BY brand LIMIT 1"""
_TO_REVIEW = """
    SELECT id, published_at FROM mention INDEXED BY mention_time
    WHERE brand = ?1 AND published_at >= ?2 AND published_at <= ?3 AND (published_at < ?3 OR id < ?4)
        AND state = 0 AND hidden <> 1
    ORDER BY published_at DESC, id DESC LIMIT ?5"""
_OTHERS = "SELECT mention FROM set_aside WHERE brand = ? AND model <> ? ORDER BY mention DESC LIMIT ?"
_TEXTS = f"""
    SELECT mention.id, brand.name, {_BODY}, mention.evidence, vector.vector FROM json_each(?1) wanted
    CROSS JOIN mention ON mention.id = wanted.value JOIN post ON post.id = mention.post
    JOIN brand ON brand.id = mention.brand
    LEFT JOIN relevance_vector vector ON vector.mention = mention.id AND vector.encoder = ?2"""
_MODELS = """
    SELECT mention.id, relevance_brand.model, mention.hidden,
        mention.state = 0 AND mention.corrected = 0
        AND NOT EXISTS (SELECT 1 FROM relevance_click click WHERE click.mention = mention.id)
        AND NOT EXISTS (SELECT 1 FROM relevance_kept kept WHERE kept.mention = mention.id)
    FROM json_each(?) wanted CROSS JOIN mention ON mention.id = wanted.value
    JOIN relevance_brand ON relevance_brand.brand = mention.brand WHERE relevance_brand.is_on <> 0"""
_SAVE_REASON = """
    INSERT INTO set_aside (mention, brand, model, probability, reason) SELECT id, brand, ?2, ?3, ?4
    FROM mention WHERE id = ?1 ON CONFLICT (mention) DO UPDATE SET model = excluded.model,
        probability = excluded.probability, reason = excluded.reason"""


_SAVE_VECTOR = """
    INSERT INTO relevance_vector (mention, encoder, vector) SELECT id, ?, ? FROM mention WHERE id = ?
    ON CONFLICT (mention) DO UPDATE SET encoder = excluded.encoder, vector = excluded.vector"""


def clicked(db: Connection, brand: str, encoder: str, limit: int) -> list[ClickedMention]:
    """The newest ``limit`` clicks of each kind, with the texts of their mentions."""
    rows = [row for relevant in (0, 1) for row in db.execute(_CLICKED, (brand, relevant, limit, encoder))]
    return [
        ClickedMention(id_, bool(relevant), body, _spans(evidence), vector)
        for id_, relevant, body, evidence, vector in rows
    ]


def use_model(db: Connection, brand: str, model: str) -> None:
    """Use ``model``; if it is another one, review stored mentions."""
    db.execute(_USE_MODEL, (brand, model, MAX_MS if model else None))


def next_work(db: Connection, encoder: str, since: int, limit: int) -> RelevanceWork:
    """New mentions, or the next ones of the review of one brand."""
    if queued := db.execute(_QUEUED, (limit,)).fetchall():
        return RelevanceWork(_texts(db, dict(queued), encoder))
    found = db.execute(_REVIEWED).fetchone()
    if found is None:
        return RelevanceWork()
    brand, name, time, last, model = found
    if time is not None:
        rows = db.execute(_TO_REVIEW, (brand, since, time, last, limit)).fetchall()
        at = (rows[-1][1], rows[-1][0]) if len(rows) == limit else None
        return RelevanceWork(_texts(db, {id_: None for id_, _ in rows}, encoder), name, model, at)
    others = [id_ for (id_,) in db.execute(_OTHERS, (brand, model, limit))]
    return RelevanceWork(_texts(db, dict.fromkeys(others), encoder), name, model)


def save(db: Connection, work: RelevanceWork, judged: Sequence[JudgedRelevance], encoder: str, now: int) -> int:
    """Save decisions and vectors, and what no longer waits; return how many mentions moved."""
    tickets = json.dumps([one.ticket for one in work.mentions if one.ticket is not None])
    select = "SELECT ticket FROM relevance_queue WHERE ticket IN (SELECT value FROM json_each(?))"
    queued = {ticket for (ticket,) in db.execute(select, (tickets,))}
    current = {one.id for one in work.mentions if one.ticket is None or one.ticket in queued}
    kept = [one for one in judged if one.mention in current]
    moved = _decide(db, kept, now)
    vectors = [(encoder, one.vector, one.mention) for one in kept if one.vector is not None]
    db.executemany(_SAVE_VECTOR, vectors)
    db.execute("DELETE FROM relevance_queue WHERE ticket IN (SELECT value FROM json_each(?))", (tickets,))
    if work.reviewed:
        _advance(db, work)
    return moved


def move(db: Connection, ids: Sequence[int], hidden: int, now: int) -> None:
    """Set mentions aside, or bring those back that are, with index, cubes and log."""
    marks = json.dumps(list(ids))
    select = f"SELECT id FROM mention WHERE {derived.IN_IDS} AND hidden = ?"
    found = [id_ for (id_,) in db.execute(select, (marks, 0 if hidden else SET_ASIDE))]
    if not found:
        return
    update_all(db, found, ChangeKind.HIDDEN if hidden else ChangeKind.UNHIDDEN, now, "hidden = ?1", hidden)


def _texts(db: Connection, tickets: dict[int, int | None], encoder: str) -> tuple[MentionToPlace, ...]:
    rows = {row[0]: row[1:] for row in db.execute(_TEXTS, (json.dumps(list(tickets)), encoder))}
    found = ((id_, rows[id_], ticket) for id_, ticket in tickets.items() if id_ in rows)
    return tuple(
        MentionToPlace(id_, brand, body, ticket, _spans(evidence), vector)
        for id_, (brand, body, evidence, vector), ticket in found
    )


def _spans(evidence: str) -> tuple[Span, ...]:
    return read_spans(json.loads(evidence).get("spans", ()))


def _decide(db: Connection, judged: Iterable[JudgedRelevance], now: int) -> int:
    by_id = {one.mention: one for one in judged}
    aside: dict[int, JudgedRelevance] = {}
    back: list[int] = []
    already = 0
    for id_, model, hidden, is_free in db.execute(_MODELS, (json.dumps(list(by_id)),)).fetchall():
        one = by_id[id_]
        if one.model != model:
            continue
        if one.set_aside is not None and is_free and hidden in (0, SET_ASIDE):
            aside[id_] = one
            already += hidden == SET_ASIDE
        elif hidden == SET_ASIDE:
            back.append(id_)
    move(db, list(aside), SET_ASIDE, now)
    db.executemany(_SAVE_REASON, [_reason_row(one) for one in aside.values()])
    move(db, back, 0, now)
    return len(aside) - already + len(back)


def _reason_row(one: JudgedRelevance) -> tuple[Any, ...]:
    reason = one.set_aside or SetAside(0.0)
    stored = {"words": reason.words, "similar": reason.similar, "n_similar": reason.n_similar}
    return one.mention, one.model, round(reason.probability * 1000), json.dumps(stored, ensure_ascii=False)


def _advance(db: Connection, work: RelevanceWork) -> None:
    """Move the review on, unless another one has begun meanwhile."""
    db.execute(
        """UPDATE relevance_brand SET review_time = ?, review_id = ?
            WHERE brand = (SELECT id FROM brand WHERE name = ?) AND model = ? AND review_time IS NOT NULL""",
        (*(work.reviewed_to or (None, None)), work.reviewed, work.model),
    )
