"""/monday: the report of a week. Without a parameter, of the last week that is over.

POST /monday/subscribe                          send it to me every week
POST /monday/subscriptions/<id>/remove          and no longer
"""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_account_id
from display.access.permissions import requires
from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_page
from display.pages.health_line import current_health
from display.pages.notifications.forms import WEEKDAYS, read_time
from display.server.capacity import EXPORTS, limited
from display.server.notification_inputs import base_url
from display.weekly.files import PdfError, browser, html_file, pdf_file
from display.weekly.report import WeeklyReport, build_report, created_line
from display.weekly.week_data import WEEK, bounds, week_data
from monitor.errors import NotificationError
from monitor.model.notifications import NewReportSubscription, ReportSubscription
from monitor.model.people import Role
from monitor.notifications.weekly import last_week

TASK = "be notified"
blueprint = Blueprint("weekly", __name__)
blueprint.after_request(always_revalidate)
EARLIEST = date(2006, 1, 2)


class NoSuchWeek(Exception):
    """The week of the URL cannot be shown; the text says why."""


@blueprint.errorhandler(NoSuchWeek)
def no_such_week(error: NoSuchWeek) -> tuple[str, int]:
    """The page for a week that cannot be shown."""
    return error_page(400, "There is no report of this week.", str(error))


@blueprint.get("/monday")
def page() -> str:
    """The report, with links to the weeks before and after it."""
    return _page(_monday())


@blueprint.post("/monday/subscribe")
@requires(Role.MEMBER, TASK)
def subscribe() -> AnyResponse | tuple[str, int]:
    """Send the report to this person every week."""
    context, typed = page_context(), request.form
    at, weekday, channel = read_time(typed.get("at", "")), typed.get("weekday", "0"), typed.get("channel", "")
    if at is None or weekday not in map(str, range(7)) or not channel.isdecimal():
        return _page(_monday(), "Choose a day and a channel, and enter the time as 08:00."), 400
    new = NewReportSubscription(current_account_id(), int(channel[:18]), int(weekday), at)
    try:
        context.store.notifications.add_report_subscription(new, context.clock.now())
    except NotificationError as error:
        return _page(_monday(), str(error)), 400
    return redirect(url_for("weekly.page", _anchor="subscribe"), 303)


@blueprint.post("/monday/subscriptions/<int:id>/remove")
@requires(Role.MEMBER, TASK)
def unsubscribe(id: int) -> AnyResponse:
    """Send it no longer. Once removed, it stays removed."""
    if id in {one.id for one in _subscriptions()}:
        page_context().store.notifications.remove_report_subscription(id)
    return redirect(url_for("weekly.page", _anchor="subscribe"), 303)


def _subscriptions() -> list[ReportSubscription]:
    """Those of this person."""
    found = page_context().store.notifications.report_subscriptions()
    return [one for one in found if one.owner == current_account_id()]


def _page(monday: date, problem: str = "") -> str:
    context = page_context()
    now = context.clock.now()
    newest = last_week(now, context.config.timezone)
    return render_template(
        "weekly/page.html",
        report=_report(monday),
        as_of=created_line(now, context.config.timezone, is_sample=context.config.is_sample),
        monday=monday,
        earlier=monday - WEEK,
        later=monday + WEEK if monday < newest else None,
        has_browser=browser() is not None,
        channels={channel.id: channel for channel in context.store.notifications.channels()},
        subscriptions=_subscriptions(),
        weekdays=WEEKDAYS,
        problem=problem,
        health=current_health(context, now),
    )


@blueprint.get("/monday.html")
@limited(EXPORTS)
def as_file() -> AnyResponse:
    """The report as one HTML file, to pass on."""
    return _download(_file(_monday()).encode(), "text/html; charset=utf-8", "html")


@blueprint.get("/monday.pdf")
@limited(EXPORTS)
def as_pdf() -> AnyResponse | tuple[str, int]:
    """The report as PDF."""
    try:
        return _download(pdf_file(_file(_monday())), "application/pdf", "pdf")
    except PdfError as error:
        return error_page(503, "There is no PDF.", str(error))


def _download(content: bytes, mimetype: str, ending: str) -> Response:
    name = f"wallflower-{_monday():%Y-%m-%d}.{ending}"
    return Response(content, content_type=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _file(monday: date) -> str:
    context = page_context()
    as_of = created_line(context.clock.now(), context.config.timezone, is_sample=context.config.is_sample)
    return html_file(current_app.jinja_env, _report(monday), base_url(context.config.server), as_of)


def _report(monday: date) -> WeeklyReport:
    context = page_context()
    return build_report(week_data(context.config, context.store, monday, context.clock.now()), context.config.timezone)


def _monday() -> date:
    """The week of the URL. Raises NoSuchWeek."""
    context = page_context()
    now, zone, given = context.clock.now(), context.config.timezone, request.args.get("week", "")
    if not given:
        return last_week(now, zone)
    help_text = "Write the date of its Monday, such as " + url_for("weekly.page", week=last_week(now, zone).isoformat())
    try:
        day = date.fromisoformat(given)
    except ValueError:
        raise NoSuchWeek(f"“{given[:40]}” is not a date. {help_text}") from None
    monday = day - timedelta(days=day.weekday())
    if monday < EARLIEST or bounds(monday, zone)[0] > now:
        raise NoSuchWeek(f"The week of {day} is too early or has not begun yet. {help_text}")
    return monday
