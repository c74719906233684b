"""Posts of X in the versions that its API returns. Each edit is a version with its own id."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from monitor.errors import SourceError
from monitor.model import Batch, Json, Post, Term
from monitor.sources._fields import Record, get_id, get_line, get_object, get_text
from monitor.sources._recheck import may_match
from monitor.text.cleaning import plain_text, safe_url
from monitor.text.language_codes import language_code

LOOKUP_INTERVAL = timedelta(hours=23)
"""Minimum time between two lookups of a post, so that a deletion is noticed within a day."""
MAX_LOOKUPS, POSTS_PER_LOOKUP = 3, 100
MAX_POSTS = 3_000
_ID_EPOCH_MS = 1_288_834_974_657
"""Ids are milliseconds since this time (November 2010), shifted by 22 bits."""
_ID_SHIFT = 22
_OWN_PAGE = re.compile(r"https?://(?:www\.|mobile\.)?(?:x|twitter|t)\.com?/", re.I)


@dataclass(frozen=True, slots=True)
class PostVersion:
    """One version of a post."""

    id: str
    history: tuple[str, ...]
    """The ids of all versions, the first one first."""
    text: str
    author_id: str
    lang: str | None
    reply_to_id: str = ""
    """The id of the author that it replies to."""
    reply_to: str = ""
    """The handle of that author, if the text mentions it, as nearly all replies do."""
    repost: bool = False
    link: str = ""


def parse_version(tweet: Any) -> PostVersion | None:
    """The version in the API's ``tweet``; None if it cannot be read."""
    if not isinstance(tweet, dict) or not is_id(get_id(tweet, "id")):
        return None
    id_, history = get_id(tweet, "id"), tweet.get("edit_history_tweet_ids")
    ids = [str(version_id) for version_id in history if is_id(str(version_id))] if isinstance(history, list) else []
    text = get_text(get_object(tweet, "note_tweet"), "text") or get_text(tweet, "text")
    reply_to_id = get_id(tweet, "in_reply_to_user_id")
    return PostVersion(
        id=id_,
        history=tuple(ids) if id_ in ids else (id_,),
        text=plain_text(text),
        author_id=get_id(tweet, "author_id"),
        # "und", "qme" (only media) and the like have no code
        lang=language_code(get_text(tweet, "lang") or None),
        reply_to_id=reply_to_id,
        reply_to=_mentioned_handle(tweet, reply_to_id) if reply_to_id else "",
        repost="retweeted" in [get_text(post, "type") for post in _objects(tweet, "referenced_tweets")],
        link=_linked_page(tweet),
    )


def to_post(version: PostVersion, source: str, author: str, latest: datetime) -> Post:
    """The post, with the id and the time of its first version."""
    first_version = version.history[0]
    return Post(
        source=source,
        external_id=first_version,
        text=version.text,
        published_at=min(time_of_id(first_version), latest),
        author=author,
        url=f"https://x.com/{author or 'i/web'}/status/{version.history[-1]}",
        lang=version.lang,
        reply_to=version.reply_to or (author if version.reply_to_id == version.author_id else ""),
        repost=version.repost,
        link=version.link,
    )


def _linked_page(tweet: Record) -> str:
    """The page that the post links to; '' if it links to none or several. Its text has only addresses of t.co."""
    entities = get_object(tweet, "entities")
    urls = [get_text(url, "unwound_url") or get_text(url, "expanded_url") for url in _objects(entities, "urls")]
    pages = {safe_url(url) for url in urls if not _OWN_PAGE.match(url)} - {""}
    return pages.pop() if len(pages) == 1 else ""


def _mentioned_handle(tweet: Record, user_id: str) -> str:
    """The handle of a user that the text mentions. The user itself would cost money."""
    mentions = _objects(get_object(tweet, "entities"), "mentions")
    return next((get_line(user, "username") for user in mentions if get_id(user, "id") == user_id), "")


def _objects(record: Record, name: str) -> list[Record]:
    found = record.get(name)
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def time_of_id(id_: str) -> datetime:
    """When an id was assigned."""
    return datetime.fromtimestamp(((int(id_) >> _ID_SHIFT) + _ID_EPOCH_MS) / 1000, UTC)


def min_id_at(at: datetime) -> str:
    """The lowest id that could be assigned at ``at``."""
    return str(max(1, (int(at.timestamp() * 1000) - _ID_EPOCH_MS) << _ID_SHIFT))


