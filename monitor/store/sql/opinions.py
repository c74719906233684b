"""The queue of the language model, and its opinions: see ``monitor.store.opinions``.

New and edited posts enter the queue in the transaction that saves them. Older ones are not queued, because there may be
millions: ``opinion_state.review`` moves down over their ids while nothing waits.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import ChangeKind, JudgedMention, MentionToJudge, Opinion, OpinionWork, PostToJudge
from monitor.store.sql import derived
from monitor.store.sql.changes import log_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.rows import UNKNOWN_LANGUAGE, patched_evidence, read_evidence, read_spans, sentiment_code
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.units import from_thousandths, to_ms, to_thousandths

MAX_COUNTED = 100_000
REVIEWED_IDS = 500
"""Ids of posts that one step of the review looks at."""
_LANGUAGES = "(SELECT value FROM json_each(?, '$'))"
_ENQUEUE = f"""
    INSERT INTO opinion_queue (post) SELECT DISTINCT post FROM mention WHERE {{where}} AND lang IN {_LANGUAGES}
    ON CONFLICT (post) DO UPDATE SET ticket = excluded.ticket"""
_STATE = "SELECT model, policy, languages, unmeasured FROM opinion_state"
_QUEUED = "SELECT post, ticket FROM opinion_queue ORDER BY post DESC LIMIT ?"
_TO_REVIEW = f"""
    SELECT DISTINCT post FROM mention INDEXED BY mention_post WHERE post >= ? AND post < ?
    AND (lang IN {_LANGUAGES} OR id IN (SELECT mention FROM opinion)) ORDER BY post DESC LIMIT ?"""
_POSTS = "SELECT id, title, text, lang FROM post WHERE id IN (SELECT value FROM json_each(?))"
_MENTIONS = """
    SELECT mention.post, mention.id, brand.name, mention.evidence, mention.program_score,
        opinion.words_score, opinion.model = (SELECT model FROM opinion_state),
        opinion.negative, opinion.neutral, opinion.positive
    FROM json_each(?) wanted CROSS JOIN mention INDEXED BY mention_post ON mention.post = wanted.value
    JOIN brand ON brand.id = mention.brand LEFT JOIN opinion ON opinion.mention = mention.id"""
_SAVE_OPINION = """
    INSERT INTO opinion (mention, model, negative, neutral, positive, words_score)
    SELECT id, (SELECT model FROM opinion_state), ?, ?, ?, program_score - ? FROM mention WHERE id = ?
    ON CONFLICT (mention) DO UPDATE SET model = excluded.model, negative = excluded.negative,
        neutral = excluded.neutral, positive = excluded.positive"""
_UPDATE_SCORE = """
    UPDATE mention SET program_score = ?1, score = iif(corrected <> 0, score, ?1),
        sentiment = iif(corrected <> 0, sentiment, ?2), evidence = ?3 WHERE id = ?4"""
_SCORES = f"SELECT id, program_score, evidence FROM mention WHERE {derived.IN_IDS}"


def enqueue(db: Connection, where: str, value: int | str) -> None:
    """Queue the posts of the selected mentions, if a model is used and judges their language."""
    state = db.execute("SELECT languages FROM opinion_state").fetchone()
    if state is not None:
        db.execute(_ENQUEUE.format(where=where), (value, state[0]))


def adjustment(evidence: Mapping[str, Any]) -> int:
    """What was added to ``program_score`` from people's answers, in thousandths. ``evidence``: as it is stored."""
    return int(evidence.get("adjustment", 0))


def forget(db: Connection, ids: str) -> None:
    """Drop the opinions about mentions whose posts were edited. ``ids``: a JSON list."""
    db.execute("DELETE FROM opinion WHERE mention IN (SELECT value FROM json_each(?))", (ids,))


class SqlOpinions(StorePart):
    """OpinionStore over the connections of a store."""

    def use_model(self, model: str, policy: str, languages: Collection[str], unmeasured: Collection[str] = ()) -> None:
        wanted = (model, policy, json.dumps(sorted(languages)), json.dumps(sorted(unmeasured)))
        known = self._read(lambda db: db.execute(_STATE).fetchone())
        if known != (wanted if model else None):
            self._write(lambda db: _use_model(db, wanted if model else None))

    def languages(self) -> frozenset[str]:
        return self._read(_languages)

    def waiting(self) -> int:
        return self._read(_waiting)

    def next_work(self, limit: int) -> OpinionWork:
        return self._read(lambda db: _next_work(db, limit))

    def save_opinions(self, work: OpinionWork, judged: Sequence[JudgedMention], now: datetime) -> int:
        return self._write(lambda db: _save(db, work, judged, to_ms(now)))


def _use_model(db: Connection, wanted: tuple[str, str, str, str] | None) -> None:
    db.execute("DELETE FROM opinion_state")
    db.execute("DELETE FROM opinion_queue")
    if wanted:
        review = "SELECT ?, ?, ?, ?, 1 + coalesce(max(id), 0) FROM post"
        db.execute(f"INSERT INTO opinion_state (model, policy, languages, unmeasured, review) {review}", wanted)


def _languages(db: Connection) -> frozenset[str]:
    row = db.execute("SELECT languages FROM opinion_state").fetchone()
    return frozenset(json.loads(row[0]) if row else ())


