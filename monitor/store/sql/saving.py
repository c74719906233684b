"""Saving a batch of judged posts: new ones are inserted, edited ones updated, unchanged ones cost one lookup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from monitor.model import ChangeKind, Finding, JudgedPost, Post, Refusal, SaveResult, State
from monitor.query import field_value, index_text
from monitor.store.sql import blocks, derived, links, opinions, relevance_queue, stored_posts
from monitor.store.sql.changes import log_changes
from monitor.store.sql.connection import Connection
from monitor.store.sql.filter_tokens import post_tags
from monitor.store.sql.ids import IdCache, next_id, source_id
from monitor.store.sql.refusals import refused_posts
from monitor.store.sql.repeats import Repeat, RepeatFinder
from monitor.store.sql.rows import INSERT_MENTION, UNKNOWN_LANGUAGE, evidence_json, sentiment_code
from monitor.store.sql.sources import extend_imported_period
from monitor.store.sql.stored_posts import StoredPost
from monitor.store.sql.story_index import StoryIndex
from monitor.store.sql.story_keys import KeyedPost
from monitor.store.sql.tombstones import mark_deletion
from monitor.store.sql.topic_bits import TopicSaver
from monitor.store.sql.units import month_of, to_ms, to_thousandths

_INSERT_POST = """
    INSERT INTO post (id, source, external_id, author, site, url, lang, title, text, published_at, added_at,
        index_text, index_title, tags, signature, stars, reply_to, repost, imported, topics)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_PUBLISHED_AT = 9
"""Index of the time in the parameters of _INSERT_POST."""
_UPDATE_POST = """
    UPDATE post SET author = ?, site = ?, url = ?, lang = ?, title = ?, text = ?, index_text = ?, index_title = ?,
        tags = ?, signature = ?, stars = ?, reply_to = ?, repost = ?, topics = ?
    WHERE id = ?"""
# A person's correction and claim survive an edit; the program's own score is kept beside it.
_UPDATE_MENTION = """
    UPDATE mention SET rule = ?1, lang = ?2, program_score = ?3, intent = ?4, evidence = ?5,
        state = iif(?6 = 0 AND claimant IS NOT NULL, 1, ?6),
        score = iif(corrected <> 0, score, ?3), sentiment = iif(corrected <> 0, sentiment, ?7),
        story = coalesce(story, ?8) WHERE id = ?9"""
_SELECT_TO_DELETE = """
    SELECT post.id, mention.id FROM json_each(?, '$') wanted CROSS JOIN post INDEXED BY post_key
        ON post.source = ? AND {} JOIN mention ON mention.post = post.id"""
_SELECT_BY_ID = _SELECT_TO_DELETE.format("post.external_id = wanted.value")
# The texts with a prefix lie between it and itself followed by the last code point.
_SELECT_BY_PREFIX = _SELECT_TO_DELETE.format(
    f"post.external_id BETWEEN wanted.value AND wanted.value || '{chr(0x10FFFF)}'"
)


class _PostValues(NamedTuple):
    """What a mention copies from its post."""

    id: int
    lang: str
    published_at: int
    story: int | None
    source: int


