"""The pass of every source whose site lists posts page by page, newest first. A source adds what its site needs.

queries -> begin_pass -> Backfill (page) -> complete_batch -> Recheck (look_up) -> finish_batch -> Batch
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Generic, TypeVar

from monitor.http import Http
from monitor.model import Batch, Json, Post, Term
from monitor.sources._backfill import Backfill, Page, Window, reset_history
from monitor.sources._options import HistoryOptions, SearchOptions
from monitor.sources._recheck import Recheck
from monitor.sources._terms import quote_phrase, search_texts

NOTHING_TO_SEARCH = "Nothing to search for: no rule contains a word that this site can search for."
BACKFILL_KEY, RECHECK_KEY = "sweep", "watch"
"""Keys of a cursor. Existing databases contain cursors with these keys, so they must not change."""

HistoryOptionsT = TypeVar("HistoryOptionsT", bound=HistoryOptions)
SearchOptionsT = TypeVar("SearchOptionsT", bound=SearchOptions)


class PagedSource(ABC, Generic[HistoryOptionsT]):
    """A source that reads lists of posts. Subclasses must define ``queries`` and ``page``; other hooks are optional.

    One thread at a time reads a source, so the state of a pass is kept on the object.
    """

    max_requests: ClassVar[int]
    """Pages that a pass requests at most."""
    overlap: ClassVar[timedelta]
    """How far each round reads back into the time of the last one, for posts that the site lists late."""
    max_rechecks: int = 0
    """Known posts that a pass looks up again. 0: the site does not report deletions."""
    rechecks_matches_only: ClassVar[bool] = False
    """Whether only posts that contain the words of a term are looked up again, because the site lists others too."""

    def __init__(self, options: HistoryOptionsT, http: Http) -> None:
        self.options, self.http = options, http
        self.now = datetime.min.replace(tzinfo=UTC)
        """The time of the pass."""
        self.terms: Sequence[Term] = ()
        """The terms of the pass."""

    def fetch(self, terms: Sequence[Term], cursor: Json, now: datetime) -> Batch:
        """Read what is new since ``cursor``, then look up known posts that are due. Raises SourceErrors."""
        queries = self.queries(terms)
        if not queries:
            return Batch(cursor=cursor, note=NOTHING_TO_SEARCH)
        stored = cursor if isinstance(cursor, dict) else {}
        self.now, self.terms = now, terms
        self.begin_pass(stored)
        history = timedelta(days=self.options.days_back)
        backfill = Backfill(self.stored_backfill(stored), now, history=history, overlap=self.overlap)
        batch = self.complete_batch(backfill.run(queries, self.page, self.max_requests))
        recheck = Recheck(stored.get(RECHECK_KEY))
        if self.max_rechecks:
            wanted = terms if self.rechecks_matches_only else ()
            batch = recheck.run(batch, now, self.look_up, self.max_rechecks, wanted)
        batch = self.finish_batch(batch)
        known = {RECHECK_KEY: recheck.to_json(now)} if self.max_rechecks else {}
        own = self.cursor_entries(known.get(RECHECK_KEY, {}))
        return replace(batch, cursor={BACKFILL_KEY: backfill.to_json(), **known, **own})

    def reset_cursor(self, cursor: Json) -> Json:
        """The cursor from which the history is read again, after the rules have changed."""
        if not isinstance(cursor, dict) or not isinstance(stored := cursor.get(BACKFILL_KEY), dict):
            return cursor
        return {**cursor, BACKFILL_KEY: reset_history(stored)}

    @abstractmethod
    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """The names of the lists to read. The same terms must result in the same names."""

    @abstractmethod
    def page(self, window: Window) -> Page:
        """Request one page. Raises SourceErrors."""

    def begin_pass(self, stored: dict[str, Any]) -> None:
        """Prepare a pass from its cursor, for example a client with the current key. Raises SourceErrors."""

    def stored_backfill(self, stored: dict[str, Any]) -> Json:
        """The state of the Backfill in a cursor."""
        return stored.get(BACKFILL_KEY)

    def complete_batch(self, batch: Batch) -> Batch:
        """Return the batch of the Backfill, completed after all pages of the pass were read. Raises SourceErrors."""
        return batch

    def look_up(self, ids: Sequence[str]) -> Mapping[str, Post | None]:
        """External id -> the current post, None if it is gone. Raises SourceErrors."""
        raise NotImplementedError

    def finish_batch(self, batch: Batch) -> Batch:
        """Return the final batch of the pass, without its cursor."""
        return batch

    def cursor_entries(self, known: Collection[str]) -> dict[str, Any]:
        """Additional entries of the cursor. ``known``: external ids of the posts that will be looked up."""
        return {}


class SearchedSource(PagedSource[SearchOptionsT]):
    """A source that searches for each term of the rules."""

    def queries(self, terms: Sequence[Term]) -> Sequence[str]:
        """One query for each term, phrases in quotes."""
        return [quote_phrase(text) for text in search_texts(terms, min_chars=self.options.min_term_chars)]
