"""Posts of X as its API writes them, and those that are looked at again: an edit is a new id in the same history."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from monitor.errors import SourceError
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import identity, part, words
from monitor.sources._watch import may_match
from monitor.text.cleaning import plain_text
from monitor.text.language_codes import language_code

DAILY = timedelta(hours=23)
"""Between two looks at a post, so that a deletion is followed within a day."""
LOOKS, MOST = 3, 100
"""Lookups in one pass, and the posts in each."""
MOST_KEPT = 3_000
_EPOCH = 1_288_834_974_657


@dataclass(frozen=True, slots=True)
class Seen:
    """A post in one of its versions."""

    id: str
    history: tuple[str, ...]
    """The ids of all versions, the first one first."""
    text: str
    author_id: str
    lang: str | None


def seen_of(tweet: Any) -> Seen | None:
    """The post that ``tweet`` describes; None where it is none."""
    if not isinstance(tweet, dict) or not is_id(identity(tweet, "id")):
        return None
    id_, history = identity(tweet, "id"), tweet.get("edit_history_tweet_ids")
    ids = [str(each) for each in history if is_id(str(each))] if isinstance(history, list) else []
    text = words(part(tweet, "note_tweet"), "text") or words(tweet, "text")
    lang = language_code(words(tweet, "lang") or None)
    return Seen(id_, tuple(ids) if id_ in ids else (id_,), plain_text(text), identity(tweet, "author_id"), lang)


def post_of(seen: Seen, source: str, author: str, latest: datetime) -> Post:
    """The post, under the id and the time of its first version."""
    first = seen.history[0]
    return Post(
        source=source,
        external_id=first,
        text=seen.text,
        published_at=min(time_of(first), latest),
        author=author,
        url=f"https://x.com/{author or 'i/web'}/status/{seen.history[-1]}",
        lang=seen.lang,
    )


def time_of(id_: str) -> datetime:
    """When an id was given out: it is milliseconds since November 2010, shifted by 22 bits."""
    return datetime.fromtimestamp(((int(id_) >> 22) + _EPOCH) / 1000, UTC)


def first_id(at: datetime) -> str:
    """The lowest id that was given out at ``at``."""
    return str(max(1, (int(at.timestamp() * 1000) - _EPOCH) << 22))


def is_id(text: Any) -> bool:
    """Whether it is an id, as text."""
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 19


Lookup = Callable[[Sequence[str]], tuple[Sequence[Seen], Sequence[str]]]
"""Ids -> (the posts as they are now, the ids of those that are gone). Raises SourceErrors."""


class Follow:
    """Posts that are looked at again.

    As JSON {external id: [looked at, looks left, latest id, mark of its text, author, language]}.
    """

    def __init__(self, kept: Json, now: datetime, source: str, days: int) -> None:
        """``kept`` is what ``to_json`` gave, or anything; each post is looked at once a day for ``days``."""
        entries = kept.items() if isinstance(kept, dict) else ()
        self._kept = {id_: entry for id_, entry in entries if is_id(id_) and _is_entry(entry)}
        self._now, self._source, self._days = now, source, days

    def look(self, batch: Batch, lookup: Lookup, terms: Sequence[Term] = ()) -> Batch:
        """``batch`` with the edits and deletions that a look at those that are due brought.

        Its posts are kept, those that may match ``terms``: X finds words in addresses too, and each look costs.
        """
        due = self._due()
        edited: list[Post] = []
        gone: list[str] = []
        try:
            for start in range(0, min(len(due), LOOKS * MOST), MOST):
                posts, ids = self._look_at(due[start : start + MOST], lookup)
                edited, gone = edited + posts, gone + ids
        except SourceError as error:
            batch = replace(batch, note=f"{batch.note} Deletions could not be followed: {error}".strip())
        fresh = {post.external_id for post in batch.posts}
        edited = [post for post in edited if post.external_id not in fresh]
        self._add([post for post in batch.posts if may_match(post, terms)])
        for external_id in gone:
            self._kept.pop(external_id, None)
        return replace(batch, posts=(*batch.posts, *edited), deleted=(*batch.deleted, *gone))

    def to_json(self) -> Json:
        """What is to be kept: the latest ones."""
        young = sorted(self._kept.items(), key=lambda item: -int(item[0]))
        return cast("Json", {id_: entry for id_, entry in young[:MOST_KEPT] if entry[1] > 0})

    def _due(self) -> list[str]:
        before = int((self._now - DAILY).timestamp())
        due = [id_ for id_, entry in self._kept.items() if entry[0] <= before and entry[1] > 0]
        return sorted(due, key=lambda id_: (self._kept[id_][0], int(id_)))

    def _add(self, posts: Sequence[Post]) -> None:
        for post in posts:
            latest = post.url.rpartition("/")[2]
            now = int(self._now.timestamp())
            self._kept[post.external_id] = [now, self._days, latest, _mark(post.text), post.author, post.lang or ""]

    def _look_at(self, due: Sequence[str], lookup: Lookup) -> tuple[list[Post], list[str]]:
        """(edited posts, external ids that are gone)"""
        asked = {self._kept[external_id][2]: external_id for external_id in due}
        found, gone = lookup(list(asked))
        newer = [seen.history[-1] for seen in found if seen.history[-1] != seen.id]
        if newer:
            again, _ = lookup(newer)
            found = [*found, *again]
        for external_id in due:
            entry = self._kept[external_id]
            entry[0], entry[1] = int(self._now.timestamp()), entry[1] - 1
        latest = [seen for seen in found if seen.history[-1] == seen.id and seen.history[0] in self._kept]
        edited = [self._edited(seen) for seen in latest if self._kept[seen.history[0]][3] != _mark(seen.text)]
        return edited, [asked[id_] for id_ in gone if id_ in asked]

    def _edited(self, seen: Seen) -> Post:
        entry = self._kept[seen.history[0]]
        entry[2], entry[3] = seen.id, _mark(seen.text)
        return replace(
            post_of(seen, self._source, entry[4], self._now), lang=seen.lang or language_code(entry[5] or None)
        )


def _mark(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [int, int, str, str, str, str]
