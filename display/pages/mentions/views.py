"""/mentions: the page where people filter mentions. The server renders everything; the URL is the state.

    URL --filters.parse_view--> MentionsView --> store: page, count, facets, histogram --> mentions/list.html

List, counts and chart show one moment (``upto``). The pill counts later mentions, which it polls from /mentions/new.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import datetime
from functools import wraps
from typing import Any, TypeAlias, TypeVar, cast
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from display.access.guard import current_account, current_person
from display.access.permissions import opens_to_tokens
from display.error_figures import error_sentence, short_error
from display.formatting import about, pluralize
from display.pages.actions.shown import ShownClaim, shown_claim
from display.pages.caching import always_revalidate
from display.pages.context import PageContext, page_context
from display.pages.errors import error_json
from display.pages.health_line import current_health
from display.pages.mentions import export
from display.pages.mentions.cards import Cards
from display.pages.mentions.colours import brand_css
from display.pages.mentions.completion import completions
from display.pages.mentions.detail import drawer_values
from display.pages.mentions.facets import STATE
from display.pages.mentions.filters import RANGES, MentionsView, parameters, position_text, query_string
from display.pages.mentions.first_run import first_run_rows, started_ago
from display.pages.mentions.page import MentionsPage
from display.pages.mentions.problem_pages import invalid_filter_page
from display.pages.mentions.query_fix import fixed_query, query_error
from display.pages.mentions.requested import last_valid_view, requested_view, valid_filter, valid_view, view_reaching
from display.pages.mentions.saved import ViewList
from display.pages.mentions.times import local_minute
from display.pages.mentions.usual import usual_number
from display.server.abandoned_requests import cancel_abandoned_queries
from display.server.capacity import EXPORTS, limited
from monitor.errors import FilterError, QueryError
from monitor.model import Choice, Count, Mention, State, StoryCount

PageResponse: TypeAlias = "str | tuple[str, int] | AnyResponse"
View = TypeVar("View", bound=Callable[..., PageResponse])

LAST_VALID_QUERY_PARAMETER = "last_valid_q"
"""The search form sends the last valid search in it, whose list stays on the page if the new search is invalid."""
BOM_PARAMETER = "bom"
"""1: the CSV begins with a byte order mark."""
ORDER_LABELS = {
    "new": "Newest first",
    "old": "Oldest first",
    "negative": "Most negative first",
    "positive": "Most positive first",
}

blueprint = Blueprint("mentions", __name__)
blueprint.after_request(always_revalidate)
cancel_abandoned_queries(blueprint)


def errors_as_json(view: View) -> View:
    """Answer 400 in JSON for an invalid filter or search: for URLs that programs read."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> PageResponse:
        try:
            return view(*args, **kwargs)
        except (FilterError, QueryError) as error:
            return error_json(400, str(error))

    return cast("View", guarded)


@blueprint.get("/mentions")
def listing() -> PageResponse:
    """The page. An invalid search gives 400 and is explained in place, above the list of the last valid one."""
    context, now = page_context(), page_context().clock.now()
    params = request.args.copy()
    last_valid = params.pop(LAST_VALID_QUERY_PARAMETER, "")
    try:
        view = requested_view(context, now, params)
    except FilterError as error:
        return invalid_filter_page(error)
    problem = query_error(view)
    if not problem and query_string(view, context.config.timezone) != sent_query_string():
        return redirect(link(view), 303)
    shown = view if problem is None else last_valid_view(view, last_valid)
    page = MentionsPage(context.config, context.store, shown, current_health(context, now), context.opinions())
    text = render_template(
        "mentions/list.html",
        **list_values(context, page, now),
        typed_query=view.filter.q,
        problem=problem,
        error_position=split_at_error(problem),
        correction=problem and fixed_query(problem),
    )
    return text, 400 if problem else 200