@dataclass
class BatchSaver:
    """Saves one batch; used once, within one transaction of the write thread."""

    db: Connection
    ids: IdCache
    stories: StoryIndex
    source_name: str
    now: int
    imported: bool = False
    new_posts: list[tuple[Any, ...]] = field(default_factory=list)
    new_mentions: list[tuple[Any, ...]] = field(default_factory=list)
    new_pairs: set[tuple[int, int]] = field(default_factory=set)
    """(post, brand) of ``new_mentions``: several posts of a batch may repeat the same stored one."""
    per_brand: Counter[str] = field(default_factory=Counter)
    repeats: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Refusal] = field(default_factory=dict)
    edited: int = 0
    unchanged: int = 0

    def __post_init__(self) -> None:
        self.source = source_id(self.db, self.source_name)
        self.topics = TopicSaver(self.db)
        newest = self.db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
        self.added_at = max(self.now, newest[0] if newest else 0)
        self.next_post = next_id(self.db, "post")
        self.first_mention = self.next_mention = next_id(self.db, "mention")

    def save(
        self, judged_posts: Sequence[JudgedPost], deleted: Sequence[str], deleted_prefixes: Sequence[str]
    ) -> SaveResult:
        """Delete by prefix, save, delete by id, in this order, as the interface promises."""
        deleted_count = delete_posts(self.db, self.stories, self.source, self.now, prefixes=deleted_prefixes)
        self._save(judged_posts)
        deleted_count += delete_posts(self.db, self.stories, self.source, self.now, external_ids=deleted)
        new = sum(self.per_brand.values())
        numbers = (new, self.edited, self.unchanged, deleted_count)
        return SaveResult(*numbers, dict(self.per_brand), self.repeats, self.refused)

    def _save(self, judged_posts: Sequence[JudgedPost]) -> None:
        """Save the posts. If several have the same external id, the last one counts."""
        batch = {judged.post.external_id: judged for judged in judged_posts}
        self.unchanged += len(judged_posts) - len(batch)
        stored = stored_posts.by_external_id(self.db, self.source, list(batch))
        batch, self.refused = refused_posts(self.db, self.source_name, batch, stored.keys(), self.now)
        new = [one for external_id, one in batch.items() if external_id not in stored and one.findings]
        repeats = RepeatFinder(self.db, self.source_name, self.imported).find(new)
        self.repeats = {external_id: repeat.source for external_id, repeat in repeats.items()}
        self.stories.begin(self.db, batch.values())
        edits = []
        for external_id, one in batch.items():
            before = stored.get(external_id)
            if before is None and external_id not in repeats:
                self._add_post(one)
            elif before is None:
                self._add_new_brands(repeats[external_id], one)
            elif before.content != _content_fields(one.post, before.reply_to):
                edits.append((before, one))
            else:
                self._add_missing_mentions(before, one)
        self._apply_edits(edits)
        self._insert()

    def _add_post(self, one: JudgedPost) -> None:
        if not one.findings:
            return
        post = one.post
        published = min(max(0, to_ms(post.published_at)), self.added_at)
        keyed = KeyedPost(self.next_post, self.source, post.author, published, one.story_keys)
        story = self.stories.add(self.db, keyed, one.signature, post.title)
        values = _PostValues(self.next_post, _lang(post.lang), published, story, self.source)
        topics = self.topics.bits(values.id, one.topics)
        head = (values.id, self.source, post.external_id, post.author, post.site, post.url, values.lang)
        body = (post.title, post.text, published, self.added_at, *_index_columns(post), one.signature or None)
        self.new_posts.append((*head, *body, post.stars, post.reply_to, post.repost, self.imported, topics))
        self.next_post += 1
        for finding in one.findings:
            self._add_mention(values, finding)

    def _add_missing_mentions(self, stored: StoredPost, one: JudgedPost) -> None:
        """Add mentions of brands that did not exist when the unchanged post was stored."""
        missing = [f for f in one.findings if f.match.brand not in stored.mentions]
        self.unchanged += not missing
        for finding in missing:
            values = _PostValues(stored.id, stored.lang, stored.published_at, None, stored.source)
            self._add_mention(values, finding)

    def _add_new_brands(self, repeat: Repeat, one: JudgedPost) -> None:
        """Add mentions of brands to the post that ``one`` repeats. The spans fit only if both texts are equal."""
        if repeat.post is not None and repeat.same_text:
            stored = stored_posts.by_id(self.db, repeat.post)
            self._add_missing_mentions(stored, one)
            self.unchanged -= 1

    def _add_mention(self, post: _PostValues, finding: Finding) -> None:
        brand = self.ids.brand(self.db, finding.match.brand)
        if (post.id, brand) in self.new_pairs:
            return
        self.new_pairs.add((post.id, brand))
        rule = self.ids.rule(self.db, brand, finding.match.rule, self.now)
        score = to_thousandths(finding.score.value)
        keys = (self.next_mention, post.id, brand, rule, post.source, post.lang, post.published_at)
        times = (self.added_at, month_of(post.published_at))
        judgement = (score, score, sentiment_code(score), int(finding.intent), post.story, evidence_json(finding))
        self.new_mentions.append(keys + times + judgement)
        self.next_mention += 1
        self.per_brand[finding.match.brand] += 1

    def _apply_edits(self, edits: Sequence[tuple[StoredPost, JudgedPost]]) -> None:
        """Update posts and their mentions; a brand no longer found becomes LEFT, a new one becomes a new mention."""
        if not edits:
            return
        self.edited += len(edits)
        mark_deletion(self.db, self.now)
        ids = json.dumps(sorted(mention for stored, _ in edits for mention, _ in stored.mentions.values()))
        derived.remove(self.db, derived.IN_IDS, ids)
        for stored, one in edits:
            self._apply_edit(stored, one)
        self.stories.mark_first_posts(self.db)
        relevance_queue.forget(self.db, ids)
        derived.add(self.db, derived.IN_IDS, ids)
        opinions.forget(self.db, ids)
        opinions.enqueue(self.db, derived.IN_IDS, ids)
        relevance_queue.enqueue(self.db, derived.IN_IDS, ids)
        log_changes(self.db, ChangeKind.EDITED, derived.IN_IDS, ids, self.now)

    def _apply_edit(self, stored: StoredPost, one: JudgedPost) -> None:
        post, lang = one.post, _lang(one.post.lang)
        content = (post.author, post.site, post.url, lang, post.title, post.text)
        topics = self.topics.bits(stored.id, one.topics)
        context = (post.stars, post.reply_to or stored.reply_to, post.repost, topics)
        values_to_set = (*content, *_index_columns(post), one.signature or None, *context)
        self.db.execute(_UPDATE_POST, (*values_to_set, stored.id))
        keyed = KeyedPost(stored.id, stored.source, post.author, stored.published_at, one.story_keys)
        story = self.stories.replace(self.db, keyed, one.signature, post.title)
        values = _PostValues(stored.id, lang, stored.published_at, story, stored.source)
        found = {finding.match.brand: finding for finding in one.findings}
        for brand, (mention, state) in stored.mentions.items():
            if brand in found:
                self._update_mention(mention, State(state), values, found[brand])
            else:
                self._mark_left(mention, State(state), values)
        for finding in one.findings:
            if finding.match.brand not in stored.mentions:
                self._add_mention(values, finding)

    def _update_mention(self, mention: int, state: State, post: _PostValues, finding: Finding) -> None:
        brand = self.ids.brand(self.db, finding.match.brand)
        rule = self.ids.rule(self.db, brand, finding.match.rule, self.now)
        score = to_thousandths(finding.score.value)
        state = State.UNCLAIMED if state is State.LEFT else state
        judgement = (score, int(finding.intent), evidence_json(finding), int(state), sentiment_code(score))
        self.db.execute(_UPDATE_MENTION, (rule, post.lang, *judgement, post.story, mention))

    def _mark_left(self, mention: int, state: State, post: _PostValues) -> None:
        state = state if state is State.IRRELEVANT else State.LEFT
        changes = "state = ?, lang = ?, intent = 0, evidence = '{}', story = coalesce(story, ?)"
        self.db.execute(f"UPDATE mention SET {changes} WHERE id = ?", (int(state), post.lang, post.story, mention))

    def _insert(self) -> None:
        first_post = self.next_post - len(self.new_posts)
        self.db.executemany(_INSERT_POST, self.new_posts)
        if self.imported and self.new_posts:
            links.add(self.db, "id >= ?", (first_post,))
            extend_imported_period(self.db, self.source, [post[_PUBLISHED_AT] for post in self.new_posts])
        self.db.executemany(INSERT_MENTION, self.new_mentions)
        self.topics.finish()
        self.stories.finish(self.db, self.now)
        if not self.new_mentions:
            return
        blocks.hide_new(self.db, self.first_mention)
        derived.add(self.db, derived.FROM_ID, self.first_mention)
        opinions.enqueue(self.db, derived.FROM_ID, self.first_mention)
        relevance_queue.enqueue(self.db, derived.FROM_ID, self.first_mention)
        log_changes(self.db, ChangeKind.SAVED, derived.FROM_ID, self.first_mention, self.now)


