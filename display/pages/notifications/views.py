"""/notifications: which views notify a person, quiet hours, built-in alerts, and the log of what was sent.

GET  /notifications                    the page; ?log=unsent: only messages that were not sent, ?before=7: older ones
GET  /notifications/new?view=7         what a choice would have sent; POST saves it
GET  /notifications/<id>               the same for one that exists; POST saves, POST .../remove removes
GET  /notifications/messages/<id>      what became of a message
POST /notifications/quiet-hours, POST /notifications/alerts
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_account_id, current_person
from display.access.permissions import requires
from display.formatting import format_time
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.health_line import current_health
from display.pages.notifications import rows
from display.pages.notifications.forms import FREQUENCIES, WEEKDAYS, WITHIN, read_quiet_hours, read_schedule
from display.pages.notifications.state import notifications
from monitor.errors import NotificationError, QueryError
from monitor.model import Json
from monitor.model.notifications import Channel, Message, NewSubscription, Subscription
from monitor.model.people import Role
from monitor.model.saved_views import SavedView
from monitor.notifications.alerts import ALERTS
from monitor.notifications.deciding import Circumstances
from monitor.notifications.flow import incident_spans

TASK = "be notified"
MAX_LISTED = 50

blueprint = Blueprint("notifications", __name__, url_prefix="/notifications")
blueprint.after_request(always_revalidate)


@blueprint.get("")
@requires(Role.MEMBER, TASK)
def page() -> str:
    """The page."""
    return listing_page()


def listing_page(problem: str = "") -> str:
    """The page, with a problem of the form that was sent."""
    context, is_admin = page_context(), current_person().role >= Role.ADMIN
    now, zone, stored = context.clock.now(), context.config.timezone, context.store.notifications
    channels = {channel.id: channel for channel in stored.channels()}
    quiet = stored.quiet_hours()
    subscriptions = stored.subscriptions()
    muted = stored.muted_alerts()
    before, unsent = request.args.get("before", type=int), request.args.get("log") == "unsent"
    found = stored.messages(4 * MAX_LISTED, before=_checked_id(before), unsent=unsent)
    messages = [one for one in found if _may_see(one, subscriptions)][:MAX_LISTED]
    is_whole = len(found) < 4 * MAX_LISTED and len(messages) < MAX_LISTED
    oldest = messages[-1].id if len(messages) == MAX_LISTED else found[-1].id if found else 0
    return render_template(
        "notifications/page.html",
        tab="notifications",
        health=current_health(context, now),
        channels=[rows.channel_row(channel, now, zone) for channel in channels.values()],
        subscriptions=_rows(context, [one for one in subscriptions if is_admin or _is_mine(one)], channels),
        quiet=quiet.get(current_account_id()),
        messages=rows.message_rows(messages, channels, now, zone),
        unsent=unsent,
        older=None if is_whole else oldest,
        alerts=[(name, text, name not in muted) for name, text in ALERTS.items()],
        views=context.store.views.visible(current_account_id()),
        problem=problem,
    )


@blueprint.route("/new", methods=["GET", "POST"])
@requires(Role.MEMBER, TASK)
def new() -> str | tuple[str, int] | AnyResponse:
    """Let a view notify: the form with its preview, or save it."""
    context = page_context()
    if request.method != "POST":
        return _form_page(request.args)
    try:
        view = _view(request.form)
        added = NewSubscription(view.id, current_account_id(), _channel(request.form).id, read_schedule(request.form))
        saved = context.store.notifications.add_subscription(added, context.clock.now())
    except NotificationError as error:
        return _form_page(request.form, problem=str(error)), 400
    record("let a view notify", view.name, channel=saved.channel)
    return redirect(url_for("notifications.page", _anchor=f"subscription-{saved.id}"), 303)


@blueprint.route("/<int:id>", methods=["GET", "POST"])
@requires(Role.MEMBER, TASK)
def edit(id: int) -> str | tuple[str, int] | AnyResponse:
    """Change what notifies, or show it with its preview."""
    context, one = page_context(), _mine(id)
    if request.method != "POST":
        return _form_page({**_typed(one), **request.args.to_dict()}, one)
    try:
        schedule, channel = read_schedule(request.form), _channel(request.form)
        is_on = request.form.get("is_on") == "1"
        context.store.notifications.change_subscription(id, channel.id, schedule, is_on)
    except NotificationError as error:
        return _form_page({**_typed(one), **request.form.to_dict()}, one, str(error)), 400
    return redirect(url_for("notifications.page", _anchor=f"subscription-{id}"), 303)


@blueprint.post("/<int:id>/remove")
@requires(Role.MEMBER, TASK)
def remove(id: int) -> AnyResponse:
    """Let a view notify no longer."""
    context, one = page_context(), _mine(id)
    context.store.notifications.remove_subscription(one.id)
    return redirect(url_for("notifications.page", _anchor="views"), 303)


@blueprint.post("/quiet-hours")
@requires(Role.MEMBER, TASK)
def set_quiet_hours() -> str | tuple[str, int] | AnyResponse:
    """Set or remove a person's own quiet hours."""
    try:
        hours = read_quiet_hours(request.form)
    except NotificationError as error:
        return listing_page(str(error)), 400
    page_context().store.notifications.set_quiet_hours(current_account_id(), hours)
    return redirect(url_for("notifications.page", _anchor="quiet-hours"), 303)