def _waiting(db: Connection) -> int:
    queued = db.execute("SELECT count(*) FROM (SELECT 1 FROM opinion_queue LIMIT ?) queued", (MAX_COUNTED,)).fetchone()[
        0
    ]
    review = db.execute("SELECT review - 1 FROM opinion_state").fetchone()
    return int(min(MAX_COUNTED, queued + (review[0] if review else 0)))


def _next_work(db: Connection, limit: int) -> OpinionWork:
    if queued := db.execute(_QUEUED, (limit,)).fetchall():
        return OpinionWork(_posts(db, queued))
    state = db.execute("SELECT review, languages FROM opinion_state").fetchone()
    if state is None or state[0] <= 1:
        return OpinionWork()
    low = max(1, state[0] - REVIEWED_IDS)
    found = [post for (post,) in db.execute(_TO_REVIEW, (low, *state, limit))]
    return OpinionWork(_posts(db, [(post, None) for post in found]), found[-1] if len(found) == limit else low)


def _posts(db: Connection, tickets: Iterable[tuple[int, int | None]]) -> tuple[PostToJudge, ...]:
    ticket_of = dict(tickets)
    ids = json.dumps(list(ticket_of))
    mentions: dict[int, list[MentionToJudge]] = {post: [] for post in ticket_of}
    for post, *row in db.execute(_MENTIONS, (ids,)):
        mentions[post].append(_mention(row))
    rows = {row[0]: row for row in db.execute(_POSTS, (ids,))}
    return tuple(
        PostToJudge(post, ticket, _body(rows[post]), _lang(rows[post]), tuple(mentions[post]))
        for post, ticket in ticket_of.items()
        if post in rows
    )


def _mention(row: Sequence[Any]) -> MentionToJudge:
    id_, brand, evidence, program_score, words_score, is_current, *opinion = row
    has_opinion = opinion[0] is not None
    stored = json.loads(evidence)
    return MentionToJudge(
        id=id_,
        brand=brand,
        spans=read_spans(stored.get("spans", ())),
        words_score=from_thousandths(words_score if has_opinion else _plain(program_score, stored)),
        evidence=read_evidence(stored),
        opinion=Opinion(*(value / 1000 for value in opinion)) if has_opinion and is_current else None,
    )


def _body(row: Sequence[Any]) -> str:
    _, title, text, _ = row
    return f"{title}\n\n{text}" if title else str(text)


def _lang(row: Sequence[Any]) -> str | None:
    return None if row[3] == UNKNOWN_LANGUAGE else row[3]


def _save(db: Connection, work: OpinionWork, judged: Sequence[JudgedMention], now: int) -> int:
    current = _current_mentions(db, work)
    kept = [one for one in judged if one.mention in current]
    rows = db.execute(_SCORES, (json.dumps([one.mention for one in kept]),)).fetchall()
    stored = {id_: (score, json.loads(evidence)) for id_, score, evidence in rows}
    kept = [one for one in kept if one.mention in stored]
    opinions = [
        (*map(to_thousandths, one.opinion), adjustment(stored[one.mention][1]), one.mention)
        for one in kept
        if one.opinion is not None
    ]
    db.executemany(_SAVE_OPINION, opinions)
    changed = [one for one in kept if _is_other(one, *stored[one.mention])]
    update_scores(db, changed, now)
    tickets = json.dumps([post.ticket for post in work.posts if post.ticket is not None])
    db.execute("DELETE FROM opinion_queue WHERE ticket IN (SELECT value FROM json_each(?))", (tickets,))
    if work.reviewed_to is not None:
        db.execute("UPDATE opinion_state SET review = min(review, ?)", (work.reviewed_to,))
    return len(changed)


def _current_mentions(db: Connection, work: OpinionWork) -> set[int]:
    """The mentions of posts that are as they were when the work was handed out."""
    tickets = {post.ticket for post in work.posts if post.ticket is not None}
    select = "SELECT ticket FROM opinion_queue WHERE ticket IN (SELECT value FROM json_each(?))"
    queued = {ticket for (ticket,) in db.execute(select, (json.dumps(sorted(tickets)),))}
    # An older post that is edited meanwhile enters the queue, so that its opinion is soon replaced.
    posts = [post for post in work.posts if post.ticket is None or post.ticket in queued]
    return {mention.id for post in posts for mention in post.mentions}


def _is_other(one: JudgedMention, score: int | None, evidence: Mapping[str, Any]) -> bool:
    """Whether ``one`` differs from what is stored."""
    known = score, evidence.get("reason", ""), adjustment(evidence)
    return known != (to_thousandths(one.score), one.reason, to_thousandths(one.adjustment))


def _plain(program_score: int | None, evidence: Mapping[str, Any]) -> int | None:
    return None if program_score is None else program_score - adjustment(evidence)


def update_scores(db: Connection, changed: Sequence[JudgedMention], now: int) -> None:
    """Replace the program's scores, with their reasons and adjustments; what people corrected stays in force."""
    if not changed:
        return
    ids = json.dumps([one.mention for one in changed])
    evidence = {id_: stored for id_, _, stored in db.execute(_SCORES, (ids,))}
    derived.remove(db, derived.IN_IDS, ids)
    for one in changed:
        score = to_thousandths(one.score)
        values = {"reason": one.reason, "adjustment": to_thousandths(one.adjustment)}
        if one.mention in evidence:
            patched = patched_evidence(evidence[one.mention], values)
            db.execute(_UPDATE_SCORE, (score, sentiment_code(score), patched, one.mention))
    derived.add(db, derived.IN_IDS, ids)
    log_changes(db, ChangeKind.JUDGED, derived.IN_IDS, ids, now)
