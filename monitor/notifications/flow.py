"""From the change log to messages: match new mentions against the subscribed views, decide, save in one transaction."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo

from monitor.errors import QueryError
from monitor.model import Brand, Incident, Json, MentionFilter
from monitor.model.notifications import Arrival, ArrivalTime, NewMessage, QuietHours, Schedule, Subscription
from monitor.model.notifications import MessageState as State
from monitor.model.saved_views import SavedView
from monitor.notifications import wording
from monitor.notifications.deciding import Circumstances, OpenSpan, Planned, decide, replay
from monitor.notifications.matching import ViewMatcher
from monitor.notifications.message_counts import MessageCounts, MessageResult
from monitor.notifications.waiting import Waiting, from_json, to_json
from monitor.query import parse_search
from monitor.store import Store
from monitor.store.notifications import NotificationStep

MAX_CHANGES = 2_000
"""Changes that one step reads."""
SETTLES_AFTER = timedelta(seconds=2)
"""What is due is sent so much later: by then, mentions of the time before have been read."""
SAVE_AFTER = timedelta(seconds=30)
"""How often the place in the change log is saved while no mention matches."""
INCIDENTS_SINCE = timedelta(days=8)
PREVIEW_SPAN = timedelta(days=30)
MAX_PREVIEWED = 20_000
"""Mentions of which a preview is computed."""
log = logging.getLogger("wallflower.notifications")


@dataclass(frozen=True, slots=True)
class Preview:
    """What a subscription would have sent."""

    messages: int
    mentions: int
    span: timedelta
    """The time before now that was replayed; shorter than PREVIEW_SPAN if there were too many mentions."""
    summaries: int = 0
    """How many of the messages sum up what had been held."""


@dataclass
class _Decided:
    """What a step saves."""

    states: dict[int, Json] = field(default_factory=dict)
    matched: dict[int, list[int]] = field(default_factory=dict)
    messages: list[NewMessage] = field(default_factory=list)


class Flow:
    """Goes through the change log. For one thread, except ``preview``."""

    def __init__(
        self, store: Store, brands: Sequence[Brand], zone: tzinfo, counts: MessageCounts | None = None
    ) -> None:
        self._store, self._brands, self._zone = store, tuple(brands), zone
        self._counts = counts or MessageCounts()
        self._position: int | None = None
        self._saved_at: datetime | None = None
        self._prepared: tuple[tuple[MentionFilter, ...], ViewMatcher] = ((), ViewMatcher(()))

    def use(self, brands: Sequence[Brand], zone: tzinfo) -> None:
        """Use these from the next step on."""
        self._brands, self._zone = tuple(brands), zone

    @property
    def position(self) -> int:
        """Up to which change mentions were matched."""
        if self._position is None:
            stored = self._store.notifications.last_change()
            self._position = self._store.last_change_id() if stored is None else stored
        return self._position

    def step(self, now: datetime) -> bool:
        """Match and decide once; return whether there is more to read at once. Raises StoreError."""
        notifications = self._store.notifications
        subscriptions = [one for one in notifications.subscriptions() if one.is_on]
        if not subscriptions:
            self._position = self._store.last_change_id()
            return False
        after = self._without_gap(self.position)
        found = notifications.arrivals(after, MAX_CHANGES)
        views = {view.id: view for view in self._store.views.everyones()}
        decided = self._decide(subscriptions, views, found.arrivals, now)
        is_new = bool(decided.states or decided.messages or any(decided.matched.values()))
        is_late = self._saved_at is None or now - self._saved_at >= SAVE_AFTER
        if is_new or (found.last_change != self._position and is_late):
            step = NotificationStep(found.last_change, decided.states, decided.matched, decided.messages)
            notifications.save_step(step, now)
            self._saved_at = now
            self._count_held(decided.messages)
        self._position = found.last_change
        return not found.is_complete

    def preview(self, f: MentionFilter, schedule: Schedule, quiet: QuietHours | None, now: datetime) -> Preview:
        """What a subscription to this filter would have sent in the last 30 days. Raises StoreError and QueryError."""
        since = now - PREVIEW_SPAN
        selected = replace(f, since=max(f.since or since, since), until=min(f.until or now, now))
        times = self._store.notifications.matching_times(selected, MAX_PREVIEWED)
        around = Circumstances(self._zone, quiet, incident_spans(self._store, now, PREVIEW_SPAN))
        planned = replay(schedule, times, now - SETTLES_AFTER, around)
        is_cut = len(times) == MAX_PREVIEWED
        summaries = sum(bool(one.waited_for) for one in planned)
        return Preview(len(planned), len(times), now - times[0].at if is_cut else PREVIEW_SPAN, summaries)

    def _count_held(self, messages: Sequence[NewMessage]) -> None:
        held = [message.channel for message in messages if message.state is State.HELD]
        kinds = {channel.id: channel.kind for channel in self._store.notifications.channels()} if held else {}
        for channel in held:
            if channel in kinds:
                self._counts.add(kinds[channel], MessageResult.HELD)

    def _without_gap(self, after: int) -> int:
        """The place to go on from, if the log no longer reaches back to ``after``."""
        first = self._store.first_change_id()
        if after >= first - 1:
            return after
        log.warning("%d changes were deleted before anybody could be notified of them", first - 1 - after)
        return first - 1

    def _decide(
        self,
        subscriptions: Sequence[Subscription],
        views: Mapping[int, SavedView],
        arrivals: Sequence[Arrival],
        now: datetime,
    ) -> _Decided:
        matched = self._match(subscriptions, views, [arrival for arrival in arrivals if arrival.is_news], now)
        quiet = self._store.notifications.quiet_hours()
        incidents = incident_spans(self._store, now)
        decided = _Decided()
        for one in subscriptions:
            if one.view not in views:
                continue
            new = self._not_known(one, matched.get(one.view, ()))
            around = Circumstances(self._zone, quiet.get(one.owner), incidents)
            before = from_json(one.state)
            times = [ArrivalTime(arrival.mention, arrival.added_at, arrival.brand) for arrival in new]
            after, planned = decide(one.schedule, before, times, now - SETTLES_AFTER, around)
            if _differ(before, after):
                decided.states[one.id] = to_json(after)
            decided.matched[one.id] = [arrival.mention for arrival in new]
            known = {arrival.mention: arrival for arrival in new}
            decided.messages += [_message(one, views[one.view], each, known) for each in planned]
        return decided

    def _match(
        self, subscriptions: Sequence[Subscription], views: Mapping[int, SavedView], arrivals: Sequence[Arrival],
        now: datetime,
    ) -> dict[int, list[Arrival]]:  # fmt: skip
        """View -> the arrivals that it selects, the oldest first."""
        if not arrivals:
            return {}
        wanted = dict.fromkeys(one.view for one in subscriptions if one.view in views)
        filters = {id_: f for id_ in wanted if (f := subscribed_filter(views[id_], self._brands, now)) is not None}
        if tuple(filters.values()) != self._prepared[0]:
            self._prepared = (tuple(filters.values()), ViewMatcher(tuple(filters.values())))
        in_order = sorted(arrivals, key=lambda arrival: (arrival.added_at, arrival.mention))
        return dict(zip(filters, self._prepared[1].match(in_order), strict=True))

    def _not_known(self, subscription: Subscription, arrivals: Iterable[Arrival]) -> list[Arrival]:
        """Those that arrived since the subscription exists, and of which it has not notified yet."""
        new = [arrival for arrival in arrivals if arrival.added_at >= subscription.created_at]
        changed = [arrival.mention for arrival in new if not arrival.is_first]
        known = self._store.notifications.already_matched(subscription.id, changed) if changed else set()
        return [arrival for arrival in new if arrival.mention not in known]


def incident_spans(store: Store, now: datetime, span: timedelta = INCIDENTS_SINCE) -> tuple[OpenSpan, ...]:
    """When incidents of that time were known: from the check that found them to the one that ended them."""
    return tuple(_known_span(incident) for incident in store.incidents(now - span, now + timedelta(minutes=1)))


def subscribed_filter(view: SavedView, brands: Sequence[Brand], now: datetime) -> MentionFilter | None:
    """The filter of a view for new mentions: without its time range; None if it finds nothing or cannot be read."""
    found = view.resolve(brands, now).filter
    if found is None:
        return None
    try:
        if found.text_search:
            parse_search(found.text_search)
    except QueryError:
        return None
    return replace(found, since=None) if view.range else found


def _known_span(incident: Incident) -> OpenSpan:
    return OpenSpan(incident.brand, incident.seen_at, None if incident.until is None else incident.checked_at)


def _differ(before: Waiting, after: Waiting) -> bool:
    return replace(before, until=None) != replace(after, until=None)


def _message(subscription: Subscription, view: SavedView, planned: Planned, known: Mapping[int, Arrival]) -> NewMessage:
    return NewMessage(
        f"view:{subscription.id}",
        planned.subject,
        subscription.channel,
        planned.at,
        wording.view_facts(view, subscription.schedule, planned, known.get(planned.mentions[-1])),
        State.HELD if planned.held else State.WAITING,
        wording.too_few(subscription.schedule) if planned.held else "",
    )
