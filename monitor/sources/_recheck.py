"""Looks up known posts again, for sites that report deletions and edits only on request."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from monitor.errors import SourceError
from monitor.model import Batch, Json, Post, Term

RECHECK_FOR = timedelta(days=14)
"""How long after its publication a post is looked up again."""
MIN_WAIT_SECONDS, MAX_WAIT_SECONDS = 1_800, 64_800
"""Bounds of the time between two lookups of a post, which is a quarter of its age. Passes may be hours apart, so a
maximum of 18 hours leaves room for a lookup within 24."""
MAX_POSTS = 1_500

LookUp = Callable[[Sequence[str]], Mapping[str, Post | None]]
"""External ids -> the current post of each, None if it is gone. Ids with an unclear response are left out."""


def content_digest(post: Post) -> str:
    """A short digest of a post's words, author and stars. It changes when the post is edited."""
    stars = "" if post.stars is None else f"\n{post.stars}"
    content = f"{post.title}\n{post.text}\n{post.author}{stars}"
    return hashlib.blake2b(content.encode("utf-8", "replace"), digest_size=6).hexdigest()


def may_match(post: Post, terms: Sequence[Term]) -> bool:
    """Whether ``post`` contains all words of any term, as whole words or within longer ones.

    Only such a post may be stored as a mention, so only such a post is worth a lookup.
    """
    body = _letters(post.body)
    # The Arabic article is left out: after the preposition li, it is written without its first letter.
    words = [[word.removeprefix("\u0627\u0644") for word in _letters(term.text).split()] for term in terms]
    return not terms or any(all(word in body for word in of_term) for of_term in words)


def _letters(text: str) -> str:
    """``text`` without case, accents and the signs of handles and hashtags."""
    # Rules fold the dotless i to i, because its capital is I.
    decomposed = unicodedata.normalize("NFKD", text.replace("#", " ").replace("@", " ").replace("\u0131", "i"))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


class Recheck:
    """The posts to look up again. As JSON {external id: [published, last lookup, digest]}, times in epoch seconds."""

    def __init__(self, stored: Json) -> None:
        """``stored`` is a result of ``to_json``; invalid entries are dropped."""
        entries = stored.items() if isinstance(stored, dict) else ()
        self._posts = {id_: entry for id_, entry in entries if _is_entry(entry)}

    def run(self, batch: Batch, now: datetime, look_up: LookUp, max_posts: int, terms: Sequence[Term] = ()) -> Batch:
        """``batch`` with the edits and deletions among the ``max_posts`` known posts that have been due longest.

        Adds the posts of ``batch`` that may match ``terms`` to the known posts. If the lookup fails, the batch has a
        note, and the same posts remain due.
        """
        edited, gone, error = self._changes(now, look_up, max_posts)
        self._forget(batch.deleted)
        new = {post.external_id for post in batch.posts}
        self._add([post for post in batch.posts if may_match(post, terms)], now)
        return replace(
            batch,
            posts=(*batch.posts, *(post for post in edited if post.external_id not in new)),
            deleted=tuple(dict.fromkeys((*batch.deleted, *(id_ for id_ in gone if id_ not in new)))),
            note=batch.note or error,
        )

    def to_json(self, now: datetime) -> dict[str, Any]:
        """The state to store: the MAX_POSTS newest posts."""
        oldest = (now - RECHECK_FOR).timestamp()
        recent = sorted(((id_, e) for id_, e in self._posts.items() if e[0] >= oldest), key=lambda item: -item[1][0])
        return cast("dict[str, Any]", dict(recent[:MAX_POSTS]))

    def _changes(self, now: datetime, look_up: LookUp, max_posts: int) -> tuple[tuple[Post, ...], tuple[str, ...], str]:
        """(edited posts, ids of posts that are gone, error message or "")"""
        due = self._due(now)[:max_posts]
        if not due:
            return (), (), ""
        try:
            found = look_up(due)
        except SourceError as error:
            return (), (), f"Deletions could not be checked: {error}"
        edited = tuple(
            p for p in found.values() if p is not None and self._posts[p.external_id][2] != content_digest(p)
        )
        gone = tuple(id_ for id_, post in found.items() if post is None)
        for id_ in due:
            self._posts[id_][1] = int(now.timestamp())
        for post in edited:
            self._posts[post.external_id][2] = content_digest(post)
        self._forget(gone)
        return edited, gone, ""

    def _add(self, posts: Sequence[Post], now: datetime) -> None:
        for post in posts:
            published = int(post.published_at.timestamp())
            self._posts[post.external_id] = [published, int(now.timestamp()), content_digest(post)]

    def _forget(self, ids: Sequence[str]) -> None:
        for id_ in ids:
            self._posts.pop(id_, None)

    def _due(self, now: datetime) -> list[str]:
        at = now.timestamp()
        due_at = {
            id_: checked + min(max((at - published) / 4, MIN_WAIT_SECONDS), MAX_WAIT_SECONDS)
            for id_, (published, checked, _) in self._posts.items()
        }
        return sorted((id_ for id_, due in due_at.items() if due <= at), key=lambda id_: due_at[id_])


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [int, int, str]
