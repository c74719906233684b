"""The only place with SQL: everything that is stored, and every question about it.

    save, hide, correct, ... --> one write thread (writer) --> rows, index and cubes (derived), change log in one go
    page, count, facets, ... --> plan (columns, tokens) --> cubes (ranges) | search index, rows (candidates)
    pulses, incidents, ...   --> watching

``schema`` has the tables. Every method may be called from any thread. One that writes returns when it is committed and
raises StoreError when it could not be; one that reads does so in short reads of one moment each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from monitor.model import (
    Bin,
    Brand,
    Change,
    Count,
    FacetValue,
    Gap,
    Json,
    Judged,
    Mention,
    MentionFilter,
    Order,
    Saved,
    SourceStatus,
    State,
    Tally,
    Wish,
)
from monitor.store import changes, facets, incidents, names, questions, sources, wall
from monitor.store.connections import Connection
from monitor.store.notes import KEEP, Keep
from monitor.store.plan import plan
from monitor.store.rows import load_mentions
from monitor.store.saving import Saving, delete_posts
from monitor.store.times import to_ms
from monitor.store.watching import Watching

__all__ = ["KEEP", "Store"]

EXPORTED_AT_ONCE = 1_000
"""Rows of an export that one read brings."""


class Store(Watching):
    """The database of one installation."""

    # What collectors write

    def register(self, brands: Sequence[Brand], now: datetime) -> None:
        """Make ``brands`` the brands of the config, in this order. A changed rule text becomes its next version.

        Incidents of brands that are no longer among them end.
        """

        def job(db: Connection) -> None:
            """Both in one transaction."""
            names.register(db, brands, to_ms(now))
            incidents.end_forgotten(db)

        self._write(job)

    def save(
        self,
        source: str,
        judged: Sequence[Judged],
        *,
        now: datetime,
        deleted: Sequence[str] = (),
        deleted_below: Sequence[str] = (),
        cursor: Json | Literal[Keep.KEEP] = KEEP,
        status: SourceStatus | None = None,
    ) -> Saved:
        """Save one batch of a source: posts with their mentions, deletions, cursor and status, all of it or nothing.

        A known post (same source and external id) whose words changed is updated; one that did not costs and changes
        nothing. An edited post that no longer mentions a brand keeps that mention, as left. ``deleted_below``:
        beginnings of external ids; what was stored goes, before the batch comes, for an author may have come back.
        """

        def job(db: Connection) -> Saved:
            """All of it, in the write thread's transaction."""
            number = names.source_id(db, source)
            gone = delete_posts(db, self._alike, number, (), to_ms(now), deleted_below) if deleted_below else 0
            saving = Saving(db, self._numbers, self._alike, number, to_ms(now))
            saving.save(judged)
            gone += delete_posts(db, self._alike, number, deleted, to_ms(now)) if deleted else 0
            if cursor is not KEEP:
                sources.save_cursor(db, source, sources.written(cursor))
            if status is not None:
                sources.save_status(db, status, to_ms(now))
            return saving.saved(gone)

        return self._write(job)

    def delete(self, source: str, external_ids: Sequence[str], now: datetime) -> int:
        """Remove posts that are gone at their source, with all that hangs on them; return how many there were."""
        now_ms = to_ms(now)
        return self._write(lambda db: delete_posts(db, self._alike, names.source_id(db, source), external_ids, now_ms))

    def save_status(self, status: SourceStatus, now: datetime) -> None:
        """Keep how a source is."""
        self._write(lambda db: sources.save_status(db, status, to_ms(now)))

    def note(self, status: SourceStatus, *, now: datetime, cursor: Json | Literal[Keep.KEEP] = KEEP) -> None:
        """Keep how a source is, as ``save_status`` does, but written within a second, together with others'.

        For passes that brought nothing. Questions see it at once. Without a cursor, before a pass, the first of each
        source is written at once, so that a program that dies in passes and is started again finds that it tried; and
        the next one too when anything could not be written, so that nothing is read that cannot be stored.
        """
        if cursor is KEEP and self._notes.is_first(status.source):
            return self.save_status(status, now)
        self._notes.add(status, to_ms(now), cursor)
        self._writer.look()

    def open_gap(self, source: str, since: datetime, reason: str, now: datetime) -> None:
        """Note that a source cannot be read since then. One that is still open keeps its beginning."""
        self._write(lambda db: sources.open_gap(db, source, to_ms(since), reason))

    def close_gaps(self, source: str, until: datetime, now: datetime, complete_since: datetime | None = None) -> None:
        """Note that a source was read at ``until``; what was caught up with from ``complete_since`` on is no gap."""
        complete = None if complete_since is None else to_ms(complete_since)
        self._write(lambda db: sources.close_gaps(db, source, to_ms(until), complete))

    # What people change; each tells whether that changed anything

    def hide(self, id: int, hidden: bool, now: datetime) -> bool:
        """Take a mention off lists and walls, or put it back. It is counted all the same."""
        return self._write(lambda db: changes.hide(db, id, hidden, to_ms(now)))

    def correct(self, id: int, value: float | None, now: datetime) -> bool:
        """Put a person's score in force, None meaning unscored. The program's own is kept."""
        return self._write(lambda db: changes.correct(db, id, value, to_ms(now)))

    def uncorrect(self, id: int, now: datetime) -> bool:
        """Put the program's own score back in force."""
        return self._write(lambda db: changes.uncorrect(db, id, to_ms(now)))

    def set_state(self, id: int, state: State, now: datetime) -> bool:
        """Set where a mention stands with the people who work through the list."""
        return self._write(lambda db: changes.set_state(db, id, state, to_ms(now)))

    def pause(self, source: str, now: datetime) -> bool:
        """Have a source left alone until ``resume``. Its worker notices within a second or two."""
        return self._write(lambda db: sources.pause(db, source, to_ms(now)))

    def resume(self, source: str, now: datetime) -> bool:
        """Have a paused source read again."""
        return self._write(lambda db: sources.resume(db, source))

    def ask_for(self, source: str, now: datetime) -> bool:
        """Have a source that is not paused read at once. Its worker notices within a second or two."""
        return self._write(lambda db: sources.ask_for(db, source, to_ms(now)))

    # Questions. ``upto``: leave out mentions with a greater id. Those with a filter raise QueryError for its ``q``.

    def page(
        self, f: MentionFilter, *, before: int | None = None, upto: int | None = None, limit: int = 50
    ) -> list[Mention]:
        """The first ``limit`` mentions in the filter's order, or those behind the mention ``before`` in it."""

        def read(db: Connection) -> list[Mention]:
            return list(load_mentions(db, questions.page_ids(db, plan(db, f), before, upto, limit)).values())

        return self._read(read)

    def count(self, f: MentionFilter, upto: int | None = None) -> Count:
        """How many; exact without words, author, site or rule, and up to 10,000 of anything; else "at least"."""
        return self._read(lambda db: questions.count(db, plan(db, f), upto))

    def facets(self, f: MentionFilter, upto: int | None = None) -> dict[str, list[FacetValue]]:
        """For brand, sentiment, intent, source, lang, state: how many with each value. Over 10,000 as ``histogram``."""
        return self._read(lambda db: facets.facets(db, f, upto))

    def histogram(self, f: MentionFilter, bins: Sequence[datetime], upto: int | None = None) -> list[Bin]:
        """Mentions published between each two of the growing edges ``bins``. Exact wherever ``count`` is cheap;
        an estimate from a sample of about 10,000 where words, author, site or rule match more than that."""
        return self._read(lambda db: facets.histogram(db, f, [to_ms(edge) for edge in bins], upto))

    def new_since(self, f: MentionFilter, after: int, most: int = 1_000) -> int:
        """How many with an id above ``after``, counted up to ``most``."""
        return self._read(lambda db: questions.new_since(db, plan(db, f), after, most))

    def export(self, f: MentionFilter, upto: int | None = None) -> Iterator[Mention]:
        """Every mention, by id: newest first, or oldest first for that order. Each thousand is a read of its own."""
        by_id = f if f.order is Order.OLD else replace(f, order=Order.NEW)
        upto = self.last_mention() if upto is None else upto
        before: int | None = None
        while rows := self.page(by_id, before=before, upto=upto, limit=EXPORTED_AT_ONCE):
            yield from rows
            before = rows[-1].id

    def mention(self, id: int) -> Mention | None:
        """One mention with its evidence; None when there is none, or no longer."""
        return self.mentions([id]).get(id)

    def mentions(self, ids: Sequence[int]) -> dict[int, Mention]:
        """Those of ``ids`` that exist, in this order."""
        return self._read(lambda db: load_mentions(db, ids))

    def of_one_post(self, id: int) -> list[int]:
        """The ids of the mentions of the post that a mention is of, itself among them; empty where there is none."""
        find = "SELECT id FROM mention WHERE post = (SELECT post FROM mention WHERE id = ?) ORDER BY id"
        return self._read(lambda db: [int(row[0]) for row in db.execute(find, (id,))])

    def last_mention(self) -> int:
        """The highest id of a mention; 0 without any. What ``upto`` takes for "as of now"."""
        return self._read(lambda db: int(db.execute("SELECT ifnull(max(id), 0) FROM mention").fetchone()[0]))

    def tallies(self, since: datetime, until: datetime) -> list[Tally]:
        """Each brand of the config over what was published in [since, until). Beyond 31 days, for the cost of it, the
        mean counts each mention instead of each story once."""
        return self._read(lambda db: wall.tallies(db, to_ms(since), to_ms(until)))

    def latest(self, brand: str | None, limit: int, since: datetime | None = None) -> list[Mention]:
        """The newest mentions of a brand (None: of all), one of each story, published since ``since``."""
        return self._read(lambda db: wall.latest(db, brand, limit, None if since is None else to_ms(since)))

    def series(self, brand: str, edges: Sequence[datetime]) -> list[Bin]:
        """A brand's mentions between each two of the growing ``edges``, hidden ones counted."""
        return self._read(lambda db: wall.series(db, brand, [to_ms(edge) for edge in edges]))

    # Sources

    def cursor(self, source: str) -> Json:
        """What a source left for itself; None before its first pass."""
        noted = self._notes.cursor(source)
        return self._read(lambda db: sources.cursor(db, source)) if noted is KEEP else noted

    def statuses(self) -> list[SourceStatus]:
        """How every source is of which a status was saved, by name. One that a person paused is PAUSED, also where it
        was never read, and then without a kind."""
        return self._read(lambda db: sources.statuses(db, self._notes.put_on(sources.last_statuses(db))))

    def last_statuses(self) -> list[SourceStatus]:
        """The same as the last passes left them, whoever paused what since."""
        return self._notes.put_on(self._read(sources.last_statuses))

    def wish(self, source: str) -> Wish:
        """What people want of a source."""
        return self.wishes().get(source, Wish())

    def wishes(self) -> dict[str, Wish]:
        """Source -> what people want of it, of those of which somebody wants something."""
        return self._read(sources.wishes)

    def gaps(self, since: datetime, until: datetime, source: str | None = None) -> list[Gap]:
        """The gaps that touch [since, until), of all sources or of one, by source and time."""
        return self._read(lambda db: sources.gaps(db, to_ms(since), to_ms(until), source))

    def volumes(self, since: datetime, step: timedelta, bins: int) -> dict[str, list[int]]:
        """Source -> how many mentions were published in each of ``bins`` stretches of ``step`` from ``since`` on.

        By steps of 5 minutes of the clock, to which ``since`` and ``step`` are rounded down.
        """
        return self._read(lambda db: sources.volumes(db, to_ms(since), round(step.total_seconds() * 1000), bins))

    # The change log

    def changes(self, after: int, limit: int = 500) -> list[Change]:
        """Changes with an id above ``after``, oldest first."""
        return self._read(lambda db: changes.read_changes(db, after, limit))

    def last_change(self) -> int:
        """The highest id a change ever had; 0 before the first."""
        return self._read(changes.last_change)

    def first_change(self) -> int:
        """The lowest id still in the log, or the next to come: who has not read all before it reloads its state."""
        return self._read(changes.first_change)

    def trim_changes(self, keep: int) -> None:
        """Drop all but the newest ``keep`` changes; the log also trims itself as it grows."""
        self._write(lambda db: changes.trim(db, keep))
