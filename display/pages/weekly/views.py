"""/monday: the report of a week. Without a parameter, of the last week that is over."""

from __future__ import annotations

from datetime import date, timedelta

from flask import Blueprint, Response, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.pages.caching import always_revalidate
from display.pages.context import page_context
from display.pages.errors import error_page
from display.pages.health_line import current_health
from display.server.capacity import EXPORTS, limited
from display.server.notification_inputs import base_url
from display.weekly.files import PdfError, browser, html_file, pdf_file
from display.weekly.report import WeeklyReport, build_report, created_line
from display.weekly.week_data import WEEK, bounds, last_week, week_data

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
    context, monday = page_context(), _monday()
    now = context.clock.now()
    newest = last_week(now, context.config.timezone)
    return render_template(
        "weekly/page.html",
        report=_report(monday),
        as_of=created_line(now, context.config.timezone),
        monday=monday,
        earlier=monday - WEEK,
        later=monday + WEEK if monday < newest else None,
        has_browser=browser() is not None,
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
    as_of = created_line(context.clock.now(), context.config.timezone)
    return html_file(_report(monday), base_url(context.config.server), as_of)


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
