"""The review of intents in stored posts: see ``monitor.store.intents``."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from monitor.model import ChangeKind, Intent, IntentPhrase, IntentReview, Score, State, StoredIntents, StoredPost
from monitor.store.intents import REVIEW_DELAY
from monitor.store.sql import derived, opinions
from monitor.store.sql.changes import log_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.reviews import next_range
from monitor.store.sql.rows import UNKNOWN_LANGUAGE, patched_evidence, read_evidence, read_intents, read_spans
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import MILLISECOND, from_thousandths, to_ms

REVIEWED_IDS = 500
"""Ids of posts that one step of the review looks at."""
_REVIEW_DELAY_MS = REVIEW_DELAY // MILLISECOND
_SELECT = f"""
    SELECT post.id, post.title, post.text, post.lang, mention.id, brand.name, mention.evidence,
        mention.program_score, opinion.mention IS NULL, opinion.words_score
    FROM mention INDEXED BY mention_post CROSS JOIN post ON post.id = mention.post
    JOIN brand ON brand.id = mention.brand LEFT JOIN opinion ON opinion.mention = mention.id
    WHERE mention.post >= ? AND mention.post < ? AND mention.state <> {State.LEFT.value}
    ORDER BY mention.post DESC"""
_EVIDENCE = f"SELECT id, evidence FROM mention WHERE {derived.IN_IDS}"
_UPDATE = "UPDATE mention SET intent = ?, evidence = ? WHERE id = ?"


class SqlIntents(StorePart):
    """IntentStore over the connections of a store."""

    def use_rules(self, digest: str, now: datetime) -> None:
        known = self._read(lambda db: db.execute("SELECT digest FROM intent_rules").fetchone())
        if known != (digest,):
            insert = """INSERT INTO intent_rules (id, digest, changed_at, review) VALUES (1, ?, ?, NULL)
                ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, changed_at = excluded.changed_at,
                review = NULL"""
            self._write(lambda db: db.execute(insert, (digest, to_ms(now))))

    def next_review(self, now: datetime) -> IntentReview:
        return self._read(lambda db: _next_review(db, to_ms(now)))

    def save_review(self, review: IntentReview, found: Mapping[int, tuple[IntentPhrase, ...]], now: datetime) -> int:
        return self._write(lambda db: _save_review(db, review, found, to_ms(now)))


def _next_review(db: Connection, now: int) -> IntentReview:
    ids = next_range(db, "intent_rules", "post", now=now, delay_ms=_REVIEW_DELAY_MS, size=REVIEWED_IDS)
    return IntentReview(_posts(db, *ids), ids.low) if ids else IntentReview()


def _posts(db: Connection, low: int, high: int) -> tuple[StoredPost, ...]:
    rows = db.execute(_SELECT, (low, high))
    return tuple(_post(list(of_post)) for _, of_post in groupby(rows, key=lambda row: row[0]))


def _post(rows: Sequence[Sequence[Any]]) -> StoredPost:
    _, title, text, lang, *_ = rows[0]
    return StoredPost(
        body=f"{title}\n\n{text}" if title else text,
        text_start=len(title) + 2 if title else 0,
        lang=None if lang == UNKNOWN_LANGUAGE else lang,
        mentions=tuple(_mention(row[4:]) for row in rows),
    )


def _mention(row: Sequence[Any]) -> StoredIntents:
    id_, brand, evidence, program_score, is_plain, words_score = row
    stored = json.loads(evidence)
    if is_plain and program_score is not None:
        words_score = program_score - opinions.adjustment(stored)
    spans = read_spans(stored.get("spans", ()))
    score = Score(from_thousandths(words_score), read_evidence(stored))
    return StoredIntents(id_, brand, spans, score, read_intents(stored))


def _save_review(db: Connection, review: IntentReview, found: Mapping[int, tuple[IntentPhrase, ...]], now: int) -> int:
    if review.reviewed_to is None:
        return 0
    different = {
        one.mention: post for post in review.posts for one in post.mentions if found.get(one.mention, ()) != one.intents
    }
    ids = _unchanged(db, review, different)
    marks = json.dumps(ids)
    if ids:
        derived.remove(db, derived.IN_IDS, marks)
        evidence = db.execute(_EVIDENCE, (marks,)).fetchall()
        db.executemany(_UPDATE, [_values(id_, stored, found.get(id_, ())) for id_, stored in evidence])
        derived.add(db, derived.IN_IDS, marks)
        log_changes(db, ChangeKind.JUDGED, derived.IN_IDS, marks, now)
    db.execute("UPDATE intent_rules SET review = min(coalesce(review, ?1), ?1)", (review.reviewed_to,))
    return len(ids)


def _unchanged(db: Connection, review: IntentReview, wanted: Mapping[int, StoredPost]) -> list[int]:
    """Those of the mentions whose posts are as they were when the review was read."""
    if not wanted or review.reviewed_to is None:
        return []
    current = {
        one.mention: post
        for post in _posts(db, review.reviewed_to, review.reviewed_to + REVIEWED_IDS)
        for one in post.mentions
    }
    return [id_ for id_, post in wanted.items() if current.get(id_) == post]


def _values(mention: int, evidence: str, phrases: Sequence[IntentPhrase]) -> tuple[int, str, int]:
    intent = sum({phrase.intent for phrase in phrases}, Intent(0))
    stored = [(int(phrase.intent), phrase.start, phrase.end) for phrase in phrases]
    return int(intent), patched_evidence(evidence, {"intents": stored}), mention
