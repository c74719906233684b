"""Saving a batch of judged posts: new ones are entered, edited ones changed, unchanged ones cost a look."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from monitor.model import ChangeKind, Finding, Judged, Post, Saved, State
from monitor.query import field_value, index_text
from monitor.store import derived
from monitor.store.alike import Alike
from monitor.store.changes import log
from monitor.store.connections import Connection
from monitor.store.names import Numbers
from monitor.store.rows import UNKNOWN, bucket_of, evidence_json
from monitor.store.tags import post_tags
from monitor.store.times import month_of, to_ms, to_thousandths

_FIND = """
    SELECT post.external_id, post.id, post.published_at, post.author, post.site, post.url, post.title, post.text,
        post.stars, post.lang,
        (SELECT json_group_object(name, json_array(mention.id, mention.state))
         FROM mention JOIN brand ON brand.id = mention.brand WHERE mention.post = post.id)
    FROM json_each(?) wanted CROSS JOIN post INDEXED BY post_key
        ON post.source = ? AND post.external_id = wanted.value"""
_INSERT_POST = """
    INSERT INTO post (id, source, external_id, author, site, url, lang, title, text, published_at, added_at,
        index_text, index_title, tags, signature, stars)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_INSERT_MENTION = """
    INSERT INTO mention (id, post, brand, rule, source, lang, published_at, added_at, month, score, judged, bucket,
        intent, story, evidence) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
_UPDATE_POST = """
    UPDATE post SET author = ?, site = ?, url = ?, lang = ?, title = ?, text = ?, index_text = ?, index_title = ?,
        tags = ?, signature = ?, stars = ? WHERE id = ?"""
# A correction by a person outlives an edit; what the program thinks is kept beside it.
_UPDATE_MENTION = """
    UPDATE mention SET rule = ?1, lang = ?2, judged = ?3, intent = ?4, evidence = ?5, state = ?6,
        score = iif(corrected, score, ?3), bucket = iif(corrected, bucket, ?7),
        story = ifnull(story, ?8) WHERE id = ?9"""


class _Known(NamedTuple):
    """A post that is stored, and for each brand (mention, state)."""

    id: int
    published_at: int
    words: tuple[str | int | None, ...]
    lang: str
    brands: dict[str, tuple[int, int]]


class _Posted(NamedTuple):
    """What a new mention takes over from its post."""

    id: int
    lang: str
    published_at: int
    story: int | None


@dataclass
class Saving:
    """One batch on its way into the tables; used once, within one transaction of the write thread."""

    db: Connection
    numbers: Numbers
    alike: Alike
    source: int
    now: int
    posts: list[tuple[Any, ...]] = field(default_factory=list)
    mentions: list[tuple[Any, ...]] = field(default_factory=list)
    per_brand: Counter[str] = field(default_factory=Counter)
    edited: int = 0
    unchanged: int = 0

    def __post_init__(self) -> None:
        newest = self.db.execute("SELECT added_at FROM mention ORDER BY id DESC LIMIT 1").fetchone()
        self.added_at = max(self.now, newest[0] if newest else 0)
        self.next_post = _next_id(self.db, "post")
        self.first_mention = self.next_mention = _next_id(self.db, "mention")

    def save(self, judged: Sequence[Judged]) -> None:
        """Enter the batch. Of several with one external id the last one counts."""
        batch = {j.post.external_id: j for j in judged}
        self.unchanged += len(judged) - len(batch)
        known = self._find(list(batch))
        edits = []
        for external_id, one in batch.items():
            before = known.get(external_id)
            if before is None:
                self._take_new(one)
            elif before.words != _words(one.post):
                edits.append((before, one))
            else:
                self._take_unchanged(before, one)
        self._edit(edits)
        self._write()

    def saved(self, deleted: int) -> Saved:
        """What it came to."""
        return Saved(sum(self.per_brand.values()), self.edited, self.unchanged, deleted, dict(self.per_brand))

    def _find(self, external_ids: list[str]) -> dict[str, _Known]:
        rows = self.db.execute(_FIND, (json.dumps(external_ids), self.source))
        return {row[0]: _Known(row[1], row[2], row[3:9], row[9], json.loads(row[10])) for row in rows}

    def _take_new(self, one: Judged) -> None:
        if not one.findings:
            return
        post = one.post
        published = min(max(0, to_ms(post.published_at)), self.added_at)
        story = self.alike.story_of(self.db, self.next_post, one.signature, published)
        posted = _Posted(self.next_post, _lang(post), published, story)
        head = (posted.id, self.source, post.external_id, post.author, post.site, post.url, posted.lang)
        body = (post.title, post.text, published, self.added_at, *_index(post), one.signature or None, post.stars)
        self.posts.append(head + body)
        self.next_post += 1
        for finding in one.findings:
            self._take_finding(posted, finding)

    def _take_unchanged(self, known: _Known, one: Judged) -> None:
        """Nothing but brands that were not looked for when it was stored."""
        missing = [f for f in one.findings if f.match.brand not in known.brands]
        self.unchanged += not missing
        for finding in missing:
            self._take_finding(_Posted(known.id, known.lang, known.published_at, None), finding)

    def _take_finding(self, posted: _Posted, finding: Finding) -> None:
        brand = self.numbers.brand(self.db, finding.match.brand)
        rule = self.numbers.rule(self.db, brand, finding.match.rule, self.now)
        score = to_thousandths(finding.score.value)
        keys = (self.next_mention, posted.id, brand, rule, self.source, posted.lang, posted.published_at)
        when = (self.added_at, month_of(posted.published_at))
        judged = (score, score, bucket_of(score), int(finding.intent), posted.story, evidence_json(finding))
        self.mentions.append(keys + when + judged)
        self.next_mention += 1
        self.per_brand[finding.match.brand] += 1

    def _edit(self, edits: Sequence[tuple[_Known, Judged]]) -> None:
        """Change posts and the mentions they had; a brand no longer found is left, a new one is a new mention."""
        if not edits:
            return
        self.edited += len(edits)
        ids = json.dumps(sorted(m[0] for known, _ in edits for m in known.brands.values()))
        derived.remove(self.db, derived.IDS, ids)
        for known, one in edits:
            self._edit_one(known, one)
        self.alike.mark_first(self.db)
        derived.add(self.db, derived.IDS, ids)
        log(self.db, ChangeKind.EDITED, derived.IDS, ids, self.now)

    def _edit_one(self, known: _Known, one: Judged) -> None:
        post, lang = one.post, _lang(one.post)
        words = (post.author, post.site, post.url, lang, post.title, post.text)
        self.db.execute(_UPDATE_POST, (*words, *_index(post), one.signature or None, post.stars, known.id))
        self.alike.leave([known.id])
        story = self.alike.story_of(self.db, known.id, one.signature, known.published_at)
        posted = _Posted(known.id, lang, known.published_at, story)
        found = {finding.match.brand: finding for finding in one.findings}
        for brand, (mention, state) in known.brands.items():
            if brand in found:
                self._update_mention(mention, State(state), posted, found[brand])
            else:
                self._leave(mention, State(state), lang)
        for finding in one.findings:
            if finding.match.brand not in known.brands:
                self._take_finding(posted, finding)

    def _update_mention(self, mention: int, state: State, posted: _Posted, finding: Finding) -> None:
        brand = self.numbers.brand(self.db, finding.match.brand)
        rule = self.numbers.rule(self.db, brand, finding.match.rule, self.now)
        score = to_thousandths(finding.score.value)
        state = State.UNCLAIMED if state is State.LEFT else state
        judged = (score, int(finding.intent), evidence_json(finding), int(state), bucket_of(score))
        self.db.execute(_UPDATE_MENTION, (rule, posted.lang, *judged, posted.story, mention))

    def _leave(self, mention: int, state: State, lang: str) -> None:
        state = state if state is State.IRRELEVANT else State.LEFT
        update = "UPDATE mention SET state = ?, lang = ?, evidence = '{}' WHERE id = ?"
        self.db.execute(update, (int(state), lang, mention))

    def _write(self) -> None:
        self.db.executemany(_INSERT_POST, self.posts)
        if not self.mentions:
            return
        self.db.executemany(_INSERT_MENTION, self.mentions)
        self.alike.mark_first(self.db)
        derived.add(self.db, derived.FROM_ID, self.first_mention)
        log(self.db, ChangeKind.SAVED, derived.FROM_ID, self.first_mention, self.now)


_TO_DELETE = """
    SELECT post.id, mention.id FROM json_each(?) wanted CROSS JOIN post INDEXED BY post_key
        ON post.source = ? AND {} JOIN mention ON mention.post = post.id"""
_OF_ID = _TO_DELETE.format("post.external_id = wanted.value")
# what begins with a text lies between it and the same text with the last character there is behind it
_BELOW = _TO_DELETE.format("post.external_id BETWEEN wanted.value AND wanted.value || char(1114111)")


def delete_posts(
    db: Connection, alike: Alike, source: int, external_ids: Iterable[str], now: int, below: Iterable[str] = ()
) -> int:
    """Remove posts with all that hangs on them; return how many there were. ``below``: beginnings of external ids."""
    found = db.execute(_OF_ID, (json.dumps(list(external_ids)), source)).fetchall()
    found += db.execute(_BELOW, (json.dumps([start for start in below if start]), source)).fetchall()
    if not found:
        return 0
    posts, mentions = sorted({p for p, _ in found}), json.dumps(sorted({m for _, m in found}))
    derived.remove(db, derived.IDS, mentions)
    log(db, ChangeKind.DELETED, derived.IDS, mentions, now)
    db.execute(f"DELETE FROM mention WHERE {derived.IDS}", (mentions,))
    db.execute(f"DELETE FROM post WHERE {derived.IDS}", (json.dumps(posts),))
    alike.leave(posts)
    return len(posts)


def _next_id(db: Connection, table: str) -> int:
    found = db.execute("SELECT seq FROM sqlite_sequence WHERE name = ?", (table,)).fetchone()
    return 1 + (found[0] if found else 0)


def _words(post: Post) -> tuple[str | int | None, ...]:
    """What makes a post an edited one when it differs."""
    return (post.author, post.site, post.url, post.title, post.text, post.stars)


def _index(post: Post) -> tuple[str | None, str | None, str]:
    """Text and title as the index has them, None where that is the same, and the post's tags."""
    text, title = index_text(post.text), index_text(post.title)
    return (None if text == post.text else text, None if title == post.title else title, post_tags(post))


def _lang(post: Post) -> str:
    """The language as filters and rules ask for it: without a region, one word of letters."""
    lang = field_value("lang", post.lang or "")
    return lang if lang.isascii() and lang.isalnum() else UNKNOWN
