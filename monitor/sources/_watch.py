"""Posts that were found before and are looked at again, for sites that tell of a deletion only when asked."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

from monitor.errors import SourceError
from monitor.model import Batch, Json, Post, Term

KEPT_FOR = timedelta(days=14)
"""After that a post is not looked at any more."""
FIRST_LOOK, LAST_LOOK = 1_800, 64_800
"""Seconds between two looks: a quarter of the post's age within these. 18 hours leave room for a look in 24."""
MOST_KEPT = 1_500

Look = Callable[[Sequence[str]], Mapping[str, Post | None]]
"""External ids -> how each is now, None for one that is gone; ids that could not be told are left out."""


def says(post: Post) -> str:
    """A short mark of a post's words and stars, to tell an edited one."""
    stars = "" if post.stars is None else f"\n{post.stars}"
    said = f"{post.title}\n{post.text}\n{post.author}{stars}"
    return hashlib.blake2b(said.encode("utf-8", "replace"), digest_size=6).hexdigest()


def may_match(post: Post, terms: Sequence[Term]) -> bool:
    """Whether ``post`` holds the letters of all words of any term: it may be a mention, so its fate is followed."""
    body = _letters(post.body)
    return not terms or any(all(word in body for word in _letters(term.text).split()) for term in terms)


def _letters(text: str) -> str:
    """``text`` without case, accents and the signs before handles and tags."""
    apart = unicodedata.normalize("NFKD", text.replace("#", " ").replace("@", " "))
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


class Watch:
    """What is watched: id -> [published, last looked at (both epoch seconds), mark of its words]."""

    def __init__(self, kept: Json) -> None:
        """``kept`` is what ``to_json`` gave, or anything."""
        entries = kept.items() if isinstance(kept, dict) else ()
        self._kept = {id_: entry for id_, entry in entries if _is_entry(entry)}

    def _add(self, posts: Sequence[Post], now: datetime) -> None:
        for post in posts:
            self._kept[post.external_id] = [int(post.published_at.timestamp()), int(now.timestamp()), says(post)]

    def follow(self, batch: Batch, now: datetime, most: int, look: Look, terms: Sequence[Term] = ()) -> Batch:
        """``batch`` with what a look at the ``most`` that are due for longest brought: edits, deletions, a note.

        The batch's own posts are watched from now on, those that may match ``terms``.
        """
        edited, gone, trouble = self._looked(now, most, look)
        self.forget(batch.deleted)
        fresh = {post.external_id for post in batch.posts}
        self._add([post for post in batch.posts if may_match(post, terms)], now)
        return replace(
            batch,
            posts=(*batch.posts, *(post for post in edited if post.external_id not in fresh)),
            deleted=(*batch.deleted, *(id_ for id_ in gone if id_ not in fresh)),
            note=batch.note or trouble,
        )

    def _looked(self, now: datetime, most: int, look: Look) -> tuple[tuple[Post, ...], tuple[str, ...], str]:
        """(edited posts, ids that are gone, what went wrong)"""
        due = self._due(now)[:most]
        if not due:
            return (), (), ""
        try:
            found = look(due)
        except SourceError as error:
            return (), (), f"Deletions could not be followed: {error}"
        edited = tuple(p for p in found.values() if p is not None and self._kept[p.external_id][2] != says(p))
        gone = tuple(id_ for id_, post in found.items() if post is None)
        for id_ in due:
            self._kept[id_][1] = int(now.timestamp())
        for post in edited:
            self._kept[post.external_id][2] = says(post)
        self.forget(gone)
        return edited, gone, ""

    def forget(self, ids: Sequence[str]) -> None:
        """Watch these no more."""
        for id_ in ids:
            self._kept.pop(id_, None)

    def to_json(self, now: datetime) -> Json:
        """What is to be kept: the young ones, at most MOST_KEPT."""
        oldest = (now - KEPT_FOR).timestamp()
        young = sorted(((id_, e) for id_, e in self._kept.items() if e[0] >= oldest), key=lambda item: -item[1][0])
        return cast("Json", dict(young[:MOST_KEPT]))

    def _due(self, now: datetime) -> list[str]:
        at = now.timestamp()
        wait = {id_: e[1] + min(max((at - e[0]) / 4, FIRST_LOOK), LAST_LOOK) for id_, e in self._kept.items()}
        return sorted((id_ for id_, due in wait.items() if due <= at), key=lambda id_: wait[id_])


def _is_entry(entry: Any) -> bool:
    return isinstance(entry, list) and [type(part) for part in entry] == [int, int, str]
