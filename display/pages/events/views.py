"""/events: which program is told what happens in which view, what was delivered, and delivering it again.

POST /events                 notify a program, through a channel of the kind "Your own program"
POST /events/<id>/replay     deliver what happened since a time again        POST /events/<id>/remove
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_account_id, current_person
from display.access.permissions import requires
from display.formatting import FormattedTime, format_time
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.health_line import current_health
from display.pages.mentions.times import parse_time
from monitor.errors import FilterError, NotificationError
from monitor.model.events import EventDelivery, EventSubscription
from monitor.model.notifications import Channel, ChannelKind
from monitor.model.people import Role

TASK = "let programs receive events"
SHOWN_DELIVERIES = 20
MAX_SUBSCRIPTIONS = 50
DELETED = "a view that was deleted"

blueprint = Blueprint("events", __name__, url_prefix="/events")
blueprint.after_request(always_revalidate)


@dataclass(frozen=True, slots=True)
class EventRow:
    """A subscription as the page shows it."""

    subscription: EventSubscription
    view: str
    channel: str
    waiting: int
    """Changes that are not delivered yet, in the view or not."""
    next_try: FormattedTime | None
    deliveries: Sequence[tuple[EventDelivery, FormattedTime]]


@blueprint.get("")
@requires(Role.ADMIN, TASK)
def page() -> str:
    """The page."""
    return events_page()


@blueprint.post("")
@requires(Role.ADMIN, TASK)
def add() -> AnyResponse | tuple[str, int]:
    """Tell a program what happens in a view from now on."""
    context = page_context()
    visible = context.store.views.visible(current_account_id())
    view = next((one for one in visible if one.id == request.form.get("view", 0, type=int)), None)
    channel = next((one for one in programs() if one.id == request.form.get("channel", 0, type=int)), None)
    if view is None or channel is None:
        return events_page("Choose a view and a channel."), 400
    if len(context.store.events.subscriptions()) >= MAX_SUBSCRIPTIONS:
        return events_page(f"There can be at most {MAX_SUBSCRIPTIONS}. Remove one that is not used."), 400
    try:
        context.store.events.add(view.id, channel.id, context.clock.now())
    except NotificationError as error:
        return events_page(str(error)), 400
    _record("began to send events", f"{view.name} to {channel.name}")
    return redirect(url_for("events.page"), 303)


@blueprint.post("/<int:id>/replay")
@requires(Role.ADMIN, TASK)
def replay(id: int) -> AnyResponse | tuple[str, int]:
    """Deliver again what happened since a time."""
    context, one = page_context(), _subscription(id)
    try:
        since = parse_time("since", request.form.get("since", ""), context.config.timezone)
    except FilterError as error:
        return events_page(str(error)), 400
    context.store.events.replay(one.id, since)
    _record("sent events again", f"since {since.isoformat()}")
    return redirect(url_for("events.page"), 303)


@blueprint.post("/<int:id>/remove")
@requires(Role.ADMIN, TASK)
def remove(id: int) -> AnyResponse:
    """Tell the program nothing more."""
    if page_context().store.events.remove(_subscription(id).id):
        _record("stopped sending events", str(id))
    return redirect(url_for("events.page"), 303)


def events_page(problem: str = "") -> str:
    """The page, perhaps with what was wrong."""
    context = page_context()
    return render_template(
        "events/page.html",
        tab="notifications",
        health=current_health(context, context.clock.now()),
        problem=problem,
        rows=[_row(one) for one in context.store.events.subscriptions()],
        views=context.store.views.visible(current_account_id()),
        programs=programs(),
    )


def programs() -> list[Channel]:
    """The channels that lead to programs."""
    return [one for one in page_context().store.notifications.channels() if one.kind is ChannelKind.WEBHOOK]


def _row(one: EventSubscription) -> EventRow:
    context = page_context()
    store, now, zone = context.store, context.clock.now(), context.config.timezone
    views = {view.id: view.name for view in store.views.everyones()}
    channels = {channel.id: channel.name for channel in store.notifications.channels()}
    deliveries = [(each, format_time(each.at, now, zone)) for each in store.events.deliveries(one.id, SHOWN_DELIVERIES)]
    next_try = format_time(one.next_try, now, zone) if one.next_try else None
    waiting = max(0, store.last_change_id() - one.cursor) if one.problem else 0
    return EventRow(one, views.get(one.view, DELETED), channels.get(one.channel, ""), waiting, next_try, deliveries)


def _subscription(id_: int) -> EventSubscription:
    found = next((one for one in page_context().store.events.subscriptions() if one.id == id_), None)
    return found or abort(404)


def _record(action: str, target: str) -> None:
    context = page_context()
    context.store.people.record(current_person().name, action, target, {}, context.clock.now())
