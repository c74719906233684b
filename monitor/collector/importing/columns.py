"""Which column of a file is what: as the person says with --map, else by the names that such files use."""

from __future__ import annotations

import difflib
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime
from typing import Any

from monitor.collector.importing.rows import ImportFailed, Row
from monitor.model import Post

NAMES: Mapping[str, tuple[str, ...]] = {
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
"""Field of a post -> names of columns that are taken for it, the likeliest first."""

_TIMES = (
    'such as "2015-02-24 11:35:52 -0800", "2015-02-24T19:35:52Z", seconds or milliseconds since 1970, '
    '"Tue, 24 Feb 2015 11:35:52 -0800"'
)
_ISO = re.compile(
    r"(\d{4})[-/](\d\d)[-/](\d\d)(?:[T ]+(\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?))? *(Z|UTC|GMT|[+-]\d\d(?::?\d\d)?)?",
    re.IGNORECASE,
)
_EPOCH = re.compile(r"-?\d{8,11}(?:\.\d+)?|\d{12,14}")
_STARS = re.compile(r"[1-5](?:[.,]0+)?")
_TWITTER = "%a %b %d %H:%M:%S %z %Y"
_DOTTED = ("%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y")


def moment(text: str, zone: tzinfo) -> datetime:
    """``text`` as an aware UTC time; one without an offset is of ``zone``. Raises ValueError where none can tell."""
    text = text.strip()
    try:
        at = _iso(text) or _epoch(text) or _written(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        raise ValueError(f"the time {text[:40]!r} is not understood; it can be {_TIMES}") from None


def _iso(text: str) -> datetime | None:
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    year, month, day, clock, zone = found.groups()
    offset = "+00:00" if zone and zone.upper() in {"Z", "UTC", "GMT"} else zone or ""
    return datetime.fromisoformat(f"{year}-{month}-{day}T{(clock or '00:00').replace(',', '.')}{offset}")


def _epoch(text: str) -> datetime | None:
    if not _EPOCH.fullmatch(text):
        return None
    number = float(text)
    return datetime.fromtimestamp(number / 1000 if abs(number) >= 1e11 else number, UTC)


def _written(text: str) -> datetime:
    for form in (_TWITTER, *_DOTTED):
        try:
            return datetime.strptime(text, form)
        except ValueError:
            continue
    return parsedate_to_datetime(text)


@dataclass(frozen=True, slots=True)
class Columns:
    """Field of a post -> column of the file. ``text`` is always there."""

    chosen: Mapping[str, str]

    def post(self, row: Row, source: str, zone: tzinfo, without_time: datetime) -> Post:
        """The post that ``row`` holds; ``without_time`` is taken where the file has no column of times.

        Raises ValueError that says what is wrong with the row.
        """
        if row.problem:
            raise ValueError(row.problem)
        told = {field: _cell(row.values, column) for field, column in self.chosen.items()}
        if not told["text"].strip() and not told.get("title", "").strip():
            raise ValueError(f'there is no text in "{self.chosen["text"]}"')
        _refuse_undecoded(told.values())
        when = told.pop("published", None)
        if when is not None and not when.strip():
            raise ValueError(f'there is no time in "{self.chosen["published"]}"')
        external_id = told.pop("id", "").strip() or _made_up_id(told, when)
        published = without_time if when is None else moment(when, zone)
        return Post(
            source=source,
            external_id=external_id,
            text=told["text"],
            published_at=published,
            author=told.get("author", ""),
            title=told.get("title", ""),
            url=told.get("url", ""),
            site=told.get("site", ""),
            lang=told.get("lang") or None,
            stars=_stars(told.get("stars", "").strip()),
        )


def choose(mapping: str, there: Sequence[str]) -> Columns:
    """What ``--map text=body,id=key`` says, and guesses for the rest; ``field=`` takes a guess away.

    Raises ImportFailed for a field or column that does not exist, and where no column holds the text.
    """
    folded = {name.casefold(): name for name in reversed(there)}
    chosen = {f: folded[n] for f, names in NAMES.items() if (n := next((n for n in names if n in folded), None))}
    for part in filter(None, (p.strip() for p in mapping.split(","))):
        field, sign, column = (piece.strip() for piece in part.partition("="))
        if not sign or field not in NAMES:
            allowed = f"Allowed: {', '.join(NAMES)}, each with = and a column."
            found = f"found {field!r}.{_near(field, NAMES)}" if field not in NAMES else f"{field} of which column?"
            raise ImportFailed(f"--map {part}: {found} {allowed}")
        chosen.pop(field, None)
        if column:
            chosen[field] = _column(column, there, folded)
    if "text" not in chosen:
        raise ImportFailed(f"No column is known to hold the text. Say which with --map text=COLUMN. {_listed(there)}")
    return Columns(chosen)


def _column(name: str, there: Sequence[str], folded: Mapping[str, str]) -> str:
    found = name if name in there else folded.get(name.casefold())
    if found is None:
        raise ImportFailed(f"--map: there is no column {name!r}.{_near(name, there)} {_listed(there)}")
    return found


def _near(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word, list(known), n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def _listed(there: Sequence[str]) -> str:
    return f"Columns of the file: {', '.join(there[:40]) or 'none'}."


def _cell(values: Mapping[str, Any], column: str) -> str:
    value: Any = values.get(column)
    if value is None and "." in column:
        value = values
        for part in column.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value)


def _stars(written: str) -> int | None:
    if not written:
        return None
    if not _STARS.fullmatch(written):
        raise ValueError(f"{written[:40]!r} is no number of stars from 1 to 5; leave that column out with --map stars=")
    return int(written[0])


def _refuse_undecoded(texts: Iterable[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise ValueError("is not UTF-8 text") from None


def _made_up_id(told: Mapping[str, str], when: str | None) -> str:
    """An id that the same row gets every time."""
    words = "\0".join([told.get("author", ""), when or "", told.get("title", ""), told["text"]])
    return "row-" + hashlib.sha256(words.encode()).hexdigest()[:20]
