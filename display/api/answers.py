"""The documents of the API, each from the function that the page of the same figure uses. Knows nothing of Flask.

Every document that counts has ``as_of``, when it was computed, ``upto``, the newest mention that it counts, and
``coverage``, which sources were not read when in the time that it counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from display.api.comparison import comparison_document
from display.api.cursors import START_AGAIN, Cursor, CursorError, decode, fingerprint
from display.api.documents import (
    Json,
    chart_document,
    coverage_document,
    facets_document,
    filter_document,
    gap_document,
    incident_document,
    mention_document,
    time_text,
)
from display.api.rule_preview import DEFAULT_SHOWN, MAX_SHOWN, find_preview, preview_document
from display.pages.context import PageContext
from display.pages.coverage import EVERY_SOURCE, unread_gaps
from display.pages.health_line import HealthLine, current_health
from display.pages.mentions.export import record
from display.pages.mentions.filters import EPOCH, MentionsView, query_string
from display.pages.mentions.page import MentionsPage
from display.pages.mentions.rail_counts import rail_counts
from display.pages.mentions.requested import view_of
from display.pages.mentions.saved import ViewList
from display.pages.mentions.view_topics import find_view_topics
from display.pages.relevance.words import reason_text
from display.pages.rules.preview import one_line
from monitor.errors import FilterError
from monitor.model import Choice, Mention, MentionFilter, Order
from monitor.model.people import Account
from monitor.model.saved_views import DEFAULT_RANGE

DEFAULT_LIMIT, MAX_LIMIT = 50, 1_000
"""Mentions on a page of a list."""
DEFAULT_DAYS, MAX_DAYS = 7, 366
MAX_STORY_MENTIONS = 100
BY_TIME = frozenset({Order.NEW, Order.OLD})

Parameters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Answers:
    """Answers one request of a person, as of ``now``."""

    context: PageContext
    account: Account | None
    """None while there are no accounts."""
    now: datetime

    @cached_property
    def health(self) -> HealthLine:
        """The health of the sources."""
        return current_health(self.context, self.now)

    @property
    def person(self) -> int | None:
        """The id of the account."""
        return None if self.account is None else self.account.id

    # Mentions and their figures

    def mentions(self, params: Parameters) -> Json:
        """A page of the mentions that figures count, in the order of the list."""
        limit = _number(params, "limit", DEFAULT_LIMIT, MAX_LIMIT)
        cursor = decode(params["cursor"][0], self.now) if any(params.get("cursor", ())) else None
        as_of = self.now if cursor is None else cursor.as_of
        view = replace(self, now=as_of).view(params, "limit", "cursor")
        page = self._page(view)
        mark, upto, last = fingerprint(view), page.upto, None
        if cursor is not None:
            if cursor.fingerprint != mark:
                raise CursorError(f"This cursor belongs to another filter. {START_AGAIN}")
            upto, last = min(cursor.upto, page.upto), cursor.last
        before = last if last is None or view.filter.order in BY_TIME else last.id
        found = self.context.store.page(page.counted, before=before, upto=upto, limit=limit + 1)
        following = Cursor(mark, found[limit - 1].position, upto, as_of).encode() if len(found) > limit else None
        listed = [record(mention) for mention in found[:limit]]
        return {"mentions": listed, "next": following, **self._counted(view, upto)}

    def stream(self, params: Parameters) -> tuple[Iterator[Mention], Callable[[], Json]]:
        """Every mention that a filter finds, by time, and what the last line of the stream says."""
        view = self.view(params)
        upto = self._page(view).upto
        return self.context.store.export(view.filter.counted, upto), lambda: self._counted(view, upto)

    def mention(self, number: int) -> Json | None:
        """A mention with its evidence; None if there is none."""
        store = self.context.store
        found = store.mention(number)
        if found is None:
            return None
        reason = store.relevance.reasons([number]).get(number) if found.set_aside else None
        because = reason_text(found.brand, reason) if reason else ""
        story = [] if found.story is None else store.page(MentionFilter(story=found.story), limit=MAX_STORY_MENTIONS)
        others = [other.id for other in story if other.id != number]
        document = mention_document(found, store.actions.notes(number), because, others)
        return {"mention": document, "as_of": time_text(self.now)}

    def counts(self, params: Parameters) -> Json:
        """How many mentions and stories, and how many of them are in no list."""
        view = self.view(params)
        page = self._page(view)
        return {
            "mentions": {"n": page.count.n, "exact": page.count.exact},
            "stories": {"n": page.stories.n, "exact": page.stories.exact},
            "hidden": page.hidden,
            "set_aside": page.set_aside,
            **self._counted(view, page.upto),
        }

    def facets(self, params: Parameters) -> Json:
        """How many mentions each value of each facet has."""
        view = self.view(params)
        page = self._page(view)
        counts = rail_counts(self.context.store, page.counted, page.upto)
        return {"facets": facets_document(counts), **self._counted(view, page.upto)}

    def histogram(self, params: Parameters) -> Json:
        """The bars of the chart."""
        view = self.view(params)
        page = self._page(view)
        return {**chart_document(page.chart), **self._counted(view, page.upto)}

    def topics(self, params: Parameters) -> Json:
        """What the mentions are about."""
        view = self.view(params)
        upto = self._page(view).upto
        found = find_view_topics(self.context.config, self.context.store, view, upto)
        topics = [
            {"name": one.name, "n": one.n, "negative_percent": one.negative, "topic": one.search, "named": one.is_named}
            for one in found.topics
        ]
        return {
            "topics": topics,
            "compared_with": found.compared_with or None,
            "mentions": {"n": found.total, "exact": True},
            "exact": found.exact,
            **self._counted(view, upto),
        }

    def compare(self, params: Parameters) -> Json:
        """Two to five brands side by side, or one brand at two times."""
        config, store = self.context.config, self.context.store
        found = comparison_document(config, store, params, self.health, self.now)
        starts = [side["since"] for side in found["sides"]]
        since = None if None in starts else datetime.fromisoformat(min(starts))
        return {**found, **self._covered(since, self.now, upto=found["upto"])}

    # The rest

    def sources(self, params: Parameters) -> Json:
        """The sources, whether they are read, and when they were not."""
        _only(params, "days")
        since = self.now - timedelta(days=_number(params, "days", DEFAULT_DAYS, MAX_DAYS))
        gaps = unread_gaps(self.context.store, self.health, since, self.now)
        unread = {source.source for source in self.health.unread}
        found = [
            {
                "name": status.source,
                "kind": status.kind,
                "state": status.health.value,
                "reason": status.reason or None,
                "read": status.source not in unread,
                "last_read": time_text(status.last_success),
                "last_post": time_text(status.last_post),
                "next_check": time_text(status.next_check),
                "sample": status.sample,
                "gaps": [gap_document(gap) for gap in gaps if gap.source == status.source],
            }
            for status in self.health.sources.statuses
        ]
        return {"sources": found, **self._covered(since, self.now)}

    def incidents(self, params: Parameters) -> Json:
        """The incidents of the last days, the latest first."""
        _only(params, "days")
        since = self.now - timedelta(days=_number(params, "days", DEFAULT_DAYS, MAX_DAYS))
        found = self.context.store.incidents(since, self.now)
        listed = [incident_document(incident) for incident in reversed(found)]
        return {"incidents": listed, **self._covered(since, self.now)}

    def walls(self, params: Parameters) -> Json:
        """What each wall shows."""
        _only(params)
        states = self.context.states
        return {"walls": [{"name": name, "state": states.get(name)} for name in states.names]}

    def wall(self, name: str) -> Json:
        """What one wall shows. Raises UnknownWall."""
        return {"name": name, "state": self.context.states.get(name)}

    def rules(self, params: Parameters) -> Json:
        """The rule of each brand, and when it became what it is."""
        _only(params)
        changes = self.context.store.rule_changes(EPOCH, self.now + timedelta(minutes=1))
        latest = {change.brand: change for change in changes}
        found = [
            {
                "brand": brand.name,
                "ours": brand.ours,
                "aliases": list(brand.aliases),
                "rule": brand.rule,
                "version": latest[brand.name].version if brand.name in latest else 1,
                "changed_at": time_text(latest[brand.name].at) if brand.name in latest else None,
            }
            for brand in self.context.config.brands
        ]
        return {"rules": found, "as_of": time_text(self.now)}

    def rule_preview(self, name: str, params: Parameters) -> Json | None:
        """What ``text`` would find as the rule of a brand; None if there is no such brand."""
        _only(params, "text", "range", "limit")
        brand = next((one for one in self.context.config.brands if one.name == name), None)
        if brand is None:
            return None
        text = one_line(_single(params, "text")) or brand.rule
        range_name = _single(params, "range") or DEFAULT_RANGE
        shown = _number(params, "limit", DEFAULT_SHOWN, MAX_SHOWN)
        found = find_preview(self.context, self.health, brand, text, range_name, shown)
        return {**preview_document(brand, text, found), **self._covered(found.since, self.now)}

    def views(self, params: Parameters) -> Json:
        """The saved views that the person sees."""
        _only(params)
        shown = ViewList(self.context.config, self.context.store, self.account, MentionsView(), self.now)
        found = [
            {
                "id": item.view.id,
                "name": item.view.name,
                "shared": item.view.shared,
                "range": item.view.range or None,
                "brands": item.view.brand_group.value if item.view.brand_group else None,
                "filter": filter_document(item.view.filter),
                "problem": item.problem or None,
            }
            for item in shown.items
        ]
        return {"views": found, "as_of": time_text(self.now)}

    # What they share

    def view(self, params: Parameters, *own: str) -> MentionsView:
        """The filter that ``params`` ask for, apart from the parameters ``own``. Raises FilterError and QueryError."""
        sent = {name: values for name, values in params.items() if name not in own}
        if any(sent.get("before", ())):
            raise FilterError("before", sent["before"][0], "the parameter cursor")
        view = view_of(self.context, sent, self.person, self.now)
        view.search()
        return view

    def query(self, view: MentionsView) -> str:
        """The query string of the page with the same filter."""
        return query_string(view, self.context.config.timezone)

    def _page(self, view: MentionsView) -> MentionsPage:
        return MentionsPage(self.context.config, self.context.store, view, self.health)

    def _counted(self, view: MentionsView, upto: int) -> Json:
        until = min(view.filter.until or self.now, self.now)
        return self._covered(view.filter.since, until, view.filter.source, upto)

    def _covered(
        self, since: datetime | None, until: datetime, sources: Choice = EVERY_SOURCE, upto: int | None = None
    ) -> Json:
        store = self.context.store
        gaps = unread_gaps(store, self.health, since or EPOCH, until, sources)
        unread = [source.source for source in self.health.unread if sources.allows(source.source)]
        # What was not read later than the time that is counted is not missing from it.
        unread = unread if self.now - until < timedelta(minutes=1) else []
        coverage = coverage_document(gaps, unread, since, until)
        newest = store.last_mention_id() if upto is None else upto
        return {"as_of": time_text(self.now), "upto": newest, "coverage": coverage}


def _number(params: Parameters, name: str, default: int, highest: int) -> int:
    """A whole number from 1 to ``highest``."""
    values = [value for value in params.get(name, ()) if value]
    if not values:
        return default
    allowed = f"one whole number from 1 to {highest}"
    if len(values) > 1 or not (values[0].isascii() and values[0].isdecimal() and len(values[0]) <= 9):
        raise FilterError(name, values[-1], allowed)
    if not 1 <= int(values[0]) <= highest:
        raise FilterError(name, values[0], allowed)
    return int(values[0])


def _single(params: Parameters, name: str) -> str:
    """A parameter that may be sent once; empty if it was not."""
    values = [value for value in params.get(name, ()) if value]
    if len(values) > 1:
        raise FilterError(name, values[-1], "one value")
    return values[0] if values else ""


def _only(params: Parameters, *names: str) -> None:
    for name, values in params.items():
        if name not in names:
            allowed: Any = "the parameters " + ", ".join(names) if names else "no parameters"
            raise FilterError(name, "".join(values[:1]), allowed)
