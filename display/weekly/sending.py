"""The weekly report as a message, computed when it is sent."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from jinja2 import Environment

from display.pages.context import PageContext
from display.server.notification_inputs import base_url
from display.weekly.files import html_file, text_lines, without_titles
from display.weekly.report import build_report, created_line
from display.weekly.week_data import week_data, without_topics
from monitor.notifications.texts import Text


class ReportComposer:
    """Writes the report of a week, for mail and for chats."""

    def __init__(self, templates: Environment, context: Callable[[], PageContext]) -> None:
        """``context`` returns the context in use."""
        self._templates, self._context = templates, context

    def __call__(self, week: date, inside: bool) -> Text:
        """The report of the week that begins on Monday, ``week``; without words of posts unless ``inside``."""
        context = self._context()
        now, zone, base = context.clock.now(), context.config.timezone, base_url(context.config.server)
        data = week_data(context.config, context.store, week, now)
        report = build_report(data if inside else without_topics(data), zone)
        shown = report if inside else without_titles(report)
        html = html_file(self._templates, shown, base, created_line(now, zone, is_sample=context.config.is_sample))
        return Text(f"Week of {report.title}", tuple(text_lines(shown, base)), f"{base}/monday?week={week}", html=html)
