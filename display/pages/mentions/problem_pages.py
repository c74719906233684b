"""The pages for URLs of the Mentions page that cannot be shown."""

from __future__ import annotations

from flask import render_template

from display.access.guard import current_account
from display.pages.context import page_context
from display.pages.health_line import HealthLine, current_health
from display.pages.mentions.saved import ViewError
from monitor.errors import FilterError, QueryError


def invalid_filter_page(error: FilterError | QueryError, number: int = 0) -> tuple[str, int]:
    """The page for an invalid URL. It names the parameter and what is allowed.

    ``number``: the mention that the URL shows beside its list, which can be shown without it.
    """
    context = page_context()
    health = current_health(context, context.clock.now())
    if isinstance(error, ViewError):
        return _view_problem_page(error, health, number), 404
    if isinstance(error, QueryError):
        error = FilterError("q", error.text, f"a search that can be read. Column {error.column}: {error.reason}")
    return render_template("mentions/invalid_filter.html", error=error, health=health, number=number), 400


def _view_problem_page(error: ViewError, health: HealthLine, number: int) -> str:
    """The page for a saved view that is gone or finds nothing, with what the person can do."""
    view = error.view
    may_change = view is not None and view.may_change(current_account())
    return render_template(
        "mentions/view_problem.html", error=error, view=view, may_change=may_change, health=health, number=number
    )
