"""Matching stored posts again after a change of a rule, in ranges of ids, the newest first.

Each step is one transaction with its progress, so an interrupted run goes on where it ended. Mentions that the rule no
longer finds get the state LEFT and keep everything else, so that they can come back as they were.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from monitor.model import ChangeKind, Finding, State
from monitor.model.rules import PostToMatch, RematchWork
from monitor.store.rules import TAIL_DELAY
from monitor.store.sql import blocks, derived, opinions, relevance_queue
from monitor.store.sql.changes import log_changes, update_all
from monitor.store.sql.connection import Connection
from monitor.store.sql.ids import brand_id, next_id
from monitor.store.sql.rows import INSERT_MENTION, POST_COLUMNS, evidence_json, read_post, sentiment_code
from monitor.store.sql.units import MILLISECOND, month_of, to_thousandths

MATCHED_IDS = 200
"""Ids of posts that one step looks at. Live mentions wait for at most one step, some 20 ms."""
_COME_BACK = "state = iif(claimant IS NULL, 0, 1)"
_OPEN = """
    SELECT rule_change.rule, brand.id, brand.name, rule.text, rule_change.position, upto, finished_at, rule.since
    FROM rule_change JOIN rule ON rule.id = rule_change.rule JOIN brand ON brand.id = rule.brand
    WHERE tail_done = 0 AND brand.active <> 0 ORDER BY finished_at IS NOT NULL, rule_change.rule"""
_POSTS = f"""
    SELECT post.id, mention.id, mention.state, mention.evidence <> '{{}}', {POST_COLUMNS}
    FROM post JOIN source ON source.id = post.source
    LEFT JOIN mention INDEXED BY mention_post ON mention.post = post.id AND mention.brand = ?
    WHERE post.id"""
_POSTS_IN_RANGE = f"{_POSTS} BETWEEN ? AND ? ORDER BY post.id DESC"
_LISTED_POSTS = f"{_POSTS} IN (SELECT value FROM json_each(?))"
_NEWEST = "SELECT coalesce(max(id), 0) FROM post"
_MOVE_DOWN = """
    UPDATE rule_change SET position = ?2, finished_at = iif(?2 <= 1, ?3, NULL), entered = entered + ?4,
        "left" = "left" + ?5
    WHERE rule = ?1 AND position > ?2 AND finished_at IS NULL"""
_MOVE_UP = """
    UPDATE rule_change SET upto = ?2, entered = entered + ?3, "left" = "left" + ?4 WHERE rule = ?1"""
_END_TAIL = "UPDATE rule_change SET tail_done = 1 WHERE rule = ?1 AND upto >= (SELECT coalesce(max(id), 0) FROM post)"
_POST_VALUES = """
    SELECT post.id, post.source, post.lang, post.published_at, (SELECT max(story) FROM mention WHERE post = post.id)
    FROM json_each(?) wanted CROSS JOIN post ON post.id = wanted.value ORDER BY post.id"""
_JUDGE_AGAIN = """
    UPDATE mention SET rule = ?1, program_score = ?2, intent = ?3, evidence = ?4, state = iif(claimant IS NULL, 0, 1),
        score = iif(corrected <> 0, score, ?2), sentiment = iif(corrected <> 0, sentiment, ?5) WHERE id = ?6"""


class _Changes(NamedTuple):
    """What a step does to mentions and posts."""

    leaving: list[int]
    returning: list[int]
    judged_again: dict[int, Finding]
    """Mention -> finding: those that an edit of the post made LEFT, which took their score."""
    new: dict[int, Finding]
    """Post -> finding."""


def next_work(db: Connection, now: int) -> RematchWork | None:
    """See ``RuleStore.next_rematch``."""
    for rule, brand, name, text, position, upto, finished_at, since in db.execute(_OPEN).fetchall():
        if finished_at is None:
            low = max(1, position - MATCHED_IDS)
            return RematchWork(name, rule, text, _posts(db, brand, low, position - 1), low)
        if now >= since + TAIL_DELAY // MILLISECOND:
            high = min(upto + MATCHED_IDS, db.execute(_NEWEST).fetchone()[0])
            return RematchWork(name, rule, text, _posts(db, brand, upto + 1, high), max(upto, high), upwards=True)
    return None


def save(db: Connection, work: RematchWork, found: Mapping[int, Finding], lost: Sequence[int], now: int) -> int:
    """See ``RuleStore.save_rematch``."""
    brand = brand_id(db, work.brand)
    changes = _changes(_unchanged(db, brand, work, {*found, *lost}), found)
    left, entered = len(changes.leaving), len(changes.returning) + len(changes.judged_again) + len(changes.new)
    if work.upwards:
        db.execute(_MOVE_UP, (work.rule, work.low, entered, left))
        db.execute(_END_TAIL, (work.rule,))
    elif not db.execute(_MOVE_DOWN, (work.rule, work.low, now, entered, left)).rowcount:
        return 0  # another process has saved it, or the rule changed again
    if changes.leaving:
        update_all(db, changes.leaving, ChangeKind.STATE, now, f"state = {State.LEFT.value}")
    if changes.returning:
        update_all(db, changes.returning, ChangeKind.STATE, now, _COME_BACK)
    if changes.judged_again:
        _judge_again(db, work.rule, changes.judged_again, now)
    if changes.new:
        _insert(db, brand, work.rule, changes.new, now)
    return entered + left


def _posts(db: Connection, brand: int, low: int, high: int) -> tuple[PostToMatch, ...]:
    return tuple(map(_post, db.execute(_POSTS_IN_RANGE, (brand, low, high))))


def _post(row: tuple[Any, ...]) -> PostToMatch:
    id_, mention, state, judged, *columns = row
    return PostToMatch(id_, read_post(columns), mention, state or 0, bool(judged))


def _unchanged(db: Connection, brand: int, work: RematchWork, wanted: set[int]) -> list[PostToMatch]:
    """Those of ``wanted`` that are as they were when the work was read."""
    current = {one.id: one for one in map(_post, db.execute(_LISTED_POSTS, (brand, json.dumps(list(wanted)))))}
    return [one for one in work.posts if one.id in wanted and current.get(one.id) == one]


def _changes(posts: Sequence[PostToMatch], found: Mapping[int, Finding]) -> _Changes:
    changes = _Changes([], [], {}, {})
    for one in posts:
        finding = found.get(one.id)
        if one.mention is None:
            if finding is not None:
                changes.new[one.id] = finding
        elif finding is None and one.state < State.IRRELEVANT:
            changes.leaving.append(one.mention)
        elif finding is not None and one.state == State.LEFT and one.judged:
            changes.returning.append(one.mention)
        elif finding is not None and one.state == State.LEFT:
            changes.judged_again[one.mention] = finding
    return changes


def _judge_again(db: Connection, rule: int, judged: Mapping[int, Finding], now: int) -> None:
    ids = json.dumps(list(judged))
    derived.remove(db, derived.IN_IDS, ids)
    for mention, finding in judged.items():
        score = to_thousandths(finding.score.value)
        values = (score, int(finding.intent), evidence_json(finding), sentiment_code(score))
        db.execute(_JUDGE_AGAIN, (rule, *values, mention))
    derived.add(db, derived.IN_IDS, ids)
    opinions.enqueue(db, derived.IN_IDS, ids)
    relevance_queue.enqueue(db, derived.IN_IDS, ids)
    log_changes(db, ChangeKind.STATE, derived.IN_IDS, ids, now)


def _insert(db: Connection, brand: int, rule: int, new: Mapping[int, Finding], now: int) -> None:
    """Add mentions of stored posts. They are logged as changes of state: they are no news."""
    first = next_id(db, "mention")
    newest = db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
    added_at = max(now, newest[0] if newest else 0)
    rows = []
    for number, post in enumerate(db.execute(_POST_VALUES, (json.dumps(list(new)),)), start=first):
        id_, source, lang, published_at, story = post
        finding = new[id_]
        score = to_thousandths(finding.score.value)
        keys = (number, id_, brand, rule, source, lang, published_at, added_at, month_of(published_at))
        judgement = (score, score, sentiment_code(score), int(finding.intent), story, evidence_json(finding))
        rows.append(keys + judgement)
    db.executemany(INSERT_MENTION, rows)
    blocks.hide_new(db, first)
    derived.add(db, derived.FROM_ID, first)
    opinions.enqueue(db, derived.FROM_ID, first)
    relevance_queue.enqueue(db, derived.FROM_ID, first)
    log_changes(db, ChangeKind.STATE, derived.FROM_ID, first, now)
