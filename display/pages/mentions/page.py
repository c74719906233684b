"""Everything that the Mentions page shows for one view, computed for one moment: the same last id for every part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from display.formatting import clock_time
from display.pages.health_line import HealthLine
from display.pages.mentions.cards import Card, Cards
from display.pages.mentions.facets import Chip, Facet, Rail, Wider, chips, wider
from display.pages.mentions.filters import View
from display.pages.mentions.grouping import Folded, folded
from display.pages.mentions.histogram import Chart, draw, edges
from display.source_health import unrecorded_gaps
from monitor.model import Bin, Choice, Count, Gap, Mention, MentionFilter, Order
from monitor.query import parse

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

ROWS = 50
OPPOSITE = {Order.NEW: Order.OLD, Order.OLD: Order.NEW}
OPEN_FACETS = ("brand", "intent", "sentiment", "source")
CLOSED_FACETS = ("lang", "state", "author", "site", "rule")
ONLY_WHEN_USED = frozenset({"intent", "state"})
"""Facets that are not shown while no mention has any of their values but the usual one."""
WIDER_SHOWN = 4
LONG_AGO = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_CHART = timedelta(days=1500)
"""Beyond it a chart begins where the mentions begin."""


@dataclass(frozen=True, slots=True)
class Less:
    """A wider view and how many it finds."""

    wider: Wider
    count: Count


class Listing:
    """The parts of the page, each asked of the store once and only where the page shows it."""

    def __init__(self, config: Config, store: Store, view: View, health: HealthLine) -> None:
        self.config, self.store, self.view, self.health = config, store, view, health
        self.now, self.zone = health.now, config.timezone
        self.cards = Cards(config.brands, config.timezone)
        self.last_change = store.last_change()
        newest = store.last_mention()
        self.upto = newest if view.upto is None else min(view.upto, newest)
        self.current = self.upto == newest

    @property
    def moment(self) -> View:
        """This view held at its moment: what its pages, exports and bars link to."""
        return replace(self.view, upto=self.upto, before=None)

    @property
    def here(self) -> View:
        """This page of this view held at its moment: the way back to it."""
        return replace(self.view, upto=self.upto)

    @property
    def cleared(self) -> View:
        """This view with nothing chosen but its time and its order."""
        plain = MentionFilter(since=self.view.filter.since, until=self.view.filter.until, order=self.view.filter.order)
        return replace(self.view.fresh(), filter=plain)

    @property
    def waiting(self) -> str:
        """Who was not read, for an empty list."""
        return self.health.missing_sentence

    @cached_property
    def as_of(self) -> str:
        """The moment in words."""
        newest = None if self.current else self.store.mention(self.upto)
        return clock_time(newest.added_at if newest else self.now, self.now, self.zone)

    @cached_property
    def count(self) -> Count:
        """How many there are."""
        return self.store.count(self.view.filter, self.upto)

    @cached_property
    def _page(self) -> Folded:
        return self._fold(self.view.filter, self.view.before)

    def _fold(self, of: MentionFilter, before: int | None) -> Folded:
        """A page of one row per story; of a story that was asked for, every member."""

        def pages(key: int | None, limit: int) -> list[Mention]:
            return self.store.page(of, before=key, upto=self.upto, limit=limit)

        if of.story is None:
            return folded(pages, before, ROWS)
        found = pages(before, ROWS + 1)
        return Folded(found[:ROWS], found[ROWS - 1].id if len(found) > ROWS else None)

    @cached_property
    def rows(self) -> list[Card]:
        """The rows of this page."""
        question = parse(self.view.filter.q) if self.view.filter.q else None
        return [
            self.cards.row(one, self.now, question.spans(one.post.body) if question else ()) for one in self._page.rows
        ]

    @property
    def older(self) -> View | None:
        """The next page, if there is one."""
        return None if self._page.last is None else replace(self.moment, before=self._page.last)

    @cached_property
    def newer(self) -> View | None:
        """The page before this one, if this is not the first."""
        if self.view.before is None:
            return None
        back = OPPOSITE.get(self.view.filter.order)
        if back is None or not self._page.rows:
            return self.moment
        reverse = replace(self.view.filter, order=back)
        above = self._fold(reverse, self._page.rows[0].id).last
        key = None if above is None else self.store.page(reverse, before=above, upto=self.upto, limit=1)
        return replace(self.moment, before=key[0].id) if key else self.moment

    @cached_property
    def rail(self) -> Rail:
        """What can be chosen, with counts."""
        counts = self.store.facets(self.view.filter, self.upto)
        sources = [source.name for source in self.config.sources]
        brands = [brand.name for brand in self.config.brands]
        return Rail(self.view, counts, brands, sources, [unread.source for unread in self.health.unread])

    @property
    def facets(self) -> list[Facet]:
        """Sections that stand open."""
        return self._used(OPEN_FACETS)

    @property
    def closed_facets(self) -> list[Facet]:
        """Sections that open at a click."""
        return self._used(CLOSED_FACETS)

    def _used(self, names: Sequence[str]) -> list[Facet]:
        found = self.rail.facets(names)
        return [facet for facet in found if facet.name not in ONLY_WHEN_USED or facet.chosen or facet.differs]

    @property
    def chips(self) -> list[Chip]:
        """What narrows the list."""
        return chips(self.view)

    @cached_property
    def hidden(self) -> int:
        """How many more there are that someone hid; none to tell of where states are chosen."""
        if self.view.filter.state:
            return 0
        return self.store.count(replace(self.view.filter, state=Choice(("hidden",))), self.upto).n

    @cached_property
    def chart(self) -> Chart | None:
        """The histogram of the whole view, or None where there is nothing to draw."""
        until = self.view.filter.until or self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        since = self._beginning(until)
        if since is None or since >= until:
            return None
        bins = self.store.histogram(self.view.filter, edges(since, until, self.zone), self.upto)
        return draw(bins, self._gaps(since, until), self.now, self.zone)

    @cached_property
    def less(self) -> list[Less]:
        """For an empty list: what there would be with one thing taken away, the most first."""
        found = [Less(w, self.store.count(w.view.filter, self.upto)) for w in wider(self.view, self.now)]
        return sorted((f for f in found if f.count.n), key=lambda f: -f.count.n)[:WIDER_SHOWN]

    @property
    def first_run(self) -> bool:
        """Whether nothing was ever found, because nothing was read yet."""
        return self.upto == 0

    @property
    def unread(self) -> bool:
        """Whether every source was tried and none could be read."""
        known = self.health.health.statuses
        return bool(known) and all(status.failures and not status.last_success for status in known)

    def _beginning(self, until: datetime) -> datetime | None:
        """Where the chart begins: at the view's own ``since``, or in the first month that has a mention."""
        since = self.view.filter.since
        if since is not None and until - since <= LONGEST_CHART:
            return since
        years = [LONG_AGO, *(datetime(year, 1, 1, tzinfo=UTC) for year in range(1970, until.year + 1)), until]
        year = self._first(years)
        if year is None:
            return None
        months = [datetime(year.start.year, month, 1, tzinfo=UTC) for month in range(1, 13)]
        month = self._first([*(m for m in months if m < year.end), year.end]) if year.start >= years[1] else None
        return max(month.start if month else year.start, since or LONG_AGO)

    def _first(self, at: Sequence[datetime]) -> Bin | None:
        bins = self.store.histogram(self.view.filter, sorted(set(at)), self.upto)
        return next((b for b in bins if b.n), None)

    def _gaps(self, since: datetime, until: datetime) -> list[Gap]:
        """Times in which a source of this view could not be read."""
        choice, stored = self.view.filter.source, self.store.gaps(since, until)
        return [
            gap
            for gap in [*stored, *unrecorded_gaps(self.health.unread, stored)]
            if gap.source not in choice.exclude and (not choice.include or gap.source in choice.include)
        ]
