"""/compare: two to five brands side by side, or one brand at two times; /compare.html: the same as one file.

URL --choice.parse_choice--> CompareChoice --> sides --> read_comparison --> ComparePage --> compare/page.html
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from flask import Blueprint, Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from display.comparison.reading import read_comparison
from display.pages.assets import STATIC
from display.pages.caching import always_revalidate
from display.pages.compare.chart import CompareChart, build_chart
from display.pages.compare.choice import MAX_BRANDS, ChoiceError, CompareChoice, parse_choice, query_string
from display.pages.compare.file import inlined_styles
from display.pages.compare.page import ComparePage
from display.pages.context import PageContext, page_context
from display.pages.health_line import HealthLine, current_health
from display.pages.mentions.cards import Cards
from display.pages.mentions.filters import RANGES, MentionsView
from display.pages.mentions.times import local_minute
from display.server.abandoned_requests import cancel_abandoned_queries
from display.server.capacity import EXPORTS, limited
from display.server.notification_inputs import base_url
from monitor.errors import FilterError
from monitor.model import Bin, MentionFilter

PageResponse: TypeAlias = "str | tuple[str, int] | AnyResponse"

blueprint = Blueprint("compare", __name__)
blueprint.after_request(always_revalidate)
cancel_abandoned_queries(blueprint)


@blueprint.errorhandler(FilterError)
def invalid(error: FilterError) -> tuple[str, int]:
    """The page for an address with which nothing can be compared. It names the parameter and what is allowed."""
    context = page_context()
    health = current_health(context, context.clock.now())
    text = render_template(
        "compare/invalid.html", error=error, is_explained=isinstance(error, ChoiceError), health=health
    )
    return text, 400


@blueprint.get("/compare")
def page() -> PageResponse:
    """The page. An address in another form is redirected to the usual one."""
    context, now = page_context(), page_context().clock.now()
    choice = _choice(context, now)
    if query_string(choice, context.config.brands, context.config.timezone) != request.query_string.decode():
        return redirect(link(choice), 303)
    health = current_health(context, now)
    shown = _page(context, choice, health, now)
    return render_template(
        "compare/page.html",
        page=shown,
        choice=choice,
        brands=[brand.name for brand in context.config.brands],
        colour_number=Cards(context.config.brands, context.config.timezone).colour_number,
        ranges=RANGES,
        link=link,
        local_minute=lambda at: local_minute(at, context.config.timezone) if at else "",
        health=health,
    )


@blueprint.get("/compare.html")
@limited(EXPORTS)
def as_file() -> PageResponse:
    """The comparison as one HTML file, to pass on."""
    context, now = page_context(), page_context().clock.now()
    shown = _page(context, _choice(context, now), current_health(context, now), now)
    text = render_template(
        "compare/file.html",
        page=shown,
        base_url=base_url(context.config.server),
        inlined_styles=inlined_styles(STATIC, context.config.brands),
    )
    headers = {"Content-Disposition": f'attachment; filename="wallflower-compare-{now:%Y-%m-%d}.html"'}
    return Response(text, content_type="text/html; charset=utf-8", headers=headers)


@blueprint.app_context_processor
def values_for_every_page() -> dict[str, object]:
    """What templates use to link a list to the comparison of its brands."""
    return {"compare_link": compare_link}


def compare_link(view: MentionsView) -> str:
    """The URL that compares the brands that a list shows, over its time; empty unless these are two to five."""
    brands = tuple(brand.name for brand in page_context().config.brands if brand.name in view.filter.brand.include)
    if not 1 < len(brands) <= MAX_BRANDS:
        return ""
    since, until = (None, None) if view.range else (view.filter.since, view.filter.until)
    return link(CompareChoice(brands, view.range, since, until))


def link(choice: CompareChoice, endpoint: str = "compare.page") -> str:
    """The URL of a comparison."""
    config = page_context().config
    query = query_string(choice, config.brands, config.timezone)
    return url_for(endpoint) + (f"?{query}" if query else "")


def _choice(context: PageContext, now: datetime) -> CompareChoice:
    config = context.config
    return parse_choice(request.args.to_dict(flat=False), config.brands, config.timezone, now)


def _page(context: PageContext, choice: CompareChoice, health: HealthLine, now: datetime) -> ComparePage:
    config, store = context.config, context.store
    comparison = read_comparison(config, store, choice.sides(now), health, now)

    def count(mentions: MentionFilter, edges: Sequence[datetime]) -> list[Bin]:
        return store.histogram(mentions.counted, edges, comparison.upto)

    def chart(names: Sequence[str]) -> CompareChart | None:
        return build_chart(comparison, names, count, config.timezone)

    return ComparePage(comparison, choice, chart, Cards(config.brands, config.timezone), config.timezone)
