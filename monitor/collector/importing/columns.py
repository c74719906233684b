"""Which column of a file holds which field of a post: from --map, otherwise recognised by common names."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from monitor.collector.importing.rows import ImportFailed, Row
from monitor.dates import parse_date
from monitor.model import Post

COMMON_NAMES: Mapping[str, tuple[str, ...]] = {
    "text": (
        "text",
        "full_text",
        "body",
        "content",
        "message",
        "comment",
        "review",
        "description",
        "selftext",
        "tweet",
    ),
    "id": ("id", "external_id", "tweet_id", "post_id", "comment_id", "review_id", "id_str", "guid", "uuid"),
    "author": ("author", "username", "user_name", "screen_name", "user.screen_name", "user", "name", "handle", "by"),
    "published": (
        *("published", "published_at", "created_at", "tweet_created", "created", "date", "timestamp", "time"),
        *("datetime", "created_utc", "pubdate", "posted_at"),
    ),
    "title": ("title", "subject", "headline"),
    "url": ("url", "link", "permalink"),
    "site": ("site", "subreddit", "forum"),
    "lang": ("lang", "language"),
    "stars": ("stars", "star_rating"),
}
"""Field of a post -> common names of its column, the most likely first."""

MAX_LISTED_COLUMNS = 40
"""Columns that an error lists."""

_STARS = re.compile(r"[1-5](?:[.,]0+)?")


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns that hold the fields of a post."""

    by_field: Mapping[str, str]
    """Field of a post -> column of the file. ``text`` is always there."""

    def post(self, row: Row, source: str, zone: tzinfo, default_time: datetime) -> Post:
        """The post in ``row``; its time is ``default_time`` if no column holds times.

        Raises ValueError with the problem of the row.
        """
        if row.problem:
            raise ValueError(row.problem)
        cells = {field: _cell(row.values, column) for field, column in self.by_field.items()}
        if not cells["text"].strip() and not cells.get("title", "").strip():
            raise ValueError(f'no text in "{self.by_field["text"]}"')
        _reject_undecoded(cells.values())
        when = cells.pop("published", None)
        if when is not None and not when.strip():
            raise ValueError(f'no time in "{self.by_field["published"]}"')
        external_id = cells.pop("id", "").strip() or _derived_id(cells, when)
        published = default_time if when is None else parse_date(when, zone=zone)
        return Post(
            source=source,
            external_id=external_id,
            text=cells["text"],
            published_at=published,
            author=cells.get("author", ""),
            title=cells.get("title", ""),
            url=cells.get("url", ""),
            site=cells.get("site", ""),
            lang=cells.get("lang") or None,
            stars=_parse_stars(cells.get("stars", "").strip()),
        )


def choose_columns(mapping: str, columns: Sequence[str]) -> Columns:
    """The columns that ``--map text=body,id=key`` names, and common names for other fields; ``field=`` leaves a
    field out.

    Raises ImportFailed for a field or column that does not exist, and if no column holds the text.
    """
    folded = {name.casefold(): name for name in reversed(columns)}
    chosen = {f: folded[n] for f, names in COMMON_NAMES.items() if (n := next((n for n in names if n in folded), None))}
    for part in filter(None, (p.strip() for p in mapping.split(","))):
        field, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or field not in COMMON_NAMES:
            found = (
                f"name its column, as in {field}=COLUMN."
                if field in COMMON_NAMES
                else f"there is no field {field!r}.{_hint(field, COMMON_NAMES)}"
            )
            raise ImportFailed(f"--map {part}: {found} Write FIELD=COLUMN, where FIELD is {', '.join(COMMON_NAMES)}.")
        chosen.pop(field, None)
        if column:
            chosen[field] = _existing_column(column, columns, folded)
    if "text" not in chosen:
        raise ImportFailed(f"No column seems to hold the text. Name it with --map text=COLUMN. {_column_list(columns)}")
    return Columns(chosen)


def _existing_column(name: str, columns: Sequence[str], folded: Mapping[str, str]) -> str:
    found = name if name in columns else folded.get(name.casefold())
    if found is None:
        raise ImportFailed(f"--map: there is no column {name!r}.{_hint(name, columns)} {_column_list(columns)}")
    return found


def _hint(word: str, known: Iterable[str]) -> str:
    matches = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {matches[0]!r}?" if matches else ""


def _column_list(columns: Sequence[str]) -> str:
    return f"Columns of the file: {', '.join(columns[:MAX_LISTED_COLUMNS]) or 'none'}."


def _cell(values: Mapping[str, Any], column: str) -> str:
    value: Any = values.get(column)
    if value is None and "." in column:
        value = values
        for part in column.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _parse_stars(text: str) -> int | None:
    if not text:
        return None
    if not _STARS.fullmatch(text):
        raise ValueError(f"{text[:40]!r} is not a number of stars from 1 to 5; leave the column out with --map stars=")
    return int(text[0])


def _reject_undecoded(texts: Iterable[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text") from None


def _derived_id(cells: Mapping[str, str], when: str | None) -> str:
    """An id that depends only on the row, so that a second import finds it again."""
    words = "\0".join([cells.get("author", ""), when or "", cells.get("title", ""), cells["text"]])
    return "row-" + hashlib.sha256(words.encode()).hexdigest()[:20]
