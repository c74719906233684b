"""The review of the scores and intents of stored posts: see ``monitor.store.intents``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from monitor.model import (
    ChangeKind,
    Evidence,
    Intent,
    Opinion,
    RejudgedMention,
    RulesReview,
    Score,
    State,
    StoredMention,
    StoredPost,
)
from monitor.store.intents import REVIEW_DELAY
from monitor.store.sql import derived, opinions
from monitor.store.sql.changes import log_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.reviews import next_range
from monitor.store.sql.rows import (
    UNKNOWN_LANGUAGE,
    patched_evidence,
    read_evidence,
    read_intents,
    read_spans,
    sentiment_code,
)
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import MILLISECOND, from_thousandths, to_ms, to_thousandths

REVIEWED_IDS = 500
"""Ids of posts that one step of the review looks at."""
_REVIEW_DELAY_MS = REVIEW_DELAY // MILLISECOND
_SELECT = f"""
    SELECT post.id, post.title, post.text, post.lang, mention.id, brand.name, mention.evidence,
        mention.program_score, opinion.words_score, opinion.negative, opinion.neutral, opinion.positive
    FROM mention INDEXED BY mention_post CROSS JOIN post ON post.id = mention.post
    JOIN brand ON brand.id = mention.brand LEFT JOIN opinion ON opinion.mention = mention.id
    WHERE mention.post >= ? AND mention.post < ? AND mention.state <> {State.LEFT.value}
    ORDER BY mention.post DESC"""
_EVIDENCE = f"SELECT id, evidence FROM mention WHERE {derived.IN_IDS}"
_UPDATE = """
    UPDATE mention SET program_score = ?1, score = CASE WHEN corrected <> 0 THEN score ELSE ?1 END,
        sentiment = CASE WHEN corrected <> 0 THEN sentiment ELSE ?2 END, intent = ?3, evidence = ?4 WHERE id = ?5"""
_UPDATE_WORDS = "UPDATE opinion SET words_score = ? WHERE mention = ?"
_TO_REVIEW = "SELECT coalesce(review, (SELECT 1 + coalesce(max(id), 0) FROM post)) - 1 FROM intent_rules"


class SqlIntents(StorePart):
    """IntentStore over the connections of a store."""

    def use_rules(self, digest: str, now: datetime) -> None:
        known = self._read(lambda db: db.execute("SELECT digest FROM intent_rules").fetchone())
        if known != (digest,):
            # A database without posts has nothing to review.
            first = "CASE WHEN EXISTS (SELECT 1 FROM post) THEN NULL ELSE 1 END"
            insert = f"""INSERT INTO intent_rules (id, digest, changed_at, review) VALUES (1, ?, ?, {first})
                ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, changed_at = excluded.changed_at,
                review = NULL"""
            self._write(lambda db: db.execute(insert, (digest, to_ms(now))))

    def next_review(self, now: datetime) -> RulesReview:
        return self._read(lambda db: _next_review(db, to_ms(now)))

    def save_review(self, review: RulesReview, judged: Sequence[RejudgedMention], now: datetime) -> int:
        return self._write(lambda db: _save_review(db, review, judged, to_ms(now)))

    def posts_to_review(self) -> int:
        return self._read(_posts_to_review)


def _posts_to_review(db: Connection) -> int:
    found = db.execute(_TO_REVIEW).fetchone()
    return max(0, found[0]) if found else 0


def _next_review(db: Connection, now: int) -> RulesReview:
    ids = next_range(db, "intent_rules", "post", now=now, delay_ms=_REVIEW_DELAY_MS, size=REVIEWED_IDS)
    return RulesReview(_posts(db, *ids), ids.low) if ids else RulesReview()


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


def _mention(row: Sequence[Any]) -> StoredMention:
    id_, brand, evidence, program_score, words_score, *opinion = row
    stored = json.loads(evidence)
    has_opinion = opinion[0] is not None
    if not has_opinion and program_score is not None:
        words_score = program_score - opinions.adjustment(stored)
    return StoredMention(
        id_,
        brand,
        read_spans(stored.get("spans", ())),
        Score(from_thousandths(words_score), read_evidence(stored)),
        read_intents(stored),
        Opinion(*(value / 1000 for value in opinion)) if has_opinion else None,
        from_thousandths(program_score),
    )


def _save_review(db: Connection, review: RulesReview, judged: Sequence[RejudgedMention], now: int) -> int:
    if review.reviewed_to is None:
        return 0
    stored = {one.mention: one for post in review.posts for one in post.mentions}
    different = {one.mention: one for one in judged if _is_other(stored[one.mention], one)}
    current = _unchanged(db, review) if different else set[int]()
    changed = [one for id_, one in different.items() if id_ in current]
    if changed:
        _update(db, changed, now)
    if len(changed) == len(different):
        db.execute("UPDATE intent_rules SET review = min(coalesce(review, ?1), ?1)", (review.reviewed_to,))
    return len(changed)


def _is_other(stored: StoredMention, judged: RejudgedMention) -> bool:
    """Whether ``judged`` differs from what is stored, as exactly as it is stored."""
    was = stored.intents, to_thousandths(stored.result), to_thousandths(stored.score.value), stored.score.evidence
    evidence = _evidence_values(judged.score.evidence)
    score = to_thousandths(judged.result), to_thousandths(judged.score.value)
    return (*was[:3], _evidence_values(was[3])) != (judged.intents, *score, evidence)


def _unchanged(db: Connection, review: RulesReview) -> set[int]:
    """The mentions of those posts that are as they were when the review was read."""
    low = review.reviewed_to or 0
    as_read = set(_posts(db, low, low + REVIEWED_IDS)).intersection(review.posts)
    return {one.mention for post in as_read for one in post.mentions}


def _update(db: Connection, changed: Sequence[RejudgedMention], now: int) -> None:
    marks = json.dumps([one.mention for one in changed])
    derived.remove(db, derived.IN_IDS, marks)
    evidence = dict(db.execute(_EVIDENCE, (marks,)).fetchall())
    db.executemany(_UPDATE, [_values(one, evidence[one.mention]) for one in changed])
    db.executemany(_UPDATE_WORDS, [(to_thousandths(one.score.value), one.mention) for one in changed])
    derived.add(db, derived.IN_IDS, marks)
    log_changes(db, ChangeKind.JUDGED, derived.IN_IDS, marks, now)


def _values(one: RejudgedMention, evidence: str) -> tuple[int | None, int, int, str, int]:
    intent = sum({phrase.intent for phrase in one.intents}, Intent(0))
    intents = [(int(phrase.intent), phrase.start, phrase.end) for phrase in one.intents]
    patched = patched_evidence(evidence, {**_evidence_values(one.score.evidence), "intents": intents})
    result = to_thousandths(one.result)
    return result, sentiment_code(result), int(intent), patched, one.mention


def _evidence_values(evidence: Evidence) -> dict[str, Any]:
    """The keys of the column ``evidence`` that judging decides, as they are stored."""
    return {
        "judged": [list(clause) for clause in evidence.clauses],
        "words": [[word.start, word.end, round(word.weight, 3)] for word in evidence.words],
        "reason": evidence.reason,
        "cues": [[cue.start, cue.end, str(cue.kind)] for cue in evidence.cues],
        "adjustment": to_thousandths(evidence.adjustment),
    }
