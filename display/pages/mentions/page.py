"""What the Mentions page shows for one view. Every part is computed for the same last mention id, ``upto``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from display.error_figures import error_figures
from display.formatting import clock_time
from display.pages.coverage import unread_gaps
from display.pages.health_line import HealthLine
from display.pages.mentions.cards import Card, Cards
from display.pages.mentions.chart_range import Period, chart_periods
from display.pages.mentions.filters import MentionsView
from display.pages.mentions.grouping import GroupedPage, first_of_groups, grouped_page, is_same_group
from display.pages.mentions.histogram import Histogram, bin_edges, build_histogram
from display.pages.mentions.query_fix import query_error
from display.pages.mentions.rail import (
    Chip,
    Rail,
    RailSection,
    RelaxedFilter,
    chips,
    everything,
    relaxed_filters,
    wider_ranges,
)
from display.pages.mentions.rail_counts import rail_counts
from display.pages.mentions.shown_changes import changing_spans, shown_changes
from display.pages.mentions.usual import MAX_SPAN, Usual, hour_edges, usual_of
from display.pages.relevance.words import row_reason
from display.source_health import major_sources
from monitor.judging import OpinionStatus
from monitor.model import (
    Bin,
    Choice,
    Count,
    Gap,
    Mention,
    MentionFilter,
    Order,
    Position,
    StoryCount,
)
from monitor.model.people import Account, Role
from monitor.quality import CALLED, ErrorFigure

if TYPE_CHECKING:
    from monitor.config import Config
    from monitor.store import Store

MAX_ROWS = 50
ROWS_ABOVE = 20
"""Rows above a mention on a page that is chosen to list it: more than a screen has."""
REVERSED_ORDERS = {Order.NEW: Order.OLD, Order.OLD: Order.NEW}
"""Orders that have a reverse, with their reverse."""
MAX_CHIP_CHARS = 70
CHIP_MARGIN_CHARS = 6
"""What a chip is wider than its label, in characters."""
MAX_RELAXED_FILTERS = 4
"""Relaxed filters that an empty list offers."""


@dataclass(frozen=True, slots=True)
class RelaxedCount:
    """A relaxed filter and how many mentions it finds."""

    relaxed: RelaxedFilter
    count: Count


class MentionsPage:
    """The parts of the page. Each is queried once, and only if the page shows it."""

    def __init__(
        self,
        config: Config,
        store: Store,
        view: MentionsView,
        health: HealthLine,
        opinions: OpinionStatus | None = None,
    ) -> None:
        """``opinions``: what the language model is doing; None: not known."""
        self.config, self.store, self.view, self.health = config, store, view, health
        self.now, self.zone = health.now, config.timezone
        self.cards = Cards(config.brands, config.timezone, opinions)
        self.last_change = store.last_change_id()
        self.newest = store.last_mention_id()
        self.upto = self.newest if view.upto is None else min(view.upto, self.newest)
        self.current = self.upto == self.newest

    @cached_property
    def people(self) -> list[Account]:
        """Those who can be assigned."""
        return [account for account in self.store.people.accounts() if account.role >= Role.MEMBER]

    @property
    def seen(self) -> int:
        """When the page was drawn, in milliseconds: what others claim later is not overwritten."""
        return int(self.now.timestamp() * 1000)

    @property
    def fixed_view(self) -> MentionsView:
        """This view, fixed at its moment: what the export menu and the next pages link to."""
        return replace(self.view, upto=self.upto, before=None)

    @property
    def fixed_page(self) -> MentionsView:
        """This page of this view, fixed at its moment: the way back from a mention."""
        return replace(self.view, upto=self.upto)

    @cached_property
    def as_of(self) -> str:
        """The moment in words."""
        newest = None if self.current else self.store.mention(self.upto)
        return clock_time(newest.added_at if newest else self.now, self.now, self.zone)

    @cached_property
    def count(self) -> Count:
        """How many mentions the view has, with those that are hidden or set aside."""
        return self.store.count(self.counted, self.upto)

    @cached_property
    def stories(self) -> StoryCount:
        """How many stories these are, so that a text that many repeat does not look like many opinions."""
        return self.store.count_stories(self.counted, self.upto)

    @property
    def counted(self) -> MentionFilter:
        """The filter of figures."""
        return self.view.filter.counted

    @cached_property
    def rows(self) -> list[Card]:
        """The rows of this page."""
        return self._cards_of(self._page.rows)

    def new_rows(self, after: int) -> tuple[list[Card], int]:
        """Rows for what the view has gained since the mention ``after``, and how many mentions that is."""
        mentions = self.store.new_mentions(self.view.filter, after, self.upto)
        return self._cards_of(mentions if self.view.filter.story else first_of_groups(mentions)), len(mentions)

    def _cards_of(self, mentions: Sequence[Mention]) -> list[Card]:
        query, reasons = self.view.search(), self._reasons(mentions)
        return [
            self.cards.row(one, self.now, query.spans(one.post.body) if query else (), reasons.get(one.id, ""))
            for one in mentions
        ]

    def _reasons(self, mentions: Sequence[Mention]) -> dict[int, str]:
        """Why some of ``mentions`` are set aside."""
        reasons = self.store.relevance.reasons([mention.id for mention in mentions if mention.set_aside])
        similar = self.store.mentions([id_ for reason in reasons.values() for id_ in reason.similar])
        return {id_: row_reason(reason, similar) for id_, reason in reasons.items()}

    def lists(self, mention: Mention) -> bool:
        """Whether this page has a row for ``mention``, or for its story."""
        return any(row.id == mention.id or is_same_group(row, mention) for row in self._page.rows)

    def view_around(self, mention: Mention) -> MentionsView:
        """The page of this view that lists ``mention`` with some rows above it; this page if the order has no such."""
        reversed_order = REVERSED_ORDERS.get(self.view.filter.order)
        if reversed_order is None:
            return self.view
        backwards = replace(self.view.filter, order=reversed_order)
        above = self.store.page(backwards, before=mention.position, upto=self.upto, limit=ROWS_ABOVE + 1)
        return replace(self.fixed_view, before=above[-1].position) if len(above) > ROWS_ABOVE else self.fixed_view

    @property
    def older(self) -> MentionsView | None:
        """The next page; None on the last one."""
        return None if self._page.last is None else replace(self.fixed_view, before=self._page.last)

    @cached_property
    def newer(self) -> MentionsView | None:
        """The page before this one; None on the first."""
        if self.view.before is None:
            return None
        reversed_order = REVERSED_ORDERS.get(self.view.filter.order)
        if reversed_order is None or not self._page.rows:
            return self.fixed_view
        backwards = replace(self.view.filter, order=reversed_order)
        above = self._fetch_page(backwards, self._page.rows[0].position).last
        anchor = None if above is None else self.store.page(backwards, before=above, upto=self.upto, limit=1)
        return replace(self.fixed_view, before=anchor[0].position) if anchor else self.fixed_view

    @cached_property
    def _page(self) -> GroupedPage:
        return self._fetch_page(self.view.filter, self.view.before)

    def _fetch_page(self, mention_filter: MentionFilter, before: Position | None) -> GroupedPage:
        """A page with one row per story; if the filter is one story, with each of its mentions."""

        def fetch(after: Position | None, limit: int) -> list[Mention]:
            return self.store.page(mention_filter, before=after, upto=self.upto, limit=limit)

        if mention_filter.story is None:
            return grouped_page(fetch, before, MAX_ROWS)
        mentions = fetch(before, MAX_ROWS + 1)
        return GroupedPage(mentions[:MAX_ROWS], mentions[MAX_ROWS - 1].position if len(mentions) > MAX_ROWS else None)

    @cached_property
    def rail(self) -> Rail:
        """What can be chosen, with counts."""
        configured = {
            "brand": [brand.name for brand in self.config.brands],
            "source": [source.name for source in self.config.sources],
        }
        counts = rail_counts(self.store, self.counted, self.upto)
        stories = self.store.facet_stories(self.counted, self.upto)
        return Rail(self.view, counts, configured, [unread.source for unread in self.health.unread], stories)

    @property
    def open_sections(self) -> list[RailSection]:
        """Sections of the rail that are open at first."""
        return self.rail.sections(collapsed=False)

    @property
    def collapsed_sections(self) -> list[RailSection]:
        """Sections of the rail that open at a click."""
        return self.rail.sections(collapsed=True)

    @property
    def chips(self) -> list[Chip]:
        """The filters that narrow the list."""
        return chips(self.view)

    @property
    def has_many_chips(self) -> bool:
        """Whether the chips need more space than the head of the list has, so that it states their number instead."""
        return sum(len(chip.label) + CHIP_MARGIN_CHARS for chip in self.chips) > MAX_CHIP_CHARS

    @cached_property
    def hidden(self) -> int:
        """How many more mentions match but are hidden; 0 if the view filters by state itself."""
        return self._left_out("hidden")

    @cached_property
    def set_aside(self) -> int:
        """How many more mentions match but are set aside; 0 if the view filters by state itself."""
        return self._left_out("set_aside")

    @property
    def shows_set_aside(self) -> bool:
        """Whether the view is chosen to show what is set aside."""
        return "set_aside" in self.view.filter.state.include

    def _left_out(self, state: str) -> int:
        if self.view.filter.state:
            return 0
        return self.store.count(replace(self.view.filter, state=Choice((state,))), self.upto).n

    @cached_property
    def errors(self) -> dict[str, ErrorFigure]:
        """Sentiment -> how many of 100 mentions that are called so are not, where that is known for this view."""
        figures, chosen = error_figures(self.store), self.view.filter
        brand, lang, source = (_only(choice) for choice in (chosen.brand, chosen.lang, chosen.source))
        found = {one.value: figures.figure(one, brand=brand, lang=lang, source=source) for one in CALLED}
        return {called: figure for called, figure in found.items() if figure is not None}

    @cached_property
    def chart(self) -> Histogram | None:
        """The histogram of the whole view; None if there is nothing to draw."""
        # No mention is later than now: the store takes the time of adding for a post that claims to be.
        end = self.now.replace(second=0, microsecond=0) + timedelta(minutes=1)
        until = min(self.view.filter.until or end, end)
        periods = chart_periods(self.view.filter.since, until, self.zone, self._bins)
        if not periods:
            return None
        start = periods[0].start
        bins, gaps = self._bins(bin_edges(periods, self.zone)), self._gaps(start, until)
        usual, changes = self._usual(until - start, until), shown_changes(self.store, self.view.filter, start, until)
        return build_histogram(bins, periods, gaps, self.now, self.zone, usual, changes)

    def _usual(self, span: timedelta, until: datetime) -> Usual | None:
        """What the bars usually are: only for counts that are exact, because an estimate would double the work."""
        if span > MAX_SPAN or not self.count.exact:
            return None
        edges = hour_edges(until, self.zone)
        four_weeks = replace(self.counted, since=edges[0], until=None)
        major = major_sources({value.value: value.n for value in self.rail.counts.get("source", ())})
        excluded = [Period(gap.since, gap.until or until) for gap in self._gaps(edges[0], until) if gap.source in major]
        incidents, brand = self.store.incidents(edges[0], until), self.view.filter.brand
        excluded += [Period(one.since, one.until or until) for one in incidents if brand.allows(one.brand)]
        spans = changing_spans(
            self.store, self.view.filter, [one.name for one in self.config.brands], edges[0], self.now
        )
        changed = [Period(*span) for span in spans]
        return usual_of(self.store.histogram(four_weeks, edges, self.upto), excluded, self.zone, changed)

    @cached_property
    def wider(self) -> RelaxedCount | None:
        """For an empty list: the shortest longer range that has mentions.

        If none has, and no relaxed filter has either, it is everything; None if there is nothing at all.
        """
        if longer := next(self._relaxed_counts(wider_ranges(self.view, self.now)), None):
            return longer
        return None if self.relaxed else next(self._relaxed_counts([everything(self.view, self.now)]), None)

    @cached_property
    def relaxed(self) -> list[RelaxedCount]:
        """For an empty list: how many mentions each relaxed filter finds, the most first."""
        counts = self._relaxed_counts(relaxed_filters(self.view))
        return sorted(counts, key=lambda option: -option.count.n)[:MAX_RELAXED_FILTERS]

    @cached_property
    def clearing_helps(self) -> bool:
        """For an empty list: whether the view has mentions without its filters, over the same time."""
        return self.view.filtered and self.store.count(self.view.cleared().filter, self.upto).n > 0

    def _relaxed_counts(self, options: Iterable[RelaxedFilter]) -> Iterator[RelaxedCount]:
        """Those of ``options`` that find any mention."""
        for option in options:
            if query_error(option.view) is None and (count := self.store.count(option.view.filter, self.upto)).n:
                yield RelaxedCount(option, count)

    @property
    def first_run(self) -> bool:
        """Whether no mention was ever stored."""
        return self.newest == 0

    @property
    def none_readable(self) -> bool:
        """Whether every source was tried and none could be read."""
        statuses = self.health.sources.statuses
        return bool(statuses) and all(status.failures and not status.last_success for status in statuses)

    def _bins(self, edges: Sequence[datetime]) -> list[Bin]:
        return self.store.histogram(self.counted, edges, self.upto)

    def _gaps(self, since: datetime, until: datetime) -> list[Gap]:
        """Times in which a source of this view was not read."""
        return unread_gaps(self.store, self.health, since, until, self.view.filter.source)


def _only(choice: Choice) -> str:
    """The only value that is chosen; empty for any other choice. An unknown language is no language."""
    value = choice.include[0] if len(choice.include) == 1 else ""
    return "" if value == "und" else value
