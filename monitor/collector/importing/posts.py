"""Rows as posts. A row that is none raises why: it is refused, removed at its source, or a rating without text."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.collector.importing.cells import Values
from monitor.collector.importing.columns import Columns, stars_in
from monitor.collector.importing.contexts import reads_as_repost, replied_to_name, states_repost
from monitor.collector.importing.dating import DateReader
from monitor.collector.importing.identity import Identity
from monitor.collector.importing.rows import Row
from monitor.dates import NotADate, OutOfRange
from monitor.model import UNDATED, Post
from monitor.text.language_codes import language_of_name

REMOVED_TEXTS = frozenset({"[removed]", "[deleted]", "[ removed by reddit ]", "[deleted by user]"})
"""What a source writes in place of a text that it or the author removed."""
NO_TEXTS = frozenset({"n/a", "#n/a", "nan", "null"})
"""What programs write in place of a text that is missing."""
MAX_AHEAD = timedelta(minutes=5)
"""How far a time may lie in the future, because clocks differ."""

ZERO_TIMES_BEFORE = datetime(1970, 1, 1, 15, tzinfo=UTC)
"""Programs write the first moment of 1970, in any time zone, where a time is missing."""


class RowRefusedError(ValueError):
    """A row that cannot be read correctly, and the reason."""


class RemovedAtSourceError(Exception):
    """The post of a row was removed at its source."""


class RatingWithoutTextError(Exception):
    """A row has stars and no text."""


@dataclass(frozen=True, slots=True)
class RowReader:
    """Reads the posts of one file."""

    source: str
    columns: Columns
    dates: DateReader
    identity: Identity
    now: datetime
    """Later times are refused."""
    undated: bool = False
    """Accept rows without a time that can be read."""

    def post(self, row: Row) -> Post:
        """The post in ``row``. Raises RowRefusedError, RemovedAtSourceError or RatingWithoutTextError."""
        if row.problem:
            raise RowRefusedError(row.problem)
        read, values = self.columns.read, row.values
        text, title, stars = self._prose("text", values), self._prose("title", values), read("stars", values)
        self._check_text(text, title, stars)
        url = self.address(values)
        post = Post(
            source=self.source,
            external_id=self.identity.external_id(self.columns, values, url),
            text=text,
            published_at=self._published(values),
            author=self._author(values),
            title=title,
            url=url,
            site=read("site", values),
            lang=_language(read("lang", values)),
            stars=self._stars(stars),
            reply_to=self._reply_to(read("reply_to", values)),
            repost=states_repost(read("repost", values)) or self._is_marked_repost(text),
            link=read("link", values),
        )
        _check_decoded((post.external_id, text, title, post.author, url, post.site, post.reply_to, post.link))
        return post

    def address(self, values: Values) -> str:
        """The address of the post in a row, absolute."""
        url = self.columns.read("url", values)
        layout = self.columns.layout
        return layout.url_base + url if layout is not None and url.startswith("/") else url

    def _check_text(self, text: str, title: str, stars: str) -> None:
        if text.strip().casefold() in REMOVED_TEXTS and not self._is_exact:
            raise RemovedAtSourceError
        if not text.strip() and not title.strip():
            if stars:
                raise RatingWithoutTextError
            raise RowRefusedError(f'no text in "{self.columns.by_field["text"]}"')

    def _published(self, values: Values) -> datetime:
        name = self.columns.by_field.get("published", "")
        when = self.columns.read("published", values)
        if not when and not self.undated:
            raise RowRefusedError(f'no time in "{name}"')
        try:
            at = self.dates.read(when)
        except ValueError as error:
            if self.undated and isinstance(error, NotADate | OutOfRange):
                return UNDATED
            raise RowRefusedError(f'"{name}": {error}') from None
        if at < ZERO_TIMES_BEFORE:
            if self.undated:
                return UNDATED
            raise RowRefusedError(f'"{name}": {when[:40]!r} is the first day of 1970, as if a time is missing')
        if at > self.now + MAX_AHEAD:
            raise RowRefusedError(
                f'"{name}": {when[:40]!r} is in the future; if it is a time of another time zone, use --timezone'
            )
        return at

    def _author(self, values: Values) -> str:
        ours = self.columns.ours
        if ours is not None and self.columns.layout is not None:
            column, value, account = ours
            if str(values.get(column, "")).strip().casefold() == value.casefold():
                return str(values.get(account) or "")
        author = self.columns.read("author", values)
        return "" if author.casefold() in REMOVED_TEXTS and not self._is_exact else author

    @property
    def _is_exact(self) -> bool:
        return self.columns.layout is not None and self.columns.layout.is_exact

    def _prose(self, field: str, values: Values) -> str:
        text = self.columns.read(field, values)
        return "" if text.strip().casefold() in NO_TEXTS and not self._is_exact else text

    def _reply_to(self, text: str) -> str:
        return text if self._is_exact else replied_to_name(text)

    def _is_marked_repost(self, text: str) -> bool:
        layout = self.columns.layout
        return layout is not None and layout.marks_reposts and reads_as_repost(text)

    def _stars(self, text: str) -> int | None:
        if not text:
            return None
        stars = stars_in(text)
        if stars is None:
            raise RowRefusedError(
                f'"{self.columns.by_field["stars"]}": {text[:40]!r} is not a number of stars from 1 to 5; '
                "leave the column out with --map stars="
            )
        return stars


def _language(text: str) -> str | None:
    """A code or an English name as a code; None if there is none."""
    return (language_of_name(text) or text) if text else None


def _check_decoded(texts: Iterable[str]) -> None:
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        raise RowRefusedError("is not UTF-8 text") from None
