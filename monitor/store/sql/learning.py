"""What is learnt from people's answers, and the review of stored scores: see ``monitor.store.learning``.

An adjusted score is stored as its sum, with the adjustment in ``evidence``, in thousandths. So the score without it is
exactly what it was, and no rule and no model is needed to adjust it again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from monitor.model import Comparison, JudgedMention, LearningResult, Offset, Opinion, ScoreReview, StoredScore
from monitor.store.learning import REVIEW_DELAY
from monitor.store.sql import opinions
from monitor.store.sql.connection import Connection
from monitor.store.sql.reviews import next_range
from monitor.store.sql.rows import UNKNOWN_LANGUAGE, read_evidence
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import MILLISECOND, from_ms, to_ms

REVIEWED_IDS = 500
"""Ids of mentions that one step of the review looks at."""
_REVIEW_DELAY_MS = REVIEW_DELAY // MILLISECOND
_SELECT = """
    SELECT mention.id, brand.name, mention.lang,
        iif(post.title = '', post.text, post.title || '\n\n' || post.text), mention.evidence, mention.program_score,
        opinion.negative, opinion.neutral, opinion.positive
    FROM mention JOIN post ON post.id = mention.post JOIN brand ON brand.id = mention.brand
    LEFT JOIN opinion ON opinion.mention = mention.id
    WHERE mention.id >= ? AND mention.id < ? AND program_score IS NOT NULL ORDER BY mention.id DESC"""


class SqlLearning(StorePart):
    """LearningStore over the connections of a store."""

    def result(self) -> LearningResult:
        return self._read(_result)

    def save_result(self, result: LearningResult, now: datetime) -> None:
        self._write(lambda db: _save_result(db, result, to_ms(now)))

    def next_review(self, now: datetime) -> ScoreReview:
        return self._read(lambda db: _next_review(db, to_ms(now)))

    def save_review(self, review: ScoreReview, adjustments: Mapping[int, float], now: datetime) -> int:
        return self._write(lambda db: _save_review(db, review, adjustments, to_ms(now)))


def _result(db: Connection) -> LearningResult:
    found = db.execute("SELECT result FROM learning").fetchone()
    return LearningResult() if found is None else _decode(found[0])


def _decode(text: str) -> LearningResult:
    values = json.loads(text)
    comparison, offset, since = values["comparison"], values["offset"], values["since"]
    return LearningResult(
        values["checked"],
        values["corrected"],
        values["rarest"],
        None if comparison is None else Comparison(**comparison),
        None if offset is None else Offset(**offset),
        None if since is None else from_ms(since),
    )


def _encode(result: LearningResult) -> str:
    since = None if result.since is None else to_ms(result.since)
    return json.dumps({**asdict(result), "since": since}, ensure_ascii=False)


def _save_result(db: Connection, result: LearningResult, now: int) -> None:
    is_same = result.offset == _result(db).offset
    replaced = "" if is_same else ", changed_at = excluded.changed_at, review = NULL"
    # A first row without an offset has nothing to review.
    insert = f"""INSERT INTO learning (id, result, changed_at, review) VALUES (1, ?, ?, {"0" if is_same else "NULL"})
        ON CONFLICT (id) DO UPDATE SET result = excluded.result{replaced}"""
    db.execute(insert, (_encode(result), now))


def _next_review(db: Connection, now: int) -> ScoreReview:
    ids = next_range(db, "learning", "mention", now=now, delay_ms=_REVIEW_DELAY_MS, size=REVIEWED_IDS)
    return ScoreReview(_scores(db, *ids), ids.low) if ids else ScoreReview()


def _scores(db: Connection, low: int, high: int) -> tuple[StoredScore, ...]:
    return tuple(_score(row) for row in db.execute(_SELECT, (low, high)))


def _score(row: Sequence[Any]) -> StoredScore:
    id_, brand, lang, body, stored, program_score, *opinion = row
    evidence = json.loads(stored)
    return StoredScore(
        mention=id_,
        brand=brand,
        lang=None if lang == UNKNOWN_LANGUAGE else lang,
        body=body,
        evidence=read_evidence(evidence),
        opinion=None if opinion[0] is None else Opinion(*(value / 1000 for value in opinion)),
        plain=(program_score - opinions.adjustment(evidence)) / 1000,
    )


def _save_review(db: Connection, review: ScoreReview, adjustments: Mapping[int, float], now: int) -> int:
    if review.reviewed_to is None:
        return 0
    wanted = {score.mention: (score, adjustments.get(score.mention, 0.0)) for score in review.scores}
    different = {id_: one for id_, one in wanted.items() if one[1] != one[0].evidence.adjustment}
    changed: list[JudgedMention] = []
    if different:
        for score in _scores(db, min(different), max(different) + 1):
            known, added = different.get(score.mention, (None, 0.0))
            if score == known:
                value = score.plain + added
                changed.append(JudgedMention(score.mention, None, value, score.evidence.reason, added))
    opinions.update_scores(db, changed, now)
    db.execute("UPDATE learning SET review = min(coalesce(review, ?1), ?1)", (review.reviewed_to,))
    return len(changed)
