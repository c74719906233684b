"""The topics of the config in stored posts: see ``monitor.store.named_topics``."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from monitor.model import ChangeKind, FacetValue, MentionFilter, PostToFit, RuleChange, Topic, TopicReview
from monitor.model.rules import PreviewFigures, RuleVersion
from monitor.query import parse
from monitor.store.sql import derived, topic_versions
from monitor.store.sql.changes import log_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.rows import POST_COLUMNS, read_post
from monitor.store.sql.rule_preview import LIMITS, PreviewLimits, preview_topic
from monitor.store.sql.samples import Samples
from monitor.store.sql.store_part import StorePart
from monitor.store.sql.topic_bits import MAX_SLOTS, bits_of, slots_in_use
from monitor.store.sql.topic_counts import topic_counts
from monitor.store.sql.units import to_ms

REVIEWED_POSTS = 500
"""Posts that one step matches."""
_POSTS = f"SELECT post.id, {POST_COLUMNS} FROM post JOIN source ON source.id = post.source WHERE post."
_IN_RANGE = f"{_POSTS}id >= ? AND post.id < ? ORDER BY post.id DESC"
_LISTED = f"{_POSTS}{derived.IN_IDS}"
_QUEUED = f"SELECT post FROM named_topic_queue ORDER BY post LIMIT {REVIEWED_POSTS}"


_USE_SLOT = """
    INSERT INTO named_topic (slot, name, position) VALUES (?, ?, ?)
    ON CONFLICT (slot) DO UPDATE SET name = excluded.name, position = excluded.position"""
_BEGIN_REVIEW = """
    INSERT INTO named_topic_state (id, digest, review) VALUES (1, ?, ?)
    ON CONFLICT (id) DO UPDATE SET digest = excluded.digest, review = excluded.review"""


class SqlNamedTopics(StorePart):
    """NamedTopicStore over the connections of a store."""

    def __init__(
        self,
        read: Callable[[Callable[[Connection], Any]], Any],
        write: Callable[[Callable[[Connection], Any]], Any],
        slow_read: Callable[[Callable[[Connection], Any]], Any],
        samples: Samples,
        limits: PreviewLimits = LIMITS,
    ) -> None:
        """``slow_read`` runs a query whose cost grows with the matches."""
        super().__init__(read, write)
        self._slow_read, self._samples, self._limits = slow_read, samples, limits

    def preview(self, topic: str, text: str, edges: Sequence[datetime], shown: int) -> PreviewFigures:
        query, bounds = parse(text), [to_ms(edge) for edge in edges]
        found: PreviewFigures = self._slow_read(
            lambda db: preview_topic(db, slots_in_use(db).get(topic), query, bounds, shown, self._limits)
        )
        return found

    def counts(self, f: MentionFilter, upto: int | None = None) -> list[FacetValue]:
        found: list[FacetValue] = self._slow_read(lambda db: topic_counts(db, self._samples, f, upto))
        return found

    def use(self, topics: Sequence[Topic], digest: str, now: datetime) -> None:
        if not self._read(lambda db: _is_in_use(db, topics, digest)):
            self._write(lambda db: _use(db, topics, digest, to_ms(now)))

    def announce(self, topic: str, text: str, person: str, reason: str, now: datetime) -> None:
        self._write(lambda db: topic_versions.announce(db, topic, text, person, reason, to_ms(now)))

    def withdraw(self, topic: str) -> None:
        self._write(lambda db: topic_versions.withdraw(db, topic))

    def versions(self, topic: str) -> list[RuleVersion]:
        return self._read(lambda db: topic_versions.versions(db, topic))

    def changes(self, since: datetime, until: datetime) -> list[RuleChange]:
        return self._read(lambda db: topic_versions.changes(db, to_ms(since), to_ms(until)))

    def names(self) -> tuple[str, ...]:
        return self._read(lambda db: tuple(slots_in_use(db)))

    def next_review(self) -> TopicReview:
        return self._read(_next_review)

    def save_review(self, review: TopicReview, found: Mapping[int, Sequence[str]], now: datetime) -> int:
        return self._write(lambda db: _save(db, review, found, to_ms(now)))

    def posts_to_review(self) -> int:
        return self._read(_to_review)


def _digest(db: Connection) -> str:
    found = db.execute("SELECT digest FROM named_topic_state").fetchone()
    return str(found[0]) if found else ""


def _is_in_use(db: Connection, topics: Sequence[Topic], digest: str) -> bool:
    same = _digest(db) == digest and list(slots_in_use(db)) == [topic.name for topic in topics]
    return same and topic_versions.are_recorded(db, topics)


def _use(db: Connection, topics: Sequence[Topic], digest: str, now: int) -> None:
    is_other, names = _digest(db) != digest, [topic.name for topic in topics]
    db.execute("UPDATE named_topic SET position = NULL")
    set_position = "UPDATE named_topic SET position = ? WHERE name = ?"
    missing = [one for one in enumerate(names) if not db.execute(set_position, one).rowcount]
    for position, name in missing:
        db.execute(_USE_SLOT, (_free_slot(db), name, position))
    (newest,) = db.execute("SELECT coalesce(max(id), 0) FROM post").fetchone()
    topic_versions.record(db, topics, newest if is_other else 0, now)
    if is_other:
        db.execute(_BEGIN_REVIEW, (digest, newest + 1))
        db.execute("DELETE FROM named_topic_queue")


def _free_slot(db: Connection) -> int:
    """A bit that no post has, if there is one; else that of a topic that is no longer in use."""
    taken = dict(db.execute("SELECT slot, position FROM named_topic"))
    unused = [slot for slot in range(MAX_SLOTS) if slot not in taken]
    return unused[0] if unused else next(slot for slot, position in taken.items() if position is None)


def _next_review(db: Connection) -> TopicReview:
    digest, review = db.execute("SELECT digest, review FROM named_topic_state").fetchone() or ("", 1)
    if review > 1:
        low = max(1, review - REVIEWED_POSTS)
        return TopicReview(_posts(db.execute(_IN_RANGE, (low, review))), digest, low)
    queued = [post for (post,) in db.execute(_QUEUED)]
    return TopicReview(_posts(db.execute(_LISTED, (json.dumps(queued),))) if queued else (), digest)


def _posts(rows: Iterable[tuple[int, ...]]) -> tuple[PostToFit, ...]:
    return tuple(PostToFit(id_, read_post(columns)) for id_, *columns in rows)


def _to_review(db: Connection) -> int:
    (waiting,) = db.execute("SELECT count(*) FROM named_topic_queue").fetchone()
    (rest,) = db.execute("SELECT count(*) FROM post WHERE id < (SELECT review FROM named_topic_state)").fetchone()
    return int(waiting) + int(rest)


def _save(db: Connection, review: TopicReview, found: Mapping[int, Sequence[str]], now: int) -> int:
    if review.is_empty or _digest(db) != review.digest:
        return 0
    ids = json.dumps([one.id for one in review.posts])
    current = set(_posts(db.execute(_LISTED, (ids,))))
    same = [one.id for one in review.posts if one in current]
    n = _set_bits(db, {id_: bits_of(found.get(id_, ()), slots_in_use(db)) for id_ in same}, now)
    if review.reviewed_to is not None:
        db.execute("UPDATE named_topic_state SET review = min(review, ?)", (review.reviewed_to,))
    db.execute(f"DELETE FROM named_topic_queue WHERE {derived.IN_IDS.replace('id', 'post', 1)}", (json.dumps(same),))
    db.execute("DELETE FROM named_topic_queue WHERE NOT EXISTS (SELECT 1 FROM post WHERE id = named_topic_queue.post)")
    db.execute(
        """DELETE FROM named_topic WHERE position IS NULL AND (SELECT review FROM named_topic_state) = 1
            AND NOT EXISTS (SELECT 1 FROM named_topic_queue)"""
    )
    topic_versions.finish(db, now)
    return n


def _set_bits(db: Connection, wanted: Mapping[int, int], now: int) -> int:
    """Give posts these topics, in the search index too; return how many had others."""
    stored = db.execute(f"SELECT id, topics FROM post WHERE {derived.IN_IDS}", (json.dumps(list(wanted)),))
    before = {id_: topics for id_, topics in stored if topics != wanted[id_]}
    changed = [(wanted[id_], id_) for id_ in before]
    if not changed:
        return 0
    topic_versions.count_changes(db, before, wanted)
    select = "SELECT mention.id FROM json_each(?) wanted CROSS JOIN mention ON mention.post = wanted.value"
    mentions = json.dumps([id_ for (id_,) in db.execute(select, (json.dumps([id_ for _, id_ in changed]),))])
    derived.remove_from_index(db, derived.IN_IDS, mentions)
    db.executemany("UPDATE post SET topics = ? WHERE id = ?", changed)
    derived.add_to_index(db, derived.IN_IDS, mentions)
    log_changes(db, ChangeKind.JUDGED, derived.IN_IDS, mentions, now)
    return len(changed)