@blueprint.get("/mentions/new")
@opens_to_tokens
@errors_as_json
def new_count() -> PageResponse:
    """How many mentions the list has gained since ``upto``: a number."""
    context = page_context()
    view = requested_view(context, context.clock.now())
    if view.upto is None:
        raise FilterError("upto", "", "the id of the newest mention that is shown")
    return Response(str(context.store.count_new(valid_filter(view), view.upto)), mimetype="text/plain")


@blueprint.get("/mentions/newer-than/<int:after>")
@errors_as_json
def new_rows(after: int) -> PageResponse:
    """Rows for the mentions that the list has gained since the id ``after``, for a list that is already open."""
    context, now = page_context(), page_context().clock.now()
    view = requested_view(context, now)
    valid_filter(view)
    page = MentionsPage(context.config, context.store, view, current_health(context, now), context.opinions())
    rows, n = page.new_rows(after)
    return render_template("mentions/new_rows.html", page=page, rows=rows, n=n)


@blueprint.get("/mentions/complete")
def complete() -> Response:
    """Known values of a field of the search that begin with what is typed."""
    context, field, prefix = page_context(), request.args.get("field", ""), request.args.get("prefix", "")
    return jsonify([asdict(one) for one in completions(context.config, context.store, field, prefix)])


@blueprint.get("/mentions/health")
def health_line() -> str:
    """The current health line, for a page that is already open."""
    context = page_context()
    return render_template("health_line.html", health=current_health(context, context.clock.now()))


@blueprint.get("/mentions.csv")
@limited(EXPORTS)
@errors_as_json
def export_csv() -> PageResponse:
    """Every mention of the view as CSV, streamed."""
    context, params = page_context(), request.args.copy()
    bom = params.pop(BOM_PARAMETER, "")
    if bom not in ("", "1"):
        raise FilterError(BOM_PARAMETER, bom, "1")
    headers = {"Content-Disposition": f'attachment; filename="mentions-{context.clock.now():%Y-%m-%d}.csv"'}
    lines = export.csv_lines(requested_mentions(context, params), for_excel=bool(bom))
    return Response(lines, mimetype="text/csv", headers=headers)


@blueprint.get("/mentions.json")
@limited(EXPORTS)
@errors_as_json
def export_json() -> PageResponse:
    """Every mention of the view as one JSON array, streamed."""
    return Response(export.json_array(requested_mentions(page_context())), mimetype="application/json")


@blueprint.get("/mentions/<int:number>")
def mention(number: int) -> PageResponse:
    """The list with one mention open beside it. A narrow screen shows the mention alone."""
    context, now = page_context(), page_context().clock.now()
    try:
        view = requested_view(context, now)
        valid_filter(view)
    except (FilterError, QueryError) as error:
        return invalid_filter_page(error, number)
    shown, requested = context.store.mention(number), view
    if shown is not None:
        view = view_reaching(view, shown, now)
    health = current_health(context, now)
    page = MentionsPage(context.config, context.store, view, health, context.opinions())
    if shown is not None and not page.lists(shown):
        view = page.view_around(shown)
        page = MentionsPage(context.config, context.store, view, health, context.opinions())
    values = {"view": page.fixed_page} if shown is None else drawer_values(context, page.fixed_page, shown, now)
    values |= {**list_values(context, page, now), "is_widened": view.range != requested.range}
    text = render_template("mentions/list.html", typed_query=view.filter.q, number=number, **values)
    return text, 200 if shown else 404


@blueprint.get("/mentions/<int:number>/drawer")
def drawer(number: int) -> PageResponse:
    """The drawer of one mention, for a list that is already open."""
    context, now = page_context(), page_context().clock.now()
    view, shown = valid_view(context, now), context.store.mention(number)
    if shown is None:
        return render_template("mentions/gone.html", view=view, number=number), 404
    return render_template("mentions/drawer.html", number=number, **drawer_values(context, view, shown, now))


@blueprint.get("/mentions/brands.css")
def brand_colours() -> Response:
    """The colours that the config gives to brands; a brand without one keeps the colour of its position."""
    config = page_context().config
    cards = Cards(config.brands, config.timezone)
    rules = [brand_css(cards.colour_number(brand.name), brand.colour) for brand in config.brands if brand.colour]
    return Response("".join(rules), mimetype="text/css", headers={"Cache-Control": "no-cache"})