def is_id(text: Any) -> bool:
    """Whether ``text`` is an id as text."""
    return isinstance(text, str) and text.isascii() and text.isdecimal() and len(text) <= 19


LookUp = Callable[[Sequence[str]], tuple[Sequence[PostVersion], Sequence[str]]]
"""Ids of versions -> (the posts as they are now, the ids of those that are gone). Raises SourceErrors."""


class DailyRecheck:
    """The posts to look up once a day. Unlike Recheck it counts lookups, because each one costs money.

    As JSON {external id: [last lookup, lookups left, id of the latest version, digest of its text, author, language]}.
    """

    def __init__(self, stored: Json, now: datetime, source: str, days: int) -> None:
        """``stored``: a result of ``to_json``; invalid parts are ignored. Each post is looked up for ``days`` days."""
        entries = stored.items() if isinstance(stored, dict) else ()
        self._posts = {id_: entry for id_, entry in entries if is_id(id_) and _is_entry(entry)}
        self._now, self._source, self._days = now, source, days

    def run(self, batch: Batch, look_up: LookUp, terms: Sequence[Term] = ()) -> Batch:
        """``batch`` with the edits and deletions of posts that are due.

        Adds the posts of ``batch`` that may match ``terms`` to the known posts. Others are found too, because X also
        searches addresses.
        """
        due = self._due()
        edited: list[Post] = []
        gone: list[str] = []
        try:
            for start in range(0, min(len(due), MAX_LOOKUPS * POSTS_PER_LOOKUP), POSTS_PER_LOOKUP):
                posts, ids = self._changes(due[start : start + POSTS_PER_LOOKUP], look_up)
                edited, gone = edited + posts, gone + ids
        except SourceError as error:
            batch = replace(batch, note=f"{batch.note} Deletions could not be checked: {error}".strip())
        new = {post.external_id for post in batch.posts}
        edited = [post for post in edited if post.external_id not in new]
        self._add([post for post in batch.posts if may_match(post, terms)])
        for external_id in gone:
            self._posts.pop(external_id, None)
        return replace(batch, posts=(*batch.posts, *edited), deleted=(*batch.deleted, *gone))

    def to_json(self) -> dict[str, Any]:
        """The state to store: the MAX_POSTS newest posts."""
        recent = sorted(self._posts.items(), key=lambda item: -int(item[0]))
        return cast("dict[str, Any]", {id_: entry for id_, entry in recent[:MAX_POSTS] if entry[1] > 0})

    def _due(self) -> list[str]:
        before = int((self._now - LOOKUP_INTERVAL).timestamp())
        due = [id_ for id_, entry in self._posts.items() if entry[0] <= before and entry[1] > 0]
        return sorted(due, key=lambda id_: (self._posts[id_][0], int(id_)))

    def _add(self, posts: Sequence[Post]) -> None:
        now = int(self._now.timestamp())
        for post in posts:
            latest = post.url.rpartition("/")[2]
            entry = [now, self._days, latest, _text_digest(post.text), post.author, post.lang or ""]
            self._posts[post.external_id] = entry

    def _changes(self, due: Sequence[str], look_up: LookUp) -> tuple[list[Post], list[str]]:
        """(edited posts, external ids of posts that are gone)"""
        external_ids = {self._posts[external_id][2]: external_id for external_id in due}
        found, gone = look_up(list(external_ids))
        newer = [version.history[-1] for version in found if version.history[-1] != version.id]
        if newer:
            newest, _ = look_up(newer)
            found = [*found, *newest]
        for external_id in due:
            entry = self._posts[external_id]
            entry[0], entry[1] = int(self._now.timestamp()), entry[1] - 1
        latest = [v for v in found if v.history[-1] == v.id and v.history[0] in self._posts]
        edited = [self._edited(v) for v in latest if self._posts[v.history[0]][3] != _text_digest(v.text)]
        return edited, [external_ids[id_] for id_ in gone if id_ in external_ids]

    def _edited(self, version: PostVersion) -> Post:
        entry = self._posts[version.history[0]]
        entry[2], entry[3] = version.id, _text_digest(version.text)
        lang = version.lang or language_code(entry[5] or None)
        return replace(to_post(version, self._source, entry[4], self._now), lang=lang)


def _text_digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [int, int, str, str, str, str]