@blueprint.post("/alerts")
@requires(Role.ADMIN, "switch alerts off")
def set_alerts() -> AnyResponse:
    """Choose which built-in alerts are sent."""
    chosen = set(request.form.getlist("alert"))
    page_context().store.notifications.mute_alerts(set(ALERTS) - chosen)
    record("chose built-in alerts", ", ".join(sorted(chosen & set(ALERTS))) or "none")
    return redirect(url_for("notifications.page", _anchor="alerts"), 303)


@blueprint.get("/messages/<int:id>")
@requires(Role.MEMBER, TASK)
def message(id: int) -> str:
    """What became of a message, with every attempt to send it."""
    context = page_context()
    now, zone, stored = context.clock.now(), context.config.timezone, context.store.notifications
    found, channels = stored.message(id), {channel.id: channel for channel in stored.channels()}
    if found is None or not _may_see(found, stored.subscriptions()):
        abort(404)
    attempts = stored.attempts([id])[id]
    return render_template(
        "notifications/message.html",
        tab="notifications",
        health=current_health(context, now),
        row=rows.message_rows([found], channels, now, zone)[0],
        lines=found.facts.get("lines", []),
        attempts=[(format_time(one.at, now, zone), one, rows.attempt_text(one, channels)) for one in attempts],
    )


def record(action: str, target: str, **details: Json) -> None:
    """Add what the person of this request did to the audit log."""
    context = page_context()
    context.store.people.record(current_person().name, action, target, details, context.clock.now())


def _rows(
    context: PageContext, subscriptions: list[Subscription], channels: Mapping[int, Channel]
) -> list[rows.SubscriptionRow]:
    now = context.clock.now()
    views = {view.id: view for view in context.store.views.everyones()}
    owners = {account.id: account.full_name for account in context.store.people.accounts()}
    quiet, incidents = context.store.notifications.quiet_hours(), incident_spans(context.store, now)
    return [
        rows.subscription_row(
            one,
            views,
            channels,
            {} if _is_mine(one) else owners,
            Circumstances(context.config.timezone, quiet.get(one.owner), incidents),
            now,
        )
        for one in subscriptions
    ]


def _form_page(typed: Mapping[str, str], one: Subscription | None = None, problem: str = "") -> str:
    context = page_context()
    channels, views = context.store.notifications.channels(), context.store.views.visible(current_account_id())
    typed, preview = dict(typed), ""
    if not typed.get("view") and one is None and views:
        typed["view"] = str(views[0].id)  # as the form shows it
    try:
        view = _view(typed, one)
        schedule = read_schedule(typed)
        quiet = context.store.notifications.quiet_hours().get(current_account_id())
        preview = rows.describe_preview(notifications().preview(view, schedule, quiet))
    except (NotificationError, QueryError) as error:
        problem = problem or str(error)
    return render_template(
        "notifications/form.html",
        tab="notifications",
        health=current_health(context, context.clock.now()),
        views=views,
        channels=channels,
        typed=typed,
        one=one,
        problem=problem,
        preview=preview,
        frequencies=FREQUENCIES,
        weekdays=WEEKDAYS,
        within=WITHIN,
    )


def _view(typed: Mapping[str, str], one: Subscription | None = None) -> SavedView:
    """The view that a form names, if the person sees it. Raises NotificationError."""
    text = str(one.view) if one is not None else typed.get("view", "")
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    found = page_context().store.views.get(number, current_account_id())
    if found is None:
        raise NotificationError("This view was deleted, or is no longer shared. Choose another one.")
    return found


def _channel(typed: Mapping[str, str]) -> Channel:
    found = next((c for c in page_context().store.notifications.channels() if str(c.id) == typed.get("channel")), None)
    if found is None:
        raise NotificationError("Choose a channel. If there is none, an admin has to add one first.")
    return found


def _typed(one: Subscription) -> dict[str, str]:
    """A subscription as its form has it."""
    schedule = one.schedule
    return {
        "view": str(one.view),
        "channel": str(one.channel),
        "frequency": schedule.frequency.value,
        "at": f"{schedule.at:%H:%M}",
        "weekday": str(schedule.weekday),
        "more_than": str(schedule.more_than or ""),
        "within": str(int(schedule.within.total_seconds() // 60)),
        "max_per_day": str(schedule.max_per_day or ""),
        "is_on": "1" if one.is_on else "0",
    }


def _checked_id(value: int | None) -> int | None:
    """An id of a message in a URL; None if it cannot be one."""
    return value if value is not None and 0 < value < 1 << 62 else None


def _mine(id: int) -> Subscription:
    """A subscription that the person may change; 404 if there is none."""
    found = next((one for one in page_context().store.notifications.subscriptions() if one.id == id), None)
    if found is None or not (_is_mine(found) or current_person().role >= Role.ADMIN):
        abort(404)
    return found


def _is_mine(one: Subscription) -> bool:
    return one.owner == current_account_id()


def _may_see(message: Message, subscriptions: list[Subscription]) -> bool:
    """Built-in alerts concern everybody; what a view sent, its owner and admins."""
    if current_person().role >= Role.ADMIN or not message.rule.startswith("view:"):
        return True
    return any(f"view:{one.id}" == message.rule and _is_mine(one) for one in subscriptions)
