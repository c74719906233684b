"""The pages for URLs of the Mentions page that cannot be shown."""

from __future__ import annotations

from flask import render_template

from display.access.guard import current_account
from display.pages.context import page_context
from display.pages.health_line import HealthLine, current_health
from display.pages.mentions.saved import ViewError
from monitor.errors import FilterError


def invalid_filter_page(error: FilterError) -> tuple[str, int]:
    """The page for an invalid URL. It names the parameter and what is allowed."""
    context = page_context()
    health = current_health(context, context.clock.now())
    if isinstance(error, ViewError):
        return _view_problem_page(error, health), 404
    return render_template("mentions/invalid_filter.html", error=error, health=health), 400


def _view_problem_page(error: ViewError, health: HealthLine) -> str:
    """The page for a saved view that is gone or finds nothing, with what the person can do."""
    view = error.view
    may_change = view is not None and view.may_change(current_account())
    return render_template("mentions/view_problem.html", error=error, view=view, may_change=may_change, health=health)