def delete_posts(
    db: Connection,
    stories: StoryIndex,
    source: int,
    now: int,
    *,
    external_ids: Iterable[str] = (),
    prefixes: Iterable[str] = (),
) -> int:
    """Delete posts, by external id and by its prefix, with their mentions; return how many posts existed."""
    found: list[tuple[int, int]] = []
    for select, texts in ((_SELECT_BY_ID, list(external_ids)), (_SELECT_BY_PREFIX, [p for p in prefixes if p])):
        found += db.execute(select, (json.dumps(texts), source)).fetchall() if texts else ()
    if not found:
        return 0
    return _delete(db, stories, sorted({p for p, _ in found}), sorted({m for _, m in found}), now)


def delete_by_post_ids(db: Connection, stories: StoryIndex, posts: Sequence[int], now: int) -> int:
    """Delete posts by their ids in the database; return how many existed."""
    select = "SELECT post, id FROM mention WHERE post IN (SELECT value FROM json_each(?))"
    found = db.execute(select, (json.dumps(list(posts)),)).fetchall()
    return _delete(db, stories, sorted({p for p, _ in found}), [m for _, m in found], now) if found else 0


def _delete(db: Connection, stories: StoryIndex, posts: list[int], mention_ids: list[int], now: int) -> int:
    mentions = json.dumps(mention_ids)
    mark_deletion(db, now)
    derived.remove(db, derived.IN_IDS, mentions)
    links.remove(db, derived.IN_IDS, (json.dumps(posts),))
    log_changes(db, ChangeKind.DELETED, derived.IN_IDS, mentions, now)
    db.execute(f"DELETE FROM mention WHERE {derived.IN_IDS}", (mentions,))
    db.execute(f"DELETE FROM post WHERE {derived.IN_IDS}", (json.dumps(posts),))
    stories.remove(db, posts)
    return len(posts)


def _content_fields(post: Post, known_reply_to: str) -> tuple[str | int | None, ...]:
    """The fields whose change makes a post an edited one.

    A post stays a reply, to ``known_reply_to``: some sites say to whom only where they list a post.
    """
    reply_to = post.reply_to or known_reply_to
    return (post.author, post.site, post.url, post.title, post.text, post.stars, reply_to, post.repost)


def _index_columns(post: Post) -> tuple[str | None, str | None, str]:
    """The columns index_text, index_title (None: same as text, title) and tags."""
    text, title = index_text(post.text), index_text(post.title)
    return (None if text == post.text else text, None if title == post.title else title, post_tags(post))


@lru_cache(maxsize=1_000)
def _lang(stated: str | None) -> str:
    """The language as filters and rules compare it: without region, one word of letters."""
    lang = field_value("lang", stated or "")
    return lang if lang.isascii() and lang.isalnum() else UNKNOWN_LANGUAGE