@blueprint.context_processor
def template_values() -> dict[str, object]:
    """What the templates of this blueprint use to write URLs, numbers and labels."""
    context = page_context()
    return {
        "link": link,
        "form_fields": form_fields,
        "count_mentions": count_mentions,
        "count_stories": count_stories,
        "format_count": format_count,
        "format_number": format_number,
        "usual_number": usual_number,
        "choice": Choice,
        "local_minute": lambda at: local_minute(at, context.config.timezone) if at else "",
        "only": lambda value: Choice((value,)),
        "pluralize": pluralize,
        "position_text": position_text,
        "claim_of": claim_of,
        "ranges": RANGES,
        "orders": ORDER_LABELS,
        "state_facet": STATE,
        "error_sentence": error_sentence,
        "first_run_rows": first_run_rows,
        "started_ago": started_ago,
        "short_error": short_error,
        "version": context.version,
        "has_rule_editor": "rules.editor" in current_app.view_functions,
    }


def claim_of(mention: Mention) -> ShownClaim | None:
    """Who takes care of a mention, as the person who looks reads it."""
    if mention.state is not State.CLAIMED:
        return None
    context = page_context()
    return shown_claim(mention.claim, current_person().actor, context.clock.now(), context.config.timezone)


def list_values(context: PageContext, page: MentionsPage, now: datetime) -> dict[str, Any]:
    """What the template of a list uses: the page, and the saved views of the person beside it."""
    views = ViewList(context.config, context.store, current_account(), page.view, now)
    looked = views.line([card.mention for card in page.rows], page.upto)
    return {"page": page, "views": views, "looked": looked}


def requested_mentions(context: PageContext, params: MultiDict[str, str] | None = None) -> Iterator[Mention]:
    """Every mention that the page of the URL counts. Raises FilterError and QueryError before the first."""
    view = requested_view(context, context.clock.now(), params)
    return context.store.export(valid_filter(view).counted, view.upto)


def sent_query_string() -> str:
    """The query string of this request, encoded as ``query_string`` does, so that the two can be compared."""
    return urlencode(list(request.args.items(multi=True)))


def link(view: MentionsView, endpoint: str = "mentions.listing", **values: Any) -> str:
    """The URL of ``endpoint`` with the filters of ``view``."""
    path, query = url_for(endpoint, **values), query_string(view, page_context().config.timezone)
    return f"{path}?{query}" if query else path


def form_fields(view: MentionsView, *without: str) -> list[tuple[str, str]]:
    """The parameters of ``view`` as hidden fields of a form that sets the parameters ``without`` itself."""
    pairs = parameters(view.first_page(), page_context().config.timezone)
    return [(name, value) for name, value in pairs if name not in without]


def split_at_error(problem: QueryError | None) -> tuple[str, str]:
    """An invalid search in two parts: the text before the error, and the wrong word or character."""
    if problem is None:
        return "", ""
    start = min(problem.column, len(problem.text)) - 1 if problem.text else 0
    wrong = re.match(r"\w+|.", problem.text[start:], re.DOTALL)
    return problem.text[:start], wrong.group() if wrong else " "


def format_number(n: int) -> str:
    """A number as people read it: "1,284"."""
    return f"{n:,}"


def format_count(count: Count) -> str:
    """A count as people read it: "1,284", or "about 45,000" if it is an estimate."""
    return format_number(count.n) if count.exact else about(count.n)


def count_stories(count: StoryCount) -> str:
    """ "1 story", "310 stories"; an estimate has two digits that are not 0: "about 3,100 stories"."""
    if count.exact:
        return pluralize(count.n, "story", "stories")
    return f"{about(count.n)} stories"


def count_mentions(count: Count) -> str:
    """ "1 mention", "1,284 mentions"."""
    return f"{format_count(count)} mention{'' if count.n == 1 else 's'}"
