"""The versions of the rules of topics: who changed what, and how many mentions entered and left."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from monitor.model import RuleChange, Topic
from monitor.model.rules import Rematch, RuleVersion
from monitor.store.sql import derived
from monitor.store.sql.connection import Connection
from monitor.store.sql.rule_changes import NOTE_AGE_MS
from monitor.store.sql.topic_bits import names_of, slots_in_use
from monitor.store.sql.units import from_ms, optional_time

_ANNOUNCE = """
    INSERT INTO named_topic_note (topic, text, person, reason, at) VALUES (?1, ?2, ?3, ?4, ?5)
    ON CONFLICT (topic) DO UPDATE SET text = ?2, person = ?3, reason = ?4, at = ?5"""
_NEWEST = """
    SELECT topic, version, text FROM named_topic_version one
    WHERE version = (SELECT max(version) FROM named_topic_version WHERE topic = one.topic)"""
_RECORD = """
    INSERT INTO named_topic_version (topic, version, text, since, person, reason, upto, finished_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)"""
_FINISH_OLD = "UPDATE named_topic_version SET finished_at = ?, superseded = 1 WHERE topic = ? AND finished_at IS NULL"
_FINISH = """
    UPDATE named_topic_version SET finished_at = ? WHERE finished_at IS NULL
        AND (SELECT review FROM named_topic_state) = 1 AND NOT EXISTS (SELECT 1 FROM named_topic_queue)"""
_COUNT = """
    UPDATE named_topic_version SET n_entered = n_entered + ?, n_left = n_left + ?
    WHERE topic = ? AND finished_at IS NULL"""
_MENTIONS = f"""
    SELECT post, count(*) FROM mention WHERE {derived.IN_IDS.replace("id", "post", 1)} AND state < 2 GROUP BY post"""
_VERSIONS = """
    SELECT version, text, since, person, reason, upto, n_entered, n_left, finished_at, superseded,
        (SELECT review FROM named_topic_state)
    FROM named_topic_version WHERE topic = ? ORDER BY version DESC"""
_CHANGES = """
    SELECT topic, version, since, person, n_entered, n_left, finished_at IS NULL FROM named_topic_version
    WHERE version > 1 AND since >= ? AND since < ? ORDER BY since, id"""


def announce(db: Connection, topic: str, text: str, person: str, reason: str, now: int) -> None:
    """See ``NamedTopicStore.announce``."""
    db.execute(_ANNOUNCE, (topic, text, person, reason, now))


def withdraw(db: Connection, topic: str) -> None:
    """See ``NamedTopicStore.withdraw``."""
    db.execute("DELETE FROM named_topic_note WHERE topic = ?", (topic,))


def are_recorded(db: Connection, topics: Sequence[Topic]) -> bool:
    """Whether the newest version of each topic has its rule of now."""
    texts = {topic: text for topic, _, text in db.execute(_NEWEST)}
    return all(texts.get(topic.name) == topic.rule for topic in topics)


def record(db: Connection, topics: Sequence[Topic], upto: int, now: int) -> None:
    """Begin a version of each changed rule. Posts up to ``upto`` are to be matched by it; 0: none."""
    newest = {topic: (version, text) for topic, version, text in db.execute(_NEWEST)}
    for topic in topics:
        version, text = newest.get(topic.name, (0, None))
        if text == topic.rule:
            continue
        note = db.execute("SELECT text, person, reason, at FROM named_topic_note WHERE topic = ?", (topic.name,))
        found = note.fetchone()
        is_its = found and found[0] == topic.rule and now - found[3] < NOTE_AGE_MS
        person, reason = found[1:3] if is_its else ("", "")
        withdraw(db, topic.name)
        db.execute(_FINISH_OLD, (now, topic.name))
        finished = None if upto else now
        db.execute(_RECORD, (topic.name, version + 1, topic.rule, now, person, reason, upto, finished))


def count_changes(db: Connection, before: Mapping[int, int], after: Mapping[int, int]) -> None:
    """Add to the versions under way how many mentions of posts got and lost each topic. Post -> bits."""
    slots, entered, left = slots_in_use(db), Counter[str](), Counter[str]()
    for post, n in db.execute(_MENTIONS, (json.dumps(list(before)),)):
        for name in names_of(after[post] & ~before[post], slots):
            entered[name] += n
        for name in names_of(before[post] & ~after[post], slots):
            left[name] += n
    db.executemany(_COUNT, [(entered[name], left[name], name) for name in entered | left])


def finish(db: Connection, now: int) -> None:
    """Note that all posts are matched, if they are."""
    db.execute(_FINISH, (now,))


def versions(db: Connection, topic: str) -> list[RuleVersion]:
    """See ``NamedTopicStore.versions``."""
    return [_version(topic, row) for row in db.execute(_VERSIONS, (topic,))]


def _version(topic: str, row: tuple[Any, ...]) -> RuleVersion:
    version, text, since, person, reason, upto, entered, left, finished_at, superseded, review = row
    rematch = None
    if upto:
        done = 1.0 if finished_at is not None else max(0.0, (upto + 1 - review) / upto)
        rematch = Rematch(done, entered, left, optional_time(finished_at), bool(superseded))
    return RuleVersion(topic, version, text, from_ms(since), person, reason, rematch)


def changes(db: Connection, since: int, until: int) -> list[RuleChange]:
    """See ``NamedTopicStore.changes``."""
    slots = slots_in_use(db)
    return [
        RuleChange("", version, from_ms(at), person, entered, left, bool(unfinished), topic=topic)
        for topic, version, at, person, entered, left, unfinished in db.execute(_CHANGES, (since, until))
        if topic in slots
    ]
